"""Luck is Philox, uniform, independent, and a function of (seed, run, buyer, period, draw) alone."""
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from sim.core.draws import one_uniform, philox, pick, uniform, uniforms
from sim.core.jit import njit
from sim.core.terms import Draw

WORD = st.integers(0, 2**32 - 1)
KIND = st.sampled_from([int(kind) for kind in Draw])

# Random123's published known-answer vectors for Philox4x32-10: counter, key, output.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    ((0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0), (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1)),
]


@njit(arrays=True)
def _table(luck, buyers, periods, kind, index):
    """Uniforms of many buyers and periods: float32 [buyer, period, 4]."""
    out = np.empty((buyers, periods, 4), np.float32)
    for i in range(buyers):
        for t in range(periods):
            a, b, c, d = uniforms(luck, i, t, kind, index)
            out[i, t, 0], out[i, t, 1], out[i, t, 2], out[i, t, 3] = a, b, c, d
    return out


def luck_of(seed: int = 42, run: int = 0) -> np.ndarray:
    """The luck of one run: seed (low, high word) and run."""
    return np.array([seed & 0xFFFFFFFF, seed >> 32, run], np.uint32)


@pytest.mark.parametrize(("counter", "key", "answer"), KNOWN_ANSWERS)
def test_philox_gives_the_published_vectors(counter, key, answer):
    """Salmon et al.'s own vectors, word for word."""
    words = philox(*(np.uint32(word) for word in counter + key))
    assert tuple(int(word) for word in words) == answer


def test_counter_and_key_are_where_the_docstring_says():
    """uniforms = philox((buyer, period, 1024 · kind + index, run), seed), each word's upper 23 bits."""
    seed, run, buyer, period = 0x243F6A88_85A308D3, 7, 11, 13
    words = philox(*(np.uint32(x) for x in (buyer, period, 1024 * int(Draw.LOT) + 5, run, seed & 0xFFFFFFFF, seed >> 32)))
    expected = [(int(word) >> 9) * 2.0**-23 + 2.0**-24 for word in words]
    assert list(uniforms(luck_of(seed, run), buyer, period, int(Draw.LOT), 5)) == pytest.approx(expected, abs=0)


@given(WORD)
def test_never_zero_nor_one(word):
    """A uniform is strictly inside (0, 1), so that its logarithm and its logit are finite."""
    assert 0 < uniform(np.uint32(word)) < 1


def test_extreme_words():
    """The smallest and the largest word are half a cell away from 0 and from 1."""
    assert uniform(np.uint32(0)) == np.float32(2.0**-24)
    assert uniform(np.uint32(0xFFFFFFFF)) == np.float32(1 - 2.0**-24)


@given(WORD, WORD, KIND, st.integers(0, 143), WORD, st.integers(0, 2**64 - 1))
@settings(max_examples=60, deadline=None)
def test_one_uniform_is_an_element_of_uniforms(buyer, period, kind, number, run, seed):
    """Asked one at a time or four at once, draw `number` is the same number."""
    luck = luck_of(seed, run)
    four = uniforms(luck, buyer, period, kind, number // 4)
    assert one_uniform(luck, buyer, period, kind, number) == four[number % 4] == pick(four, number % 4)


def independent(a: np.ndarray, b: np.ndarray, cells: int = 16) -> float:
    """p-value of the chi-square test that pairs fill a cells × cells square evenly (uniform and independent at once)."""
    counts = np.histogram2d(a.ravel(), b.ravel(), bins=cells, range=[[0, 1], [0, 1]])[0]
    expected = a.size / cells**2
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), cells**2 - 1))


@pytest.fixture(scope="module")
def table():
    """A thousand buyers, two hundred periods."""
    return _table(luck_of(), 1000, 200, int(Draw.PERIOD), 0)


def test_uniform(table):
    """Chi-square over 256 cells for each of a call's four numbers, and mean and variance of a uniform."""
    for which in range(4):
        u = table[:, :, which].ravel()
        counts = np.bincount((u * 256).astype(int), minlength=256)
        expected = u.size / 256
        assert chi2.sf(((counts - expected) ** 2 / expected).sum(), 255) > 0.001
        assert abs(u.mean() - 0.5) < 4 * np.sqrt(1 / 12 / u.size)
        assert abs(u.var() - 1 / 12) < 4 * np.sqrt(1 / 180 / u.size)


def test_independent_across_buyers_periods_draws_kinds_runs_and_seeds(table):
    """Neighbours in any direction fill the unit square evenly."""
    pairs = {"buyers": (table[:-1, :, 0], table[1:, :, 0]), "periods": (table[:, :-1, 0], table[:, 1:, 0])}
    pairs |= {f"draws {a}, {b}": (table[:, :, a], table[:, :, b]) for a, b in itertools.combinations(range(4), 2)}
    pairs["calls"] = table[:, :, 0], _table(luck_of(), 1000, 200, int(Draw.PERIOD), 1)[:, :, 0]
    pairs["kinds"] = table[:, :, 0], _table(luck_of(), 1000, 200, int(Draw.USE), 0)[:, :, 0]
    pairs["runs"] = table[:, :, 0], _table(luck_of(run=1), 1000, 200, int(Draw.PERIOD), 0)[:, :, 0]
    pairs["seeds"] = table[:, :, 0], _table(luck_of(43), 1000, 200, int(Draw.PERIOD), 0)[:, :, 0]
    pairs["high seeds"] = table[:, :, 0], _table(luck_of(42 + (1 << 32)), 1000, 200, int(Draw.PERIOD), 0)[:, :, 0]
    low = {name: p for name, pair in pairs.items() if (p := independent(*pair)) < 0.001}
    assert not low


def test_negative_control_of_the_independence_test(table):
    """A generator whose next number leans on the last one is found out."""
    u = table[:, :-1, 0]
    leaning = (0.9 * table[:, 1:, 0] + 0.1 * u) % 1
    assert independent(u, leaning) < 0.001


def test_adding_buyers_moves_nobody(table):
    """The first buyers' luck is the same in a market of ten and in a market of a thousand."""
    assert np.array_equal(_table(luck_of(), 10, 200, int(Draw.PERIOD), 0), table[:10])


def test_kinds_do_not_overlap():
    """Each kind has 1024 calls, and the most that any rule asks for (16 lots of 9 calls) stays inside its own."""
    assert len(set(map(int, Draw))) == len(Draw)
    assert 16 * 9 <= 1024 and len(Draw) * 1024 < 2**32
