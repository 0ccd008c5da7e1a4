"""The market as a Mesa model: the same arrays, rules and luck as `sim.runs`, one period at a step."""
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path

import mesa
import numpy as np

from sim.agents.buyer import Buyer
from sim.agents.partner import Partner
from sim.agents.rows import whole_in
from sim.agents.seller import Seller
from sim.agents.sets import KINDS, AgentViews
from sim.core import kernel
from sim.core import state as at
from sim.core.handle import handle
from sim.offers import alliances, strategy_arrays
from sim.population import draw_population
from sim.runs import Record, new_market, record_of
from sim.scenario import load

ACTIVATIONS = ("kernel", "do", "shuffle_do")
REPORTED = {"period": "steps", "accounts": "accounts", "market_share": "market_share", "problems": "problems", "switches": "switches"}
MADE_ANEW = ("_words", "_scratch", "rows", "whole_rows")     # they point into arrays, so a copied market makes its own


class Market(mesa.Model):
    """One market under one strategy in one run.

    scenario: a scenario, or the name or file of one (with `sets`, options such as "market.buyers=1000"); strategy: its name, default the
    baseline; run: number of the run, 0 the first; seed: default the scenario's. activation: how the buyers of a period are moved -
    "kernel" (whole tiles at once), "do" (each buyer's `step`, in order) or "shuffle_do" (each buyer's `step`, in random order). All three
    give the same bits. watch: numbers of buyers whose states `record()` keeps period by period. Raises KeyError for an unknown strategy,
    ValueError for an unknown activation.

    A running market's burn-in is played when the model is made: `steps` counts recorded periods, and `running` turns False after the last.
    """

    scenario = None             # newer versions of Mesa have a property of this name for scenarios of their own

    def __init__(self, scenario="default", strategy: str | None = None, run: int = 0, seed: int | None = None,
                 activation: str = "kernel", sets: tuple[str, ...] = (), watch: Iterable[int] = ()):
        scenario = load(scenario, sets) if isinstance(scenario, str | Path) else scenario
        super().__init__(rng=scenario.seed if seed is None else seed)
        if activation not in ACTIVATIONS:
            raise ValueError(f"{activation!r} is not an activation; choose from {', '.join(ACTIVATIONS)}")
        self.scenario, self.strategy = scenario, strategy or scenario.baseline
        self.run, self.seed, self.activation = run, scenario.seed if seed is None else seed, activation
        self.arrays = new_market(scenario, strategy_arrays(scenario, self.strategy), draw_population(scenario), self.seed, run,
                                 watched=tuple(watch))
        self.periods, self.burn_in = scenario.market.periods, self.arrays.burn_in
        self.number_of_buyers, self.number_of_sellers = int(self.arrays.population.tile_lanes.sum()), len(scenario.sellers)
        self.number_of_partners = len(scenario.partners)
        self.first_numbers = np.array([0, self.number_of_buyers, self.number_of_buyers + self.number_of_sellers])      # of each kind
        self.type_names, self.seller_names, self.partner_names, self.partner_kinds, self.alliance_names = (
            np.array(list(names), object) for names in (scenario.buyers, scenario.sellers, scenario.partners,
                                                        [one.kind for one in scenario.partners.values()], [*alliances(scenario), None]))
        self._ends = np.cumsum(self.arrays.population.tile_lanes)
        self._before = np.zeros((self.number_of_sellers, len(at.COLUMNS)), np.int64)
        self._buyers_due, self._sellers_due, self._partners_due = bytearray(), set(), set()     # who has not stepped in this period
        self._opened = self.burn_in - 1                                  # the last period begun, as the kernel counts
        self._connect()
        kernel.begin(self._words)
        kernel.play(self._words, 0, self.burn_in, self._scratch)
        self.datacollector = mesa.DataCollector(model_reporters=dict(REPORTED))

    def _connect(self) -> None:
        """What leads to the arrays: the kernel's handle, and the rows of all tiles as numbers and as whole numbers."""
        tiles = len(self.arrays.state)
        self._words, self._scratch = handle(self.arrays), kernel.new_scratch(self.number_of_sellers)
        self._ends_list = self._ends.tolist()
        self.rows = self.arrays.state.reshape(tiles, at.rows(self.number_of_sellers, bool(self.arrays.hearing)), -1)
        self.whole_rows = self.rows.view(np.int32)

    def __getstate__(self) -> dict:
        return {name: value for name, value in self.__dict__.items() if name not in MADE_ANEW}

    def __setstate__(self, state: dict) -> None:
        self.__dict__.update(state)
        self._connect()

    # --- agents ----------------------------------------------------------------------------------------------------------------------

    @property
    def buyers(self) -> AgentViews:
        """All buyers."""
        return AgentViews(self, range(self.number_of_buyers))

    @property
    def sellers(self) -> AgentViews:
        """All sellers, in the scenario's order."""
        return AgentViews(self, range(self.number_of_buyers, self.number_of_buyers + self.number_of_sellers))

    @property
    def agents(self) -> AgentViews:
        """All buyers, then all sellers, then all partners."""
        return AgentViews(self, range(self.number_of_buyers + self.number_of_sellers + self.number_of_partners))

    @property
    def partners(self) -> AgentViews:
        """All referral partners, in the scenario's order; none in many a market."""
        first = self.number_of_buyers + self.number_of_sellers
        return AgentViews(self, range(first, first + self.number_of_partners))

    @property
    def agent_types(self) -> list[type]:
        """The kinds of agents that the market has any of."""
        return [*self.agents_by_type]

    @property
    def agents_by_type(self) -> dict[type, AgentViews]:
        return {kind: agents for kind, agents in zip(KINDS, (self.buyers, self.sellers, self.partners), strict=True) if len(agents)}

    def agent(self, number: int) -> Buyer | Seller | Partner:
        """The agent of a number: buyers from 0, then sellers, then partners."""
        if number < self.number_of_buyers:
            return Buyer(self, number)
        number -= self.number_of_buyers
        return Seller(self, number) if number < self.number_of_sellers else Partner(self, number - self.number_of_sellers)

    def agents_numbered(self, numbers: np.ndarray) -> AgentViews:
        """The set of agents that have these numbers."""
        return AgentViews(self, np.asarray(numbers, np.int64))

    def register_agent(self, agent) -> None:
        """Refused: who takes part in a market is the scenario's business."""
        raise TypeError("a market's agents are the buyers, sellers and partners of its scenario; it takes no others")

    def remove_all_agents(self) -> None:
        """Refused, as `Agent.remove` is."""
        self.agent(0).remove()

    def place_of(self, index: int) -> tuple[int, int]:
        """(tile, lane) of one buyer."""
        tile = bisect_right(self._ends_list, index)
        return tile, index - (self._ends_list[tile - 1] if tile else 0)

    def places(self, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(tiles, lanes) of many buyers."""
        tiles = np.searchsorted(self._ends, indices, side="right")
        return tiles, indices - (self._ends - self.arrays.population.tile_lanes)[tiles]

    def numbers_in(self, slots: np.ndarray) -> np.ndarray:
        """The numbers of the buyers that live in some slots (tile · LANES + lane)."""
        slots, population = np.asarray(slots), self.arrays.population
        return (self._ends - population.tile_lanes)[slots // at.LANES] + slots % at.LANES

    def told_in(self, place: tuple) -> np.ndarray:
        """Which copy of their words holds what buyers tell: a buyer that has not stepped in the period tells what the others hear in it."""
        if 1 not in self._buyers_due:
            return np.full(np.shape(place[0]), self._opened + 1 & 1)
        number = self.numbers_in(place[0] * at.LANES + place[1])
        return self._opened + 1 - np.frombuffer(self._buyers_due, np.uint8)[number].astype(int) & 1

    def incumbents(self) -> np.ndarray:
        """The number of every buyer's supplier, -1 for none."""
        return whole_in(at.INCUMBENT)(self, self.places(np.arange(self.number_of_buyers)))

    # --- a period --------------------------------------------------------------------------------------------------------------------

    @property
    def _period(self) -> int:
        """The period as the kernel counts, from 0 at the start of the burn-in: the one being played, or else the last played."""
        return max(self.burn_in + self.steps - 1, 0)

    @property
    def epoch(self) -> int:
        """Which of the strategy's epochs holds."""
        return int(self.arrays.strategy.epoch[self._period])

    def parameters(self) -> dict:
        """The sellers' parameters as the scenario has them in the period, by name."""
        if self.steps == 0 and self.burn_in:
            return self.scenario.sellers_under(self.scenario.baseline, 1)
        return self.scenario.sellers_under(self.strategy, max(self.steps, 1))

    def step(self) -> None:
        """One period: sellers answer the market, every buyer, then every seller's books and every partner's goodwill."""
        self.open_period()
        self.activate()
        self.end_period()

    def open_period(self) -> None:
        """Before the buyers. Raises RuntimeError when all periods have been played."""
        if self.steps > self.periods:
            self.steps = self.periods
            raise RuntimeError(f"the market has played all of its {self.periods} periods")
        kernel.booked_before(self._words, self._period, self._before)
        kernel.open_period(self._words, self._period)
        self._buyers_due = bytearray(b"\1") * self.number_of_buyers
        self._sellers_due, self._partners_due = set(range(self.number_of_sellers)), set(range(self.number_of_partners))
        self._opened = self._period

    def activate(self) -> None:
        """Every buyer, then every seller, then every partner, in the way that `activation` says. Override it to activate them in a way of
        your own."""
        if self.activation == "kernel":
            kernel.step_tiles(self._words, 0, self._period, self._scratch)
            self._buyers_due = bytearray()
            self.sellers.do("step")
            self.partners.do("step")
        else:
            for agents in (self.buyers, self.sellers, self.partners):
                getattr(agents, self.activation)("step")

    def advance_buyer(self, index: int) -> None:
        """Move one buyer through the period: a tile of one lane."""
        if not self._buyers_due or not self._buyers_due[index]:
            raise RuntimeError(f"buyer {index} is not due: buyers step once in a period, within model.step()")
        self._buyers_due[index] = 0
        tile, lane = self.place_of(index)
        kernel.advance(self._words, 0, tile, lane, lane + 1, self._period, self._scratch)

    def close_seller(self, index: int) -> None:
        """One seller's books of the period."""
        if index not in self._sellers_due or 1 in self._buyers_due:
            raise RuntimeError(f"seller {self.seller_names[index]} is not due: sellers step once in a period, when every buyer has")
        self._sellers_due.remove(index)
        kernel.close_seller(self._words, index, self._period, self._before)

    def close_partner(self, index: int) -> None:
        """One partner's goodwill at the end of the period."""
        if index not in self._partners_due or self._sellers_due or 1 in self._buyers_due:
            raise RuntimeError(f"partner {self.partner_names[index]} is not due: partners step once in a period, when every seller has")
        self._partners_due.remove(index)
        kernel.close_partner(self._words, index, self._period)

    def end_period(self) -> None:
        """After sellers and partners: the states of watched buyers, what running relationships were worth when the market ends, and what
        the data collector collects."""
        missing = [*self.seller_names[sorted(self._sellers_due)], *self.partner_names[sorted(self._partners_due)]]
        if missing:
            raise RuntimeError(f"{', '.join(missing)} did not step in period {self.steps}")
        kernel.watch(self._words, self._period)
        if self.steps == self.periods:
            kernel.close_market(self._words, 0)
            self.running = False
        self.datacollector.collect(self)

    # --- what the period's books say -------------------------------------------------------------------------------------------------

    def booked(self, column: str) -> np.ndarray:
        """One column of the ledger (`sim.core.state.COLUMNS`) in the last period: int64 [type, seller]."""
        return self.arrays.flows[0, self.steps, :, :-1, at.COLUMNS.index(column)].copy()

    def by_seller(self, numbers: np.ndarray) -> dict:
        """One number for each seller, by name."""
        return dict(zip(self.seller_names, numbers.tolist(), strict=True))

    @property
    def accounts(self) -> dict[str, int]:
        """Buyers served by each seller at the end of the period."""
        return self.by_seller(self.arrays.accounts.sum(1))

    @property
    def market_share(self) -> dict[str, float]:
        """Each seller's share of the units sold in the period; not a number where none were sold."""
        units = self.booked("units").sum(0)
        return self.by_seller(units / units.sum() if units.sum() else units * np.nan)

    @property
    def problems(self) -> int:
        """Problems that arose in the period."""
        return int(self.booked("problems").sum())

    @property
    def switches(self) -> int:
        """Accounts that sellers lost to one another in the period, lot by lot."""
        return int(self.booked("lost_price").sum() + self.booked("lost_incident").sum())

    def record(self, keep_state: bool = False) -> Record:
        """The ledger so far, as `sim.runs` leaves it behind; complete once all periods have been played."""
        return record_of(self.arrays, keep_state)
