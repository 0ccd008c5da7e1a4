"""The five relationship levels as strategies: the focal seller serves every account at one level, all else as it stands."""
from dataclasses import replace

from sim.scenario.levels import LEVELS
from sim.scenario.load import resolve

__all__ = ["LEVELS", "level_by_level", "with_strategies"]


def level_by_level(scenario):
    """The scenario with a strategy for each of Kotler's levels, named after it, instead of its own; basic is the baseline, and what a
    running market was before the record.

    Whatever the scenario's strategies change of the sellers is left out: each level stands on the sellers as they are stated."""
    return with_strategies(scenario, {level: {scenario.focal: {"level": level}} for level in LEVELS})


def with_strategies(scenario, strategies: dict[str, dict]):
    """The scenario with these strategies (name -> seller -> what changes) instead of its own; the first is the baseline, and with it
    the past of a running market: do not vary it from point to point."""
    own = {name: value for name, value in scenario.stated.values.items() if name not in ("strategies", "baseline", "sweep")}
    market = replace(scenario.stated, values=own)
    return resolve(market, scenario.path, values={"strategies": strategies, "baseline": next(iter(strategies))})
