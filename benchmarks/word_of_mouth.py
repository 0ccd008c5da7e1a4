"""What word of mouth costs: nanoseconds per buyer and period with and without, bytes a buyer, and what making the network takes.

    python -m benchmarks.word_of_mouth            a million buyers, mean degree 10 (about three minutes)
    python -m benchmarks.word_of_mouth --quick    a hundred thousand

Measured in turns like `benchmarks.step`, by the processor's time on one thread and by the clock on two; medians over the rounds.
"""
import statistics
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from time import perf_counter

from benchmarks import command
from benchmarks.step import RIVALS, WARM_UP, Kernel, compiled, in_turns, peak_memory, scenario_of, seconds
from sim.network import buyer_network
from sim.population import draw_population

KINDS = ("none", "well_mixed", "small_world", "scale_free")
ROUNDS, PERIODS = 5, 4


def setting(kind: str) -> tuple[str, ...]:
    """The scenario option for a network of mean degree 10 (the default)."""
    return () if kind == "none" else (f"word_of_mouth.network={kind}",)


def making(kind: str, buyers: int) -> dict[str, float]:
    """Seconds to make a network, and the most memory that it took, in a process of its own."""
    scenario = scenario_of(buyers, 1, *setting(kind))
    buyer_network(scenario_of(2000, 1, *setting(kind)), draw_population(scenario_of(2000, 1)), 1, 0)      # compiled
    population, before, clock = draw_population(scenario), peak_memory(), perf_counter()
    buyer_network(scenario, population, 1, 0)
    return {"seconds": perf_counter() - clock, "mb": peak_memory() - before}


def run(buyers: int) -> dict:
    """Everything, as one dictionary: a row for each kind of network."""
    compiled()
    rows, made = {}, {}
    for kind in KINDS:                                       # a process each, for memory is counted at its highest
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            made[kind] = process.submit(making, kind, buyers).result()
    needed = WARM_UP + (ROUNDS + 1) * PERIODS
    with ThreadPoolExecutor(2) as pool:
        alone = {kind: Kernel(buyers, needed, sets=setting(kind)) for kind in KINDS}
        measures = {kind: (lambda market=market: seconds(market.alone, PERIODS)) for kind, market in alone.items()}
        one = in_turns(measures, ROUNDS)
        size = {kind: bytes_of(market.market) / buyers for kind, market in alone.items()}
        del measures, alone
        shared = {kind: Kernel(buyers, needed, workers=2, sets=setting(kind)) for kind in KINDS}
        two = in_turns({kind: (lambda market=market: seconds(market.shared, PERIODS, pool)) for kind, market in shared.items()}, ROUNDS)
    for kind in KINDS:
        ns = 1e9 / (buyers * PERIODS)
        rows[kind] = {
            "one_thread": statistics.median(processor for _, processor in one[kind]) * ns,
            "ratio": statistics.median(mine[1] / none[1] for mine, none in zip(one[kind], one["none"], strict=True)),
            "two_threads": statistics.median(clock for clock, _ in two[kind]) * ns,
            "bytes": size[kind], "made_in": made[kind]["seconds"], "made_mb": made[kind]["mb"]}
    return {"buyers": buyers, "sellers": RIVALS + 1, "rounds": ROUNDS, "rows": rows}


def bytes_of(market) -> int:
    """What a market keeps of its buyers: state, words and links."""
    return market.state.nbytes + market.beyond.words.nbytes + market.beyond.first.nbytes + market.beyond.neighbours.nbytes


def table(report: dict) -> str:
    """The report as text."""
    heading = f"{report['buyers']:,} buyers, {report['sellers']} sellers"
    lines = [f"{heading:32}{'ns, 1 thread':>13}{'x none':>8}{'ns, 2 threads':>15}{'bytes':>7}{'made in s':>11}{'MB then':>9}"]
    for kind, row in report["rows"].items():
        lines.append(f"{kind.replace('_', ' '):32}{row['one_thread']:13,.1f}{row['ratio']:8.2f}{row['two_threads']:15,.1f}"
                     f"{row['bytes']:7,.0f}{row['made_in']:11.2f}{row['made_mb']:9,.0f}")
    return "\n".join([*lines, f"per buyer and period, median of {report['rounds']} rounds; bytes a buyer: state, words, links"])


def main() -> None:
    command.measure("benchmarks.word_of_mouth", __doc__, lambda quick: run(100_000 if quick else 1_000_000), table,
                    "a hundred thousand buyers")


if __name__ == "__main__":
    main()
