"""Results on disk: one folder for a study, with its tables, its answer and everything it takes to play it again."""
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.parquet import read_table, write_table
from sim.provenance import LEDGERS, provenance, receipts
from sim.tables import cohort_table, period_table, survival_table

if TYPE_CHECKING:
    from sim.runs import Runs

RECORD = "run.json"
TABLES = {"periods": period_table, "survival": survival_table, "cohorts": cohort_table}
NEARLY = 1e-9        # money may differ in the last bits from machine to machine; counts may not differ at all


class ResultsExist(Exception):  # noqa: N818
    """There are results already where new ones should go."""


class NotResults(Exception):  # noqa: N818
    """A folder is not one that `write` has made."""


def write(what, folder: str | Path, force: bool = False, command: str | None = None) -> Path:
    """Write a Comparison or Runs to `folder`: periods, survival, cohorts, buyers (where some were watched), for a comparison also answer
    and why, each .parquet, and run.json. Returns the folder.

    Written beside it and renamed at the end, so nothing half-done is ever there. Raises ResultsExist where the folder holds something,
    unless `force`; and NotResults where `force` would delete what are not results."""
    folder, runs = Path(folder), what.runs if hasattr(what, "baseline") else what
    if _taken(folder) and not force:
        raise ResultsExist(f"{folder} holds results already; use --force to replace them, or another folder with --out")
    if _taken(folder) and not (folder / RECORD).is_file():
        raise NotResults(f"{folder} holds files but no {RECORD}, so it is not a folder of results; use another folder with --out")
    record, unfinished = provenance(runs, command), folder.with_name(f".{folder.name}.unfinished-{os.getpid()}")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    try:
        _fill(unfinished, what, runs, record)
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
    tables = {name: make(runs) for name, make in TABLES.items()}
    if runs.watched:
        from sim.panel import buyer_table
        tables["buyers"] = buyer_table(runs)
    if what is not runs:
        record = record | {"baseline": what.baseline, "answer": what.answer()}
        tables |= {"answer": what.gain, "why": what.why}
    for name, table in tables.items():
        write_table(table, folder / f"{name}.parquet", short)
    (folder / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


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
    path = Path(folder) / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotResults(f"{folder} has no {RECORD}, so it is not a folder of results") from None
    except (OSError, ValueError) as error:
        raise NotResults(f"{path} cannot be read: {error}") from None
    if not isinstance(record, dict) or "receipts" not in record:
        raise NotResults(f"{path} is not a record that Tenure has written")
    return record


def verify(folder: str | Path, threads: int | None = None, progress=None) -> list[str]:
    """Play the study again from its run.json and compare: an empty list says that all numbers are identical, else each entry says where
    they are not: the first ledger (strategy, run, table) whose whole numbers differ, and for each file its first differing cell."""
    from sim.rebuild import rebuilt
    from sim.runs import simulate

    record = read_record(folder)
    scenario = rebuilt(record["scenario"], record["name"])
    found = []
    if scenario.digest() != record["digest"]:
        found.append(f"{RECORD}: the scenario is not the one that was played (its digest differs)")
    runs = simulate(scenario, record["strategies"], record["runs"], record["seed"], watch=record["watched"], threads=threads,
                    progress=progress)
    found += _ledgers(record, receipts(runs))
    for name, make in TABLES.items():
        found += _file(Path(folder) / f"{name}.parquet", make(runs))
    if found and _model() != record["model"]:
        found.append("the model's sources have changed since these results were written")
    return found


def _model() -> str:
    from sim.core.jit import source_digest

    return source_digest()


def _ledgers(record: dict, again: dict) -> list[str]:
    """The first ledger that differs."""
    for name in record["strategies"]:
        for run, (before, now) in enumerate(zip(record["receipts"][name], again[name], strict=True)):
            for table in LEDGERS:
                if before[table] != now[table]:
                    return [f"{table} of strategy {name}, run {run} differ: {before[table]} was recorded, {now[table]} came out"]
    return []


def _file(path: Path, again: pd.DataFrame) -> list[str]:
    """The first cell of a file that differs from the table played again."""
    if not path.is_file():
        return [f"{path.name} is missing"]
    kept = read_table(path)
    if list(kept) != list(again) or len(kept) != len(again):
        return [f"{path.name} has {len(kept):,} rows, played again {len(again):,}; or other columns"]
    for name in again:
        differs = np.flatnonzero(~_same(kept[name], again[name]))
        if len(differs):
            row = again.iloc[differs[0]]
            cell = ", ".join(f"{key} {row[key]}" for key in ("strategy", "run", "period", "cohort", "buyer_type", "seller") if key in again)
            before = kept[name].iloc[differs[0]]
            return [f"{path.name}: {name} at {cell} is {before}, played again {row[name]} (rows that differ: {len(differs):,})"]
    return []


def _same(kept: pd.Series, again: pd.Series) -> np.ndarray:
    """Row by row: equal; money and means to NEARLY, nan equal to nan."""
    if kept.dtype.kind == "f":
        return np.isclose(kept.to_numpy(float), again.to_numpy(float), rtol=NEARLY, atol=NEARLY, equal_nan=True)
    return (kept.astype(object) == again.astype(object)).to_numpy()
