"""How time grows with buyers, sellers and periods, and how straight."""
import statistics

import numpy as np

from benchmarks.sizes import NO_NETWORK
from benchmarks.step import STRATEGY, compiled, in_turns, scenario_of, seconds
from sim.runs import simulate

PERIODS = (15, 30, 60, 120, 240)
FEWEST = 10_000                  # buyers from which a period's fixed work no longer shows


def over_periods(buyers: int, rounds: int) -> list[dict]:
    """Whole runs of more and more periods, first buyers and ledger included, on one thread: seconds of the processor."""
    compiled()
    runs = {periods: scenario_of(buyers, periods) for periods in PERIODS}
    times = in_turns({str(periods): (lambda scenario=scenario: seconds(simulate, scenario, [STRATEGY], 1, None, (), 1))
                      for periods, scenario in runs.items()}, rounds)
    return [{"periods": periods, "seconds": statistics.median(processor for _, processor in times[str(periods)])} for periods in PERIODS]


def off_the_line(sizes: list[float], times: list[float]) -> float:
    """How far the times lie from a straight line over the sizes, at most: a share of the time."""
    line = np.polyval(np.polyfit(sizes, times, 1, w=1 / np.array(times)), sizes)
    return float(np.max(np.abs(line / np.array(times) - 1)))


def power(sizes: list[float], times: list[float]) -> float:
    """The exponent of growth: 1 where twice the size takes twice the time."""
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])


def run(rows: list[dict], buyers: int, rounds: int) -> dict:
    """The power over buyers (ten thousand and more) and the cost of more sellers, from the rows of `sizes.py`; time over periods."""
    alone = [row for row in rows if row["network"] == NO_NETWORK]
    many = [row for row in alone if row["sellers"] == 5 and row["buyers"] >= FEWEST]
    wide, long = [row for row in alone if row["buyers"] == FEWEST], over_periods(buyers, rounds)
    return {"buyers": buyers, "over_periods": long,
            "power_buyers": power([row["buyers"] for row in many], [row["ns"] * row["buyers"] for row in many]),
            "ns_a_seller": float(np.polyfit([row["sellers"] for row in wide], [row["ns"] for row in wide], 1)[0]),
            "off_sellers": off_the_line([row["sellers"] for row in wide], [row["ns"] for row in wide]),
            "ms_a_period": float(1000 * np.polyfit(PERIODS, [row["seconds"] for row in long], 1)[0]),
            "off_periods": off_the_line(list(PERIODS), [row["seconds"] for row in long])}


def table(report: dict) -> str:
    """The report as text."""
    long = ", ".join(f"{row['periods']}: {row['seconds']:.3f} s" for row in report["over_periods"])
    return "\n".join([
        f"buyers: time grows with their number to the power {report['power_buyers']:.3f}",
        f"sellers: {report['ns_a_seller']:.1f} ns for each more, within {100 * report['off_sellers']:.0f}% of a straight line",
        f"periods: {report['ms_a_period']:.2f} ms for each more at {report['buyers']:,} buyers, within "
        f"{100 * report['off_periods']:.0f}% of a straight line (whole runs, {long})"])
