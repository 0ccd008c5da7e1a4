"""Scenarios as text: numbers that say where they come from, and files written whole or not at all."""

import math
import re
import textwrap
from pathlib import Path

from sim.experiments.calibrate.result import Calibration

WIDTH = 138
NOISE, COST = 0.08, 0.65  # luck in a choice and cost of a unit, as shares of the price: assumptions
MOST_BUYERS = 5000


def comment(text: str) -> str:
    """A text as comment lines."""
    return "\n".join(f"# {line}" for line in textwrap.wrap(text, WIDTH, break_long_words=False, break_on_hyphens=False))


def said(value: float, figures: int = 4) -> str:
    """A number with so many significant figures, written so that YAML reads a number."""
    if math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    text = f"{value:.{figures}g}"
    return f"{float(text):.12f}".rstrip("0").rstrip(".") if "e" in text else text


def with_interval(value: float, low: float, high: float, figures: int = 3) -> str:
    """0.0148 (0.012 to 0.0182); the value alone where there is no interval."""
    if math.isnan(low) or math.isnan(high):
        return said(value, figures)
    return f"{said(value, figures)} ({said(low, figures)} to {said(high, figures)})"


def quoted(text: str) -> str:
    """A text as YAML reads it, whatever is in it."""
    import json

    return json.dumps(text, ensure_ascii=False)


def quiet_product(cycle: float) -> str:
    """A product that nothing goes wrong with."""
    switched_off = "problem_rate: 0, severity: 0, delight: 0, delivery_spread: 0, reserve: -100000"
    return f"""product: {{purchase_cycle: {said(max(cycle, 1.0))}, {switched_off}}}
# Problems, spread of delivery and purchases forgone are not in the data, and are switched off."""


def quiet_behaviour(price: float) -> str:
    """Buyers whose beliefs are settled."""
    settled = "learning: 0, bond_value: 0, tie_value: 0, promise_bond: 0, reputation_speed: 0, forgetting: 0"
    about = (
        f"choice_noise: assumption, {NOISE:.0%} of the price as in the reference market. It says how far a price moves a choice, and what "
        "switching costs in money; the untreated market does the same for any. Beliefs are settled: no learning."
    )
    return f"behaviour: {{choice_noise: {said(NOISE * price)}, {settled}}}\n{comment(about)}"


def nobody_else() -> str:
    """The section of buyers, its catalogue types without buyers."""
    return """buyers:
  lost_for_good: {share: 0}
  intermediate: {share: 0}
  always_a_share: {share: 0}"""


def write(found: Calibration, path: Path) -> list[Path]:
    """Write the scenario and the files that travel with it; returns them, the scenario first. Overwrites."""
    files = {path: found.scenario} | {path.parent / name: text for name, text in found.companions.items()}
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(file.name + ".part")
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(file)
    return list(files)


def safe_name(word: str) -> str:
    """A word as a name in a scenario and of a file."""
    name = re.sub(r"[^a-z0-9]+", "_", str(word).lower()).strip("_")
    return name if name and not name[0].isdigit() else f"cohort_{name}".rstrip("_")
