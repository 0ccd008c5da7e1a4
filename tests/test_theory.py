"""Closed forms that the simulation must reproduce: retention model, migration model, beta-geometric, NBD and Dirichlet.

Every simulated mean lies within four standard errors of the exact value and the exact value in the mean's own 99% interval.
Each form has a negative control: the same check with a wrong rule must fail.
"""
import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import betaln, gammaln

from sim.core.state import WORTH_PARTS
from sim.population import draw_population
from sim.runs import simulate
from tests.agreement import assert_agrees, assert_all_agree, estimate, ratio, share
from tests.markets import BUYERS, NOISE, OURS, STRATEGY, accounts, column, purchases, static_market, switching_cost_for

MARGIN, DISCOUNT, PERIODS = 100.0, 0.12, 40


def played(scenario, keep_state=False):
    """Every run's record of the one strategy."""
    return simulate(scenario, [STRATEGY], keep_state=keep_state).records[STRATEGY]


# --- F1  the retention model ------------------------------------------------------------------------------------------------------

def retention_model(retention: float, *sets: str, rivals: int = 1):
    """Accounts of ours that stay with constant probability and are lost for good."""
    return static_market(f"{BUYERS}.switching_cost={switching_cost_for(retention, rivals)!r}", f"market.periods={PERIODS}",
                         "market.buyers=2000", "runs=20", *sets, rivals=rivals)


def kept(record):
    """(accounts kept, accounts at risk) over all reviews of ours."""
    stock = accounts(record)
    return stock[1:].sum(), stock[:-1].sum()


def discounted_retention(retention: float, first: int) -> float:
    """m · Σ (r/(1+d))^t over t = first … PERIODS."""
    t = np.arange(first, PERIODS + 1)
    return MARGIN * ((retention / (1 + DISCOUNT)) ** t).sum()


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
    worth = [record.worth[0, OURS, 0] / WORTH_PARTS / 2000 / (1 + DISCOUNT) for record in records]
    assert_agrees(estimate(worth), discounted_retention(retention, 1), "CLV")


def test_f1_negative_control(retention_runs):
    """A switching cost misread by a tenth is found out, both in retention and in CLV."""
    retention, records = retention_runs
    odds = (retention / (1 - retention)) ** 1.1
    wrong = odds / (1 + odds)
    with pytest.raises(AssertionError):
        assert_agrees(ratio(*np.transpose([kept(record) for record in records])), wrong)
    with pytest.raises(AssertionError):
        assert_agrees(estimate(record.worth[0, OURS, 0] / WORTH_PARTS / 2000 / (1 + DISCOUNT) for record in records),
                      discounted_retention(wrong, 1))


def test_f1_lost_for_good_never_come_back(retention_runs):
    """An infinite return cost: nobody is won back, and with two sellers the rival keeps everybody it ever wins."""
    _, records = retention_runs
    for record in records:
        assert column(record, "won_back").sum() == 0
        assert (np.diff(accounts(record)) <= 0).all()


def test_three_timing_conventions_of_clv():
    """m = 100, r = .8, d = 12%: 350.00 with the first margin counted, 250.00 without it, 312.50 at the end of the first period
    (Fader & Hardie 2012). One new market gives all three: what accounts won in period 1 are worth."""
    records = played(retention_model(0.8, "market.start=new"))
    won = [column(record, "won_new")[0] for record in records]
    worth = [record.worth[0, OURS, 1] / WORTH_PARTS for record in records]
    first_counted = ratio(worth, won)
    beyond = (0.8 / 1.12) ** PERIODS                       # the share of the infinite sum that lies past the horizon
    assert_agrees(first_counted, 350 * (1 - beyond), "first margin now, counted")
    residual = ratio([w - MARGIN * n for w, n in zip(worth, won, strict=True)], won)
    assert_agrees(residual, 250 - 350 * beyond, "first margin received, not counted")
    assert_agrees(ratio([w / 1.12 for w in worth], won), 312.5 * (1 - beyond), "first margin at the end of the period")
    with pytest.raises(AssertionError):                    # "expected life 1/(1 − r) = 5 years" as an annuity, the shortcut that overstates
        assert_agrees(residual, MARGIN * (1 - 1.12**-5) / 0.12)


# --- F2  the migration model ------------------------------------------------------------------------------------------------------

PRICES, SWITCHING, RATE = (100.0, 96.0, 103.0), 6.0, 0.6


def chain(switching_cost: float = SWITCHING) -> np.ndarray:
    """P: the supplier's Markov chain; an occasion comes with probability RATE, a choice is the logit with state dependence."""
    utility = -np.array(PRICES)[None, :] - switching_cost * (1 - np.eye(3))
    choice = np.exp(utility / NOISE)
    choice /= choice.sum(1, keepdims=True)
    return (1 - RATE) * np.eye(3) + RATE * choice


def migration_value(transitions: np.ndarray) -> np.ndarray:
    """(I − P/(1+d))^-1 R by the supplier now, R the margin that the next period brings us (Pfeifer & Carraway 2000)."""
    choice = transitions - (1 - RATE) * np.eye(3)
    return np.linalg.solve(np.eye(3) - transitions / (1 + DISCOUNT), choice[:, OURS] * MARGIN)


@pytest.fixture(scope="module")
def migration_runs():
    """Always-a-share buyers with a small switching cost and no return cost, all ours at the start; three sellers, three prices."""
    return played(static_market(
        f"strategies={{{STRATEGY}: {{rivals_1: {{price: {PRICES[1]}}}, rivals_2: {{price: {PRICES[2]}}}}}}}",
        f"{BUYERS}.switching_cost={SWITCHING}", f"{BUYERS}.return_cost=0", f"{BUYERS}.purchase_rate={RATE}",
        "market.periods=60", "market.buyers=1500", "runs=20", rivals=2))


def shares(record) -> np.ndarray:
    """Each seller's share of the accounts at the end of each period: [period, seller], before the record first."""
    return np.stack([accounts(record, s) for s in range(3)], 1) / 1500


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
    values, vectors = np.linalg.eig(chain().T)
    stationary = np.real(vectors[:, np.argmax(np.real(values))])
    stationary /= stationary.sum()
    for s in range(3):
        late = [shares(record)[30:, s].mean() for record in migration_runs]
        assert_agrees(estimate(late), stationary[s], f"seller {s}")
    assert all(column(record, "won_back").sum() > 0 for record in migration_runs)


def customer_value(record) -> float:
    """What a buyer who starts with us is worth to us, coming and going, discounted to the moment before period 1."""
    t = np.arange(1, 61)
    return (column(record, "lots") * MARGIN * 1.12**-t).sum() / 1500


def test_f2_clv_is_the_migration_value(migration_runs):
    """CLV = (I − P/(1+d))^-1 R. The same from a chain with a switching cost 10% off is rejected."""
    values = estimate(customer_value(record) for record in migration_runs)
    assert_agrees(values, migration_value(chain())[OURS] / 1.12, "CLV")
    with pytest.raises(AssertionError):
        assert_agrees(values, migration_value(chain(1.1 * SWITCHING))[OURS] / 1.12)


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

def beta_geometric(churn: float, stay: float, *sets: str):
    """Lost-for-good buyers with private stay probabilities Beta(stay, churn), from Dirichlet tastes for us and for the rival."""
    return static_market(f"sellers.ours.taste_shape={stay}", f"sellers.rivals.taste_shape={churn}",
                         "market.periods=8", "market.buyers=20000", "runs=6", *sets)


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

# British toothpaste, first quarter of 1973: share and penetration by brand; 56% of households buy, 2.6 times each
# (Goodhardt, Ehrenberg & Chatfield 1984).
TOOTHPASTE = {"Colgate DC": (0.25, 0.20), "Macleans": (0.19, 0.17), "Close Up": (0.10, 0.09), "Signal": (0.10, 0.08),
              "Ultrabrite": (0.09, 0.08), "Gibbs SR": (0.08, 0.07), "Boots private label": (0.03, 0.03),
              "Sainsbury private label": (0.02, 0.02)}
MEAN_PURCHASES, NON_BUYERS = 0.56 * 2.6, 0.44
SHARES = np.array([share_of for share_of, _ in TOOTHPASTE.values()] + [1 - sum(s for s, _ in TOOTHPASTE.values())])   # and all others
SHAPE = 1.5                                              # S, the sum of the Dirichlet's parameters, which suits the table's penetrations
HOUSEHOLDS, MOMENTS = 100_000, 364                       # a quarter in quarter-days, so that a Bernoulli occasion is nearly Poisson
COUNTS = np.arange(400)


def nbd_shape() -> float:
    """K of the NBD with the category's mean and its share of households that do not buy."""
    return brentq(lambda k: (1 + MEAN_PURCHASES / k) ** -k - NON_BUYERS, 0.01, 50)


def nbd(shape: float) -> np.ndarray:
    """P(n purchases): gamma-distributed Poisson rates."""
    log_p = gammaln(shape + COUNTS) - gammaln(shape) - gammaln(COUNTS + 1)
    return np.exp(log_p + shape * np.log(shape / (shape + MEAN_PURCHASES)) + COUNTS * np.log(MEAN_PURCHASES / (shape + MEAN_PURCHASES)))


def dirichlet(brand: int, total: float = SHAPE) -> dict[str, float]:
    """A brand's measures: sums over the category's NBD of the beta-binomial split, no approximation."""
    p, alpha = nbd(nbd_shape()), total * SHARES[brand]
    none = np.exp(betaln(alpha, total - alpha + COUNTS) - betaln(alpha, total - alpha))
    every = np.exp(betaln(alpha + COUNTS, total - alpha) - betaln(alpha, total - alpha))
    penetration = 1 - (p * none).sum()
    return {"penetration": penetration, "purchases per buyer": MEAN_PURCHASES * SHARES[brand] / penetration,
            "share of requirements": MEAN_PURCHASES * SHARES[brand] / (COUNTS * p * (1 - none)).sum(),
            "sole buyers": (p * every)[1:].sum() / penetration}


@pytest.fixture(scope="module")
def toothpaste():
    """int [brand, household]: purchases in the quarter, simulated from tastes and purchase rates alone."""
    scenario = static_market(
        f"{BUYERS}.return_cost=0", f"{BUYERS}.purchase_rate={{gamma: {{mean: {MEAN_PURCHASES / MOMENTS}, shape: {nbd_shape()}}}}}",
        f"market.periods={MOMENTS}", f"market.buyers={HOUSEHOLDS}", "runs=2", "market.start=new",
        f"sellers.ours.taste_shape={SHAPE * SHARES[0]}", f"sellers.rivals.taste_shape={SHAPE * SHARES[1]}",
        *(f"sellers.brand_{i}={{taste_shape: {SHAPE * s}, price: 100, quality: 118, reputation: 1}}"
          for i, s in enumerate(SHARES) if i > 1))
    record = simulate(scenario, [STRATEGY], runs=1, threads=1, keep_state=True).records[STRATEGY][0]
    return purchases(record, draw_population(scenario), len(SHARES))


def test_f4_purchase_counts_are_nbd(toothpaste):
    """Gamma purchase rates give NBD counts: mean, variance and the shares of households that buy 0 … 6 times."""
    counts, k = toothpaste.sum(0), nbd_shape()
    cells = {f"P({n})": (share((counts == n).sum(), HOUSEHOLDS), nbd(k)[n]) for n in range(7)}
    cells["mean"] = estimate(counts), MEAN_PURCHASES
    cells["variance"] = estimate((counts - MEAN_PURCHASES) ** 2), MEAN_PURCHASES * (1 + MEAN_PURCHASES / k)
    assert_all_agree(cells)
    with pytest.raises(AssertionError):                    # were all households alike, counts would be Poisson
        assert_agrees(share((counts == 0).sum(), HOUSEHOLDS), np.exp(-MEAN_PURCHASES))


def measures(toothpaste, brand: int) -> dict:
    """The four measures of a brand with their standard errors over households."""
    bought, category = toothpaste[brand], toothpaste.sum(0)
    buys = bought > 0
    return {"penetration": share(buys.sum(), HOUSEHOLDS), "purchases per buyer": ratio(bought, buys),
            "share of requirements": ratio(bought, category * buys), "sole buyers": share((buys & (bought == category)).sum(), buys.sum())}


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
    alpha, twice = SHAPE * SHARES, toothpaste[:, toothpaste.sum(0) == 2]
    both = (twice == 2).sum(1)
    cells = {brand: (share(both[brand], twice.shape[1]), alpha[brand] * (alpha[brand] + 1) / (SHAPE * (SHAPE + 1))) for brand in range(9)}
    cells["any"] = share(both.sum(), twice.shape[1]), (alpha * (alpha + 1)).sum() / (SHAPE * (SHAPE + 1))
    assert_all_agree(cells)


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
