"""What sellers do between the periods: open with the service their levels amount to, close with what the period taught them."""
import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.core.arithmetic import ONE, ZERO, f32
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.terms import BASIC


@njit
def open_period(handle, t):
    """Before the buyers: what each level amounts to at each seller, by capacity, capability, listening and what was learnt."""
    market = view(handle)
    y, e = market.behaviour, market.strategy.epoch[t]
    for s in range(market.standing.shape[0]):
        offer = market.strategy.offers[e, s]
        for level in range(5):
            capacity, accounts = market.strategy.capacity[e, s, level], f32(market.accounts[s, level])
            mine, basic, out = market.levels[level], market.levels[BASIC], market.service[5 * s + level]
            prevent = rules.thinned(mine[at.LEVEL_PREVENT], basic[at.LEVEL_PREVENT], capacity, accounts)
            detect = rules.thinned(mine[at.LEVEL_DETECT], basic[at.LEVEL_DETECT], capacity, accounts)
            resolve = rules.thinned(mine[at.LEVEL_RESOLVE], basic[at.LEVEL_RESOLVE], capacity, accounts)
            usage = rules.thinned(mine[at.LEVEL_USAGE], basic[at.LEVEL_USAGE], capacity, accounts)
            out[at.SERVICE_PROBLEM] = rules.problem_probability(y.problem_rate, prevent, market.standing[s, at.LEARNED], y.learning_effect)
            out[at.SERVICE_OPENNESS] = rules.thinned(mine[at.LEVEL_OPENNESS], basic[at.LEVEL_OPENNESS], capacity, accounts)
            out[at.SERVICE_DETECT] = rules.surfacing_probability(detect, offer[at.DETECT])
            out[at.SERVICE_RESOLVE] = resolve * offer[at.CAPABILITY]
            out[at.SERVICE_USAGE] = usage * offer[at.CAPABILITY]
            out[at.SERVICE_SOCIAL] = mine[at.LEVEL_SOCIAL]
            out[at.SERVICE_TIE] = rules.thinned(mine[at.LEVEL_TIE], basic[at.LEVEL_TIE], capacity, accounts)
            out[at.SERVICE_CONTACT] = rules.thinned(mine[at.LEVEL_CONTACT], basic[at.LEVEL_CONTACT], capacity, accounts)
            out[at.SERVICE_AFTER_SALE] = mine[at.LEVEL_AFTER_SALE]
            out[at.SERVICE_COST] = mine[at.LEVEL_COST] + offer[at.LISTENING_COST]


@njit
def close_period(handle, t, before):
    """After the buyers: `close_seller` for every seller."""
    market = view(handle)
    for s in range(market.standing.shape[0]):
        close_seller(handle, s, t, before)


@njit
def close_seller(handle, s, t, before):
    """After the buyers, for one seller: accounts by level, reputation, learning from complaints.

    before: int64 [seller, COLUMNS], what row 0 held when the period began (the burn-in periods share that row)."""
    market = view(handle)
    y, e = market.behaviour, market.strategy.epoch[t]
    row = max(t - market.burn_in + 1, 0)
    served = np.int64(0)
    for level in range(5):
        entered = booked(handle, row, s, at.ENTERED_LEVEL + level) - before[s, at.ENTERED_LEVEL + level]
        quitted = booked(handle, row, s, at.QUITTED_LEVEL + level) - before[s, at.QUITTED_LEVEL + level]
        market.accounts[s, level] += entered - quitted
        served += booked(handle, row, s, at.SERVED + level) - before[s, at.SERVED + level]
    kept = booked(handle, row, s, at.KEPT) - before[s, at.KEPT]
    broken = booked(handle, row, s, at.BROKEN_PROMISES) - before[s, at.BROKEN_PROMISES]
    if kept + broken > 0:
        share = f32(kept) / f32(kept + broken)
        market.standing[s, at.REPUTATION] = rules.moved_towards(market.standing[s, at.REPUTATION], share, y.reputation_speed)
    lessons = booked(handle, row, s, at.LESSONS) - before[s, at.LESSONS]
    per_account = f32(lessons) / f32(served) if served > 0 else ZERO
    speed = y.seller_learning * (ONE + market.strategy.offers[e, s, at.LEARNING_BOOST])
    market.standing[s, at.LEARNED] = rules.learned_more(market.standing[s, at.LEARNED], per_account, speed, y.seller_forgetting)


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
