"""Complaints (TARP 1979, 1986): the shares that buy again as inputs, and what follows from them for everybody who had a problem.

The model knows three ends of a problem: silence, a complaint in vain, a solution. What a solution is worth is one number, so a solution
and a fast one are two markets, played on the same luck, half of the problems in each.
"""
import numpy as np
from scipy.special import logit

from sim.core import state as at
from sim.experiments.published.agreement import Estimate, estimate, share
from sim.experiments.published.figure import Figure, Group
from sim.experiments.published.markets import BUYERS, NOISE, OURS, rows_of, static_market
from sim.population import draw_population

# Of those who had a problem, the share who would buy again: silent, complained in vain, satisfied, satisfied fast.
BUY_AGAIN = {"minor": (0.37, 0.46, 0.70, 0.95), "major": (0.09, 0.19, 0.54, 0.82)}
ENDS = ("silent", "complained, not satisfied", "satisfied", "satisfied fast")
SATISFIED, COMPLAIN = 0.4, (0.5, 0.8)
DERIVED = {0.5: 23.8, 0.8: 32.7}                           # major, half of the solutions fast
BUYERS_EACH = 20_000
TARP = "TARP 1979, 1986; Goodman"


def problem_market(loss: str, fast: bool, complain: float):
    """One period in which everybody has a problem and then chooses between us and an equal rival, without any cost of switching. Severity,
    relief and delight are set so that each end of a problem leaves the published share with us; half of what is experienced is learnt."""
    silent, vain, slow, quick = (2 * NOISE * logit(share_of) for share_of in BUY_AGAIN[loss])
    return static_market(
        f"{BUYERS}.time_horizon=1", f"{BUYERS}.voice=1", "behaviour.horizon_scale=0", "behaviour.learning=1", "behaviour.loss_aversion=1",
        "behaviour.bond_value=0", "product.problem_rate=1", "product.complexity=1", f"product.severity={-silent}",
        f"product.complaint_relief={1 - vain / silent}", f"product.delight={quick if fast else slow}", f"levels.basic.openness={complain}",
        f"levels.basic.resolve={SATISFIED}", "levels.basic.detect=0", "levels.basic.prevent=0", "market.periods=1",
        f"market.buyers={BUYERS_EACH}", "runs=4")


def markets() -> dict:
    played = [("minor", COMPLAIN[0]), *(("major", complain) for complain in COMPLAIN)]
    return {(loss, complain, fast): problem_market(loss, fast, complain) for loss, complain in played for fast in (False, True)}


def buyers(records: list) -> tuple[np.ndarray, np.ndarray]:
    """What happened to every buyer of every run (bits of `state.HAPPENED`), and whether it stayed with us."""
    population = draw_population(problem_market("major", False, COMPLAIN[0]))
    happened, supplier = (np.concatenate([rows_of(record, population, row).view(np.int32)[0] for record in records])
                          for row in (at.HAPPENED, at.INCUMBENT))
    return happened, supplier == OURS


def ends(records: list) -> dict[str, Estimate]:
    """The share of buyers who stay with us by how their problem ended."""
    happened, stays = buyers(records)
    complained, solved = (happened & at.COMPLAINED) != 0, (happened & at.RESOLVED) != 0
    groups = {"silent": ~complained, "in vain": complained & ~solved, "solved": solved}
    return {name: share((stays & who).sum(), who.sum()) for name, who in groups.items()}


def everybody(slow: list, fast: list) -> Estimate:
    """The share of all who had a problem that stays, half of the solutions fast: buyer by buyer, as both markets share their luck."""
    return estimate((buyers(slow)[1] + 1.0 * buyers(fast)[1]) / 2)


def derived(loss: str, complain: float) -> float:
    """Of all who had a problem, the share that buys again: half of the solutions fast."""
    silent, vain, slow, fast = BUY_AGAIN[loss]
    return (1 - complain) * silent + complain * ((1 - SATISFIED) * vain + SATISFIED * (slow + fast) / 2)


def figures(records: dict) -> list[Figure]:
    """The eight shares, which were put in, and the two that follow from them, which were not."""
    found, group = [], "complaints (TARP)"
    for loss, published in BUY_AGAIN.items():
        slow, fast = (ends(records[loss, COMPLAIN[0], quick]) for quick in (False, True))
        means = (slow["silent"], slow["in vain"], slow["solved"], fast["solved"])
        found += [Figure(group, f"{loss} loss: buy again, {end}", mean, exact, TARP, exact, 0.02, "share")
                  for end, mean, exact in zip(ENDS, means, published, strict=True)]
    for complain, printed in DERIVED.items():
        both = everybody(records["major", complain, False], records["major", complain, True])
        found.append(Figure(group, f"major loss, {complain:.0%} complain: all who buy again", both, derived("major", complain),
                            f"{TARP}; follows from the eight", printed / 100, 0.0005, "share"))
    return found


GROUPS = (Group("complaints (TARP)", "who buys again after a problem", markets, figures, keep_state=True),)
