"""Values that are stated per month -> the periods of a scenario: defaults and the catalogue speak per month."""

from copy import deepcopy
from typing import Any

from pydantic import BaseModel

from sim.scenario.distributions import Distribution, read_distribution
from sim.scenario.parameter import MONTHS_PER_PERIOD, facts, group, is_switch


def months_per_period(market: Any) -> float:
    """Months in a period of this scenario (an unknown period counts as a month; checking reports it)."""
    period = market.get("period", "month") if isinstance(market, dict) else "month"
    return MONTHS_PER_PERIOD.get(period, 1.0) if isinstance(period, str) else 1.0


def converted(value: Any, scale: str, months: float) -> Any:
    """A value stated per month, for periods of `months` months."""
    if months == 1 or not scale or scale == "period":
        return value
    if isinstance(value, dict):
        value = read_distribution(value)
    if isinstance(value, Distribution):
        return value.scaled(1 / months).plain()
    if scale == "probability":
        return 1 - (1 - value) ** months
    return value * months if scale == "cost" else value / months


def default(model: type[BaseModel], name: str, months: float) -> Any:
    """The default of a parameter in plain form, for periods of `months` months.

    Where a parameter is counted in periods it stays within its bounds (a purchase cycle is never below one period) and
    whole where it is a whole number. A group has the defaults of its parameters; one that may be switched on is off.
    """
    field, known, inner = model.model_fields[name], facts(model, name), group(model, name)
    if inner is not None:
        return False if is_switch(model, name) else defaults(inner, months)
    value = field.get_default(call_default_factory=True)
    if hasattr(value, "plain"):
        return value.plain()
    if isinstance(value, tuple):
        return list(value)
    value = converted(value, known.scale, months) if isinstance(value, int | float) else deepcopy(value)
    if known.scale != "duration" or months == 1:
        return value
    value = round(value) if field.annotation is int else value
    return value if known.least is None else max(known.least, value)


def defaults(model: type[BaseModel], months: float) -> dict[str, Any]:
    """The defaults of all parameters of a group, in plain form."""
    return {name: default(model, name, months) for name in model.model_fields}
