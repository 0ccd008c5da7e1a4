"""Published figures beside the simulated ones, on a screen."""

from math import isnan

from rich.text import Text

from sim.experiments.published.figure import AGREES
from sim.experiments.published.play import number
from sim.screens.paper import faint, grid, heading
from sim.wording import counted


def result(found) -> list:
    """Every figure, group by group, and what is off in bold."""
    lines = [Text(found.sentence(), style="bold")]
    for group, rows in found.table.groupby("group", sort=False):
        lines += [Text(), heading(f"{group}: {listed_sources(rows)}"), table(rows)]
    return lines


def listed_sources(rows) -> str:
    """Where the figures of a group come from."""
    return "; ".join(dict.fromkeys(rows.source))


def table(rows):
    """The figures of a group: as printed, exact, simulated with its standard error, and by how many of these they differ."""
    shown = grid("printed", "exact", "simulated", "± SE", "SE off", "", first="")
    for row in rows.itertuples():
        style = "" if row.verdict == AGREES else "bold"
        off = "" if isnan(row.off) else f"{row.off:+.1f}".replace("-", "−")
        means = [number(value, 5) for value in (row.printed, row.exact, row.simulated)]
        cells = [*means, number(row.error, 2) if row.error else "", off, row.verdict]
        shown.add_row(Text(row.what, style=style), *(Text(cell, style=style) for cell in cells))
    return shown


def rests_on(found) -> Text:
    """What the numbers rest on, in one faint line."""
    return faint(f"{counted(found.markets, 'market')} played · seed {found.seed} · exit code 1 where a figure is more than 4 SE off")
