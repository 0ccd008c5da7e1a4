"""The answer of the page, sharper and sharper: a sketch, then the market itself, run after run, to the very numbers of `tenure compare`."""

import asyncio
import time
from collections.abc import AsyncIterator

from sim.experiments.compare import Comparison
from sim.runs import Runs, simulate
from sim.web.asked import Asked
from sim.web.desk import Desk, Urgency
from sim.web.shown import LATER, beginning, packed, shown_figures, summary
from sim.web.sketch import RUNS, sketch

SLICE = 0.4  # seconds of a core that a slice of sharpening takes, about
FIRST = 4  # whole runs of the first sharper answer


async def sharpening(desk: Desk, asked: Asked, turns: asyncio.Semaphore) -> AsyncIterator[bytes]:
    """The lines of an answer: a sketch, the first whole runs, and all; those between are played in slices.

    turns: how many answers may hold more than their first runs at a time, which bounds the memory."""
    scenario, total = asked.scenario, asked.scenario.runs
    small = sketch(scenario, len(asked.strategies))
    if small is not scenario:
        yield await desk.do(Urgency.SKETCH, sketched, asked, small, desk)
    began, runs = time.perf_counter(), None
    for upto in range(1, min(FIRST, total) + 1):  # one by one: while a hand goes on moving they are soon given up
        runs = await desk.do(Urgency.FIRST, more, asked, runs, upto, 1)
    each = (time.perf_counter() - began) / runs.runs
    if runs.runs < total:
        async for text in told(desk, Urgency.FIRST, "sharper", asked, runs):
            yield text
        async with turns:
            while runs.runs < total:
                upto = min(total, runs.runs + max(1, round(SLICE / each)))
                runs = await desk.do(Urgency.LATER, more, asked, runs, upto, desk.spare)
    async for text in told(desk, Urgency.LATER, "final", asked, runs):
        yield text


def more(asked: Asked, runs: Runs | None, upto: int, threads: int) -> Runs:
    """The first `upto` runs, of which `runs` have been played."""
    return simulate(asked.scenario, asked.strategies, upto, threads=threads, go_on=runs)


def sketched(asked: Asked, small, desk: Desk) -> bytes:
    """The line of a sketch."""
    runs = simulate(small, asked.strategies, RUNS, threads=desk.spare)
    return packed(begun("sketch", asked, Comparison(runs, asked.scenario.baseline)))


def begun(stage: str, asked: Asked, comparison: Comparison) -> dict:
    """What a stage says first."""
    return beginning(stage, comparison, asked.scenario.runs, asked.scenario.market.buyers)


async def told(desk: Desk, urgency: Urgency, stage: str, asked: Asked, runs: Runs) -> AsyncIterator[bytes]:
    """The lines of the runs at hand: the verdict with what a sketch shows, then all figures; made figure by figure, so that nobody's
    hand on a lever waits for somebody's tables."""
    comparison = Comparison(runs, asked.scenario.baseline)
    said = await desk.do(urgency, begun, stage, asked, comparison)
    if stage != "final":
        yield packed(said)
    for name in LATER:
        said["figures"] |= await desk.do(urgency, shown_figures, comparison, (name,))
    said["summary"] = await desk.do(urgency, summary, comparison)
    yield await desk.do(urgency, packed, said)
