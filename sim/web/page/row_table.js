// Rows as a table: what a figure shows, for whoever would rather read it, or cannot see it.

import { make, spelled } from "./elements.js";

const MOST = 600; // rows; a longer table says how many it leaves out

export function rowTable(rows, caption) {
  const columns = Object.keys(rows[0]);
  const head = make(
    "thead",
    {},
    make(
      "tr",
      {},
      columns.map((name) => make("th", { scope: "col" }, name.replaceAll("_", " "))),
    ),
  );
  const body = rows.slice(0, MOST).map((row) =>
    make(
      "tr",
      {},
      columns.map((name) => make("td", {}, cell(row[name]))),
    ),
  );
  const more = rows.length > MOST ? `; the first ${MOST} of ${rows.length} rows` : "";
  return make(
    "div",
    { class: "scrolls", tabindex: 0, role: "region", "aria-label": caption },
    make("table", {}, make("caption", { class: "unseen" }, caption + more), head, make("tbody", {}, body)),
  );
}

/** A table of headings and rows of text; the first cell of a row names it. */
export function wordTable(heads, rows, caption) {
  const head = make(
    "thead",
    {},
    make(
      "tr",
      {},
      heads.map((one) => make("th", { scope: "col" }, one)),
    ),
  );
  const body = rows.map(([name, ...cells]) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, name),
      cells.map((one) => make("td", {}, one)),
    ),
  );
  return make(
    "div",
    { class: "scrolls", tabindex: 0, role: "region", "aria-label": caption },
    make("table", { class: "words" }, make("caption", { class: "unseen" }, caption), head, make("tbody", {}, body)),
  );
}

function cell(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? spelled(value, 5) : String(value);
}
