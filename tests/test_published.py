"""Figures from papers, each simulated: margin multiples, the value of five points of retention, elasticities, renewals, toothpaste.

The formula gives the printed number; the simulation agrees with the formula within four standard errors.
"""
import numpy as np
import pytest

from sim.core.state import WORTH_PARTS
from sim.runs import simulate
from tests.agreement import assert_agrees, assert_all_agree, estimate, share
from tests.markets import BUYERS, STRATEGY, accounts, column, static_market, switching_cost_for
from tests.test_theory import TOOTHPASTE, beta_geometric, dirichlet, toothpaste  # noqa: F401

MARGIN, BUYERS_EACH = 100.0, 2000


def lots_by_run(retention: float, periods: int, *sets: str, runs: int = 16) -> np.ndarray:
    """Purchases of accounts held at the start, per account: float [run, period]. One seller's luck serves every retention rate."""
    scenario = static_market(f"{BUYERS}.switching_cost={switching_cost_for(retention)!r}", f"market.periods={periods}",
                             f"market.buyers={BUYERS_EACH}", f"runs={runs}", *sets)
    return np.stack([column(record, "lots") for record in simulate(scenario, [STRATEGY]).records[STRATEGY]]) / BUYERS_EACH


def present_value(lots: np.ndarray, discount: float) -> np.ndarray:
    """Σ lots in period t / (1 + d)^t, run by run."""
    return (lots * (1 + discount) ** -np.arange(1, lots.shape[1] + 1)).sum(1)


# --- Gupta & Lehmann 2003, 2005: the margin multiple r/(1 + i − r) ----------------------------------------------------------------

MULTIPLES = {0.60: (1.20, 1.15, 1.11, 1.07), 0.70: (1.75, 1.67, 1.59, 1.52), 0.80: (2.67, 2.50, 2.35, 2.22), 0.90: (4.50, 4.09, 3.75, 3.46)}
RATES = (0.10, 0.12, 0.14, 0.16)


@pytest.mark.parametrize("retention", MULTIPLES)
def test_margin_multiples(retention):
    """Sixteen cells of the published table: present value over margin."""
    lots = lots_by_run(retention, 60)
    cells = {}
    for rate, printed in zip(RATES, MULTIPLES[retention], strict=True):
        exact = retention / (1 + rate - retention)
        assert round(exact, 2) == printed
        beyond = exact * (retention / (1 + rate)) ** 60      # what lies past the horizon
        cells[rate] = estimate(present_value(lots, rate)), exact - beyond
    assert_all_agree(cells)


# --- Reichheld & Sasser 1990, Reichheld 1996: five points of retention ------------------------------------------------------------

# By retention before: gain in customer value m(1+d)/(1+d−r) − A at d = 10% for A = 0, 1, 2 and 3 margins; None: a loss turns into a gain.
FIVE_POINTS = {0.70: (14.3, 22.4, 52.4, None), 0.80: (20.0, 27.5, 44.0, 110.0), 0.85: (25.0, 32.4, 45.8, 78.6),
               0.90: (33.3, 40.7, 52.4, 73.3)}


def value(retention: float, cost: float, discount: float = 0.10) -> float:
    """m(1+d)/(1+d−r) − A, in margins."""
    return (1 + discount) / (1 + discount - retention) - cost


@pytest.mark.parametrize("retention", FIVE_POINTS)
def test_five_points_of_retention_by_formula(retention):
    """The table's cells; 25% to 95% needs high retention or a large acquisition cost."""
    for cost, printed in enumerate(FIVE_POINTS[retention]):
        before, after = value(retention, cost), value(retention + 0.05, cost)
        if printed is None:
            assert before < 0 < after
        else:
            assert 100 * (after / before - 1) == pytest.approx(printed, abs=0.1 if printed < 100 else 0.5)


def simulated_value(retention: float, acquisition_cost: float, periods: int) -> np.ndarray:
    """Worth per account won in period 1 of a new market, run by run, in margins: acquisition cost paid, first margin counted."""
    scenario = static_market(f"{BUYERS}.switching_cost={switching_cost_for(retention)!r}", f"market.periods={periods}", "market.start=new",
                             f"market.buyers={BUYERS_EACH}", "market.discount_rate=0.1", "runs=16",
                             f"sellers.ours.acquisition_cost={MARGIN * acquisition_cost}")
    records = simulate(scenario, [STRATEGY]).records[STRATEGY]
    return np.array([record.worth[0, 0, 1] / WORTH_PARTS / MARGIN / column(record, "won_new")[0] for record in records])


@pytest.mark.parametrize(("retention", "cost"), [(0.80, 0), (0.80, 2), (0.90, 0), (0.90, 1), (0.85, 3), (0.70, 2)])
def test_five_points_of_retention_simulated(retention, cost):
    """The gain in what accounts won are worth, on common luck, against the table's cell (four standard errors, delta method)."""
    periods = 90
    before, after = simulated_value(retention, cost, periods), simulated_value(retention + 0.05, cost, periods)
    exact = value(retention + 0.05, cost) / value(retention, cost)
    quotient = after.mean() / before.mean()
    spread = (after - quotient * before).std(ddof=1) / np.sqrt(len(after)) / before.mean()
    assert abs(quotient - exact) <= 4 * spread
    assert spread < 0.05


# --- Gupta, Lehmann & Stuart 2004: elasticities -----------------------------------------------------------------------------------

@pytest.mark.parametrize(("retention", "printed"), [(0.70, 2.67), (0.80, 3.50), (0.85, 4.15), (0.95, 6.59)])
def test_retention_elasticity(retention, printed):
    """One per cent more retention lifts m r/(1+d−r) by (1+d)/(1+d−r) per cent at d = 12%; a half per cent each way on common luck."""
    exact = 1.12 / (1.12 - retention)
    assert exact == pytest.approx(printed, abs=0.01)
    low, high = (present_value(lots_by_run(retention * (1 + change), 120 if retention > 0.9 else 60), 0.12) for change in (-0.005, 0.005))
    elasticity = (np.log(high) - np.log(low)) / np.log(1.005 / 0.995)
    found = estimate(elasticity)
    assert abs(found.mean / exact - 1) < 0.05 or abs(found.errors_from(exact)) < 4
    assert found.standard_error < 0.1 * exact


def test_margin_and_acquisition_elasticities_differ_by_one():
    """Value is homogeneous of degree one in margin and acquisition cost: their elasticities sum to one (1.00 ± 0.02), margin first.
    And retention matters more than margin, margin more than acquisition cost."""
    def mean_worth(unit_cost=0.0, cost=100.0, retention=0.8):
        scenario = static_market(f"{BUYERS}.switching_cost={switching_cost_for(retention)!r}", "market.periods=50", "market.start=new",
                                 f"market.buyers={BUYERS_EACH}", "runs=4", f"sellers.ours.unit_cost={unit_cost}",
                                 f"sellers.ours.acquisition_cost={cost}")
        records = simulate(scenario, [STRATEGY]).records[STRATEGY]
        return sum(record.worth[0, 0, 1] for record in records) / WORTH_PARTS / sum(column(record, "won_new")[0] for record in records)

    base = mean_worth()
    margin = (mean_worth(unit_cost=1.0) / base - 1) / -0.01
    acquisition = (mean_worth(cost=101.0) / base - 1) / 0.01
    retention = (mean_worth(retention=0.808) / base - 1) / 0.01
    assert margin + acquisition == pytest.approx(1.0, abs=0.02)
    assert retention > margin > -acquisition > 0


# --- Fader & Hardie 2007: renewals ------------------------------------------------------------------------------------------------

# Customers of a thousand that are left after so many renewals (Berry & Linoff's two segments as printed by Fader & Hardie).
SURVIVORS = {"regular": (0.704, 1.182, (631, 468, 382, 326, 289, 262, 241)),
             "high end": (0.668, 3.806, (869, 743, 653, 593, 551, 517, 491))}


@pytest.mark.parametrize("segment", SURVIVORS)
def test_survival_of_real_contracts(segment):
    """With the published shapes (fitted to these seven years) the simulated survival is within two points of the customers' own."""
    churn, stay, survivors = SURVIVORS[segment]
    records = simulate(beta_geometric(churn, stay), [STRATEGY]).records[STRATEGY]
    stocks = sum(accounts(record) for record in records)
    found = stocks[1:8] / stocks[0]
    assert np.abs(found - np.array(survivors) / 1000).max() < 0.02


# --- Goodhardt, Ehrenberg & Chatfield 1984: toothpaste ----------------------------------------------------------------------------

def test_toothpaste_penetrations(toothpaste):  # noqa: F811
    """Brands' penetrations in the first quarter of 1973 (printed to a whole per cent): simulated within a point and a quarter."""
    found = {name: share((toothpaste[brand] > 0).sum(), toothpaste.shape[1]) for brand, name in enumerate(TOOTHPASTE)}
    assert_all_agree({name: (found[name], dirichlet(brand)["penetration"]) for brand, name in enumerate(TOOTHPASTE)})
    assert {name: round(each.mean, 4) for name, each in found.items() if abs(each.mean - TOOTHPASTE[name][1]) > 0.0125} == {}


# --- Fader & Hardie 2012, Ascarza, Fader & Hardie 2017: what must not be done -----------------------------------------------------

def test_expected_life_times_margin_overstates():
    """80% retention as 'five years' of annuity gives 360.48 where the account is worth 250: 44% too much."""
    annuity = MARGIN * (1 - 1.12**-5) / 0.12
    assert annuity == pytest.approx(360.48, abs=0.005)
    found = estimate(MARGIN * present_value(lots_by_run(0.8, 60), 0.12))
    assert_agrees(found, 250, "residual value")
    assert annuity / found.mean == pytest.approx(1.44, abs=0.03)
