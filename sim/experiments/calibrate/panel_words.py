"""What a panel's calibration says: estimates by their paths, facts, what is and is not identified, the finding."""

import numpy as np

from sim.experiments.calibrate.mixed_logit import Estimate
from sim.experiments.calibrate.panel_models import Search
from sim.experiments.calibrate.panel_money import Money
from sim.experiments.calibrate.panel_reading import Panel
from sim.experiments.calibrate.reading import Table
from sim.experiments.calibrate.result import estimates_table


def estimates_of(estimate: Estimate, money: Money, rates: dict, sellers: list[str], naive: Estimate):
    """Estimates by the path of the scenario that they go to, and those that only the statistical model has."""
    how = f"simulated maximum likelihood of {estimate.choices.households:,} households, {estimate.draws} draws each"
    rows = [("behaviour.choice_noise", *money.noise, "money per unit", how if money.identified else "assumption: price elasticity of 2.62")]
    kinds = ("always_a_share", "intermediate", "lost_for_good")[: len(money.switching)]
    for kind, cost, share in zip(kinds, money.switching, money.class_shares, strict=True):
        rows.append((f"buyers.{kind}.switching_cost", *cost, "money per unit", how))
        if len(kinds) > 1:
            rows.append((f"buyers.{kind}.share", *share, "share of buyers", how))
    for brand, value in money.taste.items():
        seller = sellers[estimate.choices.brands.index(brand)] if brand else ""
        rows.append(
            (f"sellers.{seller}.taste_shape", *value, "shape", how)
            if brand
            else ("buyers.always_a_share.taste_spread", *value, "money per unit", how)
        )
    if money.price_spread:
        rows.append(("buyers.always_a_share.price_sensitivity.lognormal.spread", *money.price_spread, "of the logarithm", how))
    rows += [
        (
            "buyers.always_a_share.purchase_rate.gamma.mean",
            rates["mean"],
            *rates["mean_interval"],
            "purchases a week",
            "counts of purchases",
        ),
        ("buyers.always_a_share.purchase_rate.gamma.shape", rates["shape"], *rates["shape_interval"], "shape", "counts of purchases"),
    ]
    for seller, quality in zip(sellers, money.quality, strict=True):
        rows.append(
            (f"sellers.{seller}.quality", float(quality), np.nan, np.nan, "money per unit", "constant and mean promotion, in money")
        )
    for name in estimate.names:
        value, error = estimate[name], 1.96 * estimate.error(name)
        rows.append((name, value, value - error, value + error, "utils", how))
    error = 1.96 * naive.error("state")
    rows.append(
        (
            "state without tastes",
            naive["state"],
            naive["state"] - error,
            naive["state"] + error,
            "utils",
            "logit without tastes, to compare",
        )
    )
    return estimates_table(rows)


def facts_of(table: Table, panel: Panel, fitted: Panel, estimate: Estimate) -> dict:
    """What the panel is."""
    return {"columns": table.taken, "households": panel.choices.households, "households_fitted": fitted.choices.households,
            "purchases": len(panel.choices.chosen), "bought_once": int((panel.counts == 1).sum()), "weeks": panel.weeks,
            "dated": panel.dated, "alternatives": list(panel.choices.brands), "never_chosen": list(panel.never_chosen),
            "attributes": list(panel.choices.attributes), "prices": panel.prices, "filled": panel.filled,
            "converged": estimate.converged, "notes": table.notes}  # fmt: skip


def limits(panel: Panel, money: Money, found: Search, estimate: Estimate) -> tuple[list[str], list[str]]:
    """What the panel can say, and what it cannot."""
    can = [
        "How unlike households are in taste, and how much of repeat buying is taste and how much the cost of switching: who is held by a "
        "switching cost repeats what it happened to buy last, who is held by taste what it mostly buys."
    ]
    cannot = [
        "Quality from mean taste: shares and prices tell only how much a brand is worth to households on average, against the others.",
        "Costs, and what relationship levels do: nothing in a panel tells them; all sellers stand at the basic level.",
        "Switching cost from whims that last a few purchases, and from what has just been learnt of a brand: all make the last "
        "purchase weigh.",
        "How far ahead buyers commit (time_horizon), return costs and contracts: every purchase is taken as a choice, so whoever reorders "
        "without looking round, is bound, or shuns a seller it has left counts as held by a switching cost.",
    ]
    (can if money.identified else cannot).append(
        "What money weighs in choice"
        + (
            ", from how choices move with prices."
            if money.identified
            else ": prices are missing, hardly vary, or choices do not move with them; choice_noise is assumed."
        )
    )
    if found.classes_supported:
        can.append("Types of buyers by their switching cost, with their shares: supported under both forms of taste.")
    else:
        cannot.append(
            "Types of buyers by their switching cost: two classes are not strongly better than one under both forms of taste, so there is "
            "one type. A kink in the distribution of tastes looks like a type."
        )
    if min(money.state)[0] < 0:
        cannot.append("A switching cost below nought (variety seeking): the market has none, so it stands at nought.")
    if (panel.counts == 1).any():
        cannot.append(
            f"Much about the {(panel.counts == 1).sum():,} households of one purchase: they count for what a first purchase says of tastes."
        )
    cannot += [
        f"What {name} does: it stands apart only at the seller that was bought from last, so its effect is part of what the last purchase "
        "is found to be worth."
        for name in panel.echoes
    ]
    if panel.never_chosen:
        cannot.append(f"Alternatives that nobody chose are left out: {', '.join(panel.never_chosen)}.")
    apart = heavy_apart(panel)
    if apart > 0.02:
        cannot.append(
            f"That heavy buyers like other brands than light ones (a brand's share of purchases is up to {100 * apart:.1f} points "
            f"off its mean share "
            "in a household): the market draws how often and what apart from each other."
        )
    cannot.append("Purchases elsewhere: if the record is one shop's, households look more loyal than they may be.")
    return can, cannot


def heavy_apart(panel: Panel) -> float:
    """The most that a brand's share of all purchases differs from its mean share in a household: 0 where heavy and light buyers like the
    same."""
    c = panel.choices
    counts = np.zeros((c.households, len(c.brands)))
    np.add.at(counts, (c.who, c.chosen), 1)
    return float(np.abs(counts.sum(0) / counts.sum() - (counts / counts.sum(1, keepdims=True)).mean(0)).max())


def headline(panel: Panel, money: Money, scores, naive: Estimate, currency: str) -> str:
    """The finding in a sentence or two."""
    behind = scores.iloc[1:]
    worst = behind.loc[behind.behind.idxmin()]
    certain = "better" if (behind.behind_low > 0).all() else "no worse" if (behind.behind_high > 0).all() else "worse in part"
    mean = sum(share[0] * max(state[0], 0.0) for state, share in zip(money.state, money.class_shares, strict=True))
    taste = f", of which {1 - mean / naive['state']:.0%} is taste" if naive["state"] > mean else ""
    return (
        f"In {panel.choices.households:,} households a brand is worth {held(money, currency)} for having been bought last; a model without "
        f"tastes would say {naive['state']:.2f}{taste}. Each household's last fifth of purchases is "
        f"foretold {certain} "
        f"than by its own past shares or by a logit without tastes (the nearest, {worst.model}, is {worst.behind:.3f} behind per purchase, "
        f"{worst.behind_low:.3f} to {worst.behind_high:.3f})."
    ).replace("-", "−")


def held(money: Money, currency: str) -> str:
    """What the last purchase is worth: 0.10 choice noises more (−0.05 to 0.25; 0.12 USD), for each class with its share."""
    said = []
    for state, cost, share in zip(money.state, money.switching, money.class_shares, strict=True):
        sum_of = f"; {cost[0]:.2f} {currency}" if money.identified else ""
        whom = f" to {share[0]:.0%} of them" if len(money.state) > 1 else ""
        said.append(f"{state[0]:.2f} choice noises more{whom} ({state[1]:.2f} to {state[2]:.2f}{sum_of})")
    return " and ".join(said)
