"""A class of four teams over real HTTP: played through by a script, the server killed midway, and nothing lost; seats that hold against
others."""

import json
import re
import time

import pytest

from tests.classroom.served import PATIENCE, SMALL, Device, Served, choice, prediction

TEAMS = ("Red Foxes", "Blue <b>Owls</b>", "Grün", "Yellow")
# What each team decides in each round; prices that occur nowhere else, so that they would be seen wherever they leaked.
PLANS = {
    0: [choice("basic", 97.1357), choice("basic", 97.1357), choice("basic", 101.2468)],
    1: [
        choice({"lost_for_good": "reactive", "intermediate": "proactive", "always_a_share": "reactive"}, 100.9753),
        None,
        choice("proactive", 99.8642),
    ],
    2: [choice("partnership", 103.5791, promise=1.0429), choice("accountable", 103.5791), None],
    3: [choice("accountable", 98.4173, customer=413.7), choice("accountable", 98.4173, referral=77.3), choice("accountable", 95.0617)],
}
FORESEEN = prediction(leader=2, confidence=0.6173, retention=0.5719, profit=123_456.0)


class Room:
    """A teacher and four teams, one device each."""

    def __init__(self, served: Served):
        self.teacher = Device(served.address)
        assert self.teacher.enter(served.secret).status_code == 200
        self.teams = [Device(served.address) for _ in TEAMS]
        for team, (device, name) in enumerate(zip(self.teams, TEAMS, strict=True)):
            answer = device.join(served.code, name, member=f"Member {team}")
            assert answer.status_code == 200 and answer.json()["team"] == team

    def decide(self, number: int, teams=range(4)) -> None:
        for team in teams:
            if PLANS[team][number - 1]:
                sent = {"round": number, "choice": PLANS[team][number - 1], "prediction": FORESEEN}
                answer = self.teams[team].post("/api/decide", sent)
                assert answer.status_code == 200, answer.text

    def close_and_reveal(self) -> None:
        assert self.teacher.act("close").status_code == 200
        self.teacher.wait_for("played")
        assert self.teacher.act("reveal").status_code == 200

    def debriefed(self) -> dict:
        assert self.teacher.act("end").status_code == 200
        until = time.monotonic() + PATIENCE
        while "waiting" in (found := self.teacher.get("/api/debrief").json()):
            assert time.monotonic() < until, found
            time.sleep(0.1)
        return found


def play_on(room: Room, first: int) -> dict:
    """Rounds from `first` to the last, and the debrief."""
    for number in range(first, 4):
        if number > 1:
            assert room.teacher.act("next").status_code == 200
        room.decide(number)
        room.close_and_reveal()
        room.teams[0].post("/api/room", {"room": "churn", "round": number})
    return room.debriefed()


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """The debrief and the export of a class that nothing interrupted."""
    served = Served(*SMALL, "--out", str(tmp_path_factory.mktemp("unbroken") / "class"))
    try:
        room = Room(served)
        assert room.teacher.act("start").status_code == 200
        found = play_on(room, 1)
        yield found, room.teacher.get("/api/export").json()
    finally:
        served.kill()


@pytest.mark.slow
def test_a_class_killed_midway_has_lost_nothing(unbroken, tmp_path):
    """Killed with choices half in, and again between playing and revealing; every browser goes on with the seat it had."""
    folder = str(tmp_path / "class")
    served = Served(*SMALL, "--out", folder)
    try:
        room = Room(served)
        room.teacher.act("start")
        room.decide(1)
        room.close_and_reveal()
        room.teams[0].post("/api/room", {"room": "churn", "round": 1})
        room.teacher.act("next")
        room.decide(2, teams=[0, 2])
        before = room.teams[2].get("/api/team").json()
        served.kill()

        served = Served("--resume", folder, "--json")
        after = room.teams[2].get("/api/team").json()
        assert {name: value for name, value in after.items() if name != "version"} == {
            name: value for name, value in before.items() if name != "version"
        }
        room.decide(2, teams=[3])
        room.teacher.act("close")
        served.kill()

        served = Served(*SMALL, "--out", folder)  # the same command goes on, too
        room.teacher.wait_for("played")
        assert room.teacher.act("reveal").status_code == 200
        room.teams[0].post("/api/room", {"room": "churn", "round": 2})
        found, exported = play_on(room, 3), room.teacher.get("/api/export").json()
    finally:
        served.kill()
    expected, expected_export = unbroken
    assert found == expected
    assert exported["results"] == expected_export["results"] and exported["scenario"] == expected_export["scenario"]
    assert [{**one, "at": 0} for one in exported["choices"]] == [{**one, "at": 0} for one in expected_export["choices"]]


@pytest.mark.slow
def test_the_debrief_says_what_each_team_lived_and_missed(unbroken):
    found, exported = unbroken
    assert [team["name"] for team in found["teams"]] == list(TEAMS) and found["rounds"] == 3
    red = found["teams"][0]
    assert red["data"]["opened"]["Won and lost by type"] == [1, 2] and red["data"]["looked"] == 2 and red["data"]["there"] == 12
    assert len(red["data"]["missed"]) == 5 and all(one["finding"].endswith(".") for one in red["data"]["missed"])
    assert red["lived"]["problems"] > 0 and red["life"]["sentence"].startswith("Buyer ") and red["life"]["lines"]
    assert [round["saved"] for round in found["teams"][1]["choices"]] == ["Member 1", None, "Member 1"]
    assert found["teams"][1]["choices"][1]["level"] == found["teams"][1]["choices"][0]["level"]
    assert found["teams"][2]["forecasts"]["brier"] is not None and len(found["teams"][2]["forecasts"]["rounds"]) == 2
    assert all(
        team["key"]["gain"] == pytest.approx(team["key"]["best"]["value"] - team["key"]["actual"]["value"]) for team in found["teams"]
    )
    assert "sold and moved on (Red Foxes)" in found["first_and_later"] and "in " in found["luck"]["sentence"]
    assert exported["scenario"]["sellers"].keys() == {"red_foxes", "blue_b_owls_b", "grun", "yellow", "rivals_1"}
    assert not re.search('cookie|key_hash|word"', json.dumps(exported["choices"]))


@pytest.fixture(scope="module")
def class_in_round_2(tmp_path_factory):
    """A class in which round 1 has been revealed and round 2 is decided in part."""
    served = Served(*SMALL, "--out", str(tmp_path_factory.mktemp("seats") / "class"))
    room = Room(served)
    room.teacher.act("start")
    room.decide(1)
    room.close_and_reveal()
    room.teacher.act("next")
    room.decide(2)
    yield served, room
    served.kill()


def test_a_replayed_cookie_is_refused(class_in_round_2):
    """Red's cookie in another's hands: without a key, and with the other's own key; with both of Red's it would be Red's device."""
    served, room = class_in_round_2
    red, blue = room.teams[0], room.teams[1]
    before = red.get("/api/team").json()["choice"]
    thief = Device(served.address)
    thief.web.cookies.update(red.web.cookies)
    sent = {"round": 2, "choice": choice("basic", 1.0), "prediction": FORESEEN}
    for key in ("", blue.key, "x" * 43):
        for answer in (
            thief.get("/api/team", key),
            thief.post("/api/decide", sent, key),
            thief.post("/api/room", {"room": "churn", "round": 1}, key),
        ):
            assert answer.status_code == 403
            assert answer.json() == {"refused": "this seat belongs to another device: its cookie came without the key that goes with it"}
    assert thief.get("/api/team", red.key).status_code == 200
    nobody = Device(served.address)
    assert nobody.get("/api/team", red.key).status_code == 401  # the key alone is no seat
    assert red.get("/api/team").json()["choice"] == before
    refusals = [one["sentence"] for one in room.teacher.get("/api/teacher").json()["refusals"]]
    assert refusals[0] == "a device came with Red Foxes's cookie but without its key"


def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites(class_in_round_2):
    served, room = class_in_round_2
    word = room.teams[3].get("/api/team").json()["word"]
    set_cookie = Device(served.address).join(served.code, word=word, member="Eve").headers["set-cookie"]
    assert set_cookie.startswith(f"tenure_{served.code}=") and "HttpOnly" in set_cookie and "SameSite=strict" in set_cookie


def test_nobody_sees_another_team_s_choices(class_in_round_2):
    """No answer to Blue (or to the teacher, or to nobody) holds Red's or another's prices, promises, budgets, words or predictions."""
    served, room = class_in_round_2
    asked = [
        "/",
        "/team",
        "/board",
        "/teacher",
        "/debrief",
        "/api/start",
        "/api/team",
        "/api/board",
        "/api/teacher",
        "/api/debrief",
        "/api/export",
    ]
    secrets = {
        team: {f"{plan[name]}" for plan in plans if plan for name in ("price", "promise") if plan[name] != 1.0}
        for team, plans in PLANS.items()
    }
    secrets[3] |= {"413.7", "77.3"}
    words = {team: room.teams[team].get("/api/team").json()["word"] for team in range(4)}
    for team, device in enumerate(room.teams):
        texts = [device.get(path).text for path in asked]
        texts += [device.post("/api/room", {"room": name, "round": 1}).text for name in ("churn", "margins", "leavers")]
        for other in range(4):
            if other != team:
                assert not [one for one in {*secrets[other], words[other]} for text in texts if one in text]
        assert any(str(PLANS[team][0]["price"]) in text or str((PLANS[team][1] or PLANS[team][0])["price"]) in text for text in texts)
    board = room.teacher.get("/api/teacher").text + Device(served.address).get("/api/board").text
    assert not [one for team in range(4) for one in {*secrets[team], words[team], "0.6173"} if one in board]


def test_teams_are_no_teachers(class_in_round_2):
    served, room = class_in_round_2
    red = room.teams[0]
    for answer in (red.get("/api/teacher"), red.act("close"), red.get("/api/export")):
        assert answer.status_code == 401
    red.web.cookies.set(f"tenure_{served.code}_teacher", red.web.cookies[f"tenure_{served.code}"])
    assert red.act("close").status_code == 403 and red.act("close").json()["refused"] == "this is for the teacher"
    del red.web.cookies[f"tenure_{served.code}_teacher"]
    assert Device(served.address).enter("guess").status_code == 403
    assert room.teacher.get("/api/teacher").json()["phase"] == "open"


def test_only_pages_of_the_class_may_change_it(class_in_round_2):
    _, room = class_in_round_2
    sent = {"round": 2, "choice": choice(), "prediction": FORESEEN}
    assert room.teams[0].post("/api/decide", sent, origin="http://evil.example").status_code == 403
    assert room.teams[0].web.post("/api/decide", json=sent, headers={"X-Tenure-Seat": room.teams[0].key}).status_code == 403


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"round": 1}, 409, "round 1 is closed; nothing was changed"),
        ({"round": 3}, 409, "round 3 is not open yet"),
        ({"round": None}, 400, ""),
        ({"round": 2, "choice": choice(price=-3.0)}, 400, "price: -3 is too low; give a value of 0 or more (money per unit)"),
        ({"round": 2, "choice": [1]}, 400, "a list stands where a choice belongs"),
        ({"round": 2, "prediction": None}, 400, "nothing stands where a prediction belongs"),
    ],
)
def test_what_is_refused_changes_nothing(class_in_round_2, sent, status, said):
    _, room = class_in_round_2
    before = room.teams[2].get("/api/team").json()
    answer = room.teams[2].post("/api/decide", {"choice": choice(), "prediction": FORESEEN} | sent)
    assert answer.status_code == status and said in answer.json()["refused"]
    assert room.teams[2].get("/api/team").json() == before


def test_junk_is_refused_in_a_sentence(class_in_round_2):
    _, room = class_in_round_2
    red, headers = room.teams[0], {"Origin": room.teams[0].address, "X-Tenure-Seat": room.teams[0].key}
    for content, status in ((b"\xff\xfe", 400), (b"[1, 2]", 400), (b"{" * 5000, 400), (b"x" * 20_000, 413)):
        answer = red.web.post("/api/decide", content=content, headers=headers)
        assert answer.status_code == status and answer.json()["refused"]
    for path, sent in (
        ("/api/room", {"room": "vault", "round": 1}),
        ("/api/room", {"room": "churn", "round": "1"}),
        ("/api/room", {"room": ["churn"], "round": 1}),
        ("/api/join", {"code": 5, "name": {}, "word": [], "member": 7}),
        ("/api/decide", {"round": {}, "choice": choice(), "prediction": FORESEEN}),
    ):
        answer = red.post(path, sent)
        assert 400 <= answer.status_code < 500 and answer.json()["refused"], (path, sent, answer.text)
