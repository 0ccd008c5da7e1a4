"""What came out of a study of sensitivity: tables, the sentence and the whole answer as plain data."""
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sim.experiments.sensitivity import words
from sim.experiments.sensitivity.design import spread_points
from sim.experiments.sensitivity.discovery import Discovery
from sim.experiments.sensitivity.factors import Factor
from sim.experiments.sensitivity.indices import summed
from sim.experiments.told import Told
from sim.intervals import Interval
from sim.wording import plain

MONEY = ("gain", "profit", "account_worth", "cost_to_serve", "satisfaction")


@dataclass(eq=False)
class Sensitivity(Told):
    """What decides an outcome.

    player: scenario, baseline, strategy, outcome and runs; factors: what varies; laid: the design; own: the strategy's gain where the
    scenario stands, with its interval. effects (factor, name, mu, mu_star, mu_star_low, mu_star_high, sigma; None without Morris);
    indices (factor, name, first, first_low, first_high, total, total_low, total_high; None without Sobol); second (one, other, names,
    second, second_low, second_high); points (the factors' values at the points of the indices, outcome, gain); luck: by design, see
    `indices.luck`; where: boxes in which the recommendation fails."""
    player: object
    factors: tuple[Factor, ...]
    laid: object
    own: Interval
    effects: pd.DataFrame | None = None
    indices: pd.DataFrame | None = None
    second: pd.DataFrame | None = None
    points: pd.DataFrame | None = None
    luck: dict[str, dict[str, float]] = field(default_factory=dict)
    where: Discovery | None = None
    resamples: object = field(default=None, repr=False)

    @property
    def scenario(self):
        return self.player.scenario

    @property
    def baseline(self) -> str:
        return self.player.baseline

    @property
    def strategy(self) -> str:
        return self.player.strategy

    @property
    def outcome(self) -> str:
        return self.player.outcome

    @property
    def runs(self) -> int:
        """Of every point."""
        return self.player.runs

    @property
    def recommends(self) -> bool:
        """Whether the strategy, and not the baseline, is what one would choose where the scenario stands."""
        return float(self.own.mean) >= 0

    @property
    def recommended(self) -> str:
        """What one would choose where the scenario stands."""
        return self.strategy if self.recommends else self.baseline

    @property
    def other(self) -> str:
        """What one would not choose where the scenario stands."""
        return self.baseline if self.recommends else self.strategy

    @property
    def money(self) -> bool:
        """Whether the outcome is money."""
        return self.outcome in MONEY

    @property
    def spread_points(self) -> pd.DataFrame:
        """Those of `points` that are spread over the ranges by themselves: where it is looked whether the recommendation fails."""
        factors = len(self.indices)
        return self.points.iloc[spread_points(len(self.points), factors, self.laid.second_order)]

    @property
    def fails(self) -> np.ndarray:
        """At which of `spread_points` what is recommended is not best."""
        gain = self.spread_points.gain.to_numpy()
        return gain < 0 if self.recommends else gain > 0

    @property
    def left_out(self) -> list[str]:
        """The names of the factors that were screened out."""
        there = set() if self.indices is None else set(self.indices.factor)
        return [one.name for one in self.factors if one.key not in there] if self.indices is not None else []

    @property
    def interacts(self) -> bool:
        """Whether some total index lies above its first-order index beyond chance."""
        return bool((self.indices.total_low > self.indices["first"]).any())

    @property
    def assumed(self) -> bool:
        """Whether nobody said what varies, so that the usual ranges were taken."""
        return any(one.note for one in self.factors)

    def screened(self, table: pd.DataFrame, luck: dict[str, float]) -> None:
        """Take in the screening."""
        self.effects, self.luck["morris"] = self._named(table, self.factors), luck

    def indexed(self, factors, values, played, table, second, resamples, luck: dict[str, float]) -> None:
        """Take in the indices of some of the factors."""
        self.indices, self.resamples, self.luck["sobol"] = self._named(table, factors), resamples, luck
        keys, names = [one.key for one in factors], [one.name for one in factors]
        both = list(zip(second.one, second.other, strict=True))
        self.second = pd.DataFrame({"one": [keys[one] for one, _ in both], "other": [keys[other] for _, other in both],
                                    "names": [f"{names[one]} and {names[other]}" for one, other in both]}
                                   | {name: second[name].to_numpy(float) for name in ("second", "second_low", "second_high")})
        self.points = values.assign(outcome=played.outcome.mean(1), gain=played.gain.mean(1))

    def discovered(self, where: Discovery) -> None:
        """Take in where the recommendation fails."""
        self.where = where

    def explained(self, factors: list[str]) -> tuple[float, float, float]:
        """What these factors explain, each by itself, in sum: (share of the variance, low, high)."""
        return summed(self.indices, self.resamples, [self.indices.factor.tolist().index(one) for one in factors])

    def sentence(self) -> str:
        """What decides, and when the recommendation fails."""
        return words.sentence(self)

    def warnings(self) -> list[str]:
        """How far the numbers carry, in sentences."""
        return words.warnings(self)

    def boxes(self) -> pd.DataFrame:
        """A row for each restriction of each box: box, coverage, density, mass, p, parameter, name, low, high, values, quasi_p, again."""
        found = self.where.boxes if self.where else ()
        names = {one.key: one.name for one in self.factors}
        rows = [{"box": number, "coverage": one.coverage, "density": one.density, "mass": one.mass, "p": one.p,
                 "parameter": row["parameter"], "name": names[row["parameter"]], "low": row["low"], "high": row["high"],
                 "values": row["values"] and ", ".join(row["values"]), "quasi_p": row["quasi_p"], "again": row["again"]}
                for number, one in enumerate(found, start=1) for row in one.limits.to_dict("records")]
        return pd.DataFrame(rows)

    @property
    def table(self) -> pd.DataFrame:
        """The table that says most: `indices`, else `effects`."""
        return self.effects if self.indices is None else self.indices

    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables that there are, by name."""
        varies = pd.DataFrame([{"factor": one.key, "name": one.name, "spread": one.spread, "note": one.note} for one in self.factors])
        lucky = pd.DataFrame([{"design": name} | part for name, part in self.luck.items()])
        found = {"varies": varies, "effects": self.effects, "indices": self.indices, "second": self.second, "points": self.points,
                 "luck": lucky, "boxes": self.boxes()}
        return {name: table for name, table in found.items() if table is not None and len(table)}

    def answer(self) -> dict:
        """Everything as plain data, ready for JSON."""
        where = self.where and {"points": self.where.points, "fails": self.where.fails, "boxes": self.boxes().to_dict("records"),
                                "sentence": words.failing(self)}
        return plain({
            "scenario": self.scenario.name, "digest": self.scenario.digest(), "seed": self.scenario.seed, "runs": self.runs,
            "strategy": self.strategy, "baseline": self.baseline, "outcome": self.outcome, "currency": self.scenario.market.currency,
            "confidence": 0.95, "sentence": self.sentence(), "warnings": self.warnings(), "assumed": self.assumed,
            "design": self.laid._asdict(), "own_gain": {"gain": self.own.mean, "low": self.own.low, "high": self.own.high},
            "varies": {one.key: {"name": one.name, "spread": one.spread, "note": one.note} for one in self.factors},
            "effects": _by_factor(self.effects), "indices": _by_factor(self.indices),
            "second": [] if self.second is None else self.second.to_dict("records"), "luck": self.luck, "where_it_fails": where})

    def _named(self, table: pd.DataFrame, factors) -> pd.DataFrame:
        """A table with the factors it is about."""
        return pd.concat([pd.DataFrame({"factor": [one.key for one in factors], "name": [one.name for one in factors]}), table], axis=1)


def _by_factor(table: pd.DataFrame | None) -> dict | None:
    return None if table is None else {row.pop("factor"): row for row in table.to_dict("records")}
