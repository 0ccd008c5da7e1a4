"""Everything that a report says, in words, whatever it is written as."""

import re

from sim.report.assumed import assumed_of
from sim.report.changed import changes, levers
from sim.report.claims import touched
from sim.report.limits import limits, told
from sim.screens.verdict import ROWS, figure_cell
from sim.wording import counted, spoken

OWN = "are the market's own"                # values that a record cannot tell from what its scenario states
IN_FULL = 8                                 # limits that a page tells in full, the weightiest; of the others a sentence
TOUCH = ("Click", "Point", "Touch")         # how sentences begin that say what a pointer does


def content(study) -> dict:
    """Everything that a report says, in words."""
    market, record = study.scenario.market, study.record
    touching, others = told(study)
    return {
        "title": record["name"],
        "teaches": study.scenario.teaches,
        "focal": spoken(study.focal),
        "runs": study.runs.runs,
        "span": f"{counted(market.buyers, 'buyer')} over {counted(market.periods, market.period)}",
        "sentences": list(study.sentences().values()),
        "strategies": [spoken(name) for name in study.runs.strategies],
        "figures": came_to(study),
        "levers": levers(study),
        "changes": changes(study.scenario),
        "limits": limits(study),
        "touching": touching[:IN_FULL],
        "others": [*touching[IN_FULL:], *others],
        "assumed": assumed_of(study),
        "own": OWN,
        "claims": touched(study),
        "origin": origin(record),
        "command": reproduced(study),
    }


def came_to(study) -> list[list[str]]:
    """The table of figures: words, then a cell for each strategy."""
    market, rows = study.scenario.market, study.summary.set_index("strategy")
    return [
        [
            words.format(currency=market.currency, period=market.period),
            *(figure_cell(rows.loc[name], figure, kind).replace("± ", "±\N{NO-BREAK SPACE}") for name in study.runs.strategies),
        ]
        for figure, (words, kind) in ROWS.items()
    ]


def origin(record: dict) -> list[tuple[str, str]]:
    """What the numbers rest on."""
    versions = ", ".join(f"{name} {version}" for name, version in record["versions"].items())
    return [
        ("scenario digest", record["digest"]),
        ("seed", str(record["seed"])),
        ("paired runs", str(record["runs"])),
        ("receipt of the numbers", record["receipt"]),
        ("model", record["model"][:12]),
        ("commit", record["commit"] or "not known"),
        ("versions", versions),
    ]


def reproduced(study) -> str:
    """The lines that reproduce the study: the command it was made with, and the check of its folder."""
    return f"{study.record['command']}\ntenure verify {study.folder.name}"


def ways_to_read(how: str) -> dict[str, str]:
    """How a figure is read, and apart from it what a pointer does there, which on paper nobody can do."""
    touches = [sentence for sentence in re.split(r"(?<=\.) ", how) if sentence.startswith(TOUCH)]
    return {"how": " ".join(sentence for sentence in re.split(r"(?<=\.) ", how) if sentence not in touches), "touch": " ".join(touches)}
