"""What the market remembers, and in which array: buyers in tiles, sellers' offers and standing, and the ledger.

Buyers live in tiles of 512 lanes, all of one buyer type. A tile is one row of `state`, a float32 block `[tile, row · STRIDE + lane]`:
named rows of numbers, then four rows for each seller (the dyad). Everything a tile needs lies behind one pointer, which is what
lets the compiler turn the loops over lanes into vector instructions. Rows marked "whole" hold the bits of an int32.

Money is per unit of product unless said otherwise; periods count from 0 at the start of the burn-in.
"""
from typing import NamedTuple

import numpy as np

LANES = 512
# Numbers from one row to the next: a cache line more than the lanes, or all rows of a lane would compete for the same few cache sets
# (gathering a lane's rows took four times as long).
STRIDE = LANES + 16

# --- a buyer: what it is (drawn when it enters; the order of terms.Attribute) ---------------------------------------------
SWITCHING_COST = 0            # σ, money per unit
TIME_HORIZON = 1              # h, periods
RETURN_COST = 2               # ρ, money per unit, may be infinite
RELATIONSHIP_ORIENTATION = 3  # θ, 0..1
PRICE_SENSITIVITY = 4         # α, weight
PURCHASE_RATE = 5             # λ, probability of a purchase occasion per period
VOLUME = 6                    # units per lot
VOICE = 7                     # v, 0..1
# --- a buyer: its relationship with the incumbent supplier ------------------------------------------------------------------
TIE = 8                       # K, 0..1
WORTH = 9                     # diary: the account's discounted profit so far, in money of the first recorded period
INCUMBENT = 10                # whole: seller, or -1
AGREEMENT = 11                # whole: bits 0-2 the level at which the incumbent serves this buyer (terms.Level), from bit 3 on the first
                              # period in which the buyer is free to leave
SINCE = 12                    # whole: period in which the relationship began
ENTERED = 13                  # whole: 0 for the first buyers, else the period of entry plus one; with the number, the key of the attributes
AWARE = 14                    # whole: bit s is set when the buyer knows seller s
HAPPENED = 15                 # whole: what happened in the period, bit by bit (below)
ROWS = 16
# --- the dyad with seller s: rows dyad(FIELD, s) ----------------------------------------------------------------------------
VALUE = 0                     # V, believed offering value, money per unit, taste included
RELATIONSHIP = 1              # G, believed relationship value, money per unit
BOND = 2                      # B, 0..1
HISTORY = 3                   # whole: bits 0-6 purchases, 7 left, 8-14 periods of use, 15 set up, 16-31 last purchase + 1
DYAD_ROWS = 4
# --- where buyers hear of sellers: rows hearsay(FIELD, sellers), after the dyads; a market in which nobody tells anything has none ----
DELIVERED = 0                 # what the incumbent delivered last, money per unit, taste not included
CHANNEL = 1                   # whole: how the incumbent won this buyer (terms.Channel)
REFERRER = 2                  # whole: the slot of the buyer who recommended it and is its account too, or the partner's number; -1: nobody
RECOMMENDED = 3               # whole: the seller last recommended, or -1; cleared by a review
RECOMMENDED_BY = 4            # whole: the channel, and from bit 3 who it was (as REFERRER) plus one
HEARSAY_ROWS = 5

# --- what each buyer tells at the end of a period: words[parity, slot, field]; two copies, one told, one being made up ----------------
TELLS = 0                     # whole: the seller it tells of, or -1; bit 6 a grievance, bit 7 a buyer that has just entered
TELLS_VALUE = 1               # x, offering delivered, money per unit, taste not included
TELLS_RELATIONSHIP = 2        # g, relationship experience, money per unit
TELLS_SUPPLIER = 3            # whole: the seller that serves it, or -1
WORD_FIELDS = 4               # sixteen bytes a buyer, so that no word lies across two cache lines
GRIEVANCE, FRESH = 64, 128    # bits of TELLS

LEVEL_BITS, CONTRACT_SHIFT = 7, 3               # of AGREEMENT

# --- bits of HAPPENED ---------------------------------------------------------------------------------------------------------
INCIDENT = 1                  # a critical incident waits for an answer; the only bit that outlives the period
PROBLEM = 2
COMPLAINED = 4
DETECTED = 8
RESOLVED = 16
CONTACT = 32
OCCASION = 64
REVIEWED = 128
SWITCHED = 256
SKIPPED = 512
BROKEN = 1024
NEWCOMER = 2048
UNRESOLVED = 4096
BOUGHT_SHIFT = 16             # bits 16-20: lots bought in the period

# --- an offer: what seller s asks, promises and pays: stated[epoch, s, field] by its plan, offers[s, field] in the period ----------
OFFER = ("price", "unit_cost", "quality", "promise", "capability", "reach", "advertising", "accuracy", "detect", "learning_boost",
         "discount_per_period", "discount_most", "contact_cost", "resolution_cost", "acquisition_cost", "listening_cost",
         "lost_cost", "targeting", "allowed", "premium", "referral_reward", "commission", "network", "talk", "fixed_cost",
         "spend_customer", "spend_referral", "spend_supplier", "spend_recruitment", "spend_influence", "spend_internal")
(PRICE, UNIT_COST, QUALITY, PROMISE, CAPABILITY, REACH, ADVERTISING, ACCURACY, DETECT, LEARNING_BOOST, DISCOUNT_PER_PERIOD,
 DISCOUNT_MOST, CONTACT_COST, RESOLUTION_COST, ACQUISITION_COST, LISTENING_COST, LOST_COST, TARGETING, ALLOWED, PREMIUM, REFERRAL_REWARD,
 COMMISSION, ALLIANCE, TALK, FIXED_COST, SPEND, _, _, _, _, _) = range(len(OFFER))

# --- how a seller answers the market: answers[epoch, s, field]; 0 in the first field of a rule means that it is off -------------------
ANSWER = ("match", "match_floor", "harvest", "harvest_from", "harvest_to", "harvest_premium", "copy_lag", "drop_lag",
          "reprice_every", "reprice_foresight", "reprice_apart")
(MATCH, MATCH_FLOOR, HARVEST, HARVEST_FROM, HARVEST_TO, HARVEST_PREMIUM, COPY_LAG, DROP_LAG, REPRICE_EVERY, REPRICE_FORESIGHT,
 REPRICE_APART) = range(len(ANSWER))
# --- where its answers have led a seller: response[s, field], whole ---------------------------------------------------------------------
FOLLOWS, HARVESTING, SERVED_AS, RESPONSE_FIELDS = 0, 1, 2, 7    # whose plan; harvests; what each level has become
# --- one of the six markets: six_markets[market, field]; a partner: partners[p, field]; an influence shock: shocks[i, field] -----------
MARKET_GROWTH, MARKET_FADE, MARKET_EFFECT, MARKET_FIELDS = range(4)
PARTNER_ADVICE, PARTNER_TRUST, PARTNER_GROWTH, PARTNER_FADE, PARTNER_COMMISSION_HALF, PARTNER_FIELDS = range(6)
SHOCK_PERIOD, SHOCK_SELLER, SHOCK_REPUTATION, SHOCK_REACH, SHOCK_NEWS, SHOCK_FIELDS = range(6)

# --- a level: levels[level, field] ------------------------------------------------------------------------------------------
LEVEL_FIELDS = ("openness", "detect", "resolve", "prevent", "usage", "social_growth", "tie_growth", "learns", "contact_rate",
                "contact_after_sale", "cost_per_account", "setup_cost")
(LEVEL_OPENNESS, LEVEL_DETECT, LEVEL_RESOLVE, LEVEL_PREVENT, LEVEL_USAGE, LEVEL_SOCIAL, LEVEL_TIE, LEVEL_LEARNS, LEVEL_CONTACT,
 LEVEL_AFTER_SALE, LEVEL_COST, LEVEL_SETUP) = range(len(LEVEL_FIELDS))

# --- service: what a level amounts to at seller s in this period, service[5 · s + level, field] -----------------------------
(SERVICE_PROBLEM, SERVICE_OPENNESS, SERVICE_DETECT, SERVICE_RESOLVE, SERVICE_USAGE, SERVICE_SOCIAL, SERVICE_TIE, SERVICE_CONTACT,
 SERVICE_AFTER_SALE, SERVICE_COST, SERVICE_FIELDS) = range(11)

# --- standing: a seller's stocks, standing[s, field]; the six markets' stocks follow from STOCKS on (terms.RelationshipMarket) --------
REPUTATION, LEARNED, STOCKS = range(3)
STANDING_FIELDS = STOCKS + 6
# --- the course of a seller: what held in each period, course[period, s, field] ---------------------------------------------------------
COURSE = ("price", "premium", "unit_cost", "capability", "reputation", "learned", "customer", "referral", "supplier", "recruitment",
          "influence", "internal", "follows", "harvesting")
COURSE_STANDING = 4           # the first of the fields that are standing; before it, what the offer was

# --- the ledger: flows[period, type, seller, column], whole numbers, added up so that order cannot matter -------------------
COLUMNS = (
    "served_basic", "served_reactive", "served_accountable", "served_proactive", "served_partnership",   # accounts tended, by level
    "entered_basic", "entered_reactive", "entered_accountable", "entered_proactive", "entered_partnership",
    "quitted_basic", "quitted_reactive", "quitted_accountable", "quitted_proactive", "quitted_partnership",
    "problems", "complaints", "detected", "resolved", "unresolved", "lessons", "contacts",
    "value_sum", "bond_sum", "expansion", "commitment",             # over accounts tended: believed value × 100, bond × 10,000; counts
    "set_up_basic", "set_up_reactive", "set_up_accountable", "set_up_proactive", "set_up_partnership",       # accounts set up for a level
    "won_new", "won_back",                                          # first purchase from this seller ever; had left it and returns
    "lost_price", "lost_incident", "lost_turnover",
    "reviews", "reorders", "skipped", "kept", "broken",
    "lots", "units", "units_repeat", "units_wallet", "discount",    # units × UNIT_PARTS; discount in those × basis points
    "heard", "prospects", "former",                                 # newly aware; changes of the stocks of aware non-buyers and of the lost
    # counted only where buyers hear of sellers (from FIRST_HEARSAY on):
    "won_advertising", "won_word_of_mouth", "won_partner",          # accounts won by channel; the rest by own search
    "heard_word_of_mouth", "heard_partner", "known", "forgotten",   # newly aware; known on entering; aware buyers who left the market
    "told_good", "told_bad", "advised", "reached",                  # words that got through, partners' recommendations, reached by a shock
    "vouched", "unvouched", "lost_vouched", "lost_unvouched",       # accounts won by word of mouth, referrer still an account or not
    # counted only where a seller gives up levels that do not pay:
    "sold_basic", "sold_reactive", "sold_accountable", "sold_proactive", "sold_partnership",         # units sold to accounts by level
)
_number = {name: i for i, name in enumerate(COLUMNS)}
SERVED, ENTERED_LEVEL, QUITTED_LEVEL = _number["served_basic"], _number["entered_basic"], _number["quitted_basic"]
(PROBLEMS, COMPLAINTS, DETECTIONS, RESOLUTIONS, UNRESOLVED_PROBLEMS, LESSONS, CONTACTS, VALUE_SUM, BOND_SUM, EXPANSION, COMMITMENT,
 SET_UP_LEVEL, _, _, _, _, WON_NEW, WON_BACK, LOST_PRICE, LOST_INCIDENT, LOST_TURNOVER, REVIEWS, REORDERS, SKIPS, KEPT, BROKEN_PROMISES,
 LOTS, UNITS, UNITS_REPEAT, UNITS_WALLET, DISCOUNT, HEARD, PROSPECTS, FORMER, WON_ADVERTISING, WON_WORD_OF_MOUTH, WON_PARTNER,
 HEARD_WORD_OF_MOUTH, HEARD_PARTNER, KNOWN, FORGOTTEN, TOLD_GOOD, TOLD_BAD, ADVISED, REACHED, VOUCHED, UNVOUCHED, LOST_VOUCHED,
 LOST_UNVOUCHED, SOLD_LEVEL) = range(_number["problems"], len(COLUMNS) - 4)
FIRST_HEARSAY = WON_ADVERTISING

UNIT_PARTS, WORTH_PARTS = 10_000, 10_000         # the ledger counts units and accounts' worth in whole parts of one,
VALUE_PARTS, BOND_PARTS = 100, 10_000            # and so believed values and bonds
EXPANSION_BOND, COMMITMENT_BOND = 0.2, 0.5    # where a relationship counts as expanding, as committed (Dwyer, Schurr & Oh's phases)

QUANTILE_POINTS = 1025        # points of an attribute's quantile function, evenly spaced in the logit of the probability
QUANTILE_REACH = 17.0         # from logit -17 to 17: beyond the smallest and largest uniform number


class Behaviour(NamedTuple):
    """How all buyers of the market judge, learn and forget: float32 scalars, named as in the scenario."""
    choice_noise: np.float32        # μ, money per unit
    horizon_scale: np.float32       # h0, periods
    bond_value: np.float32          # b, money per unit
    tie_value: np.float32           # κ, money per unit
    loss_aversion: np.float32
    learning: np.float32
    slowest_learning: np.float32    # w_min
    bond_decay: np.float32
    bond_damage: np.float32
    promise_bond: np.float32
    tie_fade: np.float32
    forgetting: np.float32
    reputation_speed: np.float32
    seller_learning: np.float32
    seller_forgetting: np.float32
    learning_effect: np.float32
    problem_rate: np.float32        # f · complexity, probability per period of use
    severity: np.float32
    delight: np.float32
    complaint_relief: np.float32
    delivery_spread: np.float32
    tolerance: np.float32
    reserve: np.float32
    turnover: np.float32
    discount: np.float32            # discount rate per period
    market_quality: np.float32      # mean deliverable value over sellers at the start, money per unit: what strangers are believed to offer
    doubt: np.float32               # what the relationship experience lacks in the period after a purchase, unless there is contact
    talk: np.float32                # chance that a contented neighbour's word gets through in a period
    bad_news: np.float32
    credence: np.float32
    lent_trust: np.float32
    support: np.float32
    reward_half: np.float32


class Strategy(NamedTuple):
    """What the sellers do, epoch by epoch; an epoch ends where a scheduled event changes something."""
    epoch: np.ndarray        # int32 [periods]: the epoch of each period
    stated: np.ndarray       # float32 [epoch, seller, OFFER]: what each seller offers by its plan
    level_of: np.ndarray     # int32 [epoch, seller, type]: level by recognised type (uniform: the same for all)
    value_from: np.ndarray   # float32 [epoch, seller, 5]: account margin per period from which a level applies; inf = never
    capacity: np.ndarray     # float32 [epoch, seller, 5]: accounts a level can serve well
    regrouped: np.ndarray    # uint8 [epoch, seller]: whether accounts are assigned to levels anew when the epoch begins
    answers: np.ndarray      # float32 [epoch, seller, ANSWER]: the rules by which a seller answers the market
    spending: np.ndarray     # float32 [epoch, seller, partner]: spending on each partner, money per period


class Population(NamedTuple):
    """Who the buyers are before luck: quantile functions by type, and the tiles that hold them."""
    attributes: np.ndarray   # float32 [type, ATTRIBUTES, QUANTILE_POINTS]
    tastes: np.ndarray       # float32 [type, seller, QUANTILE_POINTS], money per unit
    lots: np.ndarray         # int32 [type]
    present: np.ndarray      # int32: the types that have buyers
    start: np.ndarray        # float32 [seller]: cumulative starting shares; all 0 in a new market
    tile_type: np.ndarray    # int32 [tile]
    tile_first: np.ndarray   # uint32 [tile]: number of the buyer in lane 0, unique over types and unmoved when another type grows
    tile_lanes: np.ndarray   # int32 [tile]: lanes in use
    type_slots: np.ndarray   # int64 [type + 1, 2]: buyers of all types before this one, and the slot of its first (tile · LANES + lane)


class Beyond(NamedTuple):
    """What lies beyond the dyad of buyer and seller (MODEL 10); everything is empty where a scenario has none of it."""
    first: np.ndarray        # int64 [slots + 1]: where each buyer's neighbours begin in `neighbours`
    neighbours: np.ndarray   # int32 [links]: slots of those whom a buyer hears
    words: np.ndarray        # float32 [2, slots, WORD_FIELDS]: what buyers tell; period t reads copy t & 1 and writes the other
    six_markets: np.ndarray  # float32 [6, MARKET_FIELDS]
    partners: np.ndarray     # float32 [partner, PARTNER_FIELDS]
    goodwill: np.ndarray     # float32 [partner, seller], 0..1
    advises: np.ndarray      # float32 [partner, seller]: cumulative chances of being recommended, made anew every period
    shocks: np.ndarray       # float32 [shock, SHOCK_FIELDS], in the order of their periods


class Market(NamedTuple):
    """One market in one run under one strategy: everything `kernel.advance` reads and writes."""
    luck: np.ndarray         # uint32 [3]: seed (low, high) and run
    behaviour: np.ndarray    # float32 [len(Behaviour)]: what `Behaviour` names, in its order
    levels: np.ndarray       # float32 [5, LEVEL_FIELDS]
    strategy: Strategy
    population: Population
    state: np.ndarray        # float32 [tile, rows · STRIDE]
    standing: np.ndarray     # float32 [seller, STANDING_FIELDS]
    accounts: np.ndarray     # int64 [seller, 5]: accounts at each level at the end of the last period
    held: np.ndarray         # int64 [seller, type]: the same by buyer type
    offers: np.ndarray       # float32 [seller, OFFER]: what holds in the period, made anew every period from what is stated
    service: np.ndarray      # float32 [5 · sellers, SERVICE_FIELDS], made anew every period
    changed: np.ndarray      # uint8 [seller]: whether accounts are assigned to levels anew in the period
    response: np.ndarray     # int32 [seller, RESPONSE_FIELDS]: where its answers have led a seller
    earned: np.ndarray       # float64 [seller, periods]: profit of each period, as the seller reckons it
    beyond: Beyond
    burn_in: int             # periods before the record begins
    hearing: int             # 1 where buyers hear of sellers from advertising, one another, partners or influencers
    network: int             # whom they hear (terms.Network)
    discount_factor: np.ndarray  # float32 [periods]: 1 in the first recorded period; 0 during the burn-in
    flows: np.ndarray        # int64 [worker, 1 + recorded periods, type, seller + 1, COLUMNS]; row 0: before the record; last: nobody
    endings: np.ndarray      # int64 [worker, type, seller, origin, duration, cause]; origin 0 held at the start, 1 won since
    worth: np.ndarray        # int64 [worker, type, seller, cohort]: money × WORTH_PARTS of the cohort's period, over ended accounts
    channel_endings: np.ndarray  # int64 [worker, type, seller, channel, duration, cause]: won on record; empty without hearing
    channel_worth: np.ndarray    # int64 [worker, type, seller, channel, cohort]
    course: np.ndarray       # float32 [1 + recorded periods, seller, COURSE]: what held in the period; row 0: before the record
    goodwill_course: np.ndarray  # float32 [1 + recorded periods, partner, seller]: goodwill at the end of the period
    watched: np.ndarray      # int64 [buyers watched]: tile · LANES + lane
    panel: np.ndarray        # float32 [1 + recorded periods, buyers watched, rows]: their states, for traces and buyer tables


def rows(sellers: int, hearing: bool = False) -> int:
    """Rows of a tile: `ROWS` and the dyads, and hearsay where there is any."""
    return ROWS + DYAD_ROWS * sellers + (HEARSAY_ROWS if hearing else 0)


def row_names(sellers: int, hearing: bool = False) -> list[str]:
    """The name of every row of a tile, in order; the dyads' end in the seller's number."""
    names = ["switching_cost", "time_horizon", "return_cost", "relationship_orientation", "price_sensitivity", "purchase_rate",
             "volume", "voice", "tie", "worth", "incumbent", "agreement", "since", "entered", "aware", "happened"]
    names += [f"{field}_{s}" for field in ("value", "relationship", "bond", "history") for s in range(sellers)]
    return names + (["delivered", "channel", "referrer", "recommended", "recommended_by"] if hearing else [])


def aligned(shape: tuple, dtype=np.float32) -> np.ndarray:
    """A zeroed array that starts on a cache line (numpy's own may start 16 bytes off, which costs several per cent)."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start:start + size].view(dtype).reshape(shape)
