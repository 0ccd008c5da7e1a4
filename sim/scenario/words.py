"""Scenarios in words: what every value is and where it comes from, and what differs between two scenarios."""

from typing import Any, NamedTuple

from sim.scenario.address import facts_at, is_whole, model_at
from sim.scenario.catalogue import catalogue
from sim.scenario.distributions import Distribution, read_distribution
from sim.scenario.editor import json_schema
from sim.scenario.origins import leaves
from sim.scenario.scenario import Scenario
from sim.scenario.suggest import number
from sim.scenario.template import new_file

__all__ = ["Difference", "Row", "difference", "explain", "explain_text", "json_schema", "new_file"]

SCALED = "the catalogue's share, scaled so that the shares sum to one"


class Row(NamedTuple):
    """One value in words. `origin` is 'default', 'catalogue', or 'changed in file:line' (or by an option)."""

    section: str
    path: str
    value: str
    unit: str
    origin: str
    meaning: str
    source: str


class Difference(NamedTuple):
    """One value that differs between two scenarios; empty where one of them has none."""

    path: str
    first: str
    second: str


def explain(scenario: Scenario) -> list[Row]:
    """Every value of the scenario in words, section by section in the order of the file."""
    values = scenario.as_dict()
    rows = [_row(scenario, path, _at(values, path)) for path in leaves(values, ()) if facts_at(path)]
    sections = list(dict.fromkeys(row.section for row in rows))
    return sorted(rows, key=lambda row: sections.index(row.section))


def explain_text(scenario: Scenario) -> str:
    """`explain` as a text to read, grouped by section."""
    lines, section = [], None
    for row in explain(scenario):
        if row.section != section:
            section = row.section
            lines += ["", section]
        unit = f" {row.unit}" if row.unit else ""
        lines.append(f"  {row.path} = {row.value}{unit}  [{row.origin}]")
        lines.append(f"      {row.meaning}" + (f" ({row.source})" if row.source else ""))
    lines += ["", "MODEL n: part n of section 7 of the model description, sim/ODD.md"]
    return "\n".join(lines).lstrip("\n") + "\n"


def difference(first: Scenario, second: Scenario) -> list[Difference]:
    """What differs between two resolved scenarios, in the order of the first and then of the second."""
    left, right = _in_words(first), _in_words(second)
    paths = list(dict.fromkeys([*left, *right]))
    return [
        Difference(path, left.get(path, ""), right.get(path, "")) for path in paths if left.get(path) != right.get(path)
    ]


def _in_words(scenario: Scenario) -> dict[str, str]:
    values = scenario.as_dict()
    return {".".join(map(str, path)): in_words(_at(values, path), path) for path in leaves(values, ())}


def _row(scenario: Scenario, path: tuple, value: Any) -> Row:
    dotted = ".".join(map(str, path))
    kind, where = scenario.origins.get(dotted, ("default", ""))
    known = facts_at(path)
    section = path[0] if model_at(path) is None or len(path) > 1 else "study"
    meaning = known.meaning if known else ""
    if path[0] == "buyers" and path[-1] == "share" and path[1] in scenario.scaled_shares:
        meaning = f"{meaning}; {SCALED}"
    origin = kind if kind in ("default", "catalogue") else f"changed {'by' if kind == 'option' else 'in'} {where}"
    return Row(
        section,
        dotted,
        in_words(value, path),
        known.unit if known else "",
        origin,
        meaning,
        _source(scenario, path, kind, known.source if known else ""),
    )


def _source(scenario: Scenario, path: tuple, kind: str, declared: str) -> str:
    """The source of a value: the catalogue's beside the number, the declared one of a default, else the scenario."""
    if kind == "catalogue":
        like = scenario.like.get(path[1], path[1])
        return catalogue().sources.get((path[0], like, *path[2:]), declared)
    return declared if kind == "default" else "stated by the scenario"


def in_words(value: Any, path: tuple = ()) -> str:
    """A plain value as people say it."""
    if path and is_whole(path):
        return _plan_in_words(value) if path[-1] == "level" else _spread_in_words(value, path)
    if path and path[-1] == "level" and not isinstance(value, str):
        return _plan_in_words(value)
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(in_words(entry) for entry in value) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {in_words(inner)}" for name, inner in value.items()) or "nothing"
    if value == "inf":
        return "unlimited"
    return f"{value:.6g}" if isinstance(value, float) else number(value)


def _spread_in_words(value: Any, path: tuple) -> str:
    """A number, or a distribution with its mean and the bounds that draws are clipped to."""
    if not isinstance(value, dict):
        return in_words(value)
    spread: Distribution = read_distribution(value)
    ((form, numbers),) = value.items()
    shown = ", ".join(f"{name} {in_words(figure)}" for name, figure in numbers.items())
    bounds = facts_at(path).bounds()
    clipped = f"; draws are clipped to {bounds.removeprefix('of ').replace('between ', '').replace(' and ', '..')}"
    return f"{form}, {shown} (mean {spread.mean():.4g}{clipped if bounds else ''})"


def _plan_in_words(value: Any) -> str:
    """Which account gets which level."""
    if isinstance(value, str):
        return f"{value} for every account"
    if "by_value" in value:
        tiers = ", ".join(f"{level} from {in_words(start)}" for level, start in value["by_value"].items())
        return f"by account margin per year: {tiers}"
    if "segments_of_one" in value:
        return f"segments of one, out of {', '.join(value['segments_of_one'])}"
    return "by type: " + ", ".join(f"{name} {level}" for name, level in value.items())


def _at(values: Any, path: tuple) -> Any:
    for part in path:
        values = values[part - 1] if isinstance(values, list) else values[part]
    return values
