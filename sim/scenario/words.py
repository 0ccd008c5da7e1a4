"""Scenarios in words: what every value is and where it comes from, and what differs between two scenarios."""

from typing import Any, NamedTuple

from sim.scenario.address import facts_at, is_whole, model_at
from sim.scenario.brief import Row, absent, brief
from sim.scenario.catalogue import catalogue
from sim.scenario.distributions import Distribution, read_distribution
from sim.scenario.editor import json_schema
from sim.scenario.origins import leaves, with_heads
from sim.scenario.parameter import facts
from sim.scenario.scenario import Scenario
from sim.scenario.six_markets import EFFECTS
from sim.scenario.suggest import number
from sim.scenario.sweeps import FIELDS, Sweep, said, spread_in_words
from sim.scenario.template import new_file

__all__ = ["Difference", "Row", "difference", "explain", "explain_text", "json_schema", "new_file"]

PARTNER = "a referral partner, whom buyers without a supplier ask"
SCALED = "the catalogue's share, scaled so that the shares sum to one"


class Difference(NamedTuple):
    """One value that differs between two scenarios; empty where one of them has none."""

    path: str
    first: str
    second: str


def explain(scenario: Scenario, everything: bool = True) -> list[Row]:
    """Every value of the scenario in words, section by section in the order of the file.

    Without `everything`, what is off is told in a sentence each at the end.
    """
    values = scenario.as_dict()
    told = [path for path in with_heads(leaves(values, ())) if facts_at(path) or _is_partner(path)]
    rows = [_row(scenario, path, _at(values, path)) for path in told] + absent(scenario) + _swept(scenario)
    sections = list(dict.fromkeys(row.section for row in rows))
    rows = sorted(rows, key=lambda row: sections.index(row.section))
    return rows if everything else brief(scenario, rows)


def explain_text(scenario: Scenario, everything: bool = True) -> str:
    """`explain` as a text to read, grouped by section."""
    lines, section = [], None
    for row in explain(scenario, everything):
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
    told = {".".join(map(str, path)): in_words(_at(values, path), path) for path in leaves(values, ())}
    return told | {row.path: row.value for row in _swept(scenario)}


def _swept(scenario: Scenario) -> list[Row]:
    """What a sweep asks: how points are laid out, and what each parameter may be."""
    if scenario.sweep is None:
        return []
    rows = []
    for name, value in said(scenario.sweep).items():
        known = facts(Sweep, name)
        origin = _origin(*scenario.origins.get(f"sweep.{name}", ("default", "")))
        rows.append(Row("sweep", f"sweep.{name}", in_words(value), known.unit, origin, known.meaning, known.source))
    for one in scenario.sweep.varied:
        path, known = f"sweep.{FIELDS[one.kind]}.{one.path}", facts_at(tuple(one.path.split(".")))
        kind, where = _nearest(scenario, path)
        meaning, unit = f"{one.kind}{(known and f': {known.meaning}') or ''}", known.unit if known else ""
        rows.append(Row("sweep", path, spread_in_words(one), unit, _origin(kind, where), meaning, "stated by the scenario"))
    return rows


def _row(scenario: Scenario, path: tuple, value: Any) -> Row:
    dotted = ".".join(map(str, path))
    kind, where = scenario.origins.get(dotted, ("default", ""))
    known = facts_at(path)
    section = path[0] if model_at(path) is None or len(path) > 1 else "study"
    meaning = known.meaning if known else PARTNER
    if path[0] == "buyers" and path[-1] == "share" and path[1] in scenario.scaled_shares:
        meaning = f"{meaning}; {SCALED}"
    if path[0] == "six_markets" and path[-1] == "effect":
        meaning = f"{meaning}: {EFFECTS[path[1]]}"
    return Row(
        section,
        dotted,
        in_words(value, path),
        known.unit if known else "",
        _origin(kind, where),
        meaning,
        _source(scenario, path, kind, known.source if known else ""),
    )


def _origin(kind: str, where: str) -> str:
    return kind if kind in ("default", "catalogue") else f"changed {'by' if kind == 'option' else 'in'} {where}"


def _nearest(scenario: Scenario, path: str) -> tuple[str, str]:
    """Where something at or within a path was stated."""
    found = (origin for known, origin in scenario.origins.items() if f"{known}.".startswith(f"{path}."))
    return next(found, ("file", scenario.path.name))


def _is_partner(path: tuple) -> bool:
    return path[0] == "partners" and len(path) == 2


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
    if isinstance(value, bool | dict) and (path[-2:-1] == ("answers",) or (path and _is_partner(path))):
        return "on" if value is not False else "off"
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
