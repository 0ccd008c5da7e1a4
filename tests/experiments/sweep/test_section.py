"""The section `sweep` of a scenario: what it says, what is refused and how, and that it is no part of the market."""
from pathlib import Path

import jsonschema
import pytest
from ruamel.yaml import YAML

from sim.scenario import ScenarioError, load
from sim.scenario.words import difference, explain, json_schema, new_file

HEAD = "schema: 1\nname: Trial\nextends: default\nsweep:\n"
SOUND = HEAD + """\
  design: sobol
  points: 16
  runs: 10
  strategies: [relationship]
  levers:
    sellers.ours.price: {values: [95, 100, 105]}
    strategies.relationship.ours.level: {values: [proactive, {lost_for_good: basic, intermediate: basic, always_a_share: basic}]}
  uncertainties:
    buyers.intermediate.share: {log_range: [0.1, 0.6], steps: 4}
    market.turnover: {normal: {mean: 0.005, spread: 0.001}}
    buyers.lost_for_good.switching_cost.lognormal.median: {range: [10, 50]}
"""
# what stands in the sweep: (the path that the message is about, the message)
WRONG = {
    "design: gird": ("sweep.design", "'gird' is not one of the choices; did you mean 'grid'?"),
    "pionts: 3": ("sweep.pionts", "'pionts' is unknown here; did you mean 'points'?"),
    "levers: {}": ("sweep", "the sweep varies nothing; name what under levers or uncertainties, such as sellers.ours.price"),
    "levers: [a]": ("sweep.levers", "a list stands where a mapping belongs, such as {sellers.ours.price: {values: [95, 100]}}"),
    "strategies: [relation]\n  levers: {product.delight: {values: [1]}}": (
        "sweep.strategies.1", "'relation' is not a strategy of this scenario; did you mean 'relationship'?"),
    "levers: {sellers.our.price: {values: [1]}}": ("sweep.levers.sellers.our.price", "there is no 'our' in sellers; did you mean 'ours'?"),
    "levers: {product.complexty: {values: [1]}}": (
        "sweep.levers.product.complexty", "there is no 'complexty' in product; did you mean 'complexity'?"),
    "levers: {produkt.complexity: {values: [1]}}": (
        "sweep.levers.produkt.complexity", "'produkt' is unknown here; did you mean 'product'?"),
    "levers: {strategies.relationship.ours.count: {values: [1]}}": (
        "sweep.levers.strategies.relationship.ours.count", "count holds for the whole run, in every strategy; vary it under sellers"),
    "levers: {market.period: {values: [month]}}": (
        "sweep.levers.market.period", "it cannot vary: every number per period would mean something else"),
    "levers: {events.2.at: {values: [3]}}": ("sweep.levers.events.2.at", "there is no '2' in events; there is none to choose from"),
    "levers: {sellers.ours.price: 95}": (
        "sweep.levers.sellers.ours.price", "the number 95 stands where values belong; write {values: [...]} or {range: [low, high]}"),
    "levers: {sellers.ours.price: {values: [95, -3]}}": (
        "sweep.levers.sellers.ours.price.values.2", "-3 is too low; give a value of 0 or more (money per unit)"),
    "levers: {sellers.ours.price: {values: [95, 95]}}": ("sweep.levers.sellers.ours.price.values.2", "95 stands twice; keep one of them"),
    "levers: {sellers.ours.price: {values: [95], range: [1, 2]}}": (
        "sweep.levers.sellers.ours.price.range", "range stands beside values; keep one of them"),
    "levers: {sellers.ours.price: {step: [95]}}": (
        "sweep.levers.sellers.ours.price.step",
        "'step' is unknown here; choose from values, range, log_range, normal, lognormal, gamma, beta, uniform"),
    "levers: {sellers.ours.price: {range: [95]}}": (
        "sweep.levers.sellers.ours.price.range", "a list stands where two numbers belong: range: [low, high]"),
    "levers: {sellers.ours.price: {range: [95, 90]}}": (
        "sweep.levers.sellers.ours.price.range.2", "90 is not above 95; give the lower first, then the higher"),
    "levers: {sellers.ours.price: {range: [1, 2], steps: 1}}": (
        "sweep.levers.sellers.ours.price.steps", "the number 1 stands where a whole number from 2 to 10000 belongs"),
    "levers: {sellers.ours.price: {log_range: [0, 90]}}": (
        "sweep.levers.sellers.ours.price.log_range.1", "0 has no logarithm; give a log_range two numbers above 0"),
    "levers: {sellers.ours.level: {values: [basc]}}": (
        "sweep.levers.sellers.ours.level.values.1", "'basc' is not a level; did you mean 'basic'?"),
    "levers: {market.buyers: {range: [100.5, 200]}}": (
        "sweep.levers.market.buyers.range.1",
        "the number 100.5 stands where a whole number belongs; give a value between 1 and 100000000 (buyers)"),
    "levers: {buyers.lost_for_good.switching_cost.lognormal.mdian: {values: [3]}}": (
        "sweep.levers.buyers.lost_for_good.switching_cost.lognormal.mdian.values.1",
        "'mdian' is unknown to a lognormal; did you mean 'median'?"),
    "levers: {product.delight: {normal: {mean: 3, spread: 1}}}": (
        "sweep.levers.product.delight",
        "a lever is chosen, not drawn; give it values, a range or a log_range, or put product.delight under uncertainties"),
    "uncertainties: {product.delight: {normal: {mean: 3, spread: 1}}}": (
        "sweep.uncertainties.product.delight",
        "a grid has no draws; give it values or a range, or choose latin_hypercube or sobol as the design"),
    "design: sobol\n  uncertainties: {market.turnover: {normal: {mean: 3, spread: 1}}}": (
        "sweep.uncertainties.market.turnover.normal.mean", "3 is too high; give a value between 0 and 1 (probability per period)"),
    "design: sobol\n  uncertainties: {market.turnover: {normal: {mean: 0.1}}}": (
        "sweep.uncertainties.market.turnover.normal", "the normal lacks its spread; write {normal: {mean: ..., spread: ...}}"),
    "levers: {product.delight: {values: [1]}}\n  uncertainties: {product.delight: {values: [2]}}": (
        "sweep.levers.product.delight", "product.delight is both a lever and an uncertainty; keep one of them"),
    "design: table": ("sweep.design", "a table needs a file of points; add file: points.csv"),
    "design: table\n  file: none.csv": (
        "sweep.file", "there is no file 'none.csv' beside the scenario; give its path from the scenario's folder"),
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder: Path, text: str) -> Path:
    (folder / "trial.yaml").write_text(text, encoding="utf-8")
    return folder / "trial.yaml"


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_at_its_place(text, here):
    with pytest.raises(ScenarioError) as caught:
        load(written(here, f"{HEAD}  {text}\n"))
    path, sentence = WRONG[text]
    found = [(problem.path, problem.sentence) for problem in caught.value.problems]
    assert (path, sentence) in found
    problem = caught.value.problems[found.index((path, sentence))]
    assert problem.place.line >= 4 and problem.place.source.name == "trial.yaml"


def test_everything_wrong_is_said_at_once(here):
    text = HEAD + "  levers:\n    sellers.ours.price: {values: [-1, -2]}\n    product.x: {values: [1]}\n  strategies: [a, b]\n"
    with pytest.raises(ScenarioError) as caught:
        load(written(here, text))
    assert len(caught.value.problems) == 5


def test_a_sweep_is_no_part_of_the_market(here):
    scenario = load(written(here, SOUND))
    assert scenario.digest() == load("default").digest()
    assert "sweep" not in scenario.as_dict()
    assert scenario.sweep.strategies == ("relationship",) and scenario.sweep.runs == 10
    kinds = {one.path: (one.kind, one.form) for one in scenario.sweep.varied}
    assert kinds["sellers.ours.price"] == ("lever", "values")
    assert kinds["market.turnover"] == ("uncertainty", "distribution")
    assert len(kinds) == 5


def test_no_sweep_is_none_and_runs_are_the_scenarios(here):
    assert load("default").sweep is None
    assert load(written(here, HEAD + "  levers: {product.delight: {values: [1, 2]}}\n")).sweep.runs == 40


def test_options_change_a_sweep(here):
    path = written(here, SOUND)
    scenario = load(path, ["sweep.points=4", "sweep.levers.sellers.ours.price={range: [1, 2]}",
                           "sweep.levers.product.delight={values: [1]}"])
    price = scenario.sweep.varied[0]
    assert (scenario.sweep.points, price.form, price.low, price.values) == (4, "range", 1, ())
    assert "product.delight" in [one.path for one in scenario.sweep.varied]


def test_what_extends_a_sweep_replaces_what_a_parameter_may_be(here):
    written(here, SOUND)
    (here / "child.yaml").write_text(
        "schema: 1\nname: Child\nextends: trial.yaml\nsweep: {levers: {sellers.ours.price: {range: [90, 91]}}}\n", encoding="utf-8")
    varied = load(here / "child.yaml").sweep.varied
    assert len(varied) == 5 and (varied[0].form, varied[0].low) == ("range", 90)


def test_values_by_path_are_as_good_as_options(here):
    scenario = load(written(here, SOUND))
    sets = ["sellers.ours.price=97.5", "buyers.lost_for_good.switching_cost.lognormal.median=12", "sellers.rivals.level=basic"]
    values = {"sellers.ours.price": 97.5, "buyers.lost_for_good.switching_cost.lognormal.median": 12, "sellers.rivals.level": "basic"}
    assert scenario.replace(values=values).digest() == scenario.replace(sets).digest() != scenario.digest()


def test_a_sweep_is_told_in_words_and_written_anew(here):
    scenario = load(written(here, SOUND))
    rows = {row.path: row for row in explain(scenario) if row.section == "sweep"}
    assert rows["sweep.levers.sellers.ours.price"].value == "95, 100, 105"
    assert rows["sweep.levers.sellers.ours.price"].origin == "changed in trial.yaml:10"
    assert rows["sweep.uncertainties.buyers.intermediate.share"].value == "0.1 to 0.6, evenly in the logarithm"
    assert rows["sweep.points"].value == "16" and all(row.meaning and row.source for row in rows.values())
    (here / "again.yaml").write_text(new_file(scenario), encoding="utf-8")
    again = load(here / "again.yaml")
    assert again.sweep == scenario.sweep
    assert [row for row in difference(scenario, again) if row.path != "teaches"] == []
    assert [row.path for row in difference(scenario, scenario.replace(["sweep.points=8"]))] == ["sweep.points"]


def test_editors_know_the_section(here):
    validator = jsonschema.Draft202012Validator(json_schema())
    reader = YAML(typ="safe")
    assert list(validator.iter_errors(reader.load(SOUND))) == []
    for wrong in ("design: gird", "levers: {product.delight: {values: 3}}", "levers: {product.delight: {normal: {mean: 1, spread: 1}}}"):
        assert not validator.is_valid(reader.load(f"{HEAD}  {wrong}\n"))


# --- a table of points -------------------------------------------------------------------------------------------------------

TABLE = HEAD + "  design: table\n  file: points.csv\n  levers: [sellers.ours.price]\n"


def test_a_table_has_its_points_row_by_row(here):
    (here / "points.csv").write_text(
        "point,product.problem_rate,sellers.ours.price,sellers.ours.level\n0,0.1,95,basic\n1,2e-1,100.5,"
        '"{lost_for_good: basic, intermediate: basic, always_a_share: basic}"\n', encoding="utf-8")
    sweep = load(written(here, TABLE)).sweep
    assert [(one.path, one.kind) for one in sweep.varied] == [
        ("sellers.ours.price", "lever"), ("product.problem_rate", "uncertainty"), ("sellers.ours.level", "uncertainty")]
    assert sweep.rows[0] == (95, 0.1, "basic") and sweep.rows[1][:2] == (100.5, 0.2) and sweep.rows[1][2]["intermediate"] == "basic"
    again = here / "again.yaml"
    again.write_text(new_file(here / "trial.yaml"), encoding="utf-8")
    assert load(again).sweep.rows == sweep.rows


def test_a_table_may_be_parquet(here):
    import pandas as pd

    pd.DataFrame({"sellers.ours.price": [95.0, 100.0]}).to_parquet(here / "points.parquet")
    assert load(written(here, TABLE.replace("csv", "parquet"))).sweep.rows == ((95.0,), (100.0,))


@pytest.mark.parametrize(("text", "sentence"), [
    ("", "points.csv holds no points"),
    ("sellers.ours.price\n", "points.csv holds no points"),
    ("sellers.ours.price,a\n1\n", "line 2: 1 cells stand under 2 columns"),
    ("sellers.ours.price,product.delight\n1,\n", "line 2: product.delight is empty"),
    ("sellers.ours.price,sellers.ours.price\n1,2\n", "has the column sellers.ours.price twice"),
    ("sellers.ours.price,product.deligt\n1,2\n", "column product.deligt: there is no 'deligt' in product; did you mean 'delight'?"),
    ("sellers.ours.price\n1\n-4\n", "line 3, sellers.ours.price: -4 is too low; give a value of 0 or more (money per unit)"),
    ("product.delight\n1\n", "has no column 'sellers.ours.price'"),
    ("sellers.ours.price\n{a\n", "is not a value"),
])
def test_a_wrong_table_says_where(here, text, sentence):
    (here / "points.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"points\.csv") as caught:
        load(written(here, TABLE))
    assert sentence in str(caught.value)


def test_many_wrong_cells_are_not_all_told(here):
    (here / "points.csv").write_text("sellers.ours.price\n" + "".join(f"-{number}\n" for number in range(1, 51)), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(written(here, TABLE))
    assert len(caught.value.problems) == 21 and "30 more cells are wrong" in str(caught.value)
