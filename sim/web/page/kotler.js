// Kotler's table, filled by the model: the level worth most by margin and number of customers, beside his.

import { capital, make, parted } from "./elements.js";

const LADDER = ["basic", "reactive", "accountable", "proactive", "partnership"];

export function showKotler(line, place) {
  const [finding, rest] = parted(line.sentence, true);
  const head = make(
    "tr",
    {},
    make("td", {}),
    line.margins.map((one) => make("th", { scope: "col" }, capital(one))),
  );
  const body = line.customers.map((customers, row) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, capital(customers)),
      line.margins.map((margin, column) => cell(found(line, column, row), margin)),
    ),
  );
  const table = make(
    "table",
    { class: "kotler" },
    make("caption", { class: "unseen" }, "The best level by margin and number of customers, the model's and Kotler's"),
    make("thead", {}, head),
    make("tbody", {}, body),
  );
  place.replaceChildren(
    ...[
      make("h2", {}, finding),
      make(
        "p",
        { class: "how" },
        "In each field the level that earns most in the model, and beneath it the level that Kotler names. " +
          "A dashed frame: the runs cannot tell it from the next best.",
      ),
      make("div", { class: "scrolls", tabindex: 0, role: "region", "aria-label": "Kotler's table" }, table),
      rest && make("p", { class: "more" }, rest),
      make(
        "ul",
        { class: "notes" },
        (line.notes ?? []).map((note) => make("li", {}, note)),
      ),
    ].filter(Boolean),
  );
}

/** The cell of a column and a row. */
const found = (line, column, row) => line.cells.find((one) => one.margin === column && one.customers === row);

function cell(one, margin) {
  if (!one) return make("td", {}, "–");
  const rung = Math.max(LADDER.indexOf(one.level), 0);
  const bars = make(
    "span",
    { class: "rungs", "aria-hidden": "true" },
    LADDER.map((_, at) => make("i", { class: at <= rung ? "on" : "", style: `height:${8 + 5 * at}px` })),
  );
  const verdict = one.same ? "as Kotler has it" : `Kotler: ${one.his}`;
  return make(
    "td",
    { class: `${one.sure ? "" : "unsure"} ${one.same ? "same" : "other"}`, "data-margin": capital(margin) },
    make("div", { class: "level" }, bars, make("b", {}, one.level)),
    make("p", { class: "his" }, verdict),
    make("p", { class: "because" }, one.text ?? "", one.sure ? "" : make("span", { class: "unseen" }, " The runs cannot tell.")),
  );
}
