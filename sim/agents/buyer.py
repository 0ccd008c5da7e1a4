"""A buyer, as Mesa sees it."""
import numpy as np

from sim.agents.attributes import MONEY, SHARE, Attribute, Setting
from sim.agents.hearsay import (
    channel_of,
    delivered_last,
    recommended_by,
    recommended_by_channel,
    recommended_to,
    referrer_of,
    telling,
    tells_grievance,
    tells_of,
)
from sim.agents.rows import dyads, number_in, seller_numbered, supplied, whole_in
from sim.agents.view import View
from sim.core import state as at
from sim.core.terms import ATTRIBUTES, LEVELS, WELL_MIXED
from sim.scenario.parameter import Facts
from sim.scenario.schema import BuyerType, facts

LEVEL_NAMES = np.array([*LEVELS, None], object)             # the last, at -1, is no level


def attribute(name: str) -> Setting:
    """One of the attributes drawn when the buyer enters the market."""
    row = ATTRIBUTES.index(name)

    def put(market, place, value):
        market.rows[place[0], row, place[1]] = value
    return Setting(number_in(row), put, facts(BuyerType, name))


def lots_of(market, place):
    return market.arrays.population.lots[market.arrays.population.tile_type[place[0]]]


def set_volume(market, place, value):
    market.rows[place[0], at.VOLUME, place[1]] = value / lots_of(market, place)


def set_tie(market, place, value):
    market.rows[place[0], at.TIE, place[1]] = np.where(supplied(market, place), value, 0)


def where_supplied(read, meaning: str) -> Attribute:
    """An attribute of the relationship with the supplier: not a number where there is none."""
    return Attribute(lambda market, place: np.where(supplied(market, place), read(market, place), np.nan), meaning)


def recorded(row: int, shift: int = 0):
    """A row that holds a period, from bit `shift` on, counted as in the record: 1 is the first recorded one, 0 and less came before."""
    return lambda market, place: (whole_in(row)(market, place) >> shift) - (market.burn_in - 1)


def with_supplier(field: int, meaning: str) -> Attribute:
    """What the buyer holds of its supplier."""
    def read(market, place):
        supplier = np.maximum(whole_in(at.INCUMBENT)(market, place), 0)
        return market.rows[place[0], at.ROWS + field * len(market.arrays.standing) + supplier, place[1]]
    return where_supplied(read, meaning)


def with_each(field: int, bounds: Facts, meaning: str) -> Setting:
    """What the buyer holds of every seller, in their order."""
    def put(market, place, value):
        market.rows[place[0], dyads(market, field), place[1]] = value
    return Setting(lambda market, place: market.rows[place[0], dyads(market, field), place[1]], put, bounds, meaning)


def history(read, meaning: str) -> Attribute:
    """Something read off the history with every seller."""
    return Attribute(lambda market, place: read(market.whole_rows[place[0], dyads(market, at.HISTORY), place[1]]), meaning)


def event(bit: int, meaning: str) -> Attribute:
    """Whether something happened to the buyer in the period just played."""
    return Attribute(lambda market, place: (whole_in(at.HAPPENED)(market, place) & bit) != 0, meaning)


def supplier_of(market, place):
    return seller_numbered(market, whole_in(at.INCUMBENT)(market, place))


def level_of(market, place):
    return LEVEL_NAMES[np.where(supplied(market, place), whole_in(at.AGREEMENT)(market, place) & at.LEVEL_BITS, -1)]


def known(market, place):
    return (whole_in(at.AWARE)(market, place)[..., None] >> np.arange(len(market.arrays.standing)) & 1).astype(bool)


class Buyer(View):
    """A view of one buyer: number `index` of the market's buyers, types one after another. Money is per unit of product.

    What it hears is known in markets where buyers hear of sellers at all (by advertising, from one another, from partners or
    influencers), what it tells in those with a network; elsewhere these attributes are None, False or not a number."""

    __slots__ = ()
    place = property(lambda self: self._market.place_of(self.index), doc="(tile, lane)")

    buyer_type = Attribute(lambda market, place: market.type_names[market.arrays.population.tile_type[place[0]]],
                           "name of the buyer's type")
    switching_cost = attribute("switching_cost")
    time_horizon = attribute("time_horizon")
    return_cost = attribute("return_cost")
    relationship_orientation = attribute("relationship_orientation")
    price_sensitivity = attribute("price_sensitivity")
    purchase_rate = attribute("purchase_rate")
    voice = attribute("voice")
    volume = Setting(lambda market, place: number_in(at.VOLUME)(market, place) * lots_of(market, place), set_volume,
                     facts(BuyerType, "volume"))
    lots = Attribute(lots_of, "lots that a purchase is split into")

    supplier = Attribute(supplier_of, "the seller that the buyer last bought from and has not left, or None")
    level = Attribute(level_of, "name of the relationship level at which the supplier serves the buyer, or None")
    tie = Setting(number_in(at.TIE), set_tie, SHARE, "K, the structural tie to the supplier; stays 0 without one")
    since = where_supplied(recorded(at.SINCE), "period in which the relationship with the supplier began; 0 and less: before the record")
    tenure = where_supplied(lambda market, place: market.steps - recorded(at.SINCE)(market, place),
                            "periods since the relationship with the supplier began")
    contract_end = where_supplied(recorded(at.AGREEMENT, at.CONTRACT_SHIFT),
                                  "first period in which the buyer is free to leave, past where it is free")
    entered = Attribute(lambda market, place: whole_in(at.ENTERED)(market, place) - market.burn_in,
                        "period in which the buyer entered the market; 0 and less: before the record")

    believed_values = with_each(at.VALUE, MONEY, "V, believed offering value of every seller, taste included")
    relationship_values = with_each(at.RELATIONSHIP, MONEY, "G, believed relationship value of every seller")
    bonds = with_each(at.BOND, SHARE, "B, bond with every seller")
    believed_value = with_supplier(at.VALUE, "V of the supplier")
    relationship_value = with_supplier(at.RELATIONSHIP, "G of the supplier")
    bond = with_supplier(at.BOND, "B with the supplier")
    knows = Attribute(known, "which sellers the buyer is aware of")
    purchases = history(lambda bits: bits & 127, "lots bought from every seller, counted up to 127")
    has_left = history(lambda bits: (bits & 128) != 0, "which sellers the buyer has left and not come back to")

    delivered = where_supplied(delivered_last, "what was delivered last, taste not included")
    channel = Attribute(channel_of, "how the supplier won the buyer: own_search, advertising, word_of_mouth or partner; or None")
    referrer = Attribute(referrer_of, "the buyer (still its account too) or the partner that recommended the supplier, or None")
    recommended = Attribute(recommended_to, "the seller last recommended and not reviewed since, or None")
    recommended_by = Attribute(recommended_by, "the buyer or partner that recommended it, or None")
    recommended_channel = Attribute(recommended_by_channel, "the channel by which it was recommended, or None")
    tells_of = Attribute(tells_of, "the seller of whom the buyer tells its neighbours, or None")
    tells_grievance = Attribute(tells_grievance, "whether what it tells is a grievance")
    tells_value = telling(at.TELLS_VALUE, "the offering delivered, as it tells")
    tells_relationship = telling(at.TELLS_RELATIONSHIP, "the relationship experience, as it tells")

    bought = Attribute(lambda market, place: whole_in(at.HAPPENED)(market, place) >> at.BOUGHT_SHIFT & 31, "lots bought in the period")
    problem = event(at.PROBLEM, "a problem arose in use")
    complained = event(at.COMPLAINED, "the buyer complained")
    detected = event(at.DETECTED, "the supplier found the problem by itself")
    resolved = event(at.RESOLVED, "the problem was resolved")
    unresolved = event(at.UNRESOLVED, "the problem was not resolved")
    contacted = event(at.CONTACT, "the supplier made contact")
    occasion = event(at.OCCASION, "a purchase occasion came")
    reviewed = event(at.REVIEWED, "the buyer reviewed its supplier")
    switched = event(at.SWITCHED, "the buyer left a supplier for another")
    skipped = event(at.SKIPPED, "the buyer bought less than it might have")
    promise_broken = event(at.BROKEN, "a promise was broken")
    newcomer = event(at.NEWCOMER, "the buyer entered the market")
    incident = event(at.INCIDENT, "a critical incident waits for the buyer's next decision")

    @property
    def neighbours(self):
        """The buyers whom this one may hear: everybody else where anybody is heard (well_mixed), nobody without a network."""
        market, beyond = self._market, self._market.arrays.beyond
        if market.arrays.network == WELL_MIXED:
            everybody = np.arange(market.number_of_buyers)
            return market.agents_numbered(everybody[everybody != self.index])
        if not market.arrays.network:
            return market.agents_numbered(np.zeros(0, np.int64))
        slot = self.place[0] * at.LANES + self.place[1]
        return market.agents_numbered(market.numbers_in(beyond.neighbours[beyond.first[slot]:beyond.first[slot + 1]]))

    def step(self) -> None:
        """The buyer's period: the same rules that the kernel applies to a whole tile, applied to one lane."""
        self._market.advance_buyer(self.index)
