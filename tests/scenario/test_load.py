"""Loading: defaults, catalogue, options, extending, periods of another length, and the Scenario object."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario import LEVELS, Scenario, ScenarioError, load, shipped
from sim.scenario.distributions import read_distribution

HEAD = "schema: 1\nname: Trial\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write a scenario file (the head is added) and load it."""
    monkeypatch.chdir(tmp_path)

    def write_and_load(text: str, name: str = "trial.yaml", sets: tuple[str, ...] = ()) -> Scenario:
        (tmp_path / name).write_text(HEAD + text, encoding="utf-8")
        return load(name, sets)

    return write_and_load


@pytest.mark.parametrize("name", shipped())
def test_shipped_scenarios_load(name: str) -> None:
    scenario = load(name)
    assert scenario.slug == name
    assert sum(buyer_type.share for buyer_type in scenario.buyers.values()) == pytest.approx(1)
    assert scenario.baseline in scenario.strategies
    assert scenario.focal in scenario.sellers


def test_default_has_catalogue_and_defaults() -> None:
    scenario = load("default")
    assert list(scenario.buyers) == ["lost_for_good", "intermediate", "always_a_share"]
    assert list(scenario.levels) == list(LEVELS)
    assert scenario.groups == {"ours": ["ours"], "rivals": ["rivals_1", "rivals_2", "rivals_3"]}
    assert scenario.sellers["rivals_2"].starting_share == pytest.approx(0.25)
    assert scenario.buyers["lost_for_good"].return_cost.mean() == float("inf")
    assert scenario.origins["sellers.rivals_2.level"][0] == "file"
    assert scenario.origins["buyers.intermediate.lots"][0] == "catalogue"
    assert scenario.origins["market.periods"] == ("default", "")


def test_numbers_in_scientific_notation_and_infinity(write) -> None:
    scenario = write("sellers: {ours: {unit_cost: 1e-3, capacity: {partnership: 40}}}\n")
    assert scenario.sellers["ours"].unit_cost == 0.001
    assert scenario.sellers["ours"].capacity["partnership"] == 40
    assert scenario.sellers["ours"].capacity["basic"] == float("inf")


def test_a_scenario_without_strategies_runs_as_it_is(write) -> None:
    scenario = write("sellers: {ours: {}}\n")
    assert list(scenario.strategies) == ["as_is"] == [scenario.baseline]
    assert scenario.sellers_under("as_is", 1) == scenario.sellers


def test_extending_merges_mappings_and_replaces_distributions_levels_and_lists(write, tmp_path: Path) -> None:
    parent = (
        "sellers: {ours: {price: 90, level: {lost_for_good: basic, intermediate: basic, always_a_share: basic}}}\n"
        "buyers: {intermediate: {switching_cost: {normal: {mean: 9, spread: 1}}, lots: 3}}\n"
        "events: [{at: 2, ours: {price: 1}}]\n"
    )
    (tmp_path / "parent.yaml").write_text(HEAD + parent, encoding="utf-8")
    scenario = write(
        "extends: parent.yaml\nsellers: {ours: {level: proactive}}\n"
        "buyers: {intermediate: {switching_cost: {gamma: {mean: 5, shape: 2}}}}\nevents: [{at: 3, ours: {price: 2}}]\n"
    )
    assert scenario.sellers["ours"].price == 90
    assert scenario.sellers["ours"].level.plain() == "proactive"
    assert scenario.buyers["intermediate"].switching_cost.plain() == {"gamma": {"mean": 5, "shape": 2}}
    assert scenario.buyers["intermediate"].lots == 3
    assert [event.at for event in scenario.events] == [3]
    assert scenario.origins["sellers.ours.price"] == ("extends", "parent.yaml:3")


def test_options_reach_into_everything() -> None:
    scenario = load(
        "default",
        [
            "sellers.rivals.price=90",
            "strategies.relationship.ours.level=proactive",
            "buyers.lost_for_good.switching_cost.lognormal.median=55",
            "events=[{at: 3, ours: {price: 80}}]",
            "events.1.at=5",
        ],
    )
    assert scenario.sellers["rivals_3"].price == 90
    assert scenario.sellers_under("relationship", 1)["ours"].level.levels == ("proactive",)
    assert scenario.buyers["lost_for_good"].switching_cost.plain() == {"lognormal": {"median": 55, "spread": 0.4}}
    assert scenario.change_periods("transactional") == [1, 5]
    assert scenario.origins["sellers.rivals.price"] == ("option", "--set sellers.rivals.price=90")


def test_the_length_of_a_period_holds_for_options_in_any_order() -> None:
    sets = ["market.turnover=0.1", "buyers.lost_for_good.time_horizon.lognormal.spread=0.1", "market.period=year"]
    scenario = load("default", sets)
    assert scenario.market.turnover == 0.1
    assert scenario.buyers["lost_for_good"].time_horizon.plain() == {"lognormal": {"median": 5, "spread": 0.1}}
    assert scenario.digest() == load("default", sets[::-1]).digest()


def test_replace_is_load_with_more_options() -> None:
    both = load("default", ["market.periods=60", "seed=7"])
    assert load("default", ["market.periods=60"]).replace(["seed=7"]).digest() == both.digest()


def test_defaults_are_converted_to_the_period_and_statements_are_not(write) -> None:
    scenario = write("sellers: {ours: {}}\nmarket: {period: quarter}\nbehaviour: {bond_decay: 0.03}\n")
    assert scenario.behaviour.bond_decay == 0.03
    assert scenario.behaviour.tie_fade == pytest.approx(1 - 0.99**3)
    assert scenario.market.burn_in == 8
    assert scenario.market.periods == 120
    assert scenario.product.purchase_cycle == 1
    assert scenario.levels["partnership"].cost_per_account == 180
    assert scenario.levels["partnership"].setup_cost == 150
    assert scenario.buyers["lost_for_good"].time_horizon.plain() == {"lognormal": {"median": 20, "spread": 0.3}}


def test_shares_left_out_are_scaled_to_what_is_left(write) -> None:
    scenario = write("sellers: {ours: {}}\nbuyers: {lost_for_good: {share: 0.6}, always_a_share: {share: 0.1}}\n")
    assert scenario.buyers["intermediate"].share == pytest.approx(0.3)
    assert scenario.scaled_shares == ("intermediate",)


def test_custom_type_is_like_another_but_for_what_it_states(write) -> None:
    scenario = write(
        "sellers: {ours: {}}\n"
        "buyers:\n  intermediate: {lots: 3}\n  tenders: {like: intermediate, share: 0.2, voice: 1}\n"
    )
    assert list(scenario.buyers)[-1] == "tenders"
    assert scenario.buyers["tenders"].lots == 3
    assert scenario.buyers["tenders"].voice.mean() == 1
    assert scenario.buyers["lost_for_good"].share == pytest.approx(0.32)


def test_events_change_sellers_in_order_and_end(write) -> None:
    scenario = write(
        "sellers: {ours: {}, rivals: {count: 2, price: 95, loyalty_discount: {per_year: 0.01, most: 0.1}}}\n"
        "events:\n  - {at: 10, until: 20, rivals: {price: 88}}\n"
        "strategies:\n  dear: {ours: {price: 120}, events: [{at: 15, rivals_2: {price: 80}}]}\n"
        "  mild: {rivals: {loyalty_discount: {per_year: 0.02}, capacity: {basic: 5}}}\n"
    )
    prices = [{name: s.price for name, s in scenario.sellers_under("dear", t).items()} for t in (9, 10, 15, 20)]
    assert prices == [
        {"ours": 120, "rivals_1": 95, "rivals_2": 95},
        {"ours": 120, "rivals_1": 88, "rivals_2": 88},
        {"ours": 120, "rivals_1": 88, "rivals_2": 80},
        {"ours": 120, "rivals_1": 95, "rivals_2": 80},
    ]
    assert scenario.change_periods("dear") == [1, 10, 15, 20]
    mild = scenario.sellers_under("mild", 1)["rivals_1"]
    assert (mild.loyalty_discount.per_year, mild.loyalty_discount.most) == (0.02, 0.1)
    assert (mild.capacity["basic"], mild.capacity["reactive"]) == (5, float("inf"))


def test_starting_shares_left_out_split_the_rest(write) -> None:
    scenario = write("sellers: {ours: {starting_share: 0.4}, rivals: {count: 3}}\n")
    assert scenario.sellers["rivals_1"].starting_share == pytest.approx(0.2)


def test_level_plans(write) -> None:
    plans = {
        "proactive": ("uniform", ("proactive",), {}),
        "{by_value: {basic: 0, reactive: 9}}": ("by_value", ("basic", "reactive"), {"basic": 0, "reactive": 9}),
        "segments_of_one": ("segments_of_one", LEVELS, {}),
        "{segments_of_one: [partnership, basic]}": ("segments_of_one", ("basic", "partnership"), {}),
    }  # fmt: skip
    for text, expected in plans.items():
        plan = write(f"sellers: {{ours: {{level: {text}}}}}\n").sellers["ours"].level
        assert (plan.targeting, plan.levels, plan.table) == expected


def test_digest_ignores_names_and_notes_but_no_number(write) -> None:
    plain = write("sellers: {ours: {}}\nevents: [{at: 2, ours: {price: 3}}]\n")
    noted = write("teaches: much\nsellers: {ours: {}}\nevents: [{at: 2, note: sale, ours: {price: 3}}]\n")
    assert noted.digest() == plain.digest()
    assert noted.replace(["sellers.ours.price=100.0"]).digest() == plain.digest()
    assert noted.replace(["sellers.ours.price=100.5"]).digest() != plain.digest()


def test_a_scenario_is_frozen_and_travels_between_processes() -> None:
    scenario = load("default")
    with pytest.raises(AttributeError):
        scenario.runs = 3
    with pytest.raises(ValueError, match="frozen"):
        scenario.market.periods = 3
    assert pickle.loads(pickle.dumps(scenario)).digest() == scenario.digest()
    assert Scenario.load("default").digest() == scenario.digest()


def test_the_error_travels_between_processes() -> None:
    with pytest.raises(ScenarioError) as caught:
        load("defualt")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_data_files_are_found_beside_the_scenario(write, tmp_path: Path) -> None:
    (tmp_path / "brands.csv").write_text("brand,share\n", encoding="utf-8")
    scenario = write("sellers: {ours: {}}\ndata: [{file: brands.csv, source: a panel, licence: CC0-1.0}]\n")
    assert scenario.files["brands.csv"].is_file()


FORMS = [
    3,
    {"normal": {"mean": 3, "spread": 2}},
    {"lognormal": {"median": 3, "spread": 0.5}},
    {"gamma": {"mean": 3, "shape": 2}},
    {"beta": {"a": 2, "b": 3}},
    {"uniform": {"low": 1, "high": 4}},
]


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_quantiles_have_the_mean_that_is_said(form) -> None:
    spread = read_distribution(form)
    u = (np.arange(200_000) + 0.5) / 200_000
    drawn = spread.quantile(u)
    assert drawn.dtype == np.float64
    assert drawn.shape == u.shape
    assert drawn.mean() == pytest.approx(spread.mean(), rel=1e-3)


@given(st.sampled_from(FORMS), st.floats(0.1, 10))
def test_a_change_of_unit_scales_the_quantiles(form, factor: float) -> None:
    spread = read_distribution(form)
    if spread.form == "beta":
        return
    u = np.array([0.1, 0.5, 0.9])
    np.testing.assert_allclose(spread.scaled(factor).quantile(u), factor * spread.quantile(u))


def test_import_is_light() -> None:
    heavy = "('scipy', 'numpy', 'pandas', 'numba', 'mesa')"
    code = f"import sim.scenario, sys; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
