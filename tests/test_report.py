"""Reports: what the study said and nothing else, in one file that a browser draws with the network cut."""
import html
import json
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from sim.cli import app
from sim.cli.limits import limits as limits_command
from sim.experiments.compare import compare
from sim.report import Study, report
from sim.report.assumed import assumed
from sim.report.changed import changes, levers
from sim.report.charts import charts
from sim.report.claims import touched
from sim.report.content import IN_FULL
from sim.report.left_out import LIMITS
from sim.report.limits import ALWAYS, CONDITIONAL, TOUCHES, limits, told
from sim.report.limits import touched as touched_limits
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


@pytest.fixture(scope="module")
def figures(folder):
    """name -> (finding, how to read it, chart)."""
    return charts(Study(folder))


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


def words_of(page: str) -> str:
    """A page's text as one reads it, without scripts and tags."""
    page = re.sub(r"<(script|style)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_the_page_says_what_a_board_asks(comparison, folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    study = Study(folder)
    assert len(page.encode()) < BUDGET
    read = words_of(page)
    in_full = [sentence for one in told(study).touching[:IN_FULL] for sentence in (one.left_out, one.matters, one.pushes, one.remedy)]
    for words in (*study.sentences().values(), *in_full, study.record["receipt"], study.record["digest"], "sellers.ours.price",
                  "tenure verify out", "partnership for all", "ours, level: partnership for every account"):
        assert words in read, words
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page
    assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=", re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL))


def test_the_page_can_be_read_without_eyes(folder):
    """Every figure is named by its finding and told how to be read; every table has headings; headings follow one another."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    for name in re.findall(r'<figure id="(\w+)"', page):
        assert f'<figure id="{name}" aria-labelledby="{name}_title" aria-describedby="{name}_how">' in page
        assert f'id="{name}_title"' in page and f'id="{name}_how"' in page
    assert page.count("<h1") == 1 and '<html lang="en">' in page and "<main>" in page
    for table in re.findall(r"<table.*?</table>", re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL), re.DOTALL):
        assert 'scope="row"' in table


def test_what_a_pointer_does_is_not_printed(folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<span class="screen"> Click a name to see it alone.</span>' in page


def test_what_differs_from_the_reference_market_is_listed():
    found = {one.path: (one.here, one.there) for one in changes(load("default", ["sellers.ours.price=97"]))}
    assert found == {"sellers.ours.price": ("97", "100")} and changes(load("default")) == []


def test_what_bears_on_nothing_is_not_listed_as_changed():
    """Other sellers, another unit of time: what goes without saying is left out, what is offered is not."""
    found = {one.path for one in changes(load("coffee"))}
    assert {"sellers.m69.price", "sellers.m69.taste_shape", "buyers.intermediate.share", "market.period"} <= found
    assert not {"sellers.ours.price", "sellers.m69.promise", "levels.partnership.cost_per_account", "buyers.intermediate.lots"} & found


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
    """What is on is not called off, neither among what touches a market nor among the rest."""
    words = " ".join(limits(Study(folder)))
    assert "do not hear each other" in words and "do not answer what our seller does" in words

    loud = load("price_war_answers", ["word_of_mouth.network=small_world"])
    found = touched_limits(loud, list(loud.strategies))
    names = {one.name for one in (*found.touching, *found.others)}
    assert not {"unheard", "still_rivals"} & names and {"experience_only", "simple_answers"} <= {one.name for one in found.touching}


def test_every_limit_is_whole_and_stated_once():
    assert len({one.name for one in LIMITS}) == len(LIMITS) and set(ALWAYS) | set(TOUCHES) | CONDITIONAL <= {one.name for one in LIMITS}
    for one in LIMITS:
        for sentence in one[1:]:
            assert sentence[0].isupper() and sentence.endswith("."), sentence


def test_a_market_on_data_is_not_called_reasoned():
    """Nor is one whose folder has left its data behind."""
    coffee = load("coffee")
    assert "reasoned" not in {one.name for one in touched_limits(coffee, list(coffee.strategies)).touching}
    recorded = SimpleNamespace(scenario=load("default"), record={"scenario": {"observed": {"file": "x"}}},
                               runs=SimpleNamespace(strategies=["transactional", "relationship"]))
    assert "reasoned" not in {one.name for one in told(recorded).touching}


def test_what_is_stated_is_not_assumed():
    names = list(load("default").strategies)
    before, after = assumed(load("default"), names), assumed(load("default", ["product.severity=30"]), names)
    assert "product.severity" in {row.path for row in before.deciding} and "product.severity" not in {row.path for row in after.deciding}
    assert after.stated == before.stated + 1
    assert not {row.path for row in (*before.deciding, *before.others)} & {"levels.accountable.cost_per_account"}     # nobody serves at it


@pytest.mark.parametrize(("name", "strategy", "does"), [
    ("price_war", "relationship follows", [
        "ours, level: by type: lost-for-good partnership, intermediate proactive, always-a-share reactive",
        "from month 24 until month 36 (we follow): ours, price: 90"]),
    ("coffee", "as is", ["changes nothing"]),
])
def test_strategies_are_told_in_words(name, strategy, does):
    scenario = load(name)
    study = SimpleNamespace(record={"scenario": scenario.as_dict(), "strategies": list(scenario.strategies)})
    assert {one.strategy: one.does for one in levers(study)}[strategy] == does


def test_markdown_comes_with_its_figures(comparison, folder, figures):
    text = (folder / "report.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[.*\]\((.*)\)", text)
    assert len(pictures) == len(figures) and comparison.sentence("relationship") in text
    for picture in pictures:
        assert (folder / picture).read_bytes()[:4] == b"\x89PNG" and "<svg" in (folder / picture).with_suffix(".svg").read_text()[:300]
    assert [len(row) for row in re.findall(r"^\|[-|]+\|$", text, re.M)]
    assert "<script>" not in text and "&lt;script>" in text


def ask(*words):
    return CliRunner().invoke(app, ["report", *map(str, words)])


def test_slides_are_sixteen_by_nine_and_stay_there(folder, figures, tmp_path):
    place = tmp_path / "slides"
    done = ask(folder, "--format", "svg", "-o", place, "--json")
    assert done.exit_code == 0 and len(json.loads(done.output)["files"]) == len(figures)
    for name, (finding, _, _) in figures.items():
        drawn = (place / f"{name}.svg").read_text(encoding="utf-8")
        assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg" width="1280" height="720"')
        assert html.escape(finding, quote=False) in drawn
    done = ask(folder, "--format", "svg", "-o", place)
    assert done.exit_code == 2 and "holds figures already; use --force to replace them" in done.output
    done = ask(folder, "-o", place)
    assert done.exit_code == 2 and "is a folder; name the file of the report" in done.output


@pytest.mark.slow
def test_slides_as_pictures_are_sharp(folder, figures, tmp_path):
    place = report(folder, tmp_path / "slides", "png")
    assert {file.stem for file in place.iterdir()} == set(figures)
    for file in place.iterdir():
        drawn = file.read_bytes()
        assert (int.from_bytes(drawn[16:20], "big"), int.from_bytes(drawn[20:24], "big")) == (1920, 1080)


def dumped(page: Path, place: Path, window: str = "1366,768") -> tuple[str, list[str]]:
    """What a browser makes of a page with all names resolving to nowhere, and what its console says."""
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", f"--user-data-dir={place}",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--virtual-time-budget=10000", f"--window-size={window}", "--dump-dom", f"file://{page}"],
        capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


def figures_drawn(dom: str) -> dict[str, str]:
    return dict(re.findall(r'<figure id="(\w+)"[^>]*>(.*?)</figure>', dom, re.DOTALL))


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_a_browser_without_network_draws_every_figure(folder, figures, tmp_path):
    """The console holds no error; each chart says its finding to who cannot see it."""
    dom, console = dumped(folder / "report.html", tmp_path)
    drawn = figures_drawn(dom)
    assert [*drawn] == [*figures] and console == []
    for name, (finding, _, _) in figures.items():
        assert "<svg" in drawn[name] and "<path" in drawn[name] and f'aria-label="{html.escape(finding)}"' in drawn[name]


ASKED = """<script>const looking = setInterval(() => { if (Object.keys(views).length < Object.keys(specs).length) return;
clearInterval(looking);
const box = document.createElement("pre"), rows = {};
for (const [name, view] of Object.entries(views)) rows[name] = Object.fromEntries(Object.keys(specs[name].datasets).map(one => {
try { return [one, view.data(one)]; } catch { return [one, null]; } }));
box.id = "seen"; box.textContent = JSON.stringify(rows); document.body.append(box); }, 200);</script></body>"""


@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_every_number_on_the_page_is_the_one_on_record(folder, tmp_path):
    """Verdict, table and the rows behind the drawn charts, read from the browser, against the folder's Parquet files."""
    copy = tmp_path / "asked.html"
    copy.write_text(ASKED.join((folder / "report.html").read_text(encoding="utf-8").rsplit("</body>", 1)), encoding="utf-8")
    dom, _ = dumped(copy, tmp_path / "browser")
    seen = json.loads(html.unescape(re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)[1]))
    answer, summary, paths, why = (pd.read_parquet(folder / f"{name}.parquet") for name in ("answer", "summary", "paths", "why"))
    rows = {name: [row for found in seen[name].values() for row in found or ()] for name in seen}
    same_rows(rows["profit"], paths, "profit")
    same_rows(rows["gap"], paths[paths.strategy != "transactional"], "gap")
    first = answer.loc[answer.gain.idxmax(), "strategy"]
    same_causes(rows["why"], why[why.strategy == first])
    verdict_on_record(dom, answer.set_index("strategy").loc[first])
    table_on_record(dom, summary.set_index("strategy"))


MEASURED = """<script>setTimeout(() => { const box = document.createElement("pre"); box.id = "wide";
box.textContent = [innerWidth, document.documentElement.scrollWidth,
...[...document.querySelectorAll("figure svg")].map(one => Math.round(one.getBoundingClientRect().right))].join(" ");
document.body.append(box); }, 6000);</script></body>"""


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_on_a_phone_nothing_sticks_out(folder, tmp_path):
    copy = tmp_path / "measured.html"
    copy.write_text(MEASURED.join((folder / "report.html").read_text(encoding="utf-8").rsplit("</body>", 1)), encoding="utf-8")
    dom, _ = dumped(copy, tmp_path / "browser", "390,844")
    room, wide, *figures = map(int, re.search(r'<pre id="wide">(.*?)</pre>', dom)[1].split())
    assert wide <= room and len(figures) == len(figures_drawn(dom)) and max(figures) <= room


def same_rows(drawn, table, column):
    """A chart's lines and bands, point by point."""
    told = table.assign(strategy=table.strategy.astype(str).str.replace("_", " ")).set_index(["strategy", "period"])
    points = [row for row in drawn if f"{column}_low" in row]
    assert len(points) == len(told)
    for row in points:
        for name in (column, f"{column}_low", f"{column}_high"):
            assert row[name] == pytest.approx(told.loc[(row["strategy"], row["period"]), name], abs=1e-4)


def same_causes(drawn, table):
    """Each bar of the causes, and that all of them sum to the gap."""
    plain = table.astype({"buyer_type": str, "cause": str})
    by_type = {(row.buyer_type.replace("_", "-"), row.cause): row.gain for row in plain.itertuples()}
    bars = {(row["buyers"], row["cause"]): row["gain"] for row in drawn}
    for (kind, cause), gain in by_type.items():
        assert bars.get((kind, cause), 0.0) == pytest.approx(gain, abs=1e-4)
    assert bars["all buyers", "sum"] == pytest.approx(table.gain.sum(), abs=1e-3)


def verdict_on_record(dom, row):
    """The gain and its interval, as the sentence rounds them."""
    sentence = re.search(r'<p class="verdict">(.*?)</p>', dom)[1]
    gain, low, high = (float(text.replace(",", "").replace("−", "-")) for text in re.search(
        r"([−\d,.]+) EUR (?:more|less|per buyer).*?interval ([−\d,.]+) to ([−\d,.]+);", sentence).groups())
    sign = -1 if " less per buyer" in sentence else 1
    for said, known in ((sign * gain, row.gain), (min(sign * low, sign * high), row.low), (max(sign * low, sign * high), row.high)):
        assert said == pytest.approx(known, abs=0.51 if abs(known) >= 100 else 0.051)


def table_on_record(dom, summary):
    """Every cell of the table of figures, mean and half interval."""
    table = re.search(r'<table class="figures">(.*?)</table>', dom, re.DOTALL)[1]
    names = [html.unescape(name).replace(" ", "_") for name in re.findall(r'<th scope="col">(.*?)</th>', table)[1:]]
    lines = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table)
    assert len(lines) == len(ROWS) and names == [*summary.index]
    for figure, (_, cells) in zip(ROWS, lines, strict=True):
        for name, cell in zip(names, re.findall(r"<td>(.*?)</td>", cells), strict=True):
            cell = html.unescape(cell).replace("\N{NO-BREAK SPACE}", " ")
            assert cell == figure_cell(summary.loc[name], figure, ROWS[figure][1])
            number = re.match(r"[−\d,.]+", cell)[0].replace(",", "").replace("−", "-")
            known = float(summary.loc[name, figure]) * (100 if "%" in cell else 1)
            assert float(number) == pytest.approx(known, abs=0.51 * 10.0 ** -len(number.partition(".")[2]))


@pytest.mark.slow
def test_the_line_at_the_end_gives_the_numbers_again(tmp_path, monkeypatch):
    """The command on the page, given in an empty folder, ends in the same receipt; the check of the folder agrees."""
    monkeypatch.chdir(tmp_path)
    words = ["compare", "default", "--set", "market.buyers=200", "--set", "market.periods=24", "--runs", "4", "--no-figures", "-o", "first"]
    monkeypatch.setattr("sys.argv", ["tenure", *words])
    assert CliRunner().invoke(app, words).exit_code == 0
    page = report("first").read_text(encoding="utf-8")
    line, check = html.unescape(re.search(r'<pre id="command">(.*?)</pre>', page, re.DOTALL)[1]).splitlines()
    again = shlex.split(line)[1:]
    assert CliRunner().invoke(app, [*again[:-1], "second"]).exit_code == 0
    assert Study("first").record["receipt"] == Study("second").record["receipt"] and Study("first").record["receipt"] in page
    assert CliRunner().invoke(app, shlex.split(check)[1:]).exit_code == 0


def test_the_command_says_where_the_page_is(folder, tmp_path):
    done = ask(folder, "-o", tmp_path / "mine.html")
    assert done.exit_code == 0 and re.match(r"The report is .*mine\.html \(1\.\d MB, needs no network\)\.\n", done.output)
    done = ask(folder, "-o", tmp_path / "mine.html")
    assert done.exit_code == 2 and "is there already; use --force to replace it" in done.output


def ask_limits(*words):
    alone = typer.Typer()
    alone.command()(limits_command)
    return CliRunner().invoke(alone, [*map(str, words)])


def test_limits_are_told_with_and_without_a_market():
    general, ours = ask_limits(), ask_limits("office_automation")
    assert general.exit_code == 0 and all(one.left_out.split(".")[0][:60] in general.output.replace("\n", " ") for one in LIMITS)
    assert re.search(r"\d+ of \d+ limits of the model touch it", ours.output) and "product.problem_rate = 0.2" in ours.output
    answer = json.loads(ask_limits("office_automation", "--json").output)
    assert {"touching", "others", "values", "assumed_deciding", "assumed_others"} <= set(answer)
    assert answer["values"]["assumed"] == len(answer["assumed_deciding"]) + len(answer["assumed_others"])


@pytest.mark.parametrize(("words", "said"), [
    (("--all",), "--all goes with a scenario"),
    (("--set", "a.b=1"), "--set goes with a scenario"),
    (("nosuch",), "there is no shipped scenario"),
])
def test_limits_of_nothing_are_one_sentence(words, said):
    done = ask_limits(*words)
    assert done.exit_code == 2 and said in done.output and "Traceback" not in done.output


@pytest.mark.parametrize(("words", "said"), [
    (("--format", "pdf"), "'pdf' is no form of a report; choose from html, md, svg, png\n"),
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
