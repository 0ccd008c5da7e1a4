"""Targeting: which account gets which level, as far as the seller's database knows its accounts."""
import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.core.arithmetic import ONE, f32, i32
from sim.core.draws import uniforms
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.lanes import cell, index
from sim.core.terms import BASIC, BY_VALUE, D_RECOGNITION, SEGMENTS_OF_ONE, UNIFORM


@njit(inlined=True)
def classify(handle, tile, lane, k, t, s, u_right, u_which):
    """The level at which seller s serves this account: by type as recognised, by value, or the best for this one account."""
    market = view(handle)
    return market.response[s, at.SERVED_AS + planned_level(handle, tile, lane, k, t, s, u_right, u_which)]


@njit
def recognition(handle, tile, lane, number, s):
    """The luck of an account with a seller's records, for as long as it is in the market: whether they show the right type, and which one
    otherwise."""
    market = view(handle)
    right, which, _, _ = uniforms(market.luck, number, index(tile, at.ENTERED, lane), D_RECOGNITION, s)
    return right, which


@njit(inlined=True)
def planned_level(handle, tile, lane, k, t, s, u_right, u_which):
    """The level that the seller's plan gives the account: its own plan, or the one that it has copied."""
    market = view(handle)
    e, plan = market.strategy.epoch[t], market.response[s, at.FOLLOWS]
    offer = market.offers[s]
    targeting = i32(offer[at.TARGETING])
    if targeting == UNIFORM:
        return market.strategy.level_of[e, plan, 0]
    if targeting == BY_VALUE:
        return level_by_value(handle, tile, lane, k, s, market.strategy.value_from[e, plan], u_right, u_which)
    seen = recognised_type(handle, k, offer[at.ACCURACY], u_right, u_which)
    if targeting == SEGMENTS_OF_ONE:
        return level_of_one(handle, tile, lane, k, s, seen)
    return market.strategy.level_of[e, plan, seen]


@njit(inlined=True)
def recognised_type(handle, k, accuracy, u_right, u_which):
    """The type that a record shows: the buyer's own with probability `accuracy`, else another that the market has buyers of."""
    market = view(handle)
    present = market.population.present
    rank = 0
    while present[rank] != k:
        rank += 1
    return present[rules.recognised(i32(rank), present.shape[0], accuracy, u_right, u_which)]


@njit(inlined=True)
def level_by_value(handle, tile, lane, k, s, value_from, u_right, u_which):
    """Tiers of account margin; a record that is wrong puts the account in one of the other tiers."""
    market = view(handle)
    offer = market.offers[s]
    margin = rules.account_margin(offer[at.PRICE], offer[at.UNIT_COST], tile[cell(at.VOLUME, lane)], market.population.lots[k],
                                  tile[cell(at.PURCHASE_RATE, lane)])
    tiers, tier = 0, 0
    for level in range(5):
        if value_from[level] < f32(np.inf):
            if margin >= value_from[level] or tiers == 0:
                tier = tiers
            tiers += 1
    tier = rules.recognised(i32(tier), tiers, offer[at.ACCURACY], u_right, u_which)
    for level in range(5):
        if value_from[level] < f32(np.inf):
            if tier == 0:
                return level
            tier -= 1
    return BASIC


@njit
def level_of_one(handle, tile, lane, k, s, seen):
    """The allowed level of highest expected account value. A record of the right type knows the buyer's own attributes; a wrong one
    holds the median buyer of the type it was taken for."""
    market = view(handle)
    best, best_value = BASIC, f32(-np.inf)
    allowed = i32(market.offers[s, at.ALLOWED])
    for level in range(5):
        if (allowed >> level) & 1:
            value = account_value_at(handle, tile, lane, k, s, seen, level)
            if value > best_value:
                best, best_value = level, value
    return best


@njit
def account_value_at(handle, tile, lane, k, s, seen, level):
    """What seller s expects an account to be worth at a level, by its own arithmetic (`rules.expected_account_value`)."""
    market = view(handle)
    own = seen == k
    middle = at.QUANTILE_POINTS // 2
    table, y, offer = market.population.attributes[seen], market.behaviour, market.offers[s]
    barrier = tile[cell(at.SWITCHING_COST, lane)] if own else table[at.SWITCHING_COST, middle]
    horizon = tile[cell(at.TIME_HORIZON, lane)] if own else table[at.TIME_HORIZON, middle]
    orientation = tile[cell(at.RELATIONSHIP_ORIENTATION, lane)] if own else table[at.RELATIONSHIP_ORIENTATION, middle]
    rate = tile[cell(at.PURCHASE_RATE, lane)] if own else table[at.PURCHASE_RATE, middle]
    volume = tile[cell(at.VOLUME, lane)] if own else table[at.VOLUME, middle]
    voice = tile[cell(at.VOICE, lane)] if own else table[at.VOICE, middle]
    weight = rules.horizon_weight(horizon, y.horizon_scale)
    service, basic = market.service[5 * s + level], market.service[5 * s + BASIC]
    bond = rules.expected_bond(service[at.SERVICE_SOCIAL] * service[at.SERVICE_CONTACT], orientation, y.bond_decay)
    tie = rules.expected_bond(service[at.SERVICE_TIE], orientation, y.tie_fade)
    gain = (weight * (expected_experience(service, voice, y) - expected_experience(basic, voice, y) + y.bond_value * bond)
            + rules.leaving_cost(barrier, y.tie_value, tie))
    margin = rules.account_margin(offer[at.PRICE], offer[at.UNIT_COST], volume, market.population.lots[seen], rate)
    contacts = rules.either(service[at.SERVICE_CONTACT], service[at.SERVICE_AFTER_SALE] * rate)
    cost = (service[at.SERVICE_COST] + contacts * offer[at.CONTACT_COST]
            + service[at.SERVICE_PROBLEM] * share_mended(service, voice) * offer[at.RESOLUTION_COST])
    reviews = rate * rules.review_probability(rate, horizon)
    rivals = f32(market.standing.shape[0] - 1)
    return rules.expected_account_value(margin, cost, market.levels[level, at.LEVEL_SETUP], gain, rivals, y.choice_noise, reviews,
                                        y.turnover, y.discount)


@njit
def expected_experience(service, voice, y):
    """The mean of g at a level for a buyer of this voice, money per unit."""
    mended = share_mended(service, voice)
    return service[at.SERVICE_USAGE] + service[at.SERVICE_PROBLEM] * (mended * y.delight - (ONE - mended) * y.severity)


@njit
def share_mended(service, voice):
    """The share of problems that surface and are resolved."""
    return rules.surfacing_probability(voice * service[at.SERVICE_OPENNESS], service[at.SERVICE_DETECT]) * service[at.SERVICE_RESOLVE]
