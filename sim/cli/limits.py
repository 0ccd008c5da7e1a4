"""The command that says what the model leaves out."""

from typing import Annotated

import typer

from sim.cli.guard import WrongUse, guarded
from sim.cli.options import Json, Sets
from sim.cli.output import show, show_json


@guarded
def limits(
    file: Annotated[
        str | None, typer.Argument(metavar="[FILE]", help="A scenario: what touches it comes first.", show_default=False)
    ] = None,
    sets: Sets = None,
    everything: Annotated[bool, typer.Option("--all", help="With FILE: every value of it that is an assumption.")] = False,
    as_json: Json = False,
) -> None:
    """What the model leaves out, in plain words.

    Each limit with why it matters, which way it may push an answer, and what to do about it. With a scenario: those that touch it first,
    and which of its values are assumptions, those that decide most often before the others.

    \b
    tenure limits
    tenure limits office_automation
    tenure limits mine.yaml --set word_of_mouth.network=small_world
    """
    from sim.report.left_out import LIMITS
    from sim.report.limits import CONDITIONAL
    from sim.scenario import load
    from sim.screens import limits as screens

    if file is None and (sets or everything):
        raise WrongUse(f"{'--set' if sets else '--all'} goes with a scenario, such as tenure limits default")
    if file is not None:
        tell(load(file, sets or ()), everything, as_json)
    elif as_json:
        show_json({"limits": [one._asdict() | {"in_some_markets": one.name in CONDITIONAL} for one in LIMITS]})
    else:
        show(screens.general(LIMITS, CONDITIONAL))


def tell(scenario, everything: bool, as_json: bool) -> None:
    """Say what touches a scenario, and what of it is assumed."""
    from sim.report.assumed import assumed, by_section
    from sim.report.limits import touched
    from sim.screens import limits as screens

    names = list(scenario.strategies)
    told, guessed = touched(scenario, names), assumed(scenario, names)
    if not as_json:
        show(screens.of_market(scenario, told, guessed, by_section(guessed.others), everything))
        return
    show_json({
        "scenario": scenario.name, "digest": scenario.digest(),
        "touching": [one._asdict() for one in told.touching], "others": [one._asdict() for one in told.others],
        "values": {"stated": guessed.stated, "sourced": guessed.sourced, "assumed": len(guessed.deciding) + len(guessed.others)},
        "assumed_deciding": [row._asdict() for row in guessed.deciding], "assumed_others": [row._asdict() for row in guessed.others],
    })  # fmt: skip
