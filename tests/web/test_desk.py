"""The desk and its answers: who waits for whom, who shares what, and what stops when nobody listens."""
import asyncio
import threading
import time

import pytest

from sim.web.desk import Desk, Gone, Urgency
from sim.web.streams import KEPT, Streams


def test_a_hand_on_a_lever_goes_first():
    """With one thread busy, what comes later but is more urgent is done before; among equals the first come."""
    async def told():
        desk, order, go = Desk(1), [], threading.Event()
        busy = asyncio.create_task(desk.do(Urgency.LATER, go.wait))
        await asyncio.sleep(0.05)
        asked = [(Urgency.LATER, "sharpen a"), (Urgency.LATER, "sharpen b"), (Urgency.SKETCH, "sketch c"), (Urgency.FIRST, "first d")]
        waiting = [asyncio.create_task(desk.do(urgency, order.append, name)) for urgency, name in asked]
        await asyncio.sleep(0.05)
        go.set()
        await asyncio.gather(busy, *waiting)
        return order

    assert asyncio.run(told()) == ["sketch c", "first d", "sharpen a", "sharpen b"]


def test_nothing_is_begun_for_who_has_gone():
    async def told():
        desk, done, go = Desk(1), [], threading.Event()
        busy = asyncio.create_task(desk.do(Urgency.LATER, go.wait))
        await asyncio.sleep(0.05)
        gone = asyncio.create_task(desk.do(Urgency.LATER, done.append, "of nobody"))
        await asyncio.sleep(0.05)
        gone.cancel()
        go.set()
        await busy
        await desk.do(Urgency.LATER, done.append, "of somebody")
        return done

    assert asyncio.run(told()) == ["of somebody"]


def test_a_failure_is_whose_it_is():
    async def told():
        desk = Desk(2)
        with pytest.raises(ZeroDivisionError):
            await desk.do(Urgency.FIRST, lambda: 1 / 0)
        return await desk.do(Urgency.FIRST, lambda: "goes on")

    assert asyncio.run(told()) == "goes on"


def test_alone_one_may_use_every_core_and_among_others_one():
    async def told():
        desk, go = Desk(4), threading.Event()
        alone = await desk.do(Urgency.LATER, lambda: desk.spare)
        busy = [asyncio.create_task(desk.do(Urgency.LATER, go.wait)) for _ in range(6)]
        await asyncio.sleep(0.05)
        among = desk.spare
        go.set()
        await asyncio.gather(*busy)
        return alone, among

    assert asyncio.run(told()) == (4, 1)


def test_long_work_aside_tells_how_far_it_is_and_stops_when_nobody_waits():
    stopped = threading.Event()

    def long(tell):
        try:
            for done in range(10_000):
                tell(done, 10_000)
                time.sleep(0.001)
        except Gone:
            stopped.set()
            raise

    async def told():
        desk = Desk(1)
        whole = [said async for said in desk.aside(lambda tell: [tell(1, 2), tell(2, 2), "found"][-1])]
        follower = desk.aside(long)
        first = [await anext(follower) for _ in range(3)]
        await follower.aclose()
        await asyncio.to_thread(stopped.wait, 5)
        return whole, first

    assert asyncio.run(told()) == ([(1, 2), (2, 2), "found"], [(0, 10_000), (1, 10_000), (2, 10_000)])
    assert stopped.is_set()


def test_who_asks_the_same_hears_the_same_and_it_is_done_once():
    async def told():
        streams, begun = Streams(), []

        async def lines():
            begun.append(1)
            for text in (b"sketch", b"sharper", b"final"):
                await asyncio.sleep(0.02)
                yield text

        async def follow():
            return [text async for text in streams.follow("a", lines)]

        heard = await asyncio.gather(follow(), follow(), follow())
        return begun, heard, await follow()

    begun, heard, after = asyncio.run(told())
    assert begun == [1] and heard == [[b"sketch", b"sharper", b"final"]] * 3 and after == [b"final"]


def test_an_answer_stops_when_the_last_listener_goes():
    async def told():
        streams, steps = Streams(), []

        async def lines():
            for number in range(1000):
                steps.append(number)
                yield b"%d" % number
                await asyncio.sleep(0.005)

        one, other = streams.follow("a", lines), streams.follow("a", lines)
        await anext(one)
        await anext(other)
        await one.aclose()
        await anext(other)
        await other.aclose()
        then = len(steps)
        await asyncio.sleep(0.1)
        return then, len(steps)

    then, after = asyncio.run(told())
    assert after <= then + 1


def test_a_failed_answer_fails_for_all_who_listen_and_is_not_kept():
    async def told():
        streams = Streams()

        async def lines():
            yield b"sketch"
            await asyncio.sleep(0.02)
            raise ValueError("no")

        async def follow():
            with pytest.raises(ValueError, match="no"):
                async for _ in streams.follow("a", lines):
                    pass

        await asyncio.gather(follow(), follow())
        await follow()

    asyncio.run(told())


def test_only_the_latest_answers_are_kept():
    async def told():
        streams, played = Streams(), []

        async def lines(key):
            played.append(key)
            yield key.encode()

        for number in range(KEPT + 1):
            async for _ in streams.follow(str(number), lambda number=number: lines(str(number))):
                pass
        for again in (str(KEPT), "0"):
            async for _ in streams.follow(again, lambda again=again: lines(again)):
                pass
        return played[KEPT + 1 :]

    assert asyncio.run(told()) == ["0"]
