"""The stages of an optimisation: search on one luck, race on another, measure on a third."""

from collections.abc import Sequence

import numpy as np

from sim.experiments.optimise.arena import Arena, Budget, name_in
from sim.experiments.optimise.decisions import Space, key_of, unique
from sim.experiments.optimise.found import BEST, FRONT, LIFTED, MORE, OWN, UNIFORM, Arm, Optimum
from sim.experiments.optimise.front import spread
from sim.experiments.optimise.market import policy_of, starts, uniform_levels
from sim.experiments.optimise.race import FINAL, Standing, entrants, race
from sim.experiments.optimise.search import BATCH, OBJECTIVES, History, Tried, search
from sim.experiments.optimise.words import short
from sim.outcomes import OUTCOMES
from sim.scenario.levels import read_plan

SEARCH, RACE, FRESH = 0, 1, 2  # lucks: the scenario's own seed, and two that follow from it
SEARCH_SHARE = 5  # the search plays a fifth of the runs
TENTH = 1.1
A_QUARTER_MORE = 0.25
SPENT = ("relationship_budget",)


class NothingPlayed(Exception):  # noqa: N818 - named for what happened
    """Every policy failed; the message says why."""


def search_runs(runs: int) -> int:
    """How often the search plays each policy."""
    return max(runs // SEARCH_SHARE, 2)


class Study:
    """An optimisation under way: everything that its stages share."""

    def __init__(
        self,
        arena: Arena,
        space: Space,
        objective: str,
        budget: Budget | None,
        capacity: dict[str, float],
        trials: int,
        runs: int,
        sampler: str,
    ):
        self.arena, self.space, self.objective, self.budget = arena, space, objective, budget
        self.capacity, self.trials, self.runs, self.sampler = capacity, trials, runs, sampler
        self.columns = [list(OUTCOMES).index(name) for name in OBJECTIVES["both"]]

    def spent(self, values: np.ndarray, policy: dict) -> np.ndarray:
        """What a policy spends, run by run; what it does not decide is as it stands."""
        standing = policy_of(self.arena.scenario, name_in(self.arena.scenario), SPENT)
        return (self.budget or Budget(0.0)).spent(values, standing | policy, self.arena.scenario.market.buyers)

    def over(self, values: np.ndarray, policy: dict) -> float:
        """By how much it spends more than it may, on average."""
        return -1.0 if self.budget is None else float(self.spent(values, policy).mean() - self.budget.amount)

    def try_out(self, policies: list[dict], batch: int) -> list[Tried]:
        """Play a batch of the search."""
        runs = search_runs(self.runs)
        return [
            self._tried(policy, batch, values)
            for policy, values in zip(policies, self.arena.play(policies, runs, SEARCH, f"batch_{batch:03}"), strict=True)
        ]

    def _tried(self, policy: dict, batch: int, values: np.ndarray) -> Tried:
        failure = self.arena.failures.get(key_of(policy))
        if failure is not None:
            return Tried(policy, batch, np.nan, np.nan, np.nan, np.nan, failure)
        profit, retention = values[:, self.columns].mean(0).tolist()
        return Tried(policy, batch, profit, retention, float(self.spent(values, policy).mean()), self.over(values, policy))

    def heat(self, policies: list[dict], runs: int, part: str) -> tuple[np.ndarray, np.ndarray]:
        """Play a round of the race."""
        values = self.arena.play(policies, runs, RACE, part)
        over = np.array([self.over(one, policy) for one, policy in zip(values, policies, strict=True)])
        return values[..., self.columns], over

    def fresh(self, arms: Sequence[tuple[str, str, dict]], part: str) -> list[Arm]:
        """Play policies on the fresh runs: (kind, name, policy) each."""
        if not arms:
            return []
        found = self.arena.play([policy for _, _, policy in arms], self.runs, FRESH, part)
        return [
            Arm(kind, name, policy, values, self.spent(values, policy)) for (kind, name, policy), values in zip(arms, found, strict=True)
        ]

    def own(self, names: list[str]) -> list[Arm]:
        """Play the scenario's own strategies on the fresh runs."""
        found = self.arena.play_own(names, self.runs, FRESH, "fresh_own") if names else ()
        return [
            Arm(OWN, name, None, values, self.spent(values, policy_of(self.arena.scenario, name, SPENT)))
            for name, values in zip(names, found, strict=True)
        ]


def found_in(study: Study) -> Optimum:
    """Search, race, measure."""
    scenario, space = study.arena.scenario, study.space
    history = search(space, study.try_out, starts(scenario, space), study.trials, scenario.seed, study.objective, study.sampler, BATCH)
    if not any(one.failure is None for one in history.tried):
        raise NothingPlayed(f"no policy could be played: {history.tried[0].failure}")
    always = unique(uniform_levels(space) if "level" in space.fields else [space.standing])
    standing = race(
        unique([*always, *entrants(history.tried, study.objective)]), len(always), study.heat, study.runs, study.objective, scenario.seed
    )
    uniform = _best_uniform(standing, len(always), study.objective) if "level" in space.fields else None
    arms = _measured(study, standing, always, history)
    seeds = tuple(study.arena.seed(luck) for luck in (SEARCH, RACE, FRESH))
    return Optimum(
        scenario,
        space,
        study.objective,
        study.budget,
        study.capacity,
        study.trials,
        study.runs,
        search_runs(study.runs),
        history,
        standing,
        arms,
        seeds,
        uniform,
    )


def _best_uniform(standing: Standing, always: int, objective: str) -> dict | None:
    """The best uniform level of the race that keeps to the budget; None where none does."""
    column = OBJECTIVES["both"].index(OBJECTIVES[objective][0])
    means = np.where(standing.over[:always] <= 0, standing.values[:always, :, column].mean(1), -np.inf)
    return standing.policies[int(means.argmax())] if np.isfinite(means).any() else None


def _measured(study: Study, standing: Standing, always: list[dict], history: History) -> list[Arm]:
    """What is played on the fresh runs: the winner, the race's front, the uniform levels, what a larger budget or capacity brings, and the
    scenario's own strategies."""
    best, name = standing.policies[standing.best], lambda policy: short(policy, study.space.standing)
    means = np.where(standing.over[:, None] <= 0, standing.values.mean(1), np.nan)
    on_front = [standing.policies[number] for number in spread(means, FINAL)] if study.objective == "both" else []
    arms = [(BEST, name(best), best), *((FRONT, name(one), one) for one in on_front if key_of(one) != key_of(best))]
    arms += [(UNIFORM, name(one), one) for one in always if key_of(one) not in {key_of(policy) for _, _, policy in arms}]
    more = _dearer(history, study.budget, study.objective)
    arms += [(MORE, name(more), more)] if more is not None else []
    found = study.fresh(arms, "fresh")
    lifted = [(LIFTED, level, best | {"capacity": {level: TENTH * number}}) for level, number in _limits(study, best).items()]
    found += study.fresh(lifted, "fresh_lifted")
    scenario = study.arena.scenario
    return found + study.own([one for one in scenario.strategies if one != name_in(scenario)])


def _limits(study: Study, policy: dict) -> dict[str, float]:
    """The levels that a policy uses and that can serve only so many accounts."""
    scenario = study.arena.scenario
    seller = scenario.sellers_under(name_in(scenario), 1)[scenario.focal]
    levels = read_plan(policy["level"]).levels if "level" in policy else seller.level.levels
    return {level: seller.capacity[level] for level in levels if np.isfinite(seller.capacity[level])}


def _dearer(history: History, budget: Budget | None, objective: str) -> dict | None:
    """A policy of the search that spends more than the budget allows and did better than all that keep to it: the best of those that spend
    up to a quarter more, else the one that brings most for each unit more; None where none did better."""
    if budget is None:
        return None
    goal = OBJECTIVES[objective][0]
    allowed = max((getattr(one, goal) for one in history.tried if one.allowed), default=np.inf)
    better = [one for one in history.tried if one.failure is None and one.over > 0 and getattr(one, goal) > allowed]
    near = [one for one in better if one.over <= A_QUARTER_MORE * budget.amount]
    if near:
        return max(near, key=lambda one: getattr(one, goal)).policy
    return max(better, key=lambda one: (getattr(one, goal) - allowed) / one.over).policy if better else None
