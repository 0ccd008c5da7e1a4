"""How a command ends: 0 done, 1 failed midway or a difference found, 2 asked for what cannot be; never with a traceback."""

import functools
import os
import sys

import typer

FAILED, WRONG = 1, 2
DEBUG = "TENURE_DEBUG"


class WrongUse(Exception):  # noqa: N818 - named for what the user sees
    """Something was asked for that cannot be; the message says what, and what can."""


class Differs(Exception):  # noqa: N818
    """Numbers came out that are not the ones on record."""


def guarded(command):
    """A command whose every failure is one sentence on standard error and an exit code."""

    @functools.wraps(command)
    def careful(*words, **options):
        try:
            return command(*words, **options)
        except (typer.Exit, typer.Abort, typer.BadParameter):
            raise
        except KeyboardInterrupt:
            stop_at_once()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit(FAILED) from None
        except Exception as error:
            if os.environ.get(DEBUG):
                raise
            code, words = told(error)
            typer.echo(words, err=True)
            raise typer.Exit(code) from None

    return careful


def stop_at_once() -> None:
    """Ctrl-C: say so and go, without waiting for markets that are being played."""
    print("\nStopped. What was not finished has not been written.", file=sys.stderr, flush=True)
    sys.stdout.flush()
    os._exit(FAILED)


def told(error: Exception) -> tuple[int, str]:
    """The exit code of a failure and what to say about it."""
    from sim.results import NotResults, ResultsExist
    from sim.scenario import ScenarioError

    if isinstance(error, ScenarioError | WrongUse | ResultsExist | NotResults):
        return WRONG, str(error)
    if isinstance(error, Differs):
        return FAILED, str(error)
    if isinstance(error, MemoryError):
        return FAILED, "There is not enough memory for this market; try fewer buyers (--set market.buyers=…), fewer runs or fewer threads."
    if isinstance(error, OSError) and error.filename:
        return FAILED, f"{error.filename}: {(error.strerror or str(error)).lower()}"
    return FAILED, (
        f"Tenure met an error that it did not expect: {type(error).__name__}: {error}\nPlease report it with the command and the "
        f"scenario, and with what the command prints when {DEBUG}=1 is set before it."
    )
