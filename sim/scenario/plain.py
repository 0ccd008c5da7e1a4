"""A resolved scenario as plain dicts, lists, texts and numbers, in the shape of a scenario file."""

import math
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from sim.scenario.address import model_at
from sim.scenario.catalogue import catalogue
from sim.scenario.checking import Event, Strategy
from sim.scenario.distributions import Distribution
from sim.scenario.levels import LevelPlan
from sim.scenario.parameter import facts, is_switch
from sim.scenario.periods import converted, default, months_per_period
from sim.scenario.schema import LATER_SECTIONS, SCHEMA_VERSION, SellerChange

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

NOT_SIMULATED = ("schema", "name", "teaches", "data", "observed")
WORDS = ("note", "influencer", "kind")  # what an event, a shock or a partner is called, for people
CHANGES = ("strategies", "events")  # whatever a change states is a change
NOTHING = object()


def as_plain(scenario: "Scenario") -> dict[str, Any]:
    """Everything resolved; groups of sellers stand as in the file, infinity is the text 'inf'."""
    sellers = {group: scenario.sellers[names[0]] for group, names in scenario.groups.items()}
    sections = {
        "schema": SCHEMA_VERSION, "name": scenario.name, "teaches": scenario.teaches, "market": scenario.market,
        "product": scenario.product, "behaviour": scenario.behaviour, "buyers": scenario.buyers, "sellers": sellers,
        "levels": scenario.levels, "listening": scenario.listening, "strategies": scenario.strategies,
        "baseline": scenario.baseline, "focal": scenario.focal, "events": scenario.events,
        "word_of_mouth": scenario.word_of_mouth, "six_markets": scenario.six_markets, "partners": scenario.partners,
        "influence": scenario.influence, "data": scenario.data, "observed": scenario.observed,
        "runs": scenario.runs, "seed": scenario.seed,
    }  # fmt: skip
    return {name: plain(value) for name, value in sections.items()}


def simulated(values: dict[str, Any]) -> dict[str, Any]:
    """The part of a plain scenario that bears on the simulation: no names, notes and descriptions.

    Parameters that came later (`Facts.later`) are left out where they stand at their defaults: so a scenario that does
    without them is described as it was before they were there.
    """
    kept = {key: value for key, value in values.items() if key not in NOT_SIMULATED}
    strategies = {
        name: {**changes, "events": _without_words(changes["events"])} if "events" in changes else changes
        for name, changes in kept["strategies"].items()
    }
    partners = dict(zip(kept["partners"], _without_words(list(kept["partners"].values())), strict=True))
    kept |= {"strategies": strategies, "partners": partners}
    kept |= {name: _without_words(kept[name]) for name in ("events", "influence")}
    months = months_per_period(values["market"])
    said = {name: value if name in CHANGES else _said(value, (name,), months) for name, value in kept.items()}
    return {name: value for name, value in said.items() if value is not NOTHING and (value or name not in LATER_SECTIONS)}


def _without_words(entries: list[dict]) -> list[dict]:
    return [{key: value for key, value in entry.items() if key not in WORDS} for entry in entries]


def _said(value: Any, path: tuple, months: float) -> Any:
    """`value` without the later parameters that stand at their defaults; NOTHING where nothing is left."""
    if isinstance(value, dict) and value:
        said = {name: _said(inner, (*path, name), months) for name, inner in value.items()}
        return {name: inner for name, inner in said.items() if inner is not NOTHING} or NOTHING
    found = model_at(path)
    later = found is not None and facts(*found).later
    return NOTHING if later and value == _usual(path, *found, months) else value


def _usual(path: tuple, model: type[BaseModel], name: str, months: float) -> Any:
    """The value that holds at `path` where none is stated: the catalogue's, or the default."""
    value: Any = catalogue().values
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return default(model, name, months) if value is None else converted(value, facts(model, name).scale, months)


def plain(value: Any) -> Any:
    """Any value of a scenario in plain form; a rule that is off is `false`."""
    if isinstance(value, Distribution | LevelPlan):
        return plain(value.plain())
    if isinstance(value, Event):
        times = {"at": value.at, "until": value.until, "note": value.note}
        return {key: time for key, time in times.items() if time} | plain(value.changes)
    if isinstance(value, Strategy):
        return plain(value.overrides) | ({"events": plain(value.events)} if value.events else {})
    if isinstance(value, BaseModel):
        return _fields(value, stated=isinstance(value, SellerChange))
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return "inf" if isinstance(value, float) and math.isinf(value) else value


def _fields(group: BaseModel, stated: bool) -> dict[str, Any]:
    """The fields of a group of parameters in the order of the model; where only what is stated counts, down to the last."""
    found = {}
    for name in type(group).model_fields:
        value = getattr(group, name)
        if stated and name not in group.model_fields_set:
            continue
        if isinstance(value, BaseModel):
            found[name] = _fields(value, stated)
        else:
            found[name] = False if value is None and is_switch(type(group), name) else plain(value)
    return found
