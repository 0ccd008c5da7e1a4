"""The command that asks what decides."""

from typing import Annotated

import typer

from sim.cli.experiment import draw, folder_of, tell
from sim.cli.goes_on import goes_on
from sim.cli.guard import FAILED, WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, Scheduler, Sets, Threads

USUAL = {"outcome": "gain", "method": "both"}
Vary = Annotated[
    list[str] | None,
    typer.Option("--vary", metavar="PATH=LOW..HIGH", help="What varies, evenly; LOW..HIGH:log evenly in the logarithm; repeatable."),
]
Outcome = Annotated[
    str, typer.Option("--outcome", metavar="NAME", help="Of what: gain over the baseline, profit, retention, market_share …")
]
Strategy = Annotated[
    str | None, typer.Option("--strategy", metavar="NAME", help="Of which strategy; default: the one that earns most beside the baseline.")
]
Method = Annotated[str, typer.Option("--method", metavar="NAME", help="morris, sobol, or both: screen all, then indices of what matters.")]
Points = Annotated[int | None, typer.Option("--points", metavar="N", help="Pairs of points for the indices, a power of two; default: 128.")]
Trajectories = Annotated[int | None, typer.Option("--trajectories", metavar="N", help="Trajectories of the screening; default: 12.")]
SecondOrder = Annotated[bool, typer.Option("--second-order", help="Indices of pairs too; nearly twice the points.")]
Runs = Annotated[
    int | None, typer.Option("--runs", min=1, max=100_000, metavar="N", help="Runs of every point, the same luck at all; default: 2.")
]


@guarded
def sensitivity(
    file: File = "default",
    vary: Vary = None,
    outcome: Outcome = "gain",
    strategy: Strategy = None,
    method: Method = "both",
    points: Points = None,
    trajectories: Trajectories = None,
    second_order: SecondOrder = False,
    out: Out = None,
    sets: Sets = None,
    runs: Runs = None,
    threads: Threads = None,
    scheduler: Scheduler = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Which numbers decide, and when the answer fails.

    Everything that varies is screened (Morris), what matters gets its share of the variance (Sobol), with intervals; and the points where
    the recommended strategy loses are searched for what they have in common (PRIM). What varies: --vary, else the section sweep of the
    scenario, else the usual parameters around its own values. Whatever stops it, the same command goes on where it was.

    \b
    tenure sensitivity service_and_price
    tenure sensitivity default --vary product.complexity=0.5..2:log --vary product.problem_rate=0.1..0.4
    tenure sensitivity service_and_price --outcome retention --method morris
    """
    from sim.cli.waiting import bar
    from sim.experiments.sensitivity import NoIndices, NoSensitivity
    from sim.experiments.sensitivity import sensitivity as play
    from sim.plots.sensitivity import figures
    from sim.scenario import load
    from sim.screens import sensitivity as screens

    scenario = load(file, sets or ())
    asked = {"vary": vary, "outcome": outcome, "strategy": strategy, "method": method, "points": points, "trajectories": trajectories,
             "second_order": second_order, "runs": runs}  # fmt: skip
    asked = {name: value for name, value in asked.items() if value is not None}
    own = {name: value for name, value in asked.items() if value != USUAL.get(name)}
    folder = folder_of(scenario, "sensitivity", own | {"sets": sets}, out)
    with goes_on(folder), bar("Playing the markets", quiet or as_json) as progress:
        try:
            found = play(scenario, **asked, folder=folder, threads=threads, scheduler=scheduler, force=force, progress=progress)
        except NoSensitivity as error:
            raise WrongUse(str(error)) from None
        except NoIndices as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(FAILED) from None
    drawn = [] if no_figures else draw(folder, figures(found))
    where = [f"Figures are in {path.parent}." for path in drawn[:1]]
    tell(found, folder, as_json, quiet, screens.result, [screens.kept(folder), *where, screens.rests_on(found)])
