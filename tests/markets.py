"""Markets reduced to what a closed form knows: one buyer type, static beliefs, no problems, choice a plain logit."""
import math

import numpy as np

from sim.core import kernel
from sim.core import state as at
from sim.core.handle import handle
from sim.offers import strategy_arrays
from sim.population import draw_population
from sim.runs import new_market
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


def rows_of(record, population, first_row: int, count: int = 1) -> np.ndarray:
    """Rows of the final state for every buyer, tile after tile: float32 [count, buyers]."""
    tiles = record.state.reshape(len(record.state), -1, at.STRIDE)[:, first_row:first_row + count]
    return np.concatenate([tile[:, :lanes] for tile, lanes in zip(tiles, population.tile_lanes, strict=True)], axis=1)


def purchases(record, population, sellers: int) -> np.ndarray:
    """How often each buyer bought from each seller since it entered: int32 [seller, buyer] (a dyad counts to 127)."""
    histories = rows_of(record, population, at.ROWS + at.HISTORY * sellers, sellers)
    return histories.view(np.int32) & 127


# --- markets stepped by hand -----------------------------------------------------------------------------------------------------

WHOLE = ("incumbent", "level", "since", "contract_end", "entered", "aware", "happened", "history", "channel", "referrer", "recommended",
         "recommended_by")


class Stepped:
    """A market stepped by hand: what buyers are and what they tell can be read and written between two periods.

    Buyers are numbered as always, types one after another; period `t` is the next to be played."""

    def __init__(self, scenario, strategy: str = STRATEGY, run: int = 0):
        self.scenario, self.t = scenario, 0
        self.market = new_market(scenario, strategy_arrays(scenario, strategy), draw_population(scenario), scenario.seed, run)
        self.words, self.sellers = handle(self.market), len(scenario.sellers)
        self.scratch = kernel.new_scratch(self.sellers)
        lanes = self.market.population.tile_lanes
        self.tile, self.lane = np.repeat(np.arange(len(lanes)), lanes), np.concatenate([np.arange(n) for n in lanes])
        self.slot, self.buyers = self.tile * at.LANES + self.lane, int(lanes.sum())
        self.rows = {name: row for row, name in enumerate(at.row_names(self.sellers, bool(self.market.hearing)))}
        kernel.begin(self.words)

    def step(self, periods: int = 1) -> "Stepped":
        kernel.play(self.words, self.t, self.t + periods, self.scratch)
        self.t += periods
        return self

    def block(self, name: str) -> np.ndarray:
        """A row of all tiles: [tile, lane], as whole numbers where it holds them."""
        row = self.market.state.reshape(len(self.market.state), -1, at.STRIDE)[:, self.rows[name]]
        return row.view(np.int32) if name.rsplit("_", 1)[0] in WHOLE or name in WHOLE else row

    def get(self, name: str) -> np.ndarray:
        """What every buyer has in a row, such as "bond_0"."""
        return self.block(name)[self.tile, self.lane]

    def put(self, name: str, values, who=slice(None)) -> None:
        self.block(name)[self.tile[who], self.lane[who]] = values

    def everything(self) -> np.ndarray:
        """Every row of every buyer, as bits: uint32 [row, buyer]."""
        rows = self.market.state.reshape(len(self.market.state), -1, at.STRIDE)
        return rows[self.tile, :, self.lane].T.view(np.uint32)

    def hears(self, who: int) -> np.ndarray:
        """The numbers of a buyer's neighbours."""
        beyond, slot = self.market.beyond, self.slot[who]
        return np.searchsorted(self.slot, beyond.neighbours[beyond.first[slot]:beyond.first[slot + 1]])

    def said(self, field: int) -> np.ndarray:
        """A field of what every buyer told at the end of the last period; whole numbers where it holds them."""
        words = self.market.beyond.words[self.t & 1, self.slot, field]
        return words.view(np.int32) if field in (at.TELLS, at.TELLS_SUPPLIER) else words

    def say(self, seller, value=0.0, relationship=0.0, grievance=False, supplier=None, who=slice(None)) -> None:
        """Have buyers told something at the end of the last period. seller: -1 for nothing; supplier: default the seller."""
        words, slot = self.market.beyond.words[self.t & 1], self.slot[who]
        seller = np.asarray(seller)
        words.view(np.int32)[slot, at.TELLS] = np.where(seller < 0, -1, seller | np.where(grievance, at.GRIEVANCE, 0))
        words[slot, at.TELLS_VALUE], words[slot, at.TELLS_RELATIONSHIP] = value, relationship
        words.view(np.int32)[slot, at.TELLS_SUPPLIER] = seller if supplier is None else supplier

    def booked(self, column: str) -> np.ndarray:
        """A column of the ledger in the last period, over all types: int64 [seller]."""
        row = max(self.t - self.market.burn_in, 0)
        return self.market.flows[0, row, :, :-1, at.COLUMNS.index(column)].sum(0)
