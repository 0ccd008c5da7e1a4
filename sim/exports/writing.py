"""Tables on disk as they come: CSV and Parquet side by side, a block of rows at a time, the same rows giving the same bytes."""
import json
from pathlib import Path

import numpy as np
import pandas as pd

from sim.parquet import KEY

FORMATS = ("csv", "parquet")
BLOCK = 250_000       # rows that are written together
MONEY_DECIMALS = 4    # of amounts in a log


class Writer:
    """One table, growing: `add` a frame, always with the same columns; used as a context."""

    def __init__(self, folder: Path, name: str, formats: tuple[str, ...], about: dict):
        self.paths = {form: folder / f"{name}.{form}" for form in formats}
        self.about, self.rows, self.waiting, self.held, self.open = about, 0, [], 0, {}

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *failure) -> None:
        try:
            if failure[0] is None:
                self._flush()
        finally:
            for each in self.open.values():
                each.close()

    def add(self, frame: pd.DataFrame) -> None:
        """Some more rows."""
        self.rows += len(frame)
        self.held += len(frame)
        self.waiting.append(frame)
        if self.held >= BLOCK:
            self._flush()

    def _flush(self) -> None:
        """Write what is waiting; the first time even where there are no rows, so that a table has its columns."""
        import pyarrow as pa

        if not self.waiting:
            return
        frames = [frame for frame in self.waiting if len(frame)] or self.waiting[:1]
        table = pa.Table.from_pandas(pd.concat(frames, ignore_index=True), preserve_index=False).replace_schema_metadata(
            {KEY: json.dumps(self.about, sort_keys=True).encode()})
        table = table.cast(pa.schema([field.with_type(pa.date32()) if pa.types.is_timestamp(field.type) else field
                                      for field in table.schema], table.schema.metadata))
        self.waiting, self.held = [], 0
        for form, path in self.paths.items():
            if form not in self.open:
                self.open[form] = opened(form, path, table.schema)
            self.open[form].write_table(plainer(table) if form == "csv" else table)


def opened(form: str, path: Path, schema):
    """A writer of pyarrow's."""
    import pyarrow.csv as comma
    import pyarrow.parquet as pq

    if form == "parquet":
        return pq.ParquetWriter(path, schema, compression="zstd")
    return comma.CSVWriter(path, plainer(schema.empty_table()).schema, write_options=comma.WriteOptions(quoting_style="needed"))


def plainer(table):
    """Categories as texts, truth values as 0 and 1, unknown numbers as nothing, as every reader of CSV takes them."""
    import pyarrow as pa
    import pyarrow.compute as compute

    columns = []
    for column in table.columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast(pa.string())
        elif pa.types.is_boolean(column.type):
            column = column.cast(pa.int8())
        elif pa.types.is_floating(column.type):
            column = compute.if_else(compute.is_nan(column), pa.scalar(None, column.type), column)
        columns.append(column)
    return pa.table(columns, names=table.column_names)


def money(values: np.ndarray) -> np.ndarray:
    """Money as a log has it: rounded, so that no digits of a float's making stand in a file."""
    return np.round(values, MONEY_DECIMALS)
