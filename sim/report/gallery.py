"""A gallery: a picture of every kind of figure, small enough for a README, with an index that says what each shows and what makes it.

A picture knows its own finding, command and model, so a gallery that was broken off goes on where it was.
"""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from sim.report.exhibits import EXHIBITS, Exhibit

INDEX = "README.md"
COLOURS = 64
DPI, MOST = (96, 72, 60, 48), 80_000     # dots an inch, the first at which a picture keeps to so many bytes
HEADING = "# Gallery"


class Picture(NamedTuple):
    """A picture on disk: what it shows, in the words of its own headline, and the command that makes it."""

    name: str
    file: Path
    finding: str
    command: str


def gallery(
    folder: str | Path, exhibits: tuple[Exhibit, ...] = EXHIBITS, progress: Callable[[float, float], None] | None = None
) -> list[Picture]:
    """Play small studies and draw every kind of figure into `folder`, with an index; what this model has drawn there already stays.

    progress: called with (done, total) seconds that it takes on two cores or so."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    done, total = 0.0, sum(one.seconds for one in exhibits)
    for one in exhibits:
        draw(one, folder)
        done += one.seconds
        if progress:
            progress(done, total)
    found = [picture for one in exhibits for picture in pictures_of(one, folder)]
    (folder / INDEX).write_text(index(found), encoding="utf-8")
    return found


def draw(exhibit: Exhibit, folder: Path) -> None:
    """The pictures of a study, where they are not there."""
    if all(drawn_by_this_model(folder / f"{name}.png", exhibit.command) for name in exhibit.pictures):
        return
    for name, make in exhibit.drawings():
        save(make(), folder / f"{name}.png", exhibit.command)


def save(figure, path: Path, command: str) -> None:
    """A figure in few colours and little space; what it says of itself travels with it."""
    from sim.experiments.sweep.work import model

    told = {"Title": finding_of(figure), "Comment": command, "Software": "Tenure", "Source": model()}
    sizes = (drawn(figure, dpi, told) for dpi in DPI)
    part = path.with_suffix(".part")
    part.write_bytes(next((picture for picture in sizes if len(picture) <= MOST), None) or drawn(figure, DPI[-1], told))
    part.replace(path)


def drawn(figure, dpi: int, told: dict[str, str]) -> bytes:
    """A figure as PNG, with what is told of it."""
    import matplotlib
    from PIL import Image
    from PIL.PngImagePlugin import PngInfo

    from sim.plots.style import SETTINGS

    whole, small, words = BytesIO(), BytesIO(), PngInfo()
    with matplotlib.rc_context(SETTINGS):
        figure.savefig(whole, dpi=dpi)
    for word, text in told.items():
        words.add_itxt(word, text)
    Image.open(whole).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(small, "PNG", optimize=True, pnginfo=words)
    return small.getvalue()


def finding_of(figure) -> str:
    """The headline of a figure: the first words on it."""
    return " ".join(figure.texts[0].get_text().split())


def drawn_by_this_model(path: Path, command: str) -> bool:
    """Whether a picture is there that this model drew for the same command."""
    from sim.experiments.sweep.work import model

    told = told_by(path) if path.is_file() else {}
    return told.get("Source") == model() and told.get("Comment") == command


def told_by(path: Path) -> dict[str, str]:
    """What a picture says of itself."""
    from PIL import Image

    with Image.open(path) as picture:
        return dict(picture.text)


def pictures_of(exhibit: Exhibit, folder: Path) -> list[Picture]:
    """The pictures of a study, as they are on disk."""
    files = {name: folder / f"{name}.png" for name in exhibit.pictures}
    return [Picture(name, file, told_by(file)["Title"], exhibit.command) for name, file in files.items() if file.is_file()]


def index(pictures: list[Picture]) -> str:
    """The index in Markdown: each picture with what it shows; the command that makes them above those of one study."""
    lines = [HEADING, "", "Every kind of figure, drawn from small studies; `tenure gallery` makes this folder anew.", ""]
    command = None
    for one in pictures:
        if one.command != command:
            command = one.command
            lines += ["```sh", command, "```", ""]
        lines += [f"**{one.finding}**", "", f"![{one.finding}]({one.file.name})", ""]
    return "\n".join(lines)
