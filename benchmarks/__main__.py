"""Everything that is measured, one table after another; results kept by commit.

    python -m benchmarks                        sizes (word of mouth too), growth, roofline, sweep, start-up
    python -m benchmarks --quick                smaller and rougher, without the first compilation
    python -m benchmarks --only sizes,growth    some of it
    python -m benchmarks --json FILE            and the figures as JSON
    python -m benchmarks --picture FILE         and the roofline and growth as a picture
    python -m benchmarks --keep                 and keep the figures as benchmarks/results/COMMIT.json

Ratios are what lasts: the same machine, at the same time, in turns. They are held against those kept last on such a machine.
"""
import os
import platform
import sys
from datetime import UTC, datetime

import numba
from llvmlite.binding import get_host_cpu_name

from benchmarks import command, growth, kept, picture, roof, sizes, start, sweep

PARTS = ("sizes", "growth", "roof", "sweep", "start")
NEEDED_FOR_PICTURE = {"sizes", "growth", "roof"}
TITLES = {"sizes": "Sizes", "growth": "Growth", "roof": "Roofline", "sweep": "Sweep", "start": "Start-up"}


def tell(words: str) -> None:
    """What is being measured, on standard error."""
    print(f"… {words}", file=sys.stderr, flush=True)


def about() -> dict:
    """Commit, date, machine and how busy it is."""
    return {"commit": kept.commit(), "date": datetime.now(UTC).isoformat(timespec="seconds"), "python": platform.python_version(),
            "numba": numba.__version__, "machine": f"{get_host_cpu_name()}, {os.cpu_count()} cores",
            "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None}


def run(parts: set[str], quick: bool) -> dict:
    """Everything asked for, as one dictionary."""
    report, rounds = about() | {"quick": quick}, 3 if quick else 5
    if parts & NEEDED_FOR_PICTURE:                                # growth and roofline are read off the sizes
        report["sizes"] = sizes.run(sizes.QUICK if quick else sizes.FULL, tell)
    if "growth" in parts:
        tell("growth with periods")
        report["growth"] = growth.run(report["sizes"]["rows"], 2_000 if quick else 20_000, rounds)
    if "roof" in parts:
        tell("roofs")
        report["roof"] = roof.run(report["sizes"]["rows"], rounds)
    if "sweep" in parts:
        tell("a sweep")
        report["sweep"] = sweep.run(5 if quick else 100)
    if "start" in parts:
        report["start"] = start.run(rounds, not quick, tell)
    return report


def table(report: dict) -> str:
    """The report as text."""
    modules = {"sizes": sizes, "growth": growth, "roof": roof, "sweep": sweep, "start": start}
    busy = f"; load {report['load']:.2f} when it began" if report["load"] is not None else ""
    lines = [f"{report['commit']}, {report['date']}; {report['machine']}; Python {report['python']}, numba {report['numba']}{busy}"]
    for part in PARTS:
        if part in report:
            lines += ["", TITLES[part], modules[part].table(report[part])]
    if "sizes" in report:
        lines += ["", kept.against_last(report)]
    return "\n".join(lines)


def asked():
    """The options. Ends with a sentence where they cannot be."""
    parser = command.Command("benchmarks", __doc__).quick().some_of("part", PARTS).json()
    parser.file("--picture", "draw roofline and growth into FILE (.png, .svg, .pdf)", (".png", ".svg", ".pdf"))
    parser.add_argument("--keep", action="store_true", help="keep the figures in benchmarks/results, by commit")
    options = parser.parse_args()
    options.parts = set(options.only)
    if options.picture and not options.parts >= NEEDED_FOR_PICTURE:
        parser.error("a picture needs the parts sizes, growth and roof")
    if options.keep and options.parts != set(PARTS):
        parser.error("only a whole report is kept; leave --only out")
    return options


def main() -> None:
    options = asked()
    report = run(options.parts, options.quick)
    command.answer(table(report), report, options.json)
    if options.picture:
        picture.draw(report, options.picture)
    if options.keep:
        print(f"kept as {kept.keep(report)}")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    main()
