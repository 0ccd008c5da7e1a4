"""The door to scenarios: a shipped name or a file, with options, becomes a checked Scenario."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.scenario.beyond import check_beyond
from sim.scenario.checking import Checker, Parts
from sim.scenario.consistency import check_consistency, data_file, file_paths
from sim.scenario.expanding import expanded, groups_of
from sim.scenario.filling import Filled, fill
from sim.scenario.layers import display, find, read_chain
from sim.scenario.options import apply_options, apply_values
from sim.scenario.problems import Findings, ScenarioError
from sim.scenario.reading import Stated
from sim.scenario.scenario import Scenario
from sim.scenario.shipped import shipped
from sim.scenario.sweeps import SweepDesign, check_sweep

__all__ = ["Scenario", "ScenarioError", "load", "resolve", "shipped"]


def load(name_or_path: str | Path, sets: Sequence[str] = ()) -> Scenario:
    """The scenario of a shipped name ('default') or a file, with each 'path=value' of `sets` laid over it.

    Raises ScenarioError with everything that is wrong, each at its place.
    """
    findings = Findings()
    path = find(name_or_path, findings)
    findings.stop_if_any()
    return resolve(read_chain(path, findings), path, sets, findings)


def resolve(
    stated: Stated, path: Path, sets: Sequence[str] = (), findings: Findings | None = None, values: Mapping[str, Any] | None = None
) -> Scenario:
    """What files state, with options (and values by their paths) laid over it, completed from catalogue and defaults, and checked."""
    findings = findings or Findings()
    stated = apply_options(stated, (sets,) if isinstance(sets, str) else tuple(sets), findings)
    stated = apply_values(stated, values or {}, findings)
    filled = fill(stated)
    check = Checker(filled, stated, findings, display(path), path.parent)
    parts = check.parts()
    check_consistency(check, parts)
    check_beyond(check, parts)
    sweep = check_sweep(check, parts)
    findings.stop_if_any()
    return _scenario(parts, filled, stated, path, check, sweep)


def _scenario(parts: Parts, filled: Filled, stated: Stated, path: Path, check: Checker, sweep: SweepDesign | None) -> Scenario:
    """The scenario of parts that are all right."""
    sellers = expanded(parts.sellers)
    groups = groups_of(parts.sellers)
    study = parts.study
    return Scenario(
        name=study.name,
        teaches=study.teaches,
        path=path,
        market=parts.sections["market"],
        product=parts.sections["product"],
        behaviour=parts.sections["behaviour"],
        word_of_mouth=parts.sections["word_of_mouth"],
        buyers=parts.buyers,
        sellers=sellers,
        groups=groups,
        partners=parts.partners,
        levels=parts.levels,
        listening=parts.listening,
        six_markets=parts.six_markets,
        strategies=parts.strategies,
        baseline=study.baseline or next(iter(parts.strategies)),
        focal=study.focal or next(iter(sellers)),
        events=parts.events,
        influence=parts.influence,
        data=parts.data,
        observed=parts.observed,
        sweep=sweep,
        runs=study.runs,
        seed=study.seed,
        files=dict(_files(check)),
        like=filled.like,
        scaled_shares=filled.scaled,
        stated=stated,
        filled=filled,
    )


def _files(check: Checker) -> list[tuple[str, Path]]:
    """(as named in the scenario, where it is) of every file that the scenario names."""
    found = []
    for path in file_paths(check):
        value = check.filled.values
        for part in path:
            value = value[part - 1] if isinstance(value, list) else value[part]
        found.append((value, data_file(check, path)))
    return found
