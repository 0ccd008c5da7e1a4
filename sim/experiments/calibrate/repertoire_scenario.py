"""The market of a repertoire table as a scenario."""

import numpy as np
import pandas as pd

from sim.experiments.calibrate.panel_money import ELASTICITY
from sim.experiments.calibrate.panel_scenario import COST
from sim.experiments.calibrate.repertoire_fit import Fitted
from sim.experiments.calibrate.repertoire_reading import REST, Brands
from sim.experiments.calibrate.writing import comment, quiet_product, quoted, safe_name, said, with_interval

BUYERS = 5000


def scenario_text(
    source: str, name: str | None, b: Brands, found: Fitted, runs: int, seed: int, currency: str
) -> tuple[str, dict[str, str]]:
    """The scenario as YAML, commented, and the table that travels with it."""
    price = np.where(np.isfinite(b.price), b.price, np.nanmean(b.price) if np.isfinite(b.price).any() else 1.0)
    noise = price.mean() * (1 - (b.seen["share"] ** 2).sum()) / ELASTICITY
    focal = max((one for one in b.sellers if one not in ("other", "others", REST)), key=lambda one: b.seen["share"][b.sellers.index(one)])
    file = f"{safe_name((name or b.category or source).rsplit('.', 1)[0])}_observed.csv"
    whole = REST not in b.sellers and np.isfinite(b.seen["penetration"]).all()
    observed = f"observed: {{file: {file}, kind: repertoire, within: {{share: 0.02, penetration: 0.04}}}}\n" if whole else ""
    about = (
        f"{b.category.capitalize() or 'A category'} of {len(b.named)} brands, read from {source} by tenure calibrate. Numbers "
        f"marked data were "
        "estimated, with 95% intervals in brackets; what the table cannot tell is marked assumption. A table counts purchases and "
        "not their "
        "order, so that all repeat buying is read as taste: the least lock-in that these figures allow."
    )
    noted = (
        f"choice_noise: assumption, such that the price elasticity is {ELASTICITY}, the mean of 1,851 published ones (Bijmolt, van "
        f"Heerde & "
        "Pieters 2005). Choices at these prices do not depend on it."
    )
    rates = (
        f"purchases a week: data, mean {with_interval(found.rate, found.low[0], found.high[0])}, shape "
        f"{with_interval(found.shape, found.low[1], found.high[1])}"
    )
    shapes = (
        f"taste_shape: data, S times the share of purchases, S = {with_interval(found.total, found.low[2], found.high[2])}. quality "
        f"= price: "
        f"tastes carry what brands are liked for. price: {'data' if np.isfinite(b.price).all() else 'assumption, a unit of money'}. "
        f"unit_cost: assumption, {COST:.0%} of it."
    )
    text = f"""\
{comment(about)}
schema: 1
name: {quoted(name or (b.category.capitalize() if b.category else f"Brands of {source}"))}
teaches: >-
  For brand managers and students: an always-a-share market as Ehrenberg has it. Small brands have fewer buyers who buy it less often, and
  fit alone explains it; see what a lower price or a loyalty discount earns there.

market:
  period: week
  periods: {b.weeks}{"" if b.dated else "                 # assumption: the table does not say"}
  burn_in: 4                  # nothing needs to settle: tastes are there from the start
  buyers: {BUYERS}
  turnover: 0
  start: running
  currency: {quoted(currency)}

{quiet_product(1 / found.rate)}

behaviour: {{choice_noise: {said(noise)}, learning: 0, bond_value: 0, tie_value: 0, promise_bond: 0, reputation_speed: 0, forgetting: 0}}
{comment(noted)}

buyers:
  lost_for_good: {{share: 0}}
  intermediate: {{share: 0}}
  always_a_share:
    share: 1
    switching_cost: 0         # assumption: the table does not tell it from taste
    time_horizon: 1           # every purchase is chosen anew
    return_cost: 0
    price_sensitivity: 1
    purchase_rate: {{gamma: {{mean: {said(found.rate)}, shape: {said(found.shape)}}}}}
    # {rates}
    volume: 1
    lots: 1
    contract: 0

{comment(shapes)}
sellers:
{seller_lines(b, found, price)}

strategies:
  as_is: {{}}                   # the untreated market, which is held against the table
  lower_price: {{{focal}: {{price: {said(0.925 * price[b.sellers.index(focal)])}}}}}       # assumption: 7.5% off
  loyalty_discount: {{{focal}: {{loyalty_discount: {{per_year: 0.3, most: 0.15}}}}}}     # assumption: 15% for those who stay half a year

baseline: as_is
focal: {focal}
runs: {max(runs, 2)}
seed: {seed}
{observed}"""
    table = pd.DataFrame(
        {"category": b.category or "category", "brand": b.sellers, "share": b.seen["share"], "penetration": b.seen["penetration"]}
    )
    return text, {file: table.to_csv(index=False)} if whole else {}


def seller_lines(b: Brands, found: Fitted, price: np.ndarray) -> str:
    """A line for each seller."""
    width = max(map(len, b.sellers)) + 1
    starting = np.round(b.seen["share"], 4)
    starting[0] += 1 - starting.sum()
    return "\n".join(
        f"  {seller + ':':{width}} {{price: {said(price[s])}, unit_cost: {said(COST * price[s])}, quality: {said(price[s])}, taste_shape: "
        f"{said(found.total * b.seen['share'][s])}, starting_share: {starting[s]:.4f}, reputation: 1}}"
        + ("" if seller == b.named[s] else f"    # in the table: {b.named[s]}")
        for s, seller in enumerate(b.sellers)
    )
