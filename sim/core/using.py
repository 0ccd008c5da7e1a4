"""Stage 3, tending and use: the incumbent's product in use, its service, and the bonds that follow (MODEL 7, 8).

Luck, dyad and service are laid side by side in scratch (`meet`), lived through in one straight loop that vectorises (`use`), put back
(`part`) and booked (`count_use`).
"""
import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.core.arithmetic import ONE, ZERO, as_float, as_int, f32, i32, i64, nearest, u32
from sim.core.draws import uniforms
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.lanes import cell, dyad, last_purchase, level_in, put_whole, uses_in, whole
from sim.core.picking import pick_dyads, pick_numbers
from sim.core.scratch import (
    BOND_PARTS,
    CONTACT_COST,
    COUNTS,
    DYAD,
    EVENTS,
    G_NOW,
    HISTORY_NOW,
    KEY,
    LEVELS,
    MORE_COUNTS,
    ORIENTATION,
    PHASES,
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
    SERVICE,
    SPENT,
    TABLE,
    U_CONTACT,
    U_OCCASION,
    U_PROBLEM,
    U_RESOLVE,
    U_SURFACE,
    U_TURNOVER,
    VALUE_NOW,
    VALUE_PARTS,
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


@njit(merged=True)
def meet(handle, tile, begin, end, scratch):
    """3a  Each buyer and its incumbent, side by side in scratch: their dyad, and the service that the account's level amounts to."""
    market = view(handle)
    sellers = market.standing.shape[0]
    greet(tile, begin, end, scratch)
    pick_dyads(tile, 0, (at.RELATIONSHIP, at.BOND, at.VALUE, at.HISTORY), sellers, tile, at.INCUMBENT, scratch, DYAD, begin, end)
    lines = 0
    for s in range(sellers):
        levels = levels_served(i32(s), begin, end, scratch)
        put_whole(scratch, LEVELS, s, levels)
        for level in range(5):
            if (levels >> level) & 1:
                lay_service(handle, s, level, lines, scratch)
                lines += 1
    pick_numbers(scratch, i64(cell(TABLE, 0)), lines, scratch, KEY, scratch, SERVICE, begin, end)


@njit
def greet(tile, begin, end, scratch):
    """Who serves each buyer and at which level (KEY: 8 · seller + level, -1 for nobody), and what the buyer brings itself."""
    for lane in range(begin, end):
        incumbent = whole(tile, at.INCUMBENT, lane)
        key = i32(i32(8) * incumbent + level_in(whole(tile, at.AGREEMENT, lane)))
        scratch[cell(KEY, lane)] = as_float(key if incumbent >= i32(0) else i32(-1))
        scratch[cell(K, lane)] = tile[cell(at.TIE, lane)]
        scratch[cell(VOICE, lane)] = tile[cell(at.VOICE, lane)]
        scratch[cell(ORIENTATION, lane)] = tile[cell(at.RELATIONSHIP_ORIENTATION, lane)]
        scratch[cell(SPENT, lane)] = tile[cell(at.WORTH, lane)]
        scratch[cell(EVENTS, lane)] = tile[cell(at.HAPPENED, lane)]


@njit
def levels_served(s, begin, end, scratch):
    """The levels at which one seller serves any of these buyers, a bit each."""
    levels = i32(0)
    for lane in range(begin, end):
        key = as_int(scratch[cell(KEY, lane)])
        levels = i32(levels | (i32(i32(1) << i32(key & i32(7))) if key >> i32(3) == s else i32(0)))
    return levels


@njit
def lay_service(handle, s, level, line, scratch):
    """A line of the table of services: the key of a seller's accounts at one level, and what they get."""
    market = view(handle)
    begin = line * (1 + len(SERVICE))
    put_whole(scratch, TABLE, begin, 8 * s + level)
    for field in range(at.SERVICE_FIELDS):
        scratch[cell(TABLE, begin + 1 + field)] = market.service[5 * s + level, field]
    scratch[cell(TABLE, begin + 1 + at.SERVICE_FIELDS)] = market.offers[s, at.CONTACT_COST]
    scratch[cell(TABLE, begin + 2 + at.SERVICE_FIELDS)] = market.offers[s, at.RESOLUTION_COST]


@njit
def use(y, begin, end, t, scratch, discount_factor):
    """3b  One period of use and tending for every lane that has an incumbent: problem, voice, recovery, contact; then G, B, K, worth.

    Touches scratch alone, straight through, without a branch: this is the loop that vectorises."""
    for lane in range(begin, end):
        served = as_int(scratch[cell(KEY, lane)]) >= i32(0)
        history = as_int(scratch[cell(HISTORY_NOW, lane)])
        bought_last = last_purchase(history) == i32(t)
        complains = scratch[cell(VOICE, lane)] * scratch[cell(S_OPENNESS, lane)]
        surfacing = rules.surfacing_probability(complains, scratch[cell(S_DETECT, lane)])
        problem = served & (scratch[cell(U_PROBLEM, lane)] < scratch[cell(S_PROBLEM, lane)])
        complained = problem & (scratch[cell(U_SURFACE, lane)] < complains)
        surfaced = problem & (scratch[cell(U_SURFACE, lane)] < surfacing)
        resolved = surfaced & (scratch[cell(U_RESOLVE, lane)] < scratch[cell(S_RESOLVE, lane)])
        unresolved = problem & (not resolved)
        after_sale = (scratch[cell(S_AFTER_SALE, lane)] > ZERO) & bought_last
        contact = served & ((scratch[cell(U_CONTACT, lane)] < scratch[cell(S_CONTACT, lane)]) | after_sale)
        g = rules.relationship_experience(scratch[cell(S_USAGE, lane)], y.severity, y.complaint_relief, y.delight, unresolved,
                                          complained, resolved)
        g = rules.left_in_doubt(g, y.doubt, bought_last, contact)
        weight = y.learning * rules.learning_weight(f32(uses_in(history)) + ONE, y.slowest_learning)
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
        believes = scratch[cell(VALUE_NOW, lane)] + scratch[cell(G, lane)]          # of the incumbent as a whole: V + G
        scratch[cell(VALUE_PARTS, lane)] = as_float(i32(nearest(believes * f32(at.VALUE_PARTS))))
        scratch[cell(BOND_PARTS, lane)] = as_float(i32(nearest(bond * f32(at.BOND_PARTS))))
        expands = (bond >= f32(at.EXPANSION_BOND)) & (bond < f32(at.COMMITMENT_BOND))
        # three counts to a word, ten bits each: a tile has no more than 512 lanes
        scratch[cell(PHASES, lane)] = as_float(i32((i32(1) if expands else i32(0))
                                                   | (i32(1 << 10) if bond >= f32(at.COMMITMENT_BOND) else i32(0))))
        scratch[cell(COUNTS, lane)] = as_float(i32((i32(1) if problem else i32(0)) | (i32(1 << 10) if complained else i32(0))
                                                   | (i32(1 << 20) if surfaced & (not complained) else i32(0))))
        scratch[cell(MORE_COUNTS, lane)] = as_float(i32((i32(1) if resolved else i32(0)) | (i32(1 << 10) if unresolved else i32(0))
                                                        | (i32(1 << 20) if contact else i32(0))))


@njit(merged=True)
def part(handle, tile, begin, end, scratch):
    """3c  Bonds with everybody else decay; what use has changed goes back to the dyad, seller by seller."""
    market = view(handle)
    sellers = market.standing.shape[0]
    for lane in range(begin, end):
        tile[cell(at.HAPPENED, lane)] = scratch[cell(EVENTS, lane)]
        if as_int(scratch[cell(KEY, lane)]) >= i32(0):
            tile[cell(at.WORTH, lane)] = scratch[cell(SPENT, lane)]
            tile[cell(at.TIE, lane)] = scratch[cell(K, lane)]
    for s in range(sellers):
        leave_bond(tile, i32(s), dyad(at.BOND, s, sellers), begin, end, ONE - market.behaviour.bond_decay, scratch)
        leave_experience(tile, i32(s), dyad(at.RELATIONSHIP, s, sellers), begin, end, scratch)
        add_use(tile, i32(s), dyad(at.HISTORY, s, sellers), begin, end, scratch)


# Three loops, not one: a loop that reads and writes several rows whose places depend on the seller stays scalar.
@njit
def leave_bond(tile, s, row, begin, end, keep, scratch):
    """The bond of one seller with its accounts as use has left it; with everybody else it decays."""
    for lane in range(begin, end):
        mine = as_int(scratch[cell(KEY, lane)]) >> i32(3) == s
        tile[cell(row, lane)] = scratch[cell(B, lane)] if mine else tile[cell(row, lane)] * keep


@njit
def leave_experience(tile, s, row, begin, end, scratch):
    """What the accounts of one seller believe of the relationship."""
    for lane in range(begin, end):
        if as_int(scratch[cell(KEY, lane)]) >> i32(3) == s:
            tile[cell(row, lane)] = scratch[cell(G, lane)]


@njit
def add_use(tile, s, row, begin, end, scratch):
    """One more period of use in the history of one seller's accounts."""
    for lane in range(begin, end):
        history = as_int(tile[cell(row, lane)])
        more = (as_int(scratch[cell(KEY, lane)]) >> i32(3) == s) & (uses_in(history) < i32(127))
        tile[cell(row, lane)] = as_float(i32(history + (i32(256) if more else i32(0))))


@njit
def count_use(handle, begin, end, scratch, book):
    """3d  Book what happened in use, seller by seller and level by level."""
    market = view(handle)
    for s in range(market.standing.shape[0]):
        levels = whole(scratch, LEVELS, s)
        for level in range(5):
            if (levels >> level) & 1:
                served, counts, more, phases, bonds = tally(scratch, begin, end, i32(8 * s + level))
                complaints, detections = (counts >> 10) & 1023, counts >> 20
                book[s, at.SERVED + level] += served
                book[s, at.PROBLEMS] += counts & 1023
                book[s, at.COMPLAINTS] += complaints
                book[s, at.DETECTIONS] += detections
                book[s, at.RESOLUTIONS] += more & 1023
                book[s, at.UNRESOLVED_PROBLEMS] += (more >> 10) & 1023
                book[s, at.CONTACTS] += more >> 20
                book[s, at.EXPANSION] += phases & 1023
                book[s, at.COMMITMENT] += phases >> 10
                book[s, at.BOND_SUM] += bonds
                if market.levels[level, at.LEVEL_LEARNS] > ZERO:
                    book[s, at.LESSONS] += complaints + detections
        if levels != 0:
            book[s, at.VALUE_SUM] += sum_over(scratch, begin, end, i32(s), VALUE_PARTS)


@njit
def tally(scratch, begin, end, key):
    """How many lanes one seller serves at one level, and the sums of their packed counts and of their bonds."""
    served, counts, more, phases, bonds = i32(0), i32(0), i32(0), i32(0), i32(0)
    for lane in range(begin, end):
        same = as_int(scratch[cell(KEY, lane)]) == key
        served = i32(served + i32(same))
        counts = i32(counts + (as_int(scratch[cell(COUNTS, lane)]) if same else i32(0)))
        more = i32(more + (as_int(scratch[cell(MORE_COUNTS, lane)]) if same else i32(0)))
        phases = i32(phases + (as_int(scratch[cell(PHASES, lane)]) if same else i32(0)))
        bonds = i32(bonds + (as_int(scratch[cell(BOND_PARTS, lane)]) if same else i32(0)))
    return served, counts, more, phases, bonds


@njit
def sum_over(scratch, begin, end, seller, row):
    """Sum of a row of whole numbers over a seller's accounts."""
    total = np.int64(0)
    for lane in range(begin, end):
        same = (as_int(scratch[cell(KEY, lane)]) >> i32(3)) == seller
        total += np.int64(as_int(scratch[cell(row, lane)]) if same else i32(0))
    return total
