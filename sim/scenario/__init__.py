"""Scenarios: YAML files in a strategist's words, read, completed and checked.

- `load(name_or_path, sets=())` -> `Scenario`; `ScenarioError` says what is wrong and where
- `shipped()` -> name -> file of the scenarios that come with Tenure
- `sim.scenario.words`: explain, difference, new_file, json_schema - texts for people and editors
- `sim.scenario.schema`: every parameter once, with unit, bounds, default, meaning and source
"""

from sim.scenario.actors import INSTRUMENTS, JACKSON_TYPES, BuyerType, Instrument, Level, Seller
from sim.scenario.checking import Event, Strategy
from sim.scenario.distributions import Distribution
from sim.scenario.levels import LEVELS, TARGETINGS, LevelPlan
from sim.scenario.load import load
from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.scenario import Scenario
from sim.scenario.shipped import shipped

__all__ = [
    "INSTRUMENTS",
    "JACKSON_TYPES",
    "LEVELS",
    "TARGETINGS",
    "BuyerType",
    "Distribution",
    "Event",
    "Instrument",
    "Level",
    "LevelPlan",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Seller",
    "Strategy",
    "load",
    "shipped",
]
