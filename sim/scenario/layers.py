"""Files on files: a scenario and the chain of those it extends, laid over each other into one statement."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from sim.scenario.address import facts_at, is_whole
from sim.scenario.problems import Findings, Place, Source
from sim.scenario.reading import Stated, dotted, read_text
from sim.scenario.schema import MONTHS_PER_PERIOD, SCHEMA_VERSION
from sim.scenario.shipped import shipped
from sim.scenario.suggest import among, closest, described

SUFFIXES = (".yaml", ".yml")


def find(name_or_path: str | Path, findings: Findings) -> Path | None:
    """The file that a shipped name or a path stands for."""
    text = str(name_or_path)
    if isinstance(name_or_path, Path) or text.endswith(SUFFIXES) or "/" in text or "\\" in text:
        return Path(name_or_path)
    known = shipped()
    if text in known:
        return known[text]
    if text and Path(text).exists():
        return Path(text)
    findings.add("", f"there is no shipped scenario of this name; {among(text, known)}", name=text or "''")
    return None


def read_chain(path: Path, findings: Findings) -> Stated:
    """What the file at `path` states, laid over what the files it extends state.

    Raises ScenarioError at once where a file cannot be read at all; other problems are noted and reading goes on.
    """
    layers: list[Stated] = []
    visited: list[Path] = []
    file: Path | None = path
    while file is not None:
        visited.append(file.resolve())
        stated = read_file(file, "extends" if layers else "file", findings)
        if stated is None:
            findings.stop_if_any()
        layers.append(stated)
        noted = len(findings.problems)
        file = _parent(stated, file, visited, findings)
        if len(findings.problems) > noted:
            findings.stop_if_any()
    merged = layers[-1]
    for layer in reversed(layers[:-1]):
        merged = lay(merged, layer, findings)
    merged.values.pop("extends", None)
    return merged


def read_file(path: Path, kind: str, findings: Findings) -> Stated | None:
    """What one file states, or None where it cannot be read; each file says its schema and its name."""
    name = display(path)
    text = _text(path, name, findings)
    if text is None:
        return None
    source = Source(kind, name, tuple(text.splitlines()), path.parent)
    readable, stated = read_text(text, source, findings)
    if not readable:
        return None
    if stated.values is None:
        findings.add("", "the file is empty; start it with 'schema: 1' and 'name: ...'", name=name)
        return None
    if not isinstance(stated.values, dict):
        sentence = f"{described(stated.values)} stands where a mapping belongs; start with 'schema: 1' and 'name: ...'"
        findings.add("", sentence, stated.place(()), name)
        return None
    _check_version(stated, source, findings)
    return stated


def _text(path: Path, name: str, findings: Findings) -> str | None:
    """The text of the file, or None with the reason noted."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        findings.add("", f"there is no such file{_nearby(path)}", name=name)
    except IsADirectoryError:
        findings.add("", "this is a folder; name a scenario file in it", name=name)
    except UnicodeDecodeError as error:
        findings.add("", f"the file is not UTF-8 (at byte {error.start + 1}); save it as UTF-8", name=name)
    except (OSError, ValueError) as error:
        findings.add("", f"the file cannot be read: {getattr(error, 'strerror', None) or error}", name=name)
    return None


def _nearby(path: Path) -> str:
    """A suggestion from the files beside the one that is missing."""
    if not path.parent.is_dir():
        return f"; there is no folder {display(path.parent)} either"
    meant = closest(path.name, [file.name for file in path.parent.iterdir() if file.suffix in SUFFIXES])
    return f"; did you mean {meant!r}?" if meant else ""


def _check_version(stated: Stated, source: Source, findings: Findings) -> None:
    """Every file says which schema it is written in, and what it is called."""
    start = Place(source, 1, 1) if source.lines else None
    if "schema" not in stated.values:
        findings.add("schema", f"the file does not say its schema; begin it with 'schema: {SCHEMA_VERSION}'", start)
    elif stated.values["schema"] != SCHEMA_VERSION or isinstance(stated.values["schema"], bool | float):
        sentence = (
            f"{described(stated.values['schema'])} is no schema that this Tenure reads; it reads {SCHEMA_VERSION}"
        )
        findings.add("schema", sentence, stated.place(("schema",)))
    if "name" not in stated.values:
        findings.add("name", "the file does not say what the scenario is called; add 'name: ...'", start)


def _parent(stated: Stated, file: Path, visited: list[Path], findings: Findings) -> Path | None:
    """The file that `stated` extends, if any; unknown ones and circles are noted."""
    if stated.values.get("extends") is None:
        return None
    wanted, place = stated.values["extends"], stated.place(("extends",))
    if not isinstance(wanted, str):
        sentence = f"{described(wanted)} stands where a shipped name or a path belongs"
        findings.add("extends", sentence, place)
        return None
    parent = _extended(wanted, file)
    if parent is None:
        sentence = f"{wanted!r} is neither a shipped scenario nor a file beside this one; {among(wanted, shipped())}"
        findings.add("extends", sentence, place)
    elif parent.resolve() in visited:
        circle = [*visited[visited.index(parent.resolve()) :], parent.resolve()]
        shown = " -> ".join(one.name for one in circle)
        findings.add("extends", f"the files extend each other in a circle: {shown}; cut it somewhere", place)
        return None
    return parent


def _extended(wanted: str, file: Path) -> Path | None:
    """A path relative to the extending file where one is there, else a shipped scenario."""
    if not wanted.endswith(SUFFIXES) and "/" not in wanted and wanted in shipped():
        return shipped()[wanted]
    beside = file.parent / wanted
    return beside if beside.is_file() else None


def lay(base: Stated, over: Stated, findings: Findings) -> Stated:
    """`over` laid on `base`: mappings merge deeply; distributions, level plans and lists replace the whole value."""
    merged = Stated(deepcopy(base.values), dict(base.places), dict(base.keys))
    _lay(merged, merged.values, over.values, over, ())
    _check_clock(base, over, merged, findings)
    return merged


def _lay(merged: Stated, values: dict[str, Any], statements: dict[str, Any], over: Stated, path: tuple) -> None:
    for name, value in statements.items():
        here = (*path, name)
        if value is None and isinstance(values.get(name), dict):
            continue
        if isinstance(value, dict) and isinstance(values.get(name), dict) and not is_whole(here):
            _lay(merged, values[name], value, over, here)
            merged.keys[here] = over.keys.get(here) or merged.keys.get(here)
            merged.places[here] = over.places.get(here) or merged.places.get(here)
        else:
            values[name] = deepcopy(value)
            replace_places(merged, over, here)


def replace_places(merged: Stated, over: Stated, here: tuple) -> None:
    """Forget the places at and below `here`; take those of `over` instead."""
    for mine, theirs in ((merged.places, over.places), (merged.keys, over.keys)):
        for path in [path for path in mine if path[: len(here)] == here]:
            del mine[path]
        mine.update({path: place for path, place in theirs.items() if path[: len(here)] == here})


def _check_clock(base: Stated, over: Stated, merged: Stated, findings: Findings) -> None:
    """A layer may not count in another period while values of the layers below, stated per period, still hold."""
    before = _period(base)
    after = _period(over, before)
    if before == after:
        return
    for path, place in merged.places.items():
        known = facts_at(path) if path else None
        if known and known.scale and path not in over.places and not isinstance(_at(merged.values, path), dict):
            sentence = f"{after!r} changes the length of a period, but {dotted(path)} in {place} is stated per {before}"
            findings.add(
                "market.period",
                f"{sentence}; state that value anew, or keep to {before!r}",
                over.place(("market", "period")),
            )
            return


def _period(stated: Stated, otherwise: str = "month") -> str:
    market = stated.values.get("market")
    period = market.get("period", otherwise) if isinstance(market, dict) else otherwise
    return period if isinstance(period, str) and period in MONTHS_PER_PERIOD else otherwise


def _at(values: Any, path: tuple) -> Any:
    for part in path:
        values = values[part - 1] if isinstance(values, list) else values[part]
    return values


def display(path: Path) -> str:
    """The path as people know it: relative to where they work if it lies there."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
