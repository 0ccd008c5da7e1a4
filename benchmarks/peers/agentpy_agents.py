"""The same market in AgentPy: its agents, lists and model around the very rules of the plain Mesa peer, which are plain Python too."""
import agentpy as ap

from benchmarks.plain_mesa import PlainBuyer, PlainMarket, PlainSeller, drawing
from sim.core.state import LEVEL_FIELDS
from sim.core.terms import LEVELS
from sim.offers import burn_in, level_table
from sim.population import buyers_by_type


def same(cls, *names: str):
    """A class decorator: what `cls` does under these names, said once."""
    def give(other):
        for name in names:
            setattr(other, name, vars(cls)[name])
        return other
    return give


@same(PlainSeller, "take", "clear", "open", "service_at", "level_for", "close")
class Seller(ap.Agent):
    """A seller."""

    def setup(self, index, name, parameters):
        self.index, self.name = index, name
        self.reputation, self.learned, self.accounts = parameters.reputation, 0.0, [0] * len(LEVELS)
        self.take(parameters)
        self.clear()


@same(PlainBuyer, "enter", "impression", "recognised_by", "join", "leave", "regroup", "step", "hear", "use", "tend", "learnt", "buy",
      "choose", "luck", "encounter")
class Buyer(ap.Agent):
    """A buyer."""

    random = property(lambda self: self.model.random)

    def setup(self, kind):
        self.kind = kind
        self.enter()


@same(PlainMarket, "drawings", "settle", "change")
class AgentPyModel(ap.Model):
    """The market; its parameters are the scenario and the strategy."""

    def setup(self):
        scenario = self.scenario = self.p.scenario
        self.strategy = self.p.strategy
        self.behaviour, self.product, self.turnover = scenario.behaviour, scenario.product, scenario.market.turnover
        self.types, self.type_names, counts = list(scenario.buyers.values()), list(scenario.buyers), buyers_by_type(scenario)
        self.present = [name for name, count in zip(self.type_names, counts, strict=True) if count]
        self.levels = [dict(zip(LEVEL_FIELDS, row.tolist(), strict=True)) for row in level_table(scenario)]
        self.market_quality = sum(seller.quality for seller in scenario.sellers.values()) / len(scenario.sellers)
        self.draws = [self.drawings(buyer) for buyer in self.types]
        self.contracts = [drawing(buyer.contract, self.random, 0) for buyer in self.types]
        self.period, self.burn_in = -1, burn_in(scenario)
        starting = scenario.sellers_under(scenario.baseline if self.burn_in else self.strategy, 1)
        self.sellers = ap.AgentList(self, [Seller(self, s, name, starting[name]) for s, name in enumerate(scenario.sellers)])
        self.advertised = any(seller.advertising for seller in self.sellers)
        self.buyers = ap.AgentList(self, [Buyer(self, kind) for kind, count in enumerate(counts) for _ in range(count)])
        for buyer in self.buyers:
            self.settle(buyer)

    def step(self):
        """One period."""
        self.period += 1
        recorded = self.period - self.burn_in + 1
        changing = self.period > 0 and recorded in self.scenario.change_periods(self.strategy)
        regrouped = self.change(recorded) if changing else ()
        self.sellers.open()
        for buyer in self.buyers if regrouped else ():
            if buyer.supplier in regrouped:
                buyer.regroup()
        self.buyers.shuffle().step()
        self.sellers.close()


class AgentPyMarket:
    """The model as the benchmark drives it."""

    def __init__(self, scenario, strategy: str, seed: int):
        self.model = AgentPyModel({"scenario": scenario, "strategy": strategy, "seed": seed})
        self.model.sim_setup()
        for _ in range(self.model.burn_in):
            self.model.sim_step()
        self.sellers = list(self.model.sellers)
        for seller in self.sellers:                         # AgentList.clear would be the list's own
            seller.clear()

    def step(self) -> None:
        self.model.sim_step()
