"""The command that lists the lessons and hands them out."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.guard import Differs, WrongUse, guarded
from sim.cli.options import Force, Json
from sim.cli.output import show, show_json


@guarded
def lessons(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME …]", help="Which lessons, by name or number; default: all.")] = None,
    write: Annotated[Path | None, typer.Option("--write", metavar="DIR", help="Write the notebooks into this folder.")] = None,
    html: Annotated[bool, typer.Option("--html", help="Also play each and write it as a page that needs no Jupyter.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Eight lessons, an hour each, as notebooks with questions and answers.

    Each has a timetable for the teacher, predictions to write down first, a few lines of code in which one number can be changed, pictures,
    questions, folded answers whose numbers are checked when it is played, what the model leaves out, and homework. None needs a network.
    Pages are played here and now, half a minute each or so.

    \b
    tenure lessons
    tenure lessons --write class
    tenure lessons --write class --html 2 kotlers_ladder
    """
    from sim.lessons import NoLesson, chosen

    try:
        wanted = chosen(names)
    except NoLesson as error:
        raise WrongUse(str(error)) from None
    if write is not None:
        hand_out(wanted, write, html, force, as_json)
    elif html or force:
        raise WrongUse(f"{'--html' if html else '--force'} goes with --write DIR, the folder to write into")
    elif as_json:
        show_json([lesson._asdict() | {"path": str(lesson.path)} for lesson in wanted])
    else:
        show(listing(wanted))


def listing(wanted: list) -> list:
    """The lessons on the screen: name, question, minutes."""
    from rich.table import Table
    from rich.text import Text

    from sim.screens.paper import faint

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    table.add_column(no_wrap=True, justify="right")
    for lesson in wanted:
        table.add_row(lesson.name, lesson.question, f"{lesson.minutes} min")
    return [table, Text(), faint("tenure lessons --write DIR writes the notebooks; with --html, also as pages that need no Jupyter.")]


def hand_out(wanted: list, folder: Path, html: bool, force: bool, as_json: bool) -> None:
    """Write notebooks, then pages, one after the other; what is written stays when a later one fails."""
    from sim.cli import waiting
    from sim.lessons import files_of, write_notebook
    from sim.lessons.page import NoPage, WrongAnswer, packages, write_page

    check_free(list(files_of(wanted, folder, html)), folder, force)
    try:
        if html:
            packages()
        written = [write_notebook(lesson, folder) for lesson in wanted]
        for lesson in wanted if html else ():
            with waiting.spinner(f"Playing {lesson.name}", as_json):
                written.append(waiting.heard(lambda lesson=lesson: write_page(lesson, folder)))
    except NoPage as error:
        raise WrongUse(str(error)) from None
    except WrongAnswer as error:
        rest = " ".join(lesson.name for lesson in wanted if folder / f"{lesson.name}.html" not in written)
        again = f"tenure lessons --write {folder} --html --force {rest}"
        raise Differs(f"{error}\nWhat was written before stays in {folder}; go on with: {again}") from None
    tell(written, folder, html, as_json)


def check_free(paths: list[Path], folder: Path, force: bool) -> None:
    """WrongUse where the folder is none, or a file would be overwritten unasked."""
    if folder.exists() and not folder.is_dir():
        raise WrongUse(f"{folder} is a file; name a folder")
    there = [path.name for path in paths if path.exists()]
    if there and not force:
        more = f" and {len(there) - 1} more are" if len(there) > 1 else " is"
        raise WrongUse(f"{folder / there[0]}{more} there already; use --force to replace, or another folder")


def tell(written: list[Path], folder: Path, html: bool, as_json: bool) -> None:
    """What was written, and how to open it."""
    from sim.wording import counted

    if as_json:
        show_json({"folder": str(folder), "written": [str(path) for path in written]})
        return
    pages = sum(path.suffix == ".html" for path in written)
    what = counted(len(written) - pages, "notebook") + (f" and {counted(pages, 'page')}" if pages else "")
    how = "Open a page in any browser." if html else "Open one with jupyter lab, VS Code or any other tool for notebooks."
    show(f"{what} in {folder}. {how}")
