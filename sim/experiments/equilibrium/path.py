"""Who switches to what, one at a time: the best-reply path, and the choices that no path leads back to."""
from typing import NamedTuple

import numpy as np

from sim.experiments.equilibrium.game import Game
from sim.experiments.equilibrium.rest import Rest


class Path(NamedTuple):
    """profiles: those that are passed, from the first; steps: the deviation (row of `Game.deviations`) taken from each but the last;
    back: where a cycle is closed, the place in `profiles` that it comes back to; None where the path comes to rest."""
    profiles: tuple[int, ...]
    steps: tuple[int, ...]
    back: int | None


def best_replies(game: Game, found: Rest, start: int) -> Path:
    """From a profile on, whoever gains most on average by another choice takes it, until nobody gains or a profile comes again (Cournot
    1838, one seller at a time)."""
    passed, steps = [start], []
    while True:
        own = np.flatnonzero(game.deviations[:, 0] == passed[-1])
        best = own[found.gain.mean[own].argmax()]
        if not found.gain.mean[best] > 0:
            return Path(tuple(passed), tuple(steps), None)
        reached = int(game.deviations[best, 4])
        steps.append(int(best))
        if reached in passed:
            return Path(tuple(passed), tuple(steps), passed.index(reached))
        passed.append(reached)


class Dominated(NamedTuple):
    """A choice that a role would never make, since another is better whatever everybody else does: `turn` is when it falls out, the first
    being 1; least_gain: what the better one earns more at least, low: the lowest limit of it; sure: whether all limits lie above nought."""
    role: int
    choice: int
    by: int
    turn: int
    least_gain: float
    low: float
    sure: bool


def dominated(game: Game, found: Rest, certain: bool = True) -> tuple[list[Dominated], np.ndarray]:
    """Choices that fall out one after the other, since another single choice is strictly better whatever is still played (Luce & Raiffa
    1957), and those that stay [role, choice]. certain: only where every 95% interval says so; else where every mean does. To call a choice
    dominated for sure wrongly takes one interval that errs: 2.5% at most."""
    alive, fallen, turn = np.ones((len(game.roles), len(game.choices)), bool), [], 0
    while True:
        turn += 1
        still = (game.count[:, ~alive] == 0).all(1)
        now = [one for role in range(len(alive)) for choice in np.flatnonzero(alive[role])
               if (one := _worse(game, found, role, int(choice), alive, still, turn, certain))]
        if not now:
            return fallen, alive
        for one in now:
            alive[one.role, one.choice] = False
        fallen += now


def _worse(game: Game, found: Rest, role: int, choice: int, alive: np.ndarray, still: np.ndarray, turn: int, certain: bool):
    """What makes a choice fall out, by the choice that is better by most; None where there is none."""
    profile, of, one, other, reached = game.deviations.T
    better = []
    for by in np.flatnonzero(alive[role]):
        own = (of == role) & (one == choice) & (other == by) & still[profile] & still[reached]
        if by != choice and own.any():
            least, low = found.gain.mean[own].min(), found.gain.low[own].min()
            better.append(Dominated(role, choice, int(by), turn, float(least), float(low), bool(low > 0)))
    best = max(better, key=lambda one: one.low if certain else one.least_gain, default=None)
    return best if best and (best.low if certain else best.least_gain) > 0 else None
