"""What a calibration found, for reading: the finding, the estimates, what the data can and cannot say, and how well the market matches."""

import pandas as pd
from rich.text import Text

from sim.screens.paper import faint, grid, heading

MOST_ROWS = 14


def result(found) -> list:
    """The whole screen."""
    return [
        Text(found.sentence(), style="bold"),
        Text(),
        *notes(found),
        *estimates(found),
        *considered(found),
        *beside(found),
        *said(found),
    ]


def notes(found) -> list:
    """What was taken for what, and which rows were left out."""
    lines = [
        faint("read as " + {"log": "a transaction log"}.get(found.kind, f"{found.kind}") + "; " + "; ".join(found.facts.get("notes", [])))
    ]
    if len(found.dropped):
        rows = "; ".join(f"{row.rows:,} {row.reason}" for row in found.dropped.itertuples())
        lines.append(Text(f"Rows dropped: {rows}.", style="yellow"))
    return [*lines, Text()]


def estimates(found) -> list:
    """The parameters with their intervals."""
    table = grid("value", "95% interval", "unit", first="estimated")
    for row in found.estimates.head(40).itertuples():
        limits = "" if pd.isna(row.low) else f"{number(row.low)} to {number(row.high)}"
        table.add_row(row.parameter, number(row.value), limits, row.unit.partition(",")[0])
    more = len(found.estimates) - 40
    return [table, *([faint(f"and {more} more in the table estimates")] if more > 0 else []), Text()]


def considered(found) -> list:
    """Which other models were tried, and by how much each is worse."""
    models = found.considered
    if not len(models) or "aic" not in models:
        return []
    table = grid("parameters", "log likelihood", "AIC above the best", first="models on the fitted part")
    for row in models.sort_values("aic").itertuples():
        name = f"{row.model}{', settled' if getattr(row, 'settled', False) else ''}"
        table.add_row(
            name, str(row.parameters), f"{row.log_likelihood:,.1f}", "chosen" if row.chosen else f"{row.aic - models.aic.min():,.1f}"
        )
    return [table, Text()]


def beside(found) -> list:
    """The data beside what the market plays."""
    lines = []
    for table in found.fit.values():
        shown = thinned(table)
        what = list(dict.fromkeys(table.what))
        unit = found.facts.get("shown_in")
        along = f", {unit} by {unit}" if unit and pd.api.types.is_numeric_dtype(table["at"].dtype) else ""
        seen = "target" if found.kind == "moments" else "observed"
        rows = grid(seen, "played", "95% limits", "", first=what[0] + along if len(what) == 1 else "")
        for row in shown.itertuples():
            name = str(row.at) if len(what) == 1 else f"{row.what}, {row.at}"
            limits = "" if pd.isna(row.low) else f"{number(row.low)} to {number(row.high)}"
            seen = "–" if pd.isna(row.observed) else number(row.observed)
            rows.add_row(name, seen, number(row.simulated), limits, "held out" if row.holdout and not pd.isna(row.observed) else "")
        lines += [rows, Text()]
    return lines


def thinned(table: pd.DataFrame) -> pd.DataFrame:
    """A long table at even steps, its last row included."""
    if len(table) <= 2 * MOST_ROWS:
        return table
    step = -(-len(table) // MOST_ROWS)
    return table.iloc[::-1].iloc[::step].iloc[::-1]


def said(found) -> list:
    """What the data can say, and what they cannot."""
    lines = [heading("What these data say")] + [Text(f"  {one}") for one in found.identified]
    return [*lines, heading("What they do not say"), *(Text(f"  {one}") for one in found.not_identified)]


def number(value: float) -> str:
    """A number with four significant figures, thousands in groups."""
    if pd.isna(value):
        return "–"
    size = abs(value)
    return f"{value:,.0f}" if size >= 1000 else f"{value:.4g}"
