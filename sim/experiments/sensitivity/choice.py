"""Which factors a study has: those typed, those of the scenario's own sweep, or the usual; and whether all their points can be played."""
from collections.abc import Sequence

import numpy as np

from sim.experiments.ranges import NoRange, ranges
from sim.experiments.sensitivity.factors import Factor, settings_at, single
from sim.experiments.sensitivity.usual import usual_factors
from sim.scenario.problems import ScenarioError

FEWEST = 2                   # factors: of a single one there is nothing to tell apart
MOST_TOLD = 5


class NoSensitivity(Exception):  # noqa: N818 - named for what was looked for
    """A question of sensitivity that cannot be answered; the message says why and what to do, with all that is wrong."""


def factors_of(scenario, vary: Sequence[str] | None = None) -> list[Factor]:
    """What varies: the ranges typed (PATH=LOW..HIGH), else the scenario's section `sweep`, else the usual ones.

    Raises NoSensitivity with all that is wrong."""
    if vary:
        try:
            found = [single(one) for one in ranges(scenario, vary)]
        except NoRange as error:
            raise NoSensitivity(str(error)) from None
    elif scenario.sweep is not None:
        if any(one.form == "column" for one in scenario.sweep.varied):
            raise NoSensitivity(f"the sweep of {scenario.name} is a table of points, which has no ranges to draw from; say what varies "
                                "with --vary PATH=LOW..HIGH")
        found = [single(one) for one in scenario.sweep.varied if one.form != "values" or len(one.values) > 1]
    else:
        found = usual_factors(scenario)
    if len(found) < FEWEST:
        raise NoSensitivity("sensitivities compare parameters, and fewer than two vary; name more with --vary PATH=LOW..HIGH")
    playable(scenario, found)
    return found


def playable(scenario, factors: Sequence[Factor]) -> None:
    """NoSensitivity where a point cannot be played: all factors together at their ends, and each alone at its own, must make a scenario.

    A design with points missing has no indices, so that this is looked at before anything is played, not after."""
    place, middle = np.arange(len(factors)), np.full(len(factors), 0.5)
    alone = [np.where(place == number, end, middle) for number in place for end in (0.0, 1.0)]
    for corners in ([middle * 0, middle * 2], alone):
        settings = [settings_at(scenario, factors, corner.tolist()) for corner in corners]
        wrong = dict.fromkeys(sentence for one in settings for sentence in _problems(scenario, one))
        if wrong:
            told = [f"  {sentence}" for sentence in list(wrong)[:MOST_TOLD]]
            raise NoSensitivity("some points of these ranges cannot be played, and indices can do without none; narrow the ranges\n"
                                + "\n".join(told + [f"  and {len(wrong) - MOST_TOLD:,} more"] * (len(wrong) > MOST_TOLD)))


def _problems(scenario, settings: dict) -> list[str]:
    """What is wrong with a point."""
    try:
        scenario.replace(values=settings)
    except ScenarioError as error:
        return [": ".join(part for part in (one.path, one.sentence) if part) for one in error.problems]
    return []
