"""What a set of buyers bought, brand by brand: shares, penetration, buying rates, share of requirements, sole buyers and repeat rates.

Ehrenberg's measures (Goodhardt, Ehrenberg & Chatfield 1984), counted alike from a panel's purchases and from those of a market that was
played.
"""

from dataclasses import dataclass

import numpy as np

from sim.core import state as at
from sim.experiments.calibrate.playing import MEMORY
from sim.runs import simulate

MEASURES = {"share": "share of purchases", "penetration": "share of households that bought it",
            "buys_per_buyer": "purchases per buyer of it",
            "share_of_requirements": "share of its buyers' purchases", "sole_buyers": "share of its buyers who bought nothing else",
            "repeat": "share of its purchases followed by another of it"}  # fmt: skip


@dataclass(frozen=True)
class Bought:
    """Purchases in order of buyer and time: buyer [n], brand [n], period [n]; of `buyers` buyers, those without purchases included, and so
    many brands."""

    buyer: np.ndarray
    brand: np.ndarray
    period: np.ndarray
    buyers: int
    brands: int

    def who_bought(self, least: int) -> "Bought":
        """Only buyers of so many purchases or more, numbered anew."""
        counts = np.bincount(self.buyer, minlength=self.buyers)
        number = np.cumsum(counts >= least) - 1
        keep = counts[self.buyer] >= least
        return Bought(number[self.buyer[keep]], self.brand[keep], self.period[keep], int((counts >= least).sum()), self.brands)

    def part(self, first: int, end: int) -> "Bought":
        """Buyers number first … end − 1."""
        keep = (self.buyer >= first) & (self.buyer < end)
        return Bought(self.buyer[keep] - first, self.brand[keep], self.period[keep], end - first, self.brands)


def measures(b: Bought) -> dict[str, np.ndarray]:
    """`MEASURES`, and repeat_all: the share of purchases followed by the same brand, of those followed by any: measure -> [brand]."""
    counts = np.zeros((b.buyers, b.brands))
    np.add.at(counts, (b.buyer, b.brand), 1)
    bought, all_ = counts > 0, counts.sum(1)
    units, buyers = counts.sum(0), np.maximum(bought.sum(0), 1)
    follows = b.buyer[1:] == b.buyer[:-1]
    before, after = b.brand[:-1][follows], b.brand[1:][follows]
    followed, repeated = (np.bincount(before, weights, b.brands) for weights in (None, (before == after).astype(float)))
    return {"share": units / max(units.sum(), 1), "penetration": bought.mean(0), "buys_per_buyer": units / buyers,
            "share_of_requirements": units / np.maximum(all_ @ bought, 1),
            "sole_buyers": (bought & (bought.sum(1) == 1)[:, None]).sum(0) / buyers,
            "repeat": repeated / np.maximum(followed, 1), "repeat_all": np.array([repeated.sum() / max(followed.sum(), 1)])}  # fmt: skip


def play(scenario, runs: int, threads: int | None = None, progress=None, strategy: str | None = None) -> list[Bought]:
    """A strategy (the baseline), so many times, fewer where memory would not hold it: what every buyer bought on record, run by run.

    A buyer of several lots counts by the seller it bought from last in the period."""
    buyers, sellers = scenario.market.buyers, len(scenario.sellers)
    runs = int(np.clip(MEMORY / (4 * at.rows(sellers) * (scenario.market.periods + 1) * buyers), 1, runs))
    strategy = strategy or scenario.baseline
    played = simulate(scenario, [strategy], runs=runs, watch=range(buyers), threads=threads, progress=progress)
    return [bought_in(scenario, record.panel[1:]) for record in played.records[strategy]]


def bought_in(scenario, panel: np.ndarray) -> Bought:
    """The purchases in a run's watched buyers [period, buyer, row]."""
    supplier, happened = (np.ascontiguousarray(panel[..., row]).view(np.int32) for row in (at.INCUMBENT, at.HAPPENED))
    buyer, period = np.nonzero(((happened >> at.BOUGHT_SHIFT) > 0).T)  # who has bought is an account of the seller it bought from
    return Bought(buyer, supplier.T[buyer, period], period, panel.shape[1], len(scenario.sellers))


def spread(runs: list[Bought], size: int) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """The mean of each measure over runs, and its standard deviation in sets of `size` buyers: [brand] each."""
    mean = [measures(run) for run in runs]
    sets = [measures(run.part(first, first + size)) for run in runs for first in range(0, run.buyers - size + 1, size)]
    scale = 1.0
    if len(sets) < 8:  # sets of half the size vary √2 as much, and so on
        parts = int(np.ceil(8 / max(len(runs), 1)))
        each = max(min(run.buyers for run in runs) // parts, 2)
        sets = [measures(run.part(first, first + each)) for run in runs for first in range(0, run.buyers - each + 1, each)]
        scale = np.sqrt(each / size)
    return (
        {name: np.mean([one[name] for one in mean], 0) for name in mean[0]},
        {name: scale * np.std([one[name] for one in sets], 0, ddof=1) for name in mean[0]},
    )
