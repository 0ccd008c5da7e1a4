"""Every strategy's profit over a map, run by run: straight within the triangles between points that were played (Delaunay 1934).

One surface for each run, over the same points and with the same luck: differences of surfaces are taken run by run, so that how sure a
border is comes from how it differs between runs.
"""
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, pairwise

import numpy as np

from sim.experiments.mapping.crossings import Crossing, crossings, turning
from sim.intervals import student

NEAR = 1e-12           # places closer than that are one
AT_ONCE = 4096         # places looked at together: memory is bounded


@dataclass(eq=False)
class Surface:
    """places: float [n, 2], shares of the axes; profits: float [n, run, strategy]; holes: cells (left, lower, right, upper, in shares) of
    which a corner failed: nothing is known in them."""
    places: np.ndarray
    profits: np.ndarray
    holes: tuple[tuple[float, float, float, float], ...] = ()

    @cached_property
    def _mesh(self):
        from scipy.spatial import Delaunay

        return Delaunay(self.places)

    @cached_property
    def corners(self) -> np.ndarray:
        """The triangles by the numbers of their corners: int [triangle, 3], flat ones and those in holes left out."""
        return self._mesh.simplices[self._known]

    @cached_property
    def _known(self) -> np.ndarray:
        simplices = self._mesh.simplices
        first, second, third = (self.places[simplices[:, number]] for number in range(3))
        size = (second - first)[:, 0] * (third - first)[:, 1] - (second - first)[:, 1] * (third - first)[:, 0]
        middle = self.places[simplices].mean(1)
        known = np.abs(size) > NEAR
        for left, lower, right, upper in self.holes:
            known &= ~((middle[:, 0] > left) & (middle[:, 0] < right) & (middle[:, 1] > lower) & (middle[:, 1] < upper))
        return known

    @cached_property
    def means(self) -> np.ndarray:
        """Mean profit over runs: float [n, strategy]."""
        return self.profits.mean(1)

    def best_at(self, where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(best, least) at places [m, 2]: the number of the strategy with the highest mean profit, −1 where nothing is known; and the
        lowest end of the 95% intervals of its leads over the others (paired): above nought where it is sure to be best, nan where
        nothing is known."""
        parts = [self._best(where[first:first + AT_ONCE]) for first in range(0, len(where), AT_ONCE)]
        return tuple(np.concatenate(of) for of in zip(*parts, strict=True))

    def _best(self, where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        number, weights = self._weights(where)
        here = np.arange(len(where))
        profits = np.einsum("mc,mcrs->mrs", weights, self.profits[self._mesh.simplices[number]])
        best = profits.mean(1).argmax(1)
        lead = profits[here, :, best][..., None] - profits
        runs = lead.shape[1]
        half = student(runs - 1) * lead.std(1, ddof=1) / np.sqrt(runs)
        least = np.where(np.arange(lead.shape[2]) == best[:, None], np.inf, lead.mean(1) - half).min(1)
        known = (number >= 0) & self._known[number]
        return np.where(known, best, -1), np.where(known, least, np.nan)

    def _weights(self, where: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The triangle of each place (−1 outside all) and the weights of its corners."""
        number = self._mesh.find_simplex(where, tol=1e-9)
        transform = self._mesh.transform[number]
        first = np.einsum("mij,mj->mi", transform[:, :2], where - transform[:, 2])
        return number, np.concatenate([first, 1 - first.sum(1, keepdims=True)], axis=1)

    def lines(self) -> list[tuple[int, int, np.ndarray]]:
        """The border, triangle by triangle: (one strategy, the other, ends [2, 2]); the two are best along it."""
        found = []
        winners = self.means[self.corners].argmax(2)
        for corners in self.corners[np.ptp(winners, axis=1) > 0]:
            found += self._lines_in(self.places[corners], self.means[corners])
        return found

    def _lines_in(self, places: np.ndarray, means: np.ndarray) -> list[tuple[int, int, np.ndarray]]:
        found = []
        for one, other in combinations(range(means.shape[1]), 2):
            ends = level_line(places, means[:, one] - means[:, other])
            if ends is not None:
                kept = where_best(ends, [weights @ means for weights in ends[2]], one)
                if kept is not None:
                    found.append((one, other, kept))
        return found

    def cut(self, axis: int, at: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """A line through the map, along axis 0 or 1, at a share of the other: (places [n], profits [n, run, strategy], known [n − 1])."""
        one, other = self._edges
        across = self.places[:, 1 - axis] - at
        touched = (across[one] * across[other] < 0) | (np.abs(across[one]) < NEAR)
        one, other = one[touched], other[touched]
        share = np.divide(across[one], across[one] - across[other], out=np.zeros(len(one)), where=np.abs(across[one]) >= NEAR)
        along = (1 - share) * self.places[one, axis] + share * self.places[other, axis]
        order = np.argsort(along, kind="stable")
        order = order[np.concatenate([[True], np.diff(along[order]) > 1e-9])] if len(order) else order
        share = share[order, None, None]
        places, profits = along[order], (1 - share) * self.profits[one[order]] + share * self.profits[other[order]]
        middle = np.full((max(len(places) - 1, 0), 2), at)
        middle[:, axis] = (places[1:] + places[:-1]) / 2
        number = self._mesh.find_simplex(middle, tol=1e-9) if len(middle) else np.zeros(0, int)
        return places, profits, (number >= 0) & self._known[number]

    @cached_property
    def _edges(self) -> tuple[np.ndarray, np.ndarray]:
        """Every edge of the triangles, both ways: the numbers of its ends."""
        corners = self.corners
        pairs = [corners[:, list(ends)] for ends in ((0, 1), (1, 2), (2, 0), (1, 0), (2, 1), (0, 2))]
        both = np.unique(np.concatenate(pairs), axis=0)
        return both[:, 0], both[:, 1]

    def borders(self, axis: int, at: float, confidence: float = 0.95) -> list[Crossing]:
        """Where the best strategy changes along such a line, with the band of each border."""
        places, profits, known = self.cut(axis, at)
        return crossings(places, profits, known, confidence) if known.any() else []


def level_line(places: np.ndarray, gap: np.ndarray):
    """(first, last, weights) of the straight line in a triangle along which `gap` [3] is nought, by the weights of the corners; None where
    there is none."""
    ends, weights = [], []
    for one, other in ((0, 1), (1, 2), (2, 0)):
        if (gap[one] > 0) != (gap[other] > 0):
            share = gap[one] / (gap[one] - gap[other])
            weight = np.zeros(3)
            weight[one], weight[other] = 1 - share, share
            ends.append(weight @ places)
            weights.append(weight)
    return (ends[0], ends[1], weights) if len(ends) == 2 else None


def where_best(ends, means: list[np.ndarray], one: int) -> np.ndarray | None:
    """The part of a line between `ends` on which strategy `one` is as good as any: [2, 2]; None where it nowhere is."""
    turns = [0.0, *turning(0.0, 1.0, *means), 1.0]
    kept = [(low, high) for low, high in pairwise(turns)
            if (mean := (1 - (low + high) / 2) * means[0] + (low + high) / 2 * means[1])[one] >= mean.max() - NEAR * np.abs(mean).max()]
    if not kept:
        return None
    low, high = kept[0][0], kept[-1][1]
    return np.stack([(1 - share) * ends[0] + share * ends[1] for share in (low, high)])
