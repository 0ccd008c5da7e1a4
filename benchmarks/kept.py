"""Results kept as files by commit, so that a regression shows: ratios now beside the ratios kept last."""
import json
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parent / "results"
RATIOS = ("times_mesa", "times_plain", "times_limit", "two_threads")
MORE_IS_BETTER = ("times_mesa", "two_threads")
NOTICED = 0.1                    # a ratio that is worse by more than a tenth is pointed out


def commit() -> str:
    """The commit of the tree, with `-changed` where files differ from it; `unknown` outside a clone."""
    said = subprocess.run(["git", "describe", "--always", "--dirty=-changed", "--exclude=*", "--abbrev=12"], cwd=FOLDER.parent,
                          capture_output=True, text=True)
    return said.stdout.strip() or "unknown"


def keep(report: dict, folder: Path = FOLDER) -> Path:
    """Write a report under its commit; the file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{report['commit']}.json"
    file.write_text(json.dumps(report, indent=1) + "\n")
    return file


def last(report: dict, folder: Path = FOLDER) -> dict | None:
    """The report kept last of another commit, measured on such a machine and of the same size; None where there is none."""
    others = [json.loads(file.read_text()) for file in folder.glob("*.json")]              # digests.json is there too
    alike = [other for other in others if "sizes" in other and other["commit"] != report["commit"] and other["machine"] == report["machine"]
             and other["quick"] == report["quick"]]
    return max(alike, key=lambda other: other["date"], default=None)


def worse(report: dict, before: dict) -> list[str]:
    """Which ratios have become worse by more than a tenth, in words."""
    def place(row):
        return row["buyers"], row["sellers"], row["network"]

    found, then = [], {place(row): row for row in before["sizes"]["rows"]}
    for row in report["sizes"]["rows"]:
        for name in RATIOS if place(row) in then else ():
            old, new = then[place(row)].get(name), row.get(name)
            if old and new and (old / new if name in MORE_IS_BETTER else new / old) > 1 + NOTICED:
                found.append("{:,} buyers, {} sellers, network {}: ".format(*place(row)) + f"{name} was {old:.2f}, is {new:.2f}")
    return found


def against_last(report: dict, folder: Path = FOLDER) -> str:
    """What to say about the report kept before."""
    before = last(report, folder)
    if before is None:
        return "nothing was kept before of another commit on such a machine; --keep keeps this"
    found = worse(report, before)
    return "\n".join([f"beside {before['commit']}: " + ("no ratio is worse by more than a tenth" if not found else "worse are"), *found])
