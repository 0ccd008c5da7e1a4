"""A tiny market and sweeps of it, for tests."""
from sim.scenario import load

TINY = ("market.buyers=150", "market.periods=10", "market.burn_in=3", "runs=4", "seed=11")
GRID = ("sweep={design: grid, levers: {sellers.ours.price: {values: [95, 100, 105]}},"
        " uncertainties: {product.problem_rate: {range: [0.1, 0.4], steps: 2}}}")
# One point in three cannot be: the shares of buyer types come to more than one.
FAILING = ("buyers.intermediate.share=0.5",
           "sweep={levers: {sellers.ours.price: {values: [95, 100]}},"
           " uncertainties: {buyers.lost_for_good.share: {values: [0.1, 0.3, 0.7]}}}")


def tiny(*sets: str):
    """The default scenario as a tiny market, with a sweep of six points."""
    return load("default", [*TINY, GRID, *sets])


def failing(*sets: str):
    """A sweep of six points of which two fail."""
    return load("default", [*TINY, *FAILING, *sets])
