// A number on a scale: slid or typed, with its unit, its range and where the market has it.

import { make, spelled } from "./elements.js";

const STEPS = 200; // of a slider on a logarithmic scale

export function numberLever(lever, move, rest, back) {
  const id = `lever-${lever.name}`;
  const scale = lever.log && lever.low > 0 ? logarithmic(lever) : linear(lever);
  const typed = make("input", { id, class: "typed", type: "number", step: "any", inputmode: "decimal" });
  const slider = make("input", { type: "range", ...scale.range, "aria-label": `${lever.label}, ${lever.unit || "slider"}` });
  slider.addEventListener("input", () => {
    performance.mark("lever");
    const value = scale.value(Number(slider.value));
    typed.value = value;
    tell(slider, lever, value);
    move(valueText(value, lever), false);
  });
  slider.addEventListener("change", rest);
  typed.addEventListener("change", () => {
    performance.mark("lever");
    if (!typed.validity.badInput) move(typed.value === "" ? null : valueText(Number(typed.value), lever), true);
  });
  const element = make(
    "div",
    { class: "lever number" },
    make("div", { class: "head" }, make("label", { for: id }, lever.label), back),
    make(
      "div",
      { class: "stands" },
      make("p", { class: "theory" }, lever.theory),
      make("div", { class: "row" }, typed, make("span", { class: "unit" }, lever.unit)),
    ),
    slider,
    ends(lever, scale),
  );
  const fill = ({ now, text }) => {
    if (document.activeElement !== slider && now !== null) slider.value = scale.position(now);
    if (document.activeElement !== typed || Number(typed.value) !== now) typed.value = now ?? "";
    typed.placeholder = now === null ? (text ?? "") : "";
    tell(slider, lever, now ?? lever.usual);
    element.title = text ?? "";
  };
  return { element, fill };
}

function tell(slider, lever, value) {
  slider.setAttribute("aria-valuetext", `${spelled(value)} ${lever.unit ?? ""}`.trim());
}

/** The value as the address writes it; the usual one needs no writing. */
function valueText(value, lever) {
  return value === lever.usual ? null : String(value);
}

function linear({ low, high, step, usual }) {
  const span = high - low || 1;
  return {
    range: { min: low, max: high, step: step || "any" },
    value: (position) => snapped(position, low, step, usual),
    position: (value) => Math.min(Math.max(value, low), high),
    share: (value) => (value - low) / span,
  };
}

function logarithmic({ low, high, step, usual }) {
  const span = Math.log(high / low);
  const share = (value) => Math.log(Math.max(value, low) / low) / span;
  return {
    range: { min: 0, max: STEPS, step: 1 },
    value: (position) => snapped(Number((low * Math.exp((span * position) / STEPS)).toPrecision(3)), 0, step, usual),
    position: (value) => Math.round(STEPS * Math.min(share(value), 1)),
    share,
  };
}

/** The nearest step; the usual value counts as one. */
function snapped(position, low, step, usual) {
  const wide = step || 0.01;
  const near = Number((low + Math.round((position - low) / wide) * wide).toPrecision(10));
  return usual !== null && usual !== undefined && Math.abs(position - usual) < Math.min(wide / 2, Math.abs(position - near) + wide / 8)
    ? usual
    : near;
}

function ends(lever, scale) {
  const at = lever.usual === null || lever.usual === undefined ? null : Math.min(Math.max(scale.share(lever.usual), 0), 1);
  const usual =
    at === null
      ? null
      : make(
          "span",
          { class: "usual", style: `left:${(100 * at).toFixed(1)}%;transform:translateX(-${(100 * at).toFixed(0)}%)` },
          `usual ${spelled(lever.usual)}`,
        );
  const low = at !== null && at < 0.38 ? null : make("span", {}, spelled(lever.low));
  const high = at !== null && at > 0.62 ? null : make("span", { class: "high" }, spelled(lever.high));
  return make("div", { class: "ends", "aria-hidden": "true" }, low, usual, high);
}
