"""`tenure sensitivity`: what it prints and leaves, how it goes on, and what it says to what cannot be."""
import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.sensitivity import choice

TINY = ["--set", "market.buyers=150", "--set", "market.periods=10", "--set", "market.burn_in=3"]
SMALL = [*TINY, "--points", "8", "--trajectories", "4"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*words):
    """Run the command within this process."""
    return CliRunner().invoke(app, ["sensitivity", *map(str, words)])


def test_a_study_and_the_same_again(here):
    first = ask("service_and_price", *SMALL, "-o", "out", "--second-order")
    assert first.exit_code == 0, first.output
    screen = " ".join(first.output.split())
    for words in ("of the variance in relationship's gain over", "Elementary effects on relationship's gain", "Price of ours",
                  "luck, within the figures above", "The design is small: intervals reach", "Results are in out", "two together"):
        assert words in screen
    assert {path.name for path in (here / "out" / "figures").iterdir()} >= {"indices.png", "effects.png"}
    tables = {path.stem for path in (here / "out").glob("*.parquet")}
    assert tables >= {"varies", "effects", "indices", "second", "points", "luck"}
    assert len(pd.read_parquet(here / "out" / "points.parquet")) == 8 * 12
    again = ask("service_and_price", *SMALL, "-o", "out", "--second-order", "--json", "--no-figures")
    answer, kept = json.loads(again.stdout), json.loads((here / "out" / "experiment.json").read_text())["answer"]
    assert answer == kept | {"results": "out"} and answer["baseline"] == "transactional" and len(answer["indices"]) == 5
    other = ask("service_and_price", *SMALL, "-o", "out")
    assert other.exit_code == 2 and "out holds another experiment (second_order True there, False here)" in other.output


def test_screening_of_another_outcome_without_notes(here):
    found = ask("default", *TINY, "--vary", "product.complexity=0.5..2:log", "--vary", "product.problem_rate=0.1..0.4",
                "--method", "morris", "--trajectories", 4, "--outcome", "retention", "--quiet", "--no-figures")
    assert found.exit_code == 0 and found.stdout.count("\n") == 1
    assert " moves relationship's retention most: by 0." in found.stdout
    assert len(list((here / "results").glob("default_sensitivity_*/effects.parquet"))) == 1


@pytest.mark.parametrize("words, said", [
    (["--vary", "product.complexty=1..2", "--vary", "product.delight=x..1"],
     "'product.delight=x..1': 'x' is no number; write PATH=LOW..HIGH, such as product.complexity=0.5..2\n"
     "'product.complexty=1..2': there is no 'complexty' in product; did you mean 'complexity'?\n"),
    (["--outcome", "gains"], "'gains' is not an outcome; did you mean 'gain'?\n"),
    (["--strategy", "relationships"], "'relationships' is not a strategy of Service and price; did you mean 'relationship'?\n"),
    (["--points", "100"], "100 points: Sobol's sequence is even only for a power of two; take 64 or 128\n"),
    (["--set", "buyers.intermediate.share=0.5", "--set", "buyers.always_a_share.share=0", "--vary", "buyers.lost_for_good.share=0.4..0.5",
      "--vary", "buyers.intermediate.share=0.4..0.5", "--vary", "buyers.always_a_share.share=0..0.1"],
     "some points of these ranges cannot be played, and indices can do without none; narrow the ranges\n"
     "  buyers.always_a_share.share: the shares of buyer types sum to 0.8, not to 1 (lost_for_good 0.4 + intermediate 0.4 + always_a_share "
     "0); change one of them\n")])
def test_what_cannot_be_asked(here, words, said):
    found = ask("service_and_price", *TINY, *words)
    assert found.exit_code == 2 and said in found.output and "Traceback" not in found.output
    assert not (here / "results").exists()


def test_an_outcome_that_points_do_not_have(here):
    """Where nobody is won, an account won has no worth."""
    two = ["--vary", "product.delight=1..2", "--vary", "product.severity=1..2", "--method", "sobol", "--points", 8]
    found = ask("default", *TINY, *two, "--outcome", "account_worth", "--set", "sellers.ours.quality=-1000")
    assert found.exit_code == 1
    assert "at 32 of 32 points there is no account_worth in some run, as where a seller has no accounts; choose another" in found.output


def test_points_that_turn_out_not_to_be_playable(here, monkeypatch):
    """Corners are looked at beforehand; should a point fail all the same, it is said, and nothing is filled in."""
    monkeypatch.setattr(choice, "playable", lambda *_: None)
    found = ask("default", *TINY, "--vary", "buyers.lost_for_good.share=0.3..0.8", "--vary", "buyers.intermediate.share=0.3..0.6",
                "--method", "sobol", "--points", 8)
    assert found.exit_code == 1 and " of 32 points could not be played, and indices can do without none: the first, " in found.output
    assert "the shares of buyer types sum to" in found.output and "Narrow the ranges" in found.output
