"""What decides, as pictures: Sobol's indices and Morris's effects as bars with intervals, and where the recommendation fails."""

import textwrap
from typing import TYPE_CHECKING

import numpy as np

from sim.plots.style import BODY, GAIN, INK, LOSS, QUIET, SMALL, canvas, finish, money_axis, share_axis, styled
from sim.wording import capital, counted, listed, spoken

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 14  # factors in a picture
LETTERS = 26  # of a name, before it goes on in the next line
LIGHT = "#9CCBE8"  # of GAIN: the part that comes of acting with others


def figures(found):
    """(name, function without arguments that draws it) of every figure that fits."""
    if found.indices is not None:
        yield "indices", lambda: indices(found)
    if found.effects is not None:
        yield "effects", lambda: effects(found)
    if found.where is not None and found.where.boxes:
        yield "where_it_fails", lambda: where_it_fails(found)


@styled
def indices(found) -> "Figure":
    """First-order and total index of every factor with 95% intervals, the largest first; luck apart below."""
    from sim.experiments.sensitivity.words import deciding

    table = found.indices.sort_values("total", ascending=True, kind="stable").tail(MOST)
    figure, axes = canvas(height=2.9 + 0.62 * len(table))
    places = np.arange(len(table)) + 1.0
    bars(axes, places + 0.19, table, "first", GAIN, "by itself (first-order index)")
    bars(axes, places - 0.19, table, "total", LIGHT, "with all it has a part in (total index)")
    luck = found.luck["sobol"]["of_the_mean"]
    axes.barh([0.15], [0 if luck != luck else luck], height=0.36, color=QUIET, zorder=3)
    names_beside(axes, [0.15, *places], ["luck, within the bars above", *table.name])
    lowest, highest = table[["first_low", "total_low"]].to_numpy().min(), table[["first_high", "total_high"]].to_numpy().max()
    axes.set_xlim(min(0, lowest * 1.05), highest * 1.04)
    axes.set_ylim(-0.3, len(table) + 0.6)
    axes.axvline(0, color=QUIET, linewidth=1, zorder=2)
    marks(axes)
    share_axis(axes.xaxis)
    axes.set_xlabel("share of the variance; lines: 95% intervals")
    return finish(figure, short(deciding(found)), source(found), left=2.9, top=0.5)


def bars(axes: "Axes", places, table, name: str, colour: str, label: str) -> None:
    """Bars with their intervals."""
    value = table[name].to_numpy()
    axes.barh(places, np.maximum(value, 0), height=0.36, color=colour, label=label, zorder=3)
    axes.hlines(places, table[f"{name}_low"], table[f"{name}_high"], color=INK, linewidth=1.3, zorder=4)
    axes.plot(value, places, "|", color=INK, markersize=7, zorder=5)


def names_beside(axes: "Axes", places, names) -> None:
    """Names of factors beside their bars, in two lines where they are long."""
    axes.set_yticks(places, ["\n".join(textwrap.wrap(capital(name), LETTERS)) for name in names], fontsize=BODY - 2, linespacing=1.0)
    axes.tick_params(axis="y", length=0)


@styled
def effects(found) -> "Figure":
    """Elementary effects with their sign as points, their mean size as bars with 95% intervals, their spread as a ring: large where a
    factor acts with others, or not in a line."""
    from sim.experiments.sensitivity.words import moving

    table = found.effects.sort_values("mu_star", ascending=True, kind="stable").tail(MOST)
    figure, axes = canvas(height=2.7 + 0.46 * len(table))
    places = np.arange(len(table)) * 1.0
    up = table.mu.to_numpy() >= 0
    for side, colour, label in ((up, GAIN, "more of it raises"), (~up, LOSS, "more of it lowers")):
        if side.any():
            axes.barh(places[side], table.mu_star.to_numpy()[side], height=0.5, color=colour, label=label, zorder=3)
    axes.hlines(places, table.mu_star_low, table.mu_star_high, color=INK, linewidth=1.5, zorder=5)
    axes.plot(table.sigma, places, "o", markersize=9, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=1.6, zorder=6,
              label="spread: acts with others, or not in a line")  # fmt: skip
    names_beside(axes, places, table.name)
    axes.set_ylim(-0.6, len(table) - 0.4)
    axes.set_xlim(0, float(max(table.mu_star_high.max(), table.sigma.max())) * 1.05)
    marks(axes)
    money_axis(axes.xaxis)
    axes.set_xlabel(f"{effect_words(found)} over a parameter's range; lines: 95% intervals", fontsize=BODY - 1)
    some = f" · the {MOST} largest of {len(found.effects)}" * (len(found.effects) > MOST)
    return finish(figure, short(moving(found), ", before"), source(found) + some, left=2.9, top=0.5)


def effect_words(found) -> str:
    """What an elementary effect is of."""
    from sim.experiments.sensitivity.words import OUTCOME_WORDS

    unit = f", {found.scenario.market.currency}," if found.money else ""
    return f"change of the {OUTCOME_WORDS[found.outcome].split(' over ')[0]}{unit}"


@styled
def where_it_fails(found) -> "Figure":
    """The points over the two parameters that the first box restricts most, those that fail filled, and the box."""
    from sim.experiments.sensitivity.words import failing

    box, of = found.where.boxes[0], {one.key: one for one in found.factors}
    limits = box.limits.sort_values("quasi_p", kind="stable").head(2)
    keys = limits.parameter.tolist() or found.indices.factor.tolist()[:1]
    keys += [one for one in found.indices.sort_values("total", ascending=False).factor if one not in keys][: 2 - len(keys)]
    title = failing(found).rstrip(".")
    figure, axes = canvas(height=6.2 + 0.005 * len(title))
    table, fails = found.spread_points, found.fails
    x, y = (column(table[key], jitter) for key, jitter in zip(keys, (1, 2), strict=True))
    axes.plot(x[~fails], y[~fails], "o", markersize=5, markerfacecolor="none", markeredgecolor=GAIN, markeredgewidth=1.1,
              label=f"{spoken(found.recommended)} earns more", zorder=3)  # fmt: skip
    axes.plot(x[fails], y[fails], "o", markersize=6, color=LOSS, label=f"{spoken(found.other)} earns more", zorder=4)
    frame(axes, limits.set_index("parameter"), keys, table, "where these crowd" + (", as far as these two say" * (len(box.limits) > 2)))
    for axis, key in ((axes.xaxis, keys[0]), (axes.yaxis, keys[1])):
        scale(axis, table[key])
        axis.set_label_text(capital(of[key].name) + (", times what it is" if of[key].times else ""), fontsize=BODY - 2)
    marks(axes)
    return finish(figure, title, f"{source(found)} · drawn: {len(table):,} points", left=1.3, top=0.55)


def marks(axes: "Axes") -> None:
    """What the marks mean, in a line above the axes."""
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, frameon=False, fontsize=SMALL + 1, borderaxespad=0.2, handletextpad=0.4,
                columnspacing=1.4)  # fmt: skip


def column(values, luck: int) -> np.ndarray:
    """A parameter's values as places on an axis: those that are few are spread a little, so that points do not lie on each other."""
    numbers, few = numbered(values)
    if few is None:
        return numbers
    return numbers + np.random.default_rng(luck).uniform(-0.28, 0.28, len(numbers))


def numbered(values) -> tuple[np.ndarray, list | None]:
    """(numbers, None); of few values (their ranks, the values)."""
    known = sorted(set(values), key=lambda one: (isinstance(one, str), one))
    if len(known) > 12 and not isinstance(known[0], str):
        return values.to_numpy(float), None
    return np.array([known.index(one) for one in values], float), known


def scale(axis, values) -> None:
    """An axis of few values has a tick for each."""
    _, few = numbered(values)
    if few is not None:
        axis.set_ticks(range(len(few)), [f"{one:g}" if not isinstance(one, str) else textwrap.shorten(one, 24) for one in few])


def frame(axes: "Axes", limits, keys: list[str], table, label: str) -> None:
    """The box, drawn as far as the two parameters limit it."""
    spans = []
    for key, line in zip(keys, (axes.get_xlim(), axes.get_ylim()), strict=True):
        spans.append(span(limits.loc[key], table[key], line) if key in limits.index else line)
    (left, right), (bottom, top) = spans
    corners = ([left, right, right, left, left], [bottom, bottom, top, top, bottom])
    axes.fill(*corners, color=LOSS, alpha=0.12, zorder=1, linewidth=0)
    axes.plot(*corners, color=LOSS, linewidth=2, zorder=2, label=label)


def span(row, values, line: tuple[float, float]) -> tuple[float, float]:
    """From where to where a parameter is limited."""
    _, few = numbered(values)
    if isinstance(row["values"], list):
        places = [place for place, one in enumerate(few) if (one if isinstance(one, str) else f"{one:g}") in row["values"]]
        return min(places) - 0.45, max(places) + 0.45
    return tuple(edge if bound != bound else bound for bound, edge in zip((row.low, row.high), line, strict=True))


def short(sentence: str, until: str = ";") -> str:
    """The first part of a sentence as a title, without its stop."""
    return sentence.partition(until)[0].rstrip(".")


def source(found) -> str:
    """What a figure rests on: scenario, points, runs, seed."""
    scenario, points = found.scenario, []
    if found.points is not None:
        points.append(counted(len(found.points), "point"))
    if found.effects is not None:
        points.append(f"{found.laid.trajectories * (len(found.factors) + 1):,} for screening")
    return f"Tenure · scenario {scenario.slug} · {listed(points)} · {counted(found.runs, 'run')} each · seed {scenario.seed}"
