"""What varies where nobody says it: parameters on which a relationship's worth hangs in any market, each around the scenario's own value.

All ranges are assumptions, and are said to be: half to one and a half times what the scenario has, since nobody knows these within less
from a desk; a tenth either way for what one looks up (prices) or what would otherwise settle everything by itself (quality).
"""
from sim.experiments.ranges import checked
from sim.experiments.sensitivity.factors import WEIGHT, Factor, relative, single
from sim.scenario.address import facts_at
from sim.scenario.distributions import Distribution
from sim.wording import name_of_type, spoken

HALF, TENTH = (0.5, 1.5), (0.9, 1.1)
FIGURES = 9
WIDE = "assumption: half to one and a half times what the scenario has"
NEAR = "assumption: a tenth less to a tenth more than the scenario has"
MARKET = ("product.complexity", "product.problem_rate", "product.severity", "market.turnover", "market.discount_rate",
          "behaviour.bond_value")


def usual_factors(scenario) -> list[Factor]:
    """The usual parameters of a scenario, those that are nought in it left out: there is nothing around nought."""
    found = [*_market(scenario), *_cycle(scenario), *_seller(scenario), *_rivals(scenario), *_service(scenario), *_shares(scenario)]
    for name, buyer in scenario.buyers.items():
        if buyer.share > 0:
            found += [one for field in ("switching_cost", "time_horizon") if (one := _attribute(scenario, name, field))]
    return [*found, *_orientation(scenario)]


def _market(scenario) -> list[Factor]:
    """Parameters of product and market, one by one."""
    now = {path: getattr(getattr(scenario, path.split(".")[0]), path.split(".")[1]) for path in MARKET}
    spreads = {path: {"range": _within(path, value)} for path, value in now.items() if value > 0}
    return [single(one, WIDE) for one in checked(scenario, spreads)[0]]


def _within(path: str, now: float) -> list[float]:
    """A parameter's range, held to its bounds."""
    known = facts_at(tuple(path.split(".")))
    least = -float("inf") if known.least is None else known.least
    most = float("inf") if known.most is None else known.most
    return [rounded(min(max(factor * now, least), most)) for factor in HALF]


def _cycle(scenario) -> list[Factor]:
    """How far apart purchases are, for all types: purchase rates divided by a factor, none above one a period."""
    rates = {name: buyer.purchase_rate for name, buyer in scenario.buyers.items() if buyer.share > 0}
    least = max(HALF[0], *(rate.mean() for rate in rates.values()), *(number for rate in rates.values() for _, number in rate.located()))
    if least >= 1:
        return []
    return [relative("purchase_cycle", "time between purchases", rounded(least), HALF[1], lambda times: {
        f"buyers.{name}.purchase_rate": tidy(rate.scaled(1 / times).plain()) for name, rate in rates.items()}, WIDE)]


def _seller(scenario) -> list[Factor]:
    """Our margin (through the unit cost) and our quality, as the scenario states them of the seller."""
    group, seller = group_of(scenario, scenario.focal), scenario.sellers[scenario.focal]
    found, margin = [], seller.price - seller.unit_cost
    if margin > 0:
        found.append(relative("margin", f"margin of {group}", *HALF, lambda times: {
            f"sellers.{group}.unit_cost": rounded(max(seller.price - times * margin, 0.0))}, WIDE))
    if seller.quality > 0:
        found.append(relative("quality", f"quality of {group}", *TENTH, lambda times: {
            f"sellers.{group}.quality": rounded(times * seller.quality)}, NEAR))
    return found


def _rivals(scenario) -> list[Factor]:
    """All rivals' prices together."""
    rivals = {group: scenario.sellers[names[0]].price for group, names in scenario.groups.items() if scenario.focal not in names}
    if not any(rivals.values()):
        return []
    return [relative("rivals_price", "price of rivals", *TENTH, lambda times: {
        f"sellers.{group}.price": rounded(times * price) for group, price in rivals.items()}, NEAR)]


def _service(scenario) -> list[Factor]:
    """What serving an account costs, at all levels together."""
    costs = {name: level.cost_per_account for name, level in scenario.levels.items() if level.cost_per_account > 0}
    if not costs:
        return []
    return [relative("service_cost", "cost to serve an account", *HALF, lambda times: {
        f"levels.{name}.cost_per_account": rounded(times * cost) for name, cost in costs.items()}, WIDE)]


def _shares(scenario) -> list[Factor]:
    """How many buyers there are of each type but the last: a type's weight is multiplied, the others divide the rest as they do."""
    present = [name for name, buyer in scenario.buyers.items() if buyer.share > 0]
    return [_weight(scenario, name) for name in present[:-1]]


def _weight(scenario, name: str) -> Factor:
    """The weight of a type, as a factor; `factors.points_at` has all weights sum to one."""
    return relative(f"share.{name}", f"share of {name_of_type(name)} buyers", *HALF, lambda times: {f"{WEIGHT}{name}": times}, WIDE)


def _attribute(scenario, name: str, field: str) -> Factor | None:
    """An attribute of a buyer type, its whole distribution multiplied."""
    spread = getattr(scenario.buyers[name], field)
    if not 0 < spread.mean() < float("inf"):
        return None
    words = f"{spoken(field)} of {name_of_type(name)} buyers"
    return relative(f"{field}.{name}", words, *HALF, lambda times: {
        f"buyers.{name}.{field}": tidy(spread.scaled(times).plain())}, WIDE)


def _orientation(scenario) -> list[Factor]:
    """How readily buyers bond, of all types: the mean multiplied, at most 0.95, the spread of a beta kept."""
    spreads = {name: buyer.relationship_orientation for name, buyer in scenario.buyers.items() if buyer.share > 0}
    if not any(spread.mean() > 0 for spread in spreads.values()):
        return []
    return [relative("relationship_orientation", "relationship orientation of buyers", *HALF, lambda times: {
        f"buyers.{name}.relationship_orientation": _oriented(spread, times) for name, spread in spreads.items()}, WIDE)]


def _oriented(spread: Distribution, times: float):
    """An orientation with its mean multiplied."""
    if spread.form == "beta":
        a, b = spread.numbers
        mean = min(times * a / (a + b), 0.95)
        return tidy({"beta": {"a": mean * (a + b), "b": (1 - mean) * (a + b)}})
    if spread.form in ("constant", "uniform"):
        return tidy(Distribution(spread.form, tuple(min(times * one, 1.0) for one in spread.numbers)).plain())
    highest = 1 / spread.numbers[0] if spread.numbers[0] > 0 else times
    return tidy(spread.scaled(min(times, highest)).plain())


def group_of(scenario, seller: str) -> str:
    """The entry of the file that a seller comes from."""
    return next(group for group, names in scenario.groups.items() if seller in names)


def tidy(value):
    """A plain value with its numbers rounded to as many figures as are laid out."""
    return {name: tidy(inner) for name, inner in value.items()} if isinstance(value, dict) else rounded(value)


def rounded(value: float) -> float:
    return float(f"{value:.{FIGURES}g}")
