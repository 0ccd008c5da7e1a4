"""How an agent's attribute is read off the market's arrays and written to them, for one agent or for a million at once.

An attribute is a pair of functions of (market, place). The place of a buyer is (tile, lane), that of a seller its number; where a
place holds arrays instead of whole numbers, numpy's indexing answers for all of those agents, so each attribute is stated once.
"""
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.scenario.parameter import Facts

SHARE = Facts(unit="share", least=0, most=1)
MONEY = Facts(unit="money per unit")


class Attribute:
    """An attribute that the market decides: it can be read, not set."""

    def __init__(self, read: Callable[[Any, tuple], Any], meaning: str):
        self.read, self.__doc__ = read, meaning

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def __get__(self, agent, owner: type | None = None) -> Any:
        return self if agent is None else single(self.read(agent.model, agent.place))

    def __set__(self, agent, value: Any) -> None:
        self.write(agent.model, agent.place, value)

    def write(self, market, place: tuple, value: Any) -> None:
        raise AttributeError(f"{self.name} is what the market makes of an agent; it can be read, not set")


class Setting(Attribute):
    """An attribute that may be set, within the bounds that the scenario's parameter has."""

    def __init__(self, read: Callable, put: Callable[[Any, tuple, Any], None], facts: Facts, meaning: str = ""):
        super().__init__(read, meaning or facts.meaning)
        self.put, self.facts = put, facts

    def write(self, market, place: tuple, value: Any) -> None:
        value = np.asarray(value, np.float64)
        for extreme in (value.min(), value.max()):          # not-a-number is both
            complaint = self.facts.complaint(float(extreme))
            if complaint:
                raise ValueError(f"{self.name}: {complaint}")
        self.put(market, place, value)


def single(value: Any) -> Any:
    """One agent's value: numpy's scalars as Python's; an array as a copy that cannot be written to by mistake."""
    if isinstance(value, np.ndarray):
        value = value.copy() if value.ndim else value[()]
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    return value.item() if isinstance(value, np.generic) else value
