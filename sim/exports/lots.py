"""The order in which lots of one period were bought, which the engine does not keep: a twin of the market plays the period lot by lot.

Without it they would stand seller by seller, and a buyer whom nothing holds would look loyal: a switching cost of nought came back as 0.8
choice noises where occasions have four lots.
"""
import numpy as np

from sim.core import kernel
from sim.core import state as at
from sim.core.handle import handle
from sim.offers import burn_in, strategy_arrays
from sim.population import draw_population
from sim.runs import new_market


class LotByLot:
    """A twin of the market that `purchases` plays: the same scenario, strategy, run (from 0) and seed, so the same buyers and luck.

    `period` takes each period's buyers through their first lot, then from the same start through their first two, and so on. Whoever
    supplies a buyer after one lot more was bought has sold that lot. What sellers settle before the period they settle once, as they
    reckon with all lots."""

    def __init__(self, scenario, strategy: str, run: int, seed: int):
        population = draw_population(scenario)
        self.lots, self.most = population.lots.copy(), max(int(population.lots.max()), 1)
        self.market = new_market(scenario, strategy_arrays(scenario, strategy), population._replace(lots=self.lots.copy()), seed, run)
        self.words, self.scratch = handle(self.market), kernel.new_scratch(len(self.market.standing))
        self.now, lanes = burn_in(scenario), population.tile_lanes
        self.tile = np.repeat(np.arange(len(lanes)), lanes)
        self.lane = np.concatenate([np.arange(n) for n in lanes])
        kernel.begin(self.words)
        kernel.play(self.words, 0, self.now, self.scratch)

    def period(self) -> tuple[np.ndarray, np.ndarray]:
        """Play the next period: (supplier of every buyer after each of its lots, -1 for none; whether it bought that lot), [lot, buyer]."""
        market, before = self.market, np.zeros((len(self.market.standing), len(at.COLUMNS)), np.int64)
        kernel.booked_before(self.words, self.now, before)
        kernel.open_period(self.words, self.now)
        self._assign_levels_anew()
        start = [(array, array.copy()) for array in changing(market)]
        supplier, lots = (np.empty((self.most, len(self.tile)), np.int8) for _ in range(2))
        for lot in range(self.most):
            for array, was in start:
                array[...] = was
            market.population.lots[:] = np.minimum(self.lots, lot + 1)
            kernel.step_tiles(self.words, 0, self.now, self.scratch)
            supplier[lot] = self._whole(at.INCUMBENT)
            lots[lot] = (self._whole(at.HAPPENED) >> at.BOUGHT_SHIFT) & 31
        kernel.close_period(self.words, self.now, before)
        self.now += 1
        return supplier, np.diff(lots, axis=0, prepend=np.int8(0)) > 0

    def _assign_levels_anew(self) -> None:
        """Levels by account value count all lots, so they are settled before lots are played one by one."""
        market, people = self.market, self.market.population
        row = max(self.now - market.burn_in + 1, 0)
        for q in range(len(market.state) if market.changed.any() else 0):
            k = people.tile_type[q]
            kernel.assign_levels_anew(self.words, market.state[q], 0, people.tile_lanes[q], people.tile_first[q], k, self.now,
                                      market.flows[0, row, k])
        market.changed[:] = 0

    def _whole(self, row: int) -> np.ndarray:
        """A row of whole numbers of every buyer, in the order of their numbers."""
        return self.market.state.reshape(len(self.market.state), -1, at.STRIDE)[self.tile, row, self.lane].view(np.int32)


def changing(market: at.Market) -> list[np.ndarray]:
    """The arrays that a period may write to; who hears whom stays as it is."""
    beyond = (market.beyond.words, market.beyond.goodwill, market.beyond.advises)
    return [part for part in (*market, *beyond) if isinstance(part, np.ndarray) and part.flags.writeable and part.size]
