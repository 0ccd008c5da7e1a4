// What an answer rests on: what was changed, the command that repeats it, the file that holds it.

import { make } from "./elements.js";
import { wordTable } from "./row_table.js";

export class Assumed {
  constructor() {
    this.element = make("section", { class: "figure" });
  }

  open() {}

  outdated() {}

  show(market, link) {
    const rows = market.changes.map(({ path, here, there }) => [path, here, there]);
    const changes = rows.length
      ? wordTable(["value", "here", "usual"], rows, "What you have changed")
      : make("p", {}, "Nothing is changed: this is the market as it came.");
    this.element.replaceChildren(
      make("h2", {}, "What this market states"),
      make("p", { class: "how" }, market.teaches ?? ""),
      make("h3", {}, "What you have changed"),
      changes,
      make("h3", {}, "The same question in the terminal"),
      make("pre", { tabindex: 0 }, market.command),
      make("h3", {}, "The market as a file"),
      make("p", {}, make("a", { href: link, download: true }, "Download it"), ", or copy it with the button above."),
      make("details", {}, make("summary", {}, "Show it"), make("pre", { tabindex: 0 }, market.yaml)),
    );
  }
}
