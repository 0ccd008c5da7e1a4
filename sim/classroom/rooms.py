"""Data rooms: what a firm could know of its own accounts after a round, each opened by a click that is recorded.

A room is a table and its finding, a sentence with the number that a manager should not have missed. All of it comes from the books of the
team's own seller (`tables.period_table`), never from another team's.
"""

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from sim import measures
from sim.classroom.market import Played
from sim.classroom.setting import Setting
from sim.offers import periods_per_year
from sim.wording import amount, name_of_type, percent

Rows = list[list[str]]


@dataclass(frozen=True)
class Books:
    """One seller's cells up to the end of a round: `record` from the first period, `latest` the round alone."""

    record: pd.DataFrame
    latest: pd.DataFrame
    types: list[str]
    played: Played
    number: int

    @property
    def currency(self) -> str:
        return self.played.setting.scenario.market.currency

    def by_type(self, column: str, table: pd.DataFrame | None = None) -> dict[str, float]:
        """Sums over the round by buyer type."""
        found = measures.sums(self.latest if table is None else table, column, ("buyer_type",))
        return {name: float(found[name]) for name in self.types}


def books(played: Played, team: int, number: int) -> Books:
    """A team's books up to the end of round `number`."""
    setting = played.setting
    table = played.table
    own = table[(table.run == 0) & (table.seller == setting.sellers[team]) & (table.period > 0) & (table.period <= setting.end_of(number))]
    types = [name for name, kind in setting.scenario.buyers.items() if kind.share > 0]
    return Books(own, own[own.period > setting.end_of(number - 1)], types, played, number)


def complaints_log(found: Books) -> dict[str, Any]:
    """Complaints by type, and what became of the problems that surfaced."""
    columns = ("complaints", "detected", "resolved", "contacts")
    sums = {name: found.by_type(name) for name in columns}
    rows = [
        [name_of_type(kind), *(f"{sums[name][kind]:,.0f}" for name in columns), _share(sums["resolved"][kind], _surfaced(sums, kind))]
        for kind in found.types
    ]
    surfaced, solved = sum(_surfaced(sums, kind) for kind in found.types), sum(sums["resolved"].values())
    looked = _ratio(sum(sums["detected"].values()), surfaced)
    said = (
        f"{surfaced:,.0f} problems came to the firm's notice in the round, {percent(looked)} of them because it looked; "
        f"{percent(_ratio(solved, surfaced))} were solved."
    )
    said = said if surfaced else "No problem came to the firm's notice in the round."
    return _room(["", "complaints", "found by us", "solved", "contacts", "solved of known"], rows, said)


def _surfaced(sums: dict, kind: str) -> float:
    """Problems that came to the seller's notice."""
    return sums["complaints"][kind] + sums["detected"][kind]


def churn(found: Books) -> dict[str, Any]:
    """Accounts won and lost by type, and the share kept in a year."""
    year = periods_per_year(found.played.setting.scenario)
    rates = measures.retention_rate(found.latest, ("buyer_type",)) ** year
    kept = {name: float(rates[name]) for name in found.types}
    ends = found.by_type("accounts", found.latest[found.latest.period == found.latest.period.max()])
    starts = found.by_type("accounts_start", found.latest[found.latest.period == found.latest.period.min()])
    won, lost = found.by_type("acquisitions"), found.by_type("defections")
    rows = [
        [name_of_type(kind), *(f"{values[kind]:,.0f}" for values in (starts, won, lost, ends)), percent(kept[kind])] for kind in found.types
    ]
    low = min(found.types, key=lambda kind: kept[kind] if kept[kind] == kept[kind] else 2)
    high = max(found.types, key=lambda kind: kept[kind] if kept[kind] == kept[kind] else -1)
    said = f"Of {name_of_type(low)} accounts {percent(kept[low])} stay a year, of {name_of_type(high)} ones {percent(kept[high])}."
    return _room(["", "at the start", "won", "lost", "at the end", "kept in a year"], rows, said)


def satisfaction(found: Books) -> dict[str, Any]:
    """What buyers believe a unit to be worth, their bond, and promises broken."""
    worth = measures.satisfaction(found.latest, ("buyer_type",))
    bond = measures.bond(found.latest, ("buyer_type",))
    kept, broken = found.by_type("kept"), found.by_type("broken")
    rows = [
        [name_of_type(kind), _amount(worth[kind]), _amount(bond[kind]), _share(broken[kind], kept[kind] + broken[kind])]
        for kind in found.types
    ]
    all_broken = _ratio(sum(broken.values()), sum(kept.values()) + sum(broken.values()))
    said = (
        f"{percent(all_broken, 1)} of the promises that buyers could judge were broken in the round; the strongest bond is "
        f"{_amount(bond[found.types].max())} of 1."
    )
    return _room(["", f"a unit is worth to them, {found.currency}", "bond, 0 to 1", "promises broken"], rows, said)


def leavers(found: Books) -> dict[str, Any]:
    """Who left in the round, and why."""
    causes = {"lost_incident": "with a grievance", "lost_price": "over a better offer", "lost_turnover": "left the market"}
    sums = {name: found.by_type(name) for name in causes}
    rows = [[name_of_type(kind), *(f"{sums[name][kind]:,.0f}" for name in causes)] for kind in found.types]
    total = {name: sum(values.values()) for name, values in sums.items()}
    could = total["lost_incident"] + total["lost_price"]
    said = (
        f"Of {could:,.0f} accounts that went to a rival {percent(_ratio(total['lost_incident'], could))} went with a grievance, the others "
        f"over a better offer."
    )
    return _room(["", *causes.values()], rows, said if could else "No account went to a rival in the round.")


def account_margins(found: Books) -> dict[str, Any]:
    """What an account brings and what serving it costs, by type."""
    tended = found.by_type("served")
    cost = measures.cost_to_serve(found.latest, ("buyer_type",))
    margin = measures.ratio(measures.sums(found.latest, "profit", ("buyer_type",)), measures.sums(found.latest, "served", ("buyer_type",)))
    wallet = measures.share_of_wallet(found.latest, ("buyer_type",))
    rows = [
        [name_of_type(kind), f"{tended[kind]:,.0f}", _amount(cost[kind]), _amount(margin[kind]), percent(float(wallet[kind]))]
        for kind in found.types
    ]
    low = min(found.types, key=lambda kind: float(margin[kind]) if margin[kind] == margin[kind] else float("inf"))
    period = found.played.setting.scenario.market.period
    said = (
        f"{name_of_type(low).capitalize()} accounts bring least: {_amount(margin[low])} {found.currency} each a {period}, after "
        f"{_amount(cost[low])} for serving them."
    )
    return _room(["", f"account-{period}s", "cost to serve", "profit", "share of wallet"], rows, said)


def round_by_round(found: Books) -> dict[str, Any]:
    """How accounts and their yearly loss changed from round to round."""
    setting = found.played.setting
    rows, rates = [], []
    for number in range(1, found.number + 1):
        here = found.record[(found.record.period > setting.end_of(number - 1)) & (found.record.period <= setting.end_of(number))]
        sums = here[["acquisitions", "defections", "profit"]].sum()
        end = int(here[here.period == setting.end_of(number)].accounts.sum())
        rates.append(_kept(here, setting))
        counts = [f"{sums.acquisitions:,.0f}", f"{sums.defections:,.0f}", f"{end:,}"]
        rows.append([f"round {number}", *counts, percent(rates[-1]), amount(float(sums.profit))])
    change = 100 * (rates[-1] - rates[0])
    said = f"{percent(rates[-1])} of the accounts stay a year now" + (
        "." if len(rates) == 1 else f", {abs(change):.0f} points {'more' if change >= 0 else 'fewer'} than in round 1."
    )
    return _room(["", "won", "lost", "at the end", "kept in a year", f"profit, {found.currency}"], rows, said)


def _kept(here: pd.DataFrame, setting: Setting) -> float:
    """The share of a seller's accounts that stay a year; nan where it had none."""
    found = measures.retention_per_year(here, periods_per_year(setting.scenario), ("seller",))
    return float(found.get(here.seller.iloc[0], float("nan")))


ROOMS = {
    "complaints": ("Complaints log", complaints_log),
    "churn": ("Won and lost by type", churn),
    "satisfaction": ("Satisfaction survey", satisfaction),
    "leavers": ("Who left and why", leavers),
    "margins": ("What an account costs and brings", account_margins),
    "rounds": ("Round by round", round_by_round),
}


def room(played: Played, team: int, number: int, name: str) -> dict[str, Any]:
    """A team's data room after round `number`: title, columns, rows (texts), finding. Raises KeyError for a room that is not there."""
    title, show = ROOMS[name]
    found = books(played, team, number)
    shown = show(found)
    nobody = {} if sum(found.by_type("served").values()) else {"finding": "The firm tended no account in the round."}
    return {"name": name, "title": title, "round": number} | shown | nobody


def _room(columns: list[str], rows: Rows, finding: str) -> dict[str, Any]:
    return {"columns": columns, "rows": rows, "finding": finding}


def _amount(value: float) -> str:
    """A number for reading; a dash where there is none."""
    return amount(float(value)) if math.isfinite(value) else "–"


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def _share(part: float, whole: float) -> str:
    return percent(_ratio(part, whole))
