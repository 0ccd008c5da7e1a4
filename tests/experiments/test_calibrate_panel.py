"""Tastes and switching cost told apart on panels that Tenure plays with known numbers, and the estimator's own arithmetic."""

import numpy as np
import pytest

from sim.experiments.calibrate import choice_kernel
from sim.experiments.calibrate.choice_likelihood import Likelihood
from sim.experiments.calibrate.choices import Choices, Model, by_household
from sim.experiments.calibrate.mixed_logit import beginning, fit, predict
from sim.experiments.calibrate.panel_models import class_table, split, two_classes
from tests.experiments.choice_markets import NOISE, TASTE, choices, market

DRAWS = 128


def within_errors(estimate, name, truth, errors=4.0):
    assert abs(estimate[name] - truth) < errors * estimate.error(name), (
        f"{name}: {estimate[name]:.3f} ± {estimate.error(name):.3f}, truth {truth:.3f}"
    )


@pytest.fixture(scope="module")
def strong_tastes():
    """Households with strong tastes and no switching cost."""
    return choices(market(cost=0))


def test_strong_tastes_do_not_come_back_as_switching_cost(strong_tastes):
    found = fit(strong_tastes, Model(), DRAWS)
    assert found.converged
    within_errors(found, "state", 0)
    assert abs(found["state"]) < 0.1
    within_errors(found, "price", 1 / NOISE)
    within_errors(found, "log spread", np.log(TASTE / NOISE))


def test_a_logit_without_tastes_reports_a_false_switching_cost(strong_tastes):
    """The negative control: twice the choice noise, where there is none."""
    assert fit(strong_tastes, Model(heterogeneous=False), 1)["state"] > 1.0


@pytest.mark.parametrize("cost", [5, 20])
def test_switching_cost_is_recovered_within_a_fifth(cost):
    found = fit(choices(market(cost=cost)), Model(), DRAWS)
    assert found["state"] / found["price"] == pytest.approx(cost, rel=0.2)
    within_errors(found, "state", cost / NOISE)
    within_errors(found, "price", 1 / NOISE)
    assert np.exp(found["log spread"]) / found["price"] == pytest.approx(TASTE, rel=0.2)
    for name, truth in (("constant s1", 0.3), ("constant s2", -0.3), ("constant s3", 1.0)):
        within_errors(found, name, truth)


def test_the_two_answers_to_the_initial_conditions_agree():
    """The long run and Wooldridge's first purchase give the same switching cost; ignoring the question would not be told by either
    alone."""
    c = choices(market(cost=10))
    long_run, given_first = (fit(c, Model(initial=initial), DRAWS) for initial in ("long_run", "given_first"))
    assert long_run["state"] == pytest.approx(given_first["state"], abs=0.1)
    assert given_first["first brand"] > 1


@pytest.mark.slow
def test_dirichlet_tastes_are_recovered():
    shapes = (0.6, 0.4, 0.3, 0.2)
    found = fit(choices(market(cost=8, shapes=shapes, qualities=(100,) * 4, buyers=600)), Model("gamma", constants=False), 256)
    for seller, shape in enumerate(shapes):
        within_errors(found, f"log shape s{seller}", np.log(shape))
        assert np.exp(found[f"log shape s{seller}"]) == pytest.approx(shape, rel=0.3)
    assert found["state"] / found["price"] == pytest.approx(8, rel=0.2)


@pytest.mark.slow
def test_shares_of_types_are_recovered():
    """Four in ten households held by three times the choice noise, six by nothing."""
    c = choices(market(cost=0, held=(0.4, 30)))
    one, two = (fit(c, Model(classes=number), DRAWS) for number in (1, 2))
    assert two_classes(one, two)
    states, shares = class_table(two)
    assert shares[1] == pytest.approx(0.4, abs=0.06)
    assert states[1] / two["price"] == pytest.approx(30, rel=0.2)
    assert abs(states[0]) < 0.15


@pytest.mark.slow
def test_one_type_is_not_taken_for_two():
    c = choices(market(cost=10))
    assert not two_classes(*(fit(c, Model(classes=number), DRAWS) for number in (1, 2)))


@pytest.mark.slow
def test_spread_of_price_sensitivity_is_recovered():
    c = choices(market(cost=10, sensitivity="{lognormal: {median: 1, spread: 0.6}}"))
    found = fit(c, Model(varying_price=True), DRAWS)
    within_errors(found, "log price spread", np.log(0.6))
    within_errors(found, "price", 1 / NOISE)
    assert found["state"] / found["price"] == pytest.approx(10, rel=0.2)
    assert found.aic < fit(c, Model(), DRAWS).aic - 10


# --- the estimator's own arithmetic ------------------------------------------------------------------------------------------------------


def small(households=30, purchases=6, brands=3, seed=0) -> Choices:
    """Any choices, with an attribute."""
    rng = np.random.default_rng(seed)
    n = households * purchases
    return Choices(
        np.arange(0, n + 1, purchases),
        rng.integers(0, brands, n),
        5 + rng.normal(size=(n, brands)),
        rng.normal(size=(n, brands, 1)),
        tuple("abc"[:brands]),
        ("leaflet",),
    )


@pytest.mark.parametrize(
    "model",
    [
        Model(),
        Model("gamma"),
        Model("normal_each", classes=2),
        Model(initial="given_first"),
        Model(varying_price=True),
        Model("gamma", constants=False, varying_price=True, classes=2),
        Model(heterogeneous=False),
    ],
    ids=str,
)
def test_gradient_is_exact(model):
    likelihood = Likelihood(model, small(), 16)
    theta = beginning(model, likelihood) + 0.1 * np.random.default_rng(3).normal(size=len(likelihood.names))
    if model.heterogeneous:
        likelihood.move_to(theta)
    exact = likelihood.scores(theta)[1].sum(0)
    steps = 1e-5 * np.eye(len(theta))
    numeric = np.array([(likelihood.scores(theta + s)[0] - likelihood.scores(theta - s)[0]).sum() / 2e-5 for s in steps])
    np.testing.assert_allclose(exact, numeric, atol=1e-4)


def test_the_long_run_is_the_chains_own():
    """The closed form of the distribution of the last brand: it stays what it is under a purchase at the same utilities."""
    m, g = np.array([0.2, 1.0, 3.0]), 4.0
    move = m + (g - 1) * np.diag(m)
    move /= move.sum(1, keepdims=True)
    values, vectors = np.linalg.eig(move.T)
    stationary = np.real(vectors[:, np.argmax(np.real(values))])
    stationary /= stationary.sum()
    found = [choice_kernel.first_choice(m, m, m.sum(), g, brand) for brand in range(3)]
    np.testing.assert_allclose(found, stationary, rtol=1e-12)


def test_draws_that_move_say_the_same_as_many_draws():
    """Importance sampling changes the likelihood's error, not the likelihood: 128 moved draws against 16,384 of the population."""
    c, model = small(purchases=12), Model()
    many, moved = Likelihood(model, c, 16_384), Likelihood(model, c, 512)
    theta = beginning(model, many)
    theta[-1] = np.log(2.5)
    moved.move_to(theta)
    assert moved.scores(theta)[0].sum() == pytest.approx(many.scores(theta)[0].sum(), abs=1.0)


def test_same_data_same_numbers_for_any_number_of_threads():
    c = small()
    one, three = (fit(c, Model("gamma"), 32, threads=threads) for threads in (1, 3))
    assert (one.theta == three.theta).all() and one.log_likelihood == three.log_likelihood


def test_the_last_fifth_is_foretold_from_what_came_before():
    """Chances sum to one, and come from no later purchase: what is bought in the last fifth changes only what follows it there."""
    c = choices(market(cost=5, buyers=100))
    before, ahead, last = split(c)
    assert len(before.chosen) + len(ahead.chosen) == len(c.chosen)
    counts = np.diff(c.start)
    np.testing.assert_array_equal(np.diff(ahead.start), np.where(counts > 1, np.maximum(counts // 5, 1), 0))
    found = fit(before, Model(), 64)
    chance = predict(found, ahead, last)
    np.testing.assert_allclose(chance.sum(1), 1)
    other = Choices(ahead.start, (ahead.chosen + 1) % 4, ahead.price, ahead.x, ahead.brands)
    np.testing.assert_array_equal(predict(found, other, last), chance)
    score = np.log(chance[np.arange(len(ahead.chosen)), ahead.chosen]).mean()
    shares = (np.bincount(before.chosen, minlength=4) / len(before.chosen))[ahead.chosen]
    assert score > np.log(shares).mean() + 0.1


def test_sums_by_household():
    np.testing.assert_array_equal(by_household(np.arange(6.0)[:, None], np.array([0, 2, 2, 6])), [[1], [0], [14]])
