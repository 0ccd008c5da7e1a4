// What an answer rests on: what was changed, what the model leaves out, which numbers are assumptions, and how to ask the same elsewhere.

import { ask } from "./asking.js";
import { make } from "./elements.js";
import { Part } from "./part.js";
import { wordTable } from "./row_table.js";

export class Assumed extends Part {
  constructor(query) {
    super(query);
    this.changes = make("div");
    this.limits = make("div");
    this.elsewhere = make("div");
    this.element = make("section", { class: "figure" }, this.changes, this.limits, this.elsewhere);
  }

  async asks(query, signal) {
    const { data } = await ask(`/api/limits?${query}`, { signal });
    if (data) this.#limits(data);
  }

  show(market, link) {
    const rows = market.changes.map(({ path, here, there }) => [path, here, there]);
    const changes = rows.length
      ? wordTable(["value", "here", "usual"], rows, "What you have changed")
      : make("p", {}, "Nothing is changed: this is the market as it came.");
    this.changes.replaceChildren(
      make("h2", {}, "What this market states"),
      make("p", { class: "how" }, market.teaches ?? ""),
      make("h3", {}, "What you have changed"),
      changes,
    );
    this.elsewhere.replaceChildren(
      make("h3", {}, "The same question in the terminal"),
      make("pre", { tabindex: 0 }, market.command),
      make("h3", {}, "The market as a file"),
      make("p", {}, make("a", { href: link, download: true }, "Download it"), ", or copy it with the button above."),
      make("details", {}, make("summary", {}, "Show it"), make("pre", { tabindex: 0 }, market.yaml)),
    );
  }

  #limits({ limits, sentence, deciding }) {
    const numbers = deciding.map(({ path, value, unit, meaning }) => [path, `${value} ${unit}`.trim(), meaning]);
    this.limits.replaceChildren(
      make("h3", {}, "What is assumed"),
      make("p", {}, sentence),
      numbers.length ? wordTable(["value", "assumed", "what it is"], numbers, "Assumptions that decide most often") : "",
      make("h3", {}, "What the model leaves out here"),
      ...limits.map((one) =>
        make(
          "details",
          {},
          make("summary", {}, one.left_out),
          make("p", {}, `${one.matters} ${one.pushes}`),
          make("p", { class: "how" }, one.remedy),
        ),
      ),
    );
  }
}
