"""What an optimisation found: the best policy, what it is worth on fresh runs, the front, and what it would pay to loosen."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sim.experiments.optimise.arena import Budget, name_in
from sim.experiments.optimise.decisions import Space, key_of
from sim.experiments.optimise.front import front
from sim.experiments.optimise.market import changed_beside
from sim.experiments.optimise.race import Standing
from sim.experiments.optimise.search import OBJECTIVES, History
from sim.experiments.optimise.telling import answer, sentence
from sim.experiments.optimise.words import in_words, short
from sim.experiments.told import Told
from sim.intervals import Interval, interval, verdict
from sim.outcomes import OUTCOMES

BEST, FRONT, UNIFORM, OWN, MORE, LIFTED = "best", "front", "uniform", "own", "more budget", "more capacity"


@dataclass(eq=False)
class Arm:
    """Something that was played on the fresh runs: kind (best, front, uniform, own, more budget, more capacity), name, its policy (None of
    a strategy of the scenario's own), values [run, outcome] of OUTCOMES, spent [run] in the unit of the budget."""

    kind: str
    name: str
    policy: dict | None
    values: np.ndarray
    spent: np.ndarray

    def of(self, outcome: str) -> np.ndarray:
        """One outcome, run by run."""
        return self.values[:, list(OUTCOMES).index(outcome)]


@dataclass(eq=False)
class Optimum(Told):
    """The best relationship policy that was found, measured on runs by which nobody was chosen.

    scenario: with the strategy in which policies are played; space: what was decided; objective, budget, capacity, trials, runs: as asked;
    history: every policy of the search; standing: the race; arms: what was played on the fresh runs, the winner first; seeds: of search,
    race and fresh runs."""

    scenario: object
    space: Space
    objective: str
    budget: Budget | None
    capacity: dict[str, float]
    trials: int
    runs: int
    search_runs: int
    history: History
    standing: Standing
    arms: list[Arm]
    seeds: tuple[int, int, int]
    uniform: dict | None
    folder: object = field(default=None)

    @property
    def policy(self) -> dict:
        """The best policy: the focal seller's fields and their plain values."""
        return self.standing.policies[self.standing.best]

    @property
    def name(self) -> str:
        """The strategy's name in the file that is written."""
        return name_in(self.scenario)

    @property
    def goal(self) -> str:
        """The outcome by which the best is chosen."""
        return OBJECTIVES[self.objective][0]

    @property
    def best(self) -> Arm:
        """The winner on the fresh runs."""
        return self.arms[0]

    def arm(self, policy: dict) -> Arm | None:
        """The arm of a policy, where it was played on the fresh runs."""
        return next((one for one in self.arms if one.policy is not None and key_of(one.policy) == key_of(policy)), None)

    def words(self, policy: dict) -> str:
        """A policy as one says it."""
        return in_words(policy, self.scenario.market.currency, self.scenario.market.period)

    @cached_property
    def table(self) -> pd.DataFrame:
        """What was played on the fresh runs: kind, name, policy (JSON), profit, retention, spending, cost_to_serve, accounts with _low and
        _high (95%), and loss: how much less profit than the best earns, paired by run, with loss_low and loss_high."""
        rows = []
        for one in self.arms:
            row = {"kind": one.kind, "name": one.name, "policy": None if one.policy is None else key_of(one.policy)}
            for name, values in (
                ("profit", one.of("profit")),
                ("retention", one.of("retention")),
                ("spending", one.spent),
                ("cost_to_serve", one.of("cost_to_serve")),
                ("accounts", one.of("accounts")),
                ("loss", self.best.of("profit") - one.of("profit")),
            ):
                row |= dict(zip((name, f"{name}_low", f"{name}_high"), map(float, interval(values)), strict=True))
            rows.append(row)
        table = pd.DataFrame(rows)
        table["over_budget"] = False if self.budget is None else table.spending > self.budget.amount
        return table

    @cached_property
    def front(self) -> pd.DataFrame:
        """The front on the fresh runs, highest profit first: rows of `table` for the best policy and those of the race's front, with
        `held` (no other of them beats it in both on the fresh runs) and point_cost: profit given up for a point of retention, against the
        best."""
        table = self.table
        rows = table[table.kind.isin([BEST, FRONT])].reset_index(drop=True)
        rows["held"] = np.isin(np.arange(len(rows)), front(rows[["profit", "retention"]].to_numpy()))
        points = 100 * (rows.retention - rows.retention[0])
        rows["point_cost"] = np.where(points > 0, rows.loss / points.where(points > 0), np.nan)
        return rows.sort_values(["retention", "profit"], ascending=[True, False], kind="stable", ignore_index=True)

    @cached_property
    def gains(self) -> pd.DataFrame:
        """What the best is ahead of: against ('best uniform level', or 'own strategy' of the scenario), name, gain, gain_low, gain_high
        in the goal (profit per buyer, or retention), profit, retention (differences, paired), verdict, and `beside`: what
        else it changes."""
        rows = []
        for one in self.arms:
            if one.kind == OWN or (self.uniform is not None and one is self.arm(self.uniform)):
                uniform = one.kind != OWN
                found = self.ahead_of(one)
                rows.append(
                    {
                        "against": "best uniform level" if uniform else "own strategy",
                        "name": one.name,
                        "gain": float(found.mean),
                        "gain_low": float(found.low),
                        "gain_high": float(found.high),
                        "profit": float((self.best.of("profit") - one.of("profit")).mean()),
                        "retention": float((self.best.of("retention") - one.of("retention")).mean()),
                        "verdict": verdict(found.low, found.high),
                        "beside": "" if uniform else ", ".join(changed_beside(self.scenario, one.name, self.space.fields)),
                    }
                )
        columns = ("against", "name", "gain", "gain_low", "gain_high", "profit", "retention", "verdict", "beside")
        return pd.DataFrame(rows, columns=columns).sort_values("against", kind="stable", ignore_index=True)

    def ahead_of(self, other: Arm) -> Interval:
        """By how much the best is ahead of another in the goal, paired by run."""
        return interval(self.best.of(self.goal) - other.of(self.goal))

    @cached_property
    def luck(self) -> dict:
        """What the gain over the best uniform level looked like on the luck of the search, of the race and of the fresh runs: what is lost
        on the way was luck. `search` is that of the policy that looked best in the search, over the uniform level that did."""
        allowed = [one for one in self.history.tried if one.allowed]
        uniform = [one for one in allowed if self.uniform_level(one.policy)]
        looked = max((getattr(one, self.goal) for one in allowed), default=np.nan) - max(
            (getattr(one, self.goal) for one in uniform), default=np.nan
        )
        gains = self.gains[self.gains.against == "best uniform level"]
        race = np.nan
        if self.uniform is not None:
            column, keys = OBJECTIVES["both"].index(self.goal), [key_of(one) for one in self.standing.policies]
            means = self.standing.values[:, :, column].mean(1)
            race = float(means[self.standing.best] - means[keys.index(key_of(self.uniform))])
        return {"search": float(looked), "race": race, "fresh": float(gains.gain.iloc[0]) if len(gains) else np.nan}

    def uniform_level(self, policy: dict) -> bool:
        """Whether a policy is one level for every account, all else as it stands."""
        return isinstance(policy.get("level"), str) and all(
            policy[name] == self.space.standing[name] for name in self.space.fields if name != "level"
        )

    def is_uniform(self, one: Arm) -> bool:
        """Whether an arm is there as a uniform level, on the front or not."""
        return one.kind in (BEST, FRONT, UNIFORM) and one.policy is not None and self.uniform_level(one.policy)

    def beyond(self, one: Arm) -> bool:
        """Whether an arm spends more than the budget allows, on average."""
        return self.budget is not None and float(one.spent.mean()) > self.budget.amount

    @cached_property
    def binding(self) -> pd.DataFrame:
        """What it would pay to loosen: limit, now (as stated), used, used_low, used_high (nan of a capacity), more (how much more was
        tried), gain, gain_low, gain_high (what it brought in the goal), verdict. One row for the budget, where one is stated, and one
        for each capacity of a level that the best policy uses."""
        rows = []
        if self.budget is not None:
            used = interval(self.best.spent)
            other = next((one for one in self.arms if one.kind == MORE), None)
            rows.append(
                {
                    "limit": "budget",
                    "now": self.budget.amount,
                    "used": float(used.mean),
                    "used_low": float(used.low),
                    "used_high": float(used.high),
                }
                | self._more(other, float(other.spent.mean() - used.mean) if other else np.nan)
            )
        for one in self.arms:
            if one.kind == LIFTED:
                now = self.limits[one.name]
                rows.append(
                    {"limit": one.name, "now": now, "used": np.nan, "used_low": np.nan, "used_high": np.nan}
                    | self._more(one, one.policy["capacity"][one.name] - now)
                )
        columns = ("limit", "now", "used", "used_low", "used_high", "more", "gain", "gain_low", "gain_high", "verdict", "policy")
        return pd.DataFrame(rows, columns=columns)

    def _more(self, other: Arm | None, more: float) -> dict:
        if other is None:
            return {"more": np.nan, "gain": np.nan, "gain_low": np.nan, "gain_high": np.nan, "verdict": "undecided", "policy": None}
        gain = interval(other.of(self.goal) - self.best.of(self.goal))
        return {
            "more": more,
            "gain": float(gain.mean),
            "gain_low": float(gain.low),
            "gain_high": float(gain.high),
            "verdict": verdict(gain.low, gain.high),
            "policy": key_of(other.policy),
        }

    @property
    def limits(self) -> dict[str, float]:
        """The capacity of each level, of the focal seller as it stands."""
        return self.scenario.sellers_under(self.name, 1)[self.scenario.focal].capacity

    def sentence(self) -> str:
        """The best policy and by how much it beats the best uniform level, as one says it to a board."""
        return sentence(self)

    def answer(self) -> dict:
        """Everything as plain data, ready for JSON."""
        return answer(self)

    def short(self, policy: dict) -> str:
        """A policy in few words."""
        return short(policy, self.space.standing)

    @cached_property
    def candidates(self) -> pd.DataFrame:
        """Every policy of the search, in order: number, batch, policy (JSON), short, profit, retention, spending, over, allowed,
        failure."""
        return pd.DataFrame(
            [
                {
                    "number": number,
                    "batch": one.batch,
                    "policy": key_of(one.policy),
                    "short": self.short(one.policy),
                    "profit": one.profit,
                    "retention": one.retention,
                    "spending": one.spending,
                    "over": one.over,
                    "allowed": one.allowed,
                    "failure": one.failure,
                }
                for number, one in enumerate(self.history.tried)
            ]
        )
