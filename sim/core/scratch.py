"""Working memory of one thread: rows of scratch beside a tile, STRIDE numbers apart. It holds nothing between two calls of `advance`."""
from sim.core import state as at
from sim.core.state import STRIDE

# Stage 3: luck, each lane's dyad with its incumbent, the service it gets, and what comes of it.
(U_TURNOVER, U_OCCASION, U_PROBLEM, U_SURFACE, U_RESOLVE, U_CONTACT, G, B, K, USES, BOUGHT_LAST, VOICE, ORIENTATION,
 S_PROBLEM, S_OPENNESS, S_DETECT, S_RESOLVE, S_USAGE, S_SOCIAL, S_TIE, S_CONTACT, S_AFTER_SALE, S_COST,
 KEY, EVENTS, G_NOW, SPENT, VALUE_NOW, CONTACT_COST, RESOLUTION_COST) = range(30)
# Stage 4: a list of this period's buyers and, in REVIEWER, of those who review; one row of luck per option from GUMBEL on.
LANE, SERVED_BY, U_REVIEW, Z_DELIVERED, U_CONTRACT, REVIEWER, REVIEWER_LANE, REVIEWING, CHOSEN, ENTRY, TASTE_AT, GUMBEL = range(30, 42)


def new_scratch(sellers: int):
    """Scratch for a market of so many sellers."""
    return at.aligned(((GUMBEL + (sellers + 4) // 4 * 4) * STRIDE,))
