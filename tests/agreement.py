"""When a simulated mean agrees with an exact value: in standard errors, with Student's interval. Used by every closed-form test."""
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.special import bdtrc, stdtrit

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


def assert_agrees(found: Estimate, exact: float, what: str = "") -> None:
    """The exact value is within four standard errors and within the mean's own 99% interval."""
    off = found.errors_from(exact)
    said = f"{what}: simulated {found.mean:.6g} ± {found.standard_error:.2g}, exact {exact:.6g}, {off:+.2f} standard errors"
    assert abs(off) <= MOST_STANDARD_ERRORS, said
    assert found.holds(exact), f"{said}: outside the 99% interval"


def assert_all_agree(cells: dict[object, tuple[Estimate, float]]) -> None:
    """Every cell within four standard errors, and no more cells outside their 99% interval than one time in a thousand by chance."""
    far = {name: found.errors_from(exact) for name, (found, exact) in cells.items()}
    worst = max(far, key=lambda name: abs(far[name]))
    assert abs(far[worst]) <= MOST_STANDARD_ERRORS, f"{worst}: {cells[worst]}, {far[worst]:+.2f} standard errors"
    outside = [name for name, (found, exact) in cells.items() if not found.holds(exact)]
    chance = bdtrc(len(outside) - 1, len(cells), 1 - CONFIDENCE) if outside else 1.0
    assert chance > 0.001, f"{len(outside)} of {len(cells)} cells outside their 99% intervals: {outside}"
