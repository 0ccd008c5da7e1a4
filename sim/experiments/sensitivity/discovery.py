"""Where does something fail? Boxes of parameters in which failing points crowd: PRIM, the patient rule induction method.

Friedman & Fisher (1999) peel a few points at a time off the side of a box that leaves the rest densest; Bryant & Lempert (2010) read the
boxes as scenarios, by coverage (which part of all failing points lies inside) and density (which part of the points inside fail), and test
each restriction by a quasi-p-value and by resampling. Written here because the library that is kept (Project-Platypus' PRIM) is under the
GPL, which this house is not, leaves the choice of box to a person at a plot, and never says that there is none. Here the box that says most
is chosen by the harmonic mean of coverage and density; the search is repeated on outcomes that were shuffled (Fisher's permutation test),
and a box that shuffled outcomes could have given is not reported; nor is a restriction that half of the points would not give again.
"""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiments.sensitivity.boxes import Sides, best_box, furthest

SURE = 0.05            # a box, or a restriction, that luck would give more often is none
SHUFFLES = 99
HALVES = 20            # half-samples on which the search is repeated, to see which restrictions come again
AGAIN = 0.5            # of them: a restriction that comes again less often is none
MOST_BOXES = 3
LEAST_COVERAGE = 0.1   # of all failing points, by a further box
FEWEST = 10            # failing points, and points that do not fail


@dataclass(frozen=True)
class Box:
    """Where failing points crowd. limits: a row for each restricted parameter: parameter, low, high (nan: not limited on that side),
    values (of one that is no number: those inside, as texts; else None), quasi_p (chance that the box without this restriction would give
    as many failing points on as many draws; Bryant & Lempert 2010) and again (share of half-samples in which it is restricted again).
    coverage, density: as above; mass: share of all points that lie inside; p: how often the search does as well on shuffled outcomes."""
    limits: pd.DataFrame
    coverage: float
    density: float
    mass: float
    p: float


@dataclass(frozen=True)
class Discovery:
    """Where points fail: `boxes`, first the one that says most; fails: share of the points that do, of `points`; why: what is to be said
    where there is no box."""
    boxes: tuple[Box, ...]
    points: int
    fails: float
    why: str = ""


def discover(points: pd.DataFrame, fails: Sequence[bool], seed: int = 0, boxes: int = MOST_BOXES) -> Discovery:
    """Boxes in which failing points crowd.

    points: a column for each parameter, numbers or texts, a row for each point, spread over the parameters by a design or by chance;
    fails: which points fail; seed: of shuffles and half-samples; boxes: how many at most. A further box is looked for among the points
    outside those before it."""
    fails, sides = np.asarray(fails, bool), Sides.of(points)
    total = int(fails.sum())
    if min(total, len(fails) - total) < FEWEST:
        return Discovery((), len(fails), total / max(len(fails), 1), "too few of them to look for where" if total < FEWEST else
                         "too few do not to look for where")
    found, left, luck = [], np.ones(len(fails), bool), np.random.default_rng(seed)
    while len(found) < boxes:
        box, inside = _one(sides, points, fails, left, luck)
        if box is None or (found and box.coverage < LEAST_COVERAGE):
            break
        found.append(box)
        left &= ~inside
        if fails[left].sum() < FEWEST:
            break
    return Discovery(tuple(found), len(fails), total / len(fails), "" if found else "and nowhere more than by chance")


def _one(sides: Sides, points: pd.DataFrame, fails: np.ndarray, left: np.ndarray, luck: np.random.Generator):
    """(the best box among the points that are left, which of all points lie in it); (None, None) where chance gives one as good."""
    here, outcome = sides.at(left), fails[left]
    p = shuffled(here, outcome, luck)
    if p > SURE:
        return None, None
    bounds, again = significant(here, outcome, best_box(here, outcome)), repeated(here, outcome, luck)
    bounds = significant(here, outcome, [one if again[side] >= AGAIN else None for side, one in enumerate(bounds)])
    inside = sides.inside(bounds) & left
    rows = [{"parameter": points.columns[side]} | sides.limits(side, bounds[side], points.iloc[:, side])
            | {"quasi_p": quasi_p(here, outcome, bounds, side), "again": float(again[side])} for side in sides.restricted(bounds)]
    if not rows:
        return None, None
    hits = int((inside & fails).sum())
    return Box(pd.DataFrame(rows), hits / int(fails.sum()), hits / int(inside.sum()), float(inside.mean()), p), inside


def shuffled(sides: Sides, fails: np.ndarray, luck: np.random.Generator) -> float:
    """How often peeling gets as far on outcomes that are dealt out anew: (1 + shuffles as good) / (1 + shuffles); no further shuffles once
    the box cannot be SURE any more (Besag & Clifford 1991). How far it gets is the largest harmonic mean of coverage and density on the way
    (van Rijsbergen's F, 1979)."""
    best, good, most = max(value for _, value in furthest(sides, fails)), 0, SURE * (1 + SHUFFLES)
    for done in range(1, SHUFFLES + 1):
        good += max(value for _, value in furthest(sides, luck.permutation(fails))) >= best
        if 1 + good > most:
            return (1 + good) / (1 + done)
    return (1 + good) / (1 + SHUFFLES)


def quasi_p(sides: Sides, fails: np.ndarray, bounds: list, side: int) -> float:
    """The quasi-p-value of a restriction: `by_chance` beside the box without it."""
    return by_chance(sides, fails, bounds, [None if number == side else one for number, one in enumerate(bounds)])


def by_chance(sides: Sides, fails: np.ndarray, bounds: list, looser: list) -> float:
    """P(Binomial(points inside, density of the looser box) ≥ failing points inside) (Bryant & Lempert 2010): 'quasi', as the box was chosen
    because it looked good."""
    from scipy.special import bdtrc

    inside = sides.inside(bounds)
    hits, count = int((inside & fails).sum()), int(inside.sum())
    return float(bdtrc(hits - 1, count, float(fails[sides.inside(looser)].mean()))) if hits else 1.0


def significant(sides: Sides, fails: np.ndarray, bounds: list) -> list:
    """A box without the restrictions, and without the single ends of them, that luck explains; the least significant is taken off first."""
    while True:
        looser = [(side, [bound if number == side else one for number, one in enumerate(bounds)])
                  for side in sides.restricted(bounds) for bound in _looser(bounds[side])]
        values = [by_chance(sides, fails, bounds, other) for _, other in looser]
        if not values or max(values) <= SURE:
            return bounds
        bounds = looser[int(np.argmax(values))][1]


def _looser(bound) -> list:
    """A bound without each of its ends."""
    if isinstance(bound, frozenset) or not np.isfinite(bound).all():
        return [None]
    return [(-np.inf, bound[1]), (bound[0], np.inf)]


def repeated(sides: Sides, fails: np.ndarray, luck: np.random.Generator) -> np.ndarray:
    """In which share of half-samples each parameter is restricted again, [side]."""
    counts = np.zeros(sides.many)
    for _ in range(HALVES):
        half = np.zeros(len(fails), bool)
        half[luck.permutation(len(fails))[:len(fails) // 2]] = True
        here, outcome = sides.at(half), fails[half]
        if outcome.any():
            bounds = significant(here, outcome, best_box(here, outcome))
            counts[sides.restricted(bounds)] += 1
    return counts / HALVES
