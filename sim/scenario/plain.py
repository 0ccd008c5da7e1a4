"""A resolved scenario as plain dicts, lists, texts and numbers, in the shape of a scenario file."""

import math
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from sim.scenario.checking import Event, Strategy
from sim.scenario.distributions import Distribution
from sim.scenario.levels import LevelPlan
from sim.scenario.schema import SCHEMA_VERSION, SellerChange

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

NOT_SIMULATED = ("schema", "name", "teaches", "data", "observed")


def as_plain(scenario: "Scenario") -> dict[str, Any]:
    """Everything resolved; groups of sellers stand as in the file, infinity is the text 'inf'."""
    sellers = {group: scenario.sellers[names[0]] for group, names in scenario.groups.items()}
    sections = {
        "schema": SCHEMA_VERSION, "name": scenario.name, "teaches": scenario.teaches, "market": scenario.market,
        "product": scenario.product, "behaviour": scenario.behaviour, "buyers": scenario.buyers, "sellers": sellers,
        "levels": scenario.levels, "listening": scenario.listening, "strategies": scenario.strategies,
        "baseline": scenario.baseline, "focal": scenario.focal, "events": scenario.events, "data": scenario.data,
        "observed": scenario.observed, "runs": scenario.runs, "seed": scenario.seed,
    }  # fmt: skip
    return {name: plain(value) for name, value in sections.items()}


def simulated(values: dict[str, Any]) -> dict[str, Any]:
    """The part of a plain scenario that bears on the simulation: no names, notes and descriptions."""
    kept = {key: value for key, value in values.items() if key not in NOT_SIMULATED}
    strategies = {
        name: {**changes, "events": _without_notes(changes["events"])} if "events" in changes else changes
        for name, changes in kept["strategies"].items()
    }
    return {**kept, "strategies": strategies, "events": _without_notes(kept["events"])}


def _without_notes(events: list[dict]) -> list[dict]:
    return [{key: value for key, value in event.items() if key != "note"} for event in events]


def plain(value: Any) -> Any:
    """Any value of a scenario in plain form."""
    if isinstance(value, Distribution | LevelPlan):
        return plain(value.plain())
    if isinstance(value, SellerChange):
        return {name: _stated(getattr(value, name)) for name in _in_order(value)}
    if isinstance(value, Event):
        times = {"at": value.at, "until": value.until, "note": value.note}
        return {key: time for key, time in times.items() if time} | plain(value.changes)
    if isinstance(value, Strategy):
        return plain(value.overrides) | ({"events": plain(value.events)} if value.events else {})
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return "inf" if isinstance(value, float) and math.isinf(value) else value


def _stated(value: Any) -> Any:
    """What a change states of a nested group (a discount's parts), no more."""
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in _in_order(value)}
    return plain(value)


def _in_order(value: BaseModel) -> list[str]:
    """The fields that were stated, in the order of the model."""
    return [name for name in type(value).model_fields if name in value.model_fields_set]
