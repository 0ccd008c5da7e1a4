"""Kotler's table: planted tables, ranks against scipy, margins from two unit costs, and the command."""
import json

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr
from typer.testing import CliRunner

from sim.cli import app
from sim.experiments.kotler import READINGS, Kotler, NoTable, kotler
from sim.experiments.kotler.question import BOOK, CELLS, SHARES, neighbours, played_costs, points_of, unit_cost
from sim.experiments.kotler.ranks import resampled_best, spearman, tau_b
from sim.experiments.levels import LEVELS, level_by_level
from sim.experiments.sweep import OtherStudy
from sim.plots.kotler import kotler as picture
from sim.runs import simulate
from sim.scenario import load

SMALL = ("market.periods=10", "market.burn_in=3", "runs=4")
FEW = (30, 60, 120)


def small(*sets):
    return load("default", [*SMALL, *sets])


def planted(rungs: dict, noise: float = 0.0, runs: int = 12) -> Kotler:
    """A table whose best rungs are planted: a level loses a tenth for every rung that it is off."""
    luck = np.random.default_rng(7)
    profits = {cell: 100 * (1 - 0.1 * np.abs(np.arange(5) - rung)) + noise * luck.normal(size=(runs, 5)) for cell, rung in rungs.items()}
    return Kotler(level_by_level(small()), "demand", READINGS["demand"], SHARES, profits, runs, 0)


# --- what is made of a table --------------------------------------------------------------------------------------------------------------


def test_his_own_table_is_found_to_be_his():
    table = planted(BOOK)
    assert table.neighbours.in_order.all() and (table.neighbours.verdict == "holds").all() and len(table.neighbours) == 12
    assert table.corners.as_booked.all() and (table.corners.verdict == "holds").all()
    assert (table.cells.off == 0).all() and (table.cells.certainty == 1).all()
    assert table.correlation == {"tau_b": pytest.approx((1, 1, 1)), "spearman": pytest.approx((1, 1, 1))}
    words = table.sentence()
    assert "the best level never moves against him in twelve steps: it falls with the number of customers in six of six" in words
    assert "both corners are his" in words and "Nine of the nine cells are his" in words


def test_a_table_upside_down_is_found_out():
    table = planted({cell: 4 - rung for cell, rung in BOOK.items()})
    assert not table.neighbours.in_order.any() and (table.neighbours.verdict == "fails").all() and not table.corners.as_booked.any()
    assert table.correlation["tau_b"][0] == pytest.approx(-1)
    words = table.sentence()
    assert "the best level moves against him in twelve of twelve steps" in words
    assert "neither corner is his" in words and "Furthest off: " in words


def test_one_level_everywhere_has_no_order():
    table = planted(dict.fromkeys(CELLS, 3))
    assert (table.neighbours.verdict == "same").all() and table.correlation["tau_b"] == (0, 0, 0)
    assert "one level is best everywhere" in table.sentence() and picture(table)


def test_a_cell_that_nobody_can_tell_is_not_sure():
    """Where levels are all alike a coin decides, and each is best in about a fifth of the resamples of many studies."""
    luck = np.random.default_rng(1)
    best = np.concatenate([resampled_best(luck.normal(size=(1, 20, 5)), 50, (number, 1))[:, 0] for number in range(400)])
    assert np.abs(np.bincount(best, minlength=5) / len(best) - 0.2).max() < 0.06
    table = planted(BOOK, noise=60)
    assert table.cells.certainty.min() < 0.9
    assert table.levels.groupby(["customers", "margin"]).certainty.sum().to_numpy() == pytest.approx(1)
    low, high = table.correlation["tau_b"][1:]
    assert low < high


def test_resamples_take_the_same_runs_in_all_cells():
    """Two cells alike are best together; the same seed gives the same resamples."""
    values = np.random.default_rng(2).normal(size=(1, 8, 5)).repeat(2, axis=0)
    best = resampled_best(values, 300, (42, 1))
    assert (best[:, 0] == best[:, 1]).all() and len(set(best[:, 0])) > 1
    assert (best == resampled_best(values, 300, (42, 1))).all() and (best != resampled_best(values, 300, (43, 1))).any()


def test_rank_correlations_are_scipys():
    book, luck = np.array([BOOK[cell] for cell in CELLS]), np.random.default_rng(3)
    tables = luck.integers(0, 5, size=(40, 9))
    assert tau_b(tables, book) == pytest.approx([kendalltau(row, book, variant="b").statistic for row in tables])
    assert spearman(tables, book) == pytest.approx([spearmanr(row, book).statistic for row in tables])
    assert tau_b(np.full((1, 9), 2), book) == spearman(np.full((1, 9), 2), book) == 0


def test_neighbours_are_the_twelve_sides_of_the_table():
    pairs = neighbours()
    assert len(set(pairs)) == 12 and all(BOOK[more] - BOOK[less] == 1 for more, less in pairs)


# --- what is played ----------------------------------------------------------------------------------------------------------------------


def test_three_margins_from_two_unit_costs_are_those_that_are_played():
    """The middle margin is between the two that were played, to rounding the same as a market with its unit cost."""
    table = kotler(small(), customers=FEW)
    assert table.markets == 3 * 2 * 5 * 4
    scenario = level_by_level(small("market.buyers=60", *(f"buyers.{kind}.volume={{lognormal: {{median: {12 * 2}, spread: 0.6}}}}"
                                                          for kind in small().buyers)))
    assert unit_cost(scenario, 0.4) == scenario.sellers["ours"].unit_cost == 60
    from sim.outcomes import outcomes

    played = simulate(scenario, LEVELS, runs=4)
    expected = np.stack([outcomes(played, level)[:, 0] for level in LEVELS], 1)
    assert table.profits["medium", "medium"] == pytest.approx(expected, rel=1e-9)


def test_where_somebody_looks_at_costs_every_margin_is_played():
    scenario = level_by_level(small("sellers.rivals.answers={match_lowest_price: true}", "market.periods=8", "runs=2"))
    assert played_costs(level_by_level(small()), SHARES) == [30, 85] and len(played_costs(scenario, SHARES)) == 3
    points = points_of(scenario, READINGS["people"], SHARES)
    assert len(points) == 9 and points["market.buyers"].tolist() == [200] * 3 + [800] * 3 + [3200] * 3
    assert kotler(scenario, customers=FEW).markets == 9 * 5 * 2


def test_readings_split_the_demand_or_do_not():
    demand, decades, people = (READINGS[name] for name in ("demand", "decades", "people"))
    assert [demand.times(name) * demand.buyers[name] for name in demand.buyers] == [3200] * 3
    assert [decades.times(name) for name in decades.buyers] == [20, 2, 0.2] and [people.times(name) for name in people.buyers] == [7.5] * 3
    volumes = points_of(level_by_level(small()), demand, SHARES)["buyers.intermediate.volume"]
    assert volumes.iloc[0] == "{lognormal: {median: 192, spread: 0.6}}" and volumes.iloc[-1] == "{lognormal: {median: 12, spread: 0.6}}"


def test_a_table_that_was_stopped_goes_on_to_the_same_numbers(tmp_path):
    class Stop(Exception):  # noqa: N818
        pass

    def stop(done, total):
        if done > 20:
            raise Stop

    with pytest.raises(Stop):
        kotler(small(), customers=FEW, folder=tmp_path / "out", progress=stop)
    again, whole = kotler(small(), customers=FEW, folder=tmp_path / "out", threads=1), kotler(small(), customers=FEW, threads=2)
    assert again.answer() == whole.answer() and all(table.equals(again.tables()[name]) for name, table in whole.tables().items())
    assert (tmp_path / "out/cells.parquet").exists() and picture(again)
    with pytest.raises(OtherStudy, match="reading demand there, people here"):
        kotler(small(), "people", customers=FEW, folder=tmp_path / "out")


def test_what_cannot_be_a_table_is_said():
    with pytest.raises(NoTable, match="200, 100, 300 are no three numbers of customers; give few, medium and many"):
        kotler(small(), customers=(200, 100, 300))
    with pytest.raises(NoTable, match="are no three margins; give high, medium and low as shares of the price"):
        kotler(small(), margins=(0.2, 0.5, 0.7))
    with pytest.raises(NoTable, match=r"a market of the table cannot be played: .*volume"):
        kotler(small("buyers.intermediate.volume=5000"), customers=FEW)


# --- the command ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


ASKED = ["default", "--set", "market.periods=10", "--set", "market.burn_in=3", "--runs", "4", "--customers", "30,60,120"]


def ask(*words):
    return CliRunner().invoke(app, ["kotler", *words])


def test_the_command_shows_both_tables(here):
    done = ask(*ASKED)
    words = " ".join(done.output.split())
    assert done.exit_code == 0 and "(Kotler)" in words and "% sure" in words
    assert "The two corners" in words and "Steps of the table" in words
    folder, = (here / "results").iterdir()
    assert folder.name.startswith("default_kotler_") and (folder / "figures/kotler.png").stat().st_size > 20_000
    assert ask(*ASKED).output == done.output
    answer = json.loads(ask(*ASKED, "--json", "--no-figures").stdout)
    assert len(answer["cells"]) == 9 and answer["neighbours"] == 12 and answer["results"] == f"results/{folder.name}"
    assert ask(*ASKED, "--quiet").stdout == answer["sentence"] + "\n"


@pytest.mark.parametrize(("words", "message"), [
    (["--as", "peoples"], "'peoples' is no reading of 'number of customers'; did you mean 'people'?"),
    (["--customers", "few"], "--customers: 'few' is no list of numbers; write three of them, such as 200,800,3200"),
    (["--customers", "1,2"], "are no three numbers of customers"),
    (["--margins", "0.1,0.4,0.7"], "are no three margins"),
    (["--runs", "1"], "--runs"),
])
def test_what_cannot_be_ends_in_exit_code_2(here, words, message):
    done = ask("default", *words)
    assert done.exit_code == 2 and message in " ".join(done.output.split()) and list(here.iterdir()) == []
