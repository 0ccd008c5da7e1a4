"""A transaction log as purchase histories: who bought in which period, since when each has been seen, and how far the record goes."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.experiments.calibrate.reading import Table, UnfitData, days, numbers

DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "quarter": 91.3125, "year": 365.25}
MERGED_AT_MOST = 0.02  # share of purchases that may fall into a period in which their customer has bought already
LONGEST = 3000  # periods of a record
SEEN_AT_ONCE = 0.05  # where half of the customers appear in so small a part of the record, they were customers before it began
FEWEST = 50
SHOWN_BY_WEEK = 60  # days of a record that is shown by the week


@dataclass
class Histories:
    """Purchases by customer and period, at most one in each; arrays of events are sorted by customer, then period.

    unit, per: the period and its length in days; periods: length of the record; split: the first period of the holdout (periods: there is
    none); customer [event]: number of the customer, 0 … customers − 1; period [event]; amount [event]: money spent in it (nan: not known);
    entry [customer]: period of the first purchase; entered: whether the first purchase began the relationship ('first purchase') or
    customers were there before the record ('unseen')."""

    unit: str
    periods: int
    split: int
    customer: np.ndarray
    period: np.ndarray
    amount: np.ndarray
    entry: np.ndarray
    entered: str
    origin: float
    dated: bool
    merged: int = 0
    late: int = 0

    @property
    def customers(self) -> int:
        return len(self.entry)

    def repeats(self) -> np.ndarray:
        """Which events are repeat purchases: all but the first where customers enter by their first purchase, else all."""
        return self.period > self.entry[self.customer] if self.entered == "first purchase" else np.ones(len(self.period), bool)

    def before(self, end: int) -> "Histories":
        """The same customers as they were known when the period `end` began."""
        seen = self.period < end
        return Histories(self.unit, end, end, self.customer[seen], self.period[seen], self.amount[seen], self.entry, self.entered,
                         self.origin, self.dated)  # fmt: skip

    def some(self, most: int, seed: int) -> "Histories":
        """At most so many customers, drawn at random."""
        if self.customers <= most:
            return self
        drawn = np.sort(np.random.default_rng([seed, 7]).choice(self.customers, most, replace=False))
        number = np.full(self.customers, -1)
        number[drawn] = np.arange(most)
        kept = number[self.customer] >= 0
        return Histories(self.unit, self.periods, self.split, number[self.customer[kept]], self.period[kept], self.amount[kept],
                         self.entry[drawn], self.entered, self.origin, self.dated)  # fmt: skip


def histories(table: Table, unit: str | None = None, holdout: str | float | None = None, entered: str | None = None) -> Histories:
    """The log as histories. Rows without customer or date, doubled rows and returns are dropped, and counted in the table.

    unit: day, week, month, quarter or year, else the coarsest in which hardly any customer buys twice; holdout: a share of the record
    (0.5), a date from which on it is held out, or 0 for none; a third where nothing is said. Customers first seen in the holdout are left
    aside."""
    day, dated = _cleaned(table)
    origin = float(day.min())
    bought = _by_day(pd.factorize(table.frame["customer"])[0], (day - origin).astype(np.int64), _amounts(table))
    rows = len(day)
    unit = unit or _unit(bought)
    if unit not in DAYS:
        raise UnfitData(f"{unit!r} is no period; choose from {', '.join(DAYS)}")
    bought = _by_period(bought, DAYS[unit])
    periods = int(bought.when.max()) + 1
    split = _split(holdout, periods, origin, DAYS[unit])
    return _known(bought, rows - len(bought.who), unit, periods, split, entered, origin, dated)


class Bought(NamedTuple):
    """Purchases sorted by customer and time, at most one each: who, when, for how much (nan: not known)."""

    who: np.ndarray
    when: np.ndarray
    amount: np.ndarray


def _amounts(table: Table) -> np.ndarray:
    return table.frame["amount"].to_numpy(float) if "amount" in table.frame else np.full(len(table.frame), np.nan)


def _by_day(who: np.ndarray, day: np.ndarray, amount: np.ndarray) -> Bought:
    """What each customer bought on each day."""
    order = np.argsort(who * (day.max() + 1) + day, kind="stable")
    return _by_period(Bought(who[order], day[order], amount[order]), 1.0)


def _by_period(bought: Bought, per: float) -> Bought:
    """What each customer bought in each period of so many of the present ones."""
    when = (bought.when // per).astype(np.int64)
    new = np.r_[True, (bought.who[1:] != bought.who[:-1]) | (when[1:] != when[:-1])]
    starts = np.flatnonzero(new)
    known = np.isfinite(bought.amount)
    total = np.add.reduceat(np.where(known, bought.amount, 0), starts)
    return Bought(bought.who[new], when[new], np.where(np.add.reduceat(known.astype(np.int64), starts) > 0, total, np.nan))


def _cleaned(table: Table) -> tuple[np.ndarray, bool]:
    """Drop what cannot be used; the day of each row that is left, and whether days are dates. Each row goes for its first reason."""
    frame = table.frame
    frame["date"], dated = days(frame["date"])
    if "amount" in frame:
        missing = frame["amount"].isna().to_numpy()
        frame["amount"] = numbers(frame["amount"])
        unread = int((frame["amount"].isna().to_numpy() & ~missing).sum())
        if missing.sum() + unread:
            table.notes.append(
                f"{int(missing.sum()) + unread:,} rows without an amount that can be read: purchases whose worth is not known"
            )
    table.keep(frame["customer"].notna(), "no customer")
    table.keep(table.frame["date"].notna(), "no date that can be read")
    if "amount" in table.frame:
        table.keep(~(table.frame["amount"] < 0), "negative amount (a return)")
    table.keep(~table.frame.duplicated(), "a repetition of another row")
    if not len(table.frame):
        raise UnfitData(
            f"no row of {table.source} has a customer and a date that can be read; rows dropped: "
            + ", ".join(f"{rows:,} {reason}" for reason, rows in table.dropped.items())
        )
    return table.frame["date"].to_numpy(float), dated


def _unit(bought: Bought) -> str:
    """The coarsest period in which hardly any purchase meets another of its customer; else the shortest whose record is not too long."""
    length = bought.when.max() + 1
    for unit in reversed(DAYS):
        when = bought.when // DAYS[unit]
        apart = 1 + ((bought.who[1:] != bought.who[:-1]) | (when[1:] != when[:-1])).sum()
        if length / DAYS[unit] >= 12 and apart >= (1 - MERGED_AT_MOST) * len(when):
            return unit
    return next((unit for unit in DAYS if length / DAYS[unit] <= LONGEST), "year")


def _split(holdout: str | float | None, periods: int, origin: float, per: float) -> int:
    """The first period of the holdout."""
    if holdout is None:
        return max(1, to_week(periods * 2 / 3, periods, per))
    try:
        share = float(str(holdout).removesuffix("%")) / (100 if str(holdout).endswith("%") else 1)
    except ValueError:
        share, date = None, pd.to_datetime(holdout, errors="coerce")
    if share is not None and not 0 <= share < 1:
        raise UnfitData(f"{holdout!r} is no part of the record; give the holdout as a share such as 0.5, or as a date")
    if share is not None:
        return to_week(periods * (1 - share), periods, per)
    if pd.isna(date):
        raise UnfitData(f"{holdout!r} is neither a share such as 0.5 nor a date such as 1997-10-01")
    split = int((date.to_datetime64().astype("datetime64[D]").astype(int) - origin) // per)
    if not 0 < split < periods:
        raise UnfitData(f"{holdout} lies outside the record; give the holdout a date within it")
    return split


def to_week(split: float, periods: int, per: float) -> int:
    """The nearest end of a week where a long record is kept by days, else the nearest period."""
    return 7 * round(split / 7) if per == DAYS["day"] and periods > SHOWN_BY_WEEK and split < periods else round(split)


def _known(bought: Bought, merged: int, unit: str, periods: int, split: int, entered: str | None, origin: float, dated: bool) -> Histories:
    """Customers seen before the holdout, numbered anew."""
    first = np.r_[True, bought.who[1:] != bought.who[:-1]]
    entry = bought.when[first]
    known = entry < split
    customers = int(known.sum())
    if customers < FEWEST:
        raise UnfitData(f"{customers} customers bought before the holdout; it takes at least {FEWEST} to tell their differences from luck")
    number = np.cumsum(known) - 1
    kept = known[bought.who]
    entry = entry[known]
    if entered is None:
        entered = "unseen" if np.median(entry) <= SEEN_AT_ONCE * periods else "first purchase"
    if entered not in ("first purchase", "unseen"):
        raise UnfitData(f"{entered!r} is no way to enter; choose 'first purchase' or 'unseen'")
    who, when, amount = number[bought.who[kept]], bought.when[kept], bought.amount[kept]
    return Histories(unit, periods, split, who, when, amount, entry, entered, origin, dated, merged, len(known) - customers)
