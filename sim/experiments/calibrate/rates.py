"""How often buyers buy, and how unlike they are in it: rates of purchase, gamma over buyers and at most one purchase a period."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaincinv, gammaln

POINTS = 1000
SMALLEST_SHAPE = 0.05  # most buyers hardly ever buy; below it nothing but their number changes


def gamma_rates(mean: float, shape: float, points: int = POINTS) -> np.ndarray:
    """Rates per period at even steps of probability, cut at 1 as the market cuts them."""
    u = (np.arange(points) + 0.5) / points
    return np.minimum(gammaincinv(shape, u) * (mean / shape), 1.0)


def chances(mean: float, shape: float, periods: int) -> np.ndarray:
    """P(n purchases in so many periods), n = 0 … periods: a binomial for each rate, mixed over buyers."""
    rate = np.clip(gamma_rates(mean, shape), 1e-12, 1 - 1e-12)[:, None]
    n = np.arange(periods + 1)
    log_ways = gammaln(periods + 1) - gammaln(n + 1) - gammaln(periods - n + 1)
    return np.exp(log_ways + n * np.log(rate) + (periods - n) * np.log1p(-rate)).mean(0)


def fit_counts(counts: np.ndarray, periods: int, least: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and shape of the gamma by maximum likelihood of purchase counts, and the covariance of their logarithms.

    least: buyers of fewer purchases are not in the data; how many there are follows from the form of the gamma."""
    size = np.bincount(np.minimum(counts, periods), minlength=periods + 1)

    def miss(logs):
        if not SMALLEST_SHAPE < np.exp(logs[1]) < 100 or np.exp(logs[0]) > 1:
            return 1e12
        p = np.maximum(chances(*np.exp(logs), periods), 1e-300)
        return -(size * np.log(p)).sum() + size.sum() * np.log(p[least:].sum())

    best = minimize(
        miss, np.log([max(counts.mean() / periods / 2, 1e-3), 1.0]), method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-6}
    ).x
    step = 1e-2 * np.eye(2)
    hessian = np.array(
        [[(miss(best + a + b) - miss(best + a - b) - miss(best - a + b) + miss(best - a - b)) / 4e-4 for b in step] for a in step]
    )
    return np.exp(best), np.linalg.pinv(hessian)
