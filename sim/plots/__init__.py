"""Tables to figures: one function a figure, each with its finding as the title.

`draw(comparison, folder)` draws all that fit; the single functions return matplotlib figures to go on with.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from sim.plans import answering, moves
from sim.plots.beyond import channels, course, worth
from sim.plots.life import life
from sim.plots.market import phases, share
from sim.plots.money import money_flow, why
from sim.plots.profit import gap, leading, profit
from sim.plots.relationships import relationships
from sim.plots.retention import had_accounts, retention, survival

__all__ = [
    "channels", "course", "draw", "figures", "gap", "life", "money_flow", "phases", "profit", "relationships", "retention", "save", "share",
    "survival", "why", "worth",
]  # fmt: skip


def figures(comparison) -> Iterator[tuple[str, Callable]]:
    """(name, function without arguments that draws it) of every figure that fits the comparison; `gap` and `why` need two strategies."""
    yield "profit", lambda: profit(comparison)
    if comparison.others:
        yield "gap", lambda: gap(comparison)
        for name in comparison.others:
            yield "why" if len(comparison.others) == 1 else f"why_{name}", lambda name=name: why(comparison, name)
    staying = (retention, survival) if had_accounts(comparison) else ()
    for figure in (money_flow, *staying, share, phases):
        yield figure.__name__, lambda figure=figure: figure(comparison)
    for figure in (channels, worth) if len(comparison.channels) else ():
        yield figure.__name__, lambda figure=figure: figure(comparison)
    moving = courses(comparison)
    for name in moving:
        yield "course" if len(moving) == 1 else f"course_{name}", lambda name=name: course(comparison, name)


def courses(comparison) -> list[str]:
    """The strategies of which to show what sellers did: those under which some answer the market; else the leading one, where stocks are
    built or somebody with influence acts."""
    scenario, names = comparison.scenario, comparison.runs.strategies
    best = leading(comparison)["strategy"] if comparison.others else comparison.baseline
    return [name for name in names if answering(scenario, name)] or [best] * moves(scenario, best)


def draw(comparison, folder: str | Path, svg: bool = False) -> list[Path]:
    """Draw every figure that fits into `folder` as PNG (and SVG); returns the PNG files."""
    return [save(make(), Path(folder) / f"{name}.png", svg) for name, make in figures(comparison)]


def save(figure, path: Path, svg: bool = False) -> Path:
    """A figure on disk, the same numbers giving the same bytes."""
    import matplotlib

    from sim.plots.style import SETTINGS

    path.parent.mkdir(parents=True, exist_ok=True)
    with matplotlib.rc_context(SETTINGS):
        figure.savefig(path, dpi=150, metadata={"Software": "Tenure"})
        if svg:
            figure.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    return path
