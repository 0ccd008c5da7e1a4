"""C7  Switching costs alone, without care, keep buyers and profits for a while, then the pool of the lost grows."""
from collections.abc import Sequence

from sim.experiments.claims.contrasts import GAIN, Contrast, contrast
from sim.experiments.claims.markets import (
    AS_SHIPPED,
    CARE,
    TYPES,
    YEAR,
    Under,
    per_buyer_of_type,
    play,
    pool_of_the_lost,
    profit,
)

PREMIUM = 0.15                                   # an intermediate buyer's switching cost (the default of `harvest_locked_in`)
STRATEGIES = {"one_price": "ours: {level: basic}", "harvest": f"ours: {{level: basic, premium: {PREMIUM}}}",
              "care": f"ours: {{level: {CARE}}}"}
LATE = 3 * YEAR                                  # the last three years


def harvesting(buyers: int = 3000, periods: int = 240, runs: int = 20, networks: Sequence[str] = ("none", "small_world"),
               under: Under = AS_SHIPPED) -> list[Contrast]:
    """C7 by buyer type, without and with word of mouth: the premium's profit in the first year and in the last three (EUR per buyer of the
    type, discounted to its own year), over the whole horizon, and the pool of the lost (share of the type) against a seller who cares."""
    found = []
    for network in networks:
        played = play(STRATEGIES, f"word_of_mouth.network={network}", buyers=buyers, periods=periods, runs=runs, under=under)
        earned = {name: per_buyer_of_type(played, profit(played, name)) for name in STRATEGIES}
        pool = {name: pool_of_the_lost(played, name) for name in STRATEGIES}
        for k, kind in enumerate(TYPES):
            more = (earned["harvest"] - earned["one_price"])[..., k]
            usual = earned["one_price"][..., k]
            uncared = (earned["one_price"] - earned["care"])[..., k]
            case, lost = f"{network}, {kind}", {name: 100 * stock[..., k] for name, stock in pool.items()}
            found += [
                contrast("C7", f"{case}: first year, harvest over one price", more[:, :YEAR].sum(1), usual[:, :YEAR].sum(1).mean()),
                contrast("C7", f"{case}: last three years, one price over harvest", -more[:, -LATE:].sum(1),
                         usual[:, -LATE:].sum(1).mean()),
                contrast(GAIN, f"{case}: whole horizon, harvest over one price", more.sum(1)),
                contrast(GAIN, f"{case}: whole horizon, one price without care over care", uncared.sum(1))]
            found += [contrast("C7", f"{case}: pool of the lost (%), end over start, {name}", lost[name][:, -1] - lost[name][:, 0])
                      for name in ("one_price", "harvest")]
            found += [contrast("C7", f"{case}: pool of the lost (%) at the end, {name} over care", (lost[name] - lost["care"])[:, -1])
                      for name in ("one_price", "harvest")]
    return found
