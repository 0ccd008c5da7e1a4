"""Which parameter a path such as sellers.ours.price is: the map between the file's shape and the models."""

from pydantic import BaseModel

from sim.scenario.actors import BuyerType, Instrument, Level, Seller
from sim.scenario.networks import Partner, Shock
from sim.scenario.parameter import Facts, facts, group
from sim.scenario.schema import SECTIONS, DataFile, EventTimes, Observed, Study
from sim.scenario.six_markets import MarketStock

NAMED = {
    "buyers": BuyerType,
    "sellers": Seller,
    "partners": Partner,
    "levels": Level,
    "listening": Instrument,
    "six_markets": MarketStock,
}
MAPPINGS = (*SECTIONS, *NAMED, "strategies")
LISTS = {"events": EventTimes, "influence": Shock, "data": DataFile}
ROOT = ("schema", "name", "teaches", "extends", *MAPPINGS, "baseline", "focal", *LISTS, "observed", "runs", "seed", "sweep")


def model_at(path: tuple) -> tuple[type[BaseModel], str] | None:
    """(model, field) of the parameter at `path` or around it, or None where no parameter stands."""
    first, rest = path[0], path[1:]
    if first in SECTIONS:
        return _known(SECTIONS[first], rest)
    if first in NAMED:
        return _known(NAMED[first], rest[1:])
    if first == "strategies":
        return _event(rest[3:]) if rest[1:2] == ("events",) else _known(Seller, rest[2:])
    if first == "events":
        return _event(rest[1:])
    if first in LISTS:
        return _known(LISTS[first], rest[1:])
    return _known(Observed, rest) if first == "observed" else _known(Study, path)


def facts_at(path: tuple) -> Facts | None:
    """What is known of the parameter at `path`, or None where no parameter stands."""
    found = model_at(path)
    return facts(*found) if found else None


def is_whole(path: tuple) -> bool:
    """Whether a mapping at `path` is one value (a distribution, a level plan, what a sweep varies), replaced as a whole when merged."""
    if path[0] in ("buyers", "sweep"):
        return len(path) == 3
    return path[-1] == "level" and (path[0], len(path)) in (("sellers", 3), ("strategies", 4))


def _event(rest: tuple) -> tuple[type[BaseModel], str] | None:
    """Within an event: its own times and note, or a seller's field."""
    if rest and rest[0] in EventTimes.model_fields:
        return EventTimes, rest[0]
    return _known(Seller, rest[1:])


def _known(model: type[BaseModel], rest: tuple) -> tuple[type[BaseModel], str] | None:
    """(model, field) where the first of `rest` is a field of `model`, followed into groups of parameters as far as they go."""
    if not rest or rest[0] not in model.model_fields:
        return None
    inner = group(model, rest[0])
    return (inner and _known(inner, rest[1:])) or (model, rest[0])
