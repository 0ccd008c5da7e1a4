"""Levels as strategies: each serves every account at its level, and stands on the sellers as they are stated."""
import numpy as np
import pytest

from sim.experiments.compare import compare
from sim.experiments.levels import LEVELS, level_by_level, with_strategies
from sim.scenario import load
from tests.experiments.sweep.markets import tiny


@pytest.mark.parametrize("name", ["default", "price_war", "service_and_price"])
def test_five_levels_and_nothing_else(name):
    scenario = level_by_level(load(name))
    assert list(scenario.strategies) == list(LEVELS) and scenario.baseline == "basic" and scenario.sweep is None
    for level in LEVELS:
        ours = scenario.sellers_under(level, 1)[scenario.focal]
        assert ours.level.plain() == level and ours.price == load(name).sellers[scenario.focal].price


def test_a_strategy_of_the_same_name_gives_way():
    """The scenario's own strategy `basic` changes the price; the level basic does not."""
    scenario = level_by_level(load("default", ["strategies.basic={ours: {price: 90}}"]))
    assert scenario.sellers_under("basic", 1)["ours"].price == 100


def test_a_level_earns_what_the_strategy_that_is_that_level_earns():
    own = compare(tiny("strategies={one: {ours: {level: basic}}, other: {ours: {level: proactive}}}", "baseline=one"),
                  ["one", "other"], threads=1)
    ours = compare(level_by_level(tiny()), ["basic", "proactive"], threads=1)
    np.testing.assert_array_equal(own.gaps["other"], ours.gaps["proactive"])


def test_the_first_strategy_is_the_baseline():
    scenario = with_strategies(tiny(), {"dear": {"ours": {"price": 110}}, "cheap": {"ours": {"price": 90}}})
    assert scenario.baseline == "dear" and scenario.sellers_under("cheap", 1)["ours"].price == 90
