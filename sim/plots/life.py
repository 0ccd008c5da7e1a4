"""One buyer's two lives, one above the other: who supplies it, how the bond grows, what goes wrong and what is mended."""

from typing import TYPE_CHECKING

import numpy as np

from sim.panel import NO_SUPPLIER
from sim.plots.style import BODY, OTHERS, QUIET, canvas, finish, styled, time_axis
from sim.wording import counted, name_of_type, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

OURS, NOBODY, RIVALS = "#CFE5F5", "#FFFFFF", ("#E9E9E9", "#D8D8D8", "#F3EEE2", "#E3DCCB", "#EDE3EA", "#DDD0DA")
MARKS = {  # event -> (marker, colour, height, words)
    "unresolved": ("v", "#D55E00", 1.30, "problem unsolved"),
    "resolved": ("^", "#009E73", 1.30, "problem solved"),
    "broken": ("X", "#CC79A7", 1.16, "promise broken"),
    "contact": (".", "#56B4E9", -0.10, "contact"),
    "bought": ("|", "#222222", -0.22, "purchase"),
}


@styled
def life(trace) -> "Figure":
    """The two lives of a `sim.trace.Trace`."""
    market = trace.scenario.market
    figure, grid = canvas(2, 1, sharex=True, height=7.4)
    for axes, name in zip(grid, trace.strategies, strict=True):
        suppliers(axes, trace.lives[name], trace.scenario)
        bond_line(axes, trace.lives[name])
        marks(axes, trace.lives[name])
        axes.set_title(f"under {spoken(name)}", fontsize=BODY, fontweight="bold", loc="left")
        axes.set_ylim(-0.32, 1.42)
        axes.set_yticks([0, 0.5, 1])
        axes.set_ylabel("bond, 0 to 1")
        time_axis(axes, market.period, market.periods, label=axes is grid[-1])
        axes.set_xlim(0.5, market.periods + 0.5)
    finish(figure, finding(trace), source(trace), hspace=0.28, top=0.5, bottom=1.3, right=0.4)
    handles, labels = key()
    figure.legend(
        handles,
        labels,
        loc="lower center",
        ncols=len(labels),
        frameon=False,
        fontsize=BODY - 2,
        bbox_to_anchor=(0.5, 0.045),
        handletextpad=0.2,
        columnspacing=1.4,
    )
    return figure


def suppliers(axes, lived, scenario) -> None:
    """Who supplies the buyer: a band of colour for each spell, named where there is room."""
    record = lived[lived.index > 0]
    names, periods = record.supplier.astype(str).to_numpy(), record.index.to_numpy()
    rivals = [name for name in scenario.sellers if name != scenario.focal]
    paint = {name: RIVALS[number % len(RIVALS)] for number, name in enumerate(rivals)} | {scenario.focal: OURS, NO_SUPPLIER: NOBODY}
    starts = np.flatnonzero(np.concatenate([[True], names[1:] != names[:-1]]))
    for start, stop in zip(starts, [*starts[1:], len(names)], strict=True):
        name, low, high = names[start], periods[start] - 0.5, periods[stop - 1] + 0.5
        axes.axvspan(low, high, color=paint[name], linewidth=0, zorder=0)
        if high - low > 0.013 * len(periods) * (len(spoken(name)) + 1) and name != NO_SUPPLIER:
            axes.text(
                (low + high) / 2,
                0.96,
                spoken(name),
                ha="center",
                va="top",
                fontsize=BODY - 2,
                zorder=2,
                color=OTHERS[0] if name == scenario.focal else QUIET,
                fontweight="bold" if name == scenario.focal else "normal",
            )


def bond_line(axes, lived) -> None:
    """The bond with the supplier of the moment."""
    record = lived[lived.index > 0]
    axes.plot(record.index, record.bond, color=OTHERS[0], zorder=3, drawstyle="steps-mid", linewidth=2.2)


def marks(axes, lived) -> None:
    """What happened, each kind at its own height."""
    record = lived[lived.index > 0].assign(bought=lambda table: table.lots > 0)
    for name, (marker, colour, height, _) in MARKS.items():
        when = record.index[record[name]]
        axes.plot(when, np.full(len(when), height), marker, color=colour, markersize=9 if marker in "v^X" else 8, zorder=4, clip_on=False)


def key() -> tuple[list, list[str]]:
    """What the marks mean."""
    from matplotlib.lines import Line2D

    handles = [Line2D([], [], marker=marker, color=colour, linestyle="", markersize=9) for marker, colour, _, _ in MARKS.values()]
    line = Line2D([], [], color=OTHERS[0], linewidth=2.2)
    return [*handles, line], [*(words for _, _, _, words in MARKS.values()), "bond with the supplier"]


def finding(trace) -> str:
    """What the two lives come to, in a sentence."""
    first, second = trace.strategies
    one, other = (trace.figures[name]["periods_with_us"] for name in (first, second))
    market, focal = trace.scenario.market, spoken(trace.scenario.focal)
    who = f"Buyer {trace.buyer:,}, {name_of_type(trace.buyer_type)}, "
    if trace.parting is None:
        return f"{who}lives the same life under {spoken(first)} and {spoken(second)}: same suppliers throughout"
    return (
        f"{who}is with {focal} for {other} of {counted(market.periods, market.period)} under {spoken(second)}, "
        f"{one} under {spoken(first)}; "
        f"same luck"
    )


def source(trace) -> str:
    return (
        f"Tenure · scenario {trace.scenario.slug} · buyer {trace.buyer:,} of {trace.scenario.market.buyers:,} in run {trace.run} · "
        f"seed {trace.runs.seed}"
    )
