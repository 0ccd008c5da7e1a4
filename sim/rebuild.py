"""A scenario from its own plain form (`Scenario.as_dict`): to play a recorded one again, or one with some of its numbers changed."""
import copy
from pathlib import Path

from sim.scenario.load import resolve
from sim.scenario.reading import Stated
from sim.scenario.scenario import Scenario

NOT_PLAYED = ("data", "observed")                       # files that travel with a scenario; nothing here reads them
TEXTS = ("name", "teaches", "note", "kind", "influencer", "file")
PER_MARKET = ("advertising_cost", "programme_cost", "total")    # money of the whole market, not of a buyer or account; total: of a budget


def plain_form(scenario: Scenario) -> dict:
    """`Scenario.as_dict`, the edge list of its network named by where it is: so it can be rebuilt anywhere on the same machine."""
    values, file = scenario.as_dict(), scenario.word_of_mouth.file
    if file in scenario.files:
        values["word_of_mouth"]["file"] = str(scenario.files[file].absolute())
    return values


def rebuilt(values: dict, name: str = "scenario") -> Scenario:
    """The scenario that a plain form describes; `name` stands where a file's name would. Raises ScenarioError where it is not sound."""
    kept = {key: value for key, value in values.items() if key not in NOT_PLAYED}
    return resolve(Stated(_with_infinities(kept)), Path(f"{name}.yaml"))


def _with_infinities(value, key: str = ""):
    """The text 'inf' back as a number, except where texts stand."""
    if isinstance(value, dict):
        return {name: _with_infinities(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_with_infinities(inner) for inner in value]
    return float("inf") if value == "inf" and key not in TEXTS else value


def resized(values: dict, buyers: int) -> dict:
    """The plain form of the same market with other numbers of buyers: capacities and costs of the whole market go with its size, a buyer
    keeps as many neighbours as there are. A network from a file is of its buyers: such a market has one size, and is returned as it is."""
    word = values.get("word_of_mouth", {})
    if word.get("network") == "file":
        return copy.deepcopy(values)
    factor = buyers / values["market"]["buyers"]
    smaller = _resized(copy.deepcopy(values), factor)
    smaller["market"]["buyers"] = buyers
    if word.get("degree", 0) >= buyers:
        smaller["word_of_mouth"]["degree"] = max((buyers - 1) // 2 * 2, 2)
    return smaller


def _resized(value, factor: float):
    if isinstance(value, list):
        return [_resized(inner, factor) for inner in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, inner in value.items():
        if name in PER_MARKET and isinstance(inner, int | float):
            changed[name] = inner * factor
        elif name == "capacity" and isinstance(inner, dict):
            changed[name] = {level: size if size == "inf" else size * factor for level, size in inner.items()}
        else:
            changed[name] = _resized(inner, factor)
    return changed
