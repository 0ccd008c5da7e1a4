"""What an equilibrium costs those who are in it: the prisoner's dilemma, and the price of anarchy."""
from typing import NamedTuple

import numpy as np

from sim.experiments.equilibrium.game import Game
from sim.experiments.equilibrium.rest import Rest, leaving
from sim.intervals import Interval, interval


class Dilemma(NamedTuple):
    """A profile in which every player earns more than in an equilibrium, and that does not last.

    instead: that profile; forgone: what each player would earn more there, players of a role in the order of what they earn (Interval of
    [player]); total: all of them together; temptation: what the player gains that leaves it first, and `leaves` its deviation; share: of
    resamples in which every player would earn more; sure: whether every player's interval lies above nought."""
    instead: int
    forgone: Interval
    total: Interval
    temptation: Interval
    leaves: int
    share: float
    sure: bool


class Anarchy(NamedTuple):
    """What all players together lose by each choosing for itself: best: the profile in which they earn most together, share: of resamples
    in which it is that; lost: over the equilibrium (Interval); ratio: what they earn at best over what they earn (Koutsoupias &
    Papadimitriou 1999)."""
    best: int
    share: float
    lost: Interval
    ratio: float


def earned(game: Game, payoffs: np.ndarray) -> np.ndarray:
    """What each player earns in each profile, alike players in the order of what they earn on average, the most first: float64
    [run, profile, player]."""
    found, of = [], np.repeat(np.arange(len(game.roles)), game.sizes)
    means = payoffs.mean(0)
    for number, playing in enumerate(game.assignment):
        order = sorted(range(len(playing)), key=lambda player: (of[player], -means[number, of[player], playing[player]]))
        found.append(payoffs[:, number, of[order], playing[order]])
    return np.stack(found, axis=1)


def dilemma(game: Game, each: np.ndarray, found: Rest, at: int, weights: np.ndarray) -> Dilemma | None:
    """The profile in which all together earn most among those in which every player for sure earns more than in profile `at` (where it is
    sure of none: does on average); None where there is none. each: `earned`. Players are compared by rank within their role: some order
    makes everybody better off if and only if this one does. Intervals are those of the profile named; that it was the best of several in
    these runs is not in them."""
    over = each - each[:, [at]]
    sure, better = ((part > 0).all(1) for part in (interval(over).low, over.mean(0)))
    if not better.any():
        return None
    instead = int(np.where(sure if sure.any() else better, each.mean(0).sum(1), -np.inf).argmax())
    forgone, total = interval(over[:, instead]), interval(over[:, instead].sum(1))
    leaves, *tempted = leaving(game, found, instead)
    share = float((weights @ over[:, instead] > 0).all(1).mean())
    return Dilemma(instead, forgone, total, Interval(*tempted), leaves, share, bool((forgone.low > 0).all()))


def anarchy(each: np.ndarray, at: int, weights: np.ndarray) -> Anarchy:
    """What all players together would earn at best, against what they earn in profile `at`."""
    together = each.sum(2)
    best = int(together.mean(0).argmax())
    share = float(((weights @ together).argmax(1) == best).mean())
    here = together[:, at].mean()
    ratio = float(together[:, best].mean() / here) if here > 0 else float("nan")
    return Anarchy(best, share, interval(together[:, best] - together[:, at]), ratio)
