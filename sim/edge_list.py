"""Edge lists: who hears whom, from a file, with every wrong row told.

An edge list is a table, CSV or Parquet, with a row for each link and two columns of buyers' numbers (0 … buyers − 1, types one after
another): `listener` and `speaker` where a link runs one way, `buyer` and `neighbour` where it runs both. Other columns are left aside, a
link that is there twice counts once, and the order of rows does not matter.
"""
import csv
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np

from sim.scenario.problems import Problem, ScenarioError
from sim.scenario.suggest import described, number

ONE_WAY, BOTH_WAYS = ("listener", "speaker"), ("buyer", "neighbour")
NAMING = "listener and speaker where links run one way (who hears whom), buyer and neighbour where they run both ways"
MOST_SHOWN = 5                # problems of one file that are told at once
EMPTY = f"the file is empty; write {','.join(BOTH_WAYS)} in its first line, then a link in each line"
LINKS_AS = "CSV in UTF-8, with commas, or Parquet"
LONGEST_LINK = 40             # letters of two numbers at most
LONGEST_LINE = 100_000        # letters of a first line at most


def stamp(path: Path, name: str) -> tuple[int, int]:
    """What tells a file from the same file changed: its size and the time of its last change."""
    try:
        found = path.stat()
    except OSError as error:
        raise unreadable(name, error) from None
    return found.st_size, found.st_mtime_ns


def read_links(path: Path, name: str, buyers: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """(listeners, speakers, whether links run both ways): the numbers of buyers, row by row."""
    with path.open("rb") as file:
        begins = file.read(4)
    if not begins:
        raise _refused(name, EMPTY)
    kind = ParquetLinks if begins == b"PAR1" or path.suffix.lower() in (".parquet", ".pq") else CsvLinks
    file = kind(path, name)
    columns = _columns(name, file.names)
    one, other = file.read(columns, buyers)
    if not len(one):
        raise _refused(name, "the file holds no links; write one in each row, or choose another network")
    if not (_sound(one, buyers) & _sound(other, buyers) & (one != other)).all():
        raise _refusal(name, file.problems(columns, buyers))
    return one.astype(np.int32), other.astype(np.int32), columns == BOTH_WAYS


def _columns(name: str, names: list[str]) -> tuple[str, str]:
    """Which pair of columns the file has: `ONE_WAY` or `BOTH_WAYS`."""
    pairs = [pair for pair in (ONE_WAY, BOTH_WAYS) if set(pair) <= set(names)]
    if len(pairs) == 2:
        raise _refused(name, f"{', '.join(ONE_WAY + BOTH_WAYS)} are all there; keep {NAMING}")
    if not pairs:
        raise _refused(name, f"two columns are to name the buyers: {NAMING}; the file has {', '.join(map(repr, names[:MOST_SHOWN]))}")
    for column in pairs[0]:
        if names.count(column) > 1:
            raise _refused(name, f"the column {column} is there {names.count(column)} times; keep one of them")
    return pairs[0]


def _sound(values: np.ndarray, buyers: int) -> np.ndarray:
    """Where values are numbers of buyers; missing ones are not."""
    return (values >= 0) & (values < buyers) & (values == np.floor(values))


class CsvLinks:
    """An edge list as CSV; a semicolon or a tabulator may stand for the comma. Lines count from one."""

    def __init__(self, path: Path, name: str):
        self.path, self.name = path, name
        with self._open() as file:
            first = next((line for line in file if line.strip("\r\n")), "")
        if not first:
            raise _refused(name, EMPTY)
        if "\0" in first or "\ufffd" in first or len(first) > LONGEST_LINE:
            raise _refused(name, f"this is not a table of text; save the links as {LINKS_AS}")
        self.delimiter = max(",;\t", key=first.count)
        self.header = next(csv.reader([first], delimiter=self.delimiter))
        self.names = [column.strip() for column in self.header]

    def _open(self):
        return self.path.open(newline="", encoding="utf-8-sig", errors="replace")

    def read(self, columns: tuple[str, str], buyers: int) -> list[np.ndarray]:
        """The two columns: whole numbers where all are, else numbers, a missing one as nan. Raises ScenarioError where some are neither."""
        import pyarrow as pa
        import pyarrow.csv

        written = [self.header[self.names.index(column)] for column in columns]
        parse = pyarrow.csv.ParseOptions(delimiter=self.delimiter)
        for kind in (pa.int32(), pa.float64()):
            convert = pyarrow.csv.ConvertOptions(include_columns=written, column_types=dict.fromkeys(written, kind))
            try:
                table = pyarrow.csv.read_csv(self.path, parse_options=parse, convert_options=convert)
            except pa.ArrowInvalid as error:
                refused = str(error)
            else:
                return [table[column].to_numpy() for column in written]
        if "Empty CSV" in refused:     # a first line that nothing ends
            return [np.zeros(0), np.zeros(0)]
        raise _refusal(self.name, self.problems(columns, buyers))

    def problems(self, columns: tuple[str, str], buyers: int) -> Iterator[tuple[str, str]]:
        """(where, sentence) of everything wrong, line by line; slow, for files that are known to be wrong."""
        one, other = (self.names.index(column) for column in columns)
        with self._open() as file:
            lines = csv.reader(file, delimiter=self.delimiter)
            next(line for line in lines if line)
            for where, fields in _numbered(lines):
                if fields is None:
                    yield where, "a quotation mark opens here that nothing closes; buyers' numbers need none"
                elif len(fields) != len(self.names):
                    yield where, f"{_values(len(fields))} where the first line names {len(self.names)} columns; write one for each column"
                elif not _plainly_right(fields[one], fields[other], buyers):
                    yield from _row_problems(where, columns, [_value(fields[one]), _value(fields[other])], buyers)


def _numbered(lines) -> Iterator[tuple[str, list[str] | None]]:
    """(where it begins, its fields) of every row that is not blank; None and the end where a field goes on for ever."""
    begins = lines.line_num + 1
    try:
        for fields in lines:
            if fields:
                yield f"line {begins}", fields
            begins = lines.line_num + 1
    except csv.Error:
        yield f"line {begins}", None


class ParquetLinks:
    """An edge list as Parquet. Rows count from one."""

    def __init__(self, path: Path, name: str):
        from pyarrow import ArrowInvalid, parquet

        self.path, self.name = path, name
        try:
            self.schema = parquet.read_schema(path)
        except ArrowInvalid:
            raise _refused(name, f"this is not a Parquet file; save the links as {LINKS_AS}") from None
        self.names = self.schema.names

    def read(self, columns: tuple[str, str], buyers: int) -> list[np.ndarray]:
        """The two columns, a missing number as nan. Raises ScenarioError where they do not hold numbers."""
        from pyarrow import parquet, types

        for column in columns:
            kind = self.schema.field(column).type
            if not types.is_integer(kind) and not types.is_floating(kind):
                raise _refused(self.name, f"{column}: values of the type {kind} stand where the numbers of buyers belong; {_give(buyers)}")
        table = parquet.read_table(self.path, columns=list(columns))
        self.values = [table[column].to_numpy() for column in columns]
        return self.values

    def problems(self, columns: tuple[str, str], buyers: int) -> Iterator[tuple[str, str]]:
        """(where, sentence) of everything wrong, row by row."""
        one, other = self.values
        for row in np.flatnonzero(~(_sound(one, buyers) & _sound(other, buyers) & (one != other))):
            pair = [None if np.isnan(value) else value.item() for value in (one[row], other[row])]
            yield from _row_problems(f"row {row + 1}", columns, pair, buyers)


def _row_problems(where: str, columns: tuple[str, str], pair: list, buyers: int) -> Iterator[tuple[str, str]]:
    """What is wrong with the two values of one link."""
    found = [(f"{where}: {column}", wrong) for column, value in zip(columns, pair, strict=True) if (wrong := _wrong(value, buyers))]
    if not found and pair[0] == pair[1]:
        found = [(where, f"buyer {number(pair[0])} is linked with itself; delete the {where.split()[0]}")]
    yield from found


def _plainly_right(one: str, other: str, buyers: int) -> bool:
    """Whether two texts are a link at first sight, as nearly all of ten million are: five times as fast as looking closely."""
    if len(one) + len(other) > LONGEST_LINK:
        return False
    return one.isdecimal() and other.isdecimal() and int(one) < buyers and int(other) < buyers and int(one) != int(other)


def _wrong(value, buyers: int) -> str:
    """Why a value (None where it is missing) is not the number of a buyer; empty where it is."""
    if value is None or isinstance(value, str):
        return f"{described(value)} stands where the number of a buyer belongs; {_give(buyers)}"
    if value != value // 1:
        return f"{described(value)} stands where a whole number belongs; {_give(buyers)}"
    if 0 <= value < buyers:
        return ""
    counting = "; buyers are counted from 0" if value == buyers else ""
    return f"there is no buyer {number(value)} among {buyers}; {_give(buyers)}{counting}"


def _value(text: str) -> float | str | None:
    """What a field of a CSV file says: a number, None where it is missing, else its text."""
    text = text.strip()
    if text in _missing():
        return None
    try:
        value = float(text)
    except ValueError:
        return text
    return value if np.isfinite(value) and "_" not in text else text


@cache
def _missing() -> frozenset[str]:
    """Texts that stand for a missing value."""
    from pyarrow.csv import ConvertOptions

    return frozenset(ConvertOptions().null_values)


def _values(count: int) -> str:
    return "there is 1 value" if count == 1 else f"there are {count} values"


def _give(buyers: int) -> str:
    return f"give a number between 0 and {buyers - 1}"


def _refused(name: str, sentence: str) -> ScenarioError:
    return ScenarioError((Problem("", sentence, name=name),))


def _refusal(name: str, problems: Iterator[tuple[str, str]]) -> ScenarioError:
    """The first problems of a file; a general sentence where it is wrong in a way that its rows do not show."""
    shown = tuple(Problem(where, sentence, name=name) for where, sentence in islice(problems, MOST_SHOWN))
    return ScenarioError(shown) if shown else _refused(name, f"this is not a table of whole numbers; save the links as {LINKS_AS}")


def unreadable(name: str, error: OSError) -> ScenarioError:
    why = f"the file cannot be read ({(error.strerror or 'it is damaged').lower()})"
    return _refused(name, f"{why}; see that it is there, whole and yours to read")
