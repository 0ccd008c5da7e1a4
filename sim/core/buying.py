"""Stage 4, purchase occasions: for each lot review, choice, encounter and learning (MODEL 5, 6, 9).

This period's buyers are listed side by side in scratch. What all of them do runs in loops without branches, so that it vectorises;
gathering from the tile and putting back is done lane by lane in between. Only who changes supplier is dealt with alone.
"""
import numpy as np

from sim.core import rules
from sim.core import scratch as on
from sim.core import state as at
from sim.core.arithmetic import ZERO, as_float, as_int, f32, i32, nearest, normal_quantile, u32
from sim.core.draws import uniforms
from sim.core.entering import between, quantile
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.lanes import cell, dyad, has_left, hearsay, last_purchase, purchases_in, put_whole, whole, with_purchase
from sim.core.relationships import begin_relationship, end_relationship
from sim.core.terms import C_INCIDENT, C_PRICE, CALLS_PER_LOT, CONTRACT, D_CHOICE, D_LOT, D_TASTE


@njit
def buy(handle, worker, tile, k, first, begin, end, t, scratch, book):
    """4  Purchase occasions, lot after lot: review or reorder, choose, change supplier or stay, have delivered and learn."""
    market = view(handle)
    y, sellers = market.behaviour, market.standing.shape[0]
    buyers = list_buyers(tile, begin, end, scratch)
    for lot in range(market.population.lots[k] if buyers > 0 else 0):
        deal_lot(market.luck, first, buyers, t, lot, scratch)
        reviewers = decide(tile, buyers, t, y.horizon_scale, y.tie_value, scratch, book)
        deal_choice(market.luck, first, reviewers, t, lot, sellers, scratch)
        choose(handle, tile, reviewers, t, scratch)
        movers = conclude(tile, buyers, scratch, book)
        for m in range(movers):
            move(handle, worker, tile, k, first, whole(scratch, on.MOVER, m), t, scratch, book)
        sign_contracts(handle, tile, k, reviewers, t, scratch)
        if y.learning > ZERO:
            deal_tastes(market.luck, first, buyers, scratch)
        collect(handle, tile, k, buyers, t, scratch)
        receive(y, buyers, t, market.discount_factor[t], scratch)
        put_back(tile, buyers, sellers, scratch)
        count_lots(buyers, sellers, scratch, book)
        if market.hearing:
            remember(tile, buyers, reviewers, sellers, scratch)
        if drops_levels(handle, t):
            count_by_level(tile, buyers, scratch, book)


@njit
def list_buyers(tile, begin, end, scratch):
    """Who has a purchase occasion: their lanes, and who served them when the occasion came."""
    buyers = 0
    for lane in range(begin, end):
        put_whole(scratch, on.LANE, buyers, lane)
        put_whole(scratch, on.SERVED_BY, buyers, whole(tile, at.INCUMBENT, lane))
        scratch[cell(on.ENTRY, buyers)] = tile[cell(at.ENTERED, lane)]
        comes = scratch[cell(on.U_OCCASION, lane)] < tile[cell(at.PURCHASE_RATE, lane)]
        put_whole(tile, at.HAPPENED, lane, i32(whole(tile, at.HAPPENED, lane) | (i32(at.OCCASION) if comes else i32(0))))
        buyers += 1 if comes else 0
    return buyers


@njit
def deal_lot(luck, first, buyers, t, lot, scratch):
    """The luck of one lot: whether the supplier is reviewed, how well the delivery turns out, how long a contract is."""
    for i in range(buyers):
        review, delivered, contract, _ = uniforms(luck, u32(first + u32(as_int(scratch[cell(on.LANE, i)]))), t, D_LOT, lot)
        scratch[cell(on.U_REVIEW, i)] = review
        scratch[cell(on.Z_DELIVERED, i)] = normal_quantile(delivered)
        scratch[cell(on.U_CONTRACT, i)] = contract


@njit
def decide(tile, buyers, t, horizon_scale, tie_value, scratch, book):
    """4a  Review or reorder: a buyer without supplier reviews; one under contract cannot; one with a grievance does; else by chance.

    Lists the reviewers with what their choice weighs, and returns their number. What is written for a buyer who does not review is
    written over by the next."""
    reviewers = 0
    for i in range(buyers):
        lane = whole(scratch, on.LANE, i)
        incumbent = whole(tile, at.INCUMBENT, lane)
        happened = whole(tile, at.HAPPENED, lane)
        horizon = tile[cell(at.TIME_HORIZON, lane)]
        free = t >= whole(tile, at.CONTRACT_END, lane)
        grievance = (happened & i32(at.INCIDENT)) != 0
        chance = rules.review_probability(tile[cell(at.PURCHASE_RATE, lane)], horizon)
        reviews = (incumbent < 0) | (free & (grievance | (scratch[cell(on.U_REVIEW, i)] < chance)))
        put_whole(tile, at.HAPPENED, lane, i32(happened | (i32(at.REVIEWED) if reviews else i32(0))))
        put_whole(scratch, on.INCUMBENT, i, incumbent)
        put_whole(scratch, on.CHOSEN, i, incumbent)
        put_whole(scratch, on.FREE, i, 1 if free else 0)
        put_whole(scratch, on.REVIEWER, reviewers, i)
        put_whole(scratch, on.REVIEWER_LANE, reviewers, lane)
        put_whole(scratch, on.REVIEWER_INCUMBENT, reviewers, incumbent)
        barrier = rules.leaving_cost(tile[cell(at.SWITCHING_COST, lane)], tie_value, tile[cell(at.TIE, lane)])
        scratch[cell(on.BARRIER, reviewers)] = barrier if incumbent >= 0 else ZERO
        scratch[cell(on.RETURNING, reviewers)] = tile[cell(at.RETURN_COST, lane)]
        scratch[cell(on.WEIGHT, reviewers)] = rules.horizon_weight(horizon, horizon_scale)
        scratch[cell(on.SENSITIVITY, reviewers)] = tile[cell(at.PRICE_SENSITIVITY, lane)]
        scratch[cell(on.KNOWN, reviewers)] = tile[cell(at.AWARE, lane)]
        scratch[cell(on.TENURE, reviewers)] = f32(t - whole(tile, at.SINCE, lane))
        book[incumbent, at.REVIEWS] += 1 if reviews else 0      # incumbent -1 books on the last row: nobody's account
        book[incumbent, at.REORDERS] += 0 if reviews else 1
        reviewers += 1 if reviews else 0
    return reviewers


@njit
def deal_choice(luck, first, reviewers, t, lot, sellers, scratch):
    """The luck of each reviewer with not buying (draw 0) and with every seller (draw s + 1)."""
    for call in range((sellers + 4) // 4):
        deal_four_options(luck, first, reviewers, t, lot * CALLS_PER_LOT + call, on.GUMBEL + 4 * call, scratch)
    for option in range(sellers + 1):
        for j in range(reviewers):
            scratch[cell(on.GUMBEL + option, j)] = rules.gumbel(scratch[cell(on.GUMBEL + option, j)])


@njit
def deal_four_options(luck, first, reviewers, t, call, row, scratch):
    """One call's four uniforms for every reviewer, into four rows. A function of its own: inside the loop over calls it stays scalar."""
    for j in range(reviewers):
        number = u32(first + u32(as_int(scratch[cell(on.REVIEWER_LANE, j)])))
        a, b, c, d = uniforms(luck, number, t, D_CHOICE, call)
        scratch[cell(row, j)] = a
        scratch[cell(row + 1, j)] = b
        scratch[cell(row + 2, j)] = c
        scratch[cell(row + 3, j)] = d


@njit
def choose(handle, tile, reviewers, t, scratch):
    """4b  Each reviewer takes the best of the sellers it knows and of not buying; -1 when not buying is best."""
    market = view(handle)
    y, sellers = market.behaviour, market.standing.shape[0]
    offers = market.offers
    fading = rules.fading(y.forgetting)
    for j in range(reviewers):
        scratch[cell(on.BEST, j)] = y.reserve + y.choice_noise * scratch[cell(on.GUMBEL, j)]
        put_whole(scratch, on.CHOICE, j, -1)
    for s in range(sellers):
        show(tile, s, sellers, reviewers, scratch)
        weigh(y, offers[s], s, fading, reviewers, t, scratch)
    for j in range(reviewers):
        scratch[cell(on.CHOSEN, whole(scratch, on.REVIEWER, j))] = scratch[cell(on.CHOICE, j)]


@njit
def show(tile, s, sellers, reviewers, scratch):
    """What each reviewer knows of one seller, gathered from its dyad, and its luck with it: `weigh` then reads rows that the compiler knows
    the place of (a row that depends on the seller kept it scalar, ten times as slow)."""
    for j in range(reviewers):
        lane = whole(scratch, on.REVIEWER_LANE, j)
        scratch[cell(on.VALUE, j)] = tile[cell(dyad(at.VALUE, s, sellers), lane)]
        scratch[cell(on.RELATIONSHIP, j)] = tile[cell(dyad(at.RELATIONSHIP, s, sellers), lane)]
        scratch[cell(on.BOND, j)] = tile[cell(dyad(at.BOND, s, sellers), lane)]
        scratch[cell(on.HISTORY, j)] = tile[cell(dyad(at.HISTORY, s, sellers), lane)]
        scratch[cell(on.LUCK, j)] = scratch[cell(on.GUMBEL + 1 + s, j)]


@njit
def weigh(y, offer, s, fading, reviewers, t, scratch):
    """One seller against the best so far."""
    price, per_period, most = offer[at.PRICE], offer[at.DISCOUNT_PER_PERIOD], offer[at.DISCOUNT_MOST]
    premium = offer[at.PREMIUM]
    seller, now = i32(s), i32(t + 1)
    for j in range(reviewers):
        mine = as_int(scratch[cell(on.REVIEWER_INCUMBENT, j)]) == seller
        history = as_int(scratch[cell(on.HISTORY, j)])
        reduced = rules.discounted(price, rules.account_points(scratch[cell(on.TENURE, j)], per_period, most, premium))
        u = rules.utility(scratch[cell(on.VALUE, j)], scratch[cell(on.RELATIONSHIP, j)], scratch[cell(on.BOND, j)],
                          scratch[cell(on.WEIGHT, j)], y.bond_value, scratch[cell(on.SENSITIVITY, j)], reduced if mine else price)
        returning = rules.returning_cost(scratch[cell(on.RETURNING, j)], fading, f32(i32(now - last_purchase(history))))
        u = u - (ZERO if mine else scratch[cell(on.BARRIER, j)])
        u = u - (returning if has_left(history) & (not mine) else ZERO)
        u = u + y.choice_noise * scratch[cell(on.LUCK, j)]
        known = ((as_int(scratch[cell(on.KNOWN, j)]) >> seller) & i32(1)) != i32(0)
        better = known & (u > scratch[cell(on.BEST, j)])
        scratch[cell(on.BEST, j)] = u if better else scratch[cell(on.BEST, j)]
        scratch[cell(on.CHOICE, j)] = as_float(seller) if better else scratch[cell(on.CHOICE, j)]


@njit
def conclude(tile, buyers, scratch, book):
    """What follows from the choices before delivery: purchases skipped, suppliers changed, grievances answered.

    Lists those who change supplier, and returns their number."""
    movers = 0
    for i in range(buyers):
        lane, s, incumbent = whole(scratch, on.LANE, i), whole(scratch, on.CHOSEN, i), whole(scratch, on.INCUMBENT, i)
        happened = whole(tile, at.HAPPENED, lane)
        skips = s < 0                                     # not buying is no defection: the incumbent stays
        moves = (not skips) & (s != incumbent)
        grievance = (happened & i32(at.INCIDENT)) != 0
        put_whole(scratch, on.CAUSE, i, C_INCIDENT if grievance else C_PRICE)
        put_whole(scratch, on.MOVER, movers, i)
        movers += 1 if moves else 0
        book[incumbent, at.SKIPS] += 1 if skips else 0
        # Under contract a grievance waits until the buyer may leave.
        happened = i32(happened & i32(~at.INCIDENT)) if (not skips) & (whole(scratch, on.FREE, i) == 1) else happened
        happened = i32(happened | (i32(at.SKIPPED) if skips else i32(0)) | (i32(at.SWITCHED) if moves & (incumbent >= 0) else i32(0)))
        put_whole(tile, at.HAPPENED, lane, happened)
    return movers


@njit
def move(handle, worker, tile, k, first, i, t, scratch, book):
    """One buyer changes supplier: the old relationship ends for its cause, a new one begins."""
    lane = whole(scratch, on.LANE, i)
    if whole(scratch, on.INCUMBENT, i) >= 0:
        end_relationship(handle, worker, tile, lane, k, t, whole(scratch, on.CAUSE, i), book)
    begin_relationship(handle, tile, lane, first + u32(lane), k, t, whole(scratch, on.CHOSEN, i), book)


@njit
def sign_contracts(handle, tile, k, reviewers, t, scratch):
    """A contract runs from every choice made in a review, where buyers of this type sign any."""
    market = view(handle)
    lengths = market.population.attributes[k, CONTRACT]
    if lengths[lengths.shape[0] - 1] > ZERO:
        for j in range(reviewers):
            if whole(scratch, on.CHOICE, j) >= 0:
                length = quantile(lengths, scratch[cell(on.U_CONTRACT, whole(scratch, on.REVIEWER, j))])
                put_whole(tile, at.CONTRACT_END, whole(scratch, on.REVIEWER_LANE, j), t + i32(nearest(length)))


@njit
def deal_tastes(luck, first, buyers, scratch):
    """Where in its quantile function each buyer's taste for its chosen seller lies: drawn from its entry, never stored."""
    for i in range(buyers):
        s = as_int(scratch[cell(on.CHOSEN, i)])           # a skipped purchase draws too, for nothing
        number = u32(first + u32(as_int(scratch[cell(on.LANE, i)])))
        entered = u32(as_int(scratch[cell(on.ENTRY, i)]))
        a, b, c, d = uniforms(luck, number, entered, D_TASTE, u32(s >> i32(2)))
        which = i32(s & i32(3))
        low, high = b if which == i32(1) else a, d if which == i32(3) else c
        u = high if which > i32(1) else low
        scratch[cell(on.TASTE_AT, i)] = rules.quantile_position(u, f32(at.QUANTILE_REACH), f32(at.QUANTILE_POINTS))


@njit
def collect(handle, tile, k, buyers, t, scratch):
    """Each buyer and the seller it has chosen, side by side in scratch: dyad, taste, offer, account."""
    market = view(handle)
    sellers = market.standing.shape[0]
    offers = market.offers
    learns = market.behaviour.learning > ZERO
    for i in range(buyers):
        lane, s = whole(scratch, on.LANE, i), max(whole(scratch, on.CHOSEN, i), 0)
        scratch[cell(on.VALUE, i)] = tile[cell(dyad(at.VALUE, s, sellers), lane)]
        scratch[cell(on.BOND, i)] = tile[cell(dyad(at.BOND, s, sellers), lane)]
        scratch[cell(on.HISTORY, i)] = tile[cell(dyad(at.HISTORY, s, sellers), lane)]
        scratch[cell(on.ORIENTED, i)] = tile[cell(at.RELATIONSHIP_ORIENTATION, lane)]
        scratch[cell(on.UNITS, i)] = tile[cell(at.VOLUME, lane)]
        scratch[cell(on.WORTH, i)] = tile[cell(at.WORTH, lane)]
        scratch[cell(on.TENURE, i)] = f32(t - whole(tile, at.SINCE, lane))
        scratch[cell(on.HAPPENED, i)] = tile[cell(at.HAPPENED, lane)]
        scratch[cell(on.G_HERE, i)] = scratch[cell(on.G_NOW, lane)]
        scratch[cell(on.TASTE_AT, i)] = between(market.population.tastes[k, s], scratch[cell(on.TASTE_AT, i)]) if learns else ZERO
        scratch[cell(on.QUALITY, i)] = offers[s, at.QUALITY]
        scratch[cell(on.CAPABILITY, i)] = offers[s, at.CAPABILITY]
        scratch[cell(on.PROMISE, i)] = offers[s, at.PROMISE]
        scratch[cell(on.PRICE, i)] = offers[s, at.PRICE]
        scratch[cell(on.UNIT_COST, i)] = offers[s, at.UNIT_COST]
        scratch[cell(on.PER_PERIOD, i)] = offers[s, at.DISCOUNT_PER_PERIOD]
        scratch[cell(on.MOST, i)] = offers[s, at.DISCOUNT_MOST]
        scratch[cell(on.PREMIUM, i)] = offers[s, at.PREMIUM]


@njit
def receive(y, buyers, t, discount_factor, scratch):
    """4c  Delivery: the promise kept or broken, the belief and the bond that follow, and the money."""
    for i in range(buyers):
        served = as_int(scratch[cell(on.SERVED_BY, i)]) == as_int(scratch[cell(on.CHOSEN, i)])
        quality = scratch[cell(on.QUALITY, i)]
        delivered = rules.delivered_value(quality, scratch[cell(on.CAPABILITY, i)], y.delivery_spread, scratch[cell(on.Z_DELIVERED, i)])
        kept = rules.promise_kept(delivered, scratch[cell(on.G_HERE, i)] if served else ZERO, scratch[cell(on.PROMISE, i)] * quality,
                                  y.tolerance)
        history = with_purchase(as_int(scratch[cell(on.HISTORY, i)]), t)
        weight = y.learning * rules.learning_weight(f32(purchases_in(history)), y.slowest_learning)
        value, bond = scratch[cell(on.VALUE, i)], scratch[cell(on.BOND, i)]
        learnt = rules.updated_belief(value, delivered + scratch[cell(on.TASTE_AT, i)], weight, y.loss_aversion)
        closer, damaged = rules.tended(bond, y.promise_bond, scratch[cell(on.ORIENTED, i)]), rules.decayed(bond, y.bond_damage)
        points = rules.account_points(scratch[cell(on.TENURE, i)], scratch[cell(on.PER_PERIOD, i)], scratch[cell(on.MOST, i)],
                                      scratch[cell(on.PREMIUM, i)])
        units = i32(nearest(scratch[cell(on.UNITS, i)] * f32(at.UNIT_PARTS)))
        margin = rules.discounted(scratch[cell(on.PRICE, i)], points) - scratch[cell(on.UNIT_COST, i)]
        earned = discount_factor * (f32(units) * f32(1 / at.UNIT_PARTS)) * margin
        happened = i32(i32(as_int(scratch[cell(on.HAPPENED, i)]) + i32(1 << at.BOUGHT_SHIFT))
                       | (i32(0) if kept else i32(at.BROKEN | at.INCIDENT)))
        scratch[cell(on.VALUE, i)] = learnt if y.learning > ZERO else value
        scratch[cell(on.BOND, i)] = closer if kept else damaged
        scratch[cell(on.HISTORY, i)] = as_float(history)
        scratch[cell(on.WORTH, i)] = scratch[cell(on.WORTH, i)] + earned
        scratch[cell(on.HAPPENED, i)] = as_float(happened)
        scratch[cell(on.UNITS, i)] = as_float(units)
        scratch[cell(on.POINTS, i)] = as_float(points)
        scratch[cell(on.HANDED_OVER, i)] = delivered
        scratch[cell(on.WAS_KEPT, i)] = as_float(i32(1) if kept else i32(0))


@njit
def put_back(tile, buyers, sellers, scratch):
    """What the encounters have changed goes back to those who bought."""
    for i in range(buyers):
        lane, s = whole(scratch, on.LANE, i), whole(scratch, on.CHOSEN, i)
        if s >= 0:
            tile[cell(dyad(at.VALUE, s, sellers), lane)] = scratch[cell(on.VALUE, i)]
            tile[cell(dyad(at.BOND, s, sellers), lane)] = scratch[cell(on.BOND, i)]
            tile[cell(dyad(at.HISTORY, s, sellers), lane)] = scratch[cell(on.HISTORY, i)]
            tile[cell(at.WORTH, lane)] = scratch[cell(on.WORTH, i)]
            tile[cell(at.HAPPENED, lane)] = scratch[cell(on.HAPPENED, i)]


@njit
def count_lots(buyers, sellers, scratch, book):
    """Book the lots, seller by seller."""
    for s in range(sellers):
        seller = i32(s)
        lots, kept = i32(0), i32(0)
        units, wallet, repeat, discount = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
        for i in range(buyers):
            chosen, served = as_int(scratch[cell(on.CHOSEN, i)]), as_int(scratch[cell(on.SERVED_BY, i)])
            mine, account = chosen == seller, (served == seller) & (chosen >= i32(0))
            volume = as_int(scratch[cell(on.UNITS, i)])
            lots = i32(lots + i32(mine))
            kept = i32(kept + (as_int(scratch[cell(on.WAS_KEPT, i)]) if mine else i32(0)))
            units += np.int64(volume if mine else i32(0))
            wallet += np.int64(volume if account else i32(0))
            repeat += np.int64(volume if account & mine else i32(0))
            discount += np.int64(volume if mine else i32(0)) * np.int64(as_int(scratch[cell(on.POINTS, i)]))
        book[s, at.LOTS] += lots
        book[s, at.KEPT] += kept
        book[s, at.BROKEN_PROMISES] += lots - kept
        book[s, at.UNITS] += units
        book[s, at.UNITS_WALLET] += wallet
        book[s, at.UNITS_REPEAT] += repeat
        book[s, at.DISCOUNT] += discount


@njit
def remember(tile, buyers, reviewers, sellers, scratch):
    """What was delivered, to tell of it later; a review has weighed what was recommended, which is then forgotten."""
    for i in range(buyers):
        if whole(scratch, on.CHOSEN, i) >= 0:
            tile[cell(hearsay(at.DELIVERED, sellers), whole(scratch, on.LANE, i))] = scratch[cell(on.HANDED_OVER, i)]
    for j in range(reviewers):
        put_whole(tile, hearsay(at.RECOMMENDED, sellers), whole(scratch, on.REVIEWER_LANE, j), -1)


@njit
def drops_levels(handle, t):
    """Whether any seller gives up levels that do not pay, and so needs to know what accounts at a level buy."""
    market = view(handle)
    for s in range(market.standing.shape[0]):
        if market.strategy.answers[market.strategy.epoch[t], s, at.DROP_LAG] > ZERO:
            return True
    return False


@njit
def count_by_level(tile, buyers, scratch, book):
    """Book the units by the level at which the buyer is served."""
    for i in range(buyers):
        s = whole(scratch, on.CHOSEN, i)
        if s >= 0:
            book[s, at.SOLD_LEVEL + whole(tile, at.LEVEL, whole(scratch, on.LANE, i))] += whole(scratch, on.UNITS, i)
