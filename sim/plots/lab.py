"""The laboratory's figures: who is wrong on whom by how much, and whether those held for alive are."""

from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.lab.result import ALL, MIX, USUAL
from sim.plots.style import BODY, LINES, OTHERS, QUIET, SMALL, canvas, finish, styled
from sim.wording import capital, counted, name_of_type, percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE = 0.34                      # inches of an estimator
RATIOS = (0.125, 0.25, 0.5, 1, 2, 4, 8)


@styled
def lab(found) -> "Figure":
    """Predicted over true lifetime value of every estimator, market by market, with 95% intervals; 1 is right."""
    table = found.table[found.table.buyer_type == ALL].dropna(subset="clv_bias")
    names = list(dict.fromkeys(table.estimator))
    colour = dict(zip(names, OTHERS, strict=False))
    figure, axes = canvas(height=2.4 + LINE * (len(names) + 0.8) * len(found.markets))
    axes.axvline(1, color=QUIET, linewidth=1.4, zorder=1)
    ticks, height = [], 0.0
    for market in found.markets:
        rows = table[table.market == market]
        ticks.append((height + (len(names) - 1) / 2, market))
        for row in rows.itertuples():
            place = height + names.index(row.estimator)
            low, high = max(1 + row.clv_low, 0.02), 1 + row.clv_high
            axes.plot([low, high], [place, place], color=colour[row.estimator], linewidth=2.2, solid_capstyle="butt", zorder=2)
            axes.plot([1 + row.clv_bias], [place], "o", color=colour[row.estimator], markersize=8, zorder=3)
            aside = 8 if row.clv_bias >= 0 else -8
            axes.annotate(row.estimator, (high if aside > 0 else low, place), (aside, 0), textcoords="offset points", va="center",
                          ha="left" if aside > 0 else "right", fontsize=SMALL, color=colour[row.estimator], fontweight="bold")
        height += len(names) + 0.8
        if market != found.markets[-1]:
            axes.axhline(height - 0.9, color=LINES, linewidth=0.8, zorder=0)
    axes.set_xscale("log")
    reach = max(2.6, float(np.nanmax(1 + table.clv_high)) * 1.9)
    axes.set_xlim(min(0.2, float((1 + table.clv_low).clip(lower=0.05).min()) * 0.3), reach)
    axes.minorticks_off()
    shown = [ratio for ratio in RATIOS if axes.get_xlim()[0] <= ratio <= reach]
    axes.set_xticks(shown, ["right" if ratio == 1 else f"{ratio:g} ×" for ratio in shown])
    axes.set_yticks([place for place, _ in ticks], [label(market) for _, market in ticks])
    axes.tick_params(axis="y", length=0, labelsize=BODY)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(height - 0.6, -0.8)
    axes.set_xlabel("predicted lifetime value, times the true one")
    return finish(figure, finding(found), source(found), left=2.4)


@styled
def alive(found) -> "Figure":
    """Of the customers to whom the usual estimator gives a probability of being alive, the share that is: on the diagonal it is right."""
    table = found.calibration[(found.calibration.buyer_type == ALL) & (found.calibration.estimator == USUAL)]
    figure, axes = canvas()
    axes.plot([0, 1], [0, 1], color=QUIET, linewidth=1.2, zorder=1)
    axes.text(0.3, 0.32, "as it says", color=QUIET, fontsize=SMALL, rotation=28, rotation_mode="anchor", ha="center", va="bottom")
    ends = {}
    for number, market in enumerate(found.markets):
        rows = table[table.market == market].sort_values("predicted")
        rows = rows[rows.customers >= 20]
        paint = "#333333" if market == MIX else OTHERS[number % len(OTHERS)]
        axes.plot(rows.predicted, rows.alive, color=paint, zorder=2, alpha=0.9)
        axes.scatter(rows.predicted, rows.alive, s=12 + 320 * rows.customers / max(rows.customers.sum(), 1), color=paint, zorder=3)
        if len(rows):
            ends[market] = (float(rows.predicted.iloc[0]), float(rows.alive.iloc[0]), paint)
    from matplotlib.ticker import PercentFormatter

    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.yaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlim(-0.02, 1.02)
    axes.set_ylim(-0.02, 1.04)
    axes.set_xlabel(f"{USUAL} gives them this chance of being alive")
    axes.set_ylabel("share that is: can still buy")
    for place, (market, (_, _, paint)) in zip(np.linspace(0.95, 0.95 - 0.075 * (len(ends) - 1), len(ends)), ends.items(), strict=True):
        axes.text(1.03, place, label(market), color=paint, fontsize=BODY, fontweight="bold", transform=axes.transAxes, va="center")
    return finish(figure, alive_finding(found), f"{source(found)} · size: number of customers", right=2.6)


def label(market: str) -> str:
    """A market's name."""
    return "all together" if market == MIX else name_of_type(market)


def finding(found) -> str:
    """The first figure in a sentence."""
    rows = found.table[(found.table.buyer_type == ALL) & (found.table.estimator == USUAL)].dropna(subset="clv_bias")
    apart = rows[rows.market != MIX] if (rows.market != MIX).any() else rows
    if not len(apart):
        return "The usual model could not be fitted"
    worst = apart.loc[apart.clv_bias.abs().idxmax()]
    wrong = f"{percent(abs(worst.clv_bias))} too {'high' if worst.clv_bias > 0 else 'low'}"
    words = f"{USUAL} is {wrong} for {name_of_type(worst.market)} buyers"
    mix = rows[rows.market == MIX]
    return f"{words}; in the mix {percent(abs(mix.clv_bias.iloc[0]))} is left, as errors cancel" if len(mix) and len(apart) > 1 else words


def alive_finding(found) -> str:
    """The second figure in a sentence."""
    rows = found.table[(found.table.buyer_type == ALL) & (found.table.estimator == USUAL)].dropna(subset="alive_predicted")
    if not len(rows):
        return "The usual model could not be fitted"
    off = (rows.alive_predicted - rows.alive_true)
    worst = rows.loc[off.abs().idxmax()]
    words = "all buyers together" if worst.market == MIX else f"{name_of_type(worst.market)} buyers"
    return capital(f"of {words} {USUAL} holds {percent(worst.alive_predicted)} for alive where {percent(worst.alive_true)} can still buy")


def source(found) -> str:
    """What the figures rest on."""
    return f"Tenure · scenario {found.scenario.slug} · {counted(found.runs, 'run')} · seed {found.scenario.seed}"
