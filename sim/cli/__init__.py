"""The command line: `tenure`. Thin: every command calls the Python API, prints what it returns, and says where it is kept.

What is slow to import is imported by the command that needs it, so that `tenure --help` answers at once.
"""

import os
import sys

from sim.cli.app import app

__all__ = ["app", "main"]


def main() -> None:
    """Run `tenure` and end the process: 0 done, 1 failed midway or a difference found, 2 asked for what cannot be."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal that lacks a letter shows a question mark
    try:
        app(prog_name="tenure")
    finally:
        _flush()


def _flush() -> None:
    """A reader that has gone away (`tenure list | head`) is no reason to complain at the very end."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
