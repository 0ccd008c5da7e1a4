"""C11  Reinartz & Kumar: lifetime and profit go together for lost-for-good customers, hardly for always-a-share ones."""
import numpy as np

from sim.core import state as at
from sim.experiments.claims.contrasts import GAIN, Contrast, contrast
from sim.experiments.claims.markets import AS_SHIPPED, TYPES, Under, market, watched_runs
from sim.experiments.claims.watched import rows_of
from sim.population import buyers_by_type
from sim.runs import Runs

FOLLOWED = 36                                    # months from the first purchase on: three years, as customers were followed there
WEAK = 0.3                                       # a correlation below it is small (Cohen 1988)
# What is held against a customer's lifetime, out of lifetime, lots and the margin of a lot.
PAIRS = {
    "profit": lambda lifetime, lots, margin: (lifetime, lots * margin),
    "profit, ranks of both": lambda lifetime, lots, margin: (rank(lifetime), rank(lots * margin)),
    "a month's profit": lambda lifetime, lots, margin: (lifetime, lots * margin / (lifetime + 1)),
    "lots bought": lambda lifetime, lots, margin: (lifetime, lots),
    "the margin of a lot": lambda lifetime, lots, margin: (lifetime, margin),
}
SELLING = {"all": "ours: {level: basic}, rivals: {level: basic}"}


def lifetime_and_profit(buyers: int = 3000, periods: int = 96, runs: int = 20, under: Under = AS_SHIPPED) -> list[Contrast]:
    """C11 by type: the correlation of a customer's lifetime with its profit, over the customers of all sellers in a run.

    A customer is a buyer from its first purchase with a seller on, whoever else it buys from: lifetime: months from the first to the last
    purchase with the seller within three years; profit: lots bought from it in that time, times units, times margin. Sellers sell at the
    basic level, where serving costs next to nothing. A month's profit is what is left of profit when lifetime (counting both months) is
    divided out."""
    scenario = market(SELLING, buyers=buyers, periods=periods, under=under)
    found = {name: [] for name in PAIRS}
    for played in watched_runs(scenario, ["all"], runs, under):
        kind, *of_all = customers(played)
        of_types = [[values[kind == k] for values in of_all] for k in range(len(TYPES))]
        for name, pair in PAIRS.items():
            found[name].append([correlation(*pair(*values)) for values in of_types])
    one, other = (np.array(found["profit"])[:, TYPES.index(kind)] for kind in ("lost_for_good", "always_a_share"))
    return [*(contrast(GAIN, f"{kind}: correlation of lifetime and {name}", values, 1)
              for name, runs_of in found.items() for kind, values in zip(TYPES, np.array(runs_of).T, strict=True)),
            contrast("C11", f"lost_for_good: correlation of lifetime and profit, beyond {WEAK}", one - WEAK, 1),
            contrast("C11", f"always_a_share: correlation of lifetime and profit, short of {WEAK}", WEAK - other, 1),
            contrast("C11", "correlation of lifetime and profit, lost_for_good over always_a_share", one - other, 1)]


def customers(runs: Runs) -> tuple[np.ndarray, ...]:
    """(type, lifetime in months, lots bought, margin of a lot in EUR) of every customer whose first purchase is on record
    and who is followed for three years."""
    scenario, panel = runs.scenario, next(iter(runs.records.values()))[0].panel
    whole, kinds = rows_of(panel, len(scenario.sellers)), np.repeat(range(len(TYPES)), buyers_by_type(scenario))
    entered, found = whole("entered"), []
    for number, seller in enumerate(scenario.sellers.values()):
        bought = whole(f"history_{number}") & 127
        for first in range(1, len(panel) - FOLLOWED + 1):
            fresh = entered[first] != entered[first - 1]
            begins = np.flatnonzero((bought[first] > 0) & (fresh | (bought[first - 1] == 0)))
            lots, last = followed(bought[first:first + FOLLOWED, begins], entered[first:first + FOLLOWED, begins])
            found.append((kinds[begins], last, lots, panel[first, begins, at.VOLUME] * (seller.price - seller.unit_cost)))
    return tuple(np.concatenate(values) for values in zip(*found, strict=True))


def followed(bought: np.ndarray, entered: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(lots, months to the last purchase) of customers; bought: so far [month, customer]. Who leaves the market buys no more."""
    there = entered == entered[0]
    so_far = np.maximum.accumulate(np.where(there, bought, 0))
    lots = so_far[-1].astype(float)
    return lots, (so_far < so_far[-1]).sum(0)


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Pearson's; nan where either does not vary."""
    return float(np.corrcoef(x, y)[0, 1]) if len(x) > 2 and x.std() > 0 and y.std() > 0 else float("nan")


def rank(values: np.ndarray) -> np.ndarray:
    """Ranks, ties sharing the mean of theirs."""
    from scipy.stats import rankdata

    return rankdata(values)
