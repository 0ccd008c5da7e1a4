"""A sweep: what it will be, how it stands while it is played, and what came out of it."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import isfinite

from rich.text import Text

from sim.scenario.sweeps import spread_in_words
from sim.screens.paper import faint, grid, heading, interval_text, paper
from sim.wording import amount, counted, listed, percent, signed, spoken

MOST_POINTS = 12  # points, or combinations of levers, that are shown one by one
MOST_FAILURES = 5
SPOKEN_EVERY = 10.0  # seconds between two lines where there is no terminal
NARROW = 22  # letters of a value in a table


def dry(plan, target, seconds: float, size: int, threads: int) -> list:
    """What a sweep will be, before it is played."""
    many, runs = len(plan.points), target.runs
    table = grid("", "", first="what varies")
    for path in plan.parameters:
        table.add_row(path, "lever" if path in plan.levers else "uncertainty", spread(plan, path))
    most = "at most " if target.adaptive else ""
    names = len(plan.strategies)
    words = (
        f"{counted(many, 'point')} × {most}{counted(runs, 'run')} × {names} {'strategy' if names == 1 else 'strategies'} = {most}"
        f"{counted(many * runs * names, 'market')}; {most}about {duration(seconds)} on {counted(threads, 'thread')} and {most}"
        f"{bytes_of(size)} on disk."
    )
    return [Text(words, style="bold"), Text(), table, faint(f"strategies: {listed(list(map(spoken, plan.strategies)))}; seed {plan.seed}")]


def spread(plan, path: str) -> str:
    """What a parameter may be."""
    stated = plan.scenario.sweep.varied if plan.scenario.sweep else ()
    words = next((spread_in_words(one) for one in stated if one.path == path and one.form != "column"), None)
    if words is None:
        values = plan.points[path].drop_duplicates()
        words = f"{len(values):,} values in the table" if len(values) > 1 else str(values.iloc[0])
    return short(words, 60)


def standing(progress) -> list:
    """How a sweep stands while it is played."""
    from sim.experiments.sweep.tables import standing as table_of

    plan, found = progress.plan, table_of(progress.plan, progress.tally)
    shown = grid("gain over\nthe baseline", "half an interval\n(middle, widest)", "best at", "for sure at", first=progress_words(progress))
    for row in found.itertuples():
        gain = "baseline" if row.strategy == plan.baseline else signed(row.gain) if isfinite(row.gain) else "–"
        half = "" if row.strategy == plan.baseline or not isfinite(row.half) else f"{amount(row.half)}, {amount(row.widest)}"
        shown.add_row(spoken(row.strategy), gain, half, f"{row.best_at:,}", f"{row.sure_at:,}")
    return [shown]


def progress_words(progress) -> str:
    """How far a sweep is, in a line."""
    speed = f"{progress.rate:,.0f} a second" if progress.rate else "waiting" if progress.sitting else "starting"
    clock = progress.target.seconds is not None
    words = [f"{progress.played:,} markets" if clock else f"{progress.played:,} of {progress.total:,} markets", speed]
    if progress.open and progress.target.precision is not None:
        words.append(f"{counted(progress.open, 'point')} wider than {percent(progress.target.precision, 1)}")
    if progress.tally.failures:
        words.append(f"{len(progress.tally.failures):,} failed")
    if progress.left is not None and progress.played < progress.total:
        words.append(f"{duration(progress.left)} left")
    return " · ".join(words)


@contextmanager
def live(quiet: bool = False) -> Iterator[Callable]:
    """A table that moves along on standard error (or in a notebook), a line now and then where there is no terminal; yields what to call
    with a `sweep.Progress`."""
    sheet = paper(error=True)
    if quiet or not (sheet.is_terminal or sheet.is_jupyter):
        yield _nothing if quiet else Lines()
        return
    from rich.console import Group
    from rich.live import Live
    from rich.progress_bar import ProgressBar

    with Live(Text("Looking at what is there already …"), console=sheet, transient=True, refresh_per_second=4) as shown:

        def tell(progress) -> None:
            done, whole = progress.played, progress.total
            if progress.target.seconds is not None:
                done, whole = progress.seconds, progress.target.seconds
            shown.update(Group(ProgressBar(total=max(whole, 1), completed=done, width=60), *standing(progress)))

        yield tell


def _nothing(progress) -> None:
    """Says nothing."""


class Lines:
    """Says how far a sweep is, in a line on standard error, at first and then every so many seconds."""

    def __init__(self):
        self.said = None

    def __call__(self, progress) -> None:
        now = time.monotonic()
        if self.said is None or now - self.said >= SPOKEN_EVERY:
            self.said = now
            print(progress_words(progress), file=sys.stderr, flush=True)


def result(found) -> list:
    """What came out of a sweep."""
    return [Text(found.sentence(), style="bold"), Text(), strategies(found), *by_levers(found), *points(found), *failures(found)]


def strategies(found):
    """The strategies side by side: means over points."""
    plan, table = found.plan, found.points
    least, most = (int(table.runs.min()), int(table.runs.max())) if len(table) else (0, 0)
    runs = f"{least:,} runs" if least == most else f"{least:,} to {most:,} runs"
    headings = ("profit\nper buyer", f"gain over\n{spoken(plan.baseline)}", "least gain", "greatest gain", "best at")
    shown = grid(*headings, first=f"means over {counted(table.point.nunique(), 'point')}, {runs} each")
    for name in plan.strategies:
        rows = table[table.strategy == name]
        best = int((found.best.strategy == name).sum())
        known = name != plan.baseline and len(rows)
        gains = [signed(of(rows.gain)) for of in (lambda gain: gain.mean(), min, max)] if known else ["–"] * 3
        shown.add_row(spoken(name), amount(rows.profit.mean()) if len(rows) else "–", *gains, f"{best:,}")
    return shown


def by_levers(found) -> list:
    """What we choose against what comes of it, over everything that we cannot."""
    plan, table = found.plan, found.points
    levers = list(plan.levers)
    combinations = table[levers].drop_duplicates() if levers else table[:0]
    if not (1 < len(combinations) <= MOST_POINTS) or len(combinations) == table.point.nunique():
        return []
    means = table.pivot_table(index=levers, columns="strategy", values="profit", observed=True)[list(plan.strategies)]
    shown = grid(*(spoken(name).replace(" ", "\n", 1) for name in plan.strategies), first=short(", ".join(map(_last, levers)), 60))
    top = means.to_numpy().max()
    for values, row in means.iterrows():
        values = values if isinstance(values, tuple) else (values,)
        cells = [Text(amount(value), style="bold" if value == top else "") for value in row]
        shown.add_row(", ".join(short(_said(value)) for value in values), *cells)
    return [Text(), heading("Profit per buyer by what we choose, over all that we cannot"), shown]


def points(found) -> list:
    """Point by point, where they are few."""
    plan, table = found.plan, found.points
    if not 1 <= table.point.nunique() <= MOST_POINTS:
        return []
    shown = grid(*(spoken(name).replace(" ", "\n", 1) for name in plan.strategies), first=short(", ".join(map(_last, plan.parameters)), 60))
    for _, rows in table.groupby("point"):
        first = rows.iloc[0]
        values = ", ".join(short(_said(first[path])) for path in plan.parameters) or "as it stands"
        shown.add_row(values, *(interval_text(row.profit, row.profit_low, row.profit_high, amount) for row in rows.itertuples()))
    return [Text(), heading("Profit per buyer, point by point (± half the 95% interval)"), shown]


def failures(found) -> list:
    """Points that failed, and why."""
    failed = found.failures
    if not len(failed):
        return []
    lines = [Text(), heading(f"{counted(len(failed), 'point')} failed")]
    for row in failed.head(MOST_FAILURES).itertuples():
        lines.append(Text(f"  point {row.point} ({', '.join(found.plan.sets(row.point))}): {row.reason}"))
    if len(failed) > MOST_FAILURES:
        lines.append(Text(f"  and {len(failed) - MOST_FAILURES:,} more; the column failure of the rows has them all"))
    return lines


def kept(found, folder) -> list[str]:
    """Where everything is."""
    query = f"select strategy, avg(profit) from '{folder}/runs/*.parquet' group by strategy"
    return [
        f"Results are in {folder}: a row for each market in runs/, means and intervals in points.parquet, what they rest on in sweep.json;",
        f'digest {found.digest[:12]}. To look into them: duckdb -c "{query}"',
    ]


def rests_on(found) -> Text:
    """What the numbers rest on, in one faint line."""
    scenario, progress = found.plan.scenario, found.progress
    words = [scenario.name, counted(progress.played, "market"), counted(scenario.market.buyers, "buyer"), f"seed {found.plan.seed}"]
    if progress.sitting:
        words.append(f"{counted(progress.sitting, 'market')} now, in {duration(progress.seconds)}")
    return faint(" · ".join(words))


def duration(seconds: float) -> str:
    """A time as people say it: 40 s, 3 min 20 s, 2 h 5 min, 3 days 4 h."""
    whole = max(round(seconds), 1)
    if whole < 60:
        return f"{whole} s"
    for size, name, below, lesser in ((86_400, "days", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // below
            return f"{whole // size} {name}" + (f" {rest} {lesser}" if rest else "")
    return ""


def bytes_of(size: int) -> str:
    """An amount of memory: 12 kB, 3.1 MB."""
    for name, unit in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= unit:
            return f"{size / unit:.1f} {name}"
    return f"{size} bytes"


def short(text: str, most: int = NARROW) -> str:
    """A text of so many letters at most."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _said(value) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _last(path: str) -> str:
    """A path by its last two names."""
    return ".".join(path.split(".")[-2:])
