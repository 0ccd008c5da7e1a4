// The page: address, levers, verdict and sections, wired to one another.

import { Address } from "./address.js";
import { Answering } from "./answering.js";
import { ask } from "./asking.js";
import { Assumed } from "./assumed.js";
import { find, make } from "./elements.js";
import { Figure } from "./figures.js";
import { copyYaml, downloadReport, uploadFile } from "./files.js";
import { strip } from "./gains.js";
import { showKotler } from "./kotler.js";
import { Levers } from "./levers.js";
import { Lives } from "./lives.js";
import { BreakEvenMap } from "./map.js";
import { Parameters } from "./parameters.js";
import { Played } from "./played.js";
import { wordTable } from "./row_table.js";
import { Sections } from "./sections.js";
import { showMarket, showProblems, showVerdict, waitForVerdict } from "./verdict.js";

const FIGURES = ["profit", "gap", "why", "money", "retention", "survival", "phases"];

const address = new Address(moved, looked);
const figures = Object.fromEntries(FIGURES.map((name) => [name, new Figure(name)]));
const map = new BreakEvenMap((axis, path) => address.look(axis, path));
const parts = {
  lives: new Lives(
    () => address.market(["buyer"]),
    (buyer) => address.look("buyer", buyer),
  ),
  kotler: new Played("/api/kotler", () => address.market(), showKotler, "Playing the nine markets of the table …"),
  map: new Played(
    "/api/map",
    () => address.market(["x", "y"]),
    (line, place) => map.show(line, place),
    "Playing the markets of the map …",
  ),
  parameters: new Parameters(
    () => address.market(),
    (path, text) => address.set(path, text),
  ),
  assumed: new Assumed(() => address.market()),
};
const summary = make("div", { class: "summary" });
const gains = make("div", { class: "strip wide" });
const sections = new Sections(address, figures, parts, { profit: [gains, summary] });
const levers = new Levers(
  (name, value, rests) => address.move(name, value, rests),
  () => address.settle(),
  () => sections.open("values"),
);
const answering = new Answering(() => address.market(), { market: took, line: told, problems });
let market = null;

function moved(drags) {
  waitForVerdict();
  offerWays();
  for (const one of [...Object.values(parts), ...Object.values(figures)]) one.outdated();
  answering.moved(drags);
}

function looked() {
  sections.show();
}

/** The newest state's market is known. */
function took(data) {
  const another =
    market &&
    (market.name !== data.name ||
      market.own !== data.own ||
      String(market.strategies.map(({ name }) => name)) !== String(data.strategies.map(({ name }) => name)));
  market = data;
  if (another) for (const figure of Object.values(figures)) figure.forget();
  for (const [name, figure] of Object.entries(figures)) figure.describe(data.figures[name]);
  levers.show(data);
  showMarket(data);
  parts.assumed.show(data, `/yaml?${address.market()}`);
  chooseMarket();
  if ([parts.parameters, parts.assumed].includes(sections.part)) sections.part.open();
}

/** A line of the newest state's answer. */
function told(line, since) {
  if (!market) return;
  showVerdict(line, market);
  for (const [name, figure] of Object.entries(line.figures ?? {})) figures[name]?.fill(figure, since);
  gains.replaceChildren(...(line.gain?.length > 1 ? strip(line.gain, market) : []));
  if (line.summary) showSummary(line);
  if (line.stage === "final") for (const figure of Object.values(figures)) figure.complete();
  if (line.stage !== "sharper") (line.stage === "final" || sections.part === parts.lives) && sections.part?.open();
}

function showSummary({ summary: { heads, rows }, others = [] }) {
  const further = others.map((sentence) => make("p", {}, sentence));
  summary.replaceChildren(...further, make("h2", {}, "What each strategy came to"), wordTable(heads, rows, "What each strategy came to"));
}

function problems(list) {
  showProblems(list, address.undoable && (() => history.back()), () => address.reset());
  offerWays();
}

function offerWays() {
  find("undo").disabled = !address.undoable;
  find("redo").disabled = !address.redoable;
  find("reset").disabled = !address.moved;
}

async function listMarkets() {
  const { data } = await ask("/api/markets");
  find("markets").replaceChildren(
    ...(data?.markets ?? []).map(({ name, title, teaches }) => make("option", { value: name, title: teaches }, title)),
  );
  chooseMarket();
}

/** The menu of markets shows the one that is played. */
function chooseMarket() {
  const menu = find("markets");
  menu.querySelector("[data-own]")?.remove();
  if (address.get("own")) menu.prepend(make("option", { value: "", "data-own": true }, `Your own: ${market?.title ?? "uploaded"}`));
  menu.value = address.get("own") ? "" : (address.get("market") ?? "default");
}

function openLevers(open) {
  document.body.classList.toggle("changing", open);
  find("change").setAttribute("aria-expanded", open);
  find("change").textContent = open ? "Done" : "Change the market";
}

function keys(event) {
  if (
    !(event.ctrlKey || event.metaKey) ||
    event.altKey ||
    event.target.matches("input:not([type=range],[type=radio],[type=checkbox]),textarea")
  )
    return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "z" && !event.shiftKey) address.undoable && history.back();
  else address.redoable && history.forward();
}

function listen() {
  const on = (id, kind, does) => find(id).addEventListener(kind, does);
  on("undo", "click", () => history.back());
  on("redo", "click", () => history.forward());
  on("reset", "click", () => address.reset());
  on("copy", "click", async () => copyYaml((await answering.market)?.data ?? market));
  on("report", "click", ({ target }) => downloadReport(address.market(), target));
  on("upload", "click", () => find("file").click());
  on("file", "change", ({ target }) => {
    if (target.files[0]) uploadFile(target.files[0], (own) => address.start("own", own));
    target.value = "";
  });
  on("markets", "change", ({ target }) => target.value && address.start("market", target.value));
  on("change", "click", () => openLevers(!document.body.classList.contains("changing")));
  on("menu", "click", () => find("menu").setAttribute("aria-expanded", find("tools").classList.toggle("open")));
  addEventListener("keydown", keys);
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) uploadFile(event.dataTransfer.files[0], (own) => address.start("own", own));
  });
}

listen();
listMarkets();
sections.show();
moved(false);
