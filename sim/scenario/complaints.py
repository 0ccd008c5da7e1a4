"""What pydantic found wrong, in sentences a strategist can act on."""

import re
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticUndefined

from sim.scenario.actors import UNCHANGEABLE, SellerChange
from sim.scenario.levels import LevelPlan
from sim.scenario.parameter import facts, group
from sim.scenario.reading import is_unreadable
from sim.scenario.suggest import among, described, number

BELONGS = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}


def complaints(model: type[BaseModel], error: ValidationError) -> list[tuple[tuple, str, bool]]:
    """(path below the model, sentence, whether it is about the name rather than the value) for each thing wrong."""
    found = []
    for one in error.errors():
        if is_unreadable(one["input"]) and one["type"] != "extra_forbidden":
            continue
        loc = tuple(part + 1 if isinstance(part, int) else part for part in one["loc"])
        found.append(_complaint(model, one, loc))
    return found


def _complaint(model: type[BaseModel], one: dict, loc: tuple) -> tuple[tuple, str, bool]:
    kind, value = one["type"], one["input"]
    if kind == "sentence":
        return (*loc, *one["ctx"]["below"]), one["ctx"]["sentence"], one["ctx"]["key"]
    if kind == "extra_forbidden":
        return loc, _unknown(_inner(model, loc[:-1]), loc[-1]), True
    if kind == "missing":
        return loc[:-1], f"{loc[-1]} is missing; add {loc[-1]}: ...", True
    if kind == "literal_error":
        choices = re.findall(r"'([^']*)'", one["ctx"]["expected"])
        is_name = loc[-1] == "[key]"
        return loc[:-1] if is_name else loc, _not_a_choice(value, choices), is_name
    return loc, _misplaced(model, loc, kind, value, one["msg"]), False


def _inner(model: type[BaseModel], loc: tuple) -> type[BaseModel]:
    """The model that stands at `loc` within `model`."""
    for part in loc:
        model = (part in model.model_fields and group(model, part)) or model
    return model


def _unknown(model: type[BaseModel], name: str) -> str:
    """A name that means nothing here, with the one that was probably meant."""
    if model is SellerChange and name in UNCHANGEABLE:
        return f"{name} holds for the whole run, in every strategy; state it under sellers"
    return f"{name!r} is unknown here; {among(name, model.model_fields)}"


def _not_a_choice(value: Any, choices: list[str]) -> str:
    if not isinstance(value, str):
        return f"{described(value)} stands where one of these belongs: {', '.join(choices)}"
    return f"{value!r} is not one of the choices; {among(value, choices)}"


def _misplaced(model: type[BaseModel], loc: tuple, kind: str, value: Any, message: str) -> str:
    """A value of the wrong sort: what stands there, what belongs there, and how to write it."""
    if kind not in BELONGS:
        return f"{described(value)} cannot stand here ({message[:1].lower()}{message[1:]})"
    sentence = f"{described(value)} stands where {BELONGS[kind]} belongs"
    hint = _hint(model, loc, kind, value)
    return f"{sentence}; {hint}" if hint else sentence


def _hint(model: type[BaseModel], loc: tuple, kind: str, value: Any) -> str:
    """How the value should be written."""
    if value is None:
        return _when_nothing(model, loc)
    if kind in ("float_type", "int_type", "int_from_float"):
        if isinstance(value, float) and value.is_integer():
            return f"write {int(value)}"
        if isinstance(value, str) and _reads_as_number(value):
            return f"write {value.strip()} without quotes"
        known = facts(_inner(model, loc[:-1]), loc[-1]) if loc[-1] in _inner(model, loc[:-1]).model_fields else None
        return known.rule() if known and known.rule() != "give a value" else ""
    if kind == "bool_type":
        return {"yes": "write true", "on": "write true", "no": "write false", "off": "write false"}.get(
            str(value).lower(), ""
        )
    if kind in ("model_type", "model_attributes_type") and loc:
        return f"its entries are {', '.join(_inner(model, loc).model_fields)}"
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f'put it in quotes: "{number(value)}"'
    return ""


def _when_nothing(model: type[BaseModel], loc: tuple) -> str:
    """An empty value: say one, or take the default."""
    inner = _inner(model, loc[:-1])
    known = inner.model_fields.get(loc[-1])
    default = known.default if known is not None else PydanticUndefined
    if isinstance(default, int | float | str) and not isinstance(default, bool):
        return f"give one, or delete the line to take the default ({number(default)})"
    if isinstance(default, LevelPlan):
        return f"give one, or delete the line to take the default ({default.levels[0]})"
    return "give one, or delete the line"


def _reads_as_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
