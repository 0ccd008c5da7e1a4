"""Markets reduced to what a closed form knows, and markets stepped by hand."""
import numpy as np

from sim.core import kernel
from sim.core import state as at
from sim.core.handle import handle
from sim.experiments.published.markets import (  # noqa: F401  tests have them from here
    BUYERS,
    NOISE,
    OURS,
    STATIC,
    STRATEGY,
    accounts,
    column,
    purchases,
    rows_of,
    static_market,
    switching_cost_for,
)
from sim.offers import strategy_arrays
from sim.population import draw_population
from sim.runs import new_market

# --- markets stepped by hand -----------------------------------------------------------------------------------------------------

WHOLE = ("incumbent", "agreement", "since", "entered", "aware", "happened", "history", "channel", "referrer", "recommended",
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

    def booked(self, name: str) -> np.ndarray:
        """A column of the ledger in the last period, over all types: int64 [seller]."""
        row = max(self.t - self.market.burn_in, 0)
        return self.market.flows[0, row, :, :-1, at.COLUMNS.index(name)].sum(0)
