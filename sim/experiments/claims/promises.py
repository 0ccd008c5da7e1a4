"""C6  Promising more than is delivered wins buyers at first and loses value in the end where buyers are relational."""
from collections.abc import Sequence

import numpy as np

from sim.experiments.claims.contrasts import Contrast, contrast
from sim.experiments.claims.markets import AS_SHIPPED, NETWORKS, TYPES, YEAR, Under, per_buyer_of_type, play, profit

PROMISES = {"over_by_tenth": 1.1, "over_by_three_tenths": 1.3}      # strategy: promised over delivered value
STRATEGIES = {"honest": "ours: {level: reactive}"} | {name: f"ours: {{level: reactive, promise: {by}}}" for name, by in PROMISES.items()}
# Buyers alike but for two things: how readily they bond (θ) and how far ahead they look (h, and with it ω). The numbers are the catalogue's
# of lost-for-good and of always-a-share buyers; all else is the intermediate buyer's.
MIXES = {
    "relational": ("{beta: {a: 7, b: 3}}", "{lognormal: {median: 60, spread: 0.3}}"),
    "transactional": ("{beta: {a: 2, b: 8}}", "2"),
}
FRESH = ("market.start=new", "market.burn_in=0")          # nobody has a supplier: first purchases are there to be won


def mix_of(name: str) -> list[str]:
    """Settings for a market of relational or of transactional buyers alone."""
    orientation, horizon = MIXES[name]
    return ["buyers.lost_for_good.share=0", "buyers.intermediate.share=1", "buyers.always_a_share.share=0",
            f"buyers.intermediate.relationship_orientation={orientation}", f"buyers.intermediate.time_horizon={horizon}"]


def over_promising(buyers: int = 3000, periods: int = 120, runs: int = 20, networks: Sequence[str] = NETWORKS,
                   under: Under = AS_SHIPPED) -> list[Contrast]:
    """C6 in a new market of relational buyers beside one of transactional buyers; then in the default market, new and running.

    First year: over-promising over honest. Whole horizon: honest over over-promising. Both EUR per buyer, discounted. Where buyers hear
    each other, also what is lost over what is lost where none does: whether word of mouth makes over-promising cost more."""
    found, silent, size = [], {}, {"buyers": buyers, "periods": periods, "runs": runs, "under": under}
    for network in networks:
        heard, lost = f"word_of_mouth.network={network}", {}
        played = {mix: play(STRATEGIES, *FRESH, *mix_of(mix), heard, **size) for mix in MIXES}
        for mix in MIXES:
            lost[mix] = compared(found, f"{network}, new, {mix} buyers", played[mix])
        usual = profit(played["relational"], "honest").sum((1, 2)).mean()
        found += [contrast("C6", f"{network}, new, {name}: lost with relational over transactional buyers",
                           lost["relational"][name] - lost["transactional"][name], usual) for name in PROMISES]
        for start, settings in (("new", FRESH), ("running", ())):
            case, market = f"{network}, {start}, default market", play(STRATEGIES, *settings, heard, **size)
            lost = compared(found, case, market)
            found += by_type(case, market) if network in ("none", "small_world") else []
            silent.setdefault(start, lost)
            found += [contrast("C6", f"{case}, {name}: lost over what is lost where nobody is heard", lost[name] - silent[start][name])
                      for name in PROMISES if network != "none"]
    return found


def compared(found: list[Contrast], case: str, played) -> dict[str, np.ndarray]:
    """Adds the contrasts of the first year and of the whole horizon; what is lost over the whole, by strategy: [run]."""
    lost, honest = {}, profit(played, "honest").sum(2)
    first, whole = honest[:, :YEAR].sum(1).mean(), honest.sum(1).mean()
    for name in PROMISES:
        more = profit(played, name).sum(2) - honest
        lost[name] = -more.sum(1)
        found.append(contrast("C6", f"{case}, {name}: first year, over-promising over honest", more[:, :YEAR].sum(1), first))
        found.append(contrast("C6", f"{case}, {name}: whole horizon, honest over over-promising", lost[name], whole))
    return lost


def by_type(case: str, played) -> list[Contrast]:
    """The whole horizon for each of Jackson's types, EUR per buyer of the type."""
    honest = per_buyer_of_type(played, profit(played, "honest").sum(1))
    return [contrast("C6", f"{case}, {name}: whole horizon, honest over over-promising, {kind}", less, usual)
            for name in PROMISES
            for kind, usual, less in zip(TYPES, honest.mean(0), (honest - per_buyer_of_type(played, profit(played, name).sum(1))).T,
                                         strict=True)]
