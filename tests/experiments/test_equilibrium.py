"""`equilibrium` on small markets: choices, players, roles; the reduction against the full game; resume; the command."""
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.equilibrium import NoGame, Unplayed, equilibrium, playing
from sim.experiments.equilibrium.choices import choices_of, left_out, players_of, roles_of, stands, statement
from sim.experiments.equilibrium.game import payoffs_of, spread
from sim.experiments.sweep import OtherStudy, plan_of, sweep
from sim.intervals import interval
from sim.measures import net_present_value
from sim.offers import discount_per_period
from sim.outcomes import OUTCOMES, outcomes, profits
from sim.runs import simulate
from sim.scenario import load
from tests.experiments.sweep.markets import TINY, tiny
from tests.lively import lively_comparison

SMALL = ["market.buyers=150", "market.periods=12", "market.burn_in=3", "runs=6", "seed=11"]
OPTIONS = [word for one in SMALL for word in ("--set", one)]
TWO = ["transactional", "relationship"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def whole():
    """The default game of two strategies, in memory."""
    return equilibrium(load("default", SMALL), TWO, threads=1)


def test_every_sellers_profit_is_its_net_present_value():
    comparison = lively_comparison()
    runs, table = comparison.runs, comparison.periods
    record, rate = table[table.period > 0], discount_per_period(comparison.scenario)
    for strategy in runs.strategies:
        found, sellers = profits(runs, strategy), list(runs.scenario.sellers)
        assert found.shape == (runs.runs, len(sellers))
        focal = outcomes(runs, strategy)[:, list(OUTCOMES).index("profit")]
        assert found[:, sellers.index(comparison.focal)].tobytes() == focal.tobytes()                 # to the last bit
        for number, seller in enumerate(sellers):
            expected = net_present_value(record[(record.seller == seller) & (record.strategy == strategy)], rate, by=("run",))
            np.testing.assert_allclose(found[:, number], expected.sort_index() / runs.scenario.market.buyers, rtol=1e-9, atol=1e-9)


def test_a_sweep_holds_the_profits_of_the_sellers_it_is_asked_for_and_else_is_what_it_was():
    points = pd.DataFrame({"sellers.ours.price": [95.0, 100.0]})
    plain = plan_of(load("default", TINY), points=points, runs=2)
    rich = plan_of(load("default", TINY), points=points, runs=2, payoffs=("rivals_2", "ours"))
    one, other = sweep(plain, threads=1).rows(), sweep(rich, threads=1).rows()
    assert plain.digest != rich.digest and list(other.columns[-3:]) == ["profit_rivals_2", "profit_ours", "failure"]
    assert one.equals(other.drop(columns=["profit_rivals_2", "profit_ours"]))
    assert (other.profit_ours == other.profit).all() and (other.profit_rivals_2 != other.profit).all()
    table = sweep(rich, threads=1).points
    assert {"profit_rivals_2", "profit_rivals_2_low", "profit_ours_high"} <= set(table)


def test_choices_are_strategies_levels_or_as_stated():
    scenario = load("default")
    assert [one.name for one in choices_of(scenario)] == TWO
    assert [one.change for one in choices_of(scenario, ["basic", "as_stated"])] == [{"level": "basic"}, {}]
    assert len(choices_of(scenario, ["levels"])) == 5 and len(choices_of(scenario, ["partnership", "levels"])) == 5
    same = load("default", ["strategies.relationship={ours: {level: basic}}"])
    assert [one.name for one in choices_of(same)][:2] == ["basic", "reactive"]              # no two strategies differ: the levels


@pytest.mark.parametrize("choices, players, words", [
    (["transactionl", "basc"], None, "'transactionl' is neither a strategy of Transactional against relationship nor a level; did you mean "
     "'transactional'?\n'basc' is neither a strategy of Transactional against relationship nor a level; did you mean 'basic'?"),
    (["basic"], None, "a game needs at least two choices; basic is named; choose from transactional, relationship, basic, reactive, "
     "accountable, proactive, partnership, levels, as_stated"),
    (None, ["our"], "'our' is not a seller of Transactional against relationship; did you mean 'ours'?"),
    (None, ["rivals_1"], "a game needs at least two players; rivals_1 is named; choose from ours, rivals_1, rivals_2, rivals_3"),
])
def test_what_is_no_game_is_said(choices, players, words, here):
    with pytest.raises(NoGame) as refused:
        equilibrium(load("default"), choices, players, folder=here / "out")
    assert str(refused.value) == words and not (here / "out").exists()


def test_too_many_profiles_are_refused():
    scenario = load("default", ["sellers.rivals.count=12"])
    with pytest.raises(NoGame) as refused:
        equilibrium(scenario, ["levels"], reduced=False)
    assert str(refused.value) == "13 players with 5 choices have 1,220,703,125 profiles, more than 10,000; name fewer players or choices"


def test_groups_stand_for_their_members_and_alike_sellers_are_one_role():
    scenario = load("default")
    assert players_of(scenario, ["rivals", "ours"]) == ("ours", "rivals_1", "rivals_2", "rivals_3")

    def roles(*sets, choices=TWO):
        market = load("default", list(sets))
        players = players_of(market)
        return roles_of(market, players, choices_of(market, list(choices)), dict.fromkeys(players, 0))

    assert roles() == [("ours", "rivals_1", "rivals_2", "rivals_3")]                # their levels differ, and every choice says which
    assert roles(choices=["basic", "as_stated"]) == [("ours",), ("rivals_1", "rivals_2", "rivals_3")]
    assert roles("sellers.ours.price=99") == [("ours",), ("rivals_1", "rivals_2", "rivals_3")]
    assert roles("events=[{at: 6, rivals_2: {price: 90}}]") == [("ours", "rivals_1", "rivals_3"), ("rivals_2",)]
    shock = "influence=[{at: 6, influencer: press, seller: rivals_3, reputation: -0.2}]"
    assert roles(shock) == [("ours", "rivals_1", "rivals_2"), ("rivals_3",)]
    assert roles("sellers.ours.starting_share=0.4")[0] == ("ours",)


def test_a_strategys_events_go_with_whoever_plays_it():
    scenario = load("default", ["strategies.relationship.events=[{at: 7, until: 9, note: late, ours: {price: 97}, rivals: {price: 95}}]"])
    choices = choices_of(scenario, TWO)
    stated = statement(scenario, choices, {"ours": 0, "rivals_2": 1})
    assert stated["events"] == [{"at": 7, "until": 9, "rivals_2": {"price": 97}}] and stated["ours"] == {"level": "basic"}
    assert set(stated) == {"ours", "rivals_2", "events"}
    baseline = load("default", ["strategies.transactional.rivals={price: 98}", "strategies.transactional.rivals_3={price: 97}"])
    assert statement(baseline, choices, {"ours": 1})["rivals_3"] == {"price": 97}     # who does not choose goes on as under the baseline
    assert left_out(scenario, choices) == ["relationship"]                          # what it changes of rivals is not chosen
    found = equilibrium(load("default", [*SMALL, "strategies.relationship.events=[{at: 7, ours: {price: 97}}]"]), TWO,
                        ["ours", "rivals_1"], runs=2, threads=1)
    assert np.isfinite(found.payoff.mean[found.game.count > 0]).all()


def test_everybody_begins_with_what_it_does_under_the_baseline():
    scenario = load("default")
    players = players_of(scenario)
    assert list(stands(scenario, players, choices_of(scenario, ["levels"])).values()) == [0, 1, 1, 1]
    assert list(stands(scenario, players, choices_of(scenario, TWO)).values()) == [0, None, None, None]
    small = load("default", SMALL)
    found = equilibrium(small, ["basic", "reactive"], ["ours", "rivals_1"], runs=2, threads=1)
    assert found.game.roles == (("ours",), ("rivals_1",)) and found.name(found.start) == "ours basic, rivals 1 reactive"
    other = equilibrium(small, ["basic", "reactive"], ["ours", "rivals_1"], runs=2, threads=1, before="reactive")
    assert other.game.roles == (("ours", "rivals_1"),) and other.name(other.start) == "both reactive"
    with pytest.raises(NoGame, match="'proactive' is none of the choices; did you mean 'reactive'"):
        equilibrium(small, ["basic", "reactive"], before="proactive")


def test_profiles_are_the_markets_that_compare_plays():
    """Where ours alone chooses otherwise, and all others do as under the baseline: to the last bit, time before the record included."""
    scenario = load("default", [*SMALL, "sellers.rivals.level=basic"])
    found = equilibrium(scenario, TWO, ["ours", "rivals_1"], threads=1)
    played = simulate(scenario, threads=1)
    np.testing.assert_array_equal(found.profits[:, found.game.uniform(0)], profits(played, "transactional")[:, :2])
    apart = equilibrium(scenario, TWO, ["ours", "rivals_1"], reduced=False, threads=1)
    alone = apart.game.index[(0, 1), (1, 0)]
    np.testing.assert_array_equal(apart.profits[:, alone], profits(played, "relationship")[:, :2])
    focal = outcomes(played, "relationship")[:, list(OUTCOMES).index("retention")]
    np.testing.assert_array_equal(apart.retention[:, alone], focal)


def test_the_reduced_game_is_the_full_game_within_error():
    """Payoffs of alike sellers hang on who they are by luck alone."""
    scenario = load("default", [*SMALL, "sellers.rivals.count=2", "runs=40"])
    reduced = equilibrium(scenario, TWO, threads=2)
    full = equilibrium(scenario, TWO, reduced=False, threads=2)
    assert (reduced.game.size, full.game.size) == (4, 8)
    ours, theirs = spread(reduced.game, reduced.payoffs), payoffs_of(full.game, full.profits)
    there = full.game.count > 0
    off = interval((ours - theirs)[:, there])
    error = (off.high - off.low) / 2 / 2.02
    z = off.mean / np.maximum(error, 1e-9)
    assert np.abs(z).max() < 4 and (np.abs(z) > 2.02).mean() < 0.2
    other = equilibrium(load("default", [*SMALL, "sellers.rivals.count=2", "runs=40", "sellers.rivals.quality=121"]), TWO, reduced=False)
    wrong = interval((ours - payoffs_of(other.game, other.profits))[:, there])      # the negative control: rivals who are better
    assert (np.abs(wrong.mean) / ((wrong.high - wrong.low) / 2 / 2.02)).max() > 5


def test_what_was_stopped_goes_on_to_the_same_tables(whole, here):
    class Stopped(Exception):  # noqa: N818
        pass

    def stop(done: int, total: int) -> None:
        assert total == 30
        if done >= 6:
            raise Stopped

    scenario = load("default", SMALL)
    with pytest.raises(Stopped):
        equilibrium(scenario, TWO, folder=here / "out", threads=2, progress=stop)
    assert json.loads((here / "out" / "experiment.json").read_text())["answer"] is None
    found = equilibrium(scenario, TWO, folder=here / "out", threads=2)
    again = equilibrium(scenario, TWO, folder=here / "out", threads=1, progress=lambda done, total: None)
    for one in (found, again):
        assert one.answer() == whole.answer() and all(table.equals(whole.tables()[name]) for name, table in one.tables().items())
    assert pd.read_parquet(here / "out" / "profiles.parquet").regret.tolist() == whole.profiles.regret.tolist()
    with pytest.raises(OtherStudy, match="choices"):
        equilibrium(scenario, ["basic", "reactive"], folder=here / "out", threads=1)


def test_a_profile_that_cannot_be_played_is_said(monkeypatch):
    failed = SimpleNamespace(failures=pd.DataFrame({"point": [3], "run": [0], "reason": ["no"]}))
    monkeypatch.setattr(playing, "sweep", lambda *words, **options: failed)
    with pytest.raises(Unplayed) as refused:
        equilibrium(load("default", SMALL), TWO)
    assert str(refused.value) == "1 of 5 profiles could not be played, the first of them 1 transactional and 3 relationship: no"


def ask(*words):
    """Run the command within this process."""
    return CliRunner().invoke(app, ["equilibrium", *map(str, words)])


def test_the_command_tells_and_keeps(here):
    done = ask("default", *OPTIONS, "--choices", "transactional,relationship", "--threads", 2, "-o", "out")
    assert done.exit_code == 0, done.output
    for words in ("What a seller earns", "Best replies", "Results are in out"):
        assert words in done.output
    assert (here / "out/figures/payoffs.png").stat().st_size > 10_000 and (here / "out/payoffs.parquet").exists()
    quiet = ask("default", *OPTIONS, "--choices", "transactional,relationship", "-o", "out", "--quiet", "--no-figures")
    answer = json.loads(ask("default", *OPTIONS, "--choices", "transactional,relationship", "-o", "out", "--json", "--no-figures").output)
    assert quiet.output.strip() == answer["sentence"] and answer["results"] == "out"
    assert answer["roles"] == {"each seller": ["ours", "rivals_1", "rivals_2", "rivals_3"]}


@pytest.mark.parametrize("words, shown, figure", [
    (("--players", "ours,rivals_1"), "ours, then rivals 1", "matrix"),
    (("--players", "ours,rivals_1", "--set", "sellers.ours.price=98"), "ours, then rivals 1", "matrix"),
    (("--choices", "basic,reactive,proactive", "--before", "basic", "--set", "sellers.rivals.count=2"), "while all others play the same",
     "payoffs"),
    (("--players", "ours,rivals_1,rivals_2", "--set", "sellers.ours.price=98"), "ours, then rivals 1, 2", "matrix"),
    (("--players", "ours,rivals_1,rivals_2", "--full"), "nearest to rest", "regrets"),
])
def test_every_sort_of_game_has_its_screen_and_its_figure(words, shown, figure, here):
    done = ask("default", *OPTIONS, "--runs", 3, *words, "-o", "out")
    assert done.exit_code == 0 and shown in done.output, done.output
    assert [path.stem for path in (here / "out/figures").iterdir()] == [figure]


def test_wrong_use_is_one_sentence_and_writes_nothing(here):
    for words in (("--choices", "basic"), ("--players", "nobody"), ("--choices", "basc,reactive")):
        done = ask("default", *OPTIONS, *words)
        assert done.exit_code == 2 and "Traceback" not in done.output
    assert list(here.iterdir()) == []


def test_one_run_says_what_it_can():
    found = equilibrium(tiny(), TWO, ["ours", "rivals_1"], runs=1, threads=1)
    assert set(found.rest.verdict) == {"possible"} and found.kind == "undecided" and found.sentence()
