"""How far the defaults may be wrong: what each may plausibly be and why, and a Latin hypercube over all of it.

Nobody knows these numbers within less from a desk. What makes an experiment (the levels it compares, the complexity it varies) is set after
them and wins, so that a claim meets other markets and stays the same claim.
"""
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd

from sim.experiments.claims.markets import TYPES, Under
from sim.experiments.sweep.plan import LAYOUT
from sim.scenario import Scenario, load

PURPOSE = 12                                     # of this luck, beside the seed and LAYOUT
FIGURES = 4
Settings = Callable[[Scenario, float], dict[str, object]]


class Range(NamedTuple):
    """What a default may be, evenly between two ends, and why. settings: the parameters of a market at a value: path and what it is set to,
    given the default scenario, for values that are added to or multiplied with its own."""
    name: str
    low: float
    high: float
    settings: Settings
    reason: str


def at(*paths: str) -> Settings:
    """The value itself, at one path or several."""
    return lambda scenario, value: dict.fromkeys(paths, value)


def both(field: str) -> Settings:
    """The value itself, of ours and of all rivals."""
    return at(f"sellers.ours.{field}", f"sellers.rivals.{field}")


def median(kind: str, field: str) -> Settings:
    """The median of a lognormal attribute of a buyer type, its spread as it is."""
    def settings(scenario: Scenario, value: float) -> dict:
        spread = getattr(scenario.buyers[kind], field).numbers[1]
        return {f"buyers.{kind}.{field}": f"{{lognormal: {{median: {value:g}, spread: {spread:g}}}}}"}

    return settings


def orientation(scenario: Scenario, more: float) -> dict:
    """The mean orientation of all types, more or less, each beta as narrow as it is."""
    found = {}
    for kind in TYPES:
        a, b = scenario.buyers[kind].relationship_orientation.numbers
        step = more * (a + b)
        found[f"buyers.{kind}.relationship_orientation"] = f"{{beta: {{a: {a + step:g}, b: {b - step:g}}}}}"
    return found


def committed(scenario: Scenario, more: float) -> dict:
    """So many more lost-for-good buyers, and as many fewer always-a-share ones, as a share of the market."""
    share = {kind: scenario.buyers[kind].share for kind in TYPES}
    return {"buyers.lost_for_good.share": round(share["lost_for_good"] + more, FIGURES),
            "buyers.always_a_share.share": round(share["always_a_share"] - more, FIGURES)}


def peoples_time(scenario: Scenario, times: float) -> dict:
    """What people's time for an account costs, at every level."""
    return {f"levels.{name}.cost_per_account": round(times * level.cost_per_account, FIGURES) for name, level in scenario.levels.items()}


HALF = "assumption: half to one and a half times the default"
TWICE = "assumption: half to twice the default"
RANGES = (
    Range("problems a month", 0.08, 0.35, at("product.problem_rate"),
          "assumption: one in a year to one in three months; below 0.08 the default verdict itself turns"),
    Range("severity of a problem", 20, 50, at("product.severity"), "assumption: a fifth to a half of the price"),
    Range("delight of a remedy", 0, 8, at("product.delight"), "none (no paradox in repurchase, Matos et al. 2007) to 8% (assumption)"),
    Range("relief of being heard", 0.05, 0.4, at("product.complaint_relief"), "TARP for the sign, assumption for the size"),
    Range("spread of delivery", 4, 12, at("product.delivery_spread"), "assumption: 4% to 12% of the price"),
    Range("zone of tolerance", 10, 24, at("product.tolerance"), "assumption: about one to three spreads of delivery"),
    Range("luck in a choice", 5, 12, at("behaviour.choice_noise"), HALF),
    Range("horizon at half weight", 6, 24, at("behaviour.horizon_scale"), "assumption: half a year to two years"),
    Range("worth of a full bond", 10, 30, at("behaviour.bond_value"), HALF),
    Range("worth of a full tie", 10, 30, at("behaviour.tie_value"), HALF),
    Range("loss aversion", 1.5, 2.5, at("behaviour.loss_aversion"), "around the 2.25 of Tversky & Kahneman 1992"),
    Range("slowest learning", 0.02, 0.1, at("behaviour.slowest_learning"), "assumption: ten to fifty experiences make a settled view"),
    Range("fading of a bond", 0.015, 0.05, at("behaviour.bond_decay"), HALF),
    Range("damage to a bond", 0.15, 0.45, at("behaviour.bond_damage"), HALF),
    Range("bond of a kept promise", 0.01, 0.04, at("behaviour.promise_bond"), TWICE),
    Range("speed of reputation", 0.05, 0.2, at("behaviour.reputation_speed"), TWICE),
    Range("turnover of buyers", 0.002, 0.01, at("market.turnover"), "assumption: 2% to 11% a year"),
    Range("discount rate", 0.05, 0.15, at("market.discount_rate"), "assumption: usual costs of capital"),
    Range("switching cost, lost-for-good", 25, 60, median("lost_for_good", "switching_cost"), "assumption: 25% to 60% of the price"),
    Range("switching cost, intermediate", 8, 25, median("intermediate", "switching_cost"), "assumption: 8% to 25% of the price"),
    Range("switching cost, always-a-share", 0.5, 4, median("always_a_share", "switching_cost"), "assumption: next to nothing"),
    Range("horizon, lost-for-good", 36, 84, median("lost_for_good", "time_horizon"), "assumption: three to seven years"),
    Range("horizon, intermediate", 12, 27, median("intermediate", "time_horizon"), "assumption: one year to little more than two"),
    Range("orientation, all types", -0.1, 0.1, orientation, "assumption: a tenth more or less than the default"),
    Range("taste", 3, 10, at(*(f"buyers.{kind}.taste_spread" for kind in TYPES)), HALF),
    Range("lost-for-good in place of always-a-share", -0.15, 0.15, committed, "assumption: a quarter to more than half of the market"),
    Range("unit cost", 45, 75, both("unit_cost"), "assumption: margins of 25% to 55%"),
    Range("worth of a unit", 112, 124, both("quality"), "assumption: a third less or more above the price"),
    Range("cost of a contact", 2, 8, both("contact_cost"), TWICE),
    Range("cost of a remedy", 5, 20, both("resolution_cost"), TWICE),
    Range("people's time, times the default", 0.5, 2, peoples_time, TWICE),
)


def hypercube(points: int, seed: int) -> pd.DataFrame:
    """A Latin hypercube over RANGES: a row for each point (from 1), a column for each range, in its own unit."""
    from scipy.stats.qmc import LatinHypercube, scale

    shares = LatinHypercube(len(RANGES), seed=np.random.default_rng([seed, LAYOUT, PURPOSE])).random(points)
    values = scale(shares, [one.low for one in RANGES], [one.high for one in RANGES])
    rounded = [[float(f"{value:.{FIGURES}g}") for value in row] for row in values]
    return pd.DataFrame(rounded, columns=[one.name for one in RANGES], index=pd.RangeIndex(1, points + 1, name="point"))


def under(row: pd.Series, threads: int | None = None) -> Under:
    """What an experiment is played under at a point of the hypercube."""
    scenario, found = load("default"), {}
    for one in RANGES:
        found |= one.settings(scenario, row[one.name])
    return Under(tuple(f"{path}={value}" for path, value in found.items()), threads)
