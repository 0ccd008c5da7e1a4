"""A report as Markdown, its figures beside it."""

from pathlib import Path

from sim.report.charts import charts
from sim.report.content import OWN, content, ways_to_read
from sim.report.slides import still


def markdown(study, path: Path) -> str:
    """The report as Markdown; writes its figures, each as SVG for slides and PNG, into a folder beside it."""
    import vl_convert

    said, beside = content(study), path.with_name(f"{path.stem}_figures")
    beside.mkdir(exist_ok=True)
    first, *others = (_plain(sentence) for sentence in said["sentences"])
    lines = [f"# {_plain(said['title'])}", "", f"**{first}**", "", *(line for sentence in others for line in (sentence, ""))]
    lines += _table([f"{said['focal']}, {said['runs']} runs", *said["strategies"]], said["figures"])
    for name, (finding, how, chart) in charts(study).items():
        spec = still(chart, study)
        (beside / f"{name}.svg").write_text(vl_convert.vegalite_to_svg(spec), encoding="utf-8")
        (beside / f"{name}.png").write_bytes(vl_convert.vegalite_to_png(spec, scale=2))
        lines += [f"## {_plain(finding)}", "", ways_to_read(how)["how"], "", f"![{_plain(finding)}]({beside.name}/{name}.png)", ""]
    does = (f"**{lever.strategy}**: {'; '.join(lever.does)}" for lever in said["levers"])
    lines += ["## What each strategy does", "", *(f"- {_plain(line)}" for line in does), ""]
    lines += ["## What this market states", ""]
    rows = [[f"`{one.path}`", one.here, one.there, one.meaning] for one in said["changes"]]
    lines += _table(["value", "here", "reference", "what it is"], rows) if rows else ["It is the reference market; nothing is changed.", ""]
    lines += ["## What of it is assumed", "", said["assumed"].sentence(OWN), ""]
    if said["claims"]:
        lines += ["## What the literature says of it", "", *(f"- {line}" for line in said["claims"]), ""]
    lines += ["## What this answer does not cover", "", *(f"- {line}" for line in said["limits"]), "", "## Where the numbers come from", ""]
    lines += [*(f"- {name}: `{value}`" for name, value in said["origin"]), "", "```sh", said["command"], "```", ""]
    return "\n".join(lines)


def _table(headings: list[str], rows: list[list[str]]) -> list[str]:
    """A table in Markdown, with an empty line after it."""
    cells = [[_plain(cell).replace("|", "\\|") for cell in row] for row in (headings, *rows)]
    lines = [f"| {' | '.join(row)} |" for row in cells]
    return [lines[0], "|" + "---|" * len(headings), *lines[1:], ""]


def _plain(text: str) -> str:
    """A text that no reader of Markdown takes for a tag."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
