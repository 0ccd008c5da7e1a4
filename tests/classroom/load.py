"""How long forty phones wait: python -m tests.classroom.load [PHONES] [SECONDS]

A class of ten teams in the default market; every phone asks every two seconds, as the page does, while rounds are decided, played and
revealed. Half of the questions are forced to be answered in full (the page would get an empty 204)."""

import asyncio
import sys
import tempfile
import time

import httpx
import numpy as np

from tests.classroom.served import Device, Served, choice, prediction

EVERY = 2.0


async def phone(device: Device, number: int, until: float, waits: list[float], failed: list[str]) -> None:
    """One phone: it joined already, and asks until the time is over."""
    cookies = dict(device.web.cookies)
    async with httpx.AsyncClient(base_url=device.address, cookies=cookies, headers={"X-Tenure-Seat": device.key}, timeout=30) as web:
        await asyncio.sleep(EVERY * (number % 40) / 40)
        version, asked = "", 0
        while time.monotonic() < until:
            began = time.monotonic()
            answer = await web.get("/api/team", params={"since": version if asked % 2 else ""})
            waits.append(time.monotonic() - began)
            if answer.status_code == 200:
                version = answer.json()["version"]
            elif answer.status_code != 204:
                failed.append(answer.text)
            asked += 1
            await asyncio.sleep(max(EVERY - (time.monotonic() - began), 0))


def teach(teacher: Device, devices: list[Device], until: float, played: list[float]) -> None:
    """Round after round until the time is over; how long each took to play."""
    number = 0
    while time.monotonic() < until and number < 20:
        number += 1
        teacher.act("start" if number == 1 else "next")
        for team, device in enumerate(devices[:10]):
            device.post(
                "/api/decide",
                {
                    "round": number,
                    "choice": choice(("basic", "proactive", "partnership")[team % 3]),
                    "prediction": prediction(leader=team, profit=1e6),
                },
            )
        began = time.monotonic()
        teacher.act("close")
        teacher.wait_for("played")
        played.append(time.monotonic() - began)
        teacher.act("reveal")


async def room(served: Served, phones: int, seconds: float) -> tuple[list[float], list[float], list[str]]:
    """Teams of equal size sit down, and the lesson is held while all phones ask."""
    teacher = Device(served.address)
    teacher.enter(served.secret)
    devices = [Device(served.address) for _ in range(phones)]
    for number, device in enumerate(devices):
        word = devices[number % 10].get("/api/team").json()["word"] if number >= 10 else ""
        device.join(served.code, f"team {chr(65 + number % 10)}", word, f"phone {number}")
    until, waits, failed, played = time.monotonic() + seconds, [], [], []
    asking = [phone(device, number, until, waits, failed) for number, device in enumerate(devices)]
    await asyncio.gather(asyncio.to_thread(teach, teacher, devices, until, played), *asking)
    return waits, played, failed


def main() -> None:
    phones, seconds = (int(word) for word in (*sys.argv[1:], "40", "30")[:2]) if len(sys.argv) < 3 else map(int, sys.argv[1:3])
    with tempfile.TemporaryDirectory() as folder:
        served = Served(
            "--teams",
            "10",
            "--rounds",
            "20",
            "--periods-per-round",
            "6",
            "--seed",
            "7",
            "--port",
            "8490",
            "--host",
            "127.0.0.1",
            "--json",
            "--out",
            f"{folder}/class",
        )
        try:
            waits, played, failed = asyncio.run(room(served, phones, seconds))
        finally:
            served.kill()
    middle, late = np.percentile(np.array(waits) * 1000, [50, 95])
    print(
        f"{phones} phones, {len(waits)} questions in {seconds} s while {len(played)} rounds were played (each {np.mean(played):.1f} s): "
        f"half answered in {middle:.0f} ms, 95% in {late:.0f} ms, the slowest in {1000 * max(waits):.0f} ms; {len(failed)} failed."
    )


if __name__ == "__main__":
    main()
