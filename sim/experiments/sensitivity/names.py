"""What parameters are called when people speak: from dotted paths to names."""
from sim.wording import name_of_type, spoken

SINGLE = ("market", "product", "behaviour", "word_of_mouth")


def spoken_path(path: str) -> str:
    """A parameter as one says it: sellers.rivals.price is 'price of rivals', buyers.intermediate.switching_cost.lognormal.median 'median
    switching cost of intermediate buyers'."""
    first, *rest = path.split(".")
    if first in SINGLE:
        return attribute(rest)
    if first == "buyers":
        return f"{attribute(rest[1:])} of {name_of_type(rest[0])} buyers"
    if first == "levels":
        return f"{attribute(rest[1:])} at level {spoken(rest[0])}"
    if first == "six_markets":
        return f"{attribute(rest[1:])} in the {spoken(rest[0])} market"
    if first in ("sellers", "partners", "listening"):
        return f"{attribute(rest[1:])} of {spoken(rest[0])}"
    if first == "strategies" and len(rest) > 2 and rest[1] != "events":
        return f"{attribute(rest[2:])} of {spoken(rest[1])} under {spoken(rest[0])}"
    return path


def attribute(parts: list[str]) -> str:
    """A field, and what stands deeper within it, as one says it."""
    field, *below = parts
    if below and below[0] in ("normal", "lognormal", "gamma", "beta", "uniform"):
        return f"{spoken(below[-1])} {spoken(field)}"
    return " ".join(map(spoken, parts))
