"""Scenarios given as texts."""
import tempfile
from pathlib import Path

from sim.scenario import Scenario, load


def load_text(text: str) -> Scenario:
    """The scenario of a file that holds this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "market.yaml"
        path.write_text(text, encoding="utf-8")
        return load(path)
