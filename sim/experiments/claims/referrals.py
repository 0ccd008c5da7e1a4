"""C8  Satisfied accounts lower the cost of acquisition; referred buyers are worth more, and stay longer while their referrer does."""
import numpy as np

from sim.experiments.claims.contrasts import Contrast, contrast
from sim.experiments.claims.markets import AS_SHIPPED, CARE, TYPES, Under, market, play, watched_runs
from sim.experiments.claims.watched import GONE, OWN, PER_YEAR, STAYS, Watched, hazard_ratio
from sim.lifetime import matched_worth
from sim.measures import cost_to_win
from sim.scenario import load
from sim.tables import channel_table, period_table

HEARD = "word_of_mouth.network=small_world"
WINNING_COSTS = "sellers.ours.acquisition_cost=100"     # assumption: the price of a unit; the default is nought, and says nothing here
SELLING = {
    "basic": "ours: {level: basic}", "reactive": "ours: {level: reactive}", "care": f"ours: {{level: {CARE}}}",
    "rewarded": "ours: {level: reactive, referral_reward: 25}",           # Schmitt, Skiera & Van den Bulte 2011: 25 EUR
    "invested": "ours: {level: reactive, relationship_budget: {total: TOTAL, referral: 1}}",
}
# Every seller rewards alike, and winning an account costs the same whichever way, so that worth differs by what accounts do alone.
BANK = [f"sellers.{seller}.{what}=25" for seller in ("ours", "rivals") for what in ("acquisition_cost", "referral_reward")]
PUBLISHED = 16                                   # %: how much more referred customers are worth (Schmitt, Skiera & Van den Bulte 2011)
PATIENT = 2                                      # types that stay long enough: always-a-share accounts come and go within a period


def cost_of_winning(buyers: int = 3000, periods: int = 120, runs: int = 20, under: Under = AS_SHIPPED) -> list[Contrast]:
    """C8a: what winning an account costs, all channels and the referral budget together, EUR: basic service over care, and reactive over
    reactive with a reward, or with half a EUR a buyer and month in the referral market."""
    plans = {name: plan.replace("TOTAL", str(0.5 * buyers)) for name, plan in SELLING.items()}
    flows = period_table(play(plans, HEARD, WINNING_COSTS, buyers=buyers, periods=periods, runs=runs, under=under))
    ours = flows[flows.seller == "ours"]
    costs = cost_to_win(ours, ("strategy", "buyer_type", "run")).unstack("run")
    pairs = [("basic", "care"), ("basic", "reactive"), ("reactive", "rewarded")]
    found = []
    for one, other in pairs:
        for kind in TYPES:
            usual, then = (costs.loc[name, kind].to_numpy() for name in (one, other))
            case = f"cost of an account won, {kind}: {one} ({usual.mean():.0f} EUR) over {other}"
            found.append(contrast("C8a", case, usual - then, usual.mean()))
    whole = cost_to_win(ours, ("strategy", "run")).unstack("run")       # a budget belongs to no account, and to no type
    return [*found, contrast("C8a", f"cost of an account won, all types: reactive ({whole.loc['reactive'].mean():.0f} EUR) over invested",
                             whole.loc["reactive"].to_numpy() - whole.loc["invested"].to_numpy())]


def in_the_default_market(buyers: int = 6000, periods: int = 120, runs: int = 100, under: Under = AS_SHIPPED) -> list[Contrast]:
    """C8b and C8c in the default market with a small world, all sellers reactive."""
    plain = market({"reactive": "ours: {level: reactive}"}, HEARD, buyers=buyers, periods=periods, under=under)
    return referred_and_others("default market", plain, runs, under)


def in_a_bank(buyers: int = 6000, periods: int = 48, runs: int = 100, under: Under = AS_SHIPPED) -> list[Contrast]:
    """C8b and C8c where few problems hurt bonds: accounts with a bank (`scenarios/bank_referrals.yaml`), all rewarding alike."""
    scenario = load("bank_referrals", [*BANK, f"market.buyers={buyers}", f"market.periods={periods}"])
    return referred_and_others("bank", scenario, runs, under)


def referred_and_others(name: str, scenario, runs: int, under: Under = AS_SHIPPED) -> list[Contrast]:
    """All sellers of a market taken together, by buyer type, under the baseline.

    C8b: by how much the worth of referred accounts lies above that of others of the same type, cohort (a year) and origin (a newcomer to
    the market, or one who left another seller), %; cohorts with three years to go at least. C8c: by how much their hazard lies below that
    of others of the same type, tenure and origin, %: 100 · (1 − the hazard ratio of Mantel & Haenszel), turnover left out."""
    year = PER_YEAR[scenario.market.period]
    last = max(scenario.market.periods - 3 * year, year)
    plain, worth, margins, alike, hazards = [], [], [], [], []
    for played in watched_runs(scenario, [scenario.baseline], runs, under):
        channels, seen = channel_table(played), Watched(played)
        plain.append(matched_worth(channels[channels.cohort <= last], ("buyer_type",), window=year).ratio.reindex(TYPES))
        worth.append(seen.worth_ratios(last))
        margins.append(seen.margins())
        alike.append(seen.hazards(by_origin=False))
        hazards.append(seen.hazards(by_origin=True))
    return [*ratios("C8b", f"{name}: worth (%), referred over others of type and cohort", np.array(plain)),
            *ratios("C8b", f"{name}: worth (%), referred over others of type and cohort, beyond {PUBLISHED}%", np.array(plain), PUBLISHED),
            *ratios("C8b", f"{name}: worth (%), referred over others of type, cohort and origin", np.array(worth)),
            *ratios("gain", f"{name}: margin in the first year (%), referred over own search", np.array(margins)[..., 0]),
            *ratios("gain", f"{name}: margin from the third year on (%), referred over own search", np.array(margins)[..., 1]),
            *hazard_contrasts(f"{name}: hazard lower by (%)", np.array(hazards), np.array(alike))]


def ratios(claim: str, case: str, found: np.ndarray, beyond: float = 0) -> list[Contrast]:
    """found: [run, type]; a run in which nothing compares is left out."""
    return [contrast(claim, f"{case}: {kind}", 100 * (values[np.isfinite(values)] - 1) - beyond)
            for kind, values in zip(TYPES[:PATIENT], found.T[:PATIENT], strict=True)]


def hazard_contrasts(case: str, counts: np.ndarray, origins_mixed: np.ndarray) -> list[Contrast]:
    """counts: [run, type, group, stratum, (at risk, lost)], and the same in strata of tenure alone."""
    found = []
    for k, kind in enumerate(TYPES):
        groups, mixed = grouped(counts[:, k]), grouped(origins_mixed[:, k])
        found.append(lower("gain", f"{case}, referred than own search, origins mixed: {kind}", mixed["referred"], mixed["own search"]))
        found += [lower("C8c", f"{case}, {one} than {other}: {kind}", groups[one], groups[other]) for one, other in (
            ("referred", "own search"), ("referrer an account", "own search"), ("referrer gone", "own search"),
            ("referrer an account", "referrer gone"))]
    return found


def grouped(counts: np.ndarray) -> dict[str, np.ndarray]:
    """counts: [run, group, stratum, 2]."""
    return {"referred": counts[:, [STAYS, GONE]].sum(1), "referrer an account": counts[:, STAYS], "referrer gone": counts[:, GONE],
            "own search": counts[:, OWN]}


def lower(claim: str, case: str, one: np.ndarray, other: np.ndarray) -> Contrast:
    """By how much one hazard lies below another, %."""
    found = [100 * (1 - hazard_ratio(a, b)) for a, b in zip(one, other, strict=True)]
    return contrast(claim, case, [value for value in found if np.isfinite(value)])
