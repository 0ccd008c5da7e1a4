"""What each may see: a team its own seller and what has been revealed, the projector the leader board, the teacher who has decided but not
what."""

from sim.classroom.lesson import Lesson
from sim.classroom.predictions import verdict
from sim.classroom.rooms import ROOMS
from sim.classroom.seats import TEACHER, Seat
from sim.wording import counted


def start_view(lesson: Lesson) -> dict:
    """What somebody sees who has not joined."""
    return {"title": lesson.setting.scenario.name, "rounds": lesson.setting.rounds, "phase": lesson.phase}


def _common(lesson: Lesson) -> dict:
    """What everybody in the room may see."""
    setting = lesson.setting
    scenario = setting.scenario
    return {
        "version": lesson.version,
        "phase": lesson.phase,
        "round": lesson.round,
        "rounds": setting.rounds,
        "periods_per_round": setting.periods_per_round,
        "span": counted(setting.periods_per_round, scenario.market.period),
        "title": scenario.name,
        "currency": scenario.market.currency,
        "teams": lesson.names(),
        "joined": [number for number, _, _ in lesson.store.teams()],
        "revealed": lesson.revealed,
        "board": leader_board(lesson),
    }


def leader_board(lesson: Lesson) -> list[dict]:
    """The teams after the last revealed round, the highest customer equity first: team, name, equity (of every revealed round), profit and
    profit_so_far, rank."""
    shown, names = lesson.revealed, lesson.names()
    if not shown:
        return []

    def row(team: int) -> dict:
        course = [lesson.plays.rounds[number].figures[team] for number in range(1, shown + 1)]
        latest = {name: course[-1][name] for name in ("profit", "profit_so_far")}
        return {"team": team, "name": names[team], "equity": [one["equity"] for one in course]} | latest

    rows = [row(team) for team in range(lesson.setting.teams)]
    ordered = sorted(rows, key=lambda one: (-one["equity"][-1], one["team"]))
    return [one | {"rank": rank} for rank, one in enumerate(ordered, start=1)]


def board_view(lesson: Lesson) -> dict:
    """The projector: the leader board, how many have decided, and other luck where the teacher asked for it."""
    found = lesson.plays.luck.get(lesson.revealed) if lesson.phase in ("revealed", "ended") else None
    luck = found and {"rows": found.as_rows(), "sentence": found.sentence(lesson.names())}
    return _common(lesson) | {"decided": len(lesson.decided()) if lesson.phase == "open" else 0, "luck": luck}


def team_view(lesson: Lesson, seat: Seat) -> dict:
    """A team's own page. Of other teams it holds what the leader board does, and nothing else."""
    team, number = seat.team, lesson.round
    saved = lesson.store.choices()
    mine = saved.get((number, team))
    word = {one: secret for one, _, secret in lesson.store.teams()}.get(team, "")
    return _common(lesson) | {
        "team": team,
        "member": seat.member,
        "word": word,
        "members": lesson.store.members().get(team, []),
        "form": lesson.form,
        "choice": lesson.choice_of(team),
        "prediction": mine and mine["prediction"],
        "saved": mine and {"by": mine["member"], "at": mine["at"]},
        "results": [{"round": one} | lesson.plays.rounds[one].figures[team] for one in range(1, lesson.revealed + 1)],
        "verdicts": _verdicts(lesson, team, saved),
        "rooms": _rooms(lesson, team),
        "as_is": _as_is(lesson, team),
    }


def _verdicts(lesson: Lesson, team: int, saved: dict) -> list[dict]:
    """The team's predictions of revealed rounds, and how good they were."""
    return [
        {"round": one} | verdict(saved[one, team]["prediction"], lesson.plays.rounds[one].figures[: lesson.setting.teams], team)
        for one in range(1, lesson.revealed + 1)
        if (one, team) in saved
    ]


def _rooms(lesson: Lesson, team: int) -> list[dict]:
    opened = lesson.store.opened()
    return [
        {"name": name, "title": title, "opened": sorted(number for who, number, what in opened if (who, what) == (team, name))}
        for name, (title, _) in ROOMS.items()
    ]


def _as_is(lesson: Lesson, team: int) -> dict | None:
    """What round 1 would bring the team if nobody changed anything."""
    return lesson.plays.as_is and {name: lesson.plays.as_is.figures[team][name] for name in ("profit", "retention", "accounts")}


def teacher_view(lesson: Lesson, address: str) -> dict:
    """The teacher's page: the board, who has joined and decided (not what), what was refused, what is being played."""
    members = lesson.store.members()
    decided = lesson.decided() if lesson.phase == "open" else set()
    return board_view(lesson) | {
        "code": lesson.code,
        "address": address,
        "people": [
            {"name": name, "members": members.get(team, []), "decided": team in decided} for team, name in enumerate(lesson.names())
        ],
        "teacher_devices": len(members.get(TEACHER, [])),
        "closes_by_itself": lesson.store.fact("closes_by_itself") == "1",
        "work": lesson.plays.work,
        "failed": lesson.plays.failed,
        "refusals": [{"at": at, "sentence": sentence} for at, sentence in lesson.store.refusals()],
        "debrief_ready": lesson.plays.debrief is not None,
    }


def export(lesson: Lesson) -> dict:
    """Everything of the class as plain data: to keep, or to play again (`scenario` is a scenario of its own). No secrets."""
    from sim.classroom.market import class_market
    from sim.classroom.seats import safe_names
    from sim.rebuild import plain_form

    setting, rounds = lesson.setting, max(lesson.round, 1)
    sellers = [*safe_names(lesson.names()), *setting.rival_names]
    scenario = class_market(setting, lesson.changes(lesson.round), setting.end_of(rounds), sellers)
    return {
        "code": lesson.code,
        "seed": setting.seed,
        "teams": lesson.names(),
        "rounds": setting.rounds,
        "periods_per_round": setting.periods_per_round,
        "choices": [{"round": one, "team": lesson.names()[team]} | saved for (one, team), saved in sorted(lesson.store.choices().items())],
        "results": {str(one): lesson.plays.rounds[one].figures for one in sorted(lesson.plays.rounds) if one <= lesson.revealed},
        "debrief": lesson.plays.debrief if lesson.phase == "ended" else None,
        "scenario": plain_form(scenario),
    }
