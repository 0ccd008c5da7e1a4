"""Where each value of a scenario comes from: a file, a file it extends, an option, the catalogue, or a default."""

from collections.abc import Iterable, Iterator
from typing import Any

from sim.scenario.address import is_whole, model_at
from sim.scenario.filling import Filled
from sim.scenario.parameter import is_switch
from sim.scenario.problems import Place
from sim.scenario.reading import Stated, dotted


def origins(filled: Filled, stated: Stated, groups: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
    """Dotted path -> (kind, 'file:line'); sellers of a group are listed beside the group under their own names."""
    found = {}
    for path in with_heads(leaves(filled.values, ())):
        origin = _origin(path, filled, stated)
        found[dotted(path)] = origin
        if path[0] == "sellers" and len(groups.get(path[1], ())) > 1:
            found |= {dotted(("sellers", member, *path[2:])): origin for member in groups[path[1]]}
    return found


def leaves(value: Any, path: tuple) -> Iterator[tuple]:
    """The paths of all single values; a distribution, a level plan, a list of names or an empty mapping is one value."""
    if path and is_whole(path):
        yield path
    elif isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        for position, entry in enumerate(value, start=1):
            yield from leaves(entry, (*path, position))
    else:
        yield path


def with_heads(paths: Iterable[tuple]) -> Iterator[tuple]:
    """`paths`, and before the first number of each rule that is on, and of each partner, the path of the rule or partner itself."""
    told = set()
    for path in paths:
        head = _head(path)
        if head is not None and head not in told:
            told.add(head)
            yield head
        yield path


def _head(path: tuple) -> tuple | None:
    """The path of the rule or partner that the number at `path` belongs to, if any."""
    if path[0] == "partners":
        return path[:2] if len(path) > 2 else None
    for end in range(len(path) - 1, 2, -1):
        found = model_at(path[:end])
        if found is not None and found[1] == path[end - 1] and is_switch(*found):
            return path[:end]
    return None


def _origin(path: tuple, filled: Filled, stated: Stated) -> tuple[str, str]:
    for end in range(len(path), 0, -1):
        here = path[:end]
        if here in filled.gaps:
            kind, where = filled.gaps[here]
            return _origin(where, filled, stated) if kind == "as" else (kind, str(where or ""))
        place: Place | None = stated.places.get(here) or stated.keys.get(here)
        if place is not None:
            return place.source.kind, str(place)
    return "default", ""
