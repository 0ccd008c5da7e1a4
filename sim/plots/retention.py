"""How long accounts stay, by buyer type: retention in a year, and the survival of relationships."""

from typing import TYPE_CHECKING

import numpy as np

from sim import measures
from sim.offers import periods_per_year
from sim.plots.profit import leading
from sim.plots.style import (
    BODY,
    LETTER,
    LINES,
    WIDTH,
    canvas,
    colours,
    finish,
    name_key,
    share_axis,
    source_line,
    styled,
    time_axis,
)
from sim.wording import capital, in_years, name_of_type, percent, spoken

if TYPE_CHECKING:
    from matplotlib.figure import Figure

GOLDEN = 0.6180339887


@styled
def retention(comparison) -> "Figure":
    """Retention in a year by buyer type: a dot for each run, a bar for the mean over runs."""
    rates = yearly_retention(comparison)
    types, paint = list(rates.buyer_type.unique()), colours(comparison)
    figure, axes = canvas(height=2.3 + 0.75 * len(types) * min(len(paint), 3) ** 0.6 + 1.2)
    mark_runs(axes, rates, types, paint)
    clouds = rates.groupby(["buyer_type", "strategy"], observed=True, sort=False)["retention"].agg(["mean", "min", "max"])
    means = clouds["mean"]
    share_axis(axes.xaxis)
    axes.set(xlabel="accounts that are still accounts a year on", ylabel="", xlim=room(rates.retention))
    mark_means(axes, clouds, types, paint)
    axes.set_yticks(range(len(types)), [name_of_type(name) for name in types])
    axes.tick_params(axis="y", length=0)
    for line in range(len(types) - 1):
        axes.axhline(line + 0.5, color=LINES, linewidth=1, zorder=0)
    return finish(
        figure,
        retention_finding(comparison, means),
        source_line(comparison) + " · each dot is a run",
        left=0.5 + 0.13 * max(len(name_of_type(name)) for name in types),
        right=0.6,
    )


def had_accounts(comparison) -> bool:
    """Whether the focal seller ever had an account; without any there is nothing to retain."""
    return bool((comparison.ours.accounts > 0).any() or (comparison.ours.acquisitions > 0).any())


def yearly_retention(comparison):
    """retention_rate ^ periods per year of the focal seller by strategy, run and buyer type, as a table."""
    ours = comparison.ours[comparison.ours.period > 0]
    rates = measures.retention_rate(ours, ("strategy", "run", "buyer_type")) ** periods_per_year(comparison.scenario)
    rates = rates.rename("retention").reset_index().dropna()
    return rates.assign(buyer_type=rates.buyer_type.astype(str), strategy=rates.strategy.astype(str))


def room(values) -> tuple[float, float]:
    """Limits of a share axis: the values, with room for labels on both sides."""
    low, high = float(values.min()), float(values.max())
    spare = max(0.12 * (high - low), 0.02)
    return max(low - 2 * spare, -0.02), min(high + 2 * spare, 1.02)


def mark_runs(axes, rates, types: list[str], paint: dict[str, str]) -> None:
    """A dot for each run; dots keep apart by the golden section, which scatters as chance would and always alike."""
    slot = 0.8 / len(paint)
    for row, kind in enumerate(types):
        for place, (name, colour) in enumerate(paint.items()):
            mine = rates[(rates.buyer_type == kind) & (rates.strategy == name)]
            aside = (mine.run * GOLDEN % 1 - 0.5) * 0.45 * slot
            axes.scatter(mine.retention, row - 0.4 + slot * (place + 0.5) + aside, s=25, color=colour, alpha=0.35)
    axes.set_ylim(len(types) - 0.5, -0.5)


def mark_means(axes, clouds, types: list[str], paint: dict[str, str]) -> None:
    """The mean of each cloud of runs with its figure; the strategy's name beside it in the first row."""
    slot = 0.8 / len(paint)
    for row, kind in enumerate(types):
        for place, (name, colour) in enumerate(paint.items()):
            if (kind, name) not in clouds.index:
                continue
            (mean, low, high), y = clouds.loc[(kind, name)], row - 0.4 + slot * (place + 0.5)
            axes.plot([mean, mean], [y - slot * 0.42, y + slot * 0.42], color=colour, linewidth=3.5, solid_capstyle="butt", zorder=5)
            said = f"{spoken(name)} {percent(mean)}" if row == 0 else percent(mean)
            left = high + reach_of(axes, said) > axes.get_xlim()[1]
            x, aside, align = (low, -8, "right") if left else (high, 8, "left")
            axes.annotate(said, (x, y), (aside, 0), textcoords="offset points", va="center", ha=align, color=colour, fontsize=BODY,
                          fontweight="bold", zorder=6)  # fmt: skip


def reach_of(axes, text: str) -> float:
    """How far a label beside a cloud reaches, in units of the axis; the axes take three quarters of the canvas or so."""
    low, high = axes.get_xlim()
    return (len(text) + 1.5) * BODY * LETTER / (0.75 * WIDTH) * (high - low)


def retention_finding(comparison, means) -> str:
    """The type whose retention the leading strategy moves most."""
    if not comparison.others:
        best = means.idxmax()
        return f"Retention is highest among {name_of_type(best[0])} buyers: {percent(means[best])} of accounts a year"
    name = leading(comparison)["strategy"]
    table = means.unstack("strategy")
    change = (table[name] - table[comparison.baseline]).dropna()
    if change.empty:
        return "Retention by buyer type"
    kind = change.abs().idxmax()
    before, after = table[comparison.baseline][kind], table[name][kind]
    if percent(before) == percent(after):
        return f"{capital(spoken(name))} hardly moves retention: {percent(after)} of {name_of_type(kind)} accounts a year, as before"
    return (
        f"{capital(spoken(name))} {'lifts' if after > before else 'lowers'} retention most among {name_of_type(kind)} buyers: "
        f"from {percent(before)} to {percent(after)} a year"
    )


@styled
def survival(comparison) -> "Figure":
    """Kaplan–Meier curves of the relationships won on record, a panel for each buyer type."""
    curves = survival_curves(comparison)
    types, paint = list(dict.fromkeys(curves.buyer_type)), colours(comparison)
    figure, grid = canvas(1, max(len(types), 1), sharey=True, squeeze=False, height=5.8)
    period, periods = comparison.scenario.market.period, comparison.scenario.market.periods
    for axes, kind in zip(grid[0], types, strict=False):
        for name in paint:
            part = curves[(curves.buyer_type == kind) & (curves.strategy == name)]
            when, alive = np.concatenate([[0], part.duration + 1]), np.concatenate([[1.0], part.survival])
            axes.fill_between(when[1:], part.low, part.high, step="post", color=paint[name], alpha=0.2, linewidth=0)
            axes.step(when, alive, where="post", color=paint[name], linewidth=2.2)
        axes.set_title(name_of_type(kind), fontsize=BODY, fontweight="bold", loc="left")
        axes.set_ylim(0, 1.02)
        time_axis(axes, period, periods, label=False)
        share_axis(axes.yaxis)
    grid[0][0].set_ylabel("relationships that last longer")
    title = survival_finding(comparison, curves)
    finish(figure, title, source_line(comparison), top=0.95, right=0.4, wspace=0.16)
    name_key(figure, paint, title)
    figure.supxlabel(since(comparison), fontsize=BODY, y=0.46 / 5.8)
    return figure


def survival_curves(comparison):
    """Kaplan–Meier curves of the focal seller by strategy and buyer type, as long as a hundred relationships are watched."""
    from sim.survival import survival as estimate

    endings = endings_of(comparison)
    curves = estimate(endings, by=("strategy", "buyer_type"), origin=None)
    return curves[curves.at_risk >= min(100, int(curves.at_risk.max()))] if len(curves) else no_curves()


def endings_of(comparison):
    """The focal seller's relationships that were won on record; where there are none, those that it held at the start."""
    from sim.tables import survival_table

    endings = survival_table(comparison.runs)
    ours = endings[endings.seller == comparison.focal]
    return ours[ours.origin == ("won" if any_won(comparison) else "held at the start")]


def since(comparison) -> str:
    """From when on the life of a relationship is counted."""
    start = "the account was won" if any_won(comparison) else "the record began"
    return f"{comparison.scenario.market.period}s since {start}"


def any_won(comparison) -> bool:
    """Whether the focal seller won accounts on record."""
    return bool((comparison.ours.acquisitions > 0).any())


def no_curves():
    """The empty table of a seller that never won an account."""
    import pandas as pd

    return pd.DataFrame(columns=["strategy", "buyer_type", "duration", "at_risk", "survival", "low", "high"])


def survival_finding(comparison, curves) -> str:
    """The share of relationships that outlast a year (or the first tenth of the record), for the type where strategies differ most."""
    mark = min(round(periods_per_year(comparison.scenario)), comparison.scenario.market.periods // 2) or 1
    alive = curves[curves.duration == mark - 1].set_index(["buyer_type", "strategy"]).survival.unstack("strategy")
    won = "won" if any_won(comparison) else "held at the start"
    span = in_years(mark, comparison.scenario.market.period)
    span = "a year" if span == "1 year" else span
    if alive.empty:
        return "Too few relationships were won to say how long they last"
    if not comparison.others:
        kind = alive[comparison.baseline].idxmax()
        lasting = percent(alive[comparison.baseline][kind])
        return f"Of relationships {won}, those with {name_of_type(kind)} buyers last longest: {lasting} outlast {span}"
    name = leading(comparison)["strategy"]
    change = (alive.get(name) - alive.get(comparison.baseline)).dropna() if {name, comparison.baseline} <= set(alive) else []
    if not len(change):
        return "How long relationships last"
    kind = change.abs().idxmax()
    return (
        f"Under {spoken(name)} {percent(alive[name][kind])} of the {name_of_type(kind)} accounts {won} outlast {span}, "
        f"under {spoken(comparison.baseline)} {percent(alive[comparison.baseline][kind])}"
    )
