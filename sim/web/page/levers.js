// The levers: how a market's few deciding values are moved. Built once for a market, then only filled anew.

import { capital, find, make } from "./elements.js";
import { choiceLever } from "./choice_lever.js";
import { mixLever } from "./mix_lever.js";
import { numberLever } from "./number_lever.js";

const GROUPS = { market: "Buyers and market", money: "Money", ours: "Our seller", rivals: "Rivals" };
const KINDS = { number: numberLever, choice: choiceLever, mix: mixLever };

export class Levers {
  /** move(name, value, rests): a lever was moved; value null: back to the market's own. rest(): a drag has ended. */
  constructor(move, rest, open) {
    this.move = move;
    this.rest = rest;
    this.open = open;
    this.place = find("levers");
    this.place.addEventListener("pointerup", rest);
    this.place.addEventListener("keyup", rest);
    this.place.addEventListener("focusout", rest);
  }

  show(market) {
    const shape = JSON.stringify([
      market.name,
      market.strategies,
      market.all_strategies,
      market.levers.map(({ now, text, changed, ...fixed }) => fixed),
    ]);
    if (shape !== this.shape) this.#build(market);
    this.shape = shape;
    for (const lever of market.levers) this.#fill(lever);
    for (const name of ["runs", "seed"]) if (document.activeElement !== this.how[name]) this.how[name].value = market[name];
    this.teaches.lastChild.textContent = market.teaches ?? "";
    this.teaches.hidden = !market.teaches;
  }

  #build(market) {
    const focused = document.activeElement?.id;
    this.parts = new Map();
    this.teaches = make("details", { class: "teaches" }, make("summary", {}, "About this market"), make("p", {}));
    const groups = Object.keys(GROUPS).map((group) =>
      this.#group(
        group,
        market.levers.filter((lever) => lever.group === group),
        market,
      ),
    );
    const rest = make("button", { type: "button", class: "rest", onclick: this.open }, "Every other value of this market");
    this.place.replaceChildren(
      make("h2", { class: "unseen" }, "Levers"),
      this.teaches,
      ...groups.flat(),
      ...this.#compared(market),
      this.#precision(),
      rest,
    );
    if (focused) find(focused)?.focus();
  }

  #group(name, levers, market) {
    if (!levers.length) return [];
    let strategy = null;
    const rows = levers.flatMap((lever, at) => {
      const whose = lever.strategy && lever.strategy !== strategy ? [named(lever.strategy, market)] : [];
      strategy = lever.strategy ?? strategy;
      const last = lever.theory !== levers[at + 1]?.theory; // what the theory calls them stands once, beneath the last of them
      return [...whose, this.#lever(last ? lever : { ...lever, theory: "" })];
    });
    return [make("section", { class: "group" }, make("h3", {}, GROUPS[name]), ...rows)];
  }

  #lever(lever) {
    const back = make(
      "button",
      {
        type: "button",
        class: "back",
        "aria-label": `${lever.label}: back to the usual`,
        title: "Back to the usual",
        hidden: true,
        onclick: () => this.move(lever.name, null, true),
      },
      "↺",
    );
    const part = KINDS[lever.kind](lever, (value, rests) => this.move(lever.name, value, rests), this.rest, back);
    part.element.dataset.lever = lever.name;
    this.parts.set(lever.name, { ...part, back });
    return part.element;
  }

  #fill(lever) {
    const part = this.parts.get(lever.name);
    part.fill(lever);
    part.back.hidden = !lever.changed;
    part.element.classList.toggle("changed", lever.changed);
  }

  /** Which strategies are compared, where there is a choice. */
  #compared({ strategies, all_strategies: all = [] }) {
    if (all.length < 3) return [];
    const ticks = all.map(({ name, spoken, baseline }) => {
      const tick = make("input", {
        type: "checkbox",
        value: name,
        checked: strategies.some((one) => one.name === name),
        disabled: baseline,
        onchange: chosen,
      });
      return make("label", { class: "check" }, tick, baseline ? `${spoken} (baseline)` : spoken);
    });
    const move = this.move;
    function chosen() {
      const names = ticks
        .map((label) => label.firstChild)
        .filter((tick) => tick.checked && !tick.disabled)
        .map((tick) => tick.value);
      move("strategies", names.length && names.length < all.length - 1 ? names.join(",") : null, true);
    }
    return [make("section", { class: "group" }, make("h3", {}, "Strategies compared"), ticks)];
  }

  #precision() {
    this.how = Object.fromEntries(["runs", "seed"].map((name) => [name, this.#whole(name, name === "runs" ? 2 : 0)]));
    const row = (name, label, theory) =>
      make(
        "div",
        { class: "lever line" },
        make("label", { for: `how-${name}` }, label),
        this.how[name],
        make("p", { class: "theory" }, theory),
      );
    return make(
      "section",
      { class: "group" },
      make("h3", {}, "How sure"),
      row("runs", "Paired runs", "More runs, narrower interval"),
      row("seed", "Seed of all luck", "Another seed is another draw of the same market"),
    );
  }

  #whole(name, least) {
    const changed = ({ target }) => this.move(name, /^\d+$/.test(target.value) ? target.value : null, true);
    return make("input", { id: `how-${name}`, type: "number", min: least, step: 1, onchange: changed });
  }
}

function named(name, market) {
  const { spoken, colour } = market.strategies.find((one) => one.name === name) ?? { spoken: name.replaceAll("_", " "), colour: "#222" };
  return make("h4", { class: "strategy" }, make("i", { style: `background:${colour}`, "aria-hidden": "true" }), capital(spoken));
}
