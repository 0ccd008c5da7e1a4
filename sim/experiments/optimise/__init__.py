"""The best relationship policy of the focal seller, under a budget and a capacity: searched, raced, and measured on fresh runs.

- `optimise(scenario)` -> `Optimum`: levels by type, targeting, loyalty discount, listening and six markets; profit against retention
- `Budget(amount, per)`: what may be spent on relationships in a period
"""

from sim.experiments.optimise.arena import Budget
from sim.experiments.optimise.decisions import DECISIONS
from sim.experiments.optimise.found import Optimum
from sim.experiments.optimise.search import OBJECTIVES, SAMPLERS
from sim.experiments.optimise.stages import NothingPlayed
from sim.experiments.optimise.study import NoOptimum, optimise

__all__ = ["DECISIONS", "OBJECTIVES", "SAMPLERS", "Budget", "NoOptimum", "NothingPlayed", "Optimum", "optimise"]
