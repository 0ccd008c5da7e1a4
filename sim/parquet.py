"""Tables on disk: Parquet, compressed with zstd, with their provenance in the file's own metadata."""
import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

KEY = b"tenure"
ROW_GROUP = 1 << 16       # rows of a table that are held and compressed together, where it is written piece by piece: some 30 MB


def write_table(table: pd.DataFrame, path: Path, provenance: dict) -> None:
    """Write a table with where it comes from; the same table gives the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=False)
    metadata = (arrow.schema.metadata or {}) | {KEY: json.dumps(provenance, sort_keys=True).encode()}
    pq.write_table(arrow.replace_schema_metadata(metadata), path, compression="zstd")


def write_pieces(pieces: Iterable[pd.DataFrame], path: Path, provenance: dict) -> None:
    """Write a table that comes piece by piece, with where it comes from; no more of it is held than a group of rows and a piece.

    Pieces have the same columns. How the rows are cut into pieces does not show in the file: its groups of rows are always as large, and a
    column is as wide as its widest piece."""
    writer = Writer(path, provenance)
    try:
        for piece in pieces:
            writer.add(piece)
        writer.rest()
    finally:
        writer.close()


class Writer:
    """A table that is written as it comes, a group of rows at a time."""

    def __init__(self, path: Path, provenance: dict):
        self.path, self.provenance, self.file, self.like, self.waiting = path, provenance, None, None, []

    def add(self, piece: pd.DataFrame) -> None:
        """The next rows; those that fill a group go to the disk."""
        import pyarrow as pa

        if self.like is None:
            self._begin(piece.iloc[:0])
        if wide := _wider(self.like, piece):
            self._widen(wide)
        self.waiting.append(pa.Table.from_pandas(piece, self.file.schema, preserve_index=False))
        while sum(map(len, self.waiting)) >= ROW_GROUP:
            group = pa.concat_tables(self.waiting)
            self.file.write_table(group.slice(0, ROW_GROUP).combine_chunks())
            self.waiting = [group.slice(ROW_GROUP)]

    def rest(self) -> None:
        """What has not filled a group."""
        import pyarrow as pa

        if sum(map(len, self.waiting)):
            self.file.write_table(pa.concat_tables(self.waiting).combine_chunks())

    def close(self) -> None:
        """Nothing more comes."""
        if self.file is not None:
            self.file.close()

    def _begin(self, like: pd.DataFrame) -> None:
        """A file of such columns; like: no rows of them."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.like, schema = like, pa.Schema.from_pandas(like, preserve_index=False)
        about = schema.metadata | {KEY: json.dumps(self.provenance, sort_keys=True).encode()}
        self.file = pq.ParquetWriter(self.path, schema.with_metadata(about), compression="zstd")

    def _widen(self, wide: dict) -> None:
        """Begin again with wider columns, and what there is: it is as if all of it had been as wide."""
        import pyarrow as pa

        self.file.close()
        before, waiting = self.path.rename(self.path.with_suffix(".narrow")), self.waiting
        self._begin(self.like.astype(wide))
        for group in _groups(before):
            self.file.write_table(pa.Table.from_pandas(group, self.file.schema, preserve_index=False))
        self.waiting = [pa.Table.from_pandas(rows.to_pandas(), self.file.schema, preserve_index=False) for rows in waiting]
        before.unlink()


def _wider(like: pd.DataFrame, piece: pd.DataFrame) -> dict:
    """The numbers of a piece that are wider than what it is to be like: column -> type."""
    return {name: piece[name].dtype for name in piece
            if piece[name].dtype.kind in "iu" and piece[name].dtype.itemsize > like[name].dtype.itemsize}


def _groups(path: Path) -> Iterator[pd.DataFrame]:
    """The groups of rows of a table on disk."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for group in range(file.num_row_groups):
            yield file.read_row_group(group).to_pandas()


def read_table(path: Path) -> pd.DataFrame:
    """A table as it was written, categories included."""
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pandas()


class Reader:
    """A table on disk, read some rows at a time; no more of it is held than those and a group of rows. rows: how many it has."""

    def __init__(self, path: Path):
        import pyarrow.parquet as pq

        self.file, self.group, self.waiting = pq.ParquetFile(path), 0, []
        self.rows = self.file.metadata.num_rows

    def take(self, rows: int) -> pd.DataFrame:
        """The next so many rows, or what is left."""
        import pyarrow as pa

        while sum(map(len, self.waiting)) < rows and self.group < self.file.num_row_groups:
            self.waiting.append(self.file.read_row_group(self.group))
            self.group += 1
        found = pa.concat_tables(self.waiting) if self.waiting else self.file.schema_arrow.empty_table()
        self.waiting = [found.slice(rows)]
        return found.slice(0, rows).to_pandas()


def read_provenance(path: Path) -> dict:
    """Where a table comes from; ValueError where the file does not say (it is not one of ours)."""
    import pyarrow.parquet as pq

    metadata = pq.read_schema(path).metadata or {}
    if KEY not in metadata:
        raise ValueError(f"{path} does not say where it comes from; it was not written by Tenure")
    return json.loads(metadata[KEY])
