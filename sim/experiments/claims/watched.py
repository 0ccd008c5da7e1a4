"""The accounts of a run in which every buyer was watched: who won them how, what they earned and when they were lost, period by period."""
import numpy as np

from sim.core import state as at
from sim.core.terms import BY_WORD_OF_MOUTH, OWN_SEARCH
from sim.money import discounting
from sim.offers import burn_in
from sim.population import buyers_by_type

STAYS, GONE, OWN = range(3)                      # the referrer is an account of the seller too; is not any more; nobody recommended it
PER_YEAR = {"month": 12, "quarter": 4, "year": 1}
TENURES = np.array([0, 0.25, 0.5, 1, 1.5, 2, 3, 4, 5, 7, 1000])     # years: the strata in which hazards are compared


def rows_of(panel: np.ndarray, sellers: int):
    """What reads a row of whole numbers by its name: [period, buyer]; panel: of a market in which buyers do not hear each other."""
    rows = {name: row for row, name in enumerate(at.row_names(sellers))}
    return lambda name: np.ascontiguousarray(panel[..., rows[name]]).view(np.int32)


class Watched:
    """One run of one strategy; everything is [period, buyer]. Accounts that were won and lost within one period are not seen."""

    def __init__(self, runs):
        self.scenario, self.panel = runs.scenario, next(iter(runs.records.values()))[0].panel
        self.rows = {name: row for row, name in enumerate(at.row_names(len(self.scenario.sellers), True))}
        self.first, self.year = burn_in(self.scenario), PER_YEAR[self.scenario.market.period]
        self.now = np.arange(len(self.panel))[:, None] + self.first - 1
        self.kind, self.kinds = np.repeat(range(len(self.scenario.buyers)), buyers_by_type(self.scenario)), len(self.scenario.buyers)
        self.supplier, self.since, channel, referrer, self.entered = (
            self.whole(name) for name in ("incumbent", "since", "channel", "referrer", "entered"))
        self.group = np.where(channel == BY_WORD_OF_MOUTH, np.where(referrer >= 0, STAYS, GONE), np.where(channel == OWN_SEARCH, OWN, -1))
        self.worth = self.panel[..., self.rows["worth"]].astype(float)       # money of the first recorded period
        self.newcomer = self.origins()

    def whole(self, name: str) -> np.ndarray:
        """A row of whole numbers."""
        return np.ascontiguousarray(self.panel[..., self.rows[name]]).view(np.int32)

    def origins(self) -> np.ndarray:
        """Whether the account's buyer had no supplier when it was won."""
        found = np.zeros(self.supplier.shape, bool)
        for t in range(1, len(found)):
            begins, fresh = self.since[t] == self.now[t], self.entered[t] != self.entered[t - 1]
            found[t] = np.where(begins, fresh | (self.supplier[t - 1] < 0), found[t - 1])
        return found

    def on_record(self) -> np.ndarray:
        """Accounts won on record by word of mouth or own search: period 1 to the end."""
        return ((self.supplier >= 0) & (self.since >= self.first) & (self.group >= 0))[1:]

    def goes_on(self) -> np.ndarray:
        """Whether the relationship of a period is that of the next: period 1 to the last but one."""
        return (self.supplier[2:] == self.supplier[1:-1]) & (self.since[2:] == self.since[1:-1])

    def hazards(self, by_origin: bool) -> np.ndarray:
        """Accounts at risk and lost by the next period, turnover left out: [type, group, stratum of tenure (and origin), 2]."""
        here = self.on_record()[:-1] & (self.entered[1:-1] == self.entered[2:])
        strata = len(TENURES) - 1
        stratum = np.digitize((self.now - self.since)[1:-1], TENURES * self.year) - 1 + strata * (self.newcomer[1:-1] & by_origin)
        cell = (np.broadcast_to(self.kind, here.shape)[here], self.group[1:-1][here], stratum[here])
        counts = np.zeros((self.kinds, 3, 2 * strata, 2))
        np.add.at(counts[..., 0], cell, 1)
        np.add.at(counts[..., 1], cell, ~self.goes_on()[here])
        return counts

    def worth_ratios(self, last: int) -> np.ndarray:
        """Worth of referred accounts over that of others of their type, cohort (a year) and origin: [type]; cohorts up to a period."""
        cohort = self.since[1:] - self.first + 1
        ends = self.on_record() & np.concatenate([~self.goes_on(), np.ones_like(self.goes_on()[:1])]) & (cohort <= last)
        value = (self.worth[1:] / discounting(self.scenario)[np.clip(cohort, 1, None) - 1])[ends]
        kind, referred, year, fresh = (np.broadcast_to(x, ends.shape)[ends] for x in
                                       (self.kind, self.group[1:] != OWN, (cohort - 1) // self.year, self.newcomer[1:]))
        shape, cell = (self.kinds, 2, year.max() + 1, 2), (kind, referred.astype(int), year, fresh.astype(int))
        accounts, worth = np.zeros(shape), np.zeros(shape)
        np.add.at(accounts, cell, 1)
        np.add.at(worth, cell, value)
        both = (accounts > 0).all(1)
        like_them = np.divide(worth[:, 0], accounts[:, 0], out=np.zeros_like(worth[:, 0]), where=both) * accounts[:, 1]
        return np.where(both, worth[:, 1], 0).sum((1, 2)) / np.where(both, like_them, 0).sum((1, 2))

    def margins(self) -> np.ndarray:
        """What a referred account earned in a period over one won by own search: [type, first year or from the third year on]."""
        here = self.on_record()[1:] & self.goes_on()
        earned = (self.worth[2:] - self.worth[1:-1]) / discounting(self.scenario)[1:, None]
        tenure, referred = (self.now - self.since)[2:], self.group[2:] != OWN
        found = np.full((self.kinds, 2), np.nan)
        for when, held in enumerate((tenure <= self.year, tenure > 2 * self.year)):
            for k in range(self.kinds):
                one, other = (earned[here & held & (self.kind == k) & (referred == told)] for told in (True, False))
                found[k, when] = one.mean() / other.mean() if len(one) and len(other) else np.nan
        return found


def hazard_ratio(one: np.ndarray, other: np.ndarray) -> float:
    """Mantel & Haenszel's ratio of two hazards over strata: each [stratum, (at risk, lost)]; nan where nothing compares."""
    (risk, lost), (risk_other, lost_other) = one.T, other.T
    both = (risk > 0) & (risk_other > 0)
    weight = (risk + risk_other)[both]
    below = (lost_other[both] * risk[both] / weight).sum()
    return (lost[both] * risk_other[both] / weight).sum() / below if below else float("nan")
