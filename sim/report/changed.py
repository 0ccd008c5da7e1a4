"""What a scenario states that the reference market does not."""

from typing import NamedTuple

from sim.scenario import load
from sim.scenario.address import facts_at
from sim.scenario.words import difference

REFERENCE = "default"
ELSEWHERE = ("name", "teaches", "schema", "strategies", "sweep")      # told elsewhere in a report, or no part of the market


class Change(NamedTuple):
    """One value that differs from the reference market."""

    path: str
    here: str
    there: str
    unit: str
    meaning: str


def changes(scenario) -> list[Change]:
    """Everything in which a scenario differs from the reference market, in the order of the file."""
    found = []
    for path, there, here in difference(load(REFERENCE), scenario):
        if path.split(".")[0] in ELSEWHERE:
            continue
        known = facts_at(tuple(int(part) if part.isdecimal() else part for part in path.split(".")))
        found.append(Change(path, here or "not stated", there or "not stated", known.unit if known else "", known.meaning if known else ""))
    return found
