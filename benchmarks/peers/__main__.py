"""How long a period takes for the same market written with other libraries, beside the kernel on one thread.

    python -m benchmarks.peers            the table (some minutes)
    python -m benchmarks.peers --quick    smaller and rougher (under a minute)
    python -m benchmarks.peers --json FILE

Every row is measured once a round, in turn; a figure is the median over the rounds, a ratio the median of the ratios within a round to the
kernel with as many buyers. A peer whose library is missing is left out. That all are the same market is shown by `tests/test_peers.py`.
"""
import os
import platform
import statistics
import sys
from dataclasses import dataclass
from importlib.metadata import version

from benchmarks import command
from benchmarks.peers import BY_AGENTS, PEERS, installed, peer
from benchmarks.step import STRATEGY, WARM_UP, Kernel, in_turns, peak_memory, scenario_of, seconds


@dataclass(frozen=True)
class Size:
    """How much is measured: rounds, buyers of small and large markets, the periods that a peer and the kernel play in a turn."""
    rounds: int
    small: int
    large: int
    periods: int
    kernel_periods: int


FULL = Size(5, 10_000, 1_000_000, 2, 10)
QUICK = Size(3, 10_000, 100_000, 1, 10)
KERNEL = "kernel, 1 thread"


def measurements(size: Size, names) -> dict:
    """What each row measures: (name, buyers) -> a function that plays some periods and returns nanoseconds per buyer and period."""
    rows = {}
    for buyers in (size.small, size.large):
        market = Kernel(buyers, WARM_UP + (size.rounds + 1) * size.kernel_periods)
        market.alone(WARM_UP)
        rows[KERNEL, buyers] = timed(market.alone, buyers, size.kernel_periods)
        rows |= {(name, buyers): peer_row(name, buyers, size) for name in names if buyers == size.small or name not in BY_AGENTS}
    return rows


def peer_row(name: str, buyers: int, size: Size):
    """A peer's row, after some periods that do not count."""
    market = peer(name)(scenario_of(buyers, WARM_UP + (size.rounds + 1) * size.periods), STRATEGY, seed=1)
    for _ in range(2):
        market.step()
    return timed(lambda periods: [market.step() for _ in range(periods)], buyers, size.periods)


def timed(play, buyers: int, periods: int):
    """(clock, processor) nanoseconds per buyer and period of a call."""
    return lambda: tuple(time / (buyers * periods) * 1e9 for time in seconds(play, periods))


def run(size: Size, names) -> dict:
    """Everything about these peers, as one dictionary."""
    measured = in_turns(measurements(size, names), size.rounds)
    report = {"machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores", "rounds": size.rounds,
              "libraries": {name: version(PEERS[name][0]) for name in names}, "rows": []}
    for (name, buyers), figures in measured.items():
        row = {"name": name, "buyers": buyers}
        for i, time in enumerate(("clock", "processor")):
            row[time] = statistics.median(figure[i] for figure in figures)
            row[f"times_kernel_{time}"] = statistics.median(
                figure[i] / kernel[i] for figure, kernel in zip(figures, measured[KERNEL, buyers], strict=True))
        report["rows"].append(row)
    return report | {"peak_mb": peak_memory()}


def table(report: dict) -> str:
    """The report as text."""
    lines = [f"{'ns per buyer and period, 5 sellers':36}{'buyers':>10}{'clock':>11}{'x kernel':>10}{'processor':>11}{'x kernel':>10}"]
    for row in report["rows"]:
        name = f"{row['name']} {report['libraries'].get(row['name'], '')}"
        lines.append(f"{name:36}{row['buyers']:10,}{row['clock']:11,.1f}{row['times_kernel_clock']:10,.1f}"
                     f"{row['processor']:11,.1f}{row['times_kernel_processor']:10,.1f}")
    held = f"peak memory of all together {report['peak_mb']:,.0f} MB"
    return "\n".join([*lines, f"median of {report['rounds']} rounds; {report['machine']}; {held}"])


def those_installed() -> list[str]:
    """The peers whose libraries are there; a sentence about each of the others."""
    for name in PEERS:
        if not installed(name):
            print(f"{name} is left out: {PEERS[name][0]} is not installed (pip install tenure[bench]).", file=sys.stderr)
    return [name for name in PEERS if installed(name)]


def main() -> None:
    command.measure("benchmarks.peers", __doc__, lambda quick: run(QUICK if quick else FULL, those_installed()), table)


if __name__ == "__main__":
    main()
