"""Measures of a market, each defined once: functions of the tables of `sim.tables`.

Every measure takes a table and `by`, the columns to keep apart (default: strategy, run and seller), and returns a Series over them;
restrict the table to the sellers, types or periods in question first. Ratios are ratios of sums, never means of ratios.
"""
import numpy as np
import pandas as pd

from sim.core.terms import CAUSES, CHANNELS
from sim.money import COSTS, TO_SERVE, TO_WIN

BY = ("strategy", "run", "seller")
PHASES = ("awareness", "exploration", "expansion", "commitment", "dissolution")


class MeasureError(Exception):
    """The books of a table do not balance; the message names the cell."""


def sums(table: pd.DataFrame, columns: str | list[str], by=BY) -> pd.DataFrame | pd.Series:
    """Column sums over the cells that `by` keeps apart; groups that do not occur are left out."""
    return table.groupby(list(by), observed=True, sort=False)[columns].sum()


def ratio(numerator: pd.Series, denominator: pd.Series) -> pd.Series:
    """numerator / denominator, nan where the denominator is nought."""
    return numerator / denominator.where(denominator != 0)


def retention_rate(periods: pd.DataFrame, by=BY) -> pd.Series:
    """The share of accounts that are still accounts when the period ends: 1 − Σ defections / Σ (accounts at the start + won).

    Incumbency, per period, 0..1: who does not buy in the period but is not lost counts as kept (Fader & Hardie 2012: a repeat-buying
    rate is not a retention rate). Turnover of buyers counts as loss."""
    found = sums(periods, ["defections", "accounts_start", "acquisitions"], by)
    return 1 - ratio(found.defections, found.accounts_start + found.acquisitions)


def retention_per_year(periods: pd.DataFrame, periods_per_year: float, by=BY) -> pd.Series:
    """The share of today's accounts expected to be accounts a year on, each buyer type at its own rate: Σ A_k · r_k^Y / Σ A_k.

    r_k: `retention_rate` of type k over the whole table, A_k its accounts at the end, summed over the table, Y: periods per year; 0..1.
    Types are kept apart because the power of a mean rate is not the mean of the powers (REFERENCES 2.5: a mixed rate in r^t misleads)."""
    finer = [*by, "buyer_type"]
    yearly = retention_rate(periods, finer) ** periods_per_year
    accounts = sums(periods, "accounts", finer).where(yearly.notna(), 0)
    over = list(range(len(by)))
    return ratio((yearly.fillna(0) * accounts).groupby(level=over, observed=True, sort=False).sum(),
                 accounts.groupby(level=over, observed=True, sort=False).sum())


def market_share(periods: pd.DataFrame, by=BY) -> pd.Series:
    """A seller's share of the units bought in the market, 0..1: Σ units / Σ units over all sellers. `periods` must hold all sellers."""
    units = sums(periods, "units", by)
    market = [name for name in by if name != "seller"]
    everybody = units.groupby(level=market, observed=True).transform("sum") if market else units.sum()
    return ratio(units, everybody if market else pd.Series(everybody, units.index))


def share_of_wallet(periods: pd.DataFrame, by=BY) -> pd.Series:
    """What a seller's accounts buy from it out of all that they buy, 0..1: Σ units_repeat / Σ units_wallet (Jackson's share of an account).

    Accounts are those of the period's start; what they buy after switching away counts against the seller."""
    found = sums(periods, ["units_repeat", "units_wallet"], by)
    return ratio(found.units_repeat, found.units_wallet)


def net_present_value(periods: pd.DataFrame, discount: float, column: str = "profit", by=BY) -> pd.Series:
    """Σ profit_p · (1 + d)^−(p − 1): money of the first period, which itself is not discounted; d per period."""
    worth = periods[column] * (1 + discount) ** -(periods.period.clip(lower=1) - 1.0)
    return sums(periods[list(by)].assign(worth=worth), "worth", by)


def cost_to_serve(periods: pd.DataFrame, by=BY) -> pd.Series:
    """What serving an account costs in a period: Σ (service + contacts + resolved problems + set-up + listening + programmes + the
    relationship budget for the customer, internal, recruitment and supplier markets) / Σ accounts tended; money per account and period."""
    found = sums(periods, [*TO_SERVE, "served"], by)
    return ratio(found[list(TO_SERVE)].sum(axis=1), found.served)


def satisfaction(periods: pd.DataFrame, by=BY) -> pd.Series:
    """The mean believed value V + G of the incumbent over accounts tended, money per unit: what buyers have come to expect of their
    supplier after all their experience with it (Oliver 1980; cumulative satisfaction)."""
    return _mean_of(periods, "believed_value", by)


def bond(periods: pd.DataFrame, by=BY) -> pd.Series:
    """The mean bond over accounts tended, 0..1."""
    return _mean_of(periods, "bond", by)


def _mean_of(periods: pd.DataFrame, column: str, by) -> pd.Series:
    """The mean of a cell's mean over accounts tended."""
    weighed = periods[[*by, "served"]].assign(sum=(periods[column].astype(float) * periods.served).where(periods.served > 0, 0.0))
    found = sums(weighed, ["sum", "served"], by)
    return ratio(found["sum"], found.served)


def phases(periods: pd.DataFrame, by=("strategy", "run", "seller", "period")) -> pd.DataFrame:
    """How many buyers stand in each phase with a seller (Dwyer, Schurr & Oh 1987): awareness (know it, never bought), exploration (an
    account, bond below 0.2), expansion (below 0.5), commitment (0.5 and more), dissolution (left it and has not come back)."""
    return sums(periods, list(PHASES), by)


def defections_by_cause(periods: pd.DataFrame, by=BY) -> pd.DataFrame:
    """Accounts lost by cause: price (the review found a better offer), incident (a review forced by an unresolved problem or a broken
    promise), turnover (the buyer left the market)."""
    found = sums(periods, [f"lost_{cause}" for cause in CAUSES[:3]], by)
    return found.rename(columns=lambda name: name.removeprefix("lost_"))


def acquisitions_by_history(periods: pd.DataFrame, by=BY) -> pd.DataFrame:
    """Accounts won by what went before: new (never bought from the seller) or back (had left it)."""
    found = sums(periods, ["won_new", "won_back"], by)
    return found.rename(columns=lambda name: name.removeprefix("won_"))


def acquisitions_by_channel(periods: pd.DataFrame, by=BY) -> pd.DataFrame:
    """Accounts won by channel: own_search, advertising, word_of_mouth or partner, whichever recommended the seller last before the buyer
    chose it (Villanueva, Yoo & Hanssens 2008 keep them apart by the first contact that is remembered). Σ over channels = acquisitions."""
    found = sums(periods, [f"won_{channel}" for channel in CHANNELS], by)
    return found.rename(columns=lambda name: name.removeprefix("won_"))


def share_by_channel(periods: pd.DataFrame, by=BY) -> pd.DataFrame:
    """Each channel's share of the accounts won, 0..1: Σ won through it / Σ acquisitions; nan where none was won."""
    counts = acquisitions_by_channel(periods, by)
    return counts.div(counts.sum(axis=1).where(lambda won: won > 0), axis=0)


def cost_to_win(periods: pd.DataFrame, by=BY) -> pd.Series:
    """What winning an account costs: Σ (acquisition cost + advertising + referral rewards + commissions + the relationship budget for the
    referral and influence markets) / Σ acquisitions, whatever the channel; money per account won (Blattberg & Deighton 1996)."""
    found = sums(periods, [*TO_WIN, "acquisitions"], by)
    return ratio(found[list(TO_WIN)].sum(axis=1), found.acquisitions)


def loss_rate_by_referrer(periods: pd.DataFrame, by=BY) -> pd.DataFrame:
    """How many of the accounts won by word of mouth are lost in a period, by whether whoever recommended the seller is still its account:
    vouched = Σ lost_vouched / Σ (vouched + won_word_of_mouth), unvouched = Σ lost_unvouched / Σ unvouched; per period, 0..1.

    An account counts as vouched from the period in which it is won until its referrer has left, and never again. Turnover of buyers is
    left out. Van den Bulte, Bayer, Skiera & Schmitt (2018): referred customers churn less only while their referrer stays. Types differ
    in both rates: keep `buyer_type` apart to compare like with like. nan where there were no such accounts."""
    found = sums(periods, ["vouched", "unvouched", "won_word_of_mouth", "lost_vouched", "lost_unvouched"], by)
    return pd.DataFrame({"vouched": ratio(found.lost_vouched, found.vouched + found.won_word_of_mouth),
                         "unvouched": ratio(found.lost_unvouched, found.unvouched)})


def payback_period(gains: np.ndarray) -> float:
    """The period from which what was put in has come back for good: the first from which the cumulative sum of `gains` (period 1 first,
    discounted or not) stays above nought to the end; nan where it does not."""
    return last_stretch(np.cumsum(gains) > 0)


def first_period(holds: np.ndarray) -> float:
    """The first period (from 1) in which it holds; nan where it never does."""
    return float(np.argmax(holds) + 1) if holds.any() else float("nan")


def last_stretch(holds: np.ndarray) -> float:
    """The first period from which it holds to the end; nan where it does not hold in the end."""
    broken = np.flatnonzero(~holds)
    start = broken[-1] + 2 if len(broken) else 1
    return float(start) if start <= len(holds) else float("nan")


def check_accounts(periods: pd.DataFrame) -> None:
    """Accounts balance in every cell: start + won − lost = end, the levels sum to the accounts, the channels to those won. Raises
    MeasureError naming the cell."""
    recorded = periods[periods.period > 0]
    whole = recorded.astype({name: np.int64 for name in ("accounts", "accounts_start", "acquisitions", "defections")})
    off = whole.accounts_start + whole.acquisitions - whole.defections - whole.accounts
    _refuse(recorded, off != 0, off, "accounts do not balance: start + won − lost − end")
    levels = [name for name in periods if name.startswith("accounts_") and name != "accounts_start"]
    off = periods[levels].sum(axis=1) - periods.accounts
    _refuse(periods, off != 0, off, "accounts by level do not sum to the accounts: levels − accounts")
    _refuse(periods, periods.accounts < 0, periods.accounts, "accounts are negative")
    off = periods[[f"won_{channel}" for channel in CHANNELS]].sum(axis=1) - periods.acquisitions
    _refuse(periods, off != 0, off, "accounts won by channel do not sum to the accounts won: channels − acquisitions")
    _refuse(periods, periods.won_own_search < 0, periods.won_own_search, "more accounts were recommended than won: own search")


def check_money(periods: pd.DataFrame, tolerance: float = 1e-9) -> None:
    """Money balances in every cell: revenue − Σ costs = profit, to rounding of float64. Raises MeasureError naming the cell."""
    off = periods.revenue - periods[list(COSTS)].sum(axis=1) - periods.profit
    scale = periods.revenue.abs() + periods[list(COSTS)].abs().sum(axis=1) + 1
    _refuse(periods, ~(off.abs() <= tolerance * scale), off, "money does not balance: revenue − costs − profit")


def _refuse(table: pd.DataFrame, wrong: pd.Series, off: pd.Series, words: str) -> None:
    """MeasureError for the first cell that is wrong."""
    if wrong.any():
        where = wrong.idxmax()
        cell = ", ".join(f"{name} {table.at[where, name]}" for name in ("strategy", "run", "period", "buyer_type", "seller"))
        raise MeasureError(f"{words} is {off.at[where]:g} at {cell}")
