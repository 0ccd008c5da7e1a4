"""What varies in a sensitivity study: factors, each one axis of the unit cube, and what they come to in the scenario's own parameters.

A factor is a single parameter, or several that move together (all rivals' prices, the shares of buyer types, which have to sum to one).
"""
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.experiments.sensitivity.names import spoken_path
from sim.experiments.sweep.plan import column_of
from sim.scenario.sweeps import spread_in_words
from sim.scenario.varying import Varied

WEIGHT = "weight."           # before the name of a buyer type: no parameter, but what its share is multiplied with before all sum to one


@dataclass(frozen=True)
class Factor:
    """One thing that varies. key: the parameter's path, or a word for several that move together; name: as one says it; varied: over what;
    settings: from a value to {path: value} (default the parameter itself); note: why this range, where nobody stated it; times: whether its
    value is a multiple of what the scenario has."""
    key: str
    name: str
    varied: Varied
    settings: Callable[[float], dict] | None = None
    note: str = ""
    times: bool = False

    def at(self, share: float):
        """Its value at a share 0 ≤ u ≤ 1 of the way through what it may be: equal shares lead to equally likely values."""
        return self.varied.at(share)

    def sets(self, value) -> dict:
        """{path: value}: what the scenario's parameters are at a value of the factor."""
        return self.settings(value) if self.settings else {self.key: value}

    @property
    def spread(self) -> str:
        """What it may be, in words."""
        return spread_in_words(self.varied) + (" times what it is" if self.times else "")


def values_at(factors: Sequence[Factor], shares: np.ndarray) -> pd.DataFrame:
    """The factors' values at points of the unit cube [point, factor]: a column for each, by its key."""
    return pd.DataFrame({one.key: column_of([one.at(share) for share in column])
                         for one, column in zip(factors, shares.T.tolist(), strict=True)})


def points_at(scenario, factors: Sequence[Factor], shares: np.ndarray) -> pd.DataFrame:
    """The scenario's parameters at points of the unit cube [point, factor]: a column for each path, fit for `sweep.plan_of`."""
    rows = [settings_at(scenario, factors, row) for row in shares.tolist()]
    return pd.DataFrame({path: column_of([row[path] for row in rows]) for path in rows[0]})


def settings_at(scenario, factors: Sequence[Factor], row: Sequence[float]) -> dict:
    """{path: value} at one point of the unit cube; where shares of buyer types vary, those of all types, so that they sum to one."""
    found = {}
    for one, share in zip(factors, row, strict=True):
        found |= one.sets(one.at(share))
    weights = {path.removeprefix(WEIGHT): found.pop(path) for path in list(found) if path.startswith(WEIGHT)}
    return found | (_weighted(scenario, weights) if weights else _other_shares(scenario, found))


def _weighted(scenario, weights: dict[str, float]) -> dict:
    """The shares of all types, each times its weight, over their sum."""
    shares = {name: buyer.share * weights.get(name, 1.0) for name, buyer in scenario.buyers.items()}
    return {f"buyers.{name}.share": round(share / sum(shares.values()), 12) for name, share in shares.items()}


def _other_shares(scenario, settings: dict) -> dict:
    """The shares of the buyer types that do not vary where others do: they divide what is left as they divide it in the scenario."""
    varied = [name for name in scenario.buyers if f"buyers.{name}.share" in settings]
    others = {name: buyer.share for name, buyer in scenario.buyers.items() if name not in varied}
    if not varied or not sum(others.values()):
        return {}
    left = 1 - sum(settings[f"buyers.{name}.share"] for name in varied)
    return {f"buyers.{name}.share": round(max(left, 0.0) * share / sum(others.values()), 12) for name, share in others.items()}


def restricted(factors: Sequence[Factor], keys: Sequence[str]) -> list[Factor]:
    """The factors of these keys, in the order of `factors`."""
    return [one for one in factors if one.key in keys]


def relative(key: str, name: str, low: float, high: float, settings: Callable[[float], dict], note: str) -> Factor:
    """A factor that multiplies what the scenario has."""
    varied = Varied(key, "uncertainty", "range", low=low, high=high)
    return Factor(key, name, varied, settings, note, times=True)


def single(varied: Varied, note: str = "") -> Factor:
    """A factor that is one parameter, with a note why it has its range where nobody stated it."""
    return Factor(varied.path, spoken_path(varied.path), varied, note=note)
