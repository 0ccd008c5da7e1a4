"""What fits where: time and memory of large markets, each played in a fresh process as a user would play it.

    python -m benchmarks.large                                # one million to ten million buyers, 120 periods (about five minutes)
    python -m benchmarks.large --quick                        # smaller, fewer periods (about twenty seconds)
    python -m benchmarks.large --buyers 100000000 --periods 2 # one market of one's own
    python -m benchmarks.large --sample 1000 --runs 2         # buyers followed, their periods written as Parquet
    python -m benchmarks.large --buyers 500 --runs 2 100 200  # what a run takes where there are many, written as Parquet
    python -m benchmarks.large --json results/large.json

Five sellers, the default scenario's `relationship` strategy, no burn-in, no word of mouth. Memory is counted from what the process held
with everything imported and machine code at hand to the most it held; divided by the buyers it says what a buyer takes, where a run
is all there is. Of more runs of the same market, what one more takes stands beside its ledger, the counts that are kept of it.
"processor" is the processor time of all threads, which other people's work on the machine hardly moves.
"""
import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import command
from benchmarks.step import STRATEGY, compiled, scenario_of, seconds
from sim.core import state as at
from sim.population import evenly_spread
from sim.runs import simulate

SIZES, PERIODS = (1_000_000, 2_000_000, 5_000_000, 10_000_000), 120
QUICK_SIZES, QUICK_PERIODS = (500_000, 1_000_000, 2_000_000), 6


def measured(buyers: int, periods: int, runs: int, sample: int) -> dict[str, float]:
    """One market played, and written where buyers are followed; ns: processor time per buyer and period, bytes: memory per buyer."""
    import pyarrow.parquet  # noqa: F401  so that its memory is not counted as the buyers'

    compiled()
    before = memory("VmRSS")
    with TemporaryDirectory(dir=".") as folder:
        clock, processor = seconds(play, buyers, periods, runs, sample, Path(folder))
        written = sum(file.stat().st_size for file in Path(folder).rglob("*.parquet"))
    peak = memory("VmHWM")
    return {"buyers": buyers, "periods": periods, "runs": runs, "followed": sample, "seconds": clock, "processor": processor,
            "ns": processor / (buyers * periods * runs) * 1e9, "peak_mb": peak, "bytes": (peak - before) * 2**20 / buyers,
            "written_mb": written / 1e6}


def memory(kind: str) -> float:
    """What this process holds (VmRSS) or the most it has held (VmHWM), in MB; Linux alone says it."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in status if line.startswith(kind))


def play(buyers: int, periods: int, runs: int, sample: int, folder: Path) -> None:
    """Play, and write the study: tables, and the periods of those who are followed."""
    from sim.results import write

    watch = evenly_spread(buyers, sample) if sample else ()
    found = simulate(scenario_of(buyers, periods), [STRATEGY], runs, watch=watch, on_disk=folder)
    write(found, folder / "study")


def each_by_itself(markets: list[tuple[int, int, int, int]]) -> list[dict]:
    """Every market in a process of its own, one after another."""
    found = []
    for market in markets:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            found.append(process.submit(measured, *market).result())
            print(line(found[-1]), flush=True)
    return found


def ledger_of_a_run(buyers: int, periods: int) -> int:
    """The bytes of what is kept of a run whose buyers nobody follows."""
    (record,) = simulate(scenario_of(buyers, periods), [STRATEGY], 1).records[STRATEGY]
    return sum(values.nbytes for values in vars(record).values() if values is not None)


def one_more(rows: list[dict]) -> str:
    """What one run more takes: the most runs of a market against the fewest but one (the first few fill groups of rows), and its ledger."""
    *_, few, many = sorted(rows, key=lambda row: row["runs"])
    grown = (many["peak_mb"] - few["peak_mb"]) * 2**20 / (many["runs"] - few["runs"])
    ledger = ledger_of_a_run(many["buyers"], many["periods"])
    return f"from {few['runs']} to {many['runs']} runs: {grown / 1e6:.2f} MB for each run more; its ledger is {ledger / 1e6:.2f} MB"


def heading() -> str:
    return (f"{'buyers':>12}{'periods':>9}{'runs':>6}{'followed':>10}{'clock s':>9}{'processor s':>13}{'ns':>7}{'peak MB':>9}"
            f"{'bytes a buyer':>15}{'written MB':>12}")


def line(row: dict) -> str:
    return (f"{row['buyers']:12,}{row['periods']:9,}{row['runs']:6}{row['followed']:10,}{row['seconds']:9.1f}{row['processor']:13.1f}"
            f"{row['ns']:7.1f}{row['peak_mb']:9,.0f}{row['bytes']:15.1f}{row['written_mb']:12.1f}")


def growth(rows: list[dict]) -> str:
    """How straight time and memory grow: the largest market against the smallest, per buyer."""
    least, most = min(rows, key=lambda row: row["buyers"]), max(rows, key=lambda row: row["buyers"])
    time = most["processor"] / least["processor"]
    bytes_ = most["bytes"] * most["buyers"] / (least["bytes"] * least["buyers"])
    return f"{most['buyers'] / least['buyers']:g} times the buyers: {time:.2f} times the processor time, {bytes_:.2f} times the memory"


def main() -> None:
    asked = command.Command("benchmarks.large", __doc__).quick("smaller, fewer periods").json()
    asked.number("--buyers", None, nargs="+", help="sizes of one's own").number("--periods", None)
    asked.number("--runs", None, nargs="+", help="several numbers: what a run more takes")
    options = asked.number("--sample", 0, least=0, help="buyers followed period by period").parse_args()
    usual, usual_periods = (QUICK_SIZES, QUICK_PERIODS) if options.quick else (SIZES, PERIODS)
    sizes, periods, of_runs = options.buyers or usual, options.periods or usual_periods, options.runs or [1]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        process.submit(compiled).result()                   # elsewhere, for compiling takes memory that would be counted
    print(heading())
    rows = each_by_itself([(buyers, periods, runs, options.sample) for buyers in sizes for runs in of_runs])
    print(f"{at.rows(5)} rows of numbers a buyer: {at.rows(5) * at.STRIDE * 4 / at.LANES:.1f} bytes; {os.cpu_count()} cores")
    if len(sizes) > 1:
        print(growth([row for row in rows if row["runs"] == of_runs[0]]))
    if len(set(of_runs)) > 1:
        print(one_more([row for row in rows if row["buyers"] == sizes[-1]]))
    if options.json:
        command.write({"rows": rows}, options.json)


if __name__ == "__main__":
    main()
