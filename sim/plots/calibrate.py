"""A calibration beside its data: what was observed, what Tenure's market plays, and where the estimation had not looked."""

import textwrap
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.plots.style import (
    INK,
    LINES,
    OTHERS,
    QUIET,
    SMALL,
    band,
    canvas,
    finish,
    label_ends,
    money_axis,
    share_axis,
    styled,
)
from sim.wording import capital

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.experiments.calibrate import Calibration

PLAYED, OBSERVED = OTHERS[0], INK
KNOWN = ("what", "at", "observed", "simulated", "low", "high", "holdout", "customers", "closed_form")


def figures(found: "Calibration") -> Iterator[tuple[str, Callable]]:
    """(name, function that draws it): a course for each table along time, bars where things are told apart by name."""
    for name, table in found.fit.items():
        along = pd.api.types.is_numeric_dtype(table["at"].dtype) and len(table) > 2
        draw = aims if found.kind == "moments" else course if along else bars
        yield name, lambda table=table, draw=draw: draw(found, table)
    if any(_along(table) and found.kind == "log" for table in found.fit.values()):
        yield "each", lambda: each(found, next(table for table in found.fit.values() if _along(table)))


def _along(table: pd.DataFrame) -> bool:
    return pd.api.types.is_numeric_dtype(table["at"].dtype) and len(table) > 2


@styled
def course(found: "Calibration", table: pd.DataFrame) -> "Figure":
    """Observed and played along time, with the 95% limits of what is played; what was held out lies on grey ground."""
    figure, axes = canvas()
    shares = table[["observed", "simulated"]].max().max() <= 1.5
    _ground(axes, table)
    band(axes, table["at"], table.simulated, table.low, table.high, PLAYED)
    paint, ends = {"Tenure plays": PLAYED, "observed": OBSERVED}, {"Tenure plays": float(table.simulated.iloc[-1])}
    for number, name in enumerate(column for column in table if column not in KNOWN):
        axes.plot(table["at"], table[name], color=OTHERS[1 + number], linewidth=1.8, linestyle="--", zorder=3)
        paint[name], ends[name] = OTHERS[1 + number], float(table[name].iloc[-1])
    seen = table[table.observed.notna()]
    dots = len(seen) <= 30
    axes.plot(seen["at"], seen.observed, color=OBSERVED, marker="o" if dots else "", markersize=7, linewidth=0 if dots else 2.2, zorder=5)
    ends["observed"] = float(seen.observed.iloc[-1])
    axes.set(xlim=(0, float(table["at"].max())), ylim=(0, None), xlabel=_unit(found), ylabel=capital(table.what.iloc[0]))
    (share_axis if shares else money_axis)(axes.yaxis)
    result = finish(figure, found_title(found, table), _source(found), right=2.0, left=1.3)
    if float(seen["at"].max()) < float(table["at"].max()):
        last = seen.iloc[-1]
        axes.annotate("observed", (last["at"], last.observed), (4, 12), textcoords="offset points", color=OBSERVED, fontweight="bold")
        ends.pop("observed")
    label_ends(axes, ends, paint, float(table["at"].max()))
    return result


@styled
def each(found: "Calibration", table: pd.DataFrame) -> "Figure":
    """The same, week by week instead of summed up."""
    figure, axes = canvas()
    _ground(axes, table)
    at, seen, played = table["at"], *(np.diff(table[name], prepend=0) for name in ("observed", "simulated"))
    axes.plot(at, seen, color=OBSERVED, linewidth=1.6, zorder=4)
    axes.plot(at, played, color=PLAYED, zorder=5)
    unit = _unit(found)
    axes.set(xlim=(0, float(at.max())), ylim=(0, None), xlabel=unit, ylabel=f"Purchases in a {unit}")
    money_axis(axes.yaxis)
    title = f"Single {unit}s move around what is played: what drives them is not in the model"
    result = finish(figure, title, _source(found), right=2.0, left=1.1)
    label_ends(
        axes,
        {"Tenure plays": float(played[-4:].mean()), "observed": float(seen[-4:].mean())},
        {"Tenure plays": PLAYED, "observed": OBSERVED},
        float(at.max()),
    )
    return result


@styled
def bars(found: "Calibration", table: pd.DataFrame) -> "Figure":
    """Observed and played side by side, thing by thing, with the limits of what a data set of this size would show."""
    measures = list(dict.fromkeys(table.what))
    rows = max((table.what == what).sum() for what in measures)
    figure, axes = canvas(len(measures), 1, height=2.2 + len(measures) * (0.9 + 0.42 * rows), squeeze=False)
    for place, what in zip(axes[:, 0], measures, strict=True):
        part = table[table.what == what]
        y = np.arange(len(part))
        place.hlines(y, part.low, part.high, color=PLAYED, alpha=0.35, linewidth=9, zorder=2)
        place.plot(part.simulated, y, "|", color=PLAYED, markersize=17, markeredgewidth=3, zorder=3)
        place.plot(part.observed, y, "o", color=OBSERVED, markersize=8, zorder=4)
        place.set_yticks(y, [str(name) for name in part["at"]])
        measure, _, by = what.partition(", by ")
        place.set(ylim=(len(part) - 0.4, -0.6), xlabel=capital(measure), ylabel=by, xlim=(0, None))
        place.tick_params(axis="y", length=0)
        for line in y[:-1] + 0.5:
            place.axhline(line, color=LINES, linewidth=0.8, zorder=0)
        (share_axis if part[["observed", "simulated"]].max().max() <= 1.0 else money_axis)(place.xaxis)
    result = finish(
        figure,
        found_title(found, table),
        _source(found) + f" · dot: observed; bar: {'foretold' if table.holdout.all() else 'played'}, with its 95% limits",
        left=0.9 + 0.125 * max(len(str(name)) for name in table["at"]),
        top=0.2,
        hspace=0.45,
    )
    return result


@styled
def aims(found: "Calibration", table: pd.DataFrame) -> "Figure":
    """Targets with their tolerance beside what the market plays, each moment on a scale of its own that shows the difference."""
    figure, axes = canvas(len(table), 1, height=2.0 + 1.1 * len(table), squeeze=False)
    for place, row in zip(axes[:, 0], table.itertuples(), strict=True):
        place.hlines(0, row.low, row.high, color=PLAYED, alpha=0.35, linewidth=11, zorder=2)
        place.plot(row.simulated, 0, "|", color=PLAYED, markersize=22, markeredgewidth=3, zorder=3)
        place.errorbar(row.observed, 0, xerr=row.tolerance, color=OBSERVED, marker="o", markersize=8, capsize=5, zorder=4)
        ends = [row.low, row.high, row.observed - row.tolerance, row.observed + row.tolerance]
        room = 0.6 * (max(ends) - min(ends)) or 0.1 * abs(row.observed)
        place.set(xlim=(min(ends) - room, max(ends) + room), ylim=(-1, 1))
        place.set_yticks([0], [textwrap.fill(capital(row.what), 24)])
        place.tick_params(axis="y", length=0)
        place.locator_params(axis="x", nbins=7)
        if row.observed < 1 and row.at in ("retention", "market_share", "share_of_wallet"):
            share_axis(place.xaxis)
    met = int(((table.observed >= table.low - table.tolerance) & (table.observed <= table.high + table.tolerance)).sum())
    many = len(table)
    title = f"The market shows {('the target' if many == 1 else f'all {many} targets') if met == many else f'{met} of {many} targets'}"
    about = f"Tenure · {found.source} · dot: target and its tolerance; bar: played, 95% of such markets"
    return finish(figure, title, about, left=2.6, top=0.2, hspace=0.75)


def _ground(axes, table: pd.DataFrame) -> None:
    """Grey ground under what the estimation has not seen."""
    held = table[table.holdout]
    if len(held) and len(held) < len(table):
        begins = (float(held["at"].iloc[0]) + float(table["at"][~table.holdout].iloc[-1])) / 2
        axes.axvspan(begins, float(table["at"].max()), color="#F1F1F1", zorder=0)
        words = "not seen by the estimation" if held.observed.notna().any() else "later than the data"
        axes.text(begins, 0.03, "  " + words, transform=axes.get_xaxis_transform(), color=QUIET, fontsize=SMALL, va="bottom")


def found_title(found: "Calibration", table: pd.DataFrame) -> str:
    """The finding of one comparison."""
    held = table[table.holdout & table.observed.notna()]
    judged = held if len(held) else table[table.observed.notna()]
    inside = float(((judged.observed >= judged.low) & (judged.observed <= judged.high)).mean())
    if found.kind == "log" and _along(table) and len(held):
        error = found.scores["holdout_error_tenure"]
        return (
            f"The market foresees purchases of the part held out within {abs(error):.1%}; "
            f"the cumulative curve is {found.scores['curve_error_tenure']:.1%} off on average"
        )
    if table["at"].dtype.kind in "if":
        missed = 100 * float((judged.simulated - judged.observed).abs().max())
        if found.kind in ("contracts", "retention"):
            end = table.iloc[-1]
            return (
                f"The curve is met within {missed:.1f} points, and after {end['at']:g} {_unit(found)}s {end.simulated:.0%} should be left"
            )
        return f"{inside:.0%} of what was observed lies within what the market plays"
    met = round(inside * len(judged))
    if len(held):
        return f"{met} of {len(judged)} figures of the part held out lie within what was foretold for a data set of this size"
    return f"{met} of {len(judged)} figures lie within what the market would show of a data set of this size"


def _unit(found: "Calibration") -> str:
    return found.facts.get("shown_in") or found.facts.get("period", "period")


def _source(found: "Calibration") -> str:
    size = found.facts.get("customers") or found.facts.get("contracts")
    many = f" · {size:,} customers" if found.kind == "log" else f" · {size:,} contracts" if size else ""
    return f"Tenure · calibrated on {found.source}{many}"
