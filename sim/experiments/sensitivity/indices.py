"""From outcomes at the points of a design to elementary effects, Sobol's indices and how much of it all is luck.

Every point is played with the same runs (common random numbers: run r has the same luck at all points). The outcome of a point is the mean
over its runs, so that the indices are those of that mean as a function of the factors. What luck still adds is what runs answer the factors
differently, the interaction of point and run: it is estimated apart (`luck`), looks like one more factor that acts with all others, and
so makes every total index a little too large and first-order indices a little too small. Luck that all points share adds nothing.
"""
import numpy as np
import pandas as pd

from sim.experiments.sensitivity.design import LEVELS, STRETCH, problem

RESAMPLES = 1_000
CONFIDENCE = 0.95


def effects(shares: np.ndarray, outcome: np.ndarray, seed: int) -> pd.DataFrame:
    """Elementary effects by factor (Morris 1991; Campolongo, Cariboni & Saltelli 2007): mu (mean), mu_star (mean size) with its 95%
    bootstrap interval mu_star_low..mu_star_high, sigma (spread; large where a factor acts with others, or not in a line).

    shares: [point, factor] of `design.trajectories`; outcome: [point]. Effects are per whole way of a factor, in the outcome's unit."""
    from SALib.analyze.morris import analyze

    found = analyze(problem(shares.shape[1]), _of_grid(shares), np.asarray(outcome, float), num_resamples=RESAMPLES,
                    conf_level=CONFIDENCE, num_levels=LEVELS, seed=seed)
    mu, mean, sigma, half = (np.ma.filled(np.ma.asarray(found[name], float), np.nan) * STRETCH
                             for name in ("mu", "mu_star", "sigma", "mu_star_conf"))
    return pd.DataFrame({"mu": mu, "mu_star": mean, "mu_star_low": np.maximum(mean - half, 0.0), "mu_star_high": mean + half,
                         "sigma": sigma})


def _of_grid(shares: np.ndarray) -> np.ndarray:
    """Shares as SALib's grid has them, which fills 0..1."""
    return (shares - 1 / (2 * LEVELS)) / (1 - 1 / LEVELS)


def indices(outcome: np.ndarray, factors: int, second_order: bool, seed: int) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Sobol's indices (Sobol' 1993): (by factor: first, first_low, first_high, total, total_low, total_high; by pair of factors: one,
    other, second, second_low, second_high, empty unless asked for; resamples of the first-order indices [resample, factor]).

    first: the part of the outcome's variance over the ranges that a factor explains by itself; total: together with all that it has a part
    in. outcome: [point] of `design.pairs`. Estimators of Saltelli et al. (2010) and Jansen (1999), as SALib has them; 95% intervals by
    bootstrap over pairs, all indices from the same resamples. Raises ValueError where the outcome is the same at all points."""
    from SALib.analyze.sobol import analyze

    outcome = np.asarray(outcome, float)
    if np.ptp(outcome) <= 1e-12 * max(np.abs(outcome).max(), 1e-300):
        raise ValueError("the outcome is the same at all points")
    found = analyze(problem(factors), outcome, calc_second_order=second_order, num_resamples=RESAMPLES, conf_level=CONFIDENCE, seed=seed,
                    keep_resamples=True)
    columns = {}
    for name, key in (("first", "S1"), ("total", "ST")):
        columns |= {name: found[key], f"{name}_low": found[key] - found[f"{key}_conf"], f"{name}_high": found[key] + found[f"{key}_conf"]}
    rows = [(one, other, found["S2"][one, other], found["S2_conf"][one, other])
            for one in range(factors) for other in range(one + 1, factors)] if second_order else []
    second = pd.DataFrame([(one, other, value, value - half, value + half) for one, other, value, half in rows],
                          columns=["one", "other", "second", "second_low", "second_high"])
    return pd.DataFrame(columns), second, np.asarray(found["S1_conf_all"])


def luck(outcome: np.ndarray) -> dict[str, float]:
    """How much of what is seen is luck: outcome [point, run], runs with the same luck at every point.

    over_points: variance over points of the mean over runs. of_a_run: variance over runs at a point, mean over points, over that.
    of_the_mean: the part of over_points that is luck still, the interaction of point and run over the number of runs (two-way analysis of
    variance, Fisher 1925); nan with a single run."""
    points, runs = outcome.shape
    means = outcome.mean(1)
    over = float(means.var(ddof=1))
    if runs < 2 or not over:
        return {"over_points": over, "of_a_run": float("nan"), "of_the_mean": float("nan")}
    within = float(outcome.var(axis=1, ddof=1).mean())
    left = outcome - means[:, None] - outcome.mean(0) + outcome.mean()
    interaction = float((left**2).sum() / ((points - 1) * (runs - 1)))
    return {"over_points": over, "of_a_run": within / over, "of_the_mean": min(interaction / runs / over, 1.0)}


def summed(table: pd.DataFrame, resamples: np.ndarray, rows: list[int]) -> tuple[float, float, float]:
    """What several factors explain, each by itself, in sum: (sum of their first-order indices, low, high), from the same resamples."""
    from scipy.special import ndtri

    value = float(table["first"].iloc[rows].sum())
    half = float(ndtri(0.5 + CONFIDENCE / 2) * resamples[:, rows].sum(1).std(ddof=1))
    return value, value - half, value + half
