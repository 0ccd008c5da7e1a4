"""Customer lifetime value: what accounts were worth in the simulation, and the closed forms with their timing stated.

Most disagreements about lifetime value are about timing (Fader & Hardie 2012), so every number here says when its first margin comes. The
shortcut 'expected life times margin' is wrong and only computed to show by how much.
"""
import numpy as np
import pandas as pd

from sim.measures import BY, net_present_value, ratio, retention_rate, sums

TIMINGS = ("now", "residual", "end of period")


def account_worth(cohorts: pd.DataFrame, by=BY) -> pd.Series:
    """What an account was worth on average: Σ worth / Σ accounts over the cohorts of the table, money of the period it was won in.

    All its profit to the horizon, set-up and acquisition included, programmes and advertising not; the first margin counts at once,
    undiscounted. With by=("strategy", "seller", "buyer_type", "cohort") it is the lifetime value by cohort and type. Cohorts won late had
    less time: restrict the table to early ones, or read it as 'so far'."""
    found = sums(cohorts, ["worth", "accounts"], by)
    return ratio(found.worth, found.accounts)


def matched_worth(channels: pd.DataFrame, by=BY, referred=("word_of_mouth",), window: int = 1) -> pd.DataFrame:
    """What referred accounts were worth beside others like them: `by`, accounts (referred ones that have a match), matched (their share of
    all referred), referred and others (mean worth, money of the period won), gap = referred − others, ratio = referred / others.

    Matched as by Schmitt, Skiera & Van den Bulte (2011), who found 16% to 25% more: each referred account stands beside the mean of those
    of the same seller and buyer type won otherwise in the same cohort, w̄_others = Σ_c n_c · w̄_others,c / Σ_c n_c over cells c of type and
    cohort with n_c referred accounts; cells without any other are left out. channels: `tables.channel_table`; referred: which channels
    count as referred; window: how many periods make a cohort. A row for each group in which accounts were won; nan where none matches."""
    cell = [*by, *(name for name in ("buyer_type", "cohort") if name not in by)]
    table = channels[[*dict.fromkeys([*by, "buyer_type", "cohort"]), "accounts", "worth"]].assign(
        cohort=(channels.cohort - 1) // window, told=channels.channel.isin(referred))
    sides = {told: sums(table[table.told == told], ["accounts", "worth"], cell) for told in (True, False)}
    both = sides[True].add_suffix("_referred").join(sides[False].add_suffix("_others"), how="inner")
    both["like_them"] = both.accounts_referred * both.worth_others / both.accounts_others
    levels = list(range(len(by)))
    found = both.groupby(level=levels, observed=True, sort=False)[["accounts_referred", "worth_referred", "like_them"]].sum()
    found = found.reindex(sums(table, "accounts", by).index, fill_value=0)
    all_referred = sides[True].accounts.groupby(level=levels, observed=True, sort=False).sum().reindex(found.index, fill_value=0)
    mean, others = ratio(found.worth_referred, found.accounts_referred), ratio(found.like_them, found.accounts_referred)
    return pd.DataFrame({"accounts": found.accounts_referred, "matched": ratio(found.accounts_referred, all_referred),
                         "referred": mean, "others": others, "gap": mean - others, "ratio": ratio(mean, others)})


def clv(margin: float, retention: float, discount: float, timing: str = "now") -> float:
    """Lifetime value of an account with constant margin m, retention r and discount rate d per period, over an infinite horizon (Fader &
    Hardie 2012):

    'now': the first margin counts at once, m(1 + d)/(1 + d − r), as for an account still to be won;
    'residual': the first margin has just been received and does not count, m·r/(1 + d − r);
    'end of period': the first margin comes at the end of the first period, m/(1 + d − r).

    m = 100, r = 0.8, d = 0.12 give 350.00, 250.00 and 312.50. Raises ValueError for another timing, or where the sum has no limit."""
    if not (0 <= retention <= 1 and discount > -1 and retention < 1 + discount):
        raise ValueError(f"retention {retention:g} and discount {discount:g} have no lifetime value: it needs 0 ≤ r ≤ 1 and r < 1 + d")
    if timing not in TIMINGS:
        raise ValueError(f"{timing!r} is not a timing; choose from {', '.join(TIMINGS)}")
    first = {"now": 1 + discount, "residual": retention, "end of period": 1.0}[timing]
    return margin * first / (1 + discount - retention)


def expected_life_shortcut(margin: float, retention: float, discount: float) -> float:
    """The WRONG shortcut: an annuity over the expected life 1/(1 − r), m·(1 − (1 + d)^(−1/(1 − r)))/d. For comparison only: with m = 100,
    r = 0.8, d = 0.12 it gives 360.48 where the residual value is 250.00, 44% too high (Gupta, Lehmann & Stuart 2004)."""
    life = 1 / (1 - retention)
    return margin * (1 - (1 + discount) ** -life) / discount


def migration_value(transitions: np.ndarray, rewards: np.ndarray, discount: float) -> np.ndarray:
    """The value of standing in each state of a Markov chain: V = (I − P/(1 + d))^−1 · R (Pfeifer & Carraway 2000), money.

    transitions: P [state, state], rows sum to 1; rewards: R [state], received on being in the state, at once; discount d per period."""
    transitions = np.asarray(transitions, float)
    return np.linalg.solve(np.eye(len(transitions)) - transitions / (1 + discount), np.asarray(rewards, float))


def recency_chain(repeat_rates: list[float]) -> np.ndarray:
    """Transitions of the migration model (Dwyer 1989): in state k the last purchase was k periods ago, a purchase comes with
    probability repeat_rates[k − 1] and leads to state 1, else the account ages; after the last state it is gone for good (last row)."""
    states = len(repeat_rates)
    chain = np.zeros((states + 1, states + 1))
    for k, rate in enumerate(repeat_rates):
        chain[k, 0], chain[k, k + 1] = rate, 1 - rate
    chain[states, states] = 1
    return chain


def customer_equity(periods: pd.DataFrame, discount: float, year: float, by=BY) -> pd.DataFrame:
    """What all of a seller's accounts are worth in money of the first period: earned, remaining and their sum, equity.

    earned: net present value of variable profit (profit before programmes and advertising) within the record, of accounts held and won;
    remaining: what those left at the horizon T are still worth, by buyer type, Σ_k A_k · m_k · r_k/(1 + d − r_k) · (1 + d)^−(T − 1), the
    last margin just received and not counted; m_k variable profit per account and r_k retention of the last `year` periods; d per period.
    Accounts yet to be won after the horizon are worth nothing here (Blattberg, Getz & Thomas 2001 for the term)."""
    finer, horizon = [*by, "buyer_type"], periods.period.max()
    table = periods[periods.period > 0]
    table = table[[*finer, "period", "accounts", "accounts_start", "acquisitions", "defections"]].assign(
        variable=table.profit + table.fixed_cost)
    last = table[table.period > horizon - year]
    retention = retention_rate(last, finer)
    found = sums(last, ["variable", "accounts"], finer)
    left = sums(table[table.period == horizon], "accounts", finer)
    residual = left * ratio(found.variable, found.accounts) * retention / (1 + discount - retention) * (1 + discount) ** -(horizon - 1.0)
    earned = net_present_value(table, discount, "variable", by)
    remaining = residual.fillna(0.0).groupby(level=list(range(len(by))), observed=True, sort=False).sum().reindex(earned.index)
    return pd.DataFrame({"earned": earned, "remaining": remaining, "equity": earned + remaining})
