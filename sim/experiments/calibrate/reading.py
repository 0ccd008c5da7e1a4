"""Files as people have them: CSV or Parquet, columns under any name, values that are missing, doubled or cannot be read.

`read` says what it takes each column for and leaves the rest to whoever knows the kind of data; `days` and `numbers` turn what stands in
a column into days and numbers, nan where they cannot. Nothing is dropped in silence: rows that go are counted by their reason.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiments.calibrate.columns import CALLED, KINDS, UnfitData, kind_of, roles, simple
from sim.experiments.calibrate.panel_long import is_long, widened
from sim.experiments.calibrate.values import days, numbers
from sim.scenario.suggest import among

__all__ = ["CALLED", "KINDS", "Table", "UnfitData", "days", "numbers", "read", "simple", "where"]

NOTHING = ("", "na", "n/a", "nan", "null", "none", "nil", "-", "?", "nat", "#n/a")


@dataclass
class Table:
    """A file that was read: kind; frame, whose recognised columns bear the names of their roles (others keep theirs); taken, role -> the
    file's name for it; dropped, reason -> rows; notes, sentences on what was taken for what."""

    kind: str
    frame: pd.DataFrame
    taken: dict[str, str]
    source: str = "data"
    dropped: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def keep(self, good: np.ndarray, reason: str) -> None:
        """Drop the rows that are not good, and count them under the reason."""
        good = np.asarray(good, bool)
        lost = int(len(good) - good.sum())
        if lost:
            self.dropped[reason] = self.dropped.get(reason, 0) + lost
            self.frame = self.frame[good]


def read(source: str | Path | pd.DataFrame, kind: str | None = None, columns: dict[str, str] | None = None) -> Table:
    """Read a file (CSV or Parquet) or take a data frame, and recognise what its columns hold.

    kind: one of `KINDS`, else recognised from the columns; columns: role -> the file's own name, where recognising is not to be trusted.
    A log and contracts without covariates read only the columns they need, which bounds the memory. Raises UnfitData, and OSError for files
    that cannot be opened."""
    given = {role: name for role, name in (columns or {}).items() if name}
    names = list(source.columns) if isinstance(source, pd.DataFrame) else names_in(Path(source))
    kind = kind or kind_of(names, given)
    if kind not in KINDS:
        raise UnfitData(f"{kind!r} is no kind of data; {among(kind, KINDS)}")
    wanted = list(roles(names, kind, given).values()) if kind == "log" else names
    if isinstance(source, pd.DataFrame):
        frame, broken = source[wanted], 0
    else:
        frame, broken = load(Path(source), wanted)
    if frame.empty:
        raise UnfitData(f"{where(source)} has no rows")
    not_one = 0
    if kind == "panel" and is_long(frame):
        frame, not_one = widened(frame)
    taken = roles(list(frame.columns), kind, given)
    table = Table(kind, frame.rename(columns={name: role for role, name in taken.items()}), taken, where(source))
    counted = {"not as many fields as columns": broken, "not one alternative was taken": not_one}
    table.dropped = {reason: rows for reason, rows in counted.items() if rows}
    table.notes = [f"{role}: column {name!r}" for role, name in taken.items()]
    return table


def where(source) -> str:
    """What to call the source in messages."""
    return "the data frame" if isinstance(source, pd.DataFrame) else Path(source).name


def parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its first bytes."""
    with path.open("rb") as file:
        return file.read(4) == b"PAR1"


def names_in(path: Path) -> list[str]:
    """The names of a file's columns."""
    if parquet(path):
        from pyarrow.parquet import read_schema

        return read_schema(path).names
    if path.stat().st_size == 0:
        raise UnfitData(f"{path.name} is empty")
    return _header(path)


def _first_line(path: Path) -> tuple[str, str]:
    """The first line of a text file and its encoding."""
    raw = path.open("rb").readline(1 << 20)
    for encoding in ("utf-8-sig", "latin-1"):
        try:
            return raw.decode(encoding).rstrip("\r\n"), encoding
        except UnicodeDecodeError:
            continue
    raise UnfitData(f"{path.name} is neither Parquet nor text")


def separator(line: str) -> str:
    """What separates the fields of a line: the likeliest of comma, semicolon, tab and bar."""
    return max((",", ";", "\t", "|"), key=line.count)


def _header(path: Path) -> list[str]:
    import csv

    line, _ = _first_line(path)
    return next(csv.reader([line], delimiter=separator(line)))


def load(path: Path, wanted: list[str]) -> tuple[pd.DataFrame, int]:
    """The wanted columns of a file, and how many rows had another number of fields than the header."""
    if parquet(path):
        from pyarrow.parquet import read_table

        return read_table(path, columns=wanted).to_pandas(split_blocks=True, self_destruct=True), 0
    return _load_text(path, wanted)


def _load_text(path: Path, wanted: list[str]) -> tuple[pd.DataFrame, int]:
    """A text file column by column, as what its values are; a column of mixed values stays text. Repeated texts are kept once each."""
    import pyarrow as pa
    from pyarrow import csv

    line, encoding = _first_line(path)
    broken = [0]

    def count(_row) -> str:
        broken[0] += 1
        return "skip"

    def columns(types) -> pa.Table:
        broken[0] = 0
        encodings = encoding if encoding != "latin-1" else _encoding(path)
        return csv.read_csv(
            path,
            read_options=csv.ReadOptions(encoding="utf8" if encodings.startswith("utf") else encodings),
            parse_options=csv.ParseOptions(delimiter=separator(line), invalid_row_handler=count),
            convert_options=csv.ConvertOptions(
                include_columns=wanted,
                column_types=types,
                strings_can_be_null=True,
                null_values=sorted({*NOTHING, *map(str.upper, NOTHING), "NaN", "None"}),
                auto_dict_encode=True,
                auto_dict_max_cardinality=10_000_000,
            ),
        )

    try:
        table = columns(None)
    except (pa.ArrowInvalid, UnicodeDecodeError):  # a value far down that its column's first rows did not announce
        try:
            table = columns({name: pa.dictionary(pa.int32(), pa.string()) for name in wanted})
        except (pa.ArrowInvalid, UnicodeDecodeError) as error:
            raise UnfitData(f"{path.name} cannot be read as a table: {str(error).splitlines()[0]}") from None
    return table.to_pandas(split_blocks=True, self_destruct=True), broken[0]


def _encoding(path: Path) -> str:
    return _first_line(path)[1]
