"""Rows on disk: whole at any time, a few files, the same digest however they were cut; whatever stops the writing."""
import errno

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sim.experiments.sweep import plan_of, rows, store
from sim.experiments.sweep.rows import Digest, chunks, schema, settled, table
from sim.experiments.sweep.store import FINISHED, LEFT, Folder, Memory, OtherStudy
from sim.experiments.sweep.work import Played
from sim.outcomes import OUTCOMES
from tests.experiments.sweep.markets import tiny

RUNS = 7


@pytest.fixture(scope="module")
def plan():
    return plan_of(tiny())


def made_up(plan, failing=(), seed=0) -> list[Played]:
    """Pieces that nobody played, in some order: runs one by one, with nan here and there."""
    luck = np.random.default_rng(seed)
    values = luck.normal(size=(len(plan.points), RUNS, len(plan.strategies), len(OUTCOMES)))
    values[luck.random(values.shape) < 0.05] = np.nan
    pieces = []
    for point, run in np.ndindex(values.shape[:2]):
        failed = (point, run) in failing
        found = None if failed else values[point, run][:, None]
        pieces.append(Played(point, run, 1, found, f"reason {run}" if failed else None, "", (0, 0)))
    return [pieces[number] for number in np.random.default_rng(seed + 1).permutation(len(pieces))]


def kept(plan, folder, pieces, each=3) -> Folder:
    """A folder into which pieces were written, so many at a time."""
    found = Folder(plan, folder)
    for start in range(0, len(pieces), each):
        for one in pieces[start:start + each]:
            found.add(one)
        found.flush()
    return found


def memory(plan, pieces) -> Memory:
    found = Memory(plan)
    for one in pieces:
        found.add(one)
    return found


def test_rows_are_ordered_and_say_what_was_played(plan):
    pieces = made_up(plan)
    found = table(plan, pieces)
    assert found.schema == schema(plan) and len(found) == len(plan.points) * RUNS * 2
    assert found.column_names[:5] == ["point", "sellers.ours.price", "product.problem_rate", "strategy", "run"]
    frame = found.to_pandas()
    order = frame.assign(code=frame.strategy.map({name: code for code, name in enumerate(plan.strategies)}).astype(int))
    assert order[["point", "code", "run"]].apply(tuple, axis=1).is_monotonic_increasing
    one = next(piece for piece in pieces if piece.point == 4)
    row = frame[(frame.point == 4) & (frame.run == one.first) & (frame.strategy == "relationship")].iloc[0]
    assert row["sellers.ours.price"] == 105
    np.testing.assert_array_equal(row[list(OUTCOMES)].to_numpy(float), one.values[1, 0])


def test_parts_are_few_and_hold_everything(plan, tmp_path):
    pieces = made_up(plan)
    found = kept(plan, tmp_path, pieces, each=1)                       # 42 parts were written
    assert len(found.files()) <= 3 * 3 and not list(tmp_path.rglob("*.unfinished"))
    whole = pa.concat_tables(found.chunks())
    assert whole.equals(table(plan, pieces))


def test_the_digest_does_not_hang_on_how_rows_came(plan, tmp_path, monkeypatch):
    pieces = made_up(plan)
    expected = memory(plan, pieces).finish()
    assert memory(plan, pieces[::-1]).finish() == expected
    assert expected[1] == len(plan.points) * RUNS * 2
    monkeypatch.setattr(rows, "CHUNK", 10)
    monkeypatch.setattr(store, "ROWS_PER_FILE", 40)
    monkeypatch.setattr(store, "ROW_GROUP", 6)
    found = kept(plan, tmp_path, pieces)
    assert found.finish() == expected
    assert len(found.files()) >= 2 and all(pq.read_metadata(path).num_rows <= 40 for path in found.files())
    assert pa.concat_tables([pq.read_table(path) for path in found.files()]).cast(schema(plan)).equals(table(plan, pieces))
    assert found.finish() == expected                                  # and again
    other = made_up(plan)
    other[0].values[0, 0, 3] = 1.5
    assert memory(plan, other).finish() != expected


def test_rows_that_stand_twice_count_once(plan, tmp_path):
    pieces = made_up(plan)
    found = kept(plan, tmp_path, [*pieces, *pieces[:9]], each=4)
    assert found.finish() == memory(plan, pieces).finish()


def test_a_point_that_failed_is_one_row_whatever_else_was_played_of_it(plan, tmp_path):
    pieces = made_up(plan, failing={(2, 1), (2, 4), (5, 0)})
    few = [piece for piece in pieces if not (piece.point == 2 and piece.first in (3, 4)) and not (piece.point == 5 and piece.first > 2)]
    expected = memory(plan, pieces).finish()
    assert kept(plan, tmp_path, few).finish() == expected
    found = settled(plan, table(plan, pieces)).to_pandas()
    failed = found[found.failure.notna()]
    assert failed[["point", "run", "failure"]].to_numpy().tolist() == [[2, 1, "reason 1"], [5, 0, "reason 0"]]
    assert failed.strategy.isna().all() and failed.profit.isna().all() and len(found) == 2 + 4 * RUNS * 2


def test_what_was_written_is_found_again(plan, tmp_path):
    pieces = made_up(plan)
    kept(plan, tmp_path, pieces[:20])
    again = Folder(plan, tmp_path)
    for piece in pieces[20:]:
        again.add(piece)
    assert again.finish() == memory(plan, pieces).finish()


@pytest.mark.parametrize("moment", ["parts", "both", "neither", "exchanged"])
def test_whoever_is_killed_while_files_are_exchanged_loses_nothing(plan, tmp_path, moment):
    pieces = made_up(plan)
    kept(plan, tmp_path, pieces)
    runs, finished, left = tmp_path / "runs", tmp_path / FINISHED, tmp_path / LEFT
    if moment in ("both", "neither"):
        finished.mkdir()
        (finished / "rows-000001.parquet").write_bytes(b"half of it")
    if moment == "neither":
        runs.rename(left)
    if moment == "exchanged":
        left.mkdir()
    assert Folder(plan, tmp_path).finish() == memory(plan, pieces).finish()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["runs"]


def test_whoever_is_killed_while_parts_are_merged_leaves_nothing_twice(plan, tmp_path, monkeypatch):
    pieces = made_up(plan)
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "_merge", lambda self: None)
        found = kept(plan, tmp_path, pieces[:12])
    parts = {path.name: path.read_bytes() for path in found.files()}
    found._merge()
    assert len(found.files()) == 1
    for name, content in parts.items():
        (tmp_path / "runs" / name).write_bytes(content)
    (tmp_path / "runs" / ".part-00-000000009-000000009.parquet.unfinished").write_bytes(b"half")
    assert len(Folder(plan, tmp_path).files()) == 1
    assert not list((tmp_path / "runs").glob(".*"))


class FullDisk:
    """A disk that takes so many bytes in all, and no more."""

    def __init__(self, monkeypatch, room: int):
        self.room = room
        opened = store.whole

        def whole(path):
            context, disk = opened(path), self

            class Watched:
                def __enter__(self):
                    self.file = context.__enter__()
                    write = self.file.write

                    class File:
                        closed, mode = False, "wb"

                        def __getattr__(self, name):
                            return getattr(context_file, name)

                        def write(self, data):
                            disk.room -= len(data)
                            if disk.room < 0:
                                raise OSError(errno.ENOSPC, "No space left on device")
                            return write(data)

                        def writable(self):
                            return True

                    context_file = self.file
                    return File()

                def __exit__(self, *error):
                    return context.__exit__(*error)

            return Watched()

        monkeypatch.setattr(store, "whole", whole)


def test_a_full_disk_costs_what_was_not_yet_written(plan, tmp_path, monkeypatch):
    pieces = made_up(plan)
    with monkeypatch.context() as patch:
        FullDisk(patch, 40_000)
        with pytest.raises(OSError, match="No space left") as caught:
            kept(plan, tmp_path, pieces)
        assert caught.value.errno == errno.ENOSPC
    found = Folder(plan, tmp_path)
    there = pa.concat_tables(found.chunks())
    assert 0 < len(there) < len(table(plan, pieces)) and not list(tmp_path.rglob("*.unfinished"))
    for piece in pieces:
        found.add(piece)
    assert found.finish() == memory(plan, pieces).finish()


def test_rows_of_another_plan_are_not_mixed_in(plan, tmp_path):
    kept(plan, tmp_path, made_up(plan)[:3])
    with pytest.raises(OtherStudy, match="another sweep"):
        Folder(plan_of(tiny("seed=12")), tmp_path)


def test_chunks_cut_no_point_in_two(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(rows, "CHUNK", 30)
    found = kept(plan, tmp_path, made_up(plan))
    points = [set(part["point"].to_pylist()) for part in chunks(plan, found.files())]
    assert len(points) >= 2 and sum(map(len, points)) == len(set.union(*points)) == len(plan.points)
    digest = Digest(plan)
    for part in chunks(plan, found.files()):
        digest.add(part)
    assert digest.hexdigest() == memory(plan, made_up(plan)).finish()[0]
