"""What a study asks, out of what was typed."""

from sim.cli.guard import WrongUse


def chosen(scenario, words: str | None) -> list[str] | None:
    """The strategies named, separated by commas; WrongUse for one that the scenario does not have."""
    from sim.scenario.suggest import among

    names = [name.strip() for name in (words or "").split(",") if name.strip()]
    for name in names:
        if name not in scenario.strategies:
            raise WrongUse(f"{name!r} is not a strategy of {scenario.name}; {among(name, scenario.strategies)}")
    return names or None


def two_of(scenario, words: str | None) -> tuple[str, str]:
    """The two strategies of a trace: those named, with the baseline first where only one is."""
    from sim.trace import two_strategies

    names = chosen(scenario, words)
    if names and len(names) == 1:
        names = [scenario.baseline, *names]
    try:
        return two_strategies(scenario, tuple(names) if names else None)
    except ValueError as error:
        raise WrongUse(str(error)) from None


def question(scenario, seed: int | None, runs: int | None, strategies: list[str], watched: list[int] | None = None) -> dict:
    """What a study asks: the same question has the same answer."""
    return {
        "digest": scenario.digest(),
        "seed": scenario.seed if seed is None else seed,
        "runs": runs or scenario.runs,
        "strategies": strategies,
        "watched": watched or [],
    }
