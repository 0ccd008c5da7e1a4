"""Sellers as they stand under a strategy in a period: what they are, with the changes that hold laid over them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from sim.scenario.actors import Seller, SellerChange
from sim.scenario.periods import defaults

if TYPE_CHECKING:
    from sim.scenario.checking import Event


def in_force(events: Iterable["Event"], own_events: Iterable["Event"], period: int) -> list["Event"]:
    """The events that hold in `period`, in the order of `at`; at the same `at` the scenario's before the strategy's own."""
    ordered = sorted((*events, *own_events), key=lambda event: event.at)
    return [event for event in ordered if event.holds(period)]


def change_periods(events: Iterable["Event"], own_events: Iterable["Event"], periods: int) -> list[int]:
    """The periods in which something changes, in order; the first is always 1."""
    times = {time for event in (*events, *own_events) for time in (event.at, event.until) if time is not None}
    return sorted({1} | {time for time in times if time <= periods})


def in_order(changes: dict[str, SellerChange], groups: dict[str, list[str]]) -> list[tuple[str, str, SellerChange]]:
    """(single seller, name it is changed by, change): whole groups first, so that a single seller may differ from its group."""
    named = sorted(changes.items(), key=lambda entry: entry[0] not in groups)
    return [(member, name, change) for name, change in named for member in groups.get(name, [name])]


def changed(seller: Seller, change: SellerChange, months: float = 1.0) -> Seller:
    """`seller` with what `change` states; of a group of parameters or a mapping, what it leaves out stays as it was.

    A rule that was off and is switched on takes what is left out from its defaults, for periods of `months` months.
    """
    return _laid(seller, change, months)


def _laid(before: BaseModel, over: BaseModel, months: float) -> BaseModel:
    stated = {name: _merged(getattr(before, name), getattr(over, name), months) for name in over.model_fields_set}
    return before.model_copy(update=stated)


def _merged(before: Any, stated: Any, months: float) -> Any:
    if isinstance(stated, dict):
        return before | stated
    if not isinstance(stated, BaseModel):
        return stated
    return _laid(before if before is not None else type(stated).model_validate(defaults(type(stated), months)), stated, months)
