"""A lesson as one page for a teacher without Jupyter: played here and now, answers folded, no network needed."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.lessons import Lesson

LONGEST = 900  # seconds that a cell may take; the first compiles the model
CHECK = "check-"  # how the cells begin that hold the text to the numbers
MISSING = "A lesson as a page is played by nbclient and drawn by nbconvert, which are not installed: pip install 'tenure[lessons]'"


class NoPage(Exception):  # noqa: N818 - named for what was looked for
    """A page cannot be made; the message says why."""


class WrongAnswer(Exception):  # noqa: N818
    """A cell of a lesson failed: a number of its text is not what came out, or a change broke it."""


def write_page(lesson: Lesson, folder: Path) -> Path:
    """Play a lesson and write it as one HTML file into `folder`. Raises NoPage where a package is missing, WrongAnswer."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{lesson.name}.html"
    path.write_text(page(lesson, played(lesson.path)), encoding="utf-8")
    return path


def played(path: Path):
    """The notebook with its outputs, every cell played in a Python of its own, in a folder that is thrown away. Raises WrongAnswer."""
    nbformat, nbclient, _ = packages()
    notebook = nbformat.read(path, as_version=4)
    with TemporaryDirectory() as place:
        client = nbclient.NotebookClient(notebook, timeout=LONGEST, kernel_name="python3", resources={"metadata": {"path": place}})
        try:
            client.execute(env=surroundings(), stderr=subprocess.DEVNULL)
        except nbclient.exceptions.CellExecutionError as error:
            why = error.evalue if error.ename != "AssertionError" else "a number that the text states is not what came out"
            raise WrongAnswer(f"{path.stem}, cell {failed(notebook)}: {why}") from None
    return notebook


def failed(notebook) -> str:
    """The cell that ended in an error, by its id."""
    return next(cell.id for cell in notebook.cells for output in cell.get("outputs", ()) if output.output_type == "error")


def surroundings() -> dict[str, str]:
    """The environment of the Python that plays: it finds this Tenure, wherever it lies."""
    here = str(Path(__file__).resolve().parents[2])
    return dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH")])))


def page(lesson: Lesson, notebook) -> str:
    """A played notebook as one HTML page: text, code, tables, pictures. What was checked is not shown again."""
    from jinja2 import Template

    from sim import __version__

    shown = notebook.copy()
    shown.cells = [cell for cell in notebook.cells if not cell.id.startswith(CHECK)]
    exporter = packages()[2].HTMLExporter(template_name="basic", exclude_input_prompt=True, exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(shown)        # no embed_images: it would tear answers out of their folds
    template = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
    return template.render(title=lesson.title, colours=colours(), body=body, version=__version__) + "\n"


def colours() -> str:
    """How code is coloured."""
    from pygments.formatters import HtmlFormatter

    return HtmlFormatter(style="default", nobackground=True).get_style_defs(".highlight")


def packages() -> tuple:
    """nbformat, nbclient, nbconvert. Raises NoPage where one is missing."""
    try:
        import ipykernel  # noqa: F401 - what nbclient starts
        import nbclient
        import nbconvert
        import nbformat
    except ImportError:
        raise NoPage(MISSING) from None
    return nbformat, nbclient, nbconvert
