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
    form: Annotated[
        str, typer.Option("--format", metavar="html|md|svg|png", help="One HTML file, Markdown, or the figures alone for slides.")
    ] = "html",
    out: Annotated[Path | None, typer.Option("--out", "-o", metavar="FILE", help="The file, or folder of slides; default: in DIR.")] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """A study's results as one page to hand on.

    The verdict, figures one can look into, what the scenario states, what the answer does not cover, and everything it takes to get the
    numbers again. An HTML page is one file that needs no network and prints well; Markdown comes with each figure as SVG and PNG; svg
    and png write the figures alone, sixteen by nine, for slides.

    \b
    tenure report results/default
    tenure report results/default --format md -o verdict.md
    tenure report results/default --format png -o slides
    """
    from sim.cli import waiting
    from sim.report.write import FORMS, report
    from sim.scenario.suggest import among

    if form not in FORMS:
        raise WrongUse(f"{form!r} is no form of a report; {among(form, FORMS)}")
    refuse(folder, out, form, force)
    with waiting.spinner("Drawing the page", as_json):
        path = report(folder, out, form)
    files = sorted(path.glob(f"*.{form}")) if path.is_dir() else [path]
    if as_json:
        size = sum(one.stat().st_size for one in files)
        show_json({"report": str(path), "format": form, "files": [str(one) for one in files], "bytes": size})
    elif path.is_dir():
        show(f"{len(files)} figures for slides are in {path}.")
    else:
        show(f"The report is {path}" + (f" ({path.stat().st_size / 1e6:.1f} MB, needs no network)." if form == "html" else "."))


def refuse(folder: Path, out: Path | None, form: str, force: bool) -> None:
    """WrongUse where the report would replace something that somebody named, or nothing can be written."""
    from sim.cli.place import refuse_unwritable

    if form in ("svg", "png"):
        where = out or folder
        refuse_unwritable(where)
        if out is not None and out.is_dir() and any(out.glob(f"*.{form}")) and not force:
            raise WrongUse(f"{out} holds figures already; use --force to replace them, or another folder with --out")
        return
    refuse_unwritable((out or folder / "report").absolute().parent)
    if out is not None and out.is_dir():
        raise WrongUse(f"{out} is a folder; name the file of the report, such as {out / f'report.{form}'}")
    if out is not None and out.exists() and not force:
        raise WrongUse(f"{out} is there already; use --force to replace it, or another file with --out")
