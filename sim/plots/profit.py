"""Profit over time: what each strategy has earned so far, and the gap between them."""

import math
from typing import TYPE_CHECKING

from sim.plots.style import BODY, band, canvas, colours, finish, label_ends, money_axis, note, source_line, styled, time_axis, zero_line
from sim.wording import amount, capital, counted, signed, spoken, took_place

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EARLY = 0.25  # share of the time within which a remark stands to the right of its place: to the left there is no room


@styled
def profit(comparison) -> "Figure":
    """Cumulative discounted profit per buyer with 95% bands, the baseline in grey, and where each strategy is ahead for good."""
    figure, axes = canvas()
    market, paint, ends = comparison.scenario.market, colours(comparison), {}
    for name, path in comparison.paths.groupby("strategy", sort=False):
        band(axes, path.period, path.profit, path.profit_low, path.profit_high, paint[name], 3 if name == comparison.baseline else 4)
        ends[name] = path.profit.iloc[-1]
    time_axis(axes, market.period, market.periods)
    money_axis(axes.yaxis)
    zero_line(axes)
    axes.set_ylabel(f"profit so far, {market.currency} per buyer")
    finish(figure, profit_finding(comparison), source_line(comparison), right=right_of(ends), left=1.2)
    for row in comparison.gain.to_dict("records") if comparison.others else ():
        mark_crossing(axes, comparison, row, paint[row["strategy"]])
    label_ends(axes, ends, paint, market.periods)
    return figure


def mark_crossing(axes, comparison, row: dict, colour: str) -> None:
    """A ring where a strategy gets ahead for good."""
    ahead = row["gets_ahead"]
    if math.isnan(ahead) or ahead <= 1:
        return
    path = comparison.paths[comparison.paths.strategy == row["strategy"]].set_index("period")
    height = path.profit[ahead]
    axes.plot([ahead], [height], "o", markersize=10, markerfacecolor="white", markeredgecolor=colour, markeredgewidth=2.2, zorder=6)
    if len(comparison.others) == 1:
        note(axes, f"ahead for good\nfrom {took_place(comparison.scenario.market.period, ahead)}", (ahead, height), (-14, 46), ha="right")


def profit_finding(comparison) -> str:
    """The profit figure in a sentence."""
    market, currency = comparison.scenario.market, comparison.scenario.market.currency
    if not comparison.others:
        path = comparison.paths
        return (
            f"{capital(spoken(comparison.baseline))} earns {amount(path.profit.iloc[-1])} {currency} per buyer "
            f"over {counted(market.periods, market.period)}"
        )
    row, other = leading(comparison), spoken(comparison.baseline)
    name, end = capital(spoken(row["strategy"])), f"{amount(abs(row['gain']))} {currency} per buyer"
    if row["verdict"] == "undecided":
        return f"After {counted(market.periods, market.period)} {spoken(row['strategy'])} and {other} cannot be told apart"
    if row["verdict"] == "behind":
        return (
            f"{name} ends {end} behind {other}"
            if len(comparison.others) == 1
            else f"{capital(other)} does best; {spoken(row['strategy'])} ends {end} behind"
        )
    if row["gets_ahead"] <= 1:
        return f"{name} is ahead of {other} from the first {market.period} and ends {end} ahead"
    return f"{name} overtakes {other} for good in {took_place(market.period, row['gets_ahead'])} and ends {end} ahead"


@styled
def gap(comparison) -> "Figure":
    """The cumulative gap over the baseline with its 95% band, paired by run: how deep the investment is and when it is back."""
    figure, axes = canvas()
    market, paint, ends = comparison.scenario.market, colours(comparison), {}
    for name in comparison.others:
        path = comparison.paths[comparison.paths.strategy == name]
        band(axes, path.period, path.gap, path.gap_low, path.gap_high, paint[name])
        ends[name] = path.gap.iloc[-1]
    time_axis(axes, market.period, market.periods)
    money_axis(axes.yaxis)
    zero_line(axes)
    axes.margins(y=0.14)
    axes.set_ylabel(f"gap so far, {market.currency} per buyer")
    finish(figure, gap_finding(comparison), source_line(comparison), right=right_of(ends), left=1.2)
    labels = ends | {comparison.baseline: 0.0}
    label_ends(axes, labels, paint, market.periods)
    mark_gap(axes, comparison)
    return figure


def mark_gap(axes, comparison) -> None:
    """The deepest point of the leading strategy's gap and its return to nought."""
    row, period = leading(comparison), comparison.scenario.market.period
    path = comparison.paths[comparison.paths.strategy == row["strategy"]]
    deepest = path.loc[path.gap.idxmin()]
    if deepest.gap_high < 0 and row["verdict"] != "behind":
        axes.annotate(
            f"{amount(deepest.gap)} in {period} {deepest.period:.0f}",
            (deepest.period, deepest.gap_low),
            (0, -6),
            va="top",
            textcoords="offset points",
            fontsize=BODY - 1,
            ha="left" if deepest.period < 0.15 * len(path) else "center",
        )
    if not math.isnan(row["gets_ahead"]) and row["gets_ahead"] > 1:
        early = row["gets_ahead"] < EARLY * len(path)
        words = f"ahead for good\nfrom {took_place(period, row['gets_ahead'])}"
        note(axes, words, (row["gets_ahead"], 0), (14 if early else -14, 46), ha="left" if early else "right")


def gap_finding(comparison) -> str:
    """The gap figure in a sentence."""
    market, row = comparison.scenario.market, leading(comparison)
    path = comparison.paths[comparison.paths.strategy == row["strategy"]]
    deepest, name, end = path.loc[path.gap.idxmin()], capital(spoken(row["strategy"])), signed(row["gain"])
    unit, span = f"{market.currency} per buyer", counted(market.periods, market.period)
    if row["verdict"] == "ahead" and deepest.gap_high < 0:
        return (
            f"{name} first costs up to {amount(-deepest.gap)} {unit}, is ahead for good from "
            f"{took_place(market.period, row['gets_ahead'])} and ends at {end}"
        )
    if row["verdict"] == "ahead":
        since = took_place(market.period, row["gets_ahead"]) if row["gets_ahead"] > 1 else ""
        ahead = f"is ahead for good from {since}" if since else f"never falls behind {spoken(comparison.baseline)}"
        return f"{name} {ahead} and ends at {end} {unit}"
    if row["verdict"] == "behind":
        return f"{name} does not earn back what it costs: {end} {unit} after {span}"
    between = f"between {signed(row['low'])} and {signed(row['high'])}"
    return f"Whether {spoken(row['strategy'])} pays remains open after {span}: {end} {unit}, {between}"


def leading(comparison) -> dict:
    """The row of `gain` with the highest gain."""
    return comparison.gain.loc[comparison.gain.gain.idxmax()].to_dict()


def right_of(names) -> float:
    """Inches that the longest name needs beside the axes."""
    return 0.35 + 0.145 * max(len(name) for name in names)
