"""Stage 4, purchase occasions: for each lot review, choice, encounter and learning (MODEL 5, 6, 9).

This period's buyers are pressed together into a tile of their own in scratch (`pressing.press`) and spread out again at the end. What all
of them do runs in loops without branches, so that it vectorises. Only who changes supplier is dealt with alone.
"""
import numpy as np

from sim.core import rules
from sim.core import scratch as on
from sim.core import state as at
from sim.core.arithmetic import ZERO, as_float, as_int, f32, i32, i64, nearest, normal_quantile, u32
from sim.core.draws import uniforms
from sim.core.entering import between, deal_tastes, quantile
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
    last_purchase,
    level_in,
    purchases_in,
    put_whole,
    whole,
    with_purchase,
)
from sim.core.picking import pick_dyads, pick_numbers
from sim.core.pressing import press, spread, whole_vectors
from sim.core.relationships import begin_relationship, end_relationship
from sim.core.terms import C_INCIDENT, C_PRICE, CALLS_PER_LOT, CONTRACT, D_CHOICE, D_LOT, D_RECOGNITION

NOBODY = i32(-2)        # serves a lane that only fills up a list; -1 is no supplier


@njit(merged=True)
def buy(handle, worker, tile, k, first, begin, end, t, scratch, book):
    """4  Purchase occasions, lot after lot: review or reorder, choose, change supplier or stay, have delivered and learn."""
    market = view(handle)
    y, sellers = market.behaviour, market.standing.shape[0]
    listed, rows = scratch[cell(on.LISTED, 0):], rows_of(sellers, market.hearing)
    buyers = list_buyers(tile, listed, rows, begin, end, scratch)
    width = fill_up(buyers, scratch)
    lay_offers(handle, sellers, scratch)
    for lot in range(market.population.lots[k] if buyers > 0 else 0):
        deal_lot(market.luck, first, width, t, lot, scratch)
        reviewers = decide(buyers, width, t, y.horizon_scale, y.tie_value, scratch)
        deal_choice(market.luck, first, whole_vectors(reviewers), t, lot, sellers, scratch)
        choose(handle, listed, buyers, whole_vectors(reviewers), t, scratch)
        movers = conclude(buyers, width, scratch)
        count_decisions(width, sellers, scratch, book)
        end_relationships(handle, worker, listed, k, movers, t, scratch, book)
        deal_records(market.luck, first, whole_vectors(movers), scratch)
        begin_relationships(handle, listed, k, movers, t, scratch, book)
        sign_contracts(handle, listed, k, reviewers, t, scratch)
        if y.learning > ZERO:
            deal_tastes(market.luck, first, width, scratch)
        collect(handle, k, width, scratch)
        receive(y, width, t, market.discount_factor[t], scratch)
        put_back(listed, width, sellers, scratch)
        count_lots(width, sellers, scratch, book)
        if market.hearing:
            remember(listed, buyers, reviewers, sellers, scratch)
        if drops_levels(handle, t):
            count_by_level(listed, buyers, scratch, book)
    unlist_buyers(tile, listed, buyers, rows, sellers, begin, end, scratch)


@njit
def fill_up(buyers, scratch):
    """The list's lanes in whole vectors; what fills it up is nobody's account, so that nothing of it is booked or put back."""
    width = whole_vectors(buyers)
    for i in range(buyers, width):
        put_whole(scratch, on.LISTED + at.INCUMBENT, i, NOBODY)
        put_whole(scratch, on.SERVED_BY, i, NOBODY)
    return width


@njit
def rows_of(sellers, hearing):
    """Rows of a tile (`state.rows`)."""
    return dyad(at.DYAD_ROWS, 0, sellers) + (at.HEARSAY_ROWS if hearing else 0)


@njit
def list_buyers(tile, listed, rows, begin, end, scratch):
    """Who has a purchase occasion: their lanes, their rows side by side, and who served them when the occasion came."""
    for lane in range(begin, end):
        comes = scratch[cell(on.U_OCCASION, lane)] < tile[cell(at.PURCHASE_RATE, lane)]
        put_whole(tile, at.HAPPENED, lane, i32(whole(tile, at.HAPPENED, lane) | (i32(at.OCCASION) if comes else i32(0))))
        put_whole(scratch, on.COMES, lane, i32(comes))
        put_whole(scratch, on.LANE, lane, lane)
    press(scratch, on.LANE, 1, scratch, on.LANE, scratch, on.COMES, begin, end)
    press(scratch, on.G_NOW, 1, scratch, on.G_HERE, scratch, on.COMES, begin, end)
    press(tile, at.INCUMBENT, 1, scratch, on.SERVED_BY, scratch, on.COMES, begin, end)
    return press(tile, 0, rows, listed, 0, scratch, on.COMES, begin, end)


@njit
def unlist_buyers(tile, listed, buyers, rows, sellers, begin, end, scratch):
    """What a purchase may have changed goes back to those who bought: all but what the buyer is and believes of relationships."""
    if buyers > 0:
        changed, bonds = at.TIE, dyad(at.BOND, 0, sellers)
        spread(listed, changed, dyad(at.RELATIONSHIP, 0, sellers) - changed, tile, changed, scratch, on.COMES, begin, end)
        spread(listed, bonds, rows - bonds, tile, bonds, scratch, on.COMES, begin, end)


@njit
def deal_lot(luck, first, buyers, t, lot, scratch):
    """The luck of one lot: whether the supplier is reviewed, how well the delivery turns out, how long a contract is."""
    for i in range(buyers):
        review, delivered, contract, _ = uniforms(luck, u32(first + u32(as_int(scratch[cell(on.LANE, i)]))), t, D_LOT, lot)
        scratch[cell(on.U_REVIEW, i)] = review
        scratch[cell(on.Z_DELIVERED, i)] = normal_quantile(delivered)
        scratch[cell(on.U_CONTRACT, i)] = contract


@njit
def decide(buyers, width, t, horizon_scale, tie_value, scratch):
    """4a  Review or reorder: a buyer without supplier reviews; one under contract cannot; one with a grievance does; else by chance.

    Lists the reviewers with what their choice weighs, and returns their number."""
    for i in range(width):
        incumbent = whole(scratch, on.LISTED + at.INCUMBENT, i)
        happened = whole(scratch, on.LISTED + at.HAPPENED, i)
        horizon = scratch[cell(on.LISTED + at.TIME_HORIZON, i)]
        free = i32(t) >= contract_end_in(whole(scratch, on.LISTED + at.AGREEMENT, i))
        grievance = (happened & i32(at.INCIDENT)) != i32(0)
        chance = rules.review_probability(scratch[cell(on.LISTED + at.PURCHASE_RATE, i)], horizon)
        reviews = (incumbent < i32(0)) | (free & (grievance | (scratch[cell(on.U_REVIEW, i)] < chance)))
        put_whole(scratch, on.LISTED + at.HAPPENED, i, i32(happened | (i32(at.REVIEWED) if reviews else i32(0))))
        put_whole(scratch, on.INCUMBENT, i, incumbent)
        put_whole(scratch, on.CHOSEN, i, incumbent)
        put_whole(scratch, on.FREE, i, i32(free))
        put_whole(scratch, on.REVIEWS, i, i32(reviews))
    lay_weights(width, t, horizon_scale, tie_value, scratch)
    return press(scratch, on.REVIEWER, on.REVIEWER_ROWS, scratch, on.REVIEWER, scratch, on.REVIEWS, 0, buyers)


@njit
def lay_weights(buyers, t, horizon_scale, tie_value, scratch):
    """What the choice would weigh for each buyer."""
    for i in range(buyers):
        incumbent = whole(scratch, on.INCUMBENT, i)
        put_whole(scratch, on.REVIEWER, i, i)
        scratch[cell(on.REVIEWER_LANE, i)] = scratch[cell(on.LANE, i)]
        put_whole(scratch, on.REVIEWER_INCUMBENT, i, incumbent)
        barrier = rules.leaving_cost(scratch[cell(on.LISTED + at.SWITCHING_COST, i)], tie_value, scratch[cell(on.LISTED + at.TIE, i)])
        scratch[cell(on.BARRIER, i)] = barrier if incumbent >= i32(0) else ZERO
        scratch[cell(on.RETURNING, i)] = scratch[cell(on.LISTED + at.RETURN_COST, i)]
        scratch[cell(on.WEIGHT, i)] = rules.horizon_weight(scratch[cell(on.LISTED + at.TIME_HORIZON, i)], horizon_scale)
        scratch[cell(on.SENSITIVITY, i)] = scratch[cell(on.LISTED + at.PRICE_SENSITIVITY, i)]
        scratch[cell(on.KNOWN, i)] = scratch[cell(on.LISTED + at.AWARE, i)]
        scratch[cell(on.TENURE, i)] = f32(i32(i32(t) - whole(scratch, on.LISTED + at.SINCE, i)))


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
def choose(handle, listed, buyers, reviewers, t, scratch):
    """4b  Each reviewer takes the best of the sellers it knows and of not buying; -1 when not buying is best."""
    market = view(handle)
    y, sellers = market.behaviour, market.standing.shape[0]
    offers = market.offers
    fading = rules.fading(y.forgetting)
    for j in range(reviewers):
        scratch[cell(on.BEST, j)] = y.reserve + y.choice_noise * scratch[cell(on.GUMBEL, j)]
        put_whole(scratch, on.CHOICE, j, -1)
    for s in range(sellers):
        show(listed, s, sellers, buyers, reviewers, scratch)
        weigh(y, offers[s], s, fading, reviewers, t, scratch)
    spread(scratch, on.CHOICE, 1, scratch, on.CHOSEN, scratch, on.REVIEWS, 0, buyers)


@njit
def show(listed, s, sellers, buyers, reviewers, scratch):
    """What each reviewer knows of one seller, from its dyad, and its luck with it: `weigh` then reads rows that the compiler knows the
    place of (a row that depends on the seller kept it scalar, ten times as slow)."""
    press(listed, dyad(at.VALUE, s, sellers), 1, scratch, on.VALUE, scratch, on.REVIEWS, 0, buyers)
    press(listed, dyad(at.RELATIONSHIP, s, sellers), 1, scratch, on.RELATIONSHIP, scratch, on.REVIEWS, 0, buyers)
    press(listed, dyad(at.BOND, s, sellers), 1, scratch, on.BOND, scratch, on.REVIEWS, 0, buyers)
    press(listed, dyad(at.HISTORY, s, sellers), 1, scratch, on.HISTORY, scratch, on.REVIEWS, 0, buyers)
    for j in range(reviewers):
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
def conclude(buyers, width, scratch):
    """What follows from the choices before delivery: purchases skipped, suppliers changed, grievances answered.

    Lists those who change supplier, and returns their number."""
    for i in range(width):
        s, incumbent = whole(scratch, on.CHOSEN, i), whole(scratch, on.INCUMBENT, i)
        happened = whole(scratch, on.LISTED + at.HAPPENED, i)
        skips = s < i32(0)                                # not buying is no defection: the incumbent stays
        moves = (not skips) & (s != incumbent)
        grievance = (happened & i32(at.INCIDENT)) != i32(0)
        put_whole(scratch, on.CAUSE, i, i32(C_INCIDENT) if grievance else i32(C_PRICE))
        put_whole(scratch, on.MOVES, i, i32(moves))
        put_whole(scratch, on.MOVER, i, i)
        # Under contract a grievance waits until the buyer may leave.
        answered = (not skips) & (whole(scratch, on.FREE, i) != i32(0))
        happened = i32(happened & (i32(~at.INCIDENT) if answered else i32(-1)))
        happened = i32(happened | (i32(at.SKIPPED) if skips else i32(0)) | (i32(at.SWITCHED) if moves & (incumbent >= i32(0)) else i32(0)))
        put_whole(scratch, on.LISTED + at.HAPPENED, i, happened)
    press(scratch, on.LANE, 1, scratch, on.MOVER_LANE, scratch, on.MOVES, 0, buyers)
    press(scratch, on.CHOSEN, 1, scratch, on.MOVES_TO, scratch, on.MOVES, 0, buyers)
    press(scratch, on.LISTED + at.ENTERED, 1, scratch, on.MOVER_ENTERED, scratch, on.MOVES, 0, buyers)
    return press(scratch, on.MOVER, 1, scratch, on.MOVER, scratch, on.MOVES, 0, buyers)


@njit
def count_decisions(buyers, sellers, scratch, book):
    """Book reviews, reorders and purchases skipped by the incumbent; -1 books on the last row: nobody's account."""
    for s in range(-1, sellers):
        seller, counts = i32(s), i32(0)
        for i in range(buyers):
            mine = as_int(scratch[cell(on.INCUMBENT, i)]) == seller
            reviewed = as_int(scratch[cell(on.REVIEWS, i)]) != i32(0)
            skipped = as_int(scratch[cell(on.CHOSEN, i)]) < i32(0)
            one = i32((i32(1) if reviewed else i32(1 << 10)) | (i32(1 << 20) if skipped else i32(0)))     # ten bits to a count
            counts = i32(counts + (one if mine else i32(0)))
        book[s, at.REVIEWS] += counts & 1023
        book[s, at.REORDERS] += (counts >> 10) & 1023
        book[s, at.SKIPS] += counts >> 20


@njit
def end_relationships(handle, worker, listed, k, movers, t, scratch, book):
    """Those who change supplier leave the one they have, for their cause."""
    for m in range(movers):
        i = index(scratch, on.MOVER, m)
        if whole(scratch, on.INCUMBENT, i) >= 0:
            end_relationship(handle, worker, listed, i, k, t, index(scratch, on.CAUSE, i), book)


@njit
def deal_records(luck, first, movers, scratch):
    """The luck of each new account with its seller's records: whether they show the right type, and which one otherwise."""
    for m in range(movers):
        number, entered = u32(first + u32(as_int(scratch[cell(on.MOVER_LANE, m)]))), u32(as_int(scratch[cell(on.MOVER_ENTERED, m)]))
        right, which, _, _ = uniforms(luck, number, entered, D_RECOGNITION, u32(as_int(scratch[cell(on.MOVES_TO, m)])))
        scratch[cell(on.U_RIGHT, m)] = right
        scratch[cell(on.U_WHICH, m)] = which


@njit
def begin_relationships(handle, listed, k, movers, t, scratch, book):
    """They become accounts of the seller that they have chosen."""
    for m in range(movers):
        right, which = scratch[cell(on.U_RIGHT, m)], scratch[cell(on.U_WHICH, m)]
        begin_relationship(handle, listed, index(scratch, on.MOVER, m), k, t, index(scratch, on.MOVES_TO, m), right, which, book)


@njit
def sign_contracts(handle, listed, k, reviewers, t, scratch):
    """A contract runs from every choice made in a review, where buyers of this type sign any."""
    market = view(handle)
    lengths = market.population.attributes[k, CONTRACT]
    if lengths[lengths.shape[0] - 1] > ZERO:
        for j in range(reviewers):
            if whole(scratch, on.CHOICE, j) >= 0:
                length = quantile(lengths, scratch[cell(on.U_CONTRACT, index(scratch, on.REVIEWER, j))])
                i = index(scratch, on.REVIEWER, j)
                put_whole(listed, at.AGREEMENT, i, agreement_on(level_in(whole(listed, at.AGREEMENT, i)), t + i32(nearest(length))))


@njit
def lay_offers(handle, sellers, scratch):
    """The table of offers: a line for each seller."""
    market = view(handle)
    for s in range(sellers):
        offer, begin = market.offers[s], s * (1 + len(on.CHOSEN_OFFER))
        put_whole(scratch, on.TABLE, begin, s)
        for field, number in enumerate((offer[at.QUALITY], offer[at.CAPABILITY], offer[at.PROMISE], offer[at.PRICE], offer[at.UNIT_COST],
                                        offer[at.DISCOUNT_PER_PERIOD], offer[at.DISCOUNT_MOST], offer[at.PREMIUM])):
            scratch[cell(on.TABLE, begin + 1 + field)] = number


@njit
def collect(handle, k, buyers, scratch):
    """The seller that each buyer has chosen: their dyad and its offer, side by side in scratch; and the buyer's taste."""
    market = view(handle)
    sellers = market.standing.shape[0]
    pick_dyads(scratch, on.LISTED, (at.VALUE, at.BOND, at.HISTORY), sellers, scratch, on.CHOSEN, scratch, on.CHOSEN_DYAD, 0, buyers)
    pick_numbers(scratch, i64(cell(on.TABLE, 0)), sellers, scratch, on.CHOSEN, scratch, on.CHOSEN_OFFER, 0, buyers)
    if market.behaviour.learning > ZERO:
        for i in range(buyers):
            s = max(whole(scratch, on.CHOSEN, i), 0)
            scratch[cell(on.TASTE_AT, i)] = between(market.population.tastes[k, s], scratch[cell(on.TASTE_AT, i)])
    else:
        for i in range(buyers):
            scratch[cell(on.TASTE_AT, i)] = ZERO


@njit
def receive(y, buyers, t, discount_factor, scratch):
    """4c  Delivery: the promise kept or broken, the belief and the bond that follow, and the money."""
    for i in range(buyers):
        chosen = as_int(scratch[cell(on.CHOSEN, i)])
        buys, served = chosen >= i32(0), as_int(scratch[cell(on.SERVED_BY, i)]) == chosen
        quality = scratch[cell(on.QUALITY, i)]
        delivered = rules.delivered_value(quality, scratch[cell(on.CAPABILITY, i)], y.delivery_spread, scratch[cell(on.Z_DELIVERED, i)])
        kept = rules.promise_kept(delivered, scratch[cell(on.G_HERE, i)] if served else ZERO, scratch[cell(on.PROMISE, i)] * quality,
                                  y.tolerance)
        history = with_purchase(as_int(scratch[cell(on.HISTORY, i)]), t)
        weight = y.learning * rules.learning_weight(f32(purchases_in(history)), y.slowest_learning)
        value, bond = scratch[cell(on.VALUE, i)], scratch[cell(on.BOND, i)]
        learnt = rules.updated_belief(value, delivered + scratch[cell(on.TASTE_AT, i)], weight, y.loss_aversion)
        closer = rules.tended(bond, y.promise_bond, scratch[cell(on.LISTED + at.RELATIONSHIP_ORIENTATION, i)])
        damaged = rules.decayed(bond, y.bond_damage)
        points = rules.account_points(f32(i32(i32(t) - whole(scratch, on.LISTED + at.SINCE, i))), scratch[cell(on.PER_PERIOD, i)],
                                      scratch[cell(on.MOST, i)], scratch[cell(on.PREMIUM, i)])
        units = i32(nearest(scratch[cell(on.LISTED + at.VOLUME, i)] * f32(at.UNIT_PARTS)))
        margin = rules.discounted(scratch[cell(on.PRICE, i)], points) - scratch[cell(on.UNIT_COST, i)]
        earned = discount_factor * (f32(units) * f32(1 / at.UNIT_PARTS)) * margin
        happened = whole(scratch, on.LISTED + at.HAPPENED, i)
        # added to and masked rather than chosen between, or the loop stays scalar
        happened = i32(i32(happened + (i32(1 << at.BOUGHT_SHIFT) if buys else i32(0)))
                       | (i32(at.BROKEN | at.INCIDENT) if buys & (not kept) else i32(0)))
        worth = scratch[cell(on.LISTED + at.WORTH, i)]
        scratch[cell(on.VALUE, i)] = learnt if y.learning > ZERO else value
        scratch[cell(on.BOND, i)] = closer if kept else damaged
        scratch[cell(on.HISTORY, i)] = as_float(history)
        scratch[cell(on.LISTED + at.WORTH, i)] = worth + earned if buys else worth
        put_whole(scratch, on.LISTED + at.HAPPENED, i, happened)
        scratch[cell(on.UNITS, i)] = as_float(units)
        scratch[cell(on.POINTS, i)] = as_float(points)
        scratch[cell(on.HANDED_OVER, i)] = delivered
        scratch[cell(on.WAS_KEPT, i)] = as_float(i32(1) if kept else i32(0))


@njit
def put_back(listed, buyers, sellers, scratch):
    """What the encounters have changed goes back to the dyads, seller by seller."""
    for s in range(sellers):
        lay_back(listed, i32(s), dyad(at.VALUE, s, sellers), dyad(at.BOND, s, sellers), dyad(at.HISTORY, s, sellers), buyers, scratch)


@njit
def lay_back(listed, s, value, bond, history, buyers, scratch):
    for i in range(buyers):
        if as_int(scratch[cell(on.CHOSEN, i)]) == s:
            listed[cell(value, i)] = scratch[cell(on.VALUE, i)]
            listed[cell(bond, i)] = scratch[cell(on.BOND, i)]
            listed[cell(history, i)] = scratch[cell(on.HISTORY, i)]


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
def remember(listed, buyers, reviewers, sellers, scratch):
    """What was delivered, to tell of it later; a review has weighed what was recommended, which is then forgotten."""
    for i in range(buyers):
        if whole(scratch, on.CHOSEN, i) >= 0:
            listed[cell(hearsay(at.DELIVERED, sellers), i)] = scratch[cell(on.HANDED_OVER, i)]
    for j in range(reviewers):
        put_whole(listed, hearsay(at.RECOMMENDED, sellers), index(scratch, on.REVIEWER, j), -1)


@njit
def drops_levels(handle, t):
    """Whether any seller gives up levels that do not pay, and so needs to know what accounts at a level buy."""
    market = view(handle)
    for s in range(market.standing.shape[0]):
        if market.strategy.answers[market.strategy.epoch[t], s, at.DROP_LAG] > ZERO:
            return True
    return False


@njit
def count_by_level(listed, buyers, scratch, book):
    """Book the units by the level at which the buyer is served."""
    for i in range(buyers):
        s = whole(scratch, on.CHOSEN, i)
        if s >= 0:
            book[s, at.SOLD_LEVEL + level_in(whole(listed, at.AGREEMENT, i))] += whole(scratch, on.UNITS, i)
