"""Long work that is kept as it is done: whatever ends it before its time, it is said how to go on."""

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from sim.cli.guard import FAILED, WrongUse

INTERRUPTED = 130


@contextmanager
def goes_on(folder: Path) -> Iterator[None]:
    """Work that keeps what it has done in a folder: Ctrl-C, a full disk and lost workers end it with the line that goes on, a folder that
    holds something else is wrong use."""
    from sim.experiments.sweep import NoWorkers, OtherStudy

    try:
        with asked_to_stop():
            yield
    except OtherStudy as error:
        raise WrongUse(str(error)) from None
    except NoWorkers as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(FAILED) from None
    except KeyboardInterrupt:
        stop_kept(folder)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        words = f"The disk of {folder} is full. What was written before is whole and stays; make room, then go on with:\n  {again()}"
        typer.echo(words, err=True)
        raise typer.Exit(FAILED) from None


@contextmanager
def asked_to_stop() -> Iterator[None]:
    """A batch system that wants its node back is as good as Ctrl-C."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def stop_kept(folder: Path) -> None:
    """Ctrl-C: what was played is on the disk; say how to go on, and go without waiting for markets that are being played."""
    print(f"\nStopped. What was played is in {folder}; the same command goes on from there:\n  {again()}", file=sys.stderr, flush=True)
    leave(INTERRUPTED)


def leave(code: int) -> None:
    """End the process at once: threads that still play have nothing to add."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def again() -> str:
    """The command as it was given."""
    import shlex

    return shlex.join([Path(sys.argv[0] or "tenure").name, *(word for word in sys.argv[1:] if word != "--force")])
