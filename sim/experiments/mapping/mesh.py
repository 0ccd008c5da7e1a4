"""The mesh of a map: cells by the numbers of their values along x and y, and what straight lines between their corners say.

A cell is cut in four, or in two where there is nothing between its corners along one axis.
"""
from itertools import pairwise
from typing import NamedTuple

import numpy as np

COARSE = 4             # cells along an axis at first


class Cell(NamedTuple):
    """A cell by the numbers of its values along x and y, and the cell that it was cut from (None for the first)."""
    left: int
    lower: int
    right: int
    upper: int
    parent: "Cell | None" = None

    @property
    def corners(self) -> tuple[tuple[int, int], ...]:
        return (self.left, self.lower), (self.right, self.lower), (self.left, self.upper), (self.right, self.upper)

    @property
    def size(self) -> int:
        """How many of the smallest cells it holds."""
        return (self.right - self.left) * (self.upper - self.lower)


def first_cells(columns: int, rows: int) -> list[Cell]:
    """The coarse mesh over so many steps along x and y."""
    across, up = cuts(columns), cuts(rows)
    return [Cell(a, c, b, d) for a, b in pairwise(across) for c, d in pairwise(up)]


def cuts(steps: int) -> list[int]:
    """Where the coarse mesh cuts an axis of so many steps."""
    return sorted({round(steps * part / COARSE) for part in range(COARSE + 1)}) if steps > 1 else [0, 1]


def points_of(cells: list[Cell]) -> list[tuple[int, int]]:
    """All corners, each once, in order."""
    return sorted({corner for cell in cells for corner in cell.corners})


def halves(cell: Cell) -> list[Cell]:
    """The two or four cells that a cell is cut into; itself alone where there is nothing between its corners."""
    across, up = between(cell.left, cell.right), between(cell.lower, cell.upper)
    return [Cell(a, c, b, d, cell) for a, b in pairwise(across) for c, d in pairwise(up)]


def between(low: int, high: int) -> list[int]:
    return [low, (low + high) // 2, high] if high - low > 1 else [low, high]


def missed(cell: Cell, profits: dict, shares) -> np.ndarray:
    """What straight lines between the corners of a cell miss of each strategy's mean profit at the points in between that were played:
    [point, strategy]. Not a row where some corner failed."""
    found = []
    if all(corner in profits for corner in cell.corners):
        found = [profits[point].mean(0) - straight(cell, point, profits, shares) for point in inner_points(cell) if point in profits]
    return np.array(found)


def inner_points(cell: Cell) -> list[tuple[int, int]]:
    """The points that cutting the cell adds; some on its sides may have been played for a cell beside it."""
    return [point for point in points_of(halves(cell)) if point not in cell.corners]


def straight(cell: Cell, point: tuple[int, int], profits: dict, shares) -> np.ndarray:
    """What straight lines between the corners of a cell say of mean profits at a point in it: bilinear interpolation, [strategy]."""
    x, y = shares
    across = (x[point[0]] - x[cell.left]) / (x[cell.right] - x[cell.left])
    up = (y[point[1]] - y[cell.lower]) / (y[cell.upper] - y[cell.lower])
    a, b, c, d = (profits[corner].mean(0) for corner in cell.corners)
    return (1 - up) * ((1 - across) * a + across * b) + up * ((1 - across) * c + across * d)
