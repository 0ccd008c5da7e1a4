"""F4, purchase counts and brands: gamma purchase rates give the NBD, Dirichlet tastes the Dirichlet; toothpaste in Britain, early 1973."""
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import betaln, gammaln

from sim.experiments.published.agreement import Estimate, estimate, ratio, share
from sim.experiments.published.figure import Figure, Group
from sim.experiments.published.markets import BUYERS, purchases, static_market
from sim.population import draw_population

# British toothpaste, first quarter of 1973: share and penetration by brand; 56% of households buy, 2.6 times each
# (Goodhardt, Ehrenberg & Chatfield 1984).
TOOTHPASTE = {"Colgate DC": (0.25, 0.20), "Macleans": (0.19, 0.17), "Close Up": (0.10, 0.09), "Signal": (0.10, 0.08),
              "Ultrabrite": (0.09, 0.08), "Gibbs SR": (0.08, 0.07), "Boots private label": (0.03, 0.03),
              "Sainsbury private label": (0.02, 0.02)}
MEAN_PURCHASES, NON_BUYERS = 0.56 * 2.6, 0.44
SHARES = np.array([share_of for share_of, _ in TOOTHPASTE.values()] + [1 - sum(s for s, _ in TOOTHPASTE.values())])   # and all others
NAMES = [*TOOTHPASTE, "all others"]
SHAPE = 1.5                                              # S, the sum of the Dirichlet's parameters, which suits the table's penetrations
HOUSEHOLDS, MOMENTS = 100_000, 364                       # a quarter in quarter-days, so that a Bernoulli occasion is nearly Poisson
COUNTS = np.arange(400)
SOURCE = "Goodhardt, Ehrenberg & Chatfield 1984"


@cache
def nbd_shape() -> float:
    """K of the NBD with the category's mean and its share of households that do not buy."""
    return brentq(lambda k: (1 + MEAN_PURCHASES / k) ** -k - NON_BUYERS, 0.01, 50)


def nbd(shape: float) -> np.ndarray:
    """P(n purchases): gamma-distributed Poisson rates."""
    log_p = gammaln(shape + COUNTS) - gammaln(shape) - gammaln(COUNTS + 1)
    return np.exp(log_p + shape * np.log(shape / (shape + MEAN_PURCHASES)) + COUNTS * np.log(MEAN_PURCHASES / (shape + MEAN_PURCHASES)))


def dirichlet(brand: int, total: float = SHAPE) -> dict[str, float]:
    """A brand's measures: sums over the category's NBD of the beta-binomial split, no approximation."""
    p, alpha = nbd(nbd_shape()), total * SHARES[brand]
    none = np.exp(betaln(alpha, total - alpha + COUNTS) - betaln(alpha, total - alpha))
    every = np.exp(betaln(alpha + COUNTS, total - alpha) - betaln(alpha, total - alpha))
    penetration = 1 - (p * none).sum()
    return {"penetration": penetration, "purchases per buyer": MEAN_PURCHASES * SHARES[brand] / penetration,
            "share of requirements": MEAN_PURCHASES * SHARES[brand] / (COUNTS * p * (1 - none)).sum(),
            "sole buyers": (p * every)[1:].sum() / penetration}


def toothpaste_market():
    """Households whose tastes and purchase rates alone make them buy; nine brands, nothing else told apart."""
    return static_market(
        f"{BUYERS}.return_cost=0", f"{BUYERS}.purchase_rate={{gamma: {{mean: {MEAN_PURCHASES / MOMENTS}, shape: {nbd_shape()}}}}}",
        f"market.periods={MOMENTS}", f"market.buyers={HOUSEHOLDS}", "market.start=new",
        f"sellers.ours.taste_shape={SHAPE * SHARES[0]}", f"sellers.rivals.taste_shape={SHAPE * SHARES[1]}",
        *(f"sellers.brand_{i}={{taste_shape: {SHAPE * s}, price: 100, quality: 118, reputation: 1}}"
          for i, s in enumerate(SHARES) if i > 1))


def purchases_by_brand(records: list) -> np.ndarray:
    """int [brand, household]: purchases in the quarter."""
    return purchases(records[0], draw_population(toothpaste_market()), len(SHARES))


def measures(bought: np.ndarray, brand: int) -> dict[str, Estimate]:
    """The four measures of a brand with their standard errors over households."""
    mine, category = bought[brand], bought.sum(0)
    buys = mine > 0
    return {"penetration": share(buys.sum(), HOUSEHOLDS), "purchases per buyer": ratio(mine, buys),
            "share of requirements": ratio(mine, category * buys), "sole buyers": share((buys & (mine == category)).sum(), buys.sum())}


def counts(bought: np.ndarray) -> dict[str, tuple[Estimate, float]]:
    """The category's purchase counts against the NBD."""
    category, k = bought.sum(0), nbd_shape()
    cells = {f"P({n})": (share((category == n).sum(), HOUSEHOLDS), nbd(k)[n]) for n in range(7)}
    cells["mean"] = estimate(category), MEAN_PURCHASES
    cells["variance"] = estimate((category - MEAN_PURCHASES) ** 2), MEAN_PURCHASES * (1 + MEAN_PURCHASES / k)
    return cells


def repeated(bought: np.ndarray) -> dict[str, tuple[Estimate, float]]:
    """Of households that bought twice, (S·s + 1)/(S + 1) of a brand's choices were repeated; over brands, both alike in
    Σ α(α+1)/(S(S+1)) of the cases (Rungie & Goodhardt 2004)."""
    alpha, twice = SHAPE * SHARES, bought[:, bought.sum(0) == 2]
    both, pairs = (twice == 2).sum(1), SHAPE * (SHAPE + 1)
    cells = {name: (share(both[brand], twice.shape[1]), alpha[brand] * (alpha[brand] + 1) / pairs) for brand, name in enumerate(NAMES)}
    cells["any"] = share(both.sum(), twice.shape[1]), (alpha * (alpha + 1)).sum() / pairs
    return cells


def markets() -> dict:
    return {"toothpaste": toothpaste_market()}


def figures(records: dict) -> list[Figure]:
    """The category's counts, every brand's four measures, repeat buying, and the printed penetrations within a point and a quarter."""
    bought = purchases_by_brand(records["toothpaste"])
    found = [Figure("purchase counts, NBD (F4)", f"toothpaste in a quarter: {name}", mean, exact, SOURCE,
                    unit="share" if "P" in name else "number") for name, (mean, exact) in counts(bought).items()]
    for brand, name in enumerate(NAMES):
        exact = dirichlet(brand)
        for measure, mean in measures(bought, brand).items():
            printed = {"printed": TOOTHPASTE[name][1], "tolerance": 0.0125} if measure == "penetration" and name in TOOTHPASTE else {}
            unit = "number" if measure == "purchases per buyer" else "share"
            found.append(Figure("brands, Dirichlet (F4)", f"{name}: {measure}", mean, exact[measure], SOURCE, unit=unit, **printed))
    return found + [Figure("repeat buying (F4)", f"{name}: both of two purchases", mean, exact, "Rungie & Goodhardt 2004", unit="share")
                    for name, (mean, exact) in repeated(bought).items()]


GROUPS = (Group("repertoires (F4)", "purchase counts are NBD, brands are Dirichlet", markets, figures, keep_state=True, runs=1),)
