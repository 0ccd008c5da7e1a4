"""Where the rows of a sweep are kept: a folder of a few Parquet files, or memory.

In a folder, rows are written as they come, every few seconds, as a part: under a temporary name, forced to the disk, then renamed. So what
stands there is whole at any time, can be read while the sweep runs, and a process that is killed loses what it had not yet written, no
more. Parts are merged as they become many. At the end the rows are put in order, in files of bounded size, and the folder of parts is
exchanged for that of the ordered files; whoever is killed in between finds one of the two.
"""
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from sim.experiments.sweep.plan import Plan
from sim.experiments.sweep.rows import Digest, chunks, schema, settled, table
from sim.experiments.sweep.work import Played
from sim.parquet import KEY

RUNS = "runs"                                   # the folder of the rows; beside it, while the sweep ends:
FINISHED, LEFT = ".runs.finished", ".runs.left"
EVERY = 2.0                                     # seconds between two parts
MOST_WAITING = 20_000                           # rows that wait to be written
TOGETHER = 4                                    # so many parts of a level become one of the next
ROWS_PER_FILE = 1_000_000
ROW_GROUP = 16_384


class OtherStudy(Exception):  # noqa: N818 - named for what was found
    """A folder holds something else than the sweep that is asked for; the message says what, and what to do."""


class Memory:
    """Rows that are kept in memory."""

    def __init__(self, plan: Plan):
        self.plan, self.played = plan, []

    def add(self, played: Played) -> None:
        """Keep a piece."""
        self.played.append(played)

    def flush(self, at_once: bool = True) -> None:
        """Nothing waits to be written."""

    def chunks(self) -> Iterator[pa.Table]:
        """All rows, ordered."""
        if self.played:
            yield table(self.plan, self.played)

    def finish(self) -> tuple[str, int]:
        """(digest, how many) of the rows."""
        digest = Digest(self.plan)
        for rows in self.chunks():
            digest.add(settled(self.plan, rows))
        return digest.hexdigest(), digest.rows


class Folder:
    """Rows that are kept in a folder of Parquet files."""

    def __init__(self, plan: Plan, folder: Path):
        self.plan, self.folder, self.waiting, self.rows_waiting = plan, folder / RUNS, [], 0
        self.written = time.monotonic()
        _recover(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._tidy()

    def files(self) -> list[Path]:
        """The files that hold the rows, in the order in which they were written."""
        return sorted(self.folder.glob("*.parquet"), key=lambda path: (_numbers(path)[1:], path.name))

    def add(self, played: Played) -> None:
        """Keep a piece, to be written with others."""
        self.waiting.append(played)
        self.rows_waiting += played.runs * len(self.plan.strategies)

    def flush(self, at_once: bool = True) -> None:
        """Write what waits, where it is time to (or at once)."""
        due = at_once or time.monotonic() - self.written >= EVERY or self.rows_waiting >= MOST_WAITING
        if not (due and self.waiting):
            return
        number = max((_numbers(path)[2] for path in self.files()), default=0) + 1
        self._write(table(self.plan, self.waiting), _part(self.folder, 0, number, number))
        self.waiting, self.rows_waiting, self.written = [], 0, time.monotonic()
        self._merge()

    def chunks(self) -> Iterator[pa.Table]:
        """All rows that are written, ordered, so many at a time."""
        return chunks(self.plan, self.files())

    def finish(self) -> tuple[str, int]:
        """Put the rows in order; returns (digest, how many)."""
        self.flush()
        finished = self.folder.with_name(FINISHED)
        shutil.rmtree(finished, ignore_errors=True)
        finished.mkdir()
        try:
            digest = Digest(self.plan)
            with Writer(self.plan, finished) as writer:
                for rows in self.chunks():
                    rows = settled(self.plan, rows)
                    digest.add(rows)
                    writer.add(rows)
        except BaseException:
            shutil.rmtree(finished, ignore_errors=True)
            raise
        left = self.folder.with_name(LEFT)
        os.rename(self.folder, left)
        os.rename(finished, self.folder)
        sync_folder(self.folder.parent)
        shutil.rmtree(left, ignore_errors=True)
        return digest.hexdigest(), digest.rows

    def _write(self, rows: pa.Table, path: Path) -> None:
        """One file, whole or not at all."""
        with whole(path) as file:
            pq.write_table(rows.replace_schema_metadata(_about(self.plan)), file, compression="zstd", row_group_size=ROW_GROUP)

    def _merge(self) -> None:
        """Merge the last parts while so many of them are of one level."""
        while True:
            last = self.files()[-TOGETHER:]
            level, first, _ = _numbers(last[0])
            alike = len(last) == TOGETHER and all(_numbers(path)[0] == level for path in last)
            if not alike or sum(pq.read_metadata(path).num_rows for path in last) > ROWS_PER_FILE:
                return
            merged = _part(self.folder, level + 1, first, _numbers(last[-1])[2])
            with whole(merged) as file, pq.ParquetWriter(file, _schema(self.plan), compression="zstd") as writer:
                for rows in chunks(self.plan, last):
                    writer.write_table(rows, row_group_size=ROW_GROUP)
            for path in last:
                path.unlink()

    def _tidy(self) -> None:
        """Clear away what a process that was killed left behind: half-written files, and parts that stand in a merged one already."""
        for path in self.folder.glob(".*.unfinished"):
            path.unlink()
        held = [_numbers(path) for path in self.files()]
        for path in self.files():
            level, first, last = _numbers(path)
            if any(other[0] > level and other[1] <= first and last <= other[2] for other in held):
                path.unlink()
        for path in self.files():
            if pq.read_schema(path).metadata.get(KEY) != _about(self.plan)[KEY]:
                raise OtherStudy(f"{path} holds rows of another sweep; choose another folder")


class Writer:
    """Writes ordered rows to files of bounded size."""

    def __init__(self, plan: Plan, folder: Path):
        self.plan, self.folder, self.number, self.rows, self.open = plan, folder, 0, 0, None

    def __enter__(self) -> "Writer":
        return self

    def add(self, rows: pa.Table) -> None:
        """Write more rows, to the next file where this one is full."""
        if self.open is None or self.rows + len(rows) > ROWS_PER_FILE:
            self._close()
            self.number, self.rows = self.number + 1, 0
            self.file = (self.folder / f"rows-{self.number:06}.parquet").open("wb")
            self.open = pq.ParquetWriter(self.file, _schema(self.plan), compression="zstd")
        self.open.write_table(rows, row_group_size=ROW_GROUP)
        self.rows += len(rows)

    def _close(self) -> None:
        if self.open is not None:
            self.open.close()
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()

    def __exit__(self, kind, error, trace) -> None:
        if kind is None:
            self._close()
            sync_folder(self.folder)
        elif self.open is not None:
            self.file.close()


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when it is whole: written under another name, forced to the disk, renamed."""
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
        sync_folder(path.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def write_json(path: Path, record: dict) -> None:
    """Write a record, whole or not at all."""
    with whole(path) as file:
        file.write((json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode())


def cleared(folder: Path) -> None:
    """Empty a folder, but for its lock."""
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.endswith(".lock"):
            path.unlink()


def sync_folder(folder: Path) -> None:
    """Force the names in a folder to the disk, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _recover(folder: Path) -> None:
    """Put back what a process left that was killed while it exchanged parts for ordered files."""
    runs, finished, left = (folder / name for name in (RUNS, FINISHED, LEFT))
    if left.is_dir() and not runs.is_dir():
        os.rename(left, runs)
    shutil.rmtree(finished, ignore_errors=True)
    shutil.rmtree(left, ignore_errors=True)


def _part(folder: Path, level: int, first: int, last: int) -> Path:
    """A part: how often it was merged, and which of the parts as first written it holds."""
    return folder / f"part-{level:02}-{first:09}-{last:09}.parquet"


def _numbers(path: Path) -> tuple[int, int, int]:
    """(level, first, last) of a part; ordered files are of no level, and come before all parts."""
    words = path.stem.split("-")
    return (int(words[1]), int(words[2]), int(words[3])) if words[0] == "part" else (99, 0, 0)


def _about(plan: Plan) -> dict[bytes, bytes]:
    """What a file says of itself."""
    return {KEY: f'{{"plan": "{plan.digest}"}}'.encode()}


def _schema(plan: Plan) -> pa.Schema:
    return schema(plan).with_metadata(_about(plan))
