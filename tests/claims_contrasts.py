"""Textbook claims C1, C2 and C4 as contrasts on common random numbers, with the one set of defaults: python -m tests.claims_contrasts

Each contrast is a difference in profit between two strategies that meet the same buyers with the same luck; its interval is Student's
over runs. A claim holds where the interval lies on the claim's side of nought, fails where it lies on the other, else it is undecided.
"""
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sim.intervals import interval
from sim.money import discounting, money, type_shares
from sim.runs import Runs, simulate
from sim.scenario import Scenario, load
from sim.scenario.levels import LEVELS

ACCOUNTS = {"small": 12, "large": 90}          # units an occasion (quarterly): the catalogue's median, and thirty units a month


class Contrast(NamedTuple):
    """One comparison: what is claimed to be above nought: money per buyer, in C2 a share of profit."""
    claim: str
    case: str
    mean: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """What the interval says of the claim."""
        return "holds" if self.low > 0 else "fails" if self.high < 0 else "undecided"


def contrast(claim: str, case: str, differences: Sequence[float]) -> Contrast:
    """The contrast of paired differences, one a run."""
    found = interval(np.asarray(differences, float))
    return Contrast(claim, case, float(found.mean), float(found.low), float(found.high))


def market(account: str, *sets: str, buyers: int, periods: int, runs: int) -> Scenario:
    """The default market with accounts of a size, and one strategy for each level, uniform over all accounts of ours."""
    volume = [f"buyers.{kind}.volume={{lognormal: {{median: {ACCOUNTS[account]}, spread: 0.6}}}}"
              for kind in ("lost_for_good", "intermediate", "always_a_share")]
    levels = [f"strategies.{level}={{ours: {{level: {level}}}}}" for level in LEVELS]
    return load("default", sets=[*volume, *levels, f"market.buyers={buyers}", f"market.periods={periods}", f"runs={runs}", *sets])


def npv_by_type(runs: Runs, strategy: str) -> np.ndarray:
    """Our discounted profit per buyer of each type: float [run, type]."""
    profit = money(runs, strategy)["profit"][..., list(runs.scenario.sellers).index("ours")]
    return np.einsum("rpk,p->rk", profit, discounting(runs.scenario)) / (type_shares(runs.scenario) * runs.scenario.market.buyers)


# --- C1  Jackson ------------------------------------------------------------------------------------------------------------------

def jackson(buyers: int = 3000, periods: int = 120, runs: int = 20) -> list[Contrast]:
    """C1: a level above basic gains more per buyer from lost-for-good and from intermediate buyers than from always-a-share ones.
    The gains themselves are listed as well ('gain'), type by type."""
    found = []
    for account in ACCOUNTS:
        played = simulate(market(account, buyers=buyers, periods=periods, runs=runs), LEVELS)
        basic = npv_by_type(played, "basic")
        for level in LEVELS[1:]:
            gain = npv_by_type(played, level) - basic
            kinds = dict(zip(played.scenario.buyers, gain.T, strict=True))
            case = f"{account} accounts, {level}"
            found += [contrast("gain", f"{case}: {kind} ({100 * g.mean() / basic[:, k].mean():+.0f}%)", g)
                      for k, (kind, g) in enumerate(kinds.items())]
            found += [contrast("C1", f"{case}: {kind} over always_a_share", kinds[kind] - kinds["always_a_share"])
                      for kind in ("lost_for_good", "intermediate")]
    return found


# --- C2  Kotler -------------------------------------------------------------------------------------------------------------------

COUNTS, MARGINS = ("few", "medium", "many"), ("high", "medium", "low")
UNIT_COSTS = {"high": 30, "medium": 60, "low": 85}               # margins of 70%, 40% and 15% of the price
# Readings of 'number of customers'. `demand`: the market's demand is the same, split over four times as many buyers at each step, so that
# accounts get smaller; `decades`: the same in steps of ten. `people`: all accounts are large, but the same people serve them, ten
# managers who each carry so many accounts at a level.
BUYERS = {"demand": {"few": 200, "medium": 800, "many": 3200}, "decades": {"few": 100, "medium": 1000, "many": 10_000},
          "people": {"few": 200, "medium": 800, "many": 3200}}
MEDIAN_VOLUME = {"demand": {"few": 192, "medium": 48, "many": 12}, "decades": {"few": 240, "medium": 24, "many": 2.4},
                 "people": {"few": 90, "medium": 90, "many": 90}}
CARRIED = "sellers.ours.capacity={partnership: 100, proactive: 300, accountable: 900, reactive: 2700}"
# Kotler's own table (1992; seven of the nine cells from memory), as rungs of the ladder.
KOTLER = {(count, margin): 4 - i - j for i, count in enumerate(COUNTS) for j, margin in enumerate(MARGINS)}


def kotler_profits(reading: str, count: str, periods: int, runs: int, scale: float = 1.0) -> dict[str, np.ndarray]:
    """Our NPV by margin: float [run, level]. A margin moves our unit cost and nothing else, so one market serves all three."""
    volume = [f"buyers.{kind}.volume={{lognormal: {{median: {MEDIAN_VOLUME[reading][count]}, spread: 0.6}}}}"
              for kind in ("lost_for_good", "intermediate", "always_a_share")]
    scenario = market("large", *volume, *([CARRIED] if reading == "people" else []), buyers=int(BUYERS[reading][count] * scale),
                      periods=periods, runs=runs)
    played = simulate(scenario, LEVELS)
    profits, units = [], []
    for level in LEVELS:
        of = money(played, level)
        profits.append(of["profit"][..., 0].sum(2) @ discounting(scenario))
        units.append(of["units"][..., 0].sum(2) @ discounting(scenario))
    usual = scenario.sellers["ours"].unit_cost
    return {margin: np.stack([p + u * (usual - UNIT_COSTS[margin]) for p, u in zip(profits, units, strict=True)], 1) for margin in MARGINS}


def kotler(reading: str, periods: int = 120, runs: int = 20, scale: float = 1.0) -> tuple[dict, list[Contrast]]:
    """C2: the best uniform level in each of the nine cells, and contrasts between neighbouring cells.

    A contrast takes the best level of the cell where the claim expects more (fewer customers, higher margin) and of its neighbour, and
    asks whether going from the lower to the higher of them gains more there than here, per unit sold at basic: 0 where both cells agree."""
    cells = {(count, margin): profit for count in COUNTS for margin, profit in kotler_profits(reading, count, periods, runs, scale).items()}
    best = {cell: int(profit.mean(0).argmax()) for cell, profit in cells.items()}
    found = []
    for more, less in neighbours():
        case = f"{reading}: {'/'.join(more)} {LEVELS[best[more]]} over {'/'.join(less)} {LEVELS[best[less]]}"
        if best[more] == best[less]:
            continue                                             # monotone, and nothing to tell apart
        low, high = sorted((best[more], best[less]))
        relative = [cells[cell][:, high] / cells[cell][:, low] - 1 for cell in (more, less)]
        found.append(contrast("C2", case, relative[0] - relative[1]))
    return best, found + corners(reading, cells)


def corners(reading: str, cells: dict) -> list[Contrast]:
    """The table's two sure cells: partnership is best for few customers at a high margin, basic or reactive for many at a low one.
    Each against the best of the other levels, as a share of what basic earns there."""
    found = []
    for cell, claimed in ((("few", "high"), [4]), (("many", "low"), [0, 1])):
        profit = cells[cell] / cells[cell][:, :1].mean()
        others = [level for level in range(5) if level not in claimed]
        one, other = (max(levels, key=lambda level: profit[:, level].mean()) for levels in (claimed, others))
        case = f"{reading}: corner {'/'.join(cell)}: {LEVELS[one]} over {LEVELS[other]}"
        found.append(contrast("C2", case, profit[:, one] - profit[:, other]))
    return found


def monotone(best: dict) -> list[str]:
    """The neighbouring cells in which the best level rises with customers or falls with margin, against the claim."""
    return [f"{'/'.join(more)} below {'/'.join(less)}" for more, less in neighbours() if best[more] < best[less]]


def neighbours() -> list[tuple]:
    """(cell where the claim expects more, the next cell): fewer before more customers, higher before lower margin."""
    fewer = [((c, m), (d, m)) for c, d in pairwise(COUNTS) for m in MARGINS]
    return fewer + [((c, m), (c, n)) for m, n in pairwise(MARGINS) for c in COUNTS]


# --- C4  quality first ------------------------------------------------------------------------------------------------------------

def quality_first(buyers: int = 3000, periods: int = 120, runs: int = 20, handicap: float = 15) -> list[Contrast]:
    """C4: a basic seller of par quality earns more per buyer than an inferior one at any level; 'gain' is what a level adds to it."""
    found = []
    for account in ACCOUNTS:
        par = simulate(market(account, buyers=buyers, periods=periods, runs=runs), ["basic"])
        inferior = simulate(market(account, f"sellers.ours.quality={118 - handicap}", buyers=buyers, periods=periods, runs=runs), LEVELS)
        weight = type_shares(par.scenario)
        reference = npv_by_type(par, "basic") @ weight
        bare = npv_by_type(inferior, "basic") @ weight
        for level in LEVELS:
            earned = npv_by_type(inferior, level) @ weight
            case = f"{account} accounts, {level}"
            found.append(contrast("gain", f"{case}: over inferior basic ({100 * (earned / bare - 1).mean():+.0f}%)", earned - bare))
            reached = 100 * (earned / reference).mean()
            found.append(contrast("C4", f"{case}: par basic over inferior {level} (earns {reached:.0f}% of it)", reference - earned))
    return found


def table(contrasts: Sequence[Contrast]) -> str:
    """Contrasts as lines of text."""
    return "\n".join(f"{c.claim:5} {'' if c.claim == 'gain' else c.verdict:10} {c.mean:12.2f}  [{c.low:10.2f}, {c.high:10.2f}]  {c.case}"
                     for c in contrasts)


def main() -> None:
    """Print every contrast."""
    print("C1: gains over basic, NPV per buyer, and their differences\n" + table(jackson()))
    for reading in BUYERS:
        best, contrasts = kotler(reading)
        print(f"\nC2, {reading}: best uniform level\n{'':10}" + "".join(f"{margin + ' margin':>16}" for margin in MARGINS))
        for count in reversed(COUNTS):
            print(f"{count:10}" + "".join(f"{LEVELS[best[count, margin]]:>16}" for margin in MARGINS))
        near = sum(abs(best[cell] - KOTLER[cell]) <= 1 for cell in KOTLER)
        print(f"against monotony: {', '.join(monotone(best)) or 'nothing'}; within a rung of Kotler's table: {near} of 9")
        print(table(contrasts))
    print("\nC4: NPV per buyer\n" + table(quality_first()))


if __name__ == "__main__":
    main()
