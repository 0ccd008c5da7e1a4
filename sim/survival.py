"""How long relationships last: the Kaplan–Meier curve with its confidence band, and mean tenure."""
import numpy as np
import pandas as pd

from sim.intervals import CONFIDENCE

BY = ("strategy", "seller")


def survival(endings: pd.DataFrame, by=BY, origin: str | None = "won", confidence: float = CONFIDENCE) -> pd.DataFrame:
    """The share of relationships that last longer than a duration: `by`, duration, at_risk, ended, censored, survival, error, low, high.

    endings: `tables.survival_table`; origin: 'won' since the record began, 'held at the start' (durations count from there), None: both.
    Kaplan–Meier (1958): S(d) = Π_{j ≤ d} (1 − ended_j / at_risk_j), relationships still running at the horizon being censored; error is
    Greenwood's standard error; low and high the log-log interval (Kalbfleisch & Prentice), which stays within 0..1. Relationships count as
    independent, also those of one run, which makes the band a little too narrow where sellers' stocks matter."""
    table = endings if origin is None else endings[endings.origin == origin]
    frames = []
    for key, part in table.groupby(list(by), observed=True, sort=False):
        found = kaplan_meier(*_life_table(part), confidence)
        for name, value in zip(by, key, strict=True):
            found.insert(list(by).index(name), name, value)
        frames.append(found)
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def _life_table(part: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """(ended, censored): relationships by duration, from 0 to the longest."""
    length = int(part.duration.max()) + 1
    running = (part.cause == "running").to_numpy()
    counts = part.relationships.to_numpy(float)
    return tuple(np.bincount(part.duration, np.where(which, counts, 0.0), length) for which in (~running, running))


def kaplan_meier(ended: np.ndarray, censored: np.ndarray, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """The product-limit estimate from counts by duration 0, 1, …: see `survival`. Where S is 1 or 0 the interval has no width.

    Who is censored at a duration was at risk of ending at it."""
    from scipy.special import ndtri

    ended, censored = np.asarray(ended, float), np.asarray(censored, float)
    at_risk = (ended + censored)[::-1].cumsum()[::-1]
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = np.cumprod(np.where(at_risk > 0, 1 - ended / at_risk, 1.0))
        spread = np.sqrt(np.cumsum(np.where(ended > 0, ended / (at_risk * (at_risk - ended)), 0.0)))
        half = ndtri(0.5 + confidence / 2) * spread / -np.log(curve)
    open_ = (curve > 0) & (curve < 1)
    half = np.where(open_, half, 0.0)
    error = np.where(open_, curve * np.where(open_, spread, 0.0), 0.0)
    whole = [np.rint(counts).astype(np.int64) for counts in (at_risk, ended, censored)]
    return pd.DataFrame({
        "duration": np.arange(len(curve), dtype=np.int32), "at_risk": whole[0], "ended": whole[1], "censored": whole[2], "survival": curve,
        "error": error, "low": curve ** np.exp(half), "high": curve ** np.exp(-half)})


def mean_tenure(curves: pd.DataFrame, periods: int | None = None, by=BY) -> pd.Series:
    """The mean length of a relationship in periods, counted up to a limit: E[min(D, L)] = Σ_{d < L} S(d).

    curves: from `survival`; periods: L, by default as far as each curve goes. Without a limit the mean is not known as long as some
    relationships still run; compare strategies at the same L."""
    within = curves if periods is None else curves[curves.duration < periods]
    return within.groupby(list(by), observed=True, sort=False)["survival"].sum().rename("tenure")


def median_tenure(curves: pd.DataFrame, by=BY) -> pd.Series:
    """The duration by which half of the relationships have ended; nan where half outlast the record."""
    half = curves[curves.survival <= 0.5].groupby(list(by), observed=True, sort=False)["duration"].min()
    return half.reindex(curves.groupby(list(by), observed=True, sort=False).size().index).rename("median_tenure")
