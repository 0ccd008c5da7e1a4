"""The command that lets sellers choose, each for itself."""

import hashlib
import json
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.goes_on import goes_on
from sim.cli.guard import FAILED, WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, RunCount, Scheduler, Sets, Threads
from sim.cli.output import show, show_json

SUFFIX, FIGURES = "_equilibrium", "figures"
Choices = Annotated[
    str | None,
    typer.Option("--choices", metavar="A,B", help="What each may choose: strategies, levels, all five (levels), as_stated."),
]
Players = Annotated[str | None, typer.Option("--players", metavar="A,B", help="Which sellers, or groups, choose; default: all.")]
Before = Annotated[
    str | None, typer.Option("--before", metavar="CHOICE", help="What everybody played before; default: what each does under the baseline.")
]
Full = Annotated[bool, typer.Option("--full", help="Play every assignment of choices, also where sellers are alike.")]


@guarded
def equilibrium(
    file: File = "default",
    out: Out = None,
    choices: Choices = None,
    players: Players = None,
    before: Before = None,
    full: Full = False,
    sets: Sets = None,
    runs: RunCount = None,
    threads: Threads = None,
    scheduler: Scheduler = None,
    force: Force = False,
    no_figures: NoFigures = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Let every seller choose for itself: where do they come to rest, and what does it cost them?

    Each seller may make any of the choices; every profile of choices is played in the same runs. Says where nobody gains by another
    choice (Nash equilibria, pure and mixed) and how sure that is, who switches to what on the way there, and what all lose by it. Sellers
    that are alike count as one role, so that only how many of them choose what is played. What a strategy changes of the focal seller is
    what choosing it changes of whoever does. All begin with what they do under the baseline. Whatever stops it, the same command goes on.

    \b
    tenure equilibrium default --choices transactional,relationship
    tenure equilibrium default --choices levels --players ours,rivals_1
    tenure equilibrium price_war --set market.buyers=500
    """
    from sim.cli import waiting
    from sim.experiments.equilibrium import NoGame, Unplayed
    from sim.experiments.equilibrium import equilibrium as played
    from sim.scenario import load

    scenario = load(file, sets or ())
    asked = {"choices": words(choices), "players": words(players), "before": before, "runs": runs, "reduced": not full}
    folder = out or folder_of(scenario, asked, sets)
    refuse(folder)
    silent = quiet or as_json
    try:
        with goes_on(folder), waiting.bar(quiet=silent) as progress:
            found = played(scenario, folder=folder, threads=threads, scheduler=scheduler, force=force, progress=progress, **asked)
    except NoGame as error:
        raise WrongUse(str(error)) from None
    except Unplayed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    drawn = [] if no_figures else draw(found, folder, silent)
    tell(found, folder, drawn, as_json, quiet)


def words(text: str | None) -> list[str] | None:
    """Names, separated by commas."""
    return [name.strip() for name in text.split(",") if name.strip()] if text is not None else None


def folder_of(scenario, asked: dict, sets) -> Path:
    """The folder where none is named; one with options of its own gets a name of its own."""
    own = {name: value for name, value in (asked | {"sets": sets or None}).items() if value is not None and value is not True}
    mark = hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:6]
    return Path("results") / f"{scenario.slug}{SUFFIX}{f'_{mark}' if own else ''}"


def refuse(folder: Path) -> None:
    """WrongUse where nothing can be written."""
    from sim.cli.place import refuse_unwritable

    refuse_unwritable(folder)


def draw(found, folder: Path, silent: bool) -> list[Path]:
    """Draw the figures that fit."""
    from sim.cli import waiting
    from sim.plots import save
    from sim.plots.equilibrium import figures

    with waiting.spinner("Drawing figures", silent):
        return [save(make(), folder / FIGURES / f"{name}.png") for name, make in figures(found)]


def tell(found, folder: Path, drawn: list[Path], as_json: bool, quiet: bool) -> None:
    """Say what came out, and where it is."""
    from sim.screens import equilibrium as screens

    if as_json:
        show_json(found.answer() | {"results": str(folder)})
    elif quiet:
        show(found.sentence())
    else:
        show(screens.result(found))
        figures = f", figures in {folder / FIGURES}" if drawn else ""
        where = f"Results are in {folder}: tables, every market in played/profiles, what they rest on in experiment.json{figures}."
        show(["", where], wrap=False)
