"""Where results go, and whether they may."""

import hashlib
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path

from sim.cli.guard import Differs, WrongUse

FIGURES = "figures"


@dataclass(frozen=True)
class Place:
    """A folder for the results of a study. `held`: the receipt of the same study's numbers, where they stand there already."""

    folder: Path
    force: bool
    held: str | None


def reserve(scenario, out: Path | None, force: bool, asked: dict, suffix: str = "", as_it_stands: bool = True) -> Place:
    """The place for a study: `out`, or results/NAME; a study with options of its own gets a name of its own.

    asked: what was asked for, by the names of its record. Raises WrongUse where other results stand there already, or nothing can be
    written."""
    from sim.results import read_record

    place = Place(named(scenario, out, asked, suffix, as_it_stands), force, None)
    about = "the results of another study ({name}, {runs} runs, seed {seed}); use --force to replace them"
    return replace(place, held=receipt_of(place, asked, read_record, about))


def reserve_graph(scenario, out: Path | None, force: bool, asked: dict, as_it_stands: bool = True) -> Place:
    """The place for a graph: `out`, or results/NAME_graph; as `reserve`."""
    from sim.graph_files import read_graph_record

    place = Place(named(scenario, out, asked, "_graph", as_it_stands), force, None)
    about = "another graph ({scenario} under {strategy}, run {run}, {unit} {period}); use --force to replace it"
    return replace(place, held=receipt_of(place, asked, read_graph_record, about))


def named(scenario, out: Path | None, asked: dict, suffix: str, as_it_stands: bool) -> Path:
    """The folder: as told, or a name that says what it holds."""
    own = "" if as_it_stands else f"_{hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:6]}"
    folder = out or Path("results") / f"{scenario.slug}{suffix}{own}"
    refuse_unwritable(folder)
    return folder


def receipt_of(place: Place, asked: dict, read, about: str) -> str | None:
    """The receipt of what stands there already and answers what is asked; None where nothing does, or it may be replaced. WrongUse where
    the folder holds something else."""
    from sim.results import NotResults

    if place.force or not place.folder.is_dir() or not any(place.folder.iterdir()):
        return None
    try:
        record = read(place.folder)
    except NotResults:
        raise WrongUse(f"{place.folder} holds files that are not results; choose another folder with --out") from None
    if any(record.get(name) != wanted for name, wanted in asked.items()):
        raise WrongUse(f"{place.folder} holds {about.format(**record)}, or another folder with --out")
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
    return left_as_it_is(place, mark)


def keep_graph(place: Place, graph) -> str:
    """Write a graph to its place; as `keep`."""
    from sim.graph_files import receipt, write_graph

    mark = receipt(graph)
    if place.held is None:
        write_graph(graph, place.folder, force=place.force)
        files = "graph.graphml for Gephi, yEd or Cytoscape; nodes and edges as tables"
        return f"The graph is in {place.folder} ({files}; receipt {mark[:12]})."
    return left_as_it_is(place, mark)


def left_as_it_is(place: Place, mark: str) -> str:
    """What to say where the same numbers stand there already; Differs where others do."""
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
