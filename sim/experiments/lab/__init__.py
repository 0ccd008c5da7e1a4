"""A laboratory for estimators of customer lifetime value: simulated markets whose truth is known.

>>> from sim import lab
>>> found = lab(Scenario.load("default"), runs=8)
>>> print(found.sentence())
>>> found.table                    # market × buyer type × estimator: purchases and lifetime value, predicted against true
"""
from sim.experiments.lab.estimators import ESTIMATORS
from sim.experiments.lab.play import NoLab, lab
from sim.experiments.lab.result import Lab

__all__ = ["ESTIMATORS", "Lab", "NoLab", "lab"]
