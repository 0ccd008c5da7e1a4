"""Which mixed logit a panel supports, and how well it foretells each household's last fifth of purchases.

Akaike's criterion on the first four fifths says which form tastes have. That price sensitivity varies needs strong evidence by the Bayesian
criterion, and so do classes of switching cost, which a market would show as types of buyers, under two forms of taste: a household has few
purchases to tell such things from. The last fifth has no part in it: it is foretold from each household's tastes given its first four
fifths, and scored by the log of the chance that was given to what was bought, against the household's own past shares and against a logit
that knows no differences of taste.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import gammaln

from sim.experiments.calibrate.choices import Choices, Model, by_household
from sim.experiments.calibrate.mixed_logit import Estimate, fit, from_simpler, predict
from sim.experiments.calibrate.panel_reading import rows

STRONG = 6  # a difference of BIC that counts as strong evidence (Kass & Raftery 1995)
DRAWS, FINAL_DRAWS = 256, 512


@dataclass(frozen=True)
class Search:
    """What was tried: the chosen model on the first part, everything fitted by name, whether classes of switching cost are supported."""

    chosen: Estimate
    tried: dict[str, Estimate]
    classes_supported: bool


def split(c: Choices) -> tuple[Choices, Choices, np.ndarray]:
    """Each household's purchases up to its last fifth (one at least, of two or more), the last fifth, and the brand before each of
    those."""
    n = np.diff(c.start)
    held = np.where(n > 1, np.maximum(n // 5, 1), 0)
    ahead = np.arange(len(c.chosen)) - c.start[c.who] >= (n - held)[c.who]
    return rows(c, ~ahead, n - held), rows(c, ahead, held), c.last[ahead]


def search(c: Choices, priced: bool, seed: int, threads: int, tell=None) -> Search:
    """Families of taste first, then whether price sensitivity varies, then classes of switching cost."""
    tried: dict[str, Estimate] = {}

    def attempt(name: str, model: Model, simple: Estimate | None = None) -> Estimate:
        tried[name] = fit(c, model, DRAWS, seed, threads, None if simple is None else from_simpler(simple, model, c), sandwich=False)
        if tell:
            tell(name)
        return tried[name]

    normal = attempt("normal tastes", Model(priced=priced))
    shaped = attempt("Dirichlet tastes and constants", Model("gamma", priced=priced))
    attempt("Dirichlet tastes", Model("gamma", constants=False, priced=priced))
    best = min(tried, key=lambda name: tried[name].aic)
    if priced:
        varied = attempt(f"{best}, price sensitivity varies", replace(tried[best].model, varying_price=True), tried[best])
        best = best if varied.bic > tried[best].bic - STRONG else f"{best}, price sensitivity varies"
    one = tried[best]
    two = attempt(f"{best}, two classes", replace(one.model, classes=2), one)
    other = replace(one.model, tastes="gamma" if one.model.tastes == "normal" else "normal", constants=True)
    supported = two_classes(one, two)
    if supported:  # a kink in the tastes can look like a class: it must be there with tastes of another form too
        beside = normal if other.tastes == "normal" else shaped
        beside = beside if beside.model == other else attempt(f"{other.tastes} tastes, as a check", other, beside)
        supported = two_classes(beside, attempt(f"{other.tastes} tastes, two classes, as a check", replace(other, classes=2), beside))
    return Search(two if supported else one, tried, supported)


def two_classes(one: Estimate, two: Estimate) -> bool:
    """Whether classes are supported: strongly better, and each of them a switching cost that a market can hold, of more than a few
    buyers."""
    states, shares = class_table(two)
    errors = [two.error(f"state {k + 1}") for k in range(two.model.classes)]
    possible = all(-2 * error < state < 8 for state, error in zip(states, errors, strict=True))
    return two.bic < one.bic - STRONG and possible and shares.min() > 0.05


def class_table(estimate: Estimate) -> tuple[np.ndarray, np.ndarray]:
    """State dependence and share of each class, the least held first."""
    k = estimate.model.classes
    if k == 1:
        return np.array([estimate["state"]]), np.ones(1)
    states = np.array([estimate[f"state {i + 1}"] for i in range(k)])
    logit = np.r_[0.0, [estimate[f"logit {i + 1}"] for i in range(1, k)]]
    share = np.exp(logit - logit.max()) / np.exp(logit - logit.max()).sum()
    order = np.argsort(states)
    return states[order], share[order]


# --- the last fifth --------------------------------------------------------------------------------------------------------------------


def own_shares(before: Choices, ahead: Choices) -> dict[str, np.ndarray]:
    """The chance of what was bought [purchase] by each household's own past shares: half a purchase added to each brand, and smoothed
    towards
    the market as a Dirichlet fitted to all households says."""
    counts = np.zeros((before.households, len(before.brands)))
    np.add.at(counts, (before.who, before.chosen), 1)
    found = {}
    for name, prior in (
        ("own past shares, half a purchase added", np.full(len(before.brands), 0.5)),
        ("own past shares, Dirichlet", dirichlet(counts)),
    ):
        chance = (counts + prior) / (counts.sum(1, keepdims=True) + prior.sum())
        found[name] = chance[ahead.who, ahead.chosen]
    return found


def dirichlet(counts: np.ndarray) -> np.ndarray:
    """The shapes of a Dirichlet by maximum likelihood of counts [household, brand]."""

    def miss(logs):
        a = np.exp(logs)
        return -(gammaln(a.sum()) - gammaln(a.sum() + counts.sum(1)) + (gammaln(a + counts) - gammaln(a)).sum(1)).sum()

    return np.exp(minimize(miss, np.log((counts.sum(0) + 1) / (counts.sum() + counts.shape[1])), method="BFGS").x)


def foretold(found: Search, before: Choices, ahead: Choices, last: np.ndarray, seed: int, threads: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Log scores of the last fifth, a row for each way of foretelling, and the chances that the chosen model gives: [purchase, brand].

    Columns: model, log_score per purchase, low, high; behind (of the chosen model: how much more it scores), behind_low, behind_high: 95%
    intervals over households."""
    each = np.arange(len(ahead.chosen))
    chances = predict(found.chosen, ahead, last, threads)
    pooled = fit(before, Model(heterogeneous=False, priced=found.chosen.model.priced), 1, seed, threads)
    scored = {"this market": chances[each, ahead.chosen]} | own_shares(before, ahead)
    scored["pooled logit with state dependence"] = predict(pooled, ahead, last, threads)[each, ahead.chosen]
    logs = {name: np.log(np.maximum(chance, 1e-12)) for name, chance in scored.items()}
    table = [(name, *over_households(log, ahead), *over_households(logs["this market"] - log, ahead)) for name, log in logs.items()]
    return pd.DataFrame(table, columns=["model", "log_score", "low", "high", "behind", "behind_low", "behind_high"]), chances


def over_households(values: np.ndarray, c: Choices) -> tuple[float, float, float]:
    """The mean of a purchase and its 95% interval, households being what varies."""
    mean = values.mean()
    off = by_household((values - mean)[:, None], c.start)[:, 0]
    error = 1.96 * np.sqrt((off**2).sum()) / len(values)
    return float(mean), float(mean - error), float(mean + error)


def reliability(chances: np.ndarray, ahead: Choices, bins: int = 10) -> pd.DataFrame:
    """Purchases of the last fifth by the chance they were given: at (mean chance), observed (share bought), low, high, purchases."""
    bought = np.eye(chances.shape[1])[ahead.chosen].ravel()
    chance = chances.ravel()
    which = np.minimum((chance * bins).astype(int), bins - 1)
    size = np.bincount(which, minlength=bins)
    mean, seen = (np.bincount(which, values, bins) / np.maximum(size, 1) for values in (chance, bought))
    error = 1.96 * np.sqrt(mean * (1 - mean) / np.maximum(size, 1))
    return pd.DataFrame({"at": mean, "observed": seen, "low": mean - error, "high": mean + error, "purchases": size})[size > 0]
