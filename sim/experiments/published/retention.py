"""F1, the retention model: accounts that stay with constant probability, what they are worth, and what the literature made of it."""
import numpy as np

from sim.core.state import WORTH_PARTS
from sim.experiments.published.agreement import Estimate, estimate, ratio, share
from sim.experiments.published.figure import Figure, Group
from sim.experiments.published.markets import BUYERS, DISCOUNT, MARGIN, OURS, accounts, column, static_market, switching_cost_for
from sim.lifetime import clv, expected_life_shortcut

PERIODS, HELD = 40, 2000
LOGIT = "logit with switching cost; Fader & Hardie 2012"
TIMINGS_SOURCE = "Fader & Hardie 2012; 250 also Gupta, Lehmann & Stuart 2004"
MODELS = {"r 70%, 1 rival": (0.7, 1), "r 90%, 3 rivals": (0.9, 3)}


def retention_model(retention: float, *sets: str, rivals: int = 1):
    """Accounts of ours that stay with constant probability and are lost for good."""
    return static_market(f"{BUYERS}.switching_cost={switching_cost_for(retention, rivals)!r}", f"market.periods={PERIODS}",
                         f"market.buyers={HELD}", "runs=20", *sets, rivals=rivals)


def kept(record) -> tuple[int, int]:
    """(accounts kept, accounts at risk) over all reviews of ours."""
    stock = accounts(record)
    return stock[1:].sum(), stock[:-1].sum()


def discounted_retention(retention: float, first: int, periods: int = PERIODS) -> float:
    """m · Σ (r/(1+d))^t over t = first … periods."""
    t = np.arange(first, periods + 1)
    return MARGIN * ((retention / (1 + DISCOUNT)) ** t).sum()


def worth_held(record) -> float:
    """What an account held at the start came to, in money of the moment before period 1."""
    return record.worth[0, OURS, 0] / WORTH_PARTS / HELD / (1 + DISCOUNT)


def model_markets() -> dict:
    return {name: retention_model(retention, rivals=rivals) for name, (retention, rivals) in MODELS.items()}


def model_figures(records: dict) -> list[Figure]:
    """Kept / at risk = 1 / (1 + rivals · exp(−σ/μ)) whatever the tenure; CLV of an account held = m · Σ_{t ≥ 1} (r/(1+d))^t."""
    found = []
    for name, (retention, _) in MODELS.items():
        stocks = sum(accounts(record) for record in records[name])
        cells = {"retention": (ratio(*np.transpose([kept(record) for record in records[name]])), retention, "share")}
        cells |= {f"retention after {t} reviews": (share(stocks[t + 1], stocks[t]), retention, "share") for t in (0, 4, 9)}
        cells["CLV of accounts held"] = estimate(map(worth_held, records[name])), discounted_retention(retention, 1), "money"
        found += [Figure("retention model (F1)", f"{name}: {what}", mean, exact, LOGIT, unit=unit)
                  for what, (mean, exact, unit) in cells.items()]
    return found


# --- accounts held at the start, period by period ---------------------------------------------------------------------------------

SPAN = 60


def held_market(retention: float, periods: int = SPAN, *sets: str, runs: int = 16):
    """Accounts held at the start that stay with a constant probability; one seller's luck serves every retention rate."""
    return static_market(f"{BUYERS}.switching_cost={switching_cost_for(retention)!r}", f"market.periods={periods}",
                         f"market.buyers={HELD}", f"runs={runs}", *sets)


def lots_held(records: list) -> np.ndarray:
    """Purchases of accounts held at the start, per account: float [run, period]."""
    return np.stack([column(record, "lots") for record in records]) / HELD


def present_value(lots: np.ndarray, discount: float) -> np.ndarray:
    """Σ lots in period t / (1 + d)^t, run by run."""
    return (lots * (1 + discount) ** -np.arange(1, lots.shape[1] + 1)).sum(1)


# --- three timings of CLV, and the shortcut that overstates ------------------------------------------------------------------------

def timing_markets() -> dict:
    return {"new": retention_model(0.8, "market.start=new"), "held": retention_model(0.8, "market.periods=60")}


def timings(records: list) -> dict[str, tuple[Estimate, float]]:
    """By timing of the first margin: what accounts won in period 1 of a new market are worth, and what the formula says, within the
    horizon (beyond it lies a share (r/(1+d))^T of the infinite sum)."""
    won = [column(record, "won_new")[0] for record in records]
    worth = [record.worth[0, OURS, 1] / WORTH_PARTS for record in records]
    beyond = (0.8 / (1 + DISCOUNT)) ** PERIODS
    now = clv(MARGIN, 0.8, DISCOUNT)
    return {
        "first margin now, counted": (ratio(worth, won), now * (1 - beyond)),
        "first margin just received, not counted": (ratio([w - MARGIN * n for w, n in zip(worth, won, strict=True)], won),
                                               clv(MARGIN, 0.8, DISCOUNT, "residual") - now * beyond),
        "first margin at the end of period 1": (ratio([w / (1 + DISCOUNT) for w in worth], won),
                                                  clv(MARGIN, 0.8, DISCOUNT, "end of period") * (1 - beyond))}


PRINTED_TIMINGS = (350.00, 250.00, 312.50)


def timing_figures(records: dict) -> list[Figure]:
    """m = 100, r = 80%, d = 12%."""
    cells = zip(timings(records["new"]).items(), PRINTED_TIMINGS, strict=True)
    found = [Figure("three timings of CLV (m 100, r 80%, d 12%)", what, mean, exact, TIMINGS_SOURCE, printed, 0.005, "money")
             for (what, (mean, exact)), printed in cells]
    shortcut = expected_life_shortcut(MARGIN, 0.8, DISCOUNT)
    true = estimate(MARGIN * present_value(lots_held(records["held"]), DISCOUNT))
    over = Estimate(shortcut / true.mean - 1, shortcut / true.mean**2 * true.standard_error, true.freedom)
    return [*found, Figure("three timings of CLV (m 100, r 80%, d 12%)", "'five years' of annuity, 360.48: too high by", over,
                           shortcut / 250 - 1, "Gupta, Lehmann & Stuart 2004, footnote 2", 0.44, 0.005, "share")]


# --- Berger & Nasr 1998, case 1 -------------------------------------------------------------------------------------------------------

CONTRIBUTION, PROMOTION, RENEWS, YEARLY, YEARS, BERGER_NASR = 260.0, 50.0, 0.75, 0.20, 10, 568.78


def berger_nasr(survivors: np.ndarray) -> np.ndarray:
    """GC Σ_{i=0..n} S_i/(1+d)^i − M Σ_{i=1..n} S_{i−1}/(1+d)^(i−½) from the share S_i that is left after i renewals; [..., 1 + n]."""
    i = np.arange(YEARS + 1)
    gains = CONTRIBUTION * survivors * (1 + YEARLY) ** -i.astype(float)
    spent = PROMOTION * survivors[..., :-1] * (1 + YEARLY) ** -(i[1:] - 0.5)
    return gains.sum(-1) - spent.sum(-1)


def berger_markets() -> dict:
    return {"renewals": retention_model(RENEWS, f"market.periods={YEARS}")}


def berger_figures(records: dict) -> list[Figure]:
    left = np.stack([accounts(record) for record in records["renewals"]]) / HELD
    exact = float(berger_nasr(RENEWS ** np.arange(YEARS + 1.0)))
    return [Figure("promotion and contribution", "GC 260, M 50, r = 75%, d = 20%, ten years", estimate(berger_nasr(left)), exact,
                   "Berger & Nasr 1998, case 1", BERGER_NASR, 0.005, "money")]


GROUPS = (
    Group("retention model (F1)", "accounts stay with constant probability and are lost for good", model_markets, model_figures),
    Group("three timings of CLV", "when the first margin comes", timing_markets, timing_figures),
    Group("promotion and contribution", "Berger & Nasr's first case", berger_markets, berger_figures),
)
