"""How every figure looks: colours that colour-blind readers tell apart, type that a projector carries, labels beside the lines.

Colours are Okabe & Ito's (2008); the baseline is always grey. A figure's title is its finding, its last line says what it rests on.
"""

import functools
import textwrap
from typing import TYPE_CHECKING

from sim.wording import counted, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BASELINE = "#7A7A7A"
OTHERS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
GAIN, LOSS, SUM = "#0072B2", "#D55E00", "#333333"
INK, QUIET, LINES = "#222222", "#6B6B6B", "#D9D9D9"
WIDTH, HEIGHT = 11.0, 6.2
TITLE, BODY, SMALL = 18, 14, 11
LETTER = 0.0094  # roughly the width of a bold letter over its point size, in inches
SETTINGS = {
    "font.size": BODY,
    "axes.labelsize": BODY,
    "xtick.labelsize": BODY - 1,
    "ytick.labelsize": BODY - 1,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "xtick.color": QUIET,
    "ytick.color": QUIET,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "font.family": "DejaVu Sans",
    "svg.hashsalt": "tenure",
    "axes.unicode_minus": True,
    "lines.linewidth": 2.6,
    "axes.axisbelow": True,
}


def styled(draw):
    """A figure function that draws with SETTINGS, and leaves the caller's own settings as they were."""

    @functools.wraps(draw)
    def drawn(*words, **options):
        import matplotlib

        with matplotlib.rc_context(SETTINGS):
            return draw(*words, **options)

    return drawn


def canvas(rows: int = 1, columns: int = 1, height: float = HEIGHT, width: float = WIDTH, **options):
    """A figure and its axes in the house style, drawn without a screen."""
    from sim.plots.picture import Picture

    figure = Picture(width, height, SETTINGS)
    return figure, figure.subplots(rows, columns, **options)


def finish(
    figure: "Figure", title: str, source: str, left: float = 1.05, right: float = 0.35, bottom: float = 0.95, top: float = 0.25, **spaces
) -> "Figure":
    """Put the finding above and the source below; margins are inches between the axes and the edge or the title."""
    width, height = figure.get_size_inches()
    lines = balanced(title, int((width - 0.5) / (TITLE * LETTER)))
    block = len(lines) * TITLE * 1.3 / 72
    figure.text(0.25 / width, 1 - 0.2 / height, "\n".join(lines), fontsize=TITLE, fontweight="bold", va="top", linespacing=1.25)
    figure.text(0.25 / width, 0.14 / height, source, fontsize=SMALL, color=QUIET, va="bottom")
    figure.subplots_adjust(
        left=left / width, right=1 - right / width, bottom=(bottom + 0.1) / height, top=1 - (0.25 + block + top) / height, **spaces
    )
    return figure


def balanced(text: str, most: int) -> list[str]:
    """The text in as few lines of at most `most` letters as it takes, all about equally long."""
    lines = textwrap.wrap(text, most, break_on_hyphens=False)
    for width in range(max(len(text) // len(lines), 1), most):
        shorter = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
        if len(shorter) == len(lines) and max(map(len, shorter)) <= most:
            return shorter
    return lines


def name_key(figure: "Figure", colour: dict[str, str], title: str) -> None:
    """The strategies' names in their colours, in one line under the title; for figures whose lines have no room for names."""
    width, height = figure.get_size_inches()
    lines = len(balanced(title, int((width - 0.5) / (TITLE * LETTER))))
    y, room = height - 0.32 - lines * TITLE * 1.3 / 72, width - 0.5
    wanted = sum(len(spoken(name)) + 2 for name in colour) * BODY * LETTER * 0.92
    size, x = max(BODY * min(1.0, room / wanted), SMALL), 0.25
    for name, paint in colour.items():
        figure.text(x / width, y / height, spoken(name), color=paint, fontsize=size, fontweight="bold", va="top")
        x += (len(spoken(name)) + 2) * size * LETTER * 0.92


def source_line(comparison) -> str:
    """What a figure rests on: scenario, runs, seed."""
    market = comparison.scenario.market
    return (
        f"Tenure · scenario {comparison.scenario.slug} · {counted(comparison.runs.runs, 'run')} of {counted(market.buyers, 'buyer')} "
        f"over {counted(market.periods, market.period)} · seed {comparison.runs.seed}"
    )


def colours(comparison) -> dict[str, str]:
    """A colour for each strategy, the baseline's grey."""
    others = {name: OTHERS[number % len(OTHERS)] for number, name in enumerate(comparison.others)}
    return {name: others.get(name, BASELINE) for name in comparison.runs.strategies}


def time_axis(axes: "Axes", period: str, periods: int, label: bool = True) -> None:
    """Periods from the first on record; months are ticked by the year."""
    from matplotlib.ticker import MaxNLocator, MultipleLocator

    axes.set_xlim(0 if periods > 1 else 0.5, max(periods, 2))
    years = {"month": 12, "quarter": 4}.get(period)
    if years and periods >= 2 * years:
        axes.xaxis.set_major_locator(MultipleLocator(years * max(1, round(periods / years / 6))))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if label:
        axes.set_xlabel(period)


def money_axis(axis, decimals: int | None = None) -> None:
    """Thousands in groups, a true minus sign."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(
        FuncFormatter(
            lambda value, _: f"{value:,.6g}".replace("-", "−") if decimals is None else f"{value:,.{decimals}f}".replace("-", "−")
        )
    )


def share_axis(axis) -> None:
    """Shares as percentages."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda share, _: f"{100 * share:.4g}%"))


def band(axes: "Axes", periods, mean, low, high, colour: str, zorder: int = 3) -> None:
    """A line with its 95% band."""
    axes.fill_between(periods, low, high, color=colour, alpha=0.22, linewidth=0, zorder=zorder - 1)
    axes.plot(periods, mean, color=colour, zorder=zorder)


def label_ends(axes: "Axes", ends: dict[str, float], colour: dict[str, str], x: float, size: float = BODY) -> None:
    """Names beside the ends of their lines, moved apart where they would overlap; call it when the axis limits stand."""
    from matplotlib.transforms import offset_copy

    aside = offset_copy(axes.transData, fig=axes.figure, x=6, units="points")
    for name, height in apart(axes, ends, size).items():
        axes.text(
            x,
            height,
            spoken(name),
            color=colour[name],
            fontsize=size,
            fontweight="bold",
            va="center",
            ha="left",
            clip_on=False,
            transform=aside,
        )


def apart(axes: "Axes", wanted: dict[str, float], size: float) -> dict[str, float]:
    """Heights near those wanted, at least a line of type apart and within the axes."""
    low, high = axes.get_ylim()
    inches = axes.figure.get_size_inches()[1] * axes.get_position().height
    gap = (high - low) * size * 1.3 / 72 / inches
    order = sorted(wanted, key=lambda name: wanted[name])
    placed: list[float] = []
    for name in order:
        placed.append(max(wanted[name], placed[-1] + gap) if placed else max(wanted[name], low + gap / 2))
    ceiling = high - gap / 2
    for place in reversed(range(len(placed))):
        placed[place] = min(placed[place], ceiling)
        ceiling = placed[place] - gap
    return dict(zip(order, placed, strict=True))


def zero_line(axes: "Axes") -> None:
    axes.axhline(0, color=QUIET, linewidth=1, zorder=1)


def note(axes: "Axes", text: str, at: tuple[float, float], offset: tuple[float, float], colour: str = INK, **options) -> None:
    """A remark that points at a place; offset in points."""
    axes.annotate(
        text,
        at,
        offset,
        textcoords="offset points",
        fontsize=BODY - 1,
        color=colour,
        annotation_clip=False,
        arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 1, "shrinkA": 2, "shrinkB": 7},
        **options,
    )
