"""The commands about scenario files: list, new, explain, check, diff, schema."""

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.guard import WRONG, WrongUse, guarded
from sim.cli.options import File, Force, Json, Sets
from sim.cli.output import show, show_json


@guarded
def list_(as_json: Json = False) -> None:
    """Scenarios that come with Tenure, and whom they teach what."""
    from sim.scenario import load, shipped
    from sim.screens.files import catalogue

    found = {name: load(path).teaches for name, path in shipped().items()}
    if as_json:
        show_json(found)
    else:
        show(catalogue(found))


@guarded
def new(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The YAML file to write.")],
    source: Annotated[str, typer.Option("--from", metavar="NAME", help="The scenario to start from: a name or a file.")] = "default",
    force: Force = False,
) -> None:
    """Write a commented scenario file to start from.

    Every parameter stands in it with its unit, bounds and meaning; it loads to the same scenario as the one it starts from.

    \b
    tenure new mine.yaml --from office_automation
    """
    from sim.scenario.words import new_file

    text = new_file(source)
    if file.exists() and not force:
        raise WrongUse(f"{file} is there already; use --force to replace it, or another name")
    if not file.parent.is_dir():
        raise WrongUse(f"there is no folder {file.parent}; make it first")
    file.write_text(text, encoding="utf-8")
    show(f"{file} is written, after {source}. Change it, then: tenure check {file}, tenure compare {file}")


@guarded
def explain(
    file: File = "default",
    sets: Sets = None,
    changed: Annotated[bool, typer.Option("--changed", help="Only what files and options state, without defaults.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also every number of what is off.")] = False,
    as_json: Json = False,
) -> None:
    """Every value of a scenario in words.

    Its unit, whether it is a default or changed (and where), its meaning and its source. What is off (word of mouth, the six markets,
    partners ...) is told in a sentence each, with what switches it on; --all shows its numbers too, and --json always has them.

    \b
    tenure explain default
    tenure explain default --all
    tenure explain coffee --changed
    """
    from sim.scenario import load
    from sim.scenario.words import explain as rows_of
    from sim.screens.files import explanation

    scenario = load(file, sets or ())
    whole = everything or changed or as_json
    rows = [row for row in rows_of(scenario, whole) if not changed or row.origin.startswith("changed")]
    if as_json:
        show_json([row._asdict() for row in rows])
    else:
        show(explanation(scenario, rows, whole), wrap=False)


@guarded
def check(
    files: Annotated[list[str], typer.Argument(metavar="FILE...", help="Scenarios: names or YAML files.")],
    sets: Sets = None,
    as_json: Json = False,
) -> None:
    """Check scenario files without playing them.

    Everything that is wrong is reported at once, each at its line, with what to do about it.

    \b
    tenure check mine.yaml
    """
    from sim.scenario import ScenarioError, load
    from sim.screens.files import sound

    wrong = {}
    for file in files:
        try:
            scenario = load(file, sets or ())
            check_edge_list(scenario)
            if not as_json:
                show(sound(file, scenario))
        except ScenarioError as error:
            wrong[file] = [problem_answer(problem) for problem in error.problems]
            typer.echo(str(error), err=True)
    if as_json:
        show_json({file: {"in_order": file not in wrong, "problems": wrong.get(file, [])} for file in files})
    if wrong:
        raise typer.Exit(WRONG)


def check_edge_list(scenario) -> None:
    """Read the links of a network that comes from a file. Raises ScenarioError where they cannot be used."""
    if scenario.word_of_mouth.network == "file":
        from sim.network import buyer_network
        from sim.population import draw_population

        buyer_network(scenario, draw_population(scenario), scenario.seed, 0)


def problem_answer(problem) -> dict:
    """One problem of a file as plain data."""
    place = problem.place
    return {
        "path": problem.path,
        "sentence": problem.sentence,
        "line": place and place.line,
        "column": place and place.column,
        "text": str(problem),
    }


@guarded
def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A scenario: a name or a YAML file.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    as_json: Json = False,
) -> None:
    """What differs between two scenarios, value by value.

    \b
    tenure diff default mine.yaml
    """
    from sim.scenario import load
    from sim.scenario.words import difference
    from sim.screens.files import differences

    rows = difference(load(first), load(second))
    if as_json:
        show_json([row._asdict() for row in rows])
    else:
        show(differences(first, second, rows))


@guarded
def schema() -> None:
    """The JSON Schema of scenario files, for editors.

    With it an editor completes and checks a scenario as one types.

    \b
    tenure schema > scenario.schema.json
    """
    from sim.scenario.words import json_schema

    show_json(json_schema())
