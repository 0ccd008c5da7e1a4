"""Kotler's table as the model has it: cells with their certainty, neighbours, corners, and how far it agrees with the book's."""
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np
import pandas as pd

from sim.experiments.kotler.question import BOOK, CELLS, CORNERS, Reading, neighbours, unit_cost
from sim.experiments.kotler.ranks import resampled_best, spearman, tau_b
from sim.experiments.kotler.words import sentence
from sim.experiments.levels import LEVELS
from sim.experiments.told import Told
from sim.intervals import interval, verdict
from sim.wording import plain

RESAMPLES, LUCK = 2000, 0x0792         # of the bootstrap, and its luck


@dataclass(eq=False)
class Kotler(Told):
    """Kotler's table as the model has it. Money is per customer, discounted to the first period.

    scenario: with the five levels as strategies; profits: [run, level] of every cell (customers, margin); markets: that were played."""
    scenario: object
    name: str
    reading: Reading
    margins: dict[str, float]
    profits: dict[tuple[str, str], np.ndarray] = field(repr=False)
    runs: int
    markets: int

    @cached_property
    def best(self) -> dict[tuple[str, str], int]:
        """The rung that earns most in every cell."""
        return {cell: int(profit.mean(0).argmax()) for cell, profit in self.profits.items()}

    @cached_property
    def resampled(self) -> np.ndarray:
        """The best rung of every cell (in the order of CELLS) in each bootstrap resample over runs: [resample, cell]. A resample takes the
        same runs in all cells (Efron 1979)."""
        return resampled_best(np.stack([self.profits[cell] for cell in CELLS]), RESAMPLES, (self.scenario.seed, LUCK))

    @cached_property
    def cells(self) -> pd.DataFrame:
        """A row for each cell: customers, margin, buyers, unit_cost, level (that earns most), certainty (share of bootstrap resamples in
        which it does), next, lead, lead_low, lead_high (over the next, 95% interval over paired runs), verdict, book, off (rungs above the
        book's)."""
        rows = []
        for number, cell in enumerate(CELLS):
            profit, rung = self.profits[cell], self.best[cell]
            after = max((other for other in range(len(LEVELS)) if other != rung), key=lambda other: profit[:, other].mean())
            lead = interval(profit[:, rung] - profit[:, after])
            rows.append({"customers": cell[0], "margin": cell[1], "buyers": self.reading.buyers[cell[0]],
                         "unit_cost": unit_cost(self.scenario, self.margins[cell[1]]), "level": LEVELS[rung],
                         "certainty": float((self.resampled[:, number] == rung).mean()), "next": LEVELS[after], "lead": float(lead.mean),
                         "lead_low": float(lead.low), "lead_high": float(lead.high), "verdict": verdict(lead.low, lead.high),
                         "book": LEVELS[BOOK[cell]], "off": rung - BOOK[cell]})
        return pd.DataFrame(rows)

    @cached_property
    def levels(self) -> pd.DataFrame:
        """A row for each cell and level: customers, margin, level, profit, profit_low, profit_high, certainty."""
        rows = []
        for (number, cell), (rung, level) in product(enumerate(CELLS), enumerate(LEVELS)):
            found = interval(self.profits[cell][:, rung])
            rows.append({"customers": cell[0], "margin": cell[1], "level": level, "profit": float(found.mean),
                         "profit_low": float(found.low), "profit_high": float(found.high),
                         "certainty": float((self.resampled[:, number] == rung).mean())})
        return pd.DataFrame(rows)

    @cached_property
    def neighbours(self) -> pd.DataFrame:
        """A row for each of the twelve pairs of neighbouring cells: step (what changes: customers or margin), more and less (the cell in
        which the book expects more, and the other), level_more, level_less, in_order (the level is not lower where it expects more),
        certainty (share of resamples in which it is not), and, where the two differ, contrast, low, high: how much more going from the
        lower of the two levels to the higher adds to profit in the one than in the other, as a share of profit; verdict: 'holds' where
        that is surely above nought, 'fails' where below, 'undecided', or 'same'."""
        rows, place = [], {cell: number for number, cell in enumerate(CELLS)}
        for more, less in neighbours():
            sure = (self.resampled[:, place[more]] >= self.resampled[:, place[less]]).mean()
            one, other = self.best[more], self.best[less]
            rows.append({"step": "customers" if more[1] == less[1] else "margin", "more": "/".join(more), "less": "/".join(less),
                         "level_more": LEVELS[one], "level_less": LEVELS[other], "in_order": one >= other, "certainty": float(sure)}
                        | self._contrast(more, less))
        return pd.DataFrame(rows)

    def _contrast(self, more: tuple, less: tuple) -> dict:
        """The contrast of two cells."""
        low, high = sorted((self.best[more], self.best[less]))
        if low == high:
            return {"contrast": np.nan, "low": np.nan, "high": np.nan, "verdict": "same"}
        gain, other = (self.profits[cell][:, high] / self.profits[cell][:, low] - 1 for cell in (more, less))
        return _told(interval(gain - other))

    @cached_property
    def corners(self) -> pd.DataFrame:
        """The two sure corners: cell, level, as_booked, and the lead of the best level that the book admits there over the best of the
        others, as a share of what basic earns: contrast, low, high, verdict."""
        rows = []
        for cell, admitted in CORNERS.items():
            profit = self.profits[cell] / np.abs(self.profits[cell][:, :1].mean())
            others = [rung for rung in range(len(LEVELS)) if rung not in admitted]
            one, other = (max(rungs, key=lambda rung, profit=profit: profit[:, rung].mean()) for rungs in (admitted, others))
            rows.append({"cell": "/".join(cell), "level": LEVELS[self.best[cell]], "as_booked": self.best[cell] in admitted}
                        | _told(interval(profit[:, one] - profit[:, other])))
        return pd.DataFrame(rows)

    @cached_property
    def correlation(self) -> dict[str, tuple[float, float, float]]:
        """Rank correlation with the book's table over the nine cells, each with its bootstrap interval (2.5% to 97.5% of resamples): tau_b
        (Kendall 1945, ties on either side left out of account) and spearman (1904, mean ranks). A table without differences counts 0."""
        book, own = np.array([BOOK[cell] for cell in CELLS]), np.array([[self.best[cell] for cell in CELLS]])
        found = {}
        for name, of in (("tau_b", tau_b), ("spearman", spearman)):
            low, high = np.quantile(of(self.resampled, book), [0.025, 0.975])
            found[name] = float(of(own, book)[0]), float(low), float(high)
        return found

    @property
    def table(self) -> pd.DataFrame:
        """The table that says most: `cells`."""
        return self.cells

    def tables(self) -> dict[str, pd.DataFrame]:
        """What is kept: cells, levels, neighbours, corners."""
        return {"cells": self.cells, "levels": self.levels, "neighbours": self.neighbours, "corners": self.corners}

    def sentence(self) -> str:
        """Where the model agrees with Kotler and where it does not, for a board."""
        return sentence(self)

    def answer(self) -> dict:
        """The table as plain data, ready for JSON."""
        scenario = self.scenario
        return {"scenario": scenario.name, "digest": scenario.digest(), "seed": scenario.seed, "runs": self.runs, "focal": scenario.focal,
                "currency": scenario.market.currency, "confidence": 0.95, "reading": self.name, "meaning": self.reading.words,
                "sentence": self.sentence(), "in_order": int(self.neighbours.in_order.sum()), "neighbours": len(self.neighbours),
                "corners_as_booked": int(self.corners.as_booked.sum()), "same": int((self.cells.off == 0).sum()),
                "within_one_level": int((self.cells.off.abs() <= 1).sum()), "correlation": plain(self.correlation), "markets": self.markets,
                "cells": [plain(row) for row in self.cells.to_dict("records")],
                "contrasts": [plain(row) for row in self.neighbours.to_dict("records")],
                "corners": [plain(row) for row in self.corners.to_dict("records")]}


def _told(found) -> dict:
    """A contrast that is claimed to be above nought."""
    return {"contrast": float(found.mean), "low": float(found.low), "high": float(found.high),
            "verdict": {"ahead": "holds", "behind": "fails"}.get(verdict(found.low, found.high), "undecided")}
