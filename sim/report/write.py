"""A report on disk: one HTML file that needs nothing else, or Markdown with its figures beside it."""

import json
import re
from importlib.resources import files
from pathlib import Path

from sim.report.changed import changes
from sim.report.charts import charts
from sim.report.claims import touched
from sim.report.limits import levers, limits
from sim.report.study import Study
from sim.screens.verdict import ROWS, figure_cell
from sim.wording import counted, spoken

FORMS = ("html", "md")
END = re.compile(r"</(script)", re.IGNORECASE)


def report(folder: str | Path, out: str | Path | None = None, form: str = "html") -> Path:
    """Write the report of a comparison's folder; returns the file: report.html or report.md in the folder, or `out`.

    form: html (one file, no network) or md (figures as SVG and PNG in a folder beside it). Raises NotResults where the folder holds no
    comparison."""
    study = Study(folder)
    path = Path(out) if out else study.folder / f"report.{form}"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = page(study) if form == "html" else markdown(study, path)
    path.write_text(text, encoding="utf-8")
    return path


def page(study) -> str:
    """The report as one HTML page."""
    from jinja2 import Environment

    template = Environment(autoescape=True, trim_blocks=True).from_string(files("sim.report").joinpath("page.html").read_text("utf-8"))
    drawn = charts(study)
    return template.render(
        content(study),
        charts=[{"name": name, "finding": finding, "how": how} for name, (finding, how, _) in drawn.items()],
        specs=_script(json.dumps({name: chart.to_dict() for name, (_, _, chart) in drawn.items()}, separators=(",", ":"))),
        bundle=_script(_library()),
        scenario=json.dumps(study.record["scenario"], indent=1, ensure_ascii=False),
    )


def _script(text: str):
    """A text that stands within a script element: what would end the element is written so that it does not."""
    from markupsafe import Markup

    return Markup(END.sub(r"<\\/\1", text))


def _library() -> str:
    """What draws the charts, as one script."""
    import vl_convert

    return vl_convert.javascript_bundle()


def content(study) -> dict:
    """Everything that a report says, in words."""
    market, record = study.scenario.market, study.record
    return {
        "title": record["name"],
        "teaches": study.scenario.teaches,
        "focal": spoken(study.focal),
        "runs": study.runs.runs,
        "span": f"{counted(market.buyers, 'buyer')} over {counted(market.periods, market.period)}",
        "sentences": list(study.sentences().values()),
        "strategies": [spoken(name) for name in study.runs.strategies],
        "figures": figures(study),
        "levers": levers(study),
        "changes": changes(study.scenario),
        "limits": limits(study),
        "claims": touched(study),
        "origin": origin(record),
        "command": reproduced(study),
    }


def figures(study) -> list[list[str]]:
    """The table of figures: words, then a cell for each strategy."""
    market, rows = study.scenario.market, study.summary.set_index("strategy")
    return [
        [
            words.format(currency=market.currency, period=market.period),
            *(figure_cell(rows.loc[name], figure, kind) for name in study.runs.strategies),
        ]
        for figure, (words, kind) in ROWS.items()
    ]


def origin(record: dict) -> list[tuple[str, str]]:
    """What the numbers rest on."""
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    return [
        ("scenario digest", record["digest"]),
        ("seed", str(record["seed"])),
        ("paired runs", str(record["runs"])),
        ("receipt of the numbers", record["receipt"]),
        ("model", record["model"][:12]),
        ("commit", record["commit"] or "not known"),
        ("versions", versions),
    ]


def reproduced(study) -> str:
    """The lines that reproduce the study: the command it was made with, and the check of its folder."""
    return f"{study.record['command']}\ntenure verify {study.folder.name}"


def markdown(study, path: Path) -> str:
    """The report as Markdown; writes its figures, each as SVG for slides and PNG, into a folder beside it."""
    import vl_convert

    told, beside = content(study), path.with_name(f"{path.stem}_figures")
    beside.mkdir(exist_ok=True)
    lines = [f"# {told['title']}", "", f"**{told['sentences'][0]}**", "", *(line for one in told["sentences"][1:] for line in (one, ""))]
    lines += _table([f"{told['focal']}, {told['runs']} runs", *told["strategies"]], told["figures"])
    for name, (finding, how, chart) in charts(study).items():
        spec = chart.to_json()
        (beside / f"{name}.svg").write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
        (beside / f"{name}.png").write_bytes(vl_convert.vegalite_to_png(spec, scale=2))
        lines += [f"## {finding}", "", how, "", f"![{finding}]({beside.name}/{name}.png)", ""]
    lines += ["## What each strategy does", "", *(f"- `{line}`" for line in told["levers"]), "", "## What this market states", ""]
    rows = [[f"`{one.path}`", one.here, one.there, one.meaning] for one in told["changes"]]
    lines += _table(["value", "here", "reference", "what it is"], rows) if rows else ["It is the reference market; nothing is changed.", ""]
    if told["claims"]:
        lines += ["## What the literature says of it", "", *(f"- {line}" for line in told["claims"]), ""]
    lines += ["## What this answer does not cover", "", *(f"- {line}" for line in told["limits"]), "", "## Where the numbers come from", ""]
    lines += [*(f"- {name}: `{value}`" for name, value in told["origin"]), "", "```sh", told["command"], "```", ""]
    return "\n".join(lines)


def _table(headings: list[str], rows: list[list[str]]) -> list[str]:
    """A table in Markdown, with an empty line after it."""
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (headings, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [lines[0], "|" + "---|" * len(headings), *lines[1:], ""]
