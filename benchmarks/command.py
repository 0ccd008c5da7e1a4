"""The command line of a benchmark: what all of them ask in the same words, and how they answer.

A wrong option, or a FILE that cannot be written, is said in one sentence on standard error before anything is measured: exit code 2.
"""
import argparse
import json
import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from sim.scenario.suggest import among, closest

WRONG = 2


class Command(argparse.ArgumentParser):
    """`python -m NAME`; --help begins with the first line of `words`, the module's docstring."""

    def __init__(self, name: str, words: str):
        super().__init__(prog=f"python -m {name}", description=words.splitlines()[0])

    def quick(self, what: str = "smaller and rougher") -> "Command":
        self.add_argument("--quick", action="store_true", help=what)
        return self

    def json(self) -> "Command":
        return self.file("--json", "write the figures to FILE as well")

    def file(self, option: str, what: str, endings: Sequence[str] = ()) -> "Command":
        """An option that takes a file to be written; endings: which it may have."""
        self.add_argument(option, type=lambda text: writable(text, endings), metavar="FILE", help=what)
        return self

    def some_of(self, what: str, known: Sequence[str]) -> "Command":
        """--only A,B: some of what there is, in its order; by default all."""
        def read(text: str) -> list[str]:
            if unknown := [name for name in text.split(",") if name not in known]:
                raise argparse.ArgumentTypeError(f"there is no {what} {unknown[0]!r}; {among(unknown[0], known)}")
            return [name for name in known if name in text.split(",")]
        self.add_argument("--only", type=read, default=[*known], metavar="A,B", help=f"some of {', '.join(known)}")
        return self

    def number(self, option: str, usual: float | None, least: int = 1, **more) -> "Command":
        """An option that takes a number of at least so much: a whole one, unless the usual one has a point."""
        kind = float if isinstance(usual, float) else int
        self.add_argument(option, type=at_least(least, kind), default=usual, metavar="N", **more)
        return self

    def parse_args(self, args=None, namespace=None) -> argparse.Namespace:
        """The options. Ends with a sentence where they cannot be."""
        options, unknown = self.parse_known_args(args, namespace)
        if unknown:
            self.error(self.no_such(unknown[0].split("=")[0]))
        return options

    def no_such(self, word: str) -> str:
        """That there is no such option, and which may have been meant."""
        known = [option for option in self._option_string_actions if option.startswith("--")]
        if not word.startswith("-"):
            return f"{word!r} is not an option; there are {', '.join(known)}"
        meant = closest(word.strip("-"), [option.strip("-") for option in known])
        return f"there is no option {word}; " + (f"did you mean --{meant}?" if meant else f"there are {', '.join(known)}")

    def error(self, message: str) -> None:
        self.exit(WRONG, f"{self.prog}: {message.removeprefix('argument ')}\n")


def at_least(least: int, kind: type = int) -> Callable[[str], float]:
    """Reads a number of at least so much: int or float."""
    def read(text: str) -> float:
        try:
            number = kind(text)
        except ValueError:
            number = math.nan
        if not least <= number < math.inf:
            raise argparse.ArgumentTypeError(f"{text!r} is not a {'whole ' * (kind is int)}number of {least} or more")
        return number
    return read


def writable(text: str, endings: Sequence[str] = ()) -> Path:
    """A file that can be written, once the folders that are missing are made; nothing is left there yet."""
    file = Path(text)
    if endings and file.suffix.lower() not in endings:
        raise argparse.ArgumentTypeError(f"{text!r} ends in none of {', '.join(endings)}")
    try:
        if file.is_dir():
            raise argparse.ArgumentTypeError(f"{text!r} is a folder; name a file in it, such as {file / 'figures.json'}")
        if file.exists():
            file.open("ab").close()
        else:
            tempfile.TemporaryFile(dir=next(folder for folder in file.absolute().parents if folder.exists())).close()
    except OSError as error:
        raise argparse.ArgumentTypeError(f"nothing can be written to {text!r}: {(error.strerror or str(error)).lower()}") from None
    return file


def write(figures: dict, file: Path) -> None:
    """Figures as JSON. Ends with a sentence, exit code 1, where the disk does not take them."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise SystemExit(f"{file}: {(error.strerror or str(error)).lower()}; the figures were not written") from None


def answer(words: str, figures: dict, file: Path | None) -> None:
    """Print the table, and write the figures where that was asked."""
    print(words)
    if file:
        write(figures, file)


def measure(name: str, words: str, run: Callable[[bool], dict], table: Callable[[dict], str], quick: str = "smaller and rougher") -> None:
    """A benchmark that asks no more than --quick and --json: run(quick) gives the figures, table(figures) the text."""
    options = Command(name, words).quick(quick).json().parse_args()
    figures = run(options.quick)
    answer(table(figures), figures, options.json)
