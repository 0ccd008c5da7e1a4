"""Where results go, and whether they may."""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from sim.cli.guard import Differs, WrongUse

FIGURES = "figures"
ASKED = ("digest", "seed", "runs", "strategies", "watched")


@dataclass(frozen=True)
class Place:
    """A folder for the results of a study. `held`: the receipt of the same study's numbers, where they stand there already."""

    folder: Path
    force: bool
    held: str | None


def reserve(scenario, out: Path | None, force: bool, asked: dict, suffix: str = "", as_it_stands: bool = True) -> Place:
    """The place for a study: `out`, or results/NAME; a study with options of its own gets a name of its own.

    asked: what was asked for (ASKED). Raises WrongUse where other results stand there already, or nothing can be written."""
    own = "" if as_it_stands else f"_{hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:6]}"
    folder = out or Path("results") / f"{scenario.slug}{suffix}{own}"
    refuse_unwritable(folder)
    taken = folder.is_dir() and any(folder.iterdir())
    return Place(folder, force, None if force or not taken else receipt_of(folder, asked))


def receipt_of(folder: Path, asked: dict) -> str:
    """The receipt of results that answer what is asked; WrongUse where the folder holds something else."""
    from sim.results import NotResults, read_record

    try:
        record = read_record(folder)
    except NotResults:
        raise WrongUse(f"{folder} holds files that are not results; choose another folder with --out") from None
    if any(record.get(name) != asked[name] for name in ASKED):
        raise WrongUse(
            f"{folder} holds the results of another study ({record['name']}, {record['runs']} runs, seed {record['seed']}); "
            f"use --force to replace them, or another folder with --out"
        )
    return record["receipt"]


def refuse_unwritable(folder: Path) -> None:
    """WrongUse where nothing can be written at a place."""
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is a file; choose a folder with --out")
    there = next(place for place in (folder.absolute(), *folder.absolute().parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        raise WrongUse(f"nothing can be written to {there}; choose another folder with --out")


def keep(place: Place, what, runs) -> str:
    """Write results to their place; returns what to say about it. Differs where the same study has other numbers on record."""
    from sim.provenance import receipt
    from sim.results import write

    mark = receipt(runs)
    if place.held is None:
        write(what, place.folder, force=place.force)
        return f"Results are in {place.folder} (tables, run.json; receipt {mark[:12]})."
    if place.held != mark:
        raise Differs(
            f"{place.folder} holds other numbers for the same study, left by another version of the model; "
            f"use --force to replace them, or another folder with --out"
        )
    return f"{place.folder} holds these very numbers already (receipt {mark[:12]}); it was left as it is."


def draw(place: Place, drawings) -> str:
    """Draw figures, (name, function) each, beside the results; those drawn already are left as they are."""
    from sim.plots import save

    folder = place.folder / FIGURES
    if place.held is not None and folder.is_dir():
        return f"Figures are in {folder}."
    drawn = [save(make(), folder / f"{name}.png") for name, make in drawings]
    return f"{len(drawn)} figures are in {folder}." if len(drawn) > 1 else f"The figure is {drawn[0]}."
