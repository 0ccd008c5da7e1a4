"""The section `sweep` of a scenario: which of its parameters vary, over what, and how points are laid out.

It is a question put to the market and no part of it: it never enters the scenario's digest.
"""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from sim.scenario.checking import Checker, Parts
from sim.scenario.distributions import WRITTEN_FORMS, Distribution, read_distribution
from sim.scenario.parameter import Section, parameter
from sim.scenario.points import NotPoints, read_points
from sim.scenario.reading import dotted, is_unreadable
from sim.scenario.suggest import among, described, number
from sim.scenario.varying import LEVER, UNCERTAINTY, NoParameter, Target, Varied, complaint, target

KINDS = {"levers": LEVER, "uncertainties": UNCERTAINTY}
FIELDS = {kind: name for name, kind in KINDS.items()}
RANGES = ("range", "log_range")
FORMS = ("values", *RANGES, *WRITTEN_FORMS)
MOST_TOLD = 20  # wrong cells of one table
AUTHOR = "the author of the scenario"


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class Sweep(Section):
    """Which parameters vary, over what, and how points are laid out over them."""

    design: Literal["grid", "latin_hypercube", "sobol", "table"] = parameter(
        "grid", "how points are laid out: every combination of values (grid), spread evenly by chance (latin_hypercube) or by a sequence "
        "(sobol), or as a file has them (table)", source="assumption: few parameters with few values each are looked at first",
    )  # fmt: skip
    points: int = parameter(
        128, "how many points a latin_hypercube or sobol design lays out; powers of two suit sobol", "points",
        "assumption: enough to see where the answer changes", least=1, most=1_000_000,
    )  # fmt: skip
    file: str | None = parameter(
        None, "the file of a table of points, relative to the scenario file (CSV or Parquet; each column is the path of a parameter)",
        source=AUTHOR,
    )  # fmt: skip
    levers: Any = parameter({}, "what we choose: path of a parameter -> what it may be", source=AUTHOR)
    uncertainties: Any = parameter({}, "what we cannot choose: path of a parameter -> what it may be", source=AUTHOR)
    strategies: Annotated[tuple[str, ...] | None, BeforeValidator(_as_tuple)] = parameter(
        None, "the strategies that are played at every point; all of them where none is named", source=AUTHOR
    )
    runs: int | None = parameter(
        None, "how often every point is repeated with other luck; as often as the scenario where it is not stated", "runs", AUTHOR,
        least=1, most=100_000,
    )  # fmt: skip


@dataclass(frozen=True)
class SweepDesign:
    """A checked sweep: `varied` parameters, levers first; `rows` are the points of a table, in the order of `varied`, and `file` where they
    are from."""

    design: str
    points: int
    varied: tuple[Varied, ...]
    strategies: tuple[str, ...]
    runs: int
    rows: tuple[tuple, ...] = ()
    file: Path | None = None


def check_sweep(check: Checker, parts: Parts) -> SweepDesign | None:
    """The sweep that a scenario states, with everything noted that is wrong; None where it states none, or a wrong one."""
    stated = check.filled.values.get("sweep")
    section = None if stated is None else check.section(Sweep, stated, ("sweep",))
    if section is None or parts.study is None:
        return None
    before = len(check.findings.problems)
    read = _table if section.design == "table" else _ranges
    varied, rows = read(check, section)
    strategies = _strategies(check, parts, section)
    _overlaps(check, varied)
    if not varied and len(check.findings.problems) == before:
        check.report(("sweep",), "the sweep varies nothing; name what under levers or uncertainties, such as sellers.ours.price")
    file = _file(check, section) if section.design == "table" and section.file else None
    return SweepDesign(section.design, section.points, tuple(varied), strategies, section.runs or parts.study.runs, tuple(rows), file)


def _strategies(check: Checker, parts: Parts, section: Sweep) -> tuple[str, ...]:
    """The strategies to play: those named, in the scenario's order, with its baseline, else all."""
    known = list(check.filled.values["strategies"]) or list(parts.strategies)
    for position, name in enumerate(section.strategies or (), start=1):
        if name not in known:
            check.report(("sweep", "strategies", position), f"{name!r} is not a strategy of this scenario; {among(name, known)}")
    named = known if section.strategies is None else [name for name in known if name in section.strategies]
    if not section.strategies and section.strategies is not None:
        check.report(("sweep", "strategies"), "no strategy is named; name one, or leave it out to play them all")
    return tuple(named)


def _overlaps(check: Checker, varied: list[Varied]) -> None:
    """No parameter varies twice, nor within another that does."""
    for one in varied:
        for other in varied:
            if one is not other and f"{one.path}.".startswith(f"{other.path}."):
                inside = "is both a lever and an uncertainty" if one.path == other.path else f"lies within {other.path}, which varies too"
                check.report(("sweep", FIELDS[one.kind], one.path), f"{one.path} {inside}; keep one of them", key=True)
                break


def _ranges(check: Checker, section: Sweep) -> tuple[list[Varied], list]:
    """What the levers and uncertainties of a grid, Latin hypercube or Sobol design may be."""
    found = []
    for name, kind in KINDS.items():
        entries = getattr(section, name)
        if not isinstance(entries, dict) and entries is not None:
            sentence = f"{described(entries)} stands where a mapping belongs, such as {{sellers.ours.price: {{values: [95, 100]}}}}"
            check.report(("sweep", name), sentence)
            continue
        found += [_varied(check, kind, ("sweep", name, path), value, section.design) for path, value in (entries or {}).items()]
    return [one for one in found if one is not None], []


def _varied(check: Checker, kind: str, at: tuple, value: Any, design: str) -> Varied | None:
    """One parameter of a sweep; None with what is wrong noted."""
    where = _parameter(check, at)
    if where is None or is_unreadable(value):
        return None
    if not isinstance(value, dict) or not value:
        check.report(at, f"{described(value)} stands where values belong; write {{values: [...]}} or {{range: [low, high]}}")
        return None
    form = next((name for name in value if name in FORMS), None)
    for name in value:
        if name != form and not (name == "steps" and form in RANGES):
            known = f"{name} stands beside {form}; keep one of them" if name in FORMS else f"{name!r} is unknown here; {among(name, FORMS)}"
            check.report((*at, name), known, key=True)
            return None
    if form is None:
        check.report(at, f"steps belong to a range or log_range; {among('', FORMS)}")
        return None
    bounds = {"least": _bound(where, "least", -math.inf), "most": _bound(where, "most", math.inf)}
    common = {"path": dotted(where.path), "kind": kind, "whole": where.whole} | bounds
    if form == "values":
        return _values(check, (*at, form), value[form], where, common)
    if form in RANGES:
        return _range(check, at, form, value, where, common)
    return _distribution(check, at, value, where, common, design)


def _parameter(check: Checker, at: tuple) -> Target | None:
    """The parameter that a name in the sweep means."""
    try:
        return target(check, at[-1])
    except NoParameter as error:
        check.report(at, str(error), key=True)
        return None


def _bound(where: Target, name: str, otherwise: float) -> float:
    """A bound of the parameter, where it has one; within a distribution or plan there is none that holds for sure."""
    known = getattr(where.facts, name)
    return otherwise if where.below or known is None else known


def _values(check: Checker, at: tuple, values: Any, where: Target, common: dict) -> Varied | None:
    if not isinstance(values, list) or not values:
        check.report(at, f"{described(values)} stands where a list of values belongs, such as [95, 100, 105]")
        return None
    sentences = [(position, complaint(check, where, value)) for position, value in enumerate(values, start=1) if not is_unreadable(value)]
    sentences = [(position, sentence) for position, sentence in sentences if sentence]
    for position, sentence in sentences:
        check.report((*at, position), sentence)
    again = next((position for position, value in enumerate(values, start=1) if value in values[: position - 1]), None)
    if again:
        check.report((*at, again), f"{number(values[again - 1])} stands twice; keep one of them")
    return None if sentences or again else Varied(form="values", values=tuple(values), **common)


def _range(check: Checker, at: tuple, form: str, value: dict, where: Target, common: dict) -> Varied | None:
    ends, steps = value[form], value.get("steps", Varied.steps)
    if not isinstance(ends, list) or len(ends) != 2 or not all(_is_number(end) for end in ends):
        check.report((*at, form), f"{described(ends)} stands where two numbers belong: {form}: [low, high]")
        return None
    wrong = [(position, complaint(check, where, end)) for position, end in enumerate(ends, start=1)]
    wrong += [(2, f"{number(ends[1])} is not above {number(ends[0])}; give the lower first, then the higher")] * (ends[0] >= ends[1])
    wrong += [(1, f"{number(ends[0])} has no logarithm; give a log_range two numbers above 0")] * (form == "log_range" and ends[0] <= 0)
    wrong = {sentence: position for position, sentence in reversed(wrong) if sentence}
    for sentence, position in wrong.items():
        check.report((*at, form, position), sentence)
    if isinstance(steps, bool) or not isinstance(steps, int) or not 2 <= steps <= 10_000:
        check.report((*at, "steps"), f"{described(steps)} stands where a whole number from 2 to 10000 belongs")
        return None
    return None if wrong else Varied(form=form, low=ends[0], high=ends[1], steps=steps, **common)


def _distribution(check: Checker, at: tuple, value: dict, where: Target, common: dict, design: str) -> Varied | None:
    if common["kind"] == LEVER:
        check.report(at, f"a lever is chosen, not drawn; give it values, a range or a log_range, or put {at[-1]} under uncertainties")
        return None
    try:
        spread = read_distribution(value)
    except PydanticCustomError as error:
        check.report((*at, *error.context["below"]), error.context["sentence"], key=error.context["key"])
        return None
    wrong = _located(check, at, spread, where)
    if design == "grid":
        check.report(at, "a grid has no draws; give it values or a range, or choose latin_hypercube or sobol as the design")
    return None if wrong or design == "grid" else Varied(form="distribution", distribution=spread, **common)


def _located(check: Checker, at: tuple, spread: Distribution, where: Target) -> bool:
    """Whether the numbers of a distribution that say where it lies are no values of the parameter; each is noted."""
    wrong = False
    for below, figure in spread.located():
        sentence = None if where.whole else complaint(check, where, figure)
        if sentence:
            check.report((*at, *below), sentence)
            wrong = True
    return wrong


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not is_unreadable(value)


def _table(check: Checker, section: Sweep) -> tuple[list[Varied], list[tuple]]:
    """The parameters and points of a table from a file."""
    at = ("sweep", "file")
    if not section.file:
        check.report(("sweep", "design"), "a table needs a file of points; add file: points.csv")
        return [], []
    try:
        columns, rows = read_points(_file(check, section), section.file)
    except NotPoints as error:
        check.report(at, str(error))
        return [], []
    levers = _listed(check, section, columns)
    targets = {}
    for name in columns:
        try:
            targets[name] = target(check, name)
        except NoParameter as error:
            check.report(at, f"{section.file}, column {name}: {error}")
    order = sorted(targets, key=lambda name: name not in levers)
    _cells(check, section.file, columns, rows, targets)
    varied = [Varied(dotted(targets[name].path), LEVER if name in levers else UNCERTAINTY, "column") for name in order]
    where = [columns.index(name) for name in order]
    return varied, [tuple(cells[column] for column in where) for _, cells in rows]


def _file(check: Checker, section: Sweep) -> Path:
    """Where the table of points is: relative to the scenario file that names it."""
    place = check.stated.place(("sweep", "file"))
    return (place.source.folder if place else check.folder) / section.file


def _listed(check: Checker, section: Sweep, columns: list[str]) -> list[str]:
    """Which columns of a table are levers, out of what is listed under levers and uncertainties; the others are uncertainties."""
    for name in KINDS:
        for listed in getattr(section, name) or ():
            if listed not in columns:
                path = ("sweep", name, listed) if isinstance(getattr(section, name), dict) else ("sweep", name)
                check.report(path, f"{section.file} has no column {str(listed)!r}; {among(str(listed), columns)}", key=True)
    return [name for name in columns if name in (section.levers or ())]


def _cells(check: Checker, file: str, columns: list[str], rows: list[tuple[int, tuple]], targets: dict[str, Target]) -> None:
    """Note the cells of a table that are no values of their parameter; the same value is looked at once."""
    known: dict[tuple, str | None] = {}
    told, left = 0, 0
    for line, cells in rows:
        for name, value in zip(columns, cells, strict=True):
            if name not in targets:
                continue
            key = (name, type(value), str(value))
            if key not in known:
                known[key] = complaint(check, targets[name], value)
            if known[key] and told < MOST_TOLD:
                check.report(("sweep", "file"), f"{file}, line {line}, {name}: {known[key]}")
            told += known[key] is not None
    left = told - MOST_TOLD
    if left > 0:
        check.report(("sweep", "file"), f"{file}: {left:,} more cells are wrong")


def said(sweep: SweepDesign) -> dict[str, Any]:
    """What a sweep says beside its parameters: design, points (where the design needs to be told), strategies, runs."""
    many = {"points": len(sweep.rows)} if sweep.rows else {} if sweep.design == "grid" else {"points": sweep.points}
    return {"design": sweep.design} | many | {"strategies": list(sweep.strategies), "runs": sweep.runs}


def spread_in_words(varied: Varied) -> str:
    """What a parameter of a sweep may be, as people say it."""
    if varied.form == "values":
        return ", ".join(_one(value) for value in varied.values)
    if varied.form in RANGES:
        return f"{number(varied.low)} to {number(varied.high)}" + (", evenly in the logarithm" if varied.form == "log_range" else "")
    if varied.form == "distribution":
        ((form, numbers),) = varied.distribution.plain().items()
        return f"{form}, " + ", ".join(f"{name} {number(figure)}" for name, figure in numbers.items())
    return "a column of the table"


def _one(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_one(inner)}" for name, inner in value.items()) + "}"
    return number(value)
