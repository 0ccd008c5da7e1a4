"""A class over real HTTP: a server in a process of its own, a teacher and teams that speak to it as browsers do."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time

import httpx

SERVE = "import sys, typer; from sim.cli.classroom import class_; typer.run(class_)"
SMALL = (
    "--set",
    "market.buyers=400",
    "--set",
    "market.periods=36",
    "--rounds",
    "3",
    "--seed",
    "7",
    "--port",
    "8460",
    "--host",
    "127.0.0.1",
    "--json",
)
PATIENCE = 120


class Served:
    """A server of a class, started as the command starts it."""

    def __init__(self, *words: str):
        self.process = subprocess.Popen([sys.executable, "-c", SERVE, *words], stdout=subprocess.PIPE, text=True)
        lines: queue.Queue = queue.Queue()
        threading.Thread(target=lambda: [lines.put(line) for line in self.process.stdout], daemon=True).start()
        said = lines.get(timeout=PATIENCE)
        while not said.rstrip().endswith("}"):
            said += lines.get(timeout=PATIENCE)
        self.said = json.loads(said)
        self.address, self.code, self.secret = self.said["address"], self.said["code"], self.said["teacher"].partition("#")[2]

    def kill(self) -> None:
        """As when the power fails."""
        if self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()


class Device:
    """A browser with one seat: it keeps its cookie and its key."""

    def __init__(self, address: str):
        self.address, self.key = address, ""
        self.web = httpx.Client(base_url=address, timeout=30)

    def get(self, path: str, key: str | None = None) -> httpx.Response:
        return self.web.get(path, headers={"X-Tenure-Seat": self.key if key is None else key})

    def post(self, path: str, sent: dict, key: str | None = None, origin: str | None = None) -> httpx.Response:
        headers = {"X-Tenure-Seat": self.key if key is None else key, "Origin": origin or self.address}
        return self.web.post(path, json=sent, headers=headers)

    def join(self, code: str, name: str = "", word: str = "", member: str = "Ann") -> httpx.Response:
        answer = self.post("/api/join", {"code": code, "name": name, "word": word, "member": member})
        self.key = answer.json().get("key", "")
        return answer

    def enter(self, secret: str) -> httpx.Response:
        answer = self.post("/api/enter", {"secret": secret})
        self.key = answer.json().get("key", "")
        return answer

    def act(self, what: str) -> httpx.Response:
        return self.post("/api/act", {"act": what})

    def wait_for(self, phase: str) -> dict:
        """The teacher's page once the class is in that phase."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            seen = self.get("/api/teacher").json()
            if seen["phase"] == phase:
                return seen
            assert not seen["failed"], seen["failed"]
            time.sleep(0.05)
        raise AssertionError(f"the class never was {phase}, but {seen['phase']}")


def choice(level: str | dict = "basic", price: float = 100.0, promise: float = 1.0, **budget: float) -> dict:
    return {"level": level, "price": price, "promise": promise, "loyalty_discount": {"per_year": 0, "most": 0}, "budget": budget}


def prediction(leader: int = 0, confidence: float = 0.5, retention: float = 0.55, profit: float = 200_000.0) -> dict:
    return {"leader": leader, "confidence": confidence, "retention": retention, "profit": profit}
