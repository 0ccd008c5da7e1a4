"""C4  No relationship programme makes up for inferior base quality."""
from sim.experiments.claims.contrasts import GAIN, Contrast, contrast
from sim.experiments.claims.markets import ACCOUNTS, AS_SHIPPED, BY_LEVEL, Under, market, median_volume, npv, play
from sim.scenario.levels import LEVELS


def quality_first(buyers: int = 3000, periods: int = 120, runs: int = 20, handicap: float = 15,
                  under: Under = AS_SHIPPED) -> list[Contrast]:
    """C4: a basic seller of par quality earns more per buyer than one whose units are worth `handicap` less, at any level; then than that
    one at its best level. 'gain' is what a level adds to the inferior seller. EUR per buyer."""
    found, size = [], {"buyers": buyers, "periods": periods, "runs": runs}
    par_quality = market(BY_LEVEL, buyers=buyers, periods=periods, under=under).sellers["ours"].quality
    for account, units in ACCOUNTS.items():
        volume = median_volume(units)
        reference = npv(play({"basic": BY_LEVEL["basic"]}, *volume, under=under, **size), "basic")
        inferior = play(BY_LEVEL, *volume, f"sellers.ours.quality={par_quality - handicap:g}", under=under, **size)
        earned = {level: npv(inferior, level) for level in LEVELS}
        bare, par = earned["basic"], float(reference.mean())
        for level, of in earned.items():
            case = f"{account} accounts, {level}"
            found.append(contrast(GAIN, f"{case}: over inferior basic ({100 * (of / bare - 1).mean():+.0f}%)", of - bare, par))
            reached = 100 * (of / reference).mean()
            found.append(contrast("C4", f"{case}: par basic over inferior {level} (earns {reached:.0f}% of it)", reference - of, par))
        best = max(LEVELS, key=lambda level: earned[level].mean())
        found.append(contrast("C4", f"{account} accounts, best level: par basic over inferior {best}", reference - earned[best], par))
    return found
