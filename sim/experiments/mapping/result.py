"""What a map says: points, borders with their bands, regions; and the sentence for a board."""
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sim.experiments.mapping.axes import FINEST, Axis
from sim.experiments.mapping.mesh import Cell
from sim.experiments.mapping.surface import Surface
from sim.experiments.mapping.words import sentence
from sim.experiments.told import Told
from sim.intervals import CONFIDENCE
from sim.wording import plain

CUTS = 32              # lines along each axis for the table of borders
FILLED = 16            # steps of a linear axis that is filled in between its ends
PIXELS = 160           # of a side, for the sizes of regions
BORDER = ["along", "at_path", "at", "position", "low", "high", "before", "after"]


@dataclass(eq=False)
class Map(Told):
    """Which strategy earns the focal seller most where, over two parameters. Money is per buyer, discounted to the first period.

    axes: x and y; runs: paired runs of every point; profits: [run, strategy] of every point by its numbers along x and y; cells: those
    that points are the corners of; best and failures: tables of the rounds; markets: that were played; ran_out: whether points ran out
    before the border was known as well as it might be."""
    scenario: object
    axes: tuple[Axis, Axis]
    strategies: tuple[str, ...]
    runs: int
    profits: dict = field(repr=False)
    cells: tuple[Cell, ...] = field(repr=False)
    best: pd.DataFrame = field(repr=False)
    failures: pd.DataFrame = field(repr=False)
    markets: int
    ran_out: bool

    @cached_property
    def points(self) -> pd.DataFrame:
        """A row for each point that was played: x and y by their paths, strategy (the one that earns most on average), profit, next, lead,
        lead_low, lead_high (over the next, 95% interval over paired runs), verdict ('ahead' where the lead is sure), runs, round."""
        x, y = (axis.path for axis in self.axes)
        return self.best.drop(columns="point").sort_values([y, x], kind="stable", ignore_index=True)

    @cached_property
    def surface(self) -> Surface | None:
        """Profits between the points; None where too few points could be played to say anything."""
        x, y = (axis.shares for axis in self.axes)
        known = {(float(x[i]), float(y[j])): self.profits[i, j] for i, j in sorted(self.profits)}
        for number, axis in enumerate(self.axes):
            known = between_ends(known, number) if axis.linear else known
        places = np.array(list(known)).reshape(-1, 2)
        if len(places) < 3 or any(np.ptp(column) == 0 for column in places.T):
            return None
        holes = tuple((x[cell.left], y[cell.lower], x[cell.right], y[cell.upper]) for cell in self.cells
                      if not all(corner in self.profits for corner in cell.corners))
        return Surface(places, np.stack(list(known.values())), holes)

    @cached_property
    def border(self) -> pd.DataFrame:
        """Where the best strategy changes along lines through the map: along (the path that changes on the line), at_path and at (what
        is held, and at what), position (of the border), low and high (its band; nan where that goes on beyond the map), before and after
        (the best strategy on either side). Lines at 33 values of each axis, and through where the scenario stands."""
        rows = [] if self.surface is None else [row for axis in (0, 1) for row in self._borders(axis)]
        return pd.DataFrame(rows, columns=BORDER)

    def _borders(self, axis: int):
        held = self.axes[1 - axis]
        own = [] if held.here is None else [held.share(held.here)]
        for at in sorted({*(np.arange(CUTS + 1) / CUTS).tolist(), *own}):
            yield from self.crossings(axis, at)

    def crossings(self, axis: int, at: float, confidence: float = CONFIDENCE) -> list[dict]:
        """The rows of `border` along axis 0 or 1, at a share of the other."""
        if self.surface is None:
            return []
        moving, held = self.axes[axis], self.axes[1 - axis]
        return [{"along": moving.path, "at_path": held.path, "at": held.value(at), "position": moving.value(one.place),
                 "low": moving.value(one.low), "high": moving.value(one.high), "before": self.strategies[one.before],
                 "after": self.strategies[one.after]} for one in self.surface.borders(axis, at, confidence)]

    @cached_property
    def regions(self) -> pd.DataFrame:
        """A row for each strategy that is best somewhere, the largest region first: strategy, share (of the map's area), sure (share of the
        area in which its lead over every other is sure), least_lead (at the points played), least_lead_low, greatest_lead."""
        if self.surface is None:
            return pd.DataFrame(columns=["strategy", "share", "sure", "least_lead", "least_lead_low", "greatest_lead"])
        best, least = self.surface.best_at(grid(PIXELS))
        known, rows = max(int((best >= 0).sum()), 1), []
        for number, name in enumerate(self.strategies):
            own = self.points[self.points.strategy == name]
            here = best == number
            if len(own) or here.any():
                closest = own.loc[own.lead.idxmin()] if len(own) else {"lead": np.nan, "lead_low": np.nan}
                rows.append({"strategy": name, "share": here.sum() / known, "sure": (here & (least > 0)).sum() / known,
                             "least_lead": closest["lead"], "least_lead_low": closest["lead_low"], "greatest_lead": own.lead.max()})
        return pd.DataFrame(rows).sort_values("share", ascending=False, kind="stable", ignore_index=True)

    @property
    def undecided(self) -> float:
        """The share of the map's area in which it is not sure which strategy is best."""
        return float(1 - self.regions.sure.sum()) if len(self.regions) else 1.0

    @property
    def full_grid(self) -> int:
        """Points of a full grid of the same resolution: what refining saves is this less the points played."""
        return int(np.prod([1 + (round(axis.varied.high - axis.varied.low) if axis.varied.whole and not axis.logarithmic and
                                 axis.varied.high - axis.varied.low < FINEST else FINEST) for axis in self.axes]))

    @property
    def table(self) -> pd.DataFrame:
        """The table that says most: `border`."""
        return self.border

    def tables(self) -> dict[str, pd.DataFrame]:
        """What is kept: points, border, regions, failures."""
        return {"points": self.points, "border": self.border, "regions": self.regions, "failures": self.failures}

    def sentence(self) -> str:
        """The answer for a board."""
        return sentence(self)

    def answer(self) -> dict:
        """The map as plain data, ready for JSON."""
        market, axes = self.scenario.market, dict(zip("xy", self.axes, strict=True))
        return {"scenario": self.scenario.name, "digest": self.scenario.digest(), "seed": self.scenario.seed, "runs": self.runs,
                "focal": self.scenario.focal, "currency": market.currency, "confidence": CONFIDENCE, "strategies": list(self.strategies),
                **{name: plain({"path": axis.path, "low": axis.varied.low, "high": axis.varied.high, "logarithmic": axis.logarithmic,
                                "here": np.nan if axis.here is None else axis.here, "unit": axis.unit}) for name, axis in axes.items()},
                "sentence": self.sentence(), "regions": [plain(row) for row in self.regions.to_dict("records")],
                "undecided": plain(self.undecided), "border": [plain(row) for row in self.here.to_dict("records")],
                "points": len(self.profits), "points_of_a_full_grid": self.full_grid, "markets": self.markets, "ran_out": self.ran_out,
                "failures": [plain(row) for row in self.failures.to_dict("records")]}

    @cached_property
    def here(self) -> pd.DataFrame:
        """The borders on the two lines through where the scenario stands; the middle of the map where it stands nowhere on it."""
        rows = [row for axis in (0, 1) for row in self.crossings(axis, self.standing[1 - axis])]
        return pd.DataFrame(rows, columns=BORDER)

    @property
    def standing(self) -> tuple[float, float]:
        """Where the scenario stands, in shares; the middle of an axis on which it does not."""
        return tuple(0.5 if axis.here is None else axis.share(axis.here) for axis in self.axes)


def between_ends(known: dict, axis: int) -> dict:
    """Profits by place, with those between the two ends of a linear axis filled in."""
    lines: dict[float, dict] = {}
    for place, profit in known.items():
        lines.setdefault(place[1 - axis], {})[place[axis]] = profit
    return {(share, at) if axis == 0 else (at, share): (1 - share) * ends[0.0] + share * ends[1.0]
            for at, ends in sorted(lines.items()) if len(ends) == 2 for share in (np.arange(FILLED + 1) / FILLED).tolist()}


def grid(side: int) -> np.ndarray:
    """The middles of side × side squares, row by row from below: [side², 2]."""
    middles = (np.arange(side) + 0.5) / side
    return np.stack([np.tile(middles, side), np.repeat(middles, side)], axis=1)
