"""The answer key: what other levels would have earned, found by playing them.

Before the lesson: the scenario's own strategies and every level, against a room that plays one thing. After it: for each team the best
level for each buyer type that it could have kept from the first round to the last, the others doing what they did.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.classroom import equity
from sim.classroom.market import PLAYED, Changes, class_market
from sim.classroom.setting import Setting
from sim.money import discounting, money
from sim.runs import simulate
from sim.scenario.levels import LEVELS
from sim.scenario.plain import plain


@dataclass(frozen=True)
class Worth:
    """What a way to play came to for one team: its level for each buyer type (or what a strategy is called), customer equity at the end
    (money of then), profit of the rounds and value (both together), discounted to the first period."""

    name: str
    level: dict | str
    equity: float
    profit: float
    value: float


def worth_of(setting: Setting, changes: Changes, rounds: int, team: int) -> tuple[Worth, np.ndarray]:
    """What the decisions are worth to a team after `rounds` rounds, and its value by buyer type (budgets aside)."""
    end = setting.end_of(rounds)
    until, onward = (
        simulate(class_market(setting, changes, periods), [PLAYED], runs=1, seed=setting.seed, threads=1)
        for periods in (end, end + setting.ahead)
    )
    found, factors = money(until, PLAYED), discounting(until.scenario)
    profit = (found["profit"][0, ..., team] * factors[:, None]).sum()
    before_budgets = ((found["profit"] + found["fixed_cost"])[0, ..., team] * factors[:, None]).sum(0)
    ours = float(equity.customer_equity(until, onward, PLAYED)[0, team])
    by_type = before_budgets + equity.by_type(until, onward, PLAYED)[0, :, team] * factors[end - 1]
    return Worth("", "", ours, float(profit), float(profit + ours * factors[end - 1])), by_type


def with_level(setting: Setting, changes: Changes, rounds: int, team: int, level) -> dict:
    """The same decisions, but for one level (or level for each type) that the team keeps throughout."""
    found = dict(changes)
    for number in range(1, rounds + 1):
        found[number, team] = {**found.get((number, team), {}), "level": level}
    return found


def best_levels(setting: Setting, changes: Changes, rounds: int, team: int, tick: Callable[[], None] = lambda: None) -> Worth:
    """The constant level for each buyer type worth most to the team, everything else as decided.

    Every level is played for all types; each type then takes the level under which it was worth most, and that mix is played too, since
    types share a seller's reputation and what it learns. The best of these six is the answer: not every mix is tried."""
    types, tried, by_level = list(setting.scenario.buyers), [], []
    for level in LEVELS:
        value, by_type = worth_of(setting, with_level(setting, changes, rounds, team, level), rounds, team)
        tried.append(_named(value, level, level))
        by_level.append(by_type)
        tick()
    picked = np.array(by_level).argmax(0)
    mix = {name: LEVELS[picked[number]] for number, name in enumerate(types)}
    value, _ = worth_of(setting, with_level(setting, changes, rounds, team, mix), rounds, team)
    tick()
    return max([*tried, _named(value, "a level for each type", mix)], key=lambda one: one.value)


def _named(value: Worth, name: str, level) -> Worth:
    return Worth(name, level, value.equity, value.profit, value.value)


PLAYS_A_TEAM = len(LEVELS) + 2


def answer_key(setting: Setting, changes: Changes, rounds: int, progress: Callable | None = None) -> list[dict]:
    """For each team what it came to and the best constant levels it could have kept: actual and best, each a Worth as a dict, and gain (in
    value). progress: called with (done, total) markets played."""
    meter, rows = _Meter(setting.teams * PLAYS_A_TEAM, progress), []
    for team in range(setting.teams):
        actual, _ = worth_of(setting, changes, rounds, team)
        meter.tick()
        best = best_levels(setting, changes, rounds, team, meter.tick)
        rows.append({"actual": vars(_named(actual, "as decided", "")), "best": vars(best), "gain": best.value - actual.value})
    return rows


def standard_key(setting: Setting, progress: Callable | None = None) -> list[dict]:
    """Before the lesson: what each standard way to play earns the first team when all others play X, for every strategy X of the scenario.

    A list over X: others (its name), rows (a Worth as a dict for each strategy, each level and the best levels by type, the best first)."""
    strategies = standard_strategies(setting)
    ways = strategies | {f"{level} for all": {"level": level} for level in LEVELS}
    meter, found = _Meter(len(strategies) * (len(ways) + PLAYS_A_TEAM - 1), progress), []
    for others, theirs in strategies.items():
        room = {(1, team): theirs for team in range(1, setting.teams)}
        rows = []
        for name, ours in ways.items():
            value, _ = worth_of(setting, room | {(1, 0): ours}, setting.rounds, 0)
            rows.append(_named(value, name, ours.get("level", "")))
            meter.tick()
        best = best_levels(setting, room, setting.rounds, 0, meter.tick)
        rows += [best] if isinstance(best.level, dict) else []
        found.append({"others": others, "rows": [vars(one) for one in sorted(rows, key=lambda one: -one.value)]})
    return found


def standard_strategies(setting: Setting) -> dict[str, dict]:
    """What each strategy of the scenario changes of the focal seller."""
    scenario, found = setting.scenario, {}
    for name, strategy in scenario.strategies.items():
        changes = [change for seller, change in strategy.overrides.items() if scenario.focal in scenario.groups.get(seller, [seller])]
        found[name] = {key: value for change in changes for key, value in plain(change).items() if key != "answers"}
    return found


class _Meter:
    """Counts markets played."""

    def __init__(self, total: int, progress: Callable | None):
        self.done, self.total, self.progress = 0, total, progress

    def tick(self) -> None:
        self.done += 1
        if self.progress:
            self.progress(self.done, self.total)
