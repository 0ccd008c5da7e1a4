"""Plays the markets of the laboratory, shows the estimators what a seller would have seen, and keeps what came to pass beside it."""
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.experiments.keeping import kept
from sim.experiments.lab.estimators import ESTIMATORS, Histories, forecast
from sim.experiments.lab.result import ALL, BINS, MIX, Lab
from sim.parquet import read_table, write_table
from sim.purchases import Customers, purchases, sales
from sim.runs import in_parallel
from sim.scenario.suggest import among
from sim.wording import counted

RUNS, LEAST = 8, 30          # runs by default; customers below which nothing is estimated
LOST = 0.5                   # a probability of being active below which an estimator is said to call a customer lost


class NoLab(Exception):  # noqa: N818 - named for what was looked for
    """What was asked for cannot be played; the message says why."""


@dataclass(frozen=True)
class Windows:
    """Periods of calibration; of them the first in which a customer must have come; the holdout after them; and the horizon of lifetime
    values, which begins with the holdout."""

    calibration: int
    cohort: int
    holdout: int
    horizon: int


def lab(scenario, runs: int | None = None, folder: str | Path | None = None, threads: int | None = None, force: bool = False,
        progress: Callable[[int, int], None] | None = None, command: str | None = None, seller: str | None = None,
        strategy: str | None = None, calibration: int | None = None, holdout: int | None = None, apart: bool = True) -> Lab:
    """Who is wrong for which buyer type, and by how much.

    Every buyer type of the scenario is played alone, and all together as the scenario mixes them, in a market that begins with the record
    (a customer's first purchase is its first) and runs for the scenario's periods. Estimators see the purchases of the calibration
    (default: a third of the periods) of the customers who came in its first half; the truth is what these did in the holdout (default: a
    third) and, as lifetime value, in all periods after the calibration, discounted to its end, before the cost to serve.
    seller: default the focal one; strategy: default the baseline; apart: False plays the mix alone; folder: keeps every market played.

    Raises NoLab for what cannot be, OtherStudy where the folder holds something else."""
    windows = windows_of(scenario, calibration, holdout)
    seller, strategy = named(scenario, seller, strategy)
    markets = markets_of(scenario, apart)
    asked = {"runs": runs or RUNS, "seller": seller, "strategy": strategy, "calibration": windows.calibration, "holdout": windows.holdout,
             "markets": list(markets), "estimators": list(ESTIMATORS)}
    tasks = [(name, run) for run in range(asked["runs"]) for name in markets]
    tables: dict[tuple, dict[str, pd.DataFrame]] = {}
    with kept("lab", scenario, asked, folder, force, command) as place:
        def play(task: tuple[str, int]) -> None:
            name, run = task
            made = remembered(place.part(f"{name}_{run + 1}"), lambda: one_market(markets[name], name, run, seller, strategy, windows))
            tables[task] = made
            if progress:
                progress(len(tables), len(tasks))

        in_parallel(play, tasks, threads or os.cpu_count() or 1)
        sums, bins = (pd.concat([tables[task][kind] for task in tasks], ignore_index=True) for kind in ("sums", "bins"))
        found = Lab(scenario, seller, strategy, windows, asked["runs"], sums, bins)
        place.finish(found.answer(), {"table": found.table, "calibration": found.calibration, "sums": found.sums})
    return found


def windows_of(scenario, calibration: int | None, holdout: int | None) -> Windows:
    """The windows asked for; NoLab where they do not fit into the record."""
    periods = scenario.market.periods
    calibration = max(periods // 3, 1) if calibration is None else calibration
    holdout = max(periods // 3, 1) if holdout is None else holdout
    if calibration < 2 or holdout < 1 or calibration + holdout > periods:
        raise NoLab(f"{counted(calibration, 'period')} of calibration and {holdout:,} of holdout do not fit into "
                    f"{counted(periods, 'period')}; give at least 2 and 1, together no more than there are (market.periods)")
    return Windows(calibration, max(calibration // 2, 1), holdout, periods - calibration)


def named(scenario, seller: str | None, strategy: str | None) -> tuple[str, str]:
    """Whose log it is, and under which strategy."""
    seller, strategy = seller or scenario.focal, strategy or scenario.baseline
    for word, known, what in ((seller, scenario.sellers, "a seller"), (strategy, scenario.strategies, "a strategy")):
        if word not in known:
            raise NoLab(f"{word!r} is not {what} of {scenario.name}; {among(word, known)}")
    return seller, strategy


def markets_of(scenario, apart: bool) -> dict:
    """The markets by name: each type alone, where there are several, and the mix; all begin with the record."""
    kinds = [name for name, buyer in scenario.buyers.items() if buyer.share > 0]
    new = scenario.replace(["market.start=new"])
    alone = {kind: new.replace([f"buyers.{other}.share={1 if other == kind else 0}" for other in scenario.buyers])
             for kind in kinds} if apart and len(kinds) > 1 else {}
    return alone | {MIX if len(kinds) > 1 else kinds[0]: new}


def remembered(path: Path | None, make: Callable[[], dict[str, pd.DataFrame]]) -> dict[str, pd.DataFrame]:
    """Tables that were made before, or are made now and kept."""
    from sim.experiments.sweep.store import whole

    if path is None:
        return make()
    files = {kind: path / f"{kind}.parquet" for kind in ("sums", "bins")}
    if all(file.is_file() for file in files.values()):
        return {kind: read_table(file) for kind, file in files.items()}
    path.mkdir(parents=True, exist_ok=True)
    found = make()
    for kind, file in files.items():
        with whole(file) as target:
            write_table(found[kind], target, {})
    return {kind: read_table(file) for kind, file in files.items()}


def one_market(scenario, name: str, run: int, seller: str, strategy: str, windows: Windows) -> dict[str, pd.DataFrame]:
    """One run of one market: what every estimator predicted and what came to pass, summed by buyer type."""
    customers = Customers(scenario, seller, windows.calibration, soon=windows.holdout)
    number = list(scenario.sellers).index(seller)
    for moment in purchases(scenario, strategy, run):
        customers.add(moment, sales(moment, number))
    histories, truth = seen(customers, windows)
    if len(truth) < LEAST:
        raise NoLab(f"{counted(len(truth), 'customer')} of {seller} in the first {counted(windows.cohort, 'period')} of market {name} are "
                    f"too few to estimate anything; raise market.buyers (at least {LEAST} customers are needed)")
    discounting = (1 + customers.discount) ** -np.arange(1, windows.horizon + 1.0)
    groups = {ALL: np.ones(len(truth), bool)} | {kind: (truth.buyer_type == kind).to_numpy() for kind in truth.buyer_type.unique()}
    sums, bins = [], []
    for estimator in ESTIMATORS:
        made = forecast(estimator, histories, windows.horizon)
        soon = np.full(len(truth), np.nan) if made is None else made.ahead[:, :windows.holdout].sum(1)
        worth = np.full(len(truth), np.nan) if made is None else made.ahead @ discounting * truth.margin.to_numpy()
        active = np.full(len(truth), np.nan) if made is None else made.active
        for kind, who in groups.items():
            where = {"market": name, "run": run, "buyer_type": str(kind), "estimator": estimator}
            sums.append(where | summed(truth[who], soon[who], worth[who], active[who]))
            bins += [where | row for row in binned(truth.alive.to_numpy()[who], active[who])]
    return {"sums": pd.DataFrame(sums), "bins": pd.DataFrame(bins)}


def seen(customers: Customers, windows: Windows) -> tuple[Histories, pd.DataFrame]:
    """What the log shows of customers who came early enough, and what became of them."""
    first = customers.column("first")
    cohort = first <= windows.cohort
    histories = Histories(*(values[cohort].astype(float) for values in (
        customers.column("purchases") - 1, customers.column("last") - first, customers.record - first)))
    margin = customers.column("earned") / customers.column("purchases")
    truth = customers.truth().assign(soon=customers.column("soon_purchases"), margin=margin)
    return histories, truth[cohort].reset_index(drop=True)


def summed(truth: pd.DataFrame, soon: np.ndarray, worth: np.ndarray, active: np.ndarray) -> dict[str, float]:
    """Sums over customers of a type; errors are sums of absolute deviations customer by customer."""
    called_lost = active < LOST
    return {"customers": len(truth), "purchases_true": float(truth.soon.sum()), "purchases_predicted": soon.sum(),
            "purchases_error": np.abs(soon - truth.soon).sum(), "clv_true": truth.clv.sum(), "clv_predicted": worth.sum(),
            "clv_error": np.abs(worth - truth.clv).sum(), "alive_true": float(truth.alive.sum()), "alive_predicted": active.sum(),
            "alive_brier": ((active - truth.alive) ** 2).sum(), "account_true": float(truth.account.sum()),
            "called_lost": float(called_lost.sum()), "lost_and_back": float((called_lost & truth.buys_again).sum())}


def binned(alive: np.ndarray, active: np.ndarray) -> list[dict]:
    """Customers by the probability of being active that an estimator gave them, with how many of them were alive."""
    if np.isnan(active).any():
        return []
    place = np.minimum((active * BINS).astype(int), BINS - 1)
    return [{"bin": int(each), "customers": int((place == each).sum()), "predicted": float(active[place == each].sum()),
             "alive": float(alive[place == each].sum())} for each in np.unique(place)]
