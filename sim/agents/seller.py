"""A seller, as Mesa sees it."""
import numpy as np

from sim.agents.attributes import SHARE, Attribute, Setting
from sim.agents.view import View
from sim.core import state as at
from sim.core.terms import LEVELS
from sim.scenario.actors import Seller as Parameters
from sim.scenario.parameter import facts


def offer(name: str) -> Setting:
    """What the seller asks, promises and pays, as it stands in the period. Set, it holds until a scheduled event changes it."""
    column = at.OFFER.index(name)

    def read(market, place):
        return market.arrays.strategy.offers[market.epoch, place[0], column]

    def put(market, place, value):
        offers = market.arrays.strategy.offers
        before, holds = offers[market.epoch, place[0], column].copy(), True
        for later in range(market.epoch, len(offers)):
            holds = holds & (offers[later, place[0], column] == before)
            offers[later, place[0], column] = np.where(holds, value, offers[later, place[0], column])
    return Setting(read, put, facts(Parameters, name))


def standing(column: int, meaning: str) -> Setting:
    def put(market, place, value):
        market.arrays.standing[place[0], column] = value
    return Setting(lambda market, place: market.arrays.standing[place[0], column], put, SHARE, meaning)


class Seller(View):
    """A view of one seller: number `index` of the scenario's sellers. What it earns is in the ledger, not here."""

    __slots__ = ()
    first = property(lambda self: self._market.number_of_buyers)
    place = property(lambda self: (self.index,))

    name = Attribute(lambda market, place: market.seller_names[place[0]], "the seller's name in the scenario")
    price = offer("price")
    unit_cost = offer("unit_cost")
    quality = offer("quality")
    promise = offer("promise")
    capability = offer("capability")
    reach = offer("reach")
    advertising = offer("advertising")
    reputation = standing(at.REPUTATION, "how far fresh buyers believe the seller's promise")
    learned = standing(at.LEARNED, "how much of what complaints can teach the seller has learnt")
    accounts = Attribute(lambda market, place: market.arrays.accounts[place[0]].sum(-1), "buyers served at the end of the period")

    @property
    def level_plan(self):
        """Which account gets which level, as the strategy has it in the period: `sim.scenario.levels.LevelPlan`."""
        return self._market.parameters()[self.name].level

    @property
    def accounts_by_level(self) -> dict[str, int]:
        """Buyers served at each relationship level at the end of the period."""
        return dict(zip(LEVELS, self._market.arrays.accounts[self.index].tolist(), strict=True))

    @property
    def customers(self):
        """The buyers that this seller serves now."""
        return self._market.buyers.where(self._market.incumbents() == self.index)

    def step(self) -> None:
        """The seller's period, after the buyers': accounts, reputation and learning from complaints. The last seller closes the books."""
        self._market.close_seller(self.index)
