"""Kotler's table: which relationship level is best by margin and by number of customers, as the model has it, beside his own.

Kotler (1992; Marketing Management, about the 7th to the 11th edition) has the level rise with the margin and fall with the number of
customers or distributors. What the book is known to say: that the level hangs on these two, partnership where customers are few and the
margin is high, basic (or reactive) where they are many and it is low. The seven other cells of BOOK are from memory; all nine follow one
rule: a level down for each step to more customers or a lower margin.
"""
from collections.abc import Mapping, Sequence
from itertools import pairwise, product
from typing import NamedTuple

import pandas as pd

from sim.experiments.mapping.axes import group_of, on_the_books
from sim.scenario.template import flow

CUSTOMERS, MARGINS = ("few", "medium", "many"), ("high", "medium", "low")
CELLS = tuple(product(CUSTOMERS, MARGINS))
BOOK = {(customers, margin): 4 - i - j for i, customers in enumerate(CUSTOMERS) for j, margin in enumerate(MARGINS)}    # rungs, basic is 0
CORNERS = {("few", "high"): (4,), ("many", "low"): (0, 1)}       # the two cells that are sure, and the levels that they admit
SHARES = {"high": 0.7, "medium": 0.4, "low": 0.15}               # margins as shares of the price


class Reading(NamedTuple):
    """What 'number of customers' may mean. buyers: how many there are; volume: what a buyer buys where they are many, times what the
    scenario states; split: whether the market's demand is the same however many they are, so that fewer buyers buy more each;
    capacity: accounts that our people can serve well at a level."""
    words: str
    buyers: dict[str, int]
    volume: float
    split: bool
    capacity: dict[str, float] | None = None

    def times(self, customers: str) -> float:
        """What a buyer buys, times what the scenario states."""
        return self.volume * (self.buyers["many"] / self.buyers[customers] if self.split else 1)


STEPS, DECADES = {"few": 200, "medium": 800, "many": 3200}, {"few": 100, "medium": 1000, "many": 10_000}
TEN_MANAGERS = {"partnership": 100, "proactive": 300, "accountable": 900, "reactive": 2700}
READINGS = {
    "demand": Reading("the same demand, split over four times as many customers at each step", STEPS, 1.0, True),
    "decades": Reading("the same demand, split over ten times as many customers at each step", DECADES, 0.2, True),
    "people": Reading("customers alike, all large, and ten people to serve them, however many they are", STEPS, 7.5, False, TEN_MANAGERS),
}


class NoTable(Exception):  # noqa: N818 - named for what was looked for
    """The table cannot be filled; the message says why."""


def reading_of(scenario, name: str, customers: Sequence[int] | None) -> Reading:
    """The reading, with numbers of customers of one's own."""
    if scenario.word_of_mouth.network == "file":
        raise NoTable("word of mouth in this scenario runs on an edge list, which is of so many buyers and no others; the table needs "
                      "markets of three sizes: choose another word_of_mouth.network")
    if customers is None:
        return READINGS[name]
    if len(customers) != 3 or not 2 <= customers[0] < customers[1] < customers[2]:
        raise NoTable(f"{', '.join(map(str, customers))} are no three numbers of customers; give few, medium and many, such as "
                      "200,800,3200")
    return READINGS[name]._replace(buyers=dict(zip(CUSTOMERS, customers, strict=True)))


def margins_of(margins: Sequence[float] | None) -> dict[str, float]:
    """Margins as shares of the price, high first."""
    if margins is None:
        return SHARES
    if len(margins) != 3 or not 1 >= margins[0] > margins[1] > margins[2] > 0:
        raise NoTable(f"{', '.join(f'{one:g}' for one in margins)} are no three margins; give high, medium and low as shares of the "
                      "price, such as 0.7,0.4,0.15")
    return dict(zip(MARGINS, margins, strict=True))


def points_of(scenario, reading: Reading, shares: Mapping[str, float]) -> pd.DataFrame:
    """What is played: a point for each number of customers and each unit cost that takes."""
    seller, rows = f"sellers.{group_of(scenario)}", []
    for customers in CUSTOMERS:
        volumes = {f"buyers.{kind}.volume": flow(buyer.volume.scaled(reading.times(customers)).plain())
                   for kind, buyer in scenario.buyers.items()}
        people = {} if reading.capacity is None else {f"{seller}.capacity": flow(reading.capacity)}
        rows += [{"market.buyers": reading.buyers[customers], f"{seller}.unit_cost": cost} | volumes | people
                 for cost in played_costs(scenario, shares)]
    return pd.DataFrame(rows)


def unit_cost(scenario, margin: float) -> float:
    """Our unit cost at a margin."""
    return float(f"{scenario.sellers[scenario.focal].price * (1 - margin):.9g}")


def played_costs(scenario, shares: Mapping[str, float]) -> list[float]:
    """The unit costs that are played: the two outer ones where profit is linear between them."""
    costs = [unit_cost(scenario, shares[margin]) for margin in MARGINS]
    return [costs[0], costs[-1]] if on_the_books(scenario, f"sellers.{group_of(scenario)}.unit_cost") else costs


def neighbours() -> list[tuple]:
    """(cell in which the book expects more, the cell beside it): fewer before more customers, a higher before a lower margin."""
    fewer = [((c, m), (d, m)) for c, d in pairwise(CUSTOMERS) for m in MARGINS]
    return fewer + [((c, m), (c, n)) for m, n in pairwise(MARGINS) for c in CUSTOMERS]
