"""What a study asks, out of what was typed."""

from sim.cli.guard import WrongUse


def names(words: str | None) -> list[str] | None:
    """Names separated by commas; None where nothing is said."""
    return [name.strip() for name in (words or "").split(",") if name.strip()] or None


def chosen(scenario, words: str | None) -> list[str] | None:
    """The strategies named, separated by commas; WrongUse for one that the scenario does not have."""
    from sim.scenario.suggest import among

    named = names(words)
    for name in named or ():
        if name not in scenario.strategies:
            raise WrongUse(f"{name!r} is not a strategy of {scenario.name}; {among(name, scenario.strategies)}")
    return named


def two_of(scenario, words: str | None) -> tuple[str, str]:
    """The two strategies of a trace: those named, with the baseline first where only one is."""
    from sim.trace import two_strategies

    named = chosen(scenario, words)
    if named and len(named) == 1:
        named = [scenario.baseline, *named]
    try:
        return two_strategies(scenario, tuple(named) if named else None)
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
