"""Whether the model still leaves the same numbers: a digest of every shipped scenario, beside the one that is kept.

    python -m benchmarks.digests                      play them all, compare (some ten seconds)
    python -m benchmarks.digests --only default,rumour
    python -m benchmarks.digests --json FILE          and the digests as JSON
    python -m benchmarks.digests --keep               keep them as benchmarks/results/digests.json: after a change of the model

Every scenario is played as it is, with all of its strategies, events and periods, but with few buyers. A digest is made of named numbers,
as wide as they can be, never of arrays as they lie: so it does not move when a number moves in memory, only when it changes. What is
nought throughout is left out, so a column that a scenario does not count in is as good as none. Exit code 1 where a number has changed.
"""
import hashlib
import json
import sys
from pathlib import Path

import numpy as np

from benchmarks.command import Command, write
from benchmarks.kept import FOLDER
from sim.agents import Buyer, Market
from sim.agents.attributes import Attribute
from sim.core.state import COLUMNS, COURSE
from sim.core.terms import MARKETS
from sim.rebuild import plain_form, rebuilt, resized
from sim.runs import Record
from sim.scenario import load, shipped

FILE = FOLDER / "digests.json"
BUYERS, RUNS = 1200, 2                   # enough for several tiles of a buyer type
STANDING = ("reputation", "learned", *MARKETS)
HELD = tuple(name for name, attribute in vars(Buyer).items() if isinstance(attribute, Attribute))
PARTS = ("ledger", "endings", "worth", "standing", "course", "buyers")


def small(name: str):
    """A shipped scenario at BUYERS buyers; capacities and costs of the whole market go with them."""
    return rebuilt(resized(plain_form(load(name)), BUYERS), name)


def parts_of(name: str) -> dict[str, str]:
    """The digest of each of PARTS over all strategies and runs of a scenario."""
    scenario = small(name)
    hashes = {part: hashlib.sha256() for part in PARTS}
    for strategy in scenario.strategies:
        for run in range(RUNS):
            for part, named in numbers(Market(scenario, strategy, run)).items():
                hashes[part].update(digest({f"{strategy}/{run}/{what}": values for what, values in named.items()}))
    return {part: made.hexdigest()[:16] for part, made in hashes.items()}


def numbers(market: Market) -> dict[str, dict[str, np.ndarray]]:
    """What a market leaves behind when it is played to its end, by part and name."""
    while market.running:
        market.step()
    left = market.record()
    return {
        "ledger": columns(left.flows, COLUMNS),
        "endings": with_channels(left, "endings"),
        "worth": with_channels(left, "worth"),
        "standing": columns(left.standing, STANDING),
        "course": columns(left.course, COURSE) | {"goodwill": left.goodwill},
        "buyers": {name: market.buyers.get(name) for name in HELD},
    }


def columns(values: np.ndarray, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    """An array by the names along its last axis."""
    return {name: values[..., at] for at, name in zip(range(values.shape[-1]), names, strict=True)}


def with_channels(left: Record, name: str) -> dict[str, np.ndarray]:
    """Endings or worth; by channel too, where buyers hear of sellers."""
    found = {"all": getattr(left, name), "by channel": getattr(left, f"channel_{name}")}
    return {what: values for what, values in found.items() if values is not None}


def digest(named: dict[str, np.ndarray]) -> bytes:
    """Of named arrays, whatever their order, layout in memory and width of numbers; what is nought throughout does not count."""
    whole = hashlib.sha256()
    for name in sorted(named):
        values = np.asarray(named[name])
        if values.dtype == object or np.any(values):
            whole.update(f"{name}{values.shape}".encode() + b"\0" + as_bytes(values) + b"\0")
    return whole.digest()


def as_bytes(values: np.ndarray) -> bytes:
    """Numbers as wide as can be, little end first; agents and names as they are written."""
    if values.dtype == object:
        return "\n".join(map(str, values.ravel())).encode()
    return np.ascontiguousarray(values, "<f8" if values.dtype.kind == "f" else "<i8").tobytes()


def moved(found: dict[str, dict], kept: dict[str, dict]) -> dict[str, str]:
    """The scenarios whose digests are not the kept ones, each with what has become of it."""
    said = {name: "not kept yet" for name in found if name not in kept} | {name: "no longer shipped" for name in kept if name not in found}
    for name in found.keys() & kept.keys():
        if parts := [part for part in PARTS if found[name][part] != kept[name].get(part)]:
            said[name] = f"moved: {', '.join(parts)}"
    return dict(sorted(said.items()))


def played(names: list[str], kept: dict[str, dict]) -> dict[str, dict]:
    """The digests of scenarios; a line of each is printed as soon as it is there."""
    found = {}
    for name in names:
        found[name] = parts_of(name)
        whole = hashlib.sha256("".join(found[name].values()).encode()).hexdigest()[:16]
        beside = moved({name: found[name]}, {name: kept[name]} if name in kept else {})
        print(f"{name:24}{whole}  {beside.get(name, 'same')}", flush=True)
    return found


def kept_digests(file: Path = FILE) -> dict[str, dict]:
    """What is kept, scenario by scenario; nothing where there is no file. Ends with a sentence where it holds something else."""
    try:
        return json.loads(file.read_text(encoding="utf-8"))["scenarios"] if file.exists() else {}
    except (ValueError, KeyError, TypeError):
        sys.exit(f"{file} holds no digests; remove it, and keep them anew with --keep.")


def verdict(found: dict[str, dict], kept: dict[str, dict]) -> str:
    """What to say about all of them where something has moved; empty where nothing has."""
    if not kept:
        return "Nothing is kept yet; --keep keeps these digests."
    if not (changed := moved(found, kept)):
        return ""
    listed = "; ".join(f"{name} ({what})" for name, what in changed.items())
    return f"{len(changed)} of {len({*found, *kept})} scenarios: {listed}. Where that was meant, --keep keeps the new digests."


def main() -> None:
    parser = Command("benchmarks.digests", __doc__).some_of("scenario", [*shipped()]).json()
    parser.add_argument("--keep", action="store_true", help=f"keep the digests in benchmarks/results/{FILE.name}")
    options = parser.parse_args()
    if options.keep and options.only != [*shipped()]:
        parser.error("only the digests of all scenarios are kept; leave --only out")
    kept = kept_digests()
    if options.only != [*shipped()]:
        kept = {name: kept[name] for name in options.only if name in kept}
    found = played(options.only, kept)
    report = {"buyers": BUYERS, "runs": RUNS, "scenarios": found}
    for file in filter(None, (options.json, FILE if options.keep else None)):
        write(report, file)
    if options.keep:
        print(f"kept as {FILE}")
    elif said := verdict(found, kept):
        sys.exit(said)
    else:
        print(f"{len(found)} scenarios, the same numbers as kept")


if __name__ == "__main__":
    main()
