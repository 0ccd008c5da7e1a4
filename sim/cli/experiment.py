"""What the commands of experiments share: the name of the folder, the figures beside the results, and how the answer is given."""

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from sim.cli.output import show, show_json
from sim.cli.place import FIGURES, refuse_unwritable


def folder_of(scenario, name: str, own: dict, out: Path | None = None) -> Path:
    """The folder of an experiment: `out`, or results/SCENARIO_NAME; one with options of its own gets a name of its own. WrongUse where
    nothing can be written."""
    own = {option: value for option, value in own.items() if value not in (None, False, [], ())}
    mark = hashlib.sha256(json.dumps(own, sort_keys=True, default=str).encode()).hexdigest()[:6]
    folder = out or Path("results") / f"{scenario.slug}_{name}{f'_{mark}' if own else ''}"
    refuse_unwritable(folder)
    return folder


def draw(folder: Path, figures: Iterable[tuple[str, Callable]]) -> list[Path]:
    """Draw figures, (name, function) each, beside the results."""
    from sim.plots import save

    return [save(make(), folder / FIGURES / f"{name}.png") for name, make in figures]


def tell(found, folder: Path, as_json: bool, quiet: bool, result: Callable, notes: Iterable) -> None:
    """Say what came out: as JSON, in its sentence alone, or as a screen (`result` of what was found) with notes beneath."""
    if as_json:
        show_json(found.answer() | {"results": str(folder)})
    elif quiet:
        show(found.sentence())
    else:
        show(result(found))
        show(["", *notes], wrap=False)
