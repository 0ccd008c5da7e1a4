"""The simulated likelihood of a mixed logit: imagined households, moved to where each real one is, and the exact gradient."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
from scipy.special import log_ndtr, ndtri
from scipy.stats import qmc

from sim.core.state import QUANTILE_REACH
from sim.experiments.calibrate import choice_kernel as kernel
from sim.experiments.calibrate.choices import (
    Choices,
    Model,
    above_least,
    by_household,
    class_names,
    design,
    price_centre,
    taste_count,
    taste_names,
)
from sim.population import PROBABILITIES, log_gamma_quantile

LUCK = 5_101  # this module's own stream of random numbers
DRAWS = 256
STEP = 1e-3
STAY = 0.1  # the share of draws that stay with the population
REACH, POINTS = QUANTILE_REACH, len(PROBABILITIES)


class Likelihood:
    """The log likelihood of a model on choices, with its gradient by household."""

    def __init__(self, model: Model, choices: Choices, draws: int = DRAWS, seed: int = 1, threads: int = 1):
        self.model, self.choices, self.threads, self.seed = model, choices, threads, seed
        self.centre = price_centre(model, choices)
        self.x, self.names = design(model, choices, self.centre)
        self.mean = self.x.mean(0)  # [brand, columns]: long-run covariates
        mean_price = choices.price.mean(0)
        self.price, self.mean_price = above_least(choices.price), mean_price - mean_price.min()
        self.shared = self.x.shape[2]
        self.names += class_names(model) + taste_names(model, choices.brands)
        dimensions = len(choices.brands) + model.varying_price
        self.draws = draws if model.heterogeneous or model.varying_price else 1
        self.xi = (
            ndtri(sobol(choices.households, self.draws, dimensions, seed))
            if self.draws > 1
            else np.zeros((choices.households, 1, dimensions))
        )
        self.imagine(self.xi, np.zeros(self.xi.shape[:2]))

    # --- imagined households ---------------------------------------------------------------------------------------------------------

    def imagine(self, z: np.ndarray, log_weight: np.ndarray) -> None:
        """Take draws z [household, draw, dimension], standard normal once weighted by exp(log_weight) [household, draw]."""
        self.z, self.log_weight = z, log_weight
        brands = len(self.choices.brands)
        if self.model.tastes == "gamma" and self.model.heterogeneous:
            at = (log_ndtr(z[..., :brands]) - log_ndtr(-z[..., :brands]) + REACH) * ((POINTS - 1) / (2 * REACH))
            self.left = np.clip(at, 0, POINTS - 1.001).astype(np.int32)
            self.part = np.clip(at - self.left, 0, 1)

    def move_to(self, theta: np.ndarray, rounds: int = 2) -> None:
        """Move the draws to where each household's tastes lie given its purchases: adaptive importance sampling.

        A share of the draws stays with the population (so that no weight can exceed 1 / `STAY`), the others follow a normal with the mean
        and
        covariance of the household's draws weighted by their likelihood, round after round (Cappé et al. 2004). Without it, a household
        with many purchases is told from its neighbours by one or two draws, and what they miss comes out as state dependence."""
        if self.draws == 1:
            return
        households, draws, dimensions = self.xi.shape
        stay = int(np.ceil(STAY * draws))
        self.imagine(self.xi, np.zeros((households, draws)))
        for _ in range(rounds):
            joint = self.joint(theta)[0].max(0)
            weight = np.exp(joint - joint.max(1, keepdims=True))
            weight /= weight.sum(1, keepdims=True)
            centre = np.einsum("hr,hrd->hd", weight, self.z)
            off = self.z - centre[:, None]
            spread = np.einsum("hr,hrd,hre->hde", weight, off, off)
            few = 1 / (1 + (weight**2).sum(1) ** -1)  # of little effect where many draws count
            spread += (0.05 + few)[:, None, None] * np.eye(dimensions)
            root = np.linalg.cholesky(spread)
            moved = centre[:, None] + np.einsum("hde,hre->hrd", root, self.xi)
            z = np.concatenate([self.xi[:, :stay], moved[:, stay:]], 1)
            self.imagine(z, log_weights(z, centre, root, stay / draws))

    # --- what a parameter vector says ------------------------------------------------------------------------------------------------

    def tastes(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Tastes [household, draw, brand] and their derivative by the (log) parameter."""
        if not self.model.heterogeneous:
            nothing = np.zeros((*self.z.shape[:2], len(self.choices.brands)))
            return nothing, nothing
        if self.model.tastes != "gamma":
            value = self.z[..., : len(self.choices.brands)] * np.exp(self.taste_part(theta))
            return value, value
        shapes = np.exp(self.taste_part(theta))
        tables = [[log_gamma_quantile(a * np.exp(step), PROBABILITIES) for step in (0, STEP, -STEP)] for a in shapes]
        value, slope = np.empty(self.left.shape), np.empty(self.left.shape)
        for j, (middle, up, down) in enumerate(tables):
            left, part = self.left[..., j], self.part[..., j]
            value[..., j] = middle[left] + part * (middle[left + 1] - middle[left])
            by = (up - down) / (2 * STEP)
            slope[..., j] = by[left] + part * (by[left + 1] - by[left])
        return value, slope

    def taste_part(self, theta: np.ndarray) -> np.ndarray:
        """Logarithms of spreads or shapes."""
        return theta[
            len(theta) - taste_count(self.model, len(self.choices.brands)) - self.model.varying_price : len(theta)
            - self.model.varying_price
            or None
        ]

    def classes(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """State dependence and share of each class."""
        k, at = self.model.classes, self.shared
        if not self.model.state:
            return np.zeros(1), np.ones(1)
        logit = np.r_[0.0, theta[at + k : at + 2 * k - 1]]
        share = np.exp(logit - logit.max())
        return theta[at : at + k], share / share.sum()

    def slopes(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """What a dollar weighs to each imagined household beyond the common design, and its derivatives by weight and log spread."""
        households = self.choices.households
        if not self.model.varying_price:
            return np.empty((households, 0)), np.empty((households, 0, 2))
        z = self.z[..., -1]
        times = np.exp(np.exp(theta[-1]) * z)
        slope = theta[self.names.index("price")] * times
        return slope, np.stack([times, slope * z * np.exp(theta[-1])], 2)

    # --- likelihood and gradient ---------------------------------------------------------------------------------------------------------

    def scores(self, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """log likelihood [household] and gradient [household, parameter]."""
        joint, arrays, by_taste, by_slope = self.joint(theta)
        top = joint.max((0, 2))
        weight = np.exp(joint - top[None, :, None])
        total = weight.sum((0, 2))
        weight /= total[None, :, None]
        return top + np.log(total), self.gradient(theta, weight, arrays, by_taste, by_slope)

    def joint(self, theta: np.ndarray):
        """log(π_k P_kr / draws) [class, household, draw], and the arrays it was computed from."""
        taste, by_taste = self.tastes(theta)
        slope, by_slope = self.slopes(theta)
        beta = theta[: self.shared].copy()
        if self.model.varying_price:
            beta[self.names.index("price")] = 0  # price is in the slope
        common, mean = self.x @ beta, self.mean @ beta
        c, (states, shares) = self.choices, self.classes(theta)
        joint = np.empty((len(states), c.households, self.draws))
        last, from_first = c.last, self.model.initial == "long_run"
        arrays = (c.start, c.chosen, last, common, self.price, taste, slope)
        for k, state in enumerate(states):
            self.everywhere(kernel.household_likelihoods, *arrays, state, mean, self.mean_price, from_first, joint[k])
            joint[k] += np.log(shares[k] / self.draws) + self.log_weight
        return joint, (arrays, mean, from_first), by_taste, by_slope

    def gradient(self, theta, weight, arrays, by_taste, by_slope) -> np.ndarray:
        """∂ log likelihood / ∂ θ, by household."""
        (plain, mean, from_first), c = arrays, self.choices
        states, shares = self.classes(theta)
        households, brands = c.households, len(c.brands)
        residual, mean_residual = np.zeros((len(c.chosen), brands)), np.zeros((households, brands))
        taste_score, slope_score, state_scores = (
            np.zeros(shape) for shape in ((households, brands), (households, 2), (len(states), households))
        )
        for k, state in enumerate(states):
            self.everywhere(
                kernel.household_residuals,
                *plain,
                state,
                mean,
                self.mean_price,
                from_first,
                weight[k],
                by_taste,
                by_slope,
                residual,
                mean_residual,
                state_scores[k],
                taste_score,
                slope_score,
            )
        linear = by_household(np.einsum("nj,njc->nc", residual, self.x), c.start) + mean_residual @ self.mean
        if self.model.varying_price:
            linear[:, self.names.index("price")] = slope_score[:, 0]
        parts = [linear]
        if self.model.state:
            member = weight.sum(2)  # [class, household]
            parts += [state_scores.T, (member[1:] - shares[1:, None]).T]
        if self.model.heterogeneous:
            parts.append(taste_score.sum(1, keepdims=True) if self.model.tastes == "normal" else taste_score)
        if self.model.varying_price:
            parts.append(slope_score[:, 1:])
        return np.concatenate(parts, 1)

    def everywhere(self, function, *arrays) -> None:
        """The kernel over all households, `threads` at a time; each fills rows of its own."""
        ends = np.linspace(0, self.choices.households, self.threads * 4 + 1 if self.threads > 1 else 2).astype(int)
        if self.threads == 1:
            function(0, self.choices.households, *arrays)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(lambda pair: function(*pair, *arrays), pairwise(ends)))


def log_weights(z: np.ndarray, centre: np.ndarray, root: np.ndarray, stay: float) -> np.ndarray:
    """log of the standard normal density over that of the mixture the draws come from: `stay` standard, the rest normal about `centre`."""
    from_own = np.einsum("hde,hre->hrd", np.linalg.inv(root), z - centre[:, None])
    apart = 0.5 * ((z**2).sum(2) - (from_own**2).sum(2)) - np.log(np.diagonal(root, axis1=1, axis2=2)).sum(1)[:, None]
    return -np.logaddexp(np.log(stay), np.log1p(-stay) + apart)


def sobol(households: int, draws: int, dimensions: int, seed: int) -> np.ndarray:
    """Scrambled Sobol points, a block of `draws` for each household: [household, draw, dimension], inside 0..1."""
    power = int(np.ceil(np.log2(max(households * draws, 2))))
    u = qmc.Sobol(dimensions, rng=np.random.default_rng([seed, LUCK])).random_base2(power)[: households * draws]
    return u.clip(1e-7, 1 - 1e-7).reshape(households, draws, dimensions)
