"""Stated values -> complete values: catalogue and defaults fill the gaps, converted to the scenario's periods.

Defaults and the catalogue speak per month. What a file or option states is in the scenario's own periods and is left
as it is. Keys that mean nothing stay in place: checking reports them.
"""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from sim.scenario.actors import JACKSON_TYPES, BuyerType, Seller
from sim.scenario.address import LISTS, MAPPINGS, facts_at
from sim.scenario.answers import Answers
from sim.scenario.catalogue import catalogue
from sim.scenario.levels import LEVELS
from sim.scenario.networks import Partner, Shock
from sim.scenario.parameter import group, is_switch
from sim.scenario.periods import converted, default, defaults, months_per_period
from sim.scenario.reading import Stated
from sim.scenario.schema import SECTIONS, EventTimes, Study

NO_PLACE = None


@dataclass
class Filled:
    """Complete `values` in the file's shape, and `gaps`: (kind, where) of every value that was filled in.

    Kind is 'default', 'catalogue' (where: its place there) or 'as' (where: the path that it was taken from). `like`
    says which type a custom type resembles; `scaled` names the types whose catalogue shares were scaled.
    """

    values: dict[str, Any]
    gaps: dict[tuple, tuple[str, Any]] = field(default_factory=dict)
    like: dict[str, str] = field(default_factory=dict)
    scaled: tuple[str, ...] = ()


def fill(stated: Stated) -> Filled:
    """Complete a statement with catalogue and defaults."""
    filled = Filled(deepcopy(stated.values))
    filled.values.pop("schema", None)
    for section in MAPPINGS:
        if filled.values.get(section) is None:
            filled.values[section] = {}
    for section in LISTS:
        if filled.values.get(section) is None:
            filled.values[section] = []
    months = months_per_period(filled.values["market"])
    for section, model in SECTIONS.items():
        _fill_defaults(filled, filled.values[section], (section,), model, months)
    _fill_defaults(filled, filled.values, (), Study, months)
    _fill_catalogue(filled, months)
    _fill_buyers(filled)
    _fill_sellers(filled, months)
    _fill_partners(filled, months)
    _fill_shocks(filled, months)
    _fill_rules_of_changes(filled, months)
    return filled


def _fill_defaults(filled: Filled, values: Any, path: tuple, model: type[BaseModel], months: float) -> None:
    """Add the defaults of `model` that are not stated (required parameters have none), down into its groups of parameters."""
    if not isinstance(values, dict):
        return
    for name, known in model.model_fields.items():
        inner = group(model, name)
        if inner is not None and name in values and is_switch(model, name):
            values[name] = _switched(values[name])
        if name not in values and known.default is not PydanticUndefined:
            values[name] = default(model, name, months)
            filled.gaps[(*path, name)] = ("default", NO_PLACE)
        elif inner is not None:
            _fill_defaults(filled, values[name], (*path, name), inner, months)


def _switched(value: Any) -> Any:
    """A rule that is on (`true`) states nothing but that; one that is off is `false`."""
    if value is True:
        return {}
    return False if value is None else value


def _fill_catalogue(filled: Filled, months: float) -> None:
    """Add the buyer types, levels and instruments of the catalogue; shares of types come later."""
    book = catalogue()
    for section, entries in book.values.items():
        stated = filled.values[section]
        if not isinstance(stated, dict):
            continue
        filled.values[section] = entered = {name: stated.get(name) for name in entries} | stated
        for name, attributes in entries.items():
            if entered[name] is None:
                entered[name] = {}
            if isinstance(entered[name], dict):
                _fill_entry(filled, entered[name], (section, name), attributes, months)


def _fill_entry(filled: Filled, values: dict, path: tuple, attributes: dict, months: float) -> None:
    """Add what the catalogue knows of one type, level or instrument."""
    for attribute, value in attributes.items():
        here = (*path, attribute)
        if attribute not in values and attribute != "share":
            values[attribute] = converted(deepcopy(value), facts_at(here).scale, months)
            filled.gaps[here] = ("catalogue", catalogue().places[here])


def _fill_buyers(filled: Filled) -> None:
    """Custom types after the type they are like; purchase rates from the purchase cycle; shares to a sum of one."""
    buyers, product = filled.values["buyers"], filled.values["product"]
    if not isinstance(buyers, dict):
        return
    cycle = product.get("purchase_cycle") if isinstance(product, dict) else None
    usable = isinstance(cycle, int | float) and not isinstance(cycle, bool) and cycle >= 1
    for name, values in buyers.items():
        if isinstance(values, dict) and name in JACKSON_TYPES and "purchase_rate" not in values and usable:
            values["purchase_rate"] = 1 / cycle
            filled.gaps["buyers", name, "purchase_rate"] = ("default", NO_PLACE)
    for name, values in buyers.items():
        if isinstance(values, dict) and name not in JACKSON_TYPES:
            _fill_custom(filled, name, values, 1 / cycle if usable else None)
    _fill_shares(filled, buyers)


def _fill_custom(filled: Filled, name: str, values: dict, purchase_rate: float | None) -> None:
    """A custom type takes what it leaves out (but for its share) from the type it says it is like."""
    like = values.get("like")
    model = filled.values["buyers"].get(like) if isinstance(like, str) and like in JACKSON_TYPES else None
    if isinstance(model, dict):
        filled.like[name] = values.pop("like")
        for attribute in BuyerType.model_fields:
            if attribute not in values and attribute != "share" and attribute in model:
                values[attribute] = deepcopy(model[attribute])
                kind = filled.gaps.get(("buyers", like, attribute), ("as", ("buyers", like, attribute)))
                filled.gaps["buyers", name, attribute] = kind
    if "purchase_rate" not in values and purchase_rate is not None:
        values["purchase_rate"] = purchase_rate
        filled.gaps["buyers", name, "purchase_rate"] = ("default", NO_PLACE)


def _fill_shares(filled: Filled, buyers: dict) -> None:
    """Catalogue shares of the types that state none, scaled so that all shares sum to one."""
    book = catalogue()
    silent = [name for name in JACKSON_TYPES if isinstance(buyers[name], dict) and "share" not in buyers[name]]
    shares = [values.get("share", 0) for values in buyers.values() if isinstance(values, dict)]
    if not all(isinstance(share, int | float) and not isinstance(share, bool) for share in shares):
        return
    rest = max(0.0, 1 - sum(shares))
    whole = sum(book.values["buyers"][name]["share"] for name in silent)
    for name in silent:
        share = book.values["buyers"][name]["share"]
        buyers[name]["share"] = share if len(silent) == len(buyers) else round(share * rest / whole, 12)
        filled.gaps["buyers", name, "share"] = ("catalogue", book.places["buyers", name, "share"])
    if silent and len(silent) < len(buyers):
        filled.scaled = tuple(silent)


def _fill_sellers(filled: Filled, months: float) -> None:
    """Defaults of every seller, down to each level's capacity."""
    sellers = filled.values["sellers"]
    if not isinstance(sellers, dict):
        return
    for name in sellers:
        sellers[name] = {} if sellers[name] is None else sellers[name]
        _fill_defaults(filled, sellers[name], ("sellers", name), Seller, months)
        if isinstance(sellers[name], dict):
            _fill_capacity(filled, sellers[name], ("sellers", name))


def _fill_capacity(filled: Filled, seller: dict, path: tuple) -> None:
    """The capacities of the levels that a seller leaves out."""
    capacity = seller["capacity"]
    if isinstance(capacity, dict):
        for level in LEVELS:
            if level not in capacity:
                filled.gaps[(*path, "capacity", level)] = ("default", NO_PLACE)
        seller["capacity"] = dict.fromkeys(LEVELS, float("inf")) | capacity


def _fill_partners(filled: Filled, months: float) -> None:
    """Defaults of every referral partner."""
    partners = filled.values["partners"]
    if not isinstance(partners, dict):
        return
    for name in partners:
        partners[name] = {} if partners[name] is None else partners[name]
        _fill_defaults(filled, partners[name], ("partners", name), Partner, months)


def _fill_shocks(filled: Filled, months: float) -> None:
    """Defaults of every shock."""
    shocks = filled.values["influence"]
    for position, shock in enumerate(shocks if isinstance(shocks, list) else (), start=1):
        _fill_defaults(filled, shock, ("influence", position), Shock, months)


def _fill_rules_of_changes(filled: Filled, months: float) -> None:
    """A rule that a strategy or event switches on with `true` has its defaults, in the scenario's periods."""
    for path, change in _changes_of_sellers(filled.values):
        answers = change.get("answers") if isinstance(change, dict) else None
        for rule in Answers.model_fields if isinstance(answers, dict) else ():
            if answers.get(rule) is True:
                answers[rule] = defaults(group(Answers, rule), months)
                here = (*path, "answers", rule)
                filled.gaps |= {(*here, name): ("default", NO_PLACE) for name in answers[rule]}


def _changes_of_sellers(values: dict[str, Any]) -> Iterator[tuple[tuple, Any]]:
    """Every change of a seller by a strategy or event, with its path; what is no mapping is left to checking."""
    strategies = values["strategies"] if isinstance(values["strategies"], dict) else {}
    events = [(("events",), values["events"])]
    for name, changes in strategies.items():
        if isinstance(changes, dict):
            events.append((("strategies", name, "events"), changes.get("events")))
            yield from ((("strategies", name, seller), changes[seller]) for seller in changes if seller != "events")
    for path, entries in events:
        for position, entry in enumerate(entries if isinstance(entries, list) else (), start=1):
            for seller in entry if isinstance(entry, dict) else ():
                if seller not in EventTimes.model_fields:
                    yield (*path, position, seller), entry[seller]
