"""The break-even map: where, over two parameters, the best strategy changes, with the band of uncertainty of the border.

- `break_even_map(scenario, x, y)` -> `Map`: `points`, `border`, `regions` as tables, `sentence()`, `answer()`
"""
from sim.experiments.mapping.play import POINTS, NoMap, break_even_map, planned
from sim.experiments.mapping.result import Map

__all__ = ["POINTS", "Map", "NoMap", "break_even_map", "planned"]
