"""The JSON Schema of scenario files, for editors that complete, explain and check while one types."""

from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from sim.scenario.actors import (
    INSTRUMENTS,
    JACKSON_TYPES,
    UNCHANGEABLE,
    BuyerType,
    Instrument,
    Level,
    Seller,
)
from sim.scenario.distributions import FORMS, WRITTEN_FORMS, Distribution
from sim.scenario.levels import LEVELS, LevelPlan
from sim.scenario.networks import Partner, Shock
from sim.scenario.parameter import Facts, facts, group, is_switch
from sim.scenario.schema import SCHEMA_VERSION, SECTIONS, DataFile, EventTimes, Observed, Study
from sim.scenario.six_markets import SIX_MARKETS, MarketStock
from sim.scenario.sweeps import RANGES, Sweep

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a scenario file; everything but schema and name may be left out."""
    properties = {
        "schema": {"const": SCHEMA_VERSION, "description": "the version of the format that the file is written in"},
        "extends": {
            "type": "string",
            "description": "a shipped scenario, or a file relative to this one",
            "examples": ["default"],
        },
        **{name: _field(Study, name) for name in Study.model_fields},
        **{
            name: {"anyOf": [_object(model), {"type": "null"}], "description": _first_line(model)}
            for name, model in SECTIONS.items()
        },
        "buyers": _named(_buyer_type(), JACKSON_TYPES, open_ended=True, about="buyer types"),
        "sellers": _named(_object(Seller), (), open_ended=True, about="sellers, and groups of sellers alike"),
        "levels": _named(_object(Level), LEVELS, about="changes of the catalogue's levels"),
        "listening": _named(_object(Instrument), INSTRUMENTS, about="changes of the catalogue's listening instruments"),
        "partners": _named(_object(Partner), (), open_ended=True, about="referral partners"),
        "six_markets": _named(_object(MarketStock), SIX_MARKETS, about="changes of what the catalogue says of the six markets"),
        "strategies": _named({"$ref": "#/$defs/strategy"}, (), open_ended=True, about="strategies to compare"),
        "events": {"$ref": "#/$defs/events"},
        "influence": _list(Shock, "shocks by those who have influence"),
        "data": _list(DataFile, "files that travel with the scenario"),
        "observed": {"anyOf": [_object(Observed), {"type": "null"}], "description": _first_line(Observed)},
        "sweep": {"anyOf": [_sweep(), {"type": "null"}], "description": _first_line(Sweep)},
    }
    return {
        "$schema": DIALECT,
        "title": "A scenario for Tenure",
        "type": "object",
        "properties": properties,
        "required": ["schema", "name"],
        "additionalProperties": False,
        "$defs": _definitions(),
    }


def _list(model: type[BaseModel], about: str) -> dict[str, Any]:
    """A list of entries of one model."""
    return {"type": ["array", "null"], "items": _object(model), "description": about}


def _sweep() -> dict[str, Any]:
    """A sweep: how points are laid out, and what each parameter may be."""
    ends = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
    shapes = {"values": {"type": "array", "minItems": 1}} | dict.fromkeys(RANGES, ends)
    forms = []
    for form, shape in shapes.items():
        properties = {form: shape} | ({"steps": {"type": "integer", "minimum": 2}} if form in RANGES else {})
        forms.append({"type": "object", "properties": properties, "required": [form], "additionalProperties": False})
    entries = {
        "levers": {"anyOf": forms},
        "uncertainties": {"anyOf": [*forms, {"$ref": "#/$defs/distribution"}]},
    }
    object_ = _object(Sweep, without=(*entries, "strategies"))
    properties = object_["properties"] | {
        name: {
            "type": ["object", "array", "null"],
            "additionalProperties": {"anyOf": [entry, {"type": "null"}]},
            "description": facts(Sweep, name).meaning,
        }
        for name, entry in entries.items()
    }
    strategies = {"type": ["array", "null"], "items": {"type": "string"}, "description": facts(Sweep, "strategies").meaning}
    return {**object_, "properties": properties | {"strategies": strategies}}


def _definitions() -> dict[str, Any]:
    """Parts that stand in more than one place."""
    change = _object(Seller, without=UNCHANGEABLE)
    event = _object(EventTimes)
    return {
        "level": {"enum": list(LEVELS)},
        "level_plan": _level_plan(),
        "distribution": {"anyOf": [_form(form) for form in WRITTEN_FORMS]},
        "change": {**change, "type": ["object", "null"]},
        "event": {**event, "additionalProperties": {"$ref": "#/$defs/change"}},
        "events": {
            "type": ["array", "null"],
            "items": {"$ref": "#/$defs/event"},
            "description": "scheduled changes of sellers",
        },
        "strategy": {
            "type": ["object", "null"],
            "properties": {"events": {"$ref": "#/$defs/events"}},
            "additionalProperties": {"$ref": "#/$defs/change"},
        },
    }


def _object(model: type[BaseModel], without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A mapping with the fields of a model; those without default anywhere are required."""
    fields = [name for name in model.model_fields if name not in without]
    from_catalogue = model in (BuyerType, Level, Instrument, MarketStock)
    required = [name for name in fields if model.model_fields[name].is_required() and not from_catalogue]
    schema = {
        "type": "object",
        "properties": {name: _field(model, name) for name in fields},
        "additionalProperties": False,
    }
    return {**schema, "required": required} if required else schema


def _field(model: type[BaseModel], name: str) -> dict[str, Any]:
    """One parameter: its shape and bounds, and its facts for the editor to show."""
    field, known = model.model_fields[name], facts(model, name)
    schema = _switch(group(model, name)) if is_switch(model, name) else _shape(field.annotation, known)
    parts = [
        known.meaning,
        f"Unit: {known.unit}." if known.unit else "",
        f"Source: {known.source}." if known.source else "",
    ]
    described = {**schema, "description": " ".join(part for part in parts if part)}
    example = None if field.is_required() else field.default
    if isinstance(example, bool | int | float | str):
        described |= {"default": example, "examples": [example]}
    return described


def _shape(annotation: Any, known: Facts) -> dict[str, Any]:
    """The JSON type of an annotation, with the bounds of the parameter."""
    if get_origin(annotation) is UnionType:
        inner = next(one for one in get_args(annotation) if one is not NoneType)
        return {"anyOf": [_shape(inner, known), {"type": "null"}]}
    if get_origin(annotation) is Literal:
        return {"enum": list(get_args(annotation))}
    if get_origin(annotation) is tuple:
        return {"type": "array", "items": {"enum": list(INSTRUMENTS)}}
    if get_origin(annotation) is dict:
        names = get_args(annotation)[0]
        some = {"propertyNames": {"enum": list(get_args(names))}} if get_origin(names) is Literal else {}
        return {"type": "object", **some, "additionalProperties": _number("number", known)}
    if annotation is Distribution:
        return {"anyOf": [_number("number", known), {"$ref": "#/$defs/distribution"}]}
    if annotation is LevelPlan:
        return {"$ref": "#/$defs/level_plan"}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _object(annotation)
    plain = {bool: "boolean", str: "string"}
    return (
        {"type": plain[annotation]}
        if annotation in plain
        else _number("integer" if annotation is int else "number", known)
    )


def _switch(model: type[BaseModel]) -> dict[str, Any]:
    """A rule: off (false or nothing), on with its defaults (true), or on with these numbers."""
    return {"anyOf": [{"type": ["boolean", "null"]}, _object(model)]}


def _number(kind: str, known: Facts) -> dict[str, Any]:
    bounds = {"minimum": known.least, "exclusiveMinimum": known.above, "maximum": known.most}
    return {"type": kind} | {word: bound for word, bound in bounds.items() if bound is not None}


def _named(entry: dict, names: tuple[str, ...], about: str, open_ended: bool = False) -> dict[str, Any]:
    """A mapping of names to entries; an entry with nothing in it states nothing."""
    optional = {"anyOf": [entry, {"type": "null"}]}
    schema = {
        "type": ["object", "null"],
        "description": about,
        "additionalProperties": optional if open_ended else False,
    }
    return {**schema, "properties": dict.fromkeys(names, optional)} if names else schema


def _buyer_type() -> dict[str, Any]:
    """A buyer type; one of the scenario's own may say which of Jackson's types it is like."""
    schema = _object(BuyerType)
    like = {"enum": list(JACKSON_TYPES), "description": "the type that what is left out is taken from"}
    return {**schema, "properties": {**schema["properties"], "like": like}}


def _form(form: str) -> dict[str, Any]:
    numbers = FORMS[form].numbers
    inner = {
        "type": "object",
        "properties": {name: {"type": "number"} for name in numbers},
        "required": list(numbers),
        "additionalProperties": False,
    }
    return {"type": "object", "properties": {form: inner}, "required": [form], "additionalProperties": False}


def _level_plan() -> dict[str, Any]:
    """The four forms of a seller's level."""
    level = {"$ref": "#/$defs/level"}
    tiers = {"type": "object", "propertyNames": level, "additionalProperties": {"type": "number", "minimum": 0}}
    picked = {"type": ["array", "null"], "items": level}
    return {
        "anyOf": [
            {"enum": [*LEVELS, "segments_of_one"]},
            {
                "type": "object",
                "properties": {"by_value": tiers},
                "required": ["by_value"],
                "additionalProperties": False,
            },
            {
                "type": "object",
                "properties": {"segments_of_one": picked},
                "required": ["segments_of_one"],
                "additionalProperties": False,
            },
            {"type": "object", "additionalProperties": level},
        ]
    }


def _first_line(model: type[BaseModel]) -> str:
    return (model.__doc__ or "").strip().splitlines()[0]
