"""What is aimed at: moments that every manager knows, as they are typed, such as retention=82%, market_share=0.2±0.02, purchases=2."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from sim.experiments.calibrate.columns import UnfitData
from sim.scenario.suggest import among

EXAMPLE = "retention=0.82, retention=82%, retention=0.82±0.02 or retention=0.80..0.84"
NORMAL = 1.96  # a tolerance is read as half of a 95% interval
NUMBER = re.compile(r"([+-]?\d*\.?\d+(?:[eE][+-]?\d+)?)\s*(%?)")


@dataclass(frozen=True)
class Moment:
    """A moment: what it is, what it may be (ends excluded), whether it is a share, and the parameter that is searched for its sake."""

    what: str
    least: float
    most: float
    share: bool
    parameter: str


MOMENTS = {
    "retention": Moment("accounts kept in a year", 0, 1, True, "switching_cost"),
    "market_share": Moment("our share of the units bought", 0, 1, True, "advantage"),
    "share_of_wallet": Moment("our share of what our accounts buy", 0, 1, True, "many_suppliers"),
    "purchases": Moment("purchases of a buyer in a year", 0, math.inf, False, "purchase_cycle"),
    "cost_to_serve": Moment("cost to serve an account and period", 0, math.inf, False, "cost_per_account"),
    "satisfaction": Moment("what accounts believe a unit to be worth", -1e6, 1e6, False, "quality"),
}


@dataclass(frozen=True)
class Target:
    """A moment's value, and how far from it is still right: half of a 95% interval."""

    moment: str
    value: float
    tolerance: float
    text: str

    @property
    def about(self) -> Moment:
        return MOMENTS[self.moment]


def targets(texts: Sequence[str], most_purchases: float) -> list[Target]:
    """Targets as typed, MOMENT=VALUE, MOMENT=VALUE±TOLERANCE or MOMENT=LOW..HIGH; shares also as percentages. A tolerance that is not
    typed is the rounding of the number: 0.82 is anything from 0.815 to 0.825; a whole number is exact.

    most_purchases: periods of a year, as a buyer buys once a period at most. Raises UnfitData with all that is wrong."""
    found, complaints = {}, []
    for text in texts:
        try:
            target = _target(text)
            _within(target, most_purchases)
            if target.moment in found:
                raise UnfitData(f"{target.moment} stands twice; give it one target")
            found[target.moment] = target
        except UnfitData as error:
            complaints.append(str(error))
    if not texts:
        complaints.append(f"there is no target; give at least one, such as {EXAMPLE} ({', '.join(MOMENTS)})")
    if complaints:
        raise UnfitData("\n".join(complaints))
    return list(found.values())


def _target(text: str) -> Target:
    """One target."""
    name, equals, rest = (part.strip() for part in text.partition("="))
    if not equals or not rest:
        raise UnfitData(f"{text!r} is no target; write MOMENT=VALUE, such as {EXAMPLE}")
    if name not in MOMENTS:
        raise UnfitData(f"{name!r} is no moment that can be aimed at; {among(name, MOMENTS)}")
    low, dots, high = rest.partition("..")
    if dots:
        ends = [_number(one, text)[0] for one in (low, high)]
        if ends[0] > ends[1]:
            raise UnfitData(f"{text!r}: {low.strip()} is above {high.strip()}; write the lower end first")
        return Target(name, sum(ends) / 2, (ends[1] - ends[0]) / 2, rest)
    middle, sign, spread = re.sub(r"\+/?-", "±", rest).partition("±")
    value, rounding = _number(middle, text)
    return Target(name, value, _number(spread, text)[0] if sign else rounding, rest)


def _number(word: str, text: str) -> tuple[float, float]:
    """A number as typed, and half a unit of its last decimal; nought for a whole number."""
    match = NUMBER.fullmatch(word.strip())
    if match is None or not math.isfinite(float(match[1])):
        raise UnfitData(f"{text!r}: {word.strip()!r} is no number; write MOMENT=VALUE, such as {EXAMPLE}")
    scale = 0.01 if match[2] else 1.0
    decimals = len(match[1].partition(".")[2]) if "e" not in match[1].lower() else 0
    rounding = 0.5 * 10.0**-decimals if decimals or match[2] else 0.0
    return float(match[1]) * scale, rounding * scale


def _within(target: Target, most_purchases: float) -> None:
    """UnfitData for what no market can show."""
    least, most = target.about.least, target.about.most
    if target.moment == "purchases" and not 0 < target.value <= most_purchases:
        raise UnfitData(
            f"purchases={target.text}: a buyer buys more than 0 times a year and at most once a period, {most_purchases:g} times here"
        )
    if target.moment != "purchases" and not least < target.value < most:
        limits = f"lies between {least:g} and {most:g}" if math.isfinite(most) else f"is above {least:g}"
        hint = f"; did you mean {target.value:g}%?" if target.about.share and 1 < target.value < 100 else ""
        raise UnfitData(f"{target.moment}={target.text}: {target.about.what} {limits}{hint}")
