"""The break-even map on the terminal: the sentence, a small map of letters, and the borders along some lines."""

import numpy as np
from rich.text import Text

from sim.experiments.mapping.words import figures, number, share
from sim.screens.paper import faint, grid, heading
from sim.wording import amount, capital, counted, spoken

WIDE, HIGH = 60, 20  # letters of the small map
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LINES = 9  # lines through the map in the table of borders
MOST_FAILURES = 5


def result(found) -> list:
    """Everything that came out."""
    if found.surface is None:
        return [Text(found.sentence(), style="bold"), *failures(found)]
    return [Text(found.sentence(), style="bold"), *small_map(found), *regions(found), *borders(found), *failures(found)]


def small_map(found) -> list[Text]:
    """The map in letters: one for each strategy, small where the runs cannot tell; @ where the scenario stands."""
    x, y = found.axes
    best, least = found.surface.best_at(cells())
    letters = [letter(one, sure) for one, sure in zip(best, least > 0, strict=True)]
    if x.here is not None and y.here is not None:
        letters[min(int(y.share(y.here) * HIGH), HIGH - 1) * WIDE + min(int(x.share(x.here) * WIDE), WIDE - 1)] = "@"
    rows = ["".join(letters[row * WIDE : (row + 1) * WIDE]) for row in range(HIGH)]
    edge = {HIGH - 1: number(y.varied.high), 0: number(y.varied.low)}
    margin = max(len(words) for words in edge.values())
    lines = [Text(), heading(capital(named(y)))]
    lines += [Text(f"{edge.get(row, ''):>{margin}} │{rows[row]}") for row in reversed(range(HIGH))]
    lines.append(Text(" " * (margin + 1) + "└" + "─" * WIDE))
    ends = number(x.varied.low), number(x.varied.high)
    lines.append(Text(" " * (margin + 2) + ends[0] + ends[1].rjust(WIDE - len(ends[0]))))
    lines.append(Text(" " * (margin + 2) + capital(named(x)).center(WIDE), style="bold"))
    said = [f"{LETTERS[number]} {spoken(name)}" for number, name in enumerate(found.strategies) if (best == number).any()]
    said += ["small: the runs cannot tell"] if found.undecided > 0 else []
    said += ["@ where the scenario stands"] if "@" in letters else []
    said += ["· not known"] if "·" in letters else []
    return [*lines, faint(" · ".join(said))]


def cells() -> np.ndarray:
    """The middles of the letters."""
    return np.stack([np.tile((np.arange(WIDE) + 0.5) / WIDE, HIGH), np.repeat((np.arange(HIGH) + 0.5) / HIGH, WIDE)], axis=1)


def letter(best: int, sure: bool) -> str:
    """A strategy's letter."""
    return "·" if best < 0 else LETTERS[best] if sure else LETTERS[best].lower()


def named(axis) -> str:
    """A parameter with its unit."""
    return f"{axis.name}, {axis.unit}" if axis.unit else axis.name


def regions(found) -> list:
    """How large each region is, and by how much its strategy leads."""
    currency = found.scenario.market.currency
    shown = grid("of the map", "for sure", f"leads by, {currency}", first="earns most")
    for row in found.regions.itertuples():
        lead = f"{amount(row.least_lead)} to {amount(row.greatest_lead)}" if row.least_lead == row.least_lead else "–"
        shown.add_row(spoken(row.strategy), share(row.share), share(row.sure), lead)
    return [Text(), shown]


def borders(found) -> list:
    """Where the border lies along some lines."""
    axis = 0 if len(found.border[found.border.along == found.axes[0].path]) else 1
    moving, held = found.axes[axis], found.axes[1 - axis]
    lines = sorted({*np.linspace(0, 1, LINES).tolist(), *([] if held.here is None else [held.share(held.here)])})
    rows = [row for at in lines for row in found.crossings(axis, at)]
    if not rows:
        return []
    shown = grid(f"border at\n{moving.name}", "95% band", "below", "above", first=held.name)
    for row in rows:
        shown.add_row(said_at(row["at"], held), figures(row["position"]), band(row, moving), spoken(row["before"]), spoken(row["after"]))
    return [Text(), shown]


def said_at(value: float, axis) -> str:
    """A value that is held; that of the scenario is marked."""
    return number(value) + (" (the scenario's)" if axis.here is not None and abs(axis.share(value) - axis.share(axis.here)) < 1e-9 else "")


def band(row: dict, axis) -> str:
    """A band in words; where it goes on beyond the map, its edge."""
    low = figures(row["low"]) if row["low"] == row["low"] else f"<{number(axis.varied.low)}"
    high = figures(row["high"]) if row["high"] == row["high"] else f">{number(axis.varied.high)}"
    return f"{low} to {high}"


def failures(found) -> list:
    """Points that failed, and why."""
    failed = found.failures
    if not len(failed):
        return []
    lines = [Text(), heading(f"{counted(len(failed), 'point')} failed")]
    for row in failed.head(MOST_FAILURES).to_dict("records"):
        where = ", ".join(f"{axis.path}={row[axis.path]:.6g}" for axis in found.axes)
        lines.append(Text(f"  {where}: {row['reason']}"))
    if len(failed) > MOST_FAILURES:
        lines.append(Text(f"  and {len(failed) - MOST_FAILURES:,} more, in failures.parquet"))
    return lines


def rests_on(found) -> Text:
    """What the numbers rest on, and what refining has saved, in one faint line."""
    market = found.scenario.market
    return faint(f"{found.scenario.name} · {counted(len(found.profits), 'point')} of the {found.full_grid:,} of a full grid · "
                 f"{counted(found.runs, 'paired run')} each · {counted(found.markets, 'market')} · {counted(market.buyers, 'buyer')} · "
                 f"seed {found.scenario.seed}")  # fmt: skip


def dry(axes, strategies, runs: int, first: int, most: int, seconds: float, threads: int) -> list:
    """What a map will be, before it is played."""
    from sim.screens.sweep import duration

    table = grid("from", "to", "", first="what varies")
    for axis in axes:
        how = "profit is linear in it: two values are played" if axis.linear else "in the logarithm" if axis.logarithmic else ""
        table.add_row(axis.path, number(axis.varied.low), number(axis.varied.high), how)
    each = runs * len(strategies)
    least, longest = duration(seconds * first * each), duration(seconds * most * each)
    words = (f"{counted(first, 'point')} at first and at most {most:,}, each {counted(runs, 'run')} × {len(strategies)} strategies: "
             f"{first * each:,} to {most * each:,} markets, about {least} to {longest} on {counted(threads, 'thread')}.")  # fmt: skip
    return [Text(words, style="bold"), Text(), table, faint(f"strategies: {', '.join(map(spoken, strategies))}")]
