"""What a relationship policy decides, as a policy (plain data that a strategy states) and as whole numbers that a search can move.

A policy is a mapping of the focal seller's fields to plain values: `level` (which account gets which), `loyalty_discount`, `listening`,
`relationship_budget`. Every number of a search is whole: rungs of the ladder, steps of five per cent, half per cents, weights.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.scenario.actors import INSTRUMENTS
from sim.scenario.levels import LEVELS, read_plan
from sim.scenario.six_markets import SIX_MARKETS

DECISIONS = ("levels", "targeting", "discount", "listening", "budget")
FIELDS = {
    "levels": "level",
    "targeting": "level",
    "discount": "loyalty_discount",
    "listening": "listening",
    "budget": "relationship_budget",
}
NOTHING = {
    "loyalty_discount": {"per_year": 0.0, "most": 0.0},
    "listening": [],
    "relationship_budget": {"total": 0.0} | dict.fromkeys(SIX_MARKETS, 0.0),
}
TOP = len(LEVELS) - 1
PER_YEAR, MOST, SHARE = 0.005, 0.01, 0.05  # the steps of a discount a year, of its most, and of the share of accounts below a tier
YEARLY_STEPS, SHARE_STEPS, MOST_WEIGHT = 10, 19, 4
TOTALS = 13  # sizes of the budget: from a tenth of its scale to ten times, evenly in the logarithm


@dataclass(frozen=True)
class Space:
    """Every policy that a search may try.

    decisions: which of DECISIONS are made; types: buyer types that have buyers; margins: what accounts bring in a year, before the cost to
    serve, at every whole per cent of accounts (float64 [101], money; empty where all bring the same); most_discount: the largest loyalty
    discount that is tried, share of price; markets: those of the six on which money may be spent; scale: money a period at which a market
    is half built; standing: the decided fields as they are without the search."""

    decisions: tuple[str, ...]
    types: tuple[str, ...]
    margins: tuple[float, ...]
    most_discount: float
    markets: tuple[str, ...]
    scale: float
    standing: dict

    @property
    def fields(self) -> tuple[str, ...]:
        """The seller's fields that policies state."""
        return tuple(dict.fromkeys(FIELDS[name] for name in DECISIONS if name in self.decisions))

    @property
    def targetings(self) -> tuple[str, ...]:
        """In which ways accounts may be told apart."""
        by_type = ("by_type",) * ("levels" in self.decisions and len(self.types) > 1)
        further = (*("by_value",) * bool(self.margins), "segments_of_one") if "targeting" in self.decisions else ()
        return ("uniform", *by_type, *further)

    @property
    def numbers(self) -> dict[str, tuple]:
        """Every number that a search moves: name -> (least, most), or a tuple of words or truths to choose from."""
        level, money = "level" in self.fields, "budget" in self.decisions
        found = {"targeting": self.targetings, "level": (0, TOP)} if level else {}
        if "by_type" in self.targetings:
            found |= {f"level_{name}": (0, TOP) for name in self.types}
        if "by_value" in self.targetings:
            found |= {f"tier_{number}": (0, TOP) for number in (1, 2, 3)} | {f"below_{number}": (1, SHARE_STEPS) for number in (2, 3)}
        if "segments_of_one" in self.targetings:
            found |= {"lowest": (0, TOP), "highest": (0, TOP)}
        if "discount" in self.decisions:
            found |= {"discount": (False, True), "per_year": (1, YEARLY_STEPS), "most": (1, max(round(self.most_discount / MOST), 1))}
        if "listening" in self.decisions:
            found |= {f"listen_{name}": (False, True) for name in INSTRUMENTS}
        if money:
            found |= {"invest": (False, True), "total": (1, TOTALS)} | {f"weight_{name}": (0, MOST_WEIGHT) for name in self.markets}
        return found

    @property
    def size(self) -> int:
        """How many different levels plans there are where nothing but levels by type is decided; else a bound nobody reaches."""
        return len(LEVELS) ** len(self.types) if set(self.targetings) <= {"uniform", "by_type"} and self.fields == ("level",) else 1 << 60

    def policy(self, pick) -> dict:
        """The policy whose numbers `pick` gives: pick(name) -> the value of a number; only those are asked for that matter."""
        found = dict(self.standing)
        if "level" in self.fields:
            found["level"] = self._level(pick)
        if "discount" in self.decisions:
            found["loyalty_discount"] = _discount(pick) if pick("discount") else NOTHING["loyalty_discount"]
        if "listening" in self.decisions:
            found["listening"] = [name for name in INSTRUMENTS if pick(f"listen_{name}")]
        if "budget" in self.decisions:
            found["relationship_budget"] = self._budget(pick) if pick("invest") else NOTHING["relationship_budget"]
        return found

    def _level(self, pick):
        """A level plan; one that comes to a single level is that level."""
        targeting = pick("targeting")
        if targeting == "by_type":
            return self.by_type({name: LEVELS[pick(f"level_{name}")] for name in self.types})
        if targeting == "by_value":
            return self.by_value(
                sorted(pick(f"tier_{number}") for number in (1, 2, 3)), sorted(pick(f"below_{number}") for number in (2, 3))
            )
        if targeting == "segments_of_one":
            low, high = sorted((pick("lowest"), pick("highest")))
            return {"segments_of_one": list(LEVELS[low : high + 1])} if low < high else LEVELS[low]
        return LEVELS[pick("level")]

    def by_type(self, levels: dict[str, str]):
        """The plan that gives each type its level."""
        return next(iter(levels.values())) if len(set(levels.values())) == 1 else levels

    def by_value(self, rungs: list[int], steps: list[int]):
        """The plan whose tiers start at these shares of accounts: rungs of the ladder from below, steps of five per cent between them."""
        starts = [0.0, *(_rounded(self.margins[round(100 * SHARE * step)]) for step in steps)]
        tiers = {}
        for rung, start in zip(rungs, starts, strict=True):
            if not tiers or (start > max(tiers.values()) and LEVELS[rung] not in tiers):
                tiers[LEVELS[rung]] = start
        return {"by_value": tiers} if len(tiers) > 1 else next(iter(tiers))

    def _budget(self, pick) -> dict:
        """A budget and its split; weights that are all nought spend nothing."""
        weights = {name: pick(f"weight_{name}") for name in self.markets}
        whole = sum(weights.values())
        if not whole:
            return NOTHING["relationship_budget"]
        total = _rounded(self.scale * 10 ** ((pick("total") - 1 - TOTALS // 2) / (TOTALS // 2)))
        return NOTHING["relationship_budget"] | {"total": total} | {name: weight / whole for name, weight in weights.items()}

    def numbers_of(self, policy: dict) -> dict:
        """The numbers of a policy, the nearest where it lies between them: those that matter to it."""
        asked = {}
        near = self._near(policy)

        def pick(name):
            asked[name] = near[name]
            return near[name]

        self.policy(pick)
        return asked

    def _near(self, policy: dict) -> dict:
        """A value for every number, as near to the policy as they go."""
        near = {name: options[0] for name, options in self.numbers.items()}
        if "level" in self.fields:
            near |= self._near_level(read_plan(policy["level"]))
        discount = policy.get("loyalty_discount", NOTHING["loyalty_discount"])
        near |= {
            "discount": min(discount["per_year"], discount["most"]) > 0,
            "per_year": discount["per_year"] / PER_YEAR,
            "most": discount["most"] / MOST,
        }
        near |= {f"listen_{name}": name in policy.get("listening", ()) for name in INSTRUMENTS}
        near |= self._near_budget(policy.get("relationship_budget", NOTHING["relationship_budget"]))
        return {name: _within(near[name], options) for name, options in self.numbers.items()}

    def _near_level(self, plan) -> dict:
        rungs = [LEVELS.index(level) for level in plan.levels]
        near = {
            "targeting": plan.targeting if plan.targeting in self.targetings else "uniform",
            "level": rungs[0],
            "lowest": rungs[0],
            "highest": rungs[-1],
        }
        near |= {f"level_{name}": LEVELS.index(plan.table.get(name, plan.levels[0])) for name in self.types if plan.targeting == "by_type"}
        if plan.targeting == "by_value" and self.margins:
            tiers = sorted((start, LEVELS.index(level)) for level, start in plan.table.items())
            tiers = [tiers[0]] * (3 - len(tiers[:3])) + tiers[:3]
            steps = [np.searchsorted(self.margins, start) / 100 / SHARE for start, _ in tiers]
            near |= {f"tier_{number}": rung for number, (_, rung) in enumerate(tiers, 1)} | {"below_2": steps[1], "below_3": steps[2]}
        return near

    def _near_budget(self, budget: dict) -> dict:
        largest = max((budget.get(name, 0) for name in self.markets), default=0)
        if not budget["total"] or not largest or not self.scale:
            return {"invest": False, "total": 1} | dict.fromkeys((f"weight_{name}" for name in self.markets), 0)
        total = 1 + TOTALS // 2 * (1 + np.log10(budget["total"] / self.scale))
        return {"invest": True, "total": total} | {f"weight_{name}": MOST_WEIGHT * budget.get(name, 0) / largest for name in self.markets}


def key_of(policy: dict) -> str:
    """One text for one policy."""
    return json.dumps(policy, sort_keys=True)


def unique(policies: Iterable[dict]) -> list[dict]:
    """Each policy once, in order."""
    found: dict[str, dict] = {}
    for one in policies:
        found.setdefault(key_of(one), one)
    return list(found.values())


def _discount(pick) -> dict:
    return {"per_year": round(PER_YEAR * pick("per_year"), 4), "most": round(MOST * pick("most"), 4)}


def _rounded(value: float) -> float:
    """Two significant figures: what people would write."""
    return float(f"{float(value):.2g}")


def _within(value, options: tuple):
    """The value itself of a choice, the nearest whole number within bounds of a number."""
    if isinstance(options[0], str | bool):
        return value
    return int(min(max(round(float(value)), options[0]), options[1]))
