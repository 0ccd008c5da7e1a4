"""Results of any size: tables that come piece by piece are the same tables, and nothing is held whole that can be written in parts."""
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim import parquet, tables
from sim.cli import app
from sim.experiments.compare import compare
from sim.panel import buyer_table
from sim.parquet import read_table, write_pieces, write_table
from sim.population import evenly_spread
from sim.results import verify, write
from sim.runs import Runs, simulate
from tests.everything import everything_compared
from tests.lively import lively_comparison, lively_scenario

STUDIES = {"lively": lively_comparison, "everything": everything_compared}
NAMES = ("period", "survival", "cohort", "channel", "channel_survival", "course", "goodwill")


@pytest.fixture(params=STUDIES)
def runs(request):
    return STUDIES[request.param]().runs


def cut(monkeypatch, cells):
    """Tables are made so many cells at a time; 1: a run at a time."""
    monkeypatch.setattr(tables, "CELLS_AT_ONCE", cells)


# --- tables -----------------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("name", NAMES)
def test_pieces_make_up_the_whole_table(runs, name, monkeypatch):
    """Made run by run, two runs at a time, or all at once: the same rows, order, types and bits."""
    cells = (runs.scenario.market.periods + 1) * len(runs.scenario.buyers) * len(runs.scenario.sellers)
    made = []
    for some in (1, 2 * cells, 10**9):
        cut(monkeypatch, some)
        made.append((list(getattr(tables, f"{name}_tables")(runs)), getattr(tables, f"{name}_table")(runs)))
    (single, whole), (double, _), (at_once, _) = made
    strategies = len(runs.strategies)
    assert [len(single), len(double), len(at_once)] == [strategies * runs.runs, strategies * (runs.runs // 2), strategies]
    for pieces, table in made:
        pd.testing.assert_frame_equal(table, whole, check_exact=True)
        pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), whole, check_exact=True)


def test_a_run_keeps_its_number_in_a_part(runs):
    *_, last = runs.parts(1)
    assert last.first == runs.runs - 1 and last.runs == 1
    table = tables.period_table(runs)
    alike = table[table.run == last.first].reset_index(drop=True)
    pd.testing.assert_frame_equal(tables.period_table(last), alike, check_exact=True)
    buyers = buyer_table(runs)
    pd.testing.assert_frame_equal(buyer_table(last), buyers[buyers.run == last.first].reset_index(drop=True), check_exact=True)


def test_whether_anybody_hears_is_told_of_all_runs_together(monkeypatch):
    """A run in which nobody happened to hear of a seller has a number of buyers aware, as the others have, however the table is cut."""
    played = simulate(lively_scenario("market.buyers=60", "market.periods=20"), ["cheap"], runs=2, threads=1)
    played.records["cheap"][1].flows[..., tables.FIRST_HEARSAY:] = 0
    found = []
    for some in (1, 10**9):
        cut(monkeypatch, some)
        found.append(tables.period_table(played))
    assert found[0].aware.notna().all()
    pd.testing.assert_frame_equal(*found, check_exact=True)


# --- files ------------------------------------------------------------------------------------------------------------------------------

def test_a_study_written_in_pieces_is_the_study_written_whole(runs, tmp_path, monkeypatch):
    """The same files whatever the pieces; the values of every table are those of the table written whole."""
    for name, some in (("one", 1), ("all", 10**9)):
        cut(monkeypatch, some)
        write(runs, tmp_path / name, command="tenure")
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "all" / name).read_bytes()
    for name in NAMES:
        plural = {"period": "periods", "cohort": "cohorts", "channel": "channels"}.get(name, name)
        if f"{plural}.parquet" in files:
            whole = getattr(tables, f"{name}_table")(runs)
            write_table(whole, tmp_path / "whole.parquet", {})
            kept = read_table(tmp_path / "one" / f"{plural}.parquet")
            pd.testing.assert_frame_equal(kept, read_table(tmp_path / "whole.parquet"), check_exact=True)
            pd.testing.assert_frame_equal(kept, whole, check_exact=True)


def test_verify_looks_at_pieces_and_counts_in_all_of_them(tmp_path, monkeypatch):
    cut(monkeypatch, 1)
    played = simulate(lively_scenario("market.buyers=60", "market.periods=20"), ["cheap"], runs=3, threads=1)
    folder = write(played, tmp_path / "study")
    assert verify(folder, threads=1) == []
    table = read_table(folder / "periods.parquet")
    table.loc[100::100, "lots"] += 1
    write_table(table, folder / "periods.parquet", {})
    (found,) = verify(folder, threads=1)
    assert found.startswith("periods.parquet: lots at ") and found.endswith(f"(rows that differ: {len(table) // 100})")
    write_table(table.iloc[:-3], folder / "periods.parquet", {})
    assert verify(folder, threads=1) == [f"periods.parquet has {len(table) - 3:,} rows, played again {len(table):,}"]
    write_table(table.drop(columns="lots"), folder / "periods.parquet", {})
    assert "has the columns" in verify(folder, threads=1)[0]


@pytest.mark.parametrize("group", [3, 7, 1000])
def test_a_column_is_as_wide_as_its_widest_piece(tmp_path, monkeypatch, group):
    """Whole numbers take 32 bits where they fit: where those of a later piece do not, the file is as if all had been as wide."""
    monkeypatch.setattr(parquet, "ROW_GROUP", group)
    names = pd.Categorical(["a", "b", "a", "a", "b"], categories=["a", "b", "c"])
    narrow = pd.DataFrame({"name": names, "one": np.arange(5, dtype=np.int32), "other": np.arange(5, dtype=np.int32), "money": 0.5})
    wide = [narrow.assign(one=narrow.one.astype(np.int64) + 2**40), narrow.assign(other=narrow.other.astype(np.int64) - 2**40)]
    pieces = [narrow, narrow, wide[0], narrow, wide[1], narrow]
    whole = pd.concat(pieces, ignore_index=True)
    assert whole.one.dtype == whole.other.dtype == np.int64
    for name, some in (("pieces", pieces), ("whole", [whole])):
        write_pieces(some, tmp_path / name, {"seed": 7})
    pd.testing.assert_frame_equal(read_table(tmp_path / "pieces"), whole, check_exact=True)
    assert (tmp_path / "pieces").read_bytes() == (tmp_path / "whole").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"pieces", "whole"}


def test_tables_are_not_made_whole_to_be_written(tmp_path, monkeypatch):
    """What is handed over to be written is one run's table at a time."""
    cut(monkeypatch, 1)
    runs, pieces, before = lively_comparison().runs, [], parquet.Writer.add
    monkeypatch.setattr(parquet.Writer, "add", lambda self, piece: pieces.append(piece) or before(self, piece))
    write(Runs(runs.scenario, runs.seed, (), runs.records), tmp_path / "study")
    assert len(pieces) == 4 * 4 * 5                             # strategies, runs, tables
    assert all(piece.run.nunique() == piece.strategy.nunique() == 1 for piece in pieces)


# --- what is taken from a market as it ends ---------------------------------------------------------------------------------------------

@pytest.mark.parametrize("threads", [1, 2])
def test_a_measure_is_taken_from_every_market_as_it_ends(threads):
    """What the final states say, without keeping them."""
    def sum_of_states(market):
        return int(market.state.view(np.int32).sum(dtype=np.int64))

    scenario = lively_scenario("market.buyers=90", "market.periods=20")
    kept = simulate(scenario, ["cheap", "twin"], runs=3, threads=1, keep_state=True)
    found = simulate(scenario, ["cheap", "twin"], runs=3, threads=threads, measure=sum_of_states)
    for name in kept.strategies:
        for one, other in zip(kept.records[name], found.records[name], strict=True):
            assert one.measured is None and other.state is None and other.measured == sum_of_states(one)


# --- compare, and the command that asks it ----------------------------------------------------------------------------------------------

def test_compare_keeps_watched_buyers_on_the_disk(tmp_path):
    scenario = lively_scenario("market.buyers=60", "market.periods=20")
    one, other = (compare(scenario, ["cheap"], runs=2, watch=(0, 30, 59), threads=1, on_disk=where) for where in (None, tmp_path))
    assert one.answer() == other.answer() and not list(tmp_path.iterdir())
    pd.testing.assert_frame_equal(buyer_table(one.runs), buyer_table(other.runs), check_exact=True)


def test_the_command_asks_compare(tmp_path, monkeypatch):
    """One door: what the command plays is what `compare` plays."""
    asked = []
    before = compare
    monkeypatch.setattr("sim.experiments.compare.compare", lambda *words, **options: asked.append(options) or before(*words, **options))
    small = ["--set", "market.buyers=60", "--set", "market.periods=20", "--runs", "2", "--no-figures", "--quiet"]
    answer = CliRunner().invoke(app, ["compare", "default", *small, "--sample", "3", "--out", str(tmp_path / "study")])
    assert answer.exit_code == 0 and asked[0]["on_disk"] == tmp_path and asked[0]["watch"] == evenly_spread(60, 3)


def test_a_comparison_reckons_some_runs_at_a_time(monkeypatch):
    """However many at a time, not a bit of it moves."""
    found = []
    for some in (1, 3, 100):
        monkeypatch.setattr("sim.experiments.compare.RUNS_AT_ONCE", some)
        again = type(lively_comparison())(lively_comparison().runs, lively_comparison().baseline)
        found.append(again.answer())
        for name, side in again.sides.items():
            for figure, values in side.items():
                assert values.tobytes() == lively_comparison().sides[name][figure].tobytes()
    assert found[0] == found[1] == found[2]
