"""The market of a brand-choice panel as a scenario."""

import numpy as np

from sim.experiments.calibrate.mixed_logit import Estimate
from sim.experiments.calibrate.panel_money import ELASTICITY, Money
from sim.experiments.calibrate.panel_reading import Panel
from sim.experiments.calibrate.writing import comment, quiet_product, quoted, said, with_interval

COST = 0.65  # cost of a unit as a share of its price: assumption
LEAST_BUYERS, MOST_BUYERS = 1000, 5000
TYPES = ("always_a_share", "intermediate", "lost_for_good")


def scenario_text(source: str, name: str | None, panel: Panel, estimate: Estimate, money: Money, sellers: list[str], rates: dict,
                  starting: np.ndarray, observed: str | None, runs: int, seed: int, currency: str) -> str:  # fmt: skip
    """The scenario as YAML, commented."""
    c = panel.choices
    focal = sellers[0]
    about = (
        f"Brand choices of {c.households:,} households, read from {source} by tenure calibrate: {len(c.chosen):,} purchases of "
        f"{len(c.brands)} alternatives. Numbers marked data were estimated, with 95% intervals in brackets; what the panel cannot tell is "
        f"marked assumption. Model: {spoken(estimate)}. {finding(money, currency)}"
    )
    undated = "" if panel.dated else "                 # assumption: the panel has no dates; its longest history, a purchase a week"
    noise = said(money.noise[0])
    return f"""\
{comment(about)}
schema: 1
name: {quoted(name or f"Households of {source}")}
teaches: >-
  For brand managers and researchers: how much of repeat buying is taste and how much the cost of switching, and what a lower price
  or a loyalty discount earns among such households.

market:
  period: week
  periods: {panel.weeks}{undated}
  burn_in: {panel.weeks}                # as long again before the record, so that habits stand
  buyers: {min(max(round(c.households / rates["like_these"], -2), LEAST_BUYERS), MOST_BUYERS):.0f}
  turnover: 0                 # the same households throughout
  start: running
  currency: {quoted(currency)}

{quiet_product(1 / rates["mean"])}

behaviour: {{choice_noise: {noise}, learning: 0, bond_value: 0, tie_value: 0, promise_bond: 0, reputation_speed: 0, forgetting: 0}}
{comment(noise_note(money, panel))}

buyers:
{buyers(money, rates)}

{comment(sellers_note(money, panel, estimate))}
sellers:
{seller_lines(money, sellers, starting, c.brands)}

strategies:
  as_is: {{}}                   # the untreated market, at mean prices
{recorded(panel, sellers)}  lower_price: {{{focal}: {{price: {said(0.925 * money.price[0])}}}}}       # assumption: 7.5% off, all the time
  loyalty_discount: {{{focal}: {{loyalty_discount: {{per_year: 0.3, most: 0.15}}}}}}     # assumption: 15% for those who stay half a year

baseline: as_is
focal: {focal}
runs: {max(runs, 2)}
seed: {seed}
{observed or ""}"""


def spoken(estimate: Estimate) -> str:
    """The model in words."""
    tastes = {"normal": "normal tastes with one spread", "gamma": "Dirichlet tastes"}[estimate.model.tastes]
    more = [
        ", price sensitivity that varies" if estimate.model.varying_price else "",
        f", {estimate.model.classes} classes of switching cost" if estimate.model.classes > 1 else "",
    ]
    return f"mixed logit, {tastes}{''.join(more)}, the first purchase as in the long run"


def finding(money: Money, currency: str) -> str:
    """What it says about switching cost."""
    cost = " and ".join(with_interval(*one) for one in money.switching)
    return f"Switching cost: {cost} {currency}" + ("." if money.identified else ", at the assumed choice_noise.")


def noise_note(money: Money, panel: Panel) -> str:
    """Where choice_noise comes from."""
    if money.identified:
        return (
            f"choice_noise: data, {with_interval(*money.noise)}, one over the weight of a unit of money in choice; prices are "
            f"{panel.prices}. "
            "Beliefs are settled in a mature market: no learning."
        )
    why = "the panel has no prices" if panel.prices == "none" else "prices do not vary enough, or not as choices do, to tell their weight"
    return (
        f"choice_noise: assumption, as {why}: such that the price elasticity is {ELASTICITY}, the mean of 1,851 published ones "
        f"(Bijmolt, van "
        "Heerde & Pieters 2005). Tastes and switching cost in money follow it; in units of choice_noise they are data."
    )


def buyers(money: Money, rates: dict) -> str:
    """The buyer types: one, or one for each class of switching cost."""
    sensitivity = "1      # by the choice of unit: choice_noise carries the weight of money"
    if money.price_spread:
        sensitivity = (
            f"{{lognormal: {{median: 1, spread: {said(money.price_spread[0])}}}}}     # median by the choice of unit; spread: data, "
            f"{with_interval(*money.price_spread)}"
        )
    spread = f"    taste_spread: {said(money.taste[''][0])}      # data, {with_interval(*money.taste[''])}\n" if "" in money.taste else ""
    lines = []
    for kind in ("lost_for_good", "intermediate", "always_a_share"):
        at = TYPES.index(kind)
        if at >= len(money.switching):
            lines.append(f"  {kind}: {{share: 0}}")
            continue
        share = f"# data, {with_interval(*money.class_shares[at])}" if len(money.switching) > 1 else "# one type: more are not supported"
        state = with_interval(*money.state[at])
        lines.append(f"""\
  {kind}:
    share: {said(money.class_shares[at][0])}                  {share}
    switching_cost: {said(money.switching[at][0])}      # data, {with_interval(*money.switching[at])}; in choice_noise {state}
    time_horizon: 1           # every purchase is chosen anew
    return_cost: 0
    price_sensitivity: {sensitivity}
{spread}    purchase_rate: {{gamma: {{mean: {said(rates["mean"])}, shape: {said(rates["shape"])}}}}}
{indented(rates)}
    volume: 1
    lots: 1
    contract: 0""")
    return "\n".join(lines)


def indented(rates: dict) -> str:
    """Where the rates of purchase come from, under them."""
    text = (
        f"purchases a week: data, mean {with_interval(rates['mean'], *rates['mean_interval'])}, shape "
        f"{with_interval(rates['shape'], *rates['shape_interval'])}; {rates['note']}"
    )
    return "\n".join("    " + line for line in comment(text).splitlines())


def sellers_note(money: Money, panel: Panel, estimate: Estimate) -> str:
    """What stands behind the sellers' numbers."""
    shaped = "taste_shape: data, intervals beside it. " if "" not in money.taste else ""
    known = "price: data, the mean of the record. " if panel.prices != "none" else "price: assumption, a unit of money. "
    constants = (
        "quality: data, price plus the brand's constant and its mean promotion in money; it is known against the others' alone, "
        "and all stand so high that none is below its price"
        if estimate.model.constants
        else "quality = price plus mean promotion: tastes carry the rest"
    )
    return (
        f"{known}{constants}, and quality cannot be told from mean taste. {shaped}starting_share: data, shares of first purchases. "
        f"unit_cost: "
        f"assumption, {COST:.0%} of the price. Prices and promotion varied; here they stand at their means, but for as_recorded."
    )


def seller_lines(money: Money, sellers: list[str], starting: np.ndarray, brands) -> str:
    """A line for each seller."""
    width = max(map(len, sellers)) + 1
    starting = np.round(starting / starting.sum(), 4)
    starting[0] += 1 - starting.sum()  # rounded shares that still sum to one
    lines = []
    for s, (seller, brand) in enumerate(zip(sellers, brands, strict=True)):
        shape = f", taste_shape: {said(money.taste[brand][0])}" if brand in money.taste else ""
        beside = [f"taste_shape {with_interval(*money.taste[brand])}"] if brand in money.taste else []
        beside += [f"in the data: {brand}"] if brand != seller else []
        lines.append(
            f"  {seller + ':':{width}} {{price: {said(money.price[s])}, unit_cost: {said(COST * money.price[s])}, quality: "
            f"{said(money.quality[s])}{shape}, starting_share: {starting[s]:.4f}, reputation: 1}}"
            + (f"    # {'; '.join(beside)}" if beside else "")
        )
    return "\n".join(lines)


def recorded(panel: Panel, sellers: list[str]) -> str:
    """Prices week by week as they were: what is held against the data."""
    if not (panel.priced and panel.dated):
        return ""
    events = "".join(
        f"      - {{at: {week + 1}, until: {week + 2}, note: as recorded, "
        + ", ".join(f"{seller}: {{price: {said(price)}}}" for seller, price in zip(sellers, asked, strict=True))
        + "}\n"
        for week, asked in enumerate(weekly_prices(panel))
    )
    return f"  as_recorded:                # data: prices of each week; the market that is held against the panel\n    events:\n{events}"


def weekly_prices(panel: Panel) -> np.ndarray:
    """The mean price that each brand was offered at in each week, from the last week known where nobody bought: money [week, brand]."""
    count = np.bincount(panel.week, minlength=panel.weeks)
    brands = panel.choices.price.shape[1]
    total = np.stack([np.bincount(panel.week, panel.choices.price[:, b], panel.weeks) for b in range(brands)], 1)
    known = np.flatnonzero(count)
    nearest = known[np.maximum(np.searchsorted(known, np.arange(panel.weeks), side="right") - 1, 0)]
    return total[nearest] / count[nearest, None]
