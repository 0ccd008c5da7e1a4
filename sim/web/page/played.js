// What is played only while it is looked at: asked for when its section opens or the market has changed.

import { lines } from "./asking.js";
import { make } from "./elements.js";
import { Part } from "./part.js";

export class Played extends Part {
  /** query(): what to ask; show(line): draw the final line. */
  constructor(path, query, show, words) {
    super(query);
    Object.assign(this, { path, show });
    this.bar = make("progress", { max: 1, "aria-label": words });
    this.words = make("p", { class: "how" }, words, this.bar);
    this.words.hidden = true;
    this.problems = make("div", { class: "problems", role: "alert", hidden: true });
    this.place = make("div", { class: "played" });
    this.element = make("section", { class: "figure" }, this.words, this.problems, this.place);
  }

  async asks(query, signal) {
    this.#playing(null);
    for await (const line of lines(`${this.path}?${query}`, { signal })) this.#take(line);
  }

  outdated() {
    if (!super.outdated()) return;
    this.running?.abort();
    this.place.classList.add("old");
  }

  #take(line) {
    if (line.stage === "playing") return this.#playing(line);
    this.words.hidden = true;
    this.place.classList.remove("old");
    this.problems.hidden = line.stage !== "failed";
    if (line.stage === "failed") {
      this.place.replaceChildren();
      return this.problems.replaceChildren(...line.problems.map((one) => make("p", {}, one)));
    }
    this.show(line, this.place);
  }

  #playing(line) {
    this.words.hidden = false;
    this.problems.hidden = true;
    this.place.classList.add("old");
    if (line?.total) this.bar.value = line.done / line.total;
    else this.bar.removeAttribute("value");
  }
}
