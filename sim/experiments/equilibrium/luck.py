"""How sure what was found is: resamples of whole runs, in which everything that a run says of the game stays together."""
import numpy as np

from sim.experiments.sweep.plan import LAYOUT
from sim.intervals import CONFIDENCE, Interval, student

RESAMPLES = 2_000
BOOTSTRAP, STARTS = 601, 602        # purposes of luck of one's own, beside the scenario's seed


def resamples(runs: int, seed: int, many: int = RESAMPLES) -> np.ndarray:
    """The share of each run in each resample, drawn with replacement (Efron 1979): float64 [resample, run]; rows sum to 1."""
    luck = np.random.default_rng([seed, LAYOUT, BOOTSTRAP])
    return luck.multinomial(runs, np.full(runs, 1 / runs), size=many) / runs


def several(values: np.ndarray, group: np.ndarray, groups: int) -> Interval:
    """Student's intervals of many means of which those of a group are looked at together, so that all of a group hold at once with 95%
    (Bonferroni): values [run, one], group [one]."""
    runs, size = len(values), np.bincount(group, minlength=groups)[group]
    quantile = {many: student(runs - 1, 1 - (1 - CONFIDENCE) / many) for many in np.unique(size)} if runs > 1 else {}
    mean = values.mean(0)
    alike = (values == values[:1]).all(0)
    factor = np.array([quantile.get(many, np.nan) for many in size])
    half = np.where(alike, 0.0, factor * values.std(0, ddof=1) / np.sqrt(runs)) if runs > 1 else np.full_like(mean, np.nan)
    mean = np.where(alike, values[0], mean)
    return Interval(mean, mean - half, mean + half)
