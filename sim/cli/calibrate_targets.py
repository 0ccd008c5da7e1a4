"""`tenure calibrate --target`: a market from figures that every manager knows, searched for by simulation."""

from pathlib import Path

from sim.cli.goes_on import goes_on
from sim.cli.guard import WrongUse

BEGIN = "default"


def aim(data, of_data: dict, target, out, fit, from_, strategy, sets, runs, seed, name, threads, results, force, silent,
        finish) -> None:  # fmt: skip
    """Search, and hand what was found to finish(found, scenario's file, folder). Whatever stops it, the same command goes on
    where it was. WrongUse for what cannot be asked."""
    from sim.cli.waiting import bar
    from sim.experiments.calibrate import UnfitData, calibrate_moments
    from sim.scenario import load

    refuse(data, of_data, target)
    scenario = load(from_ or BEGIN, [*(sets or ()), *([] if seed is None else [f"seed={seed}"])])
    written_to = place_of(out or Path(f"{scenario.slug}_on_target.yaml"), force)
    folder = results or Path("results") / f"{written_to.stem}_calibrate"
    with goes_on(folder), bar("Searching the market", silent) as progress:
        try:
            found = calibrate_moments(scenario, target, fit or (), strategy, runs, folder, threads, None, force, progress, name=name)
        except UnfitData as error:
            raise WrongUse(str(error)) from None
    finish(found, written_to, folder)


def refuse(data, of_data: dict, target) -> None:
    """WrongUse where there is nothing to go by, or two things."""
    if not target:
        raise WrongUse(
            "there is nothing to calibrate on: name a file of data (tenure calibrate purchases.csv), or figures that you know "
            "(tenure calibrate --target retention=82% --target market_share=0.20)"
        )
    if data is not None:
        raise WrongUse(f"{data} and --target are two things to calibrate on; give the data or the targets")
    given = [name for name, value in of_data.items() if value is not None]
    if given:
        raise WrongUse(
            f"--{given[0].replace('unit', 'period').replace('entered', 'entry')} goes with a file of data; --target needs none of it"
        )


def place_of(target: Path, force: bool) -> Path:
    """Where the scenario goes. WrongUse where it cannot, or something stands there."""
    from sim.cli.place import refuse_unwritable

    if target.suffix not in (".yaml", ".yml"):
        raise WrongUse(f"{target} is no name for a scenario; end it in .yaml")
    refuse_unwritable(target.parent if target.parent != Path() else Path.cwd())
    if target.exists() and not force:
        raise WrongUse(f"{target} is there already; use --force to replace it, or another name with --out")
    return target
