"""Long work: a bar with the time left on a terminal, a line of its own elsewhere; Ctrl-C is heard at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.screens.paper import paper

COMPILING = "Compiling the model for this machine, once; about a minute"


def compiled() -> bool:
    """Whether the model's machine code is there already."""
    from sim.core.jit import cache_folder

    return any(cache_folder().rglob("kernel.play-*.nbc"))


@contextmanager
def bar(words: str, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error; yields what to call with (done, total)."""
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

    sheet, first = paper(error=True), not compiled()
    if first and not quiet and not sheet.is_terminal:
        sheet.print(f"{COMPILING} …")
    shown = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=sheet,
        transient=True,
        disable=quiet or not sheet.is_terminal,
    )
    with shown:
        task = shown.add_task(COMPILING if first else words, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total, description=words)


@contextmanager
def spinner(words: str, quiet: bool) -> Iterator[None]:
    """A spinner on standard error, for work that cannot say how far it is."""
    sheet = paper(error=True)
    if quiet or not sheet.is_terminal:
        yield
        return
    with sheet.status(words):
        yield


def heard(work: Callable):
    """Do `work` aside, so that Ctrl-C is heard while compiled code runs; returns or raises what it does."""
    outcome: dict = {}

    def do() -> None:
        try:
            outcome["value"] = work()
        except BaseException as error:  # handed over to the thread that waits
            outcome["error"] = error

    thread = threading.Thread(target=do, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(0.1)
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]
