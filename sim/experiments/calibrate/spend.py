"""How much a purchase is worth, and how unlike customers are in it: a lognormal with a customer's own mean."""

import numpy as np
from scipy.optimize import minimize


def spending(customer: np.ndarray, amount: np.ndarray) -> dict | None:
    """Maximum likelihood of log amount = m + u (customer, normal with sd `between`) + e (purchase, normal with sd `within`).

    Returns mean (money per purchase, the plain mean), between and within with 95% limits, correlation (of a customer's purchases with its
    mean amount, Spearman), or None where fewer than 20 purchases have an amount above nought."""
    good = np.isfinite(amount) & (amount > 0)
    if good.sum() < 20:
        return None
    who, log_amount = np.unique(customer[good], return_inverse=True)[1], np.log(amount[good])
    n = np.bincount(who).astype(float)
    mean = np.bincount(who, log_amount) / n
    within = float((np.bincount(who, log_amount**2) - n * mean**2).clip(0).sum())

    def miss(t):
        e, both = np.exp(2 * t[1]), np.exp(2 * t[1]) + n * np.exp(2 * t[2])
        return 0.5 * ((n - 1).sum() * 2 * t[1] + np.log(both).sum() + within / e + (n * (mean - t[0]) ** 2 / both).sum())

    spread = max(log_amount.std(), 1e-3)
    best = minimize(miss, [log_amount.mean(), np.log(spread), np.log(spread)], method="BFGS", options={"gtol": 1e-4 * len(n)})
    errors = np.sqrt(np.diag(best.hess_inv))
    limits = [np.exp(best.x[j] + side * 1.959964 * errors[j]) for j in (1, 2) for side in (-1, 1)]
    return {
        "mean": float(amount[good].mean()),
        "error": float(amount[good].std() / np.sqrt(len(n))),
        "within": (float(np.exp(best.x[1])), *map(float, limits[:2])),
        "between": (float(np.exp(best.x[2])), *map(float, limits[2:])),
        "correlation": _correlation(n, mean),
    }


def _correlation(n: np.ndarray, mean: np.ndarray) -> float:
    """Spearman's rank correlation of two figures of a customer."""
    from scipy.stats import spearmanr

    return float(spearmanr(n, mean).statistic) if len(n) > 2 and np.ptp(n) > 0 and np.ptp(mean) > 0 else 0.0
