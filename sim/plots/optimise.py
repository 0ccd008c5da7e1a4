"""Profit against retention, and the course of the search."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from sim.experiments.optimise.words import policies
from sim.intervals import interval
from sim.plots.style import BASELINE, BODY, INK, OTHERS, QUIET, SMALL, canvas, finish, money_axis, share_axis, styled
from sim.wording import amount, counted, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BLUE, ORANGE = OTHERS[0], OTHERS[1]
PALE, OVER = "#9DB8CC", "#D9B9A6"


def figures(found) -> Iterator[tuple[str, Callable]]:
    """(name, function that draws it) of every figure."""
    yield "front", lambda: profit_against_retention(found)
    yield "search", lambda: course_of_the_search(found)


@styled
def profit_against_retention(found) -> "Figure":
    """Every policy of the search faintly; on fresh runs, with 95% intervals, the front, the uniform levels, the strategies stated."""
    figure, axes = canvas(height=7.0)
    market = found.scenario.market
    _candidates(axes, found)
    _front(axes, found)
    labels = [*_marks(axes, found, "uniform", "s", QUIET, lambda one: one.name.split()[0]),
              *_marks(axes, found, "own", "D", ORANGE, lambda one: spoken(one.name))]  # fmt: skip
    row = found.table.iloc[0]
    labels = [one for one in labels if one[:2] != (row.retention, row.profit)] + [(row.retention, row.profit, _best(found), BLUE)]
    _window(axes, found)
    share_axis(axes.xaxis)
    money_axis(axes.yaxis)
    axes.set_xlabel("accounts kept in a year")
    axes.set_ylabel(f"profit, {market.currency} per buyer")
    finish(figure, finding(found), source_line(found), left=1.25, top=0.5)
    held = found.front[found.front.held]
    _label(axes, labels, list(zip(held.retention, held.profit, strict=True)))
    _key(figure, found)
    return figure


def _best(found) -> str:
    """The label of the best."""
    return f"the best: {found.best.name}" if found.is_uniform(found.best) else "the best"


def _candidates(axes, found) -> None:
    """Policies of the search, moved by what the same uniform levels came to on the fresh runs and in the search: the two had other luck."""
    tried, moved = found.candidates, shift(found)
    for allowed, marker, colour in ((True, "o", PALE), (False, "x", OVER)):
        rows = tried[(tried.allowed == allowed) & tried.profit.notna()]
        axes.plot(
            rows.retention + moved["retention"], rows.profit + moved["profit"], marker, color=colour, markersize=5, alpha=0.55,
            markeredgewidth=1 if marker == "x" else 0, zorder=1,
        )  # fmt: skip


def shift(found) -> dict[str, float]:
    """By how much profit and retention of the same policies differ between fresh runs and search, on average; nought where none was in
    both."""
    tried, fresh = (table.dropna(subset="policy").set_index("policy") for table in (found.candidates, found.table))
    both = tried.index.intersection(fresh.index[[found.is_uniform(one) for one in found.arms if one.policy is not None]])
    return {name: float((fresh.loc[both, name] - tried.loc[both, name]).mean()) if len(both) else 0.0 for name in ("profit", "retention")}


def _front(axes, found) -> None:
    kinds = ["best", "front"] if found.objective == "both" else ["best"]
    held = found.front[found.front.held & found.front.kind.isin(kinds)]
    axes.plot(held.retention, held.profit, color=BLUE, linewidth=1.6, alpha=0.8, zorder=3)
    names = set(held.policy)
    _cross(axes, found, [one for one, key in zip(found.arms, found.table.policy, strict=True) if key in names], BLUE, "o", 7, 4)
    _cross(axes, found, [found.best], BLUE, "*", 19, 7)


def _cross(axes, found, arms: list, colour: str, marker: str, size: float, zorder: int) -> None:
    """Arms with the 95% intervals of their differences from the best uniform level, which met the same luck."""
    reference = _reference(found)
    for one in arms:
        spans = []
        for name in ("retention", "profit"):
            apart = interval(one.of(name) - reference.of(name))
            spans.append([[float(apart.mean - apart.low)], [float(apart.high - apart.mean)]])
        inside, edge, width = ("white", colour, 1.8) if found.beyond(one) else (colour, "white", 0.8)
        axes.errorbar(
            one.of("retention").mean(), one.of("profit").mean(), xerr=spans[0], yerr=spans[1], fmt=marker, color=inside, markersize=size,
            elinewidth=1.4, capsize=0, markeredgecolor=edge, markeredgewidth=width, ecolor=colour, zorder=zorder,
        )  # fmt: skip


def _reference(found):
    """The arm that others are compared with: the best uniform level, or the best where there is none."""
    return (found.arm(found.uniform) if found.uniform is not None else None) or found.best


def _marks(axes, found, kind: str, marker: str, colour: str, name) -> list[tuple]:
    """Marks of one kind, and the labels they want."""
    arms = [one for one in found.arms if (found.is_uniform(one) if kind == "uniform" else one.kind == kind)]
    _cross(axes, found, arms, colour, marker, 8, 5)
    ink = INK if kind == "uniform" else colour
    return [(one.of("retention").mean(), one.of("profit").mean(), name(one), ink) for one in arms]


def _window(axes, found) -> None:
    """Show what was measured, and most of what was tried."""
    moved = shift(found)
    tried, table = found.candidates[found.candidates.profit.notna()], found.table[~found.table.kind.isin(["more budget", "more capacity"])]
    profit, retention = tried.profit + moved["profit"], tried.retention + moved["retention"]
    others = table[table.kind != "front"]
    low, high = others.profit.min(), max(table.profit.max(), profit.max())
    left, right = min(table.retention.min(), retention.quantile(0.02)), max(table.retention.max(), retention.max())
    axes.set_ylim(low - 0.08 * (high - low), high + 0.12 * (high - low))
    axes.set_xlim(left - 0.08 * (right - left), right + 0.1 * (right - left))


def _label(axes, labels: list[tuple], others: list[tuple]) -> None:
    """Names beside their marks, where they cover neither each other nor another mark; those far off point at theirs."""
    frame, point = axes.get_window_extent(), axes.figure.dpi / 72
    marks = axes.transData.transform([one[:2] for one in labels] + list(others))
    taken: list = []
    for x, y, words, colour in sorted(labels, key=lambda one: (not one[2].startswith("the best"), -one[1])):
        style = {"fontsize": BODY - 1, "color": colour, "fontweight": "bold"}
        size = _size(axes, words, style) / point
        place = min(_places(), key=lambda one: _cost(_box(axes, x, y, one, size, point), one, taken, marks, frame))
        taken.append(_box(axes, x, y, place, size, point))
        far = ARROW if np.hypot(*place[:2]) > 20 else None
        axes.annotate(words, (x, y), place[:2], textcoords="offset points", ha=place[2], va=place[3], zorder=8, arrowprops=far, **style)


def _size(axes, words: str, style: dict) -> np.ndarray:
    """How wide and high a text is, in pixels."""
    text = axes.text(0, 0, words, transform=None, **style)
    box = text.get_window_extent()
    text.remove()
    return np.array([box.width, box.height])


def _box(axes, x: float, y: float, place: tuple, size: np.ndarray, point: float):
    """Where a text would stand, in pixels."""
    from matplotlib.transforms import Bbox

    right, up, across, along = place
    left = right - size[0] * {"left": 0, "center": 0.5, "right": 1}[across]
    below = up - size[1] * {"bottom": 0, "center": 0.5, "top": 1}[along]
    corner = axes.transData.transform((x, y)) + point * np.array([left, below])
    return Bbox.from_bounds(*corner, *(point * size))


def _cost(box, place: tuple, taken: list, marks: np.ndarray, frame) -> float:
    """How bad a place is: far off, over another name, over a mark, out of the frame."""
    wide = box.expanded(1.06, 1.4)
    over = sum(_overlap(wide, other) for other in taken)
    inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
    return np.hypot(*place[:2]) + over + 300 * sum(wide.contains(*mark) for mark in marks) + 1e6 * (not inside)


def _places() -> list[tuple]:
    """Where a label may stand beside its mark, the nearest first: (right, up, horizontal and vertical alignment), in points."""
    found = []
    for far in (11, 26, 48, 75, 105):
        for turn in (35, 145, -35, -145, 90, -90, 0, 180, 60, 120, -60, -120):
            right, up = far * np.cos(np.radians(turn)), far * np.sin(np.radians(turn))
            sides = (
                "center" if abs(right) < 1 else "left" if right > 0 else "right",
                "center" if abs(up) < 1 else "bottom" if up > 0 else "top",
            )
            found.append((right, up, *sides))
    return found


ARROW = {"arrowstyle": "-", "color": QUIET, "linewidth": 1, "shrinkA": 1, "shrinkB": 4}


def _overlap(one, other) -> float:
    wide = min(one.x1, other.x1) - max(one.x0, other.x0)
    tall = min(one.y1, other.y1) - max(one.y0, other.y0)
    return wide * tall if wide > 0 and tall > 0 else 0.0


def _key(figure, found) -> None:
    """What the marks mean, in a line under the title."""
    from matplotlib.lines import Line2D

    entries = [("policies tried", "o", PALE)]
    if found.budget is not None and (~found.candidates.allowed).any():
        entries.append(("beyond the budget (also hollow)", "x", OVER))
    entries += [("front, fresh runs", "o", BLUE)] if found.objective == "both" else []
    entries += [("uniform levels", "s", QUIET)] + [("own strategies", "D", ORANGE)] * any(one.kind == "own" for one in found.arms)
    handles = [Line2D([], [], linestyle="", marker=marker, color=colour, markersize=8, label=label) for label, marker, colour in entries]
    height, top = figure.get_size_inches()[1], figure.axes[0].get_position().y1
    figure.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.02, top + 0.08 / height), ncols=len(handles), frameon=False,
        fontsize=SMALL + 0.5,
        handletextpad=0.3, columnspacing=1.1, borderpad=0,
    )  # fmt: skip


@styled
def course_of_the_search(found) -> "Figure":
    """Every policy in the order it was tried, and the best so far, as means over the runs of the search."""
    figure, axes = canvas()
    tried, market = found.candidates, found.scenario.market
    scale = 1 if found.goal == "profit" else 100
    for allowed, marker, colour in ((True, "o", PALE), (False, "x", OVER)):
        rows = tried[tried.allowed == allowed]
        axes.plot(rows.number + 1, scale * rows[found.goal], marker, color=colour, markersize=5, alpha=0.8, zorder=2)
    best = scale * found.history.best_so_far(found.goal)
    axes.step(np.arange(1, len(best) + 1), best, where="post", color=BLUE, zorder=4)
    uniform = max(
        (getattr(one, found.goal) for one in found.history.tried if one.allowed and found.uniform_level(one.policy)), default=np.nan
    )
    if np.isfinite(uniform):
        axes.axhline(scale * uniform, color=BASELINE, linewidth=1.6, zorder=1)
    top, low = np.nanmax(best), np.nanquantile(scale * tried[found.goal], 0.15)
    axes.set_ylim(low - 0.03 * (top - low), top + 0.12 * (top - low))
    axes.set_xlim(0, len(tried) + 1)
    money_axis(axes.yaxis)
    axes.set_xlabel("policies tried")
    axes.set_ylabel(f"profit, {market.currency} per buyer" if found.goal == "profit" else "accounts kept in a year, %")
    finish(figure, _course(found, best), source_line(found, search=True), left=1.25, right=1.9)
    for height, words, colour in (
        (best[-1], "best so far", BLUE),
        *[(scale * uniform, "best uniform\nlevel", BASELINE)] * bool(np.isfinite(uniform)),
    ):
        axes.annotate(words, (1, height), (8, 0), xycoords=("axes fraction", "data"), textcoords="offset points", color=colour,
                      fontsize=BODY, fontweight="bold", va="bottom" if words == "best so far" else "top",
                      annotation_clip=False)  # fmt: skip
    return figure


def _course(found, best: np.ndarray) -> str:
    """The search in a sentence."""
    last = int(np.flatnonzero(best == best[-1])[0]) + 1
    if last > 0.9 * len(best):
        return f"The search was still finding better policies at its end: the best is the {_ordinal(last)} of {len(best):,}"
    return f"The best of {policies(len(best))} was the {_ordinal(last)}; after that, trying more did not help"


def _ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


def finding(found) -> str:
    """The figure in a sentence."""
    market, gains = found.scenario.market, found.gains
    if not len(gains) or gains.iloc[0].against != "best uniform level":
        return f"The best policy earns {amount(found.table.profit[0])} {market.currency} per buyer"
    row = gains.iloc[0]
    level = row["name"].split()[0]
    if row.verdict == "undecided":
        return f"No policy surely beats {level} service for all"
    if found.goal == "retention":
        return f"The best policy keeps {100 * row.gain:.1f} points more accounts a year than {level} service for all"
    return f"The best policy earns {amount(row.gain)} {market.currency} per buyer more than the best uniform level, {level} for all"


def source_line(found, search: bool = False) -> str:
    """What a figure rests on."""
    market = found.scenario.market
    runs = f"{policies(len(found.history.tried))} × {found.search_runs} runs"
    runs += "" if search else f", then {counted(found.runs, 'fresh run')}; 95% bars: difference from the best uniform level"
    size = f" · {counted(market.buyers, 'buyer')}, {counted(market.periods, market.period)}" if search else ""
    return f"Tenure · {found.scenario.slug} · {runs}{size}"
