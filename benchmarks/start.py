"""How soon there is an answer: imports, `tenure --help`, the first verdict with machine code at hand and without.

    python -m benchmarks.start             with the first compilation, in a cache of its own (about three minutes)
    python -m benchmarks.start --quick     without it

Each is a fresh process, measured in turns, by the clock and by the processor.
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from benchmarks.command import Command
from benchmarks.step import compiled, in_turns

PROGRAM = "from sim.cli import main; main()"
HEAVY = ("numpy", "numba", "scipy", "pandas", "pyarrow", "matplotlib", "seaborn", "mesa", "pydantic", "networkx", "optuna", "SALib",
         "altair")
QUIET = ("compare", "default", "--quiet", "--no-figures")
WARM = {
    "python -c pass": ("-c", "pass"), "import sim": ("-c", "import sim"), "tenure --help": ("-c", PROGRAM, "--help"),
    "tenure list": ("-c", PROGRAM, "list"), "import numba": ("-c", "import numba"),
    "from sim import simulate": ("-c", "from sim import simulate"),
    "tenure compare default --quiet --no-figures": ("-c", PROGRAM, *QUIET), "tenure compare default": ("-c", PROGRAM, "compare", "default"),
}
COLD = {"tenure compare default --quiet --no-figures, first ever": ("-c", PROGRAM, *QUIET)}


def started(words: tuple[str, ...], cache: str | None = None) -> tuple[float, float]:
    """(clock, processor) seconds of one fresh process, in an empty folder. Raises CalledProcessError where it fails."""
    paths = os.pathsep.join(str(Path(path).resolve()) for path in ("", *filter(None, sys.path)))
    environment = os.environ | {"PYTHONPATH": paths, "MPLBACKEND": "Agg"} | ({"TENURE_CACHE": cache} if cache else {})
    with tempfile.TemporaryDirectory() as folder:
        before, clock = used(), perf_counter()
        subprocess.run([sys.executable, *words], cwd=folder, env=environment, capture_output=True, check=True)
        return perf_counter() - clock, used() - before


def used() -> float:
    """Processor time of all processes that this one has started and that have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def heavy_with(words: str) -> list[str]:
    """Which heavy packages a piece of Python imports."""
    said = subprocess.run([sys.executable, "-c", f"import sys\n{words}\nprint(*sys.modules)"], capture_output=True, text=True, check=True,
                          env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))})
    return [name for name in HEAVY if name in said.stdout.split()]


def run(rounds: int, cold: bool, tell: Callable[[str], None] = lambda words: None) -> dict:
    """Every start, warm ones `rounds` times, the cold one once."""
    compiled()
    tell("starts")
    times = in_turns({name: (lambda words=words: started(words)) for name, words in WARM.items()}, rounds)
    found = {name: {by: statistics.median(time[i] for time in mine) for i, by in enumerate(("clock", "processor"))}
             for name, mine in times.items()}
    for name, words in COLD.items() if cold else ():
        tell("the first compilation")
        with tempfile.TemporaryDirectory() as cache:
            clock, processor = started(words, cache)
        found[name] = {"clock": clock, "processor": processor}
    return {"rounds": rounds, "rows": found, "heavy": heavy_with("from sim.cli.app import app")}


def table(report: dict) -> str:
    """The report as text."""
    lines = [f"{'seconds':62}{'clock':>8}{'processor':>11}"]
    lines += [f"{name:62}{row['clock']:8.2f}{row['processor']:11.2f}" for name, row in report["rows"].items()]
    return "\n".join([*lines, f"tenure --help imports of what is heavy: {', '.join(report['heavy']) or 'nothing'}"])


def main() -> None:
    quick = Command("benchmarks.start", __doc__).quick("without the first compilation").parse_args().quick
    print(table(run(3 if quick else 5, not quick)))


if __name__ == "__main__":
    main()
