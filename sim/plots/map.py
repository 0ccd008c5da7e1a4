"""The break-even map: which strategy earns most where, the border with its band, points that were played, where the scenario stands."""

from typing import TYPE_CHECKING

import numpy as np

from sim.plots.style import BASELINE, BODY, INK, OTHERS, QUIET, SMALL, canvas, finish, styled
from sim.wording import capital, counted, listed, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SIDE = 300  # squares along a side of the picture
TINT = 0.34  # how full a region's colour is
LINE, WORD = 0.035, 0.0104  # half a name's height, and half of its width for each letter, as shares of a side: what it needs around it
UNKNOWN = "#F1F1F1"


@styled
def break_even(found) -> "Figure":
    """Regions by best strategy, the border in black, hatched where the runs cannot tell, points that were played as dots."""
    from sim.experiments.mapping.words import finding

    figure, axes = canvas(height=7.6, width=11.6)
    finish(figure, finding(found), source(found), left=1.15, right=3.05, bottom=0.95)
    paint = colours(found)
    scale(axes, found)
    if found.surface is not None:
        unnamed = regions(axes, found, paint)
        lines(axes, found)
        key(axes, found, paint, unnamed)
    dots(axes, found)
    here(axes, found)
    return figure


def source(found) -> str:
    """What the figure rests on."""
    market = found.scenario.market
    return (
        f"Tenure · scenario {found.scenario.slug} · {counted(len(found.profits), 'point')}, {counted(found.runs, 'paired run')} each, of "
        f"{counted(market.buyers, 'buyer')} over {counted(market.periods, market.period)} · seed {found.scenario.seed}"
    )


def colours(found) -> dict[str, str]:
    """A colour for each strategy, the baseline's grey."""
    others = [name for name in found.strategies if name != found.scenario.baseline]
    paint = {name: OTHERS[number % len(OTHERS)] for number, name in enumerate(others)}
    return {name: paint.get(name, BASELINE) for name in found.strategies}


def scale(axes: "Axes", found) -> None:
    """The two parameters, over what the map covers."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    for one, way in zip(found.axes, (axes.xaxis, axes.yaxis), strict=True):
        (axes.set_xlim if way is axes.xaxis else axes.set_ylim)(one.varied.low, one.varied.high)
        if one.logarithmic:
            (axes.set_xscale if way is axes.xaxis else axes.set_yscale)("log")
            way.set_major_locator(FixedLocator([one.value(share) for share in (0, 0.25, 0.5, 0.75, 1)]))
            way.set_minor_locator(NullLocator())
        figures = 3 if one.logarithmic else 6
        way.set_major_formatter(FuncFormatter(lambda value, _, figures=figures: f"{value:,.{figures}g}".replace("-", "−")))
        way.set_label_text(f"{capital(one.name)}{', ' * bool(one.unit)}{one.unit}")
    for side in ("top", "right"):
        axes.spines[side].set_visible(True)


def regions(axes: "Axes", found, paint: dict[str, str]) -> list[str]:
    """Paint the regions, hatch where nobody can tell, and write the names in; returns those for which there was no room."""
    from matplotlib.colors import to_rgb

    from sim.experiments.mapping.result import grid

    best, least = (one.reshape(SIDE, SIDE) for one in found.surface.best_at(grid(SIDE)))
    sure = least > 0
    full = np.array([to_rgb(paint[name]) for name in found.strategies] + [to_rgb(UNKNOWN)])
    tint = np.concatenate([1 - TINT * (1 - full[:-1]), full[-1:]])
    edges = [[one.value(share) for share in np.arange(SIDE + 1) / SIDE] for one in found.axes]
    middles = [[one.value(share) for share in (np.arange(SIDE) + 0.5) / SIDE] for one in found.axes]
    axes.pcolormesh(*edges, tint[best], rasterized=True, zorder=0)
    hatch(axes, middles, least)
    unnamed = [name for number, name in enumerate(found.strategies) if not write(axes, found, name, best == number, sure, paint[name])]
    if (best < 0).any():
        write(axes, found, "cannot be played", best < 0, best < 0, QUIET)
    return [name for name in unnamed if (best == found.strategies.index(name)).any()]


def hatch(axes: "Axes", middles: list, least) -> None:
    """Hatch where the runs cannot tell: where the interval of the lead holds nought."""
    if not (least <= 0).any():
        return
    lowest, known = np.nanmin(least) - 1, np.ma.masked_invalid(least)
    axes.contourf(*middles, known, levels=[lowest, 0], colors=["white"], alpha=0.5, zorder=1)
    hatched = axes.contourf(*middles, known, levels=[lowest, 0], colors="none", hatches=["////"], zorder=1)
    hatched.set(edgecolor=QUIET, linewidth=0)
    axes.contour(*middles, known, levels=[0], colors=[QUIET], linewidths=0.9, zorder=2)


def write(axes: "Axes", found, name: str, region: np.ndarray, sure: np.ndarray, colour: str) -> bool:
    """Write a name where its region leaves most room; whether there was any."""
    from scipy.ndimage import distance_transform_edt

    for within in (region & sure, region):
        size = 1 / (LINE * SIDE), 1 / (WORD * len(name) * SIDE)
        room = distance_transform_edt(np.pad(within, 1), sampling=size)[1:-1, 1:-1]
        row, column = np.unravel_index(room.argmax(), room.shape)
        if room[row, column] > 1:
            place = [one.value((at + 0.5) / SIDE) for one, at in zip(found.axes, (column, row), strict=True)]
            axes.text(*place, spoken(name), color=colour, fontsize=BODY + 3, fontweight="bold", ha="center", va="center", zorder=6)
            return True
    return False


def lines(axes: "Axes", found) -> None:
    """The border."""
    from matplotlib.collections import LineCollection

    one, other = found.axes
    ends = [[(one.value(x), other.value(y)) for x, y in line] for _, _, line in found.surface.lines()]
    axes.add_collection(LineCollection(ends, colors=INK, linewidths=2.2, capstyle="round", zorder=4), autolim=False)


def dots(axes: "Axes", found) -> None:
    """The points that were played."""
    one, other = found.axes
    where = np.array([(one.values[i], other.values[j]) for i, j in sorted(found.profits)]).reshape(-1, 2)
    axes.plot(where[:, 0], where[:, 1], ".", color=INK, alpha=0.45, markersize=4.5, markeredgewidth=0, clip_on=False, zorder=5)
    if len(found.failures):
        failed = found.failures[[one.path, other.path]].to_numpy(float)
        axes.plot(failed[:, 0], failed[:, 1], "x", color=QUIET, markersize=6, clip_on=False, zorder=5)


def here(axes: "Axes", found) -> None:
    """Where the scenario stands."""
    place = [one.here for one in found.axes]
    if None not in place:
        axes.plot(*place, "o", markersize=13, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=2.4, zorder=7, clip_on=False)
        axes.plot(*place, "o", markersize=4.5, color=INK, zorder=8, clip_on=False)


def key(axes: "Axes", found, paint: dict[str, str], unnamed: list[str]) -> None:
    """What the signs mean, beside the map."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    entries = [(Patch(facecolor=paint[name], alpha=TINT), f"{spoken(name)} earns most") for name in unnamed]
    entries.append((Line2D([], [], color=INK, linewidth=2.4), "the border: both\nearn the same"))
    if found.undecided > 0:
        sign = Patch(facecolor="white", edgecolor=QUIET, hatch="////", linewidth=0)
        entries.append((sign, "the runs cannot tell:\nthe 95% interval of the\nlead holds nought"))
    if None not in [one.here for one in found.axes]:
        sign = Line2D([], [], linestyle="", marker="o", markersize=11, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=2.2)
        entries.append((sign, "where the scenario\nstands"))
    sign = Line2D([], [], linestyle="", marker=".", color=INK, alpha=0.45, markersize=8)
    entries.append((sign, f"a point that was played{two_values(found)}"))
    if len(found.failures):
        entries.append((Line2D([], [], linestyle="", marker="x", color=QUIET, markersize=7), "a point that failed"))
    axes.legend(*zip(*entries, strict=True), loc="upper left", bbox_to_anchor=(1.02, 1.0), frameon=False, fontsize=SMALL + 1.5,
                labelspacing=1.1, handlelength=1.6, borderaxespad=0, labelcolor=INK)  # fmt: skip


def two_values(found) -> str:
    """Why only two values of a parameter are played, where that is so."""
    names = [one.name for one in found.axes if one.linear]
    return f"\n(profit is linear in the\n{listed(names)}: two\nvalues of it say all)" if names else ""
