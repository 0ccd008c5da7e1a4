// The whole state of the page is the query string of its address; undo is the browser's own way back.

const OF_THE_PAGE = ["view", "buyer", "x", "y"]; // what the server's answer does not depend on
const ONE_MOVE = 700; // ms within which moves of one lever are one entry
const LAST = "tenure-last-entry";

export class Address {
  /** changed(drags): called after every change of the market; looked(): after a change of what is looked at. */
  constructor(changed, looked) {
    this.changed = changed;
    this.looked = looked;
    this.query = new URLSearchParams(location.search);
    this.entry = history.state?.entry ?? 0;
    this.last = Math.max(this.entry, Number(sessionStorage.getItem(LAST)) || 0);
    history.replaceState({ entry: this.entry }, "");
    addEventListener("popstate", (event) => this.#returned(event));
  }

  get(name) {
    return this.query.get(name);
  }

  /** What the server answers: the query without what only the page needs; `also` are names of the page's own to keep. */
  market(also = []) {
    const kept = [...this.query].filter(([name]) => !OF_THE_PAGE.includes(name) || also.includes(name));
    return new URLSearchParams(kept).toString();
  }

  /** A lever moved to a value (null: as the market has it). rests: false while it is being dragged. */
  move(name, value, rests = true) {
    const next = new URLSearchParams(this.query);
    if (value === null) next.delete(name);
    else next.set(name, value);
    this.#write(next, name, rests);
  }

  /** Any parameter of a scenario by its path; an empty text drops the change. */
  set(path, value) {
    const next = new URLSearchParams(this.query);
    const others = next.getAll("set").filter((one) => !one.startsWith(`${path}=`));
    next.delete("set");
    for (const one of others) next.append("set", one);
    if (value !== "") next.append("set", `${path}=${value}`);
    this.#write(next, null, true);
  }

  /** Another market, all levers as it has them; kind is "market" or "own". */
  start(kind, name) {
    const next = new URLSearchParams({ [kind]: name });
    if (this.get("view")) next.set("view", this.get("view"));
    this.#write(next, null, true);
  }

  reset() {
    const kind = this.query.has("own") ? "own" : "market";
    this.start(kind, this.get(kind) ?? "default");
  }

  /** Look at something else: the entry stays the same one. */
  look(name, value) {
    if (value === null) this.query.delete(name);
    else this.query.set(name, value);
    this.#replace();
    this.looked(name);
  }

  /** The address as it stands, at the end of a drag. */
  settle() {
    if (this.held) this.#replace();
    this.held = false;
  }

  get moved() {
    return [...this.query.keys()].some((name) => !["market", "own", ...OF_THE_PAGE].includes(name));
  }

  get undoable() {
    return this.entry > 0;
  }

  get redoable() {
    return this.entry < this.last;
  }

  #write(next, lever, rests) {
    if (next.toString() === this.query.toString()) return this.settle();
    const goesOn = lever && lever === this.lever && (this.held || performance.now() - this.when < ONE_MOVE);
    this.query = next;
    Object.assign(this, { lever, held: !rests, when: performance.now() });
    if (!goesOn) this.#push();
    else if (rests) this.#replace();
    this.changed(!rests);
  }

  #push() {
    this.last = this.entry += 1;
    sessionStorage.setItem(LAST, this.last);
    history.pushState({ entry: this.entry }, "", this.#link());
  }

  #replace() {
    history.replaceState({ entry: this.entry }, "", this.#link());
  }

  #link() {
    const text = this.query.toString();
    return text ? `?${text}` : location.pathname;
  }

  #returned(event) {
    this.query = new URLSearchParams(location.search);
    this.entry = event.state?.entry ?? 0;
    this.lever = null;
    this.looked("view");
    this.changed(false);
  }
}
