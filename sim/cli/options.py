"""The options that commands share, each with its help."""

from pathlib import Path
from typing import Annotated

import typer

File = Annotated[
    str, typer.Argument(metavar="FILE", help="A scenario: the name of one that comes with Tenure, or a YAML file.", show_default=True)
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="PATH=VALUE", help="Change one value, such as sellers.ours.price=95; repeatable.")
]
RunCount = Annotated[
    int | None, typer.Option("--runs", min=2, max=100_000, metavar="N", help="How many paired runs; default: the scenario's.")
]
RunNumber = Annotated[int, typer.Option("--run", min=1, max=100_000, metavar="N", help="In which run, counted from 1.")]
Seed = Annotated[
    int | None, typer.Option("--seed", min=0, max=2**63 - 1, metavar="N", help="The seed of all luck; default: the scenario's.")
]
Threads = Annotated[
    int | None, typer.Option("--threads", min=1, metavar="N", help="How many threads; the numbers do not depend on it. Default: all cores.")
]
Out = Annotated[Path | None, typer.Option("--out", "-o", metavar="DIR", help="The folder for the results; default: one in results/.")]
Force = Annotated[bool, typer.Option("--force", help="Replace what is there already.")]
Json = Annotated[bool, typer.Option("--json", help="Print the answer as JSON, and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Print the closing sentence alone, without bar or notes.")]
NoFigures = Annotated[bool, typer.Option("--no-figures", help="Draw no figures.")]
Strategies = Annotated[str | None, typer.Option("--strategies", metavar="A,B", help="Which strategies, separated by commas; default: all.")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="tcp://…", help="Play on a Dask cluster: the address of its scheduler.")
]
