// The verdict, how sure it is, and what keeps it from being given.

import { capital, find, make } from "./elements.js";
import { leading } from "./gains.js";

const STAGES = { sketch: "sketch", sharper: "sharpening", final: "" };

export function showMarket(market) {
  find("title").textContent = market.title;
  document.title = `${market.title} · Tenure`;
}

/** An answer's line: its sentence, its precision, the gain of the strategy that leads. */
export function showVerdict(line, market) {
  find("problems").hidden = true;
  find("sentence").hidden = find("precision").hidden = false;
  find("sentence").textContent = line.sentence;
  find("stage").textContent = STAGES[line.stage] ?? "";
  find("sureness").textContent = line.precision;
  document.body.dataset.stage = line.stage;
  find("strip").replaceChildren(...leading(line.gain, market));
  showProgress(line);
  if (line.stage !== "final") return;
  find("announced").textContent = `${line.sentence} ${line.precision}`;
  document.body.dataset.answers = Number(document.body.dataset.answers ?? 0) + 1; // full answers so far, for whoever waits for one
}

/** The verdict is old: another is on its way. */
export function waitForVerdict() {
  document.body.dataset.stage = "waiting";
  find("stage").textContent = "asking";
}

/** Why there is no verdict. What is drawn stays, greyed. */
export function showProblems(problems, undo, reset) {
  document.body.dataset.stage = "problem";
  find("sentence").hidden = find("precision").hidden = true;
  find("strip").replaceChildren();
  const said = problems.map((problem) =>
    make(problem.includes("\n") ? "pre" : "p", {}, /^[a-z]+ /.test(problem) ? capital(problem) : problem),
  );
  const ways = make(
    "p",
    { class: "ways" },
    undo && make("button", { type: "button", onclick: undo }, "Undo the last change"),
    make("button", { type: "button", onclick: reset }, "Back to the market as it was"),
  );
  find("problems").replaceChildren(...said, ways);
  find("problems").hidden = false;
  setProgress(100);
}

function showProgress({ stage, runs, of }) {
  setProgress(stage === "final" ? 100 : stage === "sketch" ? 6 : Math.round((96 * runs) / Math.max(of, 1)));
}

function setProgress(share) {
  find("progress").setAttribute("aria-valuenow", share);
  find("progress").firstElementChild.style.width = `${share}%`;
  find("progress").classList.toggle("done", share >= 100);
}
