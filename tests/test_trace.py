"""One buyer's two lives: the same luck, the words for it, and where the paths part."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from sim.happenings import happenings, heard, let_down, on_advice, plain, problem_words, purchase_words
from sim.panel import buyer_table
from sim.scenario import load
from sim.trace import supplier_of, telling_buyer, trace, two_strategies
from tests.everything import everything, everything_compared

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


MARKET = SimpleNamespace(
    sellers=dict.fromkeys(SELLERS),
    groups={},
    partners={"bank": None, "old_agent": None},
    influence=[SimpleNamespace(at=5, seller="rival", influencer="press", reach=0.5)],
)
DEAF = QUIET | {
    "channel": "own_search",
    "referrer": -1,
    "recommended": "none",
    "recommended_by": "none",
    "adviser": -1,
    "knows_ours": True,
    "knows_rival": True,
    "value_of_ours": 100.0,
    "value_of_rival": 90.0,
}


def life(**happened) -> dict:
    return DEAF | happened


STANDING = life(recommended="rival", recommended_by="word_of_mouth", adviser=5)


@pytest.mark.parametrize(
    ("now", "before", "period", "words"),
    [
        (life(), life(), 3, []),
        (
            life(value_of_rival=93.0, recommended="rival", recommended_by="word_of_mouth", adviser=1216),
            life(),
            3,
            ["hears from buyer 1,217 that rival serves it well"],
        ),
        (STANDING | {"value_of_rival": 88.0}, STANDING, 3, ["hears from a neighbour that rival is worse than it thought"]),
        (STANDING | {"adviser": -1}, STANDING, 3, []),
        (life(value_of_rival=88.0), life(), 3, ["hears from a neighbour that rival is worse than it thought"]),
        (life(value_of_ours=101.0), life(), 3, ["hears from a neighbour that ours is better than it thought"]),
        (life(value_of_rival=70.0), life(), 5, ["hears of rival from the press"]),
        (life(value_of_rival=70.0, bought_from_rival=True), life(), 3, []),
        (
            life(recommended="rival", recommended_by="partner", adviser=1, value_of_rival=90.0),
            life(),
            3,
            ["is recommended rival by old agent"],
        ),
        (
            life(recommended="rival", recommended_by="partner", adviser=1),
            life(recommended="rival", recommended_by="partner", adviser=1),
            3,
            [],
        ),
        (
            life(recommended="rival", recommended_by="advertising"),
            life(knows_rival=False, value_of_rival=0.0),
            3,
            ["hears of rival by its advertising"],
        ),
        (life(), life(knows_rival=False, value_of_rival=0.0), 3, ["comes to know rival"]),
        (life(knows_rival=False, value_of_rival=88.0), life(knows_rival=False), 3, []),
        (life(newcomer=True, value_of_rival=1.0), life(), 3, []),
        (life(), None, 3, []),
    ],
)
def test_what_a_buyer_hears_is_told(now, before, period, words):
    assert heard(now, before, MARKET, period) == words


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (life(channel="word_of_mouth", referrer=11), "becomes an account of ours, on the word of buyer 12"),
        (life(channel="word_of_mouth"), "becomes an account of ours, by word of mouth"),
        (life(channel="partner", referrer=0), "becomes an account of ours, on the advice of bank"),
        (life(channel="advertising"), "becomes an account of ours, after its advertising"),
        (life(), "becomes an account of ours"),
    ],
)
def test_winning_a_buyer_says_on_whose_word(now, words):
    assert on_advice("becomes an account of ours", now, life(supplier="none"), MARKET) == words
    assert on_advice("reorders", now, life(), MARKET) == "reorders"


def test_a_referrer_that_leaves_is_told_once():
    with_, without = life(channel="word_of_mouth", referrer=11), life(channel="word_of_mouth")
    assert let_down(without, with_) == ["loses buyer 12, who recommended ours, as a fellow account"]
    assert (
        let_down(without, without)
        == let_down(with_, with_)
        == let_down(without, life(channel="word_of_mouth", referrer=11, supplier="rival"))
        == []
    )


def test_news_alone_is_not_worth_a_line():
    assert plain("reorders") and plain("hears from a neighbour that rival is worse than it thought")
    assert not plain("hears from buyer 12 that rival serves it well") and not plain("comes to know rival")


def test_hearsay_of_watched_buyers_is_the_engines():
    """Who came by word of mouth has a referrer until it leaves; recommenders are neighbours, and sellers recommended are known."""
    runs = everything_compared().runs
    table = buyer_table(runs)
    assert ((table.channel == "none") == (table.supplier == "none")).all() and (table.recommended == "none").eq(
        table.recommended_by == "none"
    ).all()
    told = table[table.recommended_by == "word_of_mouth"]
    assert len(told) > 50 and told.adviser.between(-1, 599).all() and (told.adviser != told.buyer).all()
    assert (table.adviser[table.recommended_by == "none"] == -1).all() and table.adviser[table.recommended_by == "partner"].isin(
        [0, 1]
    ).all()
    assert all(told[f"knows_{name}"][told.recommended == name].all() for name in runs.scenario.sellers)
    assert (table.referrer[table.channel.isin(["own_search", "advertising", "none"])] == -1).all()


def test_a_referrers_number_is_that_of_a_neighbour():
    from sim.network import buyer_network, slots_of
    from sim.population import draw_population

    scenario = everything()
    population = draw_population(scenario)
    network, slots = buyer_network(scenario, population, 11, 0), slots_of(population)
    number = {int(slot): i for i, slot in enumerate(slots)}
    told = buyer_table(everything_compared().runs).query("run == 0 and recommended_by == 'word_of_mouth' and adviser >= 0")
    for buyer, adviser in zip(told.buyer, told.adviser, strict=True):
        neighbours = network.of[network.first[slots[buyer]] : network.first[slots[buyer] + 1]]
        assert adviser in {number[int(slot)] for slot in neighbours}


def test_lives_beyond_the_dyad_are_told():
    found = trace(everything(), 312, ("transactional", "relationship"))
    words = " ".join(found.events.relationship)
    assert "hears from buyer " in words and " serves it well" in words and found.sentence()


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
