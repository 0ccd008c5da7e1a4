"""What a team decides for its seller: the level of each buyer type, price, promise, loyalty discount and the budgets of the six markets."""

import math
from typing import Any

from pydantic import ValidationError

from sim.classroom.setting import Setting
from sim.scenario.actors import LoyaltyDiscount, Seller, SellerChange
from sim.scenario.complaints import complaints
from sim.scenario.levels import LEVELS
from sim.scenario.parameter import facts
from sim.scenario.six_markets import EFFECTS, SIX_MARKETS, RelationshipBudget
from sim.scenario.suggest import among, described
from sim.wording import name_of_type, spoken

FIELDS = ("level", "price", "promise", "loyalty_discount", "budget")


class ChoiceError(Exception):
    """A choice that cannot stand; the sentence says which value and what would do."""


def read_choice(given: Any, setting: Setting) -> dict:
    """A choice as a page sends it, complete and within the schema's bounds:

    {"level": {type: level}, "price": money per unit, "promise": times, "loyalty_discount": {"per_year": share, "most": share},
    "budget": {market: money per period}}. `level` may be one level for all. Raises ChoiceError."""
    if not isinstance(given, dict):
        raise ChoiceError(f"{described(given)} stands where a choice belongs")
    for name in given:
        if name not in FIELDS:
            raise ChoiceError(f"{name!r} is nothing that a team decides; {among(str(name), FIELDS)}")
    lacking = [name for name in FIELDS if name not in given]
    if lacking:
        raise ChoiceError(f"the choice lacks {', '.join(lacking)}")
    choice = {
        "level": _levels(given["level"], setting),
        "price": given["price"],
        "promise": given["promise"],
        "loyalty_discount": _filled(given["loyalty_discount"], LoyaltyDiscount.model_fields, "loyalty_discount"),
        "budget": _filled(given["budget"], SIX_MARKETS, "budget"),
    }
    _check(choice)
    return choice


def _levels(given: Any, setting: Setting) -> dict[str, str]:
    """A level for each buyer type."""
    types = list(setting.scenario.buyers)
    absent = dict.fromkeys((name for name, kind in setting.scenario.buyers.items() if not kind.share), LEVELS[0])
    table = dict.fromkeys(types, given) if isinstance(given, str) else given
    if not isinstance(table, dict):
        raise ChoiceError(f"level: {described(given)} stands where a level, or a level for each buyer type, belongs")
    table = absent | table
    for name in (*table, *types):
        if name not in types:
            raise ChoiceError(f"level: {name!r} is not a buyer type; {among(str(name), types)}")
        if table.get(name) not in LEVELS:
            raise ChoiceError(
                f"level for {name_of_type(name)}: {described(table.get(name))} is not a level; choose from {', '.join(LEVELS)}"
            )
    return {name: table[name] for name in types}


def _filled(given: Any, names, where: str) -> dict[str, Any]:
    """A mapping of numbers, noughts where it says nothing."""
    if not isinstance(given, dict):
        raise ChoiceError(f"{where}: {described(given)} stands where a mapping belongs")
    for name in given:
        if name not in names:
            raise ChoiceError(f"{where}: {name!r} is unknown; {among(str(name), names)}")
    return {name: given.get(name, 0) for name in names}


def _check(choice: dict) -> None:
    """Every number against the bounds of the schema."""
    for name, amount in choice["budget"].items():
        if isinstance(amount, bool) or not isinstance(amount, int | float):
            raise ChoiceError(f"budget for the {name} market: {described(amount)} stands where money per period belongs")
        wrong = facts(RelationshipBudget, "total").complaint(float(amount))
        if wrong:
            raise ChoiceError(f"budget for the {name} market: {wrong}")
    try:
        SellerChange.model_validate(as_change(choice))
    except ValidationError as error:
        path, sentence, _ = complaints(SellerChange, error)[0]
        raise ChoiceError(f"{'.'.join(map(str, path))}: {sentence}") from None


def as_change(choice: dict) -> dict:
    """What a scenario's event says of the choice."""
    return {
        "level": choice["level"],
        "price": choice["price"],
        "promise": choice["promise"],
        "loyalty_discount": choice["loyalty_discount"],
        "relationship_budget": _budget(choice["budget"]),
    }


def _budget(amounts: dict[str, float]) -> dict[str, float]:
    """Money by market as a total and its shares, which never sum to more than one."""
    total = float(sum(amounts.values()))
    shares = {name: math.floor(amount / total * 1e9) / 1e9 if total else 0.0 for name, amount in amounts.items()}
    return {"total": total} | shares


def first_choice(setting: Setting) -> dict:
    """What every team starts with: the scenario's own seller under its baseline."""
    scenario = setting.scenario
    seller = scenario.sellers_under(scenario.baseline, 1)[scenario.focal]
    plan, budget = seller.level, seller.relationship_budget
    levels = {name: plan.table[name] if plan.targeting == "by_type" and name in plan.table else plan.levels[0] for name in scenario.buyers}
    return {
        "level": levels,
        "price": seller.price,
        "promise": seller.promise,
        "loyalty_discount": {name: getattr(seller.loyalty_discount, name) for name in LoyaltyDiscount.model_fields},
        "budget": {name: budget.total * getattr(budget, name) for name in SIX_MARKETS},
    }


def as_form(setting: Setting) -> dict:
    """What a page needs to ask for a choice: levels and types by name and cost, bounds, units."""
    scenario = setting.scenario
    of = {
        "price": (Seller, "price"),
        "promise": (Seller, "promise"),
        "per_year": (LoyaltyDiscount, "per_year"),
        "most": (LoyaltyDiscount, "most"),
    }
    seller = scenario.sellers_under(scenario.baseline, 1)[scenario.focal]
    return {
        "types": [
            {"name": name, "said": name_of_type(name), "share": kind.share} for name, kind in scenario.buyers.items() if kind.share > 0
        ],
        "levels": [
            {"name": name, "said": spoken(name), "cost": scenario.levels[name].cost_per_account, "setup": scenario.levels[name].setup_cost,
             "does": LEVEL_MEANING[name]}
            for name in LEVELS
        ],
        "markets": [{"name": name, "does": EFFECTS[name]} for name in SIX_MARKETS],
        "bounds": {name: {"least": facts(*where).least, "most": facts(*where).most} for name, where in of.items()},
        "unit_cost": seller.unit_cost,
        "quality": seller.quality,
        "currency": scenario.market.currency,
        "period": scenario.market.period,
    }  # fmt: skip


LEVEL_MEANING = {  # Kotler 1992, in a line each
    "basic": "sell, and no more",
    "reactive": "help those who ask",
    "accountable": "call after the sale and ask",
    "proactive": "call regularly with better uses",
    "partnership": "work together all the time",
}
