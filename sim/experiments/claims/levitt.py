"""C3  Levitt: the best level rises with the complexity of the product and with the length of its purchase cycle."""
from collections.abc import Sequence

import numpy as np

from sim.experiments.claims.contrasts import GAIN, Contrast, contrast
from sim.experiments.claims.markets import ACCOUNTS, AS_SHIPPED, BY_LEVEL, YEAR, Under, median_volume, npv, play
from sim.money import accounts_by_level, ledger, total
from sim.runs import Runs
from sim.scenario.levels import LEVELS

COMPLEXITIES = (0.5, 1, 2)                       # times the default rate of problems
CYCLES = (1, 3, 12)                              # months between two orders; what is bought in a year stays what it is
QUARTER = 3
RUNGS = len(LEVELS) - 1


def complexity_and_cycle(buyers: int = 2000, periods: int = 120, runs: int = 20, accounts: Sequence[str] = tuple(ACCOUNTS),
                         complexities: Sequence[float] = COMPLEXITIES, cycles: Sequence[float] = CYCLES,
                         under: Under = AS_SHIPPED) -> list[Contrast]:
    """C3: in a grid of complexity and purchase cycle, the best uniform level of each run in rungs, and what partnership earns over basic,
    EUR per buyer. A contrast compares the ends of one with the other averaged over; a longer cycle means larger orders, as many units a
    year, so that nothing but the time between two reviews is different."""
    found, size = [], {"buyers": buyers, "periods": periods, "runs": runs, "under": under}
    for account in accounts:
        best, gap, earned = {}, {}, []
        for complexity in complexities:
            for cycle in cycles:
                product = [f"product.complexity={complexity:g}", f"product.purchase_cycle={cycle:g}"]
                played = play(BY_LEVEL, *product, *median_volume(ACCOUNTS[account] / QUARTER * cycle), **size)
                profits = np.stack([npv(played, level) for level in LEVELS], 1)
                best[complexity, cycle], gap[complexity, cycle] = profits.argmax(1), profits[:, -1] - profits[:, 0]
                earned.append(profits[:, 0].mean())
                rung = int(profits.mean(0).argmax())
                case = f"{account} accounts, complexity {complexity:g}, cycle {cycle:g} months"
                found += lost_by_incident(case, played) if account == accounts[0] else []      # what is ordered bears on no choice
                found += [contrast(GAIN, f"{case}: partnership over basic", gap[complexity, cycle], earned[-1]),
                          Contrast(GAIN, f"{case}: rung of the best level ({LEVELS[rung]})", rung, rung, rung, RUNGS)]
        for what, values, standard in (("rungs of the best level", best, RUNGS), ("gap partnership over basic", gap, np.mean(earned))):
            found += ends(f"{account} accounts: {what}", values, complexities, cycles, float(standard))
    return found


def lost_by_incident(case: str, played: Runs) -> list[Contrast]:
    """How many of a hundred accounts basic service loses in a year by an incident, by type."""
    flows = ledger(played, "basic")[..., 0, :]
    held, lost = accounts_by_level(flows).sum(-1)[:, :-1].sum(1), total(flows, "lost_incident")[:, 1:].sum(1)
    return [contrast(GAIN, f"{case}: {kind} lost in a year by an incident, of 100 (basic)", 100 * YEAR * lost[:, k] / held[:, k])
            for k, kind in enumerate(played.scenario.buyers)]


def ends(case: str, values: dict, complexities: Sequence[float], cycles: Sequence[float], standard: float) -> list[Contrast]:
    """High over low complexity and long over short cycle, the other averaged over; values: [run] by (complexity, cycle)."""
    complexity = np.mean([values[complexities[-1], cycle] - values[complexities[0], cycle] for cycle in cycles], 0)
    cycle = np.mean([values[one, cycles[-1]] - values[one, cycles[0]] for one in complexities], 0)
    return [contrast("C3", f"{case}, complexity {complexities[-1]:g} over {complexities[0]:g}", complexity, standard),
            contrast("C3", f"{case}, cycle {cycles[-1]:g} over {cycles[0]:g} months", cycle, standard)]
