"""Reports: what the study said and nothing else, in one file that a browser draws with the network cut."""
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.compare import compare
from sim.report import Study, report
from sim.report.changed import changes
from sim.report.claims import touched
from sim.report.limits import limits
from sim.results import NotResults, write
from sim.runs import simulate
from sim.scenario import load
from sim.screens.verdict import ROWS, figure_cell

SMALL = ("market.buyers=200", "market.periods=30", "runs=4", "name=<script>alert(1)</script> & more", "sellers.ours.price=97")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
BUDGET = 2_000_000                         # bytes of a page


@pytest.fixture(scope="module")
def comparison():
    """A small study of a market with a name that must not be taken for a tag."""
    return compare(load("office_automation", SMALL), threads=1)


@pytest.fixture(scope="module")
def folder(comparison, tmp_path_factory):
    """Its results on disk, with both reports."""
    folder = write(comparison, tmp_path_factory.mktemp("study") / "out")
    for form in ("html", "md"):
        report(folder, form=form)
    return folder


def test_a_study_is_the_comparison_it_was(comparison, folder):
    study = Study(folder)
    for name in ("gain", "why", "paths", "summary"):
        pd.testing.assert_frame_equal(getattr(study, name), getattr(comparison, name), check_dtype=False, rtol=1e-12)
    assert study.sentences() == {name: comparison.sentence(name) for name in comparison.gain.sort_values("gain", ascending=False).strategy}
    assert (study.focal, study.baseline, study.others, study.buyers) == ("ours", "transactional", comparison.others, 200)
    ours, theirs = study.summary.set_index("strategy"), comparison.summary.set_index("strategy")
    for figure, (_, kind) in ROWS.items():
        for name in study.runs.strategies:
            assert figure_cell(ours.loc[name], figure, kind) == figure_cell(theirs.loc[name], figure, kind)


def test_the_page_says_what_a_board_asks(comparison, folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    study = Study(folder)
    assert len(page.encode()) < BUDGET
    told = re.sub(r"\s+", " ", page.replace("&#39;", "'"))
    for words in (*study.sentences().values(), *limits(study), study.record["receipt"], study.record["digest"], "sellers.ours.price",
                  "tenure verify out", "partnership for all", "level: partnership"):
        assert words in told, words
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL))


def test_what_differs_from_the_reference_market_is_listed():
    found = {one.path: (one.here, one.there) for one in changes(load("default", ["sellers.ours.price=97"]))}
    assert found == {"sellers.ours.price": ("97", "100")} and changes(load("default")) == []


@pytest.mark.parametrize(("name", "sets", "expected"), [
    ("office_automation", (), ["C1", "C2", "C3"]),
    ("inferior_quality", (), ["C1", "C2", "C4"]),
    ("over_promising", (), ["C6"]),
    ("rumour", (), ["C8"]),
    ("default", ("behaviour.doubt=4", "strategies.relationship.ours.loyalty_discount={per_year: 0.02, most: 0.1}"),
     ["C1", "C2", "C10", "C12"]),
])
def test_claims_are_named_where_a_study_touches_them(name, sets, expected):
    scenario = load(name, sets)
    study = SimpleNamespace(scenario=scenario, focal=scenario.focal, runs=SimpleNamespace(strategies=list(scenario.strategies)))
    assert set(expected) <= {re.search(r"tenure claims (C\d+)\)", line)[1] for line in touched(study)}


def test_nothing_is_claimed_of_what_is_not_there():
    scenario = load("default", ["strategies={one: {ours: {level: basic}}, other: {ours: {level: basic, price: 95}}}", "baseline=one"])
    assert touched(SimpleNamespace(scenario=scenario, focal="ours", runs=SimpleNamespace(strategies=["one", "other"]))) == []


def test_limits_follow_the_scenario(folder):
    """What is on is not called off."""
    words = " ".join(limits(Study(folder)))
    assert "do not hear each other" in words and "do not answer what our seller does" in words

    loud = load("price_war_answers", ["word_of_mouth.network=small_world"])
    words = " ".join(limits(SimpleNamespace(scenario=loud, runs=SimpleNamespace(runs=4, strategies=list(loud.strategies)))))
    assert "do not hear each other" not in words and "do not answer what our seller does" not in words


def test_markdown_comes_with_its_figures(comparison, folder):
    text = (folder / "report.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[.*\]\((.*)\)", text)
    assert len(pictures) == 5 and comparison.sentence("relationship") in text
    for picture in pictures:
        assert (folder / picture).read_bytes()[:4] == b"\x89PNG" and "<svg" in (folder / picture).with_suffix(".svg").read_text()[:300]
    assert [len(row) for row in re.findall(r"^\|[-|]+\|$", text, re.M)]


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_a_browser_without_network_draws_every_figure(folder, tmp_path):
    """All names resolve to nowhere; the page still draws five charts, and the console holds no error."""
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", f"--user-data-dir={tmp_path}",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=10000", "--dump-dom", f"file://{folder / 'report.html'}"],
        capture_output=True, text=True, timeout=120, check=True)
    figures = re.findall(r'<figure id="(\w+)"[^>]*>(.*?)</figure>', done.stdout, re.S)
    assert [name for name, _ in figures] == ["profit", "gap", "why", "retention", "survival"]
    assert all("<svg" in drawn and "<path" in drawn for _, drawn in figures)
    assert [line for line in done.stderr.splitlines() if ":CONSOLE" in line] == []


def ask(*words):
    return CliRunner().invoke(app, ["report", *map(str, words)])


def test_the_command_says_where_the_page_is(folder, tmp_path):
    done = ask(folder, "-o", tmp_path / "mine.html")
    assert done.exit_code == 0 and re.match(r"The report is .*mine\.html \(1\.\d MB, needs no network\)\.\n", done.output)
    done = ask(folder, "-o", tmp_path / "mine.html")
    assert done.exit_code == 2 and "is there already; use --force to replace it" in done.output


@pytest.mark.parametrize(("words", "said"), [
    (("--format", "pdf"), "'pdf' is no form of a report; choose from html, md\n"),
    (("--format", "htm"), "'htm' is no form of a report; did you mean 'html'?\n"),
])
def test_wrong_forms_are_one_sentence(folder, words, said):
    done = ask(folder, *words)
    assert done.exit_code == 2 and done.output == said


def test_what_holds_no_comparison_is_said(tmp_path):
    assert ask(tmp_path).exit_code == 2 and "so it is not a folder of results" in ask(tmp_path).output
    scenario = load("default", SMALL)
    write(simulate(scenario, ["transactional"], runs=2, threads=1), tmp_path / "run")
    with pytest.raises(NotResults, match="the runs of one strategy, which have no verdict to report"):
        Study(tmp_path / "run")
    write(compare(scenario, runs=2, threads=1), tmp_path / "old")
    Path(tmp_path / "old" / "summary.parquet").unlink()
    with pytest.raises(NotResults, match="written by an older Tenure"):
        Study(tmp_path / "old")
