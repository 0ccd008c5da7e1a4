"""What sellers do between the periods: open with the service their levels amount to, close with what the period taught them."""
import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.core.answering import answer, anyone_answers, anyone_copies, follow_own_plan
from sim.core.arithmetic import ONE, ZERO, f32, i32, larger, smaller
from sim.core.books import booked, booked_before, profit  # noqa: F401  whoever plays periods needs them
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.terms import BASIC, CUSTOMER, INFLUENCE, INTERNAL, RECRUITMENT, REFERRAL, SUPPLIER


@njit(merged=True, arrays=True)
def open_period(handle, t):
    """Before the buyers: shocks strike, sellers answer the market, and what each offers and what its levels amount to is settled."""
    market = view(handle)
    strike(handle, t)
    posted = np.empty((market.standing.shape[0], 2), np.float32)
    for s in range(posted.shape[0]):
        posted[s, 0], posted[s, 1] = market.offers[s, at.PRICE], market.offers[s, at.PREMIUM]
    make_offers(handle, t)
    if t >= market.burn_in and anyone_answers(handle, t):
        answer(handle, t, posted)
        serve(handle, t)


@njit
def make_offers(handle, t):
    """What every seller offers in the period, as its plan states it and its stocks allow; then the service and the advice that follow."""
    market = view(handle)
    for s in range(market.standing.shape[0]):
        make_offer(handle, s, t)
    serve(handle, t)
    for p in range(market.beyond.partners.shape[0]):
        weigh_sellers(handle, p)


@njit
def make_offer(handle, s, t):
    """One seller's offer: unit cost by its supplier market, capability by recruitment and internal market, talk by its referral market."""
    market = view(handle)
    y, e, offer, of, standing = market.behaviour, market.strategy.epoch[t], market.offers[s], market.beyond.six_markets, market.standing[s]
    for field in range(offer.shape[0]):
        offer[field] = market.strategy.stated[e, s, field]
    began = t > 0 and market.strategy.epoch[t - 1] != e
    if t == 0 or (began and market.strategy.regrouped[e, s]):
        follow_own_plan(handle, s)
    plan = market.response[s, at.FOLLOWS]
    market.changed[s] = 1 if began and market.strategy.regrouped[e, plan] else 0
    offer[at.TARGETING], offer[at.ALLOWED] = market.strategy.stated[e, plan, at.TARGETING], market.strategy.stated[e, plan, at.ALLOWED]
    offer[at.UNIT_COST] = rules.weakened(offer[at.UNIT_COST], of[SUPPLIER, at.MARKET_EFFECT], standing[at.STOCKS + SUPPLIER])
    offer[at.CAPABILITY] = rules.enabled_capability(offer[at.CAPABILITY], of[INTERNAL, at.MARKET_EFFECT], of[RECRUITMENT, at.MARKET_EFFECT],
                                                    standing[at.STOCKS + INTERNAL], standing[at.STOCKS + RECRUITMENT])
    offer[at.TALK] = rules.good_news(y.talk, of[REFERRAL, at.MARKET_EFFECT], standing[at.STOCKS + REFERRAL], offer[at.REFERRAL_REWARD],
                                     y.reward_half)


@njit
def strike(handle, t):
    """Influence shocks of the period hit reputations, damped by what the seller has built among those with influence."""
    market = view(handle)
    for i in range(market.beyond.shocks.shape[0]):
        shock = market.beyond.shocks[i]
        if shock[at.SHOCK_PERIOD] == t:
            standing = market.standing[i32(shock[at.SHOCK_SELLER])]
            hit = rules.weakened(shock[at.SHOCK_REPUTATION], market.beyond.six_markets[INFLUENCE, at.MARKET_EFFECT],
                                 standing[at.STOCKS + INFLUENCE])
            standing[at.REPUTATION] = smaller(larger(standing[at.REPUTATION] + hit, ZERO), ONE)


@njit
def weigh_sellers(handle, p):
    """The chances of being recommended by a partner, cumulative over sellers: in proportion to what each has invested in it."""
    market = view(handle)
    partner, sellers = market.beyond.partners[p], market.standing.shape[0]
    weights = ZERO
    for s in range(sellers):
        weights += rules.partner_weight(market.beyond.goodwill[p, s], market.offers[s, at.COMMISSION], partner[at.PARTNER_COMMISSION_HALF])
    so_far = ZERO
    for s in range(sellers):
        weight = rules.partner_weight(market.beyond.goodwill[p, s], market.offers[s, at.COMMISSION], partner[at.PARTNER_COMMISSION_HALF])
        so_far += rules.chance_to_be_recommended(weight, weights)
        market.beyond.advises[p, s] = so_far


@njit
def serve(handle, t):
    """What each level amounts to at each seller, by capacity, capability, listening, what was learnt, and what was built with customers
    and suppliers."""
    market = view(handle)
    y, e, of = market.behaviour, market.strategy.epoch[t], market.beyond.six_markets
    for s in range(market.standing.shape[0]):
        offer, standing = market.offers[s], market.standing[s]
        problems = rules.weakened(y.problem_rate, of[SUPPLIER, at.MARKET_EFFECT], standing[at.STOCKS + SUPPLIER])
        sociable = rules.strengthened(ONE, of[CUSTOMER, at.MARKET_EFFECT], standing[at.STOCKS + CUSTOMER])
        for level in range(5):
            capacity, accounts = market.strategy.capacity[e, s, level], f32(market.accounts[s, level])
            mine, basic, out = market.levels[level], market.levels[BASIC], market.service[5 * s + level]
            prevent = rules.thinned(mine[at.LEVEL_PREVENT], basic[at.LEVEL_PREVENT], capacity, accounts)
            detect = rules.thinned(mine[at.LEVEL_DETECT], basic[at.LEVEL_DETECT], capacity, accounts)
            resolve = rules.thinned(mine[at.LEVEL_RESOLVE], basic[at.LEVEL_RESOLVE], capacity, accounts)
            usage = rules.thinned(mine[at.LEVEL_USAGE], basic[at.LEVEL_USAGE], capacity, accounts)
            out[at.SERVICE_PROBLEM] = rules.problem_probability(problems, prevent, standing[at.LEARNED], y.learning_effect)
            out[at.SERVICE_OPENNESS] = rules.thinned(mine[at.LEVEL_OPENNESS], basic[at.LEVEL_OPENNESS], capacity, accounts)
            out[at.SERVICE_DETECT] = rules.surfacing_probability(detect, offer[at.DETECT])
            out[at.SERVICE_RESOLVE] = resolve * offer[at.CAPABILITY]
            out[at.SERVICE_USAGE] = usage * offer[at.CAPABILITY]
            out[at.SERVICE_SOCIAL] = mine[at.LEVEL_SOCIAL] * sociable
            out[at.SERVICE_TIE] = rules.thinned(mine[at.LEVEL_TIE], basic[at.LEVEL_TIE], capacity, accounts)
            out[at.SERVICE_CONTACT] = rules.thinned(mine[at.LEVEL_CONTACT], basic[at.LEVEL_CONTACT], capacity, accounts)
            out[at.SERVICE_AFTER_SALE] = mine[at.LEVEL_AFTER_SALE]
            out[at.SERVICE_COST] = mine[at.LEVEL_COST] + offer[at.LISTENING_COST]


@njit(merged=True)
def close_period(handle, t, before):
    """After the buyers: `close_seller` for every seller, `close_partner` for every partner."""
    market = view(handle)
    for s in range(market.standing.shape[0]):
        close_seller(handle, s, t, before)
    for p in range(market.beyond.partners.shape[0]):
        close_partner(handle, p, t)


@njit(merged=True)
def close_seller(handle, s, t, before):
    """After the buyers, for one seller: accounts by level, reputation, learning from complaints, stocks in the six markets.

    before: int64 [seller, COLUMNS], what row 0 held when the period began (the burn-in periods share that row)."""
    market = view(handle)
    y, of, offer, standing = market.behaviour, market.beyond.six_markets, market.offers[s], market.standing[s]
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
        share = rules.cushioned(f32(kept) / f32(kept + broken), of[INFLUENCE, at.MARKET_EFFECT], standing[at.STOCKS + INFLUENCE])
        standing[at.REPUTATION] = rules.moved_towards(standing[at.REPUTATION], share, y.reputation_speed)
    lessons = booked(handle, row, s, at.LESSONS) - before[s, at.LESSONS]
    per_account = f32(lessons) / f32(served) if served > 0 else ZERO
    speed = y.seller_learning * (ONE + offer[at.LEARNING_BOOST])
    standing[at.LEARNED] = rules.learned_more(standing[at.LEARNED], per_account, speed, y.seller_forgetting)
    for m in range(6):
        spending = allied_spending(handle, s, m) if m == REFERRAL or m == SUPPLIER else offer[at.SPEND + m]
        standing[at.STOCKS + m] = rules.invested(standing[at.STOCKS + m], spending, of[m, at.MARKET_GROWTH], of[m, at.MARKET_FADE])
    take_note(handle, s, t)


@njit
def allied_spending(handle, s, m):
    """What the sellers of one network spend in a market together: an alliance shares its stocks (Gummesson's R20)."""
    market = view(handle)
    mine = market.offers[s, at.ALLIANCE]
    if mine < ZERO:
        return market.offers[s, at.SPEND + m]
    spending = ZERO
    for other in range(market.standing.shape[0]):
        spending += market.offers[other, at.SPEND + m] if market.offers[other, at.ALLIANCE] == mine else ZERO
    return spending


@njit
def close_partner(handle, p, t):
    """After the buyers, for one partner: goodwill towards each seller by what it invested in the period; noted in its course."""
    market = view(handle)
    partner, e, row = market.beyond.partners[p], market.strategy.epoch[t], max(t - market.burn_in + 1, 0)
    for s in range(market.standing.shape[0]):
        market.beyond.goodwill[p, s] = rules.invested(market.beyond.goodwill[p, s], market.strategy.spending[e, s, p],
                                                      partner[at.PARTNER_GROWTH], partner[at.PARTNER_FADE])
        market.goodwill_course[row, p, s] = market.beyond.goodwill[p, s]


@njit
def take_note(handle, s, t):
    """Accounts by buyer type, what the period earned where somebody copies who earns most, and the seller's course. t = -1: before all."""
    market = view(handle)
    row = max(t - market.burn_in + 1, 0)
    for k in range(market.held.shape[1]):
        change = np.int64(0)
        for worker in range(market.flows.shape[0]):
            for level in range(5):
                change += (market.flows[worker, row, k, s, at.ENTERED_LEVEL + level]
                           - market.flows[worker, row, k, s, at.QUITTED_LEVEL + level])
        market.held[s, k] = change if row == 0 else market.held[s, k] + change
    if row > 0 and anyone_copies(handle):
        market.earned[s, t] = profit(handle, s, row)
    course, offer = market.course[row, s], market.offers[s]
    course[0], course[1], course[2], course[3] = offer[at.PRICE], offer[at.PREMIUM], offer[at.UNIT_COST], offer[at.CAPABILITY]
    for field in range(at.STANDING_FIELDS):
        course[at.COURSE_STANDING + field] = market.standing[s, field]
    course[at.COURSE_STANDING + at.STANDING_FIELDS] = f32(market.response[s, at.FOLLOWS])
    course[at.COURSE_STANDING + at.STANDING_FIELDS + 1] = f32(market.response[s, at.HARVESTING])
