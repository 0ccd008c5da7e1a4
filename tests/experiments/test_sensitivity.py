"""Known answers come out of `sensitivity`: Ishigami's indices, planted effects, luck; intervals hold what they say, and wrong ones fail."""
import numpy as np
import pandas as pd
import pytest

from sim.experiments.sensitivity import NoIndices, NoSensitivity, design, play, sensitivity
from sim.experiments.sensitivity.choice import factors_of
from sim.experiments.sensitivity.factors import points_at, values_at
from sim.experiments.sensitivity.indices import indices, luck, summed
from sim.experiments.sensitivity.markets import Outcomes, Player
from sim.experiments.sweep import plan_of, sweep
from sim.scenario import load, shipped
from tests.experiments.sweep.markets import TINY, tiny

# Three parameters that may be anything, standing in for Ishigami's three.
THREE = ("product.reserve", "sellers.ours.quality", "sellers.rivals.quality")
AROUND = [f"{path}=-3.141592653589793..3.141592653589793" for path in THREE]
FIRST, TOTAL = np.array([0.3139, 0.4424, 0.0]), np.array([0.5576, 0.4424, 0.2437])      # a = 7, b = 0.1 (Ishigami & Homma 1990)


def ishigami(x: np.ndarray) -> np.ndarray:
    """sin x1 + 7 sin² x2 + 0.1 x3⁴ sin x1."""
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def instead_of_the_market(monkeypatch, function, noise=lambda points: 0.0):
    """Have points answered by a function of their parameters, and the scenario gain 1 where it stands."""
    def answered(self, points: pd.DataFrame, folder) -> Outcomes:
        values = np.repeat(function(points.to_numpy(float))[:, None], self.runs, axis=1) + noise(points)
        return Outcomes(values, values)

    monkeypatch.setattr(Player, "play", answered)
    monkeypatch.setattr(play, "own_gains", lambda scenario, names, *_: {names[1]: np.ones(10)})


def test_ishigami(monkeypatch):
    """All of Ishigami's indices lie within their intervals, which are narrow; the first box and sentence come along."""
    instead_of_the_market(monkeypatch, ishigami)
    found = sensitivity(load("default", TINY), vary=AROUND, method="sobol", points=1024)
    table = found.indices
    assert table.factor.tolist() == list(THREE)
    for name, truth in (("first", FIRST), ("total", TOTAL)):
        assert np.abs(table[name] - truth).max() < 0.03
        assert ((table[f"{name}_low"] <= truth) & (truth <= table[f"{name}_high"])).all()
        assert (table[f"{name}_high"] - table[f"{name}_low"]).max() < 0.2
    value, low, high = found.explained(list(THREE))
    assert low < 0.7563 < high and abs(value - 0.7563) < 0.03
    assert found.interacts and found.luck["sobol"]["of_the_mean"] < 1e-12
    assert found.sentence().startswith("Quality of ours and reserve decide: they explain 7")
    assert "each by itself; at least 1" in found.sentence() and "% comes of how parameters act together." in found.sentence()


def test_second_order(monkeypatch):
    """x1 and x3 of Ishigami's act together (0.2437), no others do."""
    instead_of_the_market(monkeypatch, ishigami)
    found = sensitivity(load("default", TINY), vary=AROUND, method="sobol", points=1024, second_order=True).second
    truth = np.array([0.0, 0.2437, 0.0])
    assert list(zip(found.one, found.other, strict=True)) == [(THREE[0], THREE[1]), (THREE[0], THREE[2]), (THREE[1], THREE[2])]
    assert ((found.second_low <= truth) & (truth <= found.second_high)).all() and np.abs(found.second - truth).max() < 0.1


def coverage(change=lambda values, luck: values, seeds: int = 30) -> float:
    """How often the intervals of first-order and total indices hold the truth, when outcomes are changed on their way."""
    held = []
    for seed in range(1, seeds + 1):
        shares = design.pairs(3, 256, False, seed)
        outcome = change(ishigami((2 * shares - 1) * np.pi), np.random.default_rng(seed))
        table = indices(outcome, 3, False, seed)[0]
        held += [(table[f"{name}_low"] <= truth) & (truth <= table[f"{name}_high"]) for name, truth in (("first", FIRST), ("total", TOTAL))]
    return float(np.mean(held))


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Sobol's points are more even than the bootstrap believes, so that intervals hold the truth rather too often than too seldom."""
    assert coverage() > 0.93


def test_what_is_wrong_is_found_out():
    """The negative control: outcomes shuffled, or taken in the order of another design, have other indices."""
    assert coverage(lambda values, luck: luck.permutation(values), 10) < 0.6
    assert coverage(lambda values, luck: np.roll(values, 1), 10) < 0.6


def test_indices_of_nothing(monkeypatch):
    with pytest.raises(ValueError, match="the same at all points"):
        indices(np.full(80, 3.0), 3, False, 1)
    instead_of_the_market(monkeypatch, lambda x: np.full(len(x), 3.0))
    with pytest.raises(NoIndices, match="gain is the same at all 40 points: nothing that varies bears on it"):
        sensitivity(load("default", TINY), vary=AROUND, method="sobol", points=8)


def test_sums_come_from_the_same_resamples():
    """The sum over all factors of an additive function is 1 with a narrower interval than its parts' would have."""
    shares = design.pairs(3, 512, False, 5)
    table, _, resamples = indices(shares @ np.array([3.0, 2.0, 1.0]), 3, False, 5)
    value, low, high = summed(table, resamples, [0, 1, 2])
    assert low < 1 < high and abs(value - 1) < 0.03
    assert np.abs(table["first"] - np.array([9, 4, 1]) / 14).max() < 0.03


# -- Morris ---------------------------------------------------------------------------------------------------------------------------
FIVE = ("product.severity", "product.delight", "behaviour.bond_value", "behaviour.tie_value", "product.tolerance")
ZERO_TO_ONE = [f"{path}=0..1" for path in FIVE]


def planted(u: np.ndarray) -> np.ndarray:
    """5 u1 − 3 u2 + 2 u3 u4, and nothing of u5."""
    return 5 * u[:, 0] - 3 * u[:, 1] + 2 * u[:, 2] * u[:, 3]


def test_elementary_effects_of_a_known_function(monkeypatch):
    instead_of_the_market(monkeypatch, planted)
    table = sensitivity(load("default", TINY), vary=ZERO_TO_ONE, method="morris", trajectories=40).effects.set_index("factor")
    np.testing.assert_allclose(table.mu[list(FIVE[:2])], [5, -3], atol=1e-9)
    np.testing.assert_allclose(table.mu_star[list(FIVE[:2])], [5, 3], atol=1e-9)
    np.testing.assert_allclose(table.sigma[[FIVE[0], FIVE[1], FIVE[4]]], 0, atol=1e-9)
    for path in FIVE[2:4]:                                     # 2 · the other's share, which is 1/2 in the mean and spreads
        assert table.mu_star_low[path] < 1 < table.mu_star_high[path] and table.sigma[path] > 0.3
    assert table.mu_star[FIVE[4]] == 0


def test_what_matters_little_is_screened_out(monkeypatch):
    """Of eight parameters the three without much effect get no indices; the screen says so."""
    eight = [*FIVE, "behaviour.choice_noise", "behaviour.loss_aversion", "product.delivery_spread"]
    weights = np.array([8.0, 7, 6, 5, 4, 0.1, 0, 0])
    instead_of_the_market(monkeypatch, lambda x: x @ weights[:x.shape[1]])
    vary = [f"{path}={'1..2' if path.endswith('aversion') else '0.5..1.5'}" for path in eight]
    found = sensitivity(load("default", TINY), vary=vary, points=64)
    assert found.indices.factor.tolist() == list(FIVE)
    assert found.left_out == ["choice noise", "loss aversion", "delivery spread"]
    assert found.warnings()[-1] == ("Screened out, at their own values while indices were taken: choice noise, loss aversion and delivery "
                                    "spread.")


def test_trajectories_stay_within_unbounded_distributions():
    shares = design.trajectories(4, 10, 3)
    assert sorted(set(np.round(shares.ravel(), 9))) == [0.125, 0.375, 0.625, 0.875]
    steps = np.abs(np.diff(shares.reshape(10, 5, 4), axis=1))
    assert ((steps > 0).sum(2) == 1).all() and np.allclose(steps.max(2), 0.5)


# -- luck -----------------------------------------------------------------------------------------------------------------------------
def test_luck_is_told_from_what_all_points_share():
    """Runs that are good everywhere add nothing to the variance over points; runs that points answer differently do."""
    random = np.random.default_rng(4)
    means, shared, own = random.normal(size=(4000, 1)), 10 * random.normal(size=(1, 5)), random.normal(size=(4000, 5))
    without = luck(means + shared + 1e-9 * own)
    assert without["of_the_mean"] < 1e-6 < 10 < without["of_a_run"]
    found = luck(means + shared + own)
    assert abs(found["of_the_mean"] - 0.2 / 1.2) < 0.02 and abs(found["over_points"] - 1.2) < 0.1


def test_noise_is_said_to_be_noise(monkeypatch):
    random = np.random.default_rng(1)
    instead_of_the_market(monkeypatch, lambda x: 0.2 * x[:, 0], lambda points: random.normal(size=(len(points), 2)))
    found = sensitivity(load("default", TINY), vary=ZERO_TO_ONE[:3], method="sobol", points=128)
    assert found.luck["sobol"]["of_the_mean"] > 0.8
    assert found.sentence().startswith("No parameter surely explains a tenth of the variance in relationship's gain over transactional by ")
    assert any(words.startswith("Luck is ") for words in found.warnings())
    assert any(words.startswith("By itself") for words in found.warnings())


# -- what varies ----------------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("names", [("coffee", "default"), pytest.param(tuple(shipped()), marks=pytest.mark.slow)])
def test_shipped_scenarios_have_points_that_can_be_played(names):
    for path in map(shipped().get, names):
        factors = factors_of(load(path))
        assert len(factors) >= 3 and len({one.name for one in factors}) == len(factors)


def test_shares_always_sum_to_one():
    scenario = load("default", TINY)
    shares = np.random.default_rng(2).random((20, 20))
    for vary in (None, ["buyers.lost_for_good.share=0.1..0.6", "product.delight=1..2"]):
        factors = factors_of(scenario, vary)
        table = points_at(scenario, factors, shares[:, :len(factors)])
        total = table[[f"buyers.{name}.share" for name in scenario.buyers]].sum(axis=1)
        assert np.abs(total - 1).max() < 1e-9
        assert sweep(plan_of(scenario, points=table.head(3), runs=1)).failures.empty


def test_values_follow_their_distributions():
    """A sweep's own section: equal shares of the cube are equally likely values, whatever form they have."""
    scenario = load("service_and_price")
    factors = factors_of(scenario)
    table = values_at(factors, design.pairs(5, 512, False, 1)[::7])
    assert table["sellers.ours.price"].value_counts(normalize=True).round(2).to_dict() == {95: 0.33, 100: 0.33, 105: 0.33}
    assert abs(np.log(table["product.complexity"]).mean()) < 0.02 and abs(table["sellers.rivals.price"].std() - 3) < 0.1


@pytest.mark.parametrize("vary, words", [
    (["product.complexty=1..2", "product.delight=5..1", "sellers.ours.price=1..2:lg"],
     "'sellers.ours.price=1..2:lg': 'lg' is unknown here; did you mean 'log'?\n"
     "'product.complexty=1..2': there is no 'complexty' in product; did you mean 'complexity'?\n"
     "'product.delight=5..1': 1 is not above 5; give the lower first, then the higher"),
    (["product.delight=1..2"], "sensitivities compare parameters, and fewer than two vary; name more with --vary PATH=LOW..HIGH"),
    (["buyers.lost_for_good.share=0.1..0.8", "buyers.intermediate.share=0.1..0.6"],
     "some points of these ranges cannot be played, and indices can do without none; narrow the ranges\n"
     "  buyers.always_a_share.share: the shares of buyer types sum to 1.4, not to 1 (lost_for_good 0.8 + intermediate 0.6 + always_a_share "
     "0); change one of them")])
def test_ranges_that_cannot_be(vary, words):
    with pytest.raises(NoSensitivity) as error:
        sensitivity(load("default", TINY), vary=vary)
    assert str(error.value) == words


@pytest.mark.parametrize("options, words", [
    ({"outcome": "profits"}, "'profits' is not an outcome; did you mean 'profit'?"),
    ({"strategy": "relationships"},
     "'relationships' is not a strategy of Transactional against relationship; did you mean 'relationship'?"),
    ({"strategy": "transactional"}, "transactional is the baseline, over which gains are taken; name another strategy"),
    ({"method": "sobel", "points": 100, "trajectories": 2},
     "'sobel' is not a method; did you mean 'sobol'?\n"
     "100 points: Sobol's sequence is even only for a power of two; take 64 or 128\n"
     "2 trajectories are too few to see how effects differ; take 4 or more")])
def test_questions_that_cannot_be_put(options, words):
    with pytest.raises(NoSensitivity) as error:
        sensitivity(load("default", TINY), **options)
    assert str(error.value) == words


# -- real markets ---------------------------------------------------------------------------------------------------------------------
class StoppedError(Exception):
    """Something that ends a study before its time."""


def small(folder=None, **options):
    """A study of a tiny market: two trajectories less than nothing, but every step."""
    return sensitivity(tiny(), points=8, trajectories=4, folder=folder, **options)


def test_stopped_and_gone_on_is_unbroken(tmp_path):
    """Stopped in the screening and again in the indices, on other numbers of threads, the tables are those of a study at one go."""
    whole, moments = small(threads=1), iter((30, 60))
    for _ in range(2):
        most = next(moments)

        def stop(done, total, most=most):
            if done > most:
                raise StoppedError

        with pytest.raises(StoppedError):
            small(tmp_path / "out", threads=2, progress=stop)
    found = small(tmp_path / "out", threads=2)
    for name, table in whole.tables().items():
        pd.testing.assert_frame_equal(found.tables()[name], table, check_exact=True)
        assert len(pd.read_parquet(tmp_path / "out" / f"{name}.parquet")) == len(table)
    assert found.answer() == whole.answer()


def test_points_are_comparisons(tmp_path):
    """The outcome at a point is what a comparison there says."""
    from sim.experiments.compare import compare

    found = small(outcome="gain", runs=3)
    row = found.points.iloc[5]
    values = {"sellers.ours.price": int(row["sellers.ours.price"]), "product.problem_rate": float(row["product.problem_rate"])}
    there = tiny().replace(values=values)
    assert compare(there, runs=3).gain.gain[0] == pytest.approx(row.outcome, rel=1e-9)
