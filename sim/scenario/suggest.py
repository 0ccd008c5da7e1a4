"""Small phrases for error messages: what a value is, which name was probably meant."""

import difflib
import math
from collections.abc import Iterable
from typing import Any

MOST_NAMES = 40


def number(value: Any) -> str:
    """A number as a strategist would write it: 3 rather than 3.0, .inf for infinity."""
    if isinstance(value, float) and math.isinf(value):
        return ".inf" if value > 0 else "-.inf"
    if isinstance(value, float) and math.isnan(value):
        return ".nan"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def described(value: Any) -> str:
    """What stands there, in words: 'the text 'many'', 'a list', 'nothing'."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the answer {str(value).lower()}"
    if isinstance(value, str):
        shown = value if len(value) <= 40 else value[:37] + "..."
        return f"the text {shown!r}"
    if isinstance(value, int | float):
        return f"the number {value if math.isfinite(value) else number(value)}"
    return "a list" if isinstance(value, list | tuple) else "a mapping"


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `word`, or None where none is near."""
    names = {name.lower(): name for name in known}
    found = difflib.get_close_matches(str(word).lower().replace("-", "_").replace(" ", "_"), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def among(word: str, known: Iterable[str]) -> str:
    """A suggestion: 'did you mean 'price'?' or else 'choose from price, quality'."""
    known = list(known)
    meant = closest(word, known)
    if meant:
        return f"did you mean {meant!r}?"
    if not known:
        return "there is none to choose from"
    shown = ", ".join(known[:MOST_NAMES]) + (", ..." if len(known) > MOST_NAMES else "")
    return f"choose from {shown}"
