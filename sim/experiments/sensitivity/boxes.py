"""How PRIM peels: the sides of a box, the trajectory of ever smaller boxes, and the one on it that says most."""
from dataclasses import dataclass

import numpy as np
import pandas as pd

PEELS = (0.05, 0.2)    # of the points inside go at a time: patiently (Friedman & Fisher 1999), and so many that chance shows less
SMALLEST = 0.04        # of all points, in the smallest box
FEWEST = 8             # points in the smallest box


@dataclass(frozen=True)
class Sides:
    """The parameters of points as peeling sees them: values [point, side]; of a side that is no number, the numbers of its texts.

    A box is a list with an entry for each side: None (not restricted), (low, high) or, of texts, a frozenset of numbers."""
    values: np.ndarray
    words: tuple[tuple[str, ...] | None, ...]

    @classmethod
    def of(cls, points: pd.DataFrame) -> "Sides":
        """The sides of a table of points."""
        columns, words = [], []
        for name in points:
            column = points[name]
            if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
                columns.append(column.to_numpy(float))
                words.append(None)
            else:
                known, numbers = np.unique(column.astype(str).to_numpy(object), return_inverse=True)
                columns.append(numbers.astype(float))
                words.append(tuple(known))
        return cls(np.stack(columns, axis=1), tuple(words))

    @property
    def many(self) -> int:
        return self.values.shape[1]

    def at(self, points: np.ndarray) -> "Sides":
        """The same sides at some of the points."""
        return Sides(self.values[points], self.words)

    def within(self, side: int, bound, values: np.ndarray | None = None) -> np.ndarray:
        """Which points lie within the bound of one side; `values` [point, side] in place of its own."""
        column = (self.values if values is None else values)[:, side]
        if bound is None:
            return np.ones(len(column), bool)
        if isinstance(bound, frozenset):
            return np.isin(column, list(bound))
        return (column >= bound[0]) & (column <= bound[1])

    def inside(self, bounds: list) -> np.ndarray:
        """Which points lie in a box."""
        found = np.ones(len(self.values), bool)
        for side, bound in enumerate(bounds):
            if bound is not None:
                found &= self.within(side, bound)
        return found

    def restricted(self, bounds: list) -> list[int]:
        """The sides that a box restricts."""
        return [side for side, bound in enumerate(bounds) if bound is not None]

    def limits(self, side: int, bound, column: pd.Series) -> dict:
        """A bound in the parameter's own values; limits lie midway between the last point inside and the first outside."""
        if isinstance(bound, frozenset):
            return {"low": np.nan, "high": np.nan, "values": [self.words[side][int(number)] for number in sorted(bound)]}
        values = np.unique(self.values[:, side])
        if len(values) <= 12 and pd.api.types.is_numeric_dtype(column):     # few enough to be named one by one
            return {"low": np.nan, "high": np.nan, "values": [f"{one:g}" for one in values if bound[0] <= one <= bound[1]]}
        below, above = values[values < bound[0]], values[values > bound[1]]
        low = (below[-1] + values[values >= bound[0]][0]) / 2 if len(below) else np.nan
        high = (above[0] + values[values <= bound[1]][-1]) / 2 if len(above) else np.nan
        return {"low": low, "high": high, "values": None}


def harmonic(fails: np.ndarray, inside: np.ndarray) -> float:
    """The harmonic mean of coverage and density of a box: 2 · hits / (all that fail + all inside)."""
    whole = int(fails.sum()) + int(inside.sum())
    return 2 * int((inside & fails).sum()) / whole if whole else 0.0


def trajectory(sides: Sides, fails: np.ndarray, peel: float = PEELS[0]) -> list[tuple[list, float]]:
    """(box, its `harmonic`) from the whole to the smallest, each peeled from the one before by the side that raises density most for every
    point it costs (the lenient criterion of Kwakkel & Jaxa-Rozen 2016, which does not favour sides with few values). Where none raises it,
    the one that lowers it least: chance may hide what lies behind the next few points."""
    bounds, values, left = [None] * sides.many, sides.values, np.asarray(fails, bool)
    total, least = int(left.sum()), max(SMALLEST * len(left), FEWEST)
    path = [(bounds, harmonic(left, np.ones(len(left), bool)))]
    while True:
        best = max((*_off_the_ends(sides, values, left, least, peel), *_off_the_texts(sides, values, left, least)), default=None)
        if best is None or left.all():
            return path
        _, side, up, limit = best
        bounds = [_tighter(one, up, limit, sides.words[side]) if number == side else one for number, one in enumerate(bounds)]
        kept = sides.within(side, bounds[side], values)
        values, left = values[kept], left[kept]
        path.append((bounds, 2 * int(left.sum()) / (total + len(left))))


def _off_the_ends(sides: Sides, values: np.ndarray, left: np.ndarray, least: float, peel: float):
    """(what it gains, side, whether the lower end goes, new limit) of every peel off a side of numbers."""
    numbers = [side for side in range(sides.many) if sides.words[side] is None]
    if not numbers:
        return
    count, hits, cut = len(left), int(left.sum()), max(int(peel * len(left)), 1)
    columns = values[:, numbers]
    ordered = np.sort(columns, axis=0)
    for up, edge in ((True, ordered[cut - 1]), (False, ordered[-cut])):
        kept = columns > edge if up else columns < edge
        size, there = kept.sum(0), (kept & left[:, None]).sum(0)
        for place in np.flatnonzero((size >= least) & (size < count)):
            limit = ordered[count - size[place], place] if up else ordered[size[place] - 1, place]
            yield (there[place] / size[place] - hits / count) / (count - size[place]), numbers[place], up, float(limit)


def _off_the_texts(sides: Sides, values: np.ndarray, left: np.ndarray, least: float):
    """(what it gains, side, False, text that goes) of every peel off a side of texts."""
    count, hits = len(left), int(left.sum())
    for side in (side for side in range(sides.many) if sides.words[side] is not None):
        for one in np.unique(values[:, side]):
            kept = values[:, side] != one
            size = int(kept.sum())
            if least <= size < count:
                yield (left[kept].sum() / size - hits / count) / (count - size), side, False, float(one)


def _tighter(bound, up: bool, limit: float, words):
    """A bound with one end moved to a new limit, or without one text."""
    if words is not None:
        return (frozenset(range(len(words))) if bound is None else bound) - {int(limit)}
    low, high = (-np.inf, np.inf) if bound is None else bound
    return (limit, high) if up else (low, limit)


def furthest(sides: Sides, fails: np.ndarray) -> list[tuple[list, float]]:
    """The best (box, `harmonic`) of the trajectory of each of PEELS."""
    return [max(trajectory(sides, fails, peel), key=lambda one: one[1]) for peel in PEELS]


def best_box(sides: Sides, fails: np.ndarray) -> list:
    """The box with the largest harmonic mean of coverage and density that peeling and reworking lead to."""
    tries = [reworked(sides, fails, bounds) for bounds, _ in furthest(sides, fails)]
    return max(tries, key=lambda bounds: harmonic(fails, sides.inside(bounds)))


def reworked(sides: Sides, fails: np.ndarray, bounds: list) -> list:
    """A box with its limits moved, or taken away, as long as it then says more: Friedman & Fisher's pasting and further peeling; a limit
    that costs nothing to leave out is none."""
    value = harmonic(fails, sides.inside(bounds))
    while True:
        wider, tighter = _best_moves(sides, fails, bounds)
        if wider[0] >= max(value, tighter[0]):
            value, bounds = wider
        elif tighter[0] > value:
            value, bounds = tighter
        else:
            return bounds


def _best_moves(sides: Sides, fails: np.ndarray, bounds: list) -> tuple[tuple[float, list], tuple[float, list]]:
    """(harmonic mean, box) of the best move of any one side that makes a box wider, and of the best that makes it tighter."""
    total, least = int(fails.sum()), max(SMALLEST * len(fails), FEWEST)
    best = [(-1.0, bounds), (-1.0, bounds)]
    for side in range(sides.many):
        others = sides.inside([None if number == side else one for number, one in enumerate(bounds)])
        order = np.argsort(sides.values[others, side], kind="stable")
        column, before = sides.values[others, side][order], np.concatenate([[0], np.cumsum(fails[others][order])])
        texts = sides.words[side] and len(sides.words[side])
        moves = (_wider_text, _tighter_text) if texts else (_wider, _tighter_ends)
        for number, move in enumerate(moves):
            for bound in move(bounds[side], column, texts):
                hits, size = _counted(bound, column, before)
                if size >= least and (value := 2 * hits / (total + size)) > best[number][0]:
                    best[number] = value, [bound if one == side else other for one, other in enumerate(bounds)]
    return best[0], best[1]


def _counted(bound, column: np.ndarray, before: np.ndarray) -> tuple[int, int]:
    """(failing points, points) within a bound of one side; column: its values in order, before: failing points before each."""
    if bound is None:
        return int(before[-1]), len(column)
    spans = [(one, one) for one in bound] if isinstance(bound, frozenset) else [bound]
    ends = [(np.searchsorted(column, low, "left"), np.searchsorted(column, high, "right")) for low, high in spans]
    return int(sum(before[last] - before[first] for first, last in ends)), int(sum(last - first for first, last in ends))


def _wider(bound, column: np.ndarray, _):
    """Bounds of a side that reach further: none, one end less, or a little further at one."""
    if bound is None:
        return
    yield None
    low, high = bound
    if np.isfinite(low) and np.isfinite(high):
        yield from ((-np.inf, high), (low, np.inf))
    first, last = np.searchsorted(column, low, "left"), np.searchsorted(column, high, "right")
    for step in _steps(last - first):
        if first:
            yield (float(column[max(first - step, 0)]), high)
        if last < len(column):
            yield (low, float(column[min(last + step, len(column)) - 1]))


def _tighter_ends(bound, column: np.ndarray, _):
    """Bounds of a side that reach a little less far at one end."""
    low, high = (-np.inf, np.inf) if bound is None else bound
    inside = column[np.searchsorted(column, low, "left"):np.searchsorted(column, high, "right")]
    for step in _steps(len(inside)):
        up = np.searchsorted(inside, inside[min(step, len(inside)) - 1], "right") if len(inside) else 0
        down = np.searchsorted(inside, inside[-min(step, len(inside))], "left") if len(inside) else 0
        if up < len(inside):
            yield (float(inside[up]), high)
        if down:
            yield (low, float(inside[down - 1]))


def _wider_text(bound, _, texts: int):
    """No bound, or one text more."""
    if bound is not None:
        yield None
        yield from (bound | {one} for one in range(texts) if one not in bound and len(bound) + 1 < texts)


def _tighter_text(bound, _, texts: int):
    """One text less."""
    there = frozenset(range(texts)) if bound is None else bound
    yield from (there - {one} for one in sorted(there) if len(there) > 1)


def _steps(count: int) -> list[int]:
    """How many points a limit moves over at a time."""
    return sorted({max(int(peel * count), 1) for peel in (0.01, *PEELS)})
