"""The command line: what it prints, where it writes, how it ends; through the program itself where ends matter."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.cli.guard import DEBUG

ROOT = Path(__file__).parents[1]
SMALL = ["--set", "market.buyers=200", "--set", "market.periods=12", "--runs", "2"]
PROGRAM = [sys.executable, "-c", "from sim.cli import main; main()"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*words: str):
    """Run a command within this process."""
    return CliRunner().invoke(app, [str(word) for word in words])


def program(*words: str, folder: Path, **options) -> subprocess.CompletedProcess:
    """Run a command as a program of its own."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | options
    return subprocess.run([*PROGRAM, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False)


def left(folder: Path) -> list[str]:
    """What stands in a folder."""
    return sorted(path.name for path in folder.iterdir())


# --- help --------------------------------------------------------------------------------------------------------------------


def test_help_imports_nothing_heavy(here):
    heavy = ("numpy", "numba", "pandas", "pydantic", "scipy", "matplotlib", "seaborn", "mesa", "ruamel")
    words = "import sys; sys.argv = ['tenure', '--help']\nfrom sim.cli import main\n"
    words += f"try: main()\nfinally: print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", words], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip().endswith("[]") and "relationship" in done.stdout


def test_simulate_imports_only_what_every_market_needs():
    """The quantiles of a population, an edge list, tables: what they need is imported where they are made."""
    late = ("scipy.special", "scipy.stats", "pyarrow", "pandas", "matplotlib", "networkx", "mesa", "rich", "typer")
    words = f"from sim import simulate\nimport sys\nprint([name for name in {late} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", words], env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=True
    )
    assert done.stdout.rstrip() == "[]"


COMMANDS = ("compare", "open", "run", "trace", "graph", "report", "limits", "verify", "warmup", "map", "kotler", "sensitivity", "optimise",
            "equilibrium", "sweep", "calibrate", "claims", "published", "gallery", "export", "lab", "class", "lessons", "list", "new",
            "explain", "check", "diff", "schema")


def test_help_names_every_command():
    words = ask("--help").output
    assert all(f"  {name} " in words for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name):
    done = ask(name, "--help")
    assert done.exit_code == 0 and f"Usage: tenure {name}".replace("tenure", done.output.split()[1]) in done.output


def test_version():
    from sim import __version__

    assert ask("--version").output == f"tenure {__version__}\n"


# --- compare -----------------------------------------------------------------------------------------------------------------


def test_the_verdict_comes_first_and_fits_a_screen(here):
    done = ask("compare", "default", *SMALL, "--no-figures", "--out", "out")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Relationship") and "95% interval" in done.stdout and "paired runs" in done.stdout
    assert len(lines) <= 46 and max(map(len, lines)) <= 100
    for words in (
        "profit per buyer, EUR",
        "Why relationship",
        "What would flip the answer",
        "Next",
        "Results are in out (tables, run.json; receipt",
    ):
        assert words in done.stdout


def test_results_and_figures_are_written(here):
    assert ask("compare", "default", *SMALL, "--out", "out").exit_code == 0
    assert {"answer.parquet", "figures", "periods.parquet", "run.json", "why.parquet"} <= set(left(here / "out"))
    assert {"profit.png", "gap.png", "why.png", "phases.png", "share.png"} <= set(left(here / "out" / "figures"))
    assert left(here) == ["out"]


def test_options_alone_compare_the_default(here):
    done = ask(*SMALL, "--no-figures", "--quiet")
    assert done.exit_code == 0 and done.stdout.startswith("Relationship")
    (name,) = left(here / "results")
    assert name.startswith("default_") and len(name) == len("default_") + 6


def test_plain_questions_go_to_results_name(here):
    Path("mine.yaml").write_text("schema: 1\nname: Mine\nextends: default\nruns: 2\nmarket: {buyers: 200, periods: 6}\n")
    assert ask("compare", "mine.yaml", "--no-figures", "--quiet").exit_code == 0
    assert left(here / "results") == ["mine"]


def test_json_is_all_there_is_on_standard_output(here):
    done = program("compare", "default", *SMALL, "--no-figures", "--json", folder=here)
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and done.stdout.startswith("{")
    assert answer["runs"] == 2 and {"sentence", "why", "gain", "low", "high"} <= set(answer["strategies"]["relationship"])
    assert isinstance(answer["flips"], list) and Path(here / answer["results"] / "run.json").is_file()


def test_quiet_prints_one_sentence(here):
    done = program("compare", "default", *SMALL, "--no-figures", "--quiet", folder=here)
    assert done.stdout.count("\n") == 1 and done.stdout.startswith("Relationship") and done.stderr == ""


def test_output_is_plain_where_there_is_no_terminal(here):
    done = program("compare", "default", *SMALL, "--no-figures", folder=here)
    assert "\x1b" not in done.stdout + done.stderr


def test_other_results_are_never_overwritten(here):
    assert ask("compare", "default", *SMALL, "--no-figures", "--quiet", "--out", "out").exit_code == 0
    before = Path("out/run.json").read_bytes()
    done = ask("compare", "default", *SMALL, "--seed", "7", "--no-figures", "--out", "out")
    assert done.exit_code == 2 and done.stdout == "" and Path("out/run.json").read_bytes() == before
    assert done.stderr == (
        "out holds the results of another study (Transactional against relationship, 2 runs, seed 42); "
        "use --force to replace them, or another folder with --out\n"
    )
    assert ask("compare", "default", *SMALL, "--seed", "7", "--no-figures", "--quiet", "--out", "out", "--force").exit_code == 0
    assert json.loads(Path("out/run.json").read_text())["seed"] == 7


def test_the_same_study_again_leaves_its_results_as_they_are(here):
    assert ask("compare", "default", *SMALL, "--no-figures", "--quiet", "--out", "out").exit_code == 0
    before = Path("out/run.json").stat().st_mtime_ns
    done = ask("compare", "default", *SMALL, "--no-figures", "--out", "out")
    assert done.exit_code == 0 and "holds these very numbers already" in done.stdout
    assert Path("out/run.json").stat().st_mtime_ns == before


def test_the_same_study_with_other_numbers_is_told(here):
    assert ask("compare", "default", *SMALL, "--no-figures", "--quiet", "--out", "out").exit_code == 0
    record = json.loads(Path("out/run.json").read_text())
    Path("out/run.json").write_text(json.dumps(record | {"receipt": "0" * 64}))
    done = ask("compare", "default", *SMALL, "--no-figures", "--out", "out")
    assert done.exit_code == 1 and done.stderr.startswith("out holds other numbers for the same study")


def test_files_that_are_no_results_are_never_touched(here):
    Path("out").mkdir()
    Path("out/thesis.txt").write_text("mine")
    done = ask("compare", "default", *SMALL, "--out", "out")
    assert (done.exit_code, done.stderr) == (2, "out holds files that are not results; choose another folder with --out\n")
    assert ask("compare", "default", *SMALL, "--no-figures", "--quiet", "--out", "out", "--force").exit_code == 2
    assert left(here / "out") == ["thesis.txt"]


# --- wrong use -----------------------------------------------------------------------------------------------------------------

DEFAULT = "Transactional against relationship"
WRONG = {
    ("compare", "defualt"): "defualt: there is no shipped scenario of this name; did you mean 'default'?\n",
    ("compare", "default", "--strategies", "relatonship"):
        f"'relatonship' is not a strategy of {DEFAULT}; did you mean 'relationship'?\n",
    ("compare", "default", "--strategies", "transactional"):
        "there is nothing to compare with transactional; it is the only strategy named, and the baseline\n",
    ("run", "default", "--strategy", "x"):
        f"'x' is not a strategy of {DEFAULT}; choose from transactional, relationship\n",
    ("trace", "default", "--buyer", "5001"): "there is no buyer 5,001; the buyers of this market are counted from 1 to 5,000\n",
    ("trace", "default", "--buyer", "0"): "there is no buyer 0; the buyers of this market are counted from 1 to 5,000\n",
    ("graph", "default", "--strategy", "relatonship"):
        f"'relatonship' is not a strategy of {DEFAULT}; did you mean 'relationship'?\n",
    ("graph", "default", "--period", "121"): "there is no month 121; the record ends with month 120, and 0 is before it\n",
    ("graph", "default", "--buyers", "0"): "0 buyers cannot be shown; the market has 5,000\n",
    ("verify", "nowhere"): "nowhere has no run.json, so it is not a folder of results\n",
    ("new", "no/such/folder.yaml"): "there is no folder no/such; make it first\n",
    ("explain", "nothing.yaml"): None,
    ("compare", "default", "--set", "market.buyers=-3"): None,
    ("diff", "default", "coffe"): "coffe: there is no shipped scenario of this name; did you mean 'coffee'?\n",
}  # fmt: skip


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_wrong_use_is_one_clear_message(words, here):
    done = ask(*words)
    assert done.exit_code == 2 and done.stdout == "" and left(here) == []
    assert WRONG[words] in (None, done.stderr)
    assert done.stderr and "Traceback" not in done.stderr


USAGE = {
    ("comapre",): "There is no command 'comapre'; did you mean 'compare'?",
    ("office_automation",): "There is no command 'office_automation'; did you mean 'tenure compare office_automation'?",
    ("mine.yaml",): "There is no command 'mine.yaml'; did you mean 'tenure compare mine.yaml'?",
    ("compare", "--bogus"): "No such option: --bogus",
    ("compare", "--runs", "1"): "--runs",
    ("graph", "--run", "0"): "--run",
    ("compare", "--runs", "many"): "--runs",
    ("--bogus",): "No such option: --bogus",
    ("verify",): "DIR",
}  # fmt: skip


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_wrong_words_say_what_was_meant(words, here):
    done = ask(*words)
    assert done.exit_code == 2 and USAGE[words] in done.stderr and left(here) == []


def test_a_scenario_error_is_printed_as_it_is(here):
    from sim.scenario import ScenarioError, load

    Path("wrong.yaml").write_text("schema: 1\nname: Wrong\nextends: default\nmarket: {buyer: 5}\n")
    with pytest.raises(ScenarioError) as caught:
        load("wrong.yaml")
    for command in ("compare", "run", "trace", "explain", "check"):
        done = ask(command, "wrong.yaml")
        assert (done.exit_code, done.stderr) == (2, f"{caught.value}\n")


def test_an_unexpected_error_is_a_sentence(here, monkeypatch):
    monkeypatch.setattr("sim.scenario.words.difference", lambda *_: 1 / 0)
    done = ask("diff", "default", "coffee")
    assert done.exit_code == 1 and "ZeroDivisionError: division by zero" in done.stderr and f"{DEBUG}=1" in done.stderr
    assert "Traceback" not in done.stderr
    monkeypatch.setenv(DEBUG, "1")
    assert isinstance(ask("diff", "default", "coffee").exception, ZeroDivisionError)


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_refused_at_once(here):
    Path("locked").mkdir(mode=0o500)
    done = ask("compare", "default", *SMALL, "--out", "locked/out")
    assert done.exit_code == 2 and "nothing can be written to" in done.stderr


def test_a_file_is_no_place_for_results(here):
    Path("file").write_text("")
    assert ask("compare", "default", *SMALL, "--out", "file").stderr == "file is a file; choose a folder with --out\n"
    assert ask("compare", "default", *SMALL, "--out", "file/out").exit_code == 2


# --- how it ends -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("threads", ["1", "2"])
def test_ctrl_c_ends_with_a_sentence(here, threads):
    words = ["compare", "default", "--set", "market.buyers=20000", "--runs", "100000", "--threads", threads]
    running = subprocess.Popen(   # a shell that runs the tests in the background has switched Ctrl-C off for its children: switch it on
        [*PROGRAM, *words], cwd=here, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)
    )
    time.sleep(4)
    asked = time.monotonic()
    running.send_signal(signal.SIGINT)
    try:
        out, error = running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 1 and out == "" and time.monotonic() - asked < 20
    assert error.endswith("\nStopped. What was not finished has not been written.\n") and "Traceback" not in error
    assert left(here) == []


@pytest.mark.parametrize("words", [("list",), ("explain", "default"), ("schema",)], ids=" ".join)
def test_a_reader_that_goes_away_is_no_error_message(here, words):
    running = subprocess.Popen(
        [*PROGRAM, *words], cwd=here, env=os.environ | {"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    running.stdout.close()
    assert running.stderr.read() == ""
    assert running.wait(60) in (0, 1)


def test_a_first_use_says_that_it_compiles(monkeypatch, tmp_path, capsys):
    from sim.cli import waiting

    monkeypatch.setenv("TENURE_CACHE", str(tmp_path))
    with waiting.bar("Playing", quiet=False):
        pass
    assert "Compiling the model for this machine, once; about half a minute" in capsys.readouterr().err
    with waiting.bar("Playing", quiet=True):
        pass
    assert capsys.readouterr().err == ""


def test_work_aside_returns_and_raises_what_the_work_does():
    from sim.cli.waiting import heard

    assert heard(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        heard(lambda: 1 / 0)


# --- the other commands ----------------------------------------------------------------------------------------------------------


def test_run_shows_sellers_and_types(here):
    done = ask("run", "default", *SMALL, "--strategy", "relationship", "--no-figures")
    assert done.exit_code == 0, done.stderr
    assert all(words in done.stdout for words in ("rivals 3", "lost-for-good", "always-a-share", "share of"))
    (name,) = left(here / "results")
    assert name.startswith("default_relationship_")


def test_run_as_json_adds_up(here):
    answer = json.loads(ask("run", "default", *SMALL, "--no-figures", "--json").stdout)
    assert answer["strategy"] == "transactional"
    assert sum(row["market_share"] for row in answer["sellers"].values()) == pytest.approx(1, abs=1e-4)
    whole = answer["sellers"]["ours"]["profit"]
    assert sum(row["profit"] for row in answer["buyer_types"].values()) == pytest.approx(whole, rel=1e-4)


def test_run_stands_beside_what_was_observed(here):
    done = ask("run", "coffee", "--set", "market.buyers=500", "--runs", "2", "--no-figures")
    assert done.exit_code == 0, done.stderr
    assert "Beside what was observed" in done.stdout and "of 12 cells within the limits that the scenario sets." in done.stdout


def test_trace_tells_two_lives(here):
    done = ask("trace", "default", "--set", "market.buyers=300", "--set", "market.periods=24", "--out", "out")
    assert done.exit_code == 0, done.stderr
    assert "under transactional" in done.stdout and "The paths part in month" in done.stdout
    assert left(here / "out" / "figures") == ["life.png"] and "buyers.parquet" in left(here / "out")


def test_trace_of_one_buyer_as_json(here):
    done = ask("trace", "default", "--set", "market.buyers=300", "--set", "market.periods=12", "--buyer", "250", "--no-figures", "--json")
    answer = json.loads(done.stdout)
    assert answer["buyer"] == 250 and answer["buyer_type"] == "always_a_share" and len(answer["strategies"]) == 2


GRAPH = ("graph", "default", "--set", "market.buyers=300", "--set", "market.periods=12", "--set", "word_of_mouth.network=small_world")


def test_graph_tells_relationships_and_writes_them_for_network_programs(here):
    import networkx

    done = ask(*GRAPH, "-o", "out")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("After 1 year under relationship ours serves") and max(map(len, done.stdout.splitlines())) <= 100
    for words in ("R1 ", "R9 ", "R18", "the classic dyad", "every buyer is shown", "The graph is in out"):
        assert words in done.stdout.replace("\n", " ")
    assert left(here / "out") == ["edges.parquet", "figures", "graph.graphml", "graph.json", "nodes.parquet"]
    assert left(here / "out" / "figures") == ["relationships.png"]
    graph = networkx.read_graphml(here / "out" / "graph.graphml")
    assert sum(said["kind"] == "buyer" for _, said in graph.nodes(data=True)) == 300


def test_graph_as_json_is_all_there_is_on_standard_output(here):
    asked = ("--strategy", "transactional", "--buyers", "50", "--period", "3", "--run", "2", "--no-figures", "--json")
    done = program(*GRAPH, *asked, folder=here)
    answer = json.loads(done.stdout)
    assert done.returncode == 0 and done.stderr == ""
    assert (answer["strategy"], answer["period"], answer["run"], answer["shown"], answer["buyers"]) == ("transactional", 3, 2, 50, 300)
    assert answer["nodes"] == {"seller": 4, "buyer": 50} and answer["edges"]["account"] <= 50
    assert Path(here / answer["results"] / "graph.graphml").is_file() and answer["results"].startswith("results/default_graph_")


def test_graph_leaves_what_is_there(here):
    assert ask(*GRAPH, "--no-figures", "--quiet", "-o", "out").stdout.count("\n") == 1
    before = Path("out/graph.json").stat().st_mtime_ns
    assert "holds these very numbers already" in ask(*GRAPH, "--no-figures", "-o", "out").stdout
    assert Path("out/graph.json").stat().st_mtime_ns == before
    done = ask(*GRAPH, "--no-figures", "-o", "out", "--period", "5")
    assert (done.exit_code, done.stderr) == (2, "out holds another graph (default under relationship, run 1, month 12); "
                                                "use --force to replace it, or another folder with --out\n")
    assert ask(*GRAPH, "--no-figures", "--quiet", "-o", "out", "--period", "5", "--force").exit_code == 0
    assert json.loads(Path("out/graph.json").read_text())["period"] == 5
    assert ask("compare", "default", *SMALL, "--no-figures", "-o", "out").exit_code == 2
    Path("mine").mkdir()
    Path("mine/thesis.txt").write_text("mine")
    assert ask(*GRAPH, "--no-figures", "-o", "mine", "--force").exit_code == 2 and left(here / "mine") == ["thesis.txt"]


def test_verify_finds_results_identical_and_tells_where_not(here):
    ask("compare", "default", *SMALL, "--no-figures", "--quiet", "--out", "out")
    done = ask("verify", "out")
    assert done.exit_code == 0 and done.stdout.startswith("Identical: every number of out came out again")
    record = json.loads(Path("out/run.json").read_text())
    record["receipts"]["relationship"][1]["flows"] = "0" * 16
    Path("out/run.json").write_text(json.dumps(record))
    done = ask("verify", "out")
    assert done.exit_code == 1 and "flows of strategy relationship, run 1 differ" in done.stdout
    assert json.loads(ask("verify", "out", "--json").stdout)["identical"] is False


def test_list_tells_who_learns_what():
    from sim.scenario import shipped

    shown = ask("list").stdout
    assert all(name in shown for name in shipped())
    assert set(json.loads(ask("list", "--json").stdout)) == set(shipped())


def test_new_writes_a_file_that_loads_to_the_same_and_is_not_overwritten(here):
    from sim.scenario import load

    assert ask("new", "mine.yaml", "--from", "office_automation").exit_code == 0
    assert load("mine.yaml").digest() == load("office_automation").digest()
    done = ask("new", "mine.yaml")
    assert (done.exit_code, done.stderr) == (2, "mine.yaml is there already; use --force to replace it, or another name\n")
    assert ask("new", "mine.yaml", "--force").exit_code == 0
    assert load("mine.yaml").digest() == load("default").digest()


def test_explain_says_what_is_changed_and_where():
    done = ask("explain", "default", "--set", "sellers.ours.price=95", "--changed")
    assert "sellers.ours.price = 95" in done.stdout and "[changed by" in done.stdout
    assert len(done.stdout) < len(ask("explain", "default").stdout)
    assert all(row["origin"] for row in json.loads(ask("explain", "default", "--json").stdout))


def test_explain_tells_what_is_off_in_a_sentence_and_everything_on_demand():
    short, whole = ask("explain", "default").stdout, ask("explain", "default", "--all").stdout
    assert "word_of_mouth = off" in short and "word_of_mouth.talk" not in short and "--all" in short
    assert "word_of_mouth.talk = 0.25 probability per period" in whole and "word_of_mouth = off" not in whole
    assert "word_of_mouth.talk = 0.25" in ask("explain", "default", "--set", "word_of_mouth.network=well_mixed").stdout
    changed = ask("explain", "default", "--set", "sellers.ours.answers.copy_level=true", "--changed").stdout
    assert "sellers.ours.answers.copy_level = on" in changed


def test_check_reads_an_edge_list_too(here):
    """A buyer who is not there is told without playing anything, at its line; exit code 2."""
    Path("friends.csv").write_text("buyer,neighbour\n1,2\n5,900\n", encoding="utf-8")
    Path("edges.yaml").write_text("schema: 1\nname: edges\nextends: default\nmarket: {buyers: 300}\n"
                                  "word_of_mouth: {network: file, file: friends.csv}\n", encoding="utf-8")
    answer = ask("check", "edges.yaml")
    assert answer.exit_code == 2 and "friends.csv: line 3: neighbour: there is no buyer 900 among 300" in answer.stderr
    Path("friends.csv").write_text("buyer,neighbour\n1,2\n5,90\n", encoding="utf-8")
    assert ask("check", "edges.yaml").exit_code == 0


def test_check_finds_files_in_order_and_tells_what_is_not(here):
    assert ask("check", "default", "coffee").stdout.count("is in order") == 2
    Path("wrong.yaml").write_text("schema: 1\nname: Wrong\nextends: default\nmarket: {buyer: 5}\n")
    done = ask("check", "default", "wrong.yaml", "--json")
    answer = json.loads(done.stdout)
    assert done.exit_code == 2 and answer["default"]["in_order"] and answer["wrong.yaml"]["problems"][0]["line"] == 4


def test_diff_shows_values_side_by_side(here):
    Path("mine.yaml").write_text("schema: 1\nname: Transactional against relationship\nextends: default\nproduct: {complexity: 2}\n")
    rows = json.loads(ask("diff", "default", "mine.yaml", "--json").stdout)
    assert {"path": "product.complexity", "first": "1", "second": "2"} in rows
    assert "product.complexity" in ask("diff", "default", "mine.yaml").stdout
    assert ask("diff", "default", "default").stdout == "default and default say the same in every value.\n"


def test_schema_is_a_json_schema():
    assert json.loads(ask("schema").stdout)["$schema"].startswith("https://json-schema.org")
