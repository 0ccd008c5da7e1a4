"""Who stays under contract: every buyer renews with a chance of its own, beta over buyers, shifted by what is known of it.

A buyer's odds to renew are g·e^(xβ) : e with g and e gamma draws of the shapes of us and of elsewhere; without covariates x the chance to
renew is Beta(ours, elsewhere) and survival to renewal t is B(ours + t, elsewhere) / B(ours, elsewhere): the shifted beta-geometric of Fader
& Hardie 2007 (whose alpha, of churn, is `elsewhere`, and whose beta is `ours`). With covariates it is a discrete-time hazard (a logit of
staying) with a mixing distribution, integrated out over a grid (Heckman & Singer 1984 for the need of one).
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc, expit, log_expit

from sim.experiments.staying import ShiftedBetaGeometric

GRID = np.linspace(-12, 12, 161)
BOUNDS = np.log([(0.02, 500), (0.02, 500)])


@dataclass(frozen=True)
class Staying:
    """ours, elsewhere: shapes; effects: of each covariate on the logit of staying; names of these; covariance of (log ours, log elsewhere,
    effects); log likelihood; contracts."""

    ours: float
    elsewhere: float
    effects: np.ndarray
    names: list[str]
    covariance: np.ndarray
    log_likelihood: float
    contracts: float

    def interval(self, which: int) -> tuple[float, float]:
        """95% limits of ours (0), elsewhere (1) or an effect (2 and on)."""
        half = 1.959964 * np.sqrt(self.covariance[which, which])
        if which > 1:
            return float(self.effects[which - 2] - half), float(self.effects[which - 2] + half)
        value = (self.ours, self.elsewhere)[which]
        return float(value * np.exp(-half)), float(value * np.exp(half))

    def survival(self, renewals: int) -> np.ndarray:
        """The share left after 0 … renewals, of buyers whose covariates are all nought: float64 [renewals + 1]."""
        return survival(self.ours, self.elsewhere, renewals)

    def doubt(self, renewals: int) -> np.ndarray:
        """The standard error of that share, from the covariance of the shapes."""
        logs = np.log([self.ours, self.elsewhere])
        slopes = (
            np.stack([survival(*np.exp(logs + side), renewals) - survival(*np.exp(logs - side), renewals) for side in 1e-4 * np.eye(2)], 1)
            / 2e-4
        )
        return np.sqrt(np.einsum("ti,ij,tj->t", slopes, self.covariance[:2, :2], slopes).clip(0))


def survival(ours: float, elsewhere: float, renewals: int) -> np.ndarray:
    """B(ours + t, elsewhere) / B(ours, elsewhere) for t = 0 … renewals."""
    return ShiftedBetaGeometric(elsewhere, ours).survival(np.arange(renewals + 1))


def fit_table(lost: np.ndarray, left: np.ndarray) -> Staying:
    """Maximum likelihood from how many were lost at each renewal 1, 2, … and how many were seen for so long and are still there.

    lost [renewal], left [renewal]: the latter is censored at that many renewals; both may be weights."""
    renewals = len(lost)

    def miss(logs):
        kept = survival(*np.exp(logs), renewals)
        return -(lost @ np.log(np.maximum(-np.diff(kept), 1e-300)) + left @ np.log(kept[1:]))

    best = minimize(miss, [0.5, 0.0], method="Nelder-Mead", bounds=BOUNDS, options={"xatol": 1e-9, "fatol": 1e-9, "maxiter": 4000})
    return Staying(
        *np.exp(best.x).tolist(), np.zeros(0), [], np.linalg.pinv(curvature(miss, best.x)), -float(best.fun), float(lost.sum() + left.sum())
    )


def fit_records(renewed: np.ndarray, ended: np.ndarray, known: np.ndarray, names: list[str]) -> Staying:
    """Maximum likelihood from contracts: how often each was renewed, whether it then ended, and its covariates [contract, name].

    Contracts that are alike count once."""
    rows, counts = np.unique(np.column_stack([renewed, ended, known]), axis=0, return_counts=True)
    times, gone, x = rows[:, 0], rows[:, 1] > 0, rows[:, 2:]
    edges = expit((GRID[1:] + GRID[:-1]) / 2)

    def miss(theta):
        weight = np.diff(np.r_[0, betainc(*np.exp(theta[:2]), edges), 1])
        logit = GRID + (x @ theta[2:])[:, None]
        chance = np.exp(times[:, None] * log_expit(logit)) * np.where(gone[:, None], expit(-logit), 1)
        return -counts @ np.log(np.maximum(chance @ weight, 1e-300))

    plain = fit_table(*counted(renewed, ended))
    begin = np.r_[np.log([plain.ours, plain.elsewhere]), np.zeros(len(names))]
    bounds = [*BOUNDS, *[(-8, 8)] * len(names)]
    total = len(renewed)
    best = minimize(lambda theta: miss(theta) / total, begin, method="L-BFGS-B", bounds=bounds, options={"eps": 1e-6, "ftol": 1e-12})
    return Staying(
        *np.exp(best.x[:2]).tolist(), best.x[2:], names, np.linalg.pinv(curvature(miss, best.x)), -float(miss(best.x)), float(total)
    )


def counted(renewed: np.ndarray, ended: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Contracts by renewals: how many ended when renewal 1, 2, … was due, and how many were last seen running after so many."""
    most = int(renewed.max()) + 1
    lost = np.bincount(renewed[ended].astype(int) + 1, minlength=most + 1)[1:]
    return lost.astype(float), np.bincount(renewed[~ended].astype(int), minlength=most + 1)[1:].astype(float)


def curvature(function, at: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """Second derivatives of a function, by central differences."""
    sides = step * np.eye(len(at))
    return np.array(
        [
            [(function(at + a + b) - function(at + a - b) - function(at - a + b) + function(at - a - b)) / (4 * step**2) for a in sides]
            for b in sides
        ]
    )
