"""What buyers paid one seller in a period, and what it earned on that: prices in force, less what accounts are given off."""
from dataclasses import dataclass

import numpy as np

from sim.core import rules
from sim.core import state as at
from sim.purchases.moments import Moment


@dataclass(frozen=True)
class Sale:
    """What one seller sold in a period; arrays over those who bought from it. money of the period itself, undiscounted."""

    which: np.ndarray      # positions in the moment's arrays
    buyer: np.ndarray      # numbers, 0 … N − 1
    units: np.ndarray      # float64
    amount: np.ndarray     # paid
    margin: np.ndarray     # paid less the unit cost of what was bought
    unsure: int            # sales of which it is not known whether they were made before or after the buyer had left and come back


def sales(moment: Moment, seller: int) -> Sale:
    """Sales of one seller: units × price, less the discount for tenure (or plus the premium that accounts pay), as in the ledger."""
    which = np.flatnonzero(moment.lots[seller])
    units = moment.lots[seller, which] * moment.units[which]
    price, cost = moment.terms["price"][seller], moment.terms["unit_cost"][seller]
    points, unsure = points_off(moment, seller, which)
    amount = units * price * (1 - points / 10_000)
    return Sale(which, moment.buyer[which], units, amount, amount - units * cost, unsure)


def points_off(moment: Moment, seller: int, which: np.ndarray) -> tuple[np.ndarray, int]:
    """Basis points off the price by tenure when it was bought. A buyer of several lots that has left and come back within the period may
    have bought before or after: it counts as an account of old."""
    account = moment.supplier_before[which] == seller
    points = by_tenure(moment, seller, np.where(account, moment.tenure_before[which], 0))
    stayed = (moment.supplier[which] == seller) & (moment.tenure[which] > 0)
    return points, int((account & ~stayed & (points != by_tenure(moment, seller, np.zeros(1, int)))).sum())


def by_tenure(moment: Moment, seller: int, tenure: np.ndarray) -> np.ndarray:
    """The rule's own points, worked out once for each tenure."""
    offer = moment.market.offers[seller]
    lengths, back = np.unique(tenure, return_inverse=True)
    points = [rules.account_points(np.float32(length), offer[at.DISCOUNT_PER_PERIOD], offer[at.DISCOUNT_MOST], offer[at.PREMIUM])
              for length in lengths]
    return np.array(points, float)[back.reshape(-1)] if len(points) else np.zeros(0)


def cost_to_serve(moment: Moment, seller: int, who: np.ndarray) -> np.ndarray:
    """What serving each of some buyers (numbers) cost the seller in the period: its level and listening, contacts, problems resolved."""
    supplier, level = moment.served
    happened = moment.whole(at.HAPPENED, who)
    mine = supplier[who] == seller
    service = moment.market.service[5 * seller:5 * seller + 5, at.SERVICE_COST].astype(float)[np.maximum(level[who], 0)]
    contacts = np.where(happened & at.CONTACT, moment.terms["contact_cost"][seller], 0.0)
    resolved = np.where(happened & at.RESOLVED, moment.terms["resolution_cost"][seller], 0.0)
    return np.where(mine, service + contacts + resolved, 0.0)
