"""Working memory of one thread: rows of scratch beside a tile, STRIDE numbers apart. It holds nothing between two calls of `advance`."""
from sim.core import state as at
from sim.core.state import STRIDE

# Stage 3, lane by lane: luck, the dyad with the incumbent, the service it gets, and what comes of it; LEVELS: seller by seller.
(U_TURNOVER, U_OCCASION, U_PROBLEM, U_SURFACE, U_RESOLVE, U_CONTACT, G, B, K, USES, BOUGHT_LAST, VOICE, ORIENTATION,
 S_PROBLEM, S_OPENNESS, S_DETECT, S_RESOLVE, S_USAGE, S_SOCIAL, S_TIE, S_CONTACT, S_AFTER_SALE, S_COST,
 KEY, EVENTS, G_NOW, SPENT, VALUE_NOW, CONTACT_COST, RESOLUTION_COST, COUNTS, MORE_COUNTS, LEVELS) = range(33)
# Stage 2, before stage 3 needs its rows: whom each buyer hears, and the list of those whom the word reaches.
U_WHO, U_THROUGH, U_FINER, HEARS, LISTENER = range(6, 11)
# Stage 4, buyer by buyer of the period's list: who it is, its luck, and its encounter with the seller it has chosen.
(LANE, SERVED_BY, ENTRY, INCUMBENT, FREE, CHOSEN, CAUSE, MOVER, U_REVIEW, Z_DELIVERED, U_CONTRACT, TASTE_AT, VALUE, RELATIONSHIP, BOND,
 HISTORY, TENURE, ORIENTED, UNITS, WORTH, HAPPENED, G_HERE, QUALITY, CAPABILITY, PROMISE, PRICE, UNIT_COST, PER_PERIOD, MOST, POINTS,
 WAS_KEPT, PREMIUM, HANDED_OVER) = range(33, 66)
# Stage 4, reviewer by reviewer: what the choice weighs; then a row of luck for not buying and for each seller.
(REVIEWER, REVIEWER_LANE, REVIEWER_INCUMBENT, BARRIER, RETURNING, WEIGHT, SENSITIVITY, KNOWN, BEST, CHOICE, LUCK, GUMBEL) = range(66, 78)


def new_scratch(sellers: int):
    """Scratch for a market of so many sellers."""
    return at.aligned(((GUMBEL + (sellers + 4) // 4 * 4) * STRIDE,))
