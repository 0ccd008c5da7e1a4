"""A contrast: what a claim says lies above nought, its mean over paired runs and its interval; and what several come to together."""
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sim.intervals import interval

GAIN = "gain"                                    # in place of a claim: a figure listed for what it says, which decides nothing
HOLDS, IN_PART, FAILS, UNDECIDED = VERDICTS = ("holds", "holds in part", "fails", "undecided")


class Contrast(NamedTuple):
    """One comparison: what is claimed to be above nought, in the unit that `case` says.

    standard: what the contrast is measured against where it is drawn beside others (such as what a basic seller earns per buyer), in the
    same unit; 100 where the contrast is in per cent already."""
    claim: str
    case: str
    mean: float
    low: float
    high: float
    standard: float = 100.0

    @property
    def verdict(self) -> str:
        """What the interval says of the claim."""
        return HOLDS if self.low > 0 else FAILS if self.high < 0 else UNDECIDED


def contrast(claim: str, case: str, differences: Sequence[float], standard: float = 100.0) -> Contrast:
    """The contrast of paired differences, one a run."""
    found = interval(np.asarray(differences, float))
    return Contrast(claim, case, float(found.mean), float(found.low), float(found.high), float(standard))


def pseudo_values(function: Callable[[list[float]], float], values: Sequence[np.ndarray]) -> np.ndarray:
    """A function of means over runs as Tukey's pseudo-values, one a run, whose mean and interval are those of the jackknife; values: [run]
    each. For ratios of what differs little from nought in a single run."""
    runs = len(values[0])
    whole = function([one.mean() for one in values])
    without = [function([(one.sum() - one[run]) / (runs - 1) for one in values]) for run in range(runs)]
    return runs * whole - (runs - 1) * np.array(without)


def together(verdicts: Iterable[str]) -> str:
    """What several contrasts say of a claim: it holds where all of them hold and holds in part where some do; where none does it fails if
    any fails, and is undecided if none does that either."""
    found = list(verdicts)
    if not found:
        raise ValueError("a claim needs at least one contrast to be decided by")
    if HOLDS in found:
        return HOLDS if set(found) == {HOLDS} else IN_PART
    return FAILS if FAILS in found else UNDECIDED


def table(contrasts: Iterable[Contrast]) -> str:
    """Contrasts as lines of text."""
    return "\n".join(f"{c.claim:5} {'' if c.claim == GAIN else c.verdict:10} {c.mean:12.2f}  [{c.low:10.2f}, {c.high:10.2f}]  {c.case}"
                     for c in contrasts)
