"""Options: `path=value` statements, such as `market.periods=60`, laid over what the files state."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sim.scenario.actors import JACKSON_TYPES
from sim.scenario.address import LISTS, ROOT, facts_at, is_whole
from sim.scenario.catalogue import catalogue
from sim.scenario.layers import lay
from sim.scenario.periods import converted, months_per_period
from sim.scenario.problems import Findings, Place, Source
from sim.scenario.reading import Stated, dotted, read_text
from sim.scenario.suggest import among

_BY_VALUE = Place(Source("option", "value", ("value",)), 0, 0)
SETTABLE = tuple(name for name in ROOT if name not in ("schema", "extends"))
NAMING = {"sellers": "seller", "strategies": "strategy", "buyers": "buyer type", "partners": "partner"}


def apply_options(stated: Stated, sets: tuple[str, ...], findings: Findings) -> Stated:
    """`stated` with each option laid over it, in order; the length of a period first, since others count in it."""
    for text in sorted(sets, key=lambda text: not text.startswith("market.period=")):
        option = _read(stated, text, findings)
        if option and _usable(stated, *option, findings):
            stated = _laid(stated, *option, findings)
    return stated


def apply_values(stated: Stated, values: Mapping[str, Any], findings: Findings) -> Stated:
    """`stated` with values laid over it, each at a dotted path: as options of the same text would, without reading any."""
    for dots, value in values.items():
        path = _path(stated, _parts(dots))
        option = Stated(value)
        option.keys = {path[:end]: _BY_VALUE for end in range(1, len(path) + 1)}
        option.places[path] = _BY_VALUE
        if _usable(stated, path, value, option, findings):
            stated = _laid(stated, path, value, option, findings)
    return stated


def _read(stated: Stated, text: str, findings: Findings) -> tuple[tuple, Any, Stated] | None:
    """(path, value, what the option states at that path) of one option text."""
    source = Source("option", "--set", (text,))
    dots, equals, written = text.partition("=")
    if not equals or not all(part.strip() for part in dots.split(".")):
        place = Place(source, 1, 1, len(text))
        findings.add("", "write an option as path=value, for instance market.periods=60", place)
        return None
    parts = _parts(dots)
    path = _path(stated, [part.strip() for part in parts])
    readable, option = read_text(written, source, findings, path, len(dots) + 1)
    if not readable:
        return None
    column = 1
    for end, part in enumerate(parts, start=1):
        option.keys[path[:end]] = Place(source, 1, column, len(part))
        column += len(part) + 1
    option.places.setdefault(path, Place(source, 1, len(dots) + 2))
    return path, option.values, option


def _parts(dots: str) -> list[str]:
    """The names in a dotted path; what a sweep varies is named by a path of its own, and that is one name."""
    parts = dots.split(".")
    own = parts[0].strip() == "sweep" and len(parts) > 3 and parts[1].strip() in ("levers", "uncertainties")
    return [*parts[:2], ".".join(parts[2:])] if own else parts


def _path(stated: Stated, parts: list[str]) -> tuple:
    """The parts of a path; in a list, entries are counted from 1."""
    path: tuple = ()
    for part in parts:
        counted = part.isdecimal() and isinstance(_current(stated, path), list)
        path = (*path, int(part) if counted else part)
    return path


def _usable(stated: Stated, path: tuple, value: Any, option: Stated, findings: Findings) -> bool:
    """Whether the path leads to something that an option may set; what it names must be there already."""
    first = path[0]
    if first not in SETTABLE:
        sentence = "an option cannot change it" if first in ROOT else among(first, SETTABLE)
        findings.add(dotted(path), f"{str(first)!r} is not something to set; {sentence}", option.keys[path[:1]])
        return False
    named = stated.values.get(first)
    if first in LISTS and len(path) > 1 and not isinstance(named, list):
        entries = {"influence": "shocks"}.get(first, first)
        sentence = f"there are no {entries} to change; write {first}=[...] to add some"
        findings.add(dotted(path), sentence, option.keys[path[:1]])
        return False
    if first in NAMING and len(path) > 2 and isinstance(named, dict | None):
        known = [*(JACKSON_TYPES if first == "buyers" else ()), *(named or {})]
        if path[1] not in known:
            sentence = f"there is no {NAMING[first]} {str(path[1])!r}; {among(str(path[1]), known)}"
            sentence = f"{sentence} (to add one, write {first}.{path[1]}={{...}})"
            findings.add(dotted(path), sentence, option.keys[path[:2]])
            return False
    return True


def _laid(stated: Stated, path: tuple, value: Any, option: Stated, findings: Findings) -> Stated:
    """`stated` with `value` at `path`."""
    inside = next((path[:end] for end in range(1, len(path)) if _is_one_value(stated, path[:end])), None)
    if inside:
        return _changed_within(stated, inside, path, value, option, findings)
    option.values = value
    for part in reversed(path):
        option.values = {part: option.values}
    return lay(stated, option, findings)


def _is_one_value(stated: Stated, path: tuple) -> bool:
    """Whether `path` is a list, a distribution or a level plan, whose parts do not merge."""
    return is_whole(path) or isinstance(_current(stated, path), list)


def _changed_within(
    stated: Stated, inside: tuple, path: tuple, value: Any, option: Stated, findings: Findings
) -> Stated:
    """`stated` with one part changed of the list, distribution or level plan at `inside`."""
    changed = Stated(deepcopy(stated.values), dict(stated.places), dict(stated.keys))
    whole = deepcopy(_current(stated, inside))
    if whole is None:
        whole = _from_catalogue(stated, inside)
    if inside[0] == "buyers" and not (isinstance(whole, dict) and path[len(inside)] in whole):
        whole = {}
    container = whole = whole if isinstance(whole, dict | list) else {}
    for part in path[len(inside) : -1]:
        container = _entry(container, part)
        if container is None:
            return _no_entry(stated, path, option, findings)
    if isinstance(container, list) and not (isinstance(path[-1], int) and 1 <= path[-1] <= len(container)):
        return _no_entry(stated, path, option, findings)
    container[path[-1] - 1 if isinstance(container, list) else path[-1]] = value
    _put(changed.values, inside, whole)
    changed.places |= option.places | {inside: option.places[path]}
    changed.keys |= option.keys
    return changed


def _entry(container: dict | list, part: Any) -> Any:
    """The mapping or list at `part` (made where a mapping lacks it); None where there is none to go into."""
    if isinstance(container, list):
        inner = container[part - 1] if isinstance(part, int) and 1 <= part <= len(container) else None
    else:
        inner = container.setdefault(part, {})
    return inner if isinstance(inner, dict | list) else None


def _no_entry(stated: Stated, path: tuple, option: Stated, findings: Findings) -> Stated:
    findings.add(
        dotted(path), "there is no such entry to change; entries of a list are counted from 1", option.keys[path]
    )
    return stated


def _from_catalogue(stated: Stated, path: tuple) -> Any:
    """The catalogue's value at `path`, in the scenario's periods; None where it has none."""
    value: Any = catalogue().values
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    months = months_per_period(stated.values.get("market"))
    return None if value is None else converted(deepcopy(value), facts_at(path).scale, months)


def _current(stated: Stated, path: tuple) -> Any:
    """What is stated at `path`, or None."""
    value: Any = stated.values
    for part in path:
        if isinstance(value, list):
            value = value[part - 1] if isinstance(part, int) and 1 <= part <= len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def _put(values: dict[str, Any], path: tuple, value: Any) -> None:
    """Set `value` at `path`, making mappings on the way where there are none."""
    for part in path[:-1]:
        if not isinstance(values.get(part), dict):
            values[part] = {}
        values = values[part]
    values[path[-1]] = value
