"""C1  Jackson: relationship levels gain more from lost-for-good and intermediate buyers than from always-a-share ones."""
import numpy as np

from sim.experiments.claims.contrasts import GAIN, Contrast, contrast
from sim.experiments.claims.markets import ACCOUNTS, AS_SHIPPED, BY_LEVEL, Under, median_volume, npv, npv_by_type, play
from sim.scenario.levels import LEVELS


def jackson(buyers: int = 3000, periods: int = 120, runs: int = 20, under: Under = AS_SHIPPED) -> list[Contrast]:
    """C1: a level above basic gains more per buyer from lost-for-good and from intermediate buyers than from always-a-share ones, EUR per
    buyer of the type; then the mean of the four levels. The gains themselves are listed as well ('gain'), type by type."""
    found = []
    for account, units in ACCOUNTS.items():
        played = play(BY_LEVEL, *median_volume(units), buyers=buyers, periods=periods, runs=runs, under=under)
        basic, earned = npv_by_type(played, "basic"), float(npv(played, "basic").mean())
        gains = {level: npv_by_type(played, level) - basic for level in LEVELS[1:]}
        for level, gain in gains.items():
            found += [contrast(GAIN, f"{account} accounts, {level}: {kind} ({100 * g.mean() / basic[:, k].mean():+.0f}%)", g, earned)
                      for k, (kind, g) in enumerate(zip(played.scenario.buyers, gain.T, strict=True))]
            found += over_always_a_share(f"{account} accounts, {level}", played, gain, earned)
        found += over_always_a_share(f"{account} accounts, mean of the levels", played, np.mean(list(gains.values()), 0), earned)
    return found


def over_always_a_share(case: str, played, gain: np.ndarray, earned: float) -> list[Contrast]:
    """gain: [run, type]."""
    kinds = dict(zip(played.scenario.buyers, gain.T, strict=True))
    return [contrast("C1", f"{case}: {kind} over always_a_share", kinds[kind] - kinds["always_a_share"], earned)
            for kind in ("lost_for_good", "intermediate")]
