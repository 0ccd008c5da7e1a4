"""C9  Complaints: who stays silent buys again least, who complains in vain more often, who complains and is satisfied most often."""
from collections.abc import Sequence

import numpy as np

from sim.core import state as at
from sim.experiments.claims.contrasts import GAIN, Contrast, contrast
from sim.experiments.claims.markets import AS_SHIPPED, TYPES, Under, market, watched_runs
from sim.experiments.claims.watched import rows_of
from sim.offers import burn_in
from sim.population import buyers_by_type
from sim.runs import Runs
from sim.scenario.levels import LEVELS

NO_PROBLEM, SILENT, IN_VAIN, SATISFIED, FOUND = range(5)
GROUPS = ("no problem", "silent", "complained in vain", "complained and satisfied", "found and mended by the seller")
NEVER = 1 << 30


def buying_again(buyers: int = 3000, periods: int = 96, runs: int = 20, levels: Sequence[str] = LEVELS,
                 under: Under = AS_SHIPPED) -> list[Contrast]:
    """C9 by level and type, all sellers at the level: how many in a hundred buy from the seller again at their next occasion, by what
    became of a problem ('gain'), and the differences between those (points).

    Counted are months of use without a contract that binds at the next occasion and without a second problem before it."""
    found = []
    for level in levels:
        scenario = market({"all": f"ours: {{level: {level}}}, rivals: {{level: {level}}}"}, buyers=buyers, periods=periods, under=under)
        counts = np.array([bought_again(played) for played in watched_runs(scenario, ["all"], runs, under)])
        with np.errstate(invalid="ignore"):
            shares = 100 * counts[..., 1] / counts[..., 0]
        for k, kind in enumerate(TYPES):
            case = f"{level}, {kind}"
            for group, name in enumerate(GROUPS):
                found += known(GAIN, f"{case}: buy again (%), {name}", shares[:, k, group])
            found += known("C9", f"{case}: complained in vain over silent", shares[:, k, IN_VAIN] - shares[:, k, SILENT])
            found += known("C9", f"{case}: complained and satisfied over in vain", shares[:, k, SATISFIED] - shares[:, k, IN_VAIN])
    return found


def known(claim: str, case: str, values: np.ndarray) -> list[Contrast]:
    """The contrast over the runs in which both groups occur; nothing where they occur in fewer than two."""
    values = values[np.isfinite(values)]
    return [contrast(claim, case, values)] if len(values) > 1 else []


def bought_again(runs: Runs) -> np.ndarray:
    """Months of use and how many of them were followed by a purchase from the same seller: [type, group, 2]."""
    scenario, panel = runs.scenario, next(iter(runs.records.values()))[0].panel
    sellers = len(scenario.sellers)
    whole = rows_of(panel, sellers)
    happened, supplier, entered, bound = (whole(name) for name in ("happened", "incumbent", "entered", "agreement"))
    occasion, again = next_occasion(happened), np.arange(panel.shape[1])
    now = np.arange(len(panel)) + burn_in(scenario) - 1                    # the engine counts from 0, burn-in included
    last_purchase = np.stack([(whole(f"history_{s}") >> 16) & 0xFFFF for s in range(sellers)])
    kind, counts = np.repeat(range(len(TYPES)), buyers_by_type(scenario)), np.zeros((len(TYPES), len(GROUPS), 2))
    for period in range(1, len(panel)):
        seller, when = supplier[period - 1], occasion[period]
        group, then = group_of(happened[period]), np.minimum(when, len(panel) - 1)
        counted = ((when < len(panel)) & (group >= 0) & (seller >= 0) & (entered[period] == entered[period - 1])
                   & (entered[then, again] == entered[period]) & (bound[then - 1, again] >> at.CONTRACT_SHIFT <= now[then]))
        buys = last_purchase[np.maximum(seller, 0), then, again] == now[then] + 1
        np.add.at(counts[..., 0], (kind[counted], group[counted]), 1)
        np.add.at(counts[..., 1], (kind[counted], group[counted]), buys[counted])
    return counts


def next_occasion(happened: np.ndarray) -> np.ndarray:
    """The period of a buyer's next purchase occasion, this period's included, as problems come before purchases; NEVER where another
    problem comes first or the record ends: [period, buyer]."""
    found, then = np.full(happened.shape, NEVER), np.full(happened.shape[1], NEVER)
    for period in reversed(range(len(happened))):
        then = np.where((happened[period] & at.OCCASION) != 0, period, then)
        found[period] = then
        then = np.where((happened[period] & at.PROBLEM) != 0, NEVER, then)
    return found


def group_of(happened: np.ndarray) -> np.ndarray:
    """What became of a month of use: one of GROUPS, [buyer]."""
    problem, complained, resolved = ((happened & bit) != 0 for bit in (at.PROBLEM, at.COMPLAINED, at.RESOLVED))
    heard = np.where(resolved, SATISFIED, IN_VAIN)
    return np.where(problem, np.where(complained, heard, np.where(resolved, FOUND, SILENT)), NO_PROBLEM)
