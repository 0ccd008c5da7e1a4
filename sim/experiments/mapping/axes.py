"""The two axes of a map: which parameter each is, over what, which of its values are played at all, and how it is called.

Costs bear on the books alone where nobody looks at them: profit is then exactly linear in such a cost, and its two ends say everything
about the values between.
"""
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sim.experiments.ranges import NoRange, ranges
from sim.plans import answering
from sim.scenario.address import facts_at
from sim.scenario.varying import LEVER, UNCERTAINTY, Varied
from sim.wording import spoken

FINEST = 64            # steps of an axis in which a border is located at best
SELLERS_COSTS = ("unit_cost", "contact_cost", "resolution_cost", "acquisition_cost", "advertising_cost")
BOOKED = {"sellers": SELLERS_COSTS, "strategies": SELLERS_COSTS, "levels": ("cost_per_account", "programme_cost", "setup_cost"),
          "listening": ("cost_per_account", "cost_per_lost")}
DEPTH = {"sellers": 3, "strategies": 4, "levels": 3, "listening": 3}
BARE = ("times", "weight", "shape", "share")       # units that say nothing to who reads a map
COST_AWARE = ("by_value", "segments_of_one")       # targeting that looks at what an account earns


@dataclass(frozen=True, eq=False)
class Axis:
    """One parameter of a map.

    varied: its path and range; linear: whether profit is linear in it, so that its two ends are all that is played; here: where the
    scenario stands (None where it states no single number, or one beyond the map); name and unit: in words. Positions on an axis are
    shares: 0 at its low end, 1 at its high end, even in the logarithm where the range is a logarithmic one."""
    varied: Varied
    linear: bool
    here: float | None
    name: str
    unit: str

    @property
    def path(self) -> str:
        return self.varied.path

    @cached_property
    def values(self) -> list:
        """The values that may be played, in order: FINEST steps apart, fewer of whole numbers, the two ends where profit is linear."""
        return replace(self.varied, steps=2 if self.linear else FINEST + 1).in_grid()

    @cached_property
    def shares(self) -> np.ndarray:
        """Where those values lie."""
        return np.array([self.share(value) for value in self.values])

    def share(self, value: float) -> float:
        """Where a value lies."""
        low, high = self.varied.low, self.varied.high
        return float(np.log(value / low) / np.log(high / low)) if self.logarithmic else (value - low) / (high - low)

    def value(self, share: float) -> float:
        """The value at a place; of a whole number too, as if there were all between."""
        low, high = self.varied.low, self.varied.high
        return float(low * (high / low) ** share) if self.logarithmic else float(low + (high - low) * share)

    @property
    def logarithmic(self) -> bool:
        return self.varied.form == "log_range"

    @property
    def text(self) -> str:
        """The range as it is typed."""
        return f"{self.path}={self.varied.low:.9g}..{self.varied.high:.9g}{':log' if self.logarithmic else ''}"


def axes_of(scenario, x: str | None = None, y: str | None = None) -> tuple[Axis, Axis]:
    """The axes of a map: each a range such as 'product.complexity=0.5..2' (':log' after it: evenly in the logarithm), a path alone
    (from nothing to two and a half times where the scenario stands), or None: our unit cost along x, the product's complexity along y.

    Raises NoRange with everything that is wrong."""
    texts, complaints = [], []
    for text, usual in zip((x, y), usual_ranges(scenario, x, y), strict=True):
        try:
            texts.append(in_full(scenario, text or usual))
        except NoRange as error:
            complaints += error.complaints
    try:
        found = ranges(scenario, texts)
    except NoRange as error:
        complaints += error.complaints
    if complaints:
        raise NoRange(complaints)
    return tuple(axis_of(scenario, one) for one in found)


def usual_ranges(scenario, x: str | None, y: str | None) -> tuple[str, str]:
    """What stands along x and y where nothing is named: our unit cost, from 30% to 95% of the price, and the product's complexity; the
    other of the two where one of them stands on the other axis."""
    price = scenario.sellers[scenario.focal].price
    cost, complexity = f"sellers.{group_of(scenario)}.unit_cost={0.3 * price:.6g}..{0.95 * price:.6g}", "product.complexity"
    named = [(text or "").partition("=")[0].strip() for text in (x, y)]
    return (complexity, cost) if named[0] == complexity or named[1] == cost.partition("=")[0] else (cost, complexity)


def group_of(scenario) -> str:
    """The name under which the scenario states the focal seller."""
    return next(group for group, members in scenario.groups.items() if scenario.focal in members)


def in_full(scenario, text: str) -> str:
    """A range as typed; of a path alone that from nothing (or the least that may be) to two and a half times where the scenario stands."""
    path = text.strip()
    if "=" in path:
        return text
    usual = {one.partition("=")[0]: one for one in usual_ranges(scenario, None, None)}
    if "=" in usual.get(path, ""):
        return usual[path]
    value, known = stated(scenario, path), facts_at(tuple(path.split(".")))
    if value is None or known is None:
        ranges(scenario, [f"{path}=0..1"])                           # says what is wrong with the path, where something is
    if not value or value < 0:
        raise NoRange([f"{path} is no single number above 0 in this scenario; write its range: {path}=LOW..HIGH"])
    most = 2.5 * value if known.most is None else min(2.5 * value, known.most)
    whole = isinstance(value, int)
    return f"{path}={max(known.least or 0, 1) if whole else known.least or 0:g}..{int(most) if whole else most:.9g}"


def stated(scenario, path: str) -> float | None:
    """The number that a scenario has at a path; None where there is none, or a distribution, plan or word."""
    value = scenario.as_dict()
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal() and 0 < int(part) <= len(value):
            value = value[int(part) - 1]
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def axis_of(scenario, varied: Varied) -> Axis:
    """A range as an axis."""
    known, here = facts_at(tuple(varied.path.split("."))), stated(scenario, varied.path)
    unit = (known.unit or "" if known else "").replace("money", scenario.market.currency).replace("period", scenario.market.period)
    unit = "" if unit in BARE else unit
    inside = here is not None and varied.low <= here <= varied.high
    linear = varied.form == "range" and not varied.whole and on_the_books(scenario, varied.path)
    return Axis(varied, linear, here if inside else None, called(scenario, varied.path), unit)


def called(scenario, path: str) -> str:
    """A parameter in words: the unit cost of ours is 'unit cost', that of rivals 'unit cost of rivals'."""
    first, *rest = path.split(".")
    if first == "strategies" and len(rest) > 2:
        return f"{spoken(' '.join(rest[2:]))} of {spoken(rest[1])} under {spoken(rest[0])}"
    if first in ("sellers", "buyers", "partners", "levels", "listening", "six_markets") and len(rest) > 1:
        owner = "" if rest[0] == group_of(scenario) else f" of {spoken(rest[0])}"
        return spoken(" ".join(rest[1:])) + owner
    return spoken(" ".join(rest or [first]))


def on_the_books(scenario, path: str) -> bool:
    """Whether every seller's profit is linear in the parameter: a cost, where no seller answers the market, and none targets accounts by
    what they earn. Nobody then does anything else because of it."""
    parts = path.split(".")
    if parts[-1] not in BOOKED.get(parts[0], ()) or len(parts) != DEPTH[parts[0]]:
        return False
    return not any(answering(scenario, name) or looks_at_costs(scenario, name) for name in scenario.strategies)


def looks_at_costs(scenario, strategy: str) -> bool:
    """Whether some seller targets accounts by what they earn in some period under a strategy."""
    return any(seller.level.targeting in COST_AWARE for period in scenario.change_periods(strategy)
               for seller in scenario.sellers_under(strategy, period).values())


def kinds(axes: Sequence[Axis]) -> dict[str, str]:
    """Each axis as a lever or an uncertainty: what stands with our seller, in a strategy or with a level is ours to choose."""
    return {axis.path: LEVER if axis.path.split(".")[0] in ("strategies", "levels") else UNCERTAINTY for axis in axes}
