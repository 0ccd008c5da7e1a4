"""An experiment's folder: what was asked, the markets that were played, the tables and the answer.

`experiment.json` says what was asked before anything is played, so that the same call goes on where it was left and another is refused;
`played/NAME/` is a sweep's folder for each design that was played, and goes on as sweeps do; tables and answer come at the end.
"""
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from sim.experiments.sweep.record import RECORD as SWEEP
from sim.experiments.sweep.record import locked
from sim.experiments.sweep.store import OtherStudy, cleared, write_json
from sim.experiments.sweep.work import model
from sim.parquet import write_table
from sim.provenance import commit, spoken_command, versions

RECORD, PLAYED = "experiment.json", "played"


class Kept:
    """Where an experiment's markets, tables and answer go: a folder, or (folder None) memory alone."""

    def __init__(self, folder: Path | None, record: dict):
        self.folder, self.record = folder, record

    def part(self, name: str) -> Path | None:
        """The folder for the sweep of one design; None in memory."""
        return self.folder and self.folder / PLAYED / name

    def finish(self, answer: dict, tables: dict[str, pd.DataFrame]) -> None:
        """Write the tables, each NAME.parquet, and the answer (plain data) into the record."""
        if self.folder is None:
            return
        short = {name: self.record[name] for name in ("experiment", "name", "digest", "seed", "asked", "model", "versions", "commit")}
        for name, table in tables.items():
            write_table(table, self.folder / f"{name}.parquet", short)
        self.record |= {"tables": list(tables), "answer": answer}
        self._write()

    def _write(self) -> None:
        write_json(self.folder / RECORD, self.record)


@contextmanager
def kept(experiment: str, scenario, asked: dict, folder: str | Path | None = None, force: bool = False,
         command: str | None = None) -> Iterator[Kept]:
    """A place for an experiment. asked: plain data, everything beside scenario and seed that bears on the numbers; folder None: in memory.

    Raises OtherStudy where the folder holds something else: another question, or markets that another version of the model has played;
    force: replace what is there."""
    record = {"schema": 1, "experiment": experiment, "name": scenario.name, "digest": scenario.digest(), "seed": scenario.seed,
              "asked": json.loads(json.dumps(asked)), "model": model(), "versions": versions(), "commit": commit(),
              "command": command or spoken_command(), "scenario": scenario.as_dict(), "answer": None}
    if folder is None:
        yield Kept(None, record)
        return
    folder = Path(folder)
    there = read_record(folder)
    with locked(folder):
        if there is not None and force:
            cleared(folder)
        elif there is not None:
            _refuse_another(folder, there, record)
        place = Kept(folder, record)
        place._write()
        yield place


def read_record(folder: Path) -> dict | None:
    """What the folder says; None where there is nothing. Raises OtherStudy where it is no folder of an experiment."""
    if not folder.is_dir() or not any(not one.name.startswith(".") for one in folder.iterdir()):
        return None
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        record["experiment"], record["name"], record["digest"], record["seed"], record["asked"], record["model"]
    except (OSError, ValueError, KeyError, TypeError):
        raise OtherStudy(f"{folder} holds files but no {RECORD} that can be read, so it is not a folder of an experiment; "
                         "choose another folder with --out") from None
    return record


def parts(folder: Path) -> list[Path]:
    """The folders of the sweeps that an experiment has played."""
    return sorted(path.parent for path in (folder / PLAYED).rglob(SWEEP))


def _refuse_another(folder: Path, there: dict, now: dict) -> None:
    """OtherStudy where a folder holds another experiment, and in what it differs."""
    differs = [f"{name} {there['asked'].get(name, 'nothing')} there, {now['asked'].get(name, 'nothing')} here"
               for name in now["asked"] | there["asked"] if there["asked"].get(name) != now["asked"].get(name)]
    if there["digest"] != now["digest"] or there["seed"] != now["seed"]:
        differs.append(f"the market is another: {there['name']}, digest {there['digest'][:6]}, seed {there['seed']} there; "
                       f"{now['name']}, {now['digest'][:6]}, seed {now['seed']} here")
    if there["experiment"] != now["experiment"]:
        differs = [f"{there['experiment']} there, {now['experiment']} here"]
    if differs:
        raise OtherStudy(f"{folder} holds another experiment ({'; '.join(differs[:3])}); use --force to replace it, or another folder with "
                         "--out")
    if there["model"] != now["model"]:
        raise OtherStudy(f"{folder} holds markets that another version of the model has played, which should not be mixed with those of "
                         "this one; use --force to replace them, or another folder with --out")
