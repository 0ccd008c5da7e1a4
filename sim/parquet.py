"""Tables on disk: Parquet, compressed with zstd, with their provenance in the file's own metadata."""
import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

KEY = b"tenure"
ROW_GROUP = 1 << 18       # rows of a table that are held and compressed together, where it is written piece by piece


def write_table(table: pd.DataFrame, path: Path, provenance: dict) -> None:
    """Write a table with where it comes from; the same table gives the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=False)
    metadata = (arrow.schema.metadata or {}) | {KEY: json.dumps(provenance, sort_keys=True).encode()}
    pq.write_table(arrow.replace_schema_metadata(metadata), path, compression="zstd")


def write_pieces(pieces: Iterable[pd.DataFrame], path: Path, provenance: dict) -> None:
    """Write a table that comes piece by piece, with where it comes from; no more of it is held than a group of rows and a piece.

    Pieces have the same columns. How the rows are cut into pieces does not show in the file: its groups of rows are always as large."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    writer, waiting = None, []
    try:
        for piece in pieces:
            arrow = pa.Table.from_pandas(piece, preserve_index=False)
            if writer is None:
                schema = _schema(arrow, provenance)
                writer = pq.ParquetWriter(path, schema, compression="zstd")
            waiting.append(arrow.replace_schema_metadata(schema.metadata))
            while sum(map(len, waiting)) >= ROW_GROUP:
                group = pa.concat_tables(waiting)
                writer.write_table(group.slice(0, ROW_GROUP).combine_chunks())
                waiting = [group.slice(ROW_GROUP)]
        if sum(map(len, waiting)):
            writer.write_table(pa.concat_tables(waiting).combine_chunks())
    finally:
        if writer is not None:
            writer.close()


def _schema(table, provenance: dict):
    """The schema of an Arrow table with where it comes from in its metadata; how many rows it has does not matter to it."""
    known = json.loads((table.schema.metadata or {}).get(b"pandas", b"{}")) | {"index_columns": []}
    return table.schema.with_metadata({b"pandas": json.dumps(known).encode(), KEY: json.dumps(provenance, sort_keys=True).encode()})


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
