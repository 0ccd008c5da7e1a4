"""The command that plays sweeps."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sim.cli.goes_on import again, goes_on
from sim.cli.guard import FAILED, WrongUse, guarded
from sim.cli.options import File, Force, Json, Quiet, Scheduler, Sets, Strategies, Threads
from sim.cli.output import show, show_json

SWEEP = "_sweep"
Precision = Annotated[
    str | None,
    typer.Option("--precision", metavar="2%", help="Play each point until half its interval is so little of the baseline's profit."),
]
Seconds = Annotated[
    float | None, typer.Option("--seconds", min=1, metavar="S", help="Stop after so long; runs are spent where intervals are wide.")
]
Runs = Annotated[
    int | None,
    typer.Option("--runs", min=1, max=100_000, metavar="N", help="Runs of each point; with --precision or --seconds at most so many."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say points, runs, time and disk, and play nothing.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="The folder for the results; default: one in results/.")]


@guarded
def sweep(
    file: File = "default",
    out: Out = None,
    strategies: Strategies = None,
    sets: Sets = None,
    runs: Runs = None,
    precision: Precision = None,
    seconds: Seconds = None,
    threads: Threads = None,
    scheduler: Scheduler = None,
    dry_run: DryRun = False,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play a market at many points of its parameters.

    The section sweep of the scenario says what varies: levers, which we choose, and uncertainties, which we cannot. Rows are written as
    they come; whatever stops a sweep, the same command goes on where it was, and ends in the same numbers. A point that fails is a row
    with its reason; the others are played, and the exit code is 1.

    \b
    tenure sweep service_and_price --dry-run
    tenure sweep service_and_price
    tenure sweep service_and_price --precision 2%
    tenure sweep service_and_price --scheduler tcp://node1:8786
    """
    from sim.cli import waiting
    from sim.cli.asked import chosen
    from sim.experiments.sweep.plan import NoSweep, plan_of
    from sim.experiments.sweep.schedule import target_of
    from sim.scenario import load
    from sim.screens import sweep as screens

    scenario = load(file, sets or ())
    share = share_of(precision)
    adaptive = share is not None or seconds is not None
    try:
        plan = plan_of(scenario, strategies=chosen(scenario, strategies), runs=None if adaptive else runs)
    except NoSweep as error:
        raise WrongUse(str(error)) from None
    folder = out or folder_of(scenario, plan, bool(sets or strategies))
    if dry_run:
        tell_dry(plan, target_of(plan, runs, share, seconds), folder, threads, as_json)
        return
    if not (quiet or as_json or waiting.compiled()):
        typer.echo(f"{waiting.COMPILING} …", err=True)
    with screens.live(quiet or as_json) as progress:
        found = played(plan, folder, {"runs": runs, "precision": share, "seconds": seconds, "threads": threads, "scheduler": scheduler,
                                      "force": force, "progress": progress})  # fmt: skip
    tell(found, folder, as_json, quiet)
    if len(found.failures):
        raise typer.Exit(FAILED)


def share_of(text: str | None) -> float | None:
    """2% or 0.02 as a share; WrongUse for anything else."""
    if text is None:
        return None
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise WrongUse(f"{text!r} is no precision; give a share such as 2% (or 0.02)")
    return share


def folder_of(scenario, plan, own: bool) -> Path:
    """The folder of a sweep where none is named; one with options of its own gets a name of its own."""
    return Path("results") / f"{scenario.slug}{SWEEP}{f'_{plan.digest[:6]}' if own else ''}"


def played(plan, folder: Path, options: dict):
    """Play a sweep."""
    from sim.cli.place import refuse_unwritable
    from sim.experiments.sweep import sweep as play

    refuse_unwritable(folder)
    with goes_on(folder):
        return play(plan, folder, **options)


def tell(found, folder: Path, as_json: bool, quiet: bool) -> None:
    """Say what came out, and where it is."""
    from sim.screens import sweep as screens

    if as_json:
        show_json(answer(found, folder))
    elif quiet:
        show(found.sentence())
    else:
        show(screens.result(found))
        if not found.finished:
            show(f"\nThe time was up before everything was played; the same command goes on:\n  {again()}")
        show(["", *screens.kept(found, folder), screens.rests_on(found)], wrap=False)


def answer(found, folder: Path) -> dict:
    """A sweep as plain data: what was asked, which strategy is best where, and what the numbers rest on."""
    from sim.wording import plain

    plan, best = found.plan, found.best
    gains = found.points.groupby("strategy", sort=False)
    return {
        "scenario": plan.scenario.name, "plan": plan.digest, "seed": plan.seed, "points": len(plan.points), "runs": found.target.runs,
        "precision": found.target.precision, "finished": found.finished, "markets": found.progress.played, "digest": found.digest,
        "levers": list(plan.levers), "uncertainties": list(plan.uncertainties), "baseline": plan.baseline, "focal": plan.scenario.focal,
        "currency": plan.scenario.market.currency,
        "strategies": {name: plain({
            "profit": rows.profit.mean(), "gain": rows.gain.mean(), "least_gain": rows.gain.min(), "greatest_gain": rows.gain.max(),
            "best_at": int((best.strategy == name).sum()),
            "sure_at": int(((best.strategy == name) & (best.verdict == "ahead")).sum())}) for name, rows in gains},
        "failures": [plain(row) for row in found.failures.to_dict("records")],
        "results": str(folder),
    }  # fmt: skip


def tell_dry(plan, target, folder: Path, threads: int | None, as_json: bool) -> None:
    """Say what a sweep will be."""
    from sim.cli import waiting
    from sim.experiments.sweep.forecast import forecast
    from sim.screens import sweep as screens

    threads = threads or os.cpu_count() or 1
    with waiting.spinner("Playing a market to see how long it takes", as_json):
        found = forecast(plan, target, threads)
    if as_json:
        show_json({"points": len(plan.points), "runs": target.runs, "strategies": list(plan.strategies), "markets": found.markets,
                   "seconds": round(found.seconds, 1), "threads": threads, "bytes": found.size, "results": str(folder),
                   "levers": list(plan.levers), "uncertainties": list(plan.uncertainties)})  # fmt: skip
    else:
        show([*screens.dry(plan, target, found.seconds, found.size, threads), f"Results would go to {folder}."])
