"""Closed forms and published figures, each beside what the simulation makes of it, with its standard error.

>>> from sim import published
>>> found = published()
>>> print(found.sentence())
>>> found.table                       # group, what, source, printed, exact, simulated, error, off, verdict
"""
from sim.experiments.published.play import GROUPS, Published, published

__all__ = ["GROUPS", "Published", "published"]
