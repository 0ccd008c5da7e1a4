"""A retention table as a market: how many contracts of a cohort are left after each renewal."""

import numpy as np
import pandas as pd

from sim.experiments.calibrate.playing import play, scenario_of
from sim.experiments.calibrate.reading import Table, UnfitData, numbers, simple
from sim.experiments.calibrate.result import Calibration, dropped_table, estimates_table
from sim.experiments.calibrate.result import fit_table as beside
from sim.experiments.calibrate.staying import Staying, fit_table, survival
from sim.experiments.calibrate.staying_scenario import market_text
from sim.experiments.calibrate.writing import safe_name

UNITS = {
    "year": "year",
    "years": "year",
    "month": "month",
    "months": "month",
    "quarter": "quarter",
    "quarters": "quarter",
    "week": "week",
    "weeks": "week",
}
ASSUMED = 1000.0
AHEAD = 5  # renewals after the table's last that are predicted


def calibrate_retention(table: Table, unit: str | None = None, holdout: str | float | None = None, runs: int = 40, seed: int = 42,
                        contracts: float | None = None, currency: str = "USD", name: str | None = None, threads: int | None = None,
                        progress=None, ahead: int = AHEAD) -> Calibration:  # fmt: skip
    """A table of survivors (a column of renewals 0, 1, 2, …, a column for each cohort) -> a market whose buyers renew or leave for good.

    unit: the period between renewals, else the name of the column; contracts: how many there were, where the table holds shares; holdout:
    the share of the renewals that is not fitted (nothing: all are fitted, and `ahead` later ones are predicted)."""
    unit = unit or UNITS.get(simple(table.taken["year"]), "year")
    cohorts = survivors_of(table, contracts)
    known = len(next(iter(cohorts.values()))) - 1
    fitted = known if not holdout else max(2, round(known * (1 - _share(holdout))))
    found = {cohort: fit_table(-np.diff(left[: fitted + 1]), np.r_[np.zeros(fitted - 1), left[fitted]]) for cohort, left in cohorts.items()}
    return calibration("retention", table, unit, cohorts, found, fitted, known + ahead, runs, seed, currency, name, threads, progress)


def spoken(cohort: str) -> str:
    """A cohort's name as one says it."""
    return cohort.replace("_", " ")


def _share(holdout: str | float) -> float:
    """The share that is held out."""
    try:
        share = float(str(holdout).removesuffix("%")) / (100 if str(holdout).endswith("%") else 1)
    except ValueError:
        share = -1.0
    if not 0 <= share < 1:
        raise UnfitData(f"{holdout!r} is no part of the table; give the holdout as a share such as 0.3")
    return share


def survivors_of(table: Table, contracts: float | None) -> dict[str, np.ndarray]:
    """How many contracts are left after 0, 1, 2, … renewals, for each cohort; shares become counts."""
    frame = table.frame
    frame["year"] = numbers(frame["year"])
    table.keep(frame["year"].notna(), "no renewal that can be read")
    table.keep(~table.frame["year"].duplicated(), "a renewal that is there already")
    frame = table.frame.sort_values("year")
    if len(frame) < 4 or not np.array_equal(frame["year"], np.arange(len(frame)) + frame["year"].iloc[0]) or frame["year"].iloc[0] != 0:
        raise UnfitData(f"{table.source}: the column {table.taken['year']!r} must count renewals 0, 1, 2, … without gaps, at least up to 3")
    cohorts = {}
    for column in frame.columns.drop("year"):
        left = numbers(frame[column])
        if np.isfinite(left).sum() < 4:
            continue
        left = left[np.isfinite(left)]
        if (np.diff(left) > 0).any() or left[-1] < 0 or left[0] <= 0:
            raise UnfitData(
                f"{table.source}: the survivors in column {column!r} must never grow, as nobody comes back; they do at renewal "
                f"{int(np.argmax(np.diff(left) > 0)) + 1}"
            )
        scale = (contracts or ASSUMED) / left[0] if left[0] in (1.0, 100.0) else 1.0
        if scale != 1.0 and not contracts:
            table.notes.append(f"{column} holds shares; intervals are those of {ASSUMED:,.0f} contracts (say how many with --contracts)")
        cohorts[str(column)] = left * scale
    if not cohorts:
        raise UnfitData(f"{table.source} has no column of survivors beside {table.taken['year']!r}")
    return cohorts


def calibration(kind: str, table: Table, unit: str, cohorts: dict[str, np.ndarray], found: dict[str, Staying], fitted: int, horizon: int,
                runs: int, seed: int, currency: str, name: str | None, threads, progress) -> Calibration:  # fmt: skip
    """The market of each cohort, written, played and held against its survivors; the first is the scenario, the others lie beside it."""
    texts, tables, scores = {}, {}, {}
    for number, (cohort, left) in enumerate(cohorts.items()):
        staying = found[cohort]
        text = market_text(
            table.source,
            f"{name or 'Contracts of ' + table.source}, {spoken(cohort)}",
            cohort,
            staying,
            unit,
            horizon,
            round(left[0]),
            fitted,
            seed,
            runs,
            currency,
        )
        scenario = scenario_of(text)
        kept = survivors_played(play(scenario, runs, threads, progress if number == 0 else None))
        tables[safe_name(cohort)] = against(cohort, left, kept, staying, fitted, horizon)
        texts[cohort] = text
        seen = tables[safe_name(cohort)]
        both = seen[seen.observed.notna()]
        scores[f"largest_miss_{cohort}"] = float((both.simulated - both.observed).abs().max())
        if both.holdout.any():
            scores[f"holdout_miss_{cohort}"] = float((both.simulated - both.observed)[both.holdout].abs().max())
    first, *others = texts
    companions = {f"{safe_name(cohort)}.yaml": texts[cohort] for cohort in others}
    return Calibration(kind, table.source, facts(table, unit, cohorts, found, fitted), estimates_of(found, fitted, unit), tables,
                       *limits(kind), dropped_table(table.dropped), texts[first], headline(found, tables, unit, fitted, horizon), scores,
                       companions=companions)  # fmt: skip


def survivors_played(runs) -> np.ndarray:
    """The share of the first accounts that are still accounts after 0, 1, … periods: float64 [run, 1 + periods]."""
    scenario = runs.scenario
    curves = []
    for record in runs.records[scenario.baseline]:
        ended = record.endings[:, 0, 0].sum(0)
        gone = ended[:, :3].sum(1)
        curves.append(1 - np.r_[0, gone.cumsum()][: scenario.market.periods + 1] / ended.sum())
    return np.array(curves)


def against(cohort: str, left: np.ndarray, kept: np.ndarray, staying: Staying, fitted: int, horizon: int) -> pd.DataFrame:
    """Survival after each renewal: observed (nan where not known), played, with 95% limits for a cohort of this size."""
    observed = np.full(horizon + 1, np.nan)
    observed[: len(left)] = left / left[0]
    mean = kept.mean(0)
    luck = np.sqrt(mean * (1 - mean) / left[0])
    doubt = 1.96 * np.sqrt(luck**2 + staying.doubt(horizon) ** 2)
    return beside(
        f"share of contracts left, {spoken(cohort)}",
        np.arange(horizon + 1),
        observed,
        mean,
        (mean - doubt).clip(0),
        (mean + doubt).clip(0, 1),
        np.arange(horizon + 1) > fitted,
        closed_form=staying.survival(horizon),
    )


def estimates_of(found: dict[str, Staying], fitted: int, unit: str) -> pd.DataFrame:
    """Shapes of each cohort by the path of its scenario."""
    rows = []
    for number, (cohort, staying) in enumerate(found.items()):
        how = f"maximum likelihood, shifted beta-geometric of renewals 1 to {fitted}" + (f" ({spoken(cohort)})" if len(found) > 1 else "")
        at = "" if not number else f"{safe_name(cohort)}: "
        rows.append((f"{at}sellers.ours.taste_shape", staying.ours, *staying.interval(0), "shape (beta of churn)", how))
        rows.append((f"{at}sellers.alternative.taste_shape", staying.elsewhere, *staying.interval(1), "shape (alpha of churn)", how))
    return estimates_table(rows)


def facts(table: Table, unit: str, cohorts: dict, found: dict, fitted: int) -> dict:
    return {
        "columns": table.taken,
        "cohorts": {cohort: float(left[0]) for cohort, left in cohorts.items()},
        "period": unit,
        "periods": len(next(iter(cohorts.values()))) - 1,
        "fitted_periods": fitted,
        "notes": table.notes,
    }


def limits(kind: str) -> tuple[list[str], list[str]]:
    """What contracts can say, and what they cannot."""
    can = [
        "How likely buyers are to renew, and how unlike they are in it: retention rises with tenure as the disloyal leave first.",
        "How many will be left later, if nothing changes.",
    ]
    if kind == "contracts":
        can.append("Who stays longer, by what is recorded of each contract.")
    return can, [
        "Whether buyers stay for taste or for the cost of switching: all of it is put down to taste.",
        "Whether single buyers grow more loyal with time: the rise of retention is put down to selection alone.",
        "What a price or a programme would do: nothing in the data varies that tells it; choice_noise is assumed.",
    ]


def headline(found: dict[str, Staying], tables: dict, unit: str, fitted: int, horizon: int) -> str:
    """The finding in a sentence or two."""
    parts = []
    for (cohort, staying), table in zip(found.items(), tables.values(), strict=True):
        kept = survival(staying.ours, staying.elsewhere, horizon)
        last = table.iloc[-1]
        parts.append(
            f"{spoken(cohort)}: {kept[1]:.0%} renew the first time and {kept[fitted] / kept[fitted - 1]:.0%} the {_nth(fitted)}; played as "
            f"a market, {last.simulated:.1%} are left after {horizon} {unit}s ({last.low:.1%} to {last.high:.1%})"
        )
    missed = max(float((table.simulated - table.observed).abs().max()) for table in tables.values())
    return "; ".join(parts) + f". No {unit} in the data is missed by more than {100 * missed:.1f} points."


def _nth(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
