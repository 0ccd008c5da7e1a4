"""Where numbers come from: everything it takes to get them again, and a receipt that says whether one did."""
import hashlib
import platform
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.core.state import FIRST_HEARSAY
from sim.plans import moves

if TYPE_CHECKING:
    from sim.runs import Record, Runs

PACKAGES = ("numpy", "numba", "llvmlite", "pandas", "pyarrow", "scipy")


def provenance(runs: "Runs", command: str | None = None) -> dict:
    """The scenario in full with its digest, seed, runs, strategies, versions, the model's digest, commit, platform and command; and the
    receipt of the numbers. Plain data, ready for JSON."""
    from sim.core.jit import source_digest

    scenario = runs.scenario
    return {
        "schema": 1, "name": scenario.name, "digest": scenario.digest(), "seed": runs.seed, "runs": runs.runs,
        "strategies": runs.strategies, "watched": [int(number) for number in runs.watched], "receipt": receipt(runs),
        "receipts": receipts(runs), "model": source_digest(), "versions": versions(), "commit": commit(),
        "platform": platform.platform(), "command": command or spoken_command(), "scenario": scenario.as_dict()}


def receipts(runs: "Runs") -> dict[str, list[dict[str, str]]]:
    """The digest of every ledger: strategy -> run by run -> ledger -> SHA-256, shortened to 16 hexadecimal digits."""
    return {name: [{ledger: _digest(values)[:16] for ledger, values in one.items()} for one in ledgers(runs, name)]
            for name in runs.strategies}


def receipt(runs: "Runs") -> str:
    """One digest for all the numbers: SHA-256 over the ledgers of all strategies (by name) and runs, in that order."""
    whole = hashlib.sha256()
    for name in sorted(runs.strategies):
        whole.update(name.encode())
        for one in ledgers(runs, name):
            for values in one.values():
                whole.update(_digest(values).encode())
    return whole.hexdigest()


def ledgers(runs: "Runs", strategy: str) -> list[dict[str, np.ndarray]]:
    """The arrays that a receipt is over, run by run, each by its name and in order: flows, endings, worth; then `what_else`.

    Whoever has nothing of what lies beyond the dyad thus has the same receipt as before there was such a thing."""
    moving = moves(runs.scenario, strategy)
    return [{"flows": record.flows[..., :FIRST_HEARSAY], "endings": record.endings, "worth": record.worth} | what_else(record, moving)
            for record in runs.records[strategy]]


def what_else(record: "Record", moving: bool) -> dict[str, np.ndarray]:
    """What lies beyond the dyad, where there is something in it: hearsay (the flows from `core.state.FIRST_HEARSAY` on, which count what
    buyers hear), channel_endings, channel_worth, goodwill; and course, where sellers move beyond their plans (`plans.moves`)."""
    found = {"hearsay": record.flows[..., FIRST_HEARSAY:], "channel_endings": record.channel_endings,
             "channel_worth": record.channel_worth, "goodwill": record.goodwill, "course": record.course if moving else None}
    return {name: values for name, values in found.items() if values is not None and values.any()}


def _digest(ledger: np.ndarray) -> str:
    """SHA-256 of one ledger: its shape and its numbers, whole ones as little-endian 64-bit integers, others as 32-bit floats."""
    digest = hashlib.sha256(repr(ledger.shape).encode())
    digest.update(np.ascontiguousarray(ledger, "<f4" if ledger.dtype.kind == "f" else "<i8"))
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Versions of Python, of Tenure where it is installed, and of the packages that bear on numbers and files."""
    found = {"python": platform.python_version(), "tenure": _version("tenure")}
    return found | {name: _version(name) for name in PACKAGES}


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def commit() -> str | None:
    """The commit of the sources, with '+' where files differ from it; None outside a repository."""
    here = Path(__file__).parent
    found = _git(here, "rev-parse", "HEAD")
    return found and found + ("+" if _git(here, "status", "--porcelain", "--", ".") else "")


def _git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(["git", "-C", str(folder), *words], capture_output=True, text=True, timeout=10, check=False)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def spoken_command() -> str:
    """The command line as it was given, the program by its name alone."""
    return " ".join([Path(sys.argv[0] or "python").name, *sys.argv[1:]])
