"""Stage 4, purchase occasions: for each lot review, choice, encounter and learning (MODEL 5, 6, 9)."""
import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.core.arithmetic import ZERO, as_int, f32, i32, nearest, normal_quantile, u32
from sim.core.draws import uniforms
from sim.core.entering import between, quantile
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.lanes import (
    cell,
    dyad,
    has_left,
    last_purchase,
    purchases_in,
    put_whole,
    whole,
    with_purchase,
)
from sim.core.relationships import begin_relationship, end_relationship
from sim.core.scratch import (
    CHOSEN,
    ENTRY,
    G_NOW,
    GUMBEL,
    LANE,
    REVIEWER,
    REVIEWER_LANE,
    REVIEWING,
    SERVED_BY,
    TASTE_AT,
    U_CONTRACT,
    U_OCCASION,
    U_REVIEW,
    Z_DELIVERED,
)
from sim.core.terms import (
    C_INCIDENT,
    C_PRICE,
    CALLS_PER_LOT,
    CONTRACT,
    D_CHOICE,
    D_LOT,
    D_TASTE,
)


@njit
def buy(handle, worker, tile, k, first, begin, end, t, scratch, book):
    """4  Purchase occasions: each lot is reviewed or reordered, chosen, delivered and learnt from, lot after lot.

    The buyers of this period are listed in scratch, so that their luck is dealt in loops that vectorise."""
    market = view(handle)
    buyers = list_buyers(tile, begin, end, scratch)
    for lot in range(market.population.lots[k] if buyers > 0 else 0):
        deal_lot(market.luck, first, buyers, t, lot, scratch)
        reviewers = decide(tile, buyers, t, scratch, book)
        deal_choice(market.luck, first, reviewers, t, lot, market.standing.shape[0], scratch)
        choose(handle, tile, reviewers, t, scratch)
        settle_choices(handle, worker, tile, k, first, buyers, t, scratch, book)
        if market.behaviour.learning > ZERO:
            deal_tastes(market.luck, first, buyers, scratch)
        for i in range(buyers):
            if whole(scratch, CHOSEN, i) >= 0:
                encounter(handle, tile, i, k, t, scratch, book)


@njit
def list_buyers(tile, begin, end, scratch):
    """Who has a purchase occasion: their lanes, and who served them when the occasion came."""
    buyers = 0
    for lane in range(begin, end):
        put_whole(scratch, LANE, buyers, lane)
        if scratch[cell(U_OCCASION, lane)] < tile[cell(at.PURCHASE_RATE, lane)]:
            put_whole(scratch, SERVED_BY, buyers, whole(tile, at.INCUMBENT, lane))
            scratch[cell(ENTRY, buyers)] = tile[cell(at.ENTERED, lane)]
            put_whole(tile, at.HAPPENED, lane, i32(whole(tile, at.HAPPENED, lane) | i32(at.OCCASION)))
            buyers += 1
    return buyers


@njit
def deal_lot(luck, first, buyers, t, lot, scratch):
    """The luck of one lot: whether the supplier is reviewed, how well the delivery turns out, how long a contract is."""
    for i in range(buyers):
        review, delivered, contract, _ = uniforms(luck, u32(first + u32(as_int(scratch[cell(LANE, i)]))), t, D_LOT, lot)
        scratch[cell(U_REVIEW, i)] = review
        scratch[cell(Z_DELIVERED, i)] = normal_quantile(delivered)
        scratch[cell(U_CONTRACT, i)] = contract


@njit(inlined=True)
def decide(tile, buyers, t, scratch, book):
    """4a  Review or reorder: a buyer without supplier reviews; one under contract cannot; one with a grievance does; else by chance.

    Lists the reviewers and returns their number."""
    reviewers = 0
    for i in range(buyers):
        lane = whole(scratch, LANE, i)
        incumbent = whole(tile, at.INCUMBENT, lane)
        happened = whole(tile, at.HAPPENED, lane)
        free = t >= whole(tile, at.CONTRACT_END, lane)
        chance = rules.review_probability(tile[cell(at.PURCHASE_RATE, lane)], tile[cell(at.TIME_HORIZON, lane)])
        reviews = incumbent < 0 or (free and ((happened & i32(at.INCIDENT)) != 0 or scratch[cell(U_REVIEW, i)] < chance))
        put_whole(scratch, REVIEWING, i, 1 if reviews else 0)
        put_whole(scratch, CHOSEN, i, incumbent)
        put_whole(scratch, REVIEWER, reviewers, i)
        put_whole(scratch, REVIEWER_LANE, reviewers, lane)
        if reviews:
            reviewers += 1
            put_whole(tile, at.HAPPENED, lane, i32(happened | i32(at.REVIEWED)))
            book[incumbent, at.REVIEWS] += 1              # incumbent -1 books on the last row: nobody's account
        else:
            book[incumbent, at.REORDERS] += 1
    return reviewers


@njit
def deal_choice(luck, first, reviewers, t, lot, sellers, scratch):
    """The luck of each reviewer with not buying (draw 0) and with every seller (draw s + 1)."""
    for call in range((sellers + 4) // 4):
        deal_four_options(luck, first, reviewers, t, lot * CALLS_PER_LOT + call, GUMBEL + 4 * call, scratch)
    for option in range(sellers + 1):
        for j in range(reviewers):
            scratch[cell(GUMBEL + option, j)] = rules.gumbel(scratch[cell(GUMBEL + option, j)])


@njit
def deal_four_options(luck, first, reviewers, t, call, row, scratch):
    """One call's four uniforms for every reviewer, into four rows. A function of its own: inside the loop over calls it stays scalar."""
    for j in range(reviewers):
        number = u32(first + u32(as_int(scratch[cell(REVIEWER_LANE, j)])))
        a, b, c, d = uniforms(luck, number, t, D_CHOICE, call)
        scratch[cell(row, j)] = a
        scratch[cell(row + 1, j)] = b
        scratch[cell(row + 2, j)] = c
        scratch[cell(row + 3, j)] = d


@njit(inlined=True)
def choose(handle, tile, reviewers, t, scratch):
    """4b  Each reviewer takes the best of the sellers it knows and of not buying; -1 when not buying is best."""
    market = view(handle)
    y, sellers = market.behaviour, market.standing.shape[0]
    offers = market.strategy.offers[market.strategy.epoch[t]]
    fading = rules.fading(y.forgetting)
    for j in range(reviewers):
        i = whole(scratch, REVIEWER, j)
        lane = whole(scratch, LANE, i)
        incumbent = whole(tile, at.INCUMBENT, lane)
        known = u32(whole(tile, at.AWARE, lane))
        weight = rules.horizon_weight(tile[cell(at.TIME_HORIZON, lane)], y.horizon_scale)
        sensitivity = tile[cell(at.PRICE_SENSITIVITY, lane)]
        barrier = ZERO
        if incumbent >= 0:
            barrier = rules.leaving_cost(tile[cell(at.SWITCHING_COST, lane)], y.tie_value, tile[cell(at.TIE, lane)])
        best, best_utility = -1, y.reserve + y.choice_noise * scratch[cell(GUMBEL, j)]
        for s in range(sellers):
            price = offers[s, at.PRICE]
            if s == incumbent:
                tenure = f32(t - whole(tile, at.SINCE, lane))
                points = rules.discount_points(tenure, offers[s, at.DISCOUNT_PER_PERIOD], offers[s, at.DISCOUNT_MOST])
                price = rules.discounted(price, points)
            u = rules.utility(tile[cell(dyad(at.VALUE, s, sellers), lane)], tile[cell(dyad(at.RELATIONSHIP, s, sellers), lane)],
                              tile[cell(dyad(at.BOND, s, sellers), lane)], weight, y.bond_value, sensitivity, price)
            if s != incumbent:
                history = whole(tile, dyad(at.HISTORY, s, sellers), lane)
                u -= barrier
                if has_left(history):
                    u -= rules.returning_cost(tile[cell(at.RETURN_COST, lane)], fading, f32(t + 1 - last_purchase(history)))
            u += y.choice_noise * scratch[cell(GUMBEL + 1 + s, j)]
            if u > best_utility and (known >> u32(s)) & u32(1):
                best, best_utility = s, u
        put_whole(scratch, CHOSEN, i, best)


@njit(inlined=True)
def settle_choices(handle, worker, tile, k, first, buyers, t, scratch, book):
    """What follows from a choice before delivery: a skipped purchase, a change of supplier, a contract, a grievance answered."""
    market = view(handle)
    contracts = market.population.attributes[k, CONTRACT]
    any_contract = contracts[contracts.shape[0] - 1] > ZERO
    for i in range(buyers):
        lane, s = whole(scratch, LANE, i), whole(scratch, CHOSEN, i)
        incumbent, happened = whole(tile, at.INCUMBENT, lane), whole(tile, at.HAPPENED, lane)
        free = t >= whole(tile, at.CONTRACT_END, lane)
        if s < 0:                                         # not buying is no defection: the incumbent stays
            book[incumbent, at.SKIPS] += 1
            put_whole(tile, at.HAPPENED, lane, i32(happened | i32(at.SKIPPED)))
            continue
        if s != incumbent:
            if incumbent >= 0:
                cause = C_INCIDENT if (happened & i32(at.INCIDENT)) != 0 else C_PRICE
                happened |= i32(at.SWITCHED)
                end_relationship(handle, worker, tile, lane, k, t, cause, book)
            begin_relationship(handle, tile, lane, first + u32(lane), k, t, s, book)
        if any_contract and whole(scratch, REVIEWING, i) == 1:
            put_whole(tile, at.CONTRACT_END, lane, t + i32(nearest(quantile(contracts, scratch[cell(U_CONTRACT, i)]))))
        if free:                                          # under contract a grievance waits until the buyer may leave
            happened &= i32(~at.INCIDENT)
        put_whole(tile, at.HAPPENED, lane, happened)


@njit
def deal_tastes(luck, first, buyers, scratch):
    """Where in its quantile function each buyer's taste for its chosen seller lies: drawn from its entry, never stored."""
    for i in range(buyers):
        s = as_int(scratch[cell(CHOSEN, i)])              # a skipped purchase draws too, for nothing
        number = u32(first + u32(as_int(scratch[cell(LANE, i)])))
        entered = u32(as_int(scratch[cell(ENTRY, i)]))
        a, b, c, d = uniforms(luck, number, entered, D_TASTE, u32(s >> i32(2)))
        which = i32(s & i32(3))
        low, high = b if which == i32(1) else a, d if which == i32(3) else c
        u = high if which > i32(1) else low
        scratch[cell(TASTE_AT, i)] = rules.quantile_position(u, f32(at.QUANTILE_REACH), f32(at.QUANTILE_POINTS))


@njit(inlined=True)
def encounter(handle, tile, i, k, t, scratch, book):
    """4c  Delivery to the buyer in place i of the list: the promise kept or broken, belief and bond that follow, and the money."""
    market = view(handle)
    lane, s, served_by = whole(scratch, LANE, i), whole(scratch, CHOSEN, i), whole(scratch, SERVED_BY, i)
    y, sellers = market.behaviour, market.standing.shape[0]
    offer = market.strategy.offers[market.strategy.epoch[t], s]
    happened = i32(whole(tile, at.HAPPENED, lane) + i32(1 << at.BOUGHT_SHIFT))
    delivered = rules.delivered_value(offer[at.QUALITY], offer[at.CAPABILITY], y.delivery_spread, scratch[cell(Z_DELIVERED, i)])
    g_now = scratch[cell(G_NOW, lane)] if s == served_by else ZERO
    kept = rules.promise_kept(delivered, g_now, offer[at.PROMISE] * offer[at.QUALITY], y.tolerance)
    if not kept:
        happened |= i32(at.BROKEN | at.INCIDENT)
    put_whole(tile, at.HAPPENED, lane, happened)
    history = with_purchase(whole(tile, dyad(at.HISTORY, s, sellers), lane), t)
    put_whole(tile, dyad(at.HISTORY, s, sellers), lane, history)
    if y.learning > ZERO:
        experience = delivered + between(market.population.tastes[k, s], scratch[cell(TASTE_AT, i)])
        weight = y.learning * rules.learning_weight(f32(purchases_in(history)), y.slowest_learning)
        row = dyad(at.VALUE, s, sellers)
        tile[cell(row, lane)] = rules.updated_belief(tile[cell(row, lane)], experience, weight, y.loss_aversion)
    row = dyad(at.BOND, s, sellers)
    bond = tile[cell(row, lane)]
    tile[cell(row, lane)] = (rules.tended(bond, y.promise_bond, tile[cell(at.RELATIONSHIP_ORIENTATION, lane)]) if kept
                             else rules.decayed(bond, y.bond_damage))
    tenure = f32(t - whole(tile, at.SINCE, lane))
    points = rules.discount_points(tenure, offer[at.DISCOUNT_PER_PERIOD], offer[at.DISCOUNT_MOST])
    units = i32(nearest(tile[cell(at.VOLUME, lane)] * f32(at.UNIT_PARTS)))
    margin = rules.discounted(offer[at.PRICE], points) - offer[at.UNIT_COST]
    tile[cell(at.WORTH, lane)] += market.discount_factor[t] * (f32(units) * f32(1 / at.UNIT_PARTS)) * margin
    book[s, at.LOTS] += 1
    book[s, at.UNITS] += units
    book[s, at.DISCOUNT] += np.int64(units) * points
    book[s, at.KEPT if kept else at.BROKEN_PROMISES] += 1
    if served_by >= 0:
        book[served_by, at.UNITS_WALLET] += units
        if s == served_by:
            book[s, at.UNITS_REPEAT] += units
