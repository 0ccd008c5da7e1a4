"""Markets whose households choose among brands at prices that move, exported as panels: what a calibration should find is known."""

import numpy as np
import pandas as pd

from sim.experiments.calibrate.choices import Choices
from sim.experiments.calibrate.playing import scenario_of
from sim.experiments.calibrate.repertoires import play

NOISE, TASTE, PERIODS, PRICE = 10.0, 20.0, 60, 100.0
PLAIN = (
    "contract: 0, lots: 1, return_cost: 0, time_horizon: 1, price_sensitivity: {sensitivity}, volume: 1, taste_spread: {taste}, "
    "switching_cost: {cost}, purchase_rate: {rate}"
)


def market(
    cost=0.0,
    taste=TASTE,
    shapes=None,
    held=None,
    sensitivity="1",
    buyers=400,
    rate="0.4",
    seed=42,
    moves=True,
    qualities=(100, 103, 97, 110),
):
    """Four sellers at about 100, choice noise 10, tastes normal with spread 20 (or Dirichlet with `shapes`), switching cost `cost`; held:
    (share,
    switching cost) of a second type. Prices move by 15% every third week."""
    rng = np.random.default_rng(7)
    names = [f"s{i}" for i in range(len(qualities))]
    events = [(t, name, PRICE * (1 + 0.15 * rng.normal())) for t in range(1, PERIODS + 1, 3) for name in names] if moves else []
    kind = PLAIN.format(sensitivity=sensitivity, taste=taste, cost=cost, rate=rate)
    share, other = held or (0, 0)

    def shape(seller: int) -> str:
        return f", taste_shape: {shapes[seller]}" if shapes else ""

    text = (
        f"""schema: 1
name: Recovery
market: {{period: week, periods: {PERIODS}, burn_in: 30, buyers: {buyers}, turnover: 0, start: running}}
product: {{purchase_cycle: 3, problem_rate: 0, severity: 0, delight: 0, delivery_spread: 0, reserve: -100000}}
behaviour: {{choice_noise: {NOISE}, learning: 0, bond_value: 0, tie_value: 0, promise_bond: 0, reputation_speed: 0}}
buyers:
  lost_for_good: {{share: {share}, {PLAIN.format(sensitivity=sensitivity, taste=taste, cost=other, rate=rate)}}}
  intermediate: {{share: 0}}
  always_a_share: {{share: {1 - share}, {kind}}}
sellers:
"""
        + "".join(
            f"  {name}: "
            f"{{price: {PRICE}, unit_cost: 50, quality: {qualities[i]}, reputation: 1{shape(i)}}}\n"
            for i, name in enumerate(names)
        )
        + """strategies:
  as_is:
    events:
"""
        + "".join(f"      - {{at: {t}, until: {t + 3}, note: price, {name}: {{price: {price:.3f}}}}}\n" for t, name, price in events)
        + f"""
  other: {{s0: {{price: 99}}}}
baseline: as_is
focal: s0
runs: 2
seed: {seed}
"""
    )
    return scenario_of(text if moves else text.replace("  as_is:\n    events:\n", "  as_is: {}\n"))


def prices(scenario) -> np.ndarray:
    """What the sellers ask, period by period: [period, seller]."""
    names = list(scenario.sellers)
    table = np.full((scenario.market.periods, len(names)), PRICE)
    for event in scenario.strategies["as_is"].events:
        for name, change in event.changes.items():
            table[event.at - 1 : event.until - 1, names.index(name)] = change.price
    return table


def choices(scenario) -> Choices:
    """The purchases of every household of a run."""
    bought = play(scenario, 1, threads=1)[0]
    start = np.searchsorted(bought.buyer, np.arange(bought.buyers + 1))
    return Choices(
        start,
        bought.brand,
        prices(scenario)[bought.period],
        np.empty((len(bought.brand), len(scenario.sellers), 0)),
        tuple(scenario.sellers),
    )


def panel(scenario) -> pd.DataFrame:
    """The same as a table that people would have."""
    bought, names = play(scenario, 1, threads=1)[0], list(scenario.sellers)
    frame = pd.DataFrame({"household": bought.buyer + 1, "day": bought.period * 7 + 3, "brand": np.array(names)[bought.brand]})
    asked = prices(scenario)[bought.period]
    return frame.assign(**{f"price.{name}": asked[:, i] for i, name in enumerate(names)})
