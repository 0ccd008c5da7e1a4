"""Tables on disk: Parquet, compressed with zstd, with their provenance in the file's own metadata."""
import json
from pathlib import Path

import pandas as pd

KEY = b"tenure"


def write_table(table: pd.DataFrame, path: Path, provenance: dict) -> None:
    """Write a table with where it comes from; the same table gives the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrow = pa.Table.from_pandas(table, preserve_index=False)
    metadata = (arrow.schema.metadata or {}) | {KEY: json.dumps(provenance, sort_keys=True).encode()}
    pq.write_table(arrow.replace_schema_metadata(metadata), path, compression="zstd")


def read_table(path: Path) -> pd.DataFrame:
    """A table as it was written, categories included."""
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pandas()


def read_provenance(path: Path) -> dict:
    """Where a table comes from; ValueError where the file does not say (it is not one of ours)."""
    import pyarrow.parquet as pq

    metadata = pq.read_schema(path).metadata or {}
    if KEY not in metadata:
        raise ValueError(f"{path} does not say where it comes from; it was not written by Tenure")
    return json.loads(metadata[KEY])
