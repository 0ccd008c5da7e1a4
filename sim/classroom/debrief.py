"""The debrief: what each team's buyers lived through, who gained first and who later, what was known and not looked at, and the answer
key."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim import measures
from sim.classroom.choices import first_choice
from sim.classroom.key import answer_key
from sim.classroom.life import typical_lives
from sim.classroom.luck import luck
from sim.classroom.predictions import ignorance, leader_of, verdict
from sim.classroom.rooms import ROOMS, room
from sim.core.terms import LEVELS
from sim.wording import amount, counted, listed, name_of_type

if TYPE_CHECKING:
    from sim.classroom.lesson import Lesson

TRANSACTIONAL = 1.5  # rungs of the ladder, from 0: basic and reactive sellers sell and move on, from accountable on they tend accounts
LIVED = ("problems", "complaints", "detected", "resolved", "unresolved", "contacts", "kept", "broken", "lost_incident", "lost_price",
         "lost_turnover", "acquisitions")  # fmt: skip


def debrief(lesson: "Lesson", progress=None) -> dict:
    """Everything that the debrief page shows, as plain data."""
    setting, rounds, names = lesson.setting, lesson.round, lesson.names()
    changes, courses = lesson.changes(rounds), [course(lesson, team) for team in range(lesson.setting.teams)]
    lives = typical_lives(setting, changes, rounds, names)
    key = answer_key(setting, changes, rounds, progress)
    others = lesson.plays.luck.get(rounds) or luck(setting, changes, rounds)
    played, winner = lesson.plays.rounds[rounds], leader_of([row["equity"] for row in courses_end(courses)])
    return {
        "rounds": rounds,
        "currency": setting.scenario.market.currency,
        "period": setting.scenario.market.period,
        "periods_per_round": setting.periods_per_round,
        "winner": {"team": winner, "name": names[winner]},
        "first_and_later": first_and_later(courses, names, setting.scenario.market.currency),
        "order_by_value": order_by_value(courses, key, names, setting.scenario.market.currency),
        "luck": {"rows": others.as_rows(), "sentence": others.sentence(names)},
        "teams": [
            {"name": name, "course": courses[team], "rung": rung(courses[team]), "lived": lived(played, team), "life": lives[team],
             "choices": chosen(lesson, team), "data": data_used(lesson, team), "forecasts": forecasts(lesson, team), "key": key[team]}
            for team, name in enumerate(names)
        ],
    }  # fmt: skip


def course(lesson: "Lesson", team: int) -> list[dict]:
    """Round by round: the team's figures (`Played.figures`) and rung, the mean level of its accounts on the ladder (0 basic … 4
    partnership)."""
    setting, found = lesson.setting, []
    table = lesson.plays.rounds[lesson.round].table
    own = table[(table.run == 0) & (table.seller == setting.sellers[team]) & (table.period > 0)]
    for number in range(1, lesson.round + 1):
        here = own[(own.period > setting.end_of(number - 1)) & (own.period <= setting.end_of(number))]
        accounts = np.array([here[f"accounts_{level}"].sum() for level in LEVELS], float)
        mean = float(accounts @ np.arange(len(LEVELS)) / accounts.sum()) if accounts.sum() else 0.0
        found.append({"round": number, "rung": mean} | lesson.plays.rounds[number].figures[team])
    return found


def courses_end(courses: list[list[dict]]) -> list[dict]:
    """The last round of every team."""
    return [rounds[-1] for rounds in courses]


def rung(rounds: list[dict]) -> float:
    """The mean rung over the rounds."""
    return sum(one["rung"] for one in rounds) / len(rounds)


def first_and_later(courses: list[list[dict]], names: list[str], currency: str) -> str:
    """Whether teams that sold and moved on gained first and lost later: said only where it is true, with the numbers; else what was."""
    sold = [team for team, rounds in enumerate(courses) if rung(rounds) < TRANSACTIONAL]
    tended = [team for team in range(len(courses)) if team not in sold]
    if not sold or not tended:
        did = "tended their accounts" if tended else "sold and moved on"
        return f"All teams {did}, so there is nothing to compare: nobody showed what the other way would have brought."
    profit, worth = ([_mean(courses, teams, field, at) for teams in (sold, tended)] for field, at in (("profit", 0), ("equity", -1)))
    who = (
        f"who sold and moved on ({listed([names[team] for team in sold])})",
        f"who tended their accounts ({listed([names[team] for team in tended])})",
    )
    ahead, last = profit[0] - profit[1], worth[1] - worth[0]
    rounds, less = courses[0][-1]["round"], "less" if last > 0 else "more"
    at_the_end = f"their accounts were worth {amount(abs(last))} {currency} {less} each after round {rounds}"
    if ahead > 0 and last > 0:
        return (
            f"Teams {who[0]} earned {amount(ahead)} {currency} more each in round 1 than teams {who[1]}; later they fell behind: "
            f"{at_the_end}{_fell_behind(courses, sold, tended)}."
        )
    first = f"earned {amount(abs(ahead))} {currency} {'more' if ahead > 0 else 'less'} each in round 1"
    return f"It was not the textbook's story this time: teams {who[0]} {first} than teams {who[1]}, and {at_the_end}."


def _mean(courses: list[list[dict]], teams: list[int], field: str, at: int) -> float:
    return sum(courses[team][at][field] for team in teams) / len(teams)


def _fell_behind(courses: list[list[dict]], sold: list[int], tended: list[int]) -> str:
    """From which round on their profit, too, was lower to the end; nothing where it never was."""
    behind = [_mean(courses, sold, "profit", at) < _mean(courses, tended, "profit", at) for at in range(len(courses[0]))]
    start = next((at for at in range(len(behind)) if all(behind[at:])), None)
    return "" if start is None else f", and from round {start + 1} on they earned less, too"


def order_by_value(courses: list[list[dict]], key: list[dict], names: list[str], currency: str) -> str:
    """Who leads when the profit of the rounds counts as well: customer equity alone forgets what it cost."""
    winner = leader_of([row["equity"] for row in courses_end(courses)])
    best = max(range(len(key)), key=lambda team: key[team]["actual"]["value"])
    value = f"{amount(key[best]['actual']['value'])} {currency}, discounted to the start"
    if best == winner:
        return f"{names[best]} leads as well when the profit of the rounds is counted with the accounts ({value})."
    return (
        f"Customer equity forgets what it cost: counted together with the profit of the rounds, {names[best]} leads ({value}) before "
        f"{names[winner]} ({amount(key[winner]['actual']['value'])})."
    )


def lived(played, team: int) -> dict[str, int]:
    """What happened to the team's accounts over all rounds: LIVED, and periods (account-periods tended)."""
    table: pd.DataFrame = played.table
    own = table[(table.run == 0) & (table.seller == played.setting.sellers[team]) & (table.period > 0)]
    sums = measures.sums(own, [*LIVED, "served"], ("seller",)).iloc[0]
    return {name: int(sums[name]) for name in LIVED} | {"periods": int(sums.served)}


def chosen(lesson: "Lesson", team: int) -> list[dict]:
    """What the team decided, round by round: levels by type in words, price, promise, discount and budget; saved: by whom, or nobody."""
    saved, types, found = lesson.store.choices(), lesson.setting.scenario.buyers, []
    standing = first_choice(lesson.setting)
    for number in range(1, lesson.round + 1):
        own = saved.get((number, team))
        standing = own["choice"] if own else standing
        levels = {name_of_type(name): level for name, level in standing["level"].items() if types[name].share}
        found.append({"round": number, "level": levels, "price": standing["price"], "promise": standing["promise"],
                      "discount": standing["loyalty_discount"]["per_year"], "budget": sum(standing["budget"].values()),
                      "saved": own["member"] if own else None})  # fmt: skip
    return found


def data_used(lesson: "Lesson", team: int) -> dict:
    """Which data rooms the team looked into before deciding: opened (room -> rounds), looked and there (how often, of how often it could),
    missed: for each room never opened what it showed when the last decision was made."""
    opened, last = lesson.store.opened(), lesson.round - 1
    by_room = {name: sorted(number for who, number, what in opened if who == team and what == name and number <= last) for name in ROOMS}
    missed = [
        {"title": ROOMS[name][0], "round": last, "finding": room(lesson.plays.rounds[lesson.round], team, last, name)["finding"]}
        for name, rounds in by_room.items()
        if not rounds and last >= 1
    ]
    return {"opened": {ROOMS[name][0]: rounds for name, rounds in by_room.items()}, "looked": sum(map(len, by_room.values())),
            "there": last * len(ROOMS), "missed": missed}  # fmt: skip


def forecasts(lesson: "Lesson", team: int) -> dict:
    """How good the team's predictions were: rounds (`predictions.verdict`), brier (their mean, None where there was none), ignorance, and a
    sentence."""
    saved, teams = lesson.store.choices(), lesson.setting.teams
    rounds = [
        {"round": number} | verdict(saved[number, team]["prediction"], lesson.plays.rounds[number].figures[:teams], team)
        for number in range(1, lesson.round + 1)
        if (number, team) in saved
    ]
    if not rounds:
        return {"rounds": [], "brier": None, "ignorance": ignorance(teams), "sentence": "It made no prediction."}
    mean, right = sum(one["brier"] for one in rounds) / len(rounds), sum(one["named"] == one["leader"] for one in rounds)
    better = "better" if mean < ignorance(teams) else "no better" if mean == ignorance(teams) else "worse"
    said = (
        f"It named the leader in {right} of {counted(len(rounds), 'round')}; its Brier score is {mean:.2f}, {better} than not knowing "
        f"({ignorance(teams):.2f})."
    )
    return {"rounds": rounds, "brier": mean, "ignorance": ignorance(teams), "sentence": said}
