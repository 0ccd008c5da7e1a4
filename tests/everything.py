"""A small market in which everything beyond the dyad is on: word of mouth, six markets, partners, a shock, sellers that answer."""
from functools import cache

from sim.scenario import load

SETS = (
    "market.buyers=600", "market.periods=30", "market.burn_in=6", "market.turnover=0.02", "runs=2", "seed=11",
    "word_of_mouth={network: small_world, degree: 6}",
    "partners={bank: {kind: bank, advice: 0.4}, agent: {advice: 0.3}}",
    "influence=[{at: 8, influencer: press, seller: ours, reputation: -0.4, reach: 0.5, news: -20},"
    " {at: 12, influencer: regulator, seller: rivals, reputation: 0.2, reach: 0.3}]",
    "sellers.ours={reach: 0.6, advertising: 0.05, advertising_cost: 70, acquisition_cost: 50, referral_reward: 25, commission: 40,"
    " relationship_budget: {total: 900, customer: 0.2, referral: 0.2, supplier: 0.2, recruitment: 0.1, influence: 0.1, internal: 0.2},"
    " partners: {bank: 0.5, agent: 0.2}, network: blue}",
    "sellers.rivals={count: 3, reach: 0.8, level: reactive}",
    "sellers.ally={network: blue, relationship_budget: {total: 300, supplier: 1}}",
    "strategies={transactional: {},"
    " relationship: {ours: {level: {lost_for_good: partnership, intermediate: proactive, always_a_share: reactive}}},"
    " answered: {ours: {level: proactive, premium: 0.04, answers: {drop_level: {lag: 6}}},"
    " rivals_1: {answers: {match_lowest_price: {floor: 0.3}, copy_level: {lag: 6}}},"
    " rivals_2: {answers: {harvest_locked_in: {from_share: 0.15, to_share: 0.1, premium: 0.1}}},"
    " rivals_3: {answers: {best_reply: {every: 6}}}}}",
    "baseline=transactional",
)


@cache
def everything(*sets: str):
    """The scenario, with more options laid over it."""
    return load("default", sets=[*SETS, *sets])


@cache
def everything_compared():
    """Its three strategies compared, every tenth buyer watched."""
    from sim.experiments.compare import compare

    return compare(everything(), watch=range(0, 600, 10), threads=1)
