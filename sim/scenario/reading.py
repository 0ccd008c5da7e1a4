"""YAML text -> plain values with the place of every key and value, so that an error can point at it.

The round-trip parser of ruamel.yaml (YAML 1.2) is used because it reads `1e-3` as a number; the tree is walked here
rather than constructed, which keeps the marks and reports every duplicate key.
"""

import math
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sim.scenario.problems import Findings, Place, Source
from sim.scenario.suggest import described

MOST_NODES = 100_000
MOST_DIGITS = 300
TAG = "tag:yaml.org,2002:"
TOO_DEEP = "the text is nested too deeply to be a scenario; write mappings of a few levels"
Path = tuple


@dataclass
class Stated:
    """What texts state: nested plain `values`, and the `places` of values and of `keys` by path."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path, key: bool = False) -> Place | None:
        """The place of the value (or key) at `path`, or else of the nearest thing around it, if any."""
        for end in range(len(path), -1 if not path else 0, -1):
            here = path[:end]
            found = (self.keys.get(here) if key else None) or self.places.get(here) or self.keys.get(here)
            if found:
                return found
            key = True
        return None


def read_text(text: str, source: Source, findings: Findings, at: Path = (), shift: int = 0) -> tuple[bool, Stated]:
    """(readable, what it states) for one YAML text.

    An option's text states a value `at` a path, and `shift` columns stand before it on its line.
    """
    try:
        parser = YAML(typ="rt")
        parser.composer.warn_double_anchors = False
        node = parser.compose(text)
        stated = Stated()
        if node is not None:
            walk = _Walk(source, findings, shift, stated)
            stated.values = walk.value(node, at)
        else:
            stated.values = None
        return True, stated
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(source, mark.line + 1, mark.column + 1 + shift) if mark else None
        cause = " ".join(part for part in (error.problem, error.context and f"({error.context})") if part)
        findings.add("", f"this is not valid YAML: {' '.join(cause.split())}", place, source.name)
    except RecursionError:
        findings.add("", TOO_DEEP, None, source.name)
    except YAMLError as error:
        findings.add("", f"this is not valid YAML: {_unprintable(error)}", None, source.name)
    return False, Stated()


def _unprintable(error: YAMLError) -> str:
    """The parser's word on characters that YAML does not allow."""
    position = getattr(error, "position", None)
    reason = getattr(error, "reason", "it cannot be read")
    return f"{reason} (at character {position + 1})" if isinstance(position, int) else str(reason)


@dataclass
class _Walk:
    """Walks a tree of YAML nodes, noting values, places and problems."""

    source: Source
    findings: Findings
    shift: int
    stated: Stated
    nodes: int = 0
    above: tuple = ()

    def value(self, node: Node, path: Path) -> Any:
        """The plain value of `node`; its place is noted under `path`."""
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise RecursionError  # as good as endless: entries that name each other over and over
        self.stated.places[path] = self.place(node)
        if isinstance(node, ScalarNode):
            return self.scalar(node, path)
        if id(node) in self.above:
            raise RecursionError
        outer, self.above = self.above, (*self.above, id(node))
        inside = self.mapping(node, path) if isinstance(node, MappingNode) else self.sequence(node, path)
        self.above = outer
        return inside

    def mapping(self, node: MappingNode, path: Path) -> dict[str, Any]:
        """A mapping; names must be texts and stand once."""
        self.plain_tag(node, path, "map")
        values: dict[str, Any] = {}
        for key, inner in node.value:
            name = key.value if isinstance(key, ScalarNode) else None
            if name is None or (key.tag != f"{TAG}str" and key.tag != f"{TAG}timestamp"):
                self.report(path, f"{_shown(key)} stands where a name belongs; names are texts", self.place(key))
            elif name in values:
                first = self.stated.keys[(*path, name)]
                self.report(
                    (*path, name),
                    f"{name!r} stands twice, first in line {first.line}; keep one of them",
                    self.place(key),
                )
            else:
                self.stated.keys[(*path, name)] = self.place(key)
                values[name] = self.value(inner, (*path, name))
        return values

    def sequence(self, node: SequenceNode, path: Path) -> list:
        """A list; its entries are counted from one in paths."""
        self.plain_tag(node, path, "seq")
        return [self.value(inner, (*path, position)) for position, inner in enumerate(node.value, start=1)]

    def scalar(self, node: ScalarNode, path: Path) -> Any:
        """A text, number, true or false, or nothing."""
        kind = node.tag.removeprefix(TAG)
        if kind == "null":
            if not node.value:
                self.stated.places.pop(path)
            return None
        if kind == "bool":
            return node.value.lower() == "true"
        if kind in ("int", "float"):
            return self.number(node, path, kind)
        if kind not in ("str", "timestamp"):
            self.plain_tag(node, path, "str")
        # The round-trip parser marks the folds of a folded text with a bell, to write it back as it was.
        return node.value.replace("\a", "") if node.style == ">" else node.value

    def number(self, node: ScalarNode, path: Path, kind: str) -> Any:
        """A number that a computer can hold; `.inf` is one, `1e400` is not."""
        text = node.value.replace("_", "")
        try:
            if kind == "int":
                return _whole(text) if len(text) <= MOST_DIGITS else self.endless(path, node)
            value = float(
                text.replace(".inf", "inf")
                .replace(".Inf", "inf")
                .replace(".INF", "inf")
                .replace(".n", "n")
                .replace(".N", "N")
            )
        except ValueError:
            return node.value
        return self.endless(path, node) if math.isinf(value) and "inf" not in text.lower() else value

    def endless(self, path: Path, node: ScalarNode) -> float:
        """A number too large: reported here, since only the text tells it from `.inf`."""
        shown = node.value if len(node.value) <= 40 else node.value[:37] + "..."
        self.report(path, f"{shown} is not a finite number (it is larger than a computer can hold)", self.place(node))
        return UNREADABLE

    def plain_tag(self, node: Node, path: Path, expected: str) -> None:
        """Refuse tags such as !!python/object: a scenario is plain data."""
        if node.tag != f"{TAG}{expected}":
            tag = node.tag.replace(TAG, "!!")
            self.report(path, f"the tag {tag} has no meaning in a scenario; leave it out", self.place(node))

    def report(self, path: Path, sentence: str, place: Place) -> None:
        """Note a problem at `path`."""
        self.findings.add(dotted(path), sentence, place)

    def place(self, node: Node) -> Place:
        """Where the node stands; the carets run to its end if that is on the same line."""
        start, end = node.start_mark, node.end_mark
        shift = self.shift if start.line == 0 else 0
        inline = end.line == start.line and end.column > start.column
        return Place(self.source, start.line + 1, start.column + 1 + shift, end.column - start.column if inline else 1)


class _Unreadable(float):
    """Stands in for a value that has been reported already, so that nothing is said about it twice."""


UNREADABLE = _Unreadable("nan")


def is_unreadable(value: Any) -> bool:
    """Whether the value, or anything in it, has been reported while it was read."""
    if isinstance(value, dict):
        return any(is_unreadable(inner) for inner in value.values())
    if isinstance(value, list):
        return any(is_unreadable(inner) for inner in value)
    return isinstance(value, _Unreadable)


def dotted(path: Path) -> str:
    """('sellers', 'ours', 'price') -> 'sellers.ours.price'."""
    return ".".join(str(part) for part in path)


def _whole(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        return int(text, 10)


def _shown(key: Node) -> str:
    return described(key.value) if isinstance(key, ScalarNode) else "a list or mapping"
