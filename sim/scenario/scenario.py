"""A scenario, complete and checked: what the rest of Tenure reads."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from sim.scenario.actors import BuyerType, Instrument, Level, Seller
from sim.scenario.changes import change_periods, changed, in_force, in_order
from sim.scenario.checking import Event, Strategy
from sim.scenario.filling import Filled
from sim.scenario.networks import Partner, Shock, WordOfMouth
from sim.scenario.origins import origins
from sim.scenario.plain import as_plain, simulated
from sim.scenario.reading import Stated
from sim.scenario.schema import MONTHS_PER_PERIOD, Behaviour, DataFile, Market, Observed, Product
from sim.scenario.six_markets import MarketStock
from sim.scenario.sweeps import SweepDesign


@dataclass(frozen=True)
class Scenario:
    """A market and the strategies tried in it. `load` makes one; `replace` makes another.

    `sellers` are single sellers by name (groups are expanded); `groups` says which entry of the file each came from.
    `origins` tells of every dotted path (kind, where): kind is 'file', 'extends', 'option', 'catalogue' or
    'default', and where is 'file:line', or empty for a default. `files` maps each file as named (data, network) to where it is.
    `sweep` is what the scenario asks of itself beyond one study: no part of the market, and not in the digest.
    """

    name: str
    teaches: str
    path: Path
    market: Market
    product: Product
    behaviour: Behaviour
    word_of_mouth: WordOfMouth
    buyers: dict[str, BuyerType]
    sellers: dict[str, Seller]
    groups: dict[str, list[str]]
    partners: dict[str, Partner]
    levels: dict[str, Level]
    listening: dict[str, Instrument]
    six_markets: dict[str, MarketStock]
    strategies: dict[str, Strategy]
    baseline: str
    focal: str
    events: tuple[Event, ...]
    influence: tuple[Shock, ...]
    data: tuple[DataFile, ...]
    observed: Observed | None
    sweep: SweepDesign | None
    runs: int
    seed: int
    files: dict[str, Path] = field(repr=False)
    like: dict[str, str] = field(repr=False)
    scaled_shares: tuple[str, ...] = field(repr=False)
    stated: Stated = field(repr=False, compare=False)
    filled: Filled = field(repr=False, compare=False)

    @classmethod
    def load(cls, name_or_path: str | Path, sets: Sequence[str] = ()) -> "Scenario":
        """The same as `sim.scenario.load`."""
        from sim.scenario.load import load

        return load(name_or_path, sets)

    @property
    def slug(self) -> str:
        """The scenario's name for files and columns: the stem of its file, in lower case with underscores."""
        return self.path.stem.lower().replace(" ", "_").replace("-", "_")

    @cached_property
    def origins(self) -> dict[str, tuple[str, str]]:
        """Where every value comes from: dotted path -> (kind, 'file:line')."""
        return origins(self.filled, self.stated, self.groups)

    def sellers_under(self, strategy: str, period: int) -> dict[str, Seller]:
        """The sellers as they stand in `period` (1-based) under `strategy`.

        The strategy's overrides hold throughout; events that hold in the period follow in the order of `at`, at the
        same `at` the scenario's own before the strategy's.
        """
        chosen = self._strategy(strategy)
        sellers = dict(self.sellers)
        for changes in (chosen.overrides, *(event.changes for event in in_force(self.events, chosen.events, period))):
            for member, _, change in in_order(changes, self.groups):
                sellers[member] = changed(sellers[member], change, MONTHS_PER_PERIOD[self.market.period])
        return sellers

    def change_periods(self, strategy: str) -> list[int]:
        """The periods in which something changes under `strategy`, in order; the first is always 1."""
        return change_periods(self.events, self._strategy(strategy).events, self.market.periods)

    def _strategy(self, name: str) -> Strategy:
        if name not in self.strategies:
            raise KeyError(f"{name!r} is not a strategy of this scenario; it has {', '.join(self.strategies)}")
        return self.strategies[name]

    def as_dict(self) -> dict[str, Any]:
        """Everything resolved, in the file's shape and ready for JSON; infinity is the text 'inf'."""
        return as_plain(self)

    def digest(self) -> str:
        """SHA-256 of everything that bears on the simulation, as hex; names and descriptions are left out.

        A network from a file counts by the content of the file, wherever it lies.
        """
        values = simulated(self.as_dict())
        if self.word_of_mouth.file is not None:
            content = self.files[self.word_of_mouth.file].read_bytes()
            values["word_of_mouth"]["file"] = hashlib.sha256(content).hexdigest()
        text = json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def replace(self, sets: Sequence[str] = (), values: Mapping[str, Any] | None = None) -> "Scenario":
        """The same scenario with more `path=value` options applied, and then plain values by their dotted paths."""
        from sim.scenario.load import resolve

        return resolve(self.stated, self.path, sets, values=values)
