"""What was played as rows: one for each market, with its parameters, and one for each point that failed; and the digest of all of them."""
import hashlib
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.experiments.sweep.plan import Plan
from sim.experiments.sweep.work import Played

CHUNK = 200_000            # rows that are in memory at a time


def schema(plan: Plan) -> pa.Schema:
    """The columns of the rows: point, the parameters by their paths, strategy, run, the plan's outcomes, failure."""
    kinds = {"b": pa.bool_(), "i": pa.int64(), "f": pa.float64(), "O": pa.string()}
    parameters = [(path, kinds[plan.points[path].to_numpy().dtype.kind]) for path in plan.parameters]
    return pa.schema([("point", pa.int32()), *parameters, ("strategy", pa.dictionary(pa.int32(), pa.string())), ("run", pa.int32()),
                      *((name, pa.float64()) for name in plan.outcomes), ("failure", pa.string())])


def table(plan: Plan, played: Iterable[Played]) -> pa.Table:
    """Pieces as rows, by point, strategy and run. A piece that failed is one row, with its first run and the reason, and no strategy."""
    played, many = list(played), len(plan.strategies)
    sizes = [1 if one.values is None else many * one.runs for one in played]
    point = np.repeat([one.point for one in played], sizes).astype(np.int32)
    code = _joined([[-1] if one.values is None else np.repeat(np.arange(many), one.runs) for one in played])
    run = _joined([[one.first] if one.values is None else np.tile(np.arange(one.first, one.first + one.runs), many) for one in played])
    width = len(plan.outcomes)
    nothing = np.full((1, width), np.nan)
    values = np.concatenate([nothing if one.values is None else one.values.reshape(-1, width) for one in played])
    reasons = [one.failure for one, size in zip(played, sizes, strict=True) for _ in range(size)]
    columns = {"point": point, "strategy": pa.DictionaryArray.from_arrays(pa.array(code, mask=code < 0), pa.array(plan.strategies)),
               "run": run, "failure": pa.array(reasons, pa.string())}
    columns |= {path: plan.points[path].to_numpy()[point] for path in plan.parameters}
    columns |= {name: pa.array(values[:, number], mask=np.isnan(values[:, number])) for number, name in enumerate(plan.outcomes)}
    wanted = schema(plan)
    return ordered(plan, pa.table({name: columns[name] for name in wanted.names}, schema=wanted))


def _joined(parts: list) -> np.ndarray:
    return np.concatenate(parts).astype(np.int32)


def codes(plan: Plan, rows: pa.Table) -> np.ndarray:
    """The strategy of every row by its number; −1 where a point failed."""
    found = pc.index_in(rows["strategy"].cast(pa.string()), value_set=pa.array(plan.strategies))
    return found.fill_null(-1).to_numpy().astype(np.int32)


def ordered(plan: Plan, rows: pa.Table) -> pa.Table:
    """Rows by point, strategy (in the plan's order) and run, each once."""
    point, code, run = rows["point"].to_numpy(), codes(plan, rows), rows["run"].to_numpy()
    order = np.lexsort((run, code, point))
    key = np.stack([point, code, run])[:, order]
    once = np.ones(len(order), bool)
    once[1:] = (key[:, 1:] != key[:, :-1]).any(0)
    return rows.take(pa.array(order[once]))


def settled(plan: Plan, rows: pa.Table) -> pa.Table:
    """Ordered rows with a single one for each point that failed: that of the first run that did. So it does not matter what else was
    played of the point before it was known."""
    failed = np.flatnonzero(codes(plan, rows) < 0)
    if not len(failed):
        return rows
    point = rows["point"].to_numpy()
    kept = ~np.isin(point, point[failed])
    kept[failed[np.unique(point[failed], return_index=True)[1]]] = True
    return rows.filter(pa.array(kept))


def chunks(plan: Plan, files: list[Path]) -> Iterator[pa.Table]:
    """The rows of some files, ordered, so many at a time that memory is bounded however many there are; a point is never cut in two."""
    opened = [pq.ParquetFile(path) for path in files]
    try:
        spans = [[_span(one, number) for number in range(one.num_row_groups)] for one in opened]
        for first, last in _cuts(len(plan.points), opened):
            parts = [one.read_row_group(number) for one, of in zip(opened, spans, strict=True) for number, (low, high) in enumerate(of)
                     if low < last and high >= first]
            rows = pa.concat_tables([part.cast(schema(plan)) for part in parts])
            inside = pc.and_(pc.greater_equal(rows["point"], first), pc.less(rows["point"], last))
            yield ordered(plan, rows.filter(inside))
    finally:
        for one in opened:
            one.close()


def _span(file: pq.ParquetFile, number: int) -> tuple[int, int]:
    """The lowest and the highest point of a row group."""
    found = file.metadata.row_group(number).column(0).statistics
    return found.min, found.max


def _cuts(points: int, opened: list[pq.ParquetFile]) -> Iterator[tuple[int, int]]:
    """Stretches of points (from, up to) with about CHUNK rows each."""
    counts = np.zeros(points, np.int64)
    for one in opened:
        for batch in one.iter_batches(columns=["point"], batch_size=CHUNK):
            counts += np.bincount(batch.column(0).to_numpy(), minlength=points)
    stretch = np.cumsum(counts) // CHUNK
    edges = [0, *(np.flatnonzero(np.diff(stretch)) + 1), points]
    for first, last in pairwise(edges):
        if counts[first:last].any():
            yield int(first), int(last)


class Digest:
    """SHA-256 over rows, taken in as they come: the same however they are cut."""

    def __init__(self, plan: Plan):
        self.plan, self.rows = plan, 0
        self.columns = {name: hashlib.sha256(name.encode()) for name in schema(plan).names}

    def add(self, rows: pa.Table) -> None:
        """Take in more rows."""
        for name, digest in self.columns.items():
            column = rows[name]
            if name == "strategy":
                digest.update(codes(self.plan, rows).astype("<i4"))
            elif pa.types.is_string(column.type):
                for number in np.flatnonzero(column.is_valid().to_numpy()):
                    digest.update(f"{self.rows + number}:{column[int(number)].as_py()};".encode())
            elif pa.types.is_floating(column.type):
                values = column.to_numpy()
                digest.update(np.where(np.isnan(values), np.nan, values).astype("<f8"))
            else:
                digest.update(column.to_numpy().astype("<i8"))
        self.rows += len(rows)

    def hexdigest(self) -> str:
        """The digest of everything so far."""
        whole = hashlib.sha256(str(self.rows).encode())
        for digest in self.columns.values():
            whole.update(digest.digest())
        return whole.hexdigest()
