"""Markets reduced to what a closed form knows: one buyer type, static beliefs, no problems, choice a plain logit."""
import math

import numpy as np

from sim.core import state as at
from sim.scenario import load

STATIC = (
    "market.period=year", "market.turnover=0", "market.burn_in=0", "market.discount_rate=0.12",
    "product.problem_rate=0", "product.delivery_spread=0", "product.reserve=-1000",
    "behaviour.choice_noise=8", "behaviour.learning=0", "behaviour.promise_bond=0", "behaviour.reputation_speed=0",
    "buyers={lost_for_good: {share: 1, switching_cost: 0, time_horizon: 0, return_cost: .inf, price_sensitivity: 1, purchase_rate: 1,"
    " volume: 1, lots: 1, taste_spread: 0, contract: 0}, intermediate: {share: 0}, always_a_share: {share: 0}}",
    "strategies={transactional: {}, relationship: {}}", "baseline=transactional",
)
STRATEGY = "transactional"     # both strategies are the same here; one is played
BUYERS = "buyers.lost_for_good"
OURS, NOISE = 0, 8.0
MARGIN, DISCOUNT = 100.0, 0.12


def static_market(*sets: str, rivals: int = 1):
    """One type that reviews at every occasion (rate 1), equal sellers at margin 100, all accounts ours; yearly periods, d = 12%."""
    sellers = ("sellers={ours: {price: 100, unit_cost: 0, quality: 118, reputation: 1, level: basic, starting_share: 1},"
               f" rivals: {{count: {rivals}, price: 100, unit_cost: 0, quality: 118, reputation: 1, level: basic}}}}")
    return load("default", sets=[*STATIC, sellers, *sets])


def switching_cost_for(retention: float, rivals: int = 1) -> float:
    """σ at which a reviewing buyer stays with probability r among equal sellers: r = 1 / (1 + rivals · exp(−σ/μ))."""
    return NOISE * math.log(rivals * retention / (1 - retention))


def accounts(record, seller: int = OURS) -> np.ndarray:
    """A seller's accounts at the end of each period, before the record first: int64 [1 + periods]."""
    flows = record.flows[:, :, seller].sum(1)
    entered = flows[:, at.ENTERED_LEVEL:at.ENTERED_LEVEL + 5] - flows[:, at.QUITTED_LEVEL:at.QUITTED_LEVEL + 5]
    return entered.sum(1).cumsum()


def column(record, name: str, seller: int = OURS) -> np.ndarray:
    """One column of a seller's ledger over all types, recorded periods only: int64 [periods]."""
    return record.flows[1:, :, seller, at.COLUMNS.index(name)].sum(1)


def course(record, name: str) -> np.ndarray:
    """What one field of every seller's course was in every recorded period: float64 [period, seller]."""
    return record.course[1:, :, at.COURSE.index(name)].astype(float)


def rows_of(record, population, first_row: int, count: int = 1) -> np.ndarray:
    """Rows of the final state for every buyer, tile after tile: float32 [count, buyers]."""
    tiles = record.state.reshape(len(record.state), -1, at.STRIDE)[:, first_row:first_row + count]
    return np.concatenate([tile[:, :lanes] for tile, lanes in zip(tiles, population.tile_lanes, strict=True)], axis=1)


def purchases(record, population, sellers: int) -> np.ndarray:
    """How often each buyer bought from each seller since it entered: int32 [seller, buyer] (a dyad counts to 127)."""
    histories = rows_of(record, population, at.ROWS + at.HISTORY * sellers, sellers)
    return histories.view(np.int32) & 127
