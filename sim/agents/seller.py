"""A seller, as Mesa sees it."""
import numpy as np

from sim.agents.attributes import SHARE, Attribute, Setting
from sim.agents.view import View
from sim.core import state as at
from sim.core.terms import LEVELS, MARKETS
from sim.scenario.actors import Seller as Parameters
from sim.scenario.answers import Answers
from sim.scenario.parameter import facts


def offer(name: str, more: str = "") -> Setting:
    """What the seller asks, promises and pays, as it stands in the period. Set, it holds until a scheduled event changes it, as a plan
    does: what the seller's stocks and answers make of it comes on top from the next period on."""
    column = at.OFFER.index(name)

    def read(market, place):
        return market.arrays.offers[place[0], column]

    def put(market, place, value):
        offers = market.arrays.strategy.stated
        market.arrays.offers[place[0], column] = value
        before, holds = offers[market.epoch, place[0], column].copy(), True
        for later in range(market.epoch, len(offers)):
            holds = holds & (offers[later, place[0], column] == before)
            offers[later, place[0], column] = np.where(holds, value, offers[later, place[0], column])
    known = facts(Parameters, name)
    return Setting(read, put, known, f"{known.meaning}{more}")


def standing(column: int, meaning: str) -> Setting:
    def put(market, place, value):
        market.arrays.standing[place[0], column] = value
    return Setting(lambda market, place: market.arrays.standing[place[0], column], put, SHARE, meaning)


def stock(name: str) -> Setting:
    """What was built in one of the six markets."""
    return standing(at.STOCKS + MARKETS.index(name), f"stock of what was built in the {name} market")


def alliance_of(market, place):
    numbers = market.arrays.offers[place[0], at.ALLIANCE]
    return market.alliance_names[np.asarray(numbers).astype(int)]


def followed_by(market, place):
    return np.array([*market.sellers], object)[market.arrays.response[place[0], at.FOLLOWS]]


def said(rule: str, numbers) -> str:
    """A rule in words: what it does, and with which numbers."""
    listed = ", ".join(f"{name} {str(value).lower() if isinstance(value, bool) else f'{value:g}'}" for name, value in numbers)
    return f"{facts(Answers, rule).meaning} ({listed})"


class Seller(View):
    """A view of one seller: number `index` of the scenario's sellers. What it earns is in the ledger, not here."""

    __slots__ = ()
    first = property(lambda self: self._market.number_of_buyers)
    place = property(lambda self: (self.index,))

    name = Attribute(lambda market, place: market.seller_names[place[0]], "the seller's name in the scenario")
    price = offer("price", "; what newcomers pay")
    unit_cost = offer("unit_cost")
    quality = offer("quality")
    promise = offer("promise")
    capability = offer("capability")
    reach = offer("reach")
    advertising = offer("advertising")
    premium = offer("premium")
    referral_reward = offer("referral_reward")
    commission = offer("commission")
    reputation = standing(at.REPUTATION, "how far fresh buyers believe the seller's promise")
    learned = standing(at.LEARNED, "how much of what complaints can teach the seller has learnt")
    customer_stock = stock("customer")
    referral_stock = stock("referral")
    supplier_stock = stock("supplier")
    recruitment_stock = stock("recruitment")
    influence_stock = stock("influence")
    internal_stock = stock("internal")
    network = Attribute(alliance_of, "name of the alliance that the seller belongs to, or None")
    follows = Attribute(followed_by, "the seller whose level plan it has: itself, unless it has copied a rival's")
    harvesting = Attribute(lambda market, place: market.arrays.response[place[0], at.HARVESTING] != 0,
                           "whether it charges its accounts a premium for being many")
    accounts = Attribute(lambda market, place: market.arrays.accounts[place[0]].sum(-1), "buyers served at the end of the period")

    @property
    def level_plan(self):
        """Which account gets which level, as the strategy of the seller that it follows has it in the period:
        `sim.scenario.levels.LevelPlan`."""
        return self._market.parameters()[self.follows.name].level

    @property
    def served_as(self) -> dict[str, str]:
        """The levels that the seller has given up, each with the one at which such accounts are served instead."""
        now = self._market.arrays.response[self.index, at.SERVED_AS:at.SERVED_AS + len(LEVELS)]
        return {planned: LEVELS[level] for planned, level in zip(LEVELS, now, strict=True) if LEVELS[level] != planned}

    @property
    def stocks(self) -> dict[str, float]:
        """What the seller has built in each of the six markets."""
        return {name: getattr(self, f"{name}_stock") for name in MARKETS}

    @property
    def answers(self) -> dict[str, str]:
        """The rules by which the seller answers the market in the period, in words; none where it stands still."""
        rules = self._market.parameters()[self.name].answers
        return {rule: said(rule, numbers) for rule, numbers in rules if numbers is not None}

    @property
    def accounts_by_level(self) -> dict[str, int]:
        """Buyers served at each relationship level at the end of the period."""
        return dict(zip(LEVELS, self._market.arrays.accounts[self.index].tolist(), strict=True))

    @property
    def customers(self):
        """The buyers that this seller serves now."""
        return self._market.buyers.where(self._market.incumbents() == self.index)

    def step(self) -> None:
        """The seller's period, after the buyers': accounts, reputation, learning from complaints, stocks in the six markets."""
        self._market.close_seller(self.index)
