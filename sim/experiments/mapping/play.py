"""The break-even map: round by round, each round a sweep whose points follow from the rounds before."""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiments.keeping import Kept, kept
from sim.experiments.levels import level_by_level
from sim.experiments.mapping.axes import Axis, axes_of, kinds
from sim.experiments.mapping.mesh import first_cells, points_of
from sim.experiments.mapping.refining import refined
from sim.experiments.mapping.result import Map
from sim.experiments.sweep import Plan, plan_of, sweep
from sim.scenario.suggest import among
from sim.scenario.varying import LEVER

RUNS = 20              # of each point where none are asked for and the scenario has more
POINTS = 400           # that are played at most


class NoMap(Exception):  # noqa: N818 - named for what was looked for
    """There is nothing to draw a map of; the message says why."""


def break_even_map(scenario, x: str | None = None, y: str | None = None, strategies: Sequence[str] | None = None, levels: bool = False,
                   runs: int | None = None, points: int = POINTS, folder: str | Path | None = None, threads: int | None = None,
                   scheduler=None, force: bool = False, progress: Callable[[int, int], None] | None = None,
                   command: str | None = None) -> Map:
    """The map of where which strategy earns the focal seller most, over two parameters, with the band of each border.

    x, y: ranges such as 'product.complexity=0.5..2' (':log' after it: evenly in the logarithm) or paths alone (see `axes.axes_of`; default
    our unit cost and the product's complexity); strategies: default all; levels: the five relationship levels instead. runs: paired
    runs of each point (default the scenario's, at most 20); points: that are played at most. folder, threads, scheduler, force: as for
    `sweep`; progress: called with markets played and markets known to be wanted.

    A coarse mesh of 5 × 5 points is made finer where the best strategy changes, until the border is known to about 1/64 of each axis or its
    band is wider than a cell (see `refining`). Raises NoRange for wrong axes, NoMap where there is nothing to compare, OtherStudy."""
    market = level_by_level(scenario) if levels else scenario
    axes, names = axes_of(market, x, y), _names(market, strategies, levels)
    runs = runs or min(market.runs, RUNS)
    asked = {"x": axes[0].text, "y": axes[1].text, "strategies": list(names), "runs": runs, "points": points}
    with kept("map", market, asked, folder, force, command) as place:
        rounds = Rounds(market, axes, names, runs, points, place, {"threads": threads, "scheduler": scheduler}, progress, command)
        found = rounds.played()
        place.finish(found.answer(), found.tables())
        return found


def planned(scenario, x: str | None = None, y: str | None = None, strategies: Sequence[str] | None = None, levels: bool = False,
            runs: int | None = None) -> tuple[tuple[Axis, Axis], Plan]:
    """The axes of a map and the plan of its first round, before anything is played. Raises NoRange, NoMap."""
    market = level_by_level(scenario) if levels else scenario
    axes = axes_of(market, x, y)
    first = points_of(first_cells(*(len(axis.values) - 1 for axis in axes)))
    return axes, round_plan(market, axes, first, _names(market, strategies, levels), runs or min(market.runs, RUNS))


def round_plan(scenario, axes: tuple[Axis, Axis], points: list[tuple[int, int]], strategies: Sequence[str], runs: int) -> Plan:
    """The plan of some points, by the numbers of their values along x and y."""
    where = np.array(points)
    table = pd.DataFrame({axis.path: np.array(axis.values)[where[:, number]] for number, axis in enumerate(axes)})
    levers = [path for path, kind in kinds(axes).items() if kind == LEVER]
    return plan_of(scenario, points=table, levers=levers, strategies=strategies, runs=runs)


def _names(scenario, strategies: Sequence[str] | None, levels: bool) -> tuple[str, ...]:
    """The strategies of a map, in the scenario's order."""
    for name in strategies or ():
        if name not in scenario.strategies:
            raise NoMap(f"{name!r} is not a strategy of {scenario.name}; {among(name, scenario.strategies)}")
    names = tuple(name for name in scenario.strategies if strategies is None or name in strategies)
    if len(names) < 2:
        more = "name another" if len(scenario.strategies) > 1 else "the scenario has no other; the five levels can be compared: --levels"
        raise NoMap(f"there is nothing to compare with {names[0]}; {more}")
    return names


@dataclass
class Rounds:
    """Plays round after round, and gathers what came out."""
    scenario: object
    axes: tuple[Axis, Axis]
    strategies: tuple[str, ...]
    runs: int
    most: int
    place: Kept
    workers: dict
    progress: Callable[[int, int], None] | None
    command: str | None
    tables: list = field(default_factory=list)
    failures: list = field(default_factory=list)
    markets: int = 0

    def played(self) -> Map:
        """All rounds."""
        profits, cells, ran_out = refined(tuple(axis.shares for axis in self.axes), self.play, self.most)
        tables = (pd.concat(of, ignore_index=True) for of in (self.tables, self.failures))
        return Map(self.scenario, self.axes, self.strategies, self.runs, profits, tuple(cells), *tables, self.markets, ran_out)

    def play(self, points: list[tuple[int, int]]) -> dict[tuple[int, int], np.ndarray]:
        """One round, a sweep of these points: the profits [run, strategy] of those that did not fail."""
        number = len(self.tables) + 1
        plan = round_plan(self.scenario, self.axes, points, self.strategies, self.runs)
        found = sweep(plan, self.place.part(f"round_{number}"), progress=self._tell, command=self.command, **self.workers)
        self.markets += found.progress.played
        for kept_in, table in ((self.tables, found.best), (self.failures, found.failures)):
            kept_in.append(table.assign(round=number))
        rows = found.rows()
        rows = rows[rows.failure.isna()]
        profits = {points[point]: own.pivot_table(index="run", columns="strategy", values="profit", observed=True)
                   for point, own in rows.groupby("point")}
        return {point: table[list(self.strategies)].to_numpy() for point, table in profits.items()}

    def _tell(self, state) -> None:
        if self.progress:
            self.progress(self.markets + state.played, self.markets + state.total)
