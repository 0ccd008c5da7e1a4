"""How one parameter is declared: unit, bounds, default, meaning and source in one place.

`parameter(...)` builds the pydantic field, `facts(model, name)` reads back what was said, and `Section` is the strict,
frozen model that holds parameters to their bounds. Everything people read about a parameter comes from here.
"""

import math
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from sim.scenario.distributions import Distribution
from sim.scenario.suggest import number

MONTHS_PER_PERIOD = {"day": 12 / 365.25, "week": 12 / 52.1775, "month": 1.0, "quarter": 3.0, "year": 12.0}


@dataclass(frozen=True)
class Facts:
    """What is known of one parameter.

    `scale` says how the value depends on the length of a period: '' (not at all), 'probability', 'cost' or 'duration'
    (stated per month and converted when it comes from a default), or 'period' (counted in periods as it stands).
    `above` is a bound that must be exceeded, `least` and `most` are bounds that may be met. `later` says that digests
    were printed before the parameter was there: at its default it is left out of the digest, so that they still hold.
    """

    unit: str = ""
    meaning: str = ""
    source: str = ""
    least: float | None = None
    above: float | None = None
    most: float | None = None
    scale: str = ""
    infinite: bool = False
    later: bool = False

    def bounds(self) -> str:
        """The bounds in words, such as 'between 0 and 1'; empty where there are none."""
        if self.least is not None and self.most is not None:
            return f"between {number(self.least)} and {number(self.most)}"
        if self.above is not None:
            upper = "" if self.most is None else f" and at most {number(self.most)}"
            return f"above {number(self.above)}{upper}"
        if self.least is not None:
            return f"of {number(self.least)} or more"
        return ""

    def complaint(self, value: float) -> str | None:
        """A sentence on why `value` cannot stand, or None where it can."""
        if math.isnan(value) or (math.isinf(value) and not (self.infinite and value > 0)):
            return f"{number(value)} is not a finite number; {self.rule()}"
        if (self.least is not None and value < self.least) or (self.above is not None and value <= self.above):
            return f"{number(value)} is too low; {self.rule()}"
        if self.most is not None and value > self.most:
            return f"{number(value)} is too high; {self.rule()}"
        return None

    def rule(self) -> str:
        """Bounds and unit as an instruction: 'give a value between 0 and 1 (probability per period)'."""
        unit = f" ({self.unit})" if self.unit else ""
        return f"give a value {self.bounds()}".rstrip() + unit


def parameter(default: Any, meaning: str, unit: str = "", source: str = "", **rules: Any) -> Any:
    """A pydantic field that carries the facts of a parameter (`rules` are the other attributes of Facts)."""
    extra = {"unit": unit, "source": source, **rules}
    return Field(default, description=meaning, json_schema_extra=extra)


@cache
def facts(model: type[BaseModel], name: str) -> Facts:
    """The facts that were declared for the field `name` of `model`."""
    field = model.model_fields[name]
    extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
    return Facts(**{"meaning": field.description or "", "later": getattr(model, "later", False)} | extra)


@cache
def group(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """The group of parameters that the field `name` holds, or None where it is a single value."""
    annotation = model.model_fields[name].annotation
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def is_switch(model: type[BaseModel], name: str) -> bool:
    """Whether the field `name` holds a group that may be switched on (true, or a mapping) and off (false)."""
    return group(model, name) is not None and NoneType in get_args(model.model_fields[name].annotation)


class Section(BaseModel):
    """A strict, frozen group of parameters: unknown names, coercions and values out of bounds are refused.

    `later` holds for all parameters of the group (see Facts).
    """

    later: ClassVar[bool] = False
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, defer_build=True)

    @field_validator("*", mode="after")
    @classmethod
    def within_bounds(cls, value: Any, info: ValidationInfo) -> Any:
        """Hold every number in the value (a distribution's location, a mapping's entries) to the declared bounds."""
        known = facts(cls, info.field_name)
        for below, figure in _numbers(value):
            sentence = known.complaint(figure)
            if sentence:
                said = {"sentence": sentence, "below": below, "key": False}
                raise PydanticCustomError("sentence", "{sentence}", said)
        return value


def _numbers(value: Any) -> list[tuple[tuple, float]]:
    """Numbers that the bounds of a field apply to, each with its path below the field."""
    if isinstance(value, bool):
        return []
    if isinstance(value, int | float):
        return [((), value)]
    if isinstance(value, Distribution):
        return value.located()
    if isinstance(value, dict):
        return [((key,), figure) for key, figure in value.items() if isinstance(figure, int | float)]
    return []
