"""A relationship policy in the words of a strategist."""

from itertools import pairwise

from sim.experiments.verdict import amount, spoken
from sim.scenario.actors import JACKSON_TYPES
from sim.scenario.six_markets import SIX_MARKETS

SERVED = {
    "basic": "with nothing after the sale",
    "reactive": "reactively",
    "accountable": "accountably",
    "proactive": "proactively",
    "partnership": "as partners",
}


def in_words(policy: dict, currency: str, period: str) -> str:
    """A policy as one says it: 'serve lost-for-good accounts reactively, the others proactively; no loyalty discount; visits'."""
    parts = []
    if "level" in policy:
        parts.append(f"serve {level_in_words(policy['level'], currency)}")
    if "loyalty_discount" in policy:
        parts.append(discount_in_words(policy["loyalty_discount"]))
    if "listening" in policy:
        parts.append(f"listen by {_listed([spoken(name) for name in policy['listening']])}" if policy["listening"] else "no listening")
    if "relationship_budget" in policy:
        parts.append(budget_in_words(policy["relationship_budget"], currency, period))
    return "; ".join(parts)


def level_in_words(level, currency: str) -> str:
    """A level plan as one says it."""
    if isinstance(level, str):
        return f"every account {SERVED[level]}"
    if "by_value" in level:
        tiers = list(level["by_value"].items())
        parts = [f"accounts that bring less than {amount(tiers[1][1])} {currency} a year {SERVED[tiers[0][0]]}"]
        parts += [f"those up to {amount(upper)} {SERVED[name]}" for (name, _), (_, upper) in pairwise(tiers[1:])]
        return _listed([*parts, f"larger ones {SERVED[tiers[-1][0]]}"])
    if "segments_of_one" in level:
        names = level["segments_of_one"]
        return f"each account at the level worth most for it, of {_listed(names)}"
    together: dict[str, list[str]] = {}
    for name, rung in level.items():
        together.setdefault(rung, []).append(type_in_words(name))
    return _listed([f"{_listed(names)} accounts {SERVED[rung]}" for rung, names in together.items()])


def type_in_words(name: str) -> str:
    """A buyer type as Jackson writes it."""
    return name.replace("_", "-") if name in JACKSON_TYPES else spoken(name)


def discount_in_words(discount: dict) -> str:
    """A loyalty discount as one says it."""
    if min(discount["per_year"], discount["most"]) <= 0:
        return "no loyalty discount"
    return f"a loyalty discount of {100 * discount['per_year']:g}% a year up to {100 * discount['most']:g}%"


def budget_in_words(budget: dict, currency: str, period: str) -> str:
    """A relationship budget as one says it."""
    if not budget["total"]:
        return "nothing for the six markets"
    parts = sorted(((budget.get(name, 0), name) for name in SIX_MARKETS if budget.get(name, 0)), reverse=True)
    split = _listed([f"{100 * share:.0f}% {name}" for share, name in parts]) if len(parts) > 1 else f"all {parts[0][1]}"
    return f"{amount(budget['total'])} {currency} a {period} for the six markets ({split})"


def short(policy: dict, standing: dict) -> str:
    """What a policy does in few words, for a row of a table or a label: what is as it stands is left out."""
    parts = [short_level(policy["level"])] if "level" in policy else []
    discount = policy.get("loyalty_discount")
    if discount and discount != standing["loyalty_discount"]:
        parts.append(
            f"discount {100 * discount['per_year']:g}% a year to {100 * discount['most']:g}%" if discount["most"] else "no discount"
        )
    if "listening" in policy and policy["listening"] != standing["listening"]:
        parts.append(" + ".join(spoken(name) for name in policy["listening"]) or "no listening")
    budget = policy.get("relationship_budget")
    if budget and budget != standing["relationship_budget"]:
        parts.append(f"six markets {amount(budget['total'])}" if budget["total"] else "no six markets")
    return "; ".join(parts) or "as it stands"


def short_level(level) -> str:
    """A level plan in few words."""
    if isinstance(level, str):
        return f"{level} for all"
    if "by_value" in level:
        return ", ".join(f"{name} from {amount(start)}" if start else name for name, start in level["by_value"].items())
    if "segments_of_one" in level:
        names = level["segments_of_one"]
        return f"segments of one ({names[0]} to {names[-1]})"
    return ", ".join(f"{type_in_words(name)} {rung}" for name, rung in level.items())


def policies(number: int) -> str:
    """So many policies."""
    return f"{number:,} {'policy' if number == 1 else 'policies'}"


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)
