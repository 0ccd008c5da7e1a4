// Shares that sum to one: moving one moves the others in proportion.

import { make } from "./elements.js";

const PAINTS = ["#3d4f5c", "#8097a5", "#c5d0d6", "#a58d6f", "#6f7f5c", "#b9b3c4"]; // no strategy has them

export function mixLever(lever, move, rest, back) {
  let shares = [];
  const bar = make(
    "div",
    { class: "mix-bar", "aria-hidden": "true" },
    lever.parts.map((_, at) => make("i", { style: `background:${paint(at)}` })),
  );
  const rows = lever.parts.map((part, at) => {
    const typed = make("input", {
      class: "typed",
      type: "number",
      min: 0,
      max: 100,
      step: 1,
      "aria-label": `${part.spoken}, percent of the buyers`,
    });
    const slider = make("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": `${part.spoken}, share` });
    const name = make("span", { class: "part" }, make("i", { style: `background:${paint(at)}`, "aria-hidden": "true" }), part.spoken);
    const moved = (input, rests) => {
      performance.mark("lever");
      if (input.value === "" || input.validity.badInput) return;
      shares = shared(shares, at, Math.min(Math.max(Math.round(Number(input.value)), 0), 100));
      draw();
      move(text(shares) === text(shareOf(lever.usual)) ? null : text(shares), rests);
    };
    slider.addEventListener("input", () => moved(slider, false));
    slider.addEventListener("change", rest);
    typed.addEventListener("change", () => moved(typed, true));
    return { slider, typed, line: make("div", { class: "row" }, name, slider, typed, make("span", { class: "unit" }, "%")) };
  });
  const draw = () => {
    rows.forEach(({ slider, typed }, at) => {
      slider.value = typed.value = shares[at];
      bar.children[at].style.flexGrow = shares[at];
    });
  };
  const element = make(
    "fieldset",
    { class: "lever mix" },
    make("legend", {}, lever.label),
    make("div", { class: "head" }, bar, back),
    rows.map(({ line }) => line),
    make("p", { class: "theory" }, lever.theory),
  );
  const fill = ({ now }) => {
    if (
      element.contains(document.activeElement) &&
      document.activeElement.type === "range" &&
      text(shares) !== text(shareOf(now)) &&
      element.matches(":active")
    )
      return;
    shares = shareOf(now);
    draw();
  };
  return { element, fill };
}

const paint = (at) => PAINTS[at % PAINTS.length];

/** Percentages out of "0.5,0.3,0.2" or a list. */
function shareOf(value) {
  const numbers = Array.isArray(value) ? value : String(value).split(",");
  return numbers.map((one) => Number((100 * Number(one)).toFixed(2)));
}

const text = (shares) => shares.map((one) => Number((one / 100).toFixed(4))).join(",");

/** One share set, the others scaled (or, where they are nothing, filled evenly) so that all are whole and sum to 100. */
export function shared(shares, at, value) {
  const others = shares.map((_, other) => other).filter((other) => other !== at);
  const before = others.reduce((sum, other) => sum + shares[other], 0);
  const found = shares.map((one, other) =>
    other === at ? value : Math.floor(before ? ((100 - value) * one) / before : (100 - value) / others.length),
  );
  let spare = 100 - found.reduce((sum, one) => sum + one, 0);
  for (const other of [...others].sort((one, two) => shares[two] - shares[one])) {
    if (spare <= 0) break;
    found[other] += 1;
    spare -= 1;
  }
  return found;
}
