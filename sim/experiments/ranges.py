"""Ranges that are typed, such as product.complexity=0.5..2: read, held to what their parameters may be, and made into what varies.

One syntax for all experiments: PATH=LOW..HIGH, evenly between the two, or PATH=LOW..HIGH:log, evenly in the logarithm.
"""
import math
from collections.abc import Sequence
from dataclasses import replace

from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioError
from sim.scenario.suggest import among
from sim.scenario.varying import UNCERTAINTY, Varied

EXAMPLE = "product.complexity=0.5..2"
FIELDS = {"lever": "levers", "uncertainty": "uncertainties"}
SCALES = {"": "range", "log": "log_range"}


class NoRange(Exception):  # noqa: N818 - named for what was looked for
    """Something typed is no range of a parameter; `complaints` holds a sentence for everything that is wrong, the message all of them."""

    def __init__(self, complaints: Sequence[str]):
        self.complaints = tuple(complaints)
        super().__init__("\n".join(self.complaints))


def ranges(scenario, texts: Sequence[str], kind: str = UNCERTAINTY) -> list[Varied]:
    """What varies, in the order typed: each text PATH=LOW..HIGH or PATH=LOW..HIGH:log; kind: 'uncertainty' or 'lever'.

    Raises NoRange with all complaints: no such parameter (and which may be meant), an end that is out of its bounds or no number, ends in
    the wrong order, a logarithm of what has none, the same parameter twice."""
    stated, complaints = {}, []
    for text in texts:
        try:
            path, spread = _read(text)
        except ValueError as error:
            complaints.append(str(error))
            continue
        if path in stated:
            complaints.append(f"{path} stands twice; give it one range")
        stated.setdefault(path, (text, spread))
    found, wrong = checked(scenario, {path: spread for path, (_, spread) in stated.items()}, kind)
    complaints += [f"{stated[path][0]!r}: {sentence}" if path in stated else sentence for path, sentence in wrong]
    if complaints:
        raise NoRange(complaints)
    return found


def checked(scenario, spreads: dict[str, dict], kind: str = UNCERTAINTY) -> tuple[list[Varied], list[tuple[str, str]]]:
    """What varies by its path, as a scenario's section `sweep` has it ({path: {range: [low, high]}}), held to the rules of that section:
    (what is right, or nothing where anything is wrong; (path, sentence) for everything that is wrong)."""
    if not spreads:
        return [], []
    section = {"sweep": {"design": "latin_hypercube", FIELDS[kind]: spreads}}
    try:
        return list(resolve(replace(scenario.stated, values=scenario.stated.values | section), scenario.path).sweep.varied), []
    except ScenarioError as error:
        return [], [(_whose(problem.path, spreads, kind), problem.sentence) for problem in error.problems]


def _whose(path: str, spreads: dict[str, dict], kind: str) -> str:
    """The parameter that a problem of the section is about; the problem's own path where it is about none of them."""
    below = path.removeprefix(f"sweep.{FIELDS[kind]}.")
    owners = [one for one in spreads if f"{below}.".startswith(f"{one}.")]
    return max(owners, key=len, default=path)


def _read(text: str) -> tuple[str, dict]:
    """(path, {range: [low, high]}) of one text; ValueError with a sentence where it is none."""
    path, equals, rest = (part.strip() for part in text.partition("="))
    ends, colon, scale = (part.strip() for part in rest.partition(":"))
    low, dots, high = (part.strip() for part in ends.partition(".."))
    if not (path and equals and dots):
        raise ValueError(f"{text!r} is no range of a parameter; write PATH=LOW..HIGH, such as {EXAMPLE}")
    if colon and scale not in SCALES:
        raise ValueError(f"{text!r}: {scale!r} is unknown here; {among(scale, ['log'])}")
    return path, {SCALES[scale]: [_number(low, text), _number(high, text)]}


def _number(word: str, text: str) -> int | float:
    """A number as typed, whole where it is written so."""
    try:
        value = int(word) if word.lstrip("+-").isdecimal() else float(word)
    except ValueError:
        raise ValueError(f"{text!r}: {word!r} is no number; write PATH=LOW..HIGH, such as {EXAMPLE}") from None
    if not math.isfinite(value):
        raise ValueError(f"{text!r}: {word} is not a finite number; a range has two ends")
    return value
