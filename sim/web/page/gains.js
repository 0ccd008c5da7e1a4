// Gains over the baseline as dots with their intervals, on one scale with nought.

import { capital, make, signed } from "./elements.js";

/** The strip of the strategy that gains most, the one that the verdict is about. */
export function leading(gains, market) {
  const [first] = [...(gains ?? [])].sort((one, other) => other.gain - one.gain);
  return first ? strip([first], market) : [];
}

/** A row for each gain: who, how much, from where to where. */
export function strip(gains, market) {
  const known = (gains ?? []).filter((one) => Number.isFinite(one.gain));
  if (!known.length) return [];
  const reach = round(Math.max(...known.flatMap((one) => [one.gain, one.low ?? 0, one.high ?? 0].map(Math.abs))));
  const baseline = market.strategies.find((one) => one.baseline)?.spoken ?? market.baseline;
  const who = known.length > 1 ? "gain" : (market.strategies.find((one) => one.name === known[0].strategy)?.spoken ?? "gain");
  const heading = `${capital(who)} over ${baseline}, ${market.currency} per buyer`;
  return [make("p", { class: "strip-title" }, heading), ...known.map((one) => row(one, reach, market))];
}

function row(one, reach, market) {
  const { spoken, colour } = market.strategies.find((other) => other.name === one.strategy) ?? { spoken: one.strategy, colour: "#222" };
  const at = (value) => 50 + (50 * value) / reach;
  const widest = Math.max(Math.abs(one.low), Math.abs(one.high));
  const told = Number.isFinite(one.low) ? `${signed(one.low, widest)} to ${signed(one.high, widest)}` : "no interval from one run";
  const track = make("div", { class: "track", "aria-hidden": "true" }, make("i", { class: "nought" }));
  if (Number.isFinite(one.low))
    track.append(make("i", { class: "span", style: `left:${at(one.low)}%;width:${at(one.high) - at(one.low)}%;background:${colour}` }));
  track.append(make("i", { class: "dot", style: `left:${at(one.gain)}%;background:${colour}` }));
  return make(
    "div",
    { class: "gain" },
    make("span", { class: "who" }, spoken),
    make("b", {}, signed(one.gain)),
    make("span", { class: "range" }, told),
    track,
  );
}

/** The scale's end: 1, 2 or 5 times a power of ten, so that it holds still while a lever moves. */
function round(size) {
  const power = 10 ** Math.floor(Math.log10(size || 1));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= size * 1.02) ?? 10 * power;
}
