"""The catalogue: buyer types, levels and listening instruments with a source beside each number."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.scenario.problems import Findings, Place, Source
from sim.scenario.reading import read_text

FILE = Path(__file__).resolve().parent / "catalogue.yaml"


@dataclass(frozen=True)
class Catalogue:
    """`values` as a scenario would write them (per month), and `sources` and `places` by path."""

    values: dict[str, Any]
    sources: dict[tuple, str]
    places: dict[tuple, Place]


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The shipped catalogue, read once."""
    text = FILE.read_text(encoding="utf-8")
    findings = Findings()
    _, stated = read_text(text, Source("catalogue", FILE.name, tuple(text.splitlines()), FILE.parent), findings)
    findings.stop_if_any()
    values: dict[str, Any] = {}
    sources, places = {}, {}
    for section, entries in stated.values.items():
        values[section] = {name: {} for name in entries}
        for name, attributes in entries.items():
            for attribute, entry in attributes.items():
                path = (section, name, attribute)
                values[section][name][attribute] = entry["value"]
                sources[path], places[path] = entry["source"], stated.places[path]
    return Catalogue(values, sources, places)
