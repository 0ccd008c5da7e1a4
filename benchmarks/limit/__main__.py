"""How far the kernel is from the limit: nanoseconds per buyer and period, Numba against C on the same rules, measured in turns.

    python -m benchmarks.limit            10,000 and 1,000,000 buyers, one thread and two (about two minutes)
    python -m benchmarks.limit --quick    10,000 and 100,000 (about half a minute)
    python -m benchmarks.limit --json results/limit.json

One round plays every row once, in turn; a figure is the median over the rounds, a ratio the median of the ratios within a round. One
thread is measured by the processor's time, two by the processor's time of both and by the clock. Stages are counted in cycles by forms of
their own. All rows play the same market from the same state; what they leave there is compared at the end, bit by bit.
"""
import os
import statistics
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from benchmarks import command
from benchmarks.limit.build import NoCompilerError, compiler, has_avx512
from benchmarks.limit.play import Player
from benchmarks.step import RIVALS, WARM_UP, Kernel, in_turns, seconds

NUMBA, PLAIN, LIMIT = "Numba", "C, the kernel's loops", "C, the limit"
FORM = {PLAIN: "plain", LIMIT: "limit"}
STAGES = {"luck": "luck of the period", "turnover": "turnover, advertising", "use": "tending and use", "count": "counting use",
          "list": "listing buyers", "decide": "review or reorder", "choose": "choice", "move": "changes of supplier",
          "receive": "delivery, learning", "count_lots": "counting lots, putting back"}


@dataclass(frozen=True)
class Size:
    """How much is measured: numbers of buyers, and how many periods a round plays of each."""
    rounds: int
    periods: dict[int, int]


FULL, QUICK = Size(7, {10_000: 100, 1_000_000: 3}), Size(5, {10_000: 50, 100_000: 10})


class Played:
    """One market that C plays on from where the kernel has settled it."""

    def __init__(self, buyers: int, periods: int, form: str, workers: int = 1):
        self.kernel = Kernel(buyers, WARM_UP + periods, workers=workers)
        self.player, self.t = Player(self.kernel.market, form), 0
        self.on(WARM_UP)

    def on(self, periods: int) -> None:
        self.player.play(self.t, self.t + periods)
        self.t += periods


def ways(buyers: int, periods: int, workers: int, pool: ThreadPoolExecutor) -> tuple[dict, dict]:
    """For each way of playing, a function that plays some periods, and the market that it plays."""
    numba = Kernel(buyers, WARM_UP + periods, workers=workers)
    on = numba.alone if workers == 1 else (lambda more: numba.shared(more, pool))
    on(WARM_UP)
    plays, markets = {NUMBA: on}, {NUMBA: numba.market}
    for name, form in FORM.items():
        if form == "plain" or has_avx512():
            played = Played(buyers, periods, form, workers)
            plays[name], markets[name] = played.on, played.kernel.market
    return plays, markets


def measured(buyers: int, size: Size, workers: int, pool: ThreadPoolExecutor) -> dict[str, dict[str, dict[str, float]]]:
    """By the clock and by the processor, every way's ns per buyer and period, and its ratio to the limit."""
    periods = size.periods[buyers]
    plays, markets = ways(buyers, (size.rounds + 1) * periods, workers, pool)
    times = in_turns({name: (lambda play=play: seconds(play, periods)) for name, play in plays.items()}, size.rounds)
    assert_same(list(markets.values()))
    limit = times[list(times)[-1]]
    return {by: {name: {"ns": statistics.median(time[i] for time in mine) / (buyers * periods) * 1e9,
                        "ratio": statistics.median(time[i] / best[i] for time, best in zip(mine, limit, strict=True))}
                 for name, mine in times.items()} for i, by in enumerate(("clock", "processor"))}


def assert_same(markets: list) -> None:
    """Every way of playing has left the same bits."""
    for market in markets[1:]:
        assert np.array_equal(market.flows.sum(0), markets[0].flows.sum(0)), "the ways of playing have booked different numbers"
        assert np.array_equal(market.state.view(np.uint32), markets[0].state.view(np.uint32)), "and left different states"


def stages(buyers: int, size: Size) -> dict[str, dict[str, float]]:
    """ns per buyer and period of every stage in both forms of C, one thread: shares of cycles, scaled to the processor's time."""
    periods = size.periods[buyers]
    forms = {name: Played(buyers, (size.rounds + 1) * periods, f"{form}_stages") for name, form in FORM.items()
             if form == "plain" or has_avx512()}
    rounds = in_turns({name: (lambda played=played: counted(played, periods)) for name, played in forms.items()}, size.rounds)
    found = {}
    for name, mine in rounds.items():
        share, total = np.median([shares for shares, _ in mine], axis=0), statistics.median(time for _, time in mine)
        found[name] = dict(zip(STAGES, (share / share.sum() * total / (buyers * periods) * 1e9).tolist(), strict=True))
    return found


def counted(played: Played, periods: int) -> tuple[np.ndarray, float]:
    """Some periods: each stage's share of the cycles, and the processor's time."""
    cycles = played.player.stages()
    cycles[:] = 0
    processor = seconds(played.on, periods)[1]
    return cycles[1:] / cycles[1:].sum(), processor


def run(size: Size) -> dict:
    """Everything, as one dictionary."""
    report = {"compiler": compiler(), "sellers": RIVALS + 1, "rounds": size.rounds, "cores": os.cpu_count(), "rows": {}, "stages": {}}
    with ThreadPoolExecutor(2) as pool:
        for buyers in size.periods:
            for workers in (1, 2):
                found = measured(buyers, size, workers, pool)
                name = f"{buyers:,} buyers, {workers} thread{'s' * (workers > 1)}, processor"
                report["rows"][name] = found["processor"]
                if workers > 1:
                    report["rows"][name.replace("processor", "clock")] = found["clock"]
            report["stages"][str(buyers)] = stages(buyers, size)
    return report


def table(report: dict) -> str:
    """The report as text."""
    heading = f"ns per buyer and period, {report['sellers']} sellers"
    lines = [f"{heading:40}" + "".join(f"{name:>24}" for name in (NUMBA, *FORM))]
    for name, row in report["rows"].items():
        lines.append(f"{name:40}" + "".join(f"{cell['ns']:16.1f}{cell['ratio']:7.2f}x" for cell in row.values()))
    for buyers, forms in report["stages"].items():
        heading = f"by stage, {int(buyers):,} buyers, 1 thread"
        lines += ["", f"{heading:64}" + "".join(f"{name:>24}" for name in forms)]
        for stage, words in STAGES.items():
            lines.append(f"  {words:62}" + "".join(f"{form[stage]:16.1f}{'':8}" for form in forms.values()))
    return "\n".join([*lines, f"median of {report['rounds']} rounds; times the limit; {report['compiler']}, {report['cores']} cores"])


def main() -> None:
    try:
        command.measure("benchmarks.limit", __doc__, lambda quick: run(QUICK if quick else FULL), table)
    except NoCompilerError as missing:
        raise SystemExit(str(missing)) from None


if __name__ == "__main__":
    main()
