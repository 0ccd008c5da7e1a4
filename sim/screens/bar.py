"""A bar with the time left, on a terminal or in a notebook; a line of its own elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from sim.screens.compiling import compilation
from sim.screens.paper import paper

COMPILING = "Compiling the model for this machine, once; about half a minute"


def compiled() -> bool:
    """Whether the model's machine code is there already."""
    from sim.core.jit import cache_folder

    return any(cache_folder().rglob("kernel.play-*.nbc"))


@contextmanager
def bar(words: str = "Playing the markets", quiet: bool = False) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error, or in a notebook; yields what to call with (done, total).

    Before anything is played for the first time, it shows how far the model is compiled.

    with bar() as progress:
        compare(scenario, progress=progress)
    """
    from rich.progress import BarColumn, Progress, SpinnerColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn

    sheet, first = paper(error=True), not compiled()
    moving = sheet.is_terminal or sheet.is_jupyter
    if first and not quiet and not moving:
        sheet.print(f"{COMPILING} …")
    shown = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        console=sheet,
        transient=True,
        disable=quiet or not moving,
    )
    with shown:
        task = shown.add_task(COMPILING if first else words, total=None)

        def compiling(done: int, total: int) -> None:
            if shown.tasks[task].description == COMPILING:  # nothing is played yet
                shown.update(task, completed=done, total=total)

        with compilation(compiling) if first and moving and not quiet else nullcontext():
            yield lambda done, total: shown.update(task, completed=done, total=total, description=words)
