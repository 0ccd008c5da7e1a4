"""Games between sellers: two players' payoffs with best replies and equilibria; a seller's payoff against what the others do."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from sim.experiments.equilibrium.faced import against, by_number, cells, pairs, replies, two_sided
from sim.experiments.equilibrium.rest import SURE
from sim.plots.style import BASELINE, BODY, INK, OTHERS, QUIET, SMALL, band, canvas, finish, label_ends, money_axis, styled
from sim.wording import amount, between, capital, counted, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = 12  # profiles
LINE = 134  # letters of the last line


def figures(found) -> Iterator[tuple[str, Callable]]:
    """(name, function without arguments that draws it) of the figure that fits a game."""
    if two_sided(found.game):
        yield "matrix", lambda: matrix(found)
    elif len(found.game.roles) == 1:
        yield "payoffs", lambda: payoffs(found)
    else:
        yield "regrets", lambda: regrets(found)


@styled
def matrix(found) -> "Figure":
    """Two sides: what both earn in each cell, equilibria ringed; an arrow from each of four cells to the better reply of either player."""
    from matplotlib.patches import Rectangle

    game, earned = found.game, pairs(found)
    many = len(game.choices)
    figure, axes = canvas(height=6.4 if many < 4 else 7.4)
    totals = [sum(pair) for pair in earned.values()]
    for (one, other), pair in earned.items():
        share = (sum(pair) - min(totals)) / ((max(totals) - min(totals)) or 1)
        axes.add_patch(Rectangle((other, many - 1 - one), 1, 1, facecolor=_shade(share), edgecolor="white", linewidth=3))
    first, second = replies(found)
    for cell, pair in earned.items():
        _cell(axes, many, cell, pair, cell in first, cell in second)
    if many == 2 and len(game.players) == 2:
        _arrows(axes, earned)
    _rings(axes, found, many)
    axes.set_xlim(0, many)
    axes.set_ylim(0, many)
    axes.set_xticks([number + 0.5 for number in range(many)], [spoken(name) for name in game.choices])
    axes.set_yticks([many - number - 0.5 for number in range(many)], [spoken(name) for name in game.choices])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    row, column = (_plays(found, side) for side in (0, 1))
    axes.set_xlabel(f"{column} the number on the right)", color=OTHERS[1], fontweight="bold", labelpad=10)
    axes.set_ylabel(f"{row}\nthe number on the left)", color=OTHERS[0], fontweight="bold", labelpad=10)
    alone = "bold: best reply" if len(game.players) == 2 else "bold: none gains alone"
    ring = "dashed: perhaps" if any(found.rest.verdict[profile] != SURE for profile in found.pure) else "ring: equilibrium"
    return finish(figure, finding(found), _source(found, f"{alone}; {ring}; darker: more in all"),
                  left=0.95 + 0.13 * max(len(spoken(name)) for name in game.choices), bottom=1.1)  # fmt: skip


def _plays(found, side: int) -> str:
    """The beginning of the words at an axis: ours plays (and earns …"""
    alone = len(found.game.players) == 2 or len(found.game.roles[side]) == 1
    return f"{spoken(found.sides[side])} {'plays (and earns' if alone else 'all play (and each earns'}"


def _shade(share: float) -> tuple[float, float, float]:
    """From nearly white to a light blue."""
    return tuple(high + (low - high) * share for high, low in zip((0.97, 0.97, 0.97), (0.70, 0.83, 0.92), strict=True))


def _cell(axes, many: int, cell: tuple[int, int], pair: tuple[float, float], left: bool, right: bool) -> None:
    """What both earn; best replies bold."""
    x, y = cell[1] + 0.5, many - cell[0] - 0.5
    size = BODY + 3 if many == 2 else BODY if many < 5 else BODY - 2
    for value, side, best, colour in ((pair[0], -1, left, OTHERS[0]), (pair[1], 1, right, OTHERS[1])):
        axes.text(x + side * 0.19, y, amount(value), ha="center", va="center", fontsize=size, color=colour if best else QUIET,
                  fontweight="bold" if best else "normal")  # fmt: skip


def _arrows(axes, earned) -> None:
    """From each cell to the better reply: along a column for the first player, along a row for the second."""
    style = {"arrowstyle": "-|>", "linewidth": 2.2, "mutation_scale": 20, "shrinkA": 0, "shrinkB": 0}
    for fixed in (0, 1):
        x = 0.5 + fixed
        up = earned[0, fixed][0] > earned[1, fixed][0]
        ends = ((x - 0.19, 0.7), (x - 0.19, 1.3))
        axes.annotate("", ends[up], ends[not up], arrowprops=style | {"color": OTHERS[0]})
        y = 1.5 - fixed
        right = earned[fixed, 1][1] > earned[fixed, 0][1]
        sides = ((0.78, y - 0.2), (1.22, y - 0.2))
        axes.annotate("", sides[right], sides[not right], arrowprops=style | {"color": OTHERS[1]})


def _rings(axes, found, many: int) -> None:
    """Around each cell that is, or may be, an equilibrium."""
    from matplotlib.patches import FancyBboxPatch

    for (one, other), profile in cells(found.game).items():
        if profile in found.pure:
            sure = found.rest.verdict[profile] == SURE
            drawn = {"linewidth": 3, "linestyle": "-"} if sure else {"linewidth": 2, "linestyle": "--"}
            shape = "round,pad=0,rounding_size=0.12"
            axes.add_patch(FancyBboxPatch((other + 0.1, many - 1 - one + 0.14), 0.8, 0.72, boxstyle=shape, fill=False, edgecolor=INK,
                                          **drawn))  # fmt: skip


@styled
def payoffs(found) -> "Figure":
    """Sellers alike: what one of them earns with each choice against what the others do, with 95% bands; equilibria ringed."""
    figure, axes = canvas()
    names, few = found.game.choices, len(found.game.choices) == 2
    lines = by_number(found) if few else against(found)
    paint = dict(zip(names, (BASELINE, *OTHERS), strict=False))
    places, ends = list(range(len(lines[0]))), {}
    for name, line in zip(names, lines, strict=True):
        mean, low, high = zip(*line, strict=True)
        band(axes, places, mean, low, high, paint[name])
        axes.plot(places, mean, "o", color=paint[name], markersize=6, zorder=4)
        ends[name] = mean[-1]
    for place, height, sure in _rests(found, lines):
        axes.plot([place], [height], "o", markersize=20, markerfacecolor="none", markeredgecolor=INK, markeredgewidth=2.4 if sure else 1.2,
                  linestyle="none", zorder=6, clip_on=False)  # fmt: skip
    others = len(found.game.players) - 1
    axes.set_xticks(places, [f"{number}" for number in places] if few else [spoken(name) for name in names])
    axes.set_xlabel(f"how many of the {others} others play {spoken(names[1])}" if few else f"what all {others} others play")
    axes.set_xlim(-0.2, places[-1] + 0.16)
    axes.margins(y=0.12)
    money_axis(axes.yaxis)
    axes.set_ylabel(f"what a seller earns, {found.scenario.market.currency} per buyer")
    longest = max(len(spoken(name)) for name in names)
    key = "bands: 95%, differences are surer (paired); ring: equilibrium"
    finish(figure, finding(found), _source(found, key), left=1.2, right=0.35 + 0.14 * longest)
    _forgone(axes, found, lines)
    label_ends(axes, ends, paint, places[-1] + 0.16)
    return figure


def _forgone(axes, found, lines) -> None:
    """How far what each would earn lies above what each earns at the equilibrium, where all would have to do the same."""
    game, one = found.game, found.dilemma
    if one is None or not one.sure or any(max(game.profiles[at][0]) < len(game.players) for at in (one.instead, found.at)):
        return
    (start, high), (end, low) = (_together(game, lines, at) for at in (one.instead, found.at))
    axes.plot([start, end], [high, high], linestyle=(0, (4, 3)), color=INK, linewidth=1.3, zorder=5)
    axes.plot([end, end], [low, high], color=INK, linewidth=2.4, zorder=5, clip_on=False)
    mean, least, most = (float(part[0]) for part in one.forgone)
    words = f"{amount(mean)} ({between(least, most)}) more\nfor each with {found.name(one.instead)}"
    line = {"arrowstyle": "-", "color": QUIET, "linewidth": 1, "shrinkA": 2, "shrinkB": 3}
    axes.annotate(words, (end, high), (0.98, 0.97), textcoords="axes fraction", ha="right", va="top", fontsize=BODY,
                  color=INK, arrowprops=line, zorder=7)  # fmt: skip


def _together(game, lines, profile: int) -> tuple[int, float]:
    """Where a profile in which all do the same lies in the picture."""
    many = game.profiles[profile][0]
    choice = many.index(max(many))
    place = (max(many) - 1) * choice if len(lines) == 2 else choice
    return place, lines[choice][place][0]


def _rests(found, lines) -> list[tuple[float, float, bool]]:
    """Where equilibria lie in the picture: (place, height, whether it is sure)."""
    game, rings = found.game, []
    for profile in found.pure:
        many, sure = game.profiles[profile][0], found.rest.verdict[profile] == SURE
        if len(lines) == 2:
            rings += [(many[1] - choice, lines[choice][many[1] - choice][0], sure) for choice in (0, 1) if many[choice]]
        elif max(many) == len(game.players):
            rings.append((many.index(max(many)), lines[many.index(max(many))][many.index(max(many))][0], sure))
    return rings


@styled
def regrets(found) -> "Figure":
    """The profiles that are nearest to an equilibrium: what a single player would gain at most by leaving each, with its interval."""
    rows = found.profiles.sort_values(["regret", "profile"], kind="stable").head(SHOWN).iloc[::-1]
    figure, axes = canvas(height=2.6 + 0.42 * len(rows))
    places = range(len(rows))
    colour = [OTHERS[0] if name == SURE else OTHERS[4] if name == "possible" else BASELINE for name in rows.verdict]
    axes.hlines(places, rows.regret_low, rows.regret_high, color=colour, linewidth=5, alpha=0.45)
    axes.scatter(rows.regret, places, color=colour, s=70, zorder=3)
    axes.axvline(0, color=QUIET, linewidth=1)
    axes.set_yticks(places, rows.words, fontsize=SMALL + 1)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(f"gain of who leaves alone, {found.scenario.market.currency} per buyer")
    money_axis(axes.xaxis)
    return finish(figure, finding(found), _source(found, "blue: equilibrium; orange: perhaps"),
                  left=0.6 + 0.092 * max(map(len, rows.words)))  # fmt: skip


def finding(found) -> str:
    """A game in a line."""
    from sim.experiments.equilibrium.naming import played_by
    from sim.experiments.equilibrium.words import ARTICLES

    currency = found.scenario.market.currency
    if found.at is None:
        return "Nobody comes to rest: in every profile some seller gains by another choice"
    words = played_by(found.scenario, found.game, found.game.profiles[found.at])
    if found.rest.verdict[found.at] != SURE:
        return f"{words}: perhaps an equilibrium, but these runs cannot tell"
    one = found.dilemma
    if found.kind in ("prisoners_dilemma", "social_dilemma"):
        low, high = float(one.forgone.mean.min()), float(one.forgone.mean.max())
        more = amount(low) if high - low < 1e-9 * high else f"{amount(low)} to {amount(high)}"
        return (f"{capital(ARTICLES[found.kind])}: {words[:1].lower()}{words[1:]}; with {found.name(one.instead)} each would earn {more} "
                f"{currency} per buyer more")  # fmt: skip
    others = sum(verdict == SURE for verdict in found.rest.verdict) - 1
    more = f", one of {others + 1} equilibria" if others else ": nobody gains by another choice"
    return f"{words}{more}"


def _source(found, key: str) -> str:
    """What a figure rests on, and as much of its key as the line has room for."""
    market = found.scenario.market
    words = (f"Tenure · {found.scenario.slug} · {counted(found.runs, 'run')} of {counted(market.buyers, 'buyer')} over "
             f"{counted(market.periods, market.period)} · seed {found.scenario.seed} · ")  # fmt: skip
    parts = key.split("; ")
    while len(parts) > 1 and len(words) + len("; ".join(parts)) > LINE:
        parts.pop()
    return words + "; ".join(parts)
