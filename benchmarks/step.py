"""How long a period takes: nanoseconds per buyer and period, kernel against plain Mesa, measured side by side in turns.

    python -m benchmarks.step            the table (about two minutes)
    python -m benchmarks.step --quick    smaller and rougher (about twenty seconds)
    python -m benchmarks.step --json results/step.json

One round measures every row once, in turn, so that a busy or throttled machine slows all rows alike; a figure is the median over the
rounds, and ratios are medians of ratios within a round. "clock" is the time that passes; "processor" is the processor time spent, over all
threads, which other people's work on the machine hardly moves. Compiling, drawing the first buyers and the first periods are not counted.
Nothing is asserted: machines differ, ratios much less.
"""
import os
import platform
import resource
import statistics
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from benchmarks import command
from benchmarks.plain_mesa import PlainMarket
from sim.agents import Market
from sim.core import kernel
from sim.core import state as at
from sim.core.handle import handle
from sim.offers import strategy_arrays
from sim.population import draw_population
from sim.runs import new_market, simulate
from sim.scenario import load

STRATEGY = "relationship"
RIVALS = 4                     # and ours: five sellers
WARM_UP = 6                    # periods before the clock starts
PEER = "plain Mesa"            # of the smaller size


@dataclass(frozen=True)
class Size:
    """How much is measured."""
    rounds: int
    small: int                  # buyers
    large: int
    small_periods: int
    large_periods: int
    plain_periods: int
    long_run: int               # periods of the long run; 0: left out


FULL = Size(5, 10_000, 1_000_000, 200, 4, 2, 120)
QUICK = Size(3, 10_000, 100_000, 50, 10, 1, 0)


def scenario_of(buyers: int, periods: int, *sets: str, rivals: int = RIVALS):
    """The default scenario with five sellers, or one more than `rivals`, running but without burn-in."""
    usual = (f"market.buyers={buyers}", f"market.periods={periods}", "market.burn_in=0", f"sellers.rivals.count={rivals}")
    return load("default", (*usual, *sets))


class Kernel:
    """One market on the kernel alone, warmed up; `seconds(periods)` plays on."""

    def __init__(self, buyers: int, periods: int, run: int = 0, workers: int = 1, sets: tuple[str, ...] = (), rivals: int = RIVALS):
        scenario = scenario_of(buyers, periods, *sets, rivals=rivals)
        self.market = new_market(scenario, strategy_arrays(scenario, STRATEGY), draw_population(scenario), scenario.seed, run, workers)
        self.words, self.t = handle(self.market), 0
        self.scratch = [kernel.new_scratch(rivals + 1) for _ in range(workers)]
        kernel.begin(self.words)

    def alone(self, periods: int) -> None:
        """Periods on one thread."""
        kernel.play(self.words, self.t, self.t + periods, self.scratch[0])
        self.t += periods

    def shared(self, periods: int, pool: ThreadPoolExecutor) -> None:
        """Periods on as many threads as there are workers, each with its own tiles, as `sim.runs` shares out a large market."""
        workers = len(self.scratch)
        before = np.zeros((len(self.market.standing), len(at.COLUMNS)), np.int64)
        for t in range(self.t, self.t + periods):
            kernel.booked_before(self.words, t, before)
            kernel.open_period(self.words, t)
            list(pool.map(lambda w, t=t: kernel.step_tiles(self.words, w, t, self.scratch[w]), range(workers)))
            kernel.close_period(self.words, t, before)
        self.t += periods


def seconds(play: Callable, *arguments) -> tuple[float, float]:
    """(clock, processor): the time that passed and the processor time of all threads."""
    clock, processor = perf_counter(), process_time()
    play(*arguments)
    return perf_counter() - clock, process_time() - processor


def measurements(size: Size, pool: ThreadPoolExecutor) -> dict[str, Callable[[], tuple[float, ...]]]:
    """What each row of the table measures: a function that plays some periods and returns nanoseconds per buyer and period (`seconds`)."""
    needed = WARM_UP + (size.rounds + 1) * max(size.small_periods, size.large_periods, size.plain_periods)
    small, large, divided = Kernel(size.small, needed), Kernel(size.large, needed), Kernel(size.large, needed, workers=2)
    pair = [Kernel(size.small, needed, run) for run in (0, 1)]
    plain = PlainMarket(scenario_of(size.small, needed), STRATEGY, seed=1)
    views = Market(scenario_of(size.small, needed), STRATEGY, activation="shuffle_do")
    for market in (small, *pair, large):
        market.alone(WARM_UP)
    divided.shared(WARM_UP, pool)
    plain.step(), views.step()

    def row(play: Callable[[int], object], buyers: int, periods: int) -> Callable[[], tuple[float, ...]]:
        return lambda: tuple(time / (buyers * periods) * 1e9 for time in seconds(play, periods))

    return {
        PEER: row(lambda periods: [plain.step() for _ in range(periods)], size.small, size.plain_periods),
        f"sim.agents, {size.small:,} buyers, shuffle_do": row(
            lambda periods: [views.step() for _ in range(periods)], size.small, size.plain_periods),
        f"kernel, {size.small:,} buyers, 1 thread": row(small.alone, size.small, size.small_periods),
        f"kernel, {size.small:,} buyers, 2 threads, a run each": row(
            lambda periods: list(pool.map(lambda market: market.alone(periods), pair)), 2 * size.small, size.small_periods),
        f"kernel, {size.large:,} buyers, 1 thread": row(large.alone, size.large, size.large_periods),
        f"kernel, {size.large:,} buyers, 2 threads": row(lambda periods: divided.shared(periods, pool), size.large, size.large_periods),
    }


def in_turns(rows: dict[str, Callable[[], tuple[float, ...]]], rounds: int) -> dict[str, list[tuple[float, ...]]]:
    """Every row once a round, round after round, after one round that does not count."""
    measured = {name: [] for name in rows}
    for turn in range(rounds + 1):
        for name, measure in rows.items():
            figure = measure()
            if turn:
                measured[name].append(figure)
    return measured


def compiled() -> None:
    """See to it that machine code is there, from this process or from an earlier one."""
    simulate(scenario_of(60_000, 1), [STRATEGY], runs=1, threads=2)


def long_run(buyers: int, periods: int) -> dict[str, float]:
    """A whole run on two threads as a user would call it, in a process of its own: seconds, the first buyers included, and peak memory."""
    compiled()
    scenario = scenario_of(buyers, periods)
    clock, processor = seconds(simulate, scenario, [STRATEGY], 1, None, (), 2)
    return {"seconds": clock, "processor_seconds": processor, "peak_mb": peak_memory()}


def peak_memory() -> float:
    """The most memory this process has held, in MB."""
    status = Path("/proc/self/status")
    if status.exists():                                     # Linux's other figure would count the parent's memory too
        return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def run(size: Size) -> dict:
    """Everything, as one dictionary."""
    report = {"machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores",
              "sellers": RIVALS + 1, "size": asdict(size),
              "bytes_per_buyer": round(Kernel(at.LANES * 100, 1).market.state.nbytes / (at.LANES * 100))}
    if size.long_run:
        compiled()                                          # here, for compiling takes more memory than the market does
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            report["long_run"] = process.submit(long_run, size.large, size.long_run).result()
    with ThreadPoolExecutor(2) as pool:
        measured = in_turns(measurements(size, pool), size.rounds)
    report["rows"] = {name: summary(figures, measured[PEER]) for name, figures in measured.items()}
    return report


def summary(figures: list[tuple[float, ...]], peers: list[tuple[float, ...]]) -> dict[str, float]:
    """Medians over the rounds, by the clock and by the processor, and how many times faster than the peer of the same round."""
    found = {}
    for i, time in enumerate(("clock", "processor")):
        found[time] = statistics.median(figure[i] for figure in figures)
        found[f"times_mesa_{time}"] = statistics.median(peer[i] / figure[i] for figure, peer in zip(figures, peers, strict=True))
    return found


def table(report: dict) -> str:
    """The report as text."""
    heading = f"ns per buyer and period, {report['sellers']} sellers"
    lines = [f"{heading:46}{'clock':>10}{'x Mesa':>8}{'processor':>11}{'x Mesa':>8}"]
    for name, row in report["rows"].items():
        size = f", {report['size']['small']:,} buyers" if name == PEER else ""
        lines.append(f"{name + size:46}{row['clock']:10,.1f}{row['times_mesa_clock']:8,.0f}"
                     f"{row['processor']:11,.1f}{row['times_mesa_processor']:8,.0f}")
    lines.append(f"median of {report['size']['rounds']} rounds; {report['machine']}; state {report['bytes_per_buyer']} bytes a buyer")
    if "long_run" in report:
        long = report["long_run"]
        lines.append(f"{report['size']['large']:,} buyers x {report['size']['long_run']} periods, 2 threads: {long['seconds']:.1f} s "
                     f"({long['processor_seconds']:.1f} s of processor time), peak memory {long['peak_mb']:,.0f} MB")
    return "\n".join(lines)


def main() -> None:
    command.measure("benchmarks.step", __doc__, lambda quick: run(QUICK if quick else FULL), table)


if __name__ == "__main__":
    main()
