"""The command that draws a picture of every kind of figure."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.goes_on import goes_on
from sim.cli.guard import WrongUse, guarded
from sim.cli.options import Force, Json, Quiet
from sim.cli.output import show, show_json

PLACE = Path("results") / "gallery"


@guarded
def gallery(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="The folder for the pictures.")] = PLACE,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """A picture of every kind of figure, and what makes it.

    Plays small studies of shipped scenarios and draws every kind of figure that Tenure has into one folder, with an index that says what
    each shows and the command that makes it. A few minutes on two idle cores; whatever stops it, the same command goes on.

    \b
    tenure gallery
    tenure gallery pictures
    """
    from sim.cli import waiting
    from sim.report.gallery import INDEX
    from sim.report.gallery import gallery as make

    prepare(folder, force)
    with goes_on(folder), waiting.bar("Drawing every kind of figure", quiet or as_json) as progress:
        found = waiting.heard(lambda: make(folder, progress=progress))
    size = sum(one.file.stat().st_size for one in found)
    if as_json:
        show_json({"gallery": str(folder), "bytes": size, "pictures": [one._asdict() | {"file": one.file.name} for one in found]})
    else:
        show(f"{len(found)} pictures are in {folder} ({size / 1e6:.1f} MB); {folder / INDEX} says what each shows and what makes it.")


def prepare(folder: Path, force: bool) -> None:
    """A folder that holds nothing, or the beginnings of a gallery; WrongUse where something else or a whole gallery is there."""
    from sim.cli.place import refuse_unwritable
    from sim.report.exhibits import EXHIBITS
    from sim.report.gallery import HEADING, INDEX

    refuse_unwritable(folder)
    ours = {f"{name}{ending}" for one in EXHIBITS for name in one.pictures for ending in (".png", ".part")}
    there = {file.name for file in folder.iterdir()} if folder.is_dir() else set()
    whole = INDEX in there and (folder / INDEX).read_text(encoding="utf-8").startswith(HEADING)
    others = there - ours - ({INDEX} if whole else set())
    if others:
        raise WrongUse(f"{folder} holds files that are no gallery, such as {min(others)}; choose another folder")
    if whole and not force:
        raise WrongUse(f"{folder} holds a gallery; use --force to make it anew, or choose another folder")
    for name in there:
        if force:
            (folder / name).unlink()
