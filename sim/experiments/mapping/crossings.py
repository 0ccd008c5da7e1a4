"""Where the best strategy changes along a line, and within which band.

Along a line that is cut through a map, every run's profit is a chain of straight pieces. A border lies where the mean profit of the best
strategy falls below that of another. Its band holds every place at which the 95% Student interval of the paired difference between the two
contains nought: the places that a test at 5% would not reject as the border (test inversion; for straight lines Fieller 1954). So at
any one place of the border the band holds the true border in 95 of 100 studies; not all of it at once.
"""
from itertools import combinations, pairwise
from typing import NamedTuple

import numpy as np

from sim.intervals import CONFIDENCE, student

NEAR = 1e-12           # what rounding may do to a place


class Crossing(NamedTuple):
    """A place at which the best strategy changes: `before` is best below it, `after` above; low and high: its band, nan where that goes
    on beyond the line. Places are as the line's."""
    place: float
    low: float
    high: float
    before: int
    after: int


def crossings(places: np.ndarray, profits: np.ndarray, there: np.ndarray | None = None, confidence: float = CONFIDENCE) -> list[Crossing]:
    """All changes of the best strategy along a line.

    places: [n], increasing; profits: [n, run, strategy] there, straight between; there: [n − 1], which of the pieces are known (default
    all)."""
    there = np.ones(len(places) - 1, bool) if there is None else there
    found = []
    for place, piece, before, after in changes(places, profits.mean(1), there):
        gap = profits[..., before] - profits[..., after]
        low, high = band(places, gap, there, piece, place, confidence)
        found.append(Crossing(place, low, high, before, after))
    return found


def changes(places: np.ndarray, means: np.ndarray, there: np.ndarray) -> list[tuple[float, int, int, int]]:
    """(place, piece, best before, best after) wherever the best of straight pieces changes; means: [n, strategy]."""
    found, last, ended = [], None, None
    for piece in np.flatnonzero(there).tolist():
        start, end = places[piece], places[piece + 1]
        turns = [start, *turning(start, end, means[piece], means[piece + 1]), end]
        for low, high in pairwise(turns):
            share = ((low + high) / 2 - start) / (end - start)
            best = int(((1 - share) * means[piece] + share * means[piece + 1]).argmax())
            if last is not None and best != last and ended == piece - (low == start):
                found.append((float(low), piece, last, best))
            last, ended = best, piece
    return found


def turning(start: float, end: float, before: np.ndarray, after: np.ndarray) -> list[float]:
    """Places within a piece at which two strategies' means cross, in order."""
    found = set()
    for one, other in combinations(range(len(before)), 2):
        first, last = before[one] - before[other], after[one] - after[other]
        if first * last < 0:
            found.add(float(start + (end - start) * first / (first - last)))
    return sorted(found)


def band(places: np.ndarray, gap: np.ndarray, there: np.ndarray, piece: int, place: float, confidence: float) -> tuple[float, float]:
    """The ends of the band around a border that lies in a piece; gap: [n, run]. nan where it does not end on the line."""
    ends = []
    for way in (-1, 1):
        number, end = piece, np.nan
        if way < 0 and place == places[piece] and piece > 0 and there[piece - 1]:
            number = piece - 1
        while 0 <= number < len(there) and there[number]:
            roots = edges(places[number], places[number + 1], gap[number], gap[number + 1], confidence)
            beyond = [root for root in roots if (root - place) * way >= -NEAR]
            if beyond:
                end = max(min(beyond), place) if way > 0 else min(max(beyond), place)
                break
            number += way
        ends.append(float(end))
    return ends[0], ends[1]


def edges(start: float, end: float, before: np.ndarray, after: np.ndarray, confidence: float) -> list[float]:
    """Places within a piece at which the interval of the mean just reaches nought: |mean| = t · s / √n, with mean and s² those of runs
    that go straight from `before` to `after`; the roots of a quadratic."""
    slope, runs = after - before, len(before)
    spread = student(runs - 1, confidence) ** 2 / runs
    covariance = np.cov(before, slope, ddof=1)
    square = slope.mean() ** 2 - spread * covariance[1, 1]
    linear = 2 * (before.mean() * slope.mean() - spread * covariance[0, 1])
    constant = before.mean() ** 2 - spread * covariance[0, 0]
    return [start + (end - start) * root for root in real_roots(square, linear, constant) if 0 <= root <= 1]


def real_roots(square: float, linear: float, constant: float) -> list[float]:
    """The real roots of square · u² + linear · u + constant, in the form that loses no figures."""
    if square == 0:
        return [] if linear == 0 else [-constant / linear]
    inner = linear**2 - 4 * square * constant
    inner = max(inner, 0.0) if inner > -NEAR * linear**2 else inner
    if inner < 0:
        return []
    half = -(linear + np.copysign(np.sqrt(inner), linear)) / 2
    return sorted({half / square, constant / half if half else 0.0})
