"""Kotler's table as a picture: the model's levels with their certainty, and his own beside them."""

from typing import TYPE_CHECKING

from sim.experiments.kotler.question import BOOK, CUSTOMERS, MARGINS
from sim.experiments.levels import LEVELS
from sim.plots.style import BODY, INK, SMALL, canvas, finish, styled
from sim.wording import amount, counted, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

RUNGS = ("#EFF4F9", "#C6DBEC", "#86B6D9", "#2F76B0", "#0B4683")  # the ladder, from light to dark: readable in grey too
GAP = 0.03


@styled
def kotler(table) -> "Figure":
    """The two tables side by side: many customers above, a high margin at the left, the darker the higher the level."""
    figure, axes = canvas(columns=2, height=7.4, width=12.8, width_ratios=(1.3, 1))
    cells, currency = table.cells.set_index(["customers", "margin"]), table.scenario.market.currency
    finish(figure, finding(table), source(table), left=1.95, right=0.25, bottom=1.3, top=0.4, wspace=0.05)
    for row, customers in enumerate(CUSTOMERS):
        for column, margin in enumerate(MARGINS):
            one = cells.loc[(customers, margin)]
            words = f"{percent(one.certainty)} sure\n+{amount(one.lead)} {currency}\nover {one.next}"
            square(axes[0], column, row, LEVELS.index(one.level), words)
            square(axes[1], column, row, BOOK[customers, margin], "")
            if one.off:
                apart(axes[0], column, row, int(one.off), LEVELS.index(one.level))
    for side, title in zip(axes, ("The model", "Kotler"), strict=True):
        frame(side, title)
    axes[0].set_yticks(range(3), [f"{name}\n{table.reading.buyers[name]:,} customers" for name in CUSTOMERS], fontsize=BODY - 1)
    axes[0].set_xticks(range(3), [f"{name} margin\n{percent(table.margins[name])} of the price" for name in MARGINS], fontsize=BODY - 2)
    axes[1].set_xticks(range(3), [f"{name}\nmargin" for name in MARGINS], fontsize=BODY - 2)
    return figure


def square(axes: "Axes", column: int, row: int, rung: int, words: str) -> None:
    """A cell: its level, and how sure that is."""
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((column - 0.5 + GAP, row - 0.5 + GAP), 1 - 2 * GAP, 1 - 2 * GAP, facecolor=RUNGS[rung], edgecolor="none"))
    ink = "white" if rung > 2 else INK
    axes.text(column, row + (0.16 if words else 0), LEVELS[rung], ha="center", va="center", fontsize=BODY - 1, fontweight="bold", color=ink)
    if words:
        axes.text(column, row - 0.17, words, ha="center", va="center", fontsize=SMALL, color=ink, linespacing=1.35)


def apart(axes: "Axes", column: int, row: int, off: int, rung: int) -> None:
    """By how many levels a cell is off his, in its corner."""
    words = f"{'▲' if off > 0 else '▼'} {abs(off)}"
    at = column + 0.5 - 2.5 * GAP, row + 0.5 - 2.5 * GAP
    axes.text(*at, words, ha="right", va="top", fontsize=SMALL, color="white" if rung > 2 else INK)


def frame(axes: "Axes", title: str) -> None:
    """Axes without lines, the table's name above."""
    axes.set(xlim=(-0.5, 2.5), ylim=(-0.5, 2.5), yticks=[])
    axes.tick_params(length=0, pad=8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title, fontsize=BODY + 1, fontweight="bold", pad=10, color=INK)


def finding(table) -> str:
    """The finding in a sentence."""
    order, cells = table.neighbours, table.cells
    wrong, moved = int((~order.in_order).sum()), int((order.verdict != "same").sum())
    same, near = int((cells.off == 0).sum()), int((cells.off.abs() <= 1).sum())
    words = f"never moves against Kotler's order ({moved} of {len(order)} steps change it, all his way)"
    if not moved:
        words = "is the same in every cell, whatever Kotler says"
    elif wrong:
        words = f"moves against Kotler's order in {wrong} of {len(order)} steps"
    return f"The best level {words}; {same} of 9 cells {'is' if same == 1 else 'are'} his, {near} within a level of his"


def source(table) -> str:
    """What the figure rests on."""
    scenario = table.scenario
    span = counted(scenario.market.periods, scenario.market.period)
    return (
        f"Tenure · scenario {scenario.slug} · {table.reading.words}\n"
        f"{counted(table.runs, 'paired run')} over {span} · seed {scenario.seed} · "
        "sure: share of bootstrap resamples of the runs\n"
        "▲ ▼ levels above or below Kotler's (1992; seven cells from memory)"
    )
