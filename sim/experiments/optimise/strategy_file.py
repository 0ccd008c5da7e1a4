"""The best policy as a scenario of one's own, `best.yaml`: extends the scenario, adds the strategy, and is played by `tenure compare`."""

import io
import os
from copy import deepcopy
from pathlib import Path
from textwrap import wrap

from sim.experiments.sweep.store import whole
from sim.scenario.shipped import shipped

FILE, UNIFORM = "best.yaml", "best_uniform_level"


def write_strategy(found, scenario, folder: Path) -> Path:
    """Write `best.yaml` into a folder; returns where it is."""
    text = strategy_file(found, scenario, folder)
    with whole(folder / FILE) as file:
        file.write(text.encode())
    return folder / FILE


def strategy_file(found, scenario, folder: Path) -> str:
    """The file: what options changed of the scenario's file, the strategies, and the seed of the fresh runs, so that `tenure compare` gives
    the numbers of the answer."""
    own = found.scenario.stated.values["strategies"]
    stated = {name: value for name, value in own.items() if name != found.name}
    stated[found.name] = strategy_of(found, found.policy)
    if found.uniform is not None and found.arm(found.uniform) is not found.best:
        stated[UNIFORM] = strategy_of(found, found.uniform)
    values = {
        "schema": 1,
        "name": f"{scenario.name}, optimised",
        **_market(found, scenario, folder),
        "strategies": stated,
        "baseline": scenario.baseline,
        "runs": found.runs,
        "seed": found.seeds[2],
    }
    about = f"{found.name} is what was found; the seed is that of the fresh runs, by which nothing was chosen."
    return "".join(f"# {line}\n" for line in wrap(f"{found.sentence()} {about}", 118)) + _yaml(values)


def strategy_of(found, policy: dict) -> dict:
    """The strategy that does what a policy decides, and is the baseline in everything else."""
    focal = found.scenario.focal
    stated = deepcopy(found.scenario.stated.values["strategies"][found.name])
    stated[focal] = dict(stated.get(focal) or {}) | policy
    return stated


def strategy_text(found) -> str:
    """The strategy alone, to paste under `strategies:` of a scenario."""
    return _yaml({found.name: strategy_of(found, found.policy)})


def _market(found, scenario, folder: Path) -> dict:
    """The market: the scenario's file, with whole sections again where options or a capacity changed something in them; all that is stated
    where there is no file."""
    values = {
        name: value
        for name, value in found.scenario.stated.values.items()
        if name not in ("schema", "name", "strategies", "baseline", "runs", "seed", "sweep")
    }
    if not scenario.path.is_file():
        return values
    changed = {path[0] for path, place in found.scenario.stated.places.items() if path and place and place.source.kind == "option"}
    known = next((name for name, path in shipped().items() if path.resolve() == scenario.path.resolve()), None)
    parent = known or os.path.relpath(scenario.path.resolve(), folder.resolve())
    return {"extends": parent} | {name: value for name, value in values.items() if name in changed}


def _yaml(values: dict) -> str:
    """Values as YAML, mappings and lists within a strategy's field on one line."""
    from ruamel.yaml import YAML

    writer, text = YAML(), io.StringIO()
    writer.default_flow_style = None
    writer.width = 1000
    writer.dump(_plain(values), text)
    return text.getvalue()


def _plain(value):
    """Plain copies, whatever they were read into."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
