"""What the focal seller came to in a run, as one row of plain numbers: the figures of a comparison's table, straight from the ledgers.

Each is defined in `measures` (profit and worth in `experiments.compare` and `lifetime`) on tables of periods, types and sellers; here the
same sums are taken over the arrays, without a table in between, so that thousands of markets can be summed up as they are played. Sums of
money are rounded once and for all (`math.fsum`): a run has the same bits however many are summed up together, and on any machine.
"""
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.core.state import WORTH_PARTS
from sim.money import TO_SERVE, accounts_by_level, columns, ledger, lost, money, total, won
from sim.offers import discount_per_period, periods_per_year

if TYPE_CHECKING:
    from sim.runs import Runs

# name -> what it is
OUTCOMES = {
    "profit": "discounted to the first period, money per buyer of the market",
    "retention": "accounts kept in a year, 0..1",
    "market_share": "share of the units bought in the last year, 0..1",
    "share_of_wallet": "share of what its accounts bought in the last year, 0..1",
    "accounts": "accounts at the end",
    "account_worth": "worth of an account won, money of the period it was won in",
    "cost_to_serve": "money per account and period",
    "satisfaction": "mean believed value in the last year, money per unit",
    "bond": "mean bond in the last year, 0..1",
}


def outcomes(runs: "Runs", strategy: str, payoffs: Sequence[str] = ()) -> np.ndarray:
    """The OUTCOMES of the focal seller in every run under a strategy, then the profits of the sellers named in `payoffs`: float64
    [run, outcome]; nan where there is none."""
    scenario = runs.scenario
    seller = list(scenario.sellers).index(scenario.focal)
    flows, year = ledger(runs, strategy), round(periods_per_year(scenario))
    found, counts = money(runs, strategy, flows), flows[:, 1:]
    last = counts[:, max(scenario.market.periods - year, 0):]
    ours, ours_last = counts[..., seller, :], last[..., seller, :]
    accounts = accounts_by_level(flows[..., seller, :]).sum(-1)
    served = ours[..., columns("served")].sum(-1)
    rows = {
        "profit": _profit(scenario, found, seller),
        "retention": _retention(ours, accounts, periods_per_year(scenario)),
        "market_share": _ratio(_whole(total(ours_last, "units")), _whole(total(last, "units"))),
        "share_of_wallet": _ratio(_whole(total(ours_last, "units_repeat")), _whole(total(ours_last, "units_wallet"))),
        "accounts": _whole(accounts[:, -1]).astype(float),
        "account_worth": _worth(runs, strategy, seller, _whole(won(ours))),
        "cost_to_serve": _ratio(_sums(sum(found[name][..., seller] for name in TO_SERVE)), _whole(served)),
        "satisfaction": _mean(ours_last, "value_sum", 100),
        "bond": _mean(ours_last, "bond_sum", 10_000),
    }
    others = [_profit(scenario, found, list(scenario.sellers).index(name)) for name in payoffs]
    return np.stack([*(rows[name] for name in OUTCOMES), *others], axis=1)


def profits(runs: "Runs", strategy: str) -> np.ndarray:
    """The profit of every seller in every run under a strategy, reckoned as the focal seller's: discounted to the first period, money per
    buyer of the market; float64 [run, seller], the focal seller's column being the "profit" of `outcomes` bit for bit."""
    found = money(runs, strategy)
    return np.stack([_profit(runs.scenario, found, seller) for seller in range(len(runs.scenario.sellers))], axis=1)


def _profit(scenario, found: dict[str, np.ndarray], seller: int) -> np.ndarray:
    """The discounted profit of one seller per buyer of the market, out of `money`; [run]."""
    return _sums(found["profit"][..., seller] * _factors(scenario)[:, None]) / scenario.market.buyers


def _factors(scenario) -> np.ndarray:
    """What money of each period is worth in the first, as `offers.discounting` has it; powers one by one, the same on any machine."""
    rate = 1 + discount_per_period(scenario)
    return np.array([rate ** -period for period in range(scenario.market.periods)])


def _retention(ours: np.ndarray, accounts: np.ndarray, year: float) -> np.ndarray:
    """`measures.retention_per_year`: Σ A_k · r_k^Y / Σ A_k over types k that had accounts; [run]."""
    start = accounts[:, :-1].sum(1) + won(ours).sum(1)
    rate = 1 - _ratio(lost(ours).sum(1), start)
    held = np.where(start > 0, accounts[:, 1:].sum(1), 0)
    yearly = np.array([[0.0 if math.isnan(one) else one ** year for one in kinds] for kinds in rate.tolist()])
    return _ratio(_sums(yearly * held), held.sum(1))


def _worth(runs: "Runs", strategy: str, seller: int, accounts: np.ndarray) -> np.ndarray:
    """`lifetime.account_worth` of all accounts won on record; [run]."""
    worth = np.array([record.worth[:, seller, 1:].sum() for record in runs.records[strategy]])
    return _ratio(worth / WORTH_PARTS, accounts)


def _mean(cells: np.ndarray, column: str, scale: int) -> np.ndarray:
    """The mean over accounts tended of what the period table says of a cell (in float32); [run]."""
    served = cells[..., columns("served")].sum(-1)
    means = _ratio(total(cells, column) / scale, served).astype(np.float32)
    return _ratio(_sums(np.where(served > 0, means.astype(float) * served, 0.0)), _whole(served))


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """numerator / denominator, nan where the denominator is nought."""
    nothing = np.full(np.shape(denominator), np.nan)
    return np.divide(numerator, denominator, out=nothing, where=np.asarray(denominator) != 0)


def _whole(values: np.ndarray) -> np.ndarray:
    """Whole numbers summed over everything but runs."""
    return values.reshape(len(values), -1).sum(1)


def _sums(values: np.ndarray) -> np.ndarray:
    """Sums over everything but runs, each rounded once."""
    return np.array([math.fsum(one) for one in values.reshape(len(values), -1).tolist()])
