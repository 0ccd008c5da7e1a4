"""A sketch of a market: the same market with fewer buyers, fast enough to follow a hand that moves a lever.

What a firm spends or can serve in the whole market shrinks with the market, so that an account of the sketch lives in the same world; the
sketch differs from the market by luck alone, and its intervals, over its own runs, say how much.
"""

from sim.offers import burn_in
from sim.rebuild import plain_form, rebuilt, resized
from sim.scenario import Scenario

WORK = 550_000  # buyer-periods of a sketch: about 50 ms of a core
RUNS = 4
FEWEST = 200


def buyers_of(scenario: Scenario, strategies: int) -> int:
    """How many buyers a sketch has: no more than the market; all of them where a file says who they are."""
    if scenario.word_of_mouth.file is not None:
        return scenario.market.buyers
    periods = scenario.market.periods + burn_in(scenario)
    return min(scenario.market.buyers, max(FEWEST, round(WORK / (RUNS * strategies * periods))))


def sketch(scenario: Scenario, strategies: int) -> Scenario:
    """The market with as many buyers as a sketch of so many strategies has; the market itself where it is no larger."""
    buyers = buyers_of(scenario, strategies)
    if buyers == scenario.market.buyers:
        return scenario
    return rebuilt(resized(plain_form(scenario), buyers), scenario.slug)
