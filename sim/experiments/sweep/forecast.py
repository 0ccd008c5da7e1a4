"""What a sweep will take, before it is played: a market is played to see how long it takes."""
from typing import NamedTuple

import numpy as np

from sim.experiments.sweep.plan import Plan
from sim.experiments.sweep.schedule import Target
from sim.experiments.sweep.work import Piece, job_of, play
from sim.offers import burn_in

BYTES = 8.5            # of an outcome on the disk, on average: numbers that differ in all their digits cannot be pressed
SIZES = ("market.buyers", "market.periods", "market.burn_in")


class Forecast(NamedTuple):
    """How many markets, how many seconds on the threads at hand, how many bytes on the disk."""
    markets: int
    seconds: float
    size: int


def forecast(plan: Plan, target: Target, threads: int) -> Forecast:
    """What playing a plan will take, at most. A run of the point in the middle is played twice, the second time to the clock; where buyers
    or periods vary, its time is scaled by them."""
    middle = int(np.argsort(_work(plan), kind="stable")[len(plan.points) // 2])
    job, piece = job_of(plan), Piece(middle, 0, 1, plan.values(middle))
    seconds = min(play(job, piece).seconds[0] for _ in range(2))
    work = _work(plan)
    total = seconds * target.runs * float((work / work[middle]).sum()) / threads
    markets = len(plan.points) * target.runs * len(plan.strategies)
    size = int(markets * (len(plan.outcomes) * BYTES + 4)) + 20_000
    return Forecast(markets, total if target.seconds is None else min(total, target.seconds), size)


def _work(plan: Plan) -> np.ndarray:
    """Buyers times periods of every point."""
    market = plan.scenario.market
    usual = {"market.buyers": market.buyers, "market.periods": market.periods, "market.burn_in": burn_in(plan.scenario)}
    of = {path: plan.points[path].to_numpy() if path in plan.parameters else np.full(len(plan.points), usual[path]) for path in SIZES}
    return of["market.buyers"] * (of["market.periods"] + of["market.burn_in"]).astype(float)
