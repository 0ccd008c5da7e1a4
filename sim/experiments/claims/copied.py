"""C10  Bonds copied by a rival: the lead from financial bonds is gone first, from social bonds later, from structural ones last."""
import numpy as np

from sim.experiments.claims.contrasts import GAIN, Contrast, contrast, pseudo_values
from sim.experiments.claims.markets import AS_SHIPPED, CARE, YEAR, Under, kept, level_as, market, play, profit
from sim.runs import Runs

# Each bond alone: the service of the reactive level for everybody, and on top of it one thing, with the catalogue's numbers.
BONDS = {
    "financial": "loyalty_discount: {per_year: 0.02, most: 0.1}",        # two per cent a year
    "social": "level: proactive",                                        # proactive's contacts and growth of the bond
    "structural": "level: partnership",                                  # partnership's growth of the tie
}
QUARTER = 3
RELATIONAL = (0, 1)                              # lost-for-good and intermediate buyers: who leaves every month shows no retention


def bonds_alone(under: Under = AS_SHIPPED) -> list[str]:
    """The levels that stand for a social and for a structural bond alone."""
    catalogue = market({"none": "ours: {}"}, buyers=100, periods=1, under=under).levels
    social, structural = catalogue["proactive"], catalogue["partnership"]
    return [*level_as("proactive", "reactive", under, contact_rate=social.contact_rate, social_growth=social.social_growth),
            *level_as("partnership", "reactive", under, tie_growth=structural.tie_growth)]


def plans(copied_at: int) -> dict[str, str]:
    """No bond; each bond with rivals that never have it; each with rivals that have it from a period on; and rivals that give all buyers
    what our accounts' discount amounts to instead."""
    found = {"none": "ours: {level: reactive}"}
    for bond, what in BONDS.items():
        ours = f"ours: {{level: reactive, {what}}}" if "level" not in what else f"ours: {{{what}}}"
        found |= {bond: ours, f"{bond}_copied": f"{ours}, events: [{{at: {copied_at}, rivals: {{{what}}}}}]"}
    price = f"events: [{{at: {copied_at}, rivals: {{price: 94}}}}]"       # three years' tenure: about the mean over accounts
    return found | {"financial_matched": f"{found['financial']}, {price}"}


def bonds_copied(buyers: int = 4000, copied_at: int = 61, periods: int = 132, runs: int = 40,
                 under: Under = AS_SHIPPED) -> list[Contrast]:
    """C10 in the default market, each bond alone, over lost-for-good and intermediate buyers; per thousand accounts and month.

    The lead is our retention less the rivals', over what it is where nobody has the bond; the hold our retention over what it is where
    nobody has the bond, which does not ask what rivals have; what is left of a lead is in % of the lead where nobody copies."""
    names = plans(copied_at)
    played = play(names, *bonds_alone(under), buyers=buyers, periods=periods, runs=runs, under=under)
    lead, hold = leads(played, list(names), YEAR), holds(played, list(names), YEAR)
    before, found = copied_at // YEAR - 1, []
    for bond in BONDS:
        for year in range(before, lead["none"].shape[1]):
            case = f"year {year - before} after the copy" if year > before else "the year before the copy"
            found.append(contrast(GAIN, f"lead of {bond} bonds, {case}", 1000 * lead[f"{bond}_copied"][:, year]))
        held = hold[f"{bond}_copied"][:, before + 1:].mean(1)
        found.append(contrast(GAIN, f"hold of {bond} bonds, all years after the copy", 1000 * held))
    for what, values in (("lead", lead), ("hold", hold)):
        matched = values["financial_matched"][:, before + 1:].mean(1)
        found.append(contrast(GAIN, f"{what} of financial bonds, all years after rivals give everybody as much", 1000 * matched))
    return found + half_lives(played, copied_at) + order(lead, before)


def leads(played: Runs, names: list[str], window: int) -> dict[str, np.ndarray]:
    """Our retention less the rivals', less the same where nobody has a bond (which takes the sellers' luck out): [run, window]."""
    found = {name: kept(played, name, [0], window, RELATIONAL) - kept(played, name, [1, 2, 3], window, RELATIONAL) for name in names}
    return {name: lead - found["none"] for name, lead in found.items()}


def holds(played: Runs, names: list[str], window: int) -> dict[str, np.ndarray]:
    """Our retention over what it is where nobody has a bond: [run, window]."""
    found = {name: kept(played, name, [0], window, RELATIONAL) for name in names}
    return {name: ours - found["none"] for name, ours in found.items()}


def order(lead: dict[str, np.ndarray], before: int) -> list[Contrast]:
    """How much of each lead is left in the first, second and third year after the copy, and which bond keeps more of it."""
    found = []
    for year in (1, 2, 3):
        left = {bond: left_of(lead[f"{bond}_copied"][:, before + year], lead[bond][:, before + year]) for bond in BONDS}
        found += [contrast(GAIN, f"left of the lead of {bond} bonds, year {year} after the copy (%)", values)
                  for bond, values in left.items()]
        found += [contrast("C10", f"year {year} after the copy: {one} keeps more of its lead than {other} does", left[one] - left[other])
                  for one, other in (("social", "financial"), ("structural", "social"), ("structural", "financial"))]
    return found


def left_of(copied: np.ndarray, alone: np.ndarray) -> np.ndarray:
    """100 · mean(copied) / mean(alone), in pseudo-values: [run]."""
    return pseudo_values(lambda means: 100 * means[0] / means[1], [copied, alone])


def half_lives(played: Runs, copied_at: int, resamples: int = 400) -> list[Contrast]:
    """Months after the copy until half of each lead is left, by quarters, with the 95% interval of the bootstrap over runs."""
    names = ["none", *(name for bond in BONDS for name in (bond, f"{bond}_copied"))]
    lead, luck, found = leads(played, names, QUARTER), np.random.default_rng(played.seed), []
    after = (copied_at - 1) // QUARTER
    for bond in BONDS:
        copied, alone = lead[f"{bond}_copied"][:, after:], lead[bond][:, after:]
        drawn = [luck.integers(len(copied), size=len(copied)) for _ in range(resamples)]
        times = [months_to_half(copied[who].mean(0) / alone[who].mean(0)) for who in drawn]
        low, high = np.quantile(times, (0.025, 0.975))
        half = months_to_half(copied.mean(0) / alone.mean(0))
        found.append(Contrast(GAIN, f"months until half of the lead of {bond} bonds is left", half, float(low), float(high)))
    return found


def months_to_half(left: np.ndarray) -> float:
    """When what is left, quarter by quarter, first falls below a half: between the middles of two quarters, from all at the copy."""
    times, shares = np.arange(len(left)) * QUARTER + QUARTER / 2, np.concatenate([[1.0], left])
    below = np.flatnonzero(left < 0.5)
    if not len(below):
        return float(times[-1])
    first, when = below[0], np.concatenate([[0.0], times])
    return float(np.interp(0.5, [shares[first + 1], shares[first]], [when[first + 1], when[first]]))


def plan_copied(buyers: int = 3000, periods: int = 120, runs: int = 20, under: Under = AS_SHIPPED) -> list[Contrast]:
    """What a relationship strategy gains over a transactional one, EUR per buyer, where rivals stand still and where they take over, a year
    later and every year, the level plan of whoever earned most (`copy_level`)."""
    names = {"transactional": "ours: {level: basic}", "relationship": f"ours: {{level: {CARE}}}"}
    found, gain = [], {}
    for answers in ("false", "true"):
        sets = f"sellers.rivals.answers={{copy_level: {answers}}}"
        played = play(names, sets, buyers=buyers, periods=periods, runs=runs, under=under)
        earned = {name: profit(played, name).sum(2) for name in names}
        gain[answers] = earned["relationship"] - earned["transactional"]
    for years, part in (("first two years", slice(2 * YEAR)), ("last two years", slice(-2 * YEAR, None)), ("whole horizon", slice(None))):
        found += [contrast(GAIN, f"relationship over transactional, rivals {what}, {years}", gain[answers][:, part].sum(1))
                  for answers, what in (("false", "stand still"), ("true", "copy who earns most"))]
        found.append(contrast("C10", f"what copying the plan takes away, {years}", (gain["false"] - gain["true"])[:, part].sum(1),
                              gain["false"][:, part].sum(1).mean()))
    return found
