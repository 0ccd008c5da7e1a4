"""The break-even map as a chart of the page: regions, where nobody can tell, the border with its band, and "you are here"."""

import altair as alt
import numpy as np

from sim.experiments.mapping.result import Map, grid
from sim.plots.map import colours
from sim.plots.style import INK
from sim.report.charts import CONFIG, WIDTH
from sim.wording import capital, spoken

SIDE = 40  # squares along a side
TINT = 0.45


def figure(found: Map) -> dict:
    """The chart and its rows: {spec, rows}."""
    rows = {"squares": squares(found), "border": border(found), "here": here(found)}
    return {"finding": found.sentence(), "spec": spec(found), "rows": rows}


def spec(found: Map) -> dict:
    """The chart without data."""
    paint, (x, y) = colours(found), found.axes
    scale = alt.Scale(domain=[spoken(name) for name in paint], range=list(paint.values()))
    across, up = (alt.Scale(domain=[axis.varied.low, axis.varied.high], nice=False, type="log" if axis.logarithmic else "linear")
                  for axis in (x, y))  # fmt: skip
    titles = [f"{capital(axis.name)}{', ' * bool(axis.unit)}{axis.unit}" for axis in (x, y)]
    tips = [alt.Tooltip("strategy:N"), alt.Tooltip("sure:N", title="sure"),
            *(alt.Tooltip(f"{name}:Q", title=axis.name, format=",.3~g") for name, axis in (("x", x), ("y", y)))]  # fmt: skip
    area = alt.Chart(alt.NamedData("squares")).mark_rect(strokeWidth=0).encode(
        x=alt.X("left:Q", title=titles[0], scale=across, axis=alt.Axis(grid=False)), x2="right:Q",
        y=alt.Y("lower:Q", title=titles[1], scale=up, axis=alt.Axis(grid=False)), y2="upper:Q",
        color=alt.Color("strategy:N", title=None, scale=scale, legend=alt.Legend(symbolType="square", symbolStrokeWidth=0)),
        opacity=alt.condition("datum.sure == 'yes'", alt.value(TINT), alt.value(TINT / 3)), tooltip=tips,
    )  # fmt: skip
    line = alt.Chart(alt.NamedData("border")).mark_circle(color=INK, size=14, opacity=1).encode(x="x:Q", y="y:Q")
    point = alt.Chart(alt.NamedData("here")).encode(x="x:Q", y="y:Q")
    dot = point.mark_point(shape="diamond", size=180, filled=True, color=INK, stroke="white", strokeWidth=2, opacity=1)
    said = point.mark_text(align="left", dx=12, fontSize=14, fontWeight="bold", color=INK).encode(text=alt.value("you are here"))
    return alt.layer(area, line, dot, said).properties(width=WIDTH, height=420).configure(**CONFIG).to_dict()


def squares(found: Map) -> list[dict]:
    """The map in squares: which strategy earns most there, and whether that is sure."""
    if found.surface is None:
        return []
    best, least = found.surface.best_at(grid(SIDE))
    edges = [[axis.value(share) for share in np.arange(SIDE + 1) / SIDE] for axis in found.axes]
    rows = []
    for number, (strategy, lead) in enumerate(zip(best, least, strict=True)):
        row, column = divmod(number, SIDE)
        if strategy >= 0:
            left, right, lower, upper = edges[0][column], edges[0][column + 1], edges[1][row], edges[1][row + 1]
            rows.append({"strategy": spoken(found.strategies[strategy]), "sure": "yes" if lead > 0 else "no", "left": left, "right": right,
                         "lower": lower, "upper": upper, "x": (left + right) / 2, "y": (lower + upper) / 2})  # fmt: skip
    return rows


def border(found: Map) -> list[dict]:
    """Points of the border."""
    x = found.axes[0].path
    return [
        {"x": row.position, "y": row.at} if row.along == x else {"x": row.at, "y": row.position} for row in found.border.itertuples()
    ]  # fmt: skip


def here(found: Map) -> list[dict]:
    """Where the scenario stands, where that is on the map."""
    x, y = (axis.here for axis in found.axes)
    return [] if x is None or y is None else [{"x": x, "y": y}]
