"""Play a sweep again from what its folder says, and compare row by row."""
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from sim.experiments.sweep.plan import Plan, plan_of
from sim.experiments.sweep.play import Progress, sweep
from sim.experiments.sweep.record import read_record
from sim.experiments.sweep.rows import Digest, settled
from sim.experiments.sweep.store import RUNS, Folder, OtherStudy
from sim.experiments.sweep.work import Job, base, model


def again(folder: str | Path, threads: int | None = None, progress: Callable[[Progress], None] | None = None) -> list[str]:
    """Play every market of a finished sweep again: an empty list says that all rows are identical, else each entry says where not.

    All rows are in memory where any differs. Raises OtherStudy where the folder is no folder of a sweep, or of one that is not finished."""
    folder = Path(folder)
    record = read_record(folder)
    if record is None or not record["finished"] or "job" not in record:
        raise OtherStudy(f"{folder} holds no finished sweep; the command that began it goes on with it")
    plan = planned(record, folder)
    if plan.digest != record["plan"]:
        return ["sweep.json: the plan is not the one that was played (its digest differs)"]
    there = Folder(plan, folder)
    digest = Digest(plan)
    for rows in there.chunks():
        digest.add(settled(plan, rows))
    found = sweep(plan, runs=record["asked"]["runs"], precision=record["asked"]["precision"], threads=threads, progress=progress)
    if found.digest == digest.hexdigest() == record["finished"]["digest"]:
        return []
    kept = pd.concat([settled(plan, rows).to_pandas() for rows in there.chunks()], ignore_index=True)
    older = ["the model's sources have changed since these rows were played"] if record["model"] != model() else []
    return [*(first_difference(kept, found.rows()) or ["sweep.json: the digest on record is not that of the rows"]), *older]


def planned(record: dict, folder: Path) -> Plan:
    """The plan that a record and its rows tell."""
    job = Job(**{name: tuple(value) if isinstance(value, list) else value for name, value in record["job"].items()})
    parameters = [*record["levers"], *record["uncertainties"]]
    tables = [pq.read_table(path, columns=["point", *parameters]).to_pandas() for path in sorted((folder / RUNS).glob("*.parquet"))]
    points = pd.concat(tables).drop_duplicates("point").sort_values("point", ignore_index=True).drop(columns="point")
    return plan_of(base(job), points, tuple(record["levers"]), job.strategies, record["asked"]["runs"], record["block"], job.payoffs)


def first_difference(kept: pd.DataFrame, now: pd.DataFrame) -> list[str]:
    """The first cell in which rows differ."""
    if list(kept) != list(now) or len(kept) != len(now):
        return [f"{len(kept):,} rows are on record, {len(now):,} came out; or they have other columns"]
    for name in now:
        one, other = kept[name].astype(object).to_numpy(), now[name].astype(object).to_numpy()
        differs = np.flatnonzero((one != other) & ~(pd.isna(one) & pd.isna(other)))
        if len(differs):
            row = differs[0]
            cell = ", ".join(f"{key} {now[key][row]}" for key in ("point", "strategy", "run"))
            return [f"{name} at {cell} is {one[row]}, played again {other[row]} (rows that differ: {len(differs):,})"]
    return []
