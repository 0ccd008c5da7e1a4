// Figures: drawn when they are seen, drawn over in place while only their numbers change.

import { capital, make, parted } from "./elements.js";
import { fitted } from "./figure_size.js";
import { rowTable } from "./row_table.js";

export class Figure {
  constructor(name) {
    this.name = name;
    this.heading = make("h2", { id: `${name}-finding` });
    this.more = make("p", { class: "more" });
    this.how = make("p", { class: "how", id: `${name}-how` });
    this.drawing = make("div", { class: "drawing", role: "img", "aria-labelledby": `${name}-finding`, "aria-describedby": `${name}-how` });
    this.nothing = make("p", { class: "how", hidden: true }, "In this market there is nothing to draw here.");
    this.table = make("details", { class: "as-table", ontoggle: () => this.#tabulate() }, make("summary", {}, "As a table"));
    this.element = make(
      "section",
      { class: "figure", id: `figure-${name}`, hidden: true },
      this.heading,
      this.more,
      this.how,
      this.nothing,
      make("figure", {}, this.drawing),
      this.table,
    );
    new IntersectionObserver(([seen]) => this.#seen(seen.isIntersecting), { rootMargin: "120px" }).observe(this.element);
    new ResizeObserver(() => this.visible && this.draw()).observe(this.element);
  }

  /** The Vega-Lite specification; undefined where the market has no such figure. */
  describe(spec) {
    this.element.hidden = !spec;
    this.spec = spec;
    this.text = spec && JSON.stringify(spec);
    this.draw();
  }

  /** Finding, how to read it, rows; since: when the lever moved that asked for them. */
  fill({ finding, how, rows }, since) {
    [this.heading.textContent, this.more.textContent] = parted(finding);
    this.how.textContent = how;
    this.element.classList.remove("waits");
    Object.assign(this, { rows, since });
    this.#empty(!Object.values(rows)[0]?.length);
    this.#tabulate();
    this.draw();
  }

  /** A lever has moved; what is drawn is of before. */
  outdated() {
    this.element.classList.add("waits");
  }

  /** What was drawn belongs to another market. */
  forget() {
    this.rows = null;
  }

  /** The answer is complete; a figure that it does not hold has nothing to show. */
  complete() {
    if (!this.rows && this.spec) this.#empty(true);
  }

  async draw() {
    if (!this.visible || !this.spec || !this.rows || !this.element.clientWidth) return;
    if (this.busy) return void (this.again = true);
    this.busy = true;
    try {
      await this.#paint();
    } catch (error) {
      this.view = null;
      this.nothing.textContent = `This figure could not be drawn (${error.message}); its numbers stand in the table below.`;
      this.nothing.hidden = false;
    }
    this.busy = false;
    if (this.again) {
      this.again = false;
      this.draw();
    }
  }

  async #paint() {
    const room = Math.floor(this.drawing.clientWidth);
    const { rows, since } = this;
    const shape = `${room} ${this.text}`;
    if (this.view && shape === this.shape) {
      for (const [name, values] of Object.entries(rows)) this.view.data(name, structuredClone(values));
      await this.view.runAsync();
    } else {
      this.view = await fitted(this.drawing, this.spec, rows, room);
      this.shape = shape;
    }
    if (since) performance.measure(`redrawn ${this.name}`, { start: since, end: performance.now() });
    this.since = null;
  }

  #seen(visible) {
    this.visible = visible;
    this.draw();
  }

  #empty(empty) {
    this.nothing.hidden = !empty;
    this.drawing.hidden = this.table.hidden = empty;
    if (empty && !this.heading.textContent) this.heading.textContent = capital(this.name);
  }

  #tabulate() {
    if (!this.table.open || !this.rows) return;
    const tables = Object.values(this.rows).filter((rows) => rows.length && Object.keys(rows[0]).length > 1);
    this.table.replaceChildren(this.table.firstElementChild, ...tables.map((rows) => rowTable(rows, this.heading.textContent)));
  }
}
