// Every value of the market: searched, read with its meaning and source, and changed in place.

import { ask } from "./asking.js";
import { make } from "./elements.js";
import { Part } from "./part.js";

export class Parameters extends Part {
  /** query(): what to ask; set(path, text): a value was typed. */
  constructor(query, set) {
    super(query);
    this.set = set;
    this.search = make("input", {
      id: "search",
      type: "search",
      oninput: () => this.#filter(),
      placeholder: "such as price, doubt, contact",
    });
    this.only = make("input", { type: "checkbox", oninput: () => this.#filter() });
    this.count = make("span", { class: "how", "aria-live": "polite" });
    const tools = make(
      "div",
      { class: "chooser" },
      make("label", { for: "search" }, "Find"),
      this.search,
      make("label", { class: "check" }, this.only, "changed only"),
      this.count,
    );
    this.place = make("div", { class: "played" });
    this.element = make(
      "section",
      { class: "figure" },
      make("h2", {}, "Every value of this market"),
      make("p", { class: "how" }, "Type another value and press Enter; an empty field is the market's own again."),
      tools,
      this.place,
    );
  }

  async asks(query, signal) {
    const { data } = await ask(`/api/parameters?${query}`, { signal });
    if (data) this.#show(data.rows);
  }

  #show(rows) {
    const focused = document.activeElement?.dataset?.path;
    const sections = Map.groupBy ? Map.groupBy(rows, (row) => row.section) : grouped(rows);
    this.parts = [...sections].map(([section, found]) => this.#section(section, found));
    this.place.replaceChildren(...this.parts.map(({ element }) => element));
    if (focused) this.place.querySelector(`[data-path="${CSS.escape(focused)}"]`)?.focus();
    this.#filter();
  }

  #section(name, rows) {
    const lines = rows.map((row) => ({
      row,
      text: `${row.path} ${row.meaning} ${row.unit ?? ""} ${row.source ?? ""}`.toLowerCase(),
      element: this.#row(row),
    }));
    const element = make(
      "section",
      { class: "values" },
      make("h3", {}, name.replaceAll("_", " ")),
      lines.map((line) => line.element),
    );
    return { element, lines };
  }

  #row(row) {
    const typed = make("input", {
      type: "text",
      value: row.value,
      "aria-label": `${row.path}: ${row.meaning}`,
      "data-path": row.path,
      spellcheck: "false",
      autocomplete: "off",
    });
    typed.addEventListener("change", () => typed.value.trim() !== row.value && this.set(row.path, typed.value.trim()));
    const told = [row.meaning, row.source].filter(Boolean).join(" · ");
    return make(
      "div",
      { class: `value ${row.changed ? "changed" : ""}` },
      make("div", { class: "what" }, make("code", {}, row.path), make("p", {}, told)),
      make("div", { class: "row" }, typed, make("span", { class: "unit" }, row.unit ?? "")),
    );
  }

  #filter() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { element, lines } of this.parts ?? []) {
      for (const line of lines) {
        line.element.hidden = !words.every((word) => line.text.includes(word)) || (this.only.checked && !line.row.changed);
        shown += !line.element.hidden;
      }
      element.hidden = lines.every((line) => line.element.hidden);
    }
    this.count.textContent = shown === 1 ? "1 value" : `${shown} values`;
  }
}

function grouped(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.section, [...(found.get(row.section) ?? []), row]);
  return found;
}
