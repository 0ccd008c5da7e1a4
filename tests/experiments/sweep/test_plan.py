"""Plans: designs cover what they should, the same on any machine; what is no number travels as text."""
import numpy as np
import pandas as pd
import pytest

from sim.experiments.sweep import NoSweep, plan_of
from sim.experiments.sweep.plan import laid_out
from sim.experiments.sweep.work import base, job_of
from sim.scenario import load
from sim.scenario.distributions import Distribution
from sim.scenario.varying import Varied
from tests.experiments.sweep.markets import tiny

HALF = Varied("a", "uncertainty", "range", low=0.0, high=1.0)
SOBOL = [(0.206282145, 56.187632), (0.967014752, 0.0391610719)]
LATIN = [(0.520771971, 58.9719182), (0.383962642, 0.592080646)]


def test_a_grid_has_every_combination_once():
    plan = plan_of(tiny())
    assert plan.points["sellers.ours.price"].tolist() == [95, 95, 100, 100, 105, 105]
    assert plan.points["product.problem_rate"].tolist() == [0.1, 0.4] * 3
    assert plan.levers == ("sellers.ours.price",) and plan.uncertainties == ("product.problem_rate",)
    assert plan.markets == 6 * 4 * 2 and sorted(plan.order) == list(range(6))


def test_steps_of_a_range_are_even_and_end_where_they_should():
    assert Varied("a", "lever", "range", low=0.1, high=0.3).in_grid() == [0.1, 0.15, 0.2, 0.25, 0.3]
    assert Varied("a", "lever", "log_range", low=0.01, high=1, steps=3).in_grid() == [0.01, 0.1, 1.0]
    assert Varied("a", "lever", "range", low=1, high=3, steps=9, whole=True).in_grid() == [1, 2, 3]


@pytest.mark.parametrize("design", ["latin_hypercube", "sobol"])
def test_designs_are_even(design):
    varied = [HALF, Varied("b", "lever", "values", values=("x", "y", "z", "w")), Varied("c", "lever", "range", low=1, high=8, whole=True)]
    rows = laid_out(varied, design, 64, seed=3)
    shares = np.array([row[0] for row in rows])
    assert np.array_equal(np.sort((shares * 64).astype(int)), np.arange(64))                  # one in each 64th
    assert {value: [row[1] for row in rows].count(value) for value in "xyzw"} == dict.fromkeys("xyzw", 16)
    assert {value: [row[2] for row in rows].count(value) for value in range(1, 9)} == dict.fromkeys(range(1, 9), 8)


def test_draws_follow_their_distribution_and_keep_to_the_bounds():
    spread = Varied("a", "uncertainty", "distribution", distribution=Distribution("normal", (0.5, 1.0)), least=0.0, most=1.0)
    values = np.array([row[0] for row in laid_out([spread], "sobol", 1024, seed=1)])
    assert values.min() == 0 and values.max() == 1                                            # clipped
    assert abs(np.mean(values == 0) - 0.3085) < 0.01                                          # Φ(−0.5)
    assert np.isfinite([spread.at(0.0), spread.at(1 - 2**-53)]).all()


def test_points_are_the_same_on_any_machine():
    """Pinned: another machine, or another version of a library, must lay out the same points."""
    varied = [HALF, Varied("b", "uncertainty", "log_range", low=0.01, high=100)]
    assert laid_out(varied, "sobol", 2, seed=42) == SOBOL
    assert laid_out(varied, "latin_hypercube", 2, seed=42) == LATIN
    assert laid_out(varied, "sobol", 2, seed=43) != SOBOL


def test_the_digest_is_that_of_what_is_played():
    plan, same = plan_of(tiny()), plan_of(tiny("runs=9", "name=another"))
    assert plan.digest == same.digest and (plan.runs, same.runs) == (4, 9)
    others = [plan_of(tiny("sellers.rivals.price=99")), plan_of(tiny("seed=12")), plan_of(tiny(), strategies=["relationship"]),
              plan_of(tiny("sweep.levers.sellers.ours.price={values: [95, 100, 106]}"))]
    assert len({plan.digest, *(other.digest for other in others)}) == 5


def test_what_is_no_number_stands_as_text_and_is_read_again():
    levels = "{values: [basic, {segments_of_one: [basic, reactive]}]}"
    plan = plan_of(load("default", [f"sweep={{levers: {{sellers.ours.level: {levels}, product.delight: {{values: [1, 2]}}}}}}"]))
    assert plan.points["sellers.ours.level"].tolist()[::2] == ["basic", "{segments_of_one: [basic, reactive]}"]
    assert plan.values(2)[0] == ("sellers.ours.level", {"segments_of_one": ["basic", "reactive"]})
    for point in range(len(plan.points)):
        by_value = base(job_of(plan)).replace(values=dict(plan.values(point)))
        assert by_value.digest() == plan.scenario.replace(plan.sets(point)).digest()


def test_a_plan_of_ones_own():
    table = pd.DataFrame({"product.complexity": [0.5, 1.0], "sellers.ours.level": ["basic", "proactive"]})
    plan = plan_of(load("default"), points=table, levers=["sellers.ours.level"], runs=3)
    assert plan.points.point.tolist() == [0, 1] and plan.levers == ("sellers.ours.level",) and plan.runs == 3
    assert plan.sets(1) == ("sellers.ours.level=proactive", "product.complexity=1")


def test_without_a_sweep_it_is_said_what_to_do():
    with pytest.raises(NoSweep, match="states no sweep"):
        plan_of(load("default"))
    with pytest.raises(NoSweep, match="did you mean 'relationship'"):
        plan_of(tiny(), strategies=["relationships"])


@pytest.mark.parametrize(("buyers", "runs", "block"), [(150, 4, 2), (150, 1, 1), (150, 100, 20), (100_000, 40, 1), (2000, 40, 6)])
def test_pieces_are_worth_their_making_and_few_enough_to_be_lost(buyers, runs, block):
    scenario = load("default", [f"market.buyers={buyers}", "sweep={levers: {product.delight: {values: [1]}}}"])
    assert plan_of(scenario, runs=runs).block == block
