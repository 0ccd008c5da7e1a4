"""Who plays the pieces: threads of this process, or the workers of a Dask cluster. Both take pieces and give back what became of them."""
import os
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future
from concurrent.futures import wait as wait_for

from sim.experiments.sweep.work import Job, Piece, Played, play
from sim.runs import threads_on_cores

AHEAD = 3              # pieces that wait for every thread, so that none is idle while rows are written
JOINING = 30.0         # seconds that a cluster's first worker may take to come


class NoWorkers(Exception):  # noqa: N818 - named for what was looked for
    """There is nobody to play the pieces; the message says why, and what to do."""


class Threads:
    """Threads of this process: compiled kernels run beside each other."""

    def __init__(self, threads: int | None = None):
        self.threads = threads or os.cpu_count() or 1
        self.pool = threads_on_cores(self.threads)

    @property
    def room(self) -> int:
        """How many pieces to have under way or waiting."""
        return self.threads * (1 + AHEAD)

    def submit(self, job: Job, piece: Piece) -> Future:
        """Have a piece played."""
        return self.pool.submit(play, job, piece)

    def some(self, pending: Iterable[Future], seconds: float) -> list[Future]:
        """Those that are done, once any is; none where that takes longer."""
        return list(wait_for(pending, seconds, FIRST_COMPLETED).done)

    def played(self, done: list[tuple[Future, Piece]]) -> list[Played]:
        """What became of pieces that are done."""
        return [future.result() for future, _ in done]

    def cancel(self, pending: Iterable[Future]) -> list[Future]:
        """Take back the pieces that nobody has begun; returns them."""
        return [future for future in pending if future.cancel()]

    def close(self) -> None:
        """Let the threads go; they end the pieces that they have begun."""
        self.pool.shutdown(wait=False, cancel_futures=True)
