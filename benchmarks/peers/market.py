"""What peers that keep buyers in columns have in common: the sellers, a handful of numbers each, and the calendar of a market.

The rules are those of `benchmarks.plain_mesa`, a row of sellers at a time; the buyers are each peer's own.
"""
import numpy as np

from benchmarks.plain_mesa import BOOKED
from sim.core.state import LEVEL_FIELDS, OFFER
from sim.core.terms import LEVELS
from sim.offers import burn_in, level_table, levels_by_type, offer
from sim.population import buyers_by_type

SERVICE = ("problem", "openness", "detect", "resolve", "usage", "social", "tie_growth", "contact", "after_sale", "learns")


class Sellers:
    """Every field of `state.OFFER` and every stock as an array [seller]; books [seller, type]; accounts and service [seller, level]."""

    def __init__(self, scenario, parameters):
        self.names, self.behaviour, self.product = list(scenario.sellers), scenario.behaviour, scenario.product
        self.count, self.kinds = len(self.names), len(scenario.buyers)
        self.levels = dict(zip(LEVEL_FIELDS, level_table(scenario).T.astype(float), strict=True))
        self.market_quality = np.mean([seller.quality for seller in scenario.sellers.values()])
        self.reputation = np.array([parameters[name].reputation for name in self.names], float)
        self.learned = np.zeros(self.count)
        self.accounts = np.zeros((self.count, len(LEVELS)), int)
        self.plans = [None] * self.count
        self.take(scenario, parameters)
        self.clear()

    def take(self, scenario, parameters) -> np.ndarray:
        """Adopt the parameters of a strategy; whether each seller gives accounts other levels than before, bool [seller]."""
        rows = np.array([offer(scenario, parameters[name]) for name in self.names], float)
        for field, values in zip(OFFER, rows.T, strict=True):
            setattr(self, field, values)
        self.level_of = np.array([levels_by_type(scenario, parameters[name]) for name in self.names])
        self.capacity = np.array([[parameters[name].capacity[level] for level in LEVELS] for name in self.names], float)
        before, self.plans = self.plans, [parameters[name].level for name in self.names]
        return np.array([old != new for old, new in zip(before, self.plans, strict=True)])

    def clear(self) -> None:
        """Start the books afresh."""
        self.booked = {column: np.zeros((self.count, self.kinds)) for column in BOOKED}

    def book(self, column: str, sellers, kinds, amounts=None) -> None:
        """Add one, or an amount, to a column for each pair of seller and buyer type."""
        found = np.bincount(sellers * self.kinds + kinds, amounts, minlength=self.count * self.kinds)
        self.booked[column] += found.reshape(self.count, self.kinds)

    def belief(self) -> np.ndarray:
        """What a buyer without a taste of its own first believes of each seller's value."""
        return self.market_quality + self.reputation * (self.promise * self.quality - self.market_quality)

    def service(self) -> dict[str, np.ndarray]:
        """What each level amounts to in this period, thinned out past its capacity: each of `SERVICE` as [seller, level]."""
        mind, product, levels = self.behaviour, self.product, self.levels
        full = np.where(self.accounts <= self.capacity, 1.0, self.capacity / np.maximum(self.accounts, 1))
        thin = {field: full * row + (1 - full) * row[0] for field, row in levels.items()}
        problem = product.problem_rate * product.complexity * (1 - thin["prevent"])
        every = np.ones_like(full)
        return {
            "problem": np.minimum(problem * (1 - mind.learning_effect * self.learned[:, None]), 1),
            "openness": thin["openness"], "detect": 1 - (1 - thin["detect"]) * (1 - self.detect[:, None]),
            "resolve": thin["resolve"] * self.capability[:, None], "usage": thin["usage"] * self.capability[:, None],
            "social": every * levels["social_growth"], "tie_growth": thin["tie_growth"], "contact": thin["contact_rate"],
            "after_sale": every * levels["contact_after_sale"] > 0, "learns": every * levels["learns"] > 0}

    def close(self, kept, broken, lessons, served) -> None:
        """Reputation follows the promises kept, learning the problems that surfaced: counts of the period [seller]."""
        mind, promises = self.behaviour, kept + broken
        found = np.where(promises > 0, kept / np.maximum(promises, 1), self.reputation)
        self.reputation = self.reputation + mind.reputation_speed * (found - self.reputation)
        speed = mind.seller_learning * (1 + self.learning_boost) * lessons / np.maximum(served, 1)
        self.learned = np.clip(self.learned + speed * (1 - self.learned) - mind.seller_forgetting * self.learned, 0, 1)


class Market:
    """The market of a scenario under one strategy. The burn-in is played when the market is made; the books then start afresh.

    A peer says what it does with `settle(counts)`, `regroup(sellers)` and `buyers_period()`."""

    def __init__(self, scenario, strategy: str, seed: int):
        self.scenario, self.strategy, self.rng = scenario, strategy, np.random.default_rng(seed)
        self.behaviour, self.product, self.turnover = scenario.behaviour, scenario.product, scenario.market.turnover
        self.types, self.counts = list(scenario.buyers.values()), buyers_by_type(scenario)
        self.present = np.flatnonzero(self.counts)
        self.period, self.burn_in = -1, burn_in(scenario)
        self.sellers = Sellers(scenario, scenario.sellers_under(scenario.baseline if self.burn_in else strategy, 1))
        self.settle()
        for _ in range(self.burn_in):
            self.step()
        self.sellers.clear()

    def step(self) -> None:
        """One period: plans that change, service by the accounts of the period before, the buyers, the sellers' stocks."""
        self.period += 1
        recorded = self.period - self.burn_in + 1
        regrouped = np.zeros(self.sellers.count, bool)
        if self.period > 0 and recorded in self.scenario.change_periods(self.strategy):
            regrouped = self.sellers.take(self.scenario, self.scenario.sellers_under(self.strategy, recorded))
        self.service = self.sellers.service()
        if regrouped.any():
            self.regroup(regrouped)
        before = {column: self.sellers.booked[column].sum(1) for column in ("kept", "broken", "served")}
        lessons = self.buyers_period()
        kept, broken, served = (self.sellers.booked[column].sum(1) - sums for column, sums in before.items())
        self.sellers.close(kept, broken, lessons, served)

    def classes(self, kinds, sellers, right, which) -> np.ndarray:
        """The type that each seller's database takes each buyer for: the true one or, where it errs, one of the others at random."""
        if len(self.present) < 2:
            return kinds
        table = np.array([[k for k in self.present if k != own][:len(self.present) - 1] for own in range(len(self.types))])
        wrong = table[kinds, (which * table.shape[1]).astype(int)]
        return np.where(right < self.sellers.accuracy[sellers], kinds, wrong)
