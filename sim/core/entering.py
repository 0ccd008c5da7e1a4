"""Buyers come and go: attributes and tastes, the first belief of a seller, advertising, turnover."""
from sim.core import rules
from sim.core import scratch as on
from sim.core import state as at
from sim.core.arithmetic import ZERO, as_int, f32, i32, u32
from sim.core.draws import one_uniform, pick, uniforms
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.lanes import agreement_on, cell, dyad, has_left, hearsay, index, last_purchase, put_whole, whole
from sim.core.relationships import end_relationship
from sim.core.terms import BASIC, BY_ADVERTISING, C_TURNOVER, D_ATTRIBUTES, D_HEARING, D_REACH, D_TASTE, LAST_DRAWN, OWN_SEARCH


@njit
def between(table, where):
    """A tabulated quantile function (`state.QUANTILE_POINTS` points) at a position, linear between two points."""
    left = i32(where)
    low, high = table[left], table[left + 1]
    return low + (where - f32(left)) * (high - low) if high > low else low


@njit
def quantile(table, u):
    """The value of a tabulated quantile function at the probability u."""
    return between(table, rules.quantile_position(u, f32(at.QUANTILE_REACH), f32(at.QUANTILE_POINTS)))


@njit
def taste(handle, number, entered, k, s):
    """The lasting private fit between a buyer and a seller: drawn from the buyer's entry, never stored."""
    market = view(handle)
    return quantile(market.population.tastes[k, s], one_uniform(market.luck, number, entered, D_TASTE, s))


@njit
def deal_tastes(luck, first, buyers, scratch):
    """Where in its quantile function each listed buyer's taste for the seller in question lies: drawn from its entry, never stored."""
    for i in range(buyers):
        s = as_int(scratch[cell(on.CHOSEN, i)])           # a skipped purchase draws too, for nothing
        number = u32(first + u32(as_int(scratch[cell(on.LANE, i)])))
        entered = u32(as_int(scratch[cell(on.LISTED + at.ENTERED, i)]))
        a, b, c, d = uniforms(luck, number, entered, D_TASTE, u32(s >> i32(2)))
        which = i32(s & i32(3))
        low, high = b if which == i32(1) else a, d if which == i32(3) else c
        u = high if which > i32(1) else low
        scratch[cell(on.TASTE_AT, i)] = rules.quantile_position(u, f32(at.QUANTILE_REACH), f32(at.QUANTILE_POINTS))


@njit
def belief_of(handle, s, liking):
    """What a buyer who has just heard of a seller believes of its offering, with this taste for it."""
    market = view(handle)
    offer = market.offers[s]
    return rules.first_belief(offer[at.QUALITY], offer[at.PROMISE], market.standing[s, at.REPUTATION], market.behaviour.market_quality,
                              liking)


@njit
def enter(handle, tile, lane, number, k, t, entered, book):
    """A fresh buyer: attributes and tastes of its type, beliefs from promises, no supplier."""
    market = view(handle)
    sellers = market.standing.shape[0]
    four = uniforms(market.luck, number, entered, D_ATTRIBUTES, 0)
    for a in range(LAST_DRAWN + 1):                       # four draws come from one call
        if a > 0 and a % 4 == 0:
            four = uniforms(market.luck, number, entered, D_ATTRIBUTES, a // 4)
        tile[cell(a, lane)] = quantile(market.population.attributes[k, a], pick(four, a % 4))
    tile[cell(at.TIE, lane)] = ZERO
    tile[cell(at.WORTH, lane)] = ZERO
    put_whole(tile, at.INCUMBENT, lane, -1)
    put_whole(tile, at.AGREEMENT, lane, agreement_on(BASIC, 0))
    put_whole(tile, at.SINCE, lane, t)
    put_whole(tile, at.ENTERED, lane, entered)
    put_whole(tile, at.HAPPENED, lane, at.NEWCOMER)
    if market.hearing:
        nothing_heard(tile, lane, sellers)
    known = u32(0)
    tastes = reaches = four
    for s in range(sellers):
        if s % 4 == 0:
            tastes = uniforms(market.luck, number, entered, D_TASTE, s // 4)
            reaches = uniforms(market.luck, number, entered, D_REACH, s // 4)
        liking = quantile(market.population.tastes[k, s], pick(tastes, s % 4))
        tile[cell(dyad(at.VALUE, s, sellers), lane)] = belief_of(handle, s, liking)
        tile[cell(dyad(at.RELATIONSHIP, s, sellers), lane)] = ZERO
        tile[cell(dyad(at.BOND, s, sellers), lane)] = ZERO
        put_whole(tile, dyad(at.HISTORY, s, sellers), lane, 0)
        if pick(reaches, s % 4) < market.offers[s, at.REACH]:
            known |= u32(1) << u32(s)
            book[s, at.PROSPECTS] += 1
            book[s, at.KNOWN] += market.hearing
    put_whole(tile, at.AWARE, lane, i32(known))


@njit
def nothing_heard(tile, lane, sellers):
    """A buyer to whom nobody has recommended anything."""
    tile[cell(hearsay(at.DELIVERED, sellers), lane)] = ZERO
    put_whole(tile, hearsay(at.CHANNEL, sellers), lane, OWN_SEARCH)
    put_whole(tile, hearsay(at.REFERRER, sellers), lane, -1)
    put_whole(tile, hearsay(at.RECOMMENDED, sellers), lane, -1)
    put_whole(tile, hearsay(at.RECOMMENDED_BY, sellers), lane, OWN_SEARCH)


@njit
def leave_market(handle, worker, tile, lane, k, t, book):
    """Turnover: the buyer is gone, with its relationship, its memories and its grudges."""
    market = view(handle)
    sellers = market.standing.shape[0]
    if whole(tile, at.INCUMBENT, lane) >= 0:
        end_relationship(handle, worker, tile, lane, k, t, C_TURNOVER, book)
    known = u32(whole(tile, at.AWARE, lane))
    for s in range(sellers):
        history = whole(tile, dyad(at.HISTORY, s, sellers), lane)
        if has_left(history):
            book[s, at.FORMER] -= 1
        if (known >> u32(s)) & u32(1):
            book[s, at.PROSPECTS] -= 1 if last_purchase(history) == 0 else 0
            book[s, at.FORGOTTEN] += market.hearing


@njit
def hear(handle, tile, lane, number, k, t, book):
    """Advertising: a seller that the buyer does not know yet may become known."""
    market = view(handle)
    known = u32(whole(tile, at.AWARE, lane))
    for s in range(market.standing.shape[0]):
        if not (known >> u32(s)) & u32(1) and one_uniform(market.luck, number, t, D_HEARING, s) < market.offers[s, at.ADVERTISING]:
            own = taste(handle, number, index(tile, at.ENTERED, lane), k, s)
            become_aware(handle, tile, lane, s, own, at.HEARD, book)
            if market.hearing:
                recommend(tile, lane, market.standing.shape[0], s, BY_ADVERTISING, -1)


@njit
def become_aware(handle, tile, lane, s, own, column, book):
    """The buyer knows the seller from now on, and believes of it what strangers of its taste do; booked in the column of the way it came
    to know."""
    market = view(handle)
    known = u32(whole(tile, at.AWARE, lane))
    if not (known >> u32(s)) & u32(1):
        put_whole(tile, at.AWARE, lane, i32(known | (u32(1) << u32(s))))
        tile[cell(dyad(at.VALUE, s, market.standing.shape[0]), lane)] = belief_of(handle, s, own)
        book[s, column] += 1
        book[s, at.PROSPECTS] += 1


@njit
def recommend(tile, lane, sellers, s, channel, who):
    """The buyer remembers the last seller that was recommended to it, by which channel, and who it was (-1: nobody in particular)."""
    put_whole(tile, hearsay(at.RECOMMENDED, sellers), lane, s)
    put_whole(tile, hearsay(at.RECOMMENDED_BY, sellers), lane, channel + ((who + 1) << 3))
