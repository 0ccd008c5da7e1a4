"""The rules of a class: who may do what when, and how a round goes: predict and decide, close, play, reveal.

A class is in the lobby, then each round is open (teams predict and decide), playing, played (the teacher knows that it is, nobody sees it)
and revealed; at last the class has ended, and the debrief is open to all.
"""

import secrets
import time
from pathlib import Path

from sim.classroom import seats
from sim.classroom.choices import ChoiceError, as_change, as_form, first_choice, read_choice
from sim.classroom.door import Door, Refused
from sim.classroom.plays import Plays
from sim.classroom.predictions import read_prediction
from sim.classroom.rooms import ROOMS, room
from sim.classroom.seats import TEACHER, Seat
from sim.classroom.setting import Setting
from sim.classroom.store import Store
from sim.scenario.suggest import among, described

ACTS = ("start", "close", "reveal", "next", "end", "luck", "close_by_itself", "close_by_hand")


class Lesson:
    """A class that is being held. What it knows is on disk (`store`); what was played of it is in memory, and played again after a
    restart."""

    def __init__(self, store: Store):
        self.store, self.setting = store, Setting.from_text(store.fact("setting"))
        self.code, self.form = store.fact("code"), as_form(self.setting)
        self.door, self.plays = Door(store, self.code, self.setting.teams), Plays(self.setting, self.changes)
        self._sitting = secrets.token_hex(3)
        self._catch_up()

    @classmethod
    def begin(cls, folder: Path, setting: Setting, code: str | None = None) -> "Lesson":
        """A new class in a folder."""
        store = Store(folder, fresh=True)
        store.keep(setting=setting.as_text(), code=code or seats.class_code(), made=str(time.time()))
        return cls(store)

    @classmethod
    def resume(cls, folder: Path) -> "Lesson":
        """The class of a folder, as it was left. Raises NoClass."""
        return cls(Store(folder))

    def close(self) -> None:
        self.plays.close()
        self.store.close()

    def _catch_up(self) -> None:
        """After a restart: play again what had been played."""
        step, number = self.store.last_step()
        self.plays.again(number - (step == "open"))
        if step == "end":
            self._write_debrief()

    # --- where the lesson is ---
    @property
    def version(self) -> str:
        """Changes whenever something that a page shows has changed."""
        return f"{self._sitting}.{self.store.version}.{self.plays.version}"

    @property
    def round(self) -> int:
        """The round that was opened last; 0 in the lobby."""
        return self.store.last_step()[1]

    @property
    def phase(self) -> str:
        """lobby, open, playing, played, revealed or ended."""
        step, number = self.store.last_step()
        if step in ("close", "reveal", "end") and not self.plays.has(number):
            return "playing"
        return {"": "lobby", "open": "open", "close": "played", "reveal": "revealed", "end": "ended"}[step]

    @property
    def revealed(self) -> int:
        """The last round that teams may see; 0 for none."""
        step, number = self.store.last_step()
        shown = number - 1 if step in ("open", "close") else number
        return shown if self.plays.has(shown) else 0

    def names(self) -> list[str]:
        """What the teams are called; 'team 3' where a seat is free."""
        joined = {number: name for number, name, _ in self.store.teams()}
        return [joined.get(number, f"team {number + 1}") for number in range(self.setting.teams)]

    def decided(self) -> set[int]:
        """The teams that have decided in the round that is open."""
        return {team for number, team in self.store.choices() if number == self.round}

    def choice_of(self, team: int) -> dict:
        """What the team's seller does now: its latest choice, or what every team starts with."""
        saved = self.store.choices()
        own = [saved[one]["choice"] for one in sorted(saved) if one[1] == team]
        return own[-1] if own else first_choice(self.setting)

    # --- what teams may do ---
    def join(self, code: str, name: str, word: str, member: str) -> tuple[Seat, str, str]:
        """A seat for a device: (seat, cookie, key). With a team's word: a further seat in that team. Without: the first of a new team."""
        with self.store.change():
            return self.door.join(code, name, word, member)

    def decide(self, seat: Seat, number: int, choice, prediction) -> None:
        """Save a team's prediction and choice for a round. The last that was saved holds."""
        if not _counts(number):
            raise Refused(400, f"{described(number)} stands where the number of a round belongs")
        try:
            read, foreseen = read_choice(choice, self.setting), read_prediction(prediction, self.setting.teams)
        except ChoiceError as error:
            raise Refused(400, str(error)) from None
        with self.store.change():
            self._round_is_open(number)
            self.store.add_choice(seat.team, number, seat.member, read, foreseen)
        self._close_by_itself()

    def _close_by_itself(self) -> None:
        """Close the round where the teacher wants it so and every team that has joined has decided."""
        if self.store.fact("closes_by_itself") == "1" and self.decided() >= {one[0] for one in self.store.teams()}:
            with self.store.change():
                if self.store.last_step()[0] == "open":
                    self._close()

    def _round_is_open(self, number: int) -> None:
        step, now = self.store.last_step()
        if step != "open" or number != now:
            closed = f"round {number} is closed; nothing was changed" if number <= now and step else f"round {number} is not open yet"
            raise Refused(409, closed)

    def look_into(self, seat: Seat, number: int, name: str) -> dict:
        """A data room of the team's own accounts after a revealed round; that it was opened is recorded."""
        if not isinstance(name, str) or name not in ROOMS:
            raise Refused(404, f"{str(name)[:24]!r} is no data room; {among(str(name)[:24], ROOMS)}")
        if not _counts(number) or not 1 <= number <= self.revealed:
            raise Refused(
                409, f"there is no data of round {number!r} yet" if self.revealed == 0 else f"there is data of rounds 1 to {self.revealed}"
            )
        if self.store.last_step()[0] != "end":
            self.store.open_room(seat.team, number, name)
        return room(self.plays.rounds[number], seat.team, number, name)

    # --- what the teacher may do ---
    def enter(self, secret: str) -> tuple[str, str]:
        """The teacher's seat: (cookie, key)."""
        expected = self.store.fact("teacher") or ""
        if not seats.same(seats.hashed(str(secret)), expected):
            self.store.refuse(None, "somebody tried to enter as the teacher with a wrong link")
            raise Refused(403, "this is not the teacher's link; it stands in the window in which the class was started")
        return seats.give_seat(self.store, TEACHER, "teacher")

    def act(self, what: str, number: int | None = None) -> None:
        """A step of the lesson: one of ACTS. number: the round that the teacher's page was showing; a step that no longer fits is
        refused."""
        if not isinstance(what, str) or what not in ACTS:
            raise Refused(400, f"{str(what)[:24]!r} is no step of a lesson; {among(str(what)[:24], ACTS)}")
        if number is not None and number != self.round:
            raise Refused(409, f"the class is in round {self.round} by now; look again")
        if what in ("close_by_itself", "close_by_hand"):
            self.store.keep(closes_by_itself="1" if what == "close_by_itself" else "0")
            self._close_by_itself()
            return
        steps = {"start": self._next, "next": self._next, "close": self._close, "reveal": self._reveal, "end": self._end}
        with self.store.change():  # two devices of the teacher must not both take the same step
            self._allowed(what)
            (steps | {"luck": self._play_luck})[what]()

    def _allowed(self, what: str) -> None:
        """Refused where the step does not fit the phase."""
        phase = self.phase
        fits = {
            "start": ("lobby",),
            "close": ("open",),
            "reveal": ("played",),
            "next": ("revealed",),
            "end": ("revealed",),
            "luck": ("revealed",),
        }
        if phase not in fits[what]:
            raise Refused(409, f"{what} does not fit now: the class is {_where(phase, self.round)}")
        if what == "next" and self.round >= self.setting.rounds:
            raise Refused(409, f"round {self.round} was the last; end the class to open the debrief")
        if what == "start" and not self.store.teams():
            raise Refused(409, "no team has joined yet")

    def _next(self) -> None:
        self.store.add_step("open", self.round + 1)

    def _close(self) -> None:
        number = self.round
        self.store.add_step("close", number)
        self.plays.play(number)

    def _reveal(self) -> None:
        self.store.add_step("reveal", self.round)

    def _end(self) -> None:
        self.store.add_step("end", self.round)
        self._write_debrief()

    def _play_luck(self) -> None:
        self.plays.play_luck(self.round)

    def _write_debrief(self) -> None:
        from sim.classroom.debrief import debrief

        self.plays.write_debrief(lambda progress: debrief(self, progress))

    def changes(self, rounds: int) -> dict[tuple[int, int], dict]:
        """The decisions of the first rounds, as the market takes them."""
        return {one: as_change(saved["choice"]) for one, saved in self.store.choices().items() if one[0] <= rounds}


def _counts(number) -> bool:
    """Whether something that was sent is a whole number."""
    return isinstance(number, int) and not isinstance(number, bool)


def _where(phase: str, number: int) -> str:
    """Where the class is, in words."""
    return {"lobby": "in the lobby", "open": f"deciding in round {number}", "playing": f"playing round {number}",
            "played": f"waiting for the reveal of round {number}", "revealed": f"looking at round {number}",
            "ended": "over"}[phase]  # fmt: skip
