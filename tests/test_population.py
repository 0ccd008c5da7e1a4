"""Who the buyers are: each type's attributes and tastes come out as the scenario says, and buyers keep their numbers."""
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import gammaincinv, ndtri
from scipy.stats import kstest

from sim.core import state as at
from sim.core.terms import ATTRIBUTES
from sim.population import (
    NUMBERS_PER_TYPE,
    PROBABILITIES,
    attribute_table,
    buyers_by_type,
    coarse,
    draw_population,
    log_gamma_quantile,
    starting_shares,
    tiles,
)
from sim.runs import simulate
from sim.scenario import load
from tests.markets import rows_of

DRAWN = ("switching_cost", "time_horizon", "relationship_orientation", "volume", "voice")


@pytest.fixture(scope="module")
def many():
    """(scenario, attributes as drawn: float32 [attribute, buyer], each type's slice of the buyers): 60,000 buyers on their first day."""
    scenario = load("default", sets=["market.buyers=60000", "market.periods=1", "market.burn_in=0", "market.turnover=0",
                                     "behaviour.learning=0"])
    record = simulate(scenario, ["transactional"], runs=1, threads=1, keep_state=True).records["transactional"][0]
    ends = np.cumsum([0, *buyers_by_type(scenario)])
    parts = [slice(start, end) for start, end in pairwise(ends)]
    return scenario, rows_of(record, draw_population(scenario), 0, at.rows(4)), parts


def as_stated(values, distribution, scale=1.0, bounds=(0, np.inf)) -> bool:
    """Whether drawn values follow a stated distribution (their ranks against the distribution's own quantiles, Kolmogorov & Smirnov)."""
    grid = (np.arange(20_000) + 0.5) / 20_000
    quantiles = np.clip(distribution.quantile(grid) * scale, *bounds)
    return kstest(np.interp(values, quantiles, grid), "uniform").pvalue > 0.001


@pytest.mark.parametrize("name", DRAWN)
def test_attributes_follow_the_stated_distributions(many, name):
    """Kolmogorov-Smirnov, for every type whose attribute varies; constants are constant. Volume is per lot."""
    scenario, state, parts = many
    for buyer, part in zip(scenario.buyers.values(), parts, strict=True):
        values, distribution = state[ATTRIBUTES.index(name), part].astype(float), getattr(buyer, name)
        if distribution.form == "constant":
            assert (values == np.float32(distribution.mean())).all()
        else:
            assert as_stated(values, distribution, 1 / buyer.lots if name == "volume" else 1.0)


def test_negative_control(many):
    """A distribution with a median 5% off is told apart."""
    scenario, state, parts = many
    values = state[ATTRIBUTES.index("switching_cost"), parts[0]].astype(float)
    assert as_stated(values, scenario.buyers["lost_for_good"].switching_cost)
    assert not as_stated(values, scenario.buyers["lost_for_good"].switching_cost, 1.05)


def test_attributes_are_independent(many):
    """No attribute of a buyer tells about another: correlations of ranks within four standard errors of nought."""
    _, state, parts = many
    rows = state[[ATTRIBUTES.index(name) for name in DRAWN], parts[0]].astype(float)
    ranks = rows.argsort(1).argsort(1)
    off = np.corrcoef(ranks)[~np.eye(len(DRAWN), dtype=bool)]
    assert np.abs(off).max() < 4 / np.sqrt(rows.shape[1])


def test_tastes_are_normal_and_private(many):
    """Beliefs of fresh buyers are 118 plus a taste of spread 6, independent over sellers."""
    _, state, _ = many
    tastes = state[at.ROWS + at.VALUE * 4:at.ROWS + at.VALUE * 4 + 4].astype(float) - 118
    n = tastes.shape[1]
    assert np.abs(tastes.mean(1)).max() < 4 * 6 / np.sqrt(n)
    assert np.abs(tastes.std(1) / 6 - 1).max() < 4 / np.sqrt(2 * n)
    assert all(kstest(row / 6, "norm").pvalue > 0.001 for row in tastes)
    assert np.abs(np.corrcoef(tastes)[~np.eye(4, dtype=bool)]).max() < 4 / np.sqrt(n)


def test_lost_for_good_is_an_infinite_return_cost(many):
    """Infinity survives the tables."""
    _, state, parts = many
    costs = [state[at.RETURN_COST, part] for part in parts]
    assert (costs[0] == np.inf).all() and (costs[1] == 15).all() and (costs[2] == 0).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6).filter(lambda shares: sum(shares) > 0), st.integers(1, 10**6))
def test_buyers_by_type_add_up(shares, buyers):
    """Largest remainder: the counts sum to the market and each is within one of its share."""
    class Of:
        """The little of a scenario that counting needs."""
    total = sum(shares)
    scenario, market = Of(), Of()
    scenario.market, market.buyers, scenario.buyers = market, buyers, {}
    for i, share in enumerate(shares):
        scenario.buyers[i] = Of()
        scenario.buyers[i].share = share / total
    counts = buyers_by_type(scenario)
    assert sum(counts) == buyers
    assert all(abs(count - share / total * buyers) < 1 + 1e-6 for count, share in zip(counts, shares, strict=True))


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=5))
def test_tiles_hold_everyone_once(counts):
    """One type a tile, every tile but a type's last one full, and numbers that another type's growth does not move."""
    found = tiles(counts)
    for k, count in enumerate(counts):
        mine = found["tile_type"] == k
        assert found["tile_lanes"][mine].sum() == count
        assert (found["tile_lanes"][mine][:-1] == at.LANES).all()
        held = zip(found["tile_first"][mine], found["tile_lanes"][mine], strict=True)
        numbers = np.concatenate([np.arange(n) + int(first) for first, n in held] or [np.arange(0)])
        assert np.array_equal(numbers, np.arange(count) + k * NUMBERS_PER_TYPE)


def test_starting_shares():
    """Cumulative; sellers that say nothing split what is left; nobody has a supplier in a new market."""
    stated = load("default", sets=["sellers.ours.starting_share=0.4"])
    assert starting_shares(stated) == pytest.approx([0.4, 0.6, 0.8, 1.0])
    assert starting_shares(load("default")) == pytest.approx([0.25, 0.5, 0.75, 1.0])
    assert (starting_shares(load("default", sets=["market.start=new"])) == 0).all()


def test_first_suppliers_follow_the_starting_shares():
    """40% of the accounts of the first day are ours."""
    scenario = load("default", sets=["sellers.ours.starting_share=0.4", "market.buyers=20000", "market.periods=1", "market.burn_in=0"])
    record = simulate(scenario, ["transactional"], runs=1).records["transactional"][0]
    held = record.flows[0, :, :-1, at.WON_NEW].sum(0) / 20000
    assert held == pytest.approx([0.4, 0.2, 0.2, 0.2], abs=4 * np.sqrt(0.24 / 20000))


def test_a_table_is_its_quantile_function_clipped_to_bounds():
    """At the table's own points, up to the bits rounded away; a normal that reaches below 0 is cut there."""
    scenario = load("default", sets=["buyers.intermediate.switching_cost={normal: {mean: 5, spread: 10}}"])
    table = attribute_table(scenario.buyers["intermediate"], "switching_cost")
    assert table == pytest.approx(np.maximum(5 + 10 * ndtri(PROBABILITIES), 0), rel=2e-6, abs=1e-6)
    assert (table >= 0).all() and (np.diff(table) >= 0).all()


@pytest.mark.parametrize("shape", [0.01, 0.02, 0.7, 3.8, 50])
def test_log_gamma_quantile(shape):
    """The log of scipy's quantile where that is a number, and monotone, finite and continuous below."""
    found = log_gamma_quantile(shape, PROBABILITIES)
    exact = gammaincinv(shape, PROBABILITIES)
    usable = exact > 1e-150
    assert found[usable] == pytest.approx(np.log(exact[usable]), rel=1e-9, abs=1e-9)
    assert np.isfinite(found).all() and (np.diff(found) > 0).all()


@given(st.lists(st.floats(-(2.0**20), 2.0**20, width=32).filter(lambda x: x == 0 or abs(x) > 1e-30), min_size=2, max_size=20))
def test_coarse_changes_little(values):
    """The last three bits of a table: relative changes below 2^-20; a constant stays what it is."""
    values = np.array(values, np.float32)
    assert np.abs(coarse(values) - values).max() <= 2.0**-20 * np.abs(values).max()
    assert coarse(np.array([0.1, 0.1])).tolist() == [np.float32(0.1)] * 2
