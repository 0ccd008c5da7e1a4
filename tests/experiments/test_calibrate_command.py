"""`tenure calibrate`: what it prints and writes, and what it refuses."""
import json
import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.scenario import load
from sim.scenario.shipped import shipped

COHORTS = shipped()["subscription"].parent / "data" / "sbg_retention_years_0_7.csv"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder with a table of survivors."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(COHORTS, tmp_path / "survivors.csv")
    return tmp_path


def ask(*words):
    return CliRunner().invoke(app, ["calibrate", *map(str, words)])


def test_a_table_becomes_a_market_with_tables_and_figures(here):
    found = ask("survivors.csv", "-o", "market.yaml", "--runs", 3)
    assert found.exit_code == 0, found.output
    assert "What they do not say" in found.output and "The scenario is: market.yaml" in found.output
    assert load(here / "market.yaml").baseline == "as_is" and load(here / "high_end.yaml").market.period == "year"
    folder = here / "results" / "market_calibrate"
    assert {"calibration.json", "estimates.csv", "fit_regular.parquet", "fit_high_end.parquet"} <= {path.name for path in folder.iterdir()}
    assert {path.name for path in (folder / "figures").iterdir()} == {"regular.png", "high_end.png"}
    assert len(pd.read_csv(folder / "fit_regular.csv")) == 13


def test_json_is_json_alone(here):
    found = ask("survivors.csv", "--json", "--runs", 2, "--no-figures")
    answer = json.loads(found.output)
    assert answer["kind"] == "retention" and answer["scenario"] == "survivors.yaml" and len(answer["estimates"]) == 4
    assert not (here / answer["results"] / "figures").exists()


def test_quiet_is_the_sentence_alone(here):
    found = ask("survivors.csv", "--quiet", "--runs", 2, "--no-figures")
    assert found.output.startswith("regular: 63% renew the first time") and found.output.count("\n") == 1


def test_nothing_is_replaced_unasked(here):
    words = "survivors.csv", "-o", "market.yaml", "--runs", 2, "--no-figures", "--quiet"
    assert ask(*words).exit_code == 0
    again = ask(*words)
    assert again.exit_code == 2 and "market.yaml is there already; use --force" in again.output
    assert ask(*words, "--force").exit_code == 0
    (here / "market.yaml").unlink()
    assert "holds files already" in ask(*words).output
    shutil.rmtree(here / "results")
    refused = ask(*words)
    assert refused.exit_code == 2 and "high_end.yaml is there already" in refused.output and not (here / "market.yaml").exists()


@pytest.mark.parametrize(("words", "message"), [
    (["nothing.csv"], "there is no file nothing.csv"), (["survivors.csv", "-o", "market.txt"], "end it in .yaml"),
    (["survivors.csv", "--kind", "retenion"], "did you mean 'retention'"),
    (["survivors.csv", "--column", "yeer=year"], "did you mean 'year'"),
    (["survivors.csv", "--column", "year"], "write ROLE=COL"), (["survivors.csv", "--customer", "yeer"], "there is no column 'yeer'"),
    (["survivors.csv", "--entry", "unseen"], "entered is nothing that data of the kind retention can be told")])
def test_wrong_use_is_a_sentence_and_writes_nothing(here, words, message):
    found = ask(*words)
    assert found.exit_code == 2 and message in found.output and "Traceback" not in found.output
    assert {path.name for path in here.iterdir()} == {"survivors.csv"}
