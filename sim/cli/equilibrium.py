"""The command that lets sellers choose, each for itself."""

from typing import Annotated

import typer

from sim.cli.asked import names
from sim.cli.experiment import draw, folder_of, tell
from sim.cli.goes_on import goes_on
from sim.cli.guard import FAILED, WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, RunCount, Scheduler, Sets, Threads

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
    """What happens when every seller chooses for itself.

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
    from sim.plots.equilibrium import figures
    from sim.scenario import load
    from sim.screens import equilibrium as screens

    scenario = load(file, sets or ())
    asked = {"choices": names(choices), "players": names(players), "before": before, "runs": runs, "reduced": not full}
    folder = folder_of(scenario, "equilibrium", asked | {"reduced": None, "full": full, "sets": sets}, out)
    silent = quiet or as_json
    try:
        with goes_on(folder), waiting.bar(quiet=silent) as progress:
            found = played(scenario, folder=folder, threads=threads, scheduler=scheduler, force=force, progress=progress, **asked)
    except NoGame as error:
        raise WrongUse(str(error)) from None
    except Unplayed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    drawn = [] if no_figures else draw(folder, figures(found))
    pictures = "".join(f", figures in {path.parent}" for path in drawn[:1])
    where = f"Results are in {folder}: tables, every market in played/profiles, what they rest on in experiment.json{pictures}."
    tell(found, folder, as_json, quiet, screens.result, [where])
