"""Where an agent's numbers stand in the market's arrays, for one place or for arrays of places."""
import numpy as np

from sim.core import state as at


def number_in(row: int):
    return lambda market, place: market.rows[place[0], row, place[1]]


def whole_in(row: int):
    return lambda market, place: market.whole_rows[place[0], row, place[1]]


def dyads(market, field: int) -> slice:
    """The rows of one field of the dyads with all sellers."""
    sellers = len(market.arrays.standing)
    return slice(at.ROWS + field * sellers, at.ROWS + (field + 1) * sellers)


def supplied(market, place):
    return whole_in(at.INCUMBENT)(market, place) >= 0


def seller_numbered(market, numbers):
    """The sellers of these numbers; None at -1."""
    sellers = np.array([*market.sellers, None], object)     # not kept: numpy hides from the garbage collector what its arrays refer to
    return sellers[numbers]
