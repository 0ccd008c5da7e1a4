"""A piece of a sweep: some runs of one point, played under every strategy; the same wherever it is played.

What it takes to play a piece travels with it (`Job` and `Piece`, plain data), so that threads, processes and other machines do the same.
"""
import json
import time
from collections import OrderedDict
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

import numpy as np

from sim.core.jit import source_digest
from sim.core.state import Population
from sim.offers import strategy_arrays
from sim.outcomes import outcomes
from sim.population import buyers_by_type, draw_population, starting_shares, tiles
from sim.runs import Meter, Runs, new_market, play_alone, record_of
from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioError
from sim.scenario.reading import Stated
from sim.scenario.scenario import Scenario

LEFT_BEHIND = ("data", "observed", "sweep")    # what nobody plays
REMEMBERED = 64                                # points, and populations, that are kept ready


class Job(NamedTuple):
    """What all pieces of a sweep share: what the scenario states, as JSON (with infinities); files by where they are."""
    values: str
    name: str
    strategies: tuple[str, ...]
    seed: int
    payoffs: tuple[str, ...] = ()


class Piece(NamedTuple):
    """Runs first … first + runs − 1 of one point; `values` are its parameters by their paths."""
    point: int
    first: int
    runs: int
    values: tuple[tuple[str, object], ...]


class Played(NamedTuple):
    """What became of a piece: values float64 [strategy, run, outcome], or the reason why there are none.

    model: which model played it; seconds: how long it took, and how much of that in compiled kernels."""
    point: int
    first: int
    runs: int
    values: np.ndarray | None
    failure: str | None
    model: str
    seconds: tuple[float, float]


def job_of(plan) -> Job:
    """What a plan's pieces share."""
    scenario = plan.scenario
    values = {name: value for name, value in scenario.stated.values.items() if name not in LEFT_BEHIND}
    file = scenario.word_of_mouth.file
    if file in scenario.files:
        values["word_of_mouth"] = values["word_of_mouth"] | {"file": str(scenario.files[file].resolve())}
    return Job(json.dumps(values), scenario.path.stem, plan.strategies, scenario.seed, plan.payoffs)


def pieces(plan, point: int, first: int, last: int) -> Piece:
    """The piece of a point that begins with run `first`; no run after `last` − 1 belongs to it."""
    return Piece(point, first, min(plan.block, last - first), plan.values(point))


def play(job: Job, piece: Piece) -> Played:
    """Play a piece. Whatever goes wrong at the point is its outcome, in words."""
    began, kernels = time.perf_counter(), 0.0
    values = failure = None
    try:
        values, kernels = _values(job, piece)
    except ScenarioError as error:
        failure = "; ".join(": ".join(part for part in (problem.path, problem.sentence) if part) for problem in error.problems)
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    return Played(piece.point, piece.first, piece.runs, values, failure, model(), (time.perf_counter() - began, kernels))


def _values(job: Job, piece: Piece) -> tuple[np.ndarray, float]:
    """The outcomes of a piece, and the seconds spent in compiled kernels."""
    scenario, population, arrays = _ready(job, piece.values)
    found, kernels = [], 0.0
    for name in job.strategies:
        records = []
        for run in range(piece.first, piece.first + piece.runs):
            market = new_market(scenario, arrays[name], population, job.seed, run)
            began = time.perf_counter()
            play_alone(market, Meter(0, None))
            kernels += time.perf_counter() - began
            records.append(record_of(market, False))
        found.append(outcomes(Runs(scenario, job.seed, (), {name: records}), name, job.payoffs))
    return np.stack(found), kernels


class Remembered:
    """The last so many things made, each made by whoever asks for it first."""

    def __init__(self, most: int):
        self.most, self.kept, self.lock = most, OrderedDict(), Lock()

    def get(self, key, make):
        """What was made under a key, or what `make` makes."""
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        made = make()
        with self.lock:
            self.kept[key] = made
            while len(self.kept) > self.most:
                self.kept.popitem(last=False)
        return made


_points, _populations = Remembered(REMEMBERED), Remembered(REMEMBERED)


def _ready(job: Job, values: tuple) -> tuple:
    """(scenario, population, strategies as arrays) of a point."""
    return _points.get((job, repr(values)), lambda: _made(job, values))


def _made(job: Job, values: tuple) -> tuple:
    scenario = base(job).replace(values=dict(values))
    return scenario, _population(scenario), {name: strategy_arrays(scenario, name) for name in job.strategies}


def _population(scenario: Scenario) -> Population:
    """`draw_population`, its tables of attributes and tastes shared with other points where buyers are alike; only how many there are of
    each type, and whose accounts they are at first, is a point's own."""
    shapes = tuple(seller.taste_shape for seller in scenario.sellers.values())
    noise = scenario.behaviour.choice_noise if any(shape is not None for shape in shapes) else None
    alike = tuple((name, buyer.model_copy(update={"share": 0.0})) for name, buyer in scenario.buyers.items())
    counts = buyers_by_type(scenario)
    return _populations.get((alike, shapes, noise), lambda: draw_population(scenario))._replace(
        present=np.flatnonzero(counts).astype(np.int32), start=starting_shares(scenario), **tiles(counts))


@lru_cache(maxsize=4)
def base(job: Job) -> Scenario:
    """The scenario that all points start from."""
    return resolve(Stated(json.loads(job.values)), Path(f"{job.name}.yaml"))


@cache
def model() -> str:
    """Which model this process plays."""
    return source_digest()
