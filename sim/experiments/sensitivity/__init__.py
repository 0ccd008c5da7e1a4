"""Sensitivity: which parameters decide an outcome, how much, and where the recommendation fails.

- `sensitivity(scenario)` -> `Sensitivity`: Morris's screening, Sobol's indices, boxes of failing points, each with how sure it is
- `discover(points, fails)` -> `Discovery`: PRIM, for any table of points and what failed
"""
from sim.experiments.sensitivity.choice import NoSensitivity
from sim.experiments.sensitivity.discovery import Box, Discovery, discover
from sim.experiments.sensitivity.factors import Factor
from sim.experiments.sensitivity.markets import NoIndices
from sim.experiments.sensitivity.play import sensitivity
from sim.experiments.sensitivity.result import Sensitivity

__all__ = ["Box", "Discovery", "Factor", "NoIndices", "NoSensitivity", "Sensitivity", "discover", "sensitivity"]
