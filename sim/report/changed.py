"""What a scenario states that the reference market does not, and what each strategy does, in words."""

from typing import NamedTuple

from sim.report.assumed import bears
from sim.report.limits import Plays
from sim.scenario import load
from sim.scenario.address import facts_at
from sim.scenario.origins import leaves
from sim.scenario.words import difference, explain, in_words
from sim.wording import JACKSON, spoken

REFERENCE = "default"
ELSEWHERE = ("name", "teaches", "schema", "strategies", "baseline", "sweep")   # told elsewhere in a report, or no part of the market
LIKE = "sellers.rivals."                                                        # any seller of the reference market
OFFER = ("price", "unit_cost", "quality", "level", "starting_share", "count")   # said of every seller
NOTHING = "changes nothing"


class Change(NamedTuple):
    """One value that differs from the reference market."""

    path: str
    here: str
    there: str
    unit: str
    meaning: str


class Lever(NamedTuple):
    """What a strategy does: a line for each value that it sets, or the one line that it changes nothing."""

    strategy: str
    does: list[str]


def changes(scenario) -> list[Change]:
    """Everything in which a scenario differs from the reference market, in the order of the file. Values of what is off or of nobody are
    left out; of sellers that the reference market does not have, those that are any seller's there."""
    reference = load(REFERENCE)
    plays = Plays(scenario, list(scenario.strategies))
    bearing = {row.path for row in explain(scenario, everything=False) if bears(row, plays) or row.path.endswith(".share")}
    usual = {row.path.split(".", 2)[-1]: row.value for row in explain(reference) if row.path.startswith(LIKE)}
    rows = [row for row in difference(reference, scenario) if row.path.split(".")[0] not in ELSEWHERE and row.path in bearing]
    return [_change(path, here, there) for path, there, here in rows if there or not _usual(path, here, usual)]


def _usual(path: str, here: str, usual: dict[str, str]) -> bool:
    """Whether a value of a seller whom the reference market does not have is what any seller's is there, and goes without saying."""
    section, _, field = [*path.split(".", 2), "", ""][:3]
    return section == "sellers" and field not in OFFER and usual.get(field) == here


def _change(path: str, here: str, there: str) -> Change:
    """A change with what it is of; what one of the two markets does not have is 'not stated'."""
    known = facts_at(tuple(int(part) if part.isdecimal() else part for part in path.split(".")))
    return Change(path, as_read(here), as_read(there), known.unit if known else "", known.meaning if known else "")


def as_read(value: str) -> str:
    """A value as a reader takes it in: thousands in groups."""
    if not value:
        return "not stated"
    return f"{int(value):,}" if value.isdecimal() and len(value) > 4 else value


def levers(study) -> list[Lever]:
    """What each strategy does, in words."""
    values, unit = study.record["scenario"]["strategies"], study.record["scenario"]["market"]["period"]
    return [Lever(spoken(name), done(name, values[name] or {}, unit)) for name in study.record["strategies"]]


def done(strategy: str, stated: dict, unit: str) -> list[str]:
    """The lines of a strategy: what sellers do from the beginning, then what they do at which time."""
    now = {name: inner for name, inner in stated.items() if name != "events"}
    lines = [f"{who}, {line}" for who, line in settings(now, ("strategies", strategy))]
    for event in stated.get("events") or ():
        acts = {name: inner for name, inner in event.items() if isinstance(inner, dict)}
        lines += [f"{when(event, unit)}: {who}, {line}" for who, line in settings(acts, ("strategies", strategy))]
    return lines or [NOTHING]


def settings(values: dict, above: tuple) -> list[tuple[str, str]]:
    """(seller, what is set to what) of every value that sellers are given."""
    found = []
    for path in leaves(values, above) if values else ():
        if len(path) == len(above) + 1:
            continue                                     # a seller of whom nothing is said
        seller, field, value = path[2], path[3:], values
        for part in path[2:]:
            value = value[part - 1] if isinstance(value, list) else value[part]
        found.append((spoken(seller), f"{spoken(' '.join(map(str, field)))}: {with_types(in_words(value, path))}"))
    return found


def with_types(text: str) -> str:
    """Jackson's types as she writes them."""
    for name, written in JACKSON.items():
        text = text.replace(name, written)
    return text


def when(event: dict, unit: str) -> str:
    """The time of an event: from month 24 until month 36 (we follow)."""
    until = f" until {unit} {event['until']}" if event.get("until") is not None else ""
    note = f" ({event['note']})" if event.get("note") else ""
    return f"from {unit} {event['at']}{until}{note}"
