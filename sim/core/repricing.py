"""Repricing by best reply: each seller takes the others' prices as given and asks what maximises what it reckons to earn, in turn, until
nobody wants to move.

A seller reckons with the logit of `rules.utility` for the median buyer of each type: offering values and prices are public, bonds are not.
It reckons as if everybody reviewed, since a price that holds nobody but those who do not look is no price for long. Groups of buyers
differ in who serves them now: its own accounts, each rival's, and nobody's.
"""
import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.core.arithmetic import ONE, TWO, ZERO, exp, f32, i32, larger, log, smaller
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.terms import Attribute

ROUNDS = 400                   # most rounds of thinking; replies that do not meet by then stand as they are
CLOSE_ENOUGH = f32(2e-5)       # of the price
SIGMA, ALPHA, LAMBDA, UNITS = (int(Attribute[name]) for name in ("SWITCHING_COST", "PRICE_SENSITIVITY", "PURCHASE_RATE", "VOLUME"))
WEIGHT, REST, BARRIER, SENSITIVITY, FUTURE, GROUP_FIELDS = range(6)


@njit(arrays=True)
def reprice(handle, t, posted):
    """New prices for every seller that replies in the period; between its replies a seller keeps the price it found."""
    market = view(handle)
    sellers, answers = market.standing.shape[0], market.strategy.answers[market.strategy.epoch[t]]
    thinking = False
    for s in range(sellers):
        every = answers[s, at.REPRICE_EVERY]
        if every > ZERO:
            if t > market.burn_in:
                market.offers[s, at.PRICE], market.offers[s, at.PREMIUM] = posted[s, 0], posted[s, 1]
            thinking |= (t - market.burn_in) % i32(every) == 0
    if not thinking:
        return
    groups = np.zeros((market.held.shape[1] * (sellers + 1), GROUP_FIELDS), np.float32)
    for _ in range(ROUNDS):
        moved = ZERO
        for s in range(sellers):
            every = answers[s, at.REPRICE_EVERY]
            if every > ZERO and (t - market.burn_in) % i32(every) == 0:
                moved = larger(moved, reply(handle, s, t, answers[s], groups))
        if moved < CLOSE_ENOUGH:
            return


@njit
def reply(handle, s, t, rule, groups):
    """One seller's best reply; how far it has moved, as a share of the price."""
    market = view(handle)
    offer, ahead = market.offers[s], rule[at.REPRICE_FORESIGHT] > ZERO and t < market.strategy.epoch.shape[0] - 1
    price, accounts_price = offer[at.PRICE], offer[at.PRICE] * (ONE + offer[at.PREMIUM])
    least = larger(offer[at.UNIT_COST] * f32(0.01), f32(1e-3))
    if rule[at.REPRICE_APART] > ZERO:
        fresh = best_price(handle, s, groups, count_groups(handle, s, ahead, groups, False, True), price)
        fresh = larger(fresh, least)
        own = count_groups(handle, s, ahead, groups, True, False)
        kept = larger(best_price(handle, s, groups, own, accounts_price), least) if own > 0 else fresh
    else:
        fresh = larger(best_price(handle, s, groups, count_groups(handle, s, ahead, groups, True, True), price), least)
        kept = fresh
    offer[at.PRICE], offer[at.PREMIUM] = fresh, kept / fresh - ONE
    return larger(abs(fresh - price), abs(kept - accounts_price)) / larger(fresh, least)


@njit
def count_groups(handle, s, ahead, groups, own, others):
    """The groups of buyers that a price is for, with what each buys a period, what the rest of the market is worth to it, what keeps it
    from coming, its price sensitivity, and what an account of it is worth later. Returns how many there are."""
    market = view(handle)
    y, sellers, slots = market.behaviour, market.standing.shape[0], market.population.type_slots
    middle, many = at.QUANTILE_POINTS // 2, 0
    for k in range(market.held.shape[1]):
        table = market.population.attributes[k]
        sigma, alpha = table[SIGMA, middle], table[ALPHA, middle]
        units = table[UNITS, middle] * table[LAMBDA, middle] * f32(market.population.lots[k])
        future = rules.account_future(sigma, alpha, y.discount, table[LAMBDA, middle], y.turnover) if ahead else ZERO
        unattached = slots[k + 1, 0] - slots[k, 0]
        for r in range(sellers):
            unattached -= market.held[r, k]
        for r in range(-1, sellers):
            buyers = unattached if r < 0 else market.held[r, k]
            mine = r == s
            if buyers > 0 and alpha > ZERO and units > ZERO and ((mine and own) or (not mine and others)):
                groups[many, WEIGHT] = f32(buyers) * units
                groups[many, REST] = rest_of_market(handle, s, r, sigma, alpha)
                groups[many, BARRIER] = sigma if r >= 0 and not mine else ZERO
                groups[many, SENSITIVITY], groups[many, FUTURE] = alpha, future
                many += 1
    return many


@njit
def rest_of_market(handle, s, served_by, sigma, alpha):
    """μ · log Σ exp(u/μ) over everybody but seller s and not buying, for a buyer served by `served_by` (-1: nobody)."""
    market = view(handle)
    noise, most = market.behaviour.choice_noise, market.behaviour.reserve
    for r in range(market.standing.shape[0]):
        most = larger(most, worth_of(handle, r, served_by, sigma, alpha)) if r != s else most
    total = exp(larger((market.behaviour.reserve - most) / noise, f32(-80)))
    for r in range(market.standing.shape[0]):
        if r != s:
            total += exp(larger((worth_of(handle, r, served_by, sigma, alpha) - most) / noise, f32(-80)))
    return most + noise * log(total)


@njit
def worth_of(handle, r, served_by, sigma, alpha):
    """What seller r is worth to a buyer served by `served_by`: accounts pay their own price, others must be won over the switching cost."""
    market = view(handle)
    offer = market.offers[r]
    value = offer[at.QUALITY] * offer[at.CAPABILITY]
    if r == served_by:
        return value - alpha * offer[at.PRICE] * (ONE + offer[at.PREMIUM])
    return value - alpha * offer[at.PRICE] - (sigma if served_by >= 0 else ZERO)


@njit
def best_price(handle, s, groups, many, now):
    """The price that earns most from these groups together; the one of now where there are none.

    For one group the best price solves p − c + F = μ / (α · (1 − P(p))), by bisection; for several it lies between the lowest and the
    highest of theirs, and is searched there from coarse to fine."""
    if many == 0:
        return now
    low, high = f32(np.inf), f32(-np.inf)
    for g in range(many):
        alone = price_for_one(handle, s, groups[g])
        low, high = smaller(low, alone), larger(high, alone)
    best = low
    for _ in range(4):
        step = (high - low) / f32(32)
        if step <= ZERO:
            return best
        most = f32(-np.inf)
        for i in range(33):
            price = low + f32(i) * step
            earned = earnings(handle, s, groups, many, price)
            if earned > most:
                best, most = price, earned
        low, high = larger(best - step, low), smaller(best + step, high)
    return best


@njit
def price_for_one(handle, s, group):
    """The best price for one group alone."""
    market = view(handle)
    scale = market.behaviour.choice_noise / group[SENSITIVITY]
    cost = market.offers[s, at.UNIT_COST] - group[FUTURE]
    value = market.offers[s, at.QUALITY] * market.offers[s, at.CAPABILITY]
    indifferent = (value - group[BARRIER] - group[REST]) / group[SENSITIVITY]
    low, high = cost, larger(indifferent, cost) + TWO * scale
    for _ in range(40):
        price = f32(0.5) * (low + high)
        chosen = rules.chance_to_keep(group[SENSITIVITY] * (indifferent - price), market.behaviour.choice_noise)
        if price - cost < scale / (ONE - chosen):
            low = price
        else:
            high = price
    return f32(0.5) * (low + high)


@njit
def earnings(handle, s, groups, many, price):
    """What a price is reckoned to earn a period from these groups: Σ units · P(p) · (p − c + F)."""
    market = view(handle)
    value = market.offers[s, at.QUALITY] * market.offers[s, at.CAPABILITY]
    total = ZERO
    for g in range(many):
        advantage = value - group_cost(groups[g], price) - groups[g, REST]
        chosen = rules.chance_to_keep(advantage, market.behaviour.choice_noise)
        total += groups[g, WEIGHT] * chosen * (price - market.offers[s, at.UNIT_COST] + groups[g, FUTURE])
    return total


@njit
def group_cost(group, price):
    """α · p, and what keeps the group from coming."""
    return group[SENSITIVITY] * price + group[BARRIER]
