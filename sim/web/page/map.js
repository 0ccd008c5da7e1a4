// The break-even map: where which strategy earns most over two values, with "you are here".

import { make } from "./elements.js";
import { Figure } from "./figures.js";

export class BreakEvenMap {
  /** turn(axis, path): another value on the axis "x" or "y". */
  constructor(turn) {
    this.turn = turn;
    this.figure = new Figure("map");
    this.axes = make("div", { class: "axes" });
  }

  show(line, place) {
    this.axes.replaceChildren(this.#axis("x", "Across", line), this.#axis("y", "Upwards", line));
    if (!place.contains(this.figure.element)) place.replaceChildren(this.axes, this.figure.element);
    this.figure.describe(line.figure.spec);
    this.figure.fill({
      finding: line.sentence,
      how: line.how ?? "Each point is a market of its own; the mark shows where this one stands.",
      rows: line.figure.rows,
    });
  }

  #axis(axis, label, line) {
    const other = axis === "x" ? line.y : line.x;
    const options = line.axes
      .filter(({ value }) => value !== other)
      .map(({ value, label: words }) => make("option", { value, selected: value === line[axis] }, words));
    const select = make("select", { id: `map-${axis}`, onchange: () => this.turn(axis, select.value) }, options);
    return make("label", { class: "pick" }, make("span", {}, label), select);
  }
}
