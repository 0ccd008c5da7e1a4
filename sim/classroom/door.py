"""Who comes into a class: with its code, as the first of a new team or with the word of one that is there."""

import time
from collections import deque

from sim.classroom import seats
from sim.classroom.seats import Seat
from sim.classroom.store import Store

MOST_NAME, MOST_MEMBERS, WRONG_A_MINUTE = 24, 12, 30


class Refused(Exception):  # noqa: N818 - named for what the user sees
    """A request that is not granted: an HTTP status and one sentence."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status = status


class Door:
    """Gives seats, and slows down whoever guesses."""

    def __init__(self, store: Store, code: str, teams: int):
        self.store, self.code, self.teams = store, code, teams
        self._wrong: deque[float] = deque(maxlen=WRONG_A_MINUTE)

    def join(self, code: str, name: str, word: str, member: str) -> tuple[Seat, str, str]:
        """(seat, cookie, key): see `Lesson.join`. Raises Refused."""
        self._not_too_often()
        if not seats.same(str(code).strip().upper(), self.code):
            raise self._wrong_try(f"{str(code)[:12]!r} is not the code of this class; it stands on the board")
        member = " ".join(str(member).split())[:MOST_NAME] or "a member"
        team = self._by_word(str(word).strip().lower()) if word else self._new_team(" ".join(str(name).split()))
        if len(self.store.members().get(team, ())) >= MOST_MEMBERS:
            raise Refused(409, f"this team has {MOST_MEMBERS} devices already; use one of them")
        return Seat(team, member), *seats.give_seat(self.store, team, member)

    def _by_word(self, word: str) -> int:
        """The team that a word opens."""
        found = [number for number, _, secret in self.store.teams() if seats.same(word, secret)]
        if not found:
            raise self._wrong_try("no team has this word; a member of your team finds it on the team's page")
        return found[0]

    def _new_team(self, name: str) -> int:
        """A team by a name that is not taken, on the first seat that is free."""
        joined = self.store.teams()
        if not name or len(name) > MOST_NAME:
            raise Refused(400, f"a team needs a name of 1 to {MOST_NAME} letters")
        if name.casefold() in (other.casefold() for _, other, _ in joined):
            raise Refused(409, f"there is a team {name!r} already; if it is yours, join with its word, else choose another name")
        free = [number for number in range(self.teams) if number not in {one[0] for one in joined}]
        if not free or self.store.last_step()[0] == "end":
            raise Refused(409, f"all {self.teams} teams are there; join one of them with its word")
        self.store.add_team(free[0], name, seats.team_word())
        return free[0]

    def _not_too_often(self) -> None:
        if len(self._wrong) == WRONG_A_MINUTE and time.monotonic() - self._wrong[0] < 60:
            raise Refused(429, "too many wrong codes or words in a minute; wait a little")

    def _wrong_try(self, sentence: str) -> Refused:
        self._wrong.append(time.monotonic())
        return Refused(403, sentence)
