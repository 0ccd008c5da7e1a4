"""`tenure map`: what it says and writes, how it goes on, and how it refuses."""
import json

import pytest
from typer.testing import CliRunner

from sim.cli import app

SMALL = ["--set", "market.buyers=150", "--set", "market.periods=10", "--set", "market.burn_in=3", "--runs", "4"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*words):
    return CliRunner().invoke(app, ["map", *map(str, words)])


def test_a_map_says_where_what_pays_and_where_it_is(here):
    done = ask("default", *SMALL)
    words = " ".join(done.output.split())
    assert done.exit_code == 0 and "Of the whole map, " in words and "@ where the scenario stands" in words and "Unit cost, EUR" in words
    folder, = (here / "results").iterdir()
    assert folder.name.startswith("default_map_") and (folder / "figures/map.png").stat().st_size > 20_000
    assert {path.stem for path in folder.glob("*.parquet")} == {"points", "border", "regions", "failures"}
    assert json.loads((folder / "experiment.json").read_text())["answer"]["regions"]
    again = ask("default", *SMALL)
    assert again.exit_code == 0 and again.output == done.output


def test_json_and_quiet_are_all_there_is_to_read(here):
    done = CliRunner().invoke(app, ["map", "default", *SMALL, "-o", "out", "--json", "--no-figures"])
    answer = json.loads(done.stdout)
    assert done.stderr == "" and answer["results"] == "out" and answer["runs"] == 4 and not (here / "out/figures").exists()
    quiet = CliRunner().invoke(app, ["map", "default", *SMALL, "-o", "out", "--quiet", "--no-figures"])
    assert quiet.stderr == "" and quiet.stdout == answer["sentence"] + "\n"


def test_a_dry_run_says_points_runs_and_time_and_plays_nothing(here):
    words = " ".join(ask("default", *SMALL, "--dry-run").output.split())
    assert "10 points at first and at most 130, each 4 runs × 2 strategies: 80 to 1,040 markets, about" in words
    assert "profit is linear in it: two values are played" in words and list(here.iterdir()) == []
    answer = json.loads(ask("default", *SMALL, "--levels", "--x", "product.problem_rate", "--dry-run", "--json").output)
    assert answer["first_points"] == 25 and len(answer["strategies"]) == 5 and answer["x"] == "product.problem_rate=0..0.5"


def test_points_that_fail_are_told(here):
    done = ask("default", *SMALL, "--set", "buyers.intermediate.share=0.5", "--x", "buyers.lost_for_good.share=0.1..0.9", "-o", "out",
               "--points", "30")
    words = " ".join(done.output.split())
    assert done.exit_code == 0 and "points failed" in words and "the shares of buyer types" in words and "· not known" in words
    done = ask("default", *SMALL, "--set", "buyers.intermediate.share=0.5", "--x", "buyers.lost_for_good.share=0.6..0.9", "-o", "none")
    assert done.exit_code == 1 and "Too few points of the map could be played" in done.output and not (here / "none/figures").exists()


@pytest.mark.parametrize(("words", "messages"), [
    (["--x", "product.complexty=0.5..2", "--y", "sellers.ours.unit_cost=-5..95"],
     ["there is no 'complexty' in product; did you mean 'complexity'?", "-5 is too low; give a value of 0 or more"]),
    (["--x", "product.complexity=1"], ["is no range of a parameter; write PATH=LOW..HIGH"]),
    (["--y", "sellers.our.price"], ["there is no 'our' in sellers; did you mean 'ours'?"]),
    (["--strategies", "relationship"], ["there is nothing to compare with relationship; name another"]),
    (["--strategies", "relationships"], ["did you mean 'relationship'?"]),
    (["--levels", "--strategies", "relationship"], ["give one of the two"]),
    (["--points", "2"], ["--points"]),
])
def test_what_cannot_be_ends_in_exit_code_2(here, words, messages):
    done = ask("default", *words)
    assert done.exit_code == 2 and all(message in " ".join(done.output.split()) for message in messages) and list(here.iterdir()) == []


def test_the_folder_of_another_map_is_left_alone(here):
    assert ask("default", *SMALL, "-o", "out", "--no-figures").exit_code == 0
    other = ["default", *SMALL, "-o", "out", "--y", "product.complexity=0..2", "--no-figures"]
    done = ask(*other)
    assert done.exit_code == 2
    assert "out holds another experiment (y product.complexity=0..2.5 there, product.complexity=0..2 here)" in done.output
    assert ask(*other, "--force").exit_code == 0
