"""The command that shows the market's structure: graph."""

from typing import Annotated

import typer

from sim.cli.asked import chosen
from sim.cli.guard import WrongUse, guarded
from sim.cli.options import File, Force, Json, NoFigures, Out, Quiet, RunNumber, Seed, Sets
from sim.cli.output import show, show_json


@guarded
def graph(
    file: File = "default",
    strategy: Annotated[
        str | None, typer.Option("--strategy", metavar="S", help="Under which strategy; default: the first that is not the baseline.")
    ] = None,
    number: RunNumber = 1,
    period: Annotated[
        int | None, typer.Option("--period", metavar="N", help="At the end of which period; 0 is before the record. Default: the last.")
    ] = None,
    buyers: Annotated[
        int | None, typer.Option("--buyers", metavar="N", help="How many buyers, evenly spread; default: all, but 2,000 at most.")
    ] = None,
    sets: Sets = None,
    seed: Seed = None,
    out: Out = None,
    force: Force = False,
    as_json: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Who is related to whom: a map to look at, and a graph file.

    Every relationship is typed, with its number among Gummesson's thirty (30R) where it is one of them: accounts, captives, the
    dissatisfied, who recommended whom, what sellers have built in the six markets, partners, those with influence, alliances.

    \b
    tenure graph default
    tenure graph default --strategy transactional --period 24
    tenure graph default --set word_of_mouth.network=small_world --buyers 500 -o mygraph
    """
    from sim.cli import place, waiting
    from sim.graph import refuse, relationship_graph, sample
    from sim.graph_files import counts
    from sim.plots import relationships
    from sim.scenario import load
    from sim.screens import structure

    scenario = load(file, sets or ())
    name = (chosen(scenario, strategy) or [next((one for one in scenario.strategies if one != scenario.baseline), scenario.baseline)])[0]
    when = scenario.market.periods if period is None else period
    try:
        refuse(scenario, name, number, when, buyers)
    except ValueError as error:
        raise WrongUse(str(error)) from None
    asked = {"digest": scenario.digest(), "seed": scenario.seed if seed is None else seed, "strategy": name, "run": number, "period": when,
             "shown": len(sample(scenario.market.buyers, buyers))}  # fmt: skip
    where = place.reserve_graph(scenario, out, force, asked, not (strategy or sets or seed or buyers or number > 1 or period is not None))
    with waiting.spinner("Playing the market", quiet or as_json):
        found = waiting.heard(lambda: relationship_graph(scenario, name, number, when, buyers, seed))
    if not as_json:
        show(structure.sentence(found) if quiet else structure.structure(found))
    notes = [place.keep_graph(where, found)]
    notes += [] if no_figures else [place.draw(where, [("relationships", lambda: relationships(found))])]
    if as_json:
        show_json(dict(found.graph) | counts(found) | {"sentence": structure.sentence(found), "results": str(where.folder)})
    elif not quiet:
        show(["", *notes])
