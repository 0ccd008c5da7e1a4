"""A table of points from a file: each column is the path of a parameter, each row a point. CSV (UTF-8, with commas) or Parquet."""

import csv
import math
from collections import Counter
from pathlib import Path
from typing import Any

from sim.scenario.problems import Findings, Source
from sim.scenario.reading import read_text

MOST_POINTS = 1_000_000
PARQUET = (".parquet", ".pq")


class NotPoints(Exception):  # noqa: N818 - named for what was looked for
    """A file that is no table of points; the message says why."""


def read_points(path: Path, name: str) -> tuple[list[str], list[tuple[int, tuple]]]:
    """(columns, rows): the paths of parameters, and of each point its line in the file and its values. name: what people call the file.

    A column `point` that counts the points is left aside. Raises NotPoints."""
    try:
        columns, rows = (_parquet if path.suffix.lower() in PARQUET else _csv)(path, name)
    except FileNotFoundError:
        raise NotPoints(f"there is no file {name!r} beside the scenario; give its path from the scenario's folder") from None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise NotPoints(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    twice = [column for column, count in Counter(columns).items() if count > 1]
    if twice:
        raise NotPoints(f"{name} has the column {twice[0]} twice; keep one of them")
    kept = [number for number, column in enumerate(columns) if column != "point"]
    if not kept or not rows:
        raise NotPoints(f"{name} holds no points; write the paths of parameters in its first line, then a point in each line")
    if len(rows) > MOST_POINTS:
        raise NotPoints(f"{name} holds {len(rows):,} points; at most {MOST_POINTS:,} can be swept at once")
    return [columns[number] for number in kept], [(line, tuple(cells[number] for number in kept)) for line, cells in rows]


def _csv(path: Path, name: str) -> tuple[list[str], list[tuple[int, tuple]]]:
    """The cells of a CSV file, read as YAML reads values."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        columns, rows, known = [column.strip() for column in next(reader, [])], [], {}
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(columns):
                raise NotPoints(f"{name}, line {reader.line_num}: {len(cells)} cells stand under {len(columns)} columns")
            if not all(cell.strip() for cell in cells):
                lacking = columns[next(number for number, cell in enumerate(cells) if not cell.strip())]
                raise NotPoints(f"{name}, line {reader.line_num}: {lacking} is empty; give every point a value")
            rows.append((reader.line_num, tuple(_value(cell.strip(), name, reader.line_num, known) for cell in cells)))
    return columns, rows


def _value(text: str, name: str, line: int, known: dict[str, Any]) -> Any:
    """The value of a cell: a number, true or false, a text, or a mapping in YAML's one-line style."""
    if text not in known:
        known[text] = _number(text) if text[0] in "+-.0123456789" else None
        if known[text] is None:
            findings = Findings()
            readable, stated = read_text(text, Source("file", name), findings)
            if not readable or findings.problems:
                raise NotPoints(f"{name}, line {line}: {text!r} is not a value")
            known[text] = stated.values
    return known[text]


def _number(text: str) -> float | None:
    """A plain finite number; None where YAML has to say what it is."""
    try:
        value = int(text) if text.lstrip("+-").isdecimal() else float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _parquet(path: Path, name: str) -> tuple[list[str], list[tuple[int, tuple]]]:
    """The cells of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        raise NotPoints(f"{name} cannot be read: {str(error).splitlines()[0]}") from None
    lacking = next((column for column in table.column_names if table[column].null_count), None)
    if lacking:
        raise NotPoints(f"{name}: {lacking} is empty in some row; give every point a value")
    cells = zip(*(table[column].to_pylist() for column in table.column_names), strict=True)
    return table.column_names, list(enumerate(cells, start=1))
