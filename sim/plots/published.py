"""All published figures at a glance: how many standard errors each simulated one is off, beside what chance alone would do."""

from typing import TYPE_CHECKING

import numpy as np

from sim.plots.style import BODY, LETTER, LINES, LOSS, OTHERS, QUIET, SMALL, canvas, finish, styled
from sim.wording import counted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LINE = 0.30  # inches of a group
CHANCE = 0.99


@styled
def published(found) -> "Figure":
    """Every figure as a dot, group by group, in standard errors off its exact value; the grey band holds 99 of 100 by chance alone, beyond
    the lines at four one counts as off."""
    from scipy.special import ndtri

    table = found.table.dropna(subset="off")
    groups = list(dict.fromkeys(table.group))
    figure, axes = canvas(height=2.3 + LINE * 1.35 * len(groups))
    usual, edge = ndtri(0.5 + CHANCE / 2), max(4.6, table.off.abs().max() + 0.5)
    axes.axvspan(-usual, usual, color="#EFEFEF", zorder=0)
    axes.axvline(0, color=QUIET, linewidth=1.2, zorder=1)
    for limit in (-4, 4):
        axes.axvline(limit, color=LOSS, linewidth=1.4, linestyle=(0, (4, 3)), zorder=1)
    for number, name in enumerate(groups):
        rows = table[table.group == name]
        height = number + spread(rows.off.to_numpy())
        paint = np.where(rows.verdict == "agrees", OTHERS[0], LOSS)
        axes.axhline(number, color=LINES, linewidth=0.8, zorder=0.5)
        axes.scatter(rows.off, height, s=34, c=paint, edgecolors="white", linewidths=0.7, zorder=3)
    labels = [f"{name}  ({(table.group == name).sum()})" for name in groups]
    axes.set_yticks(range(len(groups)), labels)
    axes.tick_params(axis="y", length=0, labelsize=BODY - 1)
    axes.spines["left"].set_visible(False)
    axes.set_ylim(len(groups) - 0.4, -0.6)
    axes.set_xlim(-edge, edge)
    axes.set_xlabel("standard errors off the exact figure")
    above = axes.get_xaxis_transform()
    for place, words, colour in ((0, "99 of 100 by chance", QUIET), (4, "off", LOSS), (-4, "off", LOSS)):
        axes.text(place, 1.015, words, ha="center", va="bottom", fontsize=SMALL, color=colour, transform=above)
    return finish(figure, finding(found), source(found), left=0.6 + max(map(len, labels)) * BODY * LETTER * 0.8, top=0.4)


def spread(values: np.ndarray) -> np.ndarray:
    """Heights that keep dots of nearly the same value apart, up to 0.3 of a line."""
    order = np.argsort(values, kind="stable")
    heights = np.zeros(len(values))
    pattern = (0.0, 0.2, -0.2)
    for place, which in enumerate(order):
        heights[which] = pattern[place % 3] if len(values) > 6 else 0.0
    return heights


def finding(found) -> str:
    """The figure in a sentence."""
    table = found.table
    if found.agrees:
        return f"All {counted(len(table), 'published figure')} come out of the simulation, none more than " \
               f"{table.off.abs().max():.1f} standard errors off"
    return f"{len(found.off)} of {counted(len(table), 'published figure')} do not come out of the simulation"


def source(found) -> str:
    """What the picture rests on."""
    certain = int(found.table.off.isna().sum())
    without = f"figures of one market share its luck; {certain} without any luck are not drawn (see the table)"
    return f"Tenure · {counted(found.markets, 'market')} · seed {found.seed} · {without}"
