"""Scenarios in words: explain, difference, new files, and the JSON Schema for editors."""

import re
import string
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from sim.scenario import LEVELS, Scenario, ScenarioError, load, shipped
from sim.scenario.words import difference, explain, explain_text, json_schema, new_file

DEFAULT = load("default")


def reloaded(text: str) -> Scenario:
    """The scenario of a file's text."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path)


def test_every_value_is_explained_with_a_meaning_and_a_source() -> None:
    rows = explain(DEFAULT)
    assert [row.path for row in rows if not row.meaning] == []
    assert [row.path for row in rows if not row.source or row.source == "catalogue.yaml"] == []
    assert len({row.path for row in rows}) == len(rows) > 200


def test_a_row_says_value_unit_origin_and_source() -> None:
    rows = {row.path: row for row in explain(DEFAULT.replace(["sellers.rivals.price=88"]))}
    switching = rows["buyers.lost_for_good.switching_cost"]
    assert switching.value == "lognormal, median 40, spread 0.4 (mean 43.33; draws are clipped to 0 or more)"
    assert (switching.unit, switching.origin) == ("money per unit", "catalogue")
    assert "Jackson 1985" in switching.source
    assert rows["sellers.rivals.price"].origin == "changed by --set sellers.rivals.price=88"
    assert rows["market.turnover"].origin == "default"
    assert re.fullmatch(r"changed in .*default\.yaml:\d+", rows["sellers.rivals.level"].origin)
    assert rows["sellers.ours.capacity.basic"].value == "unlimited"
    assert rows["strategies.transactional.ours.level"].value == "basic for every account"


def test_scaled_shares_are_said() -> None:
    rows = {row.path: row for row in explain(DEFAULT.replace(["buyers.lost_for_good.share=0.7"]))}
    assert "scaled so that the shares sum to one" in rows["buyers.intermediate.share"].meaning
    assert "scaled" not in rows["buyers.lost_for_good.share"].meaning


def test_explanation_is_grouped_by_section() -> None:
    for everything, most in ((True, 14), (False, 12)):
        text = explain_text(DEFAULT, everything)
        heads = [line for line in text.splitlines() if line and not line.startswith(" ")]
        assert heads[:5] == ["study", "market", "product", "behaviour", "buyers"]
        assert len(heads) <= most


def test_difference_shows_what_differs_and_only_that() -> None:
    other = DEFAULT.replace(["sellers.rivals.price=88", "events=[{at: 3, ours: {price: 80}}]"])
    assert difference(DEFAULT, DEFAULT) == []
    assert [tuple(row) for row in difference(DEFAULT, other)] == [
        ("sellers.rivals.price", "100", "88"),
        ("events", "none", ""),
        ("events.1.at", "", "3"),
        ("events.1.ours.price", "", "80"),
    ]


@pytest.mark.parametrize("name", shipped())
def test_new_file_loads_to_the_same_scenario(name: str) -> None:
    assert reloaded(new_file(name)).digest() == load(name).digest()


SETS = st.lists(
    st.one_of(
        st.floats(0, 1e6).map(lambda x: f"sellers.ours.price={x!r}"),
        st.floats(0, 1).map(lambda x: f"behaviour.bond_damage={x!r}"),
        st.floats(0.001, 0.99).map(lambda x: f"buyers.lost_for_good.share={x!r}"),
        st.sampled_from(["day", "week", "month", "quarter", "year"]).map(lambda x: f"market.period={x}"),
        st.sampled_from([*LEVELS, "segments_of_one", "{by_value: {basic: 0, partnership: 1e3}}"]).map(
            lambda x: f"strategies.relationship.ours.level={x}"
        ),
        st.tuples(st.floats(0.01, 1e3), st.floats(0, 10)).map(
            lambda x: f"buyers.intermediate.switching_cost={{lognormal: {{median: {x[0]!r}, spread: {x[1]!r}}}}}"
        ),
        st.integers(2, 30).map(lambda x: f"sellers.rivals.count={x}"),
        st.integers(1, 120).map(lambda x: f"events=[{{at: {x}, until: {x + 1}, note: 'a: b #', ours: {{reach: 0}}}}]"),
        st.just("listening.visits.detect=1"),
        st.just("sellers.ours.loyalty_discount.per_year=0.02"),
        st.just("sellers.ours.listening=[visits, surveys]"),
        st.text(string.ascii_letters + "'\"#:é\t", max_size=8).map(lambda x: "market.currency=" + _quoted(x)),
    ),
    max_size=5,
)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@settings(deadline=None, max_examples=25)
@given(SETS)
def test_new_file_keeps_whatever_was_changed(sets: list[str]) -> None:
    scenario = DEFAULT.replace(sets)
    again = reloaded(new_file(scenario))
    assert again.digest() == scenario.digest()
    assert [row for row in difference(scenario, again) if row.path != "teaches"] == []


@settings(deadline=None, max_examples=60)
@given(SETS, st.text(max_size=20), st.text(max_size=20))
def test_options_give_a_scenario_or_a_scenario_error(sets: list[str], path: str, value: str) -> None:
    try:
        assert len(DEFAULT.replace([*sets, f"market.{path}={value}"]).digest()) == 64
    except ScenarioError as error:
        assert str(error)


def test_json_schema_accepts_what_loads_and_refuses_what_does_not() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    reader = YAML(typ="safe")
    for path in shipped().values():
        assert list(validator.iter_errors(reader.load(path))) == []
        assert list(validator.iter_errors(reader.load(new_file(path)))) == []
    for wrong in ("schema: 2\nname: a", "schema: 1", "schema: 1\nname: a\nmarket: {periods: 0}",
                  "schema: 1\nname: a\nsellers: {ours: {level: basc}}", "schema: 1\nname: a\nmarkets: {}"):  # fmt: skip
        assert not validator.is_valid(reader.load(wrong))


def test_json_schema_shows_unit_bounds_and_source() -> None:
    price = json_schema()["properties"]["sellers"]["additionalProperties"]["anyOf"][0]["properties"]["price"]
    assert price["minimum"] == 0
    assert price["default"] == 100
    assert "money per unit" in price["description"]
    assert "MODEL 13" in price["description"]
