"""What is off, in a sentence each: what it is, and how to switch it on, in place of numbers that bear on nothing."""

from typing import TYPE_CHECKING, NamedTuple

from sim.scenario.actors import Seller
from sim.scenario.parameter import facts

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

BEYOND = "beyond the dyad"
# section -> what it is, and how to switch it on
OFF = {
    "word_of_mouth": "buyers do not hear each other's experiences; word_of_mouth: {network: small_world} lets them",
    "six_markets": "no seller spends on its six markets (customer, referral, supplier, recruitment, influence, internal); "
    "relationship_budget: {total: 1000, referral: 1} at a seller, or in a strategy, makes one spend",
    "partners": "no bank, accountant or agent whom buyers without a supplier ask; partners: {bank: {advice: 0.1}} adds one",
    "influence": "no regulator, newspaper or the like harms or helps a seller; "
    "influence: [{at: 36, influencer: regulator, seller: SELLER, reputation: -0.4}] lets one",
    "sellers": "what a seller may do beyond serving its accounts; EXAMPLE, for instance, at a seller or in a strategy, makes it do so",
}
EXAMPLES = {
    "relationship_budget": "relationship_budget: {total: 1000, referral: 1}",
    "partners": "partners: {bank: 1}",
    "network": "network: alliance",
    "referral_reward": "referral_reward: 25",
    "commission": "commission: 100",
    "premium": "premium: 0.1",
    "answers": "answers: {match_lowest_price: true}",
}
SOURCE = "assumption: a market is its dyads unless stated"


class Row(NamedTuple):
    """One value in words. `origin` is 'default', 'catalogue', or 'changed in file:line' (or by an option)."""

    section: str
    path: str
    value: str
    unit: str
    origin: str
    meaning: str
    source: str


def absent(scenario: "Scenario") -> list[Row]:
    """A sentence for each section that has no entries, and hence no values."""
    return [_off(scenario, name, "none", name) for name in ("partners", "influence") if not getattr(scenario, name)]


def brief(scenario: "Scenario", rows: list[Row]) -> list[Row]:
    """`rows` with what is off, and stated nowhere, told in a sentence each at the end."""
    silent = {name for name in ("word_of_mouth", "six_markets") if _is_off(scenario, name, rows)}
    unused = {group: _unused(scenario, group) for group in scenario.groups}
    kept = [row for row in rows if row.section not in silent and not _is_unused(row, unused)]
    none = absent(scenario)
    kept = [row for row in kept if row not in none]
    off = [_off(scenario, name, "off") for name in ("word_of_mouth", "six_markets") if name in silent]
    off += [_off(scenario, row.path, row.value) for row in none]
    for fields in dict.fromkeys(tuple(names) for names in unused.values() if names):
        groups = [group for group in unused if tuple(unused[group]) == fields]
        path = "sellers" if len(groups) == len(unused) else ", ".join(f"sellers.{group}" for group in groups)
        row = _off(scenario, path, f"no {', '.join(fields)}")
        off.append(row._replace(meaning=row.meaning.replace("EXAMPLE", EXAMPLES[fields[-1]])))
    return kept + off


def _is_off(scenario: "Scenario", section: str, rows: list[Row]) -> bool:
    """Whether a section bears on nothing, and nobody states anything of it."""
    if any(row.section == section and row.origin.startswith("changed") for row in rows):
        return False
    return scenario.word_of_mouth.network == "none" if section == "word_of_mouth" else not _spending(scenario)


def _spending(scenario: "Scenario") -> bool:
    """Whether any seller spends on its six markets, at any time under any strategy."""
    times = [(name, period) for name in scenario.strategies for period in scenario.change_periods(name)]
    sellers = [seller for name, period in times for seller in scenario.sellers_under(name, period).values()]
    return any(seller.relationship_budget.total > 0 for seller in sellers)


def _unused(scenario: "Scenario", group: str) -> list[str]:
    """The later fields of a seller (see Facts) of which nothing is stated."""
    later = [name for name in Seller.model_fields if facts(Seller, name).later]
    stated = [path for path, (kind, _) in scenario.origins.items() if kind != "default"]
    return [name for name in later if not any(f"{path}.".startswith(f"sellers.{group}.{name}.") for path in stated)]


def _is_unused(row: Row, unused: dict[str, list[str]]) -> bool:
    return any(f"{row.path}.".startswith(f"sellers.{group}.{name}.") for group, names in unused.items() for name in names)


def _off(scenario: "Scenario", path: str, value: str, section: str = BEYOND) -> Row:
    meaning = OFF[path.split(".")[0]].replace("SELLER", next(iter(scenario.groups)))
    return Row(section, path, value, "", "default", meaning, SOURCE)
