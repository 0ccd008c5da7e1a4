"""The laboratory: an estimator is right where the market is what it assumes, wrong where it is not; the truth is what came to pass."""
import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.lab import ESTIMATORS, NoLab, lab
from sim.experiments.lab.estimators import Histories, forecast
from sim.experiments.lab.play import markets_of
from sim.experiments.lab.result import ALL, MIX, measured, reason
from sim.experiments.published.markets import BUYERS, static_market
from sim.experiments.sweep import OtherStudy
from sim.parquet import read_table
from sim.scenario import load

pytestmark = pytest.mark.slow

QUICK = ("market.buyers=320", "market.periods=36", "market.burn_in=0")


@pytest.fixture(scope="module")
def small():
    """The default market, small and short, two runs."""
    return lab(load("default", QUICK), runs=2)


def test_every_market_type_and_estimator_has_its_row(small):
    kinds = ["lost_for_good", "intermediate", "always_a_share"]
    assert small.markets == [*kinds, MIX] and len(small.table) == len(ESTIMATORS) * (3 * 2 + 4)
    assert set(small.table[small.table.market == MIX].buyer_type) == {ALL, *kinds}
    alone = small.table[small.table.market != MIX].drop(columns=["buyer_type", "market", "estimator"])
    assert np.array_equal(alone.iloc[::2].select_dtypes("number"), alone.iloc[1::2].select_dtypes("number"), equal_nan=True)
    mix = small.sums[(small.sums.market == MIX)]
    parts = mix[mix.buyer_type != ALL].groupby(["run", "estimator"])[["customers", "clv_true", "clv_predicted", "alive_true"]].sum()
    whole = mix[mix.buyer_type == ALL].groupby(["run", "estimator"])[["customers", "clv_true", "clv_predicted", "alive_true"]].sum()
    pd.testing.assert_frame_equal(parts, whole, check_dtype=False)


def test_the_truth_is_the_same_for_all_estimators(small):
    for _, rows in small.table.groupby(["market", "buyer_type"]):
        assert rows[["customers", "purchases_true", "clv_true", "alive_true"]].nunique().max() == 1
    assert (small.table.alive_true >= small.table.account_true).all()
    lost = small.rows("lost_for_good")
    assert (lost.alive_true == lost.account_true).all()          # who has left does not come back


def test_calibration_counts_every_customer(small):
    of = small.sums.groupby(["market", "buyer_type", "estimator"]).customers.sum()
    binned = small.calibration.groupby(["market", "buyer_type", "estimator"]).customers.sum()
    assert (binned == of.loc[binned.index]).all()
    assert small.calibration.alive.between(0, 1).all()
    assert (small.calibration.predicted.between(small.calibration.bin / 10 - 1e-9, (small.calibration.bin + 1) / 10 + 1e-9)).all()


@pytest.mark.slow
def test_threads_and_a_resumed_folder_change_nothing(small, tmp_path):
    scenario = load("default", QUICK)
    alone = lab(scenario, runs=2, threads=1, folder=tmp_path / "lab")
    pd.testing.assert_frame_equal(alone.sums, small.sums)
    (tmp_path / "lab" / "played" / "mix_2" / "bins.parquet").unlink()        # as if it had been stopped
    seen = []
    again = lab(scenario, runs=2, folder=tmp_path / "lab", progress=lambda done, total: seen.append((done, total)))
    pd.testing.assert_frame_equal(again.table, small.table)
    assert seen[-1] == (8, 8)
    pd.testing.assert_frame_equal(read_table(tmp_path / "lab" / "table.parquet"), small.table)
    with pytest.raises(OtherStudy, match="runs 2 there, 3 here"):
        lab(scenario, runs=3, folder=tmp_path / "lab")


# --- planted answers ------------------------------------------------------------------------------------------------------------------

def dying_market(finer: int = 1, buyers: int = 1500):
    """Everybody buys from us alone (nobody knows the rival), in each month with a chance of its own, and leaves the market at a constant
    rate: BG/BB's own story with one rate of leaving for all, and in whole months what is Pareto/NBD's. Alive means in the market.
    finer: into how many periods each is cut."""
    return static_market(
        f"market.turnover={0.015 / finer}", f"market.periods={90 * finer}", f"market.buyers={buyers}", "market.start=new",
        f"{BUYERS}.purchase_rate={{gamma: {{mean: {0.25 / finer}, shape: 2.5}}}}", f"{BUYERS}.return_cost=0", "sellers.rivals.reach=0",
        "sellers.rivals.advertising=0")


@pytest.fixture(scope="module")
def dying():
    return lab(dying_market(), runs=6)


@pytest.mark.slow
def test_a_model_is_right_where_its_story_is_true(dying):
    """BG/BB: purchases, lifetime value and P(alive) within a few per cent of the truth, and nearer than in continuous time; those to whom
    it gives a chance are alive as often as it says."""
    rows = dying.rows("lost_for_good").set_index("estimator")
    row = rows.loc["BG/BB"]
    assert abs(row.purchases_bias) < 0.06 and abs(row.clv_bias) < 0.1 and abs(row.alive_predicted - row.alive_true) < 0.03
    assert abs(row.clv_bias) < rows.clv_bias.abs()[["BG/NBD", "Pareto/NBD", "rate goes on"]].min()
    bins = dying.calibration[(dying.calibration.estimator == "BG/BB") & (dying.calibration.buyer_type == ALL)]
    bins = bins[bins.customers > 300]
    assert len(bins) >= 4 and (bins.predicted - bins.alive).abs().max() < 0.12


@pytest.mark.slow
def test_the_finer_the_periods_the_better_continuous_time_does(dying):
    """Pareto/NBD takes purchases that come at most once in a long period for more regular than chance and is too high; in short ones it
    is near."""
    fifths = lab(dying_market(finer=4, buyers=1000), runs=2)
    coarse, fine = (found.rows("lost_for_good").set_index("estimator").loc["Pareto/NBD"] for found in (dying, fifths))
    assert coarse.purchases_low > 0.1 and abs(fine.purchases_bias) < coarse.purchases_bias - 0.05
    assert abs(fine.alive_predicted - fine.alive_true) < 0.04


@pytest.mark.slow
def test_naive_rates_are_wrong_where_buyers_leave(dying):
    """The negative control: who takes everybody for alive is too high, who puts a repeat rate into r^t too low."""
    rows = dying.rows("lost_for_good").set_index("estimator")
    assert rows.clv_low["rate goes on"] > 0.3 and rows.verdict["rate goes on"] == "too high"
    assert rows.purchases_high["repeat rate as retention"] < -0.3 and rows.verdict["repeat rate as retention"] == "too low"
    assert dying.sentence().startswith(("BG/NBD puts the lifetime value of lost-for-good buyers", "BG/NBD is "))


def test_sbg_is_right_for_contracts():
    """Renewals every year with private stay probabilities: the model's own market."""
    found = lab(load("subscription", ["market.buyers=4000", "market.periods=14"]), runs=4, calibration=6, holdout=4)
    row = found.table.set_index(["estimator", "buyer_type"]).loc["sBG", ALL]
    assert abs(row.purchases_bias) < 0.05 and row.alive_predicted == pytest.approx(row.alive_true, abs=0.25)


def test_where_the_lost_come_back_silence_is_taken_for_loss():
    """Intermediate buyers of the default market: BG/NBD is far too low, and says so itself."""
    kinds = [f"buyers.{kind}.share={share}" for kind, share in (("lost_for_good", 0), ("intermediate", 1), ("always_a_share", 0))]
    found = lab(load("default", ["market.buyers=1500", *kinds]), runs=3)
    row = found.rows("intermediate").set_index("estimator").loc["BG/NBD"]
    assert row.clv_high < -0.2 and row.alive_predicted < row.alive_true - 0.2 and row.lost_and_back > 0.3
    assert "because it takes silence for loss" in found.sentence() and "of those it calls lost buy again" in found.sentence()


# --- pieces by hand ---------------------------------------------------------------------------------------------------------------

def test_naive_rates_by_hand():
    """Two buyers over ten periods with four and no repeat purchases, cycle two: rates .4 and 0 go on; r = 4 of 10 cycles."""
    of = Histories(np.array([4.0, 0]), np.array([8.0, 0]), np.array([10.0, 10]))
    assert of.cycle == 2
    assert np.array_equal(forecast("rate goes on", of, 3).ahead, [[0.4] * 3, [0.0] * 3])
    assert forecast("repeat rate as retention", of, 4).ahead[0] == pytest.approx(0.4 ** (np.arange(1, 5) / 2) / 2)


def test_nobody_to_learn_from_is_no_crash():
    of = Histories(np.zeros(50), np.zeros(50), np.full(50, 9.0))
    assert forecast("BG/NBD", of, 5) is None and forecast("sBG", of, 5) is None
    assert forecast("rate goes on", of, 5).ahead.sum() == 0


def test_measures_by_hand():
    """Two runs: predicted 110 and 90 of 100; 40 of 50 alive, 45 said; ten called lost of whom four came back."""
    rows = pd.DataFrame({
        "customers": [25, 25], "purchases_true": [100.0, 100], "purchases_predicted": [110.0, 90], "purchases_error": [50.0, 30],
        "clv_true": [10.0, 10], "clv_predicted": [12.0, 13], "clv_error": [4.0, 4], "alive_true": [20.0, 20], "alive_predicted": [22.0, 23],
        "alive_brier": [5.0, 5], "account_true": [20.0, 20], "called_lost": [5.0, 5], "lost_and_back": [1.0, 3]})
    found = measured(rows)
    assert (found["purchases_bias"], found["purchases_error"], found["clv_bias"]) == pytest.approx((0, 0.4, 0.25))
    assert found["clv_low"] == pytest.approx(0.25 - 12.7062 * 0.05, abs=1e-4) and found["verdict"] == "may be right"
    assert (found["alive_true"], found["alive_predicted"], found["lost_and_back"]) == pytest.approx((0.8, 0.9, 0.4))


@pytest.mark.parametrize(("bias", "alive", "pace", "words"), [
    (-0.3, 0.5, 0.05, "because it takes silence for loss: it holds 50% for alive where 80% are; 40% of those it calls lost buy again"),
    (0.3, 0.95, 0.1, "because it holds 95% for alive where 80% are"), (0.3, 0.8, 0.3, "because the pace of the calibration does not last"),
    (-0.3, 0.8, -0.3, "because those who are alive buy more, and longer, than it expects")])
def test_the_reason_is_the_larger_part_of_the_error(bias, alive, pace, words):
    row = pd.Series({"estimator": "BG/NBD", "clv_bias": bias, "alive_predicted": alive, "alive_true": 0.8, "lost_and_back": 0.4,
                     "purchases_bias": alive / 0.8 * (1 + pace) - 1})
    assert reason(row) == words


def test_markets_begin_with_the_record():
    found = markets_of(load("default"), apart=True)
    assert all(market.market.start == "new" for market in found.values())
    assert found["intermediate"].buyers["intermediate"].share == 1 and found[MIX].buyers["intermediate"].share < 1
    assert list(markets_of(load("default"), apart=False)) == [MIX]


# --- what cannot be, and the command ------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("options", "words"), [
    ({"calibration": 30, "holdout": 7},
     "30 periods of calibration and 7 of holdout do not fit into 36 periods; give at least 2 and 1, together no more than there are "
     "(market.periods)"),
    ({"seller": "oures"}, "'oures' is not a seller of Transactional against relationship; did you mean 'ours'?"),
    ({"strategy": "x"}, "'x' is not a strategy of Transactional against relationship; choose from transactional, relationship")])
def test_what_cannot_be(options, words):
    with pytest.raises(NoLab) as said:
        lab(load("default", QUICK), **options)
    assert str(said.value) == words


def test_too_few_customers_are_said_so():
    with pytest.raises(NoLab, match=r"\d+ customers of ours in the first 6 periods of market lost_for_good are too few to estimate"):
        lab(load("default", [*QUICK, "market.buyers=40"]), runs=2, threads=1)


def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def ask(*words: str):
        sets = [word for value in QUICK for word in ("--set", value)]
        return CliRunner().invoke(app, ["lab", "default", *sets, "--runs", "2", *words])
    done = ask("-o", "there")
    assert done.exit_code == 0 and "Intermediate buyers alone" in done.stdout and "errors that cancel in the total" in done.stdout
    assert sorted(path.name for path in (tmp_path / "there" / "figures").iterdir()) == ["alive.png", "lab.png"]
    again = ask("-o", "there", "--json", "--no-figures")
    assert json.loads(again.stdout)["runs"] == 2 and again.exit_code == 0
    other = ask("-o", "there", "--calibration", "10")
    assert other.exit_code == 2 and "holds another experiment (calibration 12 there, 10 here)" in other.stderr
    wrong = ask("--calibration", "40", "-o", "elsewhere")
    assert wrong.exit_code == 2 and "do not fit into 36 periods" in wrong.stderr and not (tmp_path / "elsewhere").exists()
