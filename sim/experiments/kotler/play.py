"""Play the markets of Kotler's table."""
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path

import numpy as np

from sim.experiments.keeping import kept
from sim.experiments.kotler.question import CUSTOMERS, MARGINS, NoTable, Reading, margins_of, played_costs, points_of, reading_of, unit_cost
from sim.experiments.kotler.table import Kotler
from sim.experiments.levels import LEVELS, level_by_level
from sim.experiments.sweep import plan_of, sweep

RUNS = 20              # paired runs at most where none are asked for


def kotler(scenario, reading: str = "demand", customers: Sequence[int] | None = None, margins: Sequence[float] | None = None,
           runs: int | None = None, folder: str | Path | None = None, threads: int | None = None, scheduler=None, force: bool = False,
           progress: Callable[[int, int], None] | None = None, command: str | None = None) -> Kotler:
    """Kotler's table for a scenario: our best uniform level by margin and number of customers, each cell with its certainty.

    reading: one of READINGS; customers: few, medium and many, instead of the reading's; margins: high, medium and low as shares of the
    price, instead of 0.7, 0.4 and 0.15. Everything else stands as in the scenario; strategies make way for the five levels. runs: paired
    (default the scenario's, at most 20); the rest as for `sweep`. A margin moves our unit cost alone: where nobody looks at it, profit
    is linear in it, and two unit costs give all three exactly. Raises NoTable, OtherStudy."""
    market = level_by_level(scenario)
    chosen = reading_of(market, reading, customers)
    shares = margins_of(margins)
    runs = runs or min(scenario.runs, RUNS)
    asked = {"reading": reading, "customers": list(chosen.buyers.values()), "margins": list(shares.values()), "runs": runs}
    with kept("kotler", market, asked, folder, force, command) as place:
        plan = plan_of(market, points=points_of(market, chosen, shares), strategies=LEVELS, runs=runs)
        tell = progress and (lambda state: progress(state.played, state.total))
        found = sweep(plan, place.part("table"), threads=threads, scheduler=scheduler, progress=tell, command=command)
        table = Kotler(market, reading, chosen, shares, _profits(plan, found, chosen, shares), runs, found.progress.played)
        place.finish(table.answer(), table.tables())
        return table


def _profits(plan, found, reading: Reading, shares: Mapping[str, float]) -> dict[tuple[str, str], np.ndarray]:
    """Our profit per customer in every cell: [run, level]."""
    if len(found.failures):
        raise NoTable(f"a market of the table cannot be played: {found.failures.reason.iloc[0]}")
    costs, rows, cells = played_costs(plan.scenario, shares), found.rows(), {}
    values = rows.profit.to_numpy().reshape(len(CUSTOMERS), len(costs), len(LEVELS), -1)
    for (i, customers), (j, margin) in product(enumerate(CUSTOMERS), enumerate(MARGINS)):
        if len(costs) == 3:
            cells[customers, margin] = values[i, j].T
        else:
            way = (unit_cost(plan.scenario, shares[margin]) - costs[0]) / (costs[1] - costs[0])
            cells[customers, margin] = ((1 - way) * values[i, 0] + way * values[i, 1]).T
    return cells
