"""A repertoire table as a market: brands' shares and penetrations -> tastes as the Dirichlet has them, and how often households buy."""

import numpy as np
import pandas as pd

from sim.experiments.calibrate import dirichlet, repertoires
from sim.experiments.calibrate.playing import scenario_of
from sim.experiments.calibrate.reading import Table
from sim.experiments.calibrate.repertoire_fit import Fitted, fit
from sim.experiments.calibrate.repertoire_reading import WEEKS, Brands, brands_of
from sim.experiments.calibrate.repertoire_scenario import BUYERS, scenario_text
from sim.experiments.calibrate.repertoires import MEASURES
from sim.experiments.calibrate.result import Calibration, dropped_table, estimates_table, fit_table
from sim.experiments.calibrate.writing import with_interval

RUNS_HELD_AGAINST = 10
FITTED = ("share", "penetration", "buys_per_buyer")


def calibrate_repertoire(table: Table, category: str | None = None, weeks: int | None = None, runs: int = 40, seed: int = 42,
                         currency: str = "USD", name: str | None = None, threads: int | None = None,
                         progress=None) -> Calibration:  # fmt: skip
    """A repertoire table (brand, share, penetration, perhaps buys per buyer, category penetration and buying rate, …) -> a market.

    category: which one, where the table has several; weeks: how long it covers, where no column says so."""
    b = brands_of(table, category, weeks)
    found = fit(b, seed)
    text, companions = scenario_text(table.source, name, b, found, runs, seed, currency)
    scenario = scenario_of(text, companions)
    played = repertoires.play(scenario, min(runs, RUNS_HELD_AGAINST), threads, progress)
    fits = held_against(b, found, played)
    misses = {f"largest_miss: {measure}": float((one.simulated - one.observed).abs().max()) for measure, one in fits.items()}
    return Calibration("repertoire", table.source, facts_of(table, b), estimates_of(b, found), fits, *limits(b, found),
                       dropped_table(table.dropped),
                       text, headline(b, found, fits), {"S": found.total, "polarisation": 1 / (1 + found.total)} | misses,
                       companions=companions)  # fmt: skip


def held_against(b: Brands, found: Fitted, played: list) -> dict[str, pd.DataFrame]:
    """Every measure that the table has, brand by brand, beside the market's and the closed form; what the estimation has not seen is
    marked."""
    exact = dirichlet.measures(found.total, b.seen["share"], found.p)
    mean, error = repertoires.spread(played, b.households or BUYERS)
    error = error if b.households else {name: np.full_like(one, np.nan) for name, one in error.items()}
    tables = {}
    for name, what in MEASURES.items():
        if name in b.seen and np.isfinite(b.seen[name]).any():
            known = np.isfinite(b.seen[name])
            low, high = mean[name] - 1.96 * error[name], mean[name] + 1.96 * error[name]
            tables[name] = fit_table(what, np.array(b.named)[known], b.seen[name][known], mean[name][known], low[known], high[known],
                                     name not in FITTED, closed_form=exact[name][known])  # fmt: skip
    return tables


def estimates_of(b: Brands, found: Fitted) -> pd.DataFrame:
    """Estimates by the path of the scenario that they go to."""
    how = f"data sets of {b.households:,} households drawn anew" if b.households else "one brand left out after the other"
    rows = [
        (
            "buyers.always_a_share.purchase_rate.gamma.mean",
            found.rate,
            found.low[0],
            found.high[0],
            "purchases a week",
            how if b.households else "moments",
        ),
        (
            "buyers.always_a_share.purchase_rate.gamma.shape",
            found.shape,
            found.low[1],
            found.high[1],
            "shape",
            how if b.households else "moments",
        ),
        ("S", found.total, found.low[2], found.high[2], "sum of taste shapes", f"penetrations of the brands; {how}"),
    ]
    rows += [
        (
            f"sellers.{seller}.taste_shape",
            found.total * share,
            found.low[2] * share,
            found.high[2] * share,
            "shape",
            "S times share of purchases",
        )
        for seller, share in zip(b.sellers, b.seen["share"], strict=True)
    ]
    return estimates_table(rows)


def facts_of(table: Table, b: Brands) -> dict:
    """What the table is."""
    return {"columns": table.taken, "category": b.category, "brands": b.named, "households": b.households, "weeks": b.weeks,
            "weeks_known": b.dated, "category_penetration": b.category_penetration, "purchases_per_household": b.mean,
            "notes": table.notes}  # fmt: skip


def limits(b: Brands, found: Fitted) -> tuple[list[str], list[str]]:
    """What a table can say, and what it cannot."""
    can = [
        "How often households buy the category, and how unlike they are in it.",
        "How divided the market is (S): how far each household keeps to few brands.",
    ]
    cannot = [
        "Taste from switching cost: a table counts purchases, not their order. The market has tastes alone; a panel of the same "
        "households would "
        "tell (tenure calibrate PANEL).",
        "What money weighs in choice: no prices vary. choice_noise is assumed.",
        "Quality from taste, costs, and what relationship levels do: all sellers stand at the basic level.",
        "Closer rivals: the Dirichlet knows none, and every brand shares its buyers with others in proportion to their size.",
    ]
    if np.isnan(b.category_penetration):
        cannot.append(
            "How many households buy the category at all: told from the brands' penetrations together with S, and so with less certainty."
        )
    if not b.dated:
        cannot.append(f"How long the table covers: taken as {WEEKS} weeks (--weeks). It bears on rates a week alone.")
    return can, cannot


def headline(b: Brands, found: Fitted, fits: dict) -> str:
    """The finding in a sentence or two."""
    miss = (fits["penetration"].simulated - fits["penetration"].observed).abs().max()
    unseen = [name for name in ("share_of_requirements", "sole_buyers") if name in fits]
    more = "".join(
        f"; {MEASURES[name]}, which were not fitted, within {(fits[name].simulated - fits[name].observed).abs().max():.1%}"
        for name in unseen
    )
    return (f"{b.category.capitalize() or 'The category'}: {len(b.named)} brands divide a market with S = "
            f"{with_interval(found.total, found.low[2], found.high[2])} "
            f"(two purchases of a household are of one brand by taste alone in {1 / (1 + found.total):.0%} of cases, and by chance "
            f"beyond). Played as a "
            f"market, penetrations are within {miss:.1%} of the table{more}.")  # fmt: skip
