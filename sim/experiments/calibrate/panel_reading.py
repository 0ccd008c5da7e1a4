"""A brand-choice panel as arrays: who chose what when, with price and other attributes of every alternative.

A row is a purchase; the columns price.X, disp.X, … (also price_X, "price X", X_price) hold an attribute of alternative X at that purchase.
"""

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.experiments.calibrate.choices import Choices
from sim.experiments.calibrate.columns import PRICES
from sim.experiments.calibrate.reading import Table, UnfitData, days, numbers, simple

WEEK = 7
FEW_HOUSEHOLDS, FEW_REPEATS = 20, 50
MOST_BRANDS = 32
# the model has its own word for what was bought last
NOT_ATTRIBUTES = ("last", "lag", "previous", "loyalty", "available", "avail", "av")
ECHO = 0.9  # how nearly an attribute must say what was bought last, to be left out as its echo
LIKE_MONEY = 0.25  # listed prices this near (in share) to what was paid are money, else an index


@dataclass(frozen=True)
class Panel:
    """A panel that was read: choices; week of each purchase from 0; weeks on record; mean price paid; whether dates are known, whether
    prices are; how many prices were filled in; alternatives nobody chose; what prices are (money, an index, none); attributes left
    out as echoes of the last purchase."""

    choices: Choices
    week: np.ndarray
    weeks: int
    dated: bool
    priced: bool
    filled: int
    never_chosen: tuple[str, ...]
    prices: str
    echoes: tuple[str, ...] = ()

    @property
    def counts(self) -> np.ndarray:
        """Purchases of each household."""
        return np.diff(self.choices.start)


def panel_of(table: Table) -> Panel:
    """Read a panel; rows that cannot be used are counted in `table.dropped`. Raises UnfitData where too little is left to tell anything."""
    table.keep(~table.frame.duplicated().to_numpy(), "the same row again")
    table.keep(table.frame.customer.notna().to_numpy(), "no customer")
    table.keep(table.frame.choice.notna().to_numpy(), "no choice")
    chosen = table.frame.choice.astype(str).str.strip()
    chosen = named(chosen, table)
    brands, attributes = alternatives(table.frame.columns, set(chosen))
    if attributes:
        known = chosen.isin(brands).to_numpy()
        table.keep(known, "the choice has no columns of its own")
        chosen = chosen[known]
    day, dated = when(table)
    frame, day, chosen = in_order(table, day, chosen)
    counts = pd.Series(chosen).value_counts()
    never = tuple(brand for brand in brands if brand not in counts)
    brands = sorted((brand for brand in brands if brand in counts), key=lambda brand: -counts[brand])
    complain_of_little(frame, brands)
    price = next((name for name in attributes if simple(name) in PRICES), None)
    values, filled = attribute_arrays(table, frame, day, brands, attributes)
    good = np.isfinite(np.concatenate([values[name] for name in attributes], 1)).all(1) if attributes else np.ones(len(frame), bool)
    table.frame = frame
    table.keep(good, "an attribute is missing and nothing near it is known")
    frame, day, chosen = frame[good], day[good], chosen[good]
    codes = np.array([brands.index(one) for one in chosen])
    listed = values[price][good] if price else np.zeros((len(frame), len(brands)))
    money, kind = in_money(frame, codes, listed) if price else (listed, "none")
    others = tuple(name for name in attributes if name != price and np.ptp(values[name][good]) > 0)
    start = np.r_[np.flatnonzero(np.r_[True, frame.customer.to_numpy()[1:] != frame.customer.to_numpy()[:-1]]), len(frame)]
    bought = Choices(start, codes, money, np.empty((*listed.shape, 0)), tuple(brands))
    echoes = tuple(name for name in others if echoes_last(values[name][good], bought.last))
    others = tuple(name for name in others if name not in echoes)
    table.notes += [f"{name} stands apart only at what was bought last, so it says the same again and is left out" for name in echoes]
    x = np.stack([values[name][good] for name in others], 2) if others else bought.x
    varies = bool(price) and bool(((money - money.mean(0)).std(0) > 1e-9).any())
    week = ((day - day.min()) // WEEK).astype(int) if dated else np.arange(len(frame)) - np.repeat(start[:-1], np.diff(start))
    choices = replace(bought, x=x, attributes=others)
    return Panel(choices, week, int(week.max()) + 1, dated, varies, filled, never, kind, echoes)


def echoes_last(values: np.ndarray, last: np.ndarray) -> bool:
    """Whether an attribute [purchase, brand] differs from its usual value at the brand bought last and hardly anywhere else.

    Such a column (the level at which accounts are served, a loyalty card, how long it has been the supplier) is the last purchase under
    another name. Beside state dependence it takes that for itself, and what is left may have any sign."""
    known = last >= 0
    values, last = values[known], last[known]
    usual, count = np.unique(values, return_counts=True)
    apart = values != usual[count.argmax()]
    there = apart[np.arange(len(last)), last].sum()
    return there > ECHO * max(apart.sum(), len(last))


def named(chosen: pd.Series, table: Table) -> pd.Series:
    """Choices by name, where they are numbered 1, 2, … in the order of the price columns."""
    prices = [str(column) for column in table.frame.columns if simple(re.split(r"[._:\s-]", str(column))[0]) in PRICES]
    names = [re.split(r"[._:\s-]+", column, maxsplit=1)[1] for column in prices if re.search(r"[._:\s-]", column)]
    if len(names) < 2 or set(chosen) & set(names) or not set(chosen) <= {str(number + 1) for number in range(len(names))}:
        return chosen
    table.notes.append(f"choices 1 to {len(names)} are the alternatives in the order of their prices: {', '.join(names)}")
    return chosen.map({str(number + 1): name for number, name in enumerate(names)})


def alternatives(columns, chosen: set[str]) -> tuple[list[str], dict[str, dict[str, str]]]:
    """The alternatives and, for each attribute, which column holds it for which of them: attribute -> brand -> column.

    An attribute is a word that stands with a mark before or after the name of an alternative, in two columns or more; any word will do."""
    found: dict[str, dict[str, str]] = {}
    for column in map(str, columns):
        match = re.match(r"^([A-Za-z]+)[._:\s-]+(.+)$", column)
        if match:
            found.setdefault(match[1], {})[match[2].strip()] = column
        match = re.match(r"^(.+)[._:\s-]+([A-Za-z]+)$", column)
        if match and match[1].strip() in chosen:
            found.setdefault(match[2], {})[match[1].strip()] = column
    found = {
        name: brands
        for name, brands in found.items()
        if len(brands) > 1 and len(set(brands) & chosen) > 1 and simple(name) not in NOT_ATTRIBUTES
    }
    if not found:
        return sorted(chosen), {}
    whole = max(found.values(), key=len)
    return list(whole), {name: brands for name, brands in found.items() if set(brands) >= set(whole)}


def when(table: Table) -> tuple[np.ndarray, bool]:
    """The day of each purchase, or its number where there are no days; rows without are dropped."""
    if "date" in table.frame:
        day = days(table.frame["date"])[0]
        if np.isfinite(day).any():
            table.keep(np.isfinite(day), "the date cannot be read")
            return day[np.isfinite(day)], True
    if "occasion" in table.frame:
        number = numbers(table.frame["occasion"])
        table.keep(np.isfinite(number), "the occasion is no number")
        return number[np.isfinite(number)], False
    return np.arange(len(table.frame), dtype=float), False


def in_order(table: Table, day: np.ndarray, chosen: pd.Series) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Rows by household, then time, then occasion, then as they stood."""
    chosen = chosen.loc[table.frame.index].to_numpy()
    who = pd.factorize(table.frame.customer, sort=False)[0]
    occasion = numbers(table.frame["occasion"]) if "occasion" in table.frame else np.zeros(len(day))
    order = np.lexsort((np.arange(len(day)), np.nan_to_num(occasion), day, who))
    return table.frame.iloc[order].reset_index(drop=True), day[order], chosen[order]


def complain_of_little(frame: pd.DataFrame, brands: list[str]) -> None:
    """Data from which nothing can be told."""
    if len(brands) < 2:
        raise UnfitData(
            f"all purchases are of {brands[0] if brands else 'nothing'}; a panel needs two alternatives that are chosen, at least"
        )
    if len(brands) > MOST_BRANDS:
        raise UnfitData(
            f"there are {len(brands)} alternatives; a market has {MOST_BRANDS} sellers at most: put the smallest together as 'other'"
        )
    counts = frame.customer.value_counts()
    if len(counts) < FEW_HOUSEHOLDS or (counts - 1).sum() < FEW_REPEATS:
        raise UnfitData(
            f"{len(counts)} households with {int((counts - 1).sum())} purchases after their first are too few to tell tastes from "
            f"switching cost; give {FEW_HOUSEHOLDS} households and {FEW_REPEATS} such purchases, or more"
        )


def attribute_arrays(table: Table, frame: pd.DataFrame, day: np.ndarray, brands: list[str], attributes: dict) -> tuple[dict, int]:
    """Each attribute as numbers [purchase, brand]; what is missing is taken from that alternative's nearest earlier day, else later day."""
    values, filled = {}, 0
    for name, columns in attributes.items():
        array = np.stack([numbers(frame[columns[brand]]) for brand in brands], 1)
        if simple(name) in PRICES:
            array[array <= 0] = np.nan
        gaps = ~np.isfinite(array)
        for b in np.flatnonzero(gaps.any(0)):
            known = pd.Series(array[:, b]).groupby(day).mean()
            array[gaps[:, b], b] = known.ffill().bfill().reindex(day[gaps[:, b]]).to_numpy()
        filled += int((gaps & np.isfinite(array)).sum())
        values[name] = array
    if filled:
        table.notes.append(f"{filled:,} missing values of alternatives were taken from the nearest day on which they are known")
    return values, filled


def in_money(frame: pd.DataFrame, codes: np.ndarray, listed: np.ndarray) -> tuple[np.ndarray, str]:
    """Prices in money: as listed, unless what was paid (amount / units) says that they are an index; then scaled brand by brand so that the
    mean is what households paid on average."""
    paid = numbers(frame["amount"]) if "amount" in frame else np.full(len(frame), np.nan)
    units = next((numbers(frame[name]) for name in frame.columns if simple(name) in ("units", "quantity", "qty", "packs")), None)
    if units is None or not np.isfinite(paid).any():
        return listed, "as listed"
    good = np.isfinite(paid) & np.isfinite(units) & (units > 0) & (paid > 0)
    mean = np.array([paid[good & (codes == b)].sum() / max(units[good & (codes == b)].sum(), 1e-12) for b in range(listed.shape[1])])
    if not (mean > 0).all() or np.median(np.abs(mean / listed.mean(0) - 1)) < LIKE_MONEY:
        return listed, "as listed"
    return listed / listed.mean(0) * mean, "an index, scaled to the mean price paid of each alternative"


def some_households(panel: Panel, most: int, seed: int) -> Panel:
    """At most so many households, drawn at random."""
    c = panel.choices
    if c.households <= most:
        return panel
    drawn = np.sort(np.random.default_rng([seed, 5_102]).choice(c.households, most, replace=False))
    keep = np.isin(c.who, drawn)
    return replace(panel, choices=rows(c, keep, panel.counts[drawn]), week=panel.week[keep])


def rows(c: Choices, keep: np.ndarray, counts: np.ndarray) -> Choices:
    """Some of the purchases; counts: how many each household keeps."""
    return Choices(np.r_[0, np.cumsum(counts)], c.chosen[keep], c.price[keep], c.x[keep], c.brands, c.attributes)
