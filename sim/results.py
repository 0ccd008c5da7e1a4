"""Results on disk: one folder for a study, with its tables, its answer and everything it takes to play it again."""
import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.parquet import Reader, write_pieces, write_table
from sim.plans import moves
from sim.provenance import provenance, receipts
from sim.rebuild import rebuilt
from sim.tables import (
    channel_survival_tables,
    channel_tables,
    cohort_tables,
    course_tables,
    goodwill_tables,
    period_tables,
    survival_tables,
)

if TYPE_CHECKING:
    from sim.runs import Runs

RECORD = "run.json"
TABLES = {"periods": period_tables, "survival": survival_tables, "cohorts": cohort_tables}
BEYOND = {"channels": channel_tables, "channel_survival": channel_survival_tables, "course": course_tables, "goodwill": goodwill_tables}
LINKS = "network"    # the edge list of a network from a file, by this name and its own ending
KEYS = ("strategy", "run", "period", "cohort", "buyer", "buyer_type", "partner", "seller", "channel")
NEARLY = 1e-9        # money may differ in the last bits from machine to machine; counts may not differ at all


class ResultsExist(Exception):  # noqa: N818
    """There are results already where new ones should go."""


class NotResults(Exception):  # noqa: N818
    """A folder is not one that `write` has made."""


def write(what, folder: str | Path, force: bool = False, command: str | None = None) -> Path:
    """Write a Comparison or Runs to `folder`: periods, survival, cohorts, buyers (where some were watched), what lies beyond the dyad where
    there is something in it (channels, channel_survival, course, goodwill, and the edge list of a network from a file), for a
    comparison also answer, why, paths and summary, each .parquet, and run.json. Returns the folder.

    Written beside it and renamed at the end, so nothing half-done is ever there. Raises ResultsExist where the folder holds something,
    unless `force`; and NotResults where `force` would delete what are not results."""
    runs = what.runs if hasattr(what, "baseline") else what
    return put(Path(folder), force, RECORD, lambda unfinished: _fill(unfinished, what, runs, provenance(runs, command)))


def put(folder: Path, force: bool, record: str, fill: Callable[[Path], None]) -> Path:
    """A folder that holds what `fill` writes into it, and is never there half done. record: the file by which such a folder is known.

    Raises ResultsExist where it holds something, unless `force`; NotResults where `force` would delete something else."""
    if _taken(folder) and not force:
        raise ResultsExist(f"{folder} holds results already; use --force to replace them, or another folder with --out")
    if _taken(folder) and not (folder / record).is_file():
        raise NotResults(f"{folder} holds files but no {record}, so it is not a folder of results; use another folder with --out")
    unfinished = folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        fill(unfinished)
        _replace(unfinished, folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return folder


def _taken(folder: Path) -> bool:
    """Whether something is there already."""
    return folder.is_file() or (folder.is_dir() and any(folder.iterdir()))


def _fill(folder: Path, what, runs: "Runs", record: dict) -> None:
    """All files of a study into an empty folder."""
    short = {name: record[name] for name in ("name", "digest", "seed", "runs", "strategies", "receipt", "model", "versions", "commit")}
    tables = tables_of(runs)
    record = record | {"tables": list(tables)}
    for name, pieces in tables.items():
        write_pieces(pieces(runs), folder / f"{name}.parquet", short)
    if runs.watched:
        from sim.panel import buyer_tables
        write_pieces(buyer_tables(runs), folder / "buyers.parquet", short)
    if what is not runs:
        record = record | {"baseline": what.baseline, "answer": what.answer()}
        for name in ("gain", "why", "paths", "summary"):
            write_table(getattr(what, name), folder / f"{'answer' if name == 'gain' else name}.parquet", short)
    for path in runs.scenario.files.values() if runs.scenario.word_of_mouth.network == "file" else ():
        shutil.copyfile(path, folder / f"{LINKS}{path.suffix}")
    (folder / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def tables_of(runs: "Runs") -> dict:
    """The tables of a study by name: TABLES, and those of BEYOND in which there is something to say; each comes from runs in pieces."""
    said = {
        "channels": runs.hearing,
        "course": any(moves(runs.scenario, strategy) for strategy in runs.strategies),
        "goodwill": bool(runs.scenario.partners)}
    said["channel_survival"] = said["channels"]
    return TABLES | {name: pieces for name, pieces in BEYOND.items() if said[name]}


def _replace(unfinished: Path, folder: Path) -> None:
    """Put the finished folder in its place; what was there goes only when the new one stands."""
    old = folder.with_name(f".{folder.name}.old-{os.getpid()}")
    if folder.exists():
        folder.rename(old)
    try:
        unfinished.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def read_record(folder: str | Path) -> dict:
    """What run.json says; NotResults where there is none, or it cannot be read."""
    return read_json(folder, RECORD, "a folder of results", "receipts")


def read_json(folder: str | Path, name: str, what: str, key: str) -> dict:
    """What a record says that Tenure has written into a folder, known by a key of its own; NotResults where there is none such, or it
    cannot be read. what: what such a folder is."""
    path = Path(folder) / name
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotResults(f"{folder} has no {name}, so it is not {what}") from None
    except (OSError, ValueError) as error:
        raise NotResults(f"{path} cannot be read: {error}") from None
    if not isinstance(record, dict) or key not in record:
        raise NotResults(f"{path} is not a record that Tenure has written")
    return record


def verify(folder: str | Path, threads: int | None = None, progress=None) -> list[str]:
    """Play the study again from its run.json and compare: an empty list says that all numbers are identical, else each entry says where
    they are not: the first ledger (strategy, run, table) whose whole numbers differ, and for each file its first differing cell."""
    from sim.runs import simulate

    record = read_record(folder)
    scenario = rebuilt(with_links(record["scenario"], Path(folder)), record["name"])
    found = []
    if scenario.digest() != record["digest"]:
        found.append(f"{RECORD}: the scenario is not the one that was played (its digest differs)")
    runs = simulate(scenario, record["strategies"], record["runs"], record["seed"], watch=record["watched"], threads=threads,
                    progress=progress, on_disk=_room_beside(Path(folder)))
    found += _ledgers(record, receipts(runs))
    older = _model() != record["model"]
    for name, pieces in _pieces(record, runs).items():
        found += _file(Path(folder) / f"{name}.parquet", pieces, older)
    if found and older:
        found.append("the model's sources have changed since these results were written")
    return found


def with_links(values: dict, folder: Path) -> dict:
    """The plain form of a scenario, its network read from the edge list that stands in the folder of its results."""
    file = values.get("word_of_mouth", {}).get("file")
    return values if file is None else values | {"word_of_mouth": values["word_of_mouth"] | {
        "file": str((folder / f"{LINKS}{Path(file).suffix}").absolute())}}


def _model() -> str:
    from sim.core.jit import source_digest

    return source_digest()


def _ledgers(record: dict, again: dict) -> list[str]:
    """The first ledger that differs, of those on record."""
    for name in record["strategies"]:
        for run, (before, now) in enumerate(zip(record["receipts"][name], again[name], strict=True)):
            for table, digest in before.items():
                if digest != now.get(table):
                    came = now.get(table, "nothing")
                    return [f"{table} of strategy {name}, run {run} differ: {digest} was recorded, {came} came out"]
    return []


def _pieces(record: dict, runs: "Runs") -> dict[str, Iterable[pd.DataFrame]]:
    """The tables that a record names, and that of the watched buyers where there are some, from runs in pieces."""
    from sim.panel import buyer_tables

    tables = {name: (TABLES | BEYOND)[name](runs) for name in record.get("tables", TABLES)}
    return tables | ({"buyers": buyer_tables(runs)} if runs.watched else {})


def _file(path: Path, pieces: Iterable[pd.DataFrame], older: bool) -> list[str]:
    """The first cell of a file that differs from the table played again, both piece by piece; columns that an older model did not know are
    left aside."""
    if not path.is_file():
        return [f"{path.name} is missing"]
    file, rows, column, cell, many = Reader(path), 0, None, "", 0
    for again in pieces:
        kept, rows = file.take(len(again)), rows + len(again)
        again = again.iloc[:len(kept)][[name for name in again if name in kept or not older]]
        if list(kept) != list(again):
            return [f"{path.name} has the columns {', '.join(kept)}; played again {', '.join(again)}"]
        if column is None:
            column, cell = _first_cell(kept, again)
        many += len(_differing(kept, again, column)) if column else 0
    if rows != file.rows:
        return [f"{path.name} has {file.rows:,} rows, played again {rows:,}"]
    return [f"{path.name}: {column} at {cell} (rows that differ: {many:,})"] if column else []


def _room_beside(folder: Path) -> Path | None:
    """The folder in which another stands, where something can be written to it."""
    parent = folder.absolute().parent
    return parent if os.access(parent, os.W_OK | os.X_OK) else None


def _first_cell(kept: pd.DataFrame, again: pd.DataFrame) -> tuple[str | None, str]:
    """The first cell that differs, of rows in a file and the same rows played again: its column, and where it is and what it was and is."""
    for name in again:
        differs = _differing(kept, again, name)
        if len(differs):
            row = again.iloc[differs[0]]
            where = ", ".join(f"{key} {row[key]}" for key in KEYS if key in again)
            return name, f"{where} is {kept[name].iloc[differs[0]]}, played again {row[name]}"
    return None, ""


def _differing(kept: pd.DataFrame, again: pd.DataFrame, column: str) -> np.ndarray:
    """The rows that differ in a column."""
    return np.flatnonzero(~_same(kept[column], again[column]))


def _same(kept: pd.Series, again: pd.Series) -> np.ndarray:
    """Row by row: equal, nan equal to nan; money and means to NEARLY."""
    if kept.dtype.kind == "f":
        return np.isclose(kept.to_numpy(float), again.to_numpy(float), rtol=NEARLY, atol=NEARLY, equal_nan=True)
    if kept.dtype.kind in "iub" and again.dtype.kind in "iub":
        return kept.to_numpy() == again.to_numpy()
    kept, again = kept.astype(object), again.astype(object)
    return ((kept == again) | (kept.isna() & again.isna())).to_numpy()
