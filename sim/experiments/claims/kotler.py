"""C2  Kotler: the best level rises with the margin and falls with the number of customers.

The table itself is `sim.experiments.kotler`, which `tenure kotler` plays for any scenario; here it is read as contrasts, in the default
market and in three readings of 'number of customers'.
"""
from collections.abc import Sequence

import numpy as np

from sim.experiments.claims.contrasts import GAIN, Contrast, contrast
from sim.experiments.claims.markets import AS_SHIPPED, Under
from sim.experiments.kotler import READINGS, Kotler, kotler
from sim.experiments.kotler.question import CUSTOMERS, MARGINS
from sim.experiments.levels import LEVELS
from sim.scenario import load

RUNGS = len(LEVELS) - 1


def ladder(readings: Sequence[str] = tuple(READINGS), periods: int = 120, runs: int = 20, scale: float = 1.0,
           under: Under = AS_SHIPPED) -> list[Contrast]:
    """C2 in readings of 'number of customers': cells and how many are out of order (as figures), then the contrasts of neighbouring cells
    that differ, of the two sure corners, and of both directions. scale: of the numbers of customers, which keep their proportions."""
    found = []
    for reading in readings:
        customers = [max(2, round(scale * READINGS[reading].buyers[name])) for name in CUSTOMERS]
        scenario = load("default", [*under.defaults, f"market.periods={periods}"])
        table = kotler(scenario, reading, customers, runs=runs, threads=under.threads)
        found += [*cells(reading, table), *steps(reading, table), *corners(reading, table), *directions(reading, table)]
    return found


def cells(reading: str, table: Kotler) -> list[Contrast]:
    """The best level of each cell by its rung (basic is 0), how many neighbours are out of order, how many cells are near Kotler's."""
    against, near = int((~table.neighbours.in_order).sum()), int((table.cells.off.abs() <= 1).sum())
    return [*(Contrast(GAIN, f"{reading}: rung of the best level, {'/'.join(cell)} ({LEVELS[rung]})", rung, rung, rung, RUNGS)
              for cell, rung in table.best.items()),
            Contrast(GAIN, f"{reading}: pairs of neighbours against the claim, of 12", against, against, against, 12),
            Contrast(GAIN, f"{reading}: cells within a rung of Kotler's table, of 9", near, near, near, 9)]


def steps(reading: str, table: Kotler) -> list[Contrast]:
    """Of neighbouring cells whose best levels differ: how much more going from the lower of them to the higher adds where the claim expects
    more, in % of profit."""
    return [Contrast("C2", f"{reading}: {row.more} {row.level_more} over {row.less} {row.level_less} (% of profit)", 100 * row.contrast,
                     100 * row.low, 100 * row.high) for row in table.neighbours.itertuples() if row.verdict != "same"]


def corners(reading: str, table: Kotler) -> list[Contrast]:
    """The two sure cells, partnership for few at a high margin, basic or reactive for many at a low one: the best level that is claimed
    over the best of the others, in % of what basic earns there."""
    return [Contrast("C2", f"{reading}: corner {row.cell}: what is claimed over the best other level (% of basic's profit)",
                     100 * row.contrast, 100 * row.low, 100 * row.high) for row in table.corners.itertuples()]


def directions(reading: str, table: Kotler) -> list[Contrast]:
    """By how many rungs the best level of a run lies higher at high than at low margin, and with few than with many customers: the mean
    over the three rows or columns."""
    best = {cell: profit.argmax(1) for cell, profit in table.profits.items()}
    margin = np.mean([best[count, "high"] - best[count, "low"] for count in CUSTOMERS], 0)
    number = np.mean([best["few", one] - best["many", one] for one in MARGINS], 0)
    return [contrast("C2", f"{reading}: rungs of the best level, high over low margin", margin, RUNGS),
            contrast("C2", f"{reading}: rungs of the best level, few over many customers", number, RUNGS)]
