"""Which parameter a path such as sellers.ours.price is: the map between the file's shape and the models."""

from pydantic import BaseModel

from sim.scenario.actors import BuyerType, Instrument, Level, LoyaltyDiscount, Seller
from sim.scenario.parameter import Facts, facts
from sim.scenario.schema import SECTIONS, DataFile, EventTimes, Observed, Study, Within

MAPPINGS = ("market", "product", "behaviour", "buyers", "sellers", "levels", "listening", "strategies")
ROOT = (
    "schema",
    "name",
    "teaches",
    "extends",
    *MAPPINGS,
    "baseline",
    "focal",
    "events",
    "data",
    "observed",
    "runs",
    "seed",
)
NAMED = {"buyers": BuyerType, "sellers": Seller, "levels": Level, "listening": Instrument}


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
    if first == "data":
        return _known(DataFile, rest[1:])
    if first == "observed":
        return _known(Within, rest[1:]) if rest[:1] == ("within",) and rest[1:] else _known(Observed, rest)
    return _known(Study, path)


def facts_at(path: tuple) -> Facts | None:
    """What is known of the parameter at `path`, or None where no parameter stands."""
    found = model_at(path)
    return facts(*found) if found else None


def is_whole(path: tuple) -> bool:
    """Whether a mapping at `path` is one value (a distribution, a level plan), replaced as a whole when merged."""
    if path[0] == "buyers":
        return len(path) == 3
    return path[-1] == "level" and (path[0], len(path)) in (("sellers", 3), ("strategies", 4))


def _event(rest: tuple) -> tuple[type[BaseModel], str] | None:
    """Within an event: its own times and note, or a seller's field."""
    if rest and rest[0] in EventTimes.model_fields:
        return EventTimes, rest[0]
    return _known(Seller, rest[1:])


def _known(model: type[BaseModel], rest: tuple) -> tuple[type[BaseModel], str] | None:
    """(model, field) where the first of `rest` is a field of `model`, following a loyalty discount inwards."""
    if not rest or rest[0] not in model.model_fields:
        return None
    if rest[0] == "loyalty_discount" and rest[1:2] and rest[1] in LoyaltyDiscount.model_fields:
        return LoyaltyDiscount, rest[1]
    return model, rest[0]
