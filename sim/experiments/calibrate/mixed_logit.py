"""Mixed logit with panel structure and state dependence by simulated maximum likelihood: tastes and switching cost told apart.

Household i at occasion t chooses the brand j of highest utility (in units of choice noise)

    u_ijt = c_j + x_jt · β + ν_ij + γ_k [j bought last] + Gumbel,

with ν_ij its lasting taste for the brand (drawn once for all its purchases), γ the state dependence, the same for all or one of a few
classes k
with shares π_k. A household that repeats a brand because it likes it repeats it whatever it bought last; one that is held by a switching
cost
repeats what it happened to buy: price variation and the order of purchases tell the two apart (Heckman 1981; Dubé, Hitsch & Rossi 2010).

The first purchase on record depends on tastes (the initial-conditions problem). Two answers: `long_run` counts it, the brand before it
unknown and
distributed as the household's own choices are in the long run; `given_first` conditions on it and lets tastes depend on it (Wooldridge
2005).

Families of taste: `normal` (one spread for all brands), `normal_each` (a spread for each), `gamma` (log of a gamma draw with a shape for
each
brand: choice is Dirichlet-distributed; Goodhardt, Ehrenberg & Chatfield 1984), each as a scenario of Tenure can state it.
Draws are scrambled Sobol points with a fixed seed, the gradient is exact, errors are sandwich errors over households: same data, same
numbers.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.optimize import minimize

from sim.experiments.calibrate import choice_kernel as kernel
from sim.experiments.calibrate.choice_likelihood import DRAWS, Likelihood
from sim.experiments.calibrate.choices import Choices, Model, above_least, design


@dataclass(frozen=True)
class Estimate:
    """A fitted model: parameter vector, its sandwich covariance, names, log likelihood, and what it was fitted on;
    centre: the price of each brand to which its constant belongs."""

    model: Model
    choices: Choices
    names: tuple[str, ...]
    theta: np.ndarray
    covariance: np.ndarray
    log_likelihood: float
    draws: int
    seed: int
    converged: bool = True
    centre: np.ndarray = field(default=None, repr=False)

    def __getitem__(self, name: str) -> float:
        return float(self.theta[self.names.index(name)])

    def error(self, name: str) -> float:
        """Standard error of a parameter."""
        place = self.names.index(name)
        return float(np.sqrt(max(self.covariance[place, place], 0)))

    @property
    def aic(self) -> float:
        """Akaike's information criterion."""
        return -2 * self.log_likelihood + 2 * len(self.theta)

    @property
    def bic(self) -> float:
        """Bayesian information criterion, with the number of households as sample size."""
        return -2 * self.log_likelihood + len(self.theta) * np.log(self.choices.households)


def beginning(model: Model, likelihood: Likelihood) -> np.ndarray:
    """Where the search starts: constants from shares, everything else small."""
    c, names = likelihood.choices, likelihood.names
    share = np.bincount(c.chosen, minlength=len(c.brands)) + 0.5
    share = share / share.sum()
    theta = np.zeros(len(names))
    for at, name in enumerate(names):
        if name.startswith("constant") and model.tastes != "gamma":
            theta[at] = np.log(share[c.brands.index(name.removeprefix("constant "))] / share[0])
        elif name == "price":
            theta[at] = 0.5 / max(c.price.std(), 1e-9)
        elif name.startswith("log shape"):
            theta[at] = np.log(share[c.brands.index(name.removeprefix("log shape "))] * 1.5)
        elif name.startswith("log spread"):
            theta[at] = np.log(1.5)
        elif name == "log price spread":
            theta[at] = np.log(0.5)
        elif name == "state":
            theta[at] = 0.3
        elif name.startswith("state "):
            theta[at] = 2.0 * (int(name.removeprefix("state ")) - 1)
    return theta


def from_simpler(simple: Estimate, model: Model, choices: Choices) -> np.ndarray:
    """Where the search for a model begins whose special case has been fitted: there, a little off it where it would stand still."""
    likelihood = Likelihood(model, choices, 1)
    known = dict(zip(simple.names, simple.theta, strict=True))
    mean = choices.price.mean(0)
    known |= {"log price spread": known.get("log price spread", np.log(0.3))}
    if model.varying_price and not simple.model.varying_price:  # constants belong to other prices then
        known |= {
            f"constant {brand}": known[f"constant {brand}"] + known["price"] * (mean[b] - mean[0])
            for b, brand in enumerate(choices.brands)
            if f"constant {brand}" in known
        }
    if model.classes == 2 and simple.model.classes == 1:
        known |= {"state 1": known["state"] - 0.3, "state 2": known["state"] + 1.5, "logit 2": -1.0}
    return np.array([known[name] for name in likelihood.names])


def fit(
    choices: Choices, model: Model | None = None, draws: int = DRAWS, seed: int = 1, threads: int = 1, begin=None, sandwich: bool = True
) -> Estimate:
    """Maximise the simulated likelihood; sandwich errors over households, or (quicker) those of the outer product of scores.

    First roughly, with draws from the population, then with draws that have moved to where each household is, twice."""
    model = model or Model()
    theta = None if begin is None else np.asarray(begin, float)
    if theta is None:
        rough = Likelihood(model, choices, max(draws // 4, 16), seed, threads)
        theta = climb(rough, beginning(model, rough), 1e-3)[0]
    likelihood = Likelihood(model, choices, draws, seed, threads)
    for tolerance in (1e-3, 1e-4) if likelihood.draws > 1 else (1e-6,):
        likelihood.move_to(theta)
        theta, steepest = climb(likelihood, theta, tolerance)
    total, g = likelihood.scores(theta)
    meat = g.T @ g
    covariance = np.linalg.pinv(meat)
    if sandwich:
        steps = 1e-4 * np.eye(len(theta))
        hessian = np.array([(likelihood.scores(theta + s)[1] - likelihood.scores(theta - s)[1]).sum(0) for s in steps]) / 2e-4
        bread = np.linalg.pinv((hessian + hessian.T) / 2)
        covariance = bread @ meat @ bread
    return Estimate(
        model,
        choices,
        likelihood.names,
        theta,
        covariance,
        float(total.sum()),
        likelihood.draws,
        seed,
        bool(steepest < 1e-3),
        likelihood.centre,
    )


def climb(likelihood: Likelihood, theta: np.ndarray, tolerance: float) -> tuple[np.ndarray, float]:
    """BFGS on the mean log likelihood of a household, begun with the outer product of scores; the place and the steepest slope left."""
    n = likelihood.choices.households

    def objective(theta):
        total, gradient = likelihood.scores(theta)
        return -total.sum() / n, -gradient.sum(0) / n

    g = likelihood.scores(theta)[1]
    curvature = np.linalg.inv(g.T @ g / n + 1e-3 * np.eye(len(theta)))
    found = minimize(
        objective, theta, jac=True, method="BFGS", options={"gtol": tolerance, "hess_inv0": (curvature + curvature.T) / 2, "maxiter": 300}
    )
    return found.x, float(np.abs(found.jac).max())


def posterior(estimate: Estimate, threads: int = 1) -> tuple[Likelihood, np.ndarray]:
    """Each household's weights over classes and draws given its purchases: [class, household, draw], summing to one by household."""
    likelihood = Likelihood(estimate.model, estimate.choices, estimate.draws, estimate.seed, threads)
    likelihood.move_to(estimate.theta)
    joint = likelihood.joint(estimate.theta)[0]
    weight = np.exp(joint - joint.max((0, 2))[None, :, None])
    return likelihood, weight / weight.sum((0, 2))[None, :, None]


def predict(estimate: Estimate, ahead: Choices, last: np.ndarray, threads: int = 1) -> np.ndarray:
    """The chance of each brand at later purchases of the same households, given those that the model was fitted on: [purchase, brand].

    last: the brand bought before each later purchase."""
    likelihood, weight = posterior(estimate, threads=threads)
    later = design(replace(estimate.model, initial="long_run"), ahead, likelihood.centre)[0]
    theta = estimate.theta
    taste, slope = likelihood.tastes(theta)[0], likelihood.slopes(theta)[0]
    beta = theta[: likelihood.shared].copy()
    if estimate.model.varying_price:
        beta[estimate.names.index("price")] = 0
    if estimate.model.initial == "given_first":
        first = np.eye(len(ahead.brands))[estimate.choices.first[estimate.choices.start[:-1]]][ahead.who]
        later = np.concatenate([later, first[..., None]], 2)
    chance = np.zeros(ahead.price.shape)
    for k, state in enumerate(likelihood.classes(theta)[0]):
        likelihood.everywhere(
            kernel.household_predictions, ahead.start, last, later @ beta, above_least(ahead.price), taste, slope, state, weight[k], chance
        )
    return chance
