"""The market of a class: the past never moves, playing on changes nothing before, and customer equity is what accounts bring."""

import numpy as np
import pytest

from sim.classroom.choices import ChoiceError, as_change, first_choice, read_choice
from sim.classroom.equity import by_type, customer_equity
from sim.classroom.key import best_levels, standard_key, with_level, worth_of
from sim.classroom.luck import luck
from sim.classroom.market import PLAYED, class_market, play
from sim.classroom.predictions import brier, ignorance, read_prediction
from sim.classroom.rooms import ROOMS, room
from sim.classroom.setting import Setting, SettingError
from sim.money import discounting, ledger, money
from sim.runs import simulate
from sim.scenario import load

SMALL = ("market.buyers=300", "market.periods=24")
EARLY = {(1, 0): {"level": "proactive"}, (1, 1): {"price": 97.0}, (2, 2): {"level": "partnership", "promise": 1.1}}
LATE = {
    (3, 0): {"price": 150.0, "level": "basic"},
    (3, 1): {"relationship_budget": {"total": 900.0, "customer": 1.0}},
    (4, 3): {"price": 60.0},
}


@pytest.fixture(scope="module")
def setting():
    """Four rounds of six months, three teams and a spare one, one rival."""
    return Setting.of(load("default", SMALL), teams=4, rounds=4, seed=7)


def test_a_class_stands_on_its_scenario(setting):
    assert (setting.periods_per_round, setting.rivals, setting.sellers) == (6, 1, ["team_1", "team_2", "team_3", "team_4", "rivals_1"])
    market = class_market(setting, {}, 12)
    assert {name: seller.level.plain() for name, seller in market.sellers_under(PLAYED, 1).items()} == {
        "team_1": "basic",
        "team_2": "basic",
        "team_3": "basic",
        "team_4": "basic",
        "rivals_1": "reactive",
    }
    assert Setting.from_text(setting.as_text()) == setting


def test_later_decisions_do_not_move_earlier_rounds(setting):
    """Bit for bit, in every column of the ledger and every figure."""
    until = setting.end_of(2)
    before, after = (
        ledger(simulate(class_market(setting, changes, setting.end_of(4)), [PLAYED], runs=2, seed=7, threads=1), PLAYED)
        for changes in (EARLY, EARLY | LATE)
    )
    assert (before[:, : until + 1] == after[:, : until + 1]).all()
    assert (before[:, until + 1 :] != after[:, until + 1 :]).any()
    assert (
        play(setting, EARLY, 2).figures == play(setting, {one: change for one, change in (EARLY | LATE).items() if one[0] <= 2}, 2).figures
    )


def test_playing_on_does_not_move_the_past(setting):
    short, long = (
        ledger(simulate(class_market(setting, EARLY, periods), [PLAYED], runs=1, seed=7, threads=1), PLAYED) for periods in (12, 90)
    )
    assert (short == long[:, :13]).all()


def test_a_decision_holds_from_its_round_on(setting):
    market = class_market(setting, EARLY, 24)
    prices = [market.sellers_under(PLAYED, period)["team_2"].price for period in (1, 6, 7, 24)]
    levels = [market.sellers_under(PLAYED, period)["team_3"].level.plain() for period in (6, 7, 24)]
    assert prices == [97.0] * 4 and levels == ["basic", "partnership", "partnership"]


def test_equity_is_what_the_accounts_held_bring():
    """Where nobody can win an account anew (all are locked in and stay), equity is the discounted profit of all that follows."""
    sets = (
        *SMALL,
        "market.turnover=0",
        "buyers.lost_for_good.share=1",
        "buyers.lost_for_good.switching_cost=100000",
        "buyers.intermediate.share=0",
        "buyers.always_a_share.share=0",
    )
    setting = Setting.of(load("default", sets), teams=2, rounds=2, seed=3)
    until, onward = (simulate(class_market(setting, {}, periods), [PLAYED], runs=1, seed=3, threads=1) for periods in (12, 72))
    factors = discounting(onward.scenario)
    brought = (money(onward, PLAYED)["profit"].sum(2)[0, 12:] * factors[12:, None]).sum(0) / factors[11]
    assert customer_equity(until, onward, PLAYED)[0] == pytest.approx(brought, rel=1e-4)


def test_budgets_that_go_on_are_charged(setting):
    """A budget that achieves nothing lowers equity by no more than it costs, and by something."""
    spends = {(1, 0): {"relationship_budget": {"total": 3000.0, "influence": 1.0}}}
    free, paid = (play(setting, changes, 1) for changes in ({}, spends))
    whole = 3000 * sum(discounting(class_market(setting, {}, 6 + setting.ahead))[6:]) / discounting(class_market(setting, {}, 6))[5]
    assert 0.05 * whole < free.equity[0, 0] - paid.equity[0, 0] < whole


def test_equity_by_type_sums_to_the_whole(setting):
    until, onward = (simulate(class_market(setting, EARLY, periods), [PLAYED], runs=2, seed=7, threads=1) for periods in (12, 72))
    assert by_type(until, onward, PLAYED).sum(1) == pytest.approx(customer_equity(until, onward, PLAYED))  # no budgets are spent


def test_the_class_s_own_luck_is_the_first_of_the_others(setting):
    found = luck(setting, EARLY, 2, others=3)
    assert found.equity.shape == (4, 4) and (found.equity[0] == play(setting, EARLY, 2).equity[0, :4]).all()
    assert len({tuple(row) for row in found.equity.tolist()}) == 4
    assert sum(row["leads"] for row in found.as_rows()) == pytest.approx(1) and "of 3 markets" in found.sentence(["a", "b", "c", "d"])


def test_the_key_is_the_best_of_what_was_played(setting):
    best = best_levels(setting, EARLY, 2, 1)
    for level in ("basic", "partnership", best.level):
        value, _ = worth_of(setting, with_level(setting, EARLY, 2, 1, level), 2, 1)
        assert value.value <= best.value
    keys = standard_key(Setting.of(load("default", SMALL), teams=2, rounds=1, periods_per_round=12))
    assert [room["others"] for room in keys] == ["transactional", "relationship"]
    assert all(np.diff([row["value"] for row in room["rows"]]).max() <= 0 for room in keys)


def test_rooms_show_one_team_s_books_up_to_a_round(setting):
    """A room after round 2 is the same whether or not later rounds were played."""
    short, long = play(setting, EARLY, 2), play(setting, EARLY | LATE, 4)
    for name in ROOMS:
        found = room(short, 0, 2, name)
        assert found == room(long, 0, 2, name) and found["finding"].endswith(".") and len(found["rows"]) == (2 if name == "rounds" else 3)
        assert all(len(row) == len(found["columns"]) for row in found["rows"])


def test_a_team_that_nobody_buys_from_is_shown_as_it_is():
    """A price that drives everybody away: no account, no number out of nothing, no error."""
    setting = Setting.of(load("default", (*SMALL, "market.turnover=0.2")), teams=2, rounds=3, periods_per_round=30)
    played = play(setting, {(1, 0): {"price": 1e6}}, 3)
    assert played.figures[0]["accounts"] == 0 and played.equity[0, 0] == 0 and np.isnan(played.figures[0]["retention"])
    for name in ROOMS:
        found = room(played, 0, 3, name)
        assert found["finding"] == "The firm tended no account in the round." and "nan" not in str(found["rows"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"price": -1}, "price: -1 is too low; give a value of 0 or more (money per unit)"),
        ({"price": "x"}, "price: the text 'x' stands where a number belongs; give a value of 0 or more (money per unit)"),
        ({"price": float("inf")}, "price: .inf is not a finite number; give a value of 0 or more (money per unit)"),
        ({"promise": 9}, "promise: 9 is too high; give a value between 0 and 5 (times)"),
        (
            {"level": "gold"},
            "level for lost-for-good: the text 'gold' is not a level; choose from basic, reactive, accountable, proactive, partnership",
        ),
        (
            {"level": {"intermediate": "basic"}},
            "level for lost-for-good: nothing is not a level; choose from basic, reactive, accountable, proactive, partnership",
        ),
        ({"level": {"alwaysashare": "basic"}}, "level: 'alwaysashare' is not a buyer type; did you mean 'always_a_share'?"),
        ({"level": 3}, "level: the number 3 stands where a level, or a level for each buyer type, belongs"),
        ({"budget": {"customer": -5}}, "budget for the customer market: -5 is too low; give a value of 0 or more (money per period)"),
        ({"budget": {"customers": 5}}, "budget: 'customers' is unknown; did you mean 'customer'?"),
        (
            {"loyalty_discount": {"per_year": 0.1, "most": 0.95}},
            "loyalty_discount.most: 0.95 is too high; give a value between 0 and 0.9 (share of price)",
        ),
        ({"quality": 500}, "'quality' is nothing that a team decides; choose from level, price, promise, loyalty_discount, budget"),
    ],
)
def test_wrong_choices_are_one_sentence(setting, change, said):
    with pytest.raises(ChoiceError) as error:
        read_choice(first_choice(setting) | change, setting)
    assert str(error.value).startswith(said)


def test_budgets_by_market_are_a_total_and_shares(setting):
    change = as_change(read_choice(first_choice(setting) | {"budget": {"customer": 1, "referral": 1, "internal": 1}}, setting))
    play(setting, {(1, 0): change}, 1)  # thirds that must sum to one
    assert change["relationship_budget"]["total"] == 3


def test_brier_scores():
    """Certain and right, certain and wrong, knowing nothing; and honesty pays best."""
    sure = {"leader": 1, "confidence": 1.0}
    assert (brier(sure, 1, 4), brier(sure, 0, 4)) == (0, 2)
    assert brier({"leader": 2, "confidence": 0.25}, 0, 4) == pytest.approx(ignorance(4)) == 0.75
    belief = [0.6, 0.4 / 3, 0.4 / 3, 0.4 / 3]

    def expected(confidence: float) -> float:
        return sum(chance * brier({"leader": 0, "confidence": confidence}, team, 4) for team, chance in enumerate(belief))

    assert min(np.linspace(0.25, 1, 151), key=expected) == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "the prediction lacks leader, confidence, retention, profit"),
        ({"leader": 4, "confidence": 1, "retention": 0.5, "profit": 0}, "prediction: the number 4 is no team; choose who will lead"),
        ({"leader": 0, "confidence": 0.1, "retention": 0.5, "profit": 0}, "prediction: how sure you are of 0.1 is not between 0.25 and 1"),
        ({"leader": 0, "confidence": 1, "retention": 55, "profit": 0}, "prediction: retention of 55 is not between 0 and 1"),
        ({"leader": 0, "confidence": 1, "retention": 0.5, "profit": None}, "prediction: profit is nothing; give a number"),
    ],
)
def test_wrong_predictions_are_one_sentence(given, said):
    with pytest.raises(ChoiceError) as error:
        read_prediction(given, 4)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"teams": 1}, "a class has 2 to 12 teams, not 1"),
        ({"rounds": 0}, "a class has 1 to 20 rounds, not 0"),
        ({"rivals": 3}, "a class has 0 to 2 rivals, not 3"),
        ({"periods_per_round": 0}, "a class has 1 to 1000 periods in a round, not 0"),
    ],
)
def test_wrong_settings_are_one_sentence(options, said):
    with pytest.raises(SettingError) as error:
        Setting.of(load("default", SMALL), **options)
    assert str(error.value) == said


def test_a_rival_that_sees_the_end_is_refused():
    with pytest.raises(SettingError, match="rivals_1 looks ahead to the end of the market"):
        Setting.of(load("default", (*SMALL, "sellers.rivals.answers.best_reply=true")))
    Setting.of(load("default", (*SMALL, "sellers.rivals.answers.best_reply={foresight: false}")))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "office_automation",
        "price_war",
        "over_promising",
        "rumour",
        "bank_referrals",
        "alliances",
        "service_firm",
        "coffee",
        "steel_plant",
        "locked_in_harvest",
        "commodity_freight",
        "subscription",
    ],
)
def test_a_class_can_be_held_in_shipped_markets(name):
    setting = Setting.of(load(name, ("market.buyers=300",)), teams=3, rounds=2)
    changes = {(1, 1): as_change(first_choice(setting))}
    played = play(setting, changes, 1)
    assert np.isfinite(played.equity).all() and all(room(played, 0, 1, one)["finding"] for one in ROOMS)
