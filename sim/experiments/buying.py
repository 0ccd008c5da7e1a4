"""Who will go on buying, from a purchase log alone: BG/NBD, Pareto/NBD and BG/BB, models of buyers who buy at random until they are lost.

Both read a buyer as its summary: frequency x (repeat purchases), recency t_x (age at the last of them, 0 without any) and age T (time from
the first purchase to the end of the record), all in one unit of time. Purchases come at random at a rate λ ~ Gamma(r, α), as long as the
buyer is active. BG/NBD (Fader, Hardie & Lee 2005): after each repeat purchase it becomes inactive with a probability p ~ Beta(a, b).
Pareto/NBD (Schmittlein, Morrison & Colombo 1987): it becomes inactive at any moment, at a rate μ ~ Gamma(s, β).
BG/BB (Fader, Hardie & Shang 2010) is for time in whole periods with at most one purchase each: a chance p ~ Beta(α, β) in every period, and
one of being lost θ ~ Beta(γ, δ) before it.

>>> found = fit(BetaGeometric, summaries)          # summaries: a table with frequency, recency and age
>>> found.model.purchases_to_come(39, x, t_x, T)   # by buyers known so far
"""
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from scipy.optimize import minimize
from scipy.special import betaln, gammaln, hyp2f1, roots_jacobi

from sim.experiments.likelihood import Fit, NoFit, covariance

ONE_APART = 1e-6                             # formulas that divide by a − 1 (or s − 1) are taken this far from 1
STARTS = ((1.0, 10.0, 1.0, 2.0), (0.3, 3.0, 0.5, 5.0), (3.0, 30.0, 2.0, 20.0))       # where the search begins, in tenths of the mean age
BOUND = 10.0                                 # shapes lie between exp(−10) and exp(10)
NODES, NARROW = 40, 2000.0                   # points of a mean over Beta(a, b); where a + b is so large, it is one point


@dataclass(frozen=True)
class BetaGeometric:
    """BG/NBD: λ ~ Gamma(r, α) purchases per unit of time; lost after a repeat purchase with probability p ~ Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float
    name: ClassVar[str] = "BG/NBD"
    timed: ClassVar[tuple[bool, ...]] = (False, True, False, False)       # which parameters carry the unit of time

    def log_likelihood(self, frequency, recency, age) -> np.ndarray:
        """log L(r, α, a, b | x, t_x, T) of each buyer (Fader, Hardie & Lee 2005, equation 6): active to the end, or lost at t_x."""
        x = np.asarray(frequency, float)
        bought = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha) - betaln(self.a, self.b)
        return bought + np.logaddexp(*self._stories(x, recency, age))

    def _stories(self, x: np.ndarray, recency, age) -> tuple[np.ndarray, np.ndarray]:
        """The logarithms of the two stories, up to what they have in common: still active; lost at the last purchase."""
        active = betaln(self.a, self.b + x) - (self.r + x) * np.log(self.alpha + np.asarray(age, float))
        lost = betaln(self.a + 1, self.b + np.maximum(x, 1) - 1) - (self.r + x) * np.log(self.alpha + np.asarray(recency, float))
        return active, np.where(x > 0, lost, -np.inf)                # nobody is lost before a repeat purchase

    def active(self, frequency, recency, age) -> np.ndarray:
        """P(active at T | x, t_x, T), 0..1; who has not bought again yet is always active."""
        active, lost = self._stories(np.asarray(frequency, float), recency, age)
        return np.exp(active - np.logaddexp(active, lost))

    def purchases(self, time) -> np.ndarray:
        """E[X(t)], the repeat purchases that a new buyer makes in its first t units of time (equation 9)."""
        return self._purchases(np.asarray(time, float), 0.0, 0.0)

    def purchases_to_come(self, time, frequency, recency, age) -> np.ndarray:
        """E[Y(t) | x, t_x, T], the purchases in the t units of time after T of buyers known so far (equation 10)."""
        x, age = np.asarray(frequency, float), np.asarray(age, float)
        return self.active(x, recency, age) * self._purchases(np.asarray(time, float), x, age)

    def _purchases(self, time: np.ndarray, x, age) -> np.ndarray:
        """Of a buyer active at its age after x repeat purchases: E[(1 − e^−λpt)/p] over λ ~ Gamma(r + x, α + T) and p ~ Beta(a, b + x).

        The paper has it as ₂F₁, which fails numerically where the shapes are large; here the mean over p is Gauss & Jacobi's."""
        time, x, age = np.broadcast_arrays(time, x, age)
        found = np.empty(time.shape)
        for each in np.unique(x):
            who = x == each
            p, weight = _mean_over_beta(self.a, self.b + each)
            pace = np.log1p(p * (time[who] / (self.alpha + age[who]))[:, None])
            found[who] = -np.expm1(-(self.r + each) * pace) / p @ weight
        return found[()]


@dataclass(frozen=True)
class Pareto:
    """Pareto/NBD: λ ~ Gamma(r, α) purchases per unit of time; lost at a rate μ ~ Gamma(s, β) per unit of time."""

    r: float
    alpha: float
    s: float
    beta: float
    name: ClassVar[str] = "Pareto/NBD"
    timed: ClassVar[tuple[bool, ...]] = (False, True, False, True)

    def log_likelihood(self, frequency, recency, age) -> np.ndarray:
        """log L(r, α, s, β | x, t_x, T) of each buyer (Schmittlein, Morrison & Colombo 1987; in the form of Fader & Hardie 2005)."""
        x = np.asarray(frequency, float)
        bought = gammaln(self.r + x) - gammaln(self.r) + self.r * np.log(self.alpha) + self.s * np.log(self.beta)
        return bought + np.logaddexp(*self._stories(x, recency, age))

    def _stories(self, x: np.ndarray, recency, age) -> tuple[np.ndarray, np.ndarray]:
        """The logarithms of the two stories, up to what they have in common: still active; lost between the last purchase and T."""
        recency, age = np.asarray(recency, float), np.asarray(age, float)
        active = -(self.r + x) * np.log(self.alpha + age) - self.s * np.log(self.beta + age)
        early, late = self._tail(x, recency), self._tail(x, age)
        with np.errstate(divide="ignore"):
            lost = early + np.log(-np.expm1(np.minimum(late - early, 0.0)))
        return active, lost + np.log(self.s) - np.log(self.r + self.s + x)

    def _tail(self, x: np.ndarray, since: np.ndarray) -> np.ndarray:
        """log of (r + s + x) ∫ (α + τ)^−(r + x) (β + τ)^−(s + 1) dτ from `since` on; the smaller of α and β inside ₂F₁, by Euler's
        transformation."""
        whole = self.r + self.s + x
        large, small = max(self.alpha, self.beta), min(self.alpha, self.beta)
        inner, power = (self.s + 1, self.s) if self.alpha >= self.beta else (self.r + x, self.r + x - 1)
        share = (large - small) / (large + since)
        series = hyp2f1(1.0, whole + 1 - inner, whole + 1, share)
        return np.log(series) - power * np.log1p(-share) - whole * np.log(large + since)

    def active(self, frequency, recency, age) -> np.ndarray:
        """P(active at T | x, t_x, T), 0..1."""
        active, lost = self._stories(np.asarray(frequency, float), recency, age)
        return np.exp(active - np.logaddexp(active, lost))

    def purchases(self, time) -> np.ndarray:
        """E[X(t)], the repeat purchases that a new buyer makes in its first t units of time."""
        return self._purchases(np.asarray(time, float), 0.0, 0.0)

    def purchases_to_come(self, time, frequency, recency, age) -> np.ndarray:
        """E[Y(t) | x, t_x, T], the purchases in the t units of time after T of buyers known so far."""
        x, age = np.asarray(frequency, float), np.asarray(age, float)
        return self.active(x, recency, age) * self._purchases(np.asarray(time, float), x, age)

    def _purchases(self, time: np.ndarray, x, age) -> np.ndarray:
        """Of a buyer active at its age after x repeat purchases."""
        s = _apart_from_one(self.s)
        stays = -np.expm1(-(s - 1) * np.log1p(time / (self.beta + age)))
        return (self.r + x) * (self.beta + age) / ((self.alpha + age) * (s - 1)) * stays


@dataclass(frozen=True)
class BetaBernoulli:
    """BG/BB: a purchase in each period with probability p ~ Beta(α, β); lost before each with probability θ ~ Beta(γ, δ). Whole periods."""

    alpha: float
    beta: float
    gamma: float
    delta: float
    name: ClassVar[str] = "BG/BB"
    timed: ClassVar[tuple[bool, ...]] = (False, False, False, False)

    def log_likelihood(self, frequency, recency, age) -> np.ndarray:
        """log L(α, β, γ, δ | x, t_x, n) of each buyer (Fader, Hardie & Shang 2010, equation 5)."""
        x = np.asarray(frequency, float)
        shared = gammaln(self.alpha + x) - betaln(self.alpha, self.beta) - betaln(self.gamma, self.delta)
        return shared + np.logaddexp(*self._stories(frequency, recency, age))

    def _stories(self, frequency, recency, age) -> tuple[np.ndarray, np.ndarray]:
        """The logarithms of the two stories, up to what they have in common: still active; lost after some period from t_x to n − 1."""
        x, recency, age = (np.atleast_1d(np.rint(np.asarray(values, float)).astype(int)) for values in (frequency, recency, age))
        t, every = np.arange(age.max() + 1), self.alpha + self.beta
        misses, through = gammaln(self.beta + t), -gammaln(every + t)
        stays = gammaln(self.delta + t) - gammaln(self.gamma + self.delta + t)
        active = misses[age - x] + through[age] + gammaln(self.gamma) + stays[age]
        leaves = through + gammaln(self.gamma + 1) + stays - np.log(self.gamma + self.delta + t)
        which = (t >= recency[:, None]) & (t < age[:, None])
        lost = np.where(which, misses[np.maximum(t - x[:, None], 0)] + leaves, -np.inf)
        most = np.where(which.any(1), lost.max(1), 0.0)
        with np.errstate(divide="ignore"):
            return active, most + np.log(np.exp(lost - most[:, None]).sum(1))

    def active(self, frequency, recency, age) -> np.ndarray:
        """P(active in period n | x, t_x, n), 0..1."""
        active, lost = self._stories(frequency, recency, age)
        return np.exp(active - np.logaddexp(active, lost)).reshape(np.shape(frequency))

    def purchases(self, time) -> np.ndarray:
        """E[X(n)], the purchases that a new buyer makes in its first n periods."""
        return self._purchases(np.asarray(time, float), 0.0, 0.0)

    def purchases_to_come(self, time, frequency, recency, age) -> np.ndarray:
        """E[X(n, n + n*) | x, t_x, n], the purchases in the n* periods after n of buyers known so far (equation 13)."""
        x, age = np.asarray(frequency, float), np.asarray(age, float)
        return self.active(frequency, recency, age) * self._purchases(np.asarray(time, float), x, age)

    def _purchases(self, time: np.ndarray, x, age) -> np.ndarray:
        """Of a buyer active in period `age`: its mean chance of buying, times the periods that it still lives through."""
        gamma = _apart_from_one(self.gamma)
        whole = gamma + self.delta
        left = gammaln(1 + self.delta + age + time) - gammaln(1 + self.delta + age) + gammaln(whole + age) - gammaln(whole + age + time)
        return (self.alpha + x) / (self.alpha + self.beta + age) * (self.delta + age) / (gamma - 1) * -np.expm1(left)


def _mean_over_beta(a: float, b: float) -> tuple[np.ndarray, np.ndarray]:
    """Points p and weights, summing to one, of the mean over p ~ Beta(a, b)."""
    if a + b > NARROW:                                           # as good as one point
        return np.array([a / (a + b)]), np.ones(1)
    place, weight = roots_jacobi(NODES, b - 1, a - 1)
    return np.maximum((1 + place) / 2, 1e-300), weight / weight.sum()


def _apart_from_one(shape: float) -> float:
    """A shape at which a formula that divides by (shape − 1) can be taken."""
    return 1 + ONE_APART if abs(shape - 1) < ONE_APART else shape


def fit(model: type, summaries: Mapping, weights=None) -> Fit:
    """The model (`BetaGeometric`, `Pareto`, `BetaBernoulli`) of greatest likelihood for buyers' summaries: columns frequency, recency, age.

    weights: how many buyers each row stands for. Buyers alike are counted together first, so that millions cost little more than
    thousands. Raises NoFit where there is nothing to learn from: no buyer, or nobody who bought again."""
    rows, counts = _alike(summaries, weights)
    x, recency, age = rows.T
    if not len(rows) or not (x > 0).any():
        raise NoFit(f"{model.name} needs buyers who bought again: " + ("none of them did" if len(rows) else "there is no buyer"))
    if not any(model.timed) and not np.equal(rows, np.rint(rows)).all():
        raise NoFit(f"{model.name} needs time in whole periods")
    unit = float((counts * age).sum() / counts.sum()) / 10 if any(model.timed) else 1.0      # tenths of the mean age scale the search well
    scaled = (x, recency / unit, age / unit)

    def cost(logs: np.ndarray) -> float:
        with np.errstate(all="ignore"):
            found = (counts * model(*np.exp(logs)).log_likelihood(*scaled)).sum() / counts.sum()
        return -found if np.isfinite(found) else 1e10

    best = min((_search(cost, np.log(start)) for start in STARTS), key=lambda found: found[1])
    logs = best[0]
    units = np.where(model.timed, np.log(unit), 0.0)
    likelihood = -best[1] * counts.sum() - (counts * x).sum() * np.log(unit)       # densities of moments, in the unit that was given
    return Fit(model(*np.exp(logs + units).tolist()), float(likelihood), float(counts.sum()), covariance(cost, logs, counts.sum()))


def _search(cost, start: np.ndarray) -> tuple[np.ndarray, float]:
    """The least cost from one start."""
    found = minimize(cost, start, method="L-BFGS-B", bounds=[(-BOUND, BOUND)] * len(start), options={"ftol": 1e-11, "gtol": 1e-7})
    return found.x, found.fun


def _alike(summaries: Mapping, weights) -> tuple[np.ndarray, np.ndarray]:
    """Summaries counted together where they are the same: float [row, 3], and how many buyers each stands for."""
    rows = np.column_stack([np.asarray(summaries[name], float) for name in ("frequency", "recency", "age")])
    each = np.ones(len(rows)) if weights is None else np.asarray(weights, float)
    if not np.isfinite(rows).all() or (rows < 0).any() or (rows[:, 1] > rows[:, 2] * (1 + 1e-9)).any():
        raise NoFit("summaries must be whole: frequency, recency and age at least 0, nobody's last purchase after the end of the record")
    unique, which = np.unique(rows, axis=0, return_inverse=True)
    return unique, np.bincount(which.reshape(-1), each, len(unique))
