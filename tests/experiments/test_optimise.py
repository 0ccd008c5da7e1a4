"""The best policy of real markets: the same whatever stopped it, what is written is what was found, and what the command says."""
import json
import os
import signal
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.compare import compare
from sim.experiments.optimise import Budget, NoOptimum, arena, optimise
from sim.experiments.optimise.arena import arena_scenario
from sim.experiments.optimise.decisions import key_of
from sim.experiments.optimise.market import space_of, starts
from sim.experiments.sweep import OtherStudy, plan_of, sweep
from sim.intervals import interval
from sim.money import TO_SERVE, ledger, money
from sim.outcomes import outcomes
from sim.runs import simulate
from sim.scenario import load
from sim.scenario.levels import LEVELS

ROOT = Path(__file__).parents[2]
TINY = ("market.buyers=150", "market.periods=10", "market.burn_in=3", "runs=10", "seed=11")
TYPES = ("lost_for_good", "intermediate", "always_a_share")
ASKED = {"budget": Budget(8, "buyer"), "capacity": {"partnership": 9}, "trials": 32}


def tiny(*sets: str):
    return load("default", [*TINY, *sets])


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """An optimisation of a tiny market, and where it is."""
    folder = tmp_path_factory.mktemp("small") / "found"
    return optimise(tiny(), **ASKED, folder=folder, threads=2), folder


def test_any_number_of_threads_and_any_number_of_sittings_give_the_same(small, tmp_path, monkeypatch):
    """Stopped in the middle of the search, and again in the race."""
    found, _ = small
    one = optimise(tiny(), **ASKED, threads=1)
    assert one.answer() == found.answer() and one.candidates.equals(found.candidates)
    for part in ("batch_002", "final"):
        def stopping(plan, folder, part=part, **options):
            if folder.name == part:
                raise KeyboardInterrupt
            return sweep(plan, folder, **options)

        monkeypatch.setattr(arena, "sweep", stopping)
        with pytest.raises(KeyboardInterrupt):
            optimise(tiny(), **ASKED, folder=tmp_path / "broken", threads=2)
    monkeypatch.setattr(arena, "sweep", sweep)
    again = optimise(tiny(), **ASKED, folder=tmp_path / "broken", threads=2)
    assert again.answer() == found.answer() and again.table.equals(found.table)
    with pytest.raises(OtherStudy, match="trials 32 there, 40 here"):
        optimise(tiny(), **ASKED | {"trials": 40}, folder=tmp_path / "broken")


def test_what_is_written_is_what_was_found(small):
    """best.yaml, played by compare, gives the very numbers of the answer."""
    found, folder = small
    scenario = load(folder / "best.yaml")
    played = compare(scenario, [scenario.baseline, "optimised"])
    row = found.gains.set_index("name").loc["transactional"]
    assert played.gain.gain[0] == pytest.approx(row.profit, abs=1e-9) and scenario.seed == found.seeds[2]
    assert scenario.sellers_under("optimised", 1)["ours"].level.plain() == found.policy["level"]
    assert played.runs.runs == 10 and scenario.sellers["ours"].capacity["partnership"] == 9 and scenario.market.buyers == 150


def test_spending_is_what_the_ledger_says(small):
    """Cost to serve times accounts at the end: near what serving accounts took in the last two years."""
    found, _ = small
    scenario = load("default", ["market.buyers=1000", "market.periods=60"])
    played = simulate(scenario, ["relationship"], 4, threads=2)
    said = Budget(1.0).spent(outcomes(played, "relationship"), {}, 1000)
    flows = ledger(played, "relationship")
    spent = sum(money(played, "relationship", flows)[name] for name in TO_SERVE)[..., 0].sum(-1)
    assert said == pytest.approx(spent[:, -24:].mean(1), rel=0.1)
    assert Budget(1.0, "buyer").spent(outcomes(played, "relationship"), {}, 1000) == pytest.approx(said / 1000)
    assert (found.table.spending < 150).all()


def test_candidates_stand_on_the_baseline_and_own_strategies_as_they_are():
    """A policy that decides what a strategy of the scenario's own does is that strategy, to the last bit."""
    found = optimise(tiny(), decide=["levels"], trials=8, runs=4, threads=2)
    batch = {key_of(one.policy): one for one in found.history.tried}
    assert key_of({"level": "basic"}) in batch and len(found.history.tried) == 8
    own = next(one for one in found.arms if one.name == "transactional")
    basic = next(one for one in found.arms if one.policy == {"level": "basic"})
    assert np.array_equal(own.values, basic.values, equal_nan=True)
    assert set(found.gains.against) == {"best uniform level", "own strategy"}


def test_the_space_follows_from_the_scenario():
    space = space_of(load("service_firm"))
    assert space.decisions == ("levels", "targeting", "discount", "listening", "budget") and "referral" in space.markets
    plain = space_of(tiny())
    assert plain.decisions[-1] == "listening" and plain.markets == ("customer", "supplier", "recruitment", "internal")
    freight = space_of(load("commodity_freight"))
    assert freight.types == ("intermediate", "always_a_share") and freight.most_discount == pytest.approx(0.12)
    alike = space_of(tiny(*(f"buyers.{name}.volume=12" for name in TYPES)), ["targeting"])
    assert alike.margins == () and alike.targetings == ("uniform", "segments_of_one")
    assert len(starts(arena_scenario(tiny(), plain.fields, {}), plain)) > 10


def test_what_cannot_be_is_said_all_at_once():
    with pytest.raises(NoOptimum) as error:
        optimise(tiny(), decide=["level"], objective="gain", budget=-1, capacity={"partner": 2, "basic": 0}, runs=1, sampler="cma")
    words = str(error.value)
    for said in ("'level' is nothing to decide; did you mean 'levels'?", "'gain' is no objective", "a budget of -1 cannot be spent",
                 "'partner' is not a level; did you mean 'partnership'?", "the capacity of basic is 0", "1 run cannot be compared",
                 "'cma'"):
        assert said in words


@pytest.mark.slow
def test_the_best_of_all_125_is_found():
    """Every combination of levels by type, enumerated with many runs: what optimise finds is the best of them, or tied with it."""
    scenario = load("default", ["market.buyers=400", "market.periods=48", "runs=24"])
    found = optimise(scenario, decide=["levels"], objective="profit", trials=64, threads=2)
    held = arena_scenario(scenario, ("level",), {})
    table = pd.DataFrame({"strategies.optimised.ours.level": [json.dumps(dict(zip(TYPES, one, strict=True)))
                                                              for one in product(LEVELS, repeat=3)]})
    rows = sweep(plan_of(held.replace(values={"seed": 5}), points=table, strategies=["optimised"], runs=60), threads=2).rows()
    profit = rows.pivot(index="run", columns="point", values="profit").to_numpy()
    policy = found.policy["level"] if isinstance(found.policy["level"], dict) else dict.fromkeys(TYPES, found.policy["level"])
    number = [json.loads(text) for text in table.iloc[:, 0]].index(policy)
    apart = interval(profit[:, profit.mean(0).argmax()] - profit[:, number])
    assert apart.low <= 0, (policy, table.iloc[profit.mean(0).argmax(), 0], apart)
    assert (profit.mean(0) > profit[:, number].mean()).sum() <= 5


# --- the command ------------------------------------------------------------------------------------------------------------------

SMALL = [word for one in TINY for word in ("--set", one)]


def ask(*words):
    """Run the command within this process."""
    return CliRunner().invoke(app, ["optimise", *map(str, words)])


def test_the_command_says_policy_gains_front_and_how_to_use_it(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = ask("default", *SMALL, "--trials", 24, "--budget", "3 per buyer", "--capacity", "partnership=9", "-o", "out")
    words = " ".join(done.output.split())
    assert done.exit_code == 0, done.output
    for said in ("Best of 24 policies tried: serve ", "best uniform level", "10 fresh runs", "How much of it was luck", "paste this under",
                 "tenure compare out/best.yaml", "The best policy spends", "2 figures are in out/figures"):
        assert said in words, said
    assert {one.name for one in (tmp_path / "out").iterdir()} >= {"best.yaml", "experiment.json", "candidates.parquet", "front.parquet"}
    again = ask("default", *SMALL, "--trials", 24, "--budget", "3 per buyer", "--capacity", "partnership=9", "-o", "out", "--json")
    answer = json.loads(again.stdout)
    assert answer["tried"] == 24 and answer["results"] == "out" and answer["budget"] == {"amount": 3.0, "per": "buyer"}
    played = CliRunner().invoke(app, ["compare", "out/best.yaml", "--json", "--no-figures", "-o", "compared"])
    gains = {row["name"]: row["profit"] for row in answer["gains"]}
    assert json.loads(played.stdout)["strategies"]["optimised"]["gain"] == pytest.approx(gains["transactional"], rel=1e-5)


def test_what_cannot_be_ends_in_exit_code_2(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words, said in ((["--budget", "much"], "'much' is no budget; give money per period"),
                        (["--decide", "levels,prices"], "'prices'"),
                        (["--capacity", "partnership"], "'partnership' is no capacity"),
                        (["--objective", "gain"], "'gain' is no objective"),
                        (["--trials", "2"], "--trials")):
        done = ask("default", *words)
        assert done.exit_code == 2 and said in done.output, done.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_killed_and_resumed_it_ends_in_the_same_numbers(tmp_path):
    """kill -9, twice, wherever it is."""
    words = ["optimise", "default", "--set", "market.buyers=400", "--set", "market.periods=36", "--trials", "64", "--runs", "12", "--json",
             "--no-figures"]
    program = [sys.executable, "-c", "from sim.cli import main; main()", *words]

    def start(out):
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        return subprocess.Popen([*program, "-o", out], cwd=tmp_path, env=environment, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)

    expected = json.loads(start("whole").communicate()[0])
    for wanted in (2, 4):
        running = start("broken")
        while len(list(tmp_path.glob("broken/played/batch_*"))) < wanted and running.poll() is None:
            time.sleep(0.02)
        running.send_signal(signal.SIGKILL)
        running.communicate()
        assert running.returncode == -signal.SIGKILL
    answer = json.loads(start("broken").communicate()[0])
    assert answer | {"results": "whole"} == expected
    tables = [(tmp_path / one / "candidates.parquet") for one in ("whole", "broken")]
    assert pd.read_parquet(tables[0]).equals(pd.read_parquet(tables[1]))
