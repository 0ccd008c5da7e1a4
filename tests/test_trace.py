"""One buyer's two lives: the same luck, the words for it, and where the paths part."""

import json

import numpy as np
import pytest

from sim.happenings import happenings, problem_words, purchase_words
from sim.scenario import load
from sim.trace import supplier_of, telling_buyer, trace, two_strategies

SELLERS = ["ours", "rival"]
QUIET = {
    "newcomer": False, "problem": False, "complained": False, "detected": False, "resolved": False, "unresolved": False, "contact": False,
    "occasion": False, "reviewed": False, "switched": False, "skipped": False, "broken": False, "incident": False, "supplier": "ours",
    "lots": 0, "bought_from_ours": False, "bought_from_rival": False,
}  # fmt: skip


def row(**happened) -> dict:
    return QUIET | happened


@pytest.fixture(scope="module")
def followed(small):
    return trace(small, telling_buyer(small))


def test_nothing_happens_in_a_quiet_period():
    assert happenings(row(), row(), SELLERS) == []


@pytest.mark.parametrize(
    ("happened", "words"),
    [
        ({"complained": True, "resolved": True}, "has a problem, complains and is helped"),
        ({"detected": True, "resolved": True}, "has a problem that the seller finds and solves"),
        ({"complained": True, "unresolved": True}, "has a problem and complains in vain"),
        ({"detected": True, "unresolved": True}, "has a problem that the seller finds but does not solve"),
        ({"unresolved": True}, "has a problem and suffers in silence"),
    ],
)
def test_a_problem_says_what_became_of_it(happened, words):
    assert problem_words(row(problem=True, **happened)) == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (row(bought_from_ours=True), row(), ["reorders"]),
        (row(bought_from_ours=True, reviewed=True), row(), ["reviews ours and stays"]),
        (row(skipped=True), row(), ["buys nothing"]),
        (row(supplier="rival", bought_from_rival=True), row(), ["leaves ours for rival over a better offer"]),
        (row(supplier="rival", bought_from_rival=True), row(incident=True), ["leaves ours for rival with a grievance"]),
        (row(supplier="rival", bought_from_rival=True, unresolved=True), row(), ["leaves ours for rival with a grievance"]),
        (row(bought_from_ours=True), row(supplier="none"), ["becomes an account of ours"]),
        (row(bought_from_ours=True, bought_from_rival=True), row(), ["also buys from rival"]),
        (row(bought_from_ours=True), None, ["becomes an account of ours"]),
    ],
)
def test_a_purchase_says_who_supplies_and_why(now, before, words):
    assert purchase_words(now | {"occasion": True}, before, SELLERS) == words


def test_both_lives_begin_alike(followed):
    first, second = (life.loc[0] for life in followed.lives.values())
    assert first.drop("strategy").equals(second.drop("strategy"))


def test_the_parting_is_the_first_difference_of_suppliers(followed):
    first, second = (life.supplier.astype(str) for life in followed.lives.values())
    assert followed.parting is not None
    assert (first[: followed.parting - 1] == second[: followed.parting - 1]).all()
    assert first[followed.parting] != second[followed.parting]


def test_what_a_life_comes_to_is_counted_from_the_table(followed):
    for name, life in followed.lives.items():
        record = life[life.index > 0]
        assert followed.figures[name]["periods_with_us"] == (record.supplier == "ours").sum()
        assert followed.figures[name]["unsolved"] <= followed.figures[name]["problems"]


def test_the_telling_buyer_differs_most(small):
    number = telling_buyer(small)
    differences = []
    for buyer in (1, 100, number):
        first, second = trace(small, buyer).figures.values()
        differences.append(abs(first["periods_with_us"] - second["periods_with_us"]))
    assert differences[-1] == max(differences) > 0


def test_events_leave_out_plain_reorders_and_contacts(followed):
    plain = {"", "reorders", "is contacted", "is contacted · reorders"}
    assert not followed.events[list(followed.strategies)].isin(plain).all(axis=1).any()


def test_the_sentence_names_the_parting_and_both_strategies(followed):
    assert f"The paths part in month {followed.parting}" in followed.sentence()
    assert "under transactional" in followed.sentence() and "under relationship" in followed.sentence()


def test_lives_under_equal_strategies_never_part(small):
    alike = small.replace(["strategies.relationship.ours.level=basic"])
    same = trace(alike, 1)
    assert same.parting is None
    assert same.sentence().startswith("The two lives never part: the same suppliers throughout. It is with ours for ")
    assert same.sentence().endswith(" under either strategy.")


def test_the_answer_is_json(followed):
    answer = json.loads(json.dumps(followed.answer(), allow_nan=False))
    assert answer["buyer"] == followed.buyer and answer["lives"]["relationship"]["problems"] >= 0


def test_later_runs_have_other_luck(small):
    first, second = trace(small, 5), trace(small, 5, run=2)
    assert not first.lives["relationship"].drop(columns="run").equals(second.lives["relationship"].drop(columns="run"))


def test_a_buyer_that_is_not_there_is_refused(small):
    for number in (0, 601):
        with pytest.raises(ValueError, match="counted from 1"):
            trace(small, number)


def test_two_different_strategies_are_needed(small):
    assert two_strategies(small, None) == ("transactional", "relationship")
    with pytest.raises(ValueError, match="needs two strategies"):
        two_strategies(small, ("relationship", "relationship"))


def test_a_new_market_is_traced_from_its_first_period():
    market = load("default", sets=["market.buyers=300", "market.periods=12", "market.start=new", "runs=2"])
    found = trace(market, 10)
    assert found.lives["relationship"].index[0] == 1
    assert found.figures["relationship"]["purchases"] > 0 and found.sentence()


def test_suppliers_are_read_as_whole_numbers(small):
    from sim.runs import simulate

    panel = simulate(small, ["relationship"], runs=1, watch=[0, 1], threads=1).records["relationship"][0].panel
    found = supplier_of(panel)
    assert found.shape == (24, 2) and found.dtype == np.int32 and found.min() >= -1 and found.max() <= 3
