"""Many draws at a time from a scenario's distributions, with NumPy's generator."""
import numpy as np

from sim.core.terms import ATTRIBUTES
from sim.scenario.schema import BuyerType, facts


def drawn(distribution, rng: np.random.Generator, count: int, least=None, most=None) -> np.ndarray:
    """Draws from one of a scenario's distributions, within bounds: float64 [count]."""
    form, numbers = distribution.form, distribution.numbers
    values = {
        "constant": lambda: np.full(count, float(numbers[0])),
        "lognormal": lambda: rng.lognormal(np.log(numbers[0]), numbers[1], count),
        "beta": lambda: rng.beta(*numbers, count),
        "normal": lambda: rng.normal(*numbers, count),
        "uniform": lambda: rng.uniform(*numbers, count),
        "gamma": lambda: rng.gamma(numbers[1], numbers[0] / numbers[1], count),
    }[form]()
    return np.clip(values, least, most) if least is not None or most is not None else values


def attributes(buyer_type, rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """The attributes of fresh buyers of a type; the volume is per lot."""
    fresh = {name: drawn(getattr(buyer_type, name), rng, count, facts(BuyerType, name).least, facts(BuyerType, name).most)
             for name in ATTRIBUTES if name != "contract"}
    return fresh | {"volume": fresh["volume"] / buyer_type.lots}


def contracts(types, kinds: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The periods for which each buyer of a type is bound from now on, whole."""
    periods = np.zeros(len(kinds), int)
    for kind, buyer_type in enumerate(types):
        mine = np.flatnonzero(kinds == kind)
        periods[mine] = np.rint(drawn(buyer_type.contract, rng, len(mine), 0))
    return periods
