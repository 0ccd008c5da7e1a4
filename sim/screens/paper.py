"""What screens are printed on: a terminal, or plain text of the same width where there is none."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

NARROW, WIDE = 80, 100


class Paper(Console):
    """A console that leaves a broken pipe to whoever runs the command."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def paper(error: bool = False) -> Console:
    """Standard output (or error): 80 to 100 columns, colour only on a terminal and where NO_COLOR is not set."""
    sheet = Paper(stderr=error, highlight=False, soft_wrap=False, emoji=False, markup=False)
    sheet.width = min(max(sheet.width, NARROW), WIDE) if sheet.is_terminal else WIDE
    return sheet


def grid(*headings: str, first: str = "", title: str | None = None) -> Table:
    """A table whose first column holds names and whose others hold numbers."""
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left", title_style="bold", pad_edge=False, padding=(0, 1), show_edge=False)
    table.add_column(first)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def heading(words: str) -> Text:
    return Text(words, style="bold")


def faint(words: str) -> Text:
    return Text(words, style="dim")


def interval_text(mean: float, low: float, high: float, say) -> str:
    """A mean with half the width of its interval, in the mean's decimals: 3,295 ± 26; the mean alone where there is no interval."""
    half, said = (high - low) / 2, say(mean)
    if half != half or mean != mean:
        return said
    number = said.rstrip("%")
    decimals = len(number.partition(".")[2])
    return f"{said} ± {half * (100 if said.endswith('%') else 1):,.{decimals}f}{'%' if said.endswith('%') else ''}"
