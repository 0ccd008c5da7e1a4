"""Logs for other tools: every purchase is the ledger's, summaries are what their definitions say, the truth is what came to pass."""
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import minimize
from typer.testing import CliRunner

from sim.cli import app
from sim.core import state as at
from sim.experiments.published.markets import BUYERS, STRATEGY, static_market
from sim.exports import NoExport, export
from sim.exports.calendar import first_day
from sim.exports.lots import LotByLot
from sim.money import money
from sim.panel import buyer_table
from sim.parquet import read_provenance, read_table
from sim.purchases import purchases, sales
from sim.results import NotResults, ResultsExist
from sim.runs import simulate
from sim.scenario import load
from tests.everything import everything

SMALL = ("market.buyers=600", "market.periods=24", "market.burn_in=6", "runs=2")
LIVELY = ("default", "coffee", "locked_in_harvest", "bank_referrals", "price_war_answers")


def small(name: str, *sets: str):
    return load(name, [*SMALL, *(["market.periods=53"] if name == "coffee" else ()), *sets])


# --- purchases --------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", LIVELY)
def test_every_purchase_is_the_ledgers(name):
    """Lots, units, revenue and margin of every seller and period, read off buyer by buyer, are what the ledger counted; in run 2 too."""
    scenario = small(name, "buyers.always_a_share.lots=3") if name == "default" else small(name)
    strategy = list(scenario.strategies)[-1]
    runs = simulate(scenario, [strategy])
    flows, books = runs.records[strategy][1].flows[1:].sum(1), money(runs, strategy)
    for moment in purchases(scenario, strategy, run=1):
        for s in range(len(scenario.sellers)):
            sale, row = sales(moment, s), flows[moment.period - 1, s]
            assert moment.lots[s].sum() == row[at.LOTS]
            assert round(sale.units.sum() * at.UNIT_PARTS) == row[at.UNITS]
            revenue, goods = (books[what][1, moment.period - 1, :, s].sum() for what in ("revenue", "goods_cost"))
            assert sale.unsure or sale.amount.sum() == pytest.approx(revenue, rel=1e-12)
            assert sale.unsure or sale.margin.sum() == pytest.approx(revenue - goods, rel=1e-9, abs=1e-6)
        assert moment.unsure == 0


def test_more_lots_than_a_dyad_counts():
    """Ten lots a period from two equal sellers: all lots are known, and who sold those beyond the 127th is counted as not known."""
    scenario = static_market(f"{BUYERS}.lots=10", f"{BUYERS}.return_cost=0", "market.periods=40", "market.buyers=50", "runs=2")
    flows = simulate(scenario, [STRATEGY], runs=1).records[STRATEGY][0].flows[1:].sum(1)
    found = list(purchases(scenario, STRATEGY))
    assert [moment.lots.sum() for moment in found] == flows[:, :2, at.LOTS].sum(1).tolist()
    assert all((moment.lots >= 0).all() and (moment.lots.sum(0) == 10).all() for moment in found)
    assert all(moment.unsure == 0 for moment in found[:12]) and found[-1].unsure > 0


# --- what is written --------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """(folder, record) of the transactions of a small default market of 24 months, with 12 of continuation."""
    folder = tmp_path_factory.mktemp("export") / "log"
    return folder, export(small("default"), "transactions", folder, strategy="relationship", continuation=12).record


def tables(folder, *names: str) -> list[pd.DataFrame]:
    return [read_table(folder / f"{name}.parquet") for name in names]


def test_transactions_and_truth(log):
    """Both files have the same customers; CSV says what Parquet says; the record says what they rest on."""
    folder, record = log
    bought, truth = tables(folder, "transactions", "truth")
    assert list(bought) == ["customer_id", "date", "amount", "units"] == list(record["columns"]["transactions"])
    assert list(truth) == list(record["columns"]["truth"])
    assert set(bought.customer_id) == set(truth.customer_id) and truth.customer_id.is_unique
    assert not bought.duplicated(["customer_id", "date"]).any()
    csv = pd.read_csv(folder / "transactions.csv", parse_dates=["date"])
    assert np.array_equal(csv.customer_id, bought.customer_id) and np.allclose(csv.amount, bought.amount)
    assert (csv.date == pd.to_datetime(bought.date)).all()
    assert record["customers"] == len(truth) and record["rows"]["transactions"] == len(bought)
    assert json.loads((folder / "export.json").read_text())["digest"] == small("default").digest() == read_provenance(
        folder / "truth.parquet")["digest"]
    assert "| `clv` | money |" in (folder / "README.md").read_text()


def test_the_same_command_writes_the_same_bytes_and_another_run_does_not(log, tmp_path):
    folder, _ = log
    export(small("default"), "transactions", tmp_path / "again", strategy="relationship", continuation=12)
    export(small("default"), "transactions", tmp_path / "other", strategy="relationship", continuation=12, run=2)
    for name in ("transactions.csv", "transactions.parquet", "truth.csv", "truth.parquet"):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()
        assert (tmp_path / "other" / name).read_bytes() != (folder / name).read_bytes()


def test_the_continuation_changes_nothing_before_it_and_is_the_truth(log, tmp_path):
    """What a longer record shows after the 24th period, discounted to its end, is the lifetime value that was said to be true."""
    folder, record = log
    bought, truth = tables(folder, "transactions", "truth")
    export(small("default", "market.periods=36"), "transactions", tmp_path / "longer", strategy="relationship", continuation=0)
    longer, = tables(tmp_path / "longer", "transactions")
    months = [first_day(date(2021, 1, 1), "month", period) for period in range(1, 37)]
    period = longer.date.map({day: number for number, day in enumerate(months, start=1)})
    pd.testing.assert_frame_equal(longer[period <= 24].reset_index(drop=True), bought)
    seller = small("default").sellers["ours"]
    later = longer[period > 24].assign(margin=lambda table: table.amount - seller.unit_cost * table.units)
    later["clv"] = later.margin * (1 + record["discount_per_period"]) ** -(period[period > 24] - 24)
    sums = later.groupby("customer_id")[["margin", "clv"]].sum().reindex(truth.customer_id, fill_value=0)
    assert np.allclose(sums.margin, truth.future_margin, atol=1e-3) and np.allclose(sums.clv, truth.clv, atol=1e-3)
    assert np.array_equal(truth.buys_again, sums.margin > 0)
    assert (truth.clv_net <= truth.clv + 1e-3).all() and (truth.clv_net < truth.clv)[truth.account].mean() > 0.98    # some leave at once


def test_alive_means_able_to_buy_again(log):
    """Who is not alive never buys again; accounts are alive; lost-for-good buyers are alive as accounts alone, always-a-share buyers as
    long as they are in the market, and some of those who buy elsewhere do come back."""
    truth = tables(log[0], "truth")[0]
    assert not truth[~truth.alive].buys_again.any() and truth[truth.account].alive.all() and not truth[~truth.in_market].alive.any()
    lost, share = (truth[truth.buyer_type == kind] for kind in ("lost_for_good", "always_a_share"))
    assert (lost.alive == lost.account).all() and (share.alive == share.in_market).all()
    assert share[~share.account].buys_again.any() and (~lost.alive & lost.in_market).any()
    assert truth[~truth.in_market].supplier.eq("none").all() and truth[~truth.in_market].voice.isna().all()


def test_who_leaves_the_market_is_another_customer_than_who_follows(tmp_path):
    """The last digits are the buyer's number; nobody buys before it came."""
    export(small("default", "market.turnover=0.1"), "transactions", tmp_path / "log", continuation=0)
    bought, truth = tables(tmp_path / "log", "transactions", "truth")
    number, generation = bought.customer_id % 1000, bought.customer_id // 1000
    assert number.between(1, 600).all() and generation.max() > 1
    day = pd.to_datetime(bought.date)
    spans = day.groupby([number, generation]).agg(["min", "max"]).sort_index()
    for _, lives in spans.groupby(level=0):
        assert (lives["min"].to_numpy()[1:] > lives["max"].to_numpy()[:-1]).all()
    assert truth.alive.sum() < len(truth)


def test_summaries_are_what_lifetimes_and_pymc_marketing_define(tmp_path):
    """Worked out again from the transactions: frequency, recency, T and monetary value, over the record and up to the calibration's end."""
    scenario = small("default", "market.turnover=0.01")
    export(scenario, "transactions", tmp_path / "log", continuation=0)
    record = export(scenario, "rfm", tmp_path / "rfm", holdout=8, continuation=0).record
    log, rfm = tables(tmp_path / "log", "transactions")[0], tables(tmp_path / "rfm", "rfm")[0].set_index("customer_id")
    months = {first_day(date(2021, 1, 1), "month", period): period for period in range(1, 25)}
    log = log.assign(period=log.date.map(months)).sort_values("period", kind="stable")
    whole, known = summary(log, 24), summary(log[log.period <= 16], 16)
    assert np.allclose(rfm[["frequency", "recency", "T", "monetary_value"]].loc[whole.index].astype(float), whole, atol=1e-3)
    seen = rfm.dropna(subset="frequency_cal")
    assert set(seen.index) == set(known.index) and len(seen) < len(rfm)
    assert np.allclose(seen[[f"{name}_cal" for name in known]].loc[known.index].astype(float), known, atol=1e-3)
    later = log[log.period > 16].groupby("customer_id").amount.agg(["size", "mean"]).reindex(seen.index, fill_value=0)
    assert np.array_equal(seen.frequency_holdout, later["size"])
    assert np.allclose(seen.monetary_value_holdout.astype(float), later["mean"], atol=1e-3)
    assert (seen.duration_holdout == 8).all() and record["holdout"] == 8


def summary(log: pd.DataFrame, end: int) -> pd.DataFrame:
    """frequency, recency, T, monetary_value by the textbook."""
    of = log.groupby("customer_id")
    repeat = log[log.duplicated("customer_id")].groupby("customer_id").amount.mean()
    return pd.DataFrame({"frequency": of.size() - 1, "recency": of.period.max() - of.period.min(), "T": end - of.period.min(),
                         "monetary_value": repeat}).fillna({"monetary_value": 0})


@pytest.mark.parametrize(("unit", "period", "day"), [
    ("day", 32, date(2021, 3, 3)), ("week", 3, date(2021, 2, 14)), ("month", 2, date(2021, 2, 28)), ("month", 13, date(2022, 1, 31)),
    ("quarter", 2, date(2021, 4, 30)), ("year", 4, date(2024, 1, 31)), ("month", 12, date(2021, 12, 31))])
def test_periods_as_dates(unit, period, day):
    assert first_day(date(2021, 1, 31), unit, period) == day


# --- the panel --------------------------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def panel(tmp_path_factory):
    """(long, wide, truth) of a small default market with several lots and some turnover."""
    folder = tmp_path_factory.mktemp("panel")
    scenario = small("default", "market.turnover=0.02", "sellers.rivals.reach=0.7")
    export(scenario, "panel", folder / "long")
    export(scenario, "panel", folder / "wide", wide=True)
    return *tables(folder / "long", "panel", "truth"), *tables(folder / "wide", "panel")


def test_a_panel_has_one_choice_an_occasion_among_sellers_that_are_known(panel):
    long, truth, _ = panel
    of = long.groupby("choice_id")
    assert (of.choice.sum() == 1).all() and (of.size() == 4).all() and (of["last"].sum() <= 1).all()
    assert long[long.choice == 1].available.all() and not long.available.all()
    assert set(long.customer_id) == set(truth.customer_id) and truth.customer_id.is_unique
    assert (long.level > 0).eq(long["last"] == 1).all()
    occasions = long.drop_duplicates("choice_id").groupby("customer_id").occasion
    assert (occasions.max() == occasions.size()).all()


def test_the_last_purchase_was_where_it_was_made(panel):
    """From the second choice on, `last` marks the alternative chosen before."""
    long, _, _ = panel
    chosen = long[long.choice == 1].set_index(["customer_id", "occasion"]).alternative.astype(str)
    last = long[long["last"] == 1].set_index(["customer_id", "occasion"]).alternative.astype(str)
    later = last[last.index.get_level_values(1) > 1]
    before = chosen.loc[[(who, occasion - 1) for who, occasion in later.index]]
    assert np.array_equal(before.to_numpy(), later.to_numpy()) and len(later) == (chosen.index.get_level_values(1) > 1).sum()


def test_lots_stand_in_the_order_in_which_they_were_bought(tmp_path):
    """Eight lots a period, no tastes and nothing that holds: every seller follows every other alike. The negative control is the same lots
    seller by seller, as they stood once: loyalty out of nothing."""
    scenario = static_market(f"{BUYERS}.lots=8", f"{BUYERS}.return_cost=0", "market.periods=12", "market.buyers=300", "runs=2", rivals=3)
    export(scenario, "panel", tmp_path / "panel")
    long = read_table(tmp_path / "panel" / "panel.parquet").query("choice == 1")
    again, sigma = long[long.occasion > 1]["last"].mean(), (0.25 * 0.75 / len(long)) ** 0.5
    assert abs(again - 0.25) < 4 * sigma
    by_seller = long.sort_values(["customer_id", "date", "alternative"], kind="stable")
    chosen = by_seller.alternative.cat.codes.to_numpy().reshape(300, -1)
    assert (chosen[:, 1:] == chosen[:, :-1]).mean() > 0.5


@pytest.mark.parametrize("strategy", ["transactional", "answered"])
def test_a_twin_played_lot_by_lot_buys_what_the_market_buys(strategy):
    """In a market where all is on that can be (word of mouth, answers, prices by best reply, levels by account value, every period anew):
    the same lots of the same sellers, and the same supplier in the end, buyer by buyer and period by period."""
    tiers = ", ".join(f"{{at: {t}, ours: {{level: {{by_value: {{basic: 0, partnership: {90 + t % 2}}}}}}}}}" for t in range(2, 31))
    scenario = everything("buyers.intermediate.lots=5", "buyers.intermediate.share=1", "buyers.lost_for_good.share=0",
                          "buyers.always_a_share.share=0", "market.buyers=2000", f"strategies.answered.events=[{tiers}]")
    twin, several = LotByLot(scenario, strategy, 1, scenario.seed), 0
    for moment in purchases(scenario, strategy, run=1):
        supplier, bought = twin.period()
        lots = np.stack([((supplier == s) & bought).sum(0) for s in range(len(scenario.sellers))])
        assert np.array_equal(lots[:, moment.buyer], moment.lots) and lots.sum() == moment.lots.sum()
        assert np.array_equal(supplier[-1, moment.buyer], moment.supplier)
        several += (np.diff(supplier, axis=0) != 0).any(0).sum()
    assert several > 100


def test_wide_says_what_long_says(panel):
    long, _, wide = panel
    sellers = list(dict.fromkeys(long.alternative.astype(str)))
    assert np.array_equal(wide.choice - 1, long.choice.to_numpy().reshape(-1, 4).argmax(1))
    for name in ("price", "last", "level", "available"):
        assert np.array_equal(wide[[f"{name}_{seller}" for seller in sellers]].to_numpy(), long[name].to_numpy().reshape(-1, 4)), name


def test_prices_are_those_that_the_buyer_would_pay(tmp_path):
    """A loyalty discount of 2% a year, up to 5%, is in the price of accounts and of nobody else."""
    scenario = small("default", "strategies.relationship.ours.loyalty_discount={per_year: 0.02, most: 0.05}")
    export(scenario, "panel", tmp_path / "panel", strategy="relationship")
    ours = read_table(tmp_path / "panel" / "panel.parquet").query("alternative == 'ours'")
    assert (ours[ours["last"] == 0].price == 100).all()
    assert ours[ours["last"] == 1].price.between(95, 100).all() and (ours.price < 98).any()


def test_tastes_and_attributes_are_the_engines(tmp_path):
    """Beliefs that nothing moves are quality and taste: V = 118 + taste; attributes are those of the buyer table."""
    scenario = static_market(f"{BUYERS}.taste_spread=6", f"{BUYERS}.voice={{uniform: {{low: 0, high: 1}}}}", "market.periods=2",
                             "market.buyers=80", "runs=2", rivals=2)
    export(scenario, "panel", tmp_path / "panel")
    truth = read_table(tmp_path / "panel" / "truth.parquet").set_index("customer_id")
    table = buyer_table(simulate(scenario, [STRATEGY], runs=1, watch=range(80)))
    last = table[table.period == 2].set_index(table[table.period == 2].buyer + 1).loc[truth.index]
    for seller in scenario.sellers:
        assert truth[f"taste_{seller}"].to_numpy() + 118 == pytest.approx(last[f"value_of_{seller}"].to_numpy(), abs=1e-4)
    assert np.array_equal(truth.voice, last.voice) and truth.taste_ours.std() > 3


def test_a_logit_on_the_panel_finds_the_parameters_back(tmp_path):
    """Buyers without tastes who review at every purchase: weight of a price −α/μ = −1/8, of the last choice σ/μ = 6/8, in their errors; the
    negative control, a panel whose prices are shuffled, does not give the first."""
    prices = ", ".join(f"{{at: {2 * k}, until: {2 * k + 1}, {seller}: {{price: {price}}}}}" for k in range(1, 10)
                       for seller, price in (("ours", 96 + k), ("rivals_1", 108 - k)))
    scenario = static_market(f"{BUYERS}.switching_cost=6", f"{BUYERS}.return_cost=0", "market.periods=20", "market.buyers=400", "runs=2",
                             f"strategies={{{STRATEGY}: {{events: [{prices}]}}}}", rivals=2)
    export(scenario, "panel", tmp_path / "panel")
    table = read_table(tmp_path / "panel" / "panel.parquet")
    price, last, chosen = (table[name].to_numpy(float).reshape(-1, 3) for name in ("price", "last", "choice"))
    for found, exact in zip(zip(*logit(price, last, chosen), strict=True), (-1 / 8, 6 / 8), strict=True):
        assert abs(found[0] - exact) < 4 * found[1] and found[1] < 0.2 * abs(exact)
    shuffled = np.random.default_rng(1).permuted(price, axis=1)
    weight, error = (values[0] for values in logit(shuffled, last, chosen))
    assert abs(weight + 1 / 8) > 4 * error


def logit(price: np.ndarray, last: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Weights of price and last choice by maximum likelihood, and their standard errors."""
    x = np.stack([price - 100, last], axis=-1)

    def cost(beta):
        u = x @ beta
        u = u - u.max(1, keepdims=True)
        p = np.exp(u) / np.exp(u).sum(1, keepdims=True)
        return -np.log((p * chosen).sum(1)).sum(), -((chosen - p)[..., None] * x).sum((0, 1))
    best = minimize(cost, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-6})
    u = x @ best.x
    p = np.exp(u) / np.exp(u).sum(1, keepdims=True)
    mean = (p[..., None] * x).sum(1)
    information = np.einsum("na,nai,naj->ij", p, x, x) - mean.T @ mean
    return best.x, np.sqrt(np.diag(np.linalg.inv(information)))


# --- what cannot be -----------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("options", "words"), [
    ({"to": "rmf"}, "'rmf' is not a form to export to; did you mean 'rfm'?"),
    ({"seller": "oures"}, "'oures' is not a seller of Transactional against relationship; did you mean 'ours'?"),
    ({"strategy": "relation"}, "'relation' is not a strategy of Transactional against relationship; did you mean 'relationship'?"),
    ({"formats": ("xlsx",)}, "'xlsx' is not a format; choose from csv, parquet"),
    ({"holdout": 24}, "a holdout of 24 leaves nothing of 24 periods to calibrate on; give 0 to 23"),
    ({"continuation": 60_000}, "a continuation of 60,000 periods is too much or too little; give 0 to 49,976"),
    ({"start": "next week"}, "'next week' is not a day; write it as 2021-01-31"),
    ({"start": "9999-06-01"}, "24 months from 9999-06-01 on go past the year 9999; begin earlier"),
    ({"to": "rfm", "wide": True}, "--wide is a form of panels; rfm have one form only"),
    ({"seller": "me", "start": "x"}, "'me' is not a seller of Transactional against relationship; choose from ours, rivals_1, rivals_2, "
                                     "rivals_3\n'x' is not a day; write it as 2021-01-31")])
def test_what_cannot_be_exported(options, words, tmp_path):
    with pytest.raises(NoExport) as said:
        export(small("default"), **({"to": "transactions"} | options), folder=tmp_path / "log")
    assert str(said.value) == words and not list(tmp_path.iterdir())


def test_other_files_are_left_alone(log, tmp_path):
    with pytest.raises(ResultsExist):
        export(small("default"), "transactions", log[0])
    (tmp_path / "notes.txt").write_text("dear diary")
    with pytest.raises(NotResults, match=r"holds files but no export\.json"):
        export(small("default"), "transactions", tmp_path, force=True)


def test_nobody_bought(tmp_path):
    """A log of a seller that sells nothing has its columns and no rows."""
    scenario = small("default", "sellers.ours.starting_share=0", "sellers.ours.reach=0", "sellers.ours.advertising=0")
    for to in ("transactions", "rfm"):
        found = export(scenario, to, tmp_path / to, continuation=2)
        assert found.sentence().startswith("0 customers of ours in 24 months")
        assert list(pd.read_csv(tmp_path / to / f"{to}.csv")) == list(found.record["columns"][to])


# --- the command ------------------------------------------------------------------------------------------------------------------

def test_the_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def ask(*words: str):
        return CliRunner().invoke(app, ["export", "default", "--set", "market.periods=6", "--buyers", "100", *words])
    done = ask("--to", "rfm", "--strategy", "relationship", "--continuation", "3")
    assert done.exit_code == 0 and "customers of ours in 6 months" in done.stdout
    assert sorted(path.name for path in (tmp_path / "results" / "default_rfm").iterdir()) == [
        "README.md", "export.json", "rfm.csv", "rfm.parquet", "truth.csv", "truth.parquet"]
    done = ask("--to", "panel", "--wide", "--format", "csv", "--json", "-o", "there")
    assert json.loads(done.stdout)["rows"]["panel"] > 0 and not (tmp_path / "there" / "panel.parquet").exists()
    done = ask("--to", "panels")
    assert (done.exit_code, done.stderr) == (2, "'panels' is not a form to export to; did you mean 'panel'?\n")
    again = ask("--to", "rfm", "--strategy", "relationship")
    assert again.exit_code == 2 and "holds results already" in again.stderr
