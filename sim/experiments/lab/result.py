"""What the laboratory found: predictions against the truth, with intervals over runs, and the sentences that say so."""
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sim.experiments.told import Told
from sim.intervals import interval, verdict
from sim.wording import capital, listed, name_of_type, percent, plain

ALL, MIX, USUAL = "all", "mix", "BG/NBD"
BINS = 10
WORDS = {"ahead": "too high", "behind": "too low", "undecided": "may be right"}
KEYS = ["market", "buyer_type", "estimator"]
SLIGHT = 0.03                    # who is alive is right within so much
REASONS = {"repeat rate as retention": "because every purchase cycle without a purchase counts as the end of the customer"}


@dataclass(eq=False)
class Lab(Told):
    """Estimators against the truth in every market; `sums` and `bins` hold the runs one by one."""

    scenario: Any
    seller: str
    strategy: str
    windows: Any
    runs: int
    sums: pd.DataFrame
    bins: pd.DataFrame

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each market, buyer type (`all`: together) and estimator: customers (a run); purchases of a customer in the holdout:
        true, predicted, bias = predicted/true − 1 with its interval over runs, error = mean absolute deviation over the true mean; the same
        of clv; alive at the end of the calibration: true, predicted, brier (mean squared error); called_lost (the share with P(active) < ½)
        and lost_and_back (of those the share that bought again); the verdict on clv."""
        return pd.DataFrame([dict(zip(KEYS, key, strict=True)) | measured(rows)
                             for key, rows in self.sums.groupby(KEYS, sort=False, observed=True)])

    @cached_property
    def calibration(self) -> pd.DataFrame:
        """By market, buyer type, estimator and tenth of P(active): customers over all runs, mean P(active), share that was alive."""
        if not len(self.bins):
            return pd.DataFrame(columns=[*KEYS, "bin", "customers", "predicted", "alive"])
        found = self.bins.groupby([*KEYS, "bin"], sort=False, observed=True)[["customers", "predicted", "alive"]].sum().reset_index()
        return found.assign(predicted=found.predicted / found.customers, alive=found.alive / found.customers)

    def rows(self, market: str, buyer_type: str = ALL) -> pd.DataFrame:
        """The estimators in one market, for one type."""
        return self.table[(self.table.market == market) & (self.table.buyer_type == buyer_type)]

    @property
    def markets(self) -> list[str]:
        return list(dict.fromkeys(self.table.market))

    def sentence(self) -> str:
        """Where the usual estimator is most wrong and why, how it does elsewhere, and who is nearest."""
        rows = self.table[(self.table.estimator == USUAL) & (self.table.buyer_type == ALL)].dropna(subset="clv_bias")
        apart = rows[rows.market != MIX] if (rows.market != MIX).any() else rows
        if not len(apart):
            return f"{USUAL} could not be fitted to any of these markets."
        worst = apart.loc[apart.clv_bias.abs().idxmax()]
        others = [f"{whose(row.market)} it is {signed(row.clv_bias)} off ({signed(row.clv_low)} to {signed(row.clv_high)})"
                  for row in apart.drop(worst.name).itertuples()]
        return " ".join([said(worst), f"{capital(listed(others))}." if others else "", self.nearest()]).replace("  ", " ").strip()

    def nearest(self) -> str:
        """Who comes nearest to the true lifetime value, market by market."""
        best = [(name, rows.loc[rows.clv_bias.abs().idxmin()]) for name in self.markets
                for rows in [self.rows(name).dropna(subset="clv_bias")] if len(rows)]
        words = [f"{row.estimator} {whose(name).replace('of ', 'for ', 1)} ({signed(row.clv_bias)})" for name, row in best]
        return f"Nearest to the truth: {'; '.join(words)}." if words else ""

    def answer(self) -> dict:
        """Everything as plain data, ready for JSON."""
        of, market = self.windows, self.scenario.market
        return {"scenario": self.scenario.name, "digest": self.scenario.digest(), "seed": self.scenario.seed, "runs": self.runs,
                "seller": self.seller, "strategy": self.strategy, "period": market.period, "currency": market.currency, "confidence": 0.95,
                "windows": {"calibration": of.calibration, "cohort": of.cohort, "holdout": of.holdout, "horizon": of.horizon},
                "estimators": [plain(row) for row in self.table.to_dict("records")], "sentence": self.sentence(),
                "because": {f"{row.market}, {row.estimator}": said(row) for row in self.table.itertuples()
                            if row.buyer_type == ALL and not np.isnan(row.clv_bias)}}


def measured(rows: pd.DataFrame) -> dict:
    """One estimator in one market for one type, over runs."""
    many = rows.customers.sum()
    found: dict[str, Any] = {"customers": rows.customers.mean()}
    for what in ("purchases", "clv"):
        true, predicted = rows[f"{what}_true"].to_numpy(), rows[f"{what}_predicted"].to_numpy()
        with np.errstate(divide="ignore", invalid="ignore"):
            bias = interval(np.where(true != 0, predicted / true - 1, np.nan))
        found |= {f"{what}_true": true.sum() / many, f"{what}_predicted": predicted.sum() / many, f"{what}_bias": float(bias.mean),
                  f"{what}_low": float(bias.low), f"{what}_high": float(bias.high),
                  f"{what}_error": rows[f"{what}_error"].sum() / true.sum() if true.sum() else np.nan}
    lost = rows.called_lost.sum()
    found |= {"alive_true": rows.alive_true.sum() / many, "alive_predicted": rows.alive_predicted.sum() / many,
              "alive_brier": rows.alive_brier.sum() / many, "account_true": rows.account_true.sum() / many,
              "called_lost": lost / many, "lost_and_back": rows.lost_and_back.sum() / lost if lost else np.nan}
    return found | {"verdict": WORDS[verdict(found["clv_low"], found["clv_high"])]}


def said(row) -> str:
    """One estimator's error in a sentence, with the reason as far as the truth tells it."""
    size = percent(abs(row.clv_bias))
    if row.verdict == WORDS["undecided"]:
        return f"{row.estimator} is {limits(row)} on the lifetime value {whose(row.market)}, which may be luck."
    low, high = sorted(abs(limit) for limit in (row.clv_low, row.clv_high))
    sure = f"{size} ({100 * low:.0f} to {100 * high:.0f}) {row.verdict}"
    return f"{row.estimator} puts the lifetime value {whose(row.market)} {sure}, {reason(row)}."


def reason(row) -> str:
    """Why: by how much it is wrong about who is alive, and about how much those buy; whichever of the two counts for more."""
    if row.estimator in REASONS:
        return REASONS[row.estimator]
    alive, high = np.log(row.alive_predicted / row.alive_true), row.clv_bias > 0
    pace = np.log1p(row.purchases_bias) - alive
    said_alive = f"it holds {percent(row.alive_predicted)} for alive where {percent(row.alive_true)} are"
    if (alive > 0) == high and abs(alive) > SLIGHT and abs(alive) >= (pace if high else -pace):
        back = f"; {percent(row.lost_and_back)} of those it calls lost buy again" if row.lost_and_back > 0.05 else ""
        return f"because {said_alive}" if high else f"because it takes silence for loss: {said_alive}{back}"
    if high:
        return "because the pace of the calibration does not last"
    return "because those who are alive buy more, and longer, than it expects"


def whose(market: str) -> str:
    """Of whom a market tells."""
    return "of the mix" if market == MIX else f"of {name_of_type(market)} buyers"


def signed(bias: float) -> str:
    """A bias with its sign: +4% or −31%."""
    return f"{100 * bias:+.0f}%".replace("-", "−")


def limits(row) -> str:
    """An interval of a bias."""
    return f"{signed(row.clv_bias)} ({signed(row.clv_low)} to {signed(row.clv_high)}) off"
