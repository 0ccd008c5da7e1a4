"""The command that reads a market from data."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.guard import WrongUse, guarded
from sim.cli.options import Force, Json, NoFigures, Quiet, Sets, Threads
from sim.cli.output import show, show_json

RECORD, FIGURES = "calibration.json", "figures"
Data = Annotated[
    Path | None, typer.Argument(metavar="[DATA]", show_default=False, help="A CSV or Parquet file: a transaction log, contracts, a table …")
]
OutFile = Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE.yaml", help="The scenario to write; default: DATA's name.")]
Kind = Annotated[
    str | None, typer.Option("--kind", metavar="KIND", help="log, panel, contracts, retention or repertoire; default: recognised.")
]
Customer = Annotated[str | None, typer.Option("--customer", metavar="COL", help="The column that says who bought.")]
Date = Annotated[str | None, typer.Option("--date", metavar="COL", help="The column that says when.")]
Amount = Annotated[str | None, typer.Option("--amount", metavar="COL", help="The column that says for how much.")]
Choice = Annotated[str | None, typer.Option("--choice", metavar="COL", help="The column that says what was chosen.")]
Start = Annotated[str | None, typer.Option("--start", metavar="COL", help="The column that says when a contract began.")]
End = Annotated[str | None, typer.Option("--end", metavar="COL", help="The column that says when it ended; empty: it still runs.")]
Column = Annotated[
    list[str] | None, typer.Option("--column", metavar="ROLE=COL", help="Any other column, such as year=renewal; repeatable.")
]
Holdout = Annotated[
    str | None, typer.Option("--holdout", metavar="SHARE|DATE", help="What is kept from the estimation: a share such as 0.5, a date, or 0.")
]
Unit = Annotated[
    str | None, typer.Option("--period", metavar="UNIT", help="day, week, month, quarter or year; default: as the data suggest.")
]
Entry = Annotated[
    str | None,
    typer.Option("--entry", metavar="HOW", help="'first purchase' (it began the relationship) or 'unseen' (it began before the record)."),
]
Contracts = Annotated[float | None, typer.Option("--contracts", min=2, metavar="N", help="How many contracts, where a table holds shares.")]
Category = Annotated[str | None, typer.Option("--category", metavar="NAME", help="Which category of a repertoire table.")]
Weeks = Annotated[int | None, typer.Option("--weeks", min=1, metavar="N", help="How many weeks a repertoire table covers.")]
Currency = Annotated[str | None, typer.Option("--currency", metavar="CODE", help="The currency of the amounts; default: USD.")]
Name = Annotated[str | None, typer.Option("--name", metavar="TEXT", help="What the scenario is called.")]
Runs = Annotated[int | None, typer.Option("--runs", min=2, max=100_000, metavar="N", help="How often the market is played; default: 40.")]
Seed = Annotated[int | None, typer.Option("--seed", min=0, max=2**63 - 1, metavar="N", help="The seed of all luck; default: 42.")]
Folder = Annotated[
    Path | None, typer.Option("--results", metavar="DIR", help="The folder for tables and figures; default: one in results/.")
]
Target = Annotated[
    list[str] | None,
    typer.Option("--target", metavar="MOMENT=VALUE", help="No data, only a figure: retention=82%, market_share=0.2±0.02 …; repeatable."),
]
Fit = Annotated[
    list[str] | None, typer.Option("--fit", metavar="PATH=LOW..HIGH", help="What to search for --target; default: what says most of each.")
]
Start_from = Annotated[str | None, typer.Option("--from", metavar="FILE", help="The scenario that --target begins with; default: default.")]
Under = Annotated[
    str | None, typer.Option("--strategy", metavar="NAME", help="Under which strategy --target holds; default: the baseline.")
]


@guarded
def calibrate(
    data: Data = None,
    out: OutFile = None,
    kind: Kind = None,
    customer: Customer = None,
    date: Date = None,
    amount: Amount = None,
    choice: Choice = None,
    start: Start = None,
    end: End = None,
    column: Column = None,
    holdout: Holdout = None,
    period: Unit = None,
    entry: Entry = None,
    contracts: Contracts = None,
    category: Category = None,
    weeks: Weeks = None,
    currency: Currency = None,
    name: Name = None,
    runs: Runs = None,
    seed: Seed = None,
    target: Target = None,
    fit: Fit = None,
    from_: Start_from = None,
    strategy: Under = None,
    sets: Sets = None,
    threads: Threads = None,
    results: Folder = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """A market read from your own data.

    Recognises a transaction log (customer, date, amount), contracts (start, end), a retention table, a brand-choice panel or a repertoire
    table by its columns; estimates with intervals, plays the market that follows and holds it against the data, those kept from the
    estimation included; says what the data cannot tell. The scenario plays at once with 'tenure compare'.
    Without data, --target searches a market that shows the figures which every manager knows: retention, market_share, share_of_wallet,
    purchases (a buyer and year), cost_to_serve, satisfaction.

    \b
    tenure calibrate purchases.csv -o market.yaml
    tenure calibrate crm.parquet --customer cust_no --date booked --amount net --holdout 0.5
    tenure calibrate contracts.csv --start signed --end cancelled
    tenure calibrate survivors.csv --kind retention --period year
    tenure calibrate households.csv --kind panel --choice brand
    tenure calibrate brands.csv --kind repertoire --category coffee
    tenure calibrate --target retention=82% --target market_share=0.20 --target purchases=2 -o market.yaml
    """
    from sim.cli import waiting
    from sim.experiments.calibrate import UnfitData
    from sim.experiments.calibrate import calibrate as read

    columns = {"customer": customer, "date": date, "amount": amount, "choice": choice, "start": start, "end": end} | pairs(column)
    data_options = {"holdout": holdout, "unit": period, "entered": entry, "contracts": contracts, "category": category,
                    "weeks": weeks, "currency": currency}  # fmt: skip
    if data is None or target:
        from sim.cli.calibrate_targets import aim

        def finish(found, written_to: Path, folder: Path) -> None:
            tell(found, written_to, folder, keep(found, written_to, folder, no_figures, afresh=False), as_json, quiet, no_figures)

        aim(data, columns | data_options | {"kind": kind}, target, out, fit, from_, strategy, sets, runs, seed, name, threads, results,
            force, as_json or quiet, finish)  # fmt: skip
        return
    refuse_alone({"--fit": fit, "--from": from_, "--strategy": strategy, "--set": sets})
    options = data_options | {"name": name, "runs": runs, "seed": seed}
    written_to, folder = places(data, out, results, force)
    try:
        with waiting.bar(f"Reading {data.name} and playing its market", quiet or as_json) as progress:
            found = read(
                data,
                kind,
                {role: one for role, one in columns.items() if one},
                progress,
                threads,
                **{word: value for word, value in options.items() if value is not None},
            )
    except UnfitData as error:
        raise WrongUse(str(error)) from None
    refuse_companions(found, written_to, force)
    tell(found, written_to, folder, keep(found, written_to, folder, no_figures), as_json, quiet, no_figures)


def tell(found, target: Path, folder: Path, written: list[Path], as_json: bool, quiet: bool, no_figures: bool) -> None:
    """Say what came out: as JSON, in its sentence alone, or as a screen."""
    from sim.screens import calibrate as screens

    if as_json:
        show_json(found.answer() | {"scenario": str(target), "results": str(folder)})
    elif quiet:
        show(found.sentence())
    else:
        show(screens.result(found))
        show(
            [
                "",
                *(f"{'The scenario is' if path == target else 'Beside it'}: {path}" for path in written),
                f"Tables{'' if no_figures else ' and figures'} are in {folder}. Play it: tenure compare {target}",
            ],
            wrap=False,
        )


def refuse_alone(options: dict) -> None:
    """WrongUse where an option of targets is given with data."""
    given = [option for option, value in options.items() if value]
    if given:
        raise WrongUse(f"{given[0]} goes with --target; a file of data needs none of it")


def pairs(words: list[str] | None) -> dict[str, str]:
    """role=column, several of them. WrongUse for what is not."""
    from sim.experiments.calibrate.reading import CALLED
    from sim.scenario.suggest import among

    found = {}
    for word in words or ():
        role, sign, column = word.partition("=")
        if not sign or not column:
            raise WrongUse(f"{word!r} does not say which column is which; write ROLE=COL, such as customer=cust_no")
        if role not in CALLED:
            raise WrongUse(f"{role!r} is nothing that a column can be; {among(role, CALLED)}")
        found[role] = column
    return found


def places(data: Path, out: Path | None, results: Path | None, force: bool) -> tuple[Path, Path]:
    """Where the scenario goes, and tables and figures. WrongUse where something else stands there."""
    from sim.cli.place import refuse_unwritable
    from sim.experiments.calibrate.writing import safe_name

    if not data.is_file():
        raise WrongUse(f"there is no file {data}")
    target = out or Path(f"{safe_name(data.stem)}.yaml")
    if target.suffix not in (".yaml", ".yml"):
        raise WrongUse(f"{target} is no name for a scenario; end it in .yaml")
    folder = results or Path("results") / f"{safe_name(target.stem)}_calibrate"
    refuse_unwritable(folder)
    refuse_unwritable(target.parent if target.parent != Path() else Path.cwd())
    if target.exists() and not force:
        raise WrongUse(f"{target} is there already; use --force to replace it, or another name with --out")
    if folder.is_dir() and any(folder.iterdir()) and not force:
        raise WrongUse(f"{folder} holds files already; use --force to replace them, or another folder with --results")
    if folder.is_dir() and any(folder.iterdir()) and not (folder / RECORD).is_file():
        raise WrongUse(f"{folder} holds files but no {RECORD}, so it is not a calibration's; choose another folder with --results")
    return target, folder


def refuse_companions(found, target: Path, force: bool) -> None:
    """WrongUse where a file that travels with the scenario would replace another."""
    there = [name for name in found.companions if (target.parent / name).exists()]
    if there and not force:
        raise WrongUse(f"{target.parent / there[0]} is there already; use --force to replace it, or another folder with --out")


def keep(found, target: Path, folder: Path, no_figures: bool, afresh: bool = True) -> list[Path]:
    """Write scenario, companions, tables, record and figures; afresh: nothing else stays in the folder."""
    import json
    import shutil

    from sim.experiments.calibrate.writing import write
    from sim.parquet import write_table
    from sim.plots import save
    from sim.plots.calibrate import figures
    from sim.provenance import commit, spoken_command, versions

    if afresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    record = {"schema": 1, "command": spoken_command(), "versions": versions(), "commit": commit(), "answer": found.answer()}
    short = {"kind": found.kind, "source": found.source, "command": record["command"]}
    for name, table in found.tables().items():
        write_table(
            table.astype({"at": str}) if "at" in table and table["at"].dtype == object else table, folder / f"{name}.parquet", short
        )
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / RECORD).write_text(json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")
    for name, draw in () if no_figures else figures(found):
        save(draw(), folder / FIGURES / f"{name}.png")
    return write(found, target)
