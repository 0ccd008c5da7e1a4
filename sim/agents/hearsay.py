"""What a buyer hears and tells, as attributes.

A market has rows of hearsay only where buyers hear of sellers at all (by advertising, from one another, from partners or influencers), and
words only where they hear one another; elsewhere nothing is known: None, False, or not a number.
"""
import numpy as np

from sim.agents.attributes import Attribute
from sim.agents.rows import number_in, seller_numbered, supplied, whole_in
from sim.core import state as at
from sim.core.terms import BY_PARTNER, CHANNELS

CHANNEL_NAMES = np.array([*CHANNELS, None], object)         # the last, at -1, is no channel


def heard(market, place, field: int, nothing: int = -1):
    """A whole number of the rows of hearsay; `nothing` where the market has none."""
    if not market.arrays.hearing:
        return np.full(np.shape(place[0]), nothing)
    return whole_in(at.ROWS + at.DYAD_ROWS * len(market.arrays.standing) + field)(market, place)


def delivered_last(market, place):
    if not market.arrays.hearing:
        return np.full(np.shape(place[0]), np.nan)
    return number_in(at.ROWS + at.DYAD_ROWS * len(market.arrays.standing) + at.DELIVERED)(market, place)


def channel_of(market, place):
    return CHANNEL_NAMES[np.where(supplied(market, place), heard(market, place, at.CHANNEL), -1)]


def referrer_of(market, place):
    who = np.where(supplied(market, place), heard(market, place, at.REFERRER), -1)
    return whoever(market, heard(market, place, at.CHANNEL), who)


def recommended_to(market, place):
    return seller_numbered(market, heard(market, place, at.RECOMMENDED))


def recommended_by_channel(market, place):
    return CHANNEL_NAMES[recommendation(market, place)[0]]


def recommended_by(market, place):
    return whoever(market, *recommendation(market, place))


def recommendation(market, place):
    """(channel, who) of the recommendation that stands; -1 where none does."""
    stands, by = heard(market, place, at.RECOMMENDED) >= 0, heard(market, place, at.RECOMMENDED_BY, 0)
    return np.where(stands, by & 7, -1), np.where(stands, (by >> 3) - 1, -1)


def whoever(market, channel, who):
    """A partner by its number, a buyer by its slot; None at -1."""
    partner = market.first_numbers[-1] + who
    numbers = np.where(who < 0, -1, np.where(channel == BY_PARTNER, partner, market.numbers_in(np.maximum(who, 0))))
    return np.frompyfunc(lambda number: market.agent(number) if number >= 0 else None, 1, 1)(numbers)


def told(market, place, field: int):
    """One field of what the buyer tells, said at the end of the last period that it has played; as bits."""
    words = market.arrays.beyond.words.view(np.int32)
    if words.shape[1] == 0:
        return np.full(np.shape(place[0]), -1, np.int32)
    return words[market.told_in(place), place[0] * at.LANES + place[1], field]


def tells_of(market, place):
    tells = told(market, place, at.TELLS)
    return seller_numbered(market, np.where(tells >= 0, tells & 31, -1))


def tells_grievance(market, place):
    tells = told(market, place, at.TELLS)
    return (tells >= 0) & (tells & at.GRIEVANCE != 0)


def telling(field: int, meaning: str) -> Attribute:
    """A number that the buyer tells: not one where it has nothing to tell."""
    def read(market, place):
        return np.where(told(market, place, at.TELLS) >= 0, np.asarray(told(market, place, field)).view(np.float32), np.nan)
    return Attribute(read, meaning)
