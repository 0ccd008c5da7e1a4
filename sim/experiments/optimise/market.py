"""What may be decided in a scenario's market, what its own strategies decide, and the policies that a search begins with."""

from collections.abc import Sequence

import numpy as np

from sim.experiments.optimise.arena import name_in
from sim.experiments.optimise.decisions import DECISIONS, FIELDS, Space
from sim.experiments.sweep.plan import LAYOUT
from sim.offers import periods_per_year
from sim.population import PROBABILITIES, attribute_table, buyers_by_type
from sim.scenario.levels import LEVELS
from sim.scenario.six_markets import SIX_MARKETS

LARGEST_DISCOUNT = 0.3  # of the price; never more than the margin
SAMPLED = 20_001  # buyers of a type among whom margins are ranked


def policy_of(scenario, strategy: str, fields: Sequence[str]) -> dict:
    """What a strategy decides, at its start."""
    seller = scenario.sellers_under(strategy, 1)[scenario.focal]
    found = {
        "level": seller.level.plain(),
        "loyalty_discount": seller.loyalty_discount.model_dump(),
        "listening": list(seller.listening),
        "relationship_budget": seller.relationship_budget.model_dump(),
    }
    return {name: found[name] for name in fields}


def changed_beside(scenario, strategy: str, fields: Sequence[str]) -> list[str]:
    """What else a strategy changes beside what is decided, compared with the baseline: names of fields, of other sellers, 'events'."""
    own, base = (scenario.stated.values["strategies"].get(name) or {} for name in (strategy, scenario.baseline))
    ours, stand = (one.get(scenario.focal) or {} for one in (own, base))
    found = [name for name in {**stand, **ours} if name not in fields and ours.get(name) != stand.get(name)]
    return found + [name for name in {**base, **own} if name != scenario.focal and own.get(name) != base.get(name)]


def space_of(scenario, decide: Sequence[str] | None = None) -> Space:
    """What may be decided in a scenario. decide: which of DECISIONS; default all, but the budget only where the scenario has sellers spend
    on their six markets, under any strategy."""
    decisions = tuple(name for name in DECISIONS if name in (decide or default_decisions(scenario)))
    fields = tuple(dict.fromkeys(FIELDS[name] for name in decisions))
    seller = scenario.sellers_under(scenario.baseline, 1)[scenario.focal]
    counts = buyers_by_type(scenario)
    largest = min(LARGEST_DISCOUNT, max(1 - seller.unit_cost / seller.price, 0.0)) if seller.price > 0 else 0.0
    scale = np.mean([stock.half_at for stock in scenario.six_markets.values()]) * scenario.market.buyers
    return Space(
        decisions,
        tuple(name for name, count in zip(scenario.buyers, counts, strict=True) if count),
        margins_of(scenario, seller),
        largest,
        six_markets_of(scenario),
        float(f"{scale:.2g}"),
        policy_of(scenario, scenario.baseline, fields),
    )


def default_decisions(scenario) -> tuple[str, ...]:
    """What is decided where nobody says."""
    spends = any(
        seller.relationship_budget.total > 0
        for strategy in scenario.strategies
        for period in scenario.change_periods(strategy)
        for seller in scenario.sellers_under(strategy, period).values()
    )
    return DECISIONS if spends else DECISIONS[:-1]


def six_markets_of(scenario) -> tuple[str, ...]:
    """Those of the six markets that can matter: nobody recommends where nobody talks, and goodwill has nothing to soften where nobody of
    influence acts."""
    talks = scenario.word_of_mouth.network != "none" or bool(scenario.partners)
    off = {"referral": not talks, "influence": not (talks or scenario.influence)}
    return tuple(name for name in SIX_MARKETS if not off.get(name))


def margins_of(scenario, seller) -> tuple[float, ...]:
    """What accounts bring the seller in a year before they are served, at every whole per cent of buyers: (p − c) · volume · λ, of
    buyers of each type drawn as the market draws them; empty where all bring the same."""
    luck, found, weight = np.random.default_rng([scenario.seed, LAYOUT, 30]), [], []
    for (_, buyer), count in zip(scenario.buyers.items(), buyers_by_type(scenario), strict=True):
        if count:
            volume, rate = (luck.permutation(_even(attribute_table(buyer, name))) for name in ("volume", "purchase_rate"))
            found.append((seller.price - seller.unit_cost) * volume * buyer.lots * rate * periods_per_year(scenario))
            weight.append(np.full(SAMPLED, count / SAMPLED))
    margins, weights = np.concatenate(found), np.concatenate(weight)
    order = np.argsort(margins, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    places = np.minimum(np.searchsorted(share, np.linspace(0, 1, 101)), len(order) - 1)
    quantiles = margins[order][places]
    return tuple(quantiles.tolist()) if quantiles[5] > 0 and quantiles[95] > 1.02 * quantiles[5] else ()


def _even(table: np.ndarray) -> np.ndarray:
    """An attribute of SAMPLED buyers, evenly over its quantiles."""
    return np.interp((np.arange(SAMPLED) + 0.5) / SAMPLED, PROBABILITIES, table.astype(float))


def starts(scenario, space: Space) -> list[dict]:
    """Policies to begin with: what the baseline does, the five uniform levels, what each of the scenario's strategies decides, and ladders
    by type, by value and for each account where these may be tried."""
    found = [space.standing]
    if "level" in space.fields:
        found += uniform_levels(space)
    own = [name for name in scenario.strategies if name != name_in(scenario)]
    found += [policy_of(scenario, name, space.fields) for name in own]
    if "by_type" in space.targetings:
        found += [
            space.standing | {"level": space.by_type(dict(zip(space.types, levels, strict=True)))} for levels in _ladders(space.types)
        ]
    if "segments_of_one" in space.targetings:
        found += [space.standing | {"level": {"segments_of_one": list(LEVELS[:top])}} for top in (5, 4)]
    if "by_value" in space.targetings:
        found += [space.standing | {"level": space.by_value([low, low + 1, low + 2], [8, 15])} for low in (0, 1, 2)]
    return found


def uniform_levels(space: Space) -> list[dict]:
    """Every account at one level, all else as it stands."""
    return [space.standing | {"level": level} for level in LEVELS]


def _ladders(types: tuple[str, ...]) -> list[list[str]]:
    """Levels that fall from the first type to the last, and those that rise."""
    down = [[LEVELS[max(top - step * place, 0)] for place in range(len(types))] for top in (4, 3) for step in (1, 2)]
    return [*down, *([*one[:-1][::-1], one[-1]] for one in down)]
