"""Beyond the dyad over time: through which channels accounts come, what those that came recommended are worth, what sellers did."""

import math
from typing import TYPE_CHECKING

import numpy as np

from sim.core.terms import CHANNELS, MARKETS
from sim.plots.market import shown_phases
from sim.plots.profit import leading, right_of
from sim.plots.style import (
    BASELINE,
    BODY,
    OTHERS,
    QUIET,
    SMALL,
    WIDTH,
    canvas,
    colours,
    finish,
    label_ends,
    money_axis,
    name_key,
    share_axis,
    source_line,
    styled,
    time_axis,
)
from sim.wording import amount, capital, in_years, listed, percent, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CHANNEL_COLOURS = {"partner": "#E69F00", "word_of_mouth": "#0072B2", "advertising": "#CC79A7", "own_search": "#E4E4E4"}
WINDOWS = 8  # stretches of time over which a channel's share is taken


@styled
def channels(comparison) -> "Figure":
    """How many accounts the focal seller wins through which channel, a panel for each strategy; the rest comes by own search."""
    names = shown_phases(comparison)
    figure, grid = canvas(1, len(names), sharey=True, squeeze=False)
    market, parts = comparison.scenario.market, {name: channel_shares(comparison, name) for name in names}
    came = [channel for channel in CHANNEL_COLOURS if channel != "own_search" and any(part[1][channel].any() for part in parts.values())]
    top = max(sum(part[1][channel] for channel in came).max() for part in parts.values()) if came else 0.01
    for axes, name in zip(grid[0], names, strict=True):
        ends, part = parts[name]
        starts = np.concatenate([[0], ends[:-1]])
        low = np.zeros(len(ends))
        for channel in came:
            axes.bar(
                starts,
                part[channel],
                ends - starts,
                bottom=low,
                align="edge",
                color=CHANNEL_COLOURS[channel],
                edgecolor="white",
                linewidth=1,
            )
            low = low + part[channel]
        axes.set_title(spoken(name), fontsize=BODY, fontweight="bold", loc="left", color=colours(comparison)[name])
        axes.set_ylim(0, min(1.0, 1.15 * top))
        time_axis(axes, market.period, market.periods)
        share_axis(axes.yaxis)
    grid[0][0].set_ylabel("share of the accounts won")
    finish(
        figure,
        channels_finding(comparison, parts),
        source_line(comparison),
        top=0.55,
        right=right_of([*came, "own search"]) + 0.1,
        wspace=0.14,
    )
    last = parts[names[-1]][1]
    tops = np.cumsum([last[channel][-1] for channel in came])
    label_ends(
        grid[0][-1],
        {channel: float(high - last[channel][-1] / 2) for channel, high in zip(came, tops, strict=True)},
        CHANNEL_COLOURS,
        market.periods,
    )
    return figure


def channel_shares(comparison, strategy: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """(ends of the stretches, channel -> its share of the accounts won in each): ratios of sums over runs."""
    table = comparison.ours
    ours = table[(table.period > 0) & (table.strategy == strategy)]
    periods = comparison.scenario.market.periods
    ends = np.unique(np.linspace(0, periods, min(WINDOWS, periods) + 1).astype(int))[1:]
    stretch = np.searchsorted(ends, ours.period.to_numpy())
    won = {channel: np.bincount(stretch, ours[f"won_{channel}"], len(ends)) for channel in CHANNELS}
    every = np.maximum(sum(won.values()), 1)
    return ends, {channel: values / every for channel, values in won.items()}


def channels_finding(comparison, parts: dict) -> str:
    """How much came recommended, and whether more than under the baseline."""
    table, seller = comparison.channels, capital(spoken(comparison.focal))
    shares = table.pivot_table(index="strategy", columns="channel", values="share", aggfunc="first").fillna(0.0)
    told = shares.get("word_of_mouth", 0 * shares.sum(axis=1)) + shares.get("partner", 0 * shares.sum(axis=1))
    base = percent(told[comparison.baseline], 1)
    if not comparison.others:
        return f"{seller} wins {base} of its accounts on somebody's recommendation"
    name = leading(comparison)["strategy"]
    return (
        f"{seller} wins {percent(told[name], 1)} of its accounts on somebody's recommendation under {spoken(name)}, "
        f"{base} under {spoken(comparison.baseline)}"
    )


@styled
def worth(comparison) -> "Figure":
    """By how much an account is worth more that came through a channel than others like it, with its 95% interval, strategy by strategy."""
    table, paint = comparison.channels, colours(comparison)
    names = [channel for channel in CHANNELS[:0:-1] if table.gap[table.channel == channel].notna().any()]
    figure, axes = canvas(height=2.6 + 0.42 * max(len(names), 1) * (len(paint) + 0.7))
    slot = 0.8 / len(paint)
    for row, channel in enumerate(names):
        for place, (name, colour) in enumerate(paint.items()):
            one = table[(table.channel == channel) & (table.strategy == name)].iloc[0]
            if math.isnan(one.gap):
                continue
            y = row - 0.4 + slot * (place + 0.5)
            axes.plot([one.gap_low, one.gap_high], [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
            axes.plot(one.gap, y, "o", color=colour, markersize=9)
            axes.annotate(
                f"{amount(one.gap)}  ({one.accounts:,.0f} a run)",
                (np.nanmax([one.gap, one.gap_high]), y),
                (9, 0),
                textcoords="offset points",
                va="center",
                color=colour,
                fontsize=SMALL + 1,
                fontweight="bold",
            )
    axes.axvline(0, color=QUIET, linewidth=1)
    low, high = axes.get_xlim()
    axes.set_xlim(low, high + 0.22 * (high - low))
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_yticks(range(len(names)), [spoken(channel) for channel in names])
    axes.tick_params(axis="y", length=0)
    market = comparison.scenario.market
    axes.set_xlabel(f"worth of an account beside others of its type won in the same {market.period},\n"
                    f"what it cost to win taken off, {market.currency}")
    money_axis(axes.xaxis)
    title = worth_finding(comparison)
    finish(figure, title, source_line(comparison), left=1.75, top=0.6, bottom=1.15)
    name_key(figure, paint, title)
    return figure


def worth_finding(comparison) -> str:
    """Whether accounts that came by word of mouth are worth more."""
    name = leading(comparison)["strategy"] if comparison.others else comparison.baseline
    rows = comparison.channels.set_index(["strategy", "channel"])
    one, currency = rows.loc[(name, "word_of_mouth")], comparison.scenario.market.currency
    if math.isnan(one.gap) or math.isnan(one.gap_low):
        return f"Accounts won through a channel beside others like them, under {spoken(name)}"
    if one.gap_low <= 0 <= one.gap_high:
        return f"Under {spoken(name)} accounts that came by word of mouth cannot be told from others like them in worth"
    more = "more" if one.gap > 0 else "less"
    worth_more = f"worth {amount(abs(one.gap))} {currency} {more} than others like it"
    return f"Under {spoken(name)} an account that came by word of mouth is {worth_more}"


@styled
def course(comparison, strategy: str) -> "Figure":
    """What sellers did under a strategy: their prices (dashed: what accounts pay), their reputations, and what the focal one built in the
    six markets; means over runs."""
    lines, market = course_lines(comparison, strategy), comparison.scenario.market
    panels = {name: found for name, found in lines.items() if name != "accounts" and found and np.ptp(list(found.values()), axis=None) > 0}
    figure, grid = canvas(1, max(len(panels), 1), squeeze=False, width=max(WIDTH, 4.9 * len(panels)))
    room = right_of([name for found in panels.values() for name in found] or [""])
    finish(figure, course_finding(comparison, strategy, lines), source_line(comparison), top=0.5, right=room, wspace=0.27 * room, left=0.95)
    for axes, (title, found) in zip(grid[0], panels.items(), strict=False):
        paint = dict(zip(found, (*OTHERS, QUIET), strict=False)) if title == "stocks" else seller_colours(comparison)
        for name, values in found.items():
            axes.plot(np.arange(1, market.periods + 1), values, color=paint[name], linewidth=3 if name == comparison.focal else 2)
        for name, values in lines["accounts"].items() if title == "price" else ():
            axes.plot(np.arange(1, market.periods + 1), values, color=paint[name], linewidth=2, linestyle=(0, (2, 1.5)))
        time_axis(axes, market.period, market.periods)
        money_axis(axes.yaxis)
        axes.margins(y=0.1)
        if title != "price":
            axes.set_ylim(*at_least(*axes.get_ylim()))
        dashed = " (dashed: accounts)" if title == "price" and lines["accounts"] else ""
        words = TITLES[title].format(focal=spoken(comparison.focal), currency=market.currency) + dashed
        axes.set_title(words, fontsize=BODY - 1, fontweight="bold", loc="left")
        label_ends(axes, {name: float(values[-1]) for name, values in found.items()}, paint, market.periods, SMALL + 1)
        if title == "reputation":
            mark_shocks(axes, comparison.scenario)
    return figure


def at_least(low: float, high: float, least: float = 0.1) -> tuple[float, float]:
    """Limits for what lies between 0 and 1, at least a tenth apart: what hardly moves is to look like it."""
    if high - low < least:
        middle = (low + high) / 2
        low, high = middle - least / 2, middle + least / 2
    return (low, high) if high <= 1.02 else (1.02 - (high - low), 1.02)


TITLES = {"price": "price, {currency} a unit", "reputation": "reputation, 0 to 1", "stocks": "stocks of {focal}, 0 to 1"}


def mark_shocks(axes, scenario) -> None:
    """When somebody with influence acted, and who."""
    for shock in scenario.influence:
        axes.axvline(shock.at, color=QUIET, linewidth=1, linestyle=(0, (1, 2)), zorder=1)
        late = shock.at > 0.7 * scenario.market.periods
        axes.annotate(
            spoken(shock.influencer),
            (shock.at, 0.02),
            (-4 if late else 4, 0),
            xycoords=axes.get_xaxis_transform(),
            textcoords="offset points",
            fontsize=SMALL,
            color=QUIET,
            ha="right" if late else "left",
            va="bottom",
        )


def course_lines(comparison, strategy: str) -> dict[str, dict[str, np.ndarray]]:
    """Panel -> name -> values by period, means over runs; accounts: what they pay where that is another price than newcomers'."""
    from sim.tables import course_table

    table = course_table(comparison.runs)
    table = table[(table.strategy == strategy) & (table.period > 0)]
    table = table.assign(paid=table.price * (1 + table.premium.astype(float)), apart=table.premium != 0)
    columns = ["price", "paid", "apart", "reputation", *(f"stock_{market}" for market in MARKETS)]
    means = table.groupby(["seller", "period"], observed=True, sort=False)[columns].mean()

    def lines(column: str) -> dict[str, np.ndarray]:
        return {name: means.loc[name][column].to_numpy(float) for name in comparison.scenario.sellers}

    stocks = {market: lines(f"stock_{market}")[comparison.focal] for market in MARKETS}
    return {
        "price": lines("price"),
        "accounts": {name: values for name, values in lines("paid").items() if lines("apart")[name].any()},
        "reputation": lines("reputation"),
        "stocks": {name: values for name, values in stocks.items() if values.any()},
    }


def seller_colours(comparison) -> dict[str, str]:
    """The focal seller in blue, its rivals in the other colours, grey where these run out."""
    rivals = [name for name in comparison.scenario.sellers if name != comparison.focal]
    return {comparison.focal: OTHERS[0]} | {name: OTHERS[1 + i] if i < len(OTHERS) - 1 else BASELINE for i, name in enumerate(rivals)}


def course_finding(comparison, strategy: str, lines: dict) -> str:
    """Whose price moved most; else what was built."""
    prices, market = lines["price"], comparison.scenario.market
    name = max(prices, key=lambda one: abs(prices[one][-1] - prices[one][0]))
    start, end = prices[name][0], prices[name][-1]
    span = in_years(market.periods, market.period)
    if abs(end - start) > 0.005 * start:
        return f"Under {spoken(strategy)} {spoken(name)} takes its price from {amount(start)} to {amount(end)} {market.currency} in {span}"
    built = sorted(lines["stocks"], key=lambda one: -lines["stocks"][one][-1])[:2]
    if built:
        words = listed([f"its {one} market to {lines['stocks'][one][-1]:.2f}" for one in built])
        return f"Under {spoken(strategy)} {spoken(comparison.focal)} builds {words} of 1 in {span}"
    return f"What sellers asked and how they stood under {spoken(strategy)}"
