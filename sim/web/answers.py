"""The answer of the page, sharper and sharper: a sketch, then the market itself, run after run, to the very numbers of `tenure compare`."""

import asyncio
import time
from collections.abc import AsyncIterator

from sim.experiments.compare import Comparison
from sim.runs import Runs, simulate
from sim.web.asked import Asked
from sim.web.desk import Desk, Urgency
from sim.web.shown import line
from sim.web.sketch import RUNS, sketch

SLICE = 0.4  # seconds of a core that a slice of sharpening takes, about
FIRST = 4  # whole runs of the first sharper answer


async def sharpening(desk: Desk, asked: Asked, turns: asyncio.Semaphore) -> AsyncIterator[bytes]:
    """The lines of an answer: a sketch, the first whole runs, and all; those between are played in slices.

    turns: how many answers may hold more than their first runs at a time, which bounds the memory."""
    scenario, total = asked.scenario, asked.scenario.runs
    small = sketch(scenario, len(asked.strategies))
    if small is not scenario:
        yield await desk.do(Urgency.SKETCH, sketched, asked, small)
    began = time.perf_counter()
    runs = await desk.do(Urgency.FIRST, more, desk, asked, None, min(FIRST, total))
    each = (time.perf_counter() - began) / runs.runs
    if runs.runs < total:
        yield await desk.do(Urgency.FIRST, told, "sharper", asked, runs)
        async with turns:
            while runs.runs < total:
                upto = min(total, runs.runs + max(1, round(SLICE / each)))
                runs = await desk.do(Urgency.LATER, more, desk, asked, runs, upto)
    yield await desk.do(Urgency.LATER, told, "final", asked, runs)


def more(desk: Desk, asked: Asked, runs: Runs | None, upto: int) -> Runs:
    """The first `upto` runs, of which `runs` have been played."""
    return simulate(asked.scenario, asked.strategies, upto, threads=desk.spare, go_on=runs)


def sketched(asked: Asked, small) -> bytes:
    """The line of a sketch."""
    return told("sketch", asked, simulate(small, asked.strategies, RUNS, threads=1))


def told(stage: str, asked: Asked, runs: Runs) -> bytes:
    """The line of the runs at hand."""
    market = asked.scenario.market
    return line(stage, Comparison(runs, asked.scenario.baseline), asked.scenario.runs, market.buyers)
