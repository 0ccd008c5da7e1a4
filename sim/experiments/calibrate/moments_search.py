"""The search: points of the parameters played with the same luck, Gauss-Newton steps within a trust region, and how sure the outcome is.

The runs share their luck at all points, so that moments are a function of the parameters that is smooth but for whole buyers; slopes are
central differences over several hundredths of a range. Method of simulated moments (McFadden 1989; Pakes & Pollard 1989): with S the
covariance of the moments of one market times (1 + 1 / runs), plus the squared standard deviation of each tolerance, the parameters
have the covariance (J' S⁻¹ J)⁻¹, J being the slopes.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.experiments.calibrate.moments_asked import NORMAL

CLOSE = 0.05  # standard deviations: near enough
STEP, REACH, LEAST_REACH = 0.04, 0.25, 0.004  # of a range: for slopes, at first, at last
PULL = 0.2  # standard deviations for a whole range: what targets leave open stays near the scenario; biases by 0.1 of one at most
LOOSE, FLAT = 0.15, 0.25  # part of a direction that is left open; standard deviations for a whole range that are as good as none
Play = Callable[[np.ndarray, str], np.ndarray]  # points [point, parameter] in shares, name -> moments [point, run, moment]


@dataclass
class Aim:
    """What is aimed at: value and tolerance of each moment; home: where the scenario stands, in shares of the ranges."""

    value: np.ndarray
    tolerance: np.ndarray
    home: np.ndarray

    def spread(self, runs: np.ndarray) -> np.ndarray:
        """The covariance of what is aimed at less what is played: luck of one market and of the mean of the runs, and the tolerance."""
        luck = np.atleast_2d(np.cov(runs, rowvar=False)) * (1 + 1 / len(runs))
        floor = np.maximum(1e-3 * np.abs(self.value), 1e-9)
        return luck + np.diag((self.tolerance / NORMAL) ** 2 + floor**2)

    def scale(self, runs: np.ndarray) -> np.ndarray:
        return np.sqrt(np.diag(self.spread(runs)))

    def worth(self, means: np.ndarray, points: np.ndarray, scale: np.ndarray) -> np.ndarray:
        """How far off each point is, squared; endless where it cannot be played."""
        off = (((means - self.value) / scale) ** 2).sum(-1) + PULL**2 * ((points - self.home) ** 2).sum(-1)
        return np.where(np.isfinite(off), off, np.inf)


def begin(aim: Aim, play: Play, points: np.ndarray) -> np.ndarray:
    """The best of a design that fills the space; [parameter]."""
    runs = play(points, "start")
    spreads = [aim.scale(one) for one in runs if np.isfinite(one).all()]
    if not spreads:
        raise ArithmeticError("no point of the ranges can be played, or none shows the moments that are aimed at")
    return points[int(np.argmin(aim.worth(runs.mean(1), points, np.median(spreads, 0))))]


def improve(at: np.ndarray, aim: Aim, play: Play, name: str, rounds: int) -> np.ndarray:
    """Gauss-Newton steps within a trust region until all targets are met or nothing gets nearer; [parameter]."""
    reach = REACH
    for number in range(1, rounds + 1):
        slopes, here = slopes_at(at, play, f"{name}_{number}_slopes")
        scale = aim.scale(here)
        off = (here.mean(0) - aim.value) / scale
        whole = step(at, off, slopes / scale[:, None], aim.home, 1.0)
        if np.abs(off).max() < CLOSE and np.abs(whole).max() < STEP / 4:
            break
        tried = np.array([at + step(at, off, slopes / scale[:, None], aim.home, reach * part) for part in (1, 0.3, 0.1)] + [at + whole])
        means = play(tried, f"{name}_{number}_steps").mean(1)
        worth = aim.worth(means, tried, scale)
        now = aim.worth(here.mean(0), at, scale)
        best = int(np.argmin(worth))
        gained = now - worth[best]
        reach = reach / 4 if gained <= 0 or best == 2 else reach / 2 if best == 1 else reach
        if gained > 0:
            at = tried[best]
        if reach < LEAST_REACH or (0 < gained < 1e-4 * now):
            break
    return at


def step(at: np.ndarray, off: np.ndarray, slopes: np.ndarray, home: np.ndarray, reach: float) -> np.ndarray:
    """The step that a linear market would need, no longer than `reach` in any parameter and within all ranges."""
    from scipy.optimize import lsq_linear

    rows = np.vstack([slopes, PULL * np.eye(len(at))])
    wanted = np.r_[-off, PULL * (home - at)]
    low, high = np.maximum(-at, -reach), np.minimum(1 - at, reach)
    return lsq_linear(rows, wanted, (np.minimum(low, -1e-12), np.maximum(high, 1e-12))).x.clip(low, high)


def slopes_at(at: np.ndarray, play: Play, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Slopes of the moments [moment, parameter] by central differences, and the moments of every run at the point [run, moment]."""
    moved = np.vstack([at, *(np.clip(at + sign * STEP * one, 0, 1) for one in np.eye(len(at)) for sign in (1, -1))])
    runs = play(moved, name)
    if not np.isfinite(runs[0]).all():
        raise ArithmeticError("a moment that is aimed at is not known where the search stands: nobody is an account there")
    means = runs.mean(1)
    up, down = means[1::2], means[2::2]
    width = np.array([moved[1 + 2 * j, j] - moved[2 + 2 * j, j] for j in range(len(at))])
    return np.nan_to_num((up - down) / width[:, None]).T, runs[0]


@dataclass
class Sure:
    """How sure parameters are. doubt: standard deviations in shares of the ranges (nan where targets leave them open); open: directions
    along which no target moves, [direction, parameter]; misfit: what the targets are off, squared and weighted; spare: moments beyond
    what is needed; off: moments less targets in standard deviations."""

    doubt: np.ndarray
    open: np.ndarray
    misfit: float
    spare: int
    off: np.ndarray


def surety(slopes: np.ndarray, here: np.ndarray, aim: Aim) -> Sure:
    """What the slopes and the spread of the moments say of the parameters."""
    spread = aim.spread(here)
    root = np.linalg.inv(np.linalg.cholesky(spread))
    off = here.mean(0) - aim.value
    _, strength, directions = np.linalg.svd(root @ slopes, full_matrices=True)
    strength = np.r_[strength, np.zeros(len(directions) - len(strength))]
    known = strength > FLAT
    variance = ((directions[known] / strength[known, None]) ** 2).sum(0)
    free = directions[~known]
    loose = (free**2).sum(0) > LOOSE**2
    return Sure(np.where(loose, np.nan, np.sqrt(variance)), free, float(((root @ off) ** 2).sum()), int(len(aim.value) - known.sum()),
                off / np.sqrt(np.diag(spread)))  # fmt: skip
