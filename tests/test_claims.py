"""The experiments behind claims C1, C2 and C4 run, and their verdicts follow their intervals. What they find is theirs to say."""
import math

import numpy as np
import pytest

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
