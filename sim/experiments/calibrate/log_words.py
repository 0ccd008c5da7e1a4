"""What a log is, what it can say and what it cannot, and what came out of it."""

import numpy as np
import pandas as pd

from sim.experiments.calibrate.buying import Buying
from sim.experiments.calibrate.histories import DAYS, Histories
from sim.experiments.calibrate.log_played import shown_in
from sim.experiments.calibrate.reading import Table

VAGUE = 20  # an interval whose ends differ by more than so many times says hardly anything


def facts_of(table: Table, seen: Histories, sample: Histories) -> dict:
    """What the log is."""
    counts = np.bincount(seen.customer, minlength=seen.customers)
    return {"columns": table.taken, "customers": seen.customers, "customers_fitted": sample.customers, "first_seen_in_holdout": seen.late,
            "purchases": len(seen.period), "merged": seen.merged, "bought_once": int((counts == 1).sum()), "period": seen.unit,
            "periods": seen.periods, "fitted_periods": seen.split, "entered": seen.entered,
        "shown_in": shown_in(seen)[0],
            "begins": str(np.datetime64(int(seen.origin), "D")) if seen.dated else seen.origin, "notes": table.notes}  # fmt: skip


def limits(seen: Histories, best: Buying, worth: dict | None, estimates: pd.DataFrame) -> tuple[list[str], list[str]]:
    """What the log can say, and what it cannot."""
    can = ["How often customers buy, and how unlike they are in it."]
    if best.model != "never leaves":
        can.append(
            "How fast they fall silent, how unlike they are in that, and how often the silent come back: from the lengths of the pauses."
        )
    if "cost" in best.values:
        can.append(
            "That staying is habit and not taste alone: who has just bought from us is likelier to buy here next time than who has been "
            "away, for the same buyer. It rests on the form of the model, as one seller's log has no rival's prices in it."
        )
    if worth:
        can.append("What a purchase is worth, and how unlike customers are in it.")
    cannot = [
        "What customers buy elsewhere: occasions are taken to come as often there as here, and their prices and care are not in the data.",
        "What a price or a programme would do: nothing in the log varies that tells it. choice_noise, the luck in a choice, is assumed, "
        "and with it the money that switching costs.",
        "Whether a customer who has fallen silent is gone or pauses: only the odds of it.",
        "Whether whoever is silent buys elsewhere or not at all: a holiday or a need that has changed looks like a stay elsewhere, and so "
        "does a rate of buying that drifts; the market takes all of it for a switch that costs something to undo.",
    ]
    cannot += [
        f"How large {row.parameter} is: {row.low:.3g} to {row.high:.3g} fits about as well."
        for row in estimates.itertuples()
        if row.high > VAGUE * row.low
    ]
    if seen.periods * DAYS[seen.unit] < 730:
        cannot.append("Seasons: the record is shorter than two years.")
    if seen.entered == "first purchase":
        cannot.append("New customers: the market follows those of the log, and none join.")
    else:
        cannot.append(
            "How long customers had been customers before the record: the market is taken as "
            + ("settled." if best.settled else "holding all of them when the record begins.")
        )
    if worth and abs(worth["correlation"]) > 0.1:
        cannot.append(
            f"That {'frequent' if worth['correlation'] > 0 else 'rare'} buyers spend more at a time (rank correlation "
            f"{worth['correlation']:.2f}): the market draws the two apart from each other."
        )
    return can, cannot


def headline(seen: Histories, best: Buying, scores: dict) -> str:
    """The finding in a sentence or two."""
    found = f"{seen.customers:,} customers over {seen.periods:,} {seen.unit}s are best described by the model “{best.model}”"
    if not scores:
        return f"{found}; nothing was held out, so nothing was predicted."
    error, rivals = (
        scores["holdout_error_tenure"],
        [name.removeprefix("holdout_error_") for name in scores if name.startswith("holdout_error_")],
    )
    others = "; ".join(f"{name} {scores[f'holdout_error_{name}']:+.1%} and {scores[f'curve_error_{name}']:.1%}" for name in rivals[1:])
    return (
        f"{found}; played as a market it foresees {scores['holdout_tenure']:,.0f} purchases where {scores['holdout_observed']:,.0f} were "
        f"made in the part held out ({error:+.1%}; cumulative curve {scores['curve_error_tenure']:.1%} off on average"
        + (f"; {others}" if others else "")
        + ")."
    ).replace("-", "−")
