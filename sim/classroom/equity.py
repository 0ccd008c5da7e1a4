"""Customer equity at the end of a round: what the accounts then held will bring.

It is played, not estimated. A formula such as m·r/(1 + d − r) (Gupta & Lehmann 2005) takes the margin and the retention of the past for
those of the future, and in the round after a change of level both are wrong; here the market itself is played on for twenty years, every
choice as it stands, and the accounts held at the end of the round are followed until they leave.
"""

import numpy as np

from sim.core.state import WORTH_PARTS
from sim.money import discounting, money
from sim.runs import Runs


def customer_equity(until: Runs, onward: Runs, strategy: str) -> np.ndarray:
    """What all accounts held at the end of `until` will bring in `onward`, the same market played on: float64 [run, seller], money of the
    moment at which `until` ends (the last margin has just been received and does not count; Fader & Hardie 2012, 'residual').

    E = W − F · W⁺/(W⁺ + N⁺). W: their discounted profit before budgets, which is what relationships begun by then are worth in `onward`
    less what they were worth in `until`. F: the discounted budgets and programmes that go on being paid, which belong to no account:
    today's accounts carry them in proportion to what they bring, beside N, the same of accounts still to be won. Accounts still to be won
    are worth nothing here (Rust, Lemon & Zeithaml 2004 count them too; that would reward what a team only hopes for)."""
    return by_type(until, onward, strategy).sum(1) - _budgets(until, onward, strategy)


def by_type(until: Runs, onward: Runs, strategy: str) -> np.ndarray:
    """W of `customer_equity`, by buyer type: float64 [run, type, seller]."""
    end = until.scenario.market.periods
    return _worth(onward, strategy, slice(0, end + 1), end) - _worth(until, strategy, slice(0, end + 1), end)


def _worth(runs: Runs, strategy: str, cohorts: slice, moment: int) -> np.ndarray:
    """What relationships begun in `cohorts` are worth on record, in money of period `moment`: float64 [run, type, seller]."""
    factors = np.concatenate([[1.0], discounting(runs.scenario)])
    worth = np.stack([record.worth for record in runs.records[strategy]]) / WORTH_PARTS
    return (worth * factors)[..., cohorts].sum(-1) / factors[moment]


def _budgets(until: Runs, onward: Runs, strategy: str) -> np.ndarray:
    """The part of future budgets that accounts held at the end of `until` carry: float64 [run, seller]."""
    end = until.scenario.market.periods
    fixed = money(onward, strategy)["fixed_cost"].sum(2)[:, end:]
    factors = discounting(onward.scenario)
    paid = (fixed * factors[end:, None]).sum(1) / factors[end - 1]
    held = np.maximum(by_type(until, onward, strategy).sum(1), 0.0)
    new = np.maximum(_worth(onward, strategy, slice(end + 1, None), end).sum(1), 0.0)
    return paid * np.divide(held, held + new, out=np.ones_like(held), where=held + new > 0)
