"""Float32 arithmetic that gives the same bits on every machine, in one lane or in sixteen.

The mathematics library's exp and log differ from machine to machine and do not vectorise; these are polynomials with an
explicit fused multiply-add, which IEEE 754 defines to the last bit.
"""
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from sim.core.jit import njit

f32, i32, i64, u32, u64 = np.float32, np.int32, np.int64, np.uint32, np.uint64

ZERO, ONE, TWO = f32(0), f32(1), f32(2)


@intrinsic
def as_int(typing, value):
    """The 32 bits of a float32, read as an int32."""
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.IntType(32))
    return types.int32(types.float32), generate


@intrinsic
def as_float(typing, value):
    """The 32 bits of an int32, read as a float32."""
    def generate(context, builder, signature, arguments):
        return builder.bitcast(arguments[0], ir.FloatType())
    return types.float32(types.int32), generate


@intrinsic
def nearest(typing, value):
    """The nearest whole number, ties to even."""
    def generate(context, builder, signature, arguments):
        rint = builder.module.declare_intrinsic("llvm.rint", [ir.FloatType()])
        return builder.call(rint, [arguments[0]])
    return types.float32(types.float32), generate


@intrinsic
def multiply_add(typing, x, y, z):
    """x · y + z, rounded once."""
    def generate(context, builder, signature, arguments):
        return builder.fma(arguments[0], arguments[1], arguments[2])
    return types.float32(types.float32, types.float32, types.float32), generate


@intrinsic
def square_root(typing, value):
    """The square root, correctly rounded as IEEE 754 asks."""
    def generate(context, builder, signature, arguments):
        root = builder.module.declare_intrinsic("llvm.sqrt", [ir.FloatType()])
        return builder.call(root, [arguments[0]])
    return types.float32(types.float32), generate


@njit
def smaller(a, b):
    return a if a < b else b


@njit
def larger(a, b):
    return a if a > b else b


@njit
def exp2(x):
    """2**x for x in [-126, 127], relative error below 2.5e-7; arguments outside are moved to the nearer end."""
    x = smaller(larger(x, f32(-126)), f32(127))
    whole = nearest(x)
    rest = x - whole
    p = f32(1.5403530e-4)
    p = multiply_add(p, rest, f32(1.3333558e-3))
    p = multiply_add(p, rest, f32(9.6181291e-3))
    p = multiply_add(p, rest, f32(5.5504109e-2))
    p = multiply_add(p, rest, f32(2.4022651e-1))
    p = multiply_add(p, rest, f32(6.9314718e-1))
    p = multiply_add(p, rest, ONE)
    return as_float(i32(as_int(p) + i32(i32(whole) << i32(23))))


@njit
def exp(x):
    """e**x, by way of `exp2`."""
    return exp2(x * f32(1.44269504))


@njit
def log(x):
    """Natural logarithm of a positive, normal float32, absolute error below 1e-7 near one (Cephes' polynomial)."""
    bits = as_int(x)
    exponent = i32(i32(bits - i32(0x3F3504F3)) >> i32(23))
    m = as_float(i32(bits - i32(exponent << i32(23)))) - ONE
    square = m * m
    y = f32(7.0376836292e-2)
    y = multiply_add(y, m, f32(-1.1514610310e-1))
    y = multiply_add(y, m, f32(1.1676998740e-1))
    y = multiply_add(y, m, f32(-1.2420140846e-1))
    y = multiply_add(y, m, f32(1.4249322787e-1))
    y = multiply_add(y, m, f32(-1.6668057665e-1))
    y = multiply_add(y, m, f32(2.0000714765e-1))
    y = multiply_add(y, m, f32(-2.4999993993e-1))
    y = multiply_add(y, m, f32(3.3333331174e-1))
    y = multiply_add(y * m, square, multiply_add(f32(-0.5), square, m))
    return y + f32(exponent) * f32(0.693147180)


@njit
def normal_quantile(u):
    """z with P(Z < z) = u for a standard normal Z and u in (0, 1); single-precision inverse error function of Giles (2010).

    Both of its polynomials are evaluated and one is taken, so that a loop over lanes vectorises.
    """
    x = TWO * u - ONE
    w = -log((ONE - x) * (ONE + x))
    near = w - f32(2.5)
    p = f32(2.81022636e-08)
    p = multiply_add(p, near, f32(3.43273939e-07))
    p = multiply_add(p, near, f32(-3.5233877e-06))
    p = multiply_add(p, near, f32(-4.39150654e-06))
    p = multiply_add(p, near, f32(0.00021858087))
    p = multiply_add(p, near, f32(-0.00125372503))
    p = multiply_add(p, near, f32(-0.00417768164))
    p = multiply_add(p, near, f32(0.246640727))
    p = multiply_add(p, near, f32(1.50140941))
    far = square_root(larger(w, ZERO)) - f32(3)
    q = f32(-0.000200214257)
    q = multiply_add(q, far, f32(0.000100950558))
    q = multiply_add(q, far, f32(0.00134934322))
    q = multiply_add(q, far, f32(-0.00367342844))
    q = multiply_add(q, far, f32(0.00573950773))
    q = multiply_add(q, far, f32(-0.0076224613))
    q = multiply_add(q, far, f32(0.00943887047))
    q = multiply_add(q, far, f32(1.00167406))
    q = multiply_add(q, far, f32(2.83297682))
    return f32(1.41421356) * x * (p if w < f32(5) else q)
