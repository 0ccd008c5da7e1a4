"""What a class must not forget, on disk: who sits where, who decided what, and how far the lesson is. One SQLite file, written before
answering.

Results are not kept: they follow from the setting and the choices (`sim.classroom.market`).
"""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

FILE, LOCK = "class.sqlite", "class.lock"
TABLES = """
create table if not exists facts (name text primary key, value text not null);
create table if not exists teams (number integer primary key, name text not null unique, word text not null, at real not null);
create table if not exists seats (number integer primary key, team integer not null, member text not null,
                                  cookie text not null unique, key text not null, at real not null);
create table if not exists choices (number integer primary key, team integer not null, round integer not null, member text not null,
                                    choice text not null, prediction text not null, at real not null);
create table if not exists steps (number integer primary key, step text not null, round integer not null, at real not null);
create table if not exists opened (team integer not null, round integer not null, room text not null, at real not null,
                                   primary key (team, round, room));
create table if not exists refusals (number integer primary key, team integer, sentence text not null, at real not null);
"""


class NoClass(Exception):  # noqa: N818 - named for what the user sees
    """A folder holds no class, or one that is being served already."""


class Store:
    """The file of one class. Every change is a transaction that is on disk when it returns, so that a killed server has lost nothing."""

    def __init__(self, folder: Path, fresh: bool = False):
        self.folder, self._lock, self.version = Path(folder), threading.RLock(), 0
        self._read: dict = {}  # what was asked since the last change: forty phones ask for the same
        if fresh:
            self.folder.mkdir(parents=True, exist_ok=True)
        elif not (self.folder / FILE).is_file():
            raise NoClass(f"{folder} holds no class ({FILE} is missing); tenure class makes one")
        self._held = _hold(self.folder)
        self._file = sqlite3.connect(self.folder / FILE, isolation_level=None, check_same_thread=False, timeout=10)
        self._file.execute("pragma journal_mode = wal")
        self._file.execute("pragma synchronous = full")
        self._file.executescript(TABLES)

    def close(self) -> None:
        with self._lock:
            self._file.close()
            if self._held:
                self._held.close()

    @contextmanager
    def change(self) -> Iterator[None]:
        """A transaction: whatever is asked and written inside happens together or not at all."""
        with self._lock:
            if self._file.in_transaction:  # inside another one: part of it
                yield
                return
            self._file.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._file.execute("rollback")
                raise
            self._file.execute("commit")
            self._read, self.version = {}, self.version + 1

    def rows(self, question: str, *values) -> list[tuple]:
        with self._lock:
            return self._file.execute(question, values).fetchall()

    def _once(self, what: str, read: Callable):
        """What `read` returns, kept until something changes."""
        with self._lock:
            if self._file.in_transaction:
                return read()
            if what not in self._read:
                self._read[what] = read()
            return self._read[what]

    def fact(self, name: str) -> str | None:
        return self._once("facts", lambda: dict(self.rows("select name, value from facts"))).get(name)

    def keep(self, **facts: str) -> None:
        with self.change():
            self._file.executemany("insert or replace into facts values (?, ?)", facts.items())

    # --- teams and seats ---
    def teams(self) -> list[tuple[int, str, str]]:
        """(number, name, word) of every team that has joined, in order."""
        return self._once("teams", lambda: self.rows("select number, name, word from teams order by number"))

    def add_team(self, number: int, name: str, word: str) -> None:
        with self.change():
            self._file.execute("insert into teams values (?, ?, ?, ?)", (number, name, word, time.time()))

    def add_seat(self, team: int, member: str, cookie: str, key: str) -> None:
        """cookie, key: hashes."""
        with self.change():
            self._file.execute(
                "insert into seats (team, member, cookie, key, at) values (?, ?, ?, ?, ?)", (team, member, cookie, key, time.time())
            )

    def seat(self, cookie: str) -> tuple[int, str, str] | None:
        """(team, member, hash of the key) of the seat with this hash of its cookie."""
        found = self.rows("select team, member, key from seats where cookie = ?", cookie)
        return found[0] if found else None

    def members(self) -> dict[int, list[str]]:
        """The people of each team, in the order in which they sat down."""
        return self._once("members", self._members)

    def _members(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for team, member in self.rows("select team, member from seats order by number"):
            found.setdefault(team, []).append(member)
        return found

    # --- the lesson ---
    def add_choice(self, team: int, number: int, member: str, choice: dict, prediction: dict) -> None:
        with self.change():
            self._file.execute(
                "insert into choices (team, round, member, choice, prediction, at) values (?, ?, ?, ?, ?, ?)",
                (team, number, member, json.dumps(choice), json.dumps(prediction), time.time()),
            )

    def choices(self) -> dict[tuple[int, int], dict]:
        """(round, team) -> the last that was saved: choice, prediction, member, at."""
        return self._once("choices", self._choices)

    def _choices(self) -> dict[tuple[int, int], dict]:
        found = self.rows("select round, team, choice, prediction, member, at from choices order by number")
        return {
            (number, team): {"choice": json.loads(choice), "prediction": json.loads(prediction), "member": member, "at": at}
            for number, team, choice, prediction, member, at in found
        }

    def add_step(self, step: str, number: int) -> None:
        with self.change():
            self._file.execute("insert into steps (step, round, at) values (?, ?, ?)", (step, number, time.time()))

    def last_step(self) -> tuple[str, int]:
        """The latest step of the lesson and its round; ('', 0) before the first."""
        found = self._once("steps", lambda: self.rows("select step, round from steps order by number desc limit 1"))
        return found[0] if found else ("", 0)

    def open_room(self, team: int, number: int, room: str) -> None:
        with self.change():
            self._file.execute("insert or ignore into opened values (?, ?, ?, ?)", (team, number, room, time.time()))

    def opened(self) -> set[tuple[int, int, str]]:
        """(team, round, room) of every data room that was opened."""
        return self._once("opened", lambda: set(self.rows("select team, round, room from opened")))

    def refuse(self, team: int | None, sentence: str) -> None:
        with self.change():
            self._file.execute("insert into refusals (team, sentence, at) values (?, ?, ?)", (team, sentence, time.time()))

    def refusals(self) -> list[tuple[float, str]]:
        """(when, what) of the latest requests that were refused, the newest first."""
        return self.rows("select at, sentence from refusals order by number desc limit 20")


def _hold(folder: Path):
    """Hold the class for this process; the system lets go when it ends, however it ends. None where files cannot be held."""
    try:
        import fcntl
    except ImportError:
        return None
    held = open(folder / LOCK, "w")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        held.close()
        raise NoClass(
            f"the class in {folder} is being served already; stop that server (Ctrl-C in its window) or use its address"
        ) from None
    return held
