"""Profit against retention: which policies no other beats in both, and a few of them that show the whole range."""

import numpy as np


def front(values: np.ndarray) -> list[int]:
    """The rows that no other row beats or equals in everything (Pareto 1896), the highest first value first. values: [row, objective],
    each the higher the better; rows with nan are on no front; of equal rows the first counts."""
    values = np.asarray(values, float)
    known = np.flatnonzero(np.isfinite(values).all(1))
    order = known[np.lexsort((known, *(-values[known]).T[::-1]))]
    kept: list[int] = []
    for row in order.tolist():
        if not any((values[other] >= values[row]).all() for other in kept):
            kept.append(row)
    return kept


def spread(values: np.ndarray, many: int) -> list[int]:
    """At most `many` rows of the front: its ends, and between them those nearest to even steps of the last objective."""
    rows = front(values)
    if len(rows) <= many:
        return rows
    along = np.asarray(values, float)[rows, -1]
    steps = np.linspace(along[0], along[-1], many)
    return [rows[number] for number in sorted({int(np.abs(along - step).argmin()) for step in steps})]
