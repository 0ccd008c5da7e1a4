"""Who buys how often and for how long, told from the log of one seller: the likelihood is the market's own.

In the market that a log is translated into, a buyer has a purchase occasion in a period with its own probability λ (gamma over buyers); it
reviews its supplier once in the time horizon h, with probability min(1, 1/(λh)) at an occasion; a review keeps us with the odds
g·e^(σ/μ) : e and wins us back with the odds g·e^(−σ/μ) : e, where g and e are gamma draws of the taste shapes of us and of elsewhere, σ the
switching cost and μ the luck of a choice. Only what is bought from us is seen. Between two purchases a buyer is with us or elsewhere, so
the chance f(t) of the next purchase after t periods and S(t) of none within t follow from

    H(t) = H(t−1) (1 − λ),    E(t) = E(t−1) (1 − λ q) + H(t−1) λ (1 − s),    f(t) = H(t−1) λ s + E(t−1) λ q,    S = H + E,

with s the chance to stay and q the chance to come back at an occasion; H(0) = 1 after a purchase. A history is the product of f over its
gaps and of S since the last; λ and the taste are integrated out over a grid. Lost for good (q = 0) makes this the beta-geometric/NBD with
dropout from the first purchase on (Batislam, Denizel & Filiztekin 2007) in discrete time; without leaving it is the NBD (Ehrenberg 1959).
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import betainc, expit, gammainc

from sim.experiments.calibrate.histories import Histories

# name: free parameters beyond mean and shape of the rate | switching cost where it is not free, in units of choice noise | ways back?
MODELS = {
    "never leaves": ((), 0.0, True),
    "lost for good": (("ours", "elsewhere"), 0.0, False),
    "repertoire": (("ours", "elsewhere"), 0.0, True),
    "switching cost": (("ours", "elsewhere", "cost"), None, True),
    "switching cost, reviews": (("ours", "elsewhere", "cost", "horizon"), None, True),
}
START = {"mean": 0.02, "shape": 0.6, "ours": 3.0, "elsewhere": 1.2, "cost": 2.0, "horizon": 7.0}
BOUNDS = {"mean": (1e-6, 0.95), "shape": (0.02, 60), "ours": (0.05, 200), "elsewhere": (0.02, 200), "cost": (0.01, 9), "horizon": (1, 3000)}
SETTLING = 0.8  # of buyers are taken to be ours a record's length before the record, where the market is taken as settled
RATES, TASTES, TASTE_REACH = 48, 40, 9.0


@dataclass(frozen=True)
class Buying:
    """What was estimated: model, values by name (rates per period, costs in units of choice noise), covariance of their logarithms, log
    likelihood, settled: whether buyers had come and gone before the record began (periods of it), and how many customers it rests on."""

    model: str
    values: dict[str, float]
    covariance: np.ndarray
    log_likelihood: float
    settled: int
    customers: int

    @property
    def aic(self) -> float:
        """Akaike's criterion, 2 k − 2 log L: the smaller the better."""
        return 2 * len(self.values) - 2 * self.log_likelihood

    def interval(self, name: str) -> tuple[float, float]:
        """95% limits, from the curvature of the likelihood in the logarithm of the parameter."""
        error = np.sqrt(self.covariance[[*self.values].index(name)][[*self.values].index(name)])
        return tuple(float(np.clip(self.values[name] * np.exp(side * 1.959964 * error), *BOUNDS[name])) for side in (-1, 1))


class Likelihood:
    """The log likelihood of a set of histories under one model: call it with logarithms of the parameters.

    Histories that are alike count once; tables of a cost and a horizon are kept while only rates and tastes move."""

    def __init__(self, seen: Histories, model: str, settled: int = 0):
        self.model, self.settled, self.periods = model, settled, seen.periods
        self.names = ("mean", "shape", *MODELS[model][0])
        self.rate = np.exp(np.linspace(np.log(0.02 / seen.periods), np.log(0.995), RATES))
        self.taste = np.linspace(-TASTE_REACH, TASTE_REACH, TASTES) if MODELS[model][0] else np.zeros(1)
        self.gaps, self.weight = _alike(seen)
        self._tables: dict[tuple, tuple] = {}

    def __call__(self, logs: np.ndarray) -> float:
        """The log likelihood."""
        return float(self.weight @ self.each(logs))

    def each(self, logs: np.ndarray) -> np.ndarray:
        """The log likelihood of each distinct history."""
        given = dict(zip(self.names, np.exp(logs), strict=True))
        table, top, unseen = self._table(given.get("cost", MODELS[self.model][1]), given.get("horizon", 1.0))
        weights = self.weights(given)
        found = np.log(np.maximum(table @ weights, 1e-300)) + top
        return found - np.log1p(-unseen @ weights) if unseen is not None else found  # who never bought on record is not in the log

    def weights(self, given: dict[str, float]) -> np.ndarray:
        """How many buyers lie at each point of the grid of rates and tastes: float64 [rate · taste], sums to 1."""
        edges = np.sqrt(self.rate[1:] * self.rate[:-1])
        by_rate = np.diff(np.r_[0, gammainc(given["shape"], edges * given["shape"] / given["mean"]), 1])
        if "ours" not in given:
            return by_rate
        middle = (self.taste[1:] + self.taste[:-1]) / 2
        by_taste = np.diff(np.r_[0, betainc(given["ours"], given["elsewhere"], expit(middle)), 1])
        return np.outer(by_rate, by_taste).ravel()

    def chances(self, cost: float, horizon: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """At each point of the grid: the chance of an occasion in a period, of staying at it, of coming back at it."""
        rate = np.repeat(self.rate, len(self.taste))
        if self.model == "never leaves":
            return rate, np.ones_like(rate), np.ones_like(rate)
        taste = np.tile(self.taste, len(self.rate))
        reviews = np.minimum(1, 1 / (rate * horizon))
        stay, back = expit(taste + cost), expit(taste - cost) if MODELS[self.model][2] else np.zeros_like(taste)
        return rate, 1 - reviews * (1 - stay), reviews * back

    def held(self, rate: np.ndarray, stay: np.ndarray, back: np.ndarray) -> np.ndarray:
        """The chance that a buyer is ours when the record begins: `settled` periods after a share SETTLING were, or 1 where all are."""
        leaves, returns = rate * (1 - stay), rate * back
        moving = np.maximum(leaves + returns, 1e-12)
        if not self.settled:
            return np.ones_like(rate)
        return returns / moving + (SETTLING - returns / moving) * (1 - moving) ** self.settled

    def _table(self, cost: float, horizon: float) -> tuple:
        """Likelihoods of the distinct histories at each point of the grid (scaled, and the logarithm of the scale), and the chance of no
        purchase on record where the record did not begin with one."""
        key = (round(cost, 9), round(horizon, 9))
        if key not in self._tables:
            while len(self._tables) > 4:
                self._tables.pop(next(iter(self._tables)))
            chances = self.chances(cost, horizon)
            log_next, log_none = _waiting(self.periods, *chances, np.ones_like(chances[0]))
            found = self.gaps["gaps"] @ log_next + self.gaps["since"] @ log_none
            unseen = None
            if "first" in self.gaps:
                log_first, log_never = _waiting(self.periods, *chances, self.held(*chances))
                found += self.gaps["first"] @ log_first
                unseen = np.exp(log_never[self.periods])
            top = found.max(1)
            self._tables[key] = np.exp(found - top[:, None]), top, unseen
        return self._tables[key]


def _waiting(periods: int, rate, stay, back, ours) -> tuple[np.ndarray, np.ndarray]:
    """log f(t) and log S(t) for t = 0 … periods at each point of the grid, from a buyer that is ours with probability `ours`."""
    after, none = np.ones((periods + 1, len(rate))), np.ones((periods + 1, len(rate)))
    here, there = ours.astype(float), 1 - ours
    for t in range(1, periods + 1):
        after[t] = here * rate * stay + there * rate * back
        here, there = here * (1 - rate), there * (1 - rate * back) + here * rate * (1 - stay)
        none[t] = here + there
    return np.log(np.maximum(after, 1e-300)), np.log(np.maximum(none, 1e-300))


def _alike(seen: Histories) -> tuple[dict, np.ndarray]:
    """For each distinct history: counts of its gaps, of what came since the last purchase and (where entry is unseen) of the first wait;
    and how many customers have it."""
    n, width = seen.customers, seen.periods + 1
    same = seen.customer[1:] == seen.customer[:-1]
    gap, who = np.diff(seen.period)[same], seen.customer[1:][same]
    last = np.zeros(n, int)
    np.maximum.at(last, seen.customer, seen.period)
    parts = {"gaps": _counts(who, gap, n, width), "since": _counts(np.arange(n), seen.periods - 1 - last, n, width)}
    if seen.entered == "unseen":
        parts["first"] = _counts(np.arange(n), seen.entry + 1, n, width)
    mix = np.random.default_rng(1).random((width, len(parts)))
    marks = sum(part @ mix[:, j] * (j + 1.37) for j, part in enumerate(parts.values()))
    _, first, count = np.unique(np.round(marks, 9), return_index=True, return_counts=True)
    return {name: part[first] for name, part in parts.items()}, count.astype(float)


def _counts(row, column, rows: int, columns: int) -> sparse.csr_matrix:
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(rows, columns))


def fit(seen: Histories, model: str, settled: int = 0, start: dict[str, float] | None = None) -> Buying:
    """Maximum likelihood, with the covariance of the parameters' logarithms from the outer product of each history's gradient."""
    likelihood = Likelihood(seen, model, settled)
    events = len(seen.period) + seen.customers
    guess = START | {"mean": np.clip(len(seen.period) / max((seen.periods - seen.entry).sum(), 1), 1e-4, 0.5)} | (start or {})
    begin = np.log([np.clip(guess[name], *np.multiply(BOUNDS[name], (1.001, 0.999))) for name in likelihood.names])
    bounds = np.log([BOUNDS[name] for name in likelihood.names])
    best = minimize(
        lambda logs: -likelihood(logs) / events,
        begin,
        method="L-BFGS-B",
        bounds=bounds,
        options={"eps": 1e-5, "ftol": 1e-10, "gtol": 1e-6, "maxiter": 200},
    )
    values = dict(zip(likelihood.names, np.exp(best.x).tolist(), strict=True))
    return Buying(model, values, _covariance(likelihood, best.x), likelihood(best.x), settled, seen.customers)


def _covariance(likelihood: Likelihood, logs: np.ndarray, step: float = 1e-3) -> np.ndarray:
    """The inverse of the gradients' outer product, summed over customers (Berndt, Hall, Hall & Hausman 1974)."""
    slopes = np.stack([(likelihood.each(logs + side) - likelihood.each(logs - side)) / (2 * step) for side in step * np.eye(len(logs))], 1)
    return np.linalg.pinv(slopes.T @ (slopes * likelihood.weight[:, None]))


def expected(seen: Histories, found: Buying, logs: np.ndarray | None = None) -> np.ndarray:
    """Expected purchases of a buyer in each period after the first purchase (or of the record, where that is unseen): float64 [periods].

    The closed recursion of the same market, for the uncertainty of the parameters; the market itself is played elsewhere."""
    likelihood = Likelihood.__new__(Likelihood)
    likelihood.model, likelihood.settled = found.model, found.settled
    likelihood.rate = np.exp(np.linspace(np.log(0.02 / seen.periods), np.log(0.995), RATES))
    likelihood.taste = np.linspace(-TASTE_REACH, TASTE_REACH, TASTES) if MODELS[found.model][0] else np.zeros(1)
    given = found.values if logs is None else dict(zip(found.values, np.exp(logs), strict=True))
    rate, stay, back = likelihood.chances(given.get("cost", MODELS[found.model][1]), given.get("horizon", 1.0))
    weights, here = likelihood.weights(given), likelihood.held(rate, stay, back)
    if seen.entered == "unseen":
        weights = _seen_at_all(likelihood, seen, weights, rate, stay, back)
    bought = np.zeros(seen.periods)
    for t in range(seen.periods):
        now = here * rate * stay + (1 - here) * rate * back
        here = here * (1 - rate * (1 - stay)) + (1 - here) * rate * back
        bought[t] = weights @ now
    return bought


def _seen_at_all(likelihood, seen, weights, rate, stay, back) -> np.ndarray:
    """The weights among buyers who bought at least once."""
    never = np.exp(_waiting(seen.split, rate, stay, back, likelihood.held(rate, stay, back))[1][-1])
    seen_at_all = weights * (1 - never)
    return seen_at_all / seen_at_all.sum()
