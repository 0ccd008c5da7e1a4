"""The house is in order: imports run down only, what is generated is up to date, one word for one thing, a README in every room."""
import os
import re
import subprocess
import sys
import sysconfig
from enum import EnumMeta
from pathlib import Path
from typing import get_args

import pytest

from sim import odd
from sim.core import terms
from sim.measures import CAUSES as LOST_THROUGH
from sim.scenario import INSTRUMENTS, JACKSON_TYPES, BuyerType, Scenario, load
from sim.scenario.actors import InstrumentName
from sim.scenario.catalogue import catalogue
from sim.scenario.levels import LEVELS, TARGETINGS, LevelName
from sim.scenario.schema import facts
from tests.conftest import SMALL

ROOT = Path(__file__).resolve().parent.parent
OF_ONE_MACHINE = ("/wo" "rk/", ".lib" "rary")        # folders that no other machine has; in pieces, as this file is read too


def files() -> list[Path]:
    """What git keeps or would keep."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a clone")
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def names(words: EnumMeta) -> tuple[str, ...]:
    return tuple(word.name.lower() for word in words)


def test_odd_says_what_the_code_says():
    written = odd.ODD.read_text(encoding="utf-8")
    assert all(f"<!-- {part} -->" in written and f"<!-- /{part} -->" in written for part in odd.PARTS)
    assert odd.filled(written) == written, "write it anew: python -m sim.odd"


def test_imports_run_down_only():
    command = Path(sysconfig.get_path("scripts")) / "lint-imports"
    found = subprocess.run([sys.executable, str(command), "--no-cache"], cwd=ROOT, capture_output=True, text=True,
                           env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}, check=False)
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_folder_with_code_has_a_readme():
    folders = {path.parent for path in files() if path.suffix == ".py"}
    rooms = {ROOT / "tests" if ROOT / "tests" in folder.parents else folder for folder in folders}     # the tests have one for all
    assert [str(room) for room in sorted(rooms) if not (room / "README.md").is_file()] == []


def test_levels_and_targeting_have_one_name():
    assert LEVELS == get_args(LevelName) == terms.LEVELS == names(terms.Level)
    assert TARGETINGS == names(terms.Targeting)
    assert tuple(catalogue().values["levels"]) == tuple(load("default").levels) == terms.LEVELS


def test_causes_have_one_name():
    assert LOST_THROUGH is terms.CAUSES and names(terms.Cause) == terms.CAUSES


def test_types_their_attributes_and_instruments_have_one_name():
    assert tuple(catalogue().values["buyers"]) == tuple(load("default").buyers) == JACKSON_TYPES
    assert names(terms.Attribute) == terms.ATTRIBUTES
    assert all(facts(BuyerType, name).meaning for name in terms.ATTRIBUTES)
    assert get_args(InstrumentName) == tuple(INSTRUMENTS) == tuple(catalogue().values["listening"])


def test_nothing_points_to_folders_of_one_machine():
    assert [(str(path), word) for path in files() for word in OF_ONE_MACHINE if word.encode() in path.read_bytes()] == []


def test_the_code_in_the_readme_runs(monkeypatch):
    """Smaller, and without what it prints."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.setattr(Scenario, "load", lambda name, sets=(): load(name, [*sets, *SMALL]))
    assert blocks
    for block in blocks:
        exec(compile(re.sub(r"runs=\d+", "runs=2", block), "README.md", "exec"), {"print": lambda *args: None})
