"""The command that draws a break-even map."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.experiment import draw, folder_of, tell
from sim.cli.goes_on import goes_on
from sim.cli.guard import FAILED, WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, RunCount, Scheduler, Sets, Strategies, Threads
from sim.cli.output import show, show_json

POINTS = 400
X = Annotated[
    str | None,
    typer.Option("--x", metavar="PATH=LOW..HIGH", help="What goes along: a parameter and its range; LOW..HIGH:log for a logarithmic one."),
]
Y = Annotated[str | None, typer.Option("--y", metavar="PATH=LOW..HIGH", help="What goes up, likewise; a path alone takes a range around.")]
ByLevel = Annotated[bool, typer.Option("--levels", help="Map the five relationship levels instead of the scenario's strategies.")]
Points = Annotated[int, typer.Option("--points", min=4, max=4225, metavar="N", help="How many points may be played at most.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say points, runs and time, and play nothing.")]


@guarded
def map_(
    file: File = "default",
    x: X = None,
    y: Y = None,
    strategies: Strategies = None,
    levels: ByLevel = False,
    runs: RunCount = None,
    points: Points = POINTS,
    out: Out = None,
    sets: Sets = None,
    threads: Threads = None,
    scheduler: Scheduler = None,
    dry_run: DryRun = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """The break-even map: where which strategy pays.

    Few points are played at first, then more where the best strategy changes, until the border is known to about 1/64 of each axis or
    the runs can tell no more; the band in which they cannot tell is drawn. Along x stands our unit cost where nothing else is named, up
    y the product's complexity. Whatever stops it, the same command goes on where it was.

    \b
    tenure map default
    tenure map default --x product.problem_rate=0.05..0.5 --y sellers.ours.price=90..110
    tenure map office_automation --levels --y product.complexity=0.25..4:log
    """
    from sim.cli.asked import chosen
    from sim.cli.waiting import bar
    from sim.experiments.mapping import NoMap, break_even_map
    from sim.experiments.ranges import NoRange
    from sim.plots import map as plots
    from sim.scenario import load
    from sim.screens import map as screens

    scenario = load(file, sets or ())
    named = None if levels else chosen(scenario, strategies)
    if levels and strategies:
        raise WrongUse("--levels maps the five relationship levels, --strategies those of the scenario; give one of the two")
    asked = {"x": x, "y": y, "strategies": named, "levels": levels, "runs": runs, "points": points}
    own = asked | {"points": None if points == POINTS else points, "sets": sets}
    folder = folder_of(scenario, "map", own, out)
    try:
        if dry_run:
            tell_dry(scenario, asked, folder, threads, as_json)
            return
        with goes_on(folder), bar("Playing the markets", quiet or as_json) as progress:
            found = break_even_map(scenario, **asked, folder=folder, threads=threads, scheduler=scheduler, force=force, progress=progress)
    except (NoMap, NoRange) as error:
        raise WrongUse(str(error)) from None
    drawn = [] if no_figures or found.surface is None else draw(folder, [("map", lambda: plots.break_even(found))])
    where = f"Results are in {folder} (points, border, regions, failures as tables; experiment.json)."
    tell(found, folder, as_json, quiet, screens.result, [where, *(f"The map is {path}." for path in drawn), screens.rests_on(found)])
    if found.surface is None:
        raise typer.Exit(FAILED)


def tell_dry(scenario, asked: dict, folder: Path, threads: int | None, as_json: bool) -> None:
    """Say what a map will be."""
    from sim.cli import waiting
    from sim.experiments.mapping import planned
    from sim.experiments.sweep.forecast import forecast
    from sim.experiments.sweep.schedule import target_of
    from sim.screens import map as screens

    axes, plan = planned(scenario, asked["x"], asked["y"], asked["strategies"], asked["levels"], asked["runs"])
    threads, first = threads or os.cpu_count() or 1, len(plan.points)
    most = max(min(asked["points"], len(axes[0].values) * len(axes[1].values)), first)
    with waiting.spinner("Playing a market to see how long it takes", as_json):
        found = forecast(plan, target_of(plan, None, None, None), threads)
    each = found.seconds / found.markets
    if as_json:
        show_json({"first_points": first, "most_points": most, "runs": plan.runs, "strategies": list(plan.strategies),
                   "seconds": round(found.seconds, 1), "most_seconds": round(each * most * plan.runs * len(plan.strategies), 1),
                   "threads": threads, "x": axes[0].text, "y": axes[1].text, "results": str(folder)})  # fmt: skip
    else:
        show([*screens.dry(axes, plan.strategies, plan.runs, first, most, each, threads), f"Results would go to {folder}."])
