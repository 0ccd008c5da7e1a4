"""The market as a function of its factors: points are played, as a sweep, and give outcomes run by run."""
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.experiments.sensitivity.choice import NoSensitivity
from sim.experiments.sweep import Sweep, plan_of, sweep
from sim.outcomes import OUTCOMES
from sim.scenario.suggest import among

GAIN = "gain"
LONGEST = 8            # runs of a point that are played in one piece, for which it is made once: no answer is given before all are there
WORDS = {GAIN: "profit over the baseline's, paired by run, discounted to the first period, money per buyer of the market"} | OUTCOMES


class NoIndices(Exception):  # noqa: N818 - named for what was looked for
    """Points were played, but indices cannot be made of them; the message says why and what to do."""


class Outcomes(NamedTuple):
    """What points came to: the outcome asked for, and the gain over the baseline, each [point, run]."""
    outcome: np.ndarray
    gain: np.ndarray


class Player(NamedTuple):
    """Who plays points: how often, under which strategies, with whom, and whom to tell ((done, total) in counts of markets)."""
    scenario: object
    baseline: str
    strategy: str
    outcome: str
    runs: int
    threads: int | None = None
    scheduler: object = None
    tell: Callable[[int], None] | None = None

    def play(self, points: pd.DataFrame, folder: Path | None) -> Outcomes:
        """Points, a column for each parameter, played under the baseline and the strategy. Raises NoIndices where any of them failed."""
        names, block = (self.baseline, self.strategy), min(self.runs, LONGEST)
        plan = plan_of(self.scenario, points=points, strategies=names, runs=self.runs, block=block)
        tell = self.tell and (lambda one: self.tell(one.played))
        found = sweep(plan, folder, threads=self.threads, scheduler=self.scheduler, progress=tell)
        refuse_failures(found)
        return Outcomes(by_run(found, self.strategy, self.outcome, self.baseline), by_run(found, self.strategy, GAIN, self.baseline))


def outcome_named(name: str) -> str:
    """The outcome of a name: gain, or one of `sim.outcomes.OUTCOMES`. Raises NoSensitivity for any other."""
    if name not in WORDS:
        raise NoSensitivity(f"{name!r} is not an outcome; {among(name, WORDS)}")
    return name


def refuse_failures(found: Sweep) -> None:
    """NoIndices where points of a design could not be played: those that are left are no design any more."""
    failed, many = found.failures, len(found.plan.points)
    if len(failed):
        one = failed.iloc[0]
        raise NoIndices(f"{len(failed):,} of {many:,} points could not be played, and indices can do without none: the first, "
                        f"{', '.join(found.plan.sets(int(one.point)))}, because {one.reason}. Narrow the ranges of what leads there.")


def by_run(found: Sweep, strategy: str, outcome: str, baseline: str) -> np.ndarray:
    """An outcome under a strategy, [point, run]. Raises NoIndices where a run has none (no accounts, so no retention)."""
    rows = found.rows()
    rows = rows[rows.run < found.target.runs]
    values = _table(rows, strategy, "profit" if outcome == GAIN else outcome)
    if outcome == GAIN:
        values = values - _table(rows, baseline, "profit")
    missing = int((~np.isfinite(values)).any(1).sum())
    if missing:
        raise NoIndices(f"at {missing:,} of {len(values):,} points there is no {outcome} in some run, as where a seller has no accounts; "
                        f"choose another outcome, or narrower ranges ({outcome}: {WORDS[outcome]})")
    return values


def _table(rows: pd.DataFrame, strategy: str, column: str) -> np.ndarray:
    return rows[rows.strategy == strategy].pivot(index="point", columns="run", values=column).to_numpy(float)
