"""Working memory of one thread: rows of scratch beside a tile, STRIDE numbers apart. It holds nothing between two calls of `advance`."""
from sim.core import state as at
from sim.core.state import STRIDE

# Stage 3, lane by lane: luck, the dyad with the incumbent, the service it gets, and what comes of it; LEVELS: seller by seller.
(U_TURNOVER, U_OCCASION, U_PROBLEM, U_SURFACE, U_RESOLVE, U_CONTACT, G, B, K, HISTORY_NOW, VOICE, ORIENTATION,
 S_PROBLEM, S_OPENNESS, S_DETECT, S_RESOLVE, S_USAGE, S_SOCIAL, S_TIE, S_CONTACT, S_AFTER_SALE, S_COST, CONTACT_COST, RESOLUTION_COST,
 KEY, EVENTS, G_NOW, SPENT, VALUE_NOW, COUNTS, MORE_COUNTS, PHASES, VALUE_PARTS, BOND_PARTS, LEVELS) = range(35)
DYAD = (G, B, VALUE_NOW, HISTORY_NOW)
SERVICE = tuple(range(S_PROBLEM, RESOLUTION_COST + 1))
# Stage 2, before stage 3 needs its rows: whom each buyer hears, of which seller, and whether the word reaches it; the list of those whom
# it reaches has the rows of stage 4's list.
U_WHO, U_THROUGH, U_FINER, HEARS, TOLD_OF, REACHED = range(6, 12)
# Stage 4, lane by lane: who has a purchase occasion.
COMES = 35
# Stage 4, buyer by buyer of the period's list: who it is, its luck, and its encounter with the seller it has chosen.
(LANE, SERVED_BY, INCUMBENT, FREE, REVIEWS, CHOSEN, CAUSE, MOVES, MOVER, U_REVIEW, Z_DELIVERED, U_CONTRACT, TASTE_AT, VALUE, RELATIONSHIP,
 BOND, HISTORY, UNITS, G_HERE, QUALITY, CAPABILITY, PROMISE, PRICE, UNIT_COST, PER_PERIOD, MOST, PREMIUM, POINTS, WAS_KEPT,
 HANDED_OVER) = range(36, 66)
CHOSEN_DYAD = (VALUE, BOND, HISTORY)
CHOSEN_OFFER = tuple(range(QUALITY, PREMIUM + 1))
# Stage 4, mover by mover: who changes supplier, to whom, and its luck with the new seller's records.
MOVER_LANE, MOVES_TO, MOVER_ENTERED, U_RIGHT, U_WHICH = range(66, 71)
# Stage 4, reviewer by reviewer: what the choice weighs; then a row of luck for not buying and for each seller.
(REVIEWER, REVIEWER_LANE, REVIEWER_INCUMBENT, BARRIER, RETURNING, WEIGHT, SENSITIVITY, KNOWN, TENURE, BEST, CHOICE, LUCK,
 GUMBEL) = range(71, 84)
REVIEWER_ROWS = TENURE + 1 - REVIEWER
# A table of services or of offers, a line of numbers each: so many rows hold five services of 32 sellers.
TABLE = GUMBEL + 36
# Stage 4: a second tile, of the buyers of the period's list alone. In the same array as the rest and at a place that the compiler knows:
# a loop that has to make sure that two arrays do not overlap stays scalar.
LISTED = TABLE + 5


def new_scratch(sellers: int):
    """Scratch for a market of so many sellers."""
    return at.aligned(((LISTED + at.rows(sellers, True)) * STRIDE,))
