"""A market as the page describes it before anything is played: strategies, levers, what is changed, and how to say the same elsewhere."""

import shlex
from functools import lru_cache
from types import SimpleNamespace

from sim.report.charts import CHARTS, chart, paints
from sim.scenario import load, shipped
from sim.web.asked import Asked, made_out
from sim.web.levers import levers
from sim.web.state import State
from sim.web.upload import as_file
from sim.wording import name_of_type, spoken


@lru_cache(1)
def markets() -> list[dict]:
    """The shipped markets, as presets."""
    found = [(name, load(name)) for name in shipped()]
    found.sort(key=lambda pair: pair[0] != "default")
    return [{"name": name, "title": market.name, "teaches": market.teaches} for name, market in found]


def made_ready() -> None:
    """Everything that the shipped markets' pages share with all later ones, so that nobody waits for it."""
    for one in markets():
        described(made_out(State(one["name"]).query()))


def described(asked: Asked) -> dict:
    """Everything that the page shows of a market beside its answer."""
    scenario, base = asked.scenario, asked.unchanged
    usual = levers(base)
    shape = SimpleNamespace(scenario=scenario, baseline=scenario.baseline, others=list(asked.strategies[1:]))
    paint = paints(shape)
    return {
        "title": scenario.name,
        "teaches": scenario.teaches,
        "name": "your market" if asked.state.own else asked.state.market,
        "own": bool(asked.state.own),
        "currency": scenario.market.currency,
        "period": scenario.market.period,
        "periods": scenario.market.periods,
        "buyers": scenario.market.buyers,
        "runs": scenario.runs,
        "seed": scenario.seed,
        "focal": spoken(scenario.focal),
        "baseline": scenario.baseline,
        "state": asked.state.query(),
        "strategies": [strategy(scenario, name, paint) for name in asked.strategies],
        "all_strategies": [strategy(scenario, name, paint) for name in scenario.strategies],
        "buyer_types": [{"name": name, "spoken": name_of_type(name)} for name in scenario.buyers],
        "levers": [lever.plain(usual.get(name)) for name, lever in levers(scenario).items()],
        "changes": changes(asked),
        "command": command(asked),
        "yaml": as_file(asked),
        "figures": charts_of(shape),
    }


def strategy(scenario, name: str, paint: dict[str, str]) -> dict:
    """A strategy by name, as people say it, and its colour where it is compared."""
    return {"name": name, "spoken": spoken(name), "colour": paint.get(name), "baseline": name == scenario.baseline}


def changes(asked: Asked) -> list[dict]:
    """What differs from the unchanged market: path, here, there."""
    from sim.scenario.words import difference

    if not asked.sets:
        return []
    return [{"path": path, "here": here, "there": there} for path, there, here in difference(asked.unchanged, asked.scenario)]


def command(asked: Asked) -> str:
    """The line that asks the same at a terminal."""
    words = ["tenure", "compare", "your_market.yaml" if asked.state.own else asked.state.market]
    words += [word for text in asked.sets for word in ("--set", text)]
    words += ["--strategies", ",".join(asked.strategies)] if asked.state.strategies else []
    return shlex.join(words)


def charts_of(shape) -> dict[str, dict]:
    """The charts of studies of this shape, without data."""
    market = shape.scenario.market
    key = (tuple(shape.others), shape.baseline, tuple(shape.scenario.buyers), market.period, market.periods, market.currency)
    if key not in _CHARTS:
        while len(_CHARTS) > 200:
            _CHARTS.pop(next(iter(_CHARTS)))
        names = [name for name in CHARTS if shape.others or name not in ("gap", "why")]
        _CHARTS[key] = {name: chart(name, shape).to_dict(validate=False) for name in names}
    return _CHARTS[key]


_CHARTS: dict[tuple, dict[str, dict]] = {}
