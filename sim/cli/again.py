"""What a folder holds, and how it is played again: a study, a sweep, or an experiment made of sweeps."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from sim.cli.guard import WrongUse


class Kind(NamedTuple):
    """A kind of folder: `again(folder, threads, progress)` -> differences; what `receipt(record)` says; the record in words."""

    again: Callable
    receipt: Callable[[dict], str | None]
    words: Callable[[dict], str]


def kind_of(folder: Path) -> tuple[Kind, dict]:
    """The kind of a folder, and its record. Raises NotResults where it is none of ours."""
    from sim.experiments import keeping
    from sim.experiments.sweep import OtherStudy
    from sim.experiments.sweep import record as sweeps
    from sim.results import read_record

    try:
        if (folder / sweeps.RECORD).exists():
            return SWEEP, sweeps.read_record(folder)
        if (folder / keeping.RECORD).exists():
            return EXPERIMENT, keeping.read_record(folder)
    except OtherStudy as error:
        raise WrongUse(str(error)) from None
    return STUDY, read_record(folder)


def identical(folder: Path, kind: Kind, record: dict) -> str:
    """What to say where every number came out again."""
    return f"Identical: every number of {folder} came out again ({kind.words(record)})."


def _study(folder: Path, threads: int | None, progress) -> list[str]:
    from sim.results import verify

    return verify(folder, threads=threads, progress=progress)


def _sweep(folder: Path, threads: int | None, progress) -> list[str]:
    from sim.experiments.sweep import OtherStudy, again

    try:
        return again(folder, threads, lambda state: progress(state.played, state.total))
    except OtherStudy as error:
        raise WrongUse(str(error)) from None


def _experiment(folder: Path, threads: int | None, progress) -> list[str]:
    """Every market that an experiment has played; its tables and its answer follow from them."""
    from sim.experiments.keeping import parts

    found = []
    for part in parts(folder):
        found += [f"{part.name}: {difference}" for difference in _sweep(part, threads, progress)]
    return found


STUDY = Kind(
    _study,
    lambda record: record["receipt"],
    lambda record: f"{record['name']}, {', '.join(record['strategies'])}, {record['runs']} runs, receipt {record['receipt'][:12]}",
)
SWEEP = Kind(
    _sweep,
    lambda record: record["finished"] and record["finished"]["digest"],
    lambda record: f"{record['name']}, {record['points']:,} points, {record['finished']['markets']:,} markets, digest "
    f"{record['finished']['digest'][:12]}",
)
EXPERIMENT = Kind(_experiment, lambda record: None, lambda record: f"{record['name']}, {record['experiment']}")
