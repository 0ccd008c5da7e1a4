"""Every scenario that ships: it loads, is valid, runs small and keeps the invariants; those with data come as near to them as they say."""
import json
from functools import cache

import jsonschema
import numpy as np
import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from sim.cli import app
from sim.core import state as at
from sim.measures import check_accounts, check_money
from sim.observed import against_data, penetration, penetrations, repertoire_table, retention_table
from sim.offers import burn_in
from sim.runs import simulate
from sim.scenario import load
from sim.scenario.editor import json_schema
from sim.scenario.shipped import shipped
from sim.tables import period_table
from tests.markets import STRATEGY, static_market

NAMES = sorted(shipped())
WITH_DATA = ["coffee", "subscription", "subscription_high_end"]
EXPECTED = {
    "default", "airline_fleet", "office_automation", "corporate_catering", "advertising_agency", "insurance", "card_issuer",
    "packaging_supply", "bank_cash_management", "commodity_freight", "steel_plant", "over_promising", "inferior_quality", "price_war",
    *WITH_DATA}
BUYERS, PERIODS, BURN_IN, WATCHED = 300, 18, 6, 60
TINY = 1e-6


@cache
def small(name):
    """The scenario cut down to a small market, played twice under every strategy; events keep their place in time where they fit."""
    scenario = load(name)
    events = [event for event in scenario.events if event.at > PERIODS]
    sets = [f"market.buyers={BUYERS}", f"market.periods={PERIODS}", f"market.burn_in={min(BURN_IN, burn_in(scenario))}"]
    sets += [f"events.{number}.at={PERIODS // 2}" for number, event in enumerate(scenario.events, 1) if event in events]
    sets += [f"strategies.{strategy}.events.{number}.{when}={time}" for strategy, plan in scenario.strategies.items()
             for number, event in enumerate(plan.events, 1) if event.at > PERIODS for when, time in (("at", PERIODS // 2),)]
    scenario = scenario.replace(sets)
    step = max(BUYERS // WATCHED, 1)
    return simulate(scenario, runs=2, watch=range(0, BUYERS, step), threads=1, keep_state=True)


@cache
def table(name):
    return period_table(small(name))


def test_the_scenarios_that_users_were_promised_are_shipped():
    assert EXPECTED <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_file_is_valid_for_editors(name):
    written = YAML(typ="safe", pure=True).load(shipped()[name])
    jsonschema.validate(json.loads(json.dumps(written)), json.loads(json.dumps(json_schema())))


@pytest.mark.parametrize("name", NAMES)
def test_file_says_whom_it_teaches_what_and_is_of_a_size_to_play_with(name):
    scenario = load(name)
    assert scenario.teaches and scenario.name != name
    assert 2 <= len(scenario.strategies) <= 4
    assert scenario.runs == 40
    assert 1000 <= scenario.market.buyers <= 5000
    assert scenario.baseline in scenario.strategies and scenario.focal in scenario.sellers


@pytest.mark.parametrize("name", NAMES)
def test_accounts_and_money_balance(name):
    check_accounts(table(name))
    check_money(table(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_buyer_has_at_most_one_supplier(name):
    periods = table(name)
    accounts = periods.groupby(["strategy", "run", "period", "buyer_type"], observed=True).accounts.sum()
    shares = {kind: buyers.share for kind, buyers in small(name).scenario.buyers.items()}
    most = accounts.index.get_level_values("buyer_type").map(shares).to_numpy(float) * BUYERS + 1
    assert (accounts.to_numpy() <= most).all()


@pytest.mark.parametrize("name", NAMES)
def test_probabilities_stay_between_nought_and_one(name):
    runs = small(name)
    sellers = len(runs.scenario.sellers)
    names = at.row_names(sellers)
    bounded = [at.TIE, at.RELATIONSHIP_ORIENTATION, at.PURCHASE_RATE, at.VOICE]
    bounded += [names.index(f"bond_{seller}") for seller in range(sellers)]
    for strategy in runs.strategies:
        for record in runs.records[strategy]:
            values = record.panel[1:, :, bounded]
            assert values.min() >= -TINY and values.max() <= 1 + TINY
            assert record.standing.min() >= -TINY and record.standing.max() <= 1 + TINY
            numbers = record.panel[1:, :, names.index("value_0"):names.index("history_0")]
            assert np.isfinite(numbers).all()


@pytest.mark.parametrize("name", NAMES)
def test_who_is_lost_for_good_never_returns(name):
    runs, periods = small(name), table(name)
    for kind, buyers in runs.scenario.buyers.items():
        if np.isinf(buyers.return_cost.mean()):
            assert periods[periods.buyer_type == kind].won_back.sum() == 0


@pytest.mark.parametrize("name", NAMES)
def test_contracts_hold(name):
    """A buyer under contract at the end of a period still has its supplier at the end of the next, unless it has left the market."""
    runs = small(name)
    for strategy in runs.strategies:
        for record in runs.records[strategy]:
            panel = record.panel if burn_in(runs.scenario) else record.panel[1:]
            supplier, until, entered = (np.ascontiguousarray(panel[..., row]).view(np.int32)
                                        for row in (at.INCUMBENT, at.AGREEMENT, at.ENTERED))
            first = burn_in(runs.scenario) - (1 if burn_in(runs.scenario) else 0)
            following = first + 1 + np.arange(len(panel) - 1)[:, None]          # the period that leads to each next row
            bound = (until[:-1] >> at.CONTRACT_SHIFT > following) & (supplier[:-1] >= 0) & (entered[1:] == entered[:-1])
            assert (supplier[1:] == supplier[:-1])[bound].all()


@pytest.mark.parametrize("name", [name for name in NAMES if any(b.share and b.contract.mean() > 6 for b in load(name).buyers.values())])
def test_contracts_are_under_way_where_they_are_long(name):
    runs = small(name)
    until = np.ascontiguousarray(runs.records[runs.strategies[0]][0].panel[..., at.AGREEMENT]).view(np.int32)
    assert (until[-1] >> at.CONTRACT_SHIFT > PERIODS + burn_in(runs.scenario)).any()


@pytest.mark.parametrize("name", NAMES)
def test_the_market_is_alive(name):
    """Most occasions end in a purchase, nobody has the whole market, and the focal seller has buyers."""
    runs, periods = small(name), table(name)
    lots, skipped = periods.lots.sum(), periods.skipped.sum()
    assert lots > 3 * skipped
    units = periods.groupby(["strategy", "seller"], observed=True).units.sum().unstack("seller")
    share = units.div(units.sum(axis=1), axis=0)
    assert (share[runs.scenario.focal] > 0.02).all()
    assert share.to_numpy().max() < 0.95


@pytest.mark.parametrize("name", NAMES)
def test_strategies_differ_in_what_they_lead_to(name):
    scenario, periods = small(name).scenario, table(name)
    profit = periods[periods.seller == scenario.focal].groupby("strategy", observed=True).profit.sum()
    assert profit.drop(scenario.baseline).ne(profit[scenario.baseline]).all()


@pytest.mark.parametrize(("name", "runs"), [("coffee", 6), ("subscription", 20), ("subscription_high_end", 20)])
def test_real_data_are_matched_cell_by_cell(name, runs):
    """Coffee: shares within 2 points, penetration within 4; subscription: survival within 2 points in years 1 to 7."""
    scenario = load(name)
    played = simulate(scenario, [scenario.baseline], runs=runs, threads=1, keep_state=True)
    cells = against_data(scenario, played)
    assert len(cells) == (12 if name == "coffee" else 7)
    assert cells.within.eq(True).all(), f"\n{cells.to_string()}"


def test_limits_of_the_shipped_data_are_those_promised():
    assert load("coffee").observed.within.model_dump(exclude_none=True) == {"share": 0.02, "penetration": 0.04}
    for name in WITH_DATA[1:]:
        assert load(name).observed.within.model_dump(exclude_none=True) == {"retention": 0.02}


def test_a_wrong_market_misses_the_data():
    """The bar can be failed: coffee without tastes, and subscribers who are all alike."""
    same = load("coffee", [f"sellers.{seller}.taste_shape=50" for seller in load("coffee").sellers])
    cells = against_data(same, simulate(same, ["as_is"], runs=2, threads=1, keep_state=True))
    assert not cells.within.all()
    alike = load("subscription", ["sellers.ours.taste_shape=63.1", "sellers.alternative.taste_shape=36.9"])
    assert not against_data(alike, simulate(alike, ["as_is"], runs=2, threads=1)).within.all()


def test_penetration_counts_who_bought_on_record_and_no_one_else():
    """Rare purchases from a single seller: the share of buyers with one at least is 1 − (1 − λ)^T, whatever was bought before."""
    market = static_market("sellers.rivals.count=1", "sellers.rivals.reach=0", "sellers.rivals.starting_share=0", "market.burn_in=30",
                           "market.periods=10", "market.buyers=20000", "buyers.lost_for_good.purchase_rate=0.1")
    runs = simulate(market, [STRATEGY], runs=1, threads=1, keep_state=True)
    found = penetrations(runs, STRATEGY, 0)
    exact = 1 - 0.9 ** 10
    assert abs(found[0] - exact) < 4 * (exact * (1 - exact) / 20_000) ** 0.5
    assert found[1] == 0
    assert repertoire_table(runs, STRATEGY).share.tolist() == [1, 0]


def test_penetration_is_taken_as_each_market_ends():
    """The bits that the final states say, without any of them being kept; and `against_data` reads either."""
    coffee = load("coffee", ["market.buyers=600", "market.burn_in=10"])
    states, measured = (simulate(coffee, ["as_is"], runs=2, threads=1, **how) for how in ({"keep_state": True}, {"measure": penetration}))
    for run in (0, 1):
        assert penetrations(states, "as_is", run).tobytes() == penetrations(measured, "as_is", run).tobytes()
    assert against_data(coffee, states).equals(against_data(coffee, measured))
    assert all(record.state is None for record in measured.records["as_is"])


def test_a_repertoire_keeps_no_state(tmp_path, monkeypatch):
    """`tenure run` of a scenario with a repertoire beside it: nothing of the buyers is kept, run after run."""
    asked, before = [], simulate
    monkeypatch.setattr("sim.runs.simulate", lambda *words, **options: asked.append(before(*words, **options)) or asked[-1])
    small = ["--set", "market.buyers=600", "--set", "market.burn_in=10", "--runs", "2", "--no-figures", "--quiet"]
    assert CliRunner().invoke(app, ["run", "coffee", *small, "--out", str(tmp_path / "study")]).exit_code == 0
    assert all(record.state is None and record.measured.shape == (6,) for record in asked[0].records["as_is"])


def test_retention_is_counted_in_years_whatever_the_period():
    """Turnover alone takes buyers away: 2% a month leaves 0.98^12 of them after a year."""
    market = load("default", ["market.turnover=0.02", "market.periods=24", "market.burn_in=0", "market.buyers=20000",
                              "sellers.ours.starting_share=1", "sellers.rivals.starting_share=0", "sellers.rivals.reach=0",
                              "buyers.lost_for_good.share=1", "buyers.intermediate.share=0", "buyers.always_a_share.share=0"])
    kept = retention_table(simulate(market, [STRATEGY], runs=1, threads=1), STRATEGY, "lost_for_good")
    assert len(kept) == 3 and kept[0] == 1
    for year in (1, 2):
        exact = 0.98 ** (12 * year)
        assert abs(kept[year] - exact) < 4 * (exact * (1 - exact) / 20_000) ** 0.5


def test_what_cannot_be_held_against_data_is_refused():
    plain = load("default", ["market.periods=2", "market.burn_in=0", "market.buyers=1000"])
    runs = simulate(plain, [STRATEGY], runs=1, threads=1)
    with pytest.raises(ValueError, match="names no observed data"):
        against_data(plain, runs)
    coffee = load("coffee", ["market.burn_in=0", "market.buyers=1000"])
    with pytest.raises(ValueError, match="keep_state"):
        against_data(coffee, simulate(coffee, ["as_is"], runs=1, threads=1))
    other = load("coffee", ["observed.kind=retention"])
    with pytest.raises(ValueError, match="lacks the column year"):
        against_data(other, runs)
