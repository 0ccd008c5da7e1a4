"""Which piece is played next, and when a sweep is done.

Runs interleave: the first runs of every point are played before the next runs of any, so that a sweep that is half done is a fair answer at
lower precision. Where a precision is asked for, points go on as long as their interval is wider, each for itself: what is played of a point
follows from the point's own rows, not from the order in which they came. Where only so many seconds are given, the point whose interval
is widest comes next.
"""
import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from sim.experiments.sweep.plan import Plan
from sim.experiments.sweep.rows import codes
from sim.experiments.sweep.work import Piece, Played, pieces
from sim.intervals import student

LEAST = 10             # runs of a point before its interval is believed
MOST = 1_000           # runs of a point where precision is asked for and no number of runs is


@dataclass(frozen=True)
class Target:
    """What is asked of a sweep: `runs` of every point; or, with a `precision` (half an interval over the baseline's profit) or `seconds`,
    at most so many."""
    runs: int
    precision: float | None = None
    seconds: float | None = None

    @property
    def adaptive(self) -> bool:
        """Whether points may get different numbers of runs."""
        return self.precision is not None or self.seconds is not None


def target_of(plan: Plan, runs: int | None, precision: float | None, seconds: float | None) -> Target:
    """The target of a plan: its own number of runs; or as many as it takes, up to `runs` (default MOST, or what the plan has)."""
    if precision is None and seconds is None:
        return Target(runs or plan.runs)
    return Target(runs or max(MOST, plan.runs), precision, seconds)


class Tally:
    """What is known of every point so far: `runs`, and mean and spread of profit and of gain, point by strategy (Welford 1962)."""

    def __init__(self, plan: Plan):
        shape = (len(plan.points), len(plan.strategies))
        self.baseline, self.runs = plan.strategies.index(plan.baseline), np.zeros(shape[0], np.int64)
        self.profit, self.gain = (np.zeros(shape) for _ in range(2))
        self.profit_spread, self.gain_spread = (np.zeros(shape) for _ in range(2))
        self.failures: dict[int, tuple[int, str]] = {}

    def add(self, point: int, profits: np.ndarray) -> None:
        """Take in runs of a point: profits [strategy, run]."""
        for values in profits.T:
            self.runs[point] += 1
            pairs = ((self.profit, self.profit_spread, values), (self.gain, self.gain_spread, values - values[self.baseline]))
            for mean, spread, found in pairs:
                off = found - mean[point]
                mean[point] += off / self.runs[point]
                spread[point] += off * (found - mean[point])

    def fail(self, point: int, first: int, reason: str) -> None:
        """A point has failed; the first run that did counts."""
        if point not in self.failures or first < self.failures[point][0]:
            self.failures[point] = first, reason

    def halves(self, points=slice(None)) -> np.ndarray:
        """Half the 95% interval of every strategy's gain over the baseline (of its profit, where there is but one strategy): [point,
        strategy], money; infinite while there are fewer than two runs."""
        counted, spread = self.runs[points], (self.gain_spread if self.gain.shape[1] > 1 else self.profit_spread)[points]
        runs = np.maximum(counted, 2)
        different, where = np.unique(runs, return_inverse=True)
        quantiles = np.array([_student(int(one) - 1) for one in different])[where]
        return np.where(counted[:, None] < 2, np.inf, quantiles[:, None] * np.sqrt(spread / ((runs - 1) * runs)[:, None]))

    def widths(self, points=slice(None)) -> np.ndarray:
        """The widest of each point's `halves` over the baseline's profit: [point]; infinite where there is no profit to compare it with."""
        half, scale = self.halves(points).max(1), np.abs(self.profit[points][:, self.baseline])
        return np.divide(half, scale, out=np.where(half > 0, np.inf, 0.0), where=scale > 0)

    def width(self, point: int) -> float:
        """`widths` of one point."""
        return float(self.widths([point])[0])


_quantiles: dict[int, float] = {}


def _student(freedom: int) -> float:
    if freedom not in _quantiles:
        _quantiles[freedom] = student(freedom)
    return _quantiles[freedom]


class Schedule:
    """Hands out pieces until the target is reached, and takes in what became of them."""

    def __init__(self, plan: Plan, target: Target, rows: Iterable[pa.Table] = ()):
        self.plan, self.target, self.tally = plan, target, Tally(plan)
        self.rank = np.argsort(plan.order)
        self.done = np.zeros((len(plan.points), -(-target.runs // plan.block)), bool)
        self.failed, self.played = np.zeros(len(plan.points), bool), 0      # points; runs of points, in this target
        for table in rows:
            self._remember(table)
        self.queue = None if target.adaptive else self._rounds()
        self.heap = [entry for point in range(len(plan.points)) if (entry := self._entry(point))] if target.adaptive else []
        heapq.heapify(self.heap)

    def next(self) -> Piece | None:
        """The next piece; None where none is to be handed out now."""
        if self.queue is not None:
            return next(self.queue, None)
        if not self.heap:
            return None
        point = heapq.heappop(self.heap)[-1]
        return self._piece(point, int(self.done[point].argmin()))

    def took(self, played: Played) -> None:
        """Take in a piece that was played."""
        block = played.first // self.plan.block
        if played.failure is not None:
            self._fail(played.point, played.first, played.failure)
        elif not self.done[played.point, block]:
            self.done[played.point, block] = True
            self.played += played.runs
            self.tally.add(played.point, played.values[:, :, 0])
        if self.queue is None and (entry := self._entry(played.point)):
            heapq.heappush(self.heap, entry)

    def to_go(self) -> int:
        """How many runs of points are still to be played; where that depends on intervals, as they stand now."""
        if self.queue is None:
            return int(self._still()[self.open()].sum())
        left = len(self.plan.points) * self.target.runs - self.played
        return left - sum(self.target.runs - min(first, self.target.runs) for first, _ in self.tally.failures.values())

    def open(self, points=slice(None)) -> np.ndarray:
        """Whether points get further runs: [point]."""
        done, failed = self.done[points].all(1), self.failed[points]
        few = self.tally.runs[points] < min(LEAST, self.target.runs)
        wide = few if self.target.precision is None else few | (self.tally.widths(points) > self.target.precision)
        return ~done & ~failed & (wide | (self.target.precision is None))

    def _still(self) -> np.ndarray:
        """Runs that points need still, where they need any: intervals narrow with the root of the number of runs; [point]."""
        runs = self.tally.runs
        if self.target.precision is None:
            return self.target.runs - runs
        needed = np.maximum(np.maximum(runs, 1) * (self.tally.widths() / self.target.precision) ** 2, runs + 1)
        needed = np.where(runs < LEAST, max(LEAST, self.plan.block), needed)
        return np.minimum(needed, self.target.runs) - runs

    def _rounds(self) -> Iterator[Piece]:
        """Every piece that is not done, round by round."""
        for block in range(self.done.shape[1]):
            for point in self.plan.order.tolist():
                failed = self.tally.failures.get(point)
                if not self.done[point, block] and not (failed and failed[0] <= block * self.plan.block):
                    yield self._piece(point, block)

    def _piece(self, point: int, block: int) -> Piece:
        return pieces(self.plan, point, block * self.plan.block, self.target.runs)

    def _entry(self, point: int) -> tuple | None:
        """A point's place among those that get further runs; None where it gets none."""
        if not self.open([point])[0]:
            return None
        few, rank = self.tally.runs[point] < LEAST, int(self.rank[point])
        if self.target.seconds is None or few:
            return (0, int(self.done[point].argmin()), rank, point)
        return (1, -self.tally.width(point), rank, point)

    def _remember(self, rows: pa.Table) -> None:
        """Take in rows that were played before, those of the target; where points differ in their runs, up to the first gap."""
        point, code, run = rows["point"].to_numpy(), codes(self.plan, rows), rows["run"].to_numpy()
        profit = rows["profit"].to_numpy()
        for row in np.flatnonzero(code < 0):
            self._fail(int(point[row]), int(run[row]), rows["failure"][int(row)].as_py())
        kept = (code >= 0) & (run < self.target.runs)
        point, run, profit = point[kept], run[kept], profit[kept]
        starts = np.flatnonzero(np.diff(point, prepend=-1))
        for first, last in zip(starts, [*starts[1:], len(point)], strict=True):
            self._take(int(point[first]), run[first:last], profit[first:last])

    def _fail(self, point: int, first: int, reason: str) -> None:
        """A point has failed."""
        self.failed[point] = True
        self.tally.fail(point, first, reason)

    def _take(self, point: int, run: np.ndarray, profit: np.ndarray) -> None:
        """Take in what was played of one point: rows by strategy, then by run."""
        many, block = len(self.plan.strategies), self.plan.block
        run, profits = run[:len(run) // many], profit.reshape(many, -1)
        there = np.zeros(self.done.shape[1] * block, bool)
        there[run], there[self.target.runs:] = True, True
        whole = there.reshape(-1, block).all(1)
        if self.target.adaptive:
            whole = np.logical_and.accumulate(whole)
        kept = whole[run // block]
        self.done[point] = whole
        self.played += int(kept.sum())
        self.tally.add(point, profits[:, kept])
