"""The command that writes simulated logs for other tools."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.asked import chosen
from sim.cli.guard import WrongUse, guarded
from sim.cli.options import File, Force, Json, Quiet, RunNumber, Seed, Sets
from sim.cli.output import show, show_json

To = Annotated[str, typer.Option("--to", metavar="FORM", help="transactions, rfm or panel.")]
OfSeller = Annotated[str | None, typer.Option("--seller", metavar="NAME", help="Whose log it is; default: the focal seller.")]
Strategy = Annotated[str | None, typer.Option("--strategy", metavar="NAME", help="Under which strategy; default: the baseline.")]
Buyers = Annotated[
    int | None, typer.Option("--buyers", min=1, metavar="N", help="How many buyers the market has; default: the scenario's.")
]
Holdout = Annotated[
    int | None, typer.Option("--holdout", min=0, metavar="N", help="Last periods that are kept for testing (rfm); default: a third.")
]
Continuation = Annotated[
    int | None,
    typer.Option("--continuation", min=0, metavar="N", help="Periods beyond the record, for true lifetime values; default: as many again."),
]
Start = Annotated[str, typer.Option("--start", metavar="DAY", help="The first day of the record.")]
Wide = Annotated[bool, typer.Option("--wide", help="A row for each choice, as biogeme reads a panel; default: one for each alternative.")]
Format = Annotated[str, typer.Option("--format", metavar="A,B", help="csv, parquet, or both.")]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="The folder for the files; default: one in results/.")]


@guarded
def export(
    file: File = "default",
    to: To = "transactions",
    out: Out = None,
    strategy: Strategy = None,
    run: RunNumber = 1,
    buyers: Buyers = None,
    seller: OfSeller = None,
    sets: Sets = None,
    seed: Seed = None,
    holdout: Holdout = None,
    continuation: Continuation = None,
    start: Start = "2021-01-01",
    wide: Wide = False,
    formats: Format = "csv,parquet",
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Simulated logs for other tools, and the hidden truth.

    transactions: customer_id, date, amount, units of one seller's purchases. rfm: frequency, recency, T and monetary_value as lifetimes and
    PyMC-Marketing define them, with calibration and holdout. panel: choice occasions and what every seller offered at each, for xlogit
    (long) and biogeme (--wide). The file truth says of every customer what no such data show: its type, whether it can still buy when the
    record ends, its true lifetime value from then on.

    \b
    tenure export default --to transactions --strategy relationship
    tenure export subscription --to rfm --holdout 4 -o logs
    tenure export coffee --to panel --wide --buyers 500
    """
    from sim.cli import waiting
    from sim.cli.place import refuse_unwritable
    from sim.exports import NoExport
    from sim.exports import export as write
    from sim.scenario import load

    scenario = load(file, [*(sets or ()), *([f"market.buyers={buyers}"] if buyers else ())])
    chosen(scenario, strategy)
    folder = out or Path("results") / f"{scenario.slug}_{to}"
    refuse_unwritable(folder)
    wanted = [form.strip() for form in formats.split(",") if form.strip()]
    options = {"seller": seller, "strategy": strategy, "run": run, "seed": seed, "holdout": holdout, "continuation": continuation,
               "start": start, "wide": wide, "formats": wanted, "force": force}  # fmt: skip
    try:
        with waiting.bar("Playing the market", quiet or as_json) as progress:
            found = waiting.heard(lambda: write(scenario, to, folder, progress=progress, **options))
    except NoExport as error:
        raise WrongUse(str(error)) from None
    if as_json:
        show_json({name: value for name, value in found.record.items() if name not in ("scenario", "columns")} | {"results": str(folder)})
    elif quiet:
        show(found.sentence())
    else:
        show([found.sentence(), "", f"The log is in {folder}: {to} and truth, each as {' and '.join(wanted)}; README.md says what the",
              "columns mean and how to read them elsewhere, export.json what they rest on."], wrap=False)  # fmt: skip
