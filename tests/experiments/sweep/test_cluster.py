"""A Dask cluster plays the same sweep: a real scheduler and two worker processes, one of which is killed midway."""
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from sim.experiments.sweep import sweep
from sim.scenario import load

distributed = pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]
SETS = ["market.buyers=600", "market.periods=36", "sweep.points=32"]


def dask(what: str, folder: Path, *words: str) -> subprocess.Popen:
    """A scheduler or worker as a process of its own."""
    file = folder / "scheduler.json"
    command = [sys.executable, "-m", f"distributed.cli.dask_{what}", "--scheduler-file", file, "--no-dashboard", *words]
    with (folder / f"{what}.log").open("a") as log:
        return subprocess.Popen([str(word) for word in command], cwd=folder, stdout=log, stderr=log,
                                env=os.environ | {"PYTHONPATH": str(ROOT)})


@contextmanager
def cluster(folder: Path, workers: int):
    """(address, worker processes) of a cluster on this machine."""
    started = [dask("scheduler", folder, "--host", "127.0.0.1", "--port", "0")]
    started += [dask("worker", folder, "--nthreads", "1", "--no-nanny", "--local-directory", folder) for _ in range(workers)]
    try:
        until = time.monotonic() + 60
        while not (folder / "scheduler.json").exists() and time.monotonic() < until:
            time.sleep(0.05)
        yield json.loads((folder / "scheduler.json").read_text())["address"], started[1:]
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.wait()


@pytest.mark.slow
def test_a_cluster_that_loses_a_worker_plays_the_same(tmp_path):
    scenario, killed = load("service_and_price", SETS), []
    expected = sweep(scenario, threads=2).digest

    with cluster(tmp_path, 2) as (address, workers):
        def kill(state):
            if not killed and 0 < state.played < state.total:
                os.kill(workers[1].pid, signal.SIGKILL)
                killed.append((state.played, state.threads))

        found = sweep(scenario, tmp_path / "out", scheduler=address, progress=kill)
    assert killed and killed[0][1] == 2 and found.progress.threads == 1
    assert found.digest == expected and not len(found.failures) and found.finished


@pytest.mark.slow
def test_a_client_may_be_given_and_is_kept(tmp_path):
    scenario = load("service_and_price", ["market.buyers=150", "market.periods=10", "sweep.points=4"])
    with cluster(tmp_path, 1) as (address, _), distributed.Client(address, set_as_default=False) as client:
        assert sweep(scenario, scheduler=client).digest == sweep(scenario, threads=1).digest
        assert client.status == "running"
