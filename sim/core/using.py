"""Stage 3, tending and use: the incumbent's product in use, its service, and the bonds that follow (MODEL 7, 8).

Luck, dyad and service are laid side by side in scratch (`meet`), lived through in one straight loop that vectorises (`use`), put back
(`part`) and booked (`count_use`).
"""
import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.core.arithmetic import ONE, ZERO, as_float, as_int, f32, i32, nearest, u32
from sim.core.draws import uniforms
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.lanes import cell, dyad, last_purchase, put_whole, uses_in, whole
from sim.core.scratch import (
    BOUGHT_LAST,
    CONTACT_COST,
    COUNTS,
    EVENTS,
    G_NOW,
    KEY,
    LEVELS,
    MORE_COUNTS,
    ORIENTATION,
    RESOLUTION_COST,
    S_AFTER_SALE,
    S_CONTACT,
    S_COST,
    S_DETECT,
    S_OPENNESS,
    S_PROBLEM,
    S_RESOLVE,
    S_SOCIAL,
    S_TIE,
    S_USAGE,
    SPENT,
    U_CONTACT,
    U_OCCASION,
    U_PROBLEM,
    U_RESOLVE,
    U_SURFACE,
    U_TURNOVER,
    USES,
    VALUE_NOW,
    VOICE,
    B,
    G,
    K,
)
from sim.core.terms import D_PERIOD, D_USE


@njit
def draw_luck(luck, first, begin, end, t, scratch):
    """The luck that every buyer needs in every period."""
    for lane in range(begin, end):
        number = u32(first + u32(lane))
        turnover, occasion, _, _ = uniforms(luck, number, t, D_PERIOD, 0)
        problem, surface, resolve, contact = uniforms(luck, number, t, D_USE, 0)
        scratch[cell(U_TURNOVER, lane)] = turnover
        scratch[cell(U_OCCASION, lane)] = occasion
        scratch[cell(U_PROBLEM, lane)] = problem
        scratch[cell(U_SURFACE, lane)] = surface
        scratch[cell(U_RESOLVE, lane)] = resolve
        scratch[cell(U_CONTACT, lane)] = contact


@njit
def meet(handle, tile, begin, end, t, scratch):
    """3a  Each buyer and its incumbent, side by side in scratch: their dyad, and the service that the account's level amounts to.

    Seller by seller, in straight loops that write where the account is: cheaper than to look up, lane by lane, where each account's
    dyad and service stand."""
    market = view(handle)
    sellers = market.standing.shape[0]
    greet(tile, begin, end, scratch)
    for s in range(sellers):
        offer = market.offers[s]
        levels = lay_dyad(tile, i32(s), dyad(at.RELATIONSHIP, s, sellers), dyad(at.BOND, s, sellers), dyad(at.VALUE, s, sellers),
                          dyad(at.HISTORY, s, sellers), begin, end, i32(t), offer[at.CONTACT_COST], offer[at.RESOLUTION_COST], scratch)
        put_whole(scratch, LEVELS, s, levels)
        for level in range(5):
            if (levels >> level) & 1:
                lay_service(i32(8 * s + level), market.service[5 * s + level], begin, end, scratch)


@njit
def greet(tile, begin, end, scratch):
    """Who serves each buyer and at which level (KEY: 8 · seller + level, -1 for nobody), and what the buyer brings itself."""
    for lane in range(begin, end):
        incumbent = whole(tile, at.INCUMBENT, lane)
        key = i32(i32(8) * incumbent + whole(tile, at.LEVEL, lane))
        scratch[cell(KEY, lane)] = as_float(key if incumbent >= i32(0) else i32(-1))
        scratch[cell(K, lane)] = tile[cell(at.TIE, lane)]
        scratch[cell(VOICE, lane)] = tile[cell(at.VOICE, lane)]
        scratch[cell(ORIENTATION, lane)] = tile[cell(at.RELATIONSHIP_ORIENTATION, lane)]
        scratch[cell(SPENT, lane)] = tile[cell(at.WORTH, lane)]
        scratch[cell(EVENTS, lane)] = tile[cell(at.HAPPENED, lane)]


@njit
def lay_dyad(tile, s, relationship, bond, value, history_row, begin, end, t, contact_cost, resolution_cost, scratch):
    """The dyads of one seller's accounts; returns the levels that it serves any at, a bit each."""
    levels = i32(0)
    for lane in range(begin, end):
        key = as_int(scratch[cell(KEY, lane)])
        levels = i32(levels | (i32(i32(1) << i32(key & i32(7))) if key >> i32(3) == s else i32(0)))
        if key >> i32(3) == s:
            history = as_int(tile[cell(history_row, lane)])
            scratch[cell(G, lane)] = tile[cell(relationship, lane)]
            scratch[cell(B, lane)] = tile[cell(bond, lane)]
            scratch[cell(VALUE_NOW, lane)] = tile[cell(value, lane)]
            scratch[cell(USES, lane)] = f32(uses_in(history))
            scratch[cell(BOUGHT_LAST, lane)] = ONE if last_purchase(history) == t else ZERO
            scratch[cell(CONTACT_COST, lane)] = contact_cost
            scratch[cell(RESOLUTION_COST, lane)] = resolution_cost
    return levels


@njit
def lay_service(key, service, begin, end, scratch):
    """The service of one seller's accounts at one level."""
    problem, openness, detect, resolve, usage = service[0], service[1], service[2], service[3], service[4]
    social, tie, contact, after_sale, cost = service[5], service[6], service[7], service[8], service[9]
    for lane in range(begin, end):
        if as_int(scratch[cell(KEY, lane)]) == key:
            scratch[cell(S_PROBLEM, lane)] = problem
            scratch[cell(S_OPENNESS, lane)] = openness
            scratch[cell(S_DETECT, lane)] = detect
            scratch[cell(S_RESOLVE, lane)] = resolve
            scratch[cell(S_USAGE, lane)] = usage
            scratch[cell(S_SOCIAL, lane)] = social
            scratch[cell(S_TIE, lane)] = tie
            scratch[cell(S_CONTACT, lane)] = contact
            scratch[cell(S_AFTER_SALE, lane)] = after_sale
            scratch[cell(S_COST, lane)] = cost


@njit
def use(y, begin, end, scratch, discount_factor):
    """3b  One period of use and tending for every lane that has an incumbent: problem, voice, recovery, contact; then G, B, K, worth.

    Touches scratch alone, straight through, without a branch: this is the loop that vectorises."""
    for lane in range(begin, end):
        served = as_int(scratch[cell(KEY, lane)]) >= i32(0)
        complains = scratch[cell(VOICE, lane)] * scratch[cell(S_OPENNESS, lane)]
        surfacing = rules.surfacing_probability(complains, scratch[cell(S_DETECT, lane)])
        problem = served & (scratch[cell(U_PROBLEM, lane)] < scratch[cell(S_PROBLEM, lane)])
        complained = problem & (scratch[cell(U_SURFACE, lane)] < complains)
        surfaced = problem & (scratch[cell(U_SURFACE, lane)] < surfacing)
        resolved = surfaced & (scratch[cell(U_RESOLVE, lane)] < scratch[cell(S_RESOLVE, lane)])
        unresolved = problem & (not resolved)
        after_sale = (scratch[cell(S_AFTER_SALE, lane)] > ZERO) & (scratch[cell(BOUGHT_LAST, lane)] > ZERO)
        contact = served & ((scratch[cell(U_CONTACT, lane)] < scratch[cell(S_CONTACT, lane)]) | after_sale)
        g = rules.relationship_experience(scratch[cell(S_USAGE, lane)], y.severity, y.complaint_relief, y.delight, unresolved,
                                          complained, resolved)
        g = rules.left_in_doubt(g, y.doubt, scratch[cell(BOUGHT_LAST, lane)] > ZERO, contact)
        weight = y.learning * rules.learning_weight(scratch[cell(USES, lane)] + ONE, y.slowest_learning)
        believed = rules.updated_belief(scratch[cell(G, lane)], g, weight, y.loss_aversion)
        bond = rules.decayed(scratch[cell(B, lane)], y.bond_decay)
        grown = rules.tended(bond, scratch[cell(S_SOCIAL, lane)], scratch[cell(ORIENTATION, lane)])
        bond = grown if contact else bond
        hurt = rules.decayed(bond, y.bond_damage)
        bond = hurt if unresolved else bond
        tie = rules.tended(rules.decayed(scratch[cell(K, lane)], y.tie_fade), scratch[cell(S_TIE, lane)], scratch[cell(ORIENTATION, lane)])
        cost = (scratch[cell(S_COST, lane)] + (scratch[cell(CONTACT_COST, lane)] if contact else ZERO)
                + (scratch[cell(RESOLUTION_COST, lane)] if resolved else ZERO))
        scratch[cell(G_NOW, lane)] = g if served else ZERO
        scratch[cell(G, lane)] = believed if served else scratch[cell(G, lane)]
        scratch[cell(B, lane)] = bond
        scratch[cell(K, lane)] = tie if served else ZERO
        scratch[cell(SPENT, lane)] = scratch[cell(SPENT, lane)] - (discount_factor * cost if served else ZERO)
        happened = i32(as_int(scratch[cell(EVENTS, lane)])
                       | (i32(at.PROBLEM) if problem else i32(0)) | (i32(at.COMPLAINED) if complained else i32(0))
                       | (i32(at.DETECTED) if surfaced & (not complained) else i32(0)) | (i32(at.RESOLVED) if resolved else i32(0))
                       | (i32(at.UNRESOLVED | at.INCIDENT) if unresolved else i32(0)) | (i32(at.CONTACT) if contact else i32(0)))
        scratch[cell(EVENTS, lane)] = as_float(happened)
        # three counts to a word, ten bits each: a tile has no more than 512 lanes
        scratch[cell(COUNTS, lane)] = as_float(i32((i32(1) if problem else i32(0)) | (i32(1 << 10) if complained else i32(0))
                                                   | (i32(1 << 20) if surfaced & (not complained) else i32(0))))
        scratch[cell(MORE_COUNTS, lane)] = as_float(i32((i32(1) if resolved else i32(0)) | (i32(1 << 10) if unresolved else i32(0))
                                                        | (i32(1 << 20) if contact else i32(0))))


@njit
def part(handle, tile, begin, end, scratch):
    """3c  Bonds with everybody else decay; what use has changed goes back to the dyad."""
    market = view(handle)
    sellers = market.standing.shape[0]
    keep = ONE - market.behaviour.bond_decay
    for s in range(sellers):
        row = dyad(at.BOND, s, sellers)
        for lane in range(begin, end):
            tile[cell(row, lane)] = tile[cell(row, lane)] * keep
    for lane in range(begin, end):
        tile[cell(at.HAPPENED, lane)] = scratch[cell(EVENTS, lane)]
        key = as_int(scratch[cell(KEY, lane)])
        if key >= i32(0):
            s = key >> i32(3)
            tile[cell(at.WORTH, lane)] = scratch[cell(SPENT, lane)]
            tile[cell(at.TIE, lane)] = scratch[cell(K, lane)]
            tile[cell(dyad(at.RELATIONSHIP, s, sellers), lane)] = scratch[cell(G, lane)]
            tile[cell(dyad(at.BOND, s, sellers), lane)] = scratch[cell(B, lane)]
            history = whole(tile, dyad(at.HISTORY, s, sellers), lane)
            more = i32(history + i32(256)) if uses_in(history) < i32(127) else history
            put_whole(tile, dyad(at.HISTORY, s, sellers), lane, more)


@njit
def count_use(handle, begin, end, scratch, book):
    """3d  Book what happened in use, seller by seller and level by level."""
    market = view(handle)
    for lane in range(begin, end):                       # believed value of the incumbent as a whole: V + G
        scratch[cell(VALUE_NOW, lane)] = scratch[cell(VALUE_NOW, lane)] + scratch[cell(G, lane)]
    for s in range(market.standing.shape[0]):
        accounts = 0
        for level in range(5):
            if (whole(scratch, LEVELS, s) >> level) & 1:
                served, counts, more = tally(scratch, begin, end, i32(8 * s + level))
                accounts += served
                complaints, detections = (counts >> 10) & 1023, counts >> 20
                book[s, at.SERVED + level] += served
                book[s, at.PROBLEMS] += counts & 1023
                book[s, at.COMPLAINTS] += complaints
                book[s, at.DETECTIONS] += detections
                book[s, at.RESOLUTIONS] += more & 1023
                book[s, at.UNRESOLVED_PROBLEMS] += (more >> 10) & 1023
                book[s, at.CONTACTS] += more >> 20
                if market.levels[level, at.LEVEL_LEARNS] > ZERO:
                    book[s, at.LESSONS] += complaints + detections
        if accounts > 0:
            book[s, at.VALUE_SUM] += sum_over(scratch, begin, end, i32(s), VALUE_NOW, f32(100))
            book[s, at.BOND_SUM] += sum_over(scratch, begin, end, i32(s), B, f32(10000))
            book[s, at.EXPANSION] += count_above(scratch, begin, end, i32(s), B, f32(at.EXPANSION_BOND), f32(at.COMMITMENT_BOND))
            book[s, at.COMMITMENT] += count_above(scratch, begin, end, i32(s), B, f32(at.COMMITMENT_BOND), f32(2))


@njit
def tally(scratch, begin, end, key):
    """How many lanes one seller serves at one level, and the sums of their packed counts."""
    served, counts, more = i32(0), i32(0), i32(0)
    for lane in range(begin, end):
        same = as_int(scratch[cell(KEY, lane)]) == key
        served = i32(served + i32(same))
        counts = i32(counts + (as_int(scratch[cell(COUNTS, lane)]) if same else i32(0)))
        more = i32(more + (as_int(scratch[cell(MORE_COUNTS, lane)]) if same else i32(0)))
    return served, counts, more


@njit
def sum_over(scratch, begin, end, seller, row, scale):
    """Sum of a scratch row over a seller's accounts, in whole steps of 1/scale."""
    total = np.int64(0)
    for lane in range(begin, end):
        same = (as_int(scratch[cell(KEY, lane)]) >> i32(3)) == seller
        total += np.int64(i32(nearest(scratch[cell(row, lane)] * scale)) if same else i32(0))
    return total


@njit
def count_above(scratch, begin, end, seller, row, low, high):
    count = i32(0)
    for lane in range(begin, end):
        x = scratch[cell(row, lane)]
        count = i32(count + i32(((as_int(scratch[cell(KEY, lane)]) >> i32(3)) == seller) & (x >= low) & (x < high)))
    return count
