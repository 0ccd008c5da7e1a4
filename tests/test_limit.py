"""The market in C plays the same rules: it leaves the same numbers, bit for bit, as the kernel, and says what it does not play."""
import numpy as np
import pytest

from benchmarks.limit.build import NoCompilerError, has_avx512, library, places
from benchmarks.limit.play import RefusedError, played
from sim.runs import simulate
from sim.scenario import load
from tests.core.test_kernel import BUSY
from tests.lively import SETS as LIVELY

FORMS = ("plain", "limit")
WATCHED = (0, 5, 300)
SCENARIOS = {
    "default": (("market.buyers=1500", "market.periods=24"), ("transactional", "relationship")),
    # contracts, advertising, discounts, listening, capacity, tiers by value, segments of one, events that regroup accounts
    "busy": (BUSY, ("transactional", "relationship")),
    "lively": (LIVELY, ("relationship", "cheap")),
    "twelve sellers, a burn-in, set-up costs": (
        ("market.buyers=700", "market.periods=12", "market.burn_in=6", "seed=77", "sellers.rivals.count=11",
         "levels.partnership.setup_cost=9", "sellers.ours.capacity={partnership: 20}"), ("relationship",)),
    "thirty-two sellers": (("market.buyers=600", "market.periods=6", "sellers.rivals.count=31"), ("relationship",)),
    "two sellers, beliefs that stay": (
        ("market.buyers=700", "market.periods=12", "sellers.rivals.count=1", "buyers.always_a_share.lots=3", "behaviour.learning=0"),
        ("relationship",)),
    "large volumes": (("market.buyers=600", "market.periods=6", "buyers.intermediate.volume=10000", "sellers.ours.price=1000000",
                       "sellers.ours.quality=1000000"), ("relationship",)),
}


@pytest.fixture(params=FORMS)
def form(request):
    """A form of the C that can be built here."""
    if request.param == "limit" and not has_compiler():
        pytest.skip("There is no C compiler here.")
    try:
        library(request.param)
    except NoCompilerError as missing:
        pytest.skip(str(missing))
    return request.param


def has_compiler() -> bool:
    """Whether there is a C compiler at all."""
    try:
        has_avx512()
    except NoCompilerError:
        return False
    return True


def assert_same(mine, theirs) -> None:
    """Two records hold the same bits: ledger, endings, worth, stocks, course, watched buyers and the final state."""
    for name in ("flows", "endings", "worth", "channel_endings", "channel_worth", "standing", "course", "panel", "state"):
        one, other = getattr(mine, name), getattr(theirs, name)
        assert (one is None) == (other is None), name
        if one is not None:
            assert one.shape == other.shape and np.array_equal(one.view(np.uint8), other.view(np.uint8)), name


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_c_leaves_the_same_bits(name, form):
    sets, strategies = SCENARIOS[name]
    scenario = load("default", sets=sets)
    for strategy in strategies:
        theirs = simulate(scenario, [strategy], runs=2, threads=1, keep_state=True, watch=WATCHED).records[strategy]
        for run in range(2):
            assert_same(played(scenario, strategy, run, 1 + run, form, WATCHED), theirs[run])


@pytest.mark.slow
def test_a_difference_would_be_seen(form):
    scenario = load("default", sets=("market.buyers=600", "market.periods=6"))
    other = load("default", sets=("market.buyers=600", "market.periods=6", "behaviour.doubt=0.001"))
    theirs = simulate(scenario, ["relationship"], runs=1, threads=1, keep_state=True).records["relationship"][0]
    with pytest.raises(AssertionError):
        assert_same(played(other, "relationship", form=form), theirs)


@pytest.mark.slow
@pytest.mark.parametrize(("option", "what"), [
    ("word_of_mouth.network=well_mixed", "word of mouth"), ("partners={bank: {kind: bank, advice: 0.3}}", "referral partners"),
    ("influence=[{at: 3, influencer: press, seller: ours, reputation: -0.4, reach: 0.5, news: -20}]", "influence shocks"),
    ("sellers.ours.relationship_budget={total: 300, internal: 1}", "spending in the six markets"),
    ("strategies.relationship.rivals_1={answers: {copy_level: {lag: 2}}}", "sellers that answer the market")])
def test_what_c_does_not_play_is_refused(option, what):
    with pytest.raises(RefusedError, match=f"^The C plays no market with {what}.$"):
        played(load("default", sets=("market.buyers=600", "market.periods=6", option)), "relationship", form="plain")


def test_no_number_is_stated_twice():
    header = places()
    assert "    HISTORY = 3," in header and "    SOLD_LEVEL = " in header and "int32_t *level_of; int64_t level_of_n[3];" in header


def test_a_missing_compiler_is_said_in_one_sentence(monkeypatch, tmp_path):
    from benchmarks.limit import build
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    with pytest.raises(NoCompilerError, match=r"^No C compiler was found: install clang or gcc, or name one in CC\.$"):
        build.compiler()
