"""One run of a market, played period by period: who bought what from whom in each.

The engine keeps of a period what its buyers are at the end of it: lots bought, and by seller how many purchases there ever were (up to 127)
and when the last was. What was bought from whom is the difference between two periods. Of a buyer who has bought more than 127 lots from
several of the sellers from which it buys several lots in one period, the split over these is not known and is assumed even (`unsure`).
"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from sim.core import kernel
from sim.core import state as at
from sim.core.handle import handle
from sim.money import in_force, stated_terms
from sim.offers import burn_in, strategy_arrays
from sim.population import draw_population
from sim.runs import new_market

MOST_COUNTED = 127


@dataclass(frozen=True)
class Moment:
    """One recorded period, just played. Arrays over the n buyers who bought anything in it, in the order of their numbers, unless said
    otherwise; a supplier is a seller's number, -1 for none."""

    period: int                     # 1 … the last
    market: at.Market               # as it stands at the end of the period
    slots: tuple[np.ndarray, np.ndarray]        # tile and lane of every buyer: int32 [N]
    newcomers: np.ndarray           # numbers of the buyers who took the place of others in this period
    buyer: np.ndarray               # numbers, 0 … N − 1
    lots: np.ndarray                # int16 [seller, n]
    units: np.ndarray               # float64 [n]: units in a lot
    supplier_before: np.ndarray     # int32 [n]: when the period began (-1 for a newcomer)
    tenure_before: np.ndarray       # int32 [n]: periods since that relationship began
    supplier: np.ndarray            # int32 [n]: when it ended
    tenure: np.ndarray              # int32 [n]
    reviewed: np.ndarray            # bool [n]
    served: tuple[np.ndarray, np.ndarray]       # int8 [N]: supplier and level of every buyer when the period began
    terms: dict[str, np.ndarray]    # float64 [seller]: price, unit_cost, contact_cost, resolution_cost in force
    unsure: int                     # lots whose seller is not known for sure

    def row(self, row: int, who=slice(None)) -> np.ndarray:
        """A row of the state at the end of the period, of all buyers or some: float32."""
        tile, lane = self.slots
        return blocks(self.market)[tile[who], row, lane[who]]

    def whole(self, row: int, who=slice(None)) -> np.ndarray:
        """A row that holds whole numbers: int32."""
        return self.row(row, who).view(np.int32)


def blocks(market: at.Market) -> np.ndarray:
    """The state by tile, row and lane."""
    return market.state.reshape(len(market.state), -1, at.STRIDE)


def purchases(scenario, strategy: str, run: int = 0, seed: int | None = None,
              progress: Callable[[int, int], None] | None = None) -> Iterator[Moment]:
    """Play run `run` (from 0) under one strategy and yield every recorded period; the very market that `runs.simulate` plays.

    progress: called with (done, total) periods. Raises KeyError for an unknown strategy."""
    plan, population = strategy_arrays(scenario, strategy), draw_population(scenario)
    seed = scenario.seed if seed is None else seed
    market = new_market(scenario, plan, population, seed, run)
    words, scratch, before = handle(market), kernel.new_scratch(len(market.standing)), burn_in(scenario)
    stated, total = stated_terms(scenario, strategy), before + scenario.market.periods
    kernel.begin(words)
    kernel.play(words, 0, before, scratch)
    memory = Memory(market, population, any(buyer.lots > 1 for buyer in scenario.buyers.values()), before)
    for period in range(1, scenario.market.periods + 1):
        kernel.play(words, before + period - 1, before + period, scratch)
        yield memory.moment(period, {name: values[period - 1, 0] for name, values in stated.items()})
        if progress:
            progress(before + period, total)


class Memory:
    """What has to be remembered of the period before: suppliers, since when, their levels, and counts of purchases."""

    def __init__(self, market: at.Market, population: at.Population, several: bool, before: int):
        lanes = population.tile_lanes
        self.market, self.sellers, self.before = market, len(market.standing), before
        self.tile = np.repeat(np.arange(len(lanes), dtype=np.int32), lanes)
        self.lane = np.concatenate([np.arange(n, dtype=np.int32) for n in lanes])
        self.everybody = np.arange(len(self.tile))
        self.supplier, self.since = self._all(at.INCUMBENT).astype(np.int8), self._all(at.SINCE)
        self.level = self._level().astype(np.int8)
        self.counts = np.stack([self._all(at.ROWS + at.HISTORY * self.sellers + s) & MOST_COUNTED
                                for s in range(self.sellers)]).astype(np.int8) if several else None

    def _all(self, row: int) -> np.ndarray:
        """A row of whole numbers of every buyer."""
        return blocks(self.market)[self.tile, row, self.lane].view(np.int32)

    def _level(self) -> np.ndarray:
        """The level at which every buyer is served."""
        return self._all(at.AGREEMENT) & at.LEVEL_BITS

    def moment(self, period: int, terms: dict[str, np.ndarray]) -> Moment:
        """The period that has just been played, and remember it."""
        happened, now = self._all(at.HAPPENED), self.before + period - 1
        newcomers = np.flatnonzero(happened & at.NEWCOMER)
        self.supplier[newcomers] = -1
        if self.counts is not None:
            self.counts[:, newcomers] = 0
        buyer = np.flatnonzero(happened >> at.BOUGHT_SHIFT)
        tile, lane = self.tile[buyer], self.lane[buyer]
        rows = blocks(self.market)
        histories = np.stack([rows[tile, at.ROWS + at.HISTORY * self.sellers + s, lane].view(np.int32) for s in range(self.sellers)])
        lots, unsure = self._lots(buyer, histories, (happened[buyer] >> at.BOUGHT_SHIFT) & 31, now)
        supplier, since, level = self._all(at.INCUMBENT), self._all(at.SINCE), self._level()
        held = {name: in_force(values, self.market.course[period, :, at.COURSE.index(name)]) if name in at.COURSE else values
                for name, values in terms.items()}
        found = Moment(
            period, self.market, (self.tile, self.lane), newcomers, buyer, lots,
            np.rint(rows[tile, at.VOLUME, lane] * np.float32(at.UNIT_PARTS)).astype(float) / at.UNIT_PARTS,
            self.supplier[buyer].astype(np.int32), now - self.since[buyer], supplier[buyer], now - since[buyer],
            (happened[buyer] & at.REVIEWED) != 0, (self.supplier.copy(), self.level.copy()), held, unsure)
        self.supplier[:], self.since[:], self.level[:] = supplier, since, level
        return found

    def _lots(self, buyer: np.ndarray, histories: np.ndarray, bought: np.ndarray, now: int) -> tuple[np.ndarray, int]:
        """Lots by seller, int16 [seller, n], and how many are not known for sure."""
        here = (histories >> 16) & 0xFFFF == now + 1
        if self.counts is None:
            return here.astype(np.int16), 0
        after = histories & MOST_COUNTED
        lots = np.where(here, after - self.counts[:, buyer], 0)
        self.counts[:, buyer] = after
        full = here & (after == MOST_COUNTED)
        rest, sharers, unsure = bought - np.where(full, 0, lots).sum(0), full.sum(0), 0
        lots = np.where(full & (sharers == 1), rest, lots)
        for i in np.flatnonzero(sharers > 1):              # more than 127 lots from each of two sellers
            several = np.flatnonzero(full[:, i])
            lots[several, i] = [len(part) for part in np.array_split(np.arange(rest[i]), len(several))]
            unsure += int(rest[i])
        return lots.astype(np.int16), unsure
