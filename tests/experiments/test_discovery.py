"""`discover` finds a planted box and its limits, finds a second, and finds nothing in pure noise."""
import numpy as np
import pandas as pd
import pytest

from sim.experiments.sensitivity import discover


def points(count: int, seed: int, columns: str = "abcde") -> pd.DataFrame:
    """Points spread by chance over the unit cube."""
    return pd.DataFrame(np.random.default_rng(seed).random((count, len(columns))), columns=list(columns))


def noisy(truth: np.ndarray, share: float, seed: int) -> np.ndarray:
    """What fails, with a share of the points the other way round."""
    return truth ^ (np.random.default_rng(seed).random(len(truth)) < share)


def test_a_planted_box():
    table = points(500, 1)
    truth = ((table.a < 0.3) & (table.b > 0.4)).to_numpy()
    found = discover(table, noisy(truth, 0.05, 2))
    box = found.boxes[0]
    limits = box.limits.set_index("parameter")
    assert list(limits.index) == ["a", "b"] and len(found.boxes) == 1
    assert abs(limits.high["a"] - 0.3) < 0.03 and abs(limits.low["b"] - 0.4) < 0.03
    assert np.isnan(limits.low["a"]) and np.isnan(limits.high["b"])
    assert box.coverage > 0.7 and box.density > 0.9 and box.p <= 0.01 and (limits.quasi_p < 1e-6).all() and (limits.again > 0.9).all()


def test_texts_and_few_values():
    table = points(400, 3, "abc")
    random = np.random.default_rng(4)
    table["price"], table["level"] = random.choice([95, 100, 105], 400), random.choice(["basic", "proactive", "partnership"], 400)
    truth = ((table.price == 95) & (table.level != "basic")).to_numpy()
    limits = discover(table, noisy(truth, 0.05, 5)).boxes[0].limits.set_index("parameter")
    assert limits["values"].to_dict() == {"price": ["95"], "level": ["partnership", "proactive"]}


def test_two_boxes():
    table = points(700, 6)
    truth = ((table.a < 0.25) | ((table.b > 0.75) & (table.c > 0.5))).to_numpy()
    found = discover(table, truth)
    assert [box.limits.parameter.tolist() for box in found.boxes] == [["a"], ["b", "c"]]
    assert sum(box.coverage for box in found.boxes) > 0.95 and found.fails == pytest.approx(truth.mean())


def test_nothing_in_noise():
    """The negative control: of 40 tables of pure noise at most 5 have a box (2 are expected; there are more in 1.4% of all cases)."""
    found = [discover(points(100, seed, "abc"), np.random.default_rng(1000 + seed).random(100) < 0.3, boxes=1) for seed in range(40)]
    assert sum(bool(one.boxes) for one in found) <= 5
    assert found[0].why == "and nowhere more than by chance" or found[0].boxes


def test_too_few_to_look():
    table = points(100, 8)
    assert discover(table, np.arange(100) < 5).why == "too few of them to look for where"
    assert discover(table, np.arange(100) >= 5).why == "too few do not to look for where"
    assert discover(table, np.zeros(100, bool)).fails == 0


def test_the_same_seed_the_same_boxes():
    table, truth = points(300, 9), noisy((points(300, 9).a < 0.3).to_numpy(), 0.1, 1)
    one, other = discover(table, truth, seed=7), discover(table, truth, seed=7)
    pd.testing.assert_frame_equal(one.boxes[0].limits, other.boxes[0].limits)
    assert one.boxes[0].p == other.boxes[0].p
