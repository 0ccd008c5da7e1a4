"""The command that makes a page of a study's results."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.guard import WrongUse, guarded
from sim.cli.options import Force, Json
from sim.cli.output import show, show_json


@guarded
def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that tenure compare has written.")],
    form: Annotated[str, typer.Option("--format", metavar="html|md", help="One HTML file, or Markdown with figures beside it.")] = "html",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="The file; default: report in the folder.")] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """A study's results as one page to hand on.

    The verdict, figures one can look into, what the scenario states, what the answer does not cover, and everything it takes to get the
    numbers again. An HTML page is one file that needs no network and prints well; Markdown comes with each figure as SVG and PNG.

    \b
    tenure report results/default
    tenure report results/default --format md -o slides/verdict.md
    """
    from sim.cli import waiting
    from sim.report.write import FORMS, report
    from sim.scenario.suggest import among

    if form not in FORMS:
        raise WrongUse(f"{form!r} is no form of a report; {among(form, FORMS)}")
    if out is not None and out.exists() and not force:
        raise WrongUse(f"{out} is there already; use --force to replace it, or another file with --out")
    with waiting.spinner("Drawing the page", as_json):
        path = report(folder, out, form)
    size = path.stat().st_size
    if as_json:
        show_json({"report": str(path), "format": form, "bytes": size})
    else:
        show(f"The report is {path} ({size / 1e6:.1f} MB, needs no network)." if form == "html" else f"The report is {path}.")
