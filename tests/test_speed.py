"""How fast the kernel is, as ratios of one run on one machine: never seconds. And what is said, kept and compiled around it.

That the loops are vector instructions is `core/test_vectorised.py`.
"""
import importlib
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import typer
from typer.testing import CliRunner

from benchmarks import command, growth, kept, picture, roof, sizes, start
from benchmarks.step import in_turns
from sim.core import kernel
from sim.screens.compiling import compilation, functions

LEAST_TIMES_MESA = 60            # 110 to 140 were measured, quiet and busy, on 10,000 buyers
MOST_TIMES_C = 1.6               # 0.8 to 1.1 times the same loops in C
MOST_FOR_HEARING = 3.5           # 1.9 to 2.2 times the market in which nobody is heard
SIZE = sizes.Size((), 5, 400_000)
ROW = {"buyers": 10_000, "sellers": 5, "network": "none", "bytes": 150, "ns": 60.0, "times_mesa": 140.0, "times_plain": 1.0,
       "times_limit": 2.0, "ns_two_threads": 30.0, "two_threads": 1.9, "processor_two_threads": 1.05}


COMMANDS = ("__main__", "step", "word_of_mouth", "page", "sweep", "start", "digests", "large",
            "limit.__main__", "limit.build", "peers.__main__")
WITH_FILE = ("__main__", "step", "word_of_mouth", "digests", "large", "limit.__main__", "peers.__main__")


@pytest.fixture(scope="module")
def measured() -> dict:
    """10,000 buyers and five sellers, in turns with plain Mesa and C."""
    with ThreadPoolExecutor(2) as pool:
        return sizes.row(sizes.Setting(10_000), SIZE, pool)


@pytest.mark.slow
def test_the_kernel_is_many_times_as_fast_as_plain_mesa(measured):
    assert measured["times_mesa"] > LEAST_TIMES_MESA


@pytest.mark.slow
def test_numba_costs_little_beside_the_same_loops_in_c(measured):
    if "times_plain" not in measured:
        pytest.skip("There is no C compiler here.")
    assert measured["times_plain"] < MOST_TIMES_C


@pytest.mark.slow
def test_word_of_mouth_costs_a_few_times_a_market_without():
    markets = {network: sizes.Setting(20_000, network=network).kernel(200) for network in ("none", "small_world")}
    times = in_turns({network: sizes.timed(market.alone, 20_000, 20) for network, market in markets.items()}, 5)
    assert 1 < sizes.ratio(times["small_world"], times["none"]) < MOST_FOR_HEARING


@pytest.mark.slow
def test_a_slow_market_would_be_noticed():
    """The negative control: agents one by one, though on the kernel's own rules, stay below the floor."""
    from benchmarks.plain_mesa import PlainMarket
    from benchmarks.step import STRATEGY, scenario_of
    from sim.agents import Market

    plain, views = PlainMarket(scenario_of(1000, 30), STRATEGY, seed=1), Market(scenario_of(1000, 30), STRATEGY, activation="shuffle_do")
    times = in_turns({name: sizes.timed(lambda periods, market=market: [market.step() for _ in range(periods)], 1000, 2)
                      for name, market in {"plain": plain, "views": views}.items()}, 3)
    assert sizes.ratio(times["plain"], times["views"]) < LEAST_TIMES_MESA


@pytest.mark.slow
def test_every_line_of_the_table_is_printed():
    """With few buyers, so that it shows that everything runs and nothing about speed."""
    settings = (sizes.Setting(600), sizes.Setting(600, 2), sizes.Setting(600, network="scale_free"))
    report = sizes.run(sizes.Size(settings, 2, 1200))
    lines = sizes.table(report).splitlines()
    assert len(lines) == 7 and "scale free" in lines[3] and "–" in lines[3]
    assert all(row["ns"] > 0 and row["bytes"] > 4 for row in report["rows"])


def test_help_imports_nothing_heavy():
    assert start.heavy_with("from sim.cli.app import app") == []
    assert start.heavy_with("import sim") == []
    assert "numpy" in start.heavy_with("import numpy")


def test_a_ratio_that_became_worse_is_said(tmp_path):
    before, now = ({"commit": name, "date": name, "machine": "m", "quick": False, "sizes": {"rows": [ROW | change]}}
                   for name, change in (("1", {}), ("2", {"times_mesa": 100.0, "times_plain": 1.05, "two_threads": 2.0})))
    assert "nothing was kept" in kept.against_last(now, tmp_path)
    assert json.loads(kept.keep(before, tmp_path).read_text()) == before
    (tmp_path / "digests.json").write_text("{}")                         # which is kept beside the reports and is none
    assert kept.last(now | {"machine": "another"}, tmp_path) is None
    assert kept.worse(now, before) == ["10,000 buyers, 5 sellers, network none: times_mesa was 140.00, is 100.00"]
    assert "no ratio is worse" in kept.against_last(before | {"commit": "3"}, tmp_path)


def test_growth_that_is_not_straight_is_seen():
    sizes_of = [1, 2, 4, 8]
    assert growth.power(sizes_of, [3 * n for n in sizes_of]) == pytest.approx(1)
    assert growth.power(sizes_of, [n ** 2 for n in sizes_of]) == pytest.approx(2)
    assert growth.off_the_line(sizes_of, [5 + n for n in sizes_of]) < 1e-9 < 0.1 < growth.off_the_line(sizes_of, [n ** 3 for n in sizes_of])


def test_operations_are_counted_in_the_peer_alone():
    """More buyers have no more operations each; hardly any market asks for fewer than fifty or more than three hundred."""
    few, many = roof.operations(60, 2), roof.operations(180, 2)
    assert 50 < many < 300 and few == pytest.approx(many, rel=0.3)


def test_the_picture_is_drawn(tmp_path):
    rows = [ROW | {"buyers": n, "sellers": s, "network": network} for n, s, network in
            ((10_000, 5, "none"), (100_000, 5, "none"), (10_000, 2, "none"), (10_000, 5, "small_world"))]
    roofs = {"vector_operations": 90.0, "single_operations": 1.2, "cache_bytes": 200.0, "memory_bytes": 50.0}
    place = {"buyers": 10_000, "a_byte": 0.3, "kernel": 1.7, "plain Mesa": 0.01, "plain": 1.7}
    report = {"sizes": {"rows": rows}, "roof": {"operations": 104, "roofs": roofs, "places": [place]},
              "growth": {"buyers": 2000, "over_periods": [{"periods": t, "seconds": t / 100} for t in (15, 30)]}}
    picture.draw(report, tmp_path / "speed.png")
    assert (tmp_path / "speed.png").stat().st_size > 20_000


def test_compiling_is_told_function_by_function():
    from numba.core import event

    told, foreign = [], type("Dispatcher", (), {"py_func": json.dumps})
    with compilation(lambda done, total: told.append((done, total))) as named:
        for function in (kernel.play, kernel.play, kernel.advance, foreign):
            event.broadcast(event.Event("numba:compile", event.EventStatus.END, {"dispatcher": function}))
    event.broadcast(event.Event("numba:compile", event.EventStatus.END, {"dispatcher": kernel.begin}))
    assert named == {"sim.core.kernel.play", "sim.core.kernel.advance"}
    assert [done for done, _ in told] == [1, 1, 2] and told[0][1] == functions() > 100


def test_warmup_says_what_it_did_and_where():
    from sim.cli.warmup import warmup

    app = typer.Typer()
    app.command()(warmup)
    answer = json.loads(CliRunner().invoke(app, ["--json"]).stdout)
    assert answer["bytes"] > 1_000_000 and answer["seconds"] > 0
    said = CliRunner().invoke(app, ["--quiet"]).stdout
    assert said.startswith("The model was compiled already") and answer["folder"] in said.replace("\n", "")


def refused(name: str, words: list[str], monkeypatch, capsys) -> str:
    """What a benchmark says, in one sentence and before it measures anything, to options that cannot be."""
    monkeypatch.setattr("sys.argv", ["benchmark", *words])
    with pytest.raises(SystemExit) as ended:
        importlib.import_module(f"benchmarks.{name}").main()
    said = capsys.readouterr()
    assert ended.value.code == 2 and not said.out and said.err.count("\n") == 1
    return said.err


@pytest.mark.parametrize("name", COMMANDS)
def test_a_wrong_option_is_one_sentence(name, monkeypatch, capsys):
    prog = f"python -m benchmarks.{name}".removesuffix(".__main__")
    assert refused(name, ["--bogus"], monkeypatch, capsys).startswith(f"{prog}: there is no option --bogus; there are --help")


@pytest.mark.parametrize("name", WITH_FILE)
def test_a_file_that_cannot_be_is_one_sentence(name, monkeypatch, capsys, tmp_path):
    (tmp_path / "taken").write_text("")
    folder, inside = refused(name, ["--json", str(tmp_path)], monkeypatch, capsys), str(tmp_path / "taken" / "figures.json")
    assert "--json: " in folder and "is a folder; name a file in it, such as" in folder
    assert f"nothing can be written to {inside!r}: not a directory" in refused(name, ["--json", inside], monkeypatch, capsys)


@pytest.mark.parametrize(("name", "words", "said"), [
    ("step", ["--quik"], "there is no option --quik; did you mean --quick?"),
    ("step", ["quick"], "'quick' is not an option; there are --help, --quick, --json"),
    ("step", ["--json"], "--json: expected one argument"),
    ("__main__", ["--only", "size"], "--only: there is no part 'size'; did you mean 'sizes'?"),
    ("__main__", ["--only", "start", "--keep"], "only a whole report is kept; leave --only out"),
    ("__main__", ["--picture", "speed.txt"], "--picture: 'speed.txt' ends in none of .png, .svg, .pdf"),
    ("page", ["--class", "none"], "--class: 'none' is not a whole number of 1 or more"),
    ("page", ["--seconds", "-1"], "--seconds: '-1' is not a number of 1 or more"),
    ("sweep", ["--points", "0"], "--points: '0' is not a whole number of 1 or more"),
    ("digests", ["--only", "rumor"], "--only: there is no scenario 'rumor'; did you mean 'rumour'?"),
    ("digests", ["--only", "default", "--keep"], "only the digests of all scenarios are kept; leave --only out")])
def test_what_a_benchmark_says_to_a_slip(name, words, said, monkeypatch, capsys):
    assert refused(name, words, monkeypatch, capsys).endswith(f": {said}\n")


def test_figures_are_written_where_asked(tmp_path, monkeypatch, capsys):
    file = tmp_path / "new" / "figures.json"
    monkeypatch.setattr("sys.argv", ["benchmark", "--quick", "--json", str(file)])
    command.measure("benchmarks.none", "A benchmark.", lambda quick: {"quick": quick}, lambda report: f"quick: {report['quick']}")
    assert capsys.readouterr().out == "quick: True\n" and json.loads(file.read_text()) == {"quick": True}
    assert not list(tmp_path.glob("*.json")) and [*file.parent.iterdir()] == [file]
