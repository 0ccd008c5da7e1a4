"""The outcomes of a run are the measures of its tables, to the last digits; and the same however runs are summed up together."""
import numpy as np
import pytest

from sim import measures
from sim.experiments.summary import summarise
from sim.lifetime import account_worth
from sim.offers import discount_per_period, periods_per_year
from sim.outcomes import OUTCOMES, outcomes
from sim.runs import Runs, simulate
from sim.tables import cohort_table
from tests.experiments.sweep.markets import tiny
from tests.lively import lively_comparison, lively_scenario

EXACT = 1e-9


@pytest.fixture(scope="module")
def measured():
    """Every outcome of the lively market as `measures` has it: a Series over (strategy, run) by name."""
    comparison = lively_comparison()
    table, focal, scenario = comparison.periods, comparison.focal, comparison.scenario
    year, by = periods_per_year(scenario), ("strategy", "run")
    record = table[table.period > 0]
    last = table[table.period > scenario.market.periods - round(year)]
    ours, ours_last = record[record.seller == focal], last[last.seller == focal]
    cohorts = cohort_table(comparison.runs)
    return {
        "profit": measures.net_present_value(ours, discount_per_period(scenario), by=by) / scenario.market.buyers,
        "retention": measures.retention_per_year(ours, year, by),
        "market_share": measures.market_share(last).xs(focal, level="seller"),
        "share_of_wallet": measures.share_of_wallet(ours_last, by),
        "accounts": measures.sums(ours[ours.period == scenario.market.periods], "accounts", by),
        "account_worth": account_worth(cohorts[(cohorts.seller == focal) & (cohorts.cohort > 0)], by),
        "cost_to_serve": measures.cost_to_serve(ours, by),
        "satisfaction": measures.satisfaction(ours_last, by),
        "bond": measures.bond(ours_last, by)}


@pytest.mark.parametrize("name", OUTCOMES)
def test_every_outcome_is_its_measure(name, measured):
    runs = lively_comparison().runs
    for strategy in runs.strategies:
        found = outcomes(runs, strategy)[:, list(OUTCOMES).index(name)]
        expected = measured[name].xs(strategy, level="strategy").sort_index().to_numpy(float)
        assert np.isfinite(found).all() and len(found) == runs.runs
        np.testing.assert_allclose(found, expected, rtol=EXACT, atol=EXACT)


def test_a_comparison_reports_the_same():
    comparison = lively_comparison()
    table = summarise(comparison).set_index("strategy")
    assert set(OUTCOMES) <= set(table)
    for strategy in comparison.runs.strategies:
        np.testing.assert_allclose(outcomes(comparison.runs, strategy).mean(0), table.loc[strategy, list(OUTCOMES)].to_numpy(float),
                                   rtol=EXACT)


def test_runs_are_the_same_alone_and_together():
    runs = lively_comparison().runs
    together = outcomes(runs, "cheap")
    for number, record in enumerate(runs.records["cheap"]):
        assert outcomes(Runs(runs.scenario, runs.seed, (), {"cheap": [record]}), "cheap").tobytes() == together[number].tobytes()


def test_what_does_not_exist_is_nan():
    """Nobody knows the focal seller: it has no account, wins none, serves none."""
    scenario = tiny("market.start=new", "sellers.ours.reach=0", "market.periods=5")
    found = dict(zip(OUTCOMES, outcomes(simulate(scenario, runs=2, threads=1), "transactional")[0], strict=True))
    assert found["accounts"] == found["market_share"] == 0
    assert all(np.isnan(found[name]) for name in ("retention", "share_of_wallet", "account_worth", "cost_to_serve", "satisfaction", "bond"))


def test_less_than_a_year_is_all_there_is():
    scenario = lively_scenario("market.periods=5", "events=[]", "strategies.cheap.events=[]")
    runs = simulate(scenario, ["transactional"], runs=2, threads=1)
    assert np.isfinite(outcomes(runs, "transactional")).all()
