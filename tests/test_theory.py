"""Closed forms that the simulation must reproduce: retention model, migration model, beta-geometric, NBD and Dirichlet.

Every simulated mean lies within four standard errors of the exact value and the exact value in the mean's own 99% interval.
Each form has a negative control: the same check with a wrong rule must fail.
"""
import numpy as np
import pytest

from sim.experiments.published.markets import MARGIN
from sim.experiments.published.migration import (
    RATE,
    SETTLED,
    SWITCHING,
    chain,
    customer_value,
    migration_market,
    migration_value,
    shares,
    stationary_shares,
)
from sim.experiments.published.renewals import beta_geometric
from sim.experiments.published.repertoire import (
    HOUSEHOLDS,
    MEAN_PURCHASES,
    SHAPE,
    SHARES,
    counts,
    dirichlet,
    measures,
    purchases_by_brand,
    repeated,
    toothpaste_market,
)
from sim.experiments.published.retention import discounted_retention, kept, retention_model, timings, worth_held
from sim.runs import simulate
from tests.agreement import assert_agrees, assert_all_agree, estimate, ratio, share
from tests.markets import BUYERS, NOISE, STRATEGY, accounts, column, static_market, switching_cost_for


def played(scenario, keep_state=False):
    """Every run's record of the one strategy."""
    return simulate(scenario, [STRATEGY], keep_state=keep_state).records[STRATEGY]


# --- F1  the retention model ------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module", params=[(0.7, 1), (0.9, 3)], ids=["r=.7, one rival", "r=.9, three rivals"])
def retention_runs(request):
    """(r, records) of a running market whose accounts are all ours at the start."""
    retention, rivals = request.param
    return retention, played(retention_model(retention, rivals=rivals))


def test_f1_retention_is_the_logit_with_switching_cost(retention_runs):
    """Kept / at risk = 1 / (1 + rivals · exp(−σ/μ)), whatever the tenure."""
    retention, records = retention_runs
    assert_agrees(ratio(*np.transpose([kept(record) for record in records])), retention, "retention")
    stocks = sum(accounts(record) for record in records)
    by_tenure = {f"after {t} reviews": (share(stocks[t + 1], stocks[t]), retention) for t in range(10)}
    assert_all_agree(by_tenure)


def test_f1_clv_of_accounts_held(retention_runs):
    """An account held at the start is worth m · Σ_{t≥1} (r/(1+d))^t: its first review comes in period 1 (seen from the moment before)."""
    retention, records = retention_runs
    assert_agrees(estimate(map(worth_held, records)), discounted_retention(retention, 1), "CLV")


def test_f1_negative_control(retention_runs):
    """A switching cost misread by a tenth is found out, both in retention and in CLV."""
    retention, records = retention_runs
    odds = (retention / (1 - retention)) ** 1.1
    wrong = odds / (1 + odds)
    with pytest.raises(AssertionError):
        assert_agrees(ratio(*np.transpose([kept(record) for record in records])), wrong)
    with pytest.raises(AssertionError):
        assert_agrees(estimate(map(worth_held, records)), discounted_retention(wrong, 1))


def test_f1_lost_for_good_never_come_back(retention_runs):
    """An infinite return cost: nobody is won back, and with two sellers the rival keeps everybody it ever wins."""
    _, records = retention_runs
    for record in records:
        assert column(record, "won_back").sum() == 0
        assert (np.diff(accounts(record)) <= 0).all()


def test_three_timing_conventions_of_clv():
    """m = 100, r = .8, d = 12%: 350.00 with the first margin counted, 250.00 without it, 312.50 at the end of the first period
    (Fader & Hardie 2012). One new market gives all three: what accounts won in period 1 are worth."""
    cells = timings(played(retention_model(0.8, "market.start=new")))
    for (what, (found, exact)), printed in zip(cells.items(), (350, 250, 312.5), strict=True):
        assert exact == pytest.approx(printed, abs=0.005)  # what lies past the horizon is less
        assert_agrees(found, exact, what)
    residual = cells["first margin just received, not counted"][0]
    with pytest.raises(AssertionError):                    # "expected life 1/(1 − r) = 5 years" as an annuity, the shortcut that overstates
        assert_agrees(residual, MARGIN * (1 - 1.12**-5) / 0.12)


# --- F2  the migration model ------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def migration_runs():
    """Always-a-share buyers with a small switching cost and no return cost, all ours at the start; three sellers, three prices."""
    return played(migration_market())


def test_f2_shares_follow_the_chain(migration_runs):
    """Shares after t periods are (1, 0, 0) P^t, for every seller and t = 1 … 12."""
    found = np.stack([shares(record) for record in migration_runs])
    cells, expected = {}, np.array([1.0, 0.0, 0.0])
    for t in range(1, 13):
        expected = expected @ chain()
        cells |= {(t, s): (estimate(found[:, t, s]), expected[s]) for s in range(3)}
    assert_all_agree(cells)


def test_f2_stationary_shares(migration_runs):
    """In the long run shares are the chain's stationary distribution, and a won account comes back as often as it is lost."""
    for s, exact in enumerate(stationary_shares()):
        late = [shares(record)[SETTLED:, s].mean() for record in migration_runs]
        assert_agrees(estimate(late), exact, f"seller {s}")
    assert all(column(record, "won_back").sum() > 0 for record in migration_runs)


def test_f2_clv_is_the_migration_value(migration_runs):
    """CLV = (I − P/(1+d))^-1 R. The same from a chain with a switching cost 10% off is rejected."""
    values = estimate(customer_value(record) for record in migration_runs)
    assert_agrees(values, migration_value(chain())[0] / 1.12, "CLV")
    with pytest.raises(AssertionError):
        assert_agrees(values, migration_value(chain(1.1 * SWITCHING))[0] / 1.12)


def test_f2_a_repeat_rate_in_the_retention_formula_undervalues(migration_runs):
    """Putting an always-a-share buyer's stay probability into Σ (r/(1+d))^t forgets that leavers return: it lands far below."""
    stay = chain()[0, 0]
    found = estimate(customer_value(record) for record in migration_runs)
    lost_for_good = MARGIN * RATE * (stay / 1.12) / (1 - stay / 1.12)
    assert lost_for_good < 0.8 * found.mean
    with pytest.raises(AssertionError):
        assert_agrees(found, lost_for_good)


def test_f2_a_return_cost_fades_with_absence():
    """Two equal sellers, no switching cost, a return cost ρ = 12 of which 30% fades each period: a buyer who left k + 1 purchases ago
    goes back with probability 1 / (1 + exp(ρ · .7^(k+1) / μ)). Without forgetting, or with a fifth more of it, the curve is rejected."""
    scenario = static_market(f"{BUYERS}.switching_cost=0", f"{BUYERS}.return_cost=12", "behaviour.forgetting=0.3", "market.burn_in=10",
                             "market.periods=30", "market.buyers=4000", "runs=6")
    ended = sum(record.endings[0, :, 1].sum(0) for record in played(scenario))      # [duration, cause], relationships won on record
    left, running = ended[:, :3].sum(1), ended[:, 3]

    def against(forgetting: float) -> dict:
        """By duration k: the share that goes back, of those still there, and the logit's."""
        at_risk = {k: left[k:].sum() + running[k + 1:].sum() for k in range(1, 9)}
        return {k: (share(left[k], at_risk[k]), 1 / (1 + np.exp(12 * (1 - forgetting) ** (k + 1) / NOISE))) for k in at_risk}

    assert_all_agree(against(0.3))
    for wrong in (0.0, 0.36):
        with pytest.raises(AssertionError):
            assert_all_agree(against(wrong))


# --- F3  the shifted beta-geometric -----------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("churn", "stay"), [(0.704, 1.182), (0.668, 3.806)], ids=["regular", "high end"])
def test_f3_retention_rises_by_selection_alone(churn, stay):
    """Retention in period t = (β + t − 1)/(α + β + t − 1) (Fader & Hardie 2007), and survival is its product, although no buyer changes."""
    stocks = sum(accounts(record) for record in played(beta_geometric(churn, stay)))
    t = np.arange(1, 9)
    retention = (stay + t - 1) / (churn + stay + t - 1)
    cells = {f"retention {i}": (share(stocks[i], stocks[i - 1]), retention[i - 1]) for i in t}
    cells |= {f"survival {i}": (share(stocks[i], stocks[0]), retention[:i].prod()) for i in t}
    assert_all_agree(cells)
    assert (np.diff(stocks[1:] / stocks[:-1]) > 0).all()


def test_f3_negative_control():
    """Buyers who all stay with the same probability show no rise: the beta-geometric curve of the same mean is rejected."""
    churn, stay = 0.704, 1.182
    alike = static_market(f"{BUYERS}.switching_cost={switching_cost_for(stay / (stay + churn))!r}", "market.periods=8",
                          "market.buyers=20000", "runs=2")
    stocks = sum(accounts(record) for record in played(alike))
    cells = {i: (share(stocks[i], stocks[i - 1]), (stay + i - 1) / (churn + stay + i - 1)) for i in range(1, 9)}
    assert cells[1][0].holds(cells[1][1])
    with pytest.raises(AssertionError):
        assert_all_agree(cells)


# --- F4  NBD and Dirichlet --------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def toothpaste():
    """int [brand, household]: purchases in the quarter, simulated from tastes and purchase rates alone."""
    return purchases_by_brand(simulate(toothpaste_market(), [STRATEGY], runs=1, threads=1, keep_state=True).records[STRATEGY])


def test_f4_purchase_counts_are_nbd(toothpaste):
    """Gamma purchase rates give NBD counts: mean, variance and the shares of households that buy 0 … 6 times."""
    assert_all_agree(counts(toothpaste))
    with pytest.raises(AssertionError):                    # were all households alike, counts would be Poisson
        assert_agrees(share((toothpaste.sum(0) == 0).sum(), HOUSEHOLDS), np.exp(-MEAN_PURCHASES))


def test_f4_brands_are_dirichlet(toothpaste):
    """Penetration, purchases per buyer, share of requirements and sole buyers of all nine brands, against the exact Dirichlet."""
    cells = {(brand, name): (found, dirichlet(brand)[name])
             for brand in range(len(SHARES)) for name, found in measures(toothpaste, brand).items()}
    assert_all_agree(cells)


def test_f4_negative_control(toothpaste):
    """A Dirichlet whose S is a fifth too large (less polarised tastes) is rejected."""
    cells = {(brand, name): (found, dirichlet(brand, 1.2 * SHAPE)[name])
             for brand in range(len(SHARES)) for name, found in measures(toothpaste, brand).items()}
    with pytest.raises(AssertionError):
        assert_all_agree(cells)


def test_f4_repeat_rate_and_polarisation(toothpaste):
    """Of households that bought twice, (S·s + 1)/(S + 1) of a brand's choices were repeated; over brands, both alike in
    Σ α(α+1)/(S(S+1)) of the cases (Rungie & Goodhardt 2004)."""
    assert_all_agree(repeated(toothpaste))


def test_f4_double_jeopardy_and_one_duplication_coefficient(toothpaste):
    """w(1 − b) is about constant over brands, and the share of X's buyers who also buy Y is D times Y's penetration with one D."""
    bought = toothpaste[:8] > 0
    b = bought.mean(1)
    w = toothpaste[:8].sum(1) / bought.sum(1)
    line = w * (1 - b)
    assert np.ptp(line) / line.mean() < 0.10
    assert np.corrcoef(b, w)[0, 1] > 0.8                   # small brands suffer twice
    also = bought.astype(float) @ bought.T.astype(float) / bought.sum(1)[:, None]
    other = ~np.eye(8, dtype=bool)
    expected = np.broadcast_to(b, (8, 8))[other]
    d = (also[other] * expected).sum() / (expected**2).sum()
    assert 1 < d < 1.6
    assert np.corrcoef(also[other], expected)[0, 1] > 0.95
    assert np.abs(also[other] - d * expected).mean() < 0.15 * also[other].mean()
