"""Designs in the unit cube: trajectories for Morris's screening, Saltelli's pairs of points for Sobol's indices; both from SALib, seeded.

Points are laid out as shares 0..1 of the way through what each factor may be, and only then turned into values: so any distribution,
logarithm, whole number or list of values is sampled as it should be, equal shares being equally likely.
"""
import numpy as np

from sim.experiments.sweep.plan import LAYOUT

LEVELS = 4                                     # of a Morris trajectory's grid
STRETCH = LEVELS / (LEVELS - 1)                # from SALib's step, of a grid that fills 0..1, to ours, in the middle of each quarter
TRAJECTORIES, SCREEN_LUCK, PAIRS, INDEX_LUCK, BOX_LUCK = 31, 32, 33, 34, 35      # each purpose its own luck


def seed_of(scenario, purpose: int) -> int:
    """A seed for one purpose, out of the scenario's; never 0, which SALib takes for none."""
    return int(np.random.default_rng([scenario.seed, LAYOUT, purpose]).integers(1, 2**31))


def problem(factors: int) -> dict:
    """The unit cube as SALib wants it described."""
    return {"num_vars": factors, "names": [f"{number:04d}" for number in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def trajectories(factors: int, count: int, seed: int) -> np.ndarray:
    """`count` trajectories of factors + 1 points, each a step of one factor from the last (Morris 1991): shares [point, factor].

    Levels are the middles of four equally likely quarters (1/8, 3/8, 5/8, 7/8), so that unbounded distributions have no infinite ends;
    steps are half of the way, from a lower quarter to the one two further up, or back."""
    from SALib.sample.morris import sample

    return 1 / (2 * LEVELS) + sample(problem(factors), count, LEVELS, seed=seed) * (1 - 1 / LEVELS)


def pairs(factors: int, count: int, second_order: bool, seed: int) -> np.ndarray:
    """`count` pairs of points A and B of a scrambled Sobol' sequence with what lies between (Saltelli 2002; Saltelli et al. 2010): shares
    [point, factor], count · (factors + 2) points, with `second_order` count · (2 · factors + 2). count: a power of two."""
    from SALib.sample.sobol import sample

    return sample(problem(factors), count, calc_second_order=second_order, seed=seed)


def block(factors: int, second_order: bool) -> int:
    """How many points belong to one pair: A first, B last."""
    return (2 if second_order else 1) * factors + 2


def spread_points(points: int, factors: int, second_order: bool) -> np.ndarray:
    """The numbers of the points A and B of every pair: those that are spread over the cube by themselves. What lies between shares all
    coordinates but one with them, and is no point of its own to a test of where something happens."""
    size = block(factors, second_order)
    first = np.arange(0, points, size)
    return np.sort(np.concatenate([first, first + size - 1]))
