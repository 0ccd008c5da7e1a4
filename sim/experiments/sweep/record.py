"""What a folder says of its sweep: sweep.json, by which the same command goes on where it was, and anybody sees what the rows are."""
import json
import os
from contextlib import contextmanager
from pathlib import Path

from sim.experiments.sweep.plan import Plan
from sim.experiments.sweep.schedule import Target
from sim.experiments.sweep.store import OtherStudy, write_json
from sim.experiments.sweep.work import job_of, model
from sim.provenance import commit, spoken_command, versions
from sim.scenario.address import facts_at
from sim.scenario.plain import NOT_SIMULATED
from sim.scenario.suggest import number
from sim.scenario.sweeps import spread_in_words

RECORD, LOCK = "sweep.json", ".sweep.lock"


def record_of(plan: Plan, target: Target, command: str | None = None) -> dict:
    """Everything that it takes to play a sweep again, and what its rows mean. Plain data, ready for JSON."""
    scenario = plan.scenario
    return {
        "schema": 1, "name": scenario.name, "plan": plan.digest, "model": model(), "scenario_digest": scenario.digest(),
        "seed": plan.seed, "design": plan.design, "points": len(plan.points), "strategies": list(plan.strategies),
        "baseline": plan.baseline, "focal": scenario.focal, "currency": scenario.market.currency,
        "levers": {path: _about(plan, path) for path in plan.levers},
        "uncertainties": {path: _about(plan, path) for path in plan.uncertainties},
        "outcomes": plan.outcomes, "block": plan.block, "asked": _asked(target), "finished": None, "versions": versions(),
        "commit": commit(), "command": command or spoken_command(), "payoffs": list(plan.payoffs), "job": job_of(plan)._asdict(),
        "scenario": scenario.as_dict()}


def _about(plan: Plan, path: str) -> dict:
    """What a parameter is, and what it may be."""
    known = facts_at(tuple(int(part) if part.isdecimal() else part for part in path.split(".")))
    stated = plan.scenario.sweep.varied if plan.scenario.sweep else ()
    spread = next((spread_in_words(one) for one in stated if one.path == path), "a column of the table")
    return {"values": spread} | ({"unit": known.unit, "meaning": known.meaning} if known else {})


def _asked(target: Target) -> dict:
    return {"runs": target.runs, "precision": target.precision}


def is_finished(record: dict, target: Target) -> bool:
    """Whether a folder holds already what is asked for."""
    return bool(record["finished"]) and target.seconds is None and record["asked"] == _asked(target)


def read_record(folder: Path) -> dict | None:
    """What sweep.json says; None where there is none. Raises OtherStudy where the folder is no folder of a sweep."""
    path = folder / RECORD
    if not path.exists():
        if folder.is_dir() and any(not one.name.startswith(".") for one in folder.iterdir()):
            raise OtherStudy(f"{folder} holds files but no {RECORD}, so it is not a folder of a sweep; choose another folder with --out")
        return None
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        record["plan"], record["model"], record["asked"], record["finished"]
    except (OSError, ValueError, KeyError, TypeError):
        raise OtherStudy(f"{path} is not a record that Tenure has written; choose another folder with --out") from None
    return record


def write_record(folder: Path, record: dict) -> None:
    """Write sweep.json, whole or not at all."""
    write_json(folder / RECORD, record)


def refuse_another(folder: Path, plan: Plan, target: Target, record: dict) -> None:
    """OtherStudy where a folder holds a sweep that is not the one asked for, and in what it differs."""
    now = record_of(plan, target)
    if record["plan"] != now["plan"]:
        there, here = _flat(record), _flat(json.loads(json.dumps(now)))
        differs = [f"{name} {there.get(name, 'nothing')} there, {here.get(name, 'nothing')} here" for name in here | there
                   if there.get(name) != here.get(name)]
        what = "; ".join(differs[:3]) or "its points are others"
        raise OtherStudy(f"{folder} holds another sweep ({what}); use --force to replace it, or another folder with --out")
    if record["model"] != now["model"]:
        raise OtherStudy(f"{folder} holds rows that another version of the model has played, which should not be mixed with those of this "
                         "one; use --force to replace them, or another folder with --out")


def _flat(record: dict) -> dict[str, str]:
    """What bears on the plan, value by value, each by its path."""
    found = {f"sweep.{name}": record.get(name) for name in ("design", "points", "strategies")}
    for name in ("levers", "uncertainties"):
        found |= {f"sweep.{name}.{path}": about["values"] for path, about in record.get(name, {}).items()}

    def walk(value, path: str) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(inner, f"{path}.{name}" if path else name)
        else:
            found[path] = value

    walk({name: value for name, value in record.get("scenario", {}).items() if name not in (*NOT_SIMULATED, "runs")}, "")
    return {path: value if isinstance(value, str) else number(value) for path, value in found.items()}


@contextmanager
def locked(folder: Path):
    """Keep a folder to oneself. Raises OtherStudy where another process writes to it; whoever is killed lets go."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        try:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise OtherStudy(f"another process writes to {folder} at this moment; wait for it, or choose another folder") from None
        except (ImportError, OSError):
            pass                                     # a system, or a file system, without locks: one has to take care oneself
        try:
            yield
        finally:
            file.close()
            if os.path.exists(folder / LOCK):
                os.unlink(folder / LOCK)
