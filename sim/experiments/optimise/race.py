"""The race: policies that might still be best are played again on luck that the search has not seen, the fewer the longer.

Whoever looks best among many has also been lucky. So who enters is chosen on the luck of the search, who wins on the luck of the race, and
what the winner is worth is measured on a third, which nobody was chosen by.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.optimise.decisions import unique
from sim.experiments.optimise.front import spread
from sim.experiments.optimise.search import OBJECTIVES, Tried, leaders
from sim.experiments.sweep.plan import LAYOUT
from sim.intervals import interval

HEAT, FINAL = 24, 12  # how many policies enter, beside those that always do; and how many of them go on to the final
RESAMPLES = 2_000


@dataclass(frozen=True)
class Standing:
    """How policies stand after the race: values [policy, run, objective] of profit and retention, `over` [policy] by how much each spends
    more than it may; `best` the winner, `sure` the share of resamples of the runs in which it is best."""

    policies: list[dict]
    values: np.ndarray
    over: np.ndarray
    best: int
    sure: float


def entrants(tried: Sequence[Tried], objective: str, many: int = HEAT) -> list[dict]:
    """The policies that enter: the best of the search, and those spread along its front."""
    return unique(one.policy for one in leaders(tried, objective, many))


def race(
    policies: Sequence[dict],
    always: int,
    play: Callable[[list[dict], int, str], tuple[np.ndarray, np.ndarray]],
    runs: int,
    objective: str,
    seed: int,
    final: int = FINAL,
) -> Standing:
    """A heat with a quarter of the runs for all, and a final with all runs for those that may still be best, or on the front; the first
    `always` policies are in both. play(policies, runs, part) -> (values [policy, run, 2], over [policy])."""
    policies = list(policies)
    quarter = max(-(-runs // 4), 2)
    if len(policies) > always + final and quarter < runs:
        values, over = play(policies, quarter, "heat")
        policies = [*policies[:always], *(policies[number] for number in going_on(values, over, always, objective, final))]
    values, over = play(policies, runs, "final")
    best = best_of(values.mean(1), over, objective)
    return Standing(policies, values, over, best, certainty(values, over, best, objective, seed))


def going_on(values: np.ndarray, over: np.ndarray, always: int, objective: str, final: int) -> list[int]:
    """Who goes on to the final: those that are not surely behind the leader, the highest means first; and where both objectives count,
    two thirds of the places for those spread along the front."""
    means, column = values.mean(1), _column(objective)
    leader = best_of(means, over, objective)
    upper = interval(np.moveaxis(values[:, :, column] - values[leader, :, column], 1, 0)).high
    hopeful = [number for number in np.argsort(-means[:, column], kind="stable").tolist() if not upper[number] < 0 and over[number] <= 0]
    if objective != "both":
        return sorted(number for number in hopeful[:final] if number >= always)
    allowed = np.where(over[:, None] <= 0, means, np.nan)
    chosen = {*hopeful[: final // 3], *spread(allowed, final - final // 3)}
    return sorted(number for number in chosen if number >= always)


def best_of(means: np.ndarray, over: np.ndarray, objective: str) -> int:
    """The highest mean among those that keep to the budget; where none does, the one that comes nearest to it."""
    if not (over <= 0).any():
        return int(np.nanargmin(over))
    return int(np.nanargmax(np.where(over <= 0, means[:, _column(objective)], -np.inf)))


def certainty(values: np.ndarray, over: np.ndarray, best: int, objective: str, seed: int) -> float:
    """The share of resamples of the runs (Efron 1979), whole runs at a time, in which the winner has the highest mean."""
    luck = np.random.default_rng([seed, LAYOUT, 40])
    runs = values.shape[1]
    weights = luck.multinomial(runs, np.full(runs, 1 / runs), size=RESAMPLES) / runs
    means = np.where((over <= 0) | (np.arange(len(over)) == best), weights @ values[:, :, _column(objective)].T, -np.inf)
    return float((means.argmax(1) == best).mean())


def _column(objective: str) -> int:
    return ("profit", "retention").index(OBJECTIVES[objective][0])
