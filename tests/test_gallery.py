"""The gallery: every kind of figure has its picture, each with its finding and a command that there is."""

import importlib
import pkgutil
import shlex
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

import sim.plots
from sim.cli import app
from sim.cli.gallery import gallery as gallery_command
from sim.plots.style import canvas, finish
from sim.report.exhibits import EXHIBITS, Exhibit
from sim.report.gallery import HEADING, INDEX, MOST, Picture, gallery, index, told_by

COMMITTED = Path(sim.plots.__file__).parent / "gallery"
NAMES = [name for one in EXHIBITS for name in one.pictures]


def kinds():
    """Every function in sim/plots that draws a figure of its own, named as its picture is."""
    for found in pkgutil.iter_modules(sim.plots.__path__):
        module = importlib.import_module(f"sim.plots.{found.name}")
        for name, made in vars(module).items():
            if hasattr(made, "__wrapped__") and made.__module__ == module.__name__ and "Figure" in str(made.__annotations__.get("return")):
                yield name if name.startswith(found.name) else f"{found.name}_{name}"


def test_every_kind_of_figure_is_shown_once():
    assert sorted(NAMES) == sorted(kinds())


def test_the_committed_gallery_shows_every_kind_and_says_what():
    assert {file.name for file in COMMITTED.iterdir()} == {INDEX, *(f"{name}.png" for name in NAMES)}
    found = [Picture(name, COMMITTED / f"{name}.png", told_by(COMMITTED / f"{name}.png")["Title"], one.command)
             for one in EXHIBITS for name in one.pictures]
    for one in found:
        assert one.file.stat().st_size <= MOST and told_by(one.file)["Comment"] == one.command
    assert (COMMITTED / INDEX).read_text(encoding="utf-8") == index(found)


@pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda one: one.command)
def test_the_commands_are_commands(exhibit):
    """Each is taken by the command line as it stands, options and all; nothing is played."""
    program, name, *words = shlex.split(exhibit.command)
    command = typer.main.get_command(app).commands[name]
    assert program == "tenure" and command.make_context(name, words).params


def small(name: str, drawn: list, broken: bool = False) -> Exhibit:
    """A study that plays nothing; `drawn` counts how often it is drawn."""

    def play():
        drawn.append(name)
        if broken:
            raise ValueError("no market")
        figure, _ = canvas()
        yield "figure", lambda: finish(figure, f"What {name} shows", "source")

    return Exhibit(f"tenure {name}", play, {"figure": name}, 1)


def test_a_gallery_that_broke_off_goes_on_where_it_was(tmp_path):
    drawn, told = [], []
    with pytest.raises(ValueError, match="no market"):
        gallery(tmp_path, (small("first", drawn), small("second", drawn, broken=True)))
    assert {file.name for file in tmp_path.iterdir()} == {"first.png"}
    found = gallery(tmp_path, (small("first", drawn), small("second", drawn)), lambda done, total: told.append((done, total)))
    assert drawn == ["first", "second", "second"] and told == [(1, 2), (2, 2)]
    assert [(one.name, one.finding, one.command) for one in found] == [
        ("first", "What first shows", "tenure first"), ("second", "What second shows", "tenure second")]
    assert (tmp_path / INDEX).read_text(encoding="utf-8").startswith(HEADING)


def test_a_picture_of_another_command_is_drawn_anew(tmp_path):
    drawn = []
    gallery(tmp_path, (small("first", drawn),))
    gallery(tmp_path, (small("first", drawn)._replace(command="tenure first --runs 2"),))
    assert len(drawn) == 2 and told_by(tmp_path / "first.png")["Comment"] == "tenure first --runs 2"


def ask(*words):
    alone = typer.Typer()
    alone.command()(gallery_command)
    return CliRunner().invoke(alone, [*map(str, words)])


def test_nothing_that_is_no_gallery_is_written_over(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = ask(tmp_path, "--force")
    assert done.exit_code == 2 and "holds files that are no gallery, such as mine.txt" in done.output
    (tmp_path / "mine.txt").unlink()
    (tmp_path / INDEX).write_text("# Something else\n")
    assert "such as README.md" in ask(tmp_path).output
    (tmp_path / INDEX).write_text(f"{HEADING}\n")
    assert "holds a gallery; use --force to make it anew" in ask(tmp_path).output
    done = ask(tmp_path / INDEX)
    assert done.exit_code == 2 and "is a file" in done.output and "Traceback" not in done.output
