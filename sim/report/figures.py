"""What the interactive figures show, as tables: a figure's finding, how to read it, and the rows that its chart (`charts`) draws.

Rows change with every study; the chart of a figure is the same for all studies of the same shape, so that a page that plays a market again
and again sends rows alone.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

import pandas as pd

from sim.intervals import interval
from sim.plots.market import PHASE_COLOURS, phase_shares, phases_finding, shown_phases
from sim.plots.money import falls, money_finding, why_finding
from sim.plots.profit import leading, profit_finding
from sim.plots.retention import retention_finding, yearly_retention
from sim.survival import survival
from sim.wording import amount, name_of_type, signed, spoken, took_place

LEAST_AT_RISK = 100  # relationships under watch, below which a survival curve is not drawn


class Figure(NamedTuple):
    """finding: its sentence; how: how to read it; rows: dataset -> table."""

    finding: str
    how: str
    rows: dict[str, pd.DataFrame]


def figures(study, names: Iterable[str] = ()) -> dict[str, Figure]:
    """Every figure that fits the study (a `Comparison`, or a `Study` of its folder), or those of `names` that do."""
    found = {name: FIGURES[name](study) for name in names or FIGURES}
    return {name: figure for name, figure in found.items() if figure is not None}


def profit(study) -> Figure:
    """Cumulative profit by strategy, and where a strategy is ahead for good."""
    crossing, first = [], leading(study)["strategy"] if len(study.gain) else None
    for row in study.gain[study.gain.gets_ahead > 1].itertuples() if len(study.gain) else ():
        label = f"ahead for good from {took_place(study.scenario.market.period, row.gets_ahead)}"
        path_of = study.paths[study.paths.strategy == row.strategy].set_index("period").profit
        at = path_of[row.gets_ahead]
        low = at < path_of.min() + 0.12 * (path_of.max() - path_of.min())  # where the label below would stand on the axis
        said = label if row.strategy == first else ""
        crossing.append({"strategy": spoken(row.strategy), "period": row.gets_ahead, "profit": at, "label": label,
                         "below": "" if low else said, "above": said if low else ""})  # fmt: skip
    return Figure(
        profit_finding(study),
        "Profit so far, discounted, per buyer of the market; bands are 95% intervals over paired runs. Click a name to see it alone.",
        {
            "profit": path(study, study.paths, "profit"),
            "crossing": pd.DataFrame(crossing, columns=["strategy", "period", "profit", "label", "below", "above"]),
        },
    )


def gap(study) -> Figure:
    """The cumulative gap over the baseline."""
    return Figure(
        "What each strategy has gained over the baseline so far",
        "Paired by run; while a band touches nought the runs cannot tell the two apart.",
        {"gap": path(study, study.paths[study.paths.strategy != study.baseline], "gap"), "nought": pd.DataFrame({"nought": [0]})},
    )


def path(study, table: pd.DataFrame, column: str) -> pd.DataFrame:
    """strategy, period, and a column with its interval."""
    return table.assign(strategy=table.strategy.map(spoken))[["strategy", "period", column, f"{column}_low", f"{column}_high"]].round(4)


def why(study) -> Figure:
    """The gap of the leading strategy by cause, for each buyer type and for all; the causes sum to the gap."""
    name = leading(study)["strategy"]
    table = study.why[study.why.strategy == name].assign(buyers=lambda rows: rows.buyer_type.astype(str).map(name_of_type))
    causes = table.groupby("cause", observed=True, sort=False).gain.sum()
    table = table[table.cause.isin(table.cause[table.gain != 0].unique())]
    whole = table.groupby("cause", observed=True, sort=False)[["gain"]].sum().reset_index().assign(buyers="all buyers")
    rows = pd.concat([table[["cause", "buyers", "gain", "low", "high"]], whole], ignore_index=True)
    sums = rows.groupby("buyers", sort=False).gain.sum().reset_index().assign(cause="sum")
    rows = pd.concat([rows.assign(cause=rows.cause.astype(str)), sums], ignore_index=True).round(4)
    rows = rows[~rows.buyers.isin(absent(study))].assign(text=lambda rows: rows.gain.map(signed))
    return Figure(
        why_finding(study, name, causes),
        f"By cause and buyer type, per buyer of the market, in {study.scenario.market.currency}; the causes sum to the gap, exactly.",
        {"why": rows},
    )


def absent(study) -> list[str]:
    """The buyer types of which the market has none."""
    return [name_of_type(name) for name, buyer in study.scenario.buyers.items() if not buyer.share > 0]


def retention(study) -> Figure | None:
    """Yearly retention by buyer type and strategy; None where no account was held."""
    rates = yearly_retention(study)
    if not len(rates):
        return None
    rows = []
    for (kind, name), part in rates.groupby(["buyer_type", "strategy"], observed=True, sort=False):
        mean, low, high = (float(value) for value in interval(part.retention.to_numpy()))
        rows.append({"buyers": name_of_type(kind), "strategy": spoken(name), "retention": mean, "low": low, "high": high})
    means = rates.groupby(["buyer_type", "strategy"], observed=True, sort=False).retention.mean()
    return Figure(
        retention_finding(study, means),
        "Accounts that are still accounts a year on, by buyer type; lines are 95% intervals over runs.",
        {"retention": pd.DataFrame(rows).round(5)},
    )


def lasting(study) -> Figure | None:
    """Kaplan–Meier curves of the accounts won on record (of those held at the start where none was won); None where there are none."""
    endings = study.survival
    won = endings[endings.origin == "won"]
    curves = survival(won if len(won) else endings, by=("strategy", "buyer_type"), origin=None)
    if not len(curves):
        return None
    curves = curves[curves.at_risk >= min(LEAST_AT_RISK, int(curves.at_risk.max()))]
    table = curves.assign(strategy=curves.strategy.astype(str).map(spoken), buyers=curves.buyer_type.astype(str).map(name_of_type))
    return Figure(
        "How long relationships last",
        "Kaplan–Meier, by buyer type; relationships still running count as long as they are watched.",
        {"survival": table[["strategy", "buyers", "duration", "survival", "low", "high"]].round(4)},
    )


def money(study) -> Figure:
    """What revenue goes to, step by step, the strategies side by side."""
    steps = falls(study)
    rows = [
        {"step": step, "strategy": spoken(name), "low": low, "high": high, "amount": worth(step, low, high),
         "text": amount(worth(step, low, high))}
        for step, spans in steps.items() if step in ("revenue", "profit") or any(high > low for low, high in spans.values())
        for name, (low, high) in spans.items()
    ]  # fmt: skip
    return Figure(
        money_finding(study, steps),
        f"From revenue down to profit, {study.scenario.market.currency} per buyer of the market, discounted.",
        {"money": pd.DataFrame(rows).round(4)},
    )


def worth(step: str, low: float, high: float) -> float:
    """A bar's amount: revenue and profit as they are, a cost as what it takes away."""
    if step == "profit":
        return low + high
    return high - low if step == "revenue" else low - high


def phases(study) -> Figure:
    """How many buyers stand in which phase with the focal seller, over time."""
    parts = {name: phase_shares(study, name) for name in shown_phases(study)}
    tables = [
        pd.DataFrame({"strategy": spoken(name), "period": range(1, len(shares) + 1), "phase": phase, "share": shares, "order": order})
        for name, found in parts.items()
        for order, (phase, shares) in enumerate((phase, found[phase]) for phase in PHASE_COLOURS)
    ]
    return Figure(
        phases_finding(study, parts),
        "A relationship grows like a marriage: from awareness over exploration and expansion to commitment, and may dissolve.",
        {"phases": pd.concat(tables, ignore_index=True).round(4)},
    )


FIGURES: dict[str, Callable] = {
    "profit": profit,
    "gap": gap,
    "why": why,
    "retention": retention,
    "survival": lasting,
    "money": money,
    "phases": phases,
}
