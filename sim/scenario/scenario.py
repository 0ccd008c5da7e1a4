"""A scenario, complete and checked: what the rest of Tenure reads."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.scenario.actors import BuyerType, Instrument, Level, Seller, changed
from sim.scenario.checking import Event, Strategy
from sim.scenario.plain import as_plain, simulated
from sim.scenario.reading import Stated
from sim.scenario.schema import Behaviour, DataFile, Market, Observed, Product


@dataclass(frozen=True)
class Scenario:
    """A market and the strategies tried in it. `load` makes one; `replace` makes another.

    `sellers` are single sellers by name (groups are expanded); `groups` says which entry of the file each came from.
    `origins` tells of every dotted path (kind, where): kind is 'file', 'extends', 'option', 'catalogue' or
    'default', and where is 'file:line', or empty for a default. `files` maps each data file as named to where it is.
    """

    name: str
    teaches: str
    path: Path
    market: Market
    product: Product
    behaviour: Behaviour
    buyers: dict[str, BuyerType]
    sellers: dict[str, Seller]
    groups: dict[str, list[str]]
    levels: dict[str, Level]
    listening: dict[str, Instrument]
    strategies: dict[str, Strategy]
    baseline: str
    focal: str
    events: tuple[Event, ...]
    data: tuple[DataFile, ...]
    observed: Observed | None
    runs: int
    seed: int
    files: dict[str, Path] = field(repr=False)
    origins: dict[str, tuple[str, str]] = field(repr=False)
    like: dict[str, str] = field(repr=False)
    scaled_shares: tuple[str, ...] = field(repr=False)
    stated: Stated = field(repr=False, compare=False)

    @classmethod
    def load(cls, name_or_path: str | Path, sets: Sequence[str] = ()) -> "Scenario":
        """The same as `sim.scenario.load`."""
        from sim.scenario.load import load

        return load(name_or_path, sets)

    @property
    def slug(self) -> str:
        """The scenario's name for files and columns: the stem of its file, in lower case with underscores."""
        return self.path.stem.lower().replace(" ", "_").replace("-", "_")

    def sellers_under(self, strategy: str, period: int) -> dict[str, Seller]:
        """The sellers as they stand in `period` (1-based) under `strategy`.

        The strategy's overrides hold throughout; events that hold in the period follow in the order of `at`, at the
        same `at` the scenario's own before the strategy's.
        """
        chosen = self._strategy(strategy)
        sellers = self._with(dict(self.sellers), chosen.overrides)
        for event in sorted((*self.events, *chosen.events), key=lambda event: event.at):
            if event.holds(period):
                sellers = self._with(sellers, event.changes)
        return sellers

    def change_periods(self, strategy: str) -> list[int]:
        """The periods in which something changes under `strategy`, in order; the first is always 1."""
        events = (*self.events, *self._strategy(strategy).events)
        times = {time for event in events for time in (event.at, event.until) if time is not None}
        return sorted({1} | {time for time in times if time <= self.market.periods})

    def _strategy(self, name: str) -> Strategy:
        if name not in self.strategies:
            raise KeyError(f"{name!r} is not a strategy of this scenario; it has {', '.join(self.strategies)}")
        return self.strategies[name]

    def _with(self, sellers: dict[str, Seller], changes: dict) -> dict[str, Seller]:
        """`sellers` with the changes: whole groups first, so that a single seller may differ from its group."""
        for name, change in sorted(changes.items(), key=lambda entry: entry[0] not in self.groups):
            for member in self.groups.get(name, [name]):
                sellers[member] = changed(sellers[member], change)
        return sellers

    def as_dict(self) -> dict[str, Any]:
        """Everything resolved, in the file's shape and ready for JSON; infinity is the text 'inf'."""
        return as_plain(self)

    def digest(self) -> str:
        """SHA-256 of everything that bears on the simulation, as hex; names and descriptions are left out."""
        text = json.dumps(simulated(self.as_dict()), sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def replace(self, sets: Sequence[str] = ()) -> "Scenario":
        """The same scenario with more `path=value` options applied."""
        from sim.scenario.load import resolve

        return resolve(self.stated, self.path, sets)
