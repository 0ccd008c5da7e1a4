"""The experiments behind claims C1 to C12 run, and their verdicts follow their intervals.

What they find is theirs to say; the directions that hold are pinned, so that nobody turns one without noticing."""
import math

import numpy as np
import pytest

from sim.core import state as at
from sim.experiments.claims import complaints, contact, copied, harvest, kotler, levitt, lifetimes, promises, referrals, retention
from sim.experiments.claims.contrasts import GAIN, Contrast, contrast, pseudo_values, table, together
from sim.experiments.claims.jackson import jackson
from sim.experiments.claims.quality import quality_first
from sim.experiments.claims.watched import hazard_ratio
from sim.experiments.kotler import READINGS

TINY = {"buyers": 300, "periods": 24, "runs": 3}


def assert_sound(contrasts) -> None:
    """Finite intervals around their means, and verdicts that follow them."""
    assert contrasts
    for each in contrasts:
        assert all(map(math.isfinite, each[2:]))
        assert each.low <= each.mean <= each.high
        assert each.standard > 0
        assert each.verdict == ("holds" if each.low > 0 else "fails" if each.high < 0 else "undecided")


def test_c1_runs():
    """Two sizes of account, four levels above basic, two contrasts and three gains each; and the mean of the levels."""
    found = jackson(**TINY)
    assert_sound(found)
    assert sum(c.claim == "C1" for c in found) == 16 + 4 and sum(c.claim == GAIN for c in found) == 24
    assert len(table(found).splitlines()) == 44
    levels = [c.mean for c in found if c.case.startswith("large") and c.case.endswith("intermediate over always_a_share")]
    assert levels[-1] == pytest.approx(np.mean(levels[:-1]))


def test_c2_runs():
    """Nine cells, two figures and, of the claim, two corners, two directions and the neighbours that differ; in each reading of its own."""
    found = kotler.ladder(periods=24, runs=3, scale=0.25)
    assert_sound(found)
    for reading in READINGS:
        of = [c for c in found if c.case.startswith(f"{reading}:")]
        assert sum(c.claim == GAIN for c in of) == 9 + 2
        assert sum("corner" in c.case for c in of) == sum("rungs of the best" in c.case for c in of) == 2


def test_c4_runs():
    """Two sizes of account, five levels, a gain and a contrast each; and the best level, whose contrast is the least."""
    found = quality_first(**TINY)
    assert_sound(found)
    assert len(found) == 22
    for account in ("small", "large"):
        *levels, best = [c.mean for c in found if c.claim == "C4" and c.case.startswith(account)]
        assert best == min(levels)


@pytest.mark.parametrize(("shift", "verdict"), [(1.0, "holds"), (-1.0, "fails"), (0.0, "undecided")])
def test_a_planted_difference_gets_its_verdict(shift, verdict):
    """A difference of four standard deviations of the mean either way, or none."""
    noise = np.linspace(-1, 1, 41)
    assert contrast("planted", "", noise + shift).verdict == verdict


def test_a_contrast_that_touches_nought_is_undecided():
    """Holding takes an interval clear of nought."""
    assert Contrast("C1", "", 1.0, 0.0, 2.0).verdict == "undecided"


@pytest.mark.parametrize(("verdicts", "whole"), [
    (["holds", "holds"], "holds"), (["holds", "fails"], "holds in part"), (["holds", "undecided"], "holds in part"),
    (["fails", "undecided"], "fails"), (["fails", "fails"], "fails"), (["undecided", "undecided"], "undecided")])
def test_contrasts_come_to_a_verdict_together(verdicts, whole):
    """All, some, or none of them; and none at all is no claim."""
    assert together(verdicts) == whole
    with pytest.raises(ValueError, match="at least one contrast"):
        together([])


def test_pseudo_values_of_a_mean_are_the_values_and_of_a_ratio_lie_about_it():
    """What is linear comes back bit by bit; a ratio of means whose truth is two is found without its runs' own ratios."""
    luck = np.random.default_rng(3)
    one = luck.normal(1, 0.3, 200)
    assert pseudo_values(lambda means: means[0], [one]) == pytest.approx(one)
    ratio = contrast("", "", pseudo_values(lambda means: means[0] / means[1], [2 * one + luck.normal(0, 0.1, 200), one]))
    assert ratio.low < 2 < ratio.high and ratio.high - ratio.low < 0.1


# --- all the others --------------------------------------------------------------------------------------------------------------

def verdicts(contrasts, *words: str) -> set[str]:
    """What is said of the contrasts whose case has all of these words."""
    found = [c for c in contrasts if c.claim != GAIN and all(word in c.case for word in words)]
    assert found, words
    return {c.verdict for c in found}


@pytest.mark.parametrize(("experiment", "size", "claimed"), [
    (levitt.complexity_and_cycle, TINY, 8),
    (retention.five_points, TINY | {"buyers": 600, "periods": 60}, 14),
    (complaints.buying_again, TINY | {"buyers": 600, "levels": ("reactive",)}, 6),
    (lifetimes.lifetime_and_profit, TINY | {"buyers": 600, "periods": 60}, 3),
    (promises.over_promising, TINY | {"networks": ("none", "well_mixed")}, 52),
    (harvest.harvesting, TINY | {"periods": 48}, 36),
    (referrals.cost_of_winning, TINY | {"buyers": 600}, 10),
    (referrals.in_the_default_market, TINY | {"buyers": 1500, "periods": 60, "runs": 4}, 18),
    (referrals.in_a_bank, TINY | {"buyers": 1500, "runs": 3}, 18),
    (copied.bonds_copied, TINY | {"buyers": 600, "periods": 60, "copied_at": 25}, 9),
    (copied.plan_copied, TINY | {"periods": 36}, 3),
    (contact.contact_stops, TINY | {"buyers": 600, "periods": 60}, 18),
])
def test_the_others_run(experiment, size, claimed):
    """So many contrasts of a claim, each sound."""
    found = experiment(**size)
    assert_sound(found)
    assert sum(c.claim != GAIN for c in found) == claimed
    assert len({(c.claim, c.case) for c in found}) == len(found)


def test_what_is_left_of_a_lead_is_the_ratio_of_its_means():
    """A lead of two that falls to one: half of it is left, and the jackknife's mean says so but for its correction."""
    alone = np.array([1.5, 2.0, 2.5, 2.0])
    assert copied.left_of(alone / 2, alone) == pytest.approx(np.full(4, 50.0))
    assert copied.left_of(np.array([1.0, 1.2, 0.8, 1.0]), alone).mean() == pytest.approx(50, abs=5)


@pytest.mark.parametrize(("left", "months"), [([0.9, 0.6, 0.4, 0.1], 6.0), ([0.25, 0, 0, 0], 1.0), ([1, 1, 1, 0.6], 10.5)])
def test_half_lives_are_read_between_quarters(left, months):
    """0.6 in the middle of the second quarter and 0.4 in that of the third: a half after six months. Never below a half: the last known."""
    assert copied.months_to_half(np.array(left)) == pytest.approx(months)


def test_the_hazard_ratio_compares_like_with_like():
    """Two strata, in each of which one group is lost half as often: a half, though taken together the groups look alike or worse."""
    one, other = np.array([[100, 1], [1000, 100]]), np.array([[1000, 20], [100, 20]])
    assert one[:, 1].sum() / one[:, 0].sum() > other[:, 1].sum() / other[:, 0].sum()
    assert hazard_ratio(one, other) == pytest.approx(0.5)
    assert math.isnan(hazard_ratio(one, np.zeros((2, 2))))


def test_c6_over_promising_loses_with_relational_buyers_and_pays_with_transactional_ones():
    found = promises.over_promising(buyers=1500, runs=6, networks=("none", "small_world"))
    assert verdicts(found, "new, relational buyers") == {"holds"}
    assert verdicts(found, "transactional buyers", "first year") == {"holds"}
    assert verdicts(found, "none, new, transactional buyers", "whole horizon") == {"fails"}
    assert verdicts(found, "lost with relational over transactional") == {"holds"}
    assert verdicts(found, "running", "whole horizon", "intermediate") == {"holds"}
    assert verdicts(found, "running", "over_by_tenth", "whole horizon", "lost_for_good") == {"fails"}      # lock-in hides it
    assert verdicts(found, "small_world", "over what is lost where nobody is heard") == {"holds"}


def test_c7_harvest_pays_for_a_while_where_buyers_are_locked_in_and_nowhere_else():
    found = harvest.harvesting(buyers=2000, runs=8)
    assert verdicts(found, "lost_for_good", "first year") == {"holds"}
    assert verdicts(found, "none, lost_for_good", "last three years") == {"holds"}
    assert verdicts(found, "intermediate", "first year") == verdicts(found, "always_a_share", "first year") == {"fails"}
    assert verdicts(found, "pool of the lost", "over care") == verdicts(found, "pool of the lost", "harvest") == {"holds"}


@pytest.mark.slow
def test_c8_care_makes_winning_cheaper_and_a_referrer_who_stays_holds_accounts():
    costs = referrals.cost_of_winning(buyers=2000, runs=8)
    assert verdicts(costs, "over care") == {"holds"} and verdicts(costs, "over invested") == {"fails"}
    found = referrals.in_a_bank(runs=40)
    assert verdicts(found, "hazard", "referrer an account than", "lost_for_good") == {"holds"}
    assert verdicts(found, "hazard", "referrer gone than own search", "lost_for_good") == {"undecided"}


@pytest.mark.slow
def test_c10_financial_bonds_are_copied_first_and_structural_ones_last():
    found = copied.bonds_copied(buyers=3000, periods=96, runs=24)
    assert verdicts(found, "year 1 after the copy") == {"holds"}
    assert verdicts(found, "year 2 after the copy", "structural keeps more of its lead than financial") == {"holds"}
    assert verdicts(copied.plan_copied(buyers=2000, runs=8), "whole horizon") == {"holds"}


def test_c12_holds_where_buyers_doubt_after_the_sale():
    found = contact.contact_stops(buyers=2000, runs=6)
    assert verdicts(found, "doubt 4") == {"holds"}
    assert "holds" not in verdicts(found, "doubt 0", "satisfaction")


# --- what is new is right -----------------------------------------------------------------------------------------------------------

def test_the_next_occasion_is_this_periods_or_the_next_before_another_problem():
    """A problem comes before the purchases of its own period; a second problem, or the end, leaves nothing to see."""
    problem, occasion = at.PROBLEM, at.OCCASION
    happened = np.array([[problem | occasion, problem, problem, 0], [0, 0, problem, 0], [occasion, occasion, occasion, 0]])
    assert complaints.next_occasion(happened)[0].tolist() == [0, 2, complaints.NEVER, complaints.NEVER]
    assert complaints.next_occasion(happened)[1].tolist() == [2, 2, 2, complaints.NEVER]


def test_problems_are_told_apart_by_what_became_of_them():
    happened = np.array([0, at.PROBLEM, at.PROBLEM | at.COMPLAINED, at.PROBLEM | at.COMPLAINED | at.RESOLVED,
                         at.PROBLEM | at.DETECTED | at.RESOLVED])
    assert complaints.group_of(happened).tolist() == [complaints.NO_PROBLEM, complaints.SILENT, complaints.IN_VAIN, complaints.SATISFIED,
                                                      complaints.FOUND]


def test_a_customer_is_followed_to_its_last_purchase_or_to_when_it_leaves_the_market():
    """Bought so far, month by month: three lots and the last in month 2; one lot at once; who is another from month 2 on bought two."""
    bought = np.array([[1, 1, 1], [1, 1, 2], [3, 1, 0], [3, 1, 5]])
    entered = np.array([[0, 0, 0], [0, 0, 0], [0, 0, 7], [0, 0, 7]])
    lots, last = lifetimes.followed(bought, entered)
    assert lots.tolist() == [3, 1, 2] and last.tolist() == [2, 0, 1]


def test_five_points_are_scaled_from_the_step_that_was_made():
    """Worth doubles over ten points: five lift it by the root of two."""
    runs = np.ones(4)
    found = retention.lifted({"worth": 100 * runs, "retention": 0.7 * runs}, {"worth": 200 * runs, "retention": 0.8 * runs})
    assert found == pytest.approx(100 * (2**0.5 - 1) * runs)


def test_c3_care_is_worth_more_where_problems_are_many_and_less_where_orders_are_rare():
    found = levitt.complexity_and_cycle(buyers=1000, runs=6, accounts=("large",), complexities=(0.5, 2), cycles=(1, 12))
    assert verdicts(found, "gap", "complexity") == {"holds"}
    assert verdicts(found, "gap", "cycle") == {"fails"}


@pytest.mark.slow
def test_c5_five_points_are_worth_more_where_retention_is_high():
    found = retention.five_points(runs=16)
    assert verdicts(found, "switching cost, lost_for_good", "beyond") == {"holds"}
    assert verdicts(found, "intermediate", "beyond") == {"fails"}
    assert verdicts(found, "lost_for_good over intermediate") == {"holds"}


def test_c9_silence_is_worst_and_satisfaction_best():
    found = complaints.buying_again(buyers=2000, periods=72, runs=10, levels=("reactive",))
    assert verdicts(found, "satisfied over in vain", "intermediate") == {"holds"}
    assert verdicts(found, "in vain over silent", "always_a_share") == {"undecided"}


def test_c11_lifetime_makes_profit_for_all_types():
    found = lifetimes.lifetime_and_profit(buyers=2000, periods=72, runs=6)
    assert verdicts(found, "lost_for_good", "beyond") == {"holds"} and verdicts(found, "always_a_share", "short of") == {"fails"}
