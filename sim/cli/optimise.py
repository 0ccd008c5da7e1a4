"""The command that looks for the best relationship policy."""

import re
from typing import Annotated

import typer

from sim.cli.asked import names
from sim.cli.experiment import draw, folder_of, tell
from sim.cli.goes_on import goes_on
from sim.cli.guard import FAILED, WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, RunCount, Scheduler, Sets, Threads

USUAL = {"objective": "both", "sampler": "tpe"}
Decide = Annotated[
    str | None,
    typer.Option(
        "--decide", metavar="A,B", help="What is decided: levels, targeting, discount, listening, budget. Default: what makes sense."
    ),
]
Objective = Annotated[str, typer.Option("--objective", metavar="GOAL", help="profit, retention, or both.")]
BudgetText = Annotated[
    str | None,
    typer.Option("--budget", metavar="MONEY", help="What relationships may cost in a period: 30000, '6 per buyer', '20 per account'."),
]
Capacity = Annotated[
    str | None,
    typer.Option("--capacity", metavar="LEVEL=N,…", help="Accounts that a level can serve well: partnership=200,proactive=600."),
]
Trials = Annotated[int | None, typer.Option("--trials", min=8, max=100_000, metavar="N", help="How many policies are tried; default 160.")]
Sampler = Annotated[str, typer.Option("--sampler", metavar="NAME", help="tpe, or random (to see what the search adds).")]
BUDGET = re.compile(r"\s*([0-9][0-9_,]*(?:\.[0-9]+)?(?:e[0-9]+)?)\s*(?:(?:per\s+|/\s*)(buyer|account))?\s*", re.IGNORECASE)


@guarded
def optimise(
    file: File = "default",
    out: Out = None,
    sets: Sets = None,
    decide: Decide = None,
    objective: Objective = "both",
    budget: BudgetText = None,
    capacity: Capacity = None,
    trials: Trials = None,
    runs: RunCount = None,
    sampler: Sampler = "tpe",
    threads: Threads = None,
    scheduler: Scheduler = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """The best policy under a budget and a capacity.

    Which account gets which level (one for all, by type, by value, the best for each), loyalty discount, listening and the six markets'
    budget are searched together; the best go on to a race on other luck, and the winner is measured on runs by which nobody was chosen,
    against the best uniform level and the scenario's own strategies. Profit against retention comes as a front. The strategy is written
    to best.yaml, which tenure compare plays. Whatever stops it, the same command goes on.

    \b
    tenure optimise default
    tenure optimise default --budget '6 per buyer' --capacity partnership=200
    tenure optimise office_automation --decide levels --objective profit
    tenure compare results/default_optimise/best.yaml
    """
    from sim.cli import waiting
    from sim.experiments import optimise as experiments
    from sim.plots.optimise import figures
    from sim.scenario import load
    from sim.screens import optimise as screens

    scenario = load(file, sets or ())
    asked = {
        "decide": names(decide),
        "objective": objective,
        "budget": budget_of(budget),
        "capacity": capacity_of(capacity),
        "trials": trials,
        "runs": runs,
        "sampler": sampler,
    }
    own = {name: value for name, value in asked.items() if value != USUAL.get(name)}
    folder = folder_of(scenario, "optimise", own | {"sets": sets}, out)
    silent = quiet or as_json
    try:
        with goes_on(folder), waiting.bar("Playing policies", silent) as progress:
            options = {"folder": folder, "threads": threads, "scheduler": scheduler, "force": force, "progress": progress}
            found = waiting.heard(lambda: experiments.optimise(scenario, **asked, **options))
    except experiments.NothingPlayed as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    except experiments.NoOptimum as error:
        raise WrongUse(str(error)) from None
    drawn = [] if no_figures else draw(folder, figures(found))
    where = [f"{len(drawn)} figures are in {path.parent}." for path in drawn[:1]]
    notes = [*screens.use(found), "", *screens.kept(found, folder), *where, screens.rests_on(found)]
    tell(found, folder, as_json, quiet, screens.result, notes)


def budget_of(text: str | None):
    """A budget as it is typed: an amount in all, per buyer or per account."""
    from sim.experiments.optimise import Budget

    if text is None:
        return None
    read = BUDGET.fullmatch(text)
    if not read:
        raise WrongUse(f"{text!r} is no budget; give money per period such as 30000, '6 per buyer' or '20 per account'")
    return Budget(float(read[1].replace(",", "").replace("_", "")), (read[2] or "").lower())


def capacity_of(text: str | None) -> dict[str, float]:
    """Capacities as they are typed: level=accounts, separated by commas."""
    found, wrong = {}, []
    for part in names(text) or ():
        level, _, number = (piece.strip() for piece in part.partition("="))
        try:
            found[level] = float(number)
        except ValueError:
            wrong.append(f"{part!r} is no capacity; write a level and accounts, such as partnership=200")
    if wrong:
        raise WrongUse("\n".join(wrong))
    return found
