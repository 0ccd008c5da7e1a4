"""The NBD-Dirichlet in closed form, with rates as the market has them: how often a category is bought, and how purchases split over brands.

Category purchases follow gamma rates; each buyer's chances of brands are Dirichlet with shapes S · share (Goodhardt, Ehrenberg & Chatfield
1984). Nothing else goes into penetration, buying rate, share of requirements and sole buyers.
"""

import numpy as np
from scipy.optimize import brentq, minimize, minimize_scalar
from scipy.special import betaln

from sim.experiments.calibrate.rates import chances

SMALLEST, LARGEST = 0.02, 50.0


def fit_category(mean: float, penetration: float, periods: int) -> tuple[float, float]:
    """Mean and shape of the gamma rate per period, from purchases per household (non-buyers counted) and the share who bought at all."""

    def shape_for(rate: float) -> float:
        return brentq(lambda log: chances(rate, np.exp(log), periods)[0] - (1 - penetration), np.log(0.02), np.log(200.0))

    rate = mean / periods
    for _ in range(20):  # rates are cut at one a period, which takes a little off their mean
        shape = float(np.exp(shape_for(rate)))
        played = chances(rate, shape, periods) @ np.arange(periods + 1)
        if abs(played / mean - 1) < 1e-6:
            break
        rate *= mean / played
    return rate, shape


def measures(total: float, share: np.ndarray, p: np.ndarray) -> dict[str, np.ndarray]:
    """Measures of each brand with Dirichlet shapes total · share, where P(n category purchases) = p[n]: sums, no approximation."""
    alpha, n = (total * share)[:, None], np.arange(len(p))
    none = np.exp(betaln(alpha, total - alpha + n) - betaln(alpha, total - alpha))
    every = np.exp(betaln(alpha + n, total - alpha) - betaln(alpha, total - alpha))
    mean = p @ n
    penetration = 1 - none @ p
    return {"share": share, "penetration": penetration, "buys_per_buyer": mean * share / penetration,
            "share_of_requirements": mean * share / ((1 - none) @ (n * p)), "sole_buyers": every[:, 1:] @ p[1:] / penetration}  # fmt: skip


def fit_total(share: np.ndarray, penetration: np.ndarray, p: np.ndarray) -> float:
    """S from the brands' penetrations: least squares, each by its sampling variance."""
    seen = np.isfinite(penetration)
    weight = 1 / np.sqrt(np.clip(penetration * (1 - penetration), 1e-4, None))

    def miss(log: float) -> float:
        return float(((measures(np.exp(log), share, p)["penetration"] - penetration)[seen] ** 2 * weight[seen] ** 2).sum())

    return float(np.exp(minimize_scalar(miss, bounds=(np.log(SMALLEST), np.log(LARGEST)), method="bounded").x))


def fit_without_category(mean: float, share: np.ndarray, penetration: np.ndarray, periods: int) -> tuple[float, float]:
    """Shape of the rates and S together, where the table does not say how many households bought the category at all."""
    seen = np.isfinite(penetration)

    def miss(logs):
        p = chances(mean / periods, np.exp(logs[0]), periods)
        return float(
            (
                (measures(np.exp(np.clip(logs[1], np.log(SMALLEST), np.log(LARGEST))), share, p)["penetration"] - penetration)[seen] ** 2
                / np.clip(penetration * (1 - penetration), 1e-4, None)[seen]
            ).sum()
        )

    return tuple(float(one) for one in np.exp(minimize(miss, np.log([0.5, 1.2]), method="Nelder-Mead").x))


def draw(rng: np.random.Generator, households: int, total: float, share: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Purchases [household, brand] of a data set of this size."""
    n = rng.choice(len(p), households, p=p / p.sum())
    liking = rng.dirichlet(np.maximum(total * share, 1e-6), households)
    return rng.multinomial(n, liking / liking.sum(1, keepdims=True))
