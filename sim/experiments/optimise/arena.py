"""Where policies are played: the scenario's market with one strategy more, on one luck or another; and what a policy spends there."""

import json
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.experiments.keeping import Kept
from sim.experiments.optimise.decisions import NOTHING, key_of
from sim.experiments.sweep import plan_of, sweep
from sim.experiments.sweep.plan import LAYOUT
from sim.money import WINNING_MARKETS
from sim.outcomes import OUTCOMES

NAME = "optimised"
NO_ACCOUNTS = 0.0  # retention of a seller that never had an account


@dataclass(frozen=True)
class Budget:
    """What the focal seller may spend on relationships in a period: `amount` in all, or per buyer of the market, or per account.

    Spent is what serving accounts costs (people's time, contacts, resolved problems, setting up, listening, programmes, and what goes to
    the six markets); a loyalty discount is forgone price and no spending. In all and per buyer it is reckoned at the size that the seller
    ends with: money per account and period over the whole run, times the accounts at the end."""

    amount: float
    per: str = ""  # "", "buyer" or "account"

    def spent(self, values: np.ndarray, policy: dict, buyers: int) -> np.ndarray:
        """What a policy spends in each run, in the budget's unit: values [run, outcome] of OUTCOMES -> [run]."""
        names = list(OUTCOMES)
        cost, accounts = (np.nan_to_num(values[:, names.index(name)]) for name in ("cost_to_serve", "accounts"))
        budget = policy.get("relationship_budget", NOTHING["relationship_budget"])
        winning = budget["total"] * sum(budget.get(name, 0.0) for name in WINNING_MARKETS)
        whole = cost * accounts + winning
        if self.per == "account":
            return cost + winning / np.maximum(accounts, 1)
        return whole / buyers if self.per == "buyer" else whole


@dataclass
class Arena:
    """Where policies are played: a scenario, luck and a place for the rows.

    play(policies, runs, luck, part): every policy in every run, the same luck for all; [policy, run, outcome] of OUTCOMES, nan where a
    policy failed (`failures` says why, by policy). luck 0 is the scenario's own seed, others are seeds that follow from it."""

    scenario: object
    place: Kept
    threads: int | None = None
    scheduler: object = None
    progress: Callable[[int], None] | None = None  # called with markets played so far
    played: int = 0
    failures: dict[str, str] = field(default_factory=dict)

    def play(self, policies: Sequence[dict], runs: int, luck: int, part: str) -> np.ndarray:
        """What came of the policies."""
        scenario, focal = self._with_luck(luck), self.scenario.focal
        table = pd.DataFrame(
            {
                f"strategies.{name_in(scenario)}.{focal}.{name}": np.array([json.dumps(one[name]) for one in policies], object)
                for name in policies[0]
            }
        )
        plan = plan_of(scenario, points=table, levers=list(table), strategies=[name_in(scenario)], runs=runs)
        found = self._sweep(plan, part)
        for row in found.failures.itertuples():
            self.failures[key_of(policies[row.point])] = row.reason
        return _by_point(found.rows(), len(policies), runs)

    def play_own(self, names: Sequence[str], runs: int, luck: int, part: str) -> np.ndarray:
        """What came of strategies of the scenario's own, as they stand; [strategy, run, outcome]."""
        scenario = self._with_luck(luck)
        plan = plan_of(scenario, points=pd.DataFrame({"seed": [scenario.seed]}), strategies=list(names), runs=runs)
        rows = self._sweep(plan, part).rows()
        return np.concatenate([_by_point(rows[rows.strategy == name], 1, runs) for name in names])

    def seed(self, luck: int) -> int:
        """The seed of a luck."""
        own = self.scenario.seed
        return own if luck == 0 else int(np.random.default_rng([own, LAYOUT, 20 + luck]).integers(1, 2**31))

    def _with_luck(self, luck: int):
        return self.scenario if luck == 0 else self.scenario.replace(values={"seed": self.seed(luck)})

    def _sweep(self, plan, part: str):
        before = self.played
        tell = None if self.progress is None else lambda state: self.progress(before + state.played)
        found = sweep(plan, self.place.part(part), threads=self.threads, scheduler=self.scheduler, progress=tell)
        self.played = before + plan.markets
        return found


def _by_point(rows: pd.DataFrame, points: int, runs: int) -> np.ndarray:
    """Rows of a sweep under one strategy as [point, run, outcome]; nan where there are none."""
    values = np.full((points, runs, len(OUTCOMES)), np.nan)
    rows = rows[rows.strategy.notna()]
    values[rows.point.to_numpy(), rows.run.to_numpy()] = rows[list(OUTCOMES)].to_numpy(float)
    retention = list(OUTCOMES).index("retention")
    there = np.isfinite(values[..., 0])
    values[..., retention] = np.where(there, np.nan_to_num(values[..., retention], nan=NO_ACCOUNTS), np.nan)
    return values


def arena_scenario(scenario, fields: Sequence[str], capacity: dict[str, float]):
    """The scenario with one strategy more, in which policies are played: the baseline, but for what is decided. Its own strategies, and the
    baseline under which a running market is left alone at first, stay as they are; `capacity` holds under all that state no other."""
    values = {f"sellers.{scenario.focal}.capacity.{level}": number for level, number in capacity.items()}
    stated = deepcopy(scenario.stated.values["strategies"].get(scenario.baseline) or {})
    _without(stated, scenario.focal, fields)
    for event in stated.get("events", ()):
        _without(event, scenario.focal, fields)
    if capacity:
        stated.setdefault(scenario.focal, {})
        stated[scenario.focal] = dict(stated[scenario.focal] or {}) | {"capacity": capacity}
    return scenario.replace(values=values | {f"strategies.{name_in(scenario, new=True)}": stated})


def _without(changes: dict, focal: str, fields: Sequence[str]) -> None:
    """Leave out what is decided of what a strategy or event changes of the focal seller."""
    if isinstance(changes.get(focal), dict):
        changes[focal] = {name: value for name, value in changes[focal].items() if name not in fields}


def name_in(scenario, new: bool = False) -> str:
    """The name of the strategy in which policies are played: 'optimised', or with a number where the scenario has one of that name."""
    taken = [name for name in scenario.strategies if name == NAME or name.removeprefix(f"{NAME}_").isdecimal()]
    if not new:
        return taken[-1]
    number = len(taken) + 1
    return NAME if number == 1 else f"{NAME}_{number}"
