"""Numbers and names as people read them: shared by answers, terminal screens and figures."""

import math

JACKSON = {"lost_for_good": "lost-for-good", "always_a_share": "always-a-share"}
PERIODS_PER_YEAR = {"day": 365.25, "week": 52.1775, "month": 12, "quarter": 4, "year": 1}
FIGURES = 6          # significant figures of numbers in an answer


def spoken(name: str) -> str:
    """A name of a scenario as one says it."""
    return name.replace("_", " ")


def counted(number: int, thing: str) -> str:
    many = f"{thing[:-1]}ies" if thing.endswith("y") and thing[-2:-1] not in "aeiou" else f"{thing}s"
    return f"{number:,} {thing if number == 1 else many}"


def amount(value: float) -> str:
    """Money for reading: three significant figures at least, no more decimals than cents."""
    size = abs(value)
    decimals = 0 if size >= 100 else 1 if size >= 10 else 2
    text = f"{value:,.{decimals}f}"
    return text.lstrip("-") if not float(text.replace(",", "")) else text.replace("-", "−")


def between(low: float, high: float) -> str:
    """An interval in words, both ends with the decimals of the larger."""
    if math.isnan(low):
        return "not known from one run"
    return f"{amount(low)} to {amount(high)}"


def capital(text: str) -> str:
    """A text that begins a sentence; names keep their own capitals."""
    return text[:1].upper() + text[1:]


def name_of_type(name: str) -> str:
    """A buyer type as Jackson writes it: lost-for-good, always-a-share; a type of one's own as one says it."""
    return JACKSON.get(name, spoken(name))


def signed(value: float) -> str:
    """Money with its sign: +254 or −468; a plain 0 for nought."""
    text = amount(value)
    return f"+{text}" if value > 0 and any(digit in text for digit in "123456789") else text if value else "0"


def percent(share: float, decimals: int = 0) -> str:
    """A share as a percentage; a dash where it is not known, and '<1%' where rounding would make nothing of something."""
    if math.isnan(share):
        return "–"
    return "<1%" if not decimals and 0 < share < 0.005 else f"{100 * share:.{decimals}f}%"


def listed(names: list[str]) -> str:
    """Names in a row: a, b and c."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


def in_years(periods: int, period: str) -> str:
    """A span of periods, in years where these are whole: 120 months are 10 years."""
    years = periods / PERIODS_PER_YEAR[period]
    return counted(round(years), "year") if years >= 1 and abs(years - round(years)) < 0.01 else counted(periods, period)


def took_place(period: str, number: float) -> str:
    """A moment: month 51; nothing for a moment that never comes."""
    return "" if math.isnan(number) else f"{period} {number:.0f}"


def plain(value):
    """Numbers rounded to FIGURES significant figures, nan as None, mappings and lists all the way down."""
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, bool | int | str) or value is None:
        return value
    number = float(value)
    return float(f"{number:.{FIGURES}g}") if math.isfinite(number) else None
