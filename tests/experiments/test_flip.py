"""Levers that turn the answer: exact where the books decide, near where markets are played, the same every time."""
import math
from types import SimpleNamespace

import numpy as np
import pytest

from sim.experiments.compare import compare
from sim.experiments.flip import booked, crossing, flip
from sim.experiments.levers import booked_levers, levers_beyond, played_levers, scale_price, scale_switching_cost, time_levers
from sim.rebuild import plain_form, rebuilt, resized
from tests.everything import everything, everything_compared
from tests.lively import lively_scenario

SETS = ("market.buyers=600", "market.periods=40", "sellers.ours.loyalty_discount.per_year=0")


@pytest.fixture(scope="module")
def comparison():
    return compare(lively_scenario(*SETS), ["relationship", "cheap", "twin"], runs=4, threads=1)


@pytest.fixture(scope="module")
def changes(comparison):
    return comparison.flips()


def gap(*sets, runs=4):
    return float(compare(lively_scenario(*SETS, *sets), ["relationship"], runs=runs, threads=1).gain.gain[0])


def test_levers_on_the_books_turn_the_answer_exactly(comparison, changes):
    here = float(comparison.gain.gain[0])
    exact = {"the unit cost": "sellers.ours.unit_cost={}", "the cost to win an account": "sellers.ours.acquisition_cost={}",
             "the discount rate": "market.discount_rate={}"}
    tried = 0
    for change in changes:
        if change.lever in exact:
            tried += 1
            assert abs(gap(exact[change.lever].format(change.then))) < 1e-6 * abs(here), change.sentence
    assert tried


def test_the_horizon_is_where_the_path_crosses():
    """Five a period lost in 20 periods, ten gained in the next 20: behind up to period 29, even at 30, ahead from 31."""
    gaps = np.repeat([[-5.0, 10.0], [-5.0, 10.0]], 20, axis=1)
    rate, horizon = time_levers(SimpleNamespace(scenario=lively_scenario(*SETS), gaps={"relationship": gaps}), "relationship")
    assert booked(horizon, 100.0).then == 30 and horizon.gap(29) == -10 and horizon.gap(31) == 10
    assert horizon.low == 12 and rate.gap(0.1) == pytest.approx(100)
    assert booked(horizon, 100.0).sentence == "If the horizon fell from 40 to 30 months, the answer would flip."


def test_flips_are_the_same_every_time_and_nearest_first(comparison, changes):
    again = flip(comparison.scenario, comparison=comparison)
    assert [change.sentence for change in again] == [change.sentence for change in changes]
    distances = [change.distance for change in changes]
    assert distances == sorted(distances) and changes[0].sentence.startswith("If ")


def test_strategies_alike_flip_nowhere(comparison):
    assert flip(lively_scenario(*SETS), "twin", "transactional") == [] and comparison.flips("twin") == []


def test_a_flip_without_a_comparison_plays_a_small_market():
    assert all(change.sentence for change in flip(lively_scenario(*SETS), "relationship", seconds=0.1))


def test_the_parabola_crosses_where_it_should():
    assert crossing((0, -1), (1, 0.5), (2, 3)) == pytest.approx((-1 + math.sqrt(1 + 2)) / 1)      # y = x²/2 + x − 1
    assert crossing((0, 1), (1, 0), (2, -1)) == pytest.approx(1)


def test_levers_change_what_they_say_and_nothing_else():
    scenario = lively_scenario(*SETS)
    values = scenario.as_dict()
    scale_price(values, {"ours"}, 0.5)
    changed = rebuilt(values)
    assert changed.sellers["ours"].price == 50 and changed.sellers["rivals_1"].price == 100
    assert changed.sellers_under("cheap", 12)["ours"].price == 45 and changed.sellers_under("cheap", 1)["ours"].price == 48
    values = scenario.as_dict()
    scale_switching_cost(values, scenario, 2.0)
    assert rebuilt(values).buyers["intermediate"].switching_cost.mean() == 2 * scenario.buyers["intermediate"].switching_cost.mean()
    for lever in played_levers(scenario, "relationship", "ours"):
        values = scenario.as_dict()
        lever.change(values, lever.now)
        assert rebuilt(values).digest() == scenario.digest(), lever.name


def test_a_smaller_market_shrinks_what_belongs_to_the_whole():
    scenario = lively_scenario(*SETS, "sellers.ours.capacity.partnership=90")
    small = rebuilt(resized(scenario.as_dict(), 300))
    assert small.market.buyers == 300 and small.sellers["ours"].capacity["partnership"] == 45
    assert small.sellers["ours"].advertising_cost == 35 and small.levels["proactive"].programme_cost == 20
    assert small.sellers["ours"].capacity["basic"] == math.inf
    assert rebuilt(scenario.as_dict()).digest() == scenario.digest()


# --- beyond the dyad --------------------------------------------------------------------------------------------------------------------

CHEAP = ("strategies={transactional: {}, cheap: {ours: {price: 93}}}",)


def test_costs_are_exact_where_they_are_paid_for_some_only():
    """The supplier market takes off part of the unit cost, and who comes recommended costs no acquisition cost."""
    comparison = compare(everything(*CHEAP), ["cheap"], threads=1)
    tried = 0
    for lever in booked_levers(comparison, "cheap"):
        exact = {"the unit cost": ("unit_cost", 55), "the cost to win an account": ("acquisition_cost", 90)}.get(lever.name)
        if exact:
            tried += 1
            again = compare(everything(*CHEAP, "sellers.ours.{}={}".format(*exact)), ["cheap"], threads=1)
            assert lever.gap(exact[1]) == pytest.approx(float(again.gain.gain[0]), abs=2e-3)
            assert lever.gap(lever.now) != pytest.approx(float(again.gain.gain[0]), abs=0.1)
    assert tried == 2


def test_where_sellers_answer_the_books_alone_decide_little():
    comparison = everything_compared()
    assert [lever.name for lever in booked_levers(comparison, "answered")] == ["the discount rate", "the horizon"]
    assert len(booked_levers(comparison, "relationship")) > 5


def test_levers_beyond_the_dyad_change_what_they_say_and_nothing_else():
    scenario, values = everything(), everything().as_dict()
    talk, bad_news, budget = levers_beyond(scenario, "ours")
    talk.change(values, 0.1)
    bad_news.change(values, 4.0)
    budget.change(values, 0.5)
    changed = rebuilt(values)
    assert changed.word_of_mouth.talk == 0.1 and changed.word_of_mouth.bad_news == 4
    assert changed.sellers["ours"].relationship_budget.total == 450 and changed.sellers["ally"].relationship_budget.total == 300
    for lever in (talk, bad_news, budget):
        lever.change(values, lever.now if lever is not budget else 2.0)
    assert rebuilt(values).digest() == scenario.digest()
    assert levers_beyond(lively_scenario(*SETS), "ours") == []


def test_a_smaller_market_beyond_the_dyad_keeps_its_sizes_per_buyer():
    scenario = everything("word_of_mouth.degree=400")
    small = rebuilt(resized(scenario.as_dict(), 300))
    assert small.sellers["ours"].relationship_budget.total == 450 and small.word_of_mouth.degree == 298
    assert small.sellers["ours"].referral_reward == 25 and small.partners == scenario.partners
    assert rebuilt(plain_form(scenario)).digest() == scenario.digest()


def test_a_market_on_an_edge_list_is_played_in_its_own_size(tmp_path):
    from sim.scenario import load

    (tmp_path / "friends.csv").write_text("listener,speaker\n" + "".join(f"{i},{i + 1}\n" for i in range(499)))
    (tmp_path / "mine.yaml").write_text(
        "schema: 1\nname: Mine\nextends: default\nmarket: {buyers: 500, periods: 12}\nruns: 2\n"
        "strategies: {transactional: {}, relationship: {ours: {price: 80}}}\nword_of_mouth: {network: file, file: friends.csv}\n")
    scenario = load(tmp_path / "mine.yaml")
    assert rebuilt(plain_form(scenario), "elsewhere").digest() == scenario.digest()
    assert all(change.sentence for change in flip(scenario, seconds=0.1))
