"""The workers of a Dask cluster: the same pieces, played wherever its workers are.

A worker that is lost costs the pieces that it was playing: the scheduler gives them to another. What a worker needs is Tenure in the same
version, and the file of a network where there is one by the same path.
"""
import time
from collections.abc import Iterable
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress

from sim.experiments.sweep.work import Job, Piece, Played, play
from sim.experiments.sweep.workers import AHEAD, JOINING, NoWorkers

LOOK = 1.0             # seconds after which workers are counted anew


class Cluster:
    """A cluster, by its scheduler's address ('tcp://host:8786') or a `distributed.Client`."""

    def __init__(self, scheduler):
        try:
            from distributed import Client
        except ImportError:
            raise NoWorkers("a cluster needs Dask; install it with: pip install 'tenure[cluster]'") from None
        self.own, self.counted, self.looked = isinstance(scheduler, str), 0, -LOOK
        try:
            self.client = Client(scheduler, timeout=JOINING, set_as_default=False) if self.own else scheduler
        except (OSError, ValueError, TimeoutError) as error:
            raise NoWorkers(f"no scheduler answers at {scheduler} ({error}); start one with: dask scheduler") from None
        until = time.monotonic() + JOINING
        while not self.threads:
            if time.monotonic() > until:
                self.close()
                raise NoWorkers(f"the scheduler at {scheduler} has no workers; start some with: dask worker {scheduler}")
            time.sleep(0.1)

    @property
    def threads(self) -> int:
        """How many threads the cluster's workers had a moment ago."""
        if time.monotonic() - self.looked >= LOOK:
            with reached():
                self.counted, self.looked = sum(self.client.nthreads().values()), time.monotonic()
        return self.counted

    @property
    def room(self) -> int:
        """How many pieces to have under way or waiting."""
        return max(self.threads, 1) * (1 + AHEAD)

    def submit(self, job: Job, piece: Piece):
        """Have a piece played."""
        with reached():
            return self.client.submit(play, job, piece, pure=False)

    def some(self, pending: Iterable, seconds: float) -> list:
        """Those that are done, once any is; none where that takes longer."""
        until = time.monotonic() + seconds
        while True:
            done = [future for future in pending if future.done()]
            if done or time.monotonic() >= until:
                return done
            time.sleep(0.02)

    def played(self, done: list[tuple]) -> list[Played]:
        """What became of pieces that are done; one over which worker after worker was lost has failed."""
        with reached():
            fetched = self.client.gather([future for future, _ in done if future.status == "finished"], errors="skip")
            return fetched if len(fetched) == len(done) else [_outcome(future, piece) for future, piece in done]

    def cancel(self, pending: Iterable) -> list:
        """Take back all pieces; returns them."""
        pending = list(pending)
        with reached():
            self.client.cancel(pending, force=True)
        return pending

    def close(self) -> None:
        """Let go of the cluster; whoever started it keeps it."""
        if self.own:
            with suppress(OSError, RuntimeError, TimeoutError):
                self.client.close()


@contextmanager
def reached():
    """NoWorkers where the scheduler cannot be reached any more, or a worker is not fit to play."""
    try:
        yield
    except (OSError, RuntimeError, CancelledError) as error:
        raise NoWorkers(f"the scheduler has gone away ({error}); once there is one again, the same command goes on") from None
    except ImportError as error:
        raise NoWorkers(f"a worker cannot play ({error}); install the same version of Tenure on all machines") from None


def _outcome(future, piece: Piece) -> Played:
    """What became of one piece."""
    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        reason = "every worker that played it was lost, which happens where a market needs more memory than they have"
        return Played(piece.point, piece.first, piece.runs, None, reason, "", (0.0, 0.0))
