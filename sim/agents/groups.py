"""Sorting and grouping agents by the values of an attribute."""
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from mesa.agent import AgentSet


class Groups:
    """What `groupby` gives: value -> agents, with the methods of Mesa's GroupBy."""

    def __init__(self, groups: dict[Any, Any]):
        self.groups = groups

    def map(self, method: str | Callable, *args, **kwargs) -> dict:
        """What a method or function of every group returns."""
        call = method_of(method)
        return {value: call(group, *args, **kwargs) for value, group in self.groups.items()}

    def do(self, method: str | Callable, *args, **kwargs) -> "Groups":
        """Call a method of every group, or a function with every group."""
        self.map(method, *args, **kwargs)
        return self

    def count(self) -> dict[Any, int]:
        """Agents in every group."""
        return {value: len(group) for value, group in self.groups.items()}

    def agg(self, attr_name: str, func: Callable) -> dict:
        """A function of one attribute's values, group by group."""
        return {value: group.agg(attr_name, func) if isinstance(group, AgentSet) else func([getattr(agent, attr_name) for agent in group])
                for value, group in self.groups.items()}

    def __iter__(self) -> Iterator:
        return iter(self.groups.items())

    def __len__(self) -> int:
        return len(self.groups)


def method_of(method: str | Callable) -> Callable:
    """A function of an agent, or the agent's own method of that name."""
    if callable(method):
        return method
    return lambda agent, *args, **kwargs: getattr(agent, method)(*args, **kwargs)


def ordering(values, ascending: bool) -> np.ndarray:
    """Positions in sorted order; equal values keep theirs."""
    if not isinstance(values, np.ndarray) or values.dtype == object:
        return np.array(sorted(range(len(values)), key=values.__getitem__, reverse=not ascending), np.int64)
    if ascending:
        return np.argsort(values, kind="stable")
    return len(values) - 1 - np.argsort(values[::-1], kind="stable")[::-1]


def positions_by_value(values) -> dict[Any, np.ndarray]:
    """Where each value stands, values in order of appearance."""
    if not isinstance(values, np.ndarray):
        found = defaultdict(list)
        for position, value in enumerate(values):
            found[value].append(position)
        return {value: np.array(positions) for value, positions in found.items()}
    codes, distinct = pd.factorize(values, use_na_sentinel=False)
    order = np.argsort(codes, kind="stable")
    pieces = np.split(order, np.searchsorted(codes[order], np.arange(1, len(distinct))))
    names = [None if values.dtype == object and pd.isna(value) else value for value in distinct.tolist()]
    return dict(zip(names, pieces, strict=True))
