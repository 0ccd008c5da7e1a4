"""A report on disk: one HTML file that needs nothing else, Markdown with its figures beside it, or the figures alone."""

import json
import re
from importlib.resources import files
from pathlib import Path

from sim.report.study import Study

FORMS = ("html", "md", "svg", "png")
SLIDES = "slides"                          # the folder of figures alone, in that of the study
END = re.compile(r"</(script)", re.IGNORECASE)


def report(folder: str | Path, out: str | Path | None = None, form: str = "html") -> Path:
    """Write the report of a comparison's folder; returns the file: report.html or report.md in the folder, or `out`. For svg and png
    the figures alone, one file each for slides, in the folder slides or `out`, which is returned.

    form: html (one file, no network), md (figures as SVG and PNG in a folder beside it), svg or png. Raises NotResults where the folder
    holds no comparison."""
    from sim.report.markdown import markdown
    from sim.report.slides import slides

    study = Study(folder)
    path = Path(out) if out else study.folder / place_of(form)
    if form in ("svg", "png"):
        slides(study, path, form)
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(study) if form == "html" else markdown(study, path), encoding="utf-8")
    return path


def place_of(form: str) -> str:
    """Where a report goes in the folder of its study."""
    return SLIDES if form in ("svg", "png") else f"report.{form}"


def page(study) -> str:
    """The report as one HTML page."""
    from jinja2 import Environment

    from sim.report.charts import charts, library
    from sim.report.content import content, ways_to_read

    template = Environment(autoescape=True, trim_blocks=True).from_string(files("sim.report").joinpath("page.html").read_text("utf-8"))
    drawn = charts(study)
    return template.render(
        content(study),
        charts=[{"name": name, "finding": finding, **ways_to_read(how)} for name, (finding, how, _) in drawn.items()],
        specs=_script(json.dumps({name: chart.to_dict(validate=False) for name, (_, _, chart) in drawn.items()}, separators=(",", ":"))),
        bundle=_script(library()),
        scenario=json.dumps(study.record["scenario"], indent=1, ensure_ascii=False),
    )


def _script(text: str):
    """A text that stands within a script element: what would end the element is written so that it does not."""
    from markupsafe import Markup

    return Markup(END.sub(r"<\\/\1", text))
