"""Long work: a bar with the time left on a terminal, a line of its own elsewhere; Ctrl-C is heard at once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sim.screens.bar import COMPILING, bar, compiled
from sim.screens.paper import paper

__all__ = ["COMPILING", "bar", "compiled", "heard", "spinner"]


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
