"""What the experiments share: markets made from the default one, and a seller's profit and stocks as arrays."""
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from sim.money import accounts_by_level, discounting, ledger, money, total, type_shares
from sim.runs import Runs, simulate
from sim.scenario import Scenario, load
from sim.scenario.levels import LEVELS

TYPES = ("lost_for_good", "intermediate", "always_a_share")
NETWORKS = ("none", "well_mixed", "small_world", "scale_free")
YEAR = 12                                        # periods: the default market counts in months
ACCOUNTS = {"small": 12, "large": 90}            # units an occasion (quarterly): the catalogue's median, and thirty units a month
# The level by type that repays itself in the default market (`scenarios/default.yaml`, Finding).
CARE = "{lost_for_good: reactive, intermediate: proactive, always_a_share: reactive}"
BY_LEVEL = {level: f"ours: {{level: {level}}}" for level in LEVELS}      # one level for all accounts of ours


class Under(NamedTuple):
    """What an experiment is played under: defaults put in place of the shipped ones (PATH=VALUE; what makes the experiment still comes
    after them and wins), and on how many threads, which bears on no number."""
    defaults: tuple[str, ...] = ()
    threads: int | None = None


AS_SHIPPED = Under()


def market(strategies: dict[str, str], *sets: str, buyers: int, periods: int, runs: int = 2, under: Under = AS_SHIPPED) -> Scenario:
    """The default market with strategies written in YAML, the first of which is the baseline and is played before the record."""
    named = [f"strategies.{name}={{{plan}}}" for name, plan in strategies.items()]
    size = [f"market.buyers={buyers}", f"market.periods={periods}", f"runs={runs}", f"baseline={next(iter(strategies))}"]
    return load("default", sets=[*under.defaults, *named, *size, *sets])


def play(strategies: dict[str, str], *sets: str, under: Under = AS_SHIPPED, **size: int) -> Runs:
    """The strategies of such a market, every run."""
    return simulate(market(strategies, *sets, under=under, **size), list(strategies), threads=under.threads)


def median_volume(units: float) -> list[str]:
    """Settings that give every type of buyer orders of a median size, spread as by default."""
    return [f"buyers.{kind}.volume={{lognormal: {{median: {units:g}, spread: 0.6}}}}" for kind in TYPES]


def level_as(name: str, other: str, under: Under = AS_SHIPPED, **changes) -> list[str]:
    """Settings that make a level what another is, but for some of its numbers."""
    model = load("default", sets=under.defaults).levels[other]
    fields = {field: getattr(model, field) for field in type(model).model_fields} | changes
    return [f"levels.{name}.{field}={str(value).lower()}" for field, value in fields.items()]


def profit(runs: Runs, strategy: str, seller: str = "ours") -> np.ndarray:
    """A seller's discounted profit per buyer of the market: float64 [run, period, type]."""
    earned = money(runs, strategy)["profit"][..., list(runs.scenario.sellers).index(seller)]
    return earned * discounting(runs.scenario)[:, None] / runs.scenario.market.buyers


def npv_by_type(runs: Runs, strategy: str) -> np.ndarray:
    """Our discounted profit per buyer of each type: float64 [run, type]."""
    earned = money(runs, strategy)["profit"][..., list(runs.scenario.sellers).index("ours")]
    return np.einsum("rpk,p->rk", earned, discounting(runs.scenario)) / (type_shares(runs.scenario) * runs.scenario.market.buyers)


def npv(runs: Runs, strategy: str) -> np.ndarray:
    """Our discounted profit per buyer of the market: float64 [run]."""
    return npv_by_type(runs, strategy) @ type_shares(runs.scenario)


def per_buyer_of_type(runs: Runs, earned: np.ndarray) -> np.ndarray:
    """What is per buyer of the market in `earned` [..., type], per buyer of the type; nought where a type has no buyers."""
    shares = type_shares(runs.scenario)
    return np.divide(earned, shares, out=np.zeros_like(earned), where=shares > 0)


def pool_of_the_lost(runs: Runs, strategy: str) -> np.ndarray:
    """Buyers who have left ours and not come back, as a share of the type: float64 [run, 1 + periods, type]."""
    stock = total(ledger(runs, strategy)[..., 0, :], "former").cumsum(1)
    return per_buyer_of_type(runs, stock / runs.scenario.market.buyers)


def kept(runs: Runs, strategy: str, sellers: Iterable[int], window: int, types: Iterable[int]) -> np.ndarray:
    """The share of accounts kept in a period, turnover left out, over windows of some periods: float64 [run, window].

    Types weigh as they do among the buyers, so that a seller's mix of accounts has no part in it."""
    flows, sellers = ledger(runs, strategy), list(sellers)
    held = accounts_by_level(flows).sum(-1)[:, :-1][..., sellers].sum(-1)
    lost = total(flows, "lost_price", "lost_incident")[:, 1:][..., sellers].sum(-1)
    windows = held.shape[1] // window
    held, lost = (x[:, :windows * window].reshape(len(x), windows, window, -1).sum(2) for x in (held, lost))
    weight = type_shares(runs.scenario)[list(types)]
    return 1 - (lost / np.maximum(held, 1))[..., list(types)] @ (weight / weight.sum())


def watched_runs(scenario: Scenario, strategies: Sequence[str], runs: int, under: Under = AS_SHIPPED) -> Iterable[Runs]:
    """Run by run, every buyer watched: one at a time, as panels are large. Each has its own seed, the scenario's plus its number."""
    for run in range(runs):
        yield simulate(scenario, strategies, runs=1, seed=scenario.seed + run, watch=range(scenario.market.buyers), threads=under.threads)
