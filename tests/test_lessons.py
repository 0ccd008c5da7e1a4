"""Lessons: each notebook is whole and has no outputs, every number that its text states comes out, and they are handed out with care."""

import json
import re
from itertools import pairwise

import pytest

from sim.lessons import HEADINGS, cells, chosen, lessons, text_of

ALL = lessons()
NUMBERED = [lesson.name for lesson in ALL]


def of_kind(lesson, kind):
    """(id, text) of the cells of a kind."""
    return [(cell["id"], text_of(cell)) for cell in cells(lesson.path) if cell["cell_type"] == kind]


def test_there_are_eight_in_order_each_an_hour():
    assert [name[:2] for name in NUMBERED] == [f"0{number}" for number in range(1, 9)]
    assert all(lesson.minutes == 60 and lesson.question.endswith("?") and lesson.title for lesson in ALL)


@pytest.mark.parametrize("lesson", ALL, ids=NUMBERED)
class TestNotebook:
    def test_is_valid_and_has_no_outputs(self, lesson):
        nbformat = pytest.importorskip("nbformat")
        notebook = nbformat.read(lesson.path, as_version=4)
        nbformat.validate(notebook)
        assert notebook.metadata.kernelspec.name == "python3"
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)

    def test_has_the_headings_in_order(self, lesson):
        told = [heading for _, text in of_kind(lesson, "markdown") for heading in re.findall(r"^## (.+)$", text, re.MULTILINE)]
        parts = [heading for heading in told if heading.startswith("Part ")]
        assert [heading for heading in told if heading not in parts] == list(HEADINGS)
        assert len(parts) >= 3 and told[2 : 2 + len(parts)] == parts

    def test_the_timetable_has_no_gaps(self, lesson):
        teacher = next(text for _, text in of_kind(lesson, "markdown") if HEADINGS[0] in text)
        spans = [(int(start), int(end)) for start, end in re.findall(r"^\|\s*(\d+)–(\d+)\s*\|", teacher, re.MULTILINE)]
        assert spans[0][0] == 0 and all(one[1] == other[0] for one, other in pairwise(spans))

    def test_each_part_has_a_picture_a_question_an_answer_and_a_check(self, lesson):
        names = {name for name, _ in of_kind(lesson, "markdown")} | {name for name, _ in of_kind(lesson, "code")}
        parts = [name.removeprefix("part-") for name in names if name.startswith("part-")]
        assert parts
        for part in parts:
            assert {f"{piece}-{part}" for piece in ("picture", "question", "answer", "check")} <= names

    def test_answers_are_folded_and_checks_assert(self, lesson):
        answers = [text for name, text in of_kind(lesson, "markdown") if name.startswith("answer-")]
        checks = [text for name, text in of_kind(lesson, "code") if name.startswith("check-")]
        assert all(text.startswith("<details><summary>Answer</summary>\n\n") and text.endswith("</details>") for text in answers)
        assert all("assert " in text and "print(" not in text for text in checks)

    def test_code_is_plain(self, lesson):
        code = "\n".join(text for _, text in of_kind(lesson, "code"))
        assert not re.search(r"^\s*[%!]|https?:|seed=None|FILL|TODO", code, re.MULTILINE)
        compile(code, lesson.name, "exec")

    @pytest.mark.slow
    def test_every_number_that_it_states_comes_out(self, lesson):
        pytest.importorskip("nbclient"), pytest.importorskip("ipykernel")
        from sim.lessons.page import played

        shown = [output for cell in played(lesson.path).cells for output in cell.get("outputs", [])]
        assert any("image/png" in output.get("data", {}) for output in shown)
        assert not any(output.output_type == "stream" and output.name == "stderr" for output in shown), "a warning"


@pytest.fixture
def command():
    """tenure lessons ARGS: exit code, standard output, standard error."""
    import typer
    from typer.testing import CliRunner

    from sim.cli.lessons import lessons as it

    app = typer.Typer()
    app.command()(it)

    def run(*args):
        found = CliRunner().invoke(app, [str(arg) for arg in args])
        return found.exit_code, found.stdout, found.stderr

    return run


def test_lessons_are_listed(command):
    code, out, _ = command()
    assert code == 0 and all(name in out for name in NUMBERED) and out.count("60 min") == 8
    code, out, _ = command("--json")
    assert [one["name"] for one in json.loads(out)] == NUMBERED


def test_a_number_and_words_name_a_lesson():
    assert [lesson.name for lesson in chosen(["kotlers_ladder", "2", "03", "02_jacksons_spectrum.ipynb"])] == NUMBERED[1:3]


def test_notebooks_are_written_as_they_are(command, tmp_path):
    code, out, _ = command("--write", tmp_path / "class", "2", "3")
    assert code == 0 and "2 notebooks in" in out
    assert sorted(path.name for path in (tmp_path / "class").iterdir()) == [f"{name}.ipynb" for name in NUMBERED[1:3]]
    assert (tmp_path / "class" / f"{NUMBERED[1]}.ipynb").read_bytes() == ALL[1].path.read_bytes()


def test_nothing_is_overwritten_unasked(command, tmp_path):
    mine = tmp_path / f"{NUMBERED[1]}.ipynb"
    mine.write_text("mine")
    code, _, said = command("--write", tmp_path, "1", "2")
    assert code == 2 and f"{mine} is there already; use --force" in said
    assert mine.read_text() == "mine" and len(list(tmp_path.iterdir())) == 1
    assert command("--write", tmp_path, "1", "2", "--force")[0] == 0 and mine.read_text() != "mine"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["jackson"], "there is no lesson 'jackson'"),
        (["9"], "there is no lesson '9'; choose from 01_"),
        (["--html"], "--html goes with --write DIR"),
        (["--force"], "--force goes with --write DIR"),
        (["--write", __file__], "is a file; name a folder"),
    ],
)
def test_wrong_use_is_said_in_a_sentence(command, args, words):
    code, out, said = command(*args)
    assert code == 2 and words in said and not out and len(said.splitlines()) == 1


def test_a_missing_extra_is_said_with_its_pip_line(command, tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "nbconvert", None)
    code, _, said = command("--write", tmp_path / "class", "--html", "1")
    assert code == 2 and "pip install 'tenure[lessons]'" in said and not (tmp_path / "class").exists()


FOLDED = "<details><summary>Answer</summary>\n\nIt *is*.\n\n</details>"
SMALL = [f"# 1 · Small\n\n**Question: is it?**\n\n{FOLDED}", "x = 6 * 7\nx", "assert x == {}"]


def small_lesson(folder, number):
    """A lesson of three cells whose check expects a number."""
    nbformat = pytest.importorskip("nbformat")
    from sim.lessons import read

    first, *rest = SMALL
    made = [nbformat.v4.new_markdown_cell(first, id="title")]
    made += [nbformat.v4.new_code_cell(text.format(number), id=name) for text, name in zip(rest, ("play-1", "check-1"), strict=True)]
    nbformat.write(nbformat.v4.new_notebook(cells=made), folder / "01_small.ipynb")
    return read(folder / "01_small.ipynb")


@pytest.mark.slow
def test_a_page_shows_what_came_out_and_needs_no_network(tmp_path):
    pytest.importorskip("nbclient"), pytest.importorskip("nbconvert")
    from sim.lessons.page import write_page

    page = write_page(small_lesson(tmp_path, 42), tmp_path / "class").read_text()
    assert "<title>Small</title>" in page and "<pre>42</pre>" in page and "assert" not in page
    assert re.search(r"<details><summary>Answer</summary>\s*<p>It <em>is</em>.</p>\s*</details>", page)
    assert not re.search(r"""(src|href)=["'](https?:)?//|<script|@import""", page)


@pytest.mark.slow
def test_a_check_that_fails_names_its_cell_and_how_to_go_on(command, tmp_path, monkeypatch):
    pytest.importorskip("nbclient"), pytest.importorskip("nbconvert")
    import sim.lessons

    monkeypatch.setattr(sim.lessons, "HERE", small_lesson(tmp_path, 43).path.parent)
    code, _, said = command("--write", tmp_path / "class", "--html")
    assert code == 1 and "01_small, cell check-1: a number that the text states is not what came out" in said
    assert "--html --force 01_small" in said and (tmp_path / "class" / "01_small.ipynb").exists()
