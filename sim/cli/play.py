"""The commands that play markets: compare, run, trace, verify."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.asked import chosen, question, two_of
from sim.cli.guard import FAILED, WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, RunCount, RunNumber, Seed, Sets, Strategies, Threads
from sim.cli.output import figures_of, flip_answer, kept, observed_cells, run_answer, show, show_json

Sample = Annotated[
    int | None,
    typer.Option("--sample", min=1, metavar="N", help="Follow N buyers, evenly spread, through every run, and write their periods too."),
]


@guarded
def compare(
    file: File = "default",
    strategies: Strategies = None,
    sets: Sets = None,
    runs: RunCount = None,
    seed: Seed = None,
    threads: Threads = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
    sample: Sample = None,
) -> None:
    """Which strategy earns more, from when on, and why.

    Every strategy meets the same buyers with the same luck, run by run; gains are differences of paired runs, per buyer and discounted.

    With --sample, buyers.parquet has a row for each of N buyers in each period of each run.

    \b
    tenure compare default
    tenure compare default --sample 200
    tenure compare price_war --strategies relationship_holds,relationship_follows
    tenure compare default --set product.complexity=2 --runs 100 --json
    """
    from sim.cli import place, waiting
    from sim.experiments.compare import compare as compared
    from sim.scenario import load
    from sim.screens import verdict

    scenario = load(file, sets or ())
    names = list(dict.fromkeys([scenario.baseline, *(chosen(scenario, strategies) or scenario.strategies)]))
    if len(names) < 2:
        raise WrongUse(f"there is nothing to compare with {scenario.baseline}; it is the only strategy named, and the baseline")
    followed = sampled(scenario, sample)
    asked = question(scenario, seed, runs, names, followed)
    where = place.reserve(scenario, out, force, asked, as_it_stands=not (strategies or sets or runs or seed or sample))
    disk = disk_for(where.folder, scenario, asked)
    silent = quiet or as_json
    with waiting.bar("Playing the markets", silent) as progress:
        found = waiting.heard(
            lambda: compared(scenario, names, runs, seed, threads=threads, progress=progress, watch=followed, on_disk=disk)
        )
    leading = verdict.leading(found)
    if not as_json:
        show(found.sentence(leading) if quiet else verdict.verdict(found))
    with waiting.spinner("Looking for what would flip the answer", silent):
        changes = [] if quiet and not as_json else waiting.heard(lambda: found.flips(leading))
    if not silent:
        show([*verdict.flips(changes), *verdict.next_steps(file, leading)])
    notes = kept(where, found, found.runs, lambda: figures_of(found), no_figures, silent)
    if as_json:
        show_json(found.answer() | {"flips": [flip_answer(change) for change in changes], "results": str(where.folder)})
    elif not quiet:
        show(["", *notes, verdict.rests_on(found)])


@guarded
def run(
    file: File = "default",
    strategy: Annotated[str | None, typer.Option("--strategy", metavar="S", help="Which strategy; default: the baseline.")] = None,
    sets: Sets = None,
    runs: RunCount = None,
    seed: Seed = None,
    threads: Threads = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
    sample: Sample = None,
) -> None:
    """One strategy's results, seller by seller and type by type.

    Where the scenario names observed data, the baseline stands beside them, cell by cell.

    \b
    tenure run coffee
    tenure run default --strategy relationship
    """
    from sim import overview
    from sim.cli import place, waiting
    from sim.experiments.compare import Comparison
    from sim.observed import penetration
    from sim.runs import simulate
    from sim.scenario import load
    from sim.screens import study

    scenario = load(file, sets or ())
    name = (chosen(scenario, strategy) or [scenario.baseline])[0]
    followed = sampled(scenario, sample)
    asked = question(scenario, seed, runs, [name], followed)
    where = place.reserve(scenario, out, force, asked, f"_{name}", not (sets or runs or seed or sample))
    disk = disk_for(where.folder, scenario, asked)
    judged = scenario.observed is not None and name == scenario.baseline
    measure = penetration if judged and scenario.observed.kind == "repertoire" else None
    with waiting.bar("Playing the markets", quiet or as_json) as progress:
        played = waiting.heard(
            lambda: simulate(scenario, [name], runs, seed, followed, threads, progress=progress, on_disk=disk, measure=measure)
        )
    found = Comparison(played, name)
    sellers, types, channels = (part(played, name) for part in (overview.by_seller, overview.by_type, overview.by_channel))
    cells = observed_cells(scenario, played) if judged else None
    if not (quiet or as_json):
        show([*study.study(played, name, sellers, types, channels), *(["", *study.observed(cells)] if judged else [])])
    notes = kept(where, played, played, lambda: figures_of(found), no_figures, quiet or as_json)
    if as_json:
        show_json(run_answer(played, name, sellers, types, channels, cells) | {"results": str(where.folder)})
    elif quiet:
        show(study.sentence(played, name, sellers))
    else:
        show(["", *notes])


def sampled(scenario, sample: int | None) -> list[int]:
    """The numbers of the buyers that are followed; WrongUse where the market has not as many."""
    from sim.population import evenly_spread

    buyers = scenario.market.buyers
    if sample and sample > buyers:
        raise WrongUse(f"--sample {sample:,} is more than the {buyers:,} buyers of this market; use at most {buyers}")
    return evenly_spread(buyers, sample) if sample else []


def disk_for(folder: Path, scenario, asked: dict) -> Path:
    """The folder on whose disk the states of followed buyers wait: where results will go, or what there is above. WrongUse where they do
    not fit."""
    from shutil import disk_usage

    from sim.offers import strategy_arrays
    from sim.runs import panel_shape

    there = next(place for place in folder.absolute().parents if place.is_dir())
    shapes = [panel_shape(scenario, strategy_arrays(scenario, name), 1) for name in asked["strategies"]]
    each = sum(4 * periods * rows for periods, _, rows in shapes) * asked["runs"]
    free, followed = disk_usage(there).free, len(asked["watched"])
    if each * followed > free:
        raise WrongUse(
            f"following {followed:,} buyers takes {each * followed / 1e9:,.1f} GB of disk on the way, and {there} has "
            f"{free / 1e9:,.1f} GB; use at most --sample {free // each}, or fewer runs with --runs"
        )
    return there


@guarded
def trace(
    file: File = "default",
    buyer: Annotated[
        int | None, typer.Option("--buyer", metavar="N", help="Which buyer, counted from 1; default: one whose two lives differ.")
    ] = None,
    number: RunNumber = 1,
    strategies: Strategies = None,
    sets: Sets = None,
    seed: Seed = None,
    threads: Threads = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """One buyer's two lives under two strategies, side by side.

    The same buyer with the same luck: what happened when, where the paths part, and what differed in the end.

    \b
    tenure trace default
    tenure trace default --buyer 1742
    tenure trace price_war --strategies relationship_holds,relationship_follows --buyer 7
    """
    from sim import plots
    from sim import trace as lives
    from sim.cli import place, waiting
    from sim.scenario import load
    from sim.screens import life

    scenario = load(file, sets or ())
    pair = two_of(scenario, strategies)
    if buyer is not None and not 1 <= buyer <= scenario.market.buyers:
        raise WrongUse(f"there is no buyer {buyer:,}; the buyers of this market are counted from 1 to {scenario.market.buyers:,}")
    with waiting.bar("Playing the markets", quiet or as_json) as progress:
        buyer = buyer or waiting.heard(lambda: lives.telling_buyer(scenario, pair, seed, number, threads=threads))
        asked = question(scenario, seed, number, list(pair), [buyer - 1])
        where = place.reserve(scenario, out, force, asked, f"_buyer_{buyer}", not (strategies or sets or seed or number > 1))
        found = waiting.heard(lambda: lives.trace(scenario, buyer, pair, seed, number, threads=threads, progress=progress))
    if not as_json:
        show(found.sentence() if quiet else life.life(found))
    notes = kept(where, found.runs, found.runs, lambda: [("life", lambda: plots.life(found))], no_figures, quiet or as_json)
    if as_json:
        show_json(found.answer() | {"results": str(where.folder)})
    elif not quiet:
        show(["", *notes])


@guarded
def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of results.")],
    threads: Threads = None,
    as_json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Play a study again and say whether all numbers agree.

    Everything it takes stands in the folder: of a comparison, a sweep, or any other experiment, whose markets are all played again. Ends
    with 0 where all numbers are identical, with 1 and the places where they are not.

    \b
    tenure verify results/default
    tenure verify results/service_and_price_sweep
    """
    from sim.cli import waiting
    from sim.cli.again import identical, kind_of

    kind, record = kind_of(folder)
    with waiting.bar("Playing the markets again", quiet or as_json) as progress:
        found = waiting.heard(lambda: kind.again(folder, threads, progress))
    if as_json:
        show_json({"folder": str(folder), "identical": not found, "receipt": kind.receipt(record), "differences": found})
    elif found:
        show("\n  ".join([f"{folder} is not what comes out now:", *found]))
    else:
        show(identical(folder, kind, record))
    if found:
        raise typer.Exit(FAILED)
