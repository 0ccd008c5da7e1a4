"""How sure a mean over runs is: Student's interval, and the verdict it carries. One definition for every comparison.

Runs of the same number share their luck under every strategy (common random numbers), so differences are taken run by run first and
only then averaged: the interval is that of a paired comparison.
"""
from typing import NamedTuple

import numpy as np

CONFIDENCE = 0.95


class Interval(NamedTuple):
    """A mean over runs with its confidence limits; arrays of the shape that is left when the axis of runs is gone."""
    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray


def interval(values: np.ndarray, confidence: float = CONFIDENCE) -> Interval:
    """Student's interval for the mean over runs: mean ± t(n − 1) · s / √n (Gosset 1908).

    values: [run, ...], one number per run, each independent of the other runs'. Same unit out as in. With fewer than two runs nothing
    can be said: the limits are nan. Where all runs agree to the last bit the interval has no width.
    """
    values = np.asarray(values, float)
    runs, mean = len(values), values.mean(0)
    if runs < 2:
        return Interval(mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan))
    alike = (values == values[0]).all(0)
    mean = np.where(alike, values[0], mean)
    half = np.where(alike, 0.0, student(runs - 1, confidence) * values.std(0, ddof=1) / np.sqrt(runs))
    return Interval(mean, mean - half, mean + half)


def student(freedom: int, confidence: float = CONFIDENCE) -> float:
    """The two-sided quantile of Student's t: P(|t| ≤ student) = confidence."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + confidence / 2))


def verdict(low: float, high: float) -> str:
    """'ahead' or 'behind' where the interval lies wholly on one side of nought, else 'undecided'."""
    return "ahead" if low > 0 else "behind" if high < 0 else "undecided"
