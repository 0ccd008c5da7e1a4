"""The market of contracts that are renewed or not, as a scenario."""

import numpy as np

from sim.experiments.calibrate.staying import Staying
from sim.experiments.calibrate.writing import (
    COST,
    MOST_BUYERS,
    NOISE,
    comment,
    nobody_else,
    quiet_behaviour,
    quiet_product,
    quoted,
    safe_name,
    said,
    with_interval,
)

PRICE = 100.0
GROUPS = {1: ["customers"], 2: ["leaves_easily", "stays"], 3: ["leaves_easily", "in_between", "stays"]}
Group = tuple[str, float, float]  # name, share, effect on the logit of staying


def market_text(
    source: str, name: str, cohort: str, staying: Staying, unit: str, periods: int, contracts: int, fitted: int, seed: int, runs: int,
    currency: str, groups: list[Group] | None = None,
) -> str:  # fmt: skip
    """The scenario as YAML, commented. groups: where buyers are told apart; else all are alike but for their luck."""
    groups = groups or [(safe_name(cohort), 1.0, 0.0)]
    least = min(effect for _, _, effect in groups)
    about = (
        f"Contracts that are renewed every {unit} or not, read from {source} ({cohort}; {contracts:,} contracts, fitted on renewals 1 to "
        f"{fitted}) by tenure calibrate. Every buyer renews with a chance of its own; retention rises because the disloyal leave first, "
        "and nobody has changed. Numbers marked data were estimated, with 95% intervals in brackets; what the data cannot tell is marked "
        "assumption."
    )
    types = "\n".join(buyers(group, share, effect - least, len(groups) > 1) for group, share, effect in groups)
    return f"""{comment(about)}
schema: 1
name: {quoted(name)}
teaches: >-
  For whoever sold the contracts: who is left later on, and what an offer at the first renewal or a discount for tenure would do if the
  luck in a choice is as large as assumed.

market:
  period: {unit}
  periods: {periods}
  burn_in: 0                  # the contracts have just been signed
  buyers: {MOST_BUYERS}
  turnover: 0                 # who leaves the market counts as lost in the data
  start: running
  currency: {quoted(currency)}

{quiet_product(1)}

{quiet_behaviour(PRICE)}

{nobody_else()}
{types}

{sellers(staying, least, len(groups) > 1)}

strategies:
  as_is: {{}}                   # the untreated market, which is held against the data
  first_renewal_offer:        # assumption: a tenth off at the first renewal
    events: [{{at: 1, until: 2, note: offer at the first renewal, ours: {{price: {said(0.9 * PRICE)}}}}}]
  loyalty_discount: {{ours: {{loyalty_discount: {{per_year: 0.05, most: 0.15}}}}}}    # assumption: 5% more each year, up to 15%

baseline: as_is
focal: ours
runs: {max(runs, 2)}
seed: {seed}
"""


def sellers(staying: Staying, least: float, told_apart: bool) -> str:
    """We, and everything else; where groups are told apart, tastes and the alternative's worth are those of the group that leaves most
    easily."""
    of = "the group that leaves most easily" if told_apart else "the cohort"
    ours, other = (with_interval(value, *staying.interval(j)) for j, value in enumerate((staying.ours, staying.elsewhere)))
    worth = f"; what the alternative is worth beyond its price is for {of}" if told_apart else ""
    about = (
        f"taste_shape: data, maximum likelihood: the chance to renew is Beta(ours, alternative) over buyers, ours {ours}, alternative "
        f"{other}. price and quality: assumption, the same for both{worth}. "
        f"unit_cost: assumption, {COST:.0%} of the price. The alternative is all else, nothing included."
    )
    same = f"price: {said(PRICE)}, unit_cost: {said(COST * PRICE)}, reputation: 1"
    rival = f"{same}, quality: {said(PRICE - least * NOISE * PRICE, 6)}, taste_shape: {said(staying.elsewhere, 5)}"
    return f"""{comment(about)}
sellers:
  ours:        {{{same}, quality: {said(PRICE)}, taste_shape: {said(staying.ours, 5)}, starting_share: 1}}
  alternative: {{{rival}, starting_share: 0}}"""


def buyers(group: str, share: float, above: float, told_apart: bool) -> str:
    """One type of buyer, like lost-for-good: who has gone does not come back."""
    note = "tastes carry the whole readiness to stay: the data cannot tell the two apart"
    if told_apart:
        note = "data: how much likelier its buyers are to stay than those who leave most easily, at the assumed choice_noise"
    return f"""  {group}:
    like: lost_for_good
    share: {said(share, 6)}
    switching_cost: {said(above * NOISE * PRICE, 5)}    # {note}
    time_horizon: 1           # each renewal is a review
    return_cost: .inf
    price_sensitivity: 1
    purchase_rate: 1          # one renewal each period
    volume: 1
    lots: 1
    contract: 0"""


def grouped(index: np.ndarray, most: int = 3) -> list[Group]:
    """Buyers in up to three groups of about the same size by what their covariates add to the logit of staying."""
    distinct = np.unique(np.round(index, 9))
    cuts = (distinct[1:] + distinct[:-1]) / 2 if len(distinct) <= most else np.unique(np.quantile(index, np.arange(1, most) / most))
    which = np.searchsorted(cuts, index, side="right")
    present = np.unique(which)
    shares = [float((which == j).mean()) for j in present]
    effects = [float(index[which == j].mean()) for j in present]
    return list(zip(GROUPS[len(present)], exact_shares(shares), effects, strict=True))


def exact_shares(shares: list[float]) -> list[float]:
    """Shares in six figures that sum to 1."""
    rounded = [round(share, 6) for share in shares[:-1]]
    return [*rounded, round(1 - sum(rounded), 6)]
