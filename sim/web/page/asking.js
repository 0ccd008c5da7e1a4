// Asking the server: it may be away for a while, and then the page goes on by itself.

const AGAIN = 1500; // ms until a lost server is tried again
const AWAY = "The page has lost Tenure; start it again with tenure open: it goes on by itself.";
let away = null;

/** An answer as {data} or as {problems: [sentences]}. Throws AbortError once `signal` is aborted. */
export async function ask(path, options = {}) {
  const response = await reach(path, options);
  return response.ok ? { data: await response.json() } : { problems: await problemsOf(response) };
}

/** The lines of a streamed answer, one object each. A problem is a line {stage: "failed", problems}. */
export async function* lines(path, options = {}) {
  for (;;) {
    const response = await reach(path, options);
    if (!response.ok) return yield { stage: "failed", problems: await problemsOf(response) };
    try {
      return yield* parsed(response.body);
    } catch (error) {
      if (options.signal?.aborted || error instanceof SyntaxError) throw error;
      await lost(options.signal);
    }
  }
}

async function* parsed(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    const found = (rest + (value ?? "")).split("\n");
    rest = done ? "" : found.pop();
    for (const line of found) if (line.trim()) yield JSON.parse(line);
    if (done) return;
  }
}

/** A response; while there is no server, tried again until there is. */
export async function reach(path, options = {}) {
  for (;;) {
    try {
      const response = await fetch(path, options);
      back();
      return response;
    } catch (error) {
      if (options.signal?.aborted) throw error;
      await lost(options.signal);
    }
  }
}

export async function problemsOf(response) {
  const said = await response.json().catch(() => null);
  return said?.problems ?? [`Tenure could not answer (${response.status}). Undo, or try again.`];
}

/** Whether an error only says that the question was taken back. */
export const takenBack = (error) => error.name === "AbortError";

async function lost(signal) {
  if (!away) {
    away = Object.assign(document.createElement("p"), { className: "lost", textContent: AWAY });
    away.setAttribute("role", "alert");
    document.body.prepend(away);
  }
  await new Promise((go) => setTimeout(go, AGAIN));
  signal?.throwIfAborted();
}

function back() {
  away?.remove();
  away = null;
}
