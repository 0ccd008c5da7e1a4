"""Buyers that are followed: on the disk as in memory, written piece by piece, and found again by `verify`."""
import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim import parquet
from sim.cli import app
from sim.panel import buyer_table, buyer_tables
from sim.parquet import Reader, read_provenance, read_table, write_pieces, write_table
from sim.population import evenly_spread
from sim.results import read_record, verify, write
from sim.runs import let_go, on_the_disk, simulate
from tests.lively import lively_scenario

WATCHED = range(0, 120, 7)
STRATEGIES = ["transactional", "relationship"]


def played(**how):
    return simulate(lively_scenario("market.buyers=120", "market.periods=20"), STRATEGIES, runs=3, watch=WATCHED, **how)


@pytest.fixture(scope="module")
def in_memory():
    return played(threads=1)


@pytest.mark.parametrize("threads", [1, 2])
def test_states_on_the_disk_are_those_in_memory(in_memory, tmp_path, threads):
    on_disk = played(threads=threads, on_disk=tmp_path)
    for name in STRATEGIES:
        for one, other in zip(in_memory.records[name], on_disk.records[name], strict=True):
            assert one.panel.any() and one.panel.tobytes() == other.panel.tobytes()
    assert not list(tmp_path.iterdir())                         # the files have no name


def test_a_large_market_is_followed_on_the_disk_too(tmp_path):
    scenario = lively_scenario("market.buyers=50000", "market.periods=16")
    one, other = (simulate(scenario, ["cheap"], runs=1, watch=(0, 49_999), threads=2, on_disk=where) for where in (None, tmp_path))
    assert one.records["cheap"][0].panel.tobytes() == other.records["cheap"][0].panel.tobytes()


def test_pages_come_back_after_they_were_let_go(tmp_path):
    values = on_the_disk((3, 5000), tmp_path)
    values[1] = np.arange(5000)
    let_go(values[1])
    let_go(np.zeros(3))                                         # nothing to do
    assert (values[1] == np.arange(5000)).all() and not values[0].any()


@pytest.mark.parametrize("rows", [1, 50, 137, 10_000])
def test_pieces_make_up_the_table(in_memory, rows):
    pieces = list(buyer_tables(in_memory, rows))
    assert max(map(len, pieces)) <= max(rows, len(WATCHED))
    pd.testing.assert_frame_equal(pd.concat(pieces, ignore_index=True), buyer_table(in_memory))


@pytest.mark.parametrize("group", [100, 1000, 1 << 18])
def test_how_a_table_is_cut_does_not_show_in_its_file(in_memory, tmp_path, monkeypatch, group):
    monkeypatch.setattr(parquet, "ROW_GROUP", group)
    for name, rows in (("fine", 40), ("coarse", 5000)):
        write_pieces(buyer_tables(in_memory, rows), tmp_path / name, {"seed": 7})
    assert (tmp_path / "fine").read_bytes() == (tmp_path / "coarse").read_bytes()
    assert read_provenance(tmp_path / "fine") == {"seed": 7}
    pd.testing.assert_frame_equal(read_table(tmp_path / "fine"), buyer_table(in_memory))


def test_a_table_is_read_some_rows_at_a_time(in_memory, tmp_path, monkeypatch):
    monkeypatch.setattr(parquet, "ROW_GROUP", 100)
    write_pieces(buyer_tables(in_memory), tmp_path / "buyers", {})
    reader, table = Reader(tmp_path / "buyers"), buyer_table(in_memory)
    assert reader.rows == len(table)
    taken = [reader.take(rows) for rows in (30, 250, len(table), 5)]
    assert [len(piece) for piece in taken] == [30, 250, len(table) - 280, 0]
    pd.testing.assert_frame_equal(pd.concat(taken[:3], ignore_index=True), table)


def test_verify_reads_the_followed_buyers_too(in_memory, tmp_path):
    folder = write(in_memory, tmp_path / "study")
    assert verify(folder, threads=1) == []
    table = read_table(folder / "buyers.parquet")
    table.loc[345, "lots"] += 1
    write_table(table, folder / "buyers.parquet", {})
    found, row = verify(folder, threads=1), table.loc[345]
    assert len(found) == 1 and f"buyers.parquet: lots at strategy {row.strategy}, run {row.run}, period {row.period}" in found[0]
    assert f"buyer {row.buyer}" in found[0]
    write_table(table.iloc[:-1], folder / "buyers.parquet", {})
    assert "buyers.parquet" in verify(folder, threads=1)[0]
    (folder / "buyers.parquet").unlink()
    assert verify(folder, threads=1) == ["buyers.parquet is missing"]


@pytest.mark.parametrize("buyers, number, found", [(5, 9, [0, 1, 2, 3, 4]), (100, 3, [0, 49, 99]), (7, 1, [0])])
def test_a_sample_is_spread_over_the_market(buyers, number, found):
    assert evenly_spread(buyers, number) == found


# --- the command line -------------------------------------------------------------------------------------------------------------------

SMALL = ["--set", "market.buyers=200", "--set", "market.periods=12", "--runs", "2", "--no-figures", "--quiet"]


def tenure(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize("command, strategies", [("run", 1), ("compare", 2)])
def test_a_command_follows_a_sample(tmp_path, command, strategies):
    assert tenure(command, "default", *SMALL, "--sample", 10, "--out", tmp_path / "study").exit_code == 0
    table = read_table(tmp_path / "study" / "buyers.parquet")
    assert sorted(table.buyer.unique()) == evenly_spread(200, 10) == read_record(tmp_path / "study")["watched"]
    assert len(table) == 10 * 2 * 13 * strategies               # buyers, runs, periods with the one before the record, strategies
    assert {path.name for path in tmp_path.iterdir()} == {"study"}


def test_a_sample_moves_no_number(tmp_path):
    for name, more in (("with", ["--sample", 7]), ("without", [])):
        assert tenure("compare", "default", *SMALL, *more, "--out", tmp_path / name).exit_code == 0
    assert read_record(tmp_path / "with")["receipt"] == read_record(tmp_path / "without")["receipt"]


def test_a_sample_larger_than_the_market_is_refused(tmp_path):
    answer = tenure("run", "default", *SMALL, "--sample", 201, "--out", tmp_path / "study")
    assert answer.exit_code == 2 and "more than the 200 buyers of this market" in answer.output and not list(tmp_path.iterdir())


def test_a_sample_larger_than_the_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("", (), {"free": 100_000}))
    answer = tenure("compare", "default", *SMALL, "--sample", 200, "--out", tmp_path / "study")
    assert answer.exit_code == 2 and "of disk on the way" in answer.output and "--sample 1" in answer.output
