"""Problems in a scenario, and the one error that reports them all together."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Source:
    """A text that states something: a scenario file, a file it extends, an option, or the catalogue.

    `kind` is 'file', 'extends', 'option' or 'catalogue'; `name` is how people know it; `lines` is its text.
    """

    kind: str
    name: str
    lines: tuple[str, ...] = ()
    folder: Path = Path()


@dataclass(frozen=True)
class Place:
    """Where something stands: line and column count from one; `length` is how far the caret line runs."""

    source: Source
    line: int
    column: int
    length: int = 1

    def __str__(self) -> str:
        if self.source.kind == "option":
            return f"{self.source.name} {self.source.lines[0]}"
        return f"{self.source.name}:{self.line}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, where, and what to do about it."""

    path: str
    sentence: str
    place: Place | None = None
    name: str = ""

    def __str__(self) -> str:
        """`file:line:column: path: sentence`, then the line it is about and a caret line."""
        return "\n".join([": ".join(part for part in (self._head(), self.path, self.sentence) if part), *self._shown()])

    def _head(self) -> str:
        if self.place is None:
            return self.name
        if self.place.source.kind == "option":
            return self.place.source.name
        return f"{self.place.source.name}:{self.place.line}:{self.place.column}"

    def _shown(self) -> list[str]:
        """The source line and its carets; nothing where there is no line to show."""
        if self.place is None or not 1 <= self.place.line <= len(self.place.source.lines):
            return []
        line = self.place.source.lines[self.place.line - 1]
        before = "".join(letter if letter == "\t" else " " for letter in line[: self.place.column - 1])
        length = max(1, min(self.place.length, len(line) - self.place.column + 1))
        return [f"    {line}", f"    {before}{'^' * length}"]


class ScenarioError(ValueError):
    """A scenario that cannot be used. `problems` holds every one found; `str` shows them all."""

    def __init__(self, problems: tuple[Problem, ...]):
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


@dataclass
class Findings:
    """Collects problems while a scenario is read and checked, so that all of them are reported together."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, path: str, sentence: str, place: Place | None = None, name: str = "") -> None:
        """Note one problem (the same one twice counts once)."""
        problem = Problem(path, sentence, place, name)
        if problem not in self.problems:
            self.problems.append(problem)

    def stop_if_any(self) -> None:
        """Raise ScenarioError with everything found so far, in the order of the text."""
        if self.problems:
            raise ScenarioError(tuple(sorted(self.problems, key=_reading_order)))


def _reading_order(problem: Problem) -> tuple:
    """Files first, each from top to bottom; options and problems without a place after them."""
    place = problem.place
    if place is None:
        return (2, "", 0, 0)
    return (int(place.source.kind == "option"), place.source.name, place.line, place.column)
