"""Complete values -> validated parts: each section against its model, everything wrong noted with its place."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.scenario.actors import INSTRUMENTS, BuyerType, Instrument, Level, Seller, SellerChange
from sim.scenario.address import MAPPINGS, NAMED, ROOT
from sim.scenario.complaints import complaints
from sim.scenario.filling import Filled
from sim.scenario.levels import LEVELS
from sim.scenario.networks import Partner, Shock
from sim.scenario.problems import Findings
from sim.scenario.reading import Stated, dotted
from sim.scenario.schema import SECTIONS, DataFile, EventTimes, Observed, Study
from sim.scenario.six_markets import SIX_MARKETS, MarketStock
from sim.scenario.suggest import among, described

RESERVED = ("events", "at", "until", "note", "by_value", "segments_of_one", "like")


@dataclass(frozen=True)
class Event:
    """A scheduled change: from period `at` up to (not in) `until`; `changes` is seller or group -> SellerChange."""

    at: int
    until: int | None
    note: str
    changes: dict[str, SellerChange]

    def holds(self, period: int) -> bool:
        """Whether the change holds in `period` (1-based)."""
        return self.at <= period and (self.until is None or period < self.until)


@dataclass(frozen=True)
class Strategy:
    """What a strategy changes: `overrides` is seller or group -> SellerChange, for the whole run; and its `events`."""

    overrides: dict[str, SellerChange]
    events: tuple[Event, ...] = ()


@dataclass
class Parts:
    """The validated parts of a scenario, in the file's shape; a part that is wrong is None or left out."""

    study: Study | None = None
    sections: dict[str, Any] = field(default_factory=dict)
    buyers: dict[str, BuyerType] = field(default_factory=dict)
    sellers: dict[str, Seller] = field(default_factory=dict)
    levels: dict[str, Level] = field(default_factory=dict)
    listening: dict[str, Instrument] = field(default_factory=dict)
    six_markets: dict[str, MarketStock] = field(default_factory=dict)
    partners: dict[str, Partner] = field(default_factory=dict)
    strategies: dict[str, Strategy] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    influence: tuple[Shock, ...] = ()
    data: tuple[DataFile, ...] = ()
    observed: Observed | None = None


def is_name(text: str) -> bool:
    """Whether the text may be a part of paths and of tables' columns: letters, digits, _ and -, a letter first."""
    return text.replace("-", "_").isidentifier()


class Checker:
    """Validates filled values; notes what is wrong in `findings`, at the place where `stated` says it stands.

    `name` is how people know the scenario's file, and `folder` where it lies.
    """

    def __init__(self, filled: Filled, stated: Stated, findings: Findings, name: str, folder: Path = Path()):
        self.filled, self.stated, self.findings, self.name, self.folder = filled, stated, findings, name, folder

    def report(self, path: tuple, sentence: str, key: bool = False) -> None:
        """Note a problem about the value (or the name) at `path`."""
        self.findings.add(dotted(path), sentence, self.stated.place(path, key), self.name)

    def parts(self) -> Parts:
        """Every part that is right."""
        values = self.filled.values
        for name in values:
            if name not in ROOT:
                self.report((name,), f"{name!r} is unknown here; {among(name, ROOT)}", key=True)
        # A file without a name has been told so when it was read.
        study = {"name": ""} | {key: values[key] for key in Study.model_fields if key in values}
        parts = Parts(self.section(Study, study, ()))
        for name in MAPPINGS:
            if not isinstance(values[name], dict):
                self.report((name,), f"{described(values[name])} stands where a mapping belongs")
                values[name] = {}
                parts.sections[name] = None
        parts.sections |= {name: self.section(model, values[name], (name,)) for name, model in SECTIONS.items()}
        self._actors(parts, values)
        parts.strategies = self._strategies(values["strategies"])
        parts.events = self.events(values["events"], ("events",))
        parts.influence = tuple(self._entries(Shock, values["influence"], ("influence",)))
        parts.data = tuple(self._entries(DataFile, values["data"], ("data",)))
        if values.get("observed") is not None:
            parts.observed = self.section(Observed, values["observed"], ("observed",))
        return parts

    def section(self, model: type[BaseModel], values: Any, path: tuple) -> Any:
        """`values` as a `model`, or None with what is wrong noted."""
        if not isinstance(values, dict):
            self.report(path, f"{described(values)} stands where a mapping belongs")
            return None
        try:
            return model.model_validate(values)
        except ValidationError as error:
            for below, sentence, key in complaints(model, error):
                self.report((*path, *below), sentence, key)
            return None

    def _actors(self, parts: Parts, values: dict) -> None:
        """Everything that has a name: buyer types, sellers, partners, levels, listening instruments, the six markets."""
        known = {"levels": LEVELS, "listening": INSTRUMENTS, "six_markets": SIX_MARKETS}
        what = {"levels": "a level", "listening": "a listening instrument", "six_markets": "one of the six markets"}
        for section, model in NAMED.items():
            found = getattr(parts, section)
            for name, attributes in values[section].items():
                path = (section, name)
                if section in known and name not in known[section]:
                    self.report(path, f"{name!r} is not {what[section]}; {among(name, known[section])}", key=True)
                    continue
                checked = None
                if self._named(path, name) and self._complete(section, name, attributes):
                    checked = self.section(model, attributes, path)
                if checked is not None:
                    found[name] = checked

    def _named(self, path: tuple, name: str) -> bool:
        """Names become parts of paths and columns of tables, so they are words."""
        if name in RESERVED:
            self.report(path, f"{name!r} has a meaning of its own in scenarios; choose another name", key=True)
        elif not is_name(name):
            self.report(
                path, f"{name!r} is not a name; use letters, digits, _ and -, and begin with a letter", key=True
            )
        else:
            return True
        return False

    def _complete(self, section: str, name: str, attributes: Any) -> bool:
        """A custom buyer type states every attribute, or says which type it is like."""
        if section != "buyers" or not isinstance(attributes, dict):
            return True
        if "like" in attributes:
            types = [one for one in self.filled.values["buyers"] if one not in self.filled.like and one != name]
            sentence = f"{described(attributes['like'])} is not one of Jackson's types"
            self.report(("buyers", name, "like"), f"{sentence}; {among(str(attributes['like']), types[:3])}")
            return False
        lacking = [field for field in BuyerType.model_fields if field not in attributes]
        if lacking and lacking != ["purchase_rate"]:
            lacking = [field for field in lacking if field != "purchase_rate"]
            sentence = f"{name!r} is a type of its own and lacks {', '.join(lacking)}"
            advice = "state its share" if lacking == ["share"] else "state them, or say like: intermediate"
            self.report(("buyers", name), f"{sentence}; {advice}", key=True)
            return False
        return not lacking

    def _strategies(self, values: dict) -> dict[str, Strategy]:
        strategies = {}
        for name, changes in values.items():
            path = ("strategies", name)
            changes = {} if changes is None else changes
            if not self._named(path, name):
                continue
            if not isinstance(changes, dict):
                self.report(path, f"{described(changes)} stands where a mapping belongs (seller: what changes)")
                continue
            events = self.events(changes.get("events") or [], (*path, "events"))
            overrides = {seller: change for seller, change in changes.items() if seller != "events"}
            strategies[name] = Strategy(self._changes(overrides, path), events)
        return strategies or {"as_is": Strategy({})}

    def _changes(self, values: dict, path: tuple) -> dict[str, SellerChange]:
        """seller or group -> what changes for it."""
        changes = {}
        for seller, change in values.items():
            checked = self.section(SellerChange, {} if change is None else change, (*path, seller))
            if checked is not None:
                changes[seller] = checked
        return changes

    def events(self, values: Any, path: tuple) -> tuple[Event, ...]:
        """The events of a list, in the order written."""
        if not isinstance(values, list):
            self.report(path, f"{described(values)} stands where a list of events belongs")
            return ()
        events = []
        for position, entry in enumerate(values, start=1):
            here = (*path, position)
            if not isinstance(entry, dict):
                self.report(
                    here, f"{described(entry)} stands where an event belongs, such as {{at: 24, ours: {{...}}}}"
                )
                continue
            times = self.section(EventTimes, {key: entry[key] for key in EventTimes.model_fields if key in entry}, here)
            sellers = {key: change for key, change in entry.items() if key not in EventTimes.model_fields}
            if not sellers:
                self.report(here, "the event changes nothing; name a seller and what changes for it")
            changes = self._changes(sellers, here)
            if times is not None:
                events.append(Event(times.at, times.until, times.note, changes))
        return tuple(events)

    def _entries(self, model: type[BaseModel], values: Any, path: tuple) -> list:
        if not isinstance(values, list):
            self.report(path, f"{described(values)} stands where a list belongs")
            return []
        checked = [self.section(model, value, (*path, position)) for position, value in enumerate(values, start=1)]
        return [one for one in checked if one is not None]
