"""Wrong files and options, each with the exact message that a strategist gets to read."""

from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load

PARENT = """\
schema: 1
name: Trial
sellers: {ours: {}}
market: {turnover: 0.01}
"""


CASES = (Path(__file__).parent / "wrong_files.txt").read_text(encoding="utf-8").split("\n=== ")[1:]


def read_case(case: str) -> tuple[str, str, str]:
    """(what is wrong, the file, the message) of one case."""
    title, _, rest = case.partition("\n")
    text, _, expected = f"\n{rest}".partition("\n---\n")
    return title, text.removeprefix("\n") + "\n", expected.rstrip("\n")


# what is wrong: (the file, the message)
WRONG = {title: (text, expected) for title, text, expected in map(read_case, CASES)}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder of its own, with a file to extend."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "parent.yaml").write_text(PARENT, encoding="utf-8")
    return tmp_path


def message(name_or_path: str | Path, *sets: str) -> str:
    """What is said about a scenario that cannot be loaded."""
    with pytest.raises(ScenarioError) as caught:
        load(name_or_path, sets)
    return str(caught.value)


@pytest.mark.parametrize("fault", WRONG)
def test_wrong_file_says_what_is_wrong_and_where(fault: str, folder: Path) -> None:
    text, expected = WRONG[fault]
    (folder / "wrong.yaml").write_text(text, encoding="utf-8")
    assert message("wrong.yaml") == expected


def test_unknown_shipped_name() -> None:
    assert message("defualt") == "defualt: there is no shipped scenario of this name; did you mean 'default'?"


def test_missing_file(folder: Path) -> None:
    assert message("parents.yaml") == "parents.yaml: there is no such file; did you mean 'parent.yaml'?"
    assert message("no/where.yaml") == "no/where.yaml: there is no such file; there is no folder no either"


def test_empty_file(folder: Path) -> None:
    (folder / "wrong.yaml").write_bytes(b"")
    assert message("wrong.yaml") == "wrong.yaml: the file is empty; start it with 'schema: 1' and 'name: ...'"


def test_directory(folder: Path) -> None:
    (folder / "things.yaml").mkdir()
    assert message("things.yaml") == "things.yaml: this is a folder; name a scenario file in it"


def test_not_utf8(folder: Path) -> None:
    (folder / "wrong.yaml").write_bytes("schema: 1\nname: Größe\n".encode("latin-1"))
    assert message("wrong.yaml") == "wrong.yaml: the file is not UTF-8 (at byte 19); save it as UTF-8"


def test_control_character(folder: Path) -> None:
    (folder / "wrong.yaml").write_text("schema: 1\nname: a\x01b\n", encoding="utf-8")
    expected = "wrong.yaml: this is not valid YAML: special characters are not allowed (at character 18)"
    assert message("wrong.yaml") == expected


@pytest.mark.parametrize("text", ["a: " + "[" * 5000, "a: &a [*a]\n", "a: &a {b: *a}\n"])
def test_endless_nesting(text: str, folder: Path) -> None:
    (folder / "wrong.yaml").write_text(text, encoding="utf-8")
    expected = "wrong.yaml: the text is nested too deeply to be a scenario; write mappings of a few levels"
    assert message("wrong.yaml") == expected


def test_circle_of_two_files_is_named(folder: Path) -> None:
    (folder / "one.yaml").write_text("schema: 1\nname: One\nextends: two.yaml\n", encoding="utf-8")
    (folder / "two.yaml").write_text("schema: 1\nname: Two\nextends: one.yaml\n", encoding="utf-8")
    assert (
        message("one.yaml")
        == """\
two.yaml:3:10: extends: the files extend each other in a circle: one.yaml -> two.yaml -> one.yaml; cut it somewhere
    extends: one.yaml
             ^^^^^^^^"""
    )


OPTIONS = {
    "market.periods": """\
--set: write an option as path=value, for instance market.periods=60
    market.periods
    ^^^^^^^^^^^^^^""",
    "market.periods=0": """\
--set: market.periods: 0 is too low; give a value between 1 and 50000 (periods)
    market.periods=0
                   ^""",
    "market.perods=12": """\
--set: market.perods: 'perods' is unknown here; did you mean 'periods'?
    market.perods=12
           ^^^^^^""",
    "markets.periods=12": """\
--set: markets.periods: 'markets' is not something to set; did you mean 'market'?
    markets.periods=12
    ^^^^^^^""",
    "sellers.rival.price=90": """\
--set: sellers.rival.price: there is no seller 'rival'; did you mean 'rivals'? (to add one, write sellers.rival={...})
    sellers.rival.price=90
            ^^^^^""",
    "strategies.relationship.ours.level=proactve": """\
--set: strategies.relationship.ours.level: 'proactve' is not a level; did you mean 'proactive'?
    strategies.relationship.ours.level=proactve
                                       ^^^^^^^^""",
    "product.severity=1e400": """\
--set: product.severity: 1e400 is not a finite number (it is larger than a computer can hold)
    product.severity=1e400
                     ^^^^^""",
    "market.currency=[": """\
--set: this is not valid YAML: expected the node content, but found '<stream end>' (while parsing a flow node)
    market.currency=[
                     ^""",
    "events.1.at=3": """\
--set: events.1.at: there are no events to change; write events=[...] to add some
    events.1.at=3
    ^^^^^^""",
}


@pytest.mark.parametrize("option", OPTIONS)
def test_wrong_option_is_pointed_at(option: str) -> None:
    assert message("default", option) == OPTIONS[option]


def test_the_list_of_wrong_files_is_long() -> None:
    assert len(WRONG) >= 50


def test_all_problems_are_reported_together(folder: Path) -> None:
    text = "schema: 1\nname: Trial\nsellers: {ours: {price: -1}}\nproduct: {severity: 1e400}\n"
    (folder / "wrong.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load("wrong.yaml", ["runs=1", "seed=-1"])
    assert [problem.path for problem in caught.value.problems] == [
        "sellers.ours.price", "product.severity", "runs", "seed",
    ]  # fmt: skip
