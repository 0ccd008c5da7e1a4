"""A repertoire table as arrays: one category, its brands and what the table says of each."""

from dataclasses import dataclass

import numpy as np

from sim.experiments.calibrate.reading import Table, UnfitData, numbers, simple
from sim.experiments.calibrate.repertoires import MEASURES
from sim.experiments.calibrate.writing import safe_name
from sim.scenario.suggest import among

WEEKS = 52  # where the table does not say how long it covers
REST = "all_others"
CALLED = {"share_of_requirements": ("shareofcategoryrequirements", "shareofrequirements", "scr", "requirements"),
          "sole_buyers": ("solebuyers", "sole", "soleloyal", "loyal100"),
          "buys_per_buyer": ("buysperbuyer", "purchasesperbuyer", "buyingrate"),
          "category_penetration": ("categorypenetration",),
          "category_buy_rate": ("categorybuyrate", "categorybuyingrate", "categorybuysperbuyer"),
          "households": ("households", "panel", "buyers", "n"), "weeks": ("weeks",), "price": ("price",)}  # fmt: skip


@dataclass(frozen=True)
class Brands:
    """A category as the table has it: brands (as sellers are called), the table's own names, measure -> [brand] (nan where not known),
    purchases per household, share of households that bought at all (nan: not known), households (0: not known), weeks and whether those
    are known, prices (nan: not known)."""

    sellers: list[str]
    named: list[str]
    seen: dict[str, np.ndarray]
    mean: float
    category_penetration: float
    households: int
    weeks: int
    dated: bool
    price: np.ndarray
    category: str


def brands_of(table: Table, category: str | None, weeks: int | None) -> Brands:
    """One category of the table. Raises UnfitData where it lacks what the model needs."""
    table.keep(~table.frame.duplicated().to_numpy(), "the same row again")
    chosen = one_category(table, category)
    columns = {role: next((name for name in table.frame if simple(name) in called), None) for role, called in CALLED.items()}
    share, penetration = fractions(table, "share"), fractions(table, "penetration")
    good = np.isfinite(share) & (share > 0) & table.frame.brand.notna().to_numpy()
    table.keep(good, "no share of purchases")
    share, penetration = share[good], penetration[good]
    if len(share) < 2:
        raise UnfitData("a repertoire table needs two brands with a share of purchases, at least")
    if share.sum() > 1.02:
        raise UnfitData(f"the shares of purchases sum to {share.sum():.3f}, more than 1; give one category, and shares of its purchases")
    if np.isfinite(penetration).sum() < 1:
        raise UnfitData("no brand has a penetration, which tells how unlike households are in taste")
    columns_read = {role: numbers(table.frame[name]) if name else np.full(len(share), np.nan) for role, name in columns.items()}
    named = [str(one).strip() for one in table.frame.brand]
    rest = 1 - share.sum()
    if rest > 0.005:  # the table does not list everything
        named, share, penetration = [*named, REST], np.r_[share, rest], np.r_[penetration, np.nan]
        columns_read = {role: np.r_[values, np.nan] for role, values in columns_read.items()}
        table.notes.append(f"shares sum to {1 - rest:.3f}; the rest of the category is a seller of its own, {REST}")
    share = share / share.sum()
    seen = {"share": share, "penetration": penetration} | {
        measure: columns_read[measure] for measure in MEASURES if measure in columns_read
    }
    known = {role: float(np.nanmax(values)) if np.isfinite(values).any() else np.nan for role, values in columns_read.items()}
    mean, at_all = category_of(known, seen)
    stated = at_all * known["category_buy_rate"]
    if abs(mean / stated - 1) > 0.03:
        table.notes.append(
            f"brands' figures come to {mean:.2f} purchases a household, the category's to {stated:.2f}, as baskets with several brands "
            "count for each; the brands' are taken"
        )
    length = weeks or (int(known["weeks"]) if np.isfinite(known["weeks"]) else 0)
    return Brands(names_of(named), named, seen, mean, at_all, int(np.nan_to_num(known["households"])), length or WEEKS, bool(length),
                  columns_read["price"], chosen)  # fmt: skip


def one_category(table: Table, category: str | None) -> str:
    """Keep the rows of one category, and say which."""
    column = next((name for name in table.frame if simple(name) in ("category", "market", "productclass")), None)
    if column is None:
        return ""
    words = [str(one) for one in table.frame[column].dropna().unique()]
    if category is None and len(words) > 1:
        raise UnfitData(f"the table has {len(words)} categories ({', '.join(words)}); say which with --category")
    chosen = words[0] if category is None else next((one for one in words if simple(one) == simple(category)), None)
    if chosen is None:
        raise UnfitData(f"the table has no category {category!r}; {among(category, words)}")
    table.frame = table.frame[table.frame[column].astype(str) == chosen]
    return chosen


def fractions(table: Table, role: str) -> np.ndarray:
    """A column of shares; per cent become shares. Raises UnfitData for shares that are none."""
    values = numbers(table.frame[role])
    if np.nanmax(values, initial=0) > 1:
        values = values / 100
        table.notes.append(f"{role}: read as per cent")
    if np.nanmax(values, initial=0) > 1 or np.nanmin(values, initial=0) < 0:
        raise UnfitData(
            f"{role} goes from {np.nanmin(values):g} to {np.nanmax(values):g}, which is no share; give shares from 0 to 1, or per cent"
        )
    return values


def category_of(known: dict[str, float], seen: dict[str, np.ndarray]) -> tuple[float, float]:
    """Purchases of the category per household (non-buyers counted), and the share of households that bought it at all (nan: not known)."""
    at_all = known["category_penetration"] / (100 if known["category_penetration"] > 1 else 1)
    each = seen["penetration"] * seen["buys_per_buyer"] / seen["share"]
    if np.isfinite(each).any():  # the brands' own figures, which count a basket of two brands for both
        return float(np.nanmedian(each)), at_all
    if np.isfinite(at_all) and np.isfinite(known["category_buy_rate"]):
        return at_all * known["category_buy_rate"], at_all
    raise UnfitData(
        "nothing says how often the category is bought; give the columns category_penetration and category_buy_rate, or "
        "buys_per_buyer of the brands"
    )


def names_of(named: list[str]) -> list[str]:
    """Names that a scenario can hold, each its own."""
    names: list[str] = []
    for one in named:
        plain = safe_name(one)
        names.append(plain if plain not in names else f"{plain}_{len(names) + 1}")
    return names
