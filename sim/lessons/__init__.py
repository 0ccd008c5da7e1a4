"""Eight lessons as notebooks, each an hour of teaching: which there are, what they ask, and how they are handed out.

- `lessons()` -> every `Lesson` (name, title, question, minutes, path), in order; `chosen(names)` -> those that are named
- `files_of`, `write_notebook` and `page.write_page`: what `tenure lessons --write` does

A lesson is a notebook without outputs (`NN_name.ipynb`) whose headings are HEADINGS and whose parts each end in a cell that checks every
number that the text states. `tests/test_lessons.py` holds all of them to it, and plays them.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
HEADINGS = ("For the teacher", "Before you play: predict", "What the model leaves out here", "Homework", "Sources")
SPAN = re.compile(r"^\|\s*(\d+)[–-](\d+)\s*\|", re.MULTILINE)      # a row of the timetable: | 0–8 | ...


class NoLesson(Exception):  # noqa: N818 - named for what was looked for
    """There is no lesson of that name; the message says which there are."""


class Lesson(NamedTuple):
    """A lesson. name: its file's stem, such as 02_jacksons_spectrum; question: the one it answers; minutes: of teaching."""

    name: str
    title: str
    question: str
    minutes: int
    path: Path


def lessons() -> list[Lesson]:
    """Every lesson, in the order of their numbers."""
    return [read(path) for path in sorted(HERE.glob("[0-9][0-9]_*.ipynb"))]


def read(path: Path) -> Lesson:
    """What a notebook says of itself: title and question in its first cell, minutes where it speaks to the teacher."""
    texts = [text_of(cell) for cell in cells(path) if cell["cell_type"] == "markdown"]
    title, question = opening(texts[0])
    return Lesson(path.stem, title, question, minutes(texts), path)


def cells(path: Path) -> list[dict]:
    """The cells of a notebook as they stand in its file."""
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def text_of(cell: dict) -> str:
    """A cell's text; a file holds it in one piece or line by line."""
    return "".join(cell["source"])


def opening(text: str) -> tuple[str, str]:
    """The title without its number, and the question without its marks: '# 2 · Title', then '**Question: what?**'."""
    first, *rest = (line for line in text.splitlines() if line.strip())
    question = " ".join(rest).replace("*", "").partition("Question:")[2].strip()
    return re.sub(r"^#\s*\d*\W*", "", first), question[:1].upper() + question[1:]


def minutes(texts: Iterable[str]) -> int:
    """How long the lesson takes: where the timetable ends that stands below the heading for the teacher."""
    told = next((text for text in texts if HEADINGS[0] in text), "")
    return max((int(end) for _, end in SPAN.findall(told)), default=0)


def chosen(names: Iterable[str] | None = None) -> list[Lesson]:
    """The lessons of these names, all where none is named; a number (3, 03) or the words after it do as well. Raises NoLesson."""
    known = lessons()
    if not names:
        return known
    wanted = [named(name, known) for name in names]
    return [lesson for lesson in known if lesson in wanted]


def named(name: str, known: list[Lesson]) -> Lesson:
    """The lesson of a name. Raises NoLesson."""
    from sim.scenario.suggest import among

    asked = name.removesuffix(".ipynb").lower()
    for lesson in known:
        number, _, words = lesson.name.partition("_")
        if asked in (lesson.name, words, number, str(int(number))):
            return lesson
    raise NoLesson(f"there is no lesson {name!r}; {among(name, [lesson.name for lesson in known])}")


def files_of(wanted: Iterable[Lesson], folder: Path, html: bool) -> Iterator[Path]:
    """The files that are written for these lessons."""
    for lesson in wanted:
        yield folder / lesson.path.name
        if html:
            yield folder / f"{lesson.name}.html"


def write_notebook(lesson: Lesson, folder: Path) -> Path:
    """A lesson's notebook in `folder`, as it comes with Tenure."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / lesson.path.name
    path.write_bytes(lesson.path.read_bytes())
    return path
