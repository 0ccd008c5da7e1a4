"""Comparisons: paired, exact, and undecided where there is nothing to tell."""
import json
import math
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sim.core.terms import MARKETS
from sim.experiments.compare import Comparison, compare
from sim.experiments.verdict import sentence
from sim.experiments.why import CAUSES, decompose
from sim.intervals import interval
from sim.measures import net_present_value
from sim.offers import discount_per_period
from sim.wording import amount
from tests.everything import everything, everything_compared
from tests.lively import lively_comparison, lively_scenario


@pytest.fixture(scope="module")
def lively():
    return lively_comparison()


# --- the gain ---------------------------------------------------------------------------------------------------------------------------

def test_the_gain_is_the_paired_difference_of_discounted_profit(lively):
    ours = lively.periods[lively.periods.seller == "ours"]
    value = net_present_value(ours, discount_per_period(lively.scenario), by=("strategy", "run")) / lively.buyers
    gaps = (value["relationship"] - value["transactional"]).to_numpy()
    row = lively.gain.set_index("strategy").loc["relationship"]
    expected = interval(gaps)
    assert [row.gain, row.low, row.high] == pytest.approx([float(x) for x in expected], rel=1e-9)
    assert row.share_won == (gaps > 0).mean()


def test_pairing_narrows_the_interval(lively):
    """The negative control of common random numbers: the same gaps with runs shuffled have a wider interval."""
    one, other = (lively.profits[name].sum(1) for name in ("transactional", "cheap"))
    paired, shuffled = interval(other - one), interval(np.roll(other, 1) - one)
    assert paired.mean == pytest.approx(shuffled.mean) and paired.high - paired.low < shuffled.high - shuffled.low


def test_identical_strategies_cannot_be_told_apart(lively):
    row = lively.gain.set_index("strategy").loc["twin"]
    assert row.gain == row.low == row.high == 0 and row.verdict == "undecided" and row.share_won == 0
    assert math.isnan(row.falls_behind) and math.isnan(row.gets_ahead)
    why = lively.why[lively.why.strategy == "twin"]
    assert (why[["gain", "low", "high"]] == 0).all().all()
    assert "cannot be told apart" in lively.sentence("twin")


def test_paths_end_where_the_gain_stands(lively):
    last = lively.paths[lively.paths.period == 30].set_index("strategy")
    gain = lively.gain.set_index("strategy")
    for name in lively.others:
        assert last.loc[name, ["gap", "gap_low", "gap_high"]].tolist() == pytest.approx(gain.loc[name, ["gain", "low", "high"]].tolist())
    assert (lively.paths.loc[lively.paths.strategy == "transactional", "gap"] == 0).all()
    assert len(lively.paths) == 4 * 30


def test_the_baseline_comes_first_and_may_be_another():
    found = compare(lively_scenario("market.buyers=90", "market.periods=20"), ["relationship"], runs=2, baseline="cheap", threads=1)
    assert found.runs.strategies == ["cheap", "relationship"] and found.others == ["relationship"] and found.baseline == "cheap"


def test_what_cannot_be_compared_is_said():
    scenario = lively_scenario("market.buyers=90", "market.periods=20")
    with pytest.raises(KeyError, match="'lazy' is not a strategy of this scenario"):
        compare(scenario, ["lazy"])
    with pytest.raises(ValueError, match="nothing to compare with transactional"):
        compare(scenario, ["transactional"])


def test_one_run_gives_no_interval_and_no_verdict():
    found = compare(lively_scenario("market.buyers=90", "market.periods=20"), ["relationship"], runs=1, threads=1)
    assert found.gain.verdict.tolist() == ["undecided"] and math.isnan(found.gain.low[0])
    assert "not known from one run" in found.sentence()
    assert json.loads(json.dumps(found.answer(), allow_nan=False))["strategies"]["relationship"]["low"] is None


# --- why --------------------------------------------------------------------------------------------------------------------------------

def assert_exact(comparison):
    for name in comparison.others:
        gaps = comparison.gaps[name].sum(1)
        whole = comparison.why_by_run[name].sum((1, 2))
        size = np.abs(comparison.profits[name]).sum(1)
        assert (abs(whole - gaps) <= 1e-9 * np.maximum(abs(gaps), 1e-3 * size)).all()


def test_why_sums_to_the_gap_of_every_run(lively):
    assert_exact(lively)
    summed = lively.why.groupby("strategy").gain.sum()
    assert summed[lively.gain.strategy].to_numpy() == pytest.approx(lively.gain.gain.to_numpy(), rel=1e-9)


@pytest.mark.parametrize("sets", [
    ("market.buyers=20", "market.start=new"),                                                 # cells without any account
    ("market.buyers=300", "sellers.rivals.reach=0", "sellers.rivals.advertising=0", "sellers.ours.starting_share=1"),  # no pool to win from
    ("market.buyers=300", "market.discount_rate=0", "market.turnover=0"),
])
def test_why_is_exact_in_the_corners_too(sets):
    assert_exact(compare(lively_scenario(*sets), ["relationship", "cheap"], runs=3, threads=1))


def test_why_is_exact_beyond_the_dyad():
    """Prices that move, premiums, rewards, commissions and budgets: all in one of the causes, and in one alone."""
    assert_exact(everything_compared())


def test_a_budget_without_effect_costs_what_it_is_for():
    """Half-way points out of reach: the budget buys nothing, and costs 0.3 of 900 a month for winning, the rest for serving."""
    sets = (*(f"six_markets.{market}.half_at=1e9" for market in MARKETS),
            "sellers.ours.partners={bank: 0, agent: 0}", "market.discount_rate=0",
            "strategies={transactional: {ours: {relationship_budget: {total: 0}}}, spending: {ours: {relationship_budget: {total: 900}}}}")
    found = compare(everything(*sets), ["spending"], threads=1)
    parts = found.why.groupby("cause").gain.sum()
    assert parts["acquisition"] == pytest.approx(-0.3 * 900 * 30 / 600, abs=1e-3)
    assert parts["cost to serve"] == pytest.approx(-0.7 * 900 * 30 / 600, abs=1e-3)
    assert parts.drop(["acquisition", "cost to serve"]).abs().max() < 1e-3


def books(rates, price=10.0, periods=6, buyers=100.0):
    """One seller, one type, one run, with constant rates: what `account_flows` would say."""
    start = np.zeros(periods + 1)
    start[0] = 40.0
    exposed, won, lost = (np.zeros(periods) for _ in range(3))
    for p in range(periods):
        won[p] = rates["win"] * (buyers - start[p])
        exposed[p] = start[p] + won[p]
        lost[p] = rates["lose"] * exposed[p]
        start[p + 1] = exposed[p] - lost[p]
    units = (exposed - lost) * rates["quantity"]
    side = {"units": units, "margin": np.full(periods, price), "start": start[:-1], "won": won, "lost": lost, "exposed": exposed,
            "quantity": units / exposed, "quantity_kept": np.full(periods, rates["quantity"]), "loss_rate": np.full(periods, rates["lose"]),
            "to_serve": exposed * rates["serve"], "to_win": won * rates["acquire"]}
    profit = units * price - side["to_serve"] - side["to_win"]
    return {name: values[None, :, None] for name, values in side.items()}, profit


BEFORE = {"win": 0.1, "lose": 0.2, "quantity": 2.0, "serve": 3.0, "acquire": 0.0}


@pytest.mark.parametrize(("change", "cause"), [
    ({"lose": 0.1}, "retention"), ({"win": 0.2}, "acquisition"), ({"quantity": 3.0}, "share of wallet"), ({"acquire": 2.0}, "acquisition"),
    ({"price": 9.0}, "price and discount")])
def test_a_planted_cause_is_found_and_no_other(change, cause):
    rates = BEFORE | {"serve": 0.0}
    price = change.get("price", 10.0)
    (one, before), (other, after) = books(rates), books(rates | change, price)
    factors = 0.99 ** np.arange(6)
    parts = dict(zip(CAUSES, decompose(one, other, np.array([100.0]), factors)[0, 0], strict=True))
    assert parts[cause] == pytest.approx((after - before) @ factors) and abs(parts[cause]) > 1
    assert all(abs(value) < 1e-9 for name, value in parts.items() if name != cause)


def test_cost_to_serve_is_found_and_all_causes_together_add_up():
    changed = {"win": 0.15, "lose": 0.1, "quantity": 2.5, "serve": 5.0, "acquire": 1.0}
    (one, before), (other, after) = books(BEFORE), books(changed, 9.5)
    parts = decompose(one, other, np.array([100.0]), np.ones(6))[0, 0]
    assert parts.sum() == pytest.approx((after - before).sum(), rel=1e-12)
    (_, cheap), (serve, dear) = books(BEFORE), books(BEFORE | {"serve": 4.0})
    only = dict(zip(CAUSES, decompose(one, serve, np.array([100.0]), np.ones(6))[0, 0], strict=True))
    assert only["cost to serve"] == pytest.approx((dear - cheap).sum()) and only["retention"] == 0


# --- summary, words and data ------------------------------------------------------------------------------------------------------------

def test_the_summary_says_what_the_measures_say(lively):
    row = lively.summary.set_index("strategy").loc["relationship"]
    last = lively.periods.query("period == 30 and seller == 'ours' and strategy == 'relationship'")
    assert row.accounts == pytest.approx(last.groupby("run").accounts.sum().mean())
    assert row.profit == pytest.approx(lively.profits["relationship"].sum(1).mean())
    figures = [name for name in lively.summary if f"{name}_low" in lively.summary]
    assert len(figures) == 9
    for name in figures:
        low, mean, high = (lively.summary[column] for column in (f"{name}_low", name, f"{name}_high"))
        assert (low <= mean).all() and (mean <= high).all()


def made_up(gain, low, high, verdict, falls_behind, gets_ahead, share_won=1.0):
    row = {"strategy": "close_care", "gain": gain, "low": low, "high": high, "share_won": share_won, "verdict": verdict,
           "falls_behind": falls_behind, "gets_ahead": gets_ahead}
    market = SimpleNamespace(period="month", periods=120, currency="EUR")
    return SimpleNamespace(gain=pd.DataFrame([row]), baseline="transactional", scenario=SimpleNamespace(market=market),
                           runs=SimpleNamespace(runs=40))


NAN = float("nan")


@pytest.mark.parametrize(("row", "words"), [
    ((41, 38.2, 44.1, "ahead", 1, 14), "Close care earns 41.0 EUR more per buyer than transactional over 120 months (95% interval 38.2 "
     "to 44.1; ahead in 40 of 40 paired runs). It falls behind at first, from month 1, and is ahead for good from month 14."),
    ((410, 382, 441, "ahead", NAN, 1), "Close care earns 410 EUR more per buyer than transactional over 120 months (95% interval 382 "
     "to 441; ahead in 40 of 40 paired runs). It is ahead from the first month."),
    ((410, 382, 441, "ahead", NAN, 9), "Close care earns 410 EUR more per buyer than transactional over 120 months (95% interval 382 "
     "to 441; ahead in 40 of 40 paired runs). It is ahead for good from month 9."),
    ((-3, -4, -2, "behind", 5, NAN, 0.025), "Close care earns 3.00 EUR less per buyer than transactional over 120 months (95% interval "
     "2.00 to 4.00; ahead in 1 of 40 paired runs). It falls behind from month 5."),
    ((0.5, -1.5, 2.5, "undecided", NAN, NAN, 0.6), "Close care and transactional cannot be told apart over 120 months: the difference is "
     "0.50 EUR per buyer (95% interval −1.50 to 2.50; ahead in 24 of 40 paired runs)."),
])
def test_sentences(row, words):
    assert sentence(made_up(*row), "close_care") == words


@pytest.mark.parametrize(("value", "text"), [(1234.5, "1,234"), (-12.34, "−12.3"), (0.0, "0.00"), (-0.001, "0.00"), (99.96, "100.0")])
def test_amounts(value, text):
    assert amount(value) == text


def test_the_answer_is_plain_data(lively):
    answer = json.loads(json.dumps(lively.answer(), allow_nan=False))
    found = answer["strategies"]["relationship"]
    assert found["gain"] == pytest.approx(lively.gain.gain[0], rel=1e-5) and answer["digest"] == lively.scenario.digest()
    assert sum(found["why"].values()) == pytest.approx(found["gain"], rel=1e-4)
    assert set(found["why"]) == set(CAUSES) and set(answer["summary"]) == {"transactional", "relationship", "cheap", "twin"}


def test_a_comparison_made_by_hand_is_the_same(lively):
    again = Comparison(lively.runs, "transactional")
    pd.testing.assert_frame_equal(again.gain, lively.gain)


def test_importing_compare_brings_nothing_heavy():
    check = "import sys, sim.experiments.compare; print([m for m in ('numba', 'scipy', 'pydantic', 'matplotlib') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_figures_are_taken_of_some_runs_at_a_time(monkeypatch):
    """However many at a time: the same bits, and the period table is never whole."""
    found = []
    for some in (1, 3, 100):
        monkeypatch.setattr("sim.experiments.summary.RUNS_AT_ONCE", some)
        again = Comparison(lively_comparison().runs, lively_comparison().baseline)
        found.append(again.summary)
        assert "periods" not in vars(again)
    assert found[0].equals(found[1]) and found[1].equals(found[2])


def test_what_is_kept_of_periods_is_theirs():
    comparison = lively_comparison()
    table = comparison.periods
    assert comparison.ours.equals(table[table.seller == comparison.focal].reset_index(drop=True))
    assert comparison.units.equals(table[list(comparison.units)])
