"""Scenario -> what lies beyond the dyad: networks, the six markets, referral partners and shocks, as the arrays of `state.Beyond`."""
import numpy as np

from sim.core import state as at
from sim.core.state import LANES, Beyond, Population, Strategy
from sim.core.terms import MARKETS, NEIGHBOURS, WELL_MIXED, Network
from sim.network import buyer_network
from sim.offers import burn_in


def network_kind(scenario) -> int:
    """Whom buyers hear: a `terms.Network`."""
    return {"none": int(Network.NONE), "well_mixed": WELL_MIXED}.get(scenario.word_of_mouth.network, NEIGHBOURS)


def anybody_heard(scenario, strategy: Strategy) -> bool:
    """Whether buyers hear of sellers at all: by advertising, from one another, from partners or from influencers."""
    advertised = bool((strategy.stated[..., at.ADVERTISING] > 0).any())
    return advertised or network_kind(scenario) > 0 or bool(scenario.partners) or bool(scenario.influence)


def beyond_the_dyad(scenario, population: Population, seed: int, run: int) -> Beyond:
    """Everything beyond the dyad at the start of one run: stocks and goodwill at nought, nobody with anything to tell."""
    sellers, partners, slots = len(scenario.sellers), len(scenario.partners), len(population.tile_lanes) * LANES
    neighbours = buyer_network(scenario, population, seed, run)
    return Beyond(
        first=neighbours.first, neighbours=neighbours.of,
        words=at.aligned((2, slots if network_kind(scenario) else 0, at.WORD_FIELDS)),
        six_markets=six_markets(scenario), partners=partner_table(scenario),
        goodwill=np.zeros((partners, sellers), np.float32), advises=np.zeros((partners, sellers), np.float32), shocks=shocks(scenario))


def growth(scenario, half_at: float, fade: float) -> float:
    """What a unit of money a period adds to an empty stock: spending of half_at · buyers then balances fading at one half."""
    return fade / (half_at * scenario.market.buyers)


def six_markets(scenario) -> np.ndarray:
    """float32 [6, MARKET_FIELDS]."""
    found = [scenario.six_markets[name] for name in MARKETS]
    return np.array([[growth(scenario, one.half_at, one.fade), one.fade, one.effect] for one in found], np.float32)


def partner_table(scenario) -> np.ndarray:
    """float32 [partner, PARTNER_FIELDS]."""
    rows = [[one.advice, one.trust, growth(scenario, one.half_at, one.fade), one.fade, one.commission_half]
            for one in scenario.partners.values()]
    return np.array(rows, np.float32).reshape(len(rows), at.PARTNER_FIELDS)


def shocks(scenario) -> np.ndarray:
    """float32 [shock, SHOCK_FIELDS]: one row for each seller struck, periods counted from the start of the burn-in."""
    names, before = list(scenario.sellers), burn_in(scenario)
    rows = [[before + shock.at - 1, names.index(member), shock.reputation, shock.reach, shock.news]
            for shock in sorted(scenario.influence, key=lambda one: one.at) for member in scenario.groups.get(shock.seller, [shock.seller])]
    return np.array(rows, np.float32).reshape(len(rows), at.SHOCK_FIELDS)
