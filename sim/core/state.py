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
LEVEL = 11                    # whole: the level at which the incumbent serves this buyer (terms.Level)
SINCE = 12                    # whole: period in which the relationship began
CONTRACT_END = 13             # whole: first period in which the buyer is free to leave
ENTERED = 14                  # whole: 0 for the first buyers, else the period of entry plus one; with the number, the key of the attributes
AWARE = 15                    # whole: bit s is set when the buyer knows seller s
HAPPENED = 16                 # whole: what happened in the period, bit by bit (below)
ROWS = 17
# --- the dyad with seller s: rows dyad(FIELD, s) ----------------------------------------------------------------------------
VALUE = 0                     # V, believed offering value, money per unit, taste included
RELATIONSHIP = 1              # G, believed relationship value, money per unit
BOND = 2                      # B, 0..1
HISTORY = 3                   # whole: bits 0-6 purchases, 7 left, 8-14 periods of use, 15 set up, 16-31 last purchase + 1
DYAD_ROWS = 4

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

# --- an offer: what seller s asks and promises in an epoch, offers[epoch, s, field] -----------------------------------------
OFFER = ("price", "unit_cost", "quality", "promise", "capability", "reach", "advertising", "accuracy", "detect", "learning_boost",
         "discount_per_period", "discount_most", "contact_cost", "resolution_cost", "acquisition_cost", "listening_cost",
         "lost_cost", "targeting", "allowed")
(PRICE, UNIT_COST, QUALITY, PROMISE, CAPABILITY, REACH, ADVERTISING, ACCURACY, DETECT, LEARNING_BOOST, DISCOUNT_PER_PERIOD,
 DISCOUNT_MOST, CONTACT_COST, RESOLUTION_COST, ACQUISITION_COST, LISTENING_COST, LOST_COST, TARGETING, ALLOWED) = range(len(OFFER))

# --- a level: levels[level, field] ------------------------------------------------------------------------------------------
LEVEL_FIELDS = ("openness", "detect", "resolve", "prevent", "usage", "social_growth", "tie_growth", "learns", "contact_rate",
                "contact_after_sale", "cost_per_account", "setup_cost")
(LEVEL_OPENNESS, LEVEL_DETECT, LEVEL_RESOLVE, LEVEL_PREVENT, LEVEL_USAGE, LEVEL_SOCIAL, LEVEL_TIE, LEVEL_LEARNS, LEVEL_CONTACT,
 LEVEL_AFTER_SALE, LEVEL_COST, LEVEL_SETUP) = range(len(LEVEL_FIELDS))

# --- service: what a level amounts to at seller s in this period, service[5 · s + level, field] -----------------------------
(SERVICE_PROBLEM, SERVICE_OPENNESS, SERVICE_DETECT, SERVICE_RESOLVE, SERVICE_USAGE, SERVICE_SOCIAL, SERVICE_TIE, SERVICE_CONTACT,
 SERVICE_AFTER_SALE, SERVICE_COST, SERVICE_FIELDS) = range(11)

# --- standing: a seller's stocks, standing[s, field] ------------------------------------------------------------------------
REPUTATION, LEARNED, STANDING_FIELDS = range(3)

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
)
_number = {name: i for i, name in enumerate(COLUMNS)}
SERVED, ENTERED_LEVEL, QUITTED_LEVEL = _number["served_basic"], _number["entered_basic"], _number["quitted_basic"]
(PROBLEMS, COMPLAINTS, DETECTIONS, RESOLUTIONS, UNRESOLVED_PROBLEMS, LESSONS, CONTACTS, VALUE_SUM, BOND_SUM, EXPANSION, COMMITMENT,
 SET_UP_LEVEL, _, _, _, _, WON_NEW, WON_BACK, LOST_PRICE, LOST_INCIDENT, LOST_TURNOVER, REVIEWS, REORDERS, SKIPS, KEPT, BROKEN_PROMISES,
 LOTS, UNITS, UNITS_REPEAT, UNITS_WALLET, DISCOUNT, HEARD, PROSPECTS, FORMER) = range(_number["problems"], len(COLUMNS))

UNIT_PARTS, WORTH_PARTS = 10_000, 10_000         # the ledger counts units and accounts' worth in whole parts of one
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


class Strategy(NamedTuple):
    """What the sellers do, epoch by epoch; an epoch ends where a scheduled event changes something."""
    epoch: np.ndarray        # int32 [periods]: the epoch of each period
    offers: np.ndarray       # float32 [epoch, seller, OFFER]
    level_of: np.ndarray     # int32 [epoch, seller, type]: level by recognised type (uniform: the same for all)
    value_from: np.ndarray   # float32 [epoch, seller, 5]: account margin per period from which a level applies; inf = never
    capacity: np.ndarray     # float32 [epoch, seller, 5]: accounts a level can serve well
    regrouped: np.ndarray    # uint8 [epoch, seller]: whether accounts are assigned to levels anew when the epoch begins


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
    service: np.ndarray      # float32 [5 · sellers, SERVICE_FIELDS], made anew every period
    burn_in: int             # periods before the record begins
    discount_factor: np.ndarray  # float32 [periods]: 1 in the first recorded period; 0 during the burn-in
    flows: np.ndarray        # int64 [worker, 1 + recorded periods, type, seller + 1, COLUMNS]; row 0: before the record; last: nobody
    endings: np.ndarray      # int64 [worker, type, seller, origin, duration, cause]; origin 0 held at the start, 1 won since
    worth: np.ndarray        # int64 [worker, type, seller, cohort]: money × WORTH_PARTS of the cohort's period, over ended accounts
    watched: np.ndarray      # int64 [buyers watched]: tile · LANES + lane
    panel: np.ndarray        # float32 [1 + recorded periods, buyers watched, rows]: their states, for traces and buyer tables


def rows(sellers: int) -> int:
    """Rows of a tile: `ROWS` and the dyads."""
    return ROWS + DYAD_ROWS * sellers


def row_names(sellers: int) -> list[str]:
    """The name of every row of a tile, in order; the dyads' end in the seller's number."""
    names = ["switching_cost", "time_horizon", "return_cost", "relationship_orientation", "price_sensitivity", "purchase_rate",
             "volume", "voice", "tie", "worth", "incumbent", "level", "since", "contract_end", "entered", "aware", "happened"]
    return names + [f"{field}_{s}" for field in ("value", "relationship", "bond", "history") for s in range(sellers)]


def aligned(shape: tuple, dtype=np.float32) -> np.ndarray:
    """A zeroed array that starts on a cache line (numpy's own may start 16 bytes off, which costs several per cent)."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(size + 64, np.uint8)
    start = -raw.ctypes.data % 64
    return raw[start:start + size].view(dtype).reshape(shape)
