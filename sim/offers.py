"""Scenario -> sellers: what each offers, epoch by epoch, as the arrays of `state.Strategy`; and how all buyers behave."""
from functools import cache

import numpy as np

from sim.core.state import ANSWER, LEVEL_FIELDS, OFFER, Behaviour, Strategy
from sim.core.terms import LEVELS, MARKETS, Targeting
from sim.scenario.schema import MONTHS_PER_PERIOD


def periods_per_year(scenario) -> float:
    """How many of the market's periods make a year."""
    return 12 / MONTHS_PER_PERIOD[scenario.market.period]


def burn_in(scenario) -> int:
    """Periods that a running market is left alone before the record begins; a new market has none."""
    return scenario.market.burn_in if scenario.market.start == "running" else 0


def discount_per_period(scenario) -> float:
    """The discount rate of one period: (1 + yearly rate)^(1 / periods per year) − 1."""
    return (1 + scenario.market.discount_rate) ** (1 / periods_per_year(scenario)) - 1


def discounting(scenario) -> np.ndarray:
    """What money of each recorded period is worth in the first: (1 + d)^−(p − 1), float64 [period]."""
    return (1 + discount_per_period(scenario)) ** -np.arange(scenario.market.periods, dtype=float)


def discount_factors(scenario, before: int) -> np.ndarray:
    """What money of each period is worth in the first recorded one; 0 in the `before` periods of the burn-in."""
    return np.concatenate([np.zeros(before), discounting(scenario)]).astype(np.float32)


def behaviour(scenario) -> np.ndarray:
    """The scalars that hold for all buyers of the market: float32, in the order of `state.Behaviour`."""
    product, parts = scenario.product, (scenario.behaviour, scenario.word_of_mouth, scenario.product)
    given = {name: getattr(part, name) for part in parts for name in Behaviour._fields if name in named_in(type(part))}
    given |= {"problem_rate": product.problem_rate * product.complexity, "turnover": scenario.market.turnover,
              "discount": discount_per_period(scenario),
              "market_quality": np.mean([seller.quality for seller in scenario.sellers.values()])}
    return np.array([given[name] for name in Behaviour._fields], np.float32)


@cache
def named_in(kind: type) -> frozenset[str]:
    """What a section of a scenario names."""
    return frozenset(kind.model_fields)


def level_table(scenario) -> np.ndarray:
    """The level catalogue as numbers: float32 [5, LEVEL_FIELDS]."""
    return np.array([[float(getattr(scenario.levels[level], field)) for field in LEVEL_FIELDS] for level in LEVELS], np.float32)


def strategy_arrays(scenario, strategy: str) -> Strategy:
    """One strategy as epochs: the burn-in under the baseline, then the strategy, cut where scheduled events change something."""
    before = burn_in(scenario)
    moments = [(scenario.baseline, 1, 0)] if before else []
    moments += [(strategy, period, before + period - 1) for period in scenario.change_periods(strategy)]
    epoch = np.zeros(before + scenario.market.periods, np.int32)
    standing = []
    for e, (name, period, start) in enumerate(moments):
        epoch[start:] = e
        standing.append(scenario.sellers_under(name, period))
    regrouped = [[e > 0 and plan(standing[e][s]) != plan(standing[e - 1][s]) for s in scenario.sellers] for e in range(len(moments))]
    return Strategy(
        epoch=epoch,
        stated=np.array([[offer(scenario, sellers[s]) for s in scenario.sellers] for sellers in standing], np.float32),
        level_of=np.array([[levels_by_type(scenario, sellers[s]) for s in scenario.sellers] for sellers in standing], np.int32),
        value_from=np.array([[value_tiers(scenario, sellers[s]) for s in scenario.sellers] for sellers in standing], np.float32),
        capacity=np.array([[list(map(sellers[s].capacity.get, LEVELS)) for s in scenario.sellers] for sellers in standing], np.float32),
        regrouped=np.array(regrouped, np.uint8),
        answers=np.array([[answers(sellers[s].answers) for s in scenario.sellers] for sellers in standing], np.float32),
        spending=np.array([[partner_spending(scenario, sellers[s]) for s in scenario.sellers] for sellers in standing],
                          np.float32).reshape(len(moments), len(scenario.sellers), len(scenario.partners)))


def plan(seller) -> tuple:
    """What decides which account gets which level: when it changes, accounts are assigned anew."""
    return seller.level, seller.accuracy, seller.listening


def offer(scenario, seller) -> list[float]:
    """One seller's row of `state.OFFER`; listening instruments add up here."""
    instruments = [scenario.listening[name] for name in seller.listening]
    missed = float(np.prod([1 - instrument.detect for instrument in instruments]))
    mistaken = float(np.prod([1 - instrument.accuracy for instrument in instruments]))
    special = {
        "discount_per_period": seller.loyalty_discount.per_year / periods_per_year(scenario),
        "discount_most": seller.loyalty_discount.most,
        "detect": 1 - missed,
        "accuracy": 1 - (1 - seller.accuracy) * mistaken,
        "learning_boost": sum(instrument.learning for instrument in instruments),
        "listening_cost": sum(instrument.cost_per_account for instrument in instruments),
        "lost_cost": sum(instrument.cost_per_lost for instrument in instruments),
        "targeting": int(Targeting[seller.level.targeting.upper()]),
        "allowed": sum(1 << LEVELS.index(level) for level in seller.level.levels),
        "network": alliances(scenario).get(seller.network, -1),
        "talk": scenario.word_of_mouth.talk,
        "fixed_cost": fixed_cost(scenario, seller),
    } | {f"spend_{market}": market_spending(seller, market) for market in MARKETS}
    return [special[name] if name in special else getattr(seller, name) for name in OFFER]


def levels_by_type(scenario, seller) -> list[int]:
    """The level for each recognised type; one level for all under uniform targeting."""
    table = seller.level.table if seller.level.targeting == "by_type" else {}
    lowest = seller.level.levels[0]
    return [LEVELS.index(table.get(name, lowest)) for name in scenario.buyers]


def value_tiers(scenario, seller) -> list[float]:
    """From which account margin per period each level applies; infinity for levels that by_value does not use."""
    table = seller.level.table if seller.level.targeting == "by_value" else {}
    return [table[level] / periods_per_year(scenario) if level in table else np.inf for level in LEVELS]


def fixed_cost(scenario, seller) -> float:
    """What belongs to no account, money per period: the programmes of the levels on offer, advertising, the relationship budget."""
    return programme_cost(scenario, seller) + seller.advertising_cost + seller.relationship_budget.total


def programme_cost(scenario, seller) -> float:
    """The running cost of every level that the seller offers, money per period."""
    return float(sum(scenario.levels[level].programme_cost for level in seller.level.levels))


def market_spending(seller, market: str) -> float:
    """What a seller spends in one of the six markets, money per period; of the referral market, what partners do not get."""
    budget = seller.relationship_budget
    spending = budget.total * getattr(budget, market)
    return spending * (1 - sum(seller.partners.values())) if market == "referral" else spending


def partner_spending(scenario, seller) -> list[float]:
    """What a seller spends on each partner, money per period: shares of its referral spending."""
    budget = seller.relationship_budget
    return [budget.total * budget.referral * seller.partners.get(partner, 0.0) for partner in scenario.partners]


def alliances(scenario) -> dict[str, int]:
    """Every alliance that any seller belongs to under any strategy, by number."""
    names = {seller.network for strategy in scenario.strategies for period in scenario.change_periods(strategy)
             for seller in scenario.sellers_under(strategy, period).values()}
    return {name: number for number, name in enumerate(sorted(names - {None}))}


def answers(rules) -> list[float]:
    """One seller's row of `state.ANSWER`."""
    match, harvest, copy, drop, reply = (rules.match_lowest_price, rules.harvest_locked_in, rules.copy_level, rules.drop_level,
                                         rules.best_reply)
    on = {
        "match": match is not None, "match_floor": match.floor if match else 0.0,
        "harvest": harvest is not None, "harvest_from": harvest.from_share if harvest else 0.0,
        "harvest_to": harvest.to_share if harvest else 0.0, "harvest_premium": harvest.premium if harvest else 0.0,
        "copy_lag": copy.lag if copy else 0, "drop_lag": drop.lag if drop else 0,
        "reprice_every": reply.every if reply else 0, "reprice_foresight": reply.foresight if reply else False,
        "reprice_apart": reply.accounts_apart if reply else False,
    }
    return [float(on[name]) for name in ANSWER]
