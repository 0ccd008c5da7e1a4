"""C5  Reichheld & Sasser: five points more retention lift the value of a customer by 25% to 85%, and by more at high retention."""
import numpy as np

from sim.experiments.claims.contrasts import GAIN, Contrast, contrast, pseudo_values
from sim.experiments.claims.markets import AS_SHIPPED, TYPES, YEAR, Under, market, play
from sim.lifetime import account_worth, clv
from sim.measures import retention_rate
from sim.offers import discount_per_period
from sim.runs import Runs
from sim.tables import cohort_table, period_table

POINTS = 5
AT_LEAST, AT_MOST = 25, 85                       # %, what was published in 1990
PATIENT = TYPES[:2]                              # nobody keeps five always-a-share accounts in a hundred over a year
COHORTS = 36                                     # accounts won in the first three years, which have seventeen left at least
# Two levers that keep accounts: what it takes to leave (for every type and seller), and what a unit of ours is worth.
LEVERS = {"switching cost": (0.5, 1.0, 1.5), "satisfaction": (-8.0, 0.0, 8.0)}     # times the median; EUR per unit more
SELLING = {"basic": "ours: {level: basic}"}


def five_points(buyers: int = 3000, periods: int = 240, runs: int = 20, under: Under = AS_SHIPPED) -> list[Contrast]:
    """C5 by type and lever: by how many per cent the worth of an account won rises for five points of yearly retention.

    A lever moves retention by what it moves it; from worth v to v' at retention r to r' five points amount to (v'/v)^(5/(r' − r)) − 1, of
    means over runs, above the default ('from the default on') and below it ('up to the default'). Worth: all profit to the horizon,
    discounted to the period in which the account was won; retention: a month's, to the power of twelve, turnover counted as loss."""
    found, size = [], {"buyers": buyers, "periods": periods, "runs": runs, "under": under}
    for lever, settings in LEVERS.items():
        seen = [measured(play(SELLING, *moved(lever, setting, under), **size)) for setting in settings]
        lift = {}
        for k, kind in enumerate(PATIENT):
            below, here, above = ({name: values[:, k] for name, values in one.items()} for one in seen)
            lift[kind] = {"up to": lifted(below, here), "from": lifted(here, above)}
            found += of_a_type(f"{lever}, {kind}", here, above, lift[kind], discount_of(under))
        high, low = (lift[kind]["from"] for kind in PATIENT)
        found.append(contrast("C5", f"{lever}: five points lift worth (points of %), lost_for_good over intermediate", high - low))
    return found


def of_a_type(case: str, here: dict, above: dict, lift: dict, discount: float) -> list[Contrast]:
    """What five points did, what the closed form says of the same retention, and how dear winning an account must be for the published
    25%: a cost that is a share a of an account's worth makes the lift of what is left 1/(1 − a) times as large."""
    r = here["retention"].mean()
    value, more = (clv(1, held, discount) for held in (r, min(r + POINTS / 100, 1)))
    formula = 100 * (more / value - 1)
    whole = f"{case}: five points from the default on ({100 * r:.0f}%) lift worth by (%)"
    return [contrast(GAIN, f"{case}: retention in a year (%)", 100 * here["retention"]),
             contrast("C5", whole, lift["from"]), contrast("C5", f"{whole}, beyond {AT_LEAST}%", lift["from"] - AT_LEAST),
             contrast(GAIN, f"{whole}, short of {AT_MOST}%", AT_MOST - lift["from"]),
             contrast(GAIN, f"{case}: five points up to the default lift worth by (%)", lift["up to"]),
             contrast("C5", f"{case}: five points lift worth (points of %), from the default over up to the default",
                      lift["from"] - lift["up to"]),
             Contrast(GAIN, f"{case}: m(1 + d)/(1 + d − r) says (%)", formula, formula, formula),
             contrast(GAIN, f"{case}: what winning an account must cost for {AT_LEAST}% (% of its worth)",
                      100 * (1 - lift["from"] / AT_LEAST))]


def lifted(one: dict, other: dict) -> np.ndarray:
    """By how many per cent five points lift worth, scaled from the step between two settings: Tukey's pseudo-values, one a run."""
    def of(means: list[float]) -> float:
        before, after, low, high = means
        return 100 * ((after / before) ** (POINTS / 100 / (high - low)) - 1)

    return pseudo_values(of, [one["worth"], other["worth"], one["retention"], other["retention"]])


def moved(lever: str, setting: float, under: Under) -> list[str]:
    """The settings of a lever; what it moves is the default under which the experiment is played."""
    plain = market(SELLING, buyers=100, periods=1, under=under)
    if lever == "satisfaction":
        return [f"sellers.ours.quality={plain.sellers['ours'].quality + setting:g}"]
    found = []
    for kind in TYPES:
        median, spread = plain.buyers[kind].switching_cost.numbers
        found.append(f"buyers.{kind}.switching_cost={{lognormal: {{median: {median * setting:g}, spread: {spread:g}}}}}")
    return found


def measured(runs: Runs) -> dict[str, np.ndarray]:
    """Of our accounts: yearly retention and the worth of an account won; each [run, type]."""
    flows, cohorts = period_table(runs), cohort_table(runs)
    flows = flows[(flows.seller == "ours") & (flows.period > 0)]
    cohorts = cohorts[(cohorts.seller == "ours") & cohorts.cohort.between(1, COHORTS)]
    by = ("run", "buyer_type")
    found = {"retention": retention_rate(flows, by) ** YEAR, "worth": account_worth(cohorts, by)}
    return {name: values.unstack("buyer_type")[list(PATIENT)].to_numpy() for name, values in found.items()}


def discount_of(under: Under) -> float:
    """The discount rate of a year."""
    return (1 + discount_per_period(market(SELLING, buyers=100, periods=1, under=under))) ** YEAR - 1
