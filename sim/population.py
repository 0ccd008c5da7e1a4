"""Scenario -> buyers: quantile functions by type and the tiles that hold them. The only place that draws populations.

An attribute is drawn by looking up a tabulated quantile function at a uniform random number. The table is even in the logit of the
probability, so that tails are as fine as the middle, and the kernel draws newcomers from the same table as the first buyers.
"""
from math import exp

import numpy as np

from sim.core.state import LANES, QUANTILE_POINTS, QUANTILE_REACH, Population
from sim.core.terms import ATTRIBUTES
from sim.scenario.schema import BuyerType, facts

NUMBERS_PER_TYPE = 1 << 28     # buyers of type k are numbered from k · 2^28, so that no type's size moves another's luck
PROBABILITIES = np.array([1 / (1 + exp(-logit)) for logit in np.linspace(-QUANTILE_REACH, QUANTILE_REACH, QUANTILE_POINTS).tolist()])


def draw_population(scenario) -> Population:
    """Everything about buyers that is known before their luck: `state.Population` for a scenario."""
    counts = buyers_by_type(scenario)
    types = list(scenario.buyers.values())
    return Population(
        attributes=np.stack([[attribute_table(buyer, name) for name in ATTRIBUTES] for buyer in types]),
        tastes=np.stack([[taste_table(scenario, buyer, seller) for seller in scenario.sellers.values()] for buyer in types]),
        lots=np.array([buyer.lots for buyer in types], np.int32),
        present=np.flatnonzero(counts).astype(np.int32),
        start=starting_shares(scenario),
        **tiles(counts))


def buyers_by_type(scenario) -> list[int]:
    """How many buyers each type has: shares of the market's buyers, rounded by largest remainder so that they add up."""
    exact = np.array([buyer.share for buyer in scenario.buyers.values()]) * scenario.market.buyers
    counts = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[:scenario.market.buyers - counts.sum()]] += 1
    return counts.tolist()


def evenly_spread(buyers: int, number: int) -> list[int]:
    """The numbers (0 … buyers − 1) of so many buyers, evenly spread over the market, so that types come in their shares; all, where there
    are not more."""
    return np.unique(np.linspace(0, buyers - 1, min(number, buyers)).astype(int)).tolist()


def tiles(counts: list[int]) -> dict[str, np.ndarray]:
    """Whole tiles of one type each, the last of a type partly filled: their type, first buyer's number and lanes in use."""
    kinds, firsts, lanes = [], [], []
    for k, count in enumerate(counts):
        for first in range(0, count, LANES):
            kinds.append(k)
            firsts.append(k * NUMBERS_PER_TYPE + first)
            lanes.append(min(LANES, count - first))
    return {"tile_type": np.array(kinds, np.int32), "tile_first": np.array(firsts, np.uint32), "tile_lanes": np.array(lanes, np.int32),
            "type_slots": type_slots(counts)}


def type_slots(counts: list[int]) -> np.ndarray:
    """For each type, how many buyers come before it and the slot (tile · LANES + lane) of its first; a last row for the end."""
    tiles_of = [-(-count // LANES) for count in counts]
    return np.column_stack([np.cumsum([0, *counts]), LANES * np.cumsum([0, *tiles_of])]).astype(np.int64)


def attribute_table(buyer, name: str) -> np.ndarray:
    """The quantile function of one attribute of one type, clipped to the attribute's bounds; float32 [QUANTILE_POINTS].

    `volume` is per lot: an occasion's volume split evenly over the lots."""
    distribution, known = getattr(buyer, name), facts(BuyerType, name)
    values = distribution.quantile(PROBABILITIES)
    low = known.least if known.least is not None else -np.inf
    values = np.clip(values, low, known.most if known.most is not None else np.inf)
    return coarse(values / buyer.lots if name == "volume" else values)


def taste_table(scenario, buyer, seller) -> np.ndarray:
    """The quantile function of a type's private, lasting taste for a seller, money per unit.

    Normal with the type's `taste_spread`; or, where the seller has a `taste_shape`, μ · log(gamma draw of that shape): the logit
    choices of such buyers are Dirichlet-distributed (Goodhardt, Ehrenberg & Chatfield 1984)."""
    from scipy.special import ndtri

    if seller.taste_shape is None:
        return coarse(buyer.taste_spread * ndtri(PROBABILITIES))
    return coarse(scenario.behaviour.choice_noise * log_gamma_quantile(seller.taste_shape, PROBABILITIES))


def log_gamma_quantile(shape: float, u: np.ndarray) -> np.ndarray:
    """log of the gamma quantile; where the quantile itself underflows, its leading term (log u + log Γ(shape + 1)) / shape."""
    from scipy.special import gammaincinv, gammaln

    quantile = gammaincinv(shape, u)
    leading = (np.log(u) + gammaln(shape + 1)) / shape
    return np.where(quantile > 1e-200, np.log(np.maximum(quantile, 1e-300)), leading)


def coarse(values: np.ndarray) -> np.ndarray:
    """float32 with the last three bits rounded away, so that a last-bit difference between libraries cannot show."""
    bits = np.asarray(values, np.float32).view(np.int32)
    varies = np.ptp(values) > 0 if np.isfinite(values).all() else False
    return ((bits + 4) & ~np.int32(7)).view(np.float32) if varies else bits.view(np.float32)


def starting_shares(scenario) -> np.ndarray:
    """Cumulative shares of accounts with which a running market starts; zeros in a new one. Unstated shares split the rest."""
    sellers = scenario.sellers.values()
    if scenario.market.start == "new":
        return np.zeros(len(sellers), np.float32)
    stated = sum(seller.starting_share or 0.0 for seller in sellers)
    silent = sum(seller.starting_share is None for seller in sellers)
    each = (1.0 - stated) / silent if silent else 0.0
    return np.cumsum([each if seller.starting_share is None else seller.starting_share for seller in sellers]).astype(np.float32)
