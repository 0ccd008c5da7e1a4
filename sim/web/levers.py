"""The few levers of the page: what one can change about a market in plain words, each standing for parameters of the scenario."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

import numpy as np

from sim.offers import periods_per_year
from sim.scenario import Scenario
from sim.scenario.levels import LEVELS
from sim.scenario.suggest import among, number
from sim.web.state import Refused
from sim.wording import amount, capital, counted, in_years, listed, name_of_type

FEWEST, MOST = 100, 50_000  # buyers that a page plays
LADDER = {
    "basic": "sell, and no more",
    "reactive": "answer when asked",
    "accountable": "call after the sale, and see to it",
    "proactive": "call from time to time with better uses",
    "partnership": "work with the customer all the time",
}
AS_IT_IS = "as_it_is"


@dataclass(frozen=True)
class Lever:
    """One lever: what it is called, in plain words (`label`) and in the theory's (`theory`), where it stands (`now`, and `text` in
    words), where it stood before anything was changed (`usual`), how far it goes (`low`, `high`, `step`; log: by factors), what else it
    may be set to (`choices`), and what it sets: `sets(value)` gives options 'path=value'."""

    name: str
    group: str
    label: str
    theory: str
    kind: str
    now: object
    sets: Callable[[object], list[str]]
    text: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float | None = None
    log: bool = False
    whole: bool = False
    strategy: str | None = None
    buyer_type: str | None = None
    choices: tuple[dict, ...] = ()
    parts: tuple[dict, ...] = ()

    def moved(self, text: str) -> list[str]:
        """The options that set the lever to a value given as text. Raises Refused."""
        return self.sets(READ[self.kind](self, text))

    def plain(self, usual: "Lever | None") -> dict:
        """The lever for a page, beside the same one of the unchanged market."""
        shown = {name: value for name, value in asdict(replace(self, sets=None)).items() if name != "sets"}
        before = usual.now if usual else self.now
        return shown | {"usual": before, "usual_text": usual.text if usual else self.text, "changed": self.now != before}


def levers(scenario: Scenario) -> dict[str, Lever]:
    """The levers that this market has, by name."""
    makers = (mix, switching_cost, customers, horizon, price, margin, quality, our_levels, rivals_level)
    return {lever.name: lever for make in makers for lever in make(scenario)}


def options(base: Scenario, moved: tuple[tuple[str, str], ...]) -> list[str]:
    """The options 'path=value' that the moved levers stand for. Raises Refused with everything that is wrong."""
    known, found, problems = levers(base), [], []
    for name, text in sorted(moved, key=lambda pair: pair[0] == "margin"):  # a margin is a share of the price that holds
        try:
            lever = lever_of(known, name)
            if name == "margin" and any(other == "price" for other, _ in moved) and not problems:
                (lever,) = margin(base.replace([text for text in found if text.startswith("sellers.")]))
            found += lever.moved(text)
        except Refused as refused:
            problems += refused.problems
    if problems:
        raise Refused(problems)
    return joined(base, found)


def lever_of(known: dict[str, Lever], name: str) -> Lever:
    """The lever of this name. Raises Refused."""
    if name not in known:
        raise Refused(f"there is no lever {name!r} in this market; {among(name, known)}")
    return known[name]


def mix(scenario: Scenario) -> list[Lever]:
    """Which buyers there are."""
    kinds = [kind for kind, buyer in scenario.buyers.items() if buyer.share > 0 or served(scenario, kind)]
    if len(kinds) < 2:
        return []
    shares = [scenario.buyers[kind].share for kind in kinds]
    return [Lever(
        "mix", "market", "Who the buyers are", "Jackson's buyer types", "mix", shares, unit="%", low=0, high=1, step=0.05,
        text=listed([f"{100 * share:.0f}% {name_of_type(kind)}" for kind, share in zip(kinds, shares, strict=True)]),
        parts=tuple({"name": kind, "spoken": name_of_type(kind)} for kind in kinds),
        sets=lambda parts: [f"buyers.{kind}.share={number(share)}" for kind, share in zip(kinds, parts, strict=True)],
    )]  # fmt: skip


def served(scenario: Scenario, kind: str) -> bool:
    """Whether every seller has a level for buyers of this type, at all times."""
    times = [(name, period) for name in scenario.strategies for period in scenario.change_periods(name)]
    plans = [seller.level for name, period in times for seller in scenario.sellers_under(name, period).values()]
    return all(plan.targeting != "by_type" or kind in plan.table for plan in plans)


def switching_cost(scenario: Scenario) -> list[Lever]:
    """What it costs a buyer to change suppliers, averaged over buyers; every type's moves in proportion."""
    now = sum(buyer.share * buyer.switching_cost.mean() for buyer in scenario.buyers.values())
    if not now > 0:
        return []
    currency = scenario.market.currency
    return [Lever(
        "switching_cost", "market", "How hard it is to change suppliers", "mean switching cost", "number", tidy(now),
        unit=f"{currency} a unit", low=0, high=tidy(3 * now, 2), step=tidy(now / 20, 1), text=f"{amount(now)} {currency} a unit",
        sets=lambda value: [
            f"buyers.{kind}.switching_cost={flow(buyer.switching_cost.scaled(value / now).plain() if value > 0 else 0)}"
            for kind, buyer in scenario.buyers.items()
        ] if value != tidy(now) else [],
    )]  # fmt: skip


def customers(scenario: Scenario) -> list[Lever]:
    """How many buyers the market has."""
    now = scenario.market.buyers
    return [Lever(
        "customers", "market", "How many customers there are", "number of customers (Kotler)", "number", now, unit="buyers",
        low=min(FEWEST, now), high=max(MOST, now), step=1, log=True, whole=True, text=counted(now, "buyer"),
        sets=lambda value: [f"market.buyers={value}"],
    )] if scenario.word_of_mouth.file is None else []  # fmt: skip


def horizon(scenario: Scenario) -> list[Lever]:
    """How long one looks ahead."""
    market, year = scenario.market, max(1, round(periods_per_year(scenario)))
    events = [event.at for events in (scenario.events, *(one.events for one in scenario.strategies.values())) for event in events]
    least = max([min(year, market.periods), *events, *(shock.at for shock in scenario.influence)])
    return [Lever(
        "horizon", "money", "How far ahead we look", "horizon of the investment", "number", market.periods, unit=f"{market.period}s",
        low=least, high=max(2 * market.periods, least + year), step=max(1, year // 4), whole=True,
        text=in_years(market.periods, market.period), sets=lambda value: [f"market.periods={value}"],
    )]  # fmt: skip


def ours(scenario: Scenario) -> str | None:
    """The scenario's name for the focal seller; None where it stands in a group of sellers alike."""
    group = next(name for name, members in scenario.groups.items() if scenario.focal in members)
    return group if len(scenario.groups[group]) == 1 else None


def restated(scenario: Scenario, groups: list[str], field: str) -> bool:
    """Whether a strategy or an event states the field of one of these sellers, so that the seller's own statement would not count."""
    changes = [event.changes for event in scenario.events]
    for strategy in scenario.strategies.values():
        changes += [strategy.overrides, *(event.changes for event in strategy.events)]
    names = {*groups, *(member for group in groups for member in scenario.groups[group])}
    return any(field in change.model_fields_set for one in changes for name, change in one.items() if name in names)


def price(scenario: Scenario) -> list[Lever]:
    """Our price."""
    return of_ours(scenario, "price", "Our price", "price", 0.5, 1.5, "money")


def quality(scenario: Scenario) -> list[Lever]:
    """What our product is worth in use."""
    return of_ours(scenario, "quality", "How good our product is", "deliverable value to the buyer", 0.8, 1.2, "ours")


def of_ours(scenario: Scenario, field: str, label: str, theory: str, low: float, high: float, group: str) -> list[Lever]:
    """A number that our seller states for good."""
    name = ours(scenario)
    if name is None or restated(scenario, [name], field):
        return []
    now, currency = getattr(scenario.sellers[scenario.focal], field), scenario.market.currency
    if not now > 0:
        return []
    return [Lever(
        field, group, label, theory, "number", tidy(now), unit=f"{currency} a unit", low=tidy(low * now, 2), high=tidy(high * now, 3),
        step=tidy(now / 100, 1), text=f"{amount(now)} {currency} a unit", sets=lambda value: [f"sellers.{name}.{field}={number(value)}"],
    )]  # fmt: skip


def margin(scenario: Scenario) -> list[Lever]:
    """What a unit leaves us: the unit cost gives way, the price stays."""
    name = ours(scenario)
    if name is None or restated(scenario, [name], "unit_cost") or restated(scenario, [name], "price"):
        return []
    seller, currency = scenario.sellers[scenario.focal], scenario.market.currency
    if not seller.price > 0:
        return []
    now = 1 - seller.unit_cost / seller.price
    return [Lever(
        "margin", "money", "What a sale leaves us", "margin, share of price", "number", tidy(100 * now), unit="% of price", low=0, high=90,
        step=1, text=f"{tidy(100 * now):g}%: {amount(seller.price - seller.unit_cost)} {currency} a unit",
        sets=lambda value: [f"sellers.{name}.unit_cost={number(tidy(seller.price * (1 - value / 100), 8))}"],
    )]  # fmt: skip


def our_levels(scenario: Scenario) -> list[Lever]:
    """Which level each type of buyer gets from us, strategy by strategy."""
    name = ours(scenario)
    if name is None:
        return []
    return [level_lever(scenario, name, strategy, kind) for strategy in scenario.strategies for kind in scenario.buyers]


def level_lever(scenario: Scenario, name: str, strategy: str, kind: str) -> Lever:
    """The level of one buyer type under one strategy."""
    plan = scenario.sellers_under(strategy, 1)[scenario.focal].level
    now = level_for(plan, kind)
    return Lever(
        f"level.{strategy}.{kind}", "ours", f"{capital(name_of_type(kind))} buyers", "relationship level (Kotler)", "choice", now,
        sets=lambda level: [] if level == AS_IT_IS else [f"strategies.{strategy}.{name}.level.{kind}={level}"],
        text=LADDER.get(now, "by each account's value"), strategy=strategy, buyer_type=kind, choices=ladder(now == AS_IT_IS),
    )  # fmt: skip


def level_for(plan, kind: str) -> str:
    """The level that a plan gives to a buyer type; AS_IT_IS where it goes by more than the type."""
    if plan.targeting == "uniform":
        return plan.levels[0]
    return plan.table.get(kind, LEVELS[0]) if plan.targeting == "by_type" else AS_IT_IS


def ladder(open_ended: bool) -> tuple[dict, ...]:
    """The five levels as choices; and to leave it as it is, where the plan goes by more than the buyer's type."""
    rungs = [{"value": level, "label": level, "help": LADDER[level]} for level in LEVELS]
    return (*([{"value": AS_IT_IS, "label": "by account", "help": "by each account's value"}] if open_ended else []), *rungs)


def rivals_level(scenario: Scenario) -> list[Lever]:
    """The level at which every rival serves its accounts."""
    groups = [group for group, members in scenario.groups.items() if scenario.focal not in members]
    if not groups or restated(scenario, groups, "level"):
        return []
    plans = {scenario.sellers[scenario.groups[group][0]].level.plain() if scenario.sellers[scenario.groups[group][0]].level.targeting
             == "uniform" else AS_IT_IS for group in groups}  # fmt: skip
    now = plans.pop() if len(plans) == 1 else AS_IT_IS
    return [Lever(
        "rivals_level", "rivals", "What our rivals do after the sale", "rivals' relationship level (Kotler)", "choice", now,
        sets=lambda level: [] if level == AS_IT_IS else [f"sellers.{group}.level={level}" for group in groups],
        text=LADDER.get(now, "as each of them has it"), choices=ladder(now == AS_IT_IS),
    )]  # fmt: skip


def joined(base: Scenario, found: list[str]) -> list[str]:
    """Options in which each strategy's levels stand as one plan: a plan is one value, and is stated whole."""
    rest, plans = [], {}
    for text in found:
        path, _, value = text.partition("=")
        parts = path.split(".")
        if parts[0] == "strategies" and parts[3:4] == ["level"] and len(parts) == 5:
            plan = plans.setdefault((parts[1], parts[2]), {})
            plan[parts[4]] = value
        else:
            rest.append(text)
    for (strategy, name), changed in plans.items():
        plan = base.sellers_under(strategy, 1)[base.focal].level
        whole = {kind: changed.get(kind, level_for(plan, kind)) for kind in base.buyers}
        chosen = next(iter(changed.values()))  # a plan by type says a level for every type
        whole = {kind: chosen if level == AS_IT_IS else level for kind, level in whole.items()}
        alike = len(set(whole.values())) == 1
        rest.append(f"strategies.{strategy}.{name}.level={next(iter(whole.values())) if alike else flow(whole)}")
    return rest


def flow(value) -> str:
    """A plain value as one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {flow(inner)}" for name, inner in value.items()) + "}"
    return number(tidy(value, 6)) if isinstance(value, float) else str(value)


def tidy(value: float, digits: int = 4) -> float:
    """A number with no more digits than anybody reads."""
    return float(f"{value:.{digits}g}")


def read_number(lever: Lever, text: str) -> float | int:
    """A number within the lever's range."""
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not np.isfinite(value):
        raise Refused(f"{lever.name}={text!r} is not a number; give one between {number(lever.low)} and {number(lever.high)} {lever.unit}")
    if not lever.low <= value <= lever.high:
        raise Refused(
            f"{lever.name}: {number(value)} {lever.unit} is too {'low' if value < lever.low else 'high'}; give a value between "
            f"{number(lever.low)} and {number(lever.high)}"
        )
    return round(value) if lever.whole else value


def read_choice(lever: Lever, text: str) -> str:
    """One of the lever's choices."""
    known = [choice["value"] for choice in lever.choices]
    if text not in known:
        raise Refused(f"{lever.name}: {text!r} is no level; {among(text, known)}")
    return text


def read_mix(lever: Lever, text: str) -> list[float]:
    """Shares that sum to one; what is left over by rounding goes to the largest."""
    example = ",".join("0.5" for _ in lever.parts[:2]) + ",0" * (len(lever.parts) - 2)
    try:
        shares = [float(part) for part in text.split(",")]
    except ValueError:
        shares = []
    if len(shares) != len(lever.parts) or not all(0 <= share <= 1 for share in shares) or abs(sum(shares) - 1) > 0.02:
        names = listed([part["spoken"] for part in lever.parts])
        raise Refused(f"mix={text!r} is no mix of {names} buyers; give {len(lever.parts)} shares that sum to one, such as {example}")
    largest = int(np.argmax(shares))
    shares[largest] = tidy(1 - sum(share for place, share in enumerate(shares) if place != largest), 10)
    return shares


READ = {"number": read_number, "choice": read_choice, "mix": read_mix}
