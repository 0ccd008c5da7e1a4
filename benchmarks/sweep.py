"""How fast a sweep of markets of 2,000 buyers is, how much of its time it spends outside compiled kernels, and how its memory grows.

    python -m benchmarks.sweep                       # 1,000 points, 10 runs under two strategies each: 20,000 markets
    python -m benchmarks.sweep --points 50
    python -m benchmarks.sweep --kills 3             # the same again, killed (-9) three times at random and resumed: the same digest?
"""
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.command import Command
from sim.experiments.sweep import Progress, Sweep, plan_of, sweep
from sim.scenario import ScenarioError, load

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


def figures(found: Sweep, watch: Watch) -> dict:
    """What a sitting came to, as plain data."""
    state, threads = found.progress, found.progress.threads
    return {"points": len(found.plan.points), "runs": found.target.runs, "strategies": len(found.plan.strategies), "markets": state.sitting,
            "buyers": found.plan.scenario.market.buyers, "threads": threads, "seconds": state.seconds,
            "markets_a_second": state.sitting / state.seconds, "outside_kernels": 1 - state.kernels / (threads * state.seconds),
            "memory_mb": [held for _, held in sorted(watch.held.items())], "digest": found.digest}


def table(report: dict) -> str:
    """The figures as text."""
    return "\n".join([
        "{points:,} points x {runs} runs x {strategies} strategies = ".format(**report)
        + "{markets:,} markets of {buyers:,} buyers, {threads} threads".format(**report),
        f"{report['seconds']:.1f} s: {report['markets_a_second']:.1f} markets a second, "
        f"{report['markets_a_second'] / report['strategies']:.1f} paired runs a second",
        f"outside compiled kernels: {100 * report['outside_kernels']:.1f}% of the time",
        "memory at each tenth, MB: " + " ".join(f"{held:.0f}" for held in report["memory_mb"]),
        f"digest {report['digest']}"])


def run(points: int) -> dict:
    """A sweep of so many points in a folder of its own, as plain data."""
    with tempfile.TemporaryDirectory() as folder:
        return figures(*played(plan(points, []), Path(folder) / "whole"))


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


def options() -> tuple:
    """(what was asked for, the plan). Ends with a sentence where a value of the scenario cannot be."""
    parser = Command("benchmarks.sweep", __doc__).number("--points", 1000).number("--kills", 0, least=0)
    parser.add_argument("--set", action="append", default=[], dest="sets", metavar="PATH=VALUE")
    parser.add_argument("--into", type=Path, metavar="FOLDER")
    parser.add_argument("--quiet", action="store_true", help="print the digest alone")
    asked = parser.parse_args()
    try:
        return asked, plan(asked.points, asked.sets)
    except ScenarioError as wrong:
        parser.error(str(wrong))


def main() -> None:
    asked, what = options()
    if asked.quiet:
        print(sweep(what, asked.into).digest)
        return
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        found, watch = played(what, asked.into or Path(folder) / "whole")
        print(table(figures(found, watch)))
        if asked.kills:
            arguments = ["--points", str(asked.points), *(word for one in asked.sets for word in ("--set", one))]
            again = killed(arguments, Path(folder) / "broken", asked.kills, time.monotonic() - began)
            print(f"killed {asked.kills} times and resumed: {again}, {'the same' if again == found.digest else 'ANOTHER'} digest")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
