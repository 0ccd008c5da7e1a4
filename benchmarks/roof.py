"""The roofline: what this machine could do at most, and where plain Mesa, the kernel and C stand under it.

- Operations of a buyer's period: the arithmetic and comparisons that the rules ask for, counted while the peer in plain Python plays them
  (`plain_mesa.py`, every operator of its code that is run). Luck is not counted, nor what a tile does for lanes that do not need it.
- Bytes of a buyer's period: the buyer's state, read and written once.
- Roofs, measured here: single precision products and sums in registers, as vectors and one at a time; state read and written in memory and
  in the second cache.
"""
import dis
import sys
from functools import cache

import numpy as np

from benchmarks import plain_mesa
from benchmarks.step import STRATEGY, in_turns, scenario_of, seconds
from sim.core.jit import njit

OPERATORS = ("BINARY_OP", "COMPARE_OP", "UNARY_NEGATIVE", "UNARY_NOT", "CONTAINS_OP")
CHAIN = 8                        # products and sums on a number once it is in a register
IN_REACH, FAR = 1 << 16, 1 << 26      # numbers: 256 kB, which the second cache holds, and 256 MB, which none does
ONE = np.float32(1)


@njit
def chains(numbers, by, plus, times):
    for _ in range(times):
        for i in range(numbers.size):
            x = numbers[i]
            for _ in range(CHAIN):
                x = x * by + plus
            numbers[i] = x


@njit
def one_chain(x, by, plus, times):
    for _ in range(times):
        x = x * by + plus
    return x


@njit
def touched(numbers, plus, times):
    for _ in range(times):
        for i in range(numbers.size):
            numbers[i] += plus


def roofs(rounds: int) -> dict[str, float]:
    """Operations and bytes a nanosecond, by the processor's time, at most."""
    near, far, small = np.zeros(IN_REACH, np.float32), np.zeros(FAR, np.float32), np.zeros(1024, np.float32)
    half, times = np.float32(0.5), {"chains": 40_000, "alone": 20_000_000, "near": 2_000, "far": 2}
    plays = {"chains": lambda: chains(small, half, ONE, times["chains"]), "alone": lambda: one_chain(half, half, ONE, times["alone"]),
             "near": lambda: touched(near, ONE, times["near"]), "far": lambda: touched(far, ONE, times["far"])}
    took = in_turns({name: (lambda play=play: seconds(play)) for name, play in plays.items()}, rounds)
    ns = {name: 1e9 * min(processor for _, processor in mine) for name, mine in took.items()}
    return {"vector_operations": 2 * CHAIN * small.size * times["chains"] / ns["chains"],
            "single_operations": 2 * times["alone"] / ns["alone"],
            "cache_bytes": 8 * near.size * times["near"] / ns["near"], "memory_bytes": 8 * far.size * times["far"] / ns["far"]}


@cache
def operators_of(code) -> frozenset[int]:
    """Where in a piece of compiled Python its arithmetic and comparisons stand."""
    return frozenset(one.offset for one in dis.get_instructions(code) if one.opname in OPERATORS and one.argrepr != "[]")


def operations(buyers: int = 300, periods: int = 2) -> float:
    """How many operators of the peer's code a buyer's period runs."""
    market, found = plain_mesa.PlainMarket(scenario_of(buyers, 20), STRATEGY, seed=1), [0]
    for _ in range(6):
        market.step()

    def trace(frame, event, argument):
        if frame.f_code.co_filename != plain_mesa.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            found[0] += frame.f_lasti in operators_of(frame.f_code)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for _ in range(periods):
            market.step()
    finally:
        sys.settrace(before)
    return found[0] / (buyers * periods)


def run(rows: list[dict], rounds: int) -> dict:
    """Roofs, and where the rows of the table (five sellers, nobody heard) stand: operations a nanosecond, and a byte."""
    counted = operations()
    places = [{"buyers": row["buyers"], "a_byte": counted / (2 * row["bytes"]), "kernel": counted / row["ns"],
               "plain Mesa": counted / (row["ns"] * row["times_mesa"]),
               **{form: counted / row["ns"] * row[f"times_{form}"] for form in ("plain", "limit") if f"times_{form}" in row}}
              for row in rows if row["sellers"] == 5 and "times_mesa" in row and row["buyers"] >= 10_000]
    return {"operations": counted, "roofs": roofs(rounds), "places": places}


def table(report: dict) -> str:
    """The report as text."""
    top = report["roofs"]
    lines = [f"the rules ask for {report['operations']:.0f} operations of a buyer and period; the machine does at most",
             f"  {top['vector_operations']:.0f} a ns in vectors, {top['single_operations']:.1f} one after another; "
             f"{top['memory_bytes']:.0f} bytes a ns in memory, {top['cache_bytes']:.0f} in the second cache"]
    for place in report["places"]:
        memory = top["memory_bytes"] * place["a_byte"]
        lines.append(f"  {place['buyers']:,} buyers: kernel {place['kernel']:.2f} operations a ns, memory alone would allow {memory:.1f}; "
                     f"plain Mesa {place['plain Mesa']:.3f}")
    return "\n".join(lines)
