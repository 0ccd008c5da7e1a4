"""The focal seller in figures, strategy by strategy."""
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim import measures
from sim.intervals import interval
from sim.offers import periods_per_year

if TYPE_CHECKING:
    from sim.experiments.compare import Comparison
    from sim.runs import Runs

RUNS_AT_ONCE = 8             # of which figures are taken at a time
BY = ("strategy", "run")


def summarise(comparison: "Comparison") -> pd.DataFrame:
    """One row for each strategy, each figure as name, name_low, name_high (95% interval over runs), for the focal seller:

    profit: discounted, per buyer of the market; retention: of accounts in a year; market_share and share_of_wallet: in the last year;
    accounts: at the end; account_worth: of an account won, in money of the period it was won in; cost_to_serve: per account and period;
    satisfaction: mean believed value in the last year, money per unit; bond: mean in the last year. Figures that do not exist in some
    run (no account was won, say) are nan."""
    figures = _figures(comparison)
    rows = []
    for name in comparison.runs.strategies:
        row = {"strategy": name}
        for figure, values in figures.items():
            row |= dict(zip((figure, f"{figure}_low", f"{figure}_high"), map(float, interval(values[name])), strict=True))
        rows.append(row)
    return pd.DataFrame(rows)


def _figures(comparison: "Comparison") -> dict[str, dict[str, np.ndarray]]:
    """Every figure by strategy and run."""
    profit = {name: values.sum(1) for name, values in comparison.profits.items()}
    parts = [_measured(part, comparison.focal) for part in comparison.runs.parts(RUNS_AT_ONCE)]
    return {"profit": profit} | {
        figure: {name: np.concatenate([part[figure][name] for part in parts]) for name in profit} for figure in parts[0]}


def _measured(runs: "Runs", focal: str) -> dict[str, dict[str, np.ndarray]]:
    """Every figure but profit by strategy and run, of some runs: each is one run's own, so that a few at a time will do."""
    from sim.lifetime import account_worth
    from sim.tables import cohort_table, period_table

    scenario, table, year = runs.scenario, period_table(runs), periods_per_year(runs.scenario)
    last = table[table.period > max(scenario.market.periods - round(year), 0)]
    ours, ours_last = table[(table.seller == focal) & (table.period > 0)], last[last.seller == focal]
    cohorts = cohort_table(runs)
    series = {
        "retention": measures.retention_per_year(ours, year, BY),
        "market_share": measures.market_share(last).xs(focal, level="seller"),
        "share_of_wallet": measures.share_of_wallet(ours_last, BY),
        "accounts": measures.sums(ours[ours.period == scenario.market.periods], "accounts", BY).astype(float),
        "account_worth": account_worth(cohorts[(cohorts.seller == focal) & (cohorts.cohort > 0)], BY),
        "cost_to_serve": measures.cost_to_serve(ours, BY),
        "satisfaction": measures.satisfaction(ours_last, BY),
        "bond": measures.bond(ours_last, BY),
    }
    return {figure: _by_run(found, runs.strategies) for figure, found in series.items()}


def _by_run(found: pd.Series, strategies: list[str]) -> dict[str, np.ndarray]:
    """A Series over (strategy, run) as one array for each strategy, in the order of runs."""
    return {name: found.xs(name, level="strategy").sort_index().to_numpy(float) for name in strategies}
