"""Kotler's table: the model's and his own side by side, then where they differ."""

from rich.text import Text

from sim.experiments.kotler.question import BOOK, CUSTOMERS, MARGINS, unit_cost
from sim.experiments.levels import LEVELS
from sim.screens.paper import faint, grid, heading
from sim.wording import amount, counted, percent


def result(table) -> list:
    """Everything that came out."""
    return [Text(table.sentence(), style="bold"), Text(), side_by_side(table), meaning(table), *steps(table), *corners(table)]


def side_by_side(table):
    """Both tables, many customers above, a high margin at the left."""
    headings = [f"{margin}\n{percent(table.margins[margin])}" for margin in MARGINS]
    shown = grid(*headings, "", *(f"{margin}\n(Kotler)" for margin in MARGINS), first="margin\ncustomers")
    for customers in reversed(CUSTOMERS):
        his = [Text(LEVELS[BOOK[customers, margin]], style="dim") for margin in MARGINS]
        model = [cell(table, customers, margin) for margin in MARGINS]
        shown.add_row(f"{customers}\n{table.reading.buyers[customers]:,}", *model, "", *his)
    return shown


def cell(table, customers: str, margin: str) -> Text:
    """The best level, how sure it is, and by how much it leads; bold where it is his."""
    row = table.cells.set_index(["customers", "margin"]).loc[(customers, margin)]
    return Text.assemble((row.level, "bold" if row.off == 0 else ""), f"\n{percent(row.certainty)} sure\n+{amount(row.lead)}")


def meaning(table) -> Text:
    """What stands in a cell."""
    return faint(f"Sure: the share of bootstrap resamples of the runs in which the level is best; below it its lead over the next best, "
                 f"{table.scenario.market.currency} per customer.")  # fmt: skip


def steps(table) -> list:
    """The neighbouring cells that differ, and whether the difference is what he says."""
    rows = table.neighbours[table.neighbours.verdict != "same"]
    shown = grid("levels", "gains more by,\nof profit", "95% interval", "", first="from customers/margin to")
    for row in rows.itertuples():
        gain, low, high = (f"{100 * value:+.1f}%".replace("-", "−") for value in (row.contrast, row.low, row.high))
        shown.add_row(f"{row.less} to {row.more}", f"{row.level_less} to {row.level_more}", gain, f"{low} to {high}", row.verdict)
    alike = len(table.neighbours) - len(rows)
    words = f"Steps of the table: {len(rows)} of {len(table.neighbours)} change the level" + (f", {alike} leave it" if alike else "")
    return [Text(), heading(words), shown] if len(rows) else [Text(), heading(words)]


def corners(table) -> list:
    """The two corners that the book is sure to have."""
    lines = [Text(), heading("The two corners")]
    for row in table.corners.itertuples():
        words = f"{row.level}, {'as' if row.as_booked else 'not as'} he has it"
        lines.append(Text(f"  {row.cell}: {words} ({row.verdict}: {100 * row.contrast:+.1f}% of profit, {100 * row.low:+.1f}% to "
                          f"{100 * row.high:+.1f}%)".replace("-", "−")))  # fmt: skip
    return lines


def rests_on(table) -> Text:
    """What the numbers rest on, in one faint line."""
    scenario = table.scenario
    costs = ", ".join(f"{unit_cost(scenario, table.margins[margin]):g}" for margin in MARGINS)
    return faint(f"{scenario.name} · {counted(table.runs, 'paired run')} · {counted(table.markets, 'market')} · unit costs {costs} · "
                 f"{counted(scenario.market.periods, scenario.market.period)} · seed {scenario.seed}")  # fmt: skip
