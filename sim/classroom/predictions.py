"""What teams foresaw before a round, and how good it was: proper scores, with which nobody gains by saying other than what they think."""

import math
from typing import Any

from sim.classroom.choices import ChoiceError
from sim.scenario.suggest import described, number

FIELDS = ("leader", "confidence", "retention", "profit")


def read_prediction(given: Any, teams: int) -> dict:
    """A prediction as a page sends it: leader (number of the team, from 0), confidence (the probability given to it, from 1/teams to 1),
    retention (own, share of accounts kept in a year, 0..1) and profit (own, money in the round). Raises ChoiceError."""
    if not isinstance(given, dict):
        raise ChoiceError(f"{described(given)} stands where a prediction belongs")
    lacking = [name for name in FIELDS if name not in given]
    if lacking:
        raise ChoiceError(f"the prediction lacks {', '.join(lacking)}")
    leader = given["leader"]
    if isinstance(leader, bool) or not isinstance(leader, int) or not 0 <= leader < teams:
        raise ChoiceError(f"prediction: {described(leader)} is no team; choose who will lead")
    return {
        "leader": leader,
        "confidence": _between("how sure you are", given["confidence"], 1 / teams, 1.0),
        "retention": _between("retention", given["retention"], 0.0, 1.0),
        "profit": _between("profit", given["profit"], -1e15, 1e15),
    }


def _between(what: str, value: Any, least: float, most: float) -> float:
    """A number within bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ChoiceError(f"prediction: {what} is {described(value)}; give a number")
    if not least - 1e-9 <= value <= most + 1e-9:
        raise ChoiceError(f"prediction: {what} of {number(value)} is not between {least:g} and {most:g}")
    return float(value)


def brier(prediction: dict, leader: int, teams: int) -> float:
    """Brier's score (1950) of who will lead: Σ_i (p_i − o_i)², 0 (certain and right) to 2 (certain and wrong). p gives the named team the
    confidence and shares the rest equally among the others; o is 1 for who led. Knowing nothing scores 1 − 1/teams (`ignorance`)."""
    rest = (1 - prediction["confidence"]) / (teams - 1)
    chances = [prediction["confidence"] if team == prediction["leader"] else rest for team in range(teams)]
    return sum((chance - (team == leader)) ** 2 for team, chance in enumerate(chances))


def ignorance(teams: int) -> float:
    """The Brier score of giving every team the same chance."""
    return 1 - 1 / teams


def leader_of(equity: list[float]) -> int:
    """The team with the highest customer equity, the first of equals."""
    return max(range(len(equity)), key=lambda team: (equity[team], -team))


def verdict(prediction: dict, figures: list[dict], team: int) -> dict:
    """How good a prediction was: leader and named (teams), confidence, brier and ignorance; retention and profit as foreseen and as they
    came. figures: `Played.figures`, teams alone."""
    leader = leader_of([row["equity"] for row in figures])
    return {
        "named": prediction["leader"],
        "leader": leader,
        "confidence": prediction["confidence"],
        "brier": brier(prediction, leader, len(figures)),
        "ignorance": ignorance(len(figures)),
        "retention": {"foreseen": prediction["retention"], "came": figures[team]["retention"]},
        "profit": {"foreseen": prediction["profit"], "came": figures[team]["profit"]},
    }
