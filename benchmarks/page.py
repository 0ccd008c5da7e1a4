"""How fast the page follows a hand on a lever: alone, and in a class of forty on one laptop.

    python -m benchmarks.page                 one table (about two minutes; Chromium and playwright for its first line)
    python -m benchmarks.page --quick         fewer moves, a shorter class
    python -m benchmarks.page --class 80      another number of users at once

One user: a key moves a lever in Chromium; counted is the time from the input event to the profit figure drawn anew, while the last
answer may still be sharpening. A class: everybody moves a lever every five seconds over HTTP, takes the last question back, and reads
on until the next move; counted is the time to the first line, a sketch with its intervals. All moves are of states never asked before.
Memory is the server's own after the moves. Nothing is asserted: machines differ.
"""
import asyncio
import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from benchmarks.command import Command

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
EVERY = 5.0          # seconds between two moves of one user of a class
BETWEEN = 0.5        # seconds between two moves of the user alone
LEVERS = {"switching_cost": (5, 70), "price": (80, 120), "margin": (20, 60), "quality": (100, 140)}


@contextmanager
def a_server():
    """(address, process) of the page's server, with the model compiled."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "sim.web", "--port", str(port)], stdout=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api/answer?market=default&runs=2&customers=200")
        yield address, process
    finally:
        process.terminate()
        process.wait(20)


def wait_for(address: str) -> None:
    """Until the address answers in full."""
    for _ in range(1200):
        try:
            with urllib.request.urlopen(address, timeout=300) as answer:
                answer.read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not start within two minutes")


def memory(process) -> float:
    """What a process holds in memory, in MB; not a number where the system does not tell."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return float("nan")
    return next(int(line.split()[1]) / 1024 for line in status.read_text().splitlines() if line.startswith("VmRSS"))


def alone(address: str, moves: int) -> list[float]:
    """Milliseconds from a key on a lever to the figure drawn anew, move by move."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(f"{address}/?market=default")
        page.wait_for_selector('body[data-stage="final"]', timeout=120_000)
        page.focus('[data-lever="margin"] input[type=range]')
        took = [one_move(page, "ArrowRight" if number % 20 < 10 else "ArrowLeft") for number in range(moves)]
        browser.close()
    return took


def one_move(page, key: str) -> float:
    """One press of a key, and how long until the figure stood."""
    page.evaluate("performance.clearMeasures()")
    page.keyboard.press(key)
    page.wait_for_function("performance.getEntriesByName('redrawn profit').length > 0", timeout=60_000)
    took = page.evaluate("performance.getEntriesByName('redrawn profit')[0].duration")
    page.wait_for_timeout(1000 * BETWEEN)
    return took


async def together(address: str, users: int, seconds: float) -> tuple[list[float], list[float]]:
    """(milliseconds to the first line, milliseconds to the description of the market) of every move of a class."""
    import httpx

    first, described = [], []
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=address, timeout=120, limits=limits) as client:
        await asyncio.gather(*(user(client, number, users, seconds, first, described) for number in range(users)))
    return first, described


async def user(client, number: int, users: int, seconds: float, first: list[float], described: list[float]) -> None:
    """One of a class: moves a lever, reads on, moves the next."""
    luck, state = random.Random(number), {"market": "default"}
    await asyncio.sleep(EVERY * number / users)
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        name = luck.choice(list(LEVERS))
        state[name] = f"{luck.uniform(*LEVERS[name]):.2f}"
        moved = time.perf_counter()
        tasks = [asyncio.create_task(one(client, state, moved, into)) for one, into in ((answer, first), (description, described))]
        await asyncio.sleep(max(0.0, EVERY - (time.perf_counter() - moved)))
        for task in tasks:
            task.cancel()
        for failed in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(failed, Exception) and not isinstance(failed, asyncio.CancelledError):
                raise failed


async def answer(client, state: dict, moved: float, first: list[float]) -> None:
    """The lines of an answer, the first of them timed."""
    async with client.stream("GET", "/api/answer", params=dict(state)) as lines:
        lines.raise_for_status()
        timed = False
        async for line in lines.aiter_lines():
            if not timed:
                first.append(1000 * (time.perf_counter() - moved))
                assert json.loads(line)["stage"] != "failed", line
                timed = True


async def description(client, state: dict, moved: float, described: list[float]) -> None:
    """What the market is, timed."""
    (await client.get("/api/market", params=dict(state))).raise_for_status()
    described.append(1000 * (time.perf_counter() - moved))


def share_below(times: list[float], share: float) -> float:
    return sorted(times)[min(int(share * len(times)), len(times) - 1)] if times else float("nan")


def row(words: str, times: list[float]) -> str:
    if not times:
        return f"{words:<52} {'none was measured':>30}"
    return f"{words:<52} {len(times):>6} {statistics.median(times):>8,.0f} {share_below(times, 0.95):>8,.0f} {max(times):>8,.0f}"


def options():
    """How many moves, how large a class, how long."""
    asked = Command("benchmarks.page", __doc__).number("--moves", 40).number("--class", 40, dest="users")
    return asked.number("--seconds", 60.0).quick("fewer moves, a shorter class").parse_args()


def main() -> None:
    asked = options()
    moves, seconds = (10, 15) if asked.quick else (asked.moves, asked.seconds)
    with a_server() as (address, process):
        held = [memory(process)]
        mine = alone(address, moves) if CHROMIUM else []
        held.append(memory(process))
        sketches, markets = asyncio.run(together(address, asked.users, seconds))
        held.append(memory(process))
    print(f"{'ms':<52} {'moves':>6} {'median':>8} {'95%':>8} {'longest':>8}")
    print(row("one user: from the lever to the figure", mine))
    print(row(f"{asked.users} users at once: to the first line", sketches))
    print(row(f"{asked.users} users at once: to the market in words", markets))
    print("memory of the server, MB: {:.0f} at the start, {:.0f} after one user, {:.0f} after the class".format(*held))


if __name__ == "__main__":
    main()
