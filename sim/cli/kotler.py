"""The command that fills Kotler's table."""

from typing import Annotated

import typer

from sim.cli.experiment import draw, folder_of, tell
from sim.cli.goes_on import goes_on
from sim.cli.guard import WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, RunCount, Scheduler, Sets, Threads

As = Annotated[
    str, typer.Option("--as", metavar="READING", help="What 'number of customers' means: demand (split over more), decades, or people.")
]
Customers = Annotated[
    str | None, typer.Option("--customers", metavar="FEW,MEDIUM,MANY", help="Numbers of customers of your own, such as 200,800,3200.")
]
Margins = Annotated[
    str | None, typer.Option("--margins", metavar="HIGH,MEDIUM,LOW", help="Margins as shares of the price; default: 0.7,0.4,0.15.")
]


@guarded
def kotler(
    file: File = "default",
    reading: As = "demand",
    customers: Customers = None,
    margins: Margins = None,
    runs: RunCount = None,
    out: Out = None,
    sets: Sets = None,
    threads: Threads = None,
    scheduler: Scheduler = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """The best level by margin and number of customers.

    Each of the nine cells with its certainty, beside Kotler's own. What a number of customers means is not said by him: the same demand
    split over more of them (demand, or in steps of ten: decades), or more of them for the same people (people). Everything else is the
    scenario's; its strategies make way for the five levels.

    \b
    tenure kotler default
    tenure kotler default --as people
    tenure kotler office_automation --customers 50,500,5000 --margins 0.6,0.3,0.1
    """
    from sim.cli.waiting import bar
    from sim.experiments.kotler import READINGS, NoTable
    from sim.experiments.kotler import kotler as play
    from sim.plots import kotler as plots
    from sim.scenario import load
    from sim.scenario.suggest import among
    from sim.screens import kotler as screens

    scenario = load(file, sets or ())
    if reading not in READINGS:
        raise WrongUse(f"{reading!r} is no reading of 'number of customers'; {among(reading, READINGS)}")
    asked = {"reading": reading, "customers": numbers(customers, int, "--customers", "200,800,3200"),
             "margins": numbers(margins, float, "--margins", "0.7,0.4,0.15"), "runs": runs}  # fmt: skip
    name = "kotler" if reading == "demand" else f"kotler_{reading}"
    folder = folder_of(scenario, name, asked | {"reading": None, "sets": sets}, out)
    with goes_on(folder), bar("Playing the markets", quiet or as_json) as progress:
        try:
            found = play(scenario, **asked, folder=folder, threads=threads, scheduler=scheduler, force=force, progress=progress)
        except NoTable as error:
            raise WrongUse(str(error)) from None
    drawn = [] if no_figures else draw(folder, [("kotler", lambda: plots.kotler(found))])
    where = f"Results are in {folder} (cells, levels, neighbours, corners as tables; experiment.json)."
    tell(found, folder, as_json, quiet, screens.result, [where, *(f"The picture is {path}." for path in drawn), screens.rests_on(found)])


def numbers(text: str | None, kind: type, option: str, example: str) -> list | None:
    """Numbers out of a list with commas; WrongUse for anything else."""
    if text is None:
        return None
    try:
        return [kind(part) for part in text.split(",")]
    except ValueError:
        raise WrongUse(f"{option}: {text!r} is no list of numbers; write three of them, such as {example}") from None
