// Files in and out: the market as YAML, a report to keep, a scenario or purchases of one's own.

import { lines, problemsOf, reach, takenBack } from "./asking.js";
import { find, make } from "./elements.js";

/** The newest market's YAML to the clipboard; where the browser forbids it, shown to be copied by hand. */
export async function copyYaml(market) {
  const yaml = market.yaml;
  const done =
    (await navigator.clipboard?.writeText(yaml).then(
      () => true,
      () => false,
    )) || copiedByHand(yaml);
  if (done)
    return say(
      `Copied ${yaml.trim().split("\n").length} lines of YAML: ` +
        "save them as my_market.yaml, and tenure compare my_market.yaml asks the same.",
    );
  say("The browser does not let the page copy; here it is.", make("pre", { tabindex: 0 }, yaml));
}

function copiedByHand(text) {
  const area = make("textarea", { class: "unseen", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** The report of the market as a file; it takes as long as the full answer. */
export async function downloadReport(query, button) {
  if (button.disabled) return;
  const words = button.textContent;
  button.textContent = "Writing the report…";
  button.disabled = true;
  try {
    const response = await reach(`/report?${query}`);
    if (!response.ok) return complain("There is no report.", await problemsOf(response));
    save(await response.blob(), /filename="?([^";]+)/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "report.html");
    say("The report is in your downloads; it needs no network.");
  } finally {
    button.textContent = words;
    button.disabled = false;
  }
}

function save(blob, name) {
  const link = make("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** A scenario or purchases to the server; use(token): what to do with the market that it makes. */
export async function uploadFile(file, use) {
  const stop = new AbortController();
  const bar = make("progress", { max: 1, "aria-label": `Reading ${file.name}` });
  const halt = () => (stop.abort(), note.remove());
  const note = say(`Reading ${file.name} …`, bar, make("button", { type: "button", onclick: halt }, "Stop"));
  try {
    for await (const line of lines(`/api/upload?name=${encodeURIComponent(file.name)}`, {
      method: "POST",
      body: file,
      signal: stop.signal,
    })) {
      if (line.stage === "playing" && line.total) bar.value = line.done / line.total;
      if (line.stage === "failed") complain(`${file.name} was not taken; nothing has changed.`, line.problems);
      if (line.stage === "final") {
        say(line.sentence);
        use(line.own);
      }
    }
  } catch (error) {
    if (!takenBack(error)) throw error;
  }
}

/** A note beneath the verdict, in place of the one before. */
function say(text, ...more) {
  return noted(make("div", { class: "notice", role: "status" }, make("p", {}, text), more));
}

function complain(text, problems) {
  return noted(
    make(
      "div",
      { class: "notice bad", role: "alert" },
      make("p", {}, text),
      problems.map((one) => make("pre", {}, one)),
    ),
  );
}

function noted(note) {
  note.append(make("button", { type: "button", class: "close", "aria-label": "Close this note", onclick: () => note.remove() }, "×"));
  find("notices").replaceChildren(note);
  return note;
}
