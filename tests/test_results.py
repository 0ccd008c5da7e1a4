"""Results on disk: complete, never half-done, never over something else, and playable again."""
import json

import numpy as np
import pytest

from sim.core.state import FIRST_HEARSAY
from sim.parquet import read_provenance, read_table, write_table
from sim.provenance import ledgers, receipt
from sim.results import NotResults, ResultsExist, read_record, verify, write
from sim.runs import simulate
from tests.everything import everything
from tests.lively import lively_comparison, lively_scenario

FILES = {"periods.parquet", "survival.parquet", "cohorts.parquet", "buyers.parquet", "answer.parquet", "why.parquet", "paths.parquet",
         "summary.parquet", "run.json",
         "channels.parquet", "channel_survival.parquet"}      # it advertises, so that buyers hear of sellers


SILENT = ("sellers.ours.advertising=0", "sellers.rivals.advertising=0")


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
    runs = simulate(lively_scenario("market.buyers=60", "market.periods=20", *SILENT), ["cheap"], runs=2, threads=1)
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


# --- beyond the dyad --------------------------------------------------------------------------------------------------------------------

SMALL = ("market.buyers=90", "market.periods=12")


@pytest.fixture(scope="module")
def beyond():
    return simulate(everything(*SMALL), ["answered"], runs=1, threads=1)


def test_what_lies_beyond_the_dyad_is_written_and_found_again(beyond, tmp_path):
    folder = write(beyond, tmp_path / "study")
    assert {"channels.parquet", "channel_survival.parquet", "course.parquet", "goodwill.parquet"} <= names(folder)
    assert verify(folder, threads=1) == []
    table = read_table(folder / "course.parquet")
    table.loc[40, "price"] += 0.5
    write_table(table, folder / "course.parquet", {})
    found = verify(folder, threads=1)
    assert len(found) == 1 and found[0].startswith("course.parquet: price at strategy answered, run 0, period 8, seller ours is 100.5")


@pytest.mark.parametrize("name", ["hearsay", "channel_endings", "channel_worth", "goodwill", "course"])
def test_every_array_beyond_the_dyad_bears_on_the_receipt(beyond, name):
    before, record = receipt(beyond), beyond.records["answered"][0]
    array = record.flows[..., FIRST_HEARSAY:] if name == "hearsay" else getattr(record, name)
    assert set(ledgers(beyond, "answered")[0]) == {"flows", "endings", "worth", "hearsay", "channel_endings", "channel_worth", "goodwill",
                                                   "course"}
    place = tuple(0 for _ in array.shape)
    kept, array[place] = array[place], array[place] + 1
    assert receipt(beyond) != before
    array[place] = kept
    assert receipt(beyond) == before


def test_the_receipt_of_a_market_of_dyads_is_over_its_dyads_alone():
    """No columns of what buyers hear, no course: so receipts printed before there was such a thing still hold."""
    runs = simulate(lively_scenario("market.buyers=60", "market.periods=20", *SILENT), ["cheap"], runs=1, threads=1)
    (one,) = ledgers(runs, "cheap")
    assert list(one) == ["flows", "endings", "worth"] and one["flows"].shape[-1] == FIRST_HEARSAY
    before = receipt(runs)
    runs.records["cheap"][0].flows = np.ascontiguousarray(runs.records["cheap"][0].flows[..., :FIRST_HEARSAY])
    assert receipt(runs) == before


def test_an_edge_list_travels_with_the_results(tmp_path, monkeypatch):
    """The network that a market was played on goes into the folder, so that it can be played again when the file is gone."""
    (tmp_path / "study").mkdir()
    links = "".join(f"{i},{(i * 7 + 1) % 90}\n" for i in range(90) if (i * 6 + 1) % 90)
    (tmp_path / "friends.csv").write_text(f"listener,speaker\n{links}")
    scenario = tmp_path / "mine.yaml"
    scenario.write_text("schema: 1\nname: Mine\nextends: default\nmarket: {buyers: 90, periods: 12}\nruns: 2\n"
                        "word_of_mouth: {network: file, file: friends.csv}\n")
    from sim.scenario import load

    folder = write(simulate(load(scenario), ["relationship"], threads=1), tmp_path / "study")
    assert "network.csv" in names(folder)
    (tmp_path / "friends.csv").unlink()
    monkeypatch.chdir(tmp_path)
    assert verify("study", threads=1) == []
    (folder / "network.csv").write_text("listener,speaker\n0,1\n")
    assert "its digest differs" in verify("study", threads=1)[0]


def test_results_of_an_older_model_are_judged_by_what_they_say(folder):
    """A table may have gained columns and ledgers since: those of the folder still have to agree."""
    record = read_record(folder)
    del record["tables"]
    record["model"] = "an older one"
    for one in (run for runs in record["receipts"].values() for run in runs):
        for name in ("hearsay", "channel_endings", "channel_worth"):
            del one[name]
    (folder / "run.json").write_text(json.dumps(record))
    table = read_table(folder / "periods.parquet")
    write_table(table.drop(columns=["aware", "budget_to_win"]), folder / "periods.parquet", {})
    assert verify(folder, threads=1) == []
    write_table(table.drop(columns="aware").assign(lots=table.lots + 1), folder / "periods.parquet", {})
    assert len(verify(folder, threads=1)) == 2
