"""The experiments behind claims C1, C2, C4 and, beyond the dyad, C6, C7, C8, C10 and C12 run, and their verdicts follow their intervals.

What they find is theirs to say; the directions that hold are pinned, so that nobody turns one without noticing."""
import math

import numpy as np
import pytest

from tests.claims_beyond import contact, copied, harvest, promises, referrals
from tests.claims_beyond.watched import hazard_ratio
from tests.claims_contrasts import (
    BUYERS,
    COUNTS,
    KOTLER,
    MARGINS,
    Contrast,
    contrast,
    jackson,
    kotler,
    kotler_profits,
    monotone,
    quality_first,
    table,
)

TINY = {"buyers": 300, "periods": 24, "runs": 3}


def assert_sound(contrasts) -> None:
    """Finite intervals around their means, and verdicts that follow them."""
    assert contrasts
    for each in contrasts:
        assert all(map(math.isfinite, each[2:]))
        assert each.low <= each.mean <= each.high
        assert each.verdict == ("holds" if each.low > 0 else "fails" if each.high < 0 else "undecided")


def test_c1_runs():
    """Two sizes of account, four levels above basic, two contrasts and three gains each."""
    found = jackson(**TINY)
    assert_sound(found)
    assert sum(c.claim == "C1" for c in found) == 16 and sum(c.claim == "gain" for c in found) == 24
    assert len(table(found).splitlines()) == 40


@pytest.mark.parametrize("reading", list(BUYERS))
def test_c2_runs(reading):
    """Nine cells, each with a best level; two corners, and contrasts between neighbours that differ."""
    best, contrasts = kotler(reading, periods=24, runs=3, scale=0.25)
    assert set(best) == {(count, margin) for count in COUNTS for margin in MARGINS}
    assert all(0 <= level < 5 for level in best.values())
    assert_sound(contrasts)
    assert sum("corner" in c.case for c in contrasts) == 2


def test_c2_a_higher_margin_never_makes_selling_less_best():
    """Profit is linear in the margin, so the best level's units cannot fall as the margin rises: a check of the experiment itself."""
    profits = kotler_profits("demand", "few", periods=24, runs=3)
    units = (profits["high"] - profits["low"]).mean(0)
    assert (units > 0).all()
    best = [units[profits[margin].mean(0).argmax()] for margin in MARGINS]
    assert best == sorted(best, reverse=True)


def test_monotone_finds_violations():
    """A negative control: Kotler's own table has none, its mirror image twelve."""
    assert monotone(KOTLER) == []
    assert len(monotone({cell: 4 - level for cell, level in KOTLER.items()})) == 12


def test_c4_runs():
    """Two sizes of account, five levels, a gain and a contrast each."""
    found = quality_first(**TINY)
    assert_sound(found)
    assert len(found) == 20


@pytest.mark.parametrize(("shift", "verdict"), [(1.0, "holds"), (-1.0, "fails"), (0.0, "undecided")])
def test_a_planted_difference_gets_its_verdict(shift, verdict):
    """A difference of four standard deviations of the mean either way, or none."""
    noise = np.linspace(-1, 1, 41)
    assert contrast("planted", "", noise + shift).verdict == verdict


def test_a_contrast_that_touches_nought_is_undecided():
    """Holding takes an interval clear of nought."""
    assert Contrast("C1", "", 1.0, 0.0, 2.0).verdict == "undecided"


# --- beyond the dyad --------------------------------------------------------------------------------------------------------------

def verdicts(contrasts, *words: str) -> set[str]:
    """What is said of the contrasts whose case has all of these words."""
    found = [c for c in contrasts if c.claim != "gain" and all(word in c.case for word in words)]
    assert found, words
    return {c.verdict for c in found}


@pytest.mark.parametrize(("experiment", "size", "claimed"), [
    (promises.over_promising, TINY | {"networks": ("none", "well_mixed")}, 52),
    (harvest.harvesting, TINY | {"periods": 48}, 36),
    (referrals.cost_of_winning, TINY | {"buyers": 600}, 10),
    (referrals.in_the_default_market, TINY | {"buyers": 1500, "periods": 60, "runs": 4}, 16),
    (referrals.in_a_bank, TINY | {"buyers": 1500, "runs": 3}, 16),
    (copied.bonds_copied, TINY | {"buyers": 600, "periods": 60, "copied_at": 25}, 9),
    (copied.plan_copied, TINY | {"periods": 36}, 3),
    (contact.contact_stops, TINY | {"buyers": 600, "periods": 60}, 18),
])
def test_beyond_runs(experiment, size, claimed):
    """So many contrasts of a claim, each sound."""
    found = experiment(**size)
    assert_sound(found)
    assert sum(c.claim != "gain" for c in found) == claimed
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
