// One question at a time: a moved lever takes the last question back, and a drag asks no faster than sketches come.

import { ask, lines, takenBack } from "./asking.js";

const PATIENCE = 1000; // ms that a drag waits for the sketch before it asks for what is newest

export class Answering {
  /** take: {market(data), line(line, since or null), problems(list)}, called for the newest question only. */
  constructor(query, take) {
    this.query = query;
    this.take = take;
    this.waiting = null;
    this.sketched = true;
  }

  /** The state has changed. drags: more changes are on their way. */
  moved(drags) {
    this.since = performance.now();
    if (!drags || this.sketched) return this.#ask();
    this.waiting ??= setTimeout(() => this.#ask(), Math.max(0, this.asked + PATIENCE - performance.now()));
  }

  /** What the market of the newest state is, once it is known. */
  get market() {
    return this.known;
  }

  #ask() {
    clearTimeout(this.waiting);
    this.waiting = null;
    this.running?.abort();
    this.running = new AbortController();
    this.sketched = false;
    this.asked = performance.now();
    this.#answer(this.query(), this.since ?? this.asked, this.running.signal).catch((error) => {
      if (!takenBack(error)) throw error;
    });
  }

  async #answer(query, since, signal) {
    const described = this.#describe(query, signal);
    described.catch(() => {}); // it is awaited below, unless the question is taken back before
    const streamed = lines(`/api/answer?${query}`, { signal });
    const first = streamed.next();
    first.catch(() => {});
    if (this.shape !== shapeOf(query)) await described;
    for (let got = await first; !got.done; got = await streamed.next()) {
      signal.throwIfAborted();
      if (got.value.stage === "failed") return this.#done(got.value.problems);
      this.take.line(got.value, since);
      this.#sketchCame();
      since = null;
    }
    await described;
  }

  async #describe(query, signal) {
    this.known = ask(`/api/market?${query}`, { signal });
    const { data, problems } = await this.known;
    signal.throwIfAborted();
    if (problems) return this.#done(problems);
    this.shape = shapeOf(query);
    this.take.market(data);
  }

  #done(problems) {
    this.take.problems(problems);
    this.#sketchCame();
  }

  #sketchCame() {
    this.sketched = true;
    if (this.waiting) this.#ask();
  }
}

/** What of a state decides which figures there are; another value of any other lever only moves their numbers. */
function shapeOf(query) {
  const all = new URLSearchParams(query);
  return JSON.stringify(["market", "own", "strategies", "horizon", "set"].map((name) => all.getAll(name)));
}
