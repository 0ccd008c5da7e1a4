"""Play a sweep: pieces to workers, rows to the store, until the target is reached; and what came out of it."""
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from sim.experiments.sweep.plan import Plan, plan_of
from sim.experiments.sweep.record import is_finished, locked, read_record, record_of, refuse_another, write_record
from sim.experiments.sweep.rows import settled
from sim.experiments.sweep.schedule import Schedule, Tally, Target, target_of
from sim.experiments.sweep.store import Folder, Memory, cleared, whole
from sim.experiments.sweep.tables import point_tables, sentence
from sim.experiments.sweep.work import job_of, model
from sim.experiments.sweep.workers import NoWorkers, Threads
from sim.experiments.told import Told

HEARD = 0.25           # seconds after which one looks up: at the clock, for Ctrl-C, at what is to be written
REMEMBERED = 30.0      # seconds over which the speed is reckoned


@dataclass
class Progress:
    """How far a sweep is: markets played in this sitting and of how many in all, `tally` what is known of every point, `rate` markets a
    second, `left` seconds (None where nobody knows)."""
    plan: Plan
    target: Target
    tally: Tally
    played: int = 0                # markets, in all sittings
    total: int = 0
    rate: float = 0.0
    left: float | None = None
    seconds: float = 0.0           # of this sitting
    kernels: float = 0.0           # seconds that threads of this sitting spent in compiled kernels
    sitting: int = 0               # markets of this sitting
    open: int = 0                  # points that are not yet as precise as asked
    threads: int = 0               # that play


@dataclass(eq=False)
class Sweep(Told):
    """What came out of a sweep. `points`, `best` and `failures` are tables; `rows()` are all markets, read when they are asked for.

    digest: SHA-256 over all rows in order, the same for any number of threads, workers and sittings; finished: whether the target was
    reached, or the time was up before.
    """
    plan: Plan = field(repr=False)
    target: Target
    store: object = field(repr=False)
    digest: str
    finished: bool
    progress: Progress = field(repr=False)

    def rows(self) -> pd.DataFrame:
        """All markets: point, parameters, strategy, run, outcomes, failure. In memory at once: for large sweeps, ask the files."""
        tables = [settled(self.plan, table).to_pandas() for table in self.store.chunks()]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    def summary(self) -> dict | None:
        """What a folder says of a sweep that is finished."""
        failed = len(self.progress.tally.failures)
        return {"digest": self.digest, "markets": self.progress.played, "failed_points": failed} if self.finished else None

    @property
    def wide(self) -> int:
        """How many points are not as precise as was asked for, where that was."""
        if self.target.precision is None:
            return 0
        tally = self.progress.tally
        return int((tally.widths() > self.target.precision).sum()) - len(tally.failures)

    @cached_property
    def _tables(self) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        return point_tables(self.plan, self.store.chunks())

    def sentence(self) -> str:
        """Which strategy is best at how many points, and how sure that is."""
        return sentence(self)

    @property
    def table(self) -> pd.DataFrame:
        """The table that says most: `best`."""
        return self.best

    @property
    def points(self) -> pd.DataFrame:
        """A row for each point and strategy (see `tables.point_tables`)."""
        return self._tables[0]

    @property
    def best(self) -> pd.DataFrame:
        """The strategy that earns most at each point, and how sure that is (see `tables.point_tables`)."""
        return self._tables[1]

    @property
    def failures(self) -> pd.DataFrame:
        """The points that failed, and why: point, parameters, run, reason."""
        return self._tables[2]


def sweep(scenario, folder: str | Path | None = None, *, runs: int | None = None, precision: float | None = None,
          seconds: float | None = None, strategies=None, threads: int | None = None, scheduler=None, force: bool = False,
          progress: Callable[[Progress], None] | None = None, command: str | None = None) -> Sweep:
    """Play a sweep, or go on with one that was left.

    scenario: one that states a `sweep`, or a `Plan`; folder: where its rows are kept (None: in memory). runs: of each point (default the
    plan's); precision: points go on until half the 95% interval of every gain is at most this share of the baseline's profit, each with at
    most `runs` (default 1,000); seconds: stop then, runs being spent where intervals are widest. threads: default all cores; scheduler:
    the address of a Dask scheduler, or a `distributed.Client`; force: replace what is in the folder. progress: called now and then.

    Same scenario, same target: the same rows, bit for bit, for any number of threads, workers and sittings (but for `seconds`, which hang
    on the clock). Raises NoSweep, OtherStudy, NoWorkers; OSError where a file cannot be written: what stands in the folder stays, and the
    same call goes on from there."""
    adaptive = precision is not None or seconds is not None
    plan = scenario if isinstance(scenario, Plan) else plan_of(scenario, strategies=strategies, runs=None if adaptive else runs)
    target = target_of(plan, runs, precision, seconds)
    if folder is None:
        return _play(plan, target, Memory(plan), threads, scheduler, progress)
    folder = Path(folder)
    record = read_record(folder)
    with locked(folder):
        if record is not None and force:
            cleared(folder)
        elif record is not None:
            refuse_another(folder, plan, target, record)
            if is_finished(record, target):
                return _as_it_stands(plan, target, folder, record)
        asked = record_of(plan, target, command)
        write_record(folder, asked)
        found = _play(plan, target, Folder(plan, folder), threads, scheduler, progress)
        for name, table in {"points": found.points, "best": found.best}.items():
            with whole(folder / f"{name}.parquet") as file:
                table.to_parquet(file, index=False, compression="zstd")
        write_record(folder, asked | {"finished": found.summary()})
        return found


def _as_it_stands(plan: Plan, target: Target, folder: Path, record: dict) -> Sweep:
    """A sweep that is finished already."""
    store = Folder(plan, folder)
    schedule = Schedule(plan, target, store.chunks())
    played = schedule.played * len(plan.strategies)
    return Sweep(plan, target, store, record["finished"]["digest"], True, Progress(plan, target, schedule.tally, played, played))


def _play(plan: Plan, target: Target, store, threads, scheduler, progress) -> Sweep:
    """Play what is not there yet."""
    schedule = Schedule(plan, target, store.chunks())
    state = Progress(plan, target, schedule.tally)
    _play_pieces(plan, schedule, store, state, _workers(threads, scheduler), progress)
    return Sweep(plan, target, store, store.finish()[0], not schedule.to_go(), state)


def _workers(threads: int | None, scheduler):
    """Who plays the pieces."""
    if scheduler is None:
        return Threads(threads)
    from sim.experiments.sweep.cluster import Cluster

    return Cluster(scheduler)


def _play_pieces(plan: Plan, schedule: Schedule, store, state: Progress, workers, progress) -> None:
    """Play pieces until none is left, or the time is up. Whatever ends it, what was played is kept."""
    job, clock, pending = job_of(plan), Clock(schedule, state, progress), {}
    try:
        while True:
            while not clock.up and len(pending) < workers.room and (piece := schedule.next()):
                pending[workers.submit(job, piece)] = piece
            if not pending:
                break
            done = [(future, pending.pop(future)) for future in workers.some(pending, HEARD)]
            for played in workers.played(done):
                _same_model(played)
                schedule.took(played)
                store.add(played)
                clock.count(played)
            if clock.up:
                for future in workers.cancel(pending):
                    del pending[future]
            store.flush(at_once=False)
            state.threads = workers.threads
            clock.tell()
    finally:
        try:
            store.flush()
        finally:
            workers.close()
    clock.tell(at_once=True)


def _same_model(played) -> None:
    """NoWorkers where a worker plays another model than this process would."""
    if played.model not in ("", model()):
        raise NoWorkers("a worker plays another version of the model; install the same version of Tenure on all machines")


class Clock:
    """Reckons how fast a sweep is and when it will be done, and tells whoever wants to know."""

    def __init__(self, schedule: Schedule, state: Progress, progress):
        self.schedule, self.state, self.progress = schedule, state, progress
        self.began = self.told = time.monotonic()
        self.past = deque([(self.began, 0)])
        self.tell(at_once=True)

    @property
    def up(self) -> bool:
        """Whether the time that was given is over."""
        seconds = self.schedule.target.seconds
        return seconds is not None and time.monotonic() - self.began >= seconds

    def count(self, played) -> None:
        """Take in a piece."""
        self.state.sitting += 0 if played.values is None else played.runs * len(self.state.plan.strategies)
        self.state.kernels += played.seconds[1]

    def tell(self, at_once: bool = False) -> None:
        """Say how far the sweep is; about once a second."""
        now = time.monotonic()
        if not at_once and now - self.told < 1:
            return
        state, many, self.told = self.state, len(self.state.plan.strategies), now
        self.past.append((now, state.sitting))
        while now - self.past[0][0] > REMEMBERED:
            self.past.popleft()
        state.seconds, (since, before) = now - self.began, self.past[0]
        state.rate = (state.sitting - before) / (now - since) if now > since else 0.0
        state.played, to_go = self.schedule.played * many, self.schedule.to_go() * many
        state.total = state.played + to_go
        state.left = to_go / state.rate if state.rate else None
        state.open = int(self.schedule.open().sum()) if self.schedule.target.precision is not None else 0
        if self.schedule.target.seconds is not None:
            rest = max(self.schedule.target.seconds - state.seconds, 0.0)
            state.left = rest if state.left is None else min(state.left, rest)
        if self.progress:
            self.progress(state)
