// A part of the page that asks for what it shows when it is opened, and again once the market has changed.

import { takenBack } from "./asking.js";

export class Part {
  /** query(): what to ask. Who extends it says in `asks(query, signal)` how. */
  constructor(query) {
    this.query = query;
  }

  /** Ask, unless the same was answered already. */
  async open() {
    const query = this.query();
    if (query === this.asked) return;
    this.asked = query;
    this.running?.abort();
    this.running = new AbortController();
    try {
      await this.asks(query, this.running.signal);
    } catch (error) {
      if (!takenBack(error)) throw error;
    }
  }

  /** The market has changed: says whether what stands here is old. */
  outdated() {
    if (this.query() === this.asked) return false;
    this.asked = null;
    return true;
  }
}
