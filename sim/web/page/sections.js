// What can be looked at, one section at a time; the address remembers which.

import { find, make } from "./elements.js";

/** Each: name in the address -> [title, figures that the answer brings, name of the part that asks for itself]. */
export const SECTIONS = {
  profit: ["Profit", ["profit", "gap"], null],
  why: ["Why", ["why", "money"], null],
  stay: ["Who stays", ["retention", "survival"], null],
  marriage: ["Phases", ["phases"], null],
  life: ["One buyer", [], "lives"],
  map: ["Break-even map", [], "map"],
  kotler: ["Kotler's table", [], "kotler"],
  values: ["Every value", [], "parameters"],
  about: ["What is assumed", [], "assumed"],
};
const FIRST = "profit";

export class Sections {
  /** figures: name -> Figure; parts: name -> {element, open()}; extra: elements below the figures of a section. */
  constructor(address, figures, parts, extra) {
    this.address = address;
    this.parts = parts;
    this.panels = Object.fromEntries(
      Object.entries(SECTIONS).map(([name, [, drawn, part]]) => [
        name,
        this.#panel(
          name,
          drawn.map((one) => figures[one].element),
          part,
          extra[name],
        ),
      ]),
    );
    find("sections").replaceChildren(...Object.values(this.panels));
    this.links = Object.fromEntries(Object.entries(SECTIONS).map(([name, [title]]) => [name, this.#link(name, title)]));
    find("views").replaceChildren(...Object.values(this.links).map((link) => make("li", {}, link)));
    find("view").replaceChildren(...Object.entries(SECTIONS).map(([name, [title]]) => make("option", { value: name }, title)));
    find("view").addEventListener("change", ({ target }) => this.open(target.value));
  }

  get now() {
    const name = this.address.get("view");
    return Object.hasOwn(SECTIONS, name ?? "") ? name : FIRST;
  }

  open(name) {
    this.address.look("view", name === FIRST ? null : name);
  }

  /** Show the section of the address. */
  show() {
    for (const [name, panel] of Object.entries(this.panels)) {
      panel.hidden = name !== this.now;
      this.links[name].toggleAttribute("aria-current", name === this.now);
      if (name === this.now) this.links[name].setAttribute("aria-current", "page");
    }
    find("view").value = this.now;
    this.part?.open();
  }

  /** The open section's own part, if it has one. */
  get part() {
    return this.parts[SECTIONS[this.now][2]];
  }

  #panel(name, figures, part, extra) {
    return make(
      "div",
      { class: "panel", id: `section-${name}`, hidden: true },
      figures,
      part ? this.parts[part].element : null,
      extra ?? [],
    );
  }

  #link(name, title) {
    const clicked = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.open(name);
      document.querySelector("main").scrollTop = 0;
    };
    return make("a", { href: `?view=${name}`, onclick: clicked }, title);
  }
}
