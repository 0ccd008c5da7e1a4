"""Who will stay, from a retention table alone: the shifted beta-geometric of contracts (Fader & Hardie 2007).

At the end of each period a buyer leaves with a probability of its own, churn ~ Beta(α, β) over buyers, the same in every period. Retention
then rises with tenure although nobody changes: the disloyal are the first to go.

>>> found = fit(leavers=[369, 163, 86, 56, 37, 27, 21], stayers=[0] * 6 + [241])   # by periods completed: who left, who was last seen there
>>> found.model.retention([1, 2, 3])
"""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln

from sim.experiments.likelihood import Fit, NoFit, covariance

STARTS = ((1.0, 1.0), (0.5, 3.0), (5.0, 20.0))
BOUND = 10.0                                 # shapes lie between exp(−10) and exp(10)


@dataclass(frozen=True)
class ShiftedBetaGeometric:
    """Churn ~ Beta(alpha, beta) over buyers; each leaves at the end of a period with its own probability."""

    alpha: float
    beta: float
    name: ClassVar[str] = "sBG"

    def survival(self, period) -> np.ndarray:
        """S(t) = B(α, β + t)/B(α, β), the share of buyers that stay beyond the end of period t; 1 at t = 0."""
        return np.exp(betaln(self.alpha, self.beta + np.asarray(period, float)) - betaln(self.alpha, self.beta))

    def retention(self, period) -> np.ndarray:
        """r(t) = (β + t − 1)/(α + β + t − 1), of those still there at the start of period t = 1, 2, … the share that stays beyond it."""
        t = np.asarray(period, float)
        return (self.beta + t - 1) / (self.alpha + self.beta + t - 1)

    def log_leaving(self, period) -> np.ndarray:
        """log P(T = t), t = 1, 2, …: the probability that a buyer leaves at the end of period t."""
        return betaln(self.alpha + 1, self.beta + np.asarray(period, float) - 1) - betaln(self.alpha, self.beta)

    def to_come(self, tenure, periods: int, discount: float = 0.0) -> np.ndarray:
        """The periods that a buyer still brings after `tenure` renewals, of the next `periods`, discounted at d per period:
        Σ_k S(tenure + k)/S(tenure) · (1 + d)^−k, k = 1 … periods (the residual lifetime of Fader & Hardie 2010, up to a horizon)."""
        tenure, ahead = np.asarray(tenure, float)[..., None], np.arange(1, periods + 1)
        return (self.survival(tenure + ahead) / self.survival(tenure) * (1 + discount) ** -ahead.astype(float)).sum(-1)


def fit(leavers: Sequence[float], stayers: Sequence[float]) -> Fit:
    """The model of greatest likelihood. leavers[t − 1]: buyers who left at the end of their period t; stayers[t − 1]: buyers who stayed
    beyond their period t and of whom no more is known (for one cohort: 0 but for the last). Any number of cohorts adds up in these counts.

    log L = Σ_t leavers_t · log P(T = t) + Σ_t stayers_t · log S(t). Raises NoFit where nobody left or nobody stayed at all."""
    leavers, stayers = (np.asarray(counts, float) for counts in (leavers, stayers))
    if leavers.shape != stayers.shape or leavers.ndim != 1 or (np.concatenate([leavers, stayers]) < 0).any():
        raise NoFit("leavers and stayers need a count of at least 0 for each period, and as many of one as of the other")
    later = (leavers + stayers)[::-1].cumsum()[::-1]             # who came as far as each period
    if not leavers.sum() or not (later - leavers).sum():
        raise NoFit("sBG needs buyers who left and buyers who stayed: " + ("nobody left" if not leavers.sum() else "nobody stayed"))
    total, period = float(later[0]), np.arange(1, len(leavers) + 1)

    def cost(logs: np.ndarray) -> float:
        model = ShiftedBetaGeometric(*np.exp(logs))
        return -((leavers * model.log_leaving(period)).sum() + (stayers * np.log(model.survival(period))).sum()) / total

    bounds = [(-BOUND, BOUND)] * 2
    best = min((minimize(cost, np.log(start), method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-14, "gtol": 1e-9}) for start in STARTS),
               key=lambda found: found.fun)
    return Fit(ShiftedBetaGeometric(*np.exp(best.x).tolist()), -float(best.fun) * total, total, covariance(cost, best.x, total))
