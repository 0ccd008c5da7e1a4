"""A log beside the market that it became: the course of purchases, how often customers buy, and what they go on to buy."""

from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from sim.experiments.buying import BetaGeometric, Pareto, fit
from sim.experiments.calibrate.buying import Buying, expected
from sim.experiments.calibrate.histories import SHOWN_BY_WEEK, Histories
from sim.experiments.calibrate.result import fit_table
from sim.experiments.likelihood import Fit, NoFit

FEWEST_IN_A_CLASS = 15
EDGES = (0, 1, 2, 3, 5, 10, 20, 50, 100, 200, 500)


def standards(sample: Histories) -> dict[str, Fit]:
    """BG/NBD and Pareto/NBD of the same histories, in periods, by name; one that cannot be fitted is left out."""
    last = np.zeros(sample.customers)
    np.maximum.at(last, sample.customer, sample.period)
    x = np.bincount(sample.customer, minlength=sample.customers) - 1
    summaries, found = {"frequency": x, "recency": last - sample.entry, "age": sample.periods - 1.0 - sample.entry}, {}
    for model in (BetaGeometric, Pareto):
        with suppress(NoFit):
            found[model.name] = fit(model, summaries)
    whole = np.arange(2.0 * sample.periods)
    return {name: one for name, one in found.items() if np.isfinite(one.model.purchases(whole)).all()}


def course(seen: Histories, best: Buying, played: np.ndarray, buyers: int, standard: dict) -> pd.DataFrame:
    """Cumulative purchases (repeat purchases, where the first is known) at the end of each week or longer period: observed, played by the
    market (mean over runs), with 95% limits for a data set of this size from runs and from the uncertainty of the estimates."""
    step = shown_in(seen)[1]
    ends = np.arange((seen.split - 1) % step, seen.periods, step)  # one of them where the holdout begins
    observed = np.cumsum(np.bincount(seen.period[seen.repeats()], minlength=seen.periods))[ends]
    formula = expected(seen, best)
    ratio = formula / np.maximum(_everybody(seen, best), 1e-300)
    each = np.stack([_calendar(seen, run * ratio)[ends] for run in played])
    mean = each.mean(0)
    luck = each.std(0, ddof=1) * np.sqrt(buyers / seen.customers) if len(each) > 1 else 0 * mean
    logs = np.log([*best.values.values()])
    slopes = np.stack(
        [
            (_calendar(seen, expected(seen, best, logs + side)) - _calendar(seen, expected(seen, best, logs - side)))[ends] / 0.02
            for side in 0.01 * np.eye(len(logs))
        ]
    )
    slopes = np.where(ends >= seen.split, slopes - slopes[:, [max(np.searchsorted(ends, seen.split) - 1, 0)]], 0)  # of what is yet to come
    doubt = np.sqrt(np.maximum(np.einsum("it,ij,jt->t", slopes, best.covariance, slopes), 0) + luck**2)
    others = {
        name: _calendar(seen, np.diff(one.model.purchases(np.arange(seen.periods + 1.0))))[ends] for name, one in standard.items()
    }
    what = "repeat purchases, cumulative" if seen.entered == "first purchase" else "purchases, cumulative"
    low, high = mean - 1.96 * doubt, mean + 1.96 * doubt
    return fit_table(what, np.round((ends + 1) / step, 2), observed.astype(float), mean, low, high, ends >= seen.split, **others)


def shown_in(seen: Histories) -> tuple[str, int]:
    """The time unit of a course, and how many periods it has: weeks for a long record of days."""
    return ("week", 7) if seen.unit == "day" and seen.periods > SHOWN_BY_WEEK else (seen.unit, 1)


def _everybody(seen: Histories, best: Buying) -> np.ndarray:
    """Expected purchases of a buyer of the market, whether or not it bought on record."""
    return expected(replace(seen, entered="everybody"), best)


def _calendar(seen: Histories, each: np.ndarray) -> np.ndarray:
    """Cumulative purchases of all customers by the calendar, from those of one in each period of its own time."""
    if seen.entered == "unseen":
        return np.cumsum(each[: seen.periods]) * seen.customers
    entries = np.bincount(seen.entry, minlength=seen.periods)
    return np.cumsum(np.convolve(entries, np.r_[0, each])[: seen.periods])


def by_frequency(seen: Histories, bought: np.ndarray, seed: int) -> dict[str, pd.DataFrame]:
    """How many customers bought how often in the fitted part, and what they went on to buy in the holdout: observed and played."""
    real = _two_counts(seen)
    found = _two_counts_played(seen, bought, np.random.default_rng([seed, 11]))
    edges = [edge for edge in EDGES if edge < 2 or (real[0] >= edge).sum() >= FEWEST_IN_A_CLASS]
    labels = [f"{low}" if high == low + 1 else f"{low} to {high - 1}" for low, high in pairwise(edges)]
    labels.append(f"{edges[-1]} or more")
    which, played = (np.searchsorted(edges, counts[0], side="right") - 1 for counts in (real, found))
    size, size_played = np.bincount(which, minlength=len(edges)), np.bincount(played, minlength=len(edges))
    share, simulated = size / size.sum(), size_played / size_played.sum()
    error = 1.96 * np.sqrt(simulated * (1 - simulated) * (1 / size.sum() + 1 / size_played.sum()))
    frequency = fit_table(
        "share of customers, by purchases in the fitted part", labels, share, simulated, simulated - error, simulated + error
    )
    frequency = frequency[(frequency.observed > 0) | (frequency.simulated > 0)].reset_index(drop=True)
    if seen.split >= seen.periods:
        return {"frequency": frequency}
    later, later_played = (
        np.bincount(group, counts[1], len(edges)) / np.maximum(np.bincount(group, minlength=len(edges)), 1)
        for group, counts in ((which, real), (played, found))
    )
    spread = np.array([found[1][played == j].std() if (played == j).sum() > 1 else np.nan for j in range(len(edges))])
    error = 1.96 * spread * np.sqrt(1 / np.maximum(size, 1) + 1 / np.maximum(size_played, 1))
    later = fit_table("mean purchases in the holdout, by purchases in the fitted part", labels, later, later_played, later_played - error,
                      later_played + error, True, customers=size)  # fmt: skip
    return {"frequency": frequency, "later": later[(size > 0) & (size_played > 0)].reset_index(drop=True)}


def _two_counts(seen: Histories) -> tuple[np.ndarray, np.ndarray]:
    """Each customer's (repeat) purchases in the fitted part and in the holdout."""
    counted, early = seen.repeats(), seen.period < seen.split
    return tuple(np.bincount(seen.customer[counted & part], minlength=seen.customers) for part in (early, ~early))


def _two_counts_played(seen: Histories, bought: np.ndarray, rng) -> tuple[np.ndarray, np.ndarray]:
    """The same of played buyers; each is given the entry of a customer drawn at random. Where entry is unseen, who never bought is left
    out."""
    total = np.vstack([np.zeros(bought.shape[1], int), bought.cumsum(0)])
    if seen.entered == "unseen":
        early, all_ = total[seen.split], total[seen.periods]
        return early[early > 0], (all_ - early)[early > 0]
    entry = rng.permutation(np.resize(seen.entry, bought.shape[1]))
    each = np.arange(bought.shape[1])
    early, all_ = total[seen.split - 1 - entry, each], total[seen.periods - 1 - entry, each]
    return early, all_ - early


def scores_of(curve: pd.DataFrame, standard: list[str]) -> dict[str, float]:
    """Errors of the holdout, of each model: of its total, and of the cumulative curve (mean absolute share over its weeks)."""
    if not curve.holdout.any():
        return {}
    held, before = curve[curve.holdout], curve[~curve.holdout]
    scores = {"holdout_observed": held.observed.iloc[-1] - before.observed.iloc[-1]}
    for name in ("simulated", *standard):
        label = {"simulated": "tenure"}.get(name, name)
        total = held[name].iloc[-1] - before[name].iloc[-1]
        scores |= {
            f"holdout_{label}": total,
            f"holdout_error_{label}": total / scores["holdout_observed"] - 1,
            f"curve_error_{label}": float((held[name] / held.observed - 1).abs().mean()),
        }
    return {name: float(value) for name, value in scores.items()}
