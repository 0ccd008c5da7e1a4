"""The market of a transaction log as a scenario: what is written, and where each number comes from."""

import pandas as pd

from sim.experiments.calibrate.buying import MODELS, SETTLING, Buying
from sim.experiments.calibrate.histories import Histories
from sim.experiments.calibrate.writing import (
    COST,
    MOST_BUYERS,
    comment,
    nobody_else,
    quiet_behaviour,
    quiet_product,
    quoted,
    said,
    with_interval,
)

LEAST_BUYERS = 1000
MEAN, SHAPE = "purchase_rate.gamma.mean", "purchase_rate.gamma.shape"
MEDIAN, SPREAD = "volume.lognormal.median", "volume.lognormal.spread"
OURS, ELSEWHERE = "sellers.ours.taste_shape", "sellers.elsewhere.taste_shape"


class Numbers:
    """Estimates by the end of their path: as they are written, and as they are spoken of."""

    def __init__(self, estimates: pd.DataFrame):
        self.rows = {row.parameter.rpartition("customers.")[2]: row for row in estimates.itertuples()}

    def __contains__(self, key: str) -> bool:
        return key in self.rows

    def written(self, key: str, otherwise: str) -> str:
        """The number to write; `otherwise` where nothing was estimated."""
        return said(self.rows[key].value, 6) if key in self.rows else otherwise

    def spoken(self, key: str) -> str:
        """The number with its interval, for a comment."""
        row = self.rows[key]
        return with_interval(row.value, row.low, row.high)


def scenario_text(
    source: str, name: str | None, seen: Histories, best: Buying, estimates: pd.DataFrame, price: float, runs: int, seed: int, currency: str
) -> str:
    """The scenario as YAML, commented. price: of a unit, so that a purchase has a number of units that one can read."""
    numbers = Numbers(estimates)
    parts = [
        head(source, name, seen, best, price, currency),
        market(seen, best, currency),
        quiet_product(1 / numbers.rows[MEAN].value),
        comment("An occasion always ends in a purchase, here or elsewhere."),
        "",
        quiet_behaviour(price),
        "",
        customers(numbers, best, seen.unit),
        "",
        sellers(numbers, price, SETTLING if best.settled else 1.0),
        "",
        strategies(price),
        "",
        f"baseline: as_is\nfocal: ours\nruns: {max(runs, 2)}\nseed: {seed}\n",
    ]
    return "\n".join(parts)


def head(source: str, name: str | None, seen: Histories, best: Buying, price: float, currency: str) -> str:
    """What the file is."""
    about = (
        f"Customers of one seller, read from {source} by tenure calibrate: {seen.customers:,} customers, {best.customers:,} of them "
        f"fitted, over the first {seen.split:,} of {seen.periods:,} {seen.unit}s. Numbers marked data were estimated, with 95% intervals "
        f"in brackets; what the log cannot tell is marked assumption. Model: {best.model}. A unit is {said(price)} {currency} of spending."
    )
    return f"""{comment(about)}
schema: 1
name: {quoted(name or f"Customers of {source}")}
teaches: >-
  For whoever owns the log: the customers as they are, and what a discount for loyalty or a lower price would do if the luck in a choice
  is as large as assumed.
"""


def market(seen: Histories, best: Buying, currency: str) -> str:
    """The clock and the size of the market."""
    clock = "periods count from a customer's own first purchase" if seen.entered == "first purchase" else "periods are those of the record"
    settled = "the market had settled before the record: the likelihood prefers it" if best.settled else "nothing before the record"
    return f"""market:
  period: {seen.unit}
  periods: {seen.periods}               # {clock}
  burn_in: {best.settled}                 # {settled}
  buyers: {min(max(seen.customers, LEAST_BUYERS), MOST_BUYERS)}
  turnover: 0                 # leaving is told by choices, below; nobody joins
  start: running
  currency: {quoted(currency)}
"""


def customers(numbers: Numbers, best: Buying, unit: str) -> str:
    """The buyers of the log, as one type."""
    cost = f"data, {numbers.spoken('switching_cost')}, at the assumed choice_noise" if "switching_cost" in numbers else "none in this model"
    horizon = f"data, {numbers.spoken('time_horizon')} {unit}s" if "time_horizon" in numbers else "every occasion is a choice"
    volume, about = "1", "the log has no amounts that can be read: a purchase is a unit"
    if MEDIAN in numbers:
        volume = f"{{lognormal: {{median: {numbers.written(MEDIAN, '1')}, spread: {numbers.written(SPREAD, '0')}}}}}"
        about = f"data, median {numbers.spoken(MEDIAN)}, spread {numbers.spoken(SPREAD)}; a customer spends the same each time"
    return f"""{nobody_else()}
  customers:
    like: always_a_share
    share: 1
    switching_cost: {numbers.written("switching_cost", "0")}    # {cost}
    time_horizon: {numbers.written("time_horizon", "1")}    # {horizon}
    return_cost: {"0" if MODELS[best.model][2] else ".inf"}
    price_sensitivity: 1      # by the choice of unit
    purchase_rate: {{gamma: {{mean: {numbers.written(MEAN, "1")}, shape: {numbers.written(SHAPE, "1")}}}}}
    # data, mean {numbers.spoken(MEAN)}, shape {numbers.spoken(SHAPE)}: occasions per {unit}, here or elsewhere
    volume: {volume}
    # {about}
    lots: 1
    contract: 0"""


def sellers(numbers: Numbers, price: float, ours: float) -> str:
    """We, and everything else. ours: the share of buyers that are ours at the start."""
    leaves = OURS in numbers
    shapes = f"data, ours {numbers.spoken(OURS)}, elsewhere {numbers.spoken(ELSEWHERE)}" if leaves else "of no account, as nobody leaves"
    about = (
        f"taste_shape: {shapes}. quality = price: taste carries what we are liked for. unit_cost: assumption, {COST:.0%} of the price. "
        "elsewhere is everything else a customer may do, nothing included."
    )
    same = f"price: {said(price)}, unit_cost: {said(COST * price)}, quality: {said(price)}, reputation: 1"
    unknown = "" if leaves else ", reach: 0"
    return f"""{comment(about)}
sellers:
  ours:      {{{same}, taste_shape: {numbers.written(OURS, "1")}, starting_share: {said(ours)}}}
  elsewhere: {{{same}, taste_shape: {numbers.written(ELSEWHERE, "1")}, starting_share: {said(1 - ours)}{unknown}}}"""


def strategies(price: float) -> str:
    """What to compare: two offers that cost about the same."""
    return f"""strategies:
  as_is: {{}}                   # the untreated market, which is held against the data
  loyalty_discount: {{ours: {{loyalty_discount: {{per_year: 0.1, most: 0.1}}}}}}    # assumption: up to a tenth off for a year with us
  lower_price: {{ours: {{price: {said(0.95 * price)}}}}}    # assumption: a twentieth off for everybody"""
