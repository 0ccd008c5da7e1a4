"""What is searched: the parameter that each moment says most about, or those that --fit names; several may change one path."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.experiments.calibrate.columns import UnfitData
from sim.experiments.calibrate.moments_asked import Target
from sim.experiments.ranges import NoRange, ranges
from sim.offers import periods_per_year
from sim.scenario.distributions import Distribution
from sim.scenario.suggest import among

FIGURES = 6
FACTOR = 20.0  # a scale is searched from a twentieth to twenty times what the scenario states
WIDTH = 0.5  # worths are searched up and down by half the price
Change = tuple[str, str, float]  # path, "scale", "shift" or "set", how much


@dataclass(frozen=True)
class Parameter:
    """Something that is searched. name: as typed in --fit; low, high, start: in its unit; log: searched evenly in the logarithm; changes:
    what a value of it does to paths of the scenario."""

    name: str
    what: str
    unit: str
    low: float
    high: float
    start: float
    log: bool
    changes: Callable[[float], list[Change]]
    whole: bool = False

    def at(self, share: float) -> float:
        """The value at a share 0..1 of the way from low to high."""
        if self.log:
            return self.low * (self.high / self.low) ** share
        return self.low + (self.high - self.low) * share

    def where(self, value: float) -> float:
        """The share at which a value lies, held to 0..1."""
        value = min(max(value, self.low), self.high)
        return math.log(value / self.low) / math.log(self.high / self.low) if self.log else (value - self.low) / (self.high - self.low)


def chosen(scenario, strategy: str, targets: Sequence[Target], fit: Sequence[str]) -> list[Parameter]:
    """What is searched for these targets. fit: NAME=LOW..HIGH of the parameters here, or PATH=LOW..HIGH of any number of the scenario; they
    take the place of the usual ones, but purchases always bring theirs. Raises UnfitData with all that is wrong."""
    named = {name: make for name, make in PARAMETERS.items()}
    if not fit:
        return [_made(named[target.about.parameter], scenario, strategy, target) for target in targets]
    found, paths, complaints = [], [], []
    for text in fit:
        name = text.partition("=")[0].strip()
        if name in named:
            try:
                found.append(_between(text, _made(named[name], scenario, strategy, None)))
            except UnfitData as error:
                complaints.append(str(error))
        elif "." not in name:
            complaints.append(f"{name!r} is nothing to search; {among(name, named)} (or give the path of a number of the scenario)")
        else:
            paths.append(text)
    try:
        found += [_of_path(scenario, one) for one in ranges(scenario, paths)]
    except NoRange as error:
        complaints += error.complaints
    if len({one.name for one in found}) < len(found):
        complaints.append("a parameter stands twice in --fit; give it one range")
    if complaints:
        raise UnfitData("\n".join(complaints))
    exact = {"purchase_cycle", "product.purchase_cycle"} & {one.name for one in found}
    buys = [target for target in targets if target.moment == "purchases"]
    return found + [_made(purchase_cycle, scenario, strategy, target) for target in buys if not exact]


def stated(scenario, parameters: Sequence[Parameter], values: Sequence[float]) -> dict:
    """What the scenario is to state where the parameters have these values: path -> plain value, in six figures."""
    now = {}
    for parameter, value in zip(parameters, values, strict=True):
        for path, how, much in parameter.changes(value):
            before = now.get(path, None if how == "set" else _there(scenario, path))
            now[path] = much if how == "set" else before + much if how == "shift" else _scaled(before, much)
    return {path: _plain(value) for path, value in now.items()}


def expected_purchases(scenario) -> float:
    """Occasions of a buyer and year: Σ share · mean purchase rate · periods of a year."""
    rates = [kind.share * float(np.clip(kind.purchase_rate.mean(), 0, 1)) for kind in scenario.buyers.values()]
    return math.fsum(rates) * periods_per_year(scenario)


def switching_cost(scenario, strategy: str, target) -> Parameter:
    """The switching costs of all types together, their proportions and spreads kept: its value is the mean over buyers."""
    return _of_all_types(scenario, "switching_cost", "switching cost, mean over buyers", f"{scenario.market.currency} a unit")


def time_horizon(scenario, strategy: str, target) -> Parameter:
    """The time horizons of all types together."""
    return _of_all_types(scenario, "time_horizon", "time horizon, mean over buyers", f"{scenario.market.period}s")


def advantage(scenario, strategy: str, target) -> Parameter:
    """What our offer is worth above its price beyond what rivals' is, moved by our quality."""
    sellers = scenario.sellers_under(strategy, 1)
    ours, others = sellers[scenario.focal], [one for name, one in sellers.items() if name != scenario.focal]
    if not others:
        raise UnfitData(
            f"{scenario.name} has no rivals, so that our share of the market says nothing; say with --fit what is to be searched"
        )
    start = ours.quality - ours.price - float(np.mean([one.quality - one.price for one in others]))
    reach = WIDTH * max(ours.price, 1.0)
    return Parameter("advantage", "worth of our offer above rivals', less price", f"{scenario.market.currency} a unit", start - reach,
                     start + reach, start, False,
                     lambda value: [(f"sellers.{scenario.focal}.quality", "shift", value - start)])  # fmt: skip


def quality(scenario, strategy: str, target) -> Parameter:
    """The quality of all sellers together, so that nobody gains on another."""
    ours = scenario.sellers_under(strategy, 1)[scenario.focal]
    reach = WIDTH * max(ours.price, 1.0)
    return Parameter(
        "quality", "quality of our offer, all sellers' moved alike", f"{scenario.market.currency} a unit", ours.quality - reach,
        ours.quality + reach, ours.quality, False,
        lambda value: [(f"sellers.{group}.quality", "shift", value - ours.quality) for group in scenario.groups],
    )  # fmt: skip


def many_suppliers(scenario, strategy: str, target) -> Parameter:
    """The share of those who buy from most suppliers (Jackson's always-a-share), the others keeping their proportions."""
    present = {name: kind for name, kind in scenario.buyers.items() if kind.share > 0}
    most = max(present, key=lambda name: present[name].lots)
    if len({kind.lots for kind in present.values()}) < 2:
        raise UnfitData("all buyers buy from equally many suppliers, so that share_of_wallet says nothing of the types; say with --fit "
                        "what is to be searched, such as --fit switching_cost=1..100")  # fmt: skip
    rest = 1 - present[most].share

    def changes(value: float) -> list[Change]:
        shares = {name: round((1 - value) * kind.share / rest, FIGURES) for name, kind in present.items() if name != most}
        return [(f"buyers.{name}.share", "set", share) for name, share in shares.items()] + [
            (f"buyers.{most}.share", "set", round(1 - math.fsum(shares.values()), FIGURES))
        ]

    return Parameter("many_suppliers", f"share of buyers of the type {most}", "share of buyers", 0.005, 0.95, present[most].share, False,
                     changes)  # fmt: skip


def purchase_cycle(scenario, strategy: str, target) -> Parameter:
    """The time between two purchases; where types state rates of their own, these together, by the cycle of the mean buyer."""
    start = periods_per_year(scenario) / expected_purchases(scenario)
    wanted = start if target is None else periods_per_year(scenario) / target.value
    usual = all(scenario.origins.get(f"buyers.{name}.purchase_rate", ("", ""))[0] == "default" for name in scenario.buyers)

    def changes(value: float) -> list[Change]:
        if usual:
            return [("product.purchase_cycle", "set", value)]
        return [(f"buyers.{name}.purchase_rate", "scale", start / value) for name in scenario.buyers]

    return Parameter("purchase_cycle", "time between two purchases", f"{scenario.market.period}s", max(1.0, min(start, wanted) / 4),
                     max(start, wanted) * 4, start, True, changes)  # fmt: skip


def cost_per_account(scenario, strategy: str, target) -> Parameter:
    """What it costs to serve an account in a period, at every level that we serve at, moved alike."""
    ours = scenario.sellers_under(strategy, 1)[scenario.focal]
    costs = {name: scenario.levels[name].cost_per_account for name in ours.level.levels}
    start = float(np.mean(list(costs.values())))
    low, high = start - min(costs.values()), max(2 * start, 3 * target.value if target else 0, 10.0)
    return Parameter("cost_per_account", f"cost of an account, level {' and '.join(costs)}",
                     f"{scenario.market.currency} a {scenario.market.period}", low, low + high, start, False,
                     lambda value: [(f"levels.{name}.cost_per_account", "shift", value - start) for name in costs])  # fmt: skip


PARAMETERS = {
    make.__name__: make for make in (switching_cost, time_horizon, advantage, quality, many_suppliers, purchase_cycle, cost_per_account)
}


def _made(make, scenario, strategy: str, target) -> Parameter:
    return make(scenario, strategy, target)


def _of_all_types(scenario, field: str, what: str, unit: str) -> Parameter:
    """An attribute of all types, scaled together."""
    means = {name: getattr(kind, field).mean() for name, kind in scenario.buyers.items() if kind.share > 0}
    start = math.fsum(scenario.buyers[name].share * mean for name, mean in means.items())
    if not 0 < start < math.inf:
        raise UnfitData(f"the {field} of all buyers is {start:g}, which cannot be scaled; say with --fit what is to be searched")
    return Parameter(field, what, unit, start / FACTOR, start * FACTOR, start, True,
                     lambda value: [(f"buyers.{name}.{field}", "scale", value / start) for name, one in means.items() if one])  # fmt: skip


def _between(text: str, usual: Parameter) -> Parameter:
    """A parameter by its name, between the ends that are typed."""
    ends = text.partition("=")[2].partition(":")[0].split("..")
    try:
        low, high = (float(end) for end in ends)
    except ValueError:
        raise UnfitData(f"{text!r} is no range of a parameter; write {usual.name}=LOW..HIGH") from None
    if not low < high or not math.isfinite(high - low) or (usual.log and low <= 0):
        raise UnfitData(f"{text!r}: a range has a lower and a higher end{', both above 0' if usual.log else ''}")
    start = min(max(usual.start, low), high)
    return Parameter(usual.name, usual.what, usual.unit, low, high, start, usual.log, usual.changes)


def _of_path(scenario, one) -> Parameter:
    """Any number of the scenario."""
    there = _there(scenario, one.path)
    usable = isinstance(there, int | float) and math.isfinite(there) and not isinstance(there, bool)
    start = float(there) if usable else one.at(0.5)
    return Parameter(one.path, one.path, "", one.low, one.high, min(max(start, one.low), one.high), one.form == "log_range",
                     lambda value: [(one.path, "set", round(value) if one.whole else value)], one.whole)  # fmt: skip


def _there(scenario, path: str):
    """What stands at a path: a number or a distribution; None where it is neither."""
    place = scenario
    for part in path.split("."):
        if isinstance(place, Distribution):
            place = place.plain()
        if isinstance(place, dict):
            place = place.get(part, place.get(next(iter(scenario.groups.get(part, [])), part)))
        else:
            place = getattr(place, part, None)
    return place.numbers[0] if isinstance(place, Distribution) and place.form == "constant" else place


def _scaled(value, factor: float):
    return value.scaled(factor) if isinstance(value, Distribution) else value * factor


def _plain(value):
    """A number or a distribution in plain form, in six figures."""
    if isinstance(value, Distribution):
        value = value.plain()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return value if isinstance(value, int) else float(f"{value:.{FIGURES}g}")
