"""Buy-till-you-die and contract models: published estimates, and the truth found back where a market is what a model assumes."""
import os
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.special import gammaln, hyp2f1
from scipy.stats import beta as beta_of

from sim.experiments import staying
from sim.experiments.buying import BetaBernoulli, BetaGeometric, Pareto, fit
from sim.experiments.likelihood import NoFit
from sim.experiments.published.markets import BUYERS, STRATEGY, static_market
from sim.experiments.published.renewals import COHORT, SURVIVORS
from sim.purchases import purchases

CDNOW = BetaGeometric(0.243, 4.414, 0.793, 2.426)
CDNOW_PARETO = Pareto(0.553, 10.578, 0.606, 11.669)
DONATIONS = BetaBernoulli(1.204, 0.750, 0.657, 2.783)
DATA = Path(os.environ.get("TENURE_DATA", Path(__file__).parents[3] / "shared" / "data"))


def data(name: str, **options) -> pd.DataFrame:
    """A file of real data, where they are."""
    if not (DATA / name).is_file():
        pytest.skip(f"{name} is not on this machine")
    return pd.read_csv(DATA / name, **options)


@cache
def cdnow() -> tuple[pd.DataFrame, int]:
    """(summaries in weeks of the first 39, repeat purchases in the 39 after) of CDNOW's customers."""
    log = data("cdnow_sample.csv", parse_dates=["date"]).drop_duplicates(["customer_id", "date"])
    end = pd.Timestamp("1997-09-30")
    days = log[log.date <= end].groupby("customer_id").date.agg(["min", "max", "size"])
    found = pd.DataFrame({"frequency": days["size"] - 1, "recency": (days["max"] - days["min"]).dt.days / 7,
                          "age": (end - days["min"]).dt.days / 7})
    return found, int((log.date > end).sum())


def test_cdnow_by_bg_nbd():
    """r .243, alpha 4.414, a .793, b 2.426, log L −9582.4 (Fader, Hardie & Lee 2005); 1,653 purchases in the holdout against 1,882."""
    summaries, later = cdnow()
    found = fit(BetaGeometric, summaries)
    assert list(found.parameters.values()) == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=0.0006)
    assert found.log_likelihood == pytest.approx(-9582.4, abs=0.05) and found.buyers == 2357
    to_come = found.model.purchases_to_come(39, summaries.frequency, summaries.recency, summaries.age).sum()
    assert to_come == pytest.approx(1653, abs=1) and to_come / later - 1 == pytest.approx(-0.122, abs=0.001)
    low, high = found.intervals()["r"]
    assert 0.2 < low < 0.243 < high < 0.29


def test_cdnow_by_pareto_nbd():
    """r .553, alpha 10.58, s .606, beta 11.67, log L −9595.0 (Fader & Hardie 2005)."""
    found = fit(Pareto, cdnow()[0])
    assert list(found.parameters.values()) == pytest.approx([0.553, 10.578, 0.606, 11.669], abs=0.001)
    assert found.log_likelihood == pytest.approx(-9595.0, abs=0.05)


def test_donations_by_bg_bb():
    """11,104 donors over six years: alpha 1.204, beta .750, gamma .657, delta 2.783, log L −33,225.6; a donor of all six years gives 3.75
    times in the next five, one of none 0.07 times and is active with 11% (Fader, Hardie & Shang 2010)."""
    given = data("donations_bgbb.csv")
    found = fit(BetaBernoulli, given.rename(columns={"periods": "age"}), given.weights)
    assert list(found.parameters.values()) == pytest.approx([1.204, 0.750, 0.657, 2.783], abs=0.0008)
    assert found.log_likelihood == pytest.approx(-33_225.6, abs=0.05) and found.buyers == 11_104
    assert found.model.purchases_to_come(5, [6, 0], [6, 0], [6, 6]) == pytest.approx([3.75, 0.07], abs=0.005)
    assert found.model.active(0, 0, 6) == pytest.approx(0.11, abs=0.01)


def test_bg_bbs_likelihood_is_the_sum_over_when_it_was_lost():
    """By brute force over p and θ, lost before period 1, 2, … or never."""
    p, theta = (quantiles.ppf((np.arange(4000) + 0.5) / 4000) for quantiles in (beta_of(1.2, 0.8), beta_of(0.9, 3.0)))
    x, recency, n = 2, 4, 6
    chance = [(p**x * (1 - p) ** (end - x)).mean() for end in range(n + 1)]
    lives = [((1 - theta) ** end * theta).mean() for end in range(n)] + [((1 - theta) ** n).mean()]
    by_hand = sum(chance[end] * lives[end] for end in range(recency, n + 1))
    assert np.exp(BetaBernoulli(1.2, 0.8, 0.9, 3.0).log_likelihood(x, recency, n)) == pytest.approx(by_hand, rel=1e-3)


def test_a_known_customer():
    """x = 2, t_x = 30.43, T = 38.86 weeks: 1.226 purchases in the next 39 by BG/NBD (Fader, Hardie & Lee 2005)."""
    assert CDNOW.purchases_to_come(39, 2, 30.43, 38.86) == pytest.approx(1.226, abs=0.001)
    assert CDNOW.active(2, 30.43, 38.86) == pytest.approx(0.7266, abs=0.0005)
    assert CDNOW.active(0, 0, 38.86) == 1


@pytest.mark.parametrize(("t", "x", "age"), [(39, 2, 38.86), (10, 0, 20), (200, 15, 30)])
def test_expected_purchases_are_the_papers(t, x, age):
    """Equation 10's ₂F₁, where it can be computed."""
    r, alpha, a, b = CDNOW.r, CDNOW.alpha, CDNOW.a, CDNOW.b
    z = t / (alpha + age + t)
    paper = (a + b + x - 1) / (a - 1) * (1 - (1 - z) ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, z))
    assert CDNOW._purchases(np.array(float(t)), x, age) == pytest.approx(paper, rel=1e-8)


@pytest.mark.parametrize("model", [Pareto(0.5, 9.0, 0.6, 12.0), Pareto(0.5, 12.0, 0.6, 9.0), Pareto(3.0, 5.0, 1.0, 40.0)])
def test_pareto_nbds_likelihood_is_its_story(model):
    """Lost at some moment τ between the last purchase and the end, or active at it: integrated over τ, whichever of α and β is larger."""
    x, recency, age = 3, 10.0, 25.0
    r, alpha, s, beta = model.r, model.alpha, model.s, model.beta

    def bought(end):                                             # E[λ^x e^−λτ] over λ
        return np.exp(gammaln(r + x) - gammaln(r)) * alpha**r / (alpha + end) ** (r + x)
    lost = quad(lambda end: bought(end) * s * beta**s / (beta + end) ** (s + 1), recency, age)[0]
    active = bought(age) * (beta / (beta + age)) ** s
    assert np.exp(model.log_likelihood(x, recency, age)) == pytest.approx(lost + active, rel=1e-9)
    assert model.active(x, recency, age) == pytest.approx(active / (lost + active), rel=1e-9)


@pytest.mark.parametrize("model", [
    CDNOW, BetaGeometric(8000.0, 24_000.0, 1.0, 30.0), BetaGeometric(2.0, 6.0, 3000.0, 9000.0), BetaGeometric(1.0, 5.0, 1.0, 3.0),
    CDNOW_PARETO, Pareto(4.0, 12.0, 1.0, 50.0), Pareto(3000.0, 9000.0, 0.5, 60.0), DONATIONS, BetaBernoulli(2.0, 5.0, 1.0, 30.0)])
def test_forecasts_are_sane_wherever_the_shapes_are(model):
    """Expected purchases rise with time, never faster than the pace of those active; probabilities lie in 0..1."""
    x, recency, age = np.array([0.0, 1, 5, 30]), np.array([0.0, 3, 20, 38]), np.array([39.0, 39, 39, 39])
    ahead = np.stack([model.purchases_to_come(t, x, recency, age) for t in (1.0, 10.0, 100.0)])
    assert np.isfinite(ahead).all() and (np.diff(ahead, axis=0) > 0).all()
    most = model.alpha + x if model.name == "BG/BB" else model.r + x
    assert (ahead[0] <= most / (model.alpha + age + (model.beta if model.name == "BG/BB" else 0)) * 1.0001).all()
    assert ((model.active(x, recency, age) >= 0) & (model.active(x, recency, age) <= 1)).all()


def test_the_same_whoever_is_counted_together():
    """Weights count buyers; rows alike are one row."""
    summaries = pd.DataFrame({"frequency": [0, 2, 5, 0], "recency": [0, 10.0, 30, 0], "age": [39.0, 39, 39, 39]})
    once = fit(BetaGeometric, summaries, weights=[40, 30, 20, 10])
    again = fit(BetaGeometric, summaries.loc[np.repeat([0, 1, 2, 3], [40, 30, 20, 10])])
    assert once.parameters == pytest.approx(again.parameters) and once.buyers == again.buyers == 100


def test_bg_bb_wants_whole_periods():
    with pytest.raises(NoFit, match="BG/BB needs time in whole periods"):
        fit(BetaBernoulli, {"frequency": [1, 2], "recency": [1.5, 3], "age": [4, 4]})


@pytest.mark.parametrize(("rows", "words"), [
    ({"frequency": [], "recency": [], "age": []}, "BG/NBD needs buyers who bought again: there is no buyer"),
    ({"frequency": [0, 0], "recency": [0, 0], "age": [9, 9]}, "BG/NBD needs buyers who bought again: none of them did"),
    ({"frequency": [1], "recency": [10], "age": [9]},
     "summaries must be whole: frequency, recency and age at least 0, nobody's last purchase after the end of the record")])
def test_what_cannot_be_fitted(rows, words):
    with pytest.raises(NoFit) as said:
        fit(BetaGeometric, rows)
    assert str(said.value) == words


# --- a Tenure market that is what BG/NBD assumes ---------------------------------------------------------------------------------------

TRUE = BetaGeometric(1.5, 30.0, 1.2, 3.0)
DAYS, LATER, HOUSEHOLDS = 120, 120, 6000


@cache
def beta_geometric_market(exact: bool = True) -> tuple[pd.DataFrame, np.ndarray]:
    """(summaries, purchases in the holdout) of accounts held at the start: gamma purchase rates; a promise that nobody believes twice keeps
    everybody once, and then each stays with its own probability, Beta(b, a), or is lost for good. exact False: some come back."""
    scenario = static_market(
        "market.period=day", f"market.periods={DAYS + LATER}", f"market.buyers={HOUSEHOLDS}", "runs=2",
        f"{BUYERS}.purchase_rate={{gamma: {{mean: {TRUE.r / TRUE.alpha}, shape: {TRUE.r}}}}}",
        f"{BUYERS}.return_cost={'.inf' if exact else 0}", f"sellers.ours.taste_shape={TRUE.b}", f"sellers.rivals.taste_shape={TRUE.a}",
        "sellers.ours.promise=5", "behaviour.learning=1", "behaviour.loss_aversion=2", "behaviour.bond_value=0")
    count, last, later = np.zeros(HOUSEHOLDS), np.zeros(HOUSEHOLDS), np.zeros(HOUSEHOLDS)
    for moment in purchases(scenario, STRATEGY):
        who = moment.buyer[moment.lots[0] > 0]
        if moment.period <= DAYS:
            count[who] += 1
            last[who] = moment.period
        else:
            later[who] += 1
    return pd.DataFrame({"frequency": count, "recency": last, "age": float(DAYS)}), later


def test_bg_nbd_finds_its_own_market_back():
    """All four parameters within three standard errors, the holdout's purchases within two per cent or what luck does to them."""
    summaries, later = beta_geometric_market()
    found = fit(BetaGeometric, summaries)
    for name, true in (("r", TRUE.r), ("alpha", TRUE.alpha), ("a", TRUE.a), ("b", TRUE.b)):
        assert abs(np.log(found.parameters[name] / true)) < 3 * found.errors[name] / found.parameters[name], name
    to_come = found.model.purchases_to_come(LATER, *summaries.to_numpy().T)
    assert abs(to_come.sum() / later.sum() - 1) < max(0.02, 3 * later.std() / np.sqrt(HOUSEHOLDS) / later.mean())
    for low, high in ((0, 0), (1, 3), (4, 99)):                  # and not only in total
        who = summaries.frequency.between(low, high).to_numpy()
        error = 4 * (later - to_come)[who].std() / np.sqrt(who.sum())
        assert abs((later - to_come)[who].mean()) < error, (low, high)


def test_where_the_lost_come_back_bg_nbd_sees_that_nobody_is_lost():
    """The negative control: the same buyers with no cost of coming back are no market of its kind. They buy by chance alone (an NBD), which
    it holds in it as a limit: nobody is lost for good (a near 0, far from the 1.2 of before), and the holdout is right again."""
    summaries, later = beta_geometric_market(exact=False)
    found = fit(BetaGeometric, summaries)
    assert found.parameters["a"] < 0.05 < TRUE.a and found.parameters["a"] + 3 * found.errors["a"] < TRUE.a
    to_come = found.model.purchases_to_come(LATER, *summaries.to_numpy().T)
    assert abs(to_come.sum() / later.sum() - 1) < 0.05
    wrong = fit(BetaGeometric, beta_geometric_market()[0]).model.purchases_to_come(LATER, *summaries.to_numpy().T)
    assert wrong.sum() < 0.9 * later.sum()                       # what the other market's parameters say of these buyers


# --- contracts ----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("segment", SURVIVORS)
def test_contracts_by_shifted_beta_geometric(segment):
    """Fader & Hardie's own estimates, from the seven years of table 1."""
    churn, stay, left = SURVIVORS[segment]
    found = staying.fit(-np.diff([COHORT, *left]), [0] * 6 + [left[-1]])
    assert list(found.parameters.values()) == pytest.approx([churn, stay], abs=0.0006)
    assert all(error > 0 for error in found.errors.values())


def test_survival_and_what_is_to_come_by_hand():
    """S, r and the chance of leaving hang together; what is to come is the sum over a mean of geometric lives."""
    model, t = staying.ShiftedBetaGeometric(0.7, 1.2), np.arange(1, 9)
    assert model.survival(t) == pytest.approx(np.cumprod(model.retention(t)))
    assert np.exp(model.log_leaving(t)) == pytest.approx(-np.diff(model.survival(np.arange(9))))
    stays = 1 - beta_of(0.7, 1.2 + 3).ppf((np.arange(200_000) + 0.5) / 200_000)          # those left after three renewals
    by_hand = sum((stays**k).mean() * 1.1**-k for k in range(1, 6))
    assert model.to_come(3, 5, 0.1) == pytest.approx(by_hand, rel=1e-4)


@pytest.mark.parametrize(("leavers", "stayers", "words"), [
    ([0, 0], [0, 5], "sBG needs buyers who left and buyers who stayed: nobody left"),
    ([5], [0], "sBG needs buyers who left and buyers who stayed: nobody stayed"),
    ([1, 2], [3], "leavers and stayers need a count of at least 0 for each period, and as many of one as of the other")])
def test_contracts_that_say_nothing(leavers, stayers, words):
    with pytest.raises(NoFit) as said:
        staying.fit(leavers, stayers)
    assert str(said.value) == words


