"""Results on disk: complete, never half-done, never over something else, and playable again."""
import json

import pytest

from sim.parquet import read_provenance, read_table, write_table
from sim.provenance import receipt
from sim.results import NotResults, ResultsExist, read_record, verify, write
from sim.runs import simulate
from tests.lively import lively_comparison, lively_scenario

FILES = {"periods.parquet", "survival.parquet", "cohorts.parquet", "buyers.parquet", "answer.parquet", "why.parquet", "run.json"}


@pytest.fixture
def folder(tmp_path):
    return write(lively_comparison(), tmp_path / "study", command="tenure run lively")


def names(folder):
    return {path.name for path in folder.iterdir()}


def test_everything_is_written_and_nothing_beside_it(folder):
    assert names(folder) == FILES and names(folder.parent) == {"study"}


def test_the_record_holds_all_it_takes(folder):
    record = read_record(folder)
    comparison = lively_comparison()
    assert record["digest"] == comparison.scenario.digest() and record["seed"] == 7 and record["runs"] == 4
    assert record["strategies"] == ["transactional", "relationship", "cheap", "twin"] and record["baseline"] == "transactional"
    assert record["command"] == "tenure run lively" and record["versions"]["numpy"] and record["scenario"]["market"]["buyers"] == 900
    assert record["answer"]["strategies"]["twin"]["verdict"] == "undecided" and record["receipt"] == receipt(comparison.runs)
    assert read_provenance(folder / "why.parquet")["digest"] == record["digest"]


def test_verify_finds_the_same_numbers(folder):
    assert verify(folder, threads=1) == []


def test_verify_names_the_ledger_that_differs(folder):
    record = read_record(folder)
    record["receipts"]["cheap"][2]["endings"] = "0" * 16
    (folder / "run.json").write_text(json.dumps(record))
    found = verify(folder, threads=1)
    assert len(found) == 1 and found[0].startswith("endings of strategy cheap, run 2 differ")


def test_verify_names_the_cell_that_differs(folder):
    table = read_table(folder / "periods.parquet")
    table.loc[500, "lots"] += 1
    table.loc[700, "revenue"] *= 1 + 1e-12                     # the last bits of money may differ
    write_table(table, folder / "periods.parquet", {})
    found, row = verify(folder, threads=1), table.loc[500]
    assert len(found) == 1
    assert f"periods.parquet: lots at strategy {row.strategy}, run {row.run}, period {row.period}" in found[0]


def test_verify_notices_another_scenario_and_a_missing_file(folder):
    record = read_record(folder)
    record["scenario"]["market"]["turnover"] = 0.03
    (folder / "run.json").write_text(json.dumps(record))
    (folder / "cohorts.parquet").unlink()
    found = " | ".join(verify(folder, threads=1))
    for words in ("its digest differs", "flows of strategy transactional, run 0 differ", "cohorts.parquet is missing"):
        assert words in found


def test_results_are_not_overwritten_unless_told(folder):
    with pytest.raises(ResultsExist, match="--force"):
        write(lively_comparison(), folder)
    before = (folder / "run.json").stat().st_mtime_ns
    write(lively_comparison(), folder, force=True)
    assert (folder / "run.json").stat().st_mtime_ns != before and names(folder.parent) == {"study"}


def test_a_folder_of_something_else_is_never_deleted(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(NotResults, match="not a folder of results"):
        write(lively_comparison(), tmp_path / "mine", force=True)
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


def test_nothing_half_done_is_left(tmp_path, monkeypatch):
    def full(*_):
        raise OSError("no space left")
    monkeypatch.setattr("sim.results.write_table", full)
    with pytest.raises(OSError, match="no space"):
        write(lively_comparison(), tmp_path / "study")
    assert not list(tmp_path.iterdir())


def test_runs_alone_can_be_written(tmp_path):
    runs = simulate(lively_scenario("market.buyers=60", "market.periods=20"), ["cheap"], runs=2, threads=1)
    folder = write(runs, tmp_path / "deep" / "study")
    assert names(folder) == {"periods.parquet", "survival.parquet", "cohorts.parquet", "run.json"} and verify(folder, threads=1) == []


@pytest.mark.parametrize("content", [None, "{", "[]", "{}"])
def test_what_is_no_record_is_said(tmp_path, content):
    if content is not None:
        (tmp_path / "run.json").write_text(content)
    with pytest.raises(NotResults):
        read_record(tmp_path)


def test_the_receipt_moves_with_one_count():
    runs = simulate(lively_scenario("market.buyers=60", "market.periods=20"), ["cheap"], runs=1, threads=1)
    before = receipt(runs)
    runs.records["cheap"][0].worth[0, 0, 0] += 1
    assert receipt(runs) != before
