"""Answers that come line by line: whoever asks what another is asking already listens to the same answer, what was answered lately is
answered at once, and an answer that nobody listens to any more stops."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable

KEPT = 64  # last lines that are kept for whoever asks the same


class Stream:
    """One answer as it grows."""

    def __init__(self):
        self.newest: bytes = b""
        self.said, self.listeners = 0, 0
        self.over = False
        self.failure: Exception | None = None
        self.news = asyncio.Condition()
        self.task: asyncio.Task | None = None

    async def say(self, text: bytes = b"", over: bool = False) -> None:
        """Another line, which replaces the one before; or the end."""
        async with self.news:
            if text:
                self.newest, self.said = text, self.said + 1
            self.over = self.over or over
            self.news.notify_all()

    async def heard(self) -> AsyncIterator[bytes]:
        """The newest line and those that follow; a slow listener hears the newest, not all. Raises what the answer failed of."""
        heard = 0
        while True:
            async with self.news:
                await self.news.wait_for(lambda heard=heard: self.said > heard or self.over)
            if self.said > heard:
                heard = self.said
                yield self.newest
            elif self.failure:
                raise self.failure
            else:
                return


class Streams:
    """All answers that are growing, and the last lines of the latest that are done."""

    def __init__(self):
        self._growing: dict[str, Stream] = {}
        self._done: OrderedDict[str, bytes] = OrderedDict()

    async def follow(self, key: str, lines: Callable[[], AsyncIterator[bytes]]) -> AsyncIterator[bytes]:
        """The lines of the answer to `key`, which `lines()` makes where nobody has asked for it yet; the last one is kept."""
        if key in self._done:
            self._done.move_to_end(key)
            yield self._done[key]
            return
        stream = self._growing.get(key) or self._begun(key, lines)
        stream.listeners += 1
        try:
            async for text in stream.heard():
                yield text
        finally:
            stream.listeners -= 1
            if not stream.listeners and stream.task:
                stream.task.cancel()
                stream.task = None  # a stopped task holds on to what it was at, runs and all, and through it to the stream: let go
                self._forget(key, stream)

    def _begun(self, key: str, lines: Callable[[], AsyncIterator[bytes]]) -> Stream:
        self._growing[key] = stream = Stream()
        stream.task = asyncio.create_task(self._grow(key, stream, lines))
        return stream

    async def _grow(self, key: str, stream: Stream, lines: Callable[[], AsyncIterator[bytes]]) -> None:
        try:
            async for text in lines():
                await stream.say(text)
            self._keep(key, stream.newest)
        except Exception as error:
            stream.failure = error
        finally:
            self._forget(key, stream)
            stream.task = None
            await stream.say(over=True)

    def _forget(self, key: str, stream: Stream) -> None:
        if self._growing.get(key) is stream:
            del self._growing[key]

    def _keep(self, key: str, text: bytes) -> None:
        self._done[key] = text
        while len(self._done) > KEPT:
            self._done.popitem(last=False)
