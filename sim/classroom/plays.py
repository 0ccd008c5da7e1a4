"""What is played of a class, aside, one thing after the other; the pages ask meanwhile how far it is."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sim.classroom.luck import Luck, luck
from sim.classroom.market import Changes, Played, play
from sim.classroom.setting import Setting


class Plays:
    """Everything that follows from the choices, in memory: rounds (number -> Played), luck (number -> Luck), as_is (round 1 if nobody
    changed anything), debrief. work: what is being played now, {"what", "done", "total"}; failed: what went wrong, in a sentence;
    caught_up: set once what had been played before a restart is there again."""

    def __init__(self, setting: Setting, changes: Callable[[int], Changes]):
        self.setting, self.changes = setting, changes
        self.rounds: dict[int, Played] = {}
        self.luck: dict[int, Luck] = {}
        self.as_is: Played | None = None
        self.debrief: dict | None = None
        self.work: dict | None = None
        self.failed, self.caught_up, self._results = "", threading.Event(), 0
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="market")

    @property
    def version(self) -> str:
        """Changes whenever there is something new to show."""
        work = self.work
        return f"{self._results}.{work['what'] + str(work['done'] * 20 // max(work['total'], 1)) if work else ''}"

    def has(self, number: int) -> bool:
        """Whether all rounds up to this one are there."""
        return all(one in self.rounds for one in range(1, number + 1))

    def again(self, rounds: int) -> None:
        """Play the first rounds; and what would happen if nobody changed anything, which also loads the engine before a round needs it."""
        for number in range(1, rounds + 1):
            self.play(number)
        self._submit("Warming up", self._play_as_is)
        self._pool.submit(self.caught_up.set)

    def play(self, number: int) -> None:
        """Play a round."""

        def do(progress: Callable) -> None:
            self.rounds[number] = play(self.setting, self.changes(number), number, progress=progress)

        self._submit(f"Playing round {number}", do)

    def play_luck(self, number: int) -> None:
        """Play a round with other luck, unless that was done."""

        def do(progress: Callable) -> None:
            self.luck[number] = luck(self.setting, self.changes(number), number, progress=progress)

        if number not in self.luck:
            self._submit(f"Playing round {number} with other luck", do)

    def write_debrief(self, write: Callable[[Callable], dict]) -> None:
        """Write the debrief."""

        def do(progress: Callable) -> None:
            self.debrief = write(progress)

        self._submit("Writing the debrief", do)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _play_as_is(self, progress: Callable) -> None:
        self.as_is = play(self.setting, {}, 1, progress=progress)

    def _submit(self, what: str, task: Callable[[Callable], None]) -> None:
        """Do a task after those that wait."""

        def do() -> None:
            self.work = {"what": what, "done": 0, "total": 1}
            try:
                task(lambda done, total: setattr(self, "work", {"what": what, "done": done, "total": total}))
            except Exception as error:
                self.failed = f"{what}: {error}"
            self.work, self._results = None, self._results + 1

        self._pool.submit(do)
