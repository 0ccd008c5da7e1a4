"""The ladder of relationship levels, and the four ways a seller says which account gets which level.

- a level name: every account alike (`uniform`);
- a mapping of buyer type to level (`by_type`);
- `{by_value: {basic: 0, partnership: 3000}}`: level -> account margin per year from which it applies (`by_value`);
- `segments_of_one`, or `{segments_of_one: [levels it may pick]}`: the level worth most for the account.
"""

import math
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import PlainValidator
from pydantic_core import PydanticCustomError

from sim.scenario.suggest import among, described, number

LevelName = Literal["basic", "reactive", "accountable", "proactive", "partnership"]
LEVELS: tuple[str, ...] = ("basic", "reactive", "accountable", "proactive", "partnership")
TARGETINGS = ("uniform", "by_type", "by_value", "segments_of_one")


@dataclass(frozen=True)
class LevelPlan:
    """Which account gets which level.

    `targeting` is one of `TARGETINGS`; `levels` are the levels in play, from the lowest rung up; `table` is
    type -> level for `by_type`, level -> least account margin per year for `by_value`, and empty for the other two.
    """

    targeting: str
    levels: tuple[str, ...]
    table: dict[str, Any] = field(default_factory=dict)

    def plain(self) -> Any:
        """The plan as it is written in a scenario file."""
        if self.targeting == "uniform":
            return self.levels[0]
        if self.targeting == "segments_of_one":
            return {"segments_of_one": list(self.levels)}
        return dict(self.table) if self.targeting == "by_type" else {"by_value": dict(self.table)}


def read_plan(value: Any) -> LevelPlan:
    """The plan that a seller's `level` stands for; PydanticCustomError says what is wrong."""
    if isinstance(value, LevelPlan):
        return value
    if isinstance(value, str):
        if value == "segments_of_one":
            return LevelPlan("segments_of_one", LEVELS)
        return LevelPlan("uniform", (_level(value, extra=("segments_of_one",)),))
    if not isinstance(value, dict) or not value:
        raise _wrong(
            f"{described(value)} stands where a level belongs; give one of {', '.join(LEVELS)}, "
            "a mapping of buyer type to level, by_value or segments_of_one"
        )
    for form, read in (("by_value", _by_value), ("segments_of_one", _segments_of_one)):
        if form in value:
            if len(value) > 1:
                raise _wrong(f"{form} stands beside other entries; give {form} alone, or a mapping of type to level")
            return read(value[form])
    table = {buyer_type: _level(level, buyer_type) for buyer_type, level in value.items()}
    return LevelPlan("by_type", _in_order(table.values()), table)


def _by_value(tiers: Any) -> LevelPlan:
    """Tiers of account margin: one starts at 0, and each is a higher level that starts above the one before."""
    example = "write for instance {basic: 0, partnership: 3000}"
    if not isinstance(tiers, dict) or not tiers:
        raise _wrong(f"{described(tiers)} stands where tiers (level: margin per year) belong; {example}", "by_value")
    before = below = None
    for name, start in tiers.items():
        _level(name, "by_value", name, key=True)
        if below is not None and LEVELS.index(name) < LEVELS.index(below):
            sentence = f"{name} stands after {below}, a higher level; more margin earns a higher level: let the levels rise too"
            raise _wrong(sentence, "by_value", name, key=True)
        if isinstance(start, bool) or not isinstance(start, int | float) or not math.isfinite(start):
            shown = number(start) if isinstance(start, float) else described(start)
            raise _wrong(f"{shown} stands where a finite account margin per year belongs", "by_value", name)
        if before is None and start != 0:
            raise _wrong(
                f"the first tier starts at {number(start)}; it must start at 0 (money per year)", "by_value", name
            )
        if before is not None and start <= before:
            sentence = f"{number(start)} does not exceed {number(before)}, where the tier before starts"
            raise _wrong(f"{sentence}; let the starts rise (money per year)", "by_value", name)
        before, below = start, name
    return LevelPlan("by_value", _in_order(tiers), {name: float(start) for name, start in tiers.items()})


def _segments_of_one(levels: Any) -> LevelPlan:
    """The levels that may be picked from; none stated means all five."""
    if levels is None:
        return LevelPlan("segments_of_one", LEVELS)
    if not isinstance(levels, list) or not levels:
        raise _wrong(f"{described(levels)} stands where a list of levels belongs", "segments_of_one")
    chosen = [_level(name, "segments_of_one", position) for position, name in enumerate(levels, start=1)]
    return LevelPlan("segments_of_one", _in_order(chosen))


def _in_order(names: Any) -> tuple[str, ...]:
    """The named levels, each once, from the lowest rung up."""
    named = set(names)
    return tuple(level for level in LEVELS if level in named)


def _level(name: Any, *below: Any, extra: tuple[str, ...] = (), key: bool = False) -> str:
    """`name` if it is a level, else an error that suggests one."""
    if not isinstance(name, str):
        raise _wrong(
            f"{described(name)} stands where a level belongs; choose from {', '.join(LEVELS)}", *below, key=key
        )
    if name not in LEVELS:
        raise _wrong(f"{name!r} is not a level; {among(name, (*LEVELS, *extra))}", *below, key=key)
    return name


def _wrong(sentence: str, *below: Any, key: bool = False) -> PydanticCustomError:
    """The error that carries a finished sentence and where below `level` it belongs."""
    return PydanticCustomError("sentence", "{sentence}", {"sentence": sentence, "below": below, "key": key})


LevelChoice = Annotated[LevelPlan, PlainValidator(read_plan)]
