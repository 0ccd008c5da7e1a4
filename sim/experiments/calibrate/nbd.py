"""The two standard models of a customer base, to compare with: BG/NBD and Pareto/NBD, in closed form.

Their likelihoods are short enough to state here, and tested against the published estimates for the same data; libraries that offer them
are either no longer kept or bring a sampler for Bayesian models with them.

BG/NBD (Fader, Hardie & Lee 2005): purchases at rate λ ~ gamma(r, α); after each repeat purchase a customer drops out with p ~ beta(a, b).
Pareto/NBD (Schmittlein, Morrison & Colombo 1987): the same purchases; a customer drops out at rate μ ~ gamma(s, β).
A customer is known by x repeat purchases, the last at t_x, seen until T (all from the first purchase on).
"""

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1


def bg_nbd_log_likelihood(logs: np.ndarray, x: np.ndarray, last: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The log likelihood of each customer; logs: logarithms of r, α, a, b."""
    r, alpha, a, b = np.exp(logs)
    common = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + betaln(a, b + x) - betaln(a, b)
    gone = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + last), -np.inf)
    return common + np.logaddexp(-(r + x) * np.log(alpha + seen), gone)


def pareto_nbd_log_likelihood(logs: np.ndarray, x: np.ndarray, last: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """The log likelihood of each customer; logs: logarithms of r, α, s, β (Fader & Hardie 2005, a note on deriving the Pareto/NBD)."""
    r, alpha, s, beta = np.exp(logs)
    large, small = max(alpha, beta), min(alpha, beta)
    second, total = (s + 1 if alpha >= beta else r + x), r + s + x

    def part(t):
        return np.log(hyp2f1(total, second, total + 1, (large - small) / (large + t))) - total * np.log(large + t)

    with np.errstate(invalid="ignore", over="ignore"):  # far off the mark nothing is finite, which is no maximum
        first, then = part(last), part(seen)
        dropped = np.log(s / total) + first + np.log1p(-np.exp(np.minimum(then - first, -1e-12)))
    dropped = np.where(np.isfinite(dropped), dropped, -np.inf)
    stayed = -(r + x) * np.log(alpha + seen) - s * np.log(beta + seen)
    return gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta) + np.logaddexp(stayed, dropped)


def bg_nbd_expected(logs: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Expected repeat purchases of a customer in its first t."""
    r, alpha, a, b = np.exp(logs)
    z = t / (alpha + t)
    return (a + b - 1) / (a - 1) * (1 - (1 - z) ** r * hyp2f1(r, b, a + b - 1, z))


def pareto_nbd_expected(logs: np.ndarray, t: np.ndarray) -> np.ndarray:
    """Expected repeat purchases of a customer in its first t."""
    r, alpha, s, beta = np.exp(logs)
    return r * beta / (alpha * (s - 1)) * (1 - (beta / (beta + t)) ** (s - 1))


# name: log likelihood, expected purchases, names of the parameters
STANDARD = {
    "BG/NBD": (bg_nbd_log_likelihood, bg_nbd_expected, ("r", "alpha", "a", "b")),
    "Pareto/NBD": (pareto_nbd_log_likelihood, pareto_nbd_expected, ("r", "alpha", "s", "beta")),
}


FARTHEST = 6.5  # of the logarithms, time in thirtieths of the record: beyond lie limits that are no better, and slow to reckon


def fit_standard(name: str, x: np.ndarray, last: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, float]:
    """Maximum likelihood: logarithms of the parameters, and the log likelihood. Time in any unit; the start is that of weeks or so."""
    likelihood = STANDARD[name][0]
    scale = max(float(seen.mean()) / 30, 1e-9)

    def miss(logs):
        if np.abs(logs).max() > FARTHEST:
            return 1e300
        found = likelihood(logs, x, last / scale, seen / scale).sum()
        return -found if np.isfinite(found) else 1e300

    best = minimize(
        miss,
        np.log([0.5, 8, 0.8, 2.5 if name == "BG/NBD" else 10]),
        method="Nelder-Mead",
        options={"xatol": 1e-6, "fatol": 1e-6, "maxiter": 4000, "maxfev": 4000},
    )
    logs = best.x.copy()
    logs[[1] if name == "BG/NBD" else [1, 3]] += np.log(scale)
    return logs, float(likelihood(logs, x, last, seen).sum())
