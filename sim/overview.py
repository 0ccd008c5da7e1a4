"""One strategy in figures: how the sellers fare beside each other, and the focal seller with each buyer type."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim import measures
from sim.core.terms import CHANNELS
from sim.intervals import interval
from sim.money import TO_WIN
from sim.offers import discount_per_period, periods_per_year
from sim.tables import period_tables

if TYPE_CHECKING:
    from sim.runs import Runs

FIGURES = ("profit", "accounts", "market_share", "retention", "share_of_wallet", "cost_to_serve", "satisfaction", "bond")


def by_seller(runs: "Runs", strategy: str) -> pd.DataFrame:
    """One row for each seller, every figure of FIGURES as name, name_low, name_high (95% interval over runs): see `figures`."""
    return _rows("seller", [figures(runs, table, "seller", table) for table in _tables(runs, strategy)])


def by_type(runs: "Runs", strategy: str) -> pd.DataFrame:
    """One row for each buyer type that has buyers: the focal seller, as `by_seller`; the share is that of the type's units."""
    focal = runs.scenario.focal
    parts = [figures(runs, table[table.seller == focal], "buyer_type", table) for table in _tables(runs, strategy)]
    return _rows("buyer_type", parts).dropna(subset=["market_share"]).reset_index(drop=True)


def by_channel(runs: "Runs", strategy: str) -> pd.DataFrame:
    """One row for each seller: seller, then the share of its accounts won through each channel (own_search, advertising, word_of_mouth,
    partner) and cost_to_win (money per account won), all runs together. Empty where every account came by own search."""
    wanted = ["period", "seller", "acquisitions", *(f"won_{channel}" for channel in CHANNELS), *TO_WIN]
    table = pd.concat([table[wanted] for table in _tables(runs, strategy)], ignore_index=True)
    record = table[table.period > 0]
    found = measures.share_by_channel(record, ("seller",))
    if not (found[list(CHANNELS[1:])] > 0).any().any():
        return pd.DataFrame(columns=["seller", *CHANNELS, "cost_to_win"])
    return found.assign(cost_to_win=measures.cost_to_win(record, ("seller",))).reset_index().astype({"seller": str})


def _tables(runs: "Runs", strategy: str) -> Iterator[pd.DataFrame]:
    """The period table of one strategy, some runs at a time."""
    return period_tables(replace(runs, records={strategy: runs.records[strategy]}))


def figures(runs: "Runs", table: pd.DataFrame, rows: str, market: pd.DataFrame) -> dict[str, pd.Series]:
    """Per seller or buyer type (`rows`) and run of a table: profit (discounted, per buyer of the market), accounts (at the end),
    market_share and share_of_wallet (last year), retention (per year), cost_to_serve (per account and period), satisfaction and bond
    (last year)."""
    scenario, by = runs.scenario, (rows, "run")
    year, end = periods_per_year(scenario), scenario.market.periods
    record, last = table[table.period > 0], table[table.period > max(end - round(year), 0)]
    units = (
        market[market.period > max(end - round(year), 0)].groupby(["run"] if rows == "seller" else list(by), observed=True)["units"].sum()
    )
    return {
        "profit": measures.net_present_value(record, discount_per_period(scenario), by=by) / scenario.market.buyers,
        "accounts": measures.sums(record[record.period == end], "accounts", by),
        "market_share": measures.sums(last, "units", by).div(units),
        "retention": _yearly(record, rows, year),
        "share_of_wallet": measures.share_of_wallet(last, by),
        "cost_to_serve": measures.cost_to_serve(record, by),
        "satisfaction": measures.satisfaction(last, by),
        "bond": measures.bond(last, by),
    }


def _rows(rows: str, parts: list[dict[str, pd.Series]]) -> pd.DataFrame:
    """A row for each seller or type, out of the figures of some runs at a time."""
    series = {figure: pd.concat([part[figure] for part in parts]) for figure in FIGURES}
    return pd.DataFrame([_row(name, rows, series) for name in dict.fromkeys(series["accounts"].index.get_level_values(rows))])


def _yearly(record: pd.DataFrame, rows: str, year: float) -> pd.Series:
    """Retention in a year: over types of a seller as `measures.retention_per_year` has it, of a single type its own rate to that power."""
    if rows == "seller":
        return measures.retention_per_year(record, year, (rows, "run"))
    return measures.retention_rate(record, (rows, "run")) ** year


def _row(name: str, rows: str, series: dict[str, pd.Series]) -> dict:
    """One seller's or type's figures with their intervals over runs."""
    row = {rows: name}
    for figure in FIGURES:
        found = interval(series[figure].reorder_levels([rows, "run"]).xs(name, level=rows).to_numpy(float))
        row |= dict(zip((figure, f"{figure}_low", f"{figure}_high"), (float(np.asarray(value)) for value in found), strict=True))
    return row
