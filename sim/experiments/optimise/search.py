"""The search: batches of policies, each asked of a sampler that has been told everything before, in order.

A batch follows from (seed, number of the batch, every policy before and what came of it) and nothing else. A search that was killed asks
again, gets the same policies, and finds their markets played: so it ends where an unbroken one would.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.experiments.optimise.decisions import Space, key_of, unique
from sim.experiments.optimise.front import spread
from sim.experiments.sweep.plan import LAYOUT

BATCH = 16
PARENTS = 4  # of the best policies, from which steps are taken
SAMPLERS = ("tpe", "random")
OBJECTIVES = {"profit": ("profit",), "retention": ("retention",), "both": ("profit", "retention")}
ASKED_IN_VAIN = 64  # policies in a row that are known already, after which a space is taken to be searched through


@dataclass(frozen=True)
class Tried:
    """A policy and what came of it in the search: means over runs; `over` is by how much it spends more than it may (0 or less: it
    keeps to it). Nan where the policy could not be played, and then `failure` says why."""

    policy: dict
    batch: int
    profit: float
    retention: float
    spending: float = 0.0
    over: float = 0.0
    failure: str | None = None

    @property
    def allowed(self) -> bool:
        """Whether it could be played and keeps to the budget."""
        return self.failure is None and self.over <= 0


@dataclass
class History:
    """Every policy that was tried, in order; each once."""

    tried: list[Tried] = field(default_factory=list)

    @property
    def keys(self) -> dict[str, int]:
        """Which policy is which."""
        return {key_of(one.policy): number for number, one in enumerate(self.tried)}

    def best_so_far(self, objective: str) -> np.ndarray:
        """The best allowed mean of an objective among the first 1, 2, … policies; nan while none is allowed."""
        values = np.array([getattr(one, objective) if one.allowed else -np.inf for one in self.tried])
        best = np.maximum.accumulate(values)
        return np.where(np.isfinite(best), best, np.nan)


def search(
    space: Space,
    play: Callable[[list[dict], int], list[Tried]],
    starts: Sequence[dict],
    trials: int,
    seed: int,
    objective: str = "both",
    sampler: str = "tpe",
    batch: int = BATCH,
) -> History:
    """Try `trials` different policies (all of a space that has no more). play(policies, batch) plays some and says what came of each;
    starts: tried first."""
    history, number, waiting = History(), 1, unique(starts)
    while len(history.tried) < trials:
        room = min(batch, trials - len(history.tried))
        chosen, waiting = waiting[:room], waiting[room:]
        chosen += asked(space, history, chosen, room - len(chosen), [seed, LAYOUT, 100 + number], objective, sampler)
        if not chosen:
            break
        history.tried += play(chosen, number)
        number += 1
    return history


def asked(space: Space, history: History, taken: list[dict], size: int, seed: list[int], objective: str, sampler: str) -> list[dict]:
    """`size` policies that have not been tried (fewer where it finds no more). Sources take turns: where profit and retention are both
    wanted one asks for the sake of profit alone, as a front is little use whose best end is poor; and one takes a step from the best."""
    known, found, vain = set(history.keys) | {key_of(one) for one in taken}, [], 0
    sources = _sources(space, history, seed, objective, sampler)
    while len(found) < size and vain < ASKED_IN_VAIN:
        policy = sources[(len(found) + vain) % len(sources)]()
        if key_of(policy) in known:
            vain += 1
            continue
        known.add(key_of(policy))
        found.append(policy)
        vain = 0
    return found


def _sources(space: Space, history: History, seed: list[int], objective: str, sampler: str) -> list[Callable[[], dict]]:
    """What gives policies, each by turns."""
    wants = [("profit",), OBJECTIVES["both"]] if objective == "both" and sampler == "tpe" else [OBJECTIVES[objective]]
    asking = [Asking(space, history, want, sampler, number).next for want, number in zip(wants, _seeds(seed, len(wants)), strict=True)]
    return asking if sampler == "random" else [*asking, Step(space, history, objective, np.random.default_rng([*seed, 1])).next]


def _seeds(seed: list[int], many: int) -> list[int]:
    return np.random.default_rng(seed).integers(2**31, size=many).tolist()


class Step:
    """A policy one or two numbers away from one of the best so far: where an optimum is near, it is reached step by step."""

    def __init__(self, space: Space, history: History, objective: str, luck: np.random.Generator):
        self.space, self.luck = space, luck
        self.parents = [one.policy for one in leaders(history.tried, objective, PARENTS)]

    def next(self) -> dict:
        """A policy, which may be known already."""
        if not self.parents:
            return self.space.policy(self._drawn)
        numbers = self.space.numbers_of(self.parents[self.luck.integers(len(self.parents))])
        for name in self.luck.permutation(list(numbers))[: 1 + self.luck.integers(2)].tolist():
            numbers[name] = self._moved(name, numbers[name])
        return self.space.policy(lambda name: numbers[name] if name in numbers else self._drawn(name))

    def _moved(self, name: str, value):
        options = self.space.numbers[name]
        if _words(options):
            others = [one for one in options if one != value]
            return others[self.luck.integers(len(others))] if others else value
        step = (1 + self.luck.geometric(0.6) - 1) * (1 if self.luck.random() < 0.5 else -1)
        return int(min(max(value + step, options[0]), options[1]))

    def _drawn(self, name: str):
        options = self.space.numbers[name]
        return options[self.luck.integers(len(options))] if _words(options) else int(self.luck.integers(options[0], options[1] + 1))


def leaders(tried: Sequence[Tried], objective: str, many: int) -> list[Tried]:
    """The best so far: half of them those with the highest mean, half (where both objectives are wanted) spread along the front."""
    allowed = [one for one in tried if one.allowed]
    first = OBJECTIVES[objective][0]
    best = sorted(allowed, key=lambda one: -getattr(one, first))[:many]
    if objective != "both" or not allowed:
        return best
    front = spread(np.array([[one.profit, one.retention] for one in allowed]).reshape(-1, 2), many // 2)
    return [*best[: many // 2], *(allowed[number] for number in front)]


class Asking:
    """Optuna (Akiba et al. 2019), told of every policy so far, and asked for more.

    tpe: tree-structured Parzen estimators (Bergstra et al. 2011; several objectives after Ozaki et al. 2020); random: at
    random. (NSGA-II keeps its generations in the study, which here is made anew for every batch, and so would start from nothing.)"""

    def __init__(self, space: Space, history: History, wants: tuple[str, ...], sampler: str, seed: int):
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.optuna, self.space, self.wants, self.tried = optuna, space, wants, history.tried
        self.distributions = {name: self._distribution(options) for name, options in space.numbers.items()}
        self.known = {key: self.tried[number] for key, number in history.keys.items()}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is experimental, or will be renamed, in one version of Optuna or the other
            self.study = optuna.create_study(directions=["maximize"] * len(wants), sampler=self._sampler(sampler, seed))
            for one in self.tried:
                self.study.add_trial(self._told(one))

    def next(self) -> dict:
        """A policy, which may be known already; then Optuna is told at once what came of it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            trial = self.study.ask()
            policy = self.space.policy(lambda name: self._suggested(trial, name))
            known = self.known.get(key_of(policy))
            if known is not None and known.allowed:
                self.study.tell(trial, [getattr(known, want) for want in self.wants])
        return policy

    def _suggested(self, trial, name: str):
        options = self.space.numbers[name]
        return trial.suggest_categorical(name, options) if _words(options) else trial.suggest_int(name, *options)

    def _sampler(self, name: str, seed: int):
        if name == "random":
            return self.optuna.samplers.RandomSampler(seed=seed)
        limit = lambda trial: trial.system_attrs.get("constraints", (0.0,))  # noqa: E731
        return self.optuna.samplers.TPESampler(
            seed=seed, n_startup_trials=BATCH, multivariate=False, constant_liar=True, constraints_func=limit
        )

    def _distribution(self, options: tuple):
        kinds = self.optuna.distributions
        if _words(options):
            return kinds.CategoricalDistribution(options)
        return kinds.IntDistribution(*options)

    def _told(self, one: Tried):
        """A policy that was tried, as Optuna keeps it."""
        numbers = self.space.numbers_of(one.policy)
        state = self.optuna.trial.TrialState
        failed = one.failure is not None
        return self.optuna.trial.create_trial(
            state=state.FAIL if failed else state.COMPLETE,
            params=numbers,
            distributions={name: self.distributions[name] for name in numbers},
            values=None if failed else [getattr(one, want) for want in self.wants],
            system_attrs={"constraints": [one.over]},
        )


def _words(options: tuple) -> bool:
    """Whether a number is a choice among words, or between true and false."""
    return isinstance(options[0], str | bool)
