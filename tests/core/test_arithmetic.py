"""Our own exp, log and normal quantile against numpy's and scipy's, to the errors that their docstrings state."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri

from sim.core import arithmetic
from sim.core.jit import njit

UNIT = st.floats(2.0**-24, 1 - 2.0**-24, width=32)


def over(function):
    """A compiled function applied to every number of a float32 array."""
    @njit(arrays=True)
    def applied(values):
        out = np.empty_like(values)
        for i in range(values.size):
            out[i] = function(values[i])
        return out
    return applied


exp2_of, exp_of, log_of, normal_of, nearest_of, root_of = map(over, (
    arithmetic.exp2, arithmetic.exp, arithmetic.log, arithmetic.normal_quantile, arithmetic.nearest, arithmetic.square_root))
one = np.float32


@pytest.fixture(scope="module")
def positive() -> np.ndarray:
    """Float32 numbers over the whole normal range, and densely around one."""
    rng = np.random.default_rng(1)
    wide = np.exp2(rng.uniform(-125, 126, 200_000))
    return np.concatenate([wide, rng.uniform(0.5, 2, 200_000)]).astype(np.float32)


def test_exp2_relative_error():
    """Below 2.3e-7 over [−126, 127], worst half way between two whole exponents."""
    x = np.linspace(-126, 126.99, 400_001).astype(np.float32)
    exact = np.exp2(x.astype(float))
    assert np.abs(exp2_of(x) / exact - 1).max() < 2.3e-7


def test_exp_relative_error():
    """e**x goes by way of 2**x, so its error grows with |x|: below 2.3e-7 + 1.2e-7 · |x|."""
    x = np.linspace(-80, 80, 400_001).astype(np.float32)
    error = np.abs(exp_of(x) / np.exp(x.astype(float)) - 1)
    assert (error < 2.3e-7 + 1.2e-7 * np.abs(x)).all()


def test_log_absolute_error(positive):
    """Below 1e-7 near one, and a float32's own rounding elsewhere."""
    exact = np.log(positive.astype(float))
    error = np.abs(log_of(positive) - exact)
    near = (positive > 0.7) & (positive < 1.4)
    assert error[near].max() < 1e-7
    assert (error <= 1e-7 + 1.5e-7 * np.abs(exact)).all()


def test_normal_quantile_error():
    """Within 5e-6 of scipy's, relative beyond one, over every probability that a uniform can take."""
    u = np.concatenate([np.arange(1, 4096) * 2.0**-23 + 2.0**-24, np.linspace(0.0005, 0.9995, 200_001),
                        1 - np.arange(1, 4096) * 2.0**-23 - 2.0**-24]).astype(np.float32)
    exact = ndtri(u.astype(float))
    assert (np.abs(normal_of(u) - exact) < 5e-6 * np.maximum(1, np.abs(exact))).all()


def test_normal_quantile_is_standard_normal():
    """Its mean is 0 and its variance 1 over an even grid of probabilities."""
    z = normal_of(((np.arange(1 << 16) + 0.5) / (1 << 16)).astype(np.float32)).astype(float)
    assert abs(z.mean()) < 1e-5
    assert z.var() == pytest.approx(1, abs=1e-3)


@given(UNIT)
def test_normal_quantile_is_odd(u):
    """z(u) = −z(1 − u), up to the rounding of 1 − u."""
    mirrored = one(1) - one(u)
    if 0.001 < u < 0.999:
        assert arithmetic.normal_quantile(one(u)) == pytest.approx(-arithmetic.normal_quantile(mirrored), abs=5e-5)


@given(st.floats(-126, 127, width=32), st.floats(-126, 127, width=32))
def test_exp2_is_monotone(a, b):
    """A larger exponent never gives a smaller power, by more than a rounding."""
    low, high = sorted((one(a), one(b)))
    assert arithmetic.exp2(low) <= arithmetic.exp2(high) * one(1 + 2.4e-7)


@given(st.floats(-(2.0**100), 2.0**100, width=32))
def test_exp_stays_finite_and_positive(x):
    """Arguments out of range are moved to the nearer end: no inf, no zero, no nan."""
    assert 0 < arithmetic.exp(one(x)) < np.inf


@given(st.floats(2.0**-60, 2.0**60, width=32))
def test_exp_undoes_log(x):
    """exp(log x) = x within both errors."""
    assert arithmetic.exp(arithmetic.log(one(x))) == pytest.approx(float(one(x)), rel=2e-5)


def test_whole_powers_are_exact():
    """2**n is exact, log 1 is 0, z(1/2) is 0."""
    n = np.arange(-126, 128).astype(np.float32)
    assert np.array_equal(exp2_of(n), np.ldexp(np.float32(1), n.astype(int)).astype(np.float32))
    assert arithmetic.log(one(1)) == 0
    assert arithmetic.normal_quantile(one(0.5)) == 0


def test_nearest_rounds_ties_to_even():
    """As IEEE 754 and numpy do."""
    x = np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 2.4999, 1e6 + 0.25], np.float32)
    assert np.array_equal(nearest_of(x), np.rint(x))


def test_square_root_is_correctly_rounded(positive):
    """To the last bit."""
    assert np.array_equal(root_of(positive), np.sqrt(positive))


@njit(arrays=True)
def there_and_back(value):
    """A float32 read as an int32 and back."""
    return arithmetic.as_float(arithmetic.as_int(value))


@given(st.floats(-(2.0**100), 2.0**100, width=32))
def test_bits_round_trip(x):
    """as_float(as_int(x)) is x."""
    assert there_and_back(one(x)) == one(x)


@given(st.floats(-1e6, 1e6, width=32), st.floats(-1e6, 1e6, width=32))
def test_smaller_and_larger(a, b):
    """Minimum and maximum."""
    assert arithmetic.smaller(one(a), one(b)) == min(one(a), one(b))
    assert arithmetic.larger(one(a), one(b)) == max(one(a), one(b))
