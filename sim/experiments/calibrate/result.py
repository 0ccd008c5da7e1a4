"""What a calibration found: estimates with their intervals, what the data can and cannot say, fit and holdout, and a scenario that plays.

Every kind of data ends in the same `Calibration`, so that one command, one screen and one set of figures serve them all.
"""

import math
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.experiments.told import Told

ESTIMATE_COLUMNS = ("parameter", "value", "low", "high", "unit", "how")
FIT_COLUMNS = ("what", "at", "observed", "simulated", "low", "high", "holdout")
DROPPED_COLUMNS = ("reason", "rows")


@dataclass
class Calibration(Told):
    """A market read from data.

    kind        log, panel, contracts, retention or repertoire
    source      the file that was read, or a word for data that came from memory
    facts       what the data are, in plain words and numbers: customers, rows, first and last day …
    estimates   a row for each parameter: parameter (a dotted path of the scenario, or the name of a statistical parameter), value, low,
                high (95% interval; nan where there is none), unit, how (the method and its reason)
    fit         tables by name, each with the columns what, at, observed, simulated, low, high, holdout: `simulated` is what Tenure's own
                market plays from the written scenario, low and high hold 95% of what a data set of this size shows, and `holdout` marks
                rows that the estimation has not seen; other columns may follow (what another model says, by its name)
    identified, not_identified   sentences
    dropped     rows of the file that were not used, by reason: reason, rows
    scenario    YAML text, commented: a number is marked `data` with its interval, or `assumption`
    scores      figures of merit by name (error of the holdout total, log score …), each a number
    headline    the finding, a sentence for a board
    considered  what else was estimated and how well it fits, a row for each model; empty where there was only one
    companions  files that travel with the scenario, by name: a small table of what was observed, as text
    """

    kind: str
    source: str
    facts: dict
    estimates: pd.DataFrame
    fit: dict[str, pd.DataFrame]
    identified: list[str]
    not_identified: list[str]
    dropped: pd.DataFrame
    scenario: str
    headline: str
    scores: dict[str, float] = field(default_factory=dict)
    considered: pd.DataFrame = field(default_factory=pd.DataFrame)
    companions: dict[str, str] = field(default_factory=dict)

    def sentence(self) -> str:
        """The finding, for a board."""
        return self.headline

    @property
    def table(self) -> pd.DataFrame:
        """The table that says most: `estimates`."""
        return self.estimates

    def tables(self) -> dict[str, pd.DataFrame]:
        """Everything that is worth keeping as a table, by name: estimates, dropped, and fit_<name> for each comparison with the data;
        those without rows are left out."""
        found = {"estimates": self.estimates, "dropped": self.dropped, "considered": self.considered}
        return {name: table for name, table in found.items() if len(table)} | {f"fit_{name}": table for name, table in self.fit.items()}

    def answer(self) -> dict:
        """The calibration as plain data: facts, estimates, scores, what is and is not identified, rows dropped."""
        return {"kind": self.kind, "source": self.source, "sentence": self.sentence(), "facts": plain(self.facts),
                "estimates": [plain(row) for row in self.estimates.to_dict("records")], "scores": plain(self.scores),
                "identified": self.identified, "not_identified": self.not_identified,
                "dropped": {row.reason: int(row.rows) for row in self.dropped.itertuples()}}  # fmt: skip


def estimates_table(rows: list[tuple]) -> pd.DataFrame:
    """A table of estimates from tuples in the order of `ESTIMATE_COLUMNS`."""
    return pd.DataFrame(rows, columns=list(ESTIMATE_COLUMNS)).astype({"value": float, "low": float, "high": float})


def fit_table(what: str, at, observed, simulated, low=np.nan, high=np.nan, holdout=False, **others) -> pd.DataFrame:
    """Observed beside simulated, a row for each of `at` (a week, a year, a brand), as `FIT_COLUMNS`; others: further columns."""
    named = zip(FIT_COLUMNS[2:], (observed, simulated, low, high, holdout), strict=True)
    return pd.DataFrame({"what": what, "at": at, **dict(named), **others})


def dropped_table(counts: dict[str, int]) -> pd.DataFrame:
    """Rows that were not used, by reason; reasons without rows are left out."""
    return pd.DataFrame([(reason, int(rows)) for reason, rows in counts.items() if rows], columns=list(DROPPED_COLUMNS))


def plain(values: dict) -> dict:
    """Numbers as JSON knows them: no numpy, None for what is not a finite number."""
    return {str(name): _plain(value) for name, value in values.items()}


def _plain(value):
    if isinstance(value, dict):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
