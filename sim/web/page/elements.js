// Elements of the page, made in one call.

/** An element with its attributes (a name that begins with "on" is a listener) and what it holds. */
export function make(tag, attributes = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) put(element, name, value);
  element.append(...inside.flat().filter((one) => one !== null && one !== undefined && one !== "" && one !== false));
  return element;
}

function put(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (value === true) element.setAttribute(name, "");
  else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
}

export const find = (id) => document.getElementById(id);

/** A number as people read it: groups of three, a true minus sign. */
export function spelled(number, digits = 6) {
  if (number === null || number === undefined || Number.isNaN(number)) return "–";
  return Number(Number(number).toPrecision(digits)).toLocaleString("en", { maximumFractionDigits: 6 }).replace("-", "−");
}

/** Money that is gained or lost: +404 or −4.10; `beside` is the largest number that it is read with, which sets the decimals. */
export function signed(number, beside = number) {
  const size = Math.abs(beside);
  const digits = size >= 100 ? 0 : size >= 10 ? 1 : 2;
  const text = number.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−");
  return number > 0 ? `+${text}` : text;
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** A finding of several sentences: the first one (or its beginning, up to a colon), and the rest. */
export function parted(text, colon = false) {
  const first = (colon ? /^[^.:]+(?=:\s)/ : /^.+?[.!?](?=\s+[A-Z])/s).exec(text)?.[0] ?? text;
  return [capital(first), capital(text.slice(first.length).replace(/^:/, "").trim())];
}
