"""The interactive figures of a report and of the page, each a Vega-Lite chart: what a pointer touches tells its numbers.

A chart names its data (`figures`) without holding them; it depends on the shape of a study alone: strategies, buyer types, clock and money.
"""

import math
from functools import cache

import altair as alt

from sim.plots.market import PHASE_COLOURS
from sim.plots.money import STEPS
from sim.plots.style import BASELINE, GAIN, INK, LINES, LOSS, OTHERS, QUIET, SUM
from sim.report.figures import figures
from sim.wording import name_of_type, spoken

WIDTH = 720
DASHES = ([1, 0], [9, 4], [3, 3], [12, 3, 3, 3], [6, 2], [2, 5], [16, 5])
CONFIG = {
    "font": "DejaVu Sans, Segoe UI, Helvetica Neue, Arial, sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 13,
        "titleFontSize": 13,
        "titleFontWeight": "normal",
        "labelColor": INK,
        "titleColor": INK,
        "domainColor": QUIET,
        "tickColor": QUIET,
        "gridColor": LINES,
        "labelLimit": 260,
    },
    "legend": {"labelFontSize": 14, "labelColor": INK, "symbolOpacity": 1, "symbolStrokeWidth": 5, "symbolType": "stroke", "orient": "top"},
    "header": {"labelFontSize": 14, "labelFontWeight": "bold", "labelAnchor": "start", "labelColor": INK, "title": None},
}


def charts(study) -> dict[str, tuple[str, str, alt.TopLevelMixin]]:
    """name -> (its finding, how to read it, the chart with its data) of every figure that fits the study."""
    found = {}
    for name, figure in figures(study).items():
        drawn = chart(name, study)
        drawn.datasets = {dataset: records(rows) for dataset, rows in figure.rows.items()}
        found[name] = (figure.finding, figure.how, drawn)
    return found


def chart(name: str, study) -> alt.TopLevelMixin:
    """The chart of a figure, without data."""
    return CHARTS[name](study).configure(**CONFIG)


@cache
def library() -> str:
    """What draws charts in a browser, as one script."""
    import vl_convert

    return vl_convert.javascript_bundle()


def records(rows) -> list[dict]:
    """A table as a chart takes it: a dict for each row, None for what is not a number."""
    return [
        {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in zip(rows.columns, row, strict=True)}
        for row in zip(*(rows[name].tolist() for name in rows.columns), strict=True)
    ]


def colour(study, baseline: bool = True) -> alt.Color:
    """A colour for each strategy, the baseline's grey (or left out); a click in the key fades the others."""
    paint = {name: shade for name, shade in paints(study).items() if baseline or name != study.baseline}
    scale = alt.Scale(domain=[spoken(name) for name in paint], range=list(paint.values()))
    return alt.Color("strategy:N", title=None, scale=scale, legend=alt.Legend())


def dashes(study, baseline: bool = True) -> alt.StrokeDash:
    """A line of its own for each strategy, for eyes and printers that tell no colours apart."""
    names = [spoken(name) for name in paints(study) if baseline or name != study.baseline]
    first = [] if not baseline else [[1, 0]]
    strokes = [*first, *(DASHES[number % len(DASHES)] for number in range(len(names) - len(first)))]
    return alt.StrokeDash("strategy:N", title=None, scale=alt.Scale(domain=names, range=strokes), legend=alt.Legend())


def paints(study) -> dict[str, str]:
    """strategy -> colour."""
    others = {name: OTHERS[number % len(OTHERS)] for number, name in enumerate(study.others)}
    return {study.baseline: BASELINE} | others


def types_of(study) -> list[str]:
    """The buyer types that there are, as people say them."""
    return [name_of_type(name) for name, buyer in study.scenario.buyers.items() if buyer.share > 0]


def profit(study) -> alt.LayerChart:
    """Cumulative profit by strategy, with bands, and where a strategy is ahead for good."""
    tip = ["strategy:N", "label:N"]
    crossing = alt.Chart(alt.NamedData("crossing")).encode(x="period:Q", y="profit:Q", color=colour(study), tooltip=tip)
    ring = crossing.mark_point(size=110, filled=False, fill="white", strokeWidth=2.5, opacity=1)
    below = crossing.mark_text(align="left", dx=12, dy=16, fontSize=13).encode(text="below:N")
    above = crossing.mark_text(align="left", dx=12, dy=-16, fontSize=13).encode(text="above:N")
    return _lines(study, "profit", f"profit so far, {study.scenario.market.currency} per buyer", ring, below, above)


def gap(study) -> alt.LayerChart:
    """The cumulative gap over the baseline."""
    nought = alt.Chart(alt.NamedData("nought")).mark_rule(color=QUIET).encode(y="nought:Q")
    return _lines(study, "gap", f"gap to {spoken(study.baseline)}, {study.scenario.market.currency} per buyer", nought)


def _lines(study, column: str, title: str, *over: alt.Chart) -> alt.LayerChart:
    period = study.scenario.market.period
    only = alt.selection_point(fields=["strategy"], bind="legend", name=f"only_{column}")
    base = alt.Chart(alt.NamedData(column)).encode(
        x=alt.X("period:Q", title=period, axis=time_axis(study), scale=alt.Scale(nice=False)),
        color=colour(study, column != "gap"),
        opacity=alt.condition(only, alt.value(1), alt.value(0.12)),
    )
    band = base.mark_area(opacity=0.2).encode(
        y=alt.Y(f"{column}_low:Q", title=title), y2=f"{column}_high:Q", opacity=alt.condition(only, alt.value(0.22), alt.value(0.04))
    )
    tip = [
        alt.Tooltip("strategy:N"),
        alt.Tooltip("period:Q", title=period),
        alt.Tooltip(f"{column}:Q", format=",.1f"),
        alt.Tooltip(f"{column}_low:Q", title="from", format=",.1f"),
        alt.Tooltip(f"{column}_high:Q", title="to", format=",.1f"),
    ]
    line = base.mark_line(strokeWidth=2.6).encode(y=f"{column}:Q", tooltip=tip, strokeDash=dashes(study, column != "gap"))
    touch = base.mark_circle(size=260, opacity=0).encode(y=f"{column}:Q", tooltip=tip, opacity=alt.value(0.001))
    return alt.layer(band, line, touch.add_params(only), *over).properties(width=WIDTH, height=330)


def time_axis(study) -> alt.Axis:
    """Periods; months and quarters are ticked by the year."""
    market = study.scenario.market
    year = {"month": 12, "quarter": 4}.get(market.period)
    if not year or market.periods < 2 * year:
        return alt.Axis(tickMinStep=1, grid=False)
    step = year * max(1, round(market.periods / year / 6))
    return alt.Axis(grid=False, values=list(range(0, market.periods + 1, step)))


def why(study) -> alt.FacetChart:
    """The gap of the leading strategy by cause, a panel for each buyer type and one for all."""
    panels = [*types_of(study), "all buyers"]
    order = alt.Y("cause:N", sort=None, title=None)
    tips = ["buyers:N", "cause:N", *(alt.Tooltip(f"{name}:Q", title=said, format="+,.1f") for name, said in
            (("gain", f"{study.scenario.market.currency} per buyer"), ("low", "from"), ("high", "to")))]  # fmt: skip
    sign = alt.when("datum.cause == 'sum'").then(alt.value(SUM)).when("datum.gain >= 0").then(alt.value(GAIN)).otherwise(alt.value(LOSS))
    base = alt.Chart().encode(y=order, x=alt.X("gain:Q", title=None, axis=None, scale=alt.Scale(nice=False, padding=40)))
    bars = base.mark_bar(height={"band": 0.66}).encode(color=sign, tooltip=tips)
    text = base.encode(text="text:N")
    right = text.mark_text(align="left", dx=4, fontSize=12).transform_filter("datum.gain >= 0")
    left = text.mark_text(align="right", dx=-4, fontSize=12).transform_filter("datum.gain < 0")
    return (
        alt.layer(bars, right, left, data=alt.NamedData("why"))
        .properties(width=int(WIDTH / len(panels)) - 20, height=210)
        .facet(facet=alt.Facet("buyers:N", sort=panels, title=None), columns=len(panels))
    )


def retention(study) -> alt.LayerChart:
    """Yearly retention by buyer type and strategy, means over runs with intervals."""
    base = alt.Chart(alt.NamedData("retention")).encode(
        y=alt.Y("buyers:N", sort=types_of(study), title=None, scale=alt.Scale(paddingInner=0.3)),
        color=colour(study),
        yOffset=alt.YOffset("strategy:N", sort=[spoken(name) for name in paints(study)]),
        tooltip=[
            "buyers:N",
            "strategy:N",
            alt.Tooltip("retention:Q", format=".1%"),
            alt.Tooltip("low:Q", title="from", format=".1%"),
            alt.Tooltip("high:Q", title="to", format=".1%"),
        ],
    )
    span = base.mark_rule(strokeWidth=4, opacity=0.45).encode(
        x=alt.X("low:Q", title="kept in a year", axis=alt.Axis(format="%", tickCount=6), scale=alt.Scale(zero=False)), x2="high:Q"
    )
    dot = base.mark_circle(size=130, opacity=1).encode(x="retention:Q")
    text = base.mark_text(align="left", dx=10, fontSize=13).encode(x="high:Q", text=alt.Text("retention:Q", format=".0%"))
    height = (60 + 20 * (len(study.others) - 1)) * len(types_of(study))
    return alt.layer(span, dot, text).properties(width=WIDTH - 40, height=height)


def survival(study) -> alt.FacetChart:
    """Survival curves, a panel for each buyer type."""
    period, panels = study.scenario.market.period, types_of(study)
    base = alt.Chart().encode(
        x=alt.X("duration:Q", title=f"{period}s since it was won", axis=time_axis(study), scale=alt.Scale(nice=False)),
        color=colour(study),
    )
    band = base.mark_area(opacity=0.2, interpolate="step-after").encode(
        y=alt.Y("low:Q", title="relationships that last longer", axis=alt.Axis(format="%")), y2="high:Q"
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2.6).encode(
        y=alt.Y("survival:Q", scale=alt.Scale(domain=[0, 1])),
        strokeDash=dashes(study),
        tooltip=["strategy:N", "buyers:N", "duration:Q", alt.Tooltip("survival:Q", format=".1%")],
    )
    return (
        alt.layer(band, line, data=alt.NamedData("survival"))
        .properties(width=int(WIDTH / len(panels)) - 16, height=240)
        .facet(facet=alt.Facet("buyers:N", sort=panels, title=None), columns=len(panels))
    )


def money(study) -> alt.LayerChart:
    """Revenue down to profit, per buyer, the strategies side by side."""
    names = [spoken(name) for name in paints(study)]
    base = alt.Chart(alt.NamedData("money")).encode(
        y=alt.Y("step:N", sort=["revenue", *STEPS, "profit"], title=None, scale=alt.Scale(paddingInner=0.25)),
        yOffset=alt.YOffset("strategy:N", sort=names),
        color=colour(study).legend(symbolType="square", symbolStrokeWidth=0),
        tooltip=["strategy:N", "step:N", alt.Tooltip("amount:Q", title=f"{study.scenario.market.currency} per buyer", format="+,.0f")],
    )
    bar = base.mark_bar().encode(
        x=alt.X("low:Q", title=f"{study.scenario.market.currency} per buyer", axis=alt.Axis(tickCount=6)),
        x2="high:Q",
        opacity=alt.condition("datum.step == 'revenue' || datum.step == 'profit'", alt.value(1), alt.value(0.6)),
    )
    text = base.mark_text(align="left", dx=5, fontSize=12).encode(x="high:Q", text="text:N")
    return alt.layer(bar, text).properties(width=WIDTH - 160, height=alt.Step(max(15, 26 - 3 * len(names))))


def phases(study) -> alt.FacetChart:
    """The phases of a relationship over time, a panel for each strategy."""
    scale = alt.Scale(domain=list(PHASE_COLOURS), range=list(PHASE_COLOURS.values()))
    return (
        alt.Chart(alt.NamedData("phases"))
        .mark_area()
        .encode(
            x=alt.X("period:Q", title=study.scenario.market.period, axis=time_axis(study), scale=alt.Scale(nice=False)),
            y=alt.Y("share:Q", title="share of all buyers", axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1], clamp=True)),
            color=alt.Color("phase:N", title=None, scale=scale, legend=alt.Legend(symbolType="square", symbolStrokeWidth=0)),
            order=alt.Order("order:Q"),
            tooltip=["strategy:N", "period:Q", "phase:N", alt.Tooltip("share:Q", format=".1%")],
        )
        .properties(width=int(WIDTH / min(len(study.others) + 1, 3)) - 16, height=240)
        .facet(facet=alt.Facet("strategy:N", sort=[spoken(name) for name in paints(study)], title=None), columns=3)
    )


CHARTS = {
    "profit": profit,
    "gap": gap,
    "why": why,
    "retention": retention,
    "survival": survival,
    "money": money,
    "phases": phases,
}
