"""A report's figures for slides: each on a sheet of 16 by 9, its finding as the headline, type that the back row reads."""

import json
import re
import textwrap
from pathlib import Path
from xml.sax.saxutils import escape

from sim.plots.style import INK, QUIET, balanced
from sim.report.charts import WIDTH as CHART
from sim.report.charts import charts
from sim.wording import counted, spoken

WIDTH, HEIGHT = 1280, 720        # of a sheet; a PNG has half as many points again each way
SHARPER = 1.5
MARGIN, HEAD, FOOT = 48, 34, 18  # points: margin of the sheet, size of the headline and of the last line
FONT = "DejaVu Sans, Segoe UI, Helvetica Neue, Arial, sans-serif"
LETTER = 0.68                    # width of a bold letter over its size
NAME = 48                        # letters of a scenario's name
MOST = 3                         # times that a chart is enlarged at most


def slides(study, folder: Path, form: str) -> list[Path]:
    """Write every figure of a study into a folder as NAME.svg or NAME.png; returns the files."""
    import vl_convert

    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, (finding, _, chart) in charts(study).items():
        drawn = sheet(vl_convert.vegalite_to_svg(still(chart, study)), finding, source(study))
        written.append(folder / f"{name}.{form}")
        written[-1].write_bytes(drawn.encode() if form == "svg" else vl_convert.svg_to_png(drawn, scale=SHARPER))
    return written


def still(chart, study) -> str:
    """A chart's specification for paper and slides: its key takes as many lines as the strategies' names need."""
    spec = chart.to_dict(validate=False)
    longest = max(len(spoken(name)) for name in study.runs.strategies)
    columns = max(1, int(CHART / (45 + 8.6 * longest)))
    if columns < len(study.runs.strategies):
        spec["config"]["legend"] |= {"columns": columns, "labelLimit": CHART // columns - 40}
    spec["config"]["axis"]["titleLimit"] = 320
    return json.dumps(spec)


def source(study) -> str:
    """What a figure rests on."""
    market, name = study.scenario.market, textwrap.shorten(study.record["name"], NAME, placeholder=" …")
    runs = f"{counted(study.runs.runs, 'run')} of {counted(market.buyers, 'buyer')} over {counted(market.periods, market.period)}"
    return f"Tenure · {name} · {runs} · seed {study.runs.seed}"


def sheet(chart: str, finding: str, source: str) -> str:
    """A chart (an SVG) on a sheet, as large as there is room, under its finding and above what it rests on."""
    lines = balanced(finding, int((WIDTH - 2 * MARGIN) / (HEAD * LETTER)))
    top = MARGIN + HEAD * 1.25 * len(lines)
    bold = ' font-weight="bold"'
    words = "".join(text(line, MARGIN + HEAD * (0.8 + 1.25 * number), HEAD, INK, bold) for number, line in enumerate(lines))
    last = text(source, HEIGHT - 22, FOOT, QUIET)
    drawn = within(chart, top, WIDTH - 2 * MARGIN, HEIGHT - 22 - FOOT - 14 - top)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="{FONT}">'
        f'<title>{escape(finding)}</title><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>{words}{drawn}{last}</svg>'
    )


def text(words: str, y: float, size: int, colour: str, more: str = "") -> str:
    """A line of text on the sheet."""
    return f'<text x="{MARGIN}" y="{y:.0f}" font-size="{size}" fill="{colour}"{more}>{escape(words)}</text>'


def within(chart: str, top: float, width: float, height: float) -> str:
    """A chart scaled into a place of the sheet, from the left."""
    opening = re.search(r"<svg\b[^>]*>", chart)[0]
    size = [float(re.search(rf'\b{side}="([\d.]+)"', opening)[1]) for side in ("width", "height")]
    scale = min(width / size[0], height / size[1], MOST)
    left = MARGIN + (width - scale * size[0]) / 2
    inside = chart[chart.index(opening) + len(opening) : chart.rindex("</svg>")]
    return f'<g transform="translate({left:.1f},{top:.1f}) scale({scale:.4f})">{inside}</g>'
