"""Contract records as a market: when each began, when it ended or that it still runs, and what else is known of it."""

import numpy as np
import pandas as pd

from sim.experiments.calibrate.histories import DAYS
from sim.experiments.calibrate.playing import play, scenario_of
from sim.experiments.calibrate.reading import Table, UnfitData, days, numbers
from sim.experiments.calibrate.result import Calibration, dropped_table, estimates_table, fit_table
from sim.experiments.calibrate.retention import AHEAD, _share, estimates_of, limits, survivors_played
from sim.experiments.calibrate.staying import Staying, counted, fit_records, survival
from sim.experiments.calibrate.staying_scenario import grouped, market_text

NEAR, USUAL = 0.1, 0.9  # ended contracts lasted a whole number of periods, give or take a tenth of one, nine times in ten
MOST_KINDS, MOST_COVARIATES = 12, 8
FEWEST = 50


def calibrate_contracts(table: Table, unit: str | None = None, holdout: str | float | None = None, runs: int = 40, seed: int = 42,
                        currency: str = "USD", name: str | None = None, threads: int | None = None, progress=None,
                        ahead: int = AHEAD) -> Calibration:  # fmt: skip
    """Contract records (start, end or nothing while running, any covariates) -> a market whose buyers renew or leave for good.

    unit: the period between renewals, else read off how long ended contracts lasted; holdout: the share of the observed renewals that is
    not fitted (as if the record had been closed then). Covariates: numbers as they are, texts of few kinds as one effect each."""
    length, ended = lengths(table)
    unit = unit or usual_unit(length[ended])
    if unit not in DAYS:
        raise UnfitData(f"{unit!r} is no period; choose from {', '.join(DAYS)}")
    renewed, ended = renewals(length, ended, DAYS[unit])
    known, names = covariates(table)
    seen = int(renewed.max()) + 1
    fitted = seen if not holdout else max(2, round(seen * (1 - _share(holdout))))
    staying = fit_records(np.minimum(renewed, fitted), ended & (renewed < fitted), known, names)
    groups = grouped(known @ staying.effects) if names else None
    horizon = seen + ahead
    text = market_text(
        table.source,
        name or f"Contracts of {table.source}",
        "all contracts",
        staying,
        unit,
        horizon,
        len(renewed),
        fitted,
        seed,
        runs,
        currency,
        groups,
    )
    kept = survivors_played(play(scenario_of(text), runs, threads, progress))
    curve = against(renewed, ended, kept, fitted, horizon)
    both = curve[curve.observed.notna()]
    scores = {"largest_miss": float((both.simulated - both.observed).abs().max())}
    if both.holdout.any():
        scores["holdout_miss"] = float((both.simulated - both.observed)[both.holdout].abs().max())
    facts = {
        "columns": table.taken,
        "contracts": len(renewed),
        "running": int((~ended).sum()),
        "covariates": names,
        "period": unit,
        "periods": seen,
        "fitted_periods": fitted,
        "notes": table.notes,
        "groups": {group: {"share": share, "effect": effect} for group, share, effect in groups or []},
    }
    return Calibration("contracts", table.source, facts, estimates(staying, fitted, unit), {"contracts": curve}, *limits("contracts"),
                       dropped_table(table.dropped), text, headline(staying, curve, unit, len(renewed), horizon), scores)  # fmt: skip


def lengths(table: Table) -> tuple[np.ndarray, np.ndarray]:
    """How many days each contract has lasted, and whether it ended. Who has no end is taken to run until the last day on record."""
    frame = table.frame
    running = (
        frame["end"].isna().to_numpy()
        | frame["end"]
        .astype(str)
        .str.strip()
        .str.lower()
        .isin(("running", "active", "open", "current", "none", "9999-12-31", ""))
        .to_numpy()
    )
    frame["start"], dated = days(frame["start"])
    end, _ = days(frame["end"].where(~running))
    frame["end"], frame["running"] = end, running
    last = np.nanmax(np.r_[end[~running], frame["start"].to_numpy()]) if len(frame) else np.nan
    table.keep(frame["start"].notna(), "no start that can be read")
    table.keep(table.frame["running"] | table.frame["end"].notna(), "an end that cannot be read")
    table.keep(table.frame["running"] | (table.frame["end"] >= table.frame["start"]), "an end before the start")
    if "customer" in table.frame:
        table.keep(~table.frame.duplicated(), "a repetition of another row")
    if len(table.frame) < FEWEST:
        raise UnfitData(f"{len(table.frame)} contracts can be used; at least {FEWEST} are needed to tell buyers' differences from luck")
    ended = ~table.frame["running"].to_numpy(bool)
    if not ended.any():
        raise UnfitData(f"no contract of {table.source} has ended, so nothing can be said about who leaves")
    if not ended.all():
        table.notes.append(
            "contracts without an end run until "
            + (str(np.datetime64(int(last), "D")) if dated else f"day {last:g}")
            + ", the last day in the file"
        )
    until = np.where(ended, table.frame["end"], last)
    return until - table.frame["start"].to_numpy(float), ended


def usual_unit(length: np.ndarray) -> str:
    """The longest period of which most ended contracts lasted a whole number; months where there is none."""
    for unit in ("year", "quarter", "month", "week"):
        times = length / DAYS[unit]
        if (np.abs(times - np.round(times)) <= NEAR).mean() >= USUAL and np.round(times).min() >= 1:
            return unit
    return "month"


def renewals(length: np.ndarray, ended: np.ndarray, per: float) -> tuple[np.ndarray, np.ndarray]:
    """How often each contract was renewed, and whether it ended then; one that ended early did not come to its renewal."""
    times = length / per
    return np.where(ended, np.maximum(np.ceil(times - NEAR), 1) - 1, np.floor(times + 0.01)).astype(int), ended


def covariates(table: Table) -> tuple[np.ndarray, list[str]]:
    """What else is known: numbers in standard deviations from their mean, texts as nought or one for each kind but the commonest."""
    columns, names = [], []
    for column in table.frame.columns:
        if column in ("customer", "start", "end", "running") or len(names) >= MOST_COVARIATES:
            continue
        values = table.frame[column]
        kinds = values.nunique(dropna=False)
        if kinds < 2:
            continue
        if pd.api.types.is_numeric_dtype(values.dtype) and kinds > 2:
            number = numbers(values)
            number = np.where(np.isfinite(number), number, np.nanmean(number))
            columns.append((number - number.mean()) / number.std())
            names.append(f"{column} (one standard deviation, {number.std():.3g})")
        elif kinds <= MOST_KINDS:
            texts = values.astype(str)
            for kind in texts.value_counts().index[1:]:
                columns.append((texts == kind).to_numpy(float))
                names.append(f"{column} = {kind}")
        else:
            table.notes.append(f"column {column!r} has {kinds:,} kinds and is left aside")
    return (np.column_stack(columns) if columns else np.zeros((len(table.frame), 0))), names


def against(renewed: np.ndarray, ended: np.ndarray, kept: np.ndarray, fitted: int, horizon: int) -> pd.DataFrame:
    """Survival after each renewal: observed (Kaplan & Meier 1958, Greenwood's limits around what is played), and played."""
    lost, _ = counted(renewed, ended)
    at_risk = _at_risk(renewed, ended, len(lost))
    hazard = lost / np.maximum(at_risk, 1)
    observed = np.r_[1, np.cumprod(1 - hazard)]
    spread = np.r_[0, np.sqrt(np.cumsum(lost / np.maximum(at_risk * (at_risk - lost), 1)))]
    known = np.r_[True, at_risk >= 10]
    seen = np.full(horizon + 1, np.nan)
    error = np.full(horizon + 1, np.nan)
    most = min(len(observed), horizon + 1)
    seen[:most], error[:most] = np.where(known, observed, np.nan)[:most], spread[:most]
    mean = kept.mean(0)
    error = np.where(np.isfinite(error), error, np.nanmax(error))
    return fit_table(
        "share of contracts left",
        np.arange(horizon + 1),
        seen,
        mean,
        (mean * (1 - 1.96 * error)).clip(0),
        (mean * (1 + 1.96 * error)).clip(0, 1),
        np.arange(horizon + 1) > fitted,
    )


def _at_risk(renewed: np.ndarray, ended: np.ndarray, renewals_seen: int) -> np.ndarray:
    """How many contracts came up for renewal 1, 2, … and are known to have been renewed or not."""
    came = np.where(ended, renewed + 1, renewed)
    return np.array([(came >= t).sum() for t in range(1, renewals_seen + 1)], float)


def estimates(staying: Staying, fitted: int, unit: str) -> pd.DataFrame:
    """Shapes, and the effect of each covariate."""
    rows = estimates_of({"contracts": staying}, fitted, unit)
    effects = estimates_table(
        [
            (
                f"effect of {name}",
                effect,
                *staying.interval(2 + j),
                "on the logit of staying",
                "maximum likelihood, discrete-time hazard with beta differences",
            )
            for j, (name, effect) in enumerate(zip(staying.names, staying.effects, strict=True))
        ]
    )
    return pd.concat([rows, effects], ignore_index=True) if len(effects) else rows


def headline(staying: Staying, curve: pd.DataFrame, unit: str, contracts: int, horizon: int) -> str:
    """The finding in a sentence or two."""
    kept = survival(staying.ours, staying.elsewhere, 2)
    both, last = curve[curve.observed.notna()], curve.iloc[-1]
    strongest = ""
    if staying.names:
        j = int(np.argmax(np.abs(staying.effects)))
        strongest = f" What tells most is {staying.names[j]} (odds to stay × {np.exp(staying.effects[j]):.2f})."
    who = "of the reference group " if staying.names else ""
    return (
        f"Of {contracts:,} contracts, {kept[1]:.0%} {who}renew the first time and {kept[2] / kept[1]:.0%} the second; played as a market, "
        f"{last.simulated:.1%} are left after {horizon} {unit}s, and no {unit} in the data is missed by more than "
        f"{100 * (both.simulated - both.observed).abs().max():.1f} points.{strongest}"
    )
