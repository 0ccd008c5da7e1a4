"""Where nobody would rather do something else: pure Nash equilibria, and how far every other profile is from being one."""
from typing import NamedTuple

import numpy as np

from sim.experiments.equilibrium.game import Game
from sim.experiments.equilibrium.luck import several
from sim.intervals import Interval, interval

SURE, POSSIBLE, REFUTED = "sure", "possible", "refuted"
SAME = 1e-9              # of the largest payoff: sums that differ by less are the same, but for how they were added up


class Rest(NamedTuple):
    """What single players could gain.

    gains: of each of `Game.deviations`, paired by run: float64 [run, deviation]; gain: their means with 95% intervals, each by itself.
    regret: of each profile the most that any single player would gain by another choice, 0 where none would (the least ε for which it is
    an ε-equilibrium, Radner 1980), with its interval; verdict: of each profile, SURE, POSSIBLE or REFUTED as an equilibrium; share: of
    resamples in which it is one."""
    gains: np.ndarray
    gain: Interval
    regret: Interval
    verdict: tuple[str, ...]
    share: np.ndarray


def rest(game: Game, payoffs: np.ndarray, weights: np.ndarray) -> Rest:
    """What single players could gain, profile by profile (Nash 1951). payoffs: [run, profile, role, choice]; weights: resamples.

    The regret is the largest of several gains. It lies below the largest of their upper limits, each at 97.5%, since the largest gain does;
    and above the largest of their lower limits once these hold together (Bonferroni): together an interval of at least 95%. A profile is
    SURE where every gain's upper limit is at most nought (no more than 2.5% of profiles that are no equilibria pass: one of their gains is
    above nought, and that is found below with 2.5%), REFUTED where a lower limit, held together, is above nought."""
    gains = gains_of(game, payoffs)
    gains[np.abs(gains) < SAME * np.nanmax(np.abs(payoffs))] = 0
    profile, many = game.deviations[:, 0], game.size
    one, together = interval(gains), several(gains, profile, many)
    regret = Interval(*(np.maximum(_most(values, profile, many), 0) for values in (one.mean, together.low, one.high)))
    highest = _most(one.high, profile, many)
    verdict = tuple(SURE if high <= 0 else REFUTED if low > 0 else POSSIBLE for high, low in zip(highest, regret.low, strict=True))
    return Rest(gains, one, regret, verdict, _share(gains, profile, many, weights))


def leaving(game: Game, found: Rest, profile: int) -> tuple[int, float, float, float]:
    """What a player gains at most (or loses at least) who leaves a profile alone: the deviation, its gain, low, high."""
    own = np.flatnonzero(game.deviations[:, 0] == profile)
    best = int(own[found.gain.mean[own].argmax()])
    return best, *(float(part[best]) for part in found.gain)


def gains_of(game: Game, payoffs: np.ndarray) -> np.ndarray:
    """What the player gains that does otherwise: [..., deviation]."""
    profile, role, one, other, reached = game.deviations.T
    return payoffs[..., reached, role, other] - payoffs[..., profile, role, one]


def _most(values: np.ndarray, profile: np.ndarray, many: int) -> np.ndarray:
    """The largest value of each profile; the deviations of a profile stand together."""
    starts = np.searchsorted(profile, np.arange(many))
    return np.maximum.reduceat(values, starts, axis=-1)


def _share(gains: np.ndarray, profile: np.ndarray, many: int, weights: np.ndarray, width: int = 2_000) -> np.ndarray:
    """The share of resamples in which each profile is an equilibrium, so many deviations at a time."""
    found, starts = np.empty(many), np.searchsorted(profile, np.arange(many + 1))
    first = 0
    while first < many:
        last = max(int(np.searchsorted(starts, starts[first] + width, side="right")) - 1, first + 1)
        part = slice(starts[first], starts[last])
        highest = _most(_means(weights, gains[:, part]), profile[part] - first, last - first)
        found[first:last] = (highest <= 0).mean(0)
        first = last
    return found


def _means(weights: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Means of resamples; what is the same in every run stays so to the last bit."""
    alike = (values == values[:1]).all(0)
    return np.where(alike, values[0], weights @ values)
