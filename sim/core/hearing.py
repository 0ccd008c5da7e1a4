"""Stage 2, hearing: what reaches a buyer from neighbours, partners and influencers, and what it has to tell in turn (MODEL 10).

Words are pulled, not pushed: each buyer asks for what a neighbour said at the end of the period before, so neither the order of buyers nor
threads can matter. What is told is written into the copy that the next period reads.
"""
import numpy as np

from sim.core import rules
from sim.core import scratch as on
from sim.core import state as at
from sim.core.arithmetic import ZERO, as_float, as_int, f32, i32, u32, u64
from sim.core.draws import one_uniform, uniforms
from sim.core.entering import become_aware, between, deal_tastes, recommend, taste
from sim.core.handle import view
from sim.core.jit import njit
from sim.core.lanes import cell, dyad, fetch, hearsay, index, purchases_in, put_whole, uses_in, whole
from sim.core.pressing import press, whole_vectors
from sim.core.state import LANES
from sim.core.terms import BY_PARTNER, BY_WORD_OF_MOUTH, D_ADVICE, D_SHOCK, D_WORD, INFLUENCE, WELL_MIXED


@njit(merged=True)
def hear_others(handle, tile, q, begin, end, first, k, t, scratch, book):
    """2  Whoever recommended a supplier stands by it; shocks, neighbours' words and partners' advice reach those they reach."""
    market = view(handle)
    if market.network:
        stand_by(handle, tile, begin, end, t, book)
    for i in range(market.beyond.shocks.shape[0]):
        if market.beyond.shocks[i, at.SHOCK_PERIOD] == t:
            spread(handle, tile, begin, end, first, k, t, i, book)
    if market.network:
        draw_words(market.luck, first, begin, end, t, scratch)
        if market.network == WELL_MIXED:
            meet_anybody(handle, q, begin, end, k, t, scratch)
        else:
            meet_neighbours(handle, q, begin, end, t, scratch)
        listeners = attend(handle, tile, begin, end, t, scratch)
        deal_tastes(market.luck, first, whole_vectors(listeners), scratch)
        for i in range(listeners):
            take_in(handle, tile, i, k, t, scratch, book)
    if market.beyond.partners.shape[0] > 0:
        take_advice(handle, tile, begin, end, first, k, t, book)


@njit
def stand_by(handle, tile, begin, end, t, book):
    """2a  An account won by word of mouth bonds with its supplier while whoever recommended it is an account there too, and never again
    once that buyer has left (Van den Bulte, Bayer, Skiera & Schmitt 2018)."""
    market = view(handle)
    sellers, words = market.standing.shape[0], market.beyond.words[t & 1]
    channel, referrer, recommended_by = hearsay(at.CHANNEL, sellers), hearsay(at.REFERRER, sellers), hearsay(at.RECOMMENDED_BY, sellers)
    for lane in range(begin, end):
        by = whole(tile, recommended_by, lane)
        if (by & 7) == BY_WORD_OF_MOUTH and by > 7 and has_gone(words, (by >> 3) - 1):
            put_whole(tile, recommended_by, lane, BY_WORD_OF_MOUTH)          # the recommendation stands, but nobody in particular made it
        s = whole(tile, at.INCUMBENT, lane)
        if s >= 0 and whole(tile, channel, lane) == BY_WORD_OF_MOUTH:
            who = index(tile, referrer, lane)
            stays = who >= 0 and as_int(words[who, at.TELLS_SUPPLIER]) == s and not has_gone(words, who)
            if stays:
                bond = cell(dyad(at.BOND, s, sellers), lane)
                tile[bond] = rules.tended(tile[bond], market.behaviour.support, tile[cell(at.RELATIONSHIP_ORIENTATION, lane)])
            else:
                put_whole(tile, referrer, lane, -1)
            book[s, at.VOUCHED if stays else at.UNVOUCHED] += 1


@njit
def has_gone(words, who):
    """Whether the buyer of a slot has left the market since it spoke: a fresh one is there, or one without supplier (-1 has all bits)."""
    return (as_int(words[who, at.TELLS]) & at.FRESH) != 0


@njit
def spread(handle, tile, begin, end, first, k, t, i, book):
    """2b  A shock reaches buyers who know the seller: they take it to deliver less (or more) than it does."""
    market = view(handle)
    shock = market.beyond.shocks[i]
    s = np.int64(shock[at.SHOCK_SELLER])
    offer = market.offers[s]
    reach = rules.weakened(shock[at.SHOCK_REACH], market.beyond.six_markets[INFLUENCE, at.MARKET_EFFECT],
                           market.standing[s, at.STOCKS + INFLUENCE])
    said = offer[at.CAPABILITY] * offer[at.QUALITY] + shock[at.SHOCK_NEWS]
    for lane in range(begin, end):
        knows = (u32(whole(tile, at.AWARE, lane)) >> u32(s)) & u32(1)
        if knows and one_uniform(market.luck, first + u32(lane), t, D_SHOCK, i) < reach:
            own = taste(handle, first + u32(lane), index(tile, at.ENTERED, lane), k, s)
            believe(handle, tile, lane, s, said, own)
            book[s, at.REACHED] += 1


@njit
def draw_words(luck, first, begin, end, t, scratch):
    """2c  The luck of hearing: which neighbour, and whether the word gets through."""
    for lane in range(begin, end):
        who, through, finer, _ = uniforms(luck, u32(first + u32(lane)), t, D_WORD, 0)
        scratch[cell(on.U_WHO, lane)] = who
        scratch[cell(on.U_THROUGH, lane)] = through
        scratch[cell(on.U_FINER, lane)] = finer


@njit
def meet_neighbours(handle, q, begin, end, t, scratch):
    """One of the buyer's neighbours, each alike; -1 where there is none. What it says is brought near: neighbours lie far apart."""
    market = view(handle)
    words = market.beyond.words[t & 1].ctypes.data
    slot = u64(q) * u64(LANES)
    for lane in range(begin, end):
        start = market.beyond.first[slot + u64(lane)]
        many = market.beyond.first[slot + u64(lane) + u64(1)] - start
        which = i32(scratch[cell(on.U_WHO, lane)] * f32(many))
        who = market.beyond.neighbours[u64(start) + u64(min(i32(which), i32(many - 1)))] if many > 0 else -1
        put_whole(scratch, on.HEARS, lane, who)
        fetch(words + 4 * at.WORD_FIELDS * who)


@njit
def meet_anybody(handle, q, begin, end, k, t, scratch):
    """Any other buyer of the market, each alike: by two draws, since one has but 2^23 values."""
    market = view(handle)
    slots = market.population.type_slots
    types, everybody = slots.shape[0] - 1, slots[slots.shape[0] - 1, 0]
    words = market.beyond.words[t & 1].ctypes.data
    for lane in range(begin, end):
        me = slots[k, 0] + q * LANES + lane - slots[k, 1]
        if everybody < 2:
            put_whole(scratch, on.HEARS, lane, -1)
            continue
        u = np.float64(scratch[cell(on.U_WHO, lane)]) + (np.float64(scratch[cell(on.U_FINER, lane)]) - 0.5) / 8388608.0
        other = min(np.int64(u * (everybody - 1)), everybody - 2)
        other += 1 if other >= me else 0
        kind = 0
        while kind < types - 1 and other >= slots[kind + 1, 0]:
            kind += 1
        who = slots[kind, 1] + other - slots[kind, 0]
        put_whole(scratch, on.HEARS, lane, who)
        fetch(words + 4 * at.WORD_FIELDS * who)


@njit
def attend(handle, tile, begin, end, t, scratch):
    """Lists those whom a word reaches: bad news gets through more often than good, good news more often where the seller tends it."""
    market = view(handle)
    words, y = market.beyond.words[t & 1], market.behaviour
    bad = rules.bad_news(y.talk, y.bad_news)
    for lane in range(begin, end):
        who = whole(scratch, on.HEARS, lane)
        tells = as_int(words[u64(max(who, 0)), at.TELLS])
        chance = bad if (tells & at.GRIEVANCE) != 0 else market.offers[u64(tells & 31), at.TALK]
        reached = (who >= 0) & (tells >= 0) & (scratch[cell(on.U_THROUGH, lane)] < chance)
        put_whole(scratch, on.LANE, lane, lane)
        put_whole(scratch, on.TOLD_OF, lane, tells & 31)
        put_whole(scratch, on.REACHED, lane, i32(reached))
    press(tile, at.ENTERED, 1, scratch, on.LISTED + at.ENTERED, scratch, on.REACHED, begin, end)
    press(scratch, on.TOLD_OF, 1, scratch, on.CHOSEN, scratch, on.REACHED, begin, end)
    return press(scratch, on.LANE, 1, scratch, on.LANE, scratch, on.REACHED, begin, end)


@njit
def take_in(handle, tile, i, k, t, scratch, book):
    """What a neighbour tells of a seller: it becomes known, beliefs follow at a discount, and praise lends it trust."""
    market = view(handle)
    lane, s = index(scratch, on.LANE, i), index(scratch, on.CHOSEN, i)
    y, sellers, who = market.behaviour, market.standing.shape[0], index(scratch, on.HEARS, lane)
    word = market.beyond.words[t & 1, who]
    tells, own = as_int(word[at.TELLS]), between(market.population.tastes[k, s], scratch[cell(on.TASTE_AT, i)])
    become_aware(handle, tile, lane, s, own, at.HEARD_WORD_OF_MOUTH, book)
    believe(handle, tile, lane, s, word[at.TELLS_VALUE], own)
    row = cell(dyad(at.RELATIONSHIP, s, sellers), lane)
    uses = f32(uses_in(whole(tile, dyad(at.HISTORY, s, sellers), lane)))
    weight = y.learning * rules.hearsay_weight(y.credence, uses, y.slowest_learning)
    tile[row] = rules.updated_belief(tile[row], word[at.TELLS_RELATIONSHIP], weight, y.loss_aversion)
    if tells & i32(at.GRIEVANCE):
        book[s, at.TOLD_BAD] += 1
    else:
        book[s, at.TOLD_GOOD] += 1
        praise(tile, lane, sellers, s, y.lent_trust, BY_WORD_OF_MOUTH, who)


@njit
def believe(handle, tile, lane, s, said, own):
    """V follows what was said of the offering, plus the buyer's own taste for the seller, as far as hearsay counts."""
    market = view(handle)
    y, sellers = market.behaviour, market.standing.shape[0]
    row = cell(dyad(at.VALUE, s, sellers), lane)
    purchases = f32(purchases_in(whole(tile, dyad(at.HISTORY, s, sellers), lane)))
    weight = y.learning * rules.hearsay_weight(y.credence, purchases, y.slowest_learning)
    tile[row] = rules.updated_belief(tile[row], said + own, weight, y.loss_aversion)


@njit
def praise(tile, lane, sellers, s, trust, channel, who):
    """Trust is lent: the bond with the seller praised grows before there is a relationship; and the seller is recommended."""
    bond = cell(dyad(at.BOND, s, sellers), lane)
    tile[bond] = rules.tended(tile[bond], trust, tile[cell(at.RELATIONSHIP_ORIENTATION, lane)])
    if whole(tile, at.INCUMBENT, lane) != s:
        recommend(tile, lane, sellers, s, channel, who)


@njit
def take_advice(handle, tile, begin, end, first, k, t, book):
    """2d  A buyer without supplier may ask a referral partner, who recommends sellers in proportion to what they have invested in it."""
    market = view(handle)
    sellers = market.standing.shape[0]
    for lane in range(begin, end):
        if whole(tile, at.INCUMBENT, lane) < 0:
            asks, whom, _, _ = uniforms(market.luck, u32(first + u32(lane)), t, D_ADVICE, 0)
            p = partner_asked(handle, asks)
            s = seller_recommended(handle, p, whom) if p >= 0 else -1
            if s >= 0:
                own = taste(handle, first + u32(lane), index(tile, at.ENTERED, lane), k, s)
                become_aware(handle, tile, lane, s, own, at.HEARD_PARTNER, book)
                praise(tile, lane, sellers, s, market.beyond.partners[p, at.PARTNER_TRUST], BY_PARTNER, p)
                book[s, at.ADVISED] += 1


@njit
def partner_asked(handle, u):
    """The partner whom a buyer asks in the period, or -1: at most one."""
    market = view(handle)
    chance = ZERO
    for p in range(market.beyond.partners.shape[0]):
        chance += market.beyond.partners[p, at.PARTNER_ADVICE]
        if u < chance:
            return p
    return -1


@njit
def seller_recommended(handle, p, u):
    """The seller that a partner recommends, or -1."""
    market = view(handle)
    for s in range(market.standing.shape[0]):
        if u < market.beyond.advises[p, s]:
            return s
    return -1


@njit
def speak(handle, tile, q, begin, end, t, scratch):
    """5  What each buyer tells in the next period: a grievance until it is answered, else its last experience with its supplier.

    An unresolved problem is told of the seller under whom it arose, even if the buyer left in the same period; a broken promise of the
    supplier bought from last, with the disappointment. Who is under contract cannot answer a grievance, and goes on telling it."""
    market = view(handle)
    sellers = market.standing.shape[0]
    heard, told = market.beyond.words[t & 1], market.beyond.words[(t + 1) & 1]
    for lane in range(begin, end):
        slot = q * LANES + lane
        happened, incumbent = whole(tile, at.HAPPENED, lane), whole(tile, at.INCUMBENT, lane)
        key = as_int(scratch[cell(on.KEY, lane)])
        served = key >> i32(3) if key >= 0 else i32(-1)
        g = scratch[cell(on.G_NOW, lane)]
        seller, x, relationship, grievance = incumbent, tile[cell(hearsay(at.DELIVERED, sellers), lane)], g, False
        if (happened & i32(at.BROKEN)) and (happened & i32(at.INCIDENT)):      # broken by the last lot; else the buyer has answered it
            promised = market.offers[incumbent, at.PROMISE] * market.offers[incumbent, at.QUALITY]
            relationship, grievance = rules.told_disappointment(g if served == incumbent else ZERO, promised, x), True
        elif happened & i32(at.UNRESOLVED):
            if served != incumbent:
                before = as_int(heard[slot, at.TELLS])
                usual = market.offers[served, at.CAPABILITY] * market.offers[served, at.QUALITY]
                x = heard[slot, at.TELLS_VALUE] if before >= 0 and (before & i32(31)) == served else usual
            seller, grievance = served, True
        elif happened & i32(at.INCIDENT):
            before = as_int(heard[slot, at.TELLS])
            seller, x = before & i32(31) if before >= 0 else incumbent, heard[slot, at.TELLS_VALUE]
            relationship, grievance = heard[slot, at.TELLS_RELATIONSHIP], before >= 0
        elif served != incumbent:
            relationship = ZERO
        fresh = i32(at.FRESH) if happened & i32(at.NEWCOMER) else i32(0)
        tells = i32(seller | (i32(at.GRIEVANCE) if grievance else i32(0)) | fresh) if seller >= 0 else i32(-1)
        told[slot, at.TELLS] = as_float(i32(tells))
        told[slot, at.TELLS_VALUE] = x
        told[slot, at.TELLS_RELATIONSHIP] = relationship
        told[slot, at.TELLS_SUPPLIER] = as_float(i32(incumbent))
