"""The command: what it refuses, and the answer key before the lesson."""

import json

import pytest
import typer
from typer.testing import CliRunner

from sim.classroom.sign import LETTERS, large
from sim.cli.classroom import class_
from tests.classroom.served import SMALL

app = typer.Typer(pretty_exceptions_enable=False)
app.command("class")(class_)


def ask(*words):
    return CliRunner().invoke(app, [*map(str, words)])


@pytest.mark.slow
def test_the_key_before_the_lesson():
    words = ("--key", *SMALL[:4], "--rounds", "1", "--teams", "2", "--rivals", "0", "--seed", "7")
    done = ask(*words, "--json")
    found = json.loads(done.output)
    assert done.exit_code == 0 and [room["others"] for room in found["key"]] == ["transactional", "relationship"]
    assert {"transactional", "relationship", "basic for all", "partnership for all"} <= {row["name"] for row in found["key"][0]["rows"]}
    assert ask(*words, "--json").output == done.output  # by seed: the same again
    told = " ".join(ask(*words).output.split())
    assert found["sentence"] in told and "when all others play relationship" in told


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--teams", 13), "a class has 2 to 12 teams, not 13\n"),
        (("--rivals", 3), "a class has 0 to 2 rivals, not 3\n"),
        (("--rounds", 99), "a class has 1 to 20 rounds, not 99\n"),
        (("--resume", "nowhere"), "nowhere holds no class (class.sqlite is missing); tenure class makes one\n"),
        (
            ("--resume", "nowhere", "--teams", 3),
            "--resume goes on with a class as it was begun; leave out the scenario and the other options",
        ),
        (("nosuch",), "nosuch: there is no shipped scenario of this name; choose from"),
        (("--set", "market.buyers=-1"), "market.buyers: -1 is too low"),
        (("commodity_freight", "--set", "sellers.rivals.answers.best_reply=true", "--key"), "looks ahead to the end of the market"),
    ],
)
def test_what_cannot_be_is_one_sentence(words, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = ask(*words)
    assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output
    assert list(tmp_path.iterdir()) == []


def test_large_letters_are_five_lines_of_one_width():
    assert all(len(rows) == 5 and len({len(row) for row in rows}) == 1 for rows in (ink.split("|") for ink in LETTERS.values()))
    assert large("1.") == ["   █", "  ██", "   █", "   █", "   █ █"]
