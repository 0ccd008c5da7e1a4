"""The program `tenure` and its commands."""

from typing import Annotated

import typer
from typer.core import TyperGroup

from sim.cli import (
    calibrate,
    claims,
    classroom,
    equilibrium,
    export,
    files,
    gallery,
    kotler,
    lab,
    lessons,
    limits,
    optimise,
    play,
    published,
    report,
    sensitivity,
    structure,
    sweep,
    warmup,
)
from sim.cli import map as mapping
from sim.cli import open as opening

UsageError = typer.BadParameter.__base__
ABOUT = """When does it pay a seller to invest in the relationship after the sale?

Tenure plays a market of buyers and sellers many times under two strategies or more, with the same luck, and says which
earns more, from when on, and why.

\b
tenure                                the default market: transactional against relationship
tenure open                           the same as a page: move a lever, and the verdict follows
tenure compare office_automation      a market that comes with Tenure, or a file of your own
tenure compare FILE --set sellers.ours.price=95 --runs 100
tenure trace default                  one buyer's two lives, side by side
tenure graph default                  who is related to whom: a map, and a graph for Gephi, yEd or Cytoscape
tenure report results/default         one page for the board
tenure limits default                 what the model leaves out, and what of a market is assumed
tenure map default                    where which strategy pays, over two parameters
tenure optimise default               the best relationship policy, under a budget and a capacity
tenure equilibrium default            what happens when rivals choose as freely as we do
tenure claims                         what the literature claims, and what the model bears out
tenure class                          a lesson that a room plays: predict, then reveal
tenure lessons                        eight lessons, an hour each, as notebooks or pages
tenure calibrate purchases.csv        a market read from your own data
tenure warmup                         compile the model before anybody waits for it
tenure new mine.yaml --from default   a commented file to start from
"""


class Tenure(TyperGroup):
    """`tenure` alone, or with options only, compares the default pair."""

    def parse_args(self, ctx, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in ("--help", "--version")):
            args = ["compare", *args]
        return super().parse_args(ctx, args)

    def resolve_command(self, ctx, args: list[str]):
        if args and args[0] not in self.commands:
            raise UsageError(unknown_command(args[0], list(self.commands)), ctx)
        return super().resolve_command(ctx, args)


def unknown_command(word: str, known: list[str]) -> str:
    """What to say to a command that does not exist: often it is a scenario."""
    from sim.scenario.shipped import shipped
    from sim.scenario.suggest import among

    if word in shipped() or word.endswith((".yaml", ".yml")):
        return f"There is no command {word!r}; did you mean 'tenure compare {word}'?"
    return f"There is no command {word!r}; {among(word, known)}"


app = typer.Typer(
    cls=Tenure,
    help=ABOUT,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"max_content_width": 100},
)


def version(wanted: bool) -> None:
    if wanted:
        from sim import __version__

        typer.echo(f"tenure {__version__}")
        raise typer.Exit


@app.callback()
def start(
    shown: Annotated[bool, typer.Option("--version", help="Say which version this is.", callback=version, is_eager=True)] = False,
) -> None:
    """Answers --version; all else is done by the commands."""


for command in (
    # a market, two strategies
    play.compare,
    opening.open_,
    play.run,
    play.trace,
    structure.graph,
    report.report,
    limits.limits,
    play.verify,
    warmup.warmup,
    # beyond one point
    mapping.map_,
    kotler.kotler,
    sensitivity.sensitivity,
    optimise.optimise,
    equilibrium.equilibrium,
    sweep.sweep,
    # the model, the literature and data
    calibrate.calibrate,
    claims.claims,
    published.published,
    gallery.gallery,
    export.export,
    lab.lab,
    # teaching
    classroom.class_,
    lessons.lessons,
    # scenario files
    files.list_,
    files.new,
    files.explain,
    files.check,
    files.diff,
    files.schema,
):
    app.command(command.__name__.rstrip("_"))(command)
