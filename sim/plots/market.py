"""The seller in its market over time: its share, and the phases that buyers stand in with it."""

from typing import TYPE_CHECKING

import numpy as np

from sim import measures
from sim.intervals import interval
from sim.plots.profit import leading, right_of
from sim.plots.style import (
    BODY,
    QUIET,
    band,
    canvas,
    colours,
    finish,
    label_ends,
    share_axis,
    source_line,
    styled,
    time_axis,
)
from sim.wording import capital, in_years, percent, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

EQUAL = "#A9A9A9"
PHASE_COLOURS = {
    "commitment": "#0072B2",
    "expansion": "#56B4E9",
    "exploration": "#BFE3F7",
    "dissolution": "#EDB08C",
    "awareness": "#EAEAEA",
}


@styled
def share(comparison) -> "Figure":
    """The focal seller's share of units over time by strategy, with 95% bands, beside an equal split."""
    figure, axes = canvas()
    market, paint, ends, paths = comparison.scenario.market, colours(comparison), {}, share_paths(comparison)
    for name, path in paths.items():
        band(axes, np.arange(1, market.periods + 1), *path, paint[name], 3 if name == comparison.baseline else 4)
        ends[name] = float(path.mean[-1])
    equal = 1 / len(comparison.scenario.sellers)
    if len(comparison.scenario.sellers) > 1:
        axes.axhline(equal, color=EQUAL, linewidth=1.4, linestyle=(0, (4, 4)), zorder=1)
        ends, paint = ends | {"equal split": equal}, paint | {"equal split": EQUAL}
    axes.set_ylim(0, min(1.02, 1.2 * max([equal, *(float(np.nanmax(path.high)) for path in paths.values())])))
    time_axis(axes, market.period, market.periods)
    share_axis(axes.yaxis)
    axes.set_ylabel(f"share of units that {spoken(comparison.focal)} sells")
    finish(figure, share_finding(comparison, ends), source_line(comparison), right=right_of(ends))
    label_ends(axes, ends, paint, market.periods)
    return figure


def share_paths(comparison) -> dict:
    """The interval of the focal seller's share of units by strategy, an array of periods each."""
    table, ours = comparison.units, comparison.ours[comparison.ours.period > 0]
    units = table[table.period > 0].groupby(["strategy", "run", "period"], observed=True, sort=True)["units"].sum()
    found = measures.ratio(ours.groupby(["strategy", "run", "period"], observed=True, sort=True)["units"].sum(), units).fillna(0.0)
    runs = comparison.runs.runs
    return {name: interval(np.asarray(found.xs(name, level="strategy")).reshape(runs, -1)) for name in comparison.runs.strategies}


def share_finding(comparison, ends: dict[str, float]) -> str:
    """What the leading strategy does to the share."""
    market, seller = comparison.scenario.market, capital(spoken(comparison.focal))
    span = f"after {in_years(market.periods, market.period)}"
    if not comparison.others:
        return f"{seller} sells {percent(ends[comparison.baseline])} of all units {span}"
    name = leading(comparison)["strategy"]
    return (
        f"{seller} sells {percent(ends[name])} of all units under {spoken(name)} {span}, {percent(ends[comparison.baseline])} under "
        f"{spoken(comparison.baseline)}"
    )


@styled
def phases(comparison) -> "Figure":
    """A marriage over time: how many buyers stand in which phase with the focal seller, a panel for each strategy."""
    names = shown_phases(comparison)
    figure, grid = canvas(1, len(names), sharey=True, squeeze=False)
    market, parts = comparison.scenario.market, {}
    for axes, name in zip(grid[0], names, strict=True):
        parts[name] = phase_shares(comparison, name)
        axes.stackplot(
            np.arange(1, market.periods + 1), *(parts[name][phase] for phase in PHASE_COLOURS), colors=PHASE_COLOURS.values(), linewidth=0
        )
        axes.set_title(spoken(name), fontsize=BODY, fontweight="bold", loc="left", color=colours(comparison)[name])
        axes.set_ylim(0, 1)
        time_axis(axes, market.period, market.periods)
        axes.set_xlim(1, max(market.periods, 2))
        share_axis(axes.yaxis)
    grid[0][0].set_ylabel("share of all buyers")
    finish(figure, phases_finding(comparison, parts), source_line(comparison), top=0.55, right=right_of(PHASE_COLOURS) + 0.1, wspace=0.14)
    ink = {"awareness": QUIET, "exploration": "#4F93B8", "expansion": "#2A7FB0", "dissolution": "#C05500"}
    label_ends(grid[0][-1], middles(parts[names[-1]]), PHASE_COLOURS | ink, market.periods)
    return figure


def shown_phases(comparison) -> list[str]:
    """The baseline and the leading strategies, three at most."""
    if not comparison.others:
        return [comparison.baseline]
    best = comparison.gain.sort_values("gain", ascending=False).strategy.tolist()
    return [comparison.baseline, *best[:2]]


def phase_shares(comparison, strategy: str) -> dict[str, np.ndarray]:
    """Each phase's share of the buyers, mean over runs, an array of periods."""
    table = comparison.ours
    ours = table[(table.period > 0) & (table.strategy == strategy)]
    found = ours.groupby("period", sort=True)[list(measures.PHASES)].sum() / comparison.runs.runs / comparison.buyers
    return {phase: found[phase].to_numpy(float) for phase in PHASE_COLOURS}


def middles(parts: dict[str, np.ndarray]) -> dict[str, float]:
    """The middle of each layer at the right edge; layers that are no wider than a line are left unnamed."""
    tops = np.cumsum([layer[-1] for layer in parts.values()])
    return {phase: float(top - layer[-1] / 2) for (phase, layer), top in zip(parts.items(), tops, strict=True) if layer[-1] > 0.004}


def phases_finding(comparison, parts: dict) -> str:
    """How many buyers are committed in the end."""
    market = comparison.scenario.market
    span, ends = in_years(market.periods, market.period), {name: part["commitment"][-1] for name, part in parts.items()}
    base = percent(ends[comparison.baseline])
    if not comparison.others:
        return f"A marriage over time: after {span} {base} of buyers are committed to {spoken(comparison.focal)}"
    name = leading(comparison)["strategy"]
    if max(ends[name], ends[comparison.baseline]) < 0.005:
        return f"A marriage over time: after {span} hardly any buyer is committed to {spoken(comparison.focal)}, whatever the strategy"
    return (
        f"A marriage over time: after {span} {percent(ends[name])} of buyers are committed to {spoken(comparison.focal)} "
        f"under {spoken(name)}, "
        f"{base} under {spoken(comparison.baseline)}"
    )
