"use strict";
// What all pages share: asking the server, drawing, speaking numbers.
const COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#333333", "#8C510A", "#5E3C99", "#4D9221", "#A6761D", "#7A7A7A"];
const MARKS = ["circle", "square", "up", "diamond", "down", "cross"];
const $ = (id) => document.getElementById(id);

function h(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name === "style") element.style.cssText = value;
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}
const fill = (place, ...children) => { const at = typeof place === "string" ? $(place) : place; at.replaceChildren(...children.flat().filter(Boolean)); return at; };

const minus = (text) => text.replace("-", "−");
function money(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size >= 999500) return minus((value / 1e6).toFixed(2)) + "\u00a0M";
  if (size >= 100) return minus(Math.round(value).toLocaleString("en-US"));
  return minus(value.toFixed(2));
}
const percent = (share, decimals = 0) => share === null || share === undefined ? "–" : minus((100 * share).toFixed(decimals)) + "%";
const whole = (value) => value === null ? "–" : Math.round(value).toLocaleString("en-US");
const clock = (seconds) => new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const ordinal = (rank) => rank + (["th", "st", "nd", "rd"][rank % 100 >= 11 && rank % 100 <= 13 ? 0 : rank % 10] || "th");
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
const swatch = (team) => h("span", { class: "swatch", style: `background:${COLOURS[team % COLOURS.length]}`, "aria-hidden": "true" });

// Asking the server. The key of the seat goes with every question; the cookie goes by itself.
let STORE = "tenure_seat";
async function ask(path, sent) {
  const headers = { "X-Tenure-Seat": localStorage.getItem(STORE) || "" };
  const options = sent === undefined ? { headers } : { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: JSON.stringify(sent) };
  const stop = new AbortController(), late = setTimeout(() => stop.abort(), 15000);
  try {
    const answer = await fetch(path, { ...options, signal: stop.signal, cache: "no-store" });
    return { status: answer.status, data: answer.status === 204 ? null : await answer.json() };
  } finally { clearTimeout(late); }
}
function gone(yes) {
  let bar = $("gone");
  if (yes && !bar) document.body.prepend(h("div", { id: "gone", class: "gone", role: "status" }, "Reconnecting… What was saved is safe; this page goes on by itself."));
  else if (!yes && bar) bar.remove();
}
// Ask again and again; draw what is new; say so while the server does not answer.
function poll(path, draw, refused, every = 2000) {
  let version = "", asking = false;
  async function once() {
    if (asking) return;
    asking = true;
    try {
      const { status, data } = await ask(`${path()}?since=${version}`);
      gone(false);
      if (status === 200) { version = data.version || ""; draw(data); }
      else if (status !== 204) refused(status, data.refused);
    } catch (error) {
      if (error instanceof TypeError || error.name === "AbortError") gone(true); else throw error;
    } finally { asking = false; }
  }
  once();
  setInterval(once, every);
  document.addEventListener("visibilitychange", () => document.hidden || once());
  return once;
}
const asking = async (path, sent, place) => {      // a change; what is refused is said at `place`
  try {
    const { status, data } = await ask(path, sent);
    fill(place, status === 200 ? null : h("p", { class: "told bad", role: "alert" }, capital(data.refused) + "."));
    return status === 200 ? data : null;
  } catch { fill(place, h("p", { class: "told bad", role: "alert" }, "The class does not answer; nothing was saved. Try again in a moment.")); return null; }
};

function table(columns, rows, options = {}) {
  return h("div", { class: "wide" }, h("table", {},
    options.caption ? h("caption", { class: "quiet left" }, options.caption) : null,
    h("thead", {}, h("tr", {}, columns.map((one, at) => h("th", { scope: "col", class: options.left === at ? "left" : "" }, one)))),
    h("tbody", {}, rows.map((row, number) => h("tr", { class: options.mine === number ? "mine" : "" }, row.map((one, at) => at ? h("td", { class: options.left === at ? "left" : "" }, one) : h("th", { scope: "row", style: "font-weight:inherit" }, one)))))));
}

// Charts.
function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children.flat());
  return element;
}
function mark(kind, x, y, colour, r = 5.5) {
  const shapes = { square: `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}z`, up: `M${x} ${y - r * 1.2}L${x + r * 1.2} ${y + r}H${x - r * 1.2}z`, down: `M${x} ${y + r * 1.2}L${x + r * 1.2} ${y - r}H${x - r * 1.2}z`,
    diamond: `M${x} ${y - r * 1.3}L${x + r * 1.3} ${y}L${x} ${y + r * 1.3}L${x - r * 1.3} ${y}z`, cross: `M${x - r} ${y - r / 3}h${r * .67}v${-r * .67}h${r * .67}v${r * .67}h${r * .67}v${r * .67}h${-r * .67}v${r * .67}h${-r * .67}v${-r * .67}h${-r * .67}z` };
  return kind === "circle" ? svg("circle", { cx: x, cy: y, r, fill: colour }) : svg("path", { d: shapes[kind], fill: colour });
}
// series: [{team, name, values}], a value for each round.
function roundsChart(title, series, size = { width: 620, height: 330 }) {
  const rounds = Math.max(...series.map((one) => one.values.length)), all = series.flatMap((one) => one.values);
  const longest = Math.max(...series.map((one) => one.name.length));
  const room = { left: 66, right: Math.min(26 + longest * 8.8, 215), top: 12, bottom: 34 }, high = Math.max(...all, 0), low = Math.min(...all, 0);
  const steps = ticks(low, high), top = Math.max(steps[steps.length - 1], high), bottom = Math.min(steps[0], low);
  const x = (round) => rounds > 1 ? room.left + 14 + (round - 1) / (rounds - 1) * (size.width - room.left - room.right - 28) : room.left + 14;
  const y = (value) => size.height - room.bottom - (value - bottom) / (top - bottom || 1) * (size.height - room.top - room.bottom);
  const drawing = svg("svg", { viewBox: `0 0 ${size.width} ${size.height}`, role: "img", "aria-label": title, style: "width:100%;height:auto;display:block" });
  for (const one of steps) drawing.append(svg("line", { x1: room.left, x2: size.width - room.right, y1: y(one), y2: y(one), stroke: one ? "#e3e3e3" : "#888" }), svg("text", { x: room.left - 6, y: y(one) + 5, "text-anchor": "end", "font-size": 14 }, money(one).replace(/\.?0+(?=\u00a0M)/, "").replace(/^0\.00$/, "0")));
  for (let one = 1; one <= rounds; one++) drawing.append(svg("text", { x: x(one), y: size.height - 10, "text-anchor": "middle", "font-size": 14 }, one === 1 ? "round 1" : `${one}`));
  const ends = apart(series.map((one) => y(one.values[one.values.length - 1])), 18, room.top + 6, size.height - room.bottom);
  series.forEach((one, number) => {
    const colour = COLOURS[one.team % COLOURS.length], kind = MARKS[one.team % MARKS.length];
    drawing.append(svg("polyline", { points: one.values.map((value, at) => `${x(at + 1)},${y(value)}`).join(" "), fill: "none", stroke: colour, "stroke-width": 3, "stroke-linejoin": "round" }));
    one.values.forEach((value, at) => drawing.append(mark(kind, x(at + 1), y(value), colour)));
    drawing.append(mark(kind, size.width - room.right + 8, ends[number], colour, 4.5), svg("text", { x: size.width - room.right + 18, y: ends[number] + 5, "font-size": 15, "font-weight": 600 }, one.name));
  });
  return h("figure", { style: "margin:.4rem 0" }, drawing, h("figcaption", { class: "quiet" }, title));
}
function ticks(low, high) {
  const span = high - low || 1, raw = span / 4, power = 10 ** Math.floor(Math.log10(raw)), step = [1, 2, 2.5, 5, 10].map((one) => one * power).find((one) => one >= raw);
  const found = [];
  for (let one = Math.floor(low / step) * step; one <= high + step * .999; one += step) found.push(Math.abs(one) < step / 1e6 ? 0 : one);
  return found;
}
function apart(wanted, gap, top, bottom) {      // heights near those wanted, a line of type apart
  const order = wanted.map((_, number) => number).sort((one, other) => wanted[one] - wanted[other]), placed = [];
  order.forEach((number, at) => { placed[number] = at ? Math.max(wanted[number], placed[order[at - 1]] + gap) : Math.max(wanted[number], top); });
  let ceiling = bottom;
  for (const number of order.slice().reverse()) { placed[number] = Math.min(placed[number], ceiling); ceiling = placed[number] - gap; }
  return placed;
}
// Bars of customer equity, the longest first.
function equityBars(board, currency, mine) {
  const most = Math.max(...board.map((one) => one.equity[one.equity.length - 1]), 1);
  return h("table", { class: "bars" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "customer equity, " + currency), h("th", {}, h("span", { class: "skip" }, "bar")), h("th", {}, ""), h("th", { scope: "col" }, "profit so far"))),
    h("tbody", {}, board.map((one) => {
      const value = one.equity[one.equity.length - 1];
      return h("tr", { class: one.team === mine ? "mine" : "" }, h("th", { scope: "row", class: "left" }, `${one.rank}. `, swatch(one.team), one.name),
        h("td", { class: "bar" }, h("span", { style: `display:block;height:1.1em;width:${Math.max(100 * value / most, .5)}%;background:${COLOURS[one.team % COLOURS.length]};border-radius:3px` })),
        h("td", { class: "money" }, h("strong", {}, money(value))), h("td", { class: "quiet money" }, money(one.profit_so_far)));
    })));
}
