"""A simulated market beside the real one that its scenario names: the `observed` section, cell by cell.

Two kinds of file. A *repertoire* table has a row for each brand of a category: category, brand, share, penetration (other columns
are left aside); the category is the one whose brands are the scenario's sellers. A *retention* table has a column `year` and, for
each cohort, how many of it are left; cohorts are columns named like buyer types that have buyers. The scenario's baseline is what
is held against them.
"""
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.core import state as at
from sim.core.state import COLUMNS
from sim.offers import burn_in, periods_per_year

if TYPE_CHECKING:
    from sim.runs import Runs
    from sim.scenario import Scenario


def against_data(scenario: "Scenario", runs: "Runs") -> pd.DataFrame:
    """Every cell of the scenario's observed table: cell, observed, simulated (mean over runs), difference (simulated − observed), within.

    cell: 'share of m69', 'penetration of m69', 'survival of regular to year 3'; within: whether the difference keeps to the limit
    that the scenario sets for it, None where it sets none. runs: of the baseline at least; a repertoire needs measure=penetration
    (or keep_state=True). Raises ValueError where the scenario names no data or the file does not fit it."""
    if scenario.observed is None:
        raise ValueError(f"{scenario.name} names no observed data to hold the runs against")
    measure = {"repertoire": _repertoire_cells, "retention": _retention_cells}[scenario.observed.kind]
    cells = pd.DataFrame(measure(scenario, runs), columns=["cell", "observed", "simulated", "limit"])
    cells["difference"] = cells.simulated - cells.observed
    cells["within"] = [None if pd.isna(row.limit) else bool(abs(row.difference) <= row.limit) for row in cells.itertuples()]
    return cells[["cell", "observed", "simulated", "difference", "within"]]


def repertoire_table(runs: "Runs", strategy: str) -> pd.DataFrame:
    """One row for each seller, means over runs: seller, share (of the units bought on record, 0..1), penetration (share of buyers present
    at the horizon who bought from it on record, 0..1). Needs runs played with measure=penetration, or keep_state=True."""
    rows = [(market_shares(runs, strategy, run), penetrations(runs, strategy, run)) for run in range(runs.runs)]
    share, penetration = np.mean(rows, axis=0)
    return pd.DataFrame({"seller": list(runs.scenario.sellers), "share": share, "penetration": penetration})


def market_shares(runs: "Runs", strategy: str, run: int) -> np.ndarray:
    """Each seller's share of the units bought in the recorded periods: float64 [seller]."""
    units = runs.records[strategy][run].flows[1:, :, :-1, COLUMNS.index("units")].sum((0, 1))
    return units / units.sum()


def penetrations(runs: "Runs", strategy: str, run: int) -> np.ndarray:
    """`penetration` of a run that was played with measure=penetration, or with keep_state=True. Raises ValueError of any other."""
    from sim.population import draw_population

    record = runs.records[strategy][run]
    if record.measured is not None:
        return record.measured
    if record.state is None:
        raise ValueError("penetration is read from the buyers' final state; play the runs with measure=penetration or keep_state=True")
    return _bought(record.state, draw_population(runs.scenario).tile_lanes, len(runs.scenario.sellers), burn_in(runs.scenario))


def penetration(market: at.Market) -> np.ndarray:
    """The share of buyers who bought from each seller at least once in the recorded periods: float64 [seller], of a market at its horizon.

    Read from each dyad's last purchase, so purchases of the burn-in do not count, nor those of buyers who have left the market."""
    return _bought(market.state, market.population.tile_lanes, len(market.standing), market.burn_in)


def _bought(state: np.ndarray, lanes: np.ndarray, sellers: int, before: int) -> np.ndarray:
    """`penetration` from the final tiles; before: periods of the burn-in."""
    tiles = state.view(np.int32).reshape(len(state), -1, at.STRIDE)
    histories = tiles[:, at.ROWS + at.HISTORY * sellers:at.ROWS + (at.HISTORY + 1) * sellers, :at.LANES]
    present = np.arange(at.LANES) < lanes[:, None]
    last = (histories >> 16) & 0xFFFF                                   # period of the last purchase, from 1, burn-in included; 0: never
    bought = (last > before) & present[:, None]
    return bought.sum((0, 2)) / present.sum()


def retention_table(runs: "Runs", strategy: str, buyer_type: str) -> np.ndarray:
    """The share of the focal seller's accounts of a type held at the start that are still its accounts after 0, 1, … years.

    float64 [1 + years], mean over runs. Turnover counts as loss."""
    scenario = runs.scenario
    kind, seller = list(scenario.buyers).index(buyer_type), list(scenario.sellers).index(scenario.focal)
    year = periods_per_year(scenario)
    years = int(scenario.market.periods / year + 1e-9)
    curves = []
    for record in runs.records[strategy]:
        ended = record.endings[kind, seller, 0, :, :3].sum(1)           # by full periods on record; the last cause is 'running'
        kept = 1 - np.concatenate([[0], ended.cumsum()]) / record.endings[kind, seller, 0].sum()
        curves.append([kept[round(y * year)] for y in range(years + 1)])
    return np.mean(curves, axis=0)


def _repertoire_cells(scenario: "Scenario", runs: "Runs") -> list[tuple]:
    """(cell, observed, simulated, limit) for each seller's share and penetration."""
    seen, found = _observed_brands(scenario), repertoire_table(runs, scenario.baseline).set_index("seller")
    within = scenario.observed.within
    return [(f"{measure} of {seller}", float(seen.at[seller, measure]), float(found.at[seller, measure]), getattr(within, measure))
            for measure in ("share", "penetration") for seller in scenario.sellers]


def _observed_brands(scenario: "Scenario") -> pd.DataFrame:
    """The category of the file whose brands are the scenario's sellers, by brand."""
    table = _observed_file(scenario, ("category", "brand", "share", "penetration"))
    for _, category in table.groupby("category", sort=False):
        if set(category.brand) == set(scenario.sellers):
            return category.set_index("brand")
    raise ValueError(f"no category of {scenario.observed.file} has the scenario's sellers {', '.join(scenario.sellers)} as its brands")


def _retention_cells(scenario: "Scenario", runs: "Runs") -> list[tuple]:
    """(cell, observed, simulated, limit) for each year and cohort with buyers."""
    table = _observed_file(scenario, ("year",)).set_index("year").sort_index()
    cells = []
    for kind in [name for name, buyers in scenario.buyers.items() if name in table and buyers.share > 0]:
        found = retention_table(runs, scenario.baseline, kind)
        seen = table[kind] / table[kind].iloc[0]
        cells += [(f"survival of {kind} to year {year}", float(seen[year]), float(found[year]), scenario.observed.within.retention)
                  for year in table.index[1:] if year < len(found)]
    if not cells:
        raise ValueError(f"no column of {scenario.observed.file} is called like a buyer type that has buyers")
    return cells


def _observed_file(scenario: "Scenario", needed: tuple[str, ...]) -> pd.DataFrame:
    """The observed table as it is in the file."""
    table = pd.read_csv(scenario.files[scenario.observed.file])
    lacking = [name for name in needed if name not in table]
    if lacking:
        raise ValueError(f"{scenario.observed.file} lacks the column {', '.join(lacking)}")
    return table
