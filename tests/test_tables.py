"""The tables say what the ledger says, and their books balance."""
import numpy as np
import pandas as pd
import pytest

from sim.core.state import UNIT_PARTS
from sim.core.terms import CHANNELS, MARKETS
from sim.measures import MeasureError, check_accounts, check_money, net_present_value
from sim.money import COSTS, discounting, ledger, money, terms, total, won
from sim.offers import burn_in, discount_per_period, strategy_arrays
from sim.panel import EVENTS, buyer_table, repeat_rate_by_recency
from sim.parquet import read_provenance, read_table, write_table
from sim.population import draw_population
from sim.runs import Meter, Runs, new_market, play_alone, record_of, simulate
from sim.tables import (
    channel_survival_table,
    channel_table,
    cohort_table,
    course_table,
    goodwill_table,
    period_table,
    survival_table,
)
from tests.everything import everything, everything_compared
from tests.lively import lively_comparison, lively_scenario

CELL = ["strategy", "run", "period", "buyer_type", "seller"]


@pytest.fixture(scope="module")
def runs():
    return lively_comparison().runs


@pytest.fixture(scope="module")
def periods(runs):
    return period_table(runs)


def cell(periods, **wanted):
    """The one row of a cell."""
    where = np.logical_and.reduce([periods[name] == value for name, value in wanted.items()])
    return periods[where].iloc[0]


# --- the period table -----------------------------------------------------------------------------------------------------------------

def test_every_cell_has_one_row(periods, runs):
    assert len(periods) == 4 * 4 * 31 * 3 * 3
    assert not periods.duplicated(CELL).any()
    assert list(periods.columns[:5]) == CELL


def test_accounts_and_money_balance_in_every_cell(periods):
    check_accounts(periods)
    check_money(periods)


@pytest.mark.parametrize(("column", "check"), [("defections", check_accounts), ("accounts_basic", check_accounts),
                                               ("revenue", check_money), ("setup_cost", check_money)])
def test_books_that_do_not_balance_are_refused_with_the_cell(periods, column, check):
    wrong = periods.copy()
    row = wrong.index[(wrong.period == 17) & (wrong.run == 2) & (wrong.seller == "ours") & (wrong.buyer_type == "intermediate")][0]
    wrong.loc[row, column] += 1
    with pytest.raises(MeasureError, match="transactional, run 2, period 17, buyer_type intermediate, seller ours"):
        check(wrong)


BEYOND = ("referral_reward", "commission", "budget_to_serve", "budget_to_win")


def test_everything_that_costs_money_occurs(periods):
    ours = periods[periods.seller == "ours"]
    assert (ours[[*(cost for cost in COSTS if cost not in BEYOND), "discount", "heard", "won_back", "broken"]].sum() > 0).all()
    assert (ours[list(BEYOND)] == 0).all().all()


def test_counts_are_the_ledgers(periods, runs):
    flows = np.stack([record.flows for record in runs.records["relationship"]])[:, 1:, :, :-1]
    table = periods[(periods.strategy == "relationship") & (periods.period > 0)]
    for name, column in (("lots", "lots"), ("won_back", "won_back"), ("complaints", "complaints")):
        assert (table[column].to_numpy() == total(flows, name).reshape(-1)).all()
    assert (table.acquisitions.to_numpy() == won(flows).reshape(-1)).all()
    assert table.units.to_numpy() == pytest.approx(total(flows, "units").reshape(-1) / UNIT_PARTS, rel=1e-15)


def test_period_nought_holds_stocks_alone(periods):
    before = periods[periods.period == 0]
    assert before.accounts.sum() > 0 and before.awareness.sum() > 0 and before.dissolution.sum() > 0
    flows = ["acquisitions", "defections", "lots", "units", "revenue", "profit", "served", "expansion", "fixed_cost"]
    assert (before[flows].to_numpy() == 0).all()


def test_money_uses_the_terms_of_the_period(periods):
    """Unit cost 58 and price 90 hold from period 10 up to 20, where the event ends."""
    for period, price, unit_cost in ((9, 96, 60), (10, 90, 58), (19, 90, 58), (20, 96, 60)):
        row = cell(periods, strategy="cheap", run=1, period=period, buyer_type="intermediate", seller="ours")
        assert row.revenue + row.discount == pytest.approx(row.units * price)
        assert row.goods_cost == pytest.approx(row.units * unit_cost)


def test_fixed_cost_is_spread_over_types_by_their_buyers(periods):
    month = periods[(periods.strategy == "relationship") & (periods.run == 0) & (periods.period == 5) & (periods.seller == "ours")]
    assert month.programme_cost.sum() == pytest.approx(40) and month.advertising_cost.sum() == pytest.approx(70)
    assert month.programme_cost.to_numpy() == pytest.approx(40 * np.array([360, 315, 225]) / 900)


def test_setup_and_listening_are_charged(periods, runs):
    flows, found = ledger(runs, "relationship"), money(runs, "relationship")
    set_up = total(flows, "set_up_partnership")[:, 1:] * 55 + total(flows, "set_up_reactive")[:, 1:] * 3
    assert found["setup_cost"] == pytest.approx(set_up)
    served = sum(total(flows, f"served_{level}") for level in ("basic", "reactive", "accountable", "proactive", "partnership"))
    lost = total(flows, "lost_price", "lost_incident", "lost_turnover")
    assert found["listening_cost"][..., 0] == pytest.approx((served * 0.3 + lost * 15)[:, 1:, :, 0])


def test_means_are_nan_where_nobody_was_tended_and_sensible_elsewhere(periods):
    tended = periods[periods.served > 0]
    assert tended.bond.between(0, 1).all() and tended.believed_value.notna().all()
    assert periods[periods.served == 0].bond.isna().all()


def test_phases_hold_every_account_tended(periods):
    assert (periods.exploration + periods.expansion + periods.commitment == periods.served).all()
    assert (periods[["awareness", "dissolution", "exploration"]] >= 0).all().all()


def test_a_share_of_the_wallet_is_no_more_than_the_wallet(periods):
    assert (periods.units_repeat <= periods.units_wallet + 1e-9).all()
    assert (periods.units_repeat <= periods.units + 1e-9).all()


# --- relationships and cohorts --------------------------------------------------------------------------------------------------------

def test_every_relationship_ends_or_still_runs(periods, runs):
    endings = survival_table(runs)
    by = ["strategy", "run", "seller", "buyer_type"]
    ended = endings.groupby([*by, "cause"], observed=False).relationships.sum().unstack()
    recorded = periods[periods.period > 0].groupby(by, observed=False)
    assert (ended["price"] == recorded.lost_price.sum()).all() and (ended["turnover"] == recorded.lost_turnover.sum()).all()
    assert (ended["running"] == periods[periods.period == 30].groupby(by, observed=False).accounts.sum()).all()
    origins = endings.groupby([*by, "origin"], observed=False).relationships.sum().unstack()
    assert (origins["won"] == recorded.acquisitions.sum()).all()
    assert (origins["held at the start"] == periods[periods.period == 0].groupby(by, observed=False).accounts.sum()).all()


def test_worth_of_all_cohorts_is_the_value_of_variable_profit(periods, runs):
    by = ["strategy", "run", "seller", "buyer_type"]
    variable = periods.assign(variable=periods.profit + periods.fixed_cost)
    value = net_present_value(variable, discount_per_period(runs.scenario), "variable", by)
    worth = cohort_table(runs).groupby(by, observed=True, sort=False).worth_now.sum()
    scale = net_present_value(variable, discount_per_period(runs.scenario), "revenue", by)
    assert ((worth - value).abs() <= 1e-5 * scale).all()
    assert not ((worth.shift(1) - value).abs() <= 1e-5 * scale).all()          # the same check, cells mixed up


def test_cohorts_hold_the_accounts_won_in_their_period(periods, runs):
    cohorts = cohort_table(runs)
    assert (cohorts.accounts.to_numpy() == np.where(periods.period == 0, periods.accounts, periods.acquisitions)).all()


def test_worth_now_discounts_the_cohorts_period(runs):
    row = cohort_table(runs).query("cohort == 13 and worth != 0").iloc[0]
    assert row.worth_now == pytest.approx(row.worth * discounting(runs.scenario)[12])


# --- watched buyers -------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def all_watched():
    """Every buyer of a small market, so that the panel must agree with the ledger."""
    runs = simulate(lively_scenario("market.buyers=120"), ["relationship"], runs=2, watch=range(120), threads=1)
    return runs, buyer_table(runs), period_table(runs)


def test_watching_everybody_shows_the_ledger(all_watched):
    _, buyers, periods = all_watched
    by = ["run", "period", "buyer_type"]
    ledger_ = periods.groupby(by, observed=False)
    supplied = buyers.groupby([*by, "supplier"], observed=False).size().unstack()[["ours", "rivals_1", "rivals_2"]]
    accounts = periods.pivot_table(index=by, columns="seller", values="accounts", observed=False)
    assert (supplied.to_numpy() == accounts.to_numpy()).all()
    panel = buyers.groupby(by, observed=False)
    for one, other in (("lots", "lots"), ("problem", "problems"), ("resolved", "resolved"), ("contact", "contacts")):
        assert (panel[one].sum() == ledger_[other].sum()).all(), one


def test_the_level_of_each_account_is_the_ledgers(all_watched):
    _, buyers, periods = all_watched
    ours = buyers[buyers.supplier == "ours"].groupby(["run", "period", "level"], observed=False).size().unstack()
    for level in ("reactive", "proactive", "partnership"):
        accounts = periods[periods.seller == "ours"].groupby(["run", "period"])[f"accounts_{level}"].sum()
        assert (ours[level].reindex(accounts.index, fill_value=0) == accounts).all()


def test_buyers_rows_make_sense(all_watched):
    runs, buyers, _ = all_watched
    assert burn_in(runs.scenario) == 6 and buyers.period.min() == 0
    none = buyers.supplier == "none"
    assert buyers[none][["value", "relationship", "bond"]].isna().all().all() and buyers.loc[none, "level"].isna().all()
    assert buyers.loc[~none, "bond"].between(0, 1).all() and (buyers.tenure >= 0).all()
    assert not buyers.loc[buyers.period == 0, list(EVENTS)].any().any()
    switched = buyers[buyers.switched & ~none]
    assert len(switched) and (switched.tenure == 0).all()
    bought = buyers[["bought_from_ours", "bought_from_rivals_1", "bought_from_rivals_2"]]
    assert (bought.any(axis=1) == (buyers.lots > 0)).all()


def test_a_new_market_has_no_period_nought():
    runs = simulate(lively_scenario("market.start=new", "market.buyers=60"), ["twin"], runs=1, watch=[0, 59], threads=1)
    buyers = buyer_table(runs)
    assert buyers.period.min() == 1 and list(buyers.buyer.unique()) == [0, 59]
    assert set(buyers.buyer_type.unique()) == {"lost_for_good", "always_a_share"}


def test_nobody_watched_is_said(runs):
    with pytest.raises(ValueError, match="no buyer was watched"):
        buyer_table(simulate(lively_scenario("market.buyers=60"), ["twin"], runs=1, threads=1))


def test_repeat_rate_by_recency_by_hand():
    """Buys in periods 1, 2 and 5; a newcomer in 7 buys in 8: recency 1 is met in 2, 3, 6 and bought at once; recency 3 in 5."""
    bought = [True, True, False, False, True, False, False, True, False]
    table = pd.DataFrame({"strategy": pd.Categorical(["one"] * 9), "run": 0, "buyer": 4, "period": range(1, 10),
                          "newcomer": [False] * 6 + [True] + [False] * 2, "bought_from_ours": bought})
    found = repeat_rate_by_recency(table, "ours").set_index("recency")
    assert found.buyers.to_dict() == {1: 4, 2: 1, 3: 1}
    assert found.repeat_rate.to_dict() == {1: 0.25, 2: 0.0, 3: 1.0}


# --- beyond the dyad --------------------------------------------------------------------------------------------------------------------

BY = ["strategy", "run", "seller", "buyer_type"]
SILENT = ("sellers.ours.advertising=0", "sellers.rivals.advertising=0")


@pytest.fixture(scope="module")
def beyond():
    return everything_compared().runs


@pytest.fixture(scope="module")
def told(beyond):
    return period_table(beyond)


def test_the_columns_are_those_of_every_market(told, periods):
    assert list(told) == list(periods) and [kind.kind for kind in told.dtypes] == [kind.kind for kind in periods.dtypes]


def test_books_balance_beyond_the_dyad(told):
    check_accounts(told)
    check_money(told)


def test_everything_beyond_the_dyad_occurs(told):
    wanted = [*BEYOND, *(f"won_{channel}" for channel in CHANNELS), "heard_word_of_mouth", "heard_partner", "told_good", "told_bad",
              "advised", "reached", "vouched", "unvouched", "lost_vouched"]
    assert (told[told.seller == "ours"][wanted].sum() > 0).all()


@pytest.mark.parametrize("column", ["won_partner", "won_own_search"])
def test_channels_that_do_not_sum_to_the_accounts_won_are_refused(told, column):
    wrong = told.copy()
    wrong.loc[700, column] += 1
    with pytest.raises(MeasureError, match="channels − acquisitions is 1 at strategy transactional, run 1, period 15"):
        check_accounts(wrong)


def test_who_is_aware_is_who_was_made_aware(told):
    """The stock moves by those who hear, enter and leave; it holds all accounts and everybody who has never bought; nobody counts it where
    nobody hears of anybody."""
    assert (told.aware >= told.accounts + told.awareness).all() and (told.aware <= 600).all()
    before = told[told.period < 30].aware.to_numpy().reshape(3, 2, 30, -1)
    rows = told[told.period > 0]
    change = rows.heard + rows.heard_word_of_mouth + rows.heard_partner + rows.known - rows.forgotten
    assert (rows.aware.to_numpy() == (before + change.to_numpy().reshape(3, 2, 30, -1)).reshape(-1)).all()
    silent = period_table(simulate(lively_scenario("market.buyers=60", *SILENT), ["twin"], runs=1, threads=1))
    assert silent.aware.isna().all() and (silent.won_own_search == silent.acquisitions).all()


def test_each_channel_has_its_price(told):
    ours = told[(told.seller == "ours") & (told.period > 0)]
    assert (ours.acquisition_cost == 50 * (ours.won_own_search + ours.won_advertising)).all()
    assert (ours.referral_reward == 25 * ours.won_word_of_mouth).all() and (ours.commission == 40 * ours.won_partner).all()


def test_the_budget_is_split_by_what_its_markets_are_for(told):
    """Ours spends 900 a month, 0.3 of it on the referral and influence markets; the ally 300 on suppliers."""
    month = told[told.period == 7].groupby(["strategy", "run", "seller"], observed=True).sum(numeric_only=True)
    ours, ally = month.xs("ours", level="seller"), month.xs("ally", level="seller")
    assert ours.budget_to_win.to_numpy() == pytest.approx(270) and ours.budget_to_serve.to_numpy() == pytest.approx(630)
    assert ours.fixed_cost.to_numpy() == pytest.approx(970)
    assert ally.budget_to_win.to_numpy() == pytest.approx(0) and ally.fixed_cost.to_numpy() == pytest.approx(300)


def test_money_is_what_sellers_reckon_with():
    """Where somebody copies who earns most, every seller's profit is reckoned as the market runs: the same sum, in float32's terms."""
    scenario = everything("market.buyers=300")
    market = new_market(scenario, strategy_arrays(scenario, "answered"), draw_population(scenario), 11, 1)
    play_alone(market, Meter(1, None))
    runs = Runs(scenario, 11, records={"answered": [record_of(market, False)]})
    found = money(runs, "answered")["profit"].sum(2)[0]
    reckoned = market.earned[:, burn_in(scenario):].T
    assert abs(reckoned).max() > 1000 and found == pytest.approx(reckoned, rel=1e-5, abs=0.05)
    assert not np.allclose(found[:, [1, 0, 2, 3, 4]], reckoned, rtol=1e-5, atol=0.05)        # the same check, sellers mixed up


def test_terms_are_the_plans_own_figures_where_nothing_moved(beyond):
    """0.1 is no float32: where the plan holds its own figure stands, and where an answer moved it the recorded one."""
    cheap = simulate(lively_scenario("market.buyers=60", "sellers.ours.price=99.1"), ["twin"], runs=1, threads=1)
    assert (terms(cheap, "twin")["price"][..., 0] == 99.1).all()
    found, course = terms(beyond, "answered"), np.stack([record.course for record in beyond.records["answered"]])
    assert found["price"].shape == (2, 30, 1, 5) and (found["price"][..., 0] == 100).all() and (found["price"][..., 3] < 100).all()
    assert (found["price"][:, :, 0].astype(np.float32) == course[:, 1:, :, 0]).all()
    assert (found["unit_cost"][..., 0] < 60).all() and (found["unit_cost"][..., 1] == 60).all()


def test_a_premium_is_a_discount_below_nought(told):
    """Ours takes 4% more from accounts under `answered`: at most that share of the revenue that it would have at the list price."""
    ours = told[(told.seller == "ours") & (told.strategy == "answered") & (told.units > 0)]
    assert (ours.discount <= 0).all() and ours.discount.min() < 0
    assert (ours.discount >= -0.0401 * ours.units * 100).all()
    assert (ours.revenue + ours.discount).to_numpy() == pytest.approx((ours.units * 100).to_numpy())


def test_channels_split_cohorts_and_endings_without_remainder(beyond, told):
    channels, cohorts = channel_table(beyond), cohort_table(beyond)
    for column in ("accounts", "worth", "worth_now"):
        split = channels.groupby([*BY, "cohort"], observed=True)[column].sum()
        whole = cohorts[cohorts.cohort > 0].set_index([*BY, "cohort"])[column]
        assert split.to_numpy() == pytest.approx(whole[split.index].to_numpy(), abs=1e-6)
        assert whole.drop(split.index).abs().max() == 0
    endings = channel_survival_table(beyond).groupby([*BY, "channel"], observed=False).relationships.sum().unstack()
    won = told[told.period > 0].groupby(BY, observed=False)[[f"won_{channel}" for channel in CHANNELS]].sum()
    assert (endings.to_numpy() == won.to_numpy()).all() and endings.partner.sum() > 0
    wholes, keys = survival_table(beyond), ["strategy", "duration", "cause"]
    by_channel = channel_survival_table(beyond).groupby(keys, observed=True).relationships.sum()
    assert (by_channel == wholes[wholes.origin == "won"].groupby(keys, observed=True).relationships.sum()).all()


def test_tables_of_what_a_market_does_not_have_are_empty():
    silent = simulate(lively_scenario("market.buyers=60", *SILENT), ["twin"], runs=1, threads=1)
    for table in (channel_table(silent), channel_survival_table(silent), goodwill_table(silent)):
        assert len(table) == 0 and {"strategy", "run", "seller"} <= set(table)


def test_the_course_says_what_sellers_did(beyond):
    course = course_table(beyond)
    assert len(course) == 3 * 2 * 31 * 5 and not course.duplicated(["strategy", "run", "period", "seller"]).any()
    by = course[course.period > 0].set_index(["strategy", "seller"]).sort_index()
    still = by.loc["relationship"]
    assert (still.price["ours"] == 100).all() and (still.follows == still.index).all()
    assert by.loc[("answered", "rivals_3"), "price"].min() < 100 and by.loc[("answered", "rivals_1"), "price"].min() == 78
    assert by.loc[("answered", "rivals_2"), "harvesting"].any() and not by.loc["relationship"].harvesting.any()
    assert (by.loc[("answered", "rivals_2")].premium[by.loc[("answered", "rivals_2")].harvesting] == np.float32(0.1)).all()
    assert (by.loc[("answered", "rivals_1"), "follows"] != "rivals_1").any()
    stocks = by[[f"stock_{market}" for market in MARKETS]]
    assert (stocks.loc[("relationship", "ours")] > 0).all().all() and (stocks.loc[("relationship", "rivals_1")] == 0).all().all()
    assert (stocks.loc[("relationship", "ally"), "stock_supplier"].to_numpy()
            == stocks.loc[("relationship", "ours"), "stock_supplier"].to_numpy()).all()


def test_the_course_before_the_record_is_the_baselines():
    scenario = everything("market.buyers=60", "sellers.ours.price=99.1", "strategies.relationship.ours.price=98.3")
    course = course_table(simulate(scenario, ["relationship"], runs=1, threads=1))
    assert course[course.seller == "ours"].price.tolist() == [99.1] + [98.3] * 30


def test_goodwill_grows_where_it_is_tended(beyond):
    goodwill = goodwill_table(beyond)
    last = goodwill[(goodwill.period == 30) & (goodwill.strategy == "relationship") & (goodwill.run == 0)]
    last = last.set_index(["partner", "seller"]).goodwill
    assert last["bank", "ours"] > last["agent", "ours"] > 0 and last["bank", "rivals_1"] == 0


# --- on disk --------------------------------------------------------------------------------------------------------------------------

def test_parquet_gives_back_what_was_written(tmp_path, periods):
    write_table(periods, tmp_path / "periods.parquet", {"seed": 7})
    pd.testing.assert_frame_equal(read_table(tmp_path / "periods.parquet"), periods)
    assert read_provenance(tmp_path / "periods.parquet") == {"seed": 7}


def test_a_file_of_another_make_is_refused(tmp_path):
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(ValueError, match="does not say where it comes from"):
        read_provenance(tmp_path / "a.parquet")
