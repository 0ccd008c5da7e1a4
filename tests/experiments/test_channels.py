"""Channels and answers of a comparison: shares that add up, intervals over runs, prices that moved, and nothing where nothing is on."""

import json

import numpy as np
import pandas as pd
import pytest

from sim import overview
from sim.core.terms import CHANNELS
from sim.experiments.channels import by_channel, limits
from sim.experiments.compare import Comparison, compare
from sim.intervals import interval
from sim.lifetime import matched_worth
from sim.screens import study, verdict
from sim.tables import channel_table, course_table
from tests.everything import everything_compared
from tests.lively import lively_scenario

SILENT = ("market.buyers=90", "market.periods=20", "sellers.ours.advertising=0", "sellers.rivals.advertising=0")


@pytest.fixture(scope="module")
def beyond():
    return everything_compared()


@pytest.fixture(scope="module")
def silent():
    return compare(lively_scenario(*SILENT), ["relationship"], runs=2, threads=1)


def printed(lines) -> str:
    """What a screen looks like."""
    from io import StringIO

    from rich.console import Console

    console = Console(width=100, file=StringIO())
    for line in lines:
        console.print(line)
    return console.file.getvalue()


def test_shares_by_channel_sum_to_one_and_are_means_over_runs(beyond):
    table = beyond.channels
    assert len(table) == 3 * 4 and table.groupby("strategy").share.sum().to_numpy() == pytest.approx(1)
    ours = beyond.periods[(beyond.periods.seller == "ours") & (beyond.periods.strategy == "relationship")]
    by_run = ours.groupby("run")[["won_word_of_mouth", "acquisitions"]].sum()
    row = table.set_index(["strategy", "channel"]).loc[("relationship", "word_of_mouth")]
    expected = interval((by_run.won_word_of_mouth / by_run.acquisitions).to_numpy())
    assert [row.share, row.share_low, row.share_high] == pytest.approx([float(x) for x in expected])
    assert row.accounts == by_run.won_word_of_mouth.mean()


def test_the_gap_is_the_matched_one(beyond):
    channels = channel_table(beyond.runs)
    ours = channels[channels.seller == "ours"]
    row = beyond.channels.set_index(["strategy", "channel"]).loc[("relationship", "word_of_mouth")]
    by_run = matched_worth(ours, ("strategy", "run")).gap.xs("relationship", level="strategy")
    assert row.gap == pytest.approx(by_run.mean()) and row.gap_low <= row.gap <= row.gap_high
    assert row.ratio == pytest.approx(matched_worth(ours, ("strategy",)).ratio["relationship"])
    assert not np.isclose(row.gap, matched_worth(ours, ("strategy", "run"), ("partner",)).gap.xs("relationship", level="strategy").mean())


def test_runs_without_anything_to_say_are_left_out():
    index = pd.MultiIndex.from_product([["one", "two"], [0, 1, 2]], names=["strategy", "run"])
    values = pd.Series([1.0, 3.0, np.nan, np.nan, np.nan, np.nan], index)
    assert limits(values, "one") == tuple(map(float, interval(np.array([1.0, 3.0]))))
    assert np.isnan(limits(values, "two")).all() and np.isnan(limits(values, "three")).all()


def test_moves_are_those_of_the_course(beyond):
    moves = beyond.moves.set_index(["strategy", "seller"])
    assert {seller for _, seller in moves.index} == {"ours", "rivals_1", "rivals_2", "rivals_3"} and set(moves.index.levels[0]) == {
        "answered"
    }
    course = course_table(beyond.runs)
    last = course[(course.period == 30) & (course.strategy == "answered")].groupby("seller", observed=True)[["price", "premium"]].mean()
    for seller in ("rivals_1", "rivals_3"):
        row = moves.loc["answered", seller]
        assert row.price_end == pytest.approx(last.price[seller]) and row.price == 100 > row.price_end >= row.lowest
    assert moves.premium_end["answered", "rivals_3"] == pytest.approx(last.premium["rivals_3"])
    assert moves.harvesting["answered", "rivals_2"] > 0 and moves.copying["answered", "rivals_1"] > 0
    assert moves.drop(("answered", "rivals_2")).harvesting.eq(0).all()


def test_where_nothing_is_on_nothing_is_said(silent):
    assert len(silent.channels) == len(silent.moves) == 0 and not {"channels", "moves"} & set(silent.answer())
    assert len(overview.by_channel(silent.runs, "relationship")) == 0
    assert "won its accounts" not in printed(verdict.verdict(silent)) and "answered the market" not in printed(verdict.verdict(silent))


def test_the_answer_holds_channels_and_moves_as_plain_data(beyond):
    answer = json.loads(json.dumps(beyond.answer(), allow_nan=False))
    assert set(answer["channels"]) == {"transactional", "relationship", "answered"}
    assert tuple(answer["channels"]["relationship"]) == CHANNELS and answer["moves"]["answered"]["rivals_1"]["price"] == 100
    assert sum(row["share"] for row in answer["channels"]["answered"].values()) == pytest.approx(1, abs=1e-4)


def test_the_screen_tells_channels_and_answers(beyond):
    words = printed(verdict.verdict(beyond))
    assert "How ours won its accounts" in words and "word of mouth" in words and "How sellers answered the market" in words
    assert "rivals 3, answered" in words and max(map(len, words.splitlines())) <= 100


def test_what_an_account_is_worth_more_is_only_said_where_it_can_be_told():
    row = pd.Series({"share": 0.1, "ratio": 1.2, "gap": 5.0, "gap_low": 1.0, "gap_high": 9.0})
    assert verdict.channel_cell(row) == "10.0% (+20%)"
    less = pd.Series({"share": 0.1, "ratio": 0.8, "gap": -5.0, "gap_low": -9.0, "gap_high": -1.0})
    assert verdict.channel_cell(less) == "10.0% (−20%)"
    less["gap_high"] = 1.0
    assert verdict.channel_cell(less) == "10.0%"


def test_one_strategy_by_itself_tells_channels_seller_by_seller(beyond):
    table = overview.by_channel(beyond.runs, "relationship")
    assert table.seller.tolist() == list(beyond.scenario.sellers) and table[list(CHANNELS)].sum(axis=1).to_numpy() == pytest.approx(1)
    ours = beyond.periods[
        (beyond.periods.seller == "ours") & (beyond.periods.strategy == "relationship") & (beyond.periods.period > 0)
    ].sum(numeric_only=True)
    spent = ours.acquisition_cost + ours.advertising_cost + ours.referral_reward + ours.commission + ours.budget_to_win
    assert table.cost_to_win[0] == pytest.approx(spent / ours.acquisitions)
    words = printed(study.won_through(table, "ours", "EUR"))
    assert "accounts won, by channel" in words and "rivals 2" in words


def test_a_comparison_of_one_strategy_has_channels_too(beyond):
    alone = Comparison(beyond.runs, "relationship")
    assert by_channel(alone.runs, alone.periods, "ours").equals(beyond.channels)
