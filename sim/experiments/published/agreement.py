"""How far a simulated figure is from the exact one: in standard errors, with Student's interval."""
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.special import stdtrit

MOST_STANDARD_ERRORS = 4
CONFIDENCE = 0.99


class Estimate(NamedTuple):
    """A mean, its standard error and the degrees of freedom behind that."""
    mean: float
    standard_error: float
    freedom: float

    def errors_from(self, exact: float) -> float:
        """How many standard errors lie between the mean and the exact value, signed."""
        if self.standard_error == 0:
            return 0.0 if math.isclose(self.mean, exact, rel_tol=1e-6, abs_tol=1e-9) else math.inf
        return (self.mean - exact) / self.standard_error

    def holds(self, exact: float, confidence: float = CONFIDENCE) -> bool:
        """Whether the exact value lies in the mean's own interval (Gosset 1908)."""
        return abs(self.errors_from(exact)) <= stdtrit(self.freedom, 0.5 + confidence / 2)


def estimate(values: Iterable[float]) -> Estimate:
    """The mean of independent values (one a run, or one a buyer)."""
    values = np.array(list(values), float)
    return Estimate(values.mean(), values.std(ddof=1) / math.sqrt(len(values)), len(values) - 1)


def share(hits: float, trials: float) -> Estimate:
    """A share of independent trials, with its binomial standard error."""
    p = hits / trials
    return Estimate(p, math.sqrt(p * (1 - p) / trials), trials - 1)


def ratio(above: Iterable[float], below: Iterable[float]) -> Estimate:
    """mean(above) / mean(below) of pairs that are independent of each other; standard error by the delta method."""
    above, below = np.array(above, float), np.array(below, float)
    quotient = above.mean() / below.mean()
    spread = (above - quotient * below).std(ddof=1) / math.sqrt(len(above))
    return Estimate(quotient, spread / below.mean(), len(above) - 1)


def scaled(found: Estimate, by: float, less: float = 0.0) -> Estimate:
    """The same estimate in another unit: by · mean − less."""
    return Estimate(by * found.mean - less, abs(by) * found.standard_error, found.freedom)


def certain(value: float) -> Estimate:
    """A figure that luck has no part in."""
    return Estimate(float(value), 0.0, math.inf)
