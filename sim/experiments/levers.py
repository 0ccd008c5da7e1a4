"""The levers that `flip` pulls: what one can change about a market, one at a time, and how the gap between two strategies answers.

Some levers bear on the books alone (costs, margin, volume, the discount rate, the horizon): no buyer behaves otherwise, so the runs at hand
give the answer exactly, without another run. The others change behaviour and must be played: price, switching cost, turnover, problems,
what buyers tell one another, the relationship budget, and what the rivals do. Where sellers answer the market they look at costs and
profits, so that nothing but the discount rate and the horizon bears on the books alone.
"""
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.offers import periods_per_year
from sim.plans import answering


@dataclass(frozen=True)
class Booked:
    """A lever on the books: the mean gap per buyer at a value x of it is `gap(x)`; x runs from `low` to `high` and stands at `now`.

    whole: x counts something. Accounts keep the levels they have: a seller that assigns them by value might assign them otherwise."""
    name: str
    unit: str
    now: float
    low: float
    high: float
    gap: Callable[[float], float]
    whole: bool = False


@dataclass(frozen=True)
class Played:
    """A lever on behaviour: `change(values, x)` puts it into a plain scenario; x runs from `low` to `high` and stands at `now`."""
    name: str
    unit: str
    now: float
    low: float
    high: float
    change: Callable[[dict, float], None]


def booked_levers(comparison, strategy: str) -> list[Booked]:
    """The levers whose effect the ledgers hold: the gap is linear in each price and cost, by the discounted change of what it is for."""
    scenario, sums, gap = comparison.scenario, discounted_changes(comparison, strategy), comparison.gaps[strategy].sum(1).mean()
    if answering(scenario, strategy) or answering(scenario, comparison.baseline):
        return time_levers(comparison, strategy)
    seller = scenario.sellers[comparison.focal]
    money, per_unit = scenario.market.currency, f"{scenario.market.currency} a unit"

    def linear(name, unit, now, most, slope, least=0.0):
        return Booked(name, unit, now, least, most, lambda x: gap + (x - now) * slope)

    levers = [
        linear("the unit cost", per_unit, seller.unit_cost, seller.price, -sums["units_at_cost"]),
        linear("the volume that buyers buy", "times what it is", 1.0, 10.0, sums["revenue"] - sums["goods_cost"], 0.1),
        linear("the cost per account of every level", "times what it is", 1.0, 10.0, -sums["service_cost"]),
        linear("the cost of a contact", money, seller.contact_cost, 10 * seller.contact_cost + 100, -sums["contacts"]),
        linear("the cost of resolving a problem", money, seller.resolution_cost, 10 * seller.resolution_cost + 100, -sums["resolved"]),
        linear("the set-up cost of every level", "times what it is", 1.0, 10.0, -sums["setup_cost"]),
        linear("the cost to win an account", money, seller.acquisition_cost, 10 * (seller.acquisition_cost + seller.price),
               -sums["won_at_cost"]),
    ]
    return [*levers, *time_levers(comparison, strategy)]


def time_levers(comparison, strategy: str) -> list[Booked]:
    """The discount rate, and the horizon by which the strategy is judged: a year at least, whole periods."""
    scenario, year = comparison.scenario, periods_per_year(comparison.scenario)
    periods = np.arange(scenario.market.periods)
    undiscounted = comparison.gaps[strategy].mean(0) / (1 + scenario.market.discount_rate) ** (-periods / year)
    so_far = comparison.gaps[strategy].mean(0).cumsum()
    shortest = float(min(round(year), len(periods)) or 1)
    return [
        Booked("the discount rate", "a year", scenario.market.discount_rate, 0.0, 1.0,
               lambda rate: float(undiscounted @ (1 + rate) ** (-periods / year))),
        Booked("the horizon", f"{scenario.market.period}s", float(len(periods)), shortest, float(len(periods)),
               lambda horizon: float(so_far[int(horizon) - 1]), whole=True)]


def discounted_changes(comparison, strategy: str) -> dict[str, float]:
    """By how much the strategy changes each flow of money or of events, discounted, per buyer, mean over runs."""
    one, other = (comparison.sides[name] for name in (comparison.baseline, strategy))
    return {name: float((other[name] - one[name]).sum(-1).mean(0) @ comparison.factors) / comparison.buyers
            for name in ("units_at_cost", "revenue", "goods_cost", "service_cost", "setup_cost", "contacts", "resolved", "won_at_cost")}


def played_levers(scenario, strategy: str, focal: str) -> list[Played]:
    """The levers that change what buyers do: the focal seller's price (in every strategy and event), switching cost, turnover, problems."""
    group = next(name for name, members in scenario.groups.items() if focal in members)
    market, product = scenario.market, scenario.product
    levers = [
        Played("switching costs", "times what they are", 1.0, 0.0, 3.0, lambda values, x: scale_switching_cost(values, scenario, x)),
        Played("the share of buyers that leave", f"a {market.period}", market.turnover, 0.0, min(5 * market.turnover + 0.01, 1.0),
               lambda values, x: values["market"].update(turnover=x)),
        Played("the rate of problems", f"a {market.period}", product.problem_rate, 0.0, min(3 * product.problem_rate + 0.05, 1.0),
               lambda values, x: values["product"].update(problem_rate=x)),
    ]
    price = scenario.sellers[focal].price
    if len(scenario.groups[group]) == 1 and price > 0:
        levers.insert(0, Played("the price", f"{market.currency} a unit", price, 0.8 * price, 1.2 * price,
                                lambda values, x: scale_price(values, {group, focal}, x / price)))
    return [*levers, *levers_beyond(scenario, focal)]


def levers_beyond(scenario, focal: str) -> list[Played]:
    """What buyers tell one another, where they do; and the focal seller's relationship budget (in every strategy and event), where it
    spends one throughout."""
    word, market = scenario.word_of_mouth, scenario.market
    group = next(name for name, members in scenario.groups.items() if focal in members)
    levers = []
    if word.network != "none":
        levers += [
            Played("the chance to hear of a contented neighbour", f"a {market.period}", word.talk, 0.0, min(3 * word.talk + 0.05, 1.0),
                   lambda values, x: values["word_of_mouth"].update(talk=x)),
            Played("how often bad news is passed on", "times as often as good", word.bad_news, 0.0, 3 * word.bad_news + 1,
                   lambda values, x: values["word_of_mouth"].update(bad_news=x))]
    budget = scenario.sellers[focal].relationship_budget.total
    if budget > 0 and len(scenario.groups[group]) == 1:
        levers.append(Played("the relationship budget", "times what it is", 1.0, 0.0, 3.0,
                             lambda values, x: scale_budget(values, {group, focal}, x)))
    return levers


def scale_switching_cost(values: dict, scenario, factor: float) -> None:
    """Every buyer's switching cost times a factor."""
    for name, buyer in scenario.buyers.items():
        values["buyers"][name]["switching_cost"] = buyer.switching_cost.scaled(factor).plain() if factor > 0 else 0.0


def scale_price(values: dict, names: set[str], factor: float) -> None:
    """The focal seller's price times a factor, wherever the scenario states one."""
    for seller in statements(values, names):
        if "price" in seller:
            seller["price"] *= factor


def scale_budget(values: dict, names: set[str], factor: float) -> None:
    """The focal seller's relationship budget times a factor, wherever the scenario states one."""
    for seller in statements(values, names):
        if "total" in seller.get("relationship_budget", {}):
            seller["relationship_budget"]["total"] *= factor


def statements(values: dict, names: set[str]) -> list[dict]:
    """What the scenario states of a seller: at the start, in strategies and in events."""
    changes = [values["sellers"], *values["strategies"].values(), *values["events"]]
    changes += [event for strategy in values["strategies"].values() for event in strategy.get("events", ())]
    return [part[name] for part in changes for name in names if isinstance(part.get(name), dict)]


def copied_by_rivals(values: dict, scenario, strategy: str, focal: str) -> None:
    """Every rival serves its accounts as the focal seller does under the strategy."""
    plan = scenario.sellers_under(strategy, 1)[focal].level.plain()
    for group, members in scenario.groups.items():
        if focal not in members:
            values["sellers"][group]["level"] = plan
