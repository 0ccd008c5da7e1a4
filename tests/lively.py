"""Markets in which everything happens, for tests of the books: everything that costs or earns money (played once and shared), and, to be
laid over any scenario with the default's sellers and at least nine periods, everything beyond the dyad."""
from functools import cache

from sim.scenario import load

SETS = (
    "market.buyers=900", "market.periods=30", "market.burn_in=6", "market.turnover=0.02", "runs=4", "seed=7",
    "levels.proactive.programme_cost=40", "levels.partnership.setup_cost=55", "levels.reactive.setup_cost=3",
    "sellers.ours={acquisition_cost: 12, advertising: 0.05, advertising_cost: 70, reach: 0.7, listening: [surveys, lost_customer_surveys],"
    " loyalty_discount: {per_year: 0.02, most: 0.05}}",
    "sellers.rivals={count: 2, level: reactive, reach: 0.8, advertising: 0.02, acquisition_cost: 5}",
    "strategies={transactional: {ours: {level: basic}},"
    " relationship: {ours: {level: {lost_for_good: partnership, intermediate: proactive, always_a_share: reactive}}},"
    " cheap: {ours: {level: basic, price: 96}, events: [{at: 10, until: 20, ours: {price: 90, unit_cost: 58, contact_cost: 5}}]},"
    " twin: {ours: {level: basic}}}",
    "events=[{at: 15, rivals: {price: 97}}]", "baseline=transactional",
)

# Words, partners, shocks, doubt, budgets, an alliance, premiums, rewards; and a strategy in which sellers answer the market in every way.
BEYOND = (
    "word_of_mouth={network: small_world, degree: 6, talk: 0.5, support: 0.1}", "behaviour.doubt=3",
    "levels.partnership.cost_per_account=250",
    "partners={bank: {kind: bank, advice: 0.3}, agent: {advice: 0.2, half_at: 0.1}}",
    "influence=[{at: 3, influencer: press, seller: ours, reputation: -0.4, reach: 0.5, news: -20},"
    " {at: 5, influencer: analyst, seller: rivals, reputation: 0.2, reach: 0.3, news: 10}]",
    "sellers.ours={reach: 0.5, advertising: 0.05, acquisition_cost: 50, referral_reward: 25, commission: 40, premium: 0.03, network: blue,"
    " partners: {bank: 0.5, agent: 0.2}, relationship_budget: {total: 300, customer: 0.2, referral: 0.3, supplier: 0.1, recruitment: 0.1,"
    " influence: 0.1, internal: 0.2}}",
    "sellers.rivals={reach: 0.7, advertising: 0.1, commission: 10, acquisition_cost: 5}",
    "sellers.ally={network: blue, reach: 0.9, relationship_budget: {total: 200, supplier: 0.6, referral: 0.4}, partners: {agent: 1}}",
    "strategies.answered={ours: {level: proactive, answers: {drop_level: {lag: 2}}},"
    " rivals_1: {level: accountable, answers: {match_lowest_price: {floor: 0.1}, copy_level: {lag: 2}}},"
    " rivals_2: {answers: {harvest_locked_in: {from_share: 0.18, to_share: 0.15, premium: 0.1}, copy_level: {lag: 3}}},"
    " rivals_3: {level: partnership, answers: {best_reply: {every: 2}, drop_level: {lag: 3}}},"
    " events: [{at: 6, ours: {network: null, premium: -0.02, referral_reward: 60}}, {at: 8, rivals_1: {answers: {copy_level: false}}}]}",
)


@cache
def lively_scenario(*sets: str):
    """The scenario, with more options laid over it."""
    return load("default", sets=[*SETS, *sets])


@cache
def lively_comparison():
    """Its four strategies compared, every tenth buyer watched."""
    from sim.experiments.compare import compare

    return compare(lively_scenario(), watch=range(0, 900, 10), threads=1)
