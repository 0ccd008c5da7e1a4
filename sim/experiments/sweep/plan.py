"""The plan of a sweep: which points are played, under which strategies, how often, and in which pieces.

A plan follows from its scenario alone: points are laid out by a seed taken from the scenario's, so that the plan is the same on any
machine. How many runs a point gets is no part of it: a sweep that was played with ten runs a point goes on to twenty.
"""
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import numpy as np
import pandas as pd

from sim.offers import burn_in
from sim.outcomes import OUTCOMES
from sim.scenario.problems import Findings, Source
from sim.scenario.reading import read_text
from sim.scenario.suggest import among
from sim.scenario.template import flow
from sim.scenario.varying import LEVER, UNCERTAINTY, Varied

WORK = 3_300_000       # buyers times periods of a piece of work: about a third of a second
LONGEST = 20           # runs of a piece at most
LAYOUT = 0x5EED        # beside the scenario's seed: the luck with which points are laid out and ordered is not that of markets


class NoSweep(Exception):  # noqa: N818 - named for what was looked for
    """A scenario that states no sweep, or one that cannot be planned; the message says what to do."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything that a sweep is to play.

    points: a DataFrame with a column `point` (0, 1, …) and one for each parameter that varies, by its path; values that are no numbers
    stand as texts, in YAML's one-line style. levers and uncertainties: those paths, by what we can choose and what we cannot. strategies:
    those played at every point, `baseline` the one that others are compared with. runs: of each point; block: runs that are played in one
    piece. payoffs: sellers whose profits are wanted beside the outcomes of the focal one. Two plans with the same `digest` are the same but
    for `runs` and `block`.
    """
    scenario: object
    design: str
    points: pd.DataFrame
    levers: tuple[str, ...]
    uncertainties: tuple[str, ...]
    strategies: tuple[str, ...]
    runs: int
    block: int
    payoffs: tuple[str, ...] = ()

    @property
    def outcomes(self) -> dict[str, str]:
        """What is known of every market, and what it is: the OUTCOMES, and a profit for each seller of `payoffs`."""
        return OUTCOMES | {f"profit_{name}": f"profit of {name}: {OUTCOMES['profit']}" for name in self.payoffs}

    @property
    def parameters(self) -> tuple[str, ...]:
        """The paths of all parameters that vary, levers first."""
        return (*self.levers, *self.uncertainties)

    @property
    def baseline(self) -> str:
        """The scenario's baseline where it is played, else the first strategy."""
        return self.scenario.baseline if self.scenario.baseline in self.strategies else self.strategies[0]

    @property
    def seed(self) -> int:
        return self.scenario.seed

    @property
    def markets(self) -> int:
        """How many markets are played in all: points · runs · strategies."""
        return len(self.points) * self.runs * len(self.strategies)

    def values(self, point: int) -> tuple[tuple[str, object], ...]:
        """(path, value) of every parameter at a point, in plain form: what makes the scenario that of the point."""
        return tuple((path, column[point]) for path, column in self._columns.items())

    def sets(self, point: int) -> tuple[str, ...]:
        """The same as options of the command line."""
        return tuple(f"{path}={flow(value)}" for path, value in self.values(point))

    @cached_property
    def order(self) -> np.ndarray:
        """In which order points are played: any part of it from the start is spread over the whole design."""
        luck = np.random.default_rng([self.seed, LAYOUT, 1])
        return luck.permutation(len(self.points)) if self.design in ("grid", "table") else np.arange(len(self.points))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of everything that bears on what is played, but for the number of runs."""
        market = self.scenario.replace(values={"runs": 2}).digest()             # how often it is repeated is left out
        said = {"scenario": market, "seed": self.seed, "levers": self.levers, "uncertainties": self.uncertainties,
                "strategies": self.strategies, "points": len(self.points)} | ({"payoffs": self.payoffs} if self.payoffs else {})
        whole = hashlib.sha256(json.dumps(said, sort_keys=True).encode())
        for path in self.parameters:
            whole.update(json.dumps(self.points[path].tolist()).encode())
        return whole.hexdigest()

    @cached_property
    def _columns(self) -> dict[str, list]:
        """The values of every parameter, point by point, in plain form."""
        return {path: [read(value) if isinstance(value, str) else value for value in self.points[path].tolist()]
                for path in self.parameters}


def plan_of(scenario, points: pd.DataFrame | None = None, levers: Sequence[str] = (), strategies: Sequence[str] | None = None,
            runs: int | None = None, block: int | None = None, payoffs: Sequence[str] = ()) -> Plan:
    """The plan of the sweep that a scenario states; or, with `points`, of a table of one's own.

    points: a column for each parameter, by its path, a row for each point; levers: which of them we choose (in a plan of one's own);
    strategies, runs: default the sweep's, or the scenario's; block: runs that are played in one piece; payoffs: sellers whose profits are
    wanted, each as a column profit_NAME of the rows. Raises NoSweep."""
    stated = scenario.sweep
    if points is None and stated is None:
        raise NoSweep(f"{scenario.name} states no sweep: nothing in it says what varies. Add a section such as\n"
                      "  sweep: {levers: {sellers.ours.price: {values: [95, 100, 105]}}}")
    if points is None:
        table = table_of(stated.varied, stated.rows or laid_out(stated.varied, stated.design, stated.points, scenario.seed))
        kinds = {kind: tuple(one.path for one in stated.varied if one.kind == kind) for kind in (LEVER, UNCERTAINTY)}
        design = stated.design
    else:
        table = points.drop(columns="point", errors="ignore").reset_index(drop=True)
        design, kinds = "table", {LEVER: tuple(path for path in table if path in levers),
                                  UNCERTAINTY: tuple(path for path in table if path not in levers)}
        table.insert(0, "point", np.arange(len(table), dtype=np.int32))
    names = _strategies(scenario, strategies, stated)
    runs = runs or (stated.runs if stated else scenario.runs)
    return Plan(scenario, design, table, kinds[LEVER], kinds[UNCERTAINTY], names, runs, block or block_of(scenario, len(names), runs),
                tuple(payoffs))


def _strategies(scenario, named: Sequence[str] | None, stated) -> tuple[str, ...]:
    """The strategies to play, in the scenario's order."""
    for name in named or ():
        if name not in scenario.strategies:
            raise NoSweep(f"{name!r} is not a strategy of {scenario.name}; {among(name, scenario.strategies)}")
    chosen = named or (stated.strategies if stated else scenario.strategies)
    return tuple(name for name in scenario.strategies if name in chosen)


def block_of(scenario, strategies: int, runs: int) -> int:
    """How many runs are played in one piece: enough to be worth the making of a point, few enough to be lost; no more than half of all
    runs of a point, so that a sweep that is half done has been everywhere."""
    work = scenario.market.buyers * (burn_in(scenario) + scenario.market.periods) * strategies
    return max(min(round(WORK / work), LONGEST, -(-runs // 2)), 1)


def laid_out(varied: Sequence[Varied], design: str, points: int, seed: int) -> list[tuple]:
    """The points of a design, in the order of `varied`: a grid counts the last parameter first; the others are laid out with the
    scenario's seed, so that they are the same on any machine (McKay, Beckman & Conover 1979; Sobol' 1967, scrambled after Owen 1998)."""
    if design == "grid":
        return list(product(*(one.in_grid() for one in varied)))
    from scipy.stats import qmc

    luck = np.random.Generator(np.random.PCG64([seed, LAYOUT]))
    if design == "sobol":
        sequence = qmc.Sobol(len(varied), scramble=True, rng=luck)
        shares = sequence.random_base2(math.ceil(math.log2(points)))[:points]
    else:
        shares = qmc.LatinHypercube(len(varied), rng=luck).random(points)
    return [tuple(one.at(share) for one, share in zip(varied, row, strict=True)) for row in shares.tolist()]


def table_of(varied: Sequence[Varied], rows: Sequence[tuple]) -> pd.DataFrame:
    """Points as a table: `point`, then a column for each parameter; numbers as numbers, all else as texts."""
    columns = {"point": np.arange(len(rows), dtype=np.int32)}
    for number, one in enumerate(varied):
        columns[one.path] = column_of([row[number] for row in rows])
    return pd.DataFrame(columns)


def column_of(values: list):
    """A column of one sort: whole numbers, numbers, true or false, or texts."""
    if all(isinstance(value, bool) for value in values):
        return np.array(values, bool)
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return np.array(values, np.int64 if all(isinstance(value, int) for value in values) else np.float64)
    return np.array([value if isinstance(value, str) and flow(value) == value else flow(value) for value in values], object)


@lru_cache(maxsize=100_000)
def read(text: str):
    """The plain value of a text in a column."""
    return read_text(text, Source("option", "value"), Findings())[1].values
