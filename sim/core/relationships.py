"""Relationships begin and end, and what the ledger keeps of them."""
import numpy as np

from sim.core import state as at
from sim.core.arithmetic import ZERO, i32
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.lanes import (
    agreement_on,
    cell,
    contract_end_in,
    dyad,
    has_left,
    hearsay,
    index,
    is_set_up,
    last_purchase,
    level_in,
    put_whole,
    whole,
)
from sim.core.targeting import classify, recognition
from sim.core.terms import BASIC, BY_PARTNER, BY_WORD_OF_MOUTH, C_TURNOVER, OWN_SEARCH


@njit(inlined=True)
def begin_relationship(handle, tile, lane, k, t, s, u_right, u_which, book):
    """A seller wins the buyer: a new account, at the level that the seller's targeting gives it."""
    market = view(handle)
    sellers = market.standing.shape[0]
    history = whole(tile, dyad(at.HISTORY, s, sellers), lane)
    first = last_purchase(history) == 0
    back = has_left(history)
    book[s, at.WON_NEW] += first
    book[s, at.WON_BACK] += not first
    book[s, at.PROSPECTS] -= first
    book[s, at.FORMER] -= back
    put_whole(tile, dyad(at.HISTORY, s, sellers), lane, i32(history & i32(-129)))
    put_whole(tile, at.INCUMBENT, lane, s)
    put_whole(tile, at.SINCE, lane, t)
    level = classify(handle, tile, lane, k, t, s, u_right, u_which)
    put_whole(tile, at.AGREEMENT, lane, agreement_on(level, 0))
    book[s, at.ENTERED_LEVEL + level] += 1
    cost = market.offers[s, at.ACQUISITION_COST]
    if market.hearing:
        channel = came_by(tile, lane, sellers, s, book)
        cost = market.offers[s, at.REFERRAL_REWARD] if channel == BY_WORD_OF_MOUTH else cost
        cost = market.offers[s, at.COMMISSION] if channel == BY_PARTNER else cost
    tile[cell(at.WORTH, lane)] = -market.discount_factor[t] * cost
    set_up(handle, tile, lane, t, s, level, book)


@njit
def came_by(tile, lane, sellers, s, book):
    """The channel by which the account was won: that of the recommendation which stood when the buyer chose, if it was for this seller."""
    recommended = whole(tile, hearsay(at.RECOMMENDED, sellers), lane) == s
    by = whole(tile, hearsay(at.RECOMMENDED_BY, sellers), lane) if recommended else 0
    channel = i32(by & 7)
    put_whole(tile, hearsay(at.CHANNEL, sellers), lane, channel)
    put_whole(tile, hearsay(at.REFERRER, sellers), lane, (by >> 3) - 1)
    put_whole(tile, hearsay(at.RECOMMENDED, sellers), lane, -1)
    if channel != OWN_SEARCH:
        book[s, at.WON_ADVERTISING - 1 + channel] += 1
    return channel


@njit(inlined=True)
def set_up(handle, tile, lane, t, s, level, book):
    """A level that needs setting up costs so once an account: a buyer that comes back finds its place kept."""
    market = view(handle)
    cost = market.levels[level, at.LEVEL_SETUP]
    row = dyad(at.HISTORY, s, market.standing.shape[0])
    history = whole(tile, row, lane)
    needed = (cost > ZERO) & (not is_set_up(history))
    put_whole(tile, row, lane, i32(history | (i32(0x8000) if needed else i32(0))))
    book[s, at.SET_UP_LEVEL + level] += needed
    tile[cell(at.WORTH, lane)] -= market.discount_factor[t] * (cost if needed else ZERO)


@njit
def regroup(handle, tile, lane, number, k, t, book):
    """The seller has changed its strategy: the account is assigned to a level anew."""
    s = index(tile, at.INCUMBENT, lane)
    agreement = whole(tile, at.AGREEMENT, lane)
    before = level_in(agreement)
    u_right, u_which = recognition(handle, tile, lane, number, s)
    level = classify(handle, tile, lane, k, t, s, u_right, u_which)
    if level != before:
        put_whole(tile, at.AGREEMENT, lane, agreement_on(level, contract_end_in(agreement)))
        book[s, at.QUITTED_LEVEL + before] += 1
        book[s, at.ENTERED_LEVEL + level] += 1
        set_up(handle, tile, lane, t, s, level, book)


@njit(inlined=True)
def end_relationship(handle, worker, tile, lane, k, t, cause, book):
    """The incumbent loses the account: booked by cause, its duration and its worth by cohort; the tie is gone."""
    market = view(handle)
    s = index(tile, at.INCUMBENT, lane)
    sellers = market.standing.shape[0]
    book[s, at.LOST_PRICE + cause] += 1
    book[s, at.QUITTED_LEVEL + level_in(whole(tile, at.AGREEMENT, lane))] += 1
    tile[cell(at.WORTH, lane)] -= market.discount_factor[t] * market.offers[s, at.LOST_COST]
    if market.hearing and cause != C_TURNOVER and whole(tile, hearsay(at.CHANNEL, sellers), lane) == BY_WORD_OF_MOUTH:
        book[s, at.LOST_VOUCHED if whole(tile, hearsay(at.REFERRER, sellers), lane) >= 0 else at.LOST_UNVOUCHED] += 1
    record_ending(handle, worker, tile, lane, k, t, cause)
    tile[cell(at.TIE, lane)] = ZERO
    put_whole(tile, at.INCUMBENT, lane, -1)
    put_whole(tile, at.AGREEMENT, lane, agreement_on(BASIC, 0))
    if cause != C_TURNOVER:
        history = whole(tile, dyad(at.HISTORY, s, sellers), lane)
        put_whole(tile, dyad(at.HISTORY, s, sellers), lane, i32(history | i32(128)))
        book[s, at.FORMER] += 1


@njit(inlined=True)
def record_ending(handle, worker, tile, lane, k, t, cause):
    """A relationship's duration (periods on record), how it ended, and its worth in money of the period in which it was won."""
    market = view(handle)
    s = index(tile, at.INCUMBENT, lane)
    since = whole(tile, at.SINCE, lane)
    if t < market.burn_in:
        return
    won = since >= market.burn_in
    began = max(since, market.burn_in)
    market.endings[worker, k, s, 1 if won else 0, t - began, cause] += 1
    worth = np.float64(tile[cell(at.WORTH, lane)]) / np.float64(market.discount_factor[began])
    parts = np.int64(np.rint(worth * at.WORTH_PARTS))
    market.worth[worker, k, s, began - market.burn_in + 1 if won else 0] += parts
    if market.hearing and won:
        channel = whole(tile, hearsay(at.CHANNEL, market.standing.shape[0]), lane)
        market.channel_endings[worker, k, s, channel, t - began, cause] += 1
        market.channel_worth[worker, k, s, channel, began - market.burn_in + 1] += parts
