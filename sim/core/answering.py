"""Sellers that answer the market: match the lowest price, harvest locked-in buyers, copy who earns most, give up a level that does not
pay, reprice by best reply. Each is off unless the scenario switches it on, and none moves before the record begins.

All sellers decide from what stood at the end of the period before, so their order cannot matter; only best replies are thought through to
where they meet.
"""
import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.core.arithmetic import ONE, ZERO, f32, i32, larger
from sim.core.books import booked
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.repricing import reprice
from sim.core.terms import BASIC


@njit
def anyone_answers(handle, t):
    """Whether any seller has an answer of any kind in the period."""
    market = view(handle)
    answers = market.strategy.answers[market.strategy.epoch[t]]
    for s in range(answers.shape[0]):
        on = answers[s, at.MATCH] + answers[s, at.HARVEST] + answers[s, at.COPY_LAG] + answers[s, at.DROP_LAG]
        if on + answers[s, at.REPRICE_EVERY] > ZERO:
            return True
    return False


@njit
def anyone_copies(handle):
    """Whether any seller ever copies who earns most."""
    market = view(handle)
    for e in range(market.strategy.answers.shape[0]):
        for s in range(market.strategy.answers.shape[1]):
            if market.strategy.answers[e, s, at.COPY_LAG] > ZERO:
                return True
    return False


@njit
def follow_own_plan(handle, s):
    """Seller s serves its accounts by its own plan, with every level that is in it."""
    market = view(handle)
    market.response[s, at.FOLLOWS] = s
    for level in range(5):
        market.response[s, at.SERVED_AS + level] = level


@njit(merged=True, arrays=True)
def answer(handle, t, posted):
    """What every seller changes in the period. posted: float32 [seller, 2], the price and premium of the period before."""
    market = view(handle)
    before = market.response.copy()
    for s in range(market.standing.shape[0]):
        copy_level(handle, s, t, earns_most(handle, s, t), before)
    for s in range(market.standing.shape[0]):
        drop_levels(handle, s, t, posted)
        match_lowest_price(handle, s, t, posted)
        harvest_locked_in(handle, s, t)
    reprice(handle, t, posted)


@njit
def due(t, burn_in, lag):
    """Whether a rule that works every `lag` periods works now: not before so many have been recorded."""
    return lag > ZERO and t > burn_in and (t - burn_in) % i32(lag) == 0


@njit
def earns_most(handle, s, t):
    """Who has earned most in the periods over which seller s looks back: itself unless a rival earned more."""
    market = view(handle)
    lag = market.strategy.answers[market.strategy.epoch[t], s, at.COPY_LAG]
    best = s
    if due(t, market.burn_in, lag):
        most = earned_since(handle, s, t - i32(lag), t)
        for other in range(market.standing.shape[0]):
            earned = earned_since(handle, other, t - i32(lag), t)
            if earned > most:
                best, most = other, earned
    return best


@njit
def earned_since(handle, s, since, t):
    """A seller's profit of the periods since … t − 1, as it reckons it."""
    market = view(handle)
    total = 0.0
    for period in range(since, t):
        total += market.earned[s, period]
    return total


@njit
def copy_level(handle, s, t, best, before):
    """The level plan of the rival that earned most, if one earned more, with what that one has given up; as `before` the period."""
    market = view(handle)
    if best != s and before[best, at.FOLLOWS] != before[s, at.FOLLOWS]:
        e, plan = market.strategy.epoch[t], before[best, at.FOLLOWS]
        market.response[s, at.FOLLOWS] = plan
        for level in range(5):
            market.response[s, at.SERVED_AS + level] = before[best, at.SERVED_AS + level]
        market.offers[s, at.TARGETING] = market.strategy.stated[e, plan, at.TARGETING]
        market.offers[s, at.ALLOWED] = market.strategy.stated[e, plan, at.ALLOWED]
        market.changed[s] = 1


@njit
def drop_levels(handle, s, t, posted):
    """A level whose accounts have not earned their cost since the last look is served as the rung below: the units they bought at the mean
    margin of the time, discounts and premiums included, less their service, contacts and listening."""
    market = view(handle)
    lag = market.strategy.answers[market.strategy.epoch[t], s, at.DROP_LAG]
    if not due(t, market.burn_in, lag):
        return
    offer, first, last = market.offers[s], t - market.burn_in - i32(lag) + 1, t - market.burn_in
    units, less = booked_between(handle, s, first, last, at.UNITS), booked_between(handle, s, first, last, at.DISCOUNT)
    net = np.float64(posted[s, 0]) * (1.0 - less / (units * 10_000.0) if units > 0 else 1.0)
    for level in range(1, 5):
        sold = booked_between(handle, s, first, last, at.SOLD_LEVEL + level)
        served = booked_between(handle, s, first, last, at.SERVED + level)
        service = market.service[5 * s + level]
        each = service[at.SERVICE_COST] + service[at.SERVICE_CONTACT] * offer[at.CONTACT_COST]
        if served > 0 and sold / at.UNIT_PARTS * (net - np.float64(offer[at.UNIT_COST])) < served * np.float64(each):
            give_up(handle, s, level)


@njit
def booked_between(handle, s, first, last, column):
    """One column of the ledger over some recorded periods, all types."""
    total = np.int64(0)
    for row in range(first, last + 1):
        total += booked(handle, row, s, column)
    return total


@njit
def give_up(handle, s, level):
    """Accounts at a level are served at the rung below from now on."""
    market = view(handle)
    for planned in range(5):
        if market.response[s, at.SERVED_AS + planned] == level:
            market.response[s, at.SERVED_AS + planned] = max(level - 1, BASIC)
            market.changed[s] = 1


@njit
def match_lowest_price(handle, s, t, posted):
    """The lowest price that a rival asked in the period before, but for a floor above the unit cost; never more than the list price."""
    market = view(handle)
    rule = market.strategy.answers[market.strategy.epoch[t], s]
    if rule[at.MATCH] > ZERO:
        lowest = f32(np.inf)
        for other in range(market.standing.shape[0]):
            if other != s:
                lowest = min(lowest, posted[other, 0])
        offer = market.offers[s]
        offer[at.PRICE] = rules.matched_price(offer[at.PRICE], lowest, offer[at.UNIT_COST], rule[at.MATCH_FLOOR])


@njit
def harvest_locked_in(handle, s, t):
    """A premium on accounts while they are many, none while they are few: bargain, then rip-off."""
    market = view(handle)
    rule = market.strategy.answers[market.strategy.epoch[t], s]
    if rule[at.HARVEST] > ZERO:
        slots = market.population.type_slots
        share = f32(market.accounts[s].sum()) / larger(f32(slots[slots.shape[0] - 1, 0]), ONE)
        on = rules.harvests(market.response[s, at.HARVESTING], share, rule[at.HARVEST_FROM], rule[at.HARVEST_TO])
        market.response[s, at.HARVESTING] = 1 if on else 0
        if on:
            market.offers[s, at.PREMIUM] = rule[at.HARVEST_PREMIUM]
    else:
        market.response[s, at.HARVESTING] = 0
