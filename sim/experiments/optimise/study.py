"""Find the best relationship policy of the focal seller: search, race, and a measure of the winner on fresh runs."""

from collections.abc import Callable, Sequence
from pathlib import Path

from sim.experiments.keeping import kept
from sim.experiments.optimise.arena import Arena, Budget, arena_scenario
from sim.experiments.optimise.decisions import DECISIONS
from sim.experiments.optimise.found import Optimum
from sim.experiments.optimise.market import space_of
from sim.experiments.optimise.race import FINAL, HEAT
from sim.experiments.optimise.search import OBJECTIVES, SAMPLERS
from sim.experiments.optimise.stages import Study, found_in, search_runs
from sim.experiments.optimise.strategy_file import write_strategy
from sim.scenario.levels import LEVELS
from sim.scenario.suggest import among

TRIALS = 160


class NoOptimum(Exception):  # noqa: N818 - named for what was looked for
    """Something that cannot be optimised; the message says why, and what can."""


def optimise(
    scenario,
    decide: Sequence[str] | None = None,
    objective: str = "both",
    budget: Budget | float | None = None,
    capacity: dict[str, float] | None = None,
    trials: int | None = None,
    runs: int | None = None,
    sampler: str = "tpe",
    folder: str | Path | None = None,
    threads: int | None = None,
    scheduler=None,
    force: bool = False,
    progress: Callable[[int, int], None] | None = None,
    command: str | None = None,
) -> Optimum:
    """The best relationship policy of the focal seller: which account gets which level, loyalty discount, listening, six markets.

    decide: which of DECISIONS are made (default: `market.space_of`); objective: profit, retention, or both (the best by profit, and the
    front of profit against retention); budget: what may be spent in a period (see `Budget`; a number: in all); capacity: level ->
    accounts that it can serve well; trials: different policies (default 160); runs: of the race and of the fresh runs (default the
    scenario's), the search plays a fifth of them; sampler: tpe or random; the rest as for other experiments. The policy stands
    on the scenario's baseline: what it does not decide is as the baseline has it, and a running market is left alone under the baseline
    before it begins.

    Same scenario, same question: the same policies and numbers, for any number of threads, and after whatever stopped it. Raises NoOptimum,
    NothingPlayed, OtherStudy, NoWorkers."""
    import optuna

    budget = Budget(float(budget)) if isinstance(budget, int | float) else budget
    capacity, trials, runs = dict(capacity or {}), trials or TRIALS, runs or scenario.runs
    refuse_nonsense(scenario, decide, objective, budget, capacity, runs, sampler)
    space = space_of(scenario, decide)
    arena_of = arena_scenario(scenario, space.fields, capacity)
    asked = {
        "decide": list(space.decisions),
        "objective": objective,
        "budget": budget and [budget.amount, budget.per],
        "capacity": capacity,
        "trials": trials,
        "runs": runs,
        "sampler": sampler,
        "optuna": optuna.__version__,
    }
    with kept("optimise", scenario, asked, folder, force, command) as place:
        total = markets(scenario, trials, runs)
        arena = Arena(arena_of, place, threads, scheduler, progress and (lambda done: progress(min(done, total), total)))
        found = found_in(Study(arena, space, objective, budget, capacity, trials, runs, sampler))
        found.folder = place.folder
        if place.folder is not None:
            write_strategy(found, scenario, place.folder)
        place.finish(
            found.answer(),
            {"candidates": found.candidates, "fresh": found.table, "front": found.front, "gains": found.gains, "binding": found.binding},
        )
        if progress:
            progress(total, total)
        return found


def refuse_nonsense(scenario, decide, objective: str, budget: Budget | None, capacity: dict, runs: int, sampler: str) -> None:
    """NoOptimum with everything that cannot be."""
    wrong = [f"{name!r} is nothing to decide; {among(name, DECISIONS)}" for name in decide or () if name not in DECISIONS]
    wrong += [f"{objective!r} is no objective; {among(objective, OBJECTIVES)}"] * (objective not in OBJECTIVES)
    wrong += [f"{sampler!r} is no sampler; {among(sampler, SAMPLERS)}"] * (sampler not in SAMPLERS)
    wrong += [f"{name!r} is not a level; {among(name, LEVELS)}" for name in capacity if name not in LEVELS]
    wrong += [
        f"the capacity of {name} is {number:g}; it must be more than 0 accounts" for name, number in capacity.items() if not number > 0
    ]
    wrong += [f"a budget of {budget.amount:g} cannot be spent; give 0 or more"] if budget is not None and not budget.amount >= 0 else []
    wrong += [f"{runs} run cannot be compared with itself; give 2 runs or more"] if runs < 2 else []
    if wrong:
        raise NoOptimum("\n".join(wrong))


def markets(scenario, trials: int, runs: int) -> int:
    """About how many markets an optimisation plays; at most, but for what loosening limits brings."""
    entering, going_on = HEAT + len(LEVELS), FINAL + len(LEVELS)
    return trials * search_runs(runs) + entering * -(-runs // 4) + (2 * going_on + len(scenario.strategies)) * runs
