"""A small market in which everything that costs or earns money happens, for tests of the books; played once and shared."""
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


@cache
def lively_scenario(*sets: str):
    """The scenario, with more options laid over it."""
    return load("default", sets=[*SETS, *sets])


@cache
def lively_comparison():
    """Its four strategies compared, every tenth buyer watched."""
    from sim.experiments.compare import compare

    return compare(lively_scenario(), watch=range(0, 900, 10), threads=1)
