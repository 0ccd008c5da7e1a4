"""The model's rules, each by a worked example, its limits, the direction it moves in, and what must hold for any numbers."""
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.core import rules
from sim.core.terms import Level

f = np.float32


def between(low: float, high: float):
    """Float32 numbers in [low, high]."""
    return st.floats(float(f(low)), float(f(high)), width=32)


SHARE = between(0, 1)
MONEY = between(-4096, 4096)
COST = between(0, 4096)


def call(rule, *numbers):
    """A rule on float32 numbers, as the kernel calls it."""
    return rule(*(f(x) if isinstance(x, float) else x for x in numbers))


def near(value, rel=1e-5, absolute=1e-5):
    """Equal up to a few roundings of float32."""
    return pytest.approx(value, rel=rel, abs=absolute)


def test_every_rule_has_a_test():
    """Each function of rules.py is named in this file: a new rule without a test fails here."""
    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    defined = [name for name, thing in vars(rules).items() if hasattr(thing, "py_func") and thing.py_func.__module__ == rules.__name__]
    assert len(defined) > 20
    assert [name for name in defined if f"rules.{name}" not in text] == []


# --- what a buyer is ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("horizon", "weight"), [(0, 0), (12, 0.5), (60, 60 / 72), (1e9, 1)])
def test_horizon_weight(horizon, weight):
    """ω = h / (h + 12): nothing for this purchase only, half at h0, one for ever."""
    assert call(rules.horizon_weight, float(horizon), 12.0) == near(weight)


def test_horizon_weight_without_a_scale():
    """h0 = 0 gives full weight to any horizon, and none to none."""
    assert call(rules.horizon_weight, 2.0, 0.0) == 1
    assert call(rules.horizon_weight, 0.0, 0.0) == 0


@given(between(0, 1000), between(0, 1000), between(0.5, 100))
def test_horizon_weight_is_a_share_that_rises(a, b, scale):
    """In [0, 1), and never lower for a longer horizon."""
    low, high = sorted((a, b))
    assert 0 <= call(rules.horizon_weight, low, scale) <= call(rules.horizon_weight, high, scale) <= 1


@pytest.mark.parametrize(("rate", "horizon", "review"), [(1 / 3, 60, 0.05), (1 / 3, 3, 1), (1 / 3, 0, 1), (1, 18, 1 / 18), (0, 60, 1)])
def test_review_probability(rate, horizon, review):
    """min(1, cycle / h): a quarterly order and five years make one review in twenty orders."""
    assert call(rules.review_probability, float(rate), float(horizon)) == near(review)


@given(between(0.01, 1), between(0, 1000))
def test_reviews_come_once_in_a_horizon(rate, horizon):
    """Reviews per period are λ · min(1, 1/(λh)): 1/h, or λ where occasions are rarer."""
    assert rate * call(rules.review_probability, rate, horizon) == near(min(rate, 1 / horizon if horizon > 0 else math.inf), rel=1e-4)


@given(between(1e-6, 1 - 1e-6))
def test_quantile_position_is_the_logit(u):
    """Position = (logit u + reach) · (points − 1) / (2 reach): the middle for u = 1/2."""
    expected = (math.log(f(u)) - math.log1p(-float(f(u))) + 17) * 1024 / 34
    assert call(rules.quantile_position, u, 17.0, 1025.0) == near(expected, absolute=5e-3)
    assert call(rules.quantile_position, 0.5, 17.0, 1025.0) == 512


@given(between(2**-24, 1 - 2**-24))
def test_quantile_position_stays_in_the_table(u):
    """There is a point on each side for every number that can be drawn."""
    assert 0 <= call(rules.quantile_position, u, 17.0, 1025.0) < 1024
    assert 0 <= call(rules.quantile_position, u, 2.0, 1025.0) < 1024


# --- belief and learning --------------------------------------------------------------------------------------------------------

def test_first_belief():
    """118 promised 1.2-fold by a seller of reputation .8 in a market of 110, taste −3: 110 + .8 · (141.6 − 110) − 3 = 132.28."""
    assert call(rules.first_belief, 118.0, 1.2, 0.8, 110.0, -3.0) == near(132.28)


@given(MONEY, between(0, 5), MONEY, MONEY)
def test_first_belief_limits(quality, promise, market, taste):
    """Without reputation a promise counts for nothing, with all of it for everything."""
    assert call(rules.first_belief, quality, promise, 0.0, market, taste) == near(market + taste, absolute=0.01)
    assert call(rules.first_belief, quality, promise, 1.0, market, taste) == near(promise * quality + taste, absolute=0.02)


@given(SHARE, SHARE, between(0.5, 2))
def test_first_belief_rises_with_reputation_for_a_good_promise(a, b, promise):
    """A promise above the market's mean is worth more from the more credible seller."""
    low, high = sorted((a, b))
    below, above = (call(rules.first_belief, 120.0, promise, r, 60.0, 0.0) for r in (low, high))
    assert below <= above


@pytest.mark.parametrize(("n", "weight"), [(0, 1), (1, 0.5), (3, 0.25), (99, 0.05), (19, 0.05)])
def test_learning_weight(n, weight):
    """1/(1 + n), and never below the slowest, .05."""
    assert call(rules.learning_weight, float(n), 0.05) == near(weight)


@pytest.mark.parametrize(("belief", "experience", "weight", "aversion", "after"), [
    (100, 110, 0.2, 2, 102),       # a gain
    (100, 90, 0.2, 2, 96),         # a shortfall weighs double
    (100, 90, 0.7, 2, 90),         # but never overshoots
    (100, 100, 0.5, 2, 100), (100, 50, 0, 2, 100)])
def test_updated_belief(belief, experience, weight, aversion, after):
    """belief + w · asym(experience − belief)."""
    assert call(rules.updated_belief, float(belief), float(experience), float(weight), float(aversion)) == near(after)


@given(MONEY, MONEY, SHARE, between(1, 10))
def test_updated_belief_lies_between_belief_and_experience(belief, experience, weight, aversion):
    """No belief overshoots what was experienced."""
    low, high = sorted((belief, experience))
    slack = 1e-6 * max(1, abs(low), abs(high))
    assert low - slack <= call(rules.updated_belief, belief, experience, weight, aversion) <= high + slack


@given(between(1, 1000), between(0.001, 0.99), between(1, 10))
def test_a_shortfall_moves_a_belief_at_least_as_far_as_a_gain(step, weight, aversion):
    """Loss aversion."""
    gain = call(rules.updated_belief, 0.0, step, weight, aversion)
    loss = call(rules.updated_belief, 0.0, -step, weight, aversion)
    assert -loss >= gain - 1e-3


# --- use -------------------------------------------------------------------------------------------------------------------------

def test_problem_probability():
    """.2 · (1 − .25) · (1 − .3 · .5) = .1275."""
    assert call(rules.problem_probability, 0.2, 0.25, 0.5, 0.3) == near(0.1275)


@given(between(0, 10), SHARE, SHARE, SHARE)
def test_problem_probability_is_one(rate, prevent, learned, effect):
    """A probability whatever the complexity, lowered by care and by learning."""
    p = call(rules.problem_probability, rate, prevent, learned, effect)
    assert 0 <= p <= 1
    assert p <= call(rules.problem_probability, rate, 0.0, learned, effect)
    assert p <= call(rules.problem_probability, rate, prevent, 0.0, effect)
    assert call(rules.problem_probability, rate, 1.0, learned, effect) == 0


@pytest.mark.parametrize(("complains", "detect", "surfaces"), [(0.2, 0.7, 0.76), (0, 0, 0), (1, 0, 1), (0, 1, 1), (0.5, 0.5, 0.75)])
def test_surfacing_probability(complains, detect, surfaces):
    """1 − (1 − .2)(1 − .7) = .76."""
    assert call(rules.surfacing_probability, float(complains), float(detect)) == near(surfaces)


@given(SHARE, SHARE)
def test_surfacing_probability_is_one_and_covers_both_ways(complains, detect):
    """At least as likely as either way alone; the order does not matter."""
    p = call(rules.surfacing_probability, complains, detect)
    assert max(complains, detect) - 1e-6 <= p <= 1
    assert p == near(call(rules.surfacing_probability, detect, complains), absolute=1e-6)


@pytest.mark.parametrize(("unresolved", "complained", "resolved", "g"), [
    (False, False, False, 2), (True, False, False, -33), (True, True, False, -26), (False, True, True, 6), (False, False, True, 6)])
def test_relationship_experience(unresolved, complained, resolved, g):
    """Usage 2, severity 35, relief .2, delight 4: silence hurts most, an ear helps a little, a remedy delights."""
    assert rules.relationship_experience(f(2), f(35), f(0.2), f(4), unresolved, complained, resolved) == near(g)


@given(COST, SHARE, COST)
def test_tarp_order_of_experiences(severity, relief, delight):
    """Silent ≤ complained in vain ≤ no problem ≤ resolved (TARP's order), for any severity and relief."""
    silent, vain, none, mended = (rules.relationship_experience(f(0), f(severity), f(relief), f(delight), *which) for which in
                                  ((True, False, False), (True, True, False), (False, False, False), (False, True, True)))
    assert silent <= vain <= none <= mended


# --- bonds and ties ---------------------------------------------------------------------------------------------------------------

def test_tended():
    """.4 + .1 · .7 · (1 − .4) = .442."""
    assert call(rules.tended, 0.4, 0.1, 0.7) == near(0.442)


@given(SHARE, SHARE, SHARE)
def test_tended_stays_in_0_1_and_never_falls(stock, growth, orientation):
    """A bond grows towards one; nothing grows without contact or without an open buyer."""
    after = call(rules.tended, stock, growth, orientation)
    assert stock <= after <= 1
    assert call(rules.tended, stock, 0.0, orientation) == f(stock)
    assert call(rules.tended, stock, growth, 0.0) == f(stock)
    assert call(rules.tended, 1.0, growth, orientation) == 1


def test_decayed():
    """.5 · (1 − .03) = .485; two unresolved problems of damage .3 leave .49 of it."""
    assert call(rules.decayed, 0.5, 0.03) == near(0.485)
    assert call(rules.decayed, call(rules.decayed, 1.0, 0.3), 0.3) == near(0.49)


@given(SHARE, SHARE)
def test_decayed_stays_in_0_1_and_never_rises(stock, rate):
    """Erosion."""
    assert 0 <= call(rules.decayed, stock, rate) <= stock


@given(SHARE, st.lists(st.tuples(SHARE, SHARE, st.booleans()), max_size=20))
def test_a_bond_stays_in_0_1_through_any_history(bond, history):
    """Contact, neglect and damage in any order."""
    for growth, rate, contact in history:
        bond = call(rules.decayed, bond, rate)
        bond = call(rules.tended, bond, growth, 1.0) if contact else bond
        bond = float(bond)
    assert 0 <= bond <= 1


# --- choice -----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("tenure", "points"), [(0, 0), (6, 100), (12, 200), (36, 500), (1000, 500)])
def test_discount_points(tenure, points):
    """2% a year, 5% at most, in basis points."""
    assert call(rules.discount_points, float(tenure), 0.02 / 12, 0.05) == points


def test_discounted():
    """100 less 250 basis points is 97.50."""
    assert rules.discounted(f(100), np.int32(250)) == near(97.5)
    assert rules.discounted(f(100), np.int32(0)) == 100


@given(between(0, 1000), between(0, 0.1), between(0, 0.9))
def test_a_discount_never_exceeds_its_ceiling(tenure, per_period, most):
    """And never turns a price negative."""
    points = call(rules.discount_points, tenure, per_period, most)
    assert 0 <= points <= round(most * 10_000) + 1
    assert 0 < rules.discounted(f(100), points) <= 100


def test_leaving_cost():
    """40 + 20 · .5 = 50: structural ties come on top of the buyer's own switching cost."""
    assert call(rules.leaving_cost, 40.0, 20.0, 0.5) == near(50)
    assert call(rules.leaving_cost, 40.0, 20.0, 0.0) == 40


@pytest.mark.parametrize(("forgetting", "halves"), [(0, 0), (0.5, -1), (0.75, -2)])
def test_fading(forgetting, halves):
    """log2(1 − forgetting): half a memory a period is one halving a period, none is none; total forgetting stays finite."""
    assert call(rules.fading, float(forgetting)) == near(halves)
    assert -100 < call(rules.fading, 1.0) < -10


def returning(cost: float, forgetting: float, absence: float):
    """ρ after an absence, by way of both rules."""
    return call(rules.returning_cost, cost, float(call(rules.fading, forgetting)), absence)


def test_returning_cost():
    """15, forgotten by 2% a month: 15 · .98^35 = 7.40 after three years; nothing is forgotten at once."""
    assert returning(15.0, 0.02, 0.0) == near(15)
    assert returning(15.0, 0.02, 35.0) == near(15 * 0.98**35, rel=1e-4)
    assert returning(15.0, 0.0, 1000.0) == near(15)
    assert returning(0.0, 0.02, 3.0) == 0


@given(SHARE, between(0, 70_000))
def test_those_lost_for_good_never_forget(forgetting, absence):
    """An infinite return cost stays infinite however long ago it was: inf, never nan."""
    assert returning(math.inf, forgetting, absence) == math.inf


@given(COST, between(0, 0.5), between(0, 1000), between(0, 1000))
def test_returning_cost_fades(cost, forgetting, a, b):
    """Never above the cost at first, never rising with absence."""
    soon, late = (returning(cost, forgetting, x) for x in sorted((a, b)))
    assert 0 <= late <= soon * (1 + 1e-5) <= cost * (1 + 2e-5) + 1e-6


def test_utility():
    """118 + .5 · (4 + 20 · .3) − 1.1 · 100 = 13."""
    assert call(rules.utility, 118.0, 4.0, 0.3, 0.5, 20.0, 1.1, 100.0) == near(13)
    assert call(rules.utility, 118.0, 4.0, 0.3, 0.0, 20.0, 1.0, 100.0) == near(18)     # no horizon, no relationship


@given(MONEY, SHARE, SHARE, between(0, 2), between(0, 200), between(0, 200))
def test_utility_falls_with_price(value, bond, weight, sensitivity, a, b):
    """And rises with the bond where the buyer looks ahead."""
    cheap, dear = (call(rules.utility, value, 0.0, bond, weight, 20.0, sensitivity, p) for p in sorted((a, b)))
    assert cheap >= dear
    bonded, less = (call(rules.utility, value, 0.0, b, weight, 20.0, sensitivity, a) for b in (1.0, bond))
    assert bonded >= less


def test_gumbel():
    """−log(−log u): 0 at 1/e, .3665 at the median; rising, finite at both ends."""
    assert call(rules.gumbel, 0.36787944) == near(0, absolute=1e-5)
    assert call(rules.gumbel, 0.5) == near(0.36651292)
    assert -3 < call(rules.gumbel, 2.0**-24) < call(rules.gumbel, 0.5) < call(rules.gumbel, 1 - 2.0**-24) < 17


def test_gumbel_has_the_mean_of_a_gumbel():
    """Euler's constant, .5772, and variance π²/6."""
    grid = [float(rules.gumbel(f((i + 0.5) / 8192))) for i in range(8192)]
    assert np.mean(grid) == pytest.approx(0.5772157, abs=2e-3)
    assert np.var(grid) == pytest.approx(math.pi**2 / 6, rel=0.01)


# --- encounter and promise --------------------------------------------------------------------------------------------------------

def test_delivered_value():
    """Ordinary luck (z = 0) delivers capability · quality; .8 capable staff deliver less, and spread it 1.2 times as wide."""
    assert call(rules.delivered_value, 118.0, 1.0, 8.0, 0.0) == near(118)
    assert call(rules.delivered_value, 118.0, 0.8, 8.0, 0.0) == near(94.4)
    assert call(rules.delivered_value, 118.0, 0.8, 8.0, 1.0) == near(94.4 + 1.2 * 8)
    assert call(rules.delivered_value, 118.0, 1.0, 0.0, -3.0) == near(118)
    assert call(rules.delivered_value, 118.0, 2.5, 8.0, -3.0) == near(2.5 * 118)       # no spread is ever negative


@given(between(0, 1.5), between(0, 50), between(-5, 5), between(-5, 5))
def test_delivered_value_rises_with_luck(capability, spread, a, b):
    """Better luck never delivers less."""
    worse, better = (call(rules.delivered_value, 118.0, capability, spread, z) for z in sorted((a, b)))
    assert worse <= better


@pytest.mark.parametrize(("delivered", "g", "kept"), [(102, 0, True), (101.9, 0, False), (110, -9, False), (90, 12, True)])
def test_promise_kept(delivered, g, kept):
    """118 promised, tolerance 16: 102 of delivery and relationship together keep it."""
    assert call(rules.promise_kept, float(delivered), float(g), 118.0, 16.0) == kept


@given(MONEY, MONEY, MONEY, COST, COST)
def test_a_wider_zone_of_tolerance_keeps_more(delivered, g, promised, a, b):
    """What is kept in a narrow zone is kept in a wider one."""
    narrow, wide = (call(rules.promise_kept, delivered, g, promised, x) for x in sorted((a, b)))
    assert wide or not narrow


# --- sellers ----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("accounts", "effect"), [(0, 0.9), (100, 0.9), (200, 0.6), (1e9, 0.3)])
def test_thinned(accounts, effect):
    """Resolve .9 against basic's .3 with a capacity of 100: full up to it, half of the advantage at twice, basic far beyond."""
    assert call(rules.thinned, 0.9, 0.3, 100.0, float(accounts)) == near(effect)


@given(SHARE, SHARE, between(1, 1e6), between(0, 1e6), between(0, 1e6))
def test_thinned_lies_between_the_level_and_basic(effect, basic, capacity, a, b):
    """And moves towards basic as accounts are added; no capacity limit, no thinning."""
    few, many = (call(rules.thinned, effect, basic, capacity, n) for n in sorted((a, b)))
    low, high = sorted((effect, basic))
    assert low - 1e-6 <= many <= high + 1e-6
    assert abs(many - basic) <= abs(few - basic) + 1e-6
    assert call(rules.thinned, effect, basic, math.inf, a) == f(effect)


def test_moved_towards():
    """.8 a tenth of the way to .6 is .78."""
    assert call(rules.moved_towards, 0.8, 0.6, 0.1) == near(0.78)


@given(SHARE, SHARE, SHARE)
def test_moved_towards_lies_between(stock, target, speed):
    """A reputation stays in 0..1."""
    low, high = sorted((stock, target))
    assert low - 1e-6 <= call(rules.moved_towards, stock, target, speed) <= high + 1e-6


def test_learned_more():
    """.5 + .1 · .2 · (1 − .5) − .02 · .5 = .5."""
    assert call(rules.learned_more, 0.5, 0.2, 0.1, 0.02) == near(0.5)
    assert call(rules.learned_more, 0.5, 0.0, 0.1, 0.02) == near(0.49)


@given(SHARE, between(0, 10), between(0, 3), SHARE)
def test_what_was_learned_stays_in_0_1(stock, lessons, speed, forgetting):
    """Whatever the number of lessons and however fast."""
    assert 0 <= call(rules.learned_more, stock, lessons, speed, forgetting) <= 1


@given(st.integers(1, 8), st.data(), SHARE, between(2**-24, 1 - 2**-24), between(2**-24, 1 - 2**-24))
def test_recognised_is_one_of_the_classes(kinds, data, accuracy, u_right, u_which):
    """The true class when luck is below the accuracy, otherwise another one (where there is another)."""
    truth = data.draw(st.integers(0, kinds - 1))
    seen = rules.recognised(np.int32(truth), kinds, f(accuracy), f(u_right), f(u_which))
    assert 0 <= seen < kinds
    assert (seen == truth) == (f(u_right) < f(accuracy) or kinds == 1)


def test_the_unrecognised_spread_evenly_over_the_other_classes():
    """With accuracy 0 and four classes, each of the other three gets a third."""
    grid = (np.arange(3000) + 0.5) / 3000
    seen = [rules.recognised(np.int32(1), 4, f(0), f(0.5), f(u)) for u in grid]
    assert np.bincount(seen, minlength=4).tolist() == [1000, 0, 1000, 1000]


def test_account_margin():
    """(100 − 60) · 3 units · 4 lots / 3 months = 160 a month."""
    assert rules.account_margin(f(100), f(60), f(3), np.int32(4), f(1 / 3)) == near(160)


def expected_value(margin=100.0, cost=0.0, setup=0.0, gain=0.0, rivals=1.0, noise=8.0, reviews=1.0, leaving=0.0, discount=0.12):
    """`expected_account_value` with the defaults of a plain account."""
    return call(rules.expected_account_value, margin, cost, setup, gain, rivals, noise, reviews, leaving, discount)


def test_expected_account_value():
    """A stay probability of .8 (gain 8 · ln 4) and d = 12% give Fader & Hardie's 350; costs and set-up come off."""
    gain = 8 * math.log(4)
    assert expected_value(gain=gain) == near(350, rel=1e-4)
    assert expected_value(gain=gain, cost=10.0, setup=15.0) == near(300, rel=1e-4)
    assert expected_value(gain=0.0) == near(100 * 1.12 / 0.62, rel=1e-4)              # an equal rival: half the reviews are lost
    assert expected_value(gain=1e6, leaving=0.2) == near(350, rel=1e-4)               # turnover alone ends it
    assert expected_value(reviews=0.0) == near(100 * 1.12 / 0.12, rel=1e-3)           # never reviewed: a perpetuity


@given(between(-100, 100), between(-100, 100), SHARE, between(0, 0.9))
def test_expected_account_value_rises_with_what_keeps_the_account(a, b, reviews, leaving):
    """A larger advantage over the rival never lowers the account's value."""
    low, high = (expected_value(gain=g, reviews=reviews, leaving=leaving) for g in sorted((a, b)))
    assert low <= high * (1 + 1e-5)


@pytest.mark.parametrize(("growth", "orientation", "decay", "bond"),
                         [(0.1, 0.7, 0.03, 0.7), (0, 0.7, 0.03, 0), (0, 0, 0, 0), (0.1, 0.5, 0, 1)])
def test_expected_bond(growth, orientation, decay, bond):
    """gθ/(gθ + decay) = .07/.10; no contact, no bond; no decay, a full one."""
    assert call(rules.expected_bond, float(growth), float(orientation), float(decay)) == near(bond)


def test_the_levels_are_kotlers_ladder():
    """Five rungs in order."""
    assert [level.name for level in Level] == ["BASIC", "REACTIVE", "ACCOUNTABLE", "PROACTIVE", "PARTNERSHIP"]


def test_either_is_the_chance_of_one_or_the_other():
    """1 − (1 − a)(1 − b): by hand, and either alone where the other cannot happen."""
    assert call(rules.either, 0.3, 0.5) == near(0.65)
    assert call(rules.either, 0.3, 0.0) == near(0.3) and call(rules.either, 1.0, 0.2) == near(1.0)


# --- doubt and premium ------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("just_bought", "contact", "g"), [(True, False, -1), (True, True, 2), (False, False, 2), (False, True, 2)])
def test_left_in_doubt(just_bought, contact, g):
    """Levitt's tense buyer: 3 less in the period after a purchase, unless somebody calls."""
    assert rules.left_in_doubt(f(2), f(3), just_bought, contact) == near(g)


@pytest.mark.parametrize(("tenure", "premium", "points"), [
    (12, 0, 200), (12, 0.05, -300), (36, 0.05, 0), (1000, 0.05, 0), (12, -0.1, 1200), (12, 0.00004, 200), (12, 0.00006, 199), (0, 0.05, 0),
    (0, -0.9, 0), (36, -0.98, 10_000), (1, 5, -49_983)])
def test_account_points(tenure, premium, points):
    """2% a year, 5% at most, less the premium, in basis points; in the period in which it is won an account pays what newcomers pay; and
    nobody is paid for buying."""
    assert call(rules.account_points, float(tenure), 0.02 / 12, 0.05, float(premium)) == points


@given(between(0, 1000), between(0, 0.1), between(0, 0.9), between(-0.9, 5))
def test_what_an_account_pays_is_never_below_nought(tenure, per_period, most, premium):
    """And without a premium it is the price less the loyalty discount."""
    assert rules.discounted(f(100), call(rules.account_points, tenure, per_period, most, premium)) >= -1e-4
    assert call(rules.account_points, tenure, per_period, most, 0.0) == call(rules.discount_points, tenure, per_period, most)


# --- hearing ----------------------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("talk", "effect", "stock", "reward", "chance"), [
    (0.25, 1, 0, 0, 0.25), (0.25, 1, 1, 0, 0.5), (0.25, 1, 0.5, 25, 0.5), (0.2, 1.5, 0.4, 75, 0.47), (0.6, 1, 1, 0, 1), (0, 1, 1, 1000, 0)])
def test_good_news(talk, effect, stock, reward, chance):
    """min(1, talk · (1 + effect · C + reward / (reward + 25)))."""
    assert call(rules.good_news, float(talk), float(effect), float(stock), float(reward), 25.0) == near(chance)


@given(SHARE, between(0, 5), SHARE, SHARE, COST, COST, between(0.1, 1000))
def test_good_news_is_a_chance_that_stock_and_reward_raise(talk, effect, a, b, reward, more, half):
    """A probability, never below talk, never lowered by tending or rewarding."""
    low, high = sorted((a, b))
    little, much = sorted((reward, more))
    p = call(rules.good_news, talk, effect, low, little, half)
    assert f(talk) <= p <= 1
    assert p <= call(rules.good_news, talk, effect, high, little, half) <= 1
    assert p <= call(rules.good_news, talk, effect, low, much, half) * (1 + 1e-6)


@pytest.mark.parametrize(("talk", "times", "chance"), [(0.25, 2, 0.5), (0.25, 0, 0), (0.25, 1, 0.25), (0.6, 2, 1), (0, 100, 0)])
def test_bad_news(talk, times, chance):
    """min(1, talk · times): twice as often in TARP's figures."""
    assert call(rules.bad_news, float(talk), float(times)) == near(chance)


@given(SHARE, between(0, 100))
def test_bad_news_is_a_chance(talk, times):
    assert 0 <= call(rules.bad_news, talk, times) <= 1


@pytest.mark.parametrize(("credence", "n", "weight"), [(1, 0, 0.5), (0.5, 0, 0.25), (0.5, 3, 0.1), (0.5, 100, 0.025), (0, 0, 0)])
def test_hearsay_weight(credence, n, weight):
    """credence · max(.05, 1/(2 + n)): the first word counts as one of two experiences, at a discount."""
    assert call(rules.hearsay_weight, float(credence), float(n), 0.05) == near(weight)


@given(SHARE, between(0, 127), SHARE)
def test_hearsay_never_weighs_more_than_ones_own_next_experience(credence, n, slowest):
    assert call(rules.hearsay_weight, credence, n, slowest) <= call(rules.learning_weight, n + 1, slowest) <= 1


@pytest.mark.parametrize(("g", "promised", "delivered", "told"), [
    (0, 141.6, 118, -23.6), (0, 118, 118, 0), (-35, 118, 110, -78), (5, 118, 90, -18), (4, 110, 118, 4)])
def test_told_disappointment(g, promised, delivered, told):
    """g − max(0, promised − (x + g)): a promise of 1.2 · 118 kept at par is told as 23.6 lost; what was kept is told as it was."""
    assert call(rules.told_disappointment, float(g), float(promised), float(delivered)) == near(told)


@given(MONEY, MONEY, MONEY, COST)
def test_the_larger_the_promise_the_worse_what_is_told_of_it(g, promised, delivered, more):
    """Never better than the experience itself."""
    told = call(rules.told_disappointment, g, promised, delivered)
    assert call(rules.told_disappointment, g, promised + more, delivered) <= told <= f(g)


@pytest.mark.parametrize(("goodwill", "commission", "weight"), [(0, 0, 0), (0.4, 0, 0.4), (0, 100, 0.5), (0.4, 300, 1.15), (1, 1e9, 2)])
def test_partner_weight(goodwill, commission, weight):
    """goodwill + commission / (commission + 100)."""
    assert call(rules.partner_weight, float(goodwill), float(commission), 100.0) == near(weight)


@given(SHARE, COST, COST, between(0.1, 1000))
def test_partner_weight_rises_with_the_commission(goodwill, a, b, half):
    """In 0..2."""
    low, high = (call(rules.partner_weight, goodwill, c, half) for c in sorted((a, b)))
    assert 0 <= low <= high * (1 + 1e-6) <= 2 + 1e-5


@given(st.lists(between(0, 2), min_size=1, max_size=32))
def test_chances_to_be_recommended_are_in_proportion(weights):
    """Together at most 1, and as the weights are; where there is little reason to recommend anybody, the partner often does not."""
    total = float(np.sum([f(w) for w in weights], dtype=np.float32))
    chances = [float(call(rules.chance_to_be_recommended, w, total)) for w in weights]
    assert sum(chances) == near(min(total, 1.0), absolute=1e-4)
    assert chances == pytest.approx([w / max(total, 1) for w in weights], rel=1e-5, abs=1e-7)


# --- the six markets --------------------------------------------------------------------------------------------------------------

def test_invested():
    """.4 + .001 · 300 · (1 − .4) − .05 · .4 = .56; without spending .38."""
    assert call(rules.invested, 0.4, 300.0, 0.001, 0.05) == near(0.56)
    assert call(rules.invested, 0.4, 0.0, 0.001, 0.05) == near(0.38)


@given(SHARE, between(0, 1e6), SHARE, SHARE)
def test_a_stock_stays_in_0_1(stock, spending, growth, fade):
    """Whatever is spent; and more is never less."""
    after = call(rules.invested, stock, spending, growth, fade)
    assert 0 <= after <= 1
    assert after >= call(rules.invested, stock, 0.0, growth, fade)


@given(between(0.001, 1), between(0.01, 1000))
def test_what_balances_fading_at_one_half_keeps_a_stock_there(fade, half_at):
    """growth = fade / half_at, spending = half_at: one half stays one half."""
    assert call(rules.invested, 0.5, half_at, fade / half_at, fade) == near(0.5)


def test_strengthened_and_weakened():
    """20 · (1 ± .5 · .6); an empty stock does nothing, and a full one takes no more than all there is."""
    assert call(rules.strengthened, 20.0, 0.5, 0.6) == near(26)
    assert call(rules.weakened, 20.0, 0.5, 0.6) == near(14)
    for rule in (rules.strengthened, rules.weakened):
        assert call(rule, 20.0, 0.5, 0.0) == 20 == call(rule, 20.0, 0.0, 1.0)
    assert call(rules.weakened, 20.0, 1.0, 1.0) == 0


@given(COST, SHARE, SHARE, SHARE)
def test_weakened_and_strengthened_follow_the_stock(x, effect, a, b):
    low, high = sorted((a, b))
    assert 0 <= call(rules.weakened, x, effect, high) <= call(rules.weakened, x, effect, low) <= f(x)
    assert f(x) <= call(rules.strengthened, x, effect, low) <= call(rules.strengthened, x, effect, high)


@pytest.mark.parametrize(("internal", "recruitment", "capability"), [
    (0, 0, 0.9), (0, 1, 0.9), (1, 0, 0.945), (1, 1, 1.035), (0.5, 0.4, 0.9405)])
def test_enabled_capability(internal, recruitment, capability):
    """.9 · (1 + C_internal · (.05 + .1 · C_recruitment)): recruitment is worth nothing where nobody enables those recruited."""
    assert call(rules.enabled_capability, 0.9, 0.05, 0.1, float(internal), float(recruitment)) == near(capability)


@pytest.mark.parametrize(("share", "stock", "counted"), [(0.6, 0, 0.6), (0.6, 0.5, 0.7), (0, 1, 0.5), (1, 1, 1)])
def test_cushioned(share, stock, counted):
    """share + .5 · C · (1 − share)."""
    assert call(rules.cushioned, float(share), 0.5, float(stock)) == near(counted)


@given(SHARE, SHARE, SHARE)
def test_cushioned_is_a_share_no_lower_than_before(share, effect, stock):
    assert f(share) <= call(rules.cushioned, share, effect, stock) <= 1 + 1e-6


# --- sellers that answer ----------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize(("own", "lowest", "cost", "floor", "price"), [
    (100, 90, 60, 0.1, 90), (100, 50, 60, 0.1, 66), (100, 120, 60, 0.1, 100), (100, 90, 95, 0, 95), (100, 90, 120, 0, 100),
    (100, math.inf, 60, 0, 100), (100, 40, 60, -1, 40)])
def test_matched_price(own, lowest, cost, floor, price):
    """The lowest rival price, not below (1 + floor) · unit cost, never above one's own; alone in the market one's own."""
    assert call(rules.matched_price, float(own), float(lowest), float(cost), float(floor)) == near(price)


@given(COST, COST, COST, between(-1, 10))
def test_matching_never_raises_a_price(own, lowest, cost, floor):
    assert call(rules.matched_price, own, lowest, cost, floor) <= f(own)


@pytest.mark.parametrize(("harvesting", "share", "now"), [
    (0, 0.29, False), (0, 0.3, True), (0, 0.25, False), (1, 0.25, True), (1, 0.2, True), (1, 0.19, False), (1, 0.9, True)])
def test_harvests(harvesting, share, now):
    """From 30% until below 20%: between the two it goes on as it was."""
    assert bool(rules.harvests(harvesting, f(share), f(0.3), f(0.2))) == now


@pytest.mark.parametrize(("sigma", "alpha", "rate", "turnover", "worth"), [
    (1, 1, 1, 0, 0.9), (1, 2, 1, 0, 0.45), (1, 1, 0.5, 0, 0.81), (1, 1, 1, 0.1, 0.81), (0, 1, 1, 0, 0), (1, 0, 1, 0, 0), (1, 1, 0, 0, 0),
    (1, 1, 1, 1, 0)])
def test_account_future(sigma, alpha, rate, turnover, worth):
    """σ/α · ((1 − turnover)/(1 + d))^(1/λ) at δ = .9: .9 of the switching cost, at the next purchase, if the buyer is still there."""
    assert call(rules.account_future, float(sigma), float(alpha), 1 / 0.9 - 1, float(rate), float(turnover)) == near(worth)


@given(COST, between(0.1, 2), between(0, 1), between(0.05, 1), between(0, 0.9))
def test_an_account_is_never_worth_more_than_its_switching_cost(sigma, alpha, discount, rate, turnover):
    """In money: σ/α; less of it the later its next purchase."""
    worth = call(rules.account_future, sigma, alpha, discount, rate, turnover)
    assert 0 <= worth <= f(sigma) / f(alpha) * (1 + 1e-5)
    assert worth <= call(rules.account_future, sigma, alpha, discount, 1.0, turnover) * (1 + 1e-5) + 1e-6


@pytest.mark.parametrize(("advantage", "keep"), [(0, 0.5), (8 * math.log(4), 0.8), (-8 * math.log(4), 0.2), (1e6, 1), (-1e6, 0)])
def test_chance_to_keep(advantage, keep):
    """1 / (1 + exp(−advantage/8))."""
    assert call(rules.chance_to_keep, float(advantage), 8.0) == near(keep, rel=1e-4)


@given(between(-100, 100), between(0.01, 50))
def test_what_one_keeps_the_other_loses(advantage, noise):
    """P(a) + P(−a) = 1."""
    assert call(rules.chance_to_keep, advantage, noise) + call(rules.chance_to_keep, -advantage, noise) == near(1.0)
