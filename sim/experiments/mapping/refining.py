"""Which points of a map are played: a coarse mesh first, then finer cells where the best strategy changes, and nowhere else.

A cell is cut where a border runs through it, unless it is known well enough there: what straight lines between the parent's corners missed
at the points in between says what they miss now (a quarter of it, for a smooth surface). Cells are looked at again in every round: points
that are played for a cell beside them may show what their corners do not.
"""
from collections.abc import Callable

import numpy as np

from sim.experiments.mapping.mesh import Cell, first_cells, halves, inner_points, missed, points_of
from sim.intervals import student

EDGE = 16              # cells along an axis, at most, where only the edge of what can be played is looked for
LOOKED_AT = 9          # places along each side of a cell at which is looked who is best
WELL = 1 / 128         # of an axis: to either side of it, a border that is known so well is known to 1/64


def refined(shares, played: Callable[[list], dict], most: int) -> tuple[dict, list[Cell], bool]:
    """(profits, cells, whether points ran out). shares: where the values of x and of y lie; played: gives the profits [run, strategy] of
    points, those that fail left out; most: points that may be played."""
    profits, tried, cells = {}, set(), first_cells(len(shares[0]) - 1, len(shares[1]) - 1)
    while True:
        new = [point for point in points_of(cells) if point not in tried]
        profits |= played(new) if new else {}
        tried.update(new)
        wanted = sorted((cell for cell in cells if to_cut(cell, profits, shares)), key=lambda cell: (-cell.size, cell[:4]))
        cut = affordable(wanted, tried, most)
        if not cut:
            return profits, cells, bool(wanted)
        chosen = {cell[:4] for cell in cut}
        cells = [cell for cell in cells if cell[:4] not in chosen] + [child for cell in cut for child in halves(cell)]


def affordable(cells: list[Cell], tried: set, most: int) -> list[Cell]:
    """As many cells, from the first on, as there are points left for."""
    found, points = [], set(tried)
    for cell in cells:
        more = points.union(points_of(halves(cell)))
        if len(more) <= most:
            found.append(cell)
            points = more
    return found


def to_cut(cell: Cell, profits: dict, shares) -> bool:
    """Whether a cell is worth cutting. profits: [run, strategy] of every point that was played and did not fail; shares: where the
    values of x and of y lie."""
    there = [corner in profits for corner in cell.corners]
    if len(halves(cell)) == 1 or not any(there):
        return False
    if not all(there):
        return any(after - before > len(steps) // EDGE
                   for before, after, steps in ((cell.left, cell.right, shares[0]), (cell.lower, cell.upper, shares[1])))
    corners = np.stack([profits[corner] for corner in cell.corners])
    borders, off = borders_in(corners.mean(1)), known_off(cell, profits, shares)
    if not borders:
        sides = np.array([profits[point].mean(0) for point in inner_points(cell) if point in profits])
        return may_hide(corners, sides.reshape(-1, corners.shape[2]), off)
    size = shares[0][cell.right] - shares[0][cell.left], shares[1][cell.upper] - shares[1][cell.lower]
    return any(not located(corners[..., one] - corners[..., other], most_off(off, one, other), size) for one, other in borders)


def known_off(cell: Cell, profits: dict, shares) -> np.ndarray | None:
    """What is known of what straight lines miss in a cell, on the scale of its parent: what they missed there, and twice what they miss on
    the cell's own sides (for a smooth surface, a quarter and a half of that is the most that they miss in the cell); None for nothing."""
    own = 2 * missed(cell, profits, shares)
    before = missed(cell.parent, profits, shares) if cell.parent else own[:0]
    rows = [one for one in (own, before) if len(one)]
    return np.concatenate(rows) if rows else None


def most_off(off: np.ndarray | None, one: int, other: int) -> float | None:
    """What straight lines missed of the difference between two strategies, at most."""
    return None if off is None else float(np.abs(off[:, one] - off[:, other]).max())


def borders_in(means: np.ndarray) -> list[tuple[int, int]]:
    """The pairs of strategies that have a border in a cell, with straight lines between its corners; means: [corner, strategy]."""
    across = np.linspace(0, 1, LOOKED_AT)
    along = across[:, None, None] * means[[1, 3]] + (1 - across)[:, None, None] * means[[0, 2]]
    best = (across[:, None, None] * along[:, 1] + (1 - across)[:, None, None] * along[:, 0]).argmax(-1)
    sides = [(best[1:], best[:-1]), (best[:, 1:], best[:, :-1])]
    return sorted({tuple(sorted(pair)) for one, other in sides for pair in zip(one.ravel().tolist(), other.ravel().tolist(), strict=True)
                   if pair[0] != pair[1]})


def located(gap: np.ndarray, off: float | None, size: tuple[float, float]) -> bool:
    """Whether a border is known well enough: the interval holds nought at every corner (the band is wider than the cell), or what straight
    lines miss is little beside the interval or moves the border by little. gap: [corner, run]."""
    mean, half = gap.mean(1), half_width(gap)
    if (np.abs(mean) <= half).all():
        return True
    if off is None:
        return False
    lower_left, lower_right, upper_left, upper_right = mean
    slope = np.hypot((lower_right + upper_right - lower_left - upper_left) / (2 * size[0]),
                     (upper_left + upper_right - lower_left - lower_right) / (2 * size[1]))
    return off / 2 <= max(slope * WELL, half.mean() / 2)


def half_width(gap: np.ndarray) -> np.ndarray:
    """Half the 95% interval of the mean over runs, [corner]."""
    runs = gap.shape[1]
    return student(runs - 1) * gap.std(1, ddof=1) / np.sqrt(runs)


def may_hide(corners: np.ndarray, sides: np.ndarray, off: np.ndarray | None) -> bool:
    """Whether a cell whose corners agree may hide another region: some lead, at a corner or at a point on a side, is smaller than what
    straight lines miss; where nothing is known of that, than half of what it varies by from corner to corner. Not where nothing can be
    told apart anyhow. corners: profits [corner, run, strategy]; sides: mean profits [point, strategy]."""
    best = int(corners.mean(1)[0].argmax())
    for other in range(corners.shape[2]):
        lead = corners[..., best] - corners[..., other]
        if other == best or (np.abs(lead.mean(1)) <= half_width(lead)).all():
            continue
        reach = np.ptp(lead.mean(1)) / 2 if off is None else most_off(off, best, other)
        if min(lead.mean(1).min(), (sides[:, best] - sides[:, other]).min(initial=np.inf)) < reach:
            return True
    return False
