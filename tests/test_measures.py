"""Each measure on numbers worked by hand, and statistics that cover the truth as often as they claim."""
import numpy as np
import pandas as pd
import pytest

from sim import measures
from sim.intervals import interval, student, verdict
from sim.lifetime import account_worth, clv, customer_equity, expected_life_shortcut, matched_worth, migration_value, recency_chain
from sim.survival import kaplan_meier, mean_tenure, median_tenure, survival
from sim.tables import channel_table
from tests.everything import everything_compared
from tests.lively import lively_comparison

# --- lifetime value: closed forms -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("timing", "value"), [("now", 350.00), ("residual", 250.00), ("end of period", 312.50)])
def test_three_timings_of_lifetime_value(timing, value):
    """Fader & Hardie 2012: m = 100, r = 0.80, d = 0.12."""
    assert clv(100, 0.80, 0.12, timing) == pytest.approx(value, abs=1e-9)


@pytest.mark.parametrize(("timing", "first"), [("now", 0), ("residual", 1), ("end of period", 0)])
def test_lifetime_value_is_the_sum_it_stands_for(timing, first):
    t = np.arange(first, 2000)
    paid = t + (timing == "end of period")
    assert clv(100, 0.8, 0.12, timing) == pytest.approx((100 * 0.8**t / 1.12**paid).sum())


def test_the_expected_life_shortcut_is_wrong():
    """Gupta, Lehmann & Stuart 2004: 360.48, about 44% above 250; no timing gives it."""
    wrong = expected_life_shortcut(100, 0.80, 0.12)
    assert wrong == pytest.approx(360.48, abs=0.005) and wrong / 250 - 1 == pytest.approx(0.44, abs=0.005)
    assert all(abs(clv(100, 0.80, 0.12, timing) - wrong) > 10 for timing in ("now", "residual", "end of period"))


@pytest.mark.parametrize(("retention", "discount"), [(1.0, 0.0), (-0.1, 0.1), (1.2, 0.5)])
def test_lifetime_values_that_do_not_exist_are_refused(retention, discount):
    with pytest.raises(ValueError, match="no lifetime value"):
        clv(100, retention, discount)
    with pytest.raises(ValueError, match="not a timing"):
        clv(100, 0.5, 0.1, "sometime")


def test_always_a_share_in_the_lost_for_good_formula_shows_its_bias():
    """REFERENCES 2.5: p1 = 0.3 read as retention gives 48.00 where the migration model gives 52.32 (Pfeifer & Carraway 2000)."""
    value = migration_value(recency_chain([0.3, 0.2, 0.15, 0.05]), [36, -4, -4, -4, 0], 0.2)
    assert value[0] == pytest.approx(52.32, abs=0.005)
    assert clv(36, 0.3, 0.2) == pytest.approx(48.00)
    assert clv(36, 0.3, 0.2) / value[0] - 1 == pytest.approx(-0.083, abs=0.0005)


def test_a_two_state_chain_is_the_retention_model():
    assert migration_value([[0.8, 0.2], [0, 1]], [100, 0], 0.12)[0] == pytest.approx(clv(100, 0.8, 0.12))


def test_account_worth_is_a_ratio_of_sums():
    cohorts = pd.DataFrame({"strategy": "one", "run": 0, "seller": "ours", "cohort": [1, 2], "worth": [300.0, 0.0], "accounts": [1, 2]})
    assert account_worth(cohorts).iloc[0] == 100
    assert np.isnan(account_worth(cohorts.assign(accounts=0)).iloc[0])


@pytest.mark.parametrize("horizon", [1, 3, 10])
def test_customer_equity_does_not_depend_on_where_the_record_ends(horizon):
    """Accounts that decay at a constant rate: earned and remaining always sum to 100 · m·r(1 + d)/(1 + d − r)."""
    p = np.arange(1, horizon + 1)
    table = pd.DataFrame({"strategy": "one", "run": 0, "seller": "ours", "buyer_type": "all", "period": p,
                          "accounts": 100 * 0.8**p, "accounts_start": 100 * 0.8 ** (p - 1), "acquisitions": 0.0,
                          "defections": 100 * 0.8 ** (p - 1) * 0.2, "profit": 40 * 100 * 0.8**p - 5, "fixed_cost": 5.0})
    found = customer_equity(table, 0.12, 12).iloc[0]
    assert found.equity == pytest.approx(100 * clv(40, 0.8, 0.12, "residual") * 1.12)
    assert found.earned + found.remaining == pytest.approx(found.equity)


# --- shares and rates by hand -----------------------------------------------------------------------------------------------------------

@pytest.fixture
def tiny():
    """Two sellers, two periods, one run, one type."""
    return pd.DataFrame({
        "strategy": "one", "run": 0, "seller": ["ours", "ours", "rival", "rival"], "buyer_type": "all", "period": [1, 2, 1, 2],
        "accounts_start": [10, 9, 20, 21], "acquisitions": [2, 1, 3, 2], "defections": [3, 2, 2, 3], "accounts": [9, 8, 21, 20],
        "units": [30.0, 20.0, 90.0, 60.0], "units_repeat": [24.0, 16.0, 0, 0], "units_wallet": [40.0, 40.0, 0, 0],
        "profit": [110.0, 121.0, 0, 0], "served": [10, 9, 20, 0], "believed_value": [100.0, 119.0, 90.0, np.nan],
        "bond": [0.1, 0.29, 0.5, np.nan], "service_cost": [30.0, 27.0, 0, 0], "contact_cost": [4.0, 4.0, 0, 0], "resolution_cost": 0.0,
        "setup_cost": [10.0, 0, 0, 0], "listening_cost": 0.0, "programme_cost": [1.0, 0, 0, 0], "budget_to_serve": 0.0,
        "lost_price": [2, 1, 2, 2], "lost_incident": [1, 0, 0, 1], "lost_turnover": [0, 1, 0, 0],
        "awareness": [5, 4, 3, 2], "exploration": 1, "expansion": 2, "commitment": 3, "dissolution": 4,
        "won_new": [1, 1, 3, 0], "won_back": [1, 0, 0, 2]})


def test_rates_and_shares_by_hand(tiny):
    assert measures.retention_rate(tiny).tolist() == pytest.approx([1 - 5 / 22, 1 - 5 / 46])
    assert measures.market_share(tiny).tolist() == pytest.approx([0.25, 0.75])
    assert measures.market_share(tiny, ("seller",)).tolist() == pytest.approx([0.25, 0.75])
    assert measures.share_of_wallet(tiny).iloc[0] == pytest.approx(0.5) and np.isnan(measures.share_of_wallet(tiny).iloc[1])
    assert measures.net_present_value(tiny, 0.1).iloc[0] == pytest.approx(110 + 121 / 1.1)
    assert measures.cost_to_serve(tiny).iloc[0] == pytest.approx(76 / 19)
    assert measures.satisfaction(tiny).tolist() == pytest.approx([109.0, 90.0])
    assert measures.bond(tiny).tolist() == pytest.approx([0.19, 0.5])
    assert measures.defections_by_cause(tiny).iloc[0].to_dict() == {"price": 3, "incident": 1, "turnover": 1}
    assert measures.acquisitions_by_history(tiny).iloc[1].to_dict() == {"new": 3, "back": 2}
    assert measures.phases(tiny).iloc[0].to_dict() == {"awareness": 5, "exploration": 1, "expansion": 2, "commitment": 3, "dissolution": 4}


def test_retention_of_a_year_keeps_types_apart():
    """90 accounts that never leave and 10 that always do: 0.9 in a year, where the mixed rate gives 0.9^12 = 0.28."""
    table = pd.DataFrame({"strategy": "one", "run": 0, "seller": "ours", "buyer_type": ["stays", "goes"], "accounts_start": [90, 10],
                          "acquisitions": 0, "defections": [0, 10], "accounts": [90, 10]})
    assert measures.retention_per_year(table, 12).iloc[0] == pytest.approx(0.9)
    assert measures.retention_rate(table).iloc[0] ** 12 == pytest.approx(0.9**12)


def test_no_type_is_counted_that_has_no_accounts():
    table = pd.DataFrame({"strategy": "one", "run": 0, "seller": "ours", "buyer_type": ["stays", "none"], "accounts_start": [90, 0],
                          "acquisitions": 0, "defections": [9, 0], "accounts": [81, 0]})
    assert measures.retention_per_year(table, 2).iloc[0] == pytest.approx(0.81)


def test_payback_and_stretches():
    assert measures.payback_period(np.array([-5, 2, 2, 2, -0.5])) == 4
    assert np.isnan(measures.payback_period(np.array([-5, 6, -2])))
    assert measures.payback_period(np.array([1.0])) == 1
    assert measures.first_period(np.array([False, True, False])) == 2 and np.isnan(measures.first_period(np.array([False])))


def test_measures_of_a_played_market_stay_in_their_bounds():
    periods = lively_comparison().periods
    for measure in (measures.retention_rate, measures.market_share, measures.share_of_wallet, measures.bond):
        assert measure(periods).between(0, 1).all()
    total = measures.market_share(periods).groupby(["strategy", "run"], observed=True).sum()
    assert total.to_numpy() == pytest.approx(1)


# --- channels ---------------------------------------------------------------------------------------------------------------------------

@pytest.fixture
def heard():
    """One seller, two periods: 3 of 10 won by word of mouth, 1 through a partner, then none of none; accounts vouched for or not."""
    return pd.DataFrame({
        "strategy": "one", "run": 0, "seller": "ours", "buyer_type": "all", "period": [1, 2], "acquisitions": [10, 0],
        "won_own_search": [4, 0], "won_advertising": [2, 0], "won_word_of_mouth": [3, 0], "won_partner": [1, 0],
        "acquisition_cost": [60.0, 0], "advertising_cost": [20.0, 20.0], "referral_reward": [15.0, 0], "commission": [5.0, 0],
        "budget_to_win": [40.0, 40.0], "vouched": [5, 7], "unvouched": [4, 6], "lost_vouched": [1, 2], "lost_unvouched": [1, 3]})


def test_channels_by_hand(heard):
    counts = {"own_search": 4, "advertising": 2, "word_of_mouth": 3, "partner": 1}
    assert measures.acquisitions_by_channel(heard).iloc[0].to_dict() == counts
    assert measures.share_by_channel(heard).iloc[0].tolist() == pytest.approx([0.4, 0.2, 0.3, 0.1])
    assert measures.share_by_channel(heard, ("period",)).loc[2].isna().all()
    assert measures.cost_to_win(heard).iloc[0] == pytest.approx(200 / 10) and np.isnan(measures.cost_to_win(heard, ("period",))[2])
    assert measures.loss_rate_by_referrer(heard).iloc[0].to_dict() == pytest.approx({"vouched": 3 / 15, "unvouched": 4 / 10})


def cells(*rows):
    """A channel table of one seller: buyer type, cohort, channel, accounts, worth."""
    table = pd.DataFrame(rows, columns=["buyer_type", "cohort", "channel", "accounts", "worth"])
    return table.assign(strategy="one", run=0, seller="ours")


def test_referred_accounts_stand_beside_their_like_by_hand():
    """2 referred of type a worth 30 each beside others worth 20; 1 of type b worth 90 beside 100: (60 + 90) / 3 against (40 + 100) / 3."""
    table = cells(("a", 1, "word_of_mouth", 2, 60.0), ("a", 1, "own_search", 3, 75.0), ("a", 1, "advertising", 1, 5.0),
                  ("b", 4, "word_of_mouth", 1, 90.0), ("b", 4, "own_search", 1, 100.0), ("b", 7, "own_search", 5, 9000.0),
                  ("b", 8, "word_of_mouth", 1, 9000.0))
    found = matched_worth(table).iloc[0]
    expected = {"accounts": 3, "matched": 0.75, "referred": 50, "others": 140 / 3, "gap": 10 / 3, "ratio": 15 / 14}
    assert found.to_dict() == pytest.approx(expected)
    wider = matched_worth(table, window=2).iloc[0]
    assert wider.accounts == 4 and wider.others == pytest.approx((40 + 100 + 1800) / 4)
    assert matched_worth(table, referred=("word_of_mouth", "advertising")).iloc[0].accounts == 4


def test_matching_takes_the_mix_of_types_out():
    """Referred accounts are worth what others of their type are, and come from the better type: alone they look better, matched not."""
    table = cells(("good", 1, "word_of_mouth", 9, 900.0), ("good", 1, "own_search", 1, 100.0), ("poor", 1, "word_of_mouth", 1, 10.0),
                  ("poor", 1, "own_search", 9, 90.0))
    alone = account_worth(table.assign(told=table.channel == "word_of_mouth"), ("told",))
    assert alone[True] / alone[False] > 4 and matched_worth(table).iloc[0].ratio == pytest.approx(1)


def test_nothing_matched_is_not_known():
    found = matched_worth(cells(("a", 1, "own_search", 3, 75.0))).iloc[0]
    assert found.accounts == 0 and np.isnan(found.ratio) and np.isnan(found.matched)
    assert len(matched_worth(cells())) == 0


def test_channels_of_a_played_market_stay_in_their_bounds():
    comparison = everything_compared()
    periods = comparison.periods[comparison.periods.period > 0]
    assert measures.share_by_channel(periods).sum(axis=1).to_numpy() == pytest.approx(1)
    rates = measures.loss_rate_by_referrer(periods, ("strategy", "run", "seller", "buyer_type"))
    assert (rates.isna() | ((rates >= 0) & (rates <= 1))).all().all() and rates.notna().sum().min() > 20
    found = matched_worth(channel_table(comparison.runs), ("strategy", "seller"))
    assert found.matched.between(0, 1).all() and (found.accounts > 0).all()


# --- survival ---------------------------------------------------------------------------------------------------------------------------

def test_kaplan_meier_by_hand():
    """Six relationships: ended at 1 and 3 (two), running at 1, 2 and 5: S = 5/6, then 5/6, then 5/6 · 1/3."""
    found = kaplan_meier([0, 1, 0, 2, 0, 0], [0, 1, 1, 0, 0, 1])
    assert found.at_risk.tolist() == [6, 6, 4, 3, 1, 1]
    assert found.survival.tolist() == pytest.approx([1, 5 / 6, 5 / 6, 5 / 18, 5 / 18, 5 / 18])
    greenwood = [5 / 6 * np.sqrt(1 / 30), 5 / 18 * np.sqrt(1 / 30 + 2 / 3)]
    assert found.error[[1, 3]].tolist() == pytest.approx(greenwood)
    wrong = 5 / 6 * (1 - 2 / 6)                                    # those censored before do not count as at risk
    assert found.survival[3] != pytest.approx(wrong)


def test_kaplan_meier_is_scipys():
    from scipy.stats import CensoredData, ecdf

    luck = np.random.default_rng(3)
    length, end = luck.geometric(0.1, 400) - 1, luck.integers(1, 25, 400)
    time, running = np.minimum(length, end), length >= end
    ended, censored = (np.bincount(time[which], minlength=time.max() + 1) for which in (~running, running))
    found = kaplan_meier(ended, censored)
    theirs = ecdf(CensoredData(uncensored=time[~running], right=time[running])).sf
    band = theirs.confidence_interval(0.95, method="log-log")
    at = theirs.quantiles.astype(int)
    assert found.survival[at].to_numpy() == pytest.approx(theirs.probabilities, abs=1e-12)
    inside = (theirs.probabilities > 0) & (theirs.probabilities < 1)
    assert found.low[at].to_numpy()[inside] == pytest.approx(band.low.probabilities[inside], abs=1e-12)
    assert found.high[at].to_numpy()[inside] == pytest.approx(band.high.probabilities[inside], abs=1e-12)


def test_survival_bands_cover_the_truth():
    """Geometric lives, S(5) = 0.9^6: the log-log band holds it in about 95 of 100 samples; a band half as wide does not."""
    luck, truth, held, half = np.random.default_rng(5), 0.9**6, 0, 0
    for _ in range(600):
        length, end = luck.geometric(0.1, 120) - 1, luck.integers(3, 20, 120)
        time, running = np.minimum(length, end), length >= end
        row = kaplan_meier(*(np.bincount(time[which], minlength=20) for which in (~running, running))).iloc[5]
        held += row.low <= truth <= row.high
        half += abs(row.survival - truth) <= (row.high - row.low) / 4
    assert 0.92 < held / 600 < 0.98 and half / 600 < 0.8


def test_survival_of_played_relationships():
    from sim.tables import survival_table

    endings = survival_table(lively_comparison().runs)
    curves = survival(endings, by=("strategy", "seller", "buyer_type"))
    assert curves.survival.between(0, 1).all() and (curves.low <= curves.survival).all() and (curves.survival <= curves.high).all()
    first = curves[curves.duration == 0].at_risk.sum()
    assert first == endings[endings.origin == "won"].relationships.sum()
    assert survival(endings, origin=None).at_risk.max() > survival(endings).at_risk.max()


def test_tenure_counts_periods_survived():
    """Two relationships of 1 and 3 whole periods: mean 2, median 1; up to two periods 1.5."""
    curve = kaplan_meier([0, 1, 0, 1], [0, 0, 0, 0]).assign(strategy="one", seller="ours")
    assert mean_tenure(curve).iloc[0] == pytest.approx(2) and mean_tenure(curve, 2).iloc[0] == pytest.approx(1.5)
    assert median_tenure(curve).iloc[0] == 1


def test_the_median_is_unknown_where_half_still_run():
    curve = kaplan_meier([0, 1, 0, 0], [0, 0, 0, 3]).assign(strategy="one", seller="ours")
    assert np.isnan(median_tenure(curve).iloc[0])


# --- intervals --------------------------------------------------------------------------------------------------------------------------

def test_students_interval_by_hand():
    found = interval(np.array([1.0, 2.0, 3.0, 4.0]))
    half = 3.182446 * np.std([1, 2, 3, 4], ddof=1) / 2
    assert found.mean == 2.5 and found.low == pytest.approx(2.5 - half, rel=1e-6) and found.high == pytest.approx(2.5 + half, rel=1e-6)


def test_intervals_cover_the_truth_at_their_rate_and_normal_quantiles_do_not():
    """20,000 samples of 5: 95% ± 0.5; the same with the normal quantile (the negative control) falls to about 88%."""
    samples = np.random.default_rng(11).normal(3, 2, (5, 20_000))
    found = interval(samples)
    covered = ((found.low <= 3) & (found.high >= 3)).mean()
    assert 0.945 < covered < 0.955
    narrow = (found.high - found.mean) * 1.959964 / student(4)
    assert (abs(found.mean - 3) <= narrow).mean() < 0.90


def test_an_interval_of_identical_runs_has_no_width_and_of_one_run_no_limits():
    same = interval(np.full(7, 0.1))
    assert same.mean == same.low == same.high == 0.1
    assert np.isnan(interval(np.array([1.0])).low) and interval(np.array([1.0])).mean == 1


@pytest.mark.parametrize(("low", "high", "word"), [(1, 2, "ahead"), (-2, -1, "behind"), (-1, 1, "undecided"), (0, 0, "undecided"),
                                                   (float("nan"), float("nan"), "undecided")])
def test_verdicts(low, high, word):
    assert verdict(low, high) == word
