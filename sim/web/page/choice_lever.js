// A choice among a few: steps of a ladder where they are Kotler's levels, a menu where they are many.

import { make } from "./elements.js";

const LADDER = ["basic", "reactive", "accountable", "proactive", "partnership"];
const MOST = 6; // choices beyond which a menu is shorter

export function choiceLever(lever, move, rest, back) {
  const chosen = (value) => {
    performance.mark("lever");
    move(value === lever.usual ? null : value, true);
  };
  return lever.choices.length > MOST ? menu(lever, chosen, back) : steps(lever, chosen, back);
}

function steps(lever, chosen, back) {
  const ladder = lever.choices.every(({ value }) => LADDER.includes(value));
  const radios = lever.choices.map((choice, number) => radio(lever, choice, number, ladder, chosen));
  const says = make("b", { class: "says" });
  const means = make("p", { class: "means" });
  const element = make(
    "fieldset",
    { class: `lever choice ${ladder ? "ladder" : "plain"}` },
    make("legend", {}, lever.label),
    make("div", { class: "head" }, says, back),
    make("div", { class: "steps" }, radios),
    means,
    make("p", { class: "theory" }, lever.theory),
  );
  const fill = ({ now, text }) => {
    for (const input of element.querySelectorAll("input")) input.checked = input.value === String(now);
    const choice = lever.choices.find(({ value }) => value === String(now));
    says.textContent = choice?.label ?? text ?? "";
    means.textContent = choice?.help ?? "";
  };
  return { element, fill };
}

function radio(lever, { value, label, help }, number, ladder, chosen) {
  const input = make("input", { type: "radio", name: `lever-${lever.name}`, value, onchange: () => chosen(value) });
  const usual = value === String(lever.usual) ? " is-usual" : "";
  const height = ladder ? `height:${8 + 6 * LADDER.indexOf(value)}px` : null;
  const face = ladder
    ? [make("span", { class: "bar", style: height }), make("span", { class: "unseen" }, label)]
    : [make("span", { class: "word" }, label)];
  const told = [ladder ? label : "", help, usual ? "the market's own" : ""].filter(Boolean).join(": ");
  return make("label", { class: `step${usual}`, title: told, style: ladder ? `--rung:${number + 1}` : null }, input, face);
}

function menu(lever, chosen, back) {
  const id = `lever-${lever.name}`;
  const select = make(
    "select",
    { id, onchange: () => chosen(select.value) },
    lever.choices.map(({ value, label }) => make("option", { value }, label)),
  );
  const element = make(
    "div",
    { class: "lever" },
    make("div", { class: "head" }, make("label", { for: id }, lever.label), back),
    select,
    make("p", { class: "theory" }, lever.theory),
  );
  return { element, fill: ({ now }) => (select.value = String(now)) };
}
