"""One published figure beside the simulated one, and a group of figures that rest on the same markets."""
import math
from collections.abc import Callable
from dataclasses import dataclass

from sim.experiments.published.agreement import MOST_STANDARD_ERRORS, Estimate

NONE = math.nan
AGREES, OFF = "agrees", "off"


@dataclass(frozen=True)
class Figure:
    """What the literature says and what came out of the simulation, in one unit.

    exact: the closed form's value, with the simulation's own horizon where it has one; printed: as it stands in the publication (nan where
    it gives a formula alone); tolerance: how far the printed figure may be from the truth by its own rounding or sample. A figure with
    another theory than `exact` behind it (data) is held to its tolerance, everything exact to MOST_STANDARD_ERRORS standard errors."""

    group: str
    what: str
    found: Estimate
    exact: float
    source: str
    printed: float = NONE
    tolerance: float = 0.0
    unit: str = "number"

    @property
    def off(self) -> float:
        """How many standard errors the simulated figure is off the exact one, signed; nan where luck has no part in it."""
        return (self.found.mean - self.exact) / self.found.standard_error if self.found.standard_error else NONE

    @property
    def verdict(self) -> str:
        """'agrees', or 'off': more than four standard errors off the exact value, or further from the printed one than it allows."""
        room = MOST_STANDARD_ERRORS * self.found.standard_error
        near_exact = abs(self.found.mean - self.exact) <= (room or self.tolerance)
        near_printed = math.isnan(self.printed) or abs(self.found.mean - self.printed) <= self.tolerance + room
        return AGREES if near_exact and near_printed else OFF

    @property
    def exact_to_print(self) -> bool:
        """Whether the closed form's value is the printed one, to its rounding; True where nothing is printed."""
        return math.isnan(self.printed) or abs(self.exact - self.printed) <= self.tolerance * (1 + 1e-9)


@dataclass(frozen=True)
class Group:
    """Figures that rest on the same markets: `markets()` names the scenarios to be played, `figures(records)` reads the figures from the
    runs of each; keep_state: whether buyers' final states are needed; runs: how many of each market, default
    the scenario's."""

    name: str
    about: str
    markets: Callable[[], dict]
    figures: Callable[[dict], list[Figure]]
    keep_state: bool = False
    runs: int | None = None
