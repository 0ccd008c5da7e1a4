"""Rates of purchase and S of a repertoire table, with their intervals."""

from dataclasses import dataclass

import numpy as np

from sim.experiments.calibrate import dirichlet
from sim.experiments.calibrate.rates import chances
from sim.experiments.calibrate.reading import UnfitData
from sim.experiments.calibrate.repertoire_reading import Brands

BOOTSTRAP = 100
LUCK = 5_103  # this module's own stream of random numbers


@dataclass(frozen=True)
class Fitted:
    """Rate of purchase (mean, shape) per week, S, and their 95% intervals; p: P(n category purchases)."""

    rate: float
    shape: float
    total: float
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def fit(b: Brands, seed: int) -> Fitted:
    """Rates from the category's figures, S from the brands' penetrations; intervals by resampling households (or leaving out brands)."""
    rate, shape, total = fit_once(b, b.mean, b.category_penetration, b.seen["share"], b.seen["penetration"])
    p = chances(rate, shape, b.weeks)
    low, high = by_households(b, rate, shape, total, p, seed) if b.households else by_brands(b, total)
    return Fitted(rate, shape, total, low, high, p)


def fit_once(b: Brands, mean: float, at_all: float, share: np.ndarray, penetration: np.ndarray) -> tuple[float, float, float]:
    """Mean rate, its shape, S."""
    if np.isnan(at_all):
        shape, total = dirichlet.fit_without_category(mean, share, penetration, b.weeks)
        return mean / b.weeks, shape, total
    if not 0 < at_all < 1 or mean <= at_all:
        raise UnfitData(
            f"{at_all:.1%} of households buy {mean / max(at_all, 1e-9):.2f} times each, which no spread of rates gives; a category's "
            "penetration lies between 0 and 1, and its buyers buy more than once on average"
        )
    rate, shape = dirichlet.fit_category(mean, at_all, b.weeks)
    return rate, shape, dirichlet.fit_total(share, penetration, chances(rate, shape, b.weeks))


def by_households(b: Brands, rate: float, shape: float, total: float, p: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """95% intervals of (rate, shape, S): data sets of as many households drawn from the fitted model and fitted alike."""
    found = []
    for number in range(BOOTSTRAP if np.isfinite(b.category_penetration) else BOOTSTRAP // 4):
        counts = dirichlet.draw(np.random.default_rng([seed, LUCK, number]), b.households, total, b.seen["share"], p)
        share, penetration = counts.sum(0) / counts.sum(), np.where(np.isfinite(b.seen["penetration"]), (counts > 0).mean(0), np.nan)
        at_all = np.nan if np.isnan(b.category_penetration) else (counts.sum(1) > 0).mean()
        found.append(fit_once(b, counts.sum(1).mean(), at_all, np.maximum(share, 1e-6), penetration))
    low, high = np.quantile(found, [0.025, 0.975], axis=0)
    return low, high


def by_brands(b: Brands, total: float) -> tuple[np.ndarray, np.ndarray]:
    """The interval of S alone, by leaving out one brand's penetration after the other (jackknife)."""
    seen = np.flatnonzero(np.isfinite(b.seen["penetration"]))
    nothing = np.full(3, np.nan)
    if len(seen) < 3:
        return nothing, nothing
    logs = []
    for brand in seen:
        penetration = b.seen["penetration"].copy()
        penetration[brand] = np.nan
        logs.append(np.log(fit_once(b, b.mean, b.category_penetration, b.seen["share"], penetration)[2]))
    error = 1.96 * np.sqrt((len(logs) - 1) / len(logs) * ((logs - np.mean(logs)) ** 2).sum())
    return np.array([np.nan, np.nan, total * np.exp(-error)]), np.array([np.nan, np.nan, total * np.exp(error)])
