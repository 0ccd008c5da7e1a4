"""The interactive figures of a report, each a Vega-Lite chart: what a pointer touches tells its numbers."""

import altair as alt
import pandas as pd

from sim.intervals import interval
from sim.plots.money import why_finding
from sim.plots.profit import leading, profit_finding
from sim.plots.retention import retention_finding, yearly_retention
from sim.plots.style import BASELINE, GAIN, INK, LINES, LOSS, OTHERS, QUIET, SUM
from sim.survival import survival
from sim.wording import name_of_type, spoken

WIDTH = 720
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
}
LEAST_AT_RISK = 100  # relationships under watch, below which a survival curve is not drawn


def charts(study) -> dict[str, tuple[str, str, alt.TopLevelMixin]]:
    """name -> (its finding, how to read it, the chart) of every figure that fits the study."""
    first = leading(study)["strategy"]
    found = {
        "profit": (
            profit_finding(study),
            "Profit so far, discounted, per buyer of the market; bands are 95% intervals over paired runs. Click a name to see it alone.",
            profit(study),
        ),
        "gap": (
            "What each strategy has gained over the baseline so far",
            "Paired by run; while a band touches nought the runs cannot tell the two apart.",
            gap(study),
        ),
        "why": (
            why_finding(study, first, causes_of(study, first)),
            f"By cause and buyer type, per buyer of the market, in {study.scenario.market.currency}; the causes sum to the gap, exactly.",
            why(study),
        ),
    }
    rates = yearly_retention(study)
    if len(rates):
        means = rates.groupby(["buyer_type", "strategy"], observed=True, sort=False).retention.mean()
        found["retention"] = (
            retention_finding(study, means),
            "Accounts that are still accounts a year on, by buyer type; lines are 95% intervals over runs.",
            retention(study, rates),
        )
    curves = survival_of(study)
    if len(curves):
        found["survival"] = (
            "How long relationships last",
            "Kaplan–Meier, by buyer type; relationships still running count as long as they are watched.",
            lasting(study, curves),
        )
    return {name: (finding, how, chart.configure(**CONFIG)) for name, (finding, how, chart) in found.items()}


def colour(study, baseline: bool = True) -> alt.Color:
    """A colour for each strategy, the baseline's grey (or left out); a click in the key fades the others."""
    paint = {name: shade for name, shade in paints(study).items() if baseline or name != study.baseline}
    return alt.Color(
        "strategy:N", title=None, scale=alt.Scale(domain=[spoken(name) for name in paint], range=list(paint.values())), legend=alt.Legend()
    )


def paints(study) -> dict[str, str]:
    """strategy -> colour."""
    others = {name: OTHERS[number % len(OTHERS)] for number, name in enumerate(study.others)}
    return {study.baseline: BASELINE} | others


def profit(study) -> alt.LayerChart:
    """Cumulative profit by strategy, with bands."""
    market = study.scenario.market
    return _lines(study, study.paths, "profit", f"profit so far, {market.currency} per buyer")


def gap(study) -> alt.LayerChart:
    """The cumulative gap over the baseline."""
    market = study.scenario.market
    table = study.paths[study.paths.strategy != study.baseline]
    nought = alt.Chart(pd.DataFrame({"gap": [0]})).mark_rule(color=QUIET).encode(y="gap:Q")
    return nought + _lines(study, table, "gap", f"gap to {spoken(study.baseline)}, {market.currency} per buyer")


def _lines(study, table: pd.DataFrame, column: str, title: str) -> alt.LayerChart:
    period = study.scenario.market.period
    table = table.assign(strategy=table.strategy.map(spoken))[["strategy", "period", column, f"{column}_low", f"{column}_high"]].round(4)
    only = alt.selection_point(fields=["strategy"], bind="legend", name=f"only_{column}")
    base = alt.Chart(table).encode(
        x=alt.X("period:Q", title=period, axis=time_axis(study)),
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
    line = base.mark_line(strokeWidth=2.6).encode(y=f"{column}:Q", tooltip=tip)
    touch = base.mark_circle(size=260, opacity=0).encode(y=f"{column}:Q", tooltip=tip, opacity=alt.value(0.001))
    return (band + line + touch.add_params(only)).properties(width=WIDTH, height=330)


def time_axis(study) -> alt.Axis:
    """Periods; months and quarters are ticked by the year."""
    market = study.scenario.market
    year = {"month": 12, "quarter": 4}.get(market.period)
    if not year or market.periods < 2 * year:
        return alt.Axis(tickMinStep=1, grid=False)
    step = year * max(1, round(market.periods / year / 6))
    return alt.Axis(grid=False, values=list(range(0, market.periods + 1, step)))


def causes_of(study, strategy: str) -> pd.Series:
    """The gap of a strategy by cause, over all buyers."""
    return study.why[study.why.strategy == strategy].groupby("cause", observed=True, sort=False).gain.sum()


def why(study) -> alt.FacetChart:
    """The gap of the leading strategy by cause, a panel for each buyer type and one for all."""
    name, currency = leading(study)["strategy"], study.scenario.market.currency
    table = study.why[study.why.strategy == name].assign(buyers=lambda rows: rows.buyer_type.astype(str).map(name_of_type))
    table = table[table.cause.isin(table.cause[table.gain != 0].unique())]
    causes = [str(cause) for cause in dict.fromkeys(table.cause)]
    whole = table.groupby("cause", observed=True, sort=False)[["gain"]].sum().reset_index().assign(buyers="all buyers")
    rows = pd.concat([table[["cause", "buyers", "gain", "low", "high"]], whole], ignore_index=True)
    sums = rows.groupby("buyers", sort=False).gain.sum().reset_index().assign(cause="sum")
    rows = pd.concat([rows.assign(cause=rows.cause.astype(str)), sums], ignore_index=True).round(4)
    panels = list(dict.fromkeys(rows.buyers))
    spare = 0.42 * float(rows.gain.max() - rows.gain.min()) or 1.0
    reach = [float(rows.gain.min()) - spare, float(rows.gain.max()) + spare]
    bars = (
        alt.Chart()
        .mark_bar(height={"band": 0.66})
        .encode(
            x=alt.X("gain:Q", title=None, axis=None, scale=alt.Scale(domain=reach)),
            y=alt.Y("cause:N", sort=[*causes, "sum"], title=None),
            color=alt.when("datum.cause == 'sum'")
            .then(alt.value(SUM))
            .when("datum.gain >= 0")
            .then(alt.value(GAIN))
            .otherwise(alt.value(LOSS)),
            tooltip=[
                alt.Tooltip("buyers:N"),
                alt.Tooltip("cause:N"),
                alt.Tooltip("gain:Q", title=f"{currency} per buyer", format="+,.1f"),
                alt.Tooltip("low:Q", title="from", format="+,.1f"),
                alt.Tooltip("high:Q", title="to", format="+,.1f"),
            ],
        )
    )
    text = {"y": alt.Y("cause:N", sort=[*causes, "sum"]), "x": "gain:Q", "text": alt.Text("gain:Q", format="+,.0f")}
    right = alt.Chart().mark_text(align="left", dx=4, fontSize=12).encode(**text).transform_filter("datum.gain >= 0")
    left = alt.Chart().mark_text(align="right", dx=-4, fontSize=12).encode(**text).transform_filter("datum.gain < 0")
    return (
        alt.layer(bars, right, left, data=rows)
        .properties(width=int((WIDTH - 60) / len(panels)) - 22, height=210)
        .facet(
            column=alt.Column(
                "buyers:N", sort=panels, title=None, header=alt.Header(labelFontSize=14, labelFontWeight="bold", labelAnchor="start")
            )
        )
    )


def retention(study, rates: pd.DataFrame) -> alt.LayerChart:
    """Yearly retention by buyer type and strategy, means over runs with intervals."""
    rows = []
    for (kind, name), part in rates.groupby(["buyer_type", "strategy"], observed=True, sort=False):
        mean, low, high = (float(value) for value in interval(part.retention.to_numpy()))
        rows.append({"buyers": name_of_type(kind), "strategy": spoken(name), "retention": mean, "low": low, "high": high})
    table = pd.DataFrame(rows).round(5)
    base = alt.Chart(table).encode(
        y=alt.Y("buyers:N", sort=None, title=None, scale=alt.Scale(paddingInner=0.3)),
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
    return (span + dot + text).properties(width=WIDTH - 40, height=60 * table.buyers.nunique() + 20 * len(study.others))


def survival_of(study) -> pd.DataFrame:
    """Kaplan–Meier curves by strategy and buyer type of the accounts won on record (those held at the start where none was won)."""
    endings = study.survival
    won = endings[endings.origin == "won"]
    curves = survival(won if len(won) else endings, by=("strategy", "buyer_type"), origin=None)
    return curves[curves.at_risk >= min(LEAST_AT_RISK, int(curves.at_risk.max()))] if len(curves) else curves


def lasting(study, curves: pd.DataFrame) -> alt.LayerChart:
    """Survival curves; a menu chooses the buyer type."""
    table = curves.assign(strategy=curves.strategy.astype(str).map(spoken), buyers=curves.buyer_type.astype(str).map(name_of_type))
    table = table[["strategy", "buyers", "duration", "survival", "low", "high"]].round(4)
    kinds, period = list(dict.fromkeys(table.buyers)), study.scenario.market.period
    chosen = alt.selection_point(fields=["buyers"], value=kinds[0], name="buyers", bind=alt.binding_radio(options=kinds, name="buyers: "))
    base = (
        alt.Chart(table)
        .transform_filter(chosen)
        .encode(x=alt.X("duration:Q", title=f"{period}s since the account was won", axis=time_axis(study)), color=colour(study))
    )
    band = base.mark_area(opacity=0.2, interpolate="step-after").encode(
        y=alt.Y("low:Q", title="relationships that last longer", axis=alt.Axis(format="%")), y2="high:Q"
    )
    line = base.mark_line(interpolate="step-after", strokeWidth=2.6).encode(
        y=alt.Y("survival:Q", scale=alt.Scale(domain=[0, 1])),
        tooltip=["strategy:N", "buyers:N", "duration:Q", alt.Tooltip("survival:Q", format=".1%")],
    )
    return (band + line).add_params(chosen).properties(width=WIDTH, height=280)
