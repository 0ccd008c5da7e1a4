"""What the ledger says of a seller while the market runs: sums over workers and buyer types, and profit as the seller reckons it."""
import numpy as np

from sim.core import state as at
from sim.core.handle import view
from sim.core.jit import njit


@njit
def booked(handle, row, s, column):
    """One column of the period, over all workers and types."""
    market = view(handle)
    total = np.int64(0)
    for worker in range(market.flows.shape[0]):
        for k in range(market.flows.shape[2]):
            total += market.flows[worker, row, k, s, column]
    return total


@njit
def booked_before(handle, t, before):
    """Fill `before` for `close_period`: zero on record, the running sums of row 0 during the burn-in."""
    market = view(handle)
    before[:] = 0
    if t < market.burn_in:
        for s in range(before.shape[0]):
            for column in range(before.shape[1]):
                before[s, column] = booked(handle, 0, s, column)


@njit
def profit(handle, s, row):
    """A seller's profit of one recorded period: revenue less goods, service, contacts, remedies, set-ups, winning and losing accounts, and
    what belongs to no account; float64, money. The same sum as `sim.money`, at the prices that the period had."""
    market = view(handle)
    offer = market.offers[s]
    units, less = booked(handle, row, s, at.UNITS) / at.UNIT_PARTS, booked(handle, row, s, at.DISCOUNT) / (at.UNIT_PARTS * 10_000)
    earned = units * (np.float64(offer[at.PRICE]) - np.float64(offer[at.UNIT_COST])) - less * np.float64(offer[at.PRICE])
    for level in range(5):
        each = np.float64(market.levels[level, at.LEVEL_COST]) + np.float64(offer[at.LISTENING_COST])
        earned -= booked(handle, row, s, at.SERVED + level) * each
        earned -= booked(handle, row, s, at.SET_UP_LEVEL + level) * np.float64(market.levels[level, at.LEVEL_SETUP])
    earned -= booked(handle, row, s, at.CONTACTS) * np.float64(offer[at.CONTACT_COST])
    earned -= booked(handle, row, s, at.RESOLUTIONS) * np.float64(offer[at.RESOLUTION_COST])
    lost = booked(handle, row, s, at.LOST_PRICE) + booked(handle, row, s, at.LOST_INCIDENT) + booked(handle, row, s, at.LOST_TURNOVER)
    won = booked(handle, row, s, at.WON_NEW) + booked(handle, row, s, at.WON_BACK)
    referred, advised = booked(handle, row, s, at.WON_WORD_OF_MOUTH), booked(handle, row, s, at.WON_PARTNER)
    earned -= lost * np.float64(offer[at.LOST_COST]) + (won - referred - advised) * np.float64(offer[at.ACQUISITION_COST])
    earned -= referred * np.float64(offer[at.REFERRAL_REWARD]) + advised * np.float64(offer[at.COMMISSION])
    return earned - np.float64(offer[at.FIXED_COST])
