"""What a scenario's plans let sellers do beyond standing still: answer the market, and build stocks in the six markets."""


def answering(scenario, strategy: str) -> list[str]:
    """The sellers that answer the market by some rule in some period under a strategy."""
    return _those(scenario, [strategy], lambda seller: any(rule is not None for _, rule in seller.answers))


def investing(scenario, strategy: str) -> list[str]:
    """The sellers that spend a relationship budget in some period under a strategy; before the record the baseline holds."""
    return _those(scenario, [strategy, scenario.baseline], lambda seller: seller.relationship_budget.total > 0)


def allied(scenario, strategy: str, period: int) -> dict[str, list[str]]:
    """The alliances of a period and their sellers, two or more each: by the name of the network."""
    members: dict[str, list[str]] = {}
    for name, seller in scenario.sellers_under(strategy, period).items():
        if seller.network is not None:
            members.setdefault(seller.network, []).append(name)
    return {network: names for network, names in members.items() if len(names) > 1}


def moves(scenario, strategy: str) -> bool:
    """Whether anything that a seller is or asks may move beyond what plans and events state, through answers, stocks or shocks."""
    return bool(answering(scenario, strategy) or investing(scenario, strategy) or scenario.influence)


def _those(scenario, strategies: list[str], wanted) -> list[str]:
    """The sellers of whom something holds in some period, in the scenario's order."""
    found = {name for strategy in strategies for period in scenario.change_periods(strategy)
             for name, seller in scenario.sellers_under(strategy, period).items() if wanted(seller)}
    return [name for name in scenario.sellers if name in found]
