"""The market that a calibration has written, played: what customers buy from us, period by period."""

import tempfile
from pathlib import Path

import numpy as np

from sim.core import state as at
from sim.runs import Runs, simulate
from sim.scenario import load

MEMORY = 4e8  # bytes that the states of watched buyers may take
WATCHED_RUNS = 4
FIRST = 0  # the focal seller is the first of a calibrated market


def scenario_of(text: str, companions: dict[str, str] | None = None):
    """The scenario that a text states, checked as any other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "market.yaml"
        path.write_text(text, encoding="utf-8")
        for name, content in (companions or {}).items():
            (path.parent / name).parent.mkdir(parents=True, exist_ok=True)
            (path.parent / name).write_text(content, encoding="utf-8")
        return load(path)


def purchases(runs: Runs) -> np.ndarray:
    """Purchases from the first seller under the baseline, per buyer of the market: float64 [run, period]."""
    records = runs.records[runs.scenario.baseline]
    lots = np.stack([record.flows[1:, :, FIRST, at.COLUMNS.index("lots")].sum(1) for record in records])
    return lots / runs.scenario.market.buyers


def watched(scenario, threads: int | None = None) -> np.ndarray:
    """Who bought from the first seller in which period: bool [period, buyer], buyers of several runs side by side, of each run as many as
    the memory allows."""
    return np.concatenate([_watched(scenario, scenario.seed + 1 + run, threads) for run in range(WATCHED_RUNS)], 1)


def _watched(scenario, seed: int, threads: int | None) -> np.ndarray:
    """One run of it."""
    periods, sellers = scenario.market.periods, len(scenario.sellers)
    most = int(MEMORY / (4 * at.rows(sellers) * (periods + 1)))
    watch = range(min(scenario.market.buyers, max(most, 1)))
    runs = simulate(scenario, [scenario.baseline], runs=1, seed=seed, watch=watch, threads=threads)
    state = np.ascontiguousarray(runs.records[scenario.baseline][0].panel[1:])
    supplier, happened = (np.ascontiguousarray(state[..., row]).view(np.int32) for row in (at.INCUMBENT, at.HAPPENED))
    return (supplier == FIRST) & ((happened >> at.BOUGHT_SHIFT) > 0)  # one lot an occasion: who bought from us is ours


def play(scenario, runs: int, threads: int | None = None, progress=None) -> Runs:
    """The untreated market, so many times."""
    return simulate(scenario, [scenario.baseline], runs=runs, threads=threads, progress=progress)
