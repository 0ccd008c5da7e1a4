"""What one seller sees of its customers, and what it does not see: one row a customer, filled while the market is played."""
import numpy as np
import pandas as pd

from sim.core import state as at
from sim.offers import burn_in, discount_per_period
from sim.panel import ATTRIBUTES
from sim.population import buyers_by_type
from sim.purchases.moments import Moment
from sim.purchases.paid import Sale, cost_to_serve

NOBODY = -1
WHOLE = ("first", "last", "purchases", "last_known", "purchases_known", "later", "future_purchases", "soon_purchases")
MONEY = ("spent", "spent_first", "spent_known", "spent_later", "earned", "future_margin", "clv", "clv_net")


class Customers:
    """The customers of one seller: buyers who bought from it on the record, in the order of their first purchase.

    The record is periods 1 … `record`; its first `known` are for calibration, the rest is the holdout; what is played after the record is
    the continuation, from which the truth about their future comes (purchases in its first `soon` periods are counted apart as well). A
    buyer that leaves the market is followed by another under the same number: generation 0, 1, …; each is a customer of its own."""

    def __init__(self, scenario, seller: str, record: int, known: int | None = None, soon: int = 0):
        self.scenario, self.seller = scenario, list(scenario.sellers).index(seller)
        self.record, self.known, self.soon = record, record if known is None else known, soon
        self.discount, self.before = discount_per_period(scenario), burn_in(scenario)
        buyers = scenario.market.buyers
        self.places = len(str(buyers))
        self.row, self.generation = np.full(buyers, NOBODY, np.int32), np.zeros(buyers, np.int32)
        self.size = 0
        self.columns = {name: np.zeros(0, np.int32) for name in ("number", "generation_of", *WHOLE)}
        self.columns |= {name: np.zeros(0) for name in MONEY} | {"held": np.zeros(0, bool), "left": np.zeros(0, bool)}
        self.state: pd.DataFrame | None = None

    def identity(self, buyer: np.ndarray) -> np.ndarray:
        """customer_id: the generation, then the buyer's number from 1 in as many digits as the number of buyers has; int64."""
        return self.generation[buyer].astype(np.int64) * 10**self.places + buyer + 1

    def add(self, moment: Moment, sale: Sale) -> None:
        """One more period: of the record, or of the continuation."""
        self._turn_over(moment)
        if moment.period <= self.record:
            self._enrol(moment, sale)
            self._buy(moment.period, sale)
            if moment.period == self.record:
                self.state = self._standing(moment)
        else:
            self._go_on(moment, sale)

    def _turn_over(self, moment: Moment) -> None:
        """Buyers who left the market."""
        gone = self.row[moment.newcomers]
        if moment.period <= self.record:
            self.columns["left"][gone[gone >= 0]] = True
        self.row[moment.newcomers] = NOBODY
        self.generation[moment.newcomers] += 1

    def _enrol(self, moment: Moment, sale: Sale) -> None:
        """Those who buy for the first time on the record."""
        fresh = self.row[sale.buyer] == NOBODY
        who, rows = sale.buyer[fresh], np.arange(self.size, self.size + int(fresh.sum()))
        self._grow(self.size + len(who))
        self.row[who], self.columns["number"][rows], self.columns["generation_of"][rows] = rows, who, self.generation[who]
        self.columns["first"][rows], self.columns["spent_first"][rows] = moment.period, sale.amount[fresh]
        # An account already when the period began has bought before the record (or held a starting share).
        self.columns["held"][rows] = moment.supplier_before[sale.which[fresh]] == self.seller
        self.size += len(who)

    def _grow(self, size: int) -> None:
        """Room for so many customers."""
        room = len(self.columns["number"])
        if size > room:
            more = max(size, 2 * room, 1024) - room
            self.columns = {name: np.concatenate([values, np.zeros(more, values.dtype)]) for name, values in self.columns.items()}

    def _buy(self, period: int, sale: Sale) -> None:
        """Purchases on the record."""
        rows, of = self.row[sale.buyer], self.columns
        of["last"][rows], of["spent"][rows] = period, of["spent"][rows] + sale.amount
        of["purchases"][rows] += 1
        of["earned"][rows] += sale.margin
        if period <= self.known:
            of["last_known"][rows], of["spent_known"][rows] = period, of["spent_known"][rows] + sale.amount
            of["purchases_known"][rows] += 1
        else:
            of["later"][rows] += 1
            of["spent_later"][rows] += sale.amount

    def _go_on(self, moment: Moment, sale: Sale) -> None:
        """What customers do after the record: discounted to its end."""
        after = (1 + self.discount) ** -float(moment.period - self.record)
        known = self.row[sale.buyer] >= 0
        rows, margin, of = self.row[sale.buyer[known]], sale.margin[known], self.columns
        of["future_purchases"][rows] += 1
        of["soon_purchases"][rows] += moment.period <= self.record + self.soon
        of["future_margin"][rows] += margin
        of["clv"][rows] += after * margin
        of["clv_net"][rows] += after * margin
        still = np.flatnonzero(self.row >= 0)
        of["clv_net"][self.row[still]] -= after * cost_to_serve(moment, self.seller, still)

    def _standing(self, moment: Moment) -> pd.DataFrame:
        """How customers who are still in the market stand when the record ends."""
        who = np.flatnonzero(self.row >= 0)
        supplier, history = moment.whole(at.INCUMBENT, who), moment.whole(
            at.ROWS + at.HISTORY * len(self.scenario.sellers) + self.seller, who)
        account, left = supplier == self.seller, (history & 128) != 0
        back = moment.row(at.RETURN_COST, who)
        found = {"supplier": supplier, "account": account, "alive": account | ~left | np.isfinite(back),
                 "tenure": np.where(account, self.before + moment.period - 1 - moment.whole(at.SINCE, who), 0)}
        found |= {name: moment.row(row, who) for name, row in ATTRIBUTES.items()}
        return pd.DataFrame(found, index=self.row[who])

    # --- tables -----------------------------------------------------------------------------------------------------------------

    def column(self, name: str) -> np.ndarray:
        """One column of what was gathered."""
        return self.columns[name][:self.size]

    @property
    def customer_id(self) -> np.ndarray:
        return self.column("generation_of").astype(np.int64) * 10**self.places + self.column("number") + 1

    def summaries(self) -> pd.DataFrame:
        """RFM in whole periods, as lifetimes and PyMC-Marketing define it: customer_id, then over the record frequency (periods with a
        repeat purchase), recency (last purchase − first), T (end of the record − first), monetary_value (mean amount of the repeat
        purchases, 0 without any); the same up to the end of the calibration, *_cal, and in the holdout frequency_holdout, duration_holdout
        and monetary_value_holdout. Who first bought in the holdout has no calibration: empty."""
        first, seen = self.column("first"), self.column("first") <= self.known
        repeat, spent = self.column("purchases") - 1, self.column("spent") - self.column("spent_first")
        known, spent_known = self.column("purchases_known") - 1, self.column("spent_known") - self.column("spent_first")
        table = {"customer_id": self.customer_id, "frequency": repeat, "recency": self.column("last") - first, "T": self.record - first,
                 "monetary_value": each(spent, repeat)}
        if self.known < self.record:
            cal = {"frequency_cal": known, "recency_cal": self.column("last_known") - first, "T_cal": self.known - first,
                   "monetary_value_cal": each(spent_known, known), "frequency_holdout": self.column("later"),
                   "duration_holdout": np.full(self.size, self.record - self.known),
                   "monetary_value_holdout": each(self.column("spent_later"), self.column("later"))}
            table |= {name: pd.array(np.where(seen, values, 0), "Int64" if np.asarray(values).dtype.kind == "i" else "Float64")
                      for name, values in cal.items()}
            for name in cal:
                table[name][~seen] = pd.NA
        return pd.DataFrame(table)

    def truth(self) -> pd.DataFrame:
        """What no log shows, a row for each customer: see `sim.exports.columns.TRUTH`."""
        kinds = np.searchsorted(np.cumsum(buyers_by_type(self.scenario)), self.column("number"), side="right")
        standing = self.state.reindex(range(self.size))
        sellers = [*self.scenario.sellers]
        supplier = standing.supplier.fillna(NOBODY).astype(int).to_numpy()
        here = ~self.column("left")
        table = {"customer_id": self.customer_id,
                 "buyer_type": pd.Categorical.from_codes(kinds, list(self.scenario.buyers)),
                 "first_period": self.column("first"), "held_before": self.column("held"), "in_market": here,
                 "account": standing.account.eq(True).to_numpy(), "alive": standing.alive.eq(True).to_numpy(),
                 "supplier": pd.Categorical.from_codes(np.where(supplier >= 0, supplier, len(sellers)), [*sellers, "none"]),
                 "tenure": standing.tenure.fillna(0).astype(np.int32).to_numpy(),
                 "buys_again": self.column("future_purchases") > 0, "future_purchases": self.column("future_purchases"),
                 "future_margin": self.column("future_margin"), "clv": self.column("clv"), "clv_net": self.column("clv_net")}
        return pd.DataFrame(table | {name: standing[name].to_numpy(np.float32) for name in ATTRIBUTES})


def each(total: np.ndarray, number: np.ndarray) -> np.ndarray:
    """total / number, 0 where there is none."""
    return np.where(number > 0, total / np.maximum(number, 1), 0.0)
