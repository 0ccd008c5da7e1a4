"""The command that lays published figures beside simulated ones."""

import json
from pathlib import Path

import typer

from sim.cli.experiment import draw, tell
from sim.cli.guard import FAILED, WrongUse, guarded
from sim.cli.options import Force, Json, NoFigures, Out, Quiet, Threads

PLACE = Path("results") / "published"


@guarded
def published(
    out: Out = None,
    threads: Threads = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Closed forms and printed figures, played again.

    What an account is worth (three timings, margin multiples, five points of retention, elasticities), migration, renewals, repertoires,
    bargain and rip-off, complaints: each figure with its source, its closed form, the simulated mean, its standard error, and a verdict.
    The exit code is 1 where a figure is more than four standard errors off. About half a minute on two cores.

    \b
    tenure published
    tenure published -o tables --json
    """
    from sim.cli import waiting
    from sim.cli.place import refuse_unwritable
    from sim.experiments.published import published as play
    from sim.plots import published as plots
    from sim.screens import published as screens

    folder = out or PLACE
    refuse_unwritable(folder)
    refuse_another(folder, force)
    with waiting.bar("Playing the markets of the literature", quiet or as_json) as progress:
        found = waiting.heard(lambda: play(threads=threads, progress=progress))
    found.write(folder)
    drawn = [] if no_figures else draw(folder, [("published", lambda: plots.published(found))])
    pictures = f"; the picture in {drawn[0].parent.name}/" if drawn else ""
    where = f"The table is in {folder} (published.csv, .parquet, .md; what it rests on in published.json{pictures})."
    tell(found, folder, as_json, quiet, screens.result, [where, screens.rests_on(found)])
    if not found.agrees:
        raise typer.Exit(FAILED)


def refuse_another(folder: Path, force: bool) -> None:
    """WrongUse where a folder holds something else, or the figures of another version of the model."""
    from sim.experiments.published.play import RECORD
    from sim.experiments.sweep.work import model

    if not folder.is_dir() or not any(folder.iterdir()):
        return
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        same = record["model"] == model() and "markets" in record
    except (OSError, ValueError, KeyError, TypeError):
        words = f"{folder} holds files but no {RECORD}, so it is not a folder of published figures; choose another folder with --out"
        raise WrongUse(words) from None
    if not (same or force):
        words = f"{folder} holds the figures of another version of the model; use --force to replace them, or another folder with --out"
        raise WrongUse(words)
