"""A comparison as the page shows it: one line of JSON, which figures in it are new, and what it rests on in words."""

import json

from sim.experiments.compare import Comparison
from sim.report.charts import records
from sim.report.figures import figures
from sim.screens.verdict import ROWS, figure_cell
from sim.wording import counted, plain, spoken

SKETCHED = ("profit", "gap", "why")  # what a sketch redraws
LATER = ("retention", "survival", "money", "phases")  # what waits for the first whole runs


def beginning(stage: str, comparison: Comparison, of: int, all_buyers: int) -> dict:
    """What a comparison says first at a stage (sketch, sharper, final), of `of` runs and `all_buyers` buyers in the end: the verdict, and
    the figures of a sketch."""
    order = comparison.gain.sort_values("gain", ascending=False).strategy if comparison.others else []
    sentences = [comparison.sentence(name) for name in order] or [alone(comparison)]
    runs, buyers = comparison.runs.runs, comparison.buyers
    return {
        "stage": stage,
        "runs": runs,
        "of": of,
        "buyers": buyers,
        "all_buyers": all_buyers,
        "sentence": sentences[0],
        "others": sentences[1:],
        "precision": precision(stage, runs, buyers),
        "gain": gains(comparison),
        "figures": shown_figures(comparison, SKETCHED),
    }


def packed(said: dict) -> bytes:
    """One line of JSON; what is no number is null, as a browser reads no NaN."""
    return json.dumps(said, separators=(",", ":"), allow_nan=False, default=float).encode() + b"\n"


def precision(stage: str, runs: int, buyers: int) -> str:
    """What the numbers rest on."""
    words = f"{counted(runs, 'paired run')} of {counted(buyers, 'buyer')}"
    return {"sketch": f"a sketch from {words}", "sharper": f"{words} so far", "final": words}[stage] + " · 95% interval"


def alone(comparison: Comparison) -> str:
    """What is said where there is nothing to compare."""
    from sim.plots.profit import profit_finding

    return f"{profit_finding(comparison)}."


def gains(comparison: Comparison) -> list[dict]:
    """The table of gains, to the digits that `tenure compare --json` prints."""
    return [plain(row) for row in comparison.gain.to_dict("records")] if comparison.others else []


def shown_figures(comparison: Comparison, names: tuple[str, ...]) -> dict[str, dict]:
    """Findings, how to read them, and the rows of figures."""
    wanted = [name for name in names if comparison.others or name not in ("gap", "why")]
    return {
        name: {"finding": figure.finding, "how": figure.how, "rows": {data: records(rows) for data, rows in figure.rows.items()}}
        for name, figure in figures(comparison, wanted).items()
    }


def summary(comparison: Comparison) -> dict:
    """The table of figures: heads, and rows of words and cells."""
    market, names = comparison.scenario.market, comparison.runs.strategies
    table = comparison.summary.set_index("strategy")
    return {
        "heads": [f"{spoken(comparison.focal)} (± half the 95% interval)", *map(spoken, names)],
        "rows": [
            [words.format(currency=market.currency, period=market.period), *(figure_cell(table.loc[name], figure, kind) for name in names)]
            for figure, (words, kind) in ROWS.items()
        ],
    }
