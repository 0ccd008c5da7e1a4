"""The command that holds the claims of the literature against the model."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.experiment import draw, tell
from sim.cli.goes_on import goes_on
from sim.cli.guard import WrongUse, guarded
from sim.cli.options import Force, Json, NoFigures, Out, Quiet, RunCount, Threads

PLACE = "claims"
LONG = 20  # seconds from which it is said beforehand how long it takes
Which = Annotated[list[str] | None, typer.Argument(metavar="[C1 C6 …]", help="Which claims, C1 to C12; default: all twelve.")]
Points = Annotated[
    int, typer.Option("--robustness", min=0, max=1000, metavar="N", help="Play them at N points of the defaults' plausible ranges, too.")
]


@guarded
def claims(
    which: Which = None,
    robustness: Points = 0,
    runs: RunCount = None,
    threads: Threads = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Claims of the literature: which hold here, and why not.

    Jackson, Kotler, Levitt, Zeithaml & Bitner, Reichheld & Sasser, TARP, Reinartz & Kumar and others: each claim with its sentence, the
    contrasts that decide it, their 95% intervals and a verdict (holds, holds in part, fails, undecided); where it fails, when and why. No
    default was tuned for a claim. All twelve take about three minutes on two idle cores, a point of robustness a quarter of a minute;
    what is played is kept, and the same command goes on where it was.

    \b
    tenure claims
    tenure claims C6
    tenure claims C1 C4 C12 --robustness 16
    """
    from sim.cli import waiting
    from sim.cli.place import refuse_unwritable
    from sim.experiments.claims import NoClaim, chosen, expected
    from sim.experiments.claims import claims as play
    from sim.screens import claims as screens

    try:
        asked = chosen(which)
    except NoClaim as error:
        raise WrongUse(str(error)) from None
    folder = out or Path("results") / (PLACE if runs is None else f"{PLACE}_{runs}_runs")
    refuse_unwritable(folder)
    numbers, silent = [claim.number for claim in asked], quiet or as_json
    forewarn(expected(asked, robustness), folder, silent)
    with goes_on(folder), waiting.bar("Playing the claims", silent) as progress:
        found = waiting.heard(lambda: play(numbers, robustness, runs, folder, threads, force, progress))
    drawn = [] if no_figures else draw(folder, pictures(found))
    where = f"Results are in {folder} (verdicts, headlines, contrasts, robustness as tables; experiment.json)."
    notes = [where, *(f"Pictures are in {path.parent}." for path in drawn[:1]), screens.rests_on(found)]
    tell(found, folder, as_json, quiet, screens.result, notes)


def forewarn(seconds: float, folder: Path, silent: bool) -> None:
    """Say beforehand how long it takes, where it takes long."""
    from sim.screens.sweep import duration

    if not silent and seconds > LONG:
        typer.echo(f"About {duration(seconds)} on two idle cores; less where {folder} holds some of it already.", err=True)


def pictures(found) -> Iterator[tuple[str, Callable]]:
    """(name, function that draws it): a picture of each claim, and one of all of them where several were asked for."""
    from sim.plots.claims import claim, overview

    if len(found.asked) > 1:
        yield "claims", lambda: overview(found)
    for one in found.asked:
        yield one.number, lambda one=one: claim(found, one.number)
