"""The desk: the work of everybody at the page, done by a few threads. Sketches go first, what sharpens them follows, a slice at a time,
so that a class of forty shares the machine and nobody waits for another's long question. Questions that cannot be cut into slices (a map,
Kotler's table, a calibration) have a thread of their own, which gives way to the others."""

import asyncio
import contextlib
import itertools
import os
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from enum import IntEnum
from heapq import heappop, heappush


class Urgency(IntEnum):
    """In which order slices of work are taken up: a hand on a lever waits least."""

    SKETCH = 0
    FIRST = 1
    LATER = 2


class Gone(Exception):  # noqa: N818 - no error of anybody's
    """Whoever asked has gone."""


class Desk:
    """A few threads that take up slices of work by urgency, and among equals by arrival."""

    def __init__(self, threads: int | None = None):
        self.threads = threads or os.cpu_count() or 1
        self._waiting: list = []
        self._arrivals = itertools.count()
        self._change = threading.Condition()
        self._busy = 0
        for number in range(self.threads):
            threading.Thread(target=self._work, name=f"desk-{number}", daemon=True).start()
        self._aside = ThreadPoolExecutor(1, "aside", initializer=_give_way)

    async def do(self, urgency: Urgency, function: Callable, *words):
        """What `function(*words)` returns or raises, once its turn has come; nothing is begun for somebody who has gone."""
        loop = asyncio.get_running_loop()
        answer = loop.create_future()
        with self._change:
            heappush(self._waiting, (urgency, next(self._arrivals), (function, words, answer, loop)))
            self._change.notify()
        return await answer

    async def quietly(self, function: Callable[[], None]) -> None:
        """`function()` in the thread that gives way."""
        await asyncio.get_running_loop().run_in_executor(self._aside, function)

    async def aside(self, function: Callable[[Callable[[int, int], None]], object]) -> AsyncIterator[tuple[int, int] | object]:
        """(done, total) as a long piece of work tells of it, and at last what it returns. `function` is given whom to tell; where whoever
        asked has gone, it is stopped when it tells the next time."""
        loop, news, gone = asyncio.get_running_loop(), asyncio.Queue(), threading.Event()

        def tell(done: int, total: int) -> None:
            if gone.is_set():
                raise Gone
            loop.call_soon_threadsafe(news.put_nowait, (done, total))

        work = loop.run_in_executor(self._aside, function, tell)
        work.add_done_callback(lambda _: news.put_nowait(None))
        try:
            while (told := await news.get()) is not None:
                yield told
            yield await work
        finally:
            gone.set()

    @property
    def spare(self) -> int:
        """How many threads a slice of work may use by itself: all while nobody else has any."""
        with self._change:
            return max(1, self.threads - self._busy + 1) if not self._waiting else 1

    def _work(self) -> None:
        while True:
            with self._change:
                while not self._waiting:
                    self._change.wait()
                _, _, (function, words, answer, loop) = heappop(self._waiting)
                self._busy += 1
            try:
                if not answer.cancelled():
                    _hand_over(loop, answer, *_outcome(function, words))
            finally:
                with self._change:
                    self._busy -= 1


def _give_way() -> None:
    """This thread gives way to the others, where the system knows how."""
    with contextlib.suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def _outcome(function: Callable, words: tuple) -> tuple[object, BaseException | None]:
    try:
        return function(*words), None
    except BaseException as error:  # whatever it is belongs to whoever asked
        return None, error


def _hand_over(loop, answer: asyncio.Future, found: object, error: BaseException | None) -> None:
    def put() -> None:
        if not answer.done():
            answer.set_exception(error) if error else answer.set_result(found)

    try:
        loop.call_soon_threadsafe(put)
    except RuntimeError:  # the server has stopped; nobody waits any more
        pass
