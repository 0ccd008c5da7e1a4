"""The command that tries estimators of lifetime value on markets whose truth is known."""

from typing import Annotated

import typer

from sim.cli.experiment import draw, folder_of, tell
from sim.cli.goes_on import goes_on
from sim.cli.guard import WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, RunCount, Sets, Threads

OfSeller = Annotated[str | None, typer.Option("--seller", metavar="NAME", help="Whose customers; default: the focal seller's.")]
Strategy = Annotated[str | None, typer.Option("--strategy", metavar="NAME", help="Under which strategy; default: the baseline.")]
Calibration = Annotated[
    int | None, typer.Option("--calibration", min=1, metavar="N", help="Periods that estimators see; default: a third of the record.")
]
Holdout = Annotated[
    int | None, typer.Option("--holdout", min=1, metavar="N", help="Periods in which purchases are predicted; default: a third.")
]


@guarded
def lab(
    file: File = "default",
    out: Out = None,
    sets: Sets = None,
    runs: RunCount = None,
    strategy: Strategy = None,
    seller: OfSeller = None,
    calibration: Calibration = None,
    holdout: Holdout = None,
    threads: Threads = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Estimators of lifetime value, where the truth is known.

    Who is wrong for which buyer type, and by how much?

    Every buyer type is played alone, and all together, in a market that begins with the record. BG/NBD, Pareto/NBD, BG/BB, sBG and two
    naive rates see what a seller would: who bought when. What its customers went on to do, and who could still buy, is the truth. About a
    minute on two cores for the default market.

    \b
    tenure lab
    tenure lab subscription --runs 20
    tenure lab bank_referrals --calibration 24 --holdout 24
    """
    from sim.cli import waiting
    from sim.experiments.lab import NoLab
    from sim.experiments.lab import lab as play
    from sim.plots import lab as figures
    from sim.scenario import load
    from sim.screens import lab as screens

    scenario = load(file, sets or ())
    options = {"runs": runs, "seller": seller, "strategy": strategy, "calibration": calibration, "holdout": holdout}
    folder = folder_of(scenario, "lab", options | {"sets": sets}, out)
    try:
        with goes_on(folder), waiting.bar("Playing the markets, asking the estimators", quiet or as_json) as progress:
            found = play(scenario, folder=folder, threads=threads, force=force, progress=progress, **options)
    except NoLab as error:
        raise WrongUse(str(error)) from None
    drawn = [] if no_figures else draw(folder, [(make.__name__, lambda make=make: make(found)) for make in (figures.lab, figures.alive)])
    pictures = f"; {len(drawn)} figures in {drawn[0].parent.name}/" if drawn else ""
    where = f"Results are in {folder} (table, calibration and sums as Parquet, experiment.json{pictures})."
    tell(found, folder, as_json, quiet, screens.result, [where, screens.rests_on(found)])
