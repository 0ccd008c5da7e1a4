"""About thirty numbers of a small default scenario. `python -m tests.baseline` writes them down anew, after a change that is meant."""
import hashlib
import json
from pathlib import Path

import numpy as np

from sim.core.state import COLUMNS
from sim.money import discounting, money
from sim.provenance import ledgers
from sim.runs import simulate
from sim.scenario import load
from tests.conftest import SMALL

FILE = Path(__file__).with_name("baseline.json")
COUNTS = ("won_new", "won_back", "lost_price", "lost_incident", "lost_turnover", "reviews", "lots", "units", "problems",
          "complaints", "resolved", "contacts", "broken")


def numbers() -> dict[str, dict[str, float | str]]:
    """By strategy: counts of ours over all runs and recorded periods, accounts at the end by type, NPV of ours, digest of every ledger."""
    scenario = load("default", sets=SMALL)
    runs = simulate(scenario)
    ours, found = list(scenario.sellers).index(scenario.focal), {}
    for strategy, records in runs.records.items():
        flows = np.stack([record.flows for record in records])
        found[strategy] = {name: int(flows[:, 1:, :, ours, COLUMNS.index(name)].sum()) for name in COUNTS}
        change = [sum(flows[:, :, :, ours, at] for at, name in enumerate(COLUMNS) if name.startswith(way)).sum((0, 1))
                  for way in ("entered_", "quitted_")]
        found[strategy] |= {f"accounts {kind}": int(n) for kind, n in zip(scenario.buyers, change[0] - change[1], strict=True)}
        profit = money(runs, strategy)["profit"][:, :, :, ours].sum(2)
        found[strategy]["npv"] = round(float((profit @ discounting(scenario)).mean()), 2)
        found[strategy]["worth"] = int(sum(record.worth[:, ours].sum() for record in records))
        counts = [part["flows"].astype("<i8").tobytes() for part in ledgers(runs, strategy)]
        found[strategy]["ledger"] = hashlib.sha256(b"".join(counts)).hexdigest()[:16]
    return found


if __name__ == "__main__":
    FILE.write_text(json.dumps(numbers(), indent=1) + "\n", encoding="utf-8")
    print(f"wrote {FILE.name}")
