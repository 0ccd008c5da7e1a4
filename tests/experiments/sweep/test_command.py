"""`tenure sweep`: what it says before, while and after it plays; how it ends, and how it goes on."""
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.sweep import Progress, plan_of, store, sweep
from sim.experiments.sweep.schedule import Tally, Target
from sim.scenario import load, shipped
from sim.screens.sweep import Lines, bytes_of, duration, short
from tests.experiments.sweep.markets import failing, tiny

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-c", "from sim.cli import main; main()"]
EXAMPLE = "service_and_price"
SMALL = ["--set", "market.buyers=150", "--set", "market.periods=10", "--set", "market.burn_in=3", "--set", "sweep.points=8"]
# Long enough to be stopped midway, short enough to be played twice.
LONGER = ["--set", "market.buyers=900", "--set", "market.periods=60", "--set", "sweep.points=128"]
MARKETS = 128 * 10 * 2


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def ask(*words):
    """Run the command within this process."""
    return CliRunner().invoke(app, ["sweep", *map(str, words)])


def program(*words) -> subprocess.Popen:
    """The command as a program of its own, which hears Ctrl-C as it does in a terminal."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([*PROGRAM, "sweep", *map(str, words)], env=environment, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))


def rows_in(folder: Path) -> int:
    """How many rows stand in a folder; counted anew where a file was merged with others meanwhile."""
    try:
        return sum(pq.read_metadata(path).num_rows for path in folder.glob("runs/*.parquet"))
    except FileNotFoundError:
        return rows_in(folder)


def test_the_example_ships_and_says_whom_it_teaches_what():
    scenario = load(shipped()[EXAMPLE])
    assert scenario.teaches and {one.kind for one in scenario.sweep.varied} == {"lever", "uncertainty"}


def test_a_dry_run_says_points_runs_time_and_disk(here):
    done = ask(EXAMPLE, *SMALL, "--dry-run")
    words = " ".join(done.output.split())
    assert done.exit_code == 0 and "8 points × 10 runs × 2 strategies = 160 markets; about" in words
    assert "on disk" in words and "sellers.ours.price" in words and "lever 95, 100, 105" in words and list(here.iterdir()) == []
    answer = json.loads(ask(EXAMPLE, *SMALL, "--dry-run", "--json").output)
    assert (answer["points"], answer["runs"], answer["markets"]) == (8, 10, 160) and answer["seconds"] > 0 and answer["bytes"] > 0
    assert "at most 16,000 markets" in " ".join(ask(EXAMPLE, *SMALL, "--dry-run", "--precision", "2%").output.split())


def test_a_sweep_tells_what_came_out_and_where_it_is(here):
    done = ask(EXAMPLE, *SMALL)
    words = " ".join(done.output.split())
    assert done.exit_code == 0 and words.count("Of 8 points, ours earns most with") == 1
    folders = list((here / "results").iterdir())
    assert len(folders) == 1 and folders[0].name.startswith("service_and_price_sweep_") and rows_in(folders[0]) == 160
    assert "Profit per buyer by what we choose, over all that we cannot" in words and "Profit per buyer, point by point" in words
    again = ask(EXAMPLE, *SMALL)
    assert again.exit_code == 0 and "160 markets now" not in again.output and "160 markets" in again.output


def test_json_is_all_there_is_to_read(here):
    done = CliRunner().invoke(app, ["sweep", EXAMPLE, *SMALL, "-o", "out", "--json"])
    answer = json.loads(done.stdout)
    assert done.stderr == "" and answer["digest"] == sweep(load(EXAMPLE, SMALL[1::2]), threads=1).digest
    assert answer["finished"] and answer["markets"] == 160 and answer["failures"] == [] and answer["levers"] == ["sellers.ours.price"]
    assert answer["strategies"]["relationship"]["best_at"] + answer["strategies"]["transactional"]["best_at"] == 8


def test_quiet_says_one_sentence(here):
    done = CliRunner().invoke(app, ["sweep", EXAMPLE, *SMALL, "-o", "out", "--quiet"])
    assert done.stdout.count("\n") == 1 and done.stderr == ""


def test_a_failing_point_ends_in_exit_code_1(here, monkeypatch):
    monkeypatch.setattr("sim.scenario.load", lambda file, sets: failing())
    done = ask("any", "-o", "out")
    words = " ".join(done.output.split())
    assert done.exit_code == 1 and "2 points failed." in words
    assert "point 2 (sellers.ours.price=95, buyers.lost_for_good.share=0.7): buyers.lost_for_good.share: the shares of buyer types" in words


@pytest.mark.parametrize(("words", "message"), [
    (["default"], "states no sweep"),
    ([EXAMPLE, "--precision", "much"], "'much' is no precision; give a share such as 2% (or 0.02)"),
    ([EXAMPLE, "--precision", "0%"], "'0%' is no precision"),
    ([EXAMPLE, "--strategies", "relationships"], "did you mean 'relationship'?"),
    ([EXAMPLE, "--set", "sweep.points=none"], "stands where a whole number belongs"),
    ([EXAMPLE, "--runs", "0"], "--runs"),
])
def test_what_cannot_be_ends_in_exit_code_2(here, words, message):
    done = ask(*words)
    assert done.exit_code == 2 and message in done.output and list(here.iterdir()) == []


def test_the_folder_of_another_sweep_is_left_alone(here):
    assert ask(EXAMPLE, *SMALL, "-o", "out").exit_code == 0
    done = ask(EXAMPLE, *SMALL, "--set", "seed=7", "-o", "out")
    assert done.exit_code == 2 and "out holds another sweep (seed 42 there, 7 here)" in done.output
    assert ask(EXAMPLE, *SMALL, "--set", "seed=7", "-o", "out", "--force").exit_code == 0


def test_nobody_plays_where_no_scheduler_is(here, monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr("sim.experiments.sweep.cluster.JOINING", 0.2)
    done = ask(EXAMPLE, *SMALL, "-o", "out", "--scheduler", "tcp://127.0.0.1:9")
    assert done.exit_code == 1 and "no scheduler answers at tcp://127.0.0.1:9" in done.output


def test_a_full_disk_is_said_in_words(here, monkeypatch):
    def full(*words, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(store.pq, "write_table", full)
    done = ask(EXAMPLE, *SMALL, "-o", "out")
    assert done.exit_code == 1 and "The disk of out is full" in done.output and "go on with" in done.output


def test_lines_say_how_far_it_is(capsys):
    plan = plan_of(tiny())
    state = Progress(plan, Target(4), Tally(plan), 10, 48, 5.0, 7.6, sitting=10)
    lines = Lines()
    lines(state)
    lines(state)
    assert capsys.readouterr().err == "10 of 48 markets · 5 a second · 8 s left\n"


TIMES = [(0.2, "1 s"), (59, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (277_200, "3 days 5 h")]


@pytest.mark.parametrize(("seconds", "words"), TIMES)
def test_times_are_said_in_words(seconds, words):
    assert duration(seconds) == words


def test_sizes_and_long_texts_are_said_in_words():
    assert [bytes_of(size) for size in (12, 3100, 2_500_000, 7e9)] == ["12 bytes", "3.1 kB", "2.5 MB", "7.0 GB"]
    assert short("abcdef", 4) == "abc…"


# --- the real thing: processes that are killed, disks that are full ----------------------------------------------------------


@pytest.mark.slow
def test_killed_three_times_the_numbers_are_the_same(here):
    expected = json.loads(program(EXAMPLE, *LONGER, "-o", "whole", "--json").communicate()[0])["digest"]
    there = [0]
    for _ in range(3):
        running = program(EXAMPLE, *LONGER, "-o", "broken", "--json")
        while rows_in(here / "broken") <= there[-1] and running.poll() is None:
            time.sleep(0.05)
        running.kill()
        running.communicate()
        there.append(rows_in(here / "broken"))
    assert 0 < there[1] < there[2] < there[3] < MARKETS                   # each sitting went on where the last had been
    done = program(EXAMPLE, *LONGER, "-o", "broken", "--json")
    assert json.loads(done.communicate()[0])["digest"] == expected
    assert (here / "whole/runs/rows-000001.parquet").read_bytes() == (here / "broken/runs/rows-000001.parquet").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_it_keeps_what_was_played_and_says_how_to_go_on(here, how):
    running = program(EXAMPLE, *LONGER, "-o", "out")
    while not rows_in(here / "out") and running.poll() is None:
        time.sleep(0.05)
    time.sleep(0.5)
    before = rows_in(here / "out")
    running.send_signal(how)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 130 and "the same command goes on from there" in said and "-o out" in said
    assert before < rows_in(here / "out") < MARKETS                       # what was not yet written is
    assert not list((here / "out").rglob("*.unfinished"))


@pytest.mark.slow
def test_a_disk_that_is_really_full(here):
    """A file system of 150 kB in memory, where one may be mounted."""
    small = here / "small"
    small.mkdir()
    mounted = shutil.which("mount") and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=150k", "tmpfs", small], capture_output=True,
                                                       check=False)
    if not mounted or mounted.returncode:
        pytest.skip("no file system may be mounted here")
    try:
        words = [EXAMPLE, *SMALL[:-1], "sweep.points=256"]
        running = program(*words, "-o", small / "out", "--json")
        _, said = running.communicate()
        there = rows_in(small / "out")
        assert running.returncode == 1 and "is full" in said and 0 < there < 256 * 20
        subprocess.run(["mount", "-o", "remount,size=4m", small], check=True)
        done = json.loads(program(*words, "-o", small / "out", "--json").communicate()[0])
        assert done["digest"] == json.loads(program(*words, "-o", here / "whole", "--json").communicate()[0])["digest"]
    finally:
        subprocess.run(["umount", small], check=True)


def test_verify_plays_a_sweep_again(here):
    """The folder of a sweep says enough to play all of it again; other rows are found, and what is not finished is said."""
    ask(EXAMPLE, *SMALL, "--runs", 2, "--quiet", "-o", "out")
    verify = CliRunner().invoke(app, ["verify", "out"])
    assert verify.exit_code == 0 and "every number of out came out again (Service and price, 8 points, 32" in verify.output
    answer = json.loads(CliRunner().invoke(app, ["verify", "out", "--json"]).output)
    record = json.loads(Path("out/sweep.json").read_text())
    assert answer["identical"] and answer["receipt"] == record["finished"]["digest"]
    record["finished"]["digest"] = "0" * 64
    Path("out/sweep.json").write_text(json.dumps(record))
    verify = CliRunner().invoke(app, ["verify", "out"])
    assert verify.exit_code == 1 and "the digest on record is not that of the rows" in verify.output
    Path("out/sweep.json").write_text(json.dumps(record | {"finished": None}))
    verify = CliRunner().invoke(app, ["verify", "out"])
    assert verify.exit_code == 2 and "out holds no finished sweep; the command that began it goes on with it" in verify.output
