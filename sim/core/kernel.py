"""The order of events: `advance` moves the buyers of one tile through one period, and nothing else knows that order.

The whole market, many runs at once and Mesa's single buyer all call `advance`; it holds no model of its own, only the sequence in
which the rules of `rules.py` meet the rows of `state.py`. What every lane does in every period (luck, use, decay) runs through scratch
rows in loops that become vector instructions; what few lanes do (entering, buying) is done for those alone.
"""
import numpy as np

from sim.core import state as at
from sim.core.arithmetic import ZERO, as_float, i32, u32
from sim.core.buying import buy
from sim.core.draws import one_uniform
from sim.core.entering import enter, hear, leave_market
from sim.core.handle import view
from sim.core.hearing import hear_others, speak
from sim.core.jit import njit
from sim.core.lanes import cell, dyad, fetch, hearsay, put_whole, whole
from sim.core.relationships import begin_relationship, record_ending, regroup
from sim.core.scratch import (
    U_TURNOVER,
    new_scratch,  # noqa: F401  whoever calls the kernel needs it
)
from sim.core.sellers import (  # noqa: F401
    booked,
    booked_before,
    close_partner,
    close_period,
    close_seller,
    make_offers,
    open_period,
    take_note,
)
from sim.core.state import LANES, STRIDE
from sim.core.targeting import recognition
from sim.core.terms import C_RUNNING, D_START
from sim.core.using import count_use, draw_luck, meet, part, use

LARGE = 64                     # tiles of a market that is too large for the cache
PIECE = 64                     # lanes of which luck is dealt between two requests for memory


@njit(merged=True)
def advance(handle, worker, q, begin, end, t, scratch):
    """Move lanes begin … end − 1 of tile q through period t, from the state at the end of the period before (MODEL 3):

    0  a seller that has changed its strategy assigns its accounts to levels anew;
    1  turnover: buyers leave the market, fresh ones take their places;
    2  hearing: advertising, neighbours, partners and influencers make sellers known, shift beliefs and recommend;
    3  tending and use: problems, help and contact; beliefs, bond and tie follow, unattended bonds decay;
    4  purchase occasions: for each lot review, choice, encounter and learning;
    5  telling: what a neighbour may hear of it in the next period.

    No lane sees another's move of the period, and what is booked are whole numbers, so neither order nor number of lanes can matter.
    """
    market = view(handle)
    tile = market.state[q]
    k = market.population.tile_type[q]
    first = market.population.tile_first[q]
    row = max(t - market.burn_in + 1, 0)
    book = market.flows[worker, row, k]
    assign_levels_anew(handle, tile, begin, end, first, k, t, book)
    deal_luck(handle, q, begin, end, first, t, scratch)
    turn_over(handle, worker, tile, begin, end, first, k, t, scratch, book)
    if market.hearing:
        hear_others(handle, tile, q, begin, end, first, k, t, scratch, book)
    hear_advertising(handle, tile, begin, end, first, k, t, book)
    meet(handle, tile, begin, end, scratch)
    use(market.behaviour, begin, end, t, scratch, market.discount_factor[t])
    part(handle, tile, begin, end, scratch)
    count_use(handle, begin, end, scratch, book)
    buy(handle, worker, tile, k, first, begin, end, t, scratch, book)
    if market.network:
        speak(handle, tile, q, begin, end, t, scratch)


@njit
def deal_luck(handle, q, begin, end, first, t, scratch):
    """The luck that every buyer needs; meanwhile, in a market that does not fit into the cache, the worker's next tile is brought near."""
    market = view(handle)
    ahead = q + market.flows.shape[0]
    if market.state.shape[0] < LARGE or ahead >= market.state.shape[0] or end - begin < LANES:
        draw_luck(market.luck, first, begin, end, t, scratch)
        return
    state = market.state[ahead].ctypes.data
    for lane in range(begin, end, PIECE):           # by and by: asked for all at once, memory keeps the processor waiting
        draw_luck(market.luck, first, lane, lane + PIECE, t, scratch)
        for row in range(0, 4 * market.state.shape[1], 4 * STRIDE):
            for line in range(0, 4 * PIECE, 64):
                fetch(state + 4 * lane + row + line)


@njit
def assign_levels_anew(handle, tile, begin, end, first, k, t, book):
    """0  The accounts of every seller that has changed its plan, by an event or in answer to the market."""
    market = view(handle)
    anyone = False
    for s in range(market.standing.shape[0]):
        anyone |= market.changed[s] > 0
    for lane in range(begin, end if anyone else begin):
        s = whole(tile, at.INCUMBENT, lane)
        if s >= 0 and market.changed[s]:
            regroup(handle, tile, lane, first + u32(lane), k, t, book)


@njit
def turn_over(handle, worker, tile, begin, end, first, k, t, scratch, book):
    """1  Buyers who leave, and the fresh ones in their places. What happened in the period before is forgotten, a grievance is not."""
    market = view(handle)
    for lane in range(begin, end):
        put_whole(tile, at.HAPPENED, lane, i32(whole(tile, at.HAPPENED, lane) & i32(at.INCIDENT)))
    for lane in range(begin, end):
        if scratch[cell(U_TURNOVER, lane)] < market.behaviour.turnover:
            leave_market(handle, worker, tile, lane, k, t, book)
            enter(handle, tile, lane, first + u32(lane), k, t, t + 1, book)


@njit
def hear_advertising(handle, tile, begin, end, first, k, t, book):
    """2  Buyers who do not know every seller may hear of one, where anybody advertises."""
    market = view(handle)
    sellers = market.standing.shape[0]
    if not anyone_advertises(handle):
        return
    everybody = i32(-1) if sellers == 32 else i32((i32(1) << i32(sellers)) - i32(1))
    for lane in range(begin, end):
        if whole(tile, at.AWARE, lane) != everybody:
            hear(handle, tile, lane, first + u32(lane), k, t, book)


@njit
def anyone_advertises(handle):
    market = view(handle)
    for s in range(market.standing.shape[0]):
        if market.offers[s, at.ADVERTISING] > ZERO:
            return True
    return False


@njit(merged=True)
def settle(handle, worker, q):
    """Fill tile q with its first buyers and, in a running market, their first suppliers."""
    market = view(handle)
    tile, k, sellers = market.state[q], market.population.tile_type[q], market.standing.shape[0]
    first = market.population.tile_first[q]
    book = market.flows[worker, 0, k]
    for lane in range(np.int64(market.population.tile_lanes[q])):
        number = first + u32(lane)
        enter(handle, tile, lane, number, k, 0, 0, book)
        if market.network:
            for parity in range(2):          # nobody has anything to tell yet
                market.beyond.words[parity, q * LANES + lane, at.TELLS] = as_float(i32(-1))
                market.beyond.words[parity, q * LANES + lane, at.TELLS_SUPPLIER] = as_float(i32(-1))
        u = one_uniform(market.luck, number, 0, D_START, 0)
        for s in range(market.standing.shape[0]):
            if u < market.population.start[s]:
                known = u32(whole(tile, at.AWARE, lane))
                if not (known >> u32(s)) & u32(1):        # who buys from a seller knows it
                    put_whole(tile, at.AWARE, lane, i32(known | (u32(1) << u32(s))))
                    book[s, at.PROSPECTS] += 1
                    book[s, at.KNOWN] += market.hearing
                u_right, u_which = recognition(handle, tile, lane, number, s)
                begin_relationship(handle, tile, lane, k, 0, s, u_right, u_which, book)
                put_whole(tile, dyad(at.HISTORY, s, sellers), lane, i32(whole(tile, dyad(at.HISTORY, s, sellers), lane) | i32(1 << 16)))
                put_whole(tile, at.SINCE, lane, -1)
                tile[cell(at.WORTH, lane)] = ZERO
                if market.hearing:
                    tile[cell(hearsay(at.DELIVERED, sellers), lane)] = market.offers[s, at.CAPABILITY] * market.offers[s, at.QUALITY]
                break


@njit(merged=True)
def settle_tiles(handle, worker):
    """First buyers for one worker's tiles: every so many-eth one, since tiles of one type, and so of one cost, lie together."""
    market = view(handle)
    for q in range(worker, market.state.shape[0], market.flows.shape[0]):
        settle(handle, worker, q)


@njit
def begin(handle):
    """First buyers in every tile, and the accounts that this makes."""
    market = view(handle)
    make_offers(handle, 0)      # a seller that serves segments of one needs to know what its levels amount to
    for worker in range(market.flows.shape[0]):
        settle_tiles(handle, worker)
    begin_accounts(handle)


@njit(merged=True)
def begin_accounts(handle):
    """The stock of accounts by level after the market has been settled."""
    market = view(handle)
    for s in range(market.standing.shape[0]):
        for level in range(5):
            market.accounts[s, level] = (booked(handle, 0, s, at.ENTERED_LEVEL + level)
                                         - booked(handle, 0, s, at.QUITTED_LEVEL + level))
        take_note(handle, s, -1)


@njit(merged=True)
def step_tiles(handle, worker, t, scratch):
    """Period t for one worker's tiles."""
    market = view(handle)
    for q in range(worker, market.state.shape[0], market.flows.shape[0]):
        advance(handle, worker, q, 0, np.int64(market.population.tile_lanes[q]), t, scratch)


@njit(arrays=True)
def play(handle, t_from, t_to, scratch):
    """Periods t_from … t_to − 1 of a whole market on one thread."""
    market = view(handle)
    before = np.zeros((market.standing.shape[0], market.flows.shape[4]), np.int64)
    for t in range(t_from, t_to):
        booked_before(handle, t, before)
        open_period(handle, t)
        for worker in range(market.flows.shape[0]):
            step_tiles(handle, worker, t, scratch)
        close_period(handle, t, before)
        watch(handle, t)


@njit
def watch(handle, t):
    """Copy the watched buyers' rows into the panel: the state at the end of the period (row 0: before the record)."""
    market = view(handle)
    row = t - market.burn_in + 1
    if row >= 0:
        for i in range(market.watched.shape[0]):
            q, lane = market.watched[i] // LANES, market.watched[i] % LANES
            for r in range(market.panel.shape[2]):
                market.panel[row, i, r] = market.state[q, cell(r, lane)]


@njit
def close_market(handle, worker):
    """At the horizon: relationships that still run are recorded as running, in one worker's tiles."""
    market = view(handle)
    periods = market.strategy.epoch.shape[0]
    for q in range(worker, market.state.shape[0], market.flows.shape[0]):
        tile, k = market.state[q], market.population.tile_type[q]
        for lane in range(np.int64(market.population.tile_lanes[q])):
            if whole(tile, at.INCUMBENT, lane) >= 0:
                record_ending(handle, worker, tile, lane, k, periods, C_RUNNING)
