"""The rules of a class and what is kept on disk: phases, seats, who may do what, and nothing lost."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from sim.classroom import seats
from sim.classroom.debrief import first_and_later
from sim.classroom.door import Refused
from sim.classroom.lesson import Lesson
from sim.classroom.seats import BadSeat, Seat
from sim.classroom.setting import Setting
from sim.classroom.store import NoClass
from sim.scenario import load
from tests.classroom.served import choice, prediction


@pytest.fixture
def lesson(tmp_path):
    """A small class of three teams, two rounds of three months."""
    found = Lesson.begin(
        tmp_path / "class", Setting.of(load("default", ("market.buyers=200", "market.periods=6")), teams=3, rounds=2), "ABCD"
    )
    yield found
    found.close()


def wait_for(lesson: Lesson, phase: str) -> None:
    until = time.monotonic() + 120
    while lesson.phase != phase:
        assert time.monotonic() < until and not lesson.plays.failed, lesson.plays.failed
        time.sleep(0.02)


def joined(lesson: Lesson, *names: str) -> list[Seat]:
    return [lesson.join("abcd", name, "", "Ann")[0] for name in names]


def refused(status: int, call, *words) -> str:
    with pytest.raises(Refused) as error:
        call(*words)
    assert error.value.status == status
    return str(error.value)


def test_a_round_from_lobby_to_reveal(lesson):
    red, blue = joined(lesson, "Red", "Blue")
    assert lesson.phase == "lobby" and lesson.names() == ["Red", "Blue", "team 3"]
    assert refused(409, lesson.decide, red, 1, choice(), prediction()) == "round 1 is not open yet"
    lesson.act("start")
    lesson.decide(red, 1, choice("reactive"), prediction())
    assert lesson.decided() == {0} and lesson.revealed == 0
    lesson.act("close", 1)
    assert refused(409, lesson.decide, blue, 1, choice(), prediction()) == "round 1 is closed; nothing was changed"
    assert set(lesson.store.choices()) == {(1, 0)}
    wait_for(lesson, "played")
    assert refused(409, lesson.look_into, red, 1, "churn") == "there is no data of round 1 yet"
    lesson.act("reveal")
    assert lesson.revealed == 1 and lesson.look_into(red, 1, "churn")["round"] == 1 and lesson.store.opened() == {(0, 1, "churn")}
    lesson.act("next")
    assert lesson.choice_of(0)["level"]["intermediate"] == "reactive"  # a team that does not decide keeps its choice
    assert refused(409, lesson.act, "close", 1) == "the class is in round 2 by now; look again"
    assert "does not fit now: the class is deciding in round 2" in refused(409, lesson.act, "reveal")


def test_a_round_closes_by_itself_when_all_have_decided(lesson):
    red, blue = joined(lesson, "Red", "Blue")
    lesson.act("close_by_itself")
    lesson.act("start")
    lesson.decide(red, 1, choice(), prediction())
    assert lesson.phase == "open"
    lesson.decide(blue, 1, choice(), prediction())
    assert lesson.phase in ("playing", "played")


def test_a_step_is_taken_once(lesson):
    """However many devices of the teacher press at the same moment."""
    joined(lesson, "Red")
    with ThreadPoolExecutor(8) as pool:
        taken = [pool.submit(lesson.act, "start", 0) for _ in range(8)]
    assert sum(one.exception() is None for one in taken) == 1 and lesson.round == 1


def test_the_last_saved_choice_of_a_team_holds(lesson):
    (red,) = joined(lesson, "Red")
    word = lesson.store.teams()[0][2]
    other, _, _ = lesson.join("ABCD", "", word.upper() + " ", "Bob")
    assert other == Seat(0, "Bob")
    lesson.act("start")
    lesson.decide(red, 1, choice(price=90.0), prediction())
    lesson.decide(other, 1, choice(price=95.0), prediction())
    saved = lesson.store.choices()[1, 0]
    assert saved["choice"]["price"] == 95.0 and saved["member"] == "Bob"


def test_joining(lesson):
    joined(lesson, "Red", "Blue")
    assert "is not the code of this class" in refused(403, lesson.join, "WXYZ", "Green", "", "")
    assert "there is a team 'red' already" in refused(409, lesson.join, "ABCD", "red", "", "")
    assert "no team has this word" in refused(403, lesson.join, "ABCD", "", "amber-otter-000x", "")
    assert "needs a name" in refused(400, lesson.join, "ABCD", " ", "", "")
    joined(lesson, "Green")
    assert "all 3 teams are there" in refused(409, lesson.join, "ABCD", "Yellow", "", "")


def test_guessing_is_slowed_down(lesson):
    for _ in range(30):
        refused(403, lesson.join, "ZZZZ", "Green", "", "")
    assert "wait a little" in refused(429, lesson.join, "ABCD", "Green", "", "")


def test_a_seat_needs_its_cookie_and_its_key(lesson):
    (_, cookie, key), (_, _, other_key) = lesson.join("ABCD", "Red", "", "Ann"), lesson.join("ABCD", "Blue", "", "Bob")
    assert seats.find_seat(lesson.store, cookie, key) == Seat(0, "Ann")
    for wrong in (None, "", other_key, key + "x"):
        with pytest.raises(BadSeat, match="its cookie came without the key") as error:
            seats.find_seat(lesson.store, cookie, wrong)
        assert error.value.team == 0
    with pytest.raises(BadSeat, match="has no seat") as error:
        seats.find_seat(lesson.store, "nonsense", key)
    assert error.value.team is None
    stored = (lesson.store.folder / "class.sqlite").read_bytes() + (lesson.store.folder / "class.sqlite-wal").read_bytes()
    assert cookie.encode() not in stored and key.encode() not in stored


def test_a_class_goes_on_from_its_folder(lesson):
    (red,) = joined(lesson, "Red")
    lesson.act("start")
    lesson.decide(red, 1, choice("accountable", price=99.0), prediction())
    lesson.act("close")
    wait_for(lesson, "played")
    before = lesson.plays.rounds[1].figures
    with pytest.raises(NoClass, match="is being served already"):
        Lesson.resume(lesson.store.folder)
    lesson.close()
    again = Lesson.resume(lesson.store.folder)
    wait_for(again, "played")
    assert again.plays.rounds[1].figures == before and again.names()[0] == "Red"
    again.close()


def test_what_is_no_class_is_said(tmp_path):
    with pytest.raises(NoClass, match="holds no class"):
        Lesson.resume(tmp_path)


def test_names_that_can_be_sellers():
    assert seats.safe_names(["Red Foxes!", "Équipe 1", "<script>", "red foxes", "events", "日本"]) == [
        "red_foxes",
        "equipe_1",
        "script",
        "team_4",
        "team_5",
        "team_6",
    ]


def told(first: list[float], last: list[float], rungs: list[float]) -> str:
    """The sentence on a planted course of two rounds."""
    courses = [
        [{"round": 1, "rung": rung, "profit": one, "equity": 0.0}, {"round": 2, "rung": rung, "profit": other, "equity": other * 3}]
        for one, other, rung in zip(first, last, rungs, strict=True)
    ]
    return first_and_later(courses, ["A", "B", "C"], "EUR")


def test_gained_first_and_lost_later_is_said_only_when_true():
    assert told([100, 80, 60], [50, 90, 110], [0, 3, 4]) == (
        "Teams who sold and moved on (A) earned 30.0 EUR more each in round 1 than teams who tended their accounts (B and C); "
        "later they fell behind: "
        "their accounts were worth 150 EUR less each after round 2, and from round 2 on they earned less, too."
    )
    assert told([50, 80, 60], [50, 90, 110], [0, 3, 4]).startswith(
        "It was not the textbook's story this time: teams who sold and moved on (A) earned 20.0 EUR less"
    )
    assert told([100, 80, 60], [150, 90, 110], [0, 3, 4]).endswith("and their accounts were worth 150 EUR more each after round 2.")
    assert told([100, 80, 60], [50, 90, 110], [3, 3, 4]).startswith("All teams tended their accounts")
