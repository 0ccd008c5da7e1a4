"""How fast a sweep of markets of 2,000 buyers is, how much of its time it spends outside compiled kernels, and how its memory grows.

    python -m benchmarks.sweep                       # 1,000 points, 10 runs under two strategies each: 20,000 markets
    python -m benchmarks.sweep --points 50
    python -m benchmarks.sweep --kills 3             # the same again, killed (-9) three times at random and resumed: the same digest?
"""
import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sim.experiments.sweep import Progress, Sweep, plan_of, sweep
from sim.scenario import load

SCENARIO = "service_and_price"           # 2,000 buyers, 24 months before the record and 120 on it, 10 runs
MEGABYTE = 1 << 20


def plan(points: int, sets: list[str]):
    """The plan: the shipped example at more points."""
    return plan_of(load(SCENARIO, [f"sweep.points={points}", *sets]))


def memory() -> float:
    """What the process holds of memory, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / MEGABYTE


class Watch:
    """Notes what memory the process holds at each tenth of the sweep."""

    def __init__(self):
        self.held: dict[int, float] = {}

    def __call__(self, state: Progress) -> None:
        self.held.setdefault(10 * state.played // max(state.total, 1), memory())


def played(what, folder: Path) -> tuple[Sweep, Watch]:
    """The sweep, played on all cores; two markets before, so that nothing is compiled meanwhile."""
    sweep(plan_of(what.scenario, points=what.points[:1], runs=1), threads=1)
    watch = Watch()
    return sweep(what, folder, progress=watch), watch


def report(found: Sweep, watch: Watch) -> None:
    """What a sitting came to."""
    state, threads, buyers = found.progress, found.progress.threads, found.plan.scenario.market.buyers
    outside = 1 - state.kernels / (threads * state.seconds)
    print(f"{len(found.plan.points):,} points x {found.target.runs} runs x {len(found.plan.strategies)} strategies = "
          f"{state.sitting:,} markets of {buyers:,} buyers, {threads} threads")
    print(f"{state.seconds:.1f} s: {state.sitting / state.seconds:.1f} markets a second, "
          f"{state.sitting / len(found.plan.strategies) / state.seconds:.1f} paired runs a second")
    print(f"outside compiled kernels: {100 * outside:.1f}% of the time")
    print("memory at each tenth, MB: " + " ".join(f"{held:.0f}" for _, held in sorted(watch.held.items())))
    print(f"digest {found.digest}")


def killed(arguments: list[str], folder: Path, times: int, seconds: float) -> str:
    """The digest of the same sweep in a process of its own that is killed so many times, each time after a random while."""
    left = times
    while True:
        running = subprocess.Popen([sys.executable, "-m", "benchmarks.sweep", *arguments, "--into", str(folder), "--quiet"],
                                   stdout=subprocess.PIPE, text=True)
        try:
            said, _ = running.communicate(timeout=random.uniform(5, 5 + seconds / times) if left else None)
            return said.strip()
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
            left -= 1
            files = list((folder / "runs").glob("*.parquet"))
            print(f"killed; {len(files)} files on the disk, {sum(file.stat().st_size for file in files) / 1e6:.2f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--set", action="append", default=[], dest="sets")
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--into", type=Path)
    parser.add_argument("--quiet", action="store_true")
    asked = parser.parse_args()
    what = plan(asked.points, asked.sets)
    if asked.quiet:
        print(sweep(what, asked.into).digest)
        return
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        found, watch = played(what, asked.into or Path(folder) / "whole")
        report(found, watch)
        if asked.kills:
            arguments = ["--points", str(asked.points), *(word for one in asked.sets for word in ("--set", one))]
            again = killed(arguments, Path(folder) / "broken", asked.kills, time.monotonic() - began)
            print(f"killed {asked.kills} times and resumed: {again}, {'the same' if again == found.digest else 'ANOTHER'} digest")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
