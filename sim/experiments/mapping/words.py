"""A map in a sentence or two, for a board."""
import math
from itertools import pairwise

import numpy as np

from sim.wording import amount, between, capital, counted, listed, spoken

NONE = 0.005           # of the map's area: less is not worth a word


def sentence(found) -> str:
    """Where which strategy pays, where the border lies for the scenario's own values, and where nobody can tell."""
    if found.surface is None:
        return f"Too few points of the map could be played to say anything: {counted(len(found.failures), 'point')} failed."
    regions = found.regions[found.regions.share > 0]
    parts = [everywhere(found, regions.iloc[0]) if len(regions) == 1 else main_line(found)]
    if len(regions) > 1:
        parts.append(sizes(found, regions))
    elif found.undecided >= NONE:
        parts.append(f"On {share(found.undecided)} of the map the runs cannot tell.")
    if found.ran_out:
        parts.append("Points ran out before the border was known as well as it might be (--points).")
    return " ".join(parts)


def finding(found) -> str:
    """The same, short enough for a title."""
    if found.surface is None or (found.regions.share > 0).sum() < 2:
        return sentence(found).split(": ")[0].rstrip(".")
    axis, borders = own_line(found)
    return f"{held(found, 1 - axis)}, {chain(found, axis, borders)}" if borders else main_line(found).rstrip(".")


def everywhere(found, region) -> str:
    """One region: who wins, and by how much at least."""
    currency, name = found.scenario.market.currency, capital(spoken(region.strategy))
    across = " and ".join(f"a {axis.name} of {spread(axis)}" for axis in found.axes)
    if region.least_lead_low > 0:
        row = found.points.loc[found.points.lead.idxmin()]
        return (f"{name} pays on the whole map, for {across}: at every point played it earns at least {amount(region.least_lead)} "
                f"{currency} more per buyer than {spoken(row.next)} (95% interval {between(row.lead_low, row.lead_high)} where it is "
                "least).")
    return (f"{name} earns most on the whole map, for {across}, by {amount(region.least_lead)} to {amount(region.greatest_lead)} "
            f"{currency} per buyer, though not everywhere for sure.")


def main_line(found) -> str:
    """The regions along the line through where the scenario stands."""
    axis, borders = own_line(found)
    if borders:
        return f"{held(found, 1 - axis)}, {chain(found, axis, borders)}.{moving(found, axis, borders)}"
    own = found.strategies[int(found.surface.best_at(np.array([found.standing]))[0][0])]
    return f"Where the scenario stands, {spoken(own)} earns most, whichever of the two alone is changed; elsewhere on the map it does not."


def own_line(found) -> tuple[int, list[dict]]:
    """The line through where the scenario stands, and its borders: along x, or along y where only there are borders, or none whose band
    goes on beyond the map."""
    lines = [(axis, found.crossings(axis, found.standing[1 - axis])) for axis in (0, 1)]
    return max(lines, key=lambda line: (bool(line[1]), not any(math.isnan(one["low"] + one["high"]) for one in line[1]), -line[0]))


def held(found, axis: int) -> str:
    """At the scenario's own complexity of 1."""
    one = found.axes[axis]
    if one.here is None:
        return f"At a {one.name} of {number(one.value(0.5))}"
    return f"At the scenario's own {one.name} of {number(one.here)}"


def chain(found, axis: int, borders: list[dict]) -> str:
    """Who is best from border to border."""
    name = found.axes[axis].name
    words = [f"{spoken(borders[0]['before'])} earns most up to a {name} of {place(borders[0])}"]
    for one, other in pairwise(borders):
        words.append(f"{spoken(one['after'])} from there to {place(other)}")
    return ", ".join(words) + f", {spoken(borders[-1]['after'])} beyond"


def moving(found, axis: int, borders: list[dict]) -> str:
    """How a single border moves over the other axis, where it is there at both ends."""
    ends = [found.crossings(axis, at) for at in (0.0, 1.0)]
    if len(borders) != 1 or any(len(end) != 1 or (end[0]["before"], end[0]["after"]) != (borders[0]["before"], borders[0]["after"])
                                for end in ends):
        return ""
    low, high = (end[0]["position"] for end in ends)
    other = found.axes[1 - axis]
    return (f" The border moves from {figures(low)} at a {other.name} of {number(other.varied.low)} to {figures(high)} at "
            f"{number(other.varied.high)}.")


def sizes(found, regions) -> str:
    """How much of the map is whose, and where nobody can tell."""
    words = [f"{spoken(row.strategy)} on {share(row.share)}" for row in regions.itertuples()]
    unsure = f"; on {share(found.undecided)} the runs cannot tell for sure" if found.undecided >= NONE else ""
    return f"Of the whole map, {listed(words)}{unsure}."


def place(border: dict) -> str:
    """A position with its band."""
    low, high = border["low"], border["high"]
    value, (low_said, high_said) = figures(border["position"]), (figures(end) for end in (low, high))
    if math.isnan(low) and math.isnan(high):
        return f"{value} (anywhere on the map, for all that the runs can tell)"
    if math.isnan(low):
        return f"{value} (at most {high_said})"
    return f"{value} (at least {low_said})" if math.isnan(high) else f"{value} ({low_said} to {high_said})"


def spread(axis) -> str:
    return f"{number(axis.varied.low)} to {number(axis.varied.high)}"


def number(value: float) -> str:
    """A value as it stands, four significant figures at most, whole thousands in groups."""
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return text.replace("-", "−")


def figures(value: float) -> str:
    """An estimate: three figures, whatever they are."""
    return number(value) if abs(value) >= 1000 else f"{value:#.3g}".rstrip(".").replace("-", "−")


def share(part: float) -> str:
    """A share of the map as a percentage."""
    return "<1%" if 0 < part < 0.01 else ">99%" if 0.99 < part < 1 else f"{100 * part:.0f}%"
