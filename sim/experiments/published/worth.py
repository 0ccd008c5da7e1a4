"""What an account is worth by the retention model: margin multiples, five points of retention, elasticities."""
import numpy as np

from sim.core.state import WORTH_PARTS
from sim.experiments.published.agreement import Estimate, certain, estimate, ratio, scaled
from sim.experiments.published.figure import Figure, Group
from sim.experiments.published.markets import BUYERS, DISCOUNT, MARGIN, OURS, column, static_market, switching_cost_for
from sim.experiments.published.retention import HELD, SPAN, held_market, lots_held, present_value
from sim.lifetime import clv

GUPTA_LEHMANN = "Gupta & Lehmann 2003, 2005"

# --- Gupta & Lehmann: the margin multiple r/(1 + i − r) -----------------------------------------------------------------------------

MULTIPLES = {0.60: (1.20, 1.15, 1.11, 1.07), 0.70: (1.75, 1.67, 1.59, 1.52), 0.80: (2.67, 2.50, 2.35, 2.22), 0.90: (4.50, 4.09, 3.75, 3.46)}
RATES = (0.10, 0.12, 0.14, 0.16)


def multiple(retention: float, rate: float, periods: int = SPAN) -> float:
    """r/(1 + i − r) less what lies past the horizon."""
    return retention / (1 + rate - retention) * (1 - (retention / (1 + rate)) ** periods)


def multiple_markets() -> dict:
    return {retention: held_market(retention) for retention in MULTIPLES}


def multiple_figures(records: dict) -> list[Figure]:
    """Sixteen cells: present value over margin."""
    return [Figure("margin multiples", f"r = {retention:.0%}, i = {rate:.0%}", estimate(present_value(lots_held(records[retention]), rate)),
                   multiple(retention, rate), GUPTA_LEHMANN, printed, 0.0051, "margins")
            for retention, row in MULTIPLES.items() for rate, printed in zip(RATES, row, strict=True)]


# --- Reichheld & Sasser 1990, Reichheld 1996: five points of retention --------------------------------------------------------------

# By retention before: gain in customer value m(1+d)/(1+d−r) − A at d = 10% for A = 0, 1, 2 and 3 margins; None: a loss turns into a gain.
FIVE_POINTS = {0.70: (14.3, 22.4, 52.4, None), 0.80: (20.0, 27.5, 44.0, 110.0), 0.85: (25.0, 32.4, 45.8, 78.6),
               0.90: (33.3, 40.7, 52.4, 73.3)}
FIVE_POINTS_SOURCE = "mechanism of Reichheld & Sasser 1990, Reichheld 1996"
YEARS_AHEAD = 90


def value(retention: float, cost: float, discount: float = 0.10) -> float:
    """m(1+d)/(1+d−r) − A, in margins."""
    return clv(1.0, retention, discount) - cost


def won_market(retention: float, acquisition_cost: float, periods: int = YEARS_AHEAD):
    """Accounts won in period 1 of a new market at a cost in margins, first margin counted, d = 10%."""
    return static_market(f"{BUYERS}.switching_cost={switching_cost_for(retention)!r}", f"market.periods={periods}", "market.start=new",
                         f"market.buyers={HELD}", "market.discount_rate=0.1", "runs=16",
                         f"sellers.ours.acquisition_cost={MARGIN * acquisition_cost}")


def worth_won(records: list) -> np.ndarray:
    """Worth per account won in period 1, run by run, in margins."""
    return np.array([record.worth[0, OURS, 1] / WORTH_PARTS / MARGIN / column(record, "won_new")[0] for record in records])


def five_points_markets() -> dict:
    rates = {round(rate + more, 2) for rate in FIVE_POINTS for more in (0, 0.05)}
    return {(rate, cost): won_market(rate, cost) for rate in sorted(rates) for cost in range(4)}


def five_points_figures(records: dict) -> list[Figure]:
    """The gain in what accounts won are worth, on common luck; where a loss turns into a gain, both values in margins."""
    found = []
    for retention, row in FIVE_POINTS.items():
        for cost, printed in enumerate(row):
            before, after = (worth_won(records[round(retention + more, 2), cost]) for more in (0, 0.05))
            exact = [value(retention + more, cost) for more in (0, 0.05)]
            words = f"r {retention:.0%} → {retention + 0.05:.0%}, A = {cost} margins"
            if printed is None:
                both = zip(("before", "after"), (before, after), exact, strict=True)
                found += [Figure("five points of retention", f"{words}: worth {when}", estimate(values), true, FIVE_POINTS_SOURCE,
                                 unit="margins") for when, values, true in both]
            else:
                gain = scaled(ratio(after, before), 100, 100)
                found.append(Figure("five points of retention", f"{words}: gain", gain, 100 * (exact[1] / exact[0] - 1), FIVE_POINTS_SOURCE,
                                    printed, 0.051 if printed < 100 else 0.5, "%"))
    return found


# --- Gupta, Lehmann & Stuart 2004: elasticities ------------------------------------------------------------------------------------------

ELASTICITIES = {0.70: 2.67, 0.80: 3.50, 0.85: 4.15, 0.95: 6.59}
EACH_WAY = 0.005
GUPTA_LEHMANN_STUART = "Gupta, Lehmann & Stuart 2004"


def far(retention: float) -> int:
    """Periods after which next to nothing is left."""
    return 120 if retention > 0.9 else SPAN


def elasticity_markets() -> dict:
    around = {(rate, way): held_market(rate * (1 + way), far(rate)) for rate in ELASTICITIES for way in (-EACH_WAY, EACH_WAY)}
    return around | {name: homogeneous_market(**change) for name, change in HOMOGENEOUS.items()}


def elasticity_of(low: list, high: list) -> Estimate:
    """d log value / d log r between two markets on common luck, a half per cent each way."""
    below, above = (np.log(present_value(lots_held(records), DISCOUNT)) for records in (low, high))
    return estimate((above - below) / np.log((1 + EACH_WAY) / (1 - EACH_WAY)))


def exact_elasticity(retention: float) -> tuple[float, float]:
    """Of m r/(1+d−r): the derivative (1+d)/(1+d−r), and the same from EACH_WAY within the simulated horizon."""
    low, high = (multiple(retention * (1 + way), DISCOUNT, far(retention)) for way in (-EACH_WAY, EACH_WAY))
    slope = np.log(high / low) / np.log((1 + EACH_WAY) / (1 - EACH_WAY))
    return (1 + DISCOUNT) / (1 + DISCOUNT - retention), float(slope)


HOMOGENEOUS = {"as it is": {}, "unit cost 1": {"unit_cost": 1.0}, "acquisition cost 101": {"cost": 101.0},
               "retention 80.8%": {"retention": 0.808}}


def homogeneous_market(unit_cost: float = 0.0, cost: float = 100.0, retention: float = 0.8):
    """A new market with a margin of 100 less the unit cost and a cost of winning an account."""
    return static_market(f"{BUYERS}.switching_cost={switching_cost_for(retention)!r}", "market.periods=50", "market.start=new",
                         f"market.buyers={HELD}", "runs=4", f"sellers.ours.unit_cost={unit_cost}", f"sellers.ours.acquisition_cost={cost}")


def mean_worth(records: list) -> float:
    """Worth per account won in period 1, over all runs."""
    return sum(record.worth[0, OURS, 1] for record in records) / WORTH_PARTS / sum(column(record, "won_new")[0] for record in records)


def one_per_cent(records: dict) -> dict[str, float]:
    """Per cent more value for a per cent more margin, acquisition cost and retention."""
    base = mean_worth(records["as it is"])
    return {"margin": (mean_worth(records["unit cost 1"]) / base - 1) / -0.01,
            "acquisition cost": (mean_worth(records["acquisition cost 101"]) / base - 1) / 0.01,
            "retention": (mean_worth(records["retention 80.8%"]) / base - 1) / 0.01}


def elasticity_figures(records: dict) -> list[Figure]:
    found = []
    for retention, printed in ELASTICITIES.items():
        mean = elasticity_of(records[retention, -EACH_WAY], records[retention, EACH_WAY])
        found.append(Figure("elasticities", f"of value to retention, r = {retention:.0%}, d = 12%", mean, exact_elasticity(retention)[1],
                            GUPTA_LEHMANN_STUART, printed, 0.0051, "% per %"))
    by = one_per_cent(records)
    both = certain(by["margin"] + by["acquisition cost"])
    return [*found, Figure("elasticities", "margin and acquisition cost together", both, 1.0, GUPTA_LEHMANN_STUART, 1.0, 0.02, "% per %")]


GROUPS = (
    Group("margin multiples", "what an account is worth in margins", multiple_markets, multiple_figures),
    Group("five points of retention", "what five points more are worth", five_points_markets, five_points_figures),
    Group("elasticities", "what a per cent more is worth", elasticity_markets, elasticity_figures),
)
