"""What would have to change for the answer to be another: one lever at a time, the value at which the sign of the gap turns."""
import copy
import math
from dataclasses import dataclass

import numpy as np

from sim.experiments.levers import Booked, Played, booked_levers, copied_by_rivals, levers_beyond, played_levers
from sim.wording import amount

STEPS = 60                       # halvings of a range on the books, which cost nothing
LEAST = 1e-6                     # of the gap that must lie on the other side at the end of a range: less is rounding
RUNS = 2                         # paired runs of a played market
TRIALS = 16                      # markets that may be played for the levers of every market, each RUNS times under two strategies
MORE_TRIALS = 3                  # for each lever that lies beyond the dyad
BUYER_PERIODS = 4_000_000        # that may be played in a second: fixed, so that the same market is played on any machine
SMALLEST, LARGEST = 300, 1_500   # buyers of a played market


@dataclass(frozen=True)
class Change:
    """A lever, where it stands, and where the sign of the gap turns: about `then` (nan where a whole policy changes at once).

    played: whether markets were played for it (then it is an estimate) or the books gave it exactly."""
    lever: str
    unit: str
    now: float
    then: float
    played: bool
    sentence: str

    @property
    def distance(self) -> float:
        """How far the lever must move, as a share of where it stands: the smaller, the more the answer hangs on it."""
        if math.isnan(self.then):
            return math.inf
        return abs(self.then - self.now) / abs(self.now) if self.now else math.inf


def flip(scenario, strategy: str | None = None, baseline: str | None = None, seconds: float = 2.0, comparison=None) -> list[Change]:
    """The single changes that would turn the verdict on a strategy against the baseline, nearest first. Empty where no single lever does,
    and where the comparison is undecided: there is no answer to turn.

    comparison: one that has been made already, whose runs are used (else a small one is played); seconds: roughly how long playing may
    take; it sets the size of the market that is played, without a clock, so that numbers are the same on any machine. Played markets are
    small, of the same luck with the lever where it stands and elsewhere: only the difference between the two is taken from them."""
    baseline = baseline or scenario.baseline
    strategy = strategy or next(name for name in scenario.strategies if name != baseline)
    trial = Trial(scenario, strategy, baseline, seconds)
    undecided = comparison is not None and comparison.gain.set_index("strategy").verdict[strategy] == "undecided"
    comparison = comparison or trial.comparison(lambda values: None)
    gap = float(comparison.gaps[strategy].sum(1).mean())
    if undecided or gap == 0:
        return []
    found = [booked(lever, gap) for lever in booked_levers(comparison, strategy)]
    found += played(trial, comparison.focal, gap) if trial.playable else []
    return sorted((change for change in found if change), key=lambda change: change.distance)


def booked(lever: Booked, gap: float) -> Change | None:
    """Where a lever on the books turns the sign of the gap: on the side where the turn is nearest."""
    turns = [halved(lever, end, gap) for end in (lever.low, lever.high) if -lever.gap(end) / gap > LEAST]
    return change(lever, min(turns, key=lambda x: abs(x - lever.now)), False) if turns else None


def halved(lever: Booked, end: float, gap: float) -> float:
    """Where the sign turns between where the lever stands and an end beyond the turn, by halving the range; the side of the end."""
    inside, outside = lever.now, end
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if np.sign(lever.gap(middle)) == np.sign(gap) else (inside, middle)
    return float(int(outside)) if lever.whole else outside


class Trial:
    """A small market of the same make, played again with something changed.

    A market on an edge list is of the buyers on it, and cannot be made smaller: a large one is not `playable` in the time."""

    def __init__(self, scenario, strategy: str, baseline: str, seconds: float):
        from sim.offers import burn_in

        self.scenario, self.strategy, self.baseline = scenario, strategy, baseline
        self.left = TRIALS + MORE_TRIALS * len(levers_beyond(scenario, scenario.focal))
        steps = self.left * RUNS * 2 * (burn_in(scenario) + scenario.market.periods)
        size = min(max(int(seconds * BUYER_PERIODS / steps), SMALLEST), LARGEST, scenario.market.buyers)
        self.values = self._values(size)
        self.playable = scenario.word_of_mouth.network != "file" or scenario.market.buyers <= LARGEST

    def _values(self, buyers: int) -> dict:
        """The market in plain form; in its own size where some type has too few buyers to shrink."""
        from sim.rebuild import plain_form, resized

        shares = [buyer.share for buyer in self.scenario.buyers.values() if buyer.share > 0]
        values = plain_form(self.scenario)
        return resized(values, buyers) if buyers * min(shares) >= 1 else values

    def comparison(self, change):
        """The two strategies compared in the small market, with the change made; one thread, the scenario's seed."""
        from sim.experiments.compare import compare
        from sim.rebuild import rebuilt

        self.left -= 1
        values = copy.deepcopy(self.values)
        change(values)
        return compare(rebuilt(values), [self.baseline, self.strategy], runs=RUNS, baseline=self.baseline, threads=1)

    def gap(self, change) -> float:
        """The mean gap per buyer with the change made."""
        return float(self.comparison(change).gaps[self.strategy].sum(1).mean())


def played(trial: Trial, focal: str, gap: float) -> list[Change | None]:
    """The levers on behaviour. The gap at x is the gap at hand plus what moving the lever does to it in the small market."""
    here = trial.gap(lambda values: None)
    found = []
    for lever in played_levers(trial.scenario, trial.strategy, focal):
        for end in (lever.low, lever.high):
            value = gap + trial.gap(lambda values, end=end, lever=lever: lever.change(values, end)) - here
            if np.sign(value) == -np.sign(gap):
                found.append(turn(trial, lever, (end, value), gap, here))
                break
    return [*found, copied(trial, focal, gap, here)]


def turn(trial: Trial, lever: Played, end: tuple[float, float], gap: float, here: float) -> Change:
    """Between where the lever stands and an end at which the sign has turned: one more market where the straight line crosses nought, then
    the parabola through all three."""
    start = (lever.now, gap)
    guess = start[0] + (end[0] - start[0]) * gap / (gap - end[1])
    middle = (guess, gap + trial.gap(lambda values: lever.change(values, guess)) - here)
    return change(lever, crossing(start, middle, end), True)


def crossing(start: tuple[float, float], middle: tuple[float, float], end: tuple[float, float]) -> float:
    """Where the parabola through three points (x, y) crosses nought, the first and the last lying on either side of it."""
    turns = np.roots(np.polyfit(*zip(start, middle, end, strict=True), 2))
    low, high = sorted((start[0], end[0]))
    within = [float(x.real) for x in turns if abs(x.imag) < 1e-9 and low <= x.real <= high]
    return min(within, key=lambda x: abs(x - middle[0])) if within else middle[0]


def copied(trial: Trial, focal: str, gap: float, here: float) -> Change | None:
    """Whether rivals who did the same would turn the answer."""
    if len(trial.scenario.sellers) < 2:
        return None
    moved = gap + trial.gap(lambda values: copied_by_rivals(values, trial.scenario, trial.strategy, focal)) - here
    words = "If every rival served its accounts in the same way, the answer would flip."
    return Change("the rivals' levels", "", math.nan, math.nan, True, words) if np.sign(moved) == -np.sign(gap) else None


def change(lever, then: float, was_played: bool) -> Change:
    """The change in words."""
    verb, about = "rose" if then > lever.now else "fell", "about " if was_played else ""
    start = "" if lever.unit.startswith("times") else f"from {shown(lever.now)} "
    words = f"If {lever.name} {verb} {start}to {about}{shown(then)} {lever.unit}, the answer would flip."
    return Change(lever.name, lever.unit, lever.now, then, was_played, words)


def shown(value: float) -> str:
    """A lever's value in three significant figures; whole numbers as they are."""
    if value == round(value):
        return f"{value:,.0f}"
    return amount(value) if abs(value) >= 1 else f"{value:.3g}"
