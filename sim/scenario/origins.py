"""Where each value of a scenario comes from: a file, a file it extends, an option, the catalogue, or a default."""

from collections.abc import Iterator
from typing import Any

from sim.scenario.address import is_whole
from sim.scenario.filling import Filled
from sim.scenario.problems import Place
from sim.scenario.reading import Stated, dotted


def origins(filled: Filled, stated: Stated, groups: dict[str, list[str]]) -> dict[str, tuple[str, str]]:
    """Dotted path -> (kind, 'file:line'); sellers of a group are listed beside the group under their own names."""
    found = {}
    for path in leaves(filled.values, ()):
        origin = _origin(path, filled, stated)
        found[dotted(path)] = origin
        if path[0] == "sellers" and len(groups.get(path[1], ())) > 1:
            found |= {dotted(("sellers", member, *path[2:])): origin for member in groups[path[1]]}
    return found


def leaves(value: Any, path: tuple) -> Iterator[tuple]:
    """The paths of all single values; a distribution, a level plan or a list of names is one value."""
    if path and is_whole(path):
        yield path
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        for position, entry in enumerate(value, start=1):
            yield from leaves(entry, (*path, position))
    else:
        yield path


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
