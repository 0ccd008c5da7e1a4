"""What an analyst makes of a log: estimators of who is still a customer and how much each will buy, from frequency, recency and age alone.

Each takes `Histories` (one row a customer, times in periods) and a horizon, and gives a `Forecast`: the probability that each customer is
still active, and the purchases expected of it in each period of the horizon."""
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.experiments import staying
from sim.experiments.buying import BetaBernoulli, BetaGeometric, Pareto, fit
from sim.experiments.likelihood import NoFit

KNOTS = 24          # periods ahead at which expectations are worked out; between them they are as smooth as a line
# Usual pauses of silence after which an analyst without a model takes a customer for lost: by chance one in twenty is as long as three.
SILENT = 3


@dataclass(frozen=True)
class Histories:
    """frequency: periods with a repeat purchase; recency: from the first purchase to the last; age: from the first to now."""

    frequency: np.ndarray
    recency: np.ndarray
    age: np.ndarray

    @property
    def cycle(self) -> float:
        """The mean time between two purchases, periods; at least one."""
        return max(float(self.recency.sum() / max(self.frequency.sum(), 1)), 1.0)


@dataclass(frozen=True)
class Forecast:
    """active: probability of being still a customer [n]; ahead: purchases expected in each period of the horizon [n, horizon]; parameters:
    what was estimated."""

    active: np.ndarray
    ahead: np.ndarray
    parameters: dict[str, float]


def by_model(model: type, histories: Histories, horizon: int) -> Forecast:
    """A buy-till-you-die model: fitted to all customers, then each judged by its own history. Customers alike are judged once."""
    rows, which = np.unique(np.column_stack([histories.frequency, histories.recency, histories.age]), axis=0, return_inverse=True)
    found = fit(model, dict(zip(("frequency", "recency", "age"), rows.T, strict=True)), np.bincount(which.reshape(-1)))
    knots = np.unique(np.rint(np.geomspace(1, horizon, KNOTS)))
    so_far = np.stack([found.model.purchases_to_come(time, *rows.T) for time in knots], axis=1)
    periods, curve = np.arange(1, horizon + 1), np.concatenate([np.zeros((len(rows), 1)), so_far], axis=1)
    cumulative = np.stack([np.interp(periods, np.concatenate([[0], knots]), line) for line in curve])
    ahead = np.diff(cumulative, axis=1, prepend=0.0)
    return Forecast(found.model.active(*rows.T)[which.reshape(-1)], ahead[which.reshape(-1)], found.parameters)


def beta_geometric(histories: Histories, horizon: int) -> Forecast:
    """BG/NBD (Fader, Hardie & Lee 2005)."""
    return by_model(BetaGeometric, histories, horizon)


def pareto(histories: Histories, horizon: int) -> Forecast:
    """Pareto/NBD (Schmittlein, Morrison & Colombo 1987)."""
    return by_model(Pareto, histories, horizon)


def beta_bernoulli(histories: Histories, horizon: int) -> Forecast:
    """BG/BB (Fader, Hardie & Shang 2010): as BG/NBD, but in whole periods with at most one purchase each, as the simulation's logs are."""
    return by_model(BetaBernoulli, histories, horizon)


def shifted_beta_geometric(histories: Histories, horizon: int) -> Forecast:
    """sBG (Fader & Hardie 2007), made for contracts and used on a log as it often is: purchase cycles count as contract periods, and who
    has been silent for more than SILENT usual pauses (a cycle less the period of the purchase; none where everybody buys in every period)
    as lost after its last purchase. Who is not lost buys once a cycle as long as it stays."""
    cycle = histories.cycle
    lost = histories.age - histories.recency > SILENT * (cycle - 1)
    completed = np.floor(np.where(lost, histories.recency, histories.age) / cycle).astype(int)
    length = int(completed.max()) + 1
    leavers = np.bincount(completed[lost], minlength=length)                      # lost in the cycle after those completed
    stayers = np.bincount(completed[~lost & (completed > 0)] - 1, minlength=length)[:length]
    found = staying.fit(leavers, stayers)
    cycles = int(np.ceil(horizon / cycle)) + 1
    whole = np.arange(cycles + 1)
    curve = found.model.survival(completed[:, None] + whole) / found.model.survival(completed)[:, None]
    here = np.minimum(np.arange(1, horizon + 1) / cycle, cycles)
    survives = np.stack([np.interp(here, whole, line) for line in curve])
    return Forecast((~lost).astype(float), np.where(lost[:, None], 0.0, survives / cycle), found.parameters)


def repeat_rate(histories: Histories, horizon: int) -> Forecast:
    """A repeat-buying rate put into r^t, which Fader & Hardie (2012) forbid: r = the share of all purchase cycles since the first purchase
    in which customers bought; everybody is expected to buy once a cycle until lost at the rate 1 − r."""
    cycle = histories.cycle
    cycles = histories.age.sum() / cycle
    rate = float(min(histories.frequency.sum() / cycles, 1.0)) if cycles else 0.0
    ahead = rate ** (np.arange(1, horizon + 1) / cycle) / cycle
    n = len(histories.age)
    return Forecast(np.ones(n), np.tile(ahead, (n, 1)), {"r": rate})


def goes_on(histories: Histories, horizon: int) -> Forecast:
    """Everybody goes on buying as often as so far, for ever: frequency ÷ age, period after period."""
    rate = np.divide(histories.frequency, histories.age, out=np.zeros(len(histories.age)), where=histories.age > 0)
    return Forecast(np.ones(len(rate)), np.tile(rate[:, None], (1, horizon)), {})


ESTIMATORS: dict[str, Callable[[Histories, int], Forecast]] = {
    "BG/NBD": beta_geometric, "Pareto/NBD": pareto, "BG/BB": beta_bernoulli, "sBG": shifted_beta_geometric,
    "repeat rate as retention": repeat_rate, "rate goes on": goes_on}


def forecast(name: str, histories: Histories, horizon: int) -> Forecast | None:
    """One estimator's forecast; None where it cannot be fitted to these histories."""
    try:
        with np.errstate(all="ignore"):
            return ESTIMATORS[name](histories, horizon)
    except NoFit:
        return None
