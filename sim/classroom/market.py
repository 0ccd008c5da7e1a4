"""The market of a class: every team's decisions as scheduled events, played from the start for every round.

Luck is a function of seed, run, buyer and period, so what was played before does not change when something is decided later, nor when the
market is played on for longer. A class therefore keeps nothing but who decided what (`tests/classroom/test_market.py` proves it, bit by
bit).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim import measures
from sim.classroom.equity import customer_equity
from sim.classroom.setting import Setting
from sim.offers import periods_per_year
from sim.rebuild import rebuilt
from sim.runs import Runs, simulate
from sim.scenario.answers import Answers
from sim.scenario.plain import plain
from sim.scenario.scenario import Scenario
from sim.tables import period_table

Changes = Mapping[tuple[int, int], dict]  # (round from 1, team from 0) -> what the team changes of its seller, as a scenario states it
BEFORE, PLAYED = "before", "played"  # the two strategies: what the burn-in is played under, and the class


@dataclass(frozen=True)
class Played:
    """The market after `rounds` rounds.

    table: `period_table` of the run(s), to the end of the round; equity: float64 [run, seller], money of that moment;
    figures: a row for each seller in run 0: seller, equity, profit (of the round), profit_so_far, accounts, retention (per year, in the
    round). Profits are plain sums of money."""

    setting: Setting
    rounds: int
    runs: Runs
    table: pd.DataFrame
    equity: np.ndarray
    figures: list[dict]


def play(
    setting: Setting, changes: Changes, rounds: int, runs: int = 1, threads: int | None = 1, progress: Callable | None = None
) -> Played:
    """Play the class up to the end of a round, and on from there with every choice as it stands, to see what the accounts will bring.

    Raises ScenarioError for changes that no scenario may make."""
    end = setting.end_of(rounds)
    until = _simulated(setting, changes, end, runs, threads, _first_part(progress))
    onward = _simulated(setting, changes, end + setting.ahead, runs, threads, _second_part(progress))
    table = period_table(until)
    equity = customer_equity(until, onward, PLAYED)
    return Played(setting, rounds, until, table, equity, _figures(setting, rounds, table, equity[0]))


def _first_part(progress: Callable | None):
    return progress and (lambda done, total: progress(done, 2 * total))


def _second_part(progress: Callable | None):
    return progress and (lambda done, total: progress(total + done, 2 * total))


def _simulated(setting: Setting, changes: Changes, periods: int, runs: int, threads: int | None, progress: Callable | None) -> Runs:
    return simulate(class_market(setting, changes, periods), [PLAYED], runs=runs, seed=setting.seed, threads=threads, progress=progress)


def class_market(setting: Setting, changes: Changes, periods: int, names: Sequence[str] | None = None) -> Scenario:
    """The scenario of a class over so many periods: a seller like the scenario's own for each team, the rivals that stay, and each team's
    decisions as events of the strategy `played`. names: what the sellers are called, default `Setting.sellers`."""
    scenario, sellers = setting.scenario, list(names or setting.sellers)
    standing = scenario.sellers_under(scenario.baseline, 1)
    own, rivals = _plain_seller(standing[scenario.focal]) | {"answers": plain(Answers())}, sellers[setting.teams :]
    values = dict(setting.market)
    values["market"] = values["market"] | {"periods": periods}
    values["sellers"] = {name: dict(own) for name in sellers[: setting.teams]}
    values["sellers"] |= {name: _plain_seller(standing[was]) for name, was in zip(rivals, setting.rival_names, strict=True)}
    values["strategies"] = {BEFORE: {}, PLAYED: {"events": _decided(setting, changes, periods, sellers)}}
    values |= {"baseline": BEFORE, "focal": sellers[0], "events": _scenario_events(setting, periods, rivals)}
    present = dict(zip(setting.rival_names, rivals, strict=True))
    values["influence"] = [
        shock | {"seller": present[shock["seller"]]} for shock in values.get("influence", ()) if shock["seller"] in present
    ]
    return rebuilt(values, "class")


def _plain_seller(seller) -> dict:
    """A seller by itself; where buyers start is the same for all sellers of a class."""
    return plain(seller) | {"count": 1, "starting_share": None}


def _decided(setting: Setting, changes: Changes, periods: int, sellers: Sequence[str]) -> list[dict]:
    """Every decision as an event at the first period of its round."""
    found = [
        {"at": setting.end_of(number - 1) + 1, sellers[team]: change}
        for (number, team), change in sorted(changes.items(), key=lambda one: one[0])
    ]
    return [event for event in found if event["at"] <= periods]


def _scenario_events(setting: Setting, periods: int, rivals: Sequence[str]) -> list[dict]:
    """What the scenario itself schedules for the rivals that stay."""
    scenario, found = setting.scenario, []
    known = dict(zip(setting.rival_names, rivals, strict=True))
    for event in (*scenario.events, *scenario.strategies[scenario.baseline].events):
        who = {
            known[name]: plain(change) for key, change in event.changes.items() for name in scenario.groups.get(key, [key]) if name in known
        }
        if who and event.at <= periods:
            until = event.until if event.until and event.until <= periods else None
            found.append({"at": event.at, "until": until, "note": event.note} | who)
    return found


def _figures(setting: Setting, rounds: int, table: pd.DataFrame, equity: np.ndarray) -> list[dict]:
    """What each seller came to in run 0."""
    record = table[(table.run == 0) & (table.period > 0)]
    latest = record[record.period > setting.end_of(rounds - 1)]
    by = ("seller",)
    profit, so_far = measures.sums(latest, "profit", by), measures.sums(record, "profit", by)
    accounts = measures.sums(latest[latest.period == setting.end_of(rounds)], "accounts", by)
    retention = measures.retention_per_year(latest, periods_per_year(setting.scenario), by)
    return [
        {"seller": name, "equity": float(equity[number]), "profit": float(profit[name]), "profit_so_far": float(so_far[name]),
         "accounts": int(accounts[name]), "retention": float(retention[name])}
        for number, name in enumerate(setting.sellers)
    ]  # fmt: skip
