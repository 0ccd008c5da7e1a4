"""What a sweep varies: which parameter a path such as sellers.ours.price is, which values fit it, and how it takes them."""

import math
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError, create_model

from sim.scenario.actors import UNCHANGEABLE, Seller
from sim.scenario.address import NAMED, ROOT
from sim.scenario.checking import Checker
from sim.scenario.complaints import complaints
from sim.scenario.consistency import seller_names
from sim.scenario.distributions import Distribution
from sim.scenario.networks import Shock
from sim.scenario.parameter import Facts, Section, facts, group
from sim.scenario.reading import dotted
from sim.scenario.schema import SECTIONS, EventTimes
from sim.scenario.suggest import among

LEVER, UNCERTAINTY = "lever", "uncertainty"
VARIABLE = (*SECTIONS, *NAMED, "strategies", "events", "influence")
FIXED = {
    "market.period": "every number per period would mean something else",
    "market.currency": "it has no bearing on results",
    "word_of_mouth.file": "it names a file; vary word_of_mouth.network",
}
FIGURES = 9  # significant figures of values that are laid out: the same on any machine, and fit to be read


@dataclass(frozen=True)
class Varied:
    """One parameter that a sweep varies, and over what.

    `kind` is 'lever' (what we choose) or 'uncertainty' (what we cannot); `form` is 'values' (those listed), 'range' or 'log_range' (`low`
    to `high`, evenly, or evenly in the logarithm; in a grid `steps` of them), 'distribution', or 'column' (of a table of points). What is
    laid out of a whole number is whole, and draws are clipped to the parameter's bounds.
    """

    path: str
    kind: str
    form: str
    values: tuple = ()
    low: float = math.nan
    high: float = math.nan
    steps: int = 5
    distribution: Distribution | None = None
    whole: bool = False
    least: float = -math.inf
    most: float = math.inf

    def in_grid(self) -> list:
        """Its values in a grid, in order."""
        if self.form == "values":
            return list(self.values)
        return list(dict.fromkeys(self._between(step / (self.steps - 1)) for step in range(self.steps)))

    def at(self, share: float) -> Any:
        """Its value at a share 0 ≤ u < 1 of the way through what it may be: equal shares lead to equally likely values."""
        if self.form == "values":
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        if self.form == "distribution":
            inside = min(max(share, 1e-12), 1 - 1e-12)
            return self._fit(min(max(float(self.distribution.quantile(inside)), self.least), self.most))
        if self.whole and self.form == "range":
            return int(min(math.floor(self.low + (self.high - self.low + 1) * share), self.high))
        return self._between(share)

    def _between(self, share: float) -> float:
        """The value at a share 0 ≤ u ≤ 1 of the way from low to high."""
        if share in (0, 1):
            return self._fit(self.high if share else self.low)
        if self.form == "log_range":
            return self._fit(self.low * (self.high / self.low) ** share)
        return self._fit(self.low + (self.high - self.low) * share)

    def _fit(self, value: float) -> float:
        return round(value) if self.whole else float(f"{value:.{FIGURES}g}")


class NoParameter(Exception):  # noqa: N818 - named for what was looked for
    """There is no parameter at a path, or none that may vary; the message says why, and what may be meant."""


class Target(NamedTuple):
    """The parameter at a path: its model and field, where the field stands, and what lies deeper within its value."""

    model: type[BaseModel]
    field: str
    at: tuple
    below: tuple

    @property
    def path(self) -> tuple:
        return (*self.at, *self.below)

    @property
    def facts(self) -> Facts:
        """What is known of the parameter."""
        return facts(self.model, self.field)

    @property
    def whole(self) -> bool:
        """Whether the parameter is a whole number."""
        annotation = self.model.model_fields[self.field].annotation
        return not self.below and int in (annotation, *get_args(annotation))


def target(check: Checker, path: str) -> Target:
    """The parameter at a dotted path in the scenario that is being checked. Raises NoParameter."""
    parts = tuple(part.strip() for part in path.split("."))
    if not all(parts):
        raise NoParameter("this is not the path of a parameter; write one such as sellers.ours.price")
    first, rest = parts[0], parts[1:]
    if first not in VARIABLE:
        also = "is not something that may vary" if first in ROOT else "is unknown here"
        raise NoParameter(f"{first!r} {also}; {among(first, VARIABLE)}")
    if path in FIXED:
        raise NoParameter(f"it cannot vary: {FIXED[path]}")
    values = check.filled.values[first]
    if first in SECTIONS:
        return _field(SECTIONS[first], (first,), rest)
    if first in NAMED:
        return _field(NAMED[first], *_step((first,), rest, values))
    if first == "strategies":
        at, rest = _step(("strategies",), rest, values or ("as_is",))
        return _change(check, at, rest, values.get(at[-1]) or {})
    return _entry(check, (first,), rest, values)


def _step(at: tuple, rest: tuple, known: Iterable[str]) -> tuple[tuple, tuple]:
    """One name further along a path."""
    if not rest:
        raise NoParameter(f"{dotted(at)} is no single parameter; go on to one: {dotted(at)}.…; {among('', known)}")
    if rest[0] not in known:
        raise NoParameter(f"there is no {rest[0]!r} in {dotted(at)}; {among(rest[0], known)}")
    return (*at, rest[0]), rest[1:]


def _change(check: Checker, at: tuple, rest: tuple, stated: dict) -> Target:
    """Within a strategy: a seller's field, or one of its events."""
    at, rest = _step(at, rest, [*seller_names(check), *(("events",) if stated.get("events") else ())])
    return _entry(check, at, rest, stated["events"]) if at[-1] == "events" else _field(Seller, at, rest)


def _entry(check: Checker, at: tuple, rest: tuple, entries: list) -> Target:
    """Within a list of events or shocks, which are counted from 1."""
    at, rest = _step(at, rest, [str(number) for number in range(1, len(entries) + 1)])
    at = (*at[:-1], int(at[-1]))
    if at[0] == "influence":
        return _field(Shock, at, rest)
    if rest and rest[0] in EventTimes.model_fields:
        return _field(EventTimes, at, rest)
    return _field(Seller, *_step(at, rest, seller_names(check)))


def _field(model: type[BaseModel], at: tuple, rest: tuple) -> Target:
    """The field of a model, followed into groups of parameters as far as the path goes."""
    known = [name for name in model.model_fields if not (at[0] in ("strategies", "events") and name in UNCHANGEABLE)]
    if rest and rest[0] in UNCHANGEABLE and rest[0] not in known:
        raise NoParameter(f"{rest[0]} holds for the whole run, in every strategy; vary it under sellers")
    at, rest = _step(at, rest, known)
    inner = group(model, at[-1])
    return _field(inner, at, rest) if inner and rest else Target(model, at[-1], at, rest)


def complaint(check: Checker, where: Target, value: Any) -> str | None:
    """Why `value` cannot stand at a parameter, or None where it can."""
    whole = _within(check, where, value) if where.below else value
    alone = _alone(where.model, where.field)
    try:
        alone.model_validate({where.field: whole})
    except ValidationError as error:
        return complaints(alone, error)[0][1]
    return None


@cache
def _alone(model: type[BaseModel], field: str) -> type[Section]:
    """A model of one field, held to the same rules."""
    return create_model(model.__name__, __base__=Section, **{field: (model.model_fields[field].annotation, model.model_fields[field])})


def _within(check: Checker, where: Target, value: Any) -> Any:
    """The value that a field has once `value` stands deeper within it, as an option would put it there."""
    whole: Any = check.filled.values
    for part in where.at:
        whole = whole[part - 1] if isinstance(whole, list) else whole.get(part) if isinstance(whole, dict) else None
    whole = deepcopy(whole) if isinstance(whole, dict) else {}
    if where.at[0] == "buyers" and where.below[0] not in whole:
        whole = {}
    inner = whole
    for part in where.below[:-1]:
        inner = inner.setdefault(part, {})
    inner[where.below[-1]] = value
    return whole
