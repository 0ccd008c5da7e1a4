"""What a command gives back: a screen, a file, or JSON for programs."""

import json

import typer

from sim.cli.guard import WrongUse


def show(lines: list | str, wrap: bool = True) -> None:
    """Print to standard output: a screen line by line, a sentence as it is. wrap: break long lines at the paper's width."""
    from sim.screens.paper import paper

    if isinstance(lines, str):
        typer.echo(lines)
        return
    sheet = paper()
    for line in lines:
        sheet.print(line, soft_wrap=not wrap)


def show_json(answer) -> None:
    """Print an answer for programs: JSON, and nothing else."""
    typer.echo(json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False))


def figures_of(comparison):
    """The figures that fit a comparison."""
    from sim.plots import figures

    return figures(comparison)


def kept(where, what, runs, drawings, no_figures: bool, silent: bool) -> list[str]:
    """Write results and draw figures; returns what to say about them."""
    from sim.cli import place, waiting

    with waiting.spinner("Writing results and drawing figures", silent):
        notes = [place.keep(where, what, runs)]
        return notes if no_figures else [*notes, place.draw(where, drawings())]


def observed_cells(scenario, played):
    """The simulated market beside the observed one; WrongUse where the file does not fit."""
    from sim.observed import against_data

    try:
        return against_data(scenario, played)
    except ValueError as error:
        raise WrongUse(str(error)) from None


def flip_answer(change) -> dict:
    """A change that flips the answer, as plain data."""
    from sim.wording import plain

    return plain(
        {
            "lever": change.lever,
            "unit": change.unit,
            "now": change.now,
            "then": change.then,
            "played": change.played,
            "sentence": change.sentence,
        }
    )


def run_answer(played, strategy: str, sellers, types, channels, cells) -> dict:
    """One strategy's results as plain data."""
    from sim.wording import plain

    scenario = played.scenario
    answer = {
        "scenario": scenario.name,
        "digest": scenario.digest(),
        "seed": played.seed,
        "runs": played.runs,
        "strategy": strategy,
        "currency": scenario.market.currency,
        "confidence": 0.95,
        "sellers": {row.pop("seller"): plain(row) for row in sellers.to_dict("records")},
        "buyer_types": {row.pop("buyer_type"): plain(row) for row in types.to_dict("records")},
    }
    if len(channels):
        answer["channels"] = {row.pop("seller"): plain(row) for row in channels.to_dict("records")}
    return answer if cells is None else answer | {"observed": cells.astype(object).where(cells.notna(), None).to_dict("records")}
