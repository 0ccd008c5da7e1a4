"""Retention tables and contract records: published estimates, what is played against the closed form, effects found again."""
import numpy as np
import pandas as pd
import pytest

from sim.experiments.calibrate import UnfitData, calibrate, read
from sim.experiments.calibrate.contracts import lengths, renewals, usual_unit
from sim.experiments.calibrate.staying import counted, fit_records, fit_table, survival
from sim.scenario.shipped import shipped

COHORTS = shipped()["subscription"].parent / "data" / "sbg_retention_years_0_7.csv"


@pytest.fixture(scope="module")
def cohorts():
    return calibrate(COHORTS, runs=10)


def test_published_estimates_come_back(cohorts):
    """Fader & Hardie 2007: churn is Beta(.704, 1.182) and Beta(.668, 3.806)."""
    found = cohorts.estimates.set_index("parameter").value
    assert found["sellers.ours.taste_shape"] == pytest.approx(1.182, abs=0.001)
    assert found["sellers.alternative.taste_shape"] == pytest.approx(0.704, abs=0.001)
    assert found["high_end: sellers.ours.taste_shape"] == pytest.approx(3.806, abs=0.001)
    assert found["high_end: sellers.alternative.taste_shape"] == pytest.approx(0.668, abs=0.001)


def test_the_market_plays_the_closed_form_and_meets_the_data(cohorts):
    for table in cohorts.fit.values():
        error = np.sqrt(table.closed_form * (1 - table.closed_form) / (5000 * 10))
        assert (np.abs(table.simulated - table.closed_form) <= 4 * error + 1e-9).all()
        assert np.abs(table.simulated - table.observed).max() < 0.025
        assert len(table) == 13 and table.holdout.sum() == 5 and table.observed[table.holdout].isna().all()


def test_each_cohort_has_a_market_of_its_own(cohorts):
    assert list(cohorts.companions) == ["high_end.yaml"] and "regular:" in cohorts.scenario


def test_later_years_are_foreseen_from_earlier_ones():
    found = calibrate(COHORTS, runs=4, holdout=3 / 7)
    for cohort in ("regular", "high_end"):
        assert found.scores[f"holdout_miss_{cohort}"] < 0.06


def test_shares_are_read_as_shares():
    rows = pd.DataFrame({"month": range(6), "left": [100, 80, 68, 60, 54, 50]})
    found = calibrate(rows, "retention", {"year": "month"}, runs=2, contracts=400)
    assert found.facts["period"] == "month" and found.facts["cohorts"] == {"left": 400}
    assert "period: month" in found.scenario


@pytest.mark.parametrize(("rows", "message"), [
    ({"year": [0, 1, 3, 4], "a": [9, 8, 7, 6]}, "without gaps"), ({"year": [0, 1, 2, 3], "a": [9, 8, 8.5, 6]}, "must never grow"),
    ({"year": [0, 1, 2, 3], "a": ["x", "y", "z", "w"]}, "no column of survivors")])
def test_tables_that_cannot_be(rows, message):
    with pytest.raises(UnfitData, match=message):
        calibrate(pd.DataFrame(rows), "retention")


def contracts(rng, size=4000, effect=0.8):
    """Yearly contracts whose buyers renew with Beta(1.6, 0.9) and more readily on the plan plus; the record closes after 2024."""
    plus = rng.random(size) < 0.3
    odds = rng.gamma(1.6, size=size) / rng.gamma(0.9, size=size) * np.exp(effect * plus)
    lasted = np.minimum(rng.geometric(1 / (1 + np.minimum(odds, 1e4))), 60)
    start = np.datetime64("2015-01-01") + rng.integers(0, 2900, size)
    end = start + np.round(lasted * 365.25).astype(int)
    running = end > np.datetime64("2024-12-31")
    return pd.DataFrame({"account": np.arange(size), "signed": start.astype(str), "cancelled": np.where(running, "", end.astype(str)),
                         "plan": np.where(plus, "plus", "basic"), "note": [f"n{i}" for i in range(size)]})


def test_covariates_are_found_again():
    found = [fit_of(contracts(np.random.default_rng(seed))) for seed in (1, 2, 3)]
    effects = np.array([one.effects[0] for one in found])
    errors = np.array([np.sqrt(one.covariance[2, 2]) for one in found])
    assert (np.abs(effects - 0.8) < 3 * errors).all() and abs(effects.mean() - 0.8) < 2.5 * errors.mean() / np.sqrt(3)
    assert np.mean([one.ours for one in found]) == pytest.approx(1.6, rel=0.12)
    assert np.mean([one.elsewhere for one in found]) == pytest.approx(0.9, rel=0.12)


def test_an_effect_that_is_none_is_not_found():
    one = fit_of(contracts(np.random.default_rng(4), effect=0))
    assert one.interval(2)[0] < 0 < one.interval(2)[1]


def fit_of(rows):
    table = read(rows, "contracts", {"start": "signed", "end": "cancelled"})
    length, ended = lengths(table)
    renewed, ended = renewals(length, ended, 365.25)
    return fit_records(renewed, ended, (table.frame["plan"] == "plus").to_numpy(float)[:, None], ["plus"])


def test_contract_records_become_a_market_that_meets_them():
    found = calibrate(contracts(np.random.default_rng(5)), None, {"start": "signed", "end": "cancelled", "customer": "account"}, runs=6,
                      holdout=0.3)
    assert found.kind == "contracts" and found.facts["period"] == "year"
    assert found.scores["holdout_miss"] < 0.03
    assert {"leaves_easily", "stays"} == set(found.facts["groups"])
    assert any("note" in line for line in found.facts["notes"])


def test_the_period_is_read_off_how_long_contracts_lasted():
    rng = np.random.default_rng(6)
    times = rng.integers(1, 9, 500)
    for unit, days in (("year", 365.25), ("quarter", 91.3125), ("month", 30.4375)):
        assert usual_unit(times * days + rng.integers(-2, 3, 500)) == unit
    assert usual_unit(rng.uniform(5, 3000, 500)) == "month"


def test_running_contracts_are_censored():
    """Contracts that still run when they are last seen are no losses: the estimates do not depend on when the record closed."""
    rng = np.random.default_rng(7)
    chance = rng.beta(3, 1, 60_000)
    lasted, seen = rng.geometric(1 - np.minimum(chance, 1 - 1e-6)), rng.integers(1, 8, 60_000)
    ended = lasted <= seen
    found = fit_table(*counted(np.where(ended, lasted - 1, seen), ended))
    assert found.ours == pytest.approx(3, rel=0.1) and found.elsewhere == pytest.approx(1, rel=0.08)
    assert survival(3, 1, 2).tolist() == pytest.approx([1, 3 / 4, 3 / 5])


@pytest.mark.parametrize(("change", "message"), [
    ({"cancelled": ["2024-01-01"] * 10}, "at least 50"),
    ({"signed": ["x"] * 60, "cancelled": ["2024-01-01"] * 60}, "at least 50")])
def test_records_that_are_too_few(change, message):
    rows = pd.DataFrame({"signed": ["2020-01-01"] * len(change["cancelled"])} | change)
    with pytest.raises(UnfitData, match=message):
        calibrate(rows, "contracts", {"start": "signed", "end": "cancelled"})


def test_nobody_has_left_yet():
    rows = pd.DataFrame({"start": ["2020-01-01"] * 30 + ["2021-01-01"] * 30, "end": [None] * 60})
    with pytest.raises(UnfitData, match="no contract of the data frame has ended"):
        calibrate(rows)
