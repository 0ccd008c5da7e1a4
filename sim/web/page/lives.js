// One buyer's twin lives: the same buyer with the same luck under two strategies, side by side.

import { ask } from "./asking.js";
import { capital, make, parted } from "./elements.js";
import { Part } from "./part.js";

export class Lives extends Part {
  /** query(): what to ask; choose(number or null): another buyer. */
  constructor(query, choose) {
    super(query);
    this.choose = choose;
    this.number = make("input", { id: "buyer", type: "number", min: 1, step: 1, onchange: () => this.choose(this.number.value || null) });
    const next = (by) => () => this.buyer && this.choose(String(1 + ((this.buyer - 1 + by + this.buyers) % this.buyers)));
    const chooser = make(
      "div",
      { class: "chooser" },
      make("label", { for: "buyer" }, "Buyer"),
      this.number,
      make("button", { type: "button", onclick: next(-1) }, "Previous"),
      make("button", { type: "button", onclick: next(1) }, "Next"),
      make("button", { type: "button", onclick: () => this.choose(null) }, "A telling buyer"),
    );
    this.place = make("div", { class: "played", "aria-live": "polite" });
    this.element = make("section", { class: "figure" }, chooser, this.place);
  }

  async asks(query, signal) {
    this.place.classList.add("old");
    const { data, problems } = await ask(`/api/lives?${query}`, { signal });
    this.place.classList.remove("old");
    if (problems) this.place.replaceChildren(...problems.map((one) => make("p", { class: "problems", role: "alert" }, one)));
    else this.#show(data);
  }

  outdated() {
    if (super.outdated()) this.place.classList.add("old");
  }

  #show(told) {
    Object.assign(this, { buyer: told.buyer, buyers: told.buyers });
    this.number.max = told.buyers;
    this.number.value = told.buyer;
    const heads = told.strategies.map((name) => make("th", { scope: "col" }, `under ${name.replaceAll("_", " ")}`));
    const head = make("tr", {}, make("th", { scope: "col", class: "when" }, told.period), heads);
    const rows = told.events.map(eventRow);
    const none = rows.length ? null : make("p", { class: "how" }, "Nothing happens to this buyer.");
    const table = make(
      "table",
      { class: "lives" },
      make("caption", { class: "unseen" }, `Two lives of buyer ${told.buyer}`),
      make("thead", {}, head),
      make("tbody", {}, rows),
    );
    const [finding, rest] = parted(told.sentence, true);
    const parts = [
      make("h2", {}, finding),
      rest && make("p", { class: "more" }, rest),
      make("p", { class: "how" }, `${capital(told.buyer_type)} buyer · ${told.about}`),
      none ?? table,
    ];
    this.place.replaceChildren(...parts.filter(Boolean));
  }
}

function eventRow({ period, sides, parted, same }) {
  const when = make("th", { scope: "row", class: "when" }, String(period));
  const kinds = [parted && "parted", same && "same"].filter(Boolean).join(" ");
  const told = (text) => capital(text || "–");
  if (same)
    return make(
      "tr",
      { class: kinds },
      when,
      make("td", { colspan: 2 }, told(sides[0]), make("span", { class: "both" }, " in both lives")),
    );
  const mark = parted ? make("span", { class: "unseen" }, "Here the lives part. ") : null;
  return make("tr", { class: kinds }, when, make("td", {}, mark, told(sides[0])), make("td", {}, told(sides[1])));
}
