"""The command that compiles the model before anybody waits for it."""

import time
from collections.abc import Callable
from pathlib import Path

from sim.cli.guard import guarded
from sim.cli.options import Json, Quiet
from sim.cli.output import show, show_json

SMALL = ("market.buyers=60", "market.periods=2", "market.burn_in=0")
NETWORKS = ("small_world", "scale_free")


@guarded
def warmup(as_json: Json = False, quiet: Quiet = False) -> None:
    """Compile the model for this machine now, so that the first answer comes at once.

    Otherwise the first command that plays a market does it. The machine code is kept in a folder (TENURE_CACHE names another) and holds
    until the model changes; a command that finds it there starts within seconds. For a class, an image, a cluster's nodes.

    \b
    tenure warmup
    TENURE_CACHE=/srv/tenure tenure warmup
    """
    from sim.cli import waiting
    from sim.core.jit import cache_folder
    from sim.screens.compiling import compilation

    began = time.perf_counter()
    with waiting.bar("Playing the first markets", quiet or as_json) as progress, compilation() as compiled:
        waiting.heard(lambda: play_each(progress))
    answer = {"compiled": len(compiled), "seconds": round(time.perf_counter() - began, 2), "folder": str(cache_folder()),
              "bytes": size_of(cache_folder())}  # fmt: skip
    if as_json:
        show_json(answer)
    else:
        show(sentence(answer), wrap=False)


def play_each(progress: Callable[[int, int], None]) -> None:
    """One small market of every kind that is compiled on its own."""
    kinds = (market, large_market, sweep, networks)
    for done, kind in enumerate(kinds, start=1):
        kind()
        progress(done, len(kinds))


def market() -> None:
    """What compare, run, trace and most experiments play: a market on one thread."""
    from sim.runs import simulate
    from sim.scenario import load

    simulate(load("default", SMALL), runs=1, threads=1)


def large_market() -> None:
    """A market that threads share."""
    from sim.runs import LARGE_MARKET, simulate
    from sim.scenario import load

    scenario = load("default", (f"market.buyers={LARGE_MARKET}", *SMALL[1:]))
    simulate(scenario, [scenario.baseline], runs=1, threads=2)


def sweep() -> None:
    """A sweep of one point."""
    from sim.experiments.sweep import plan_of
    from sim.experiments.sweep import sweep as play
    from sim.scenario import load

    play(plan_of(load("service_and_price", ("sweep.points=1", *SMALL)), runs=1), threads=1)


def networks() -> None:
    """Who hears whom, where a network is drawn."""
    from sim.runs import simulate
    from sim.scenario import load

    for kind in NETWORKS:
        scenario = load("default", (*SMALL, f"word_of_mouth.network={kind}"))
        simulate(scenario, [scenario.baseline], runs=1, threads=1)


def size_of(folder: Path) -> int:
    """Bytes of all files in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def sentence(answer: dict) -> str:
    """What was done, how long it took, and where it is kept."""
    kept = f"{answer['folder']} ({answer['bytes'] / 1e6:.0f} MB)"
    if not answer["compiled"]:
        return f"The model was compiled already; trying it took {answer['seconds']:.1f} s. Its machine code is in {kept}."
    return (f"Compiled {answer['compiled']} functions of the model in {answer['seconds']:.0f} s; from now on a market starts at once.\n"
            f"The machine code is in {kept}.")  # fmt: skip
