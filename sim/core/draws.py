"""Luck as a function: draw k of buyer i in period t of run r is the same number whoever asks, and when.

Philox4x32-10 (Salmon, Moraes, Dror & Shaw 2011, "Parallel random numbers: as easy as 1, 2, 3") turns a counter of four words
and a key of two into four random words. The counter is (buyer, period, draw, run), the key is the seed. So results do not
depend on threads or on the order of buyers, and two strategies meet the same buyers with the same luck.
"""
from sim.core.arithmetic import f32, i32, u32, u64
from sim.core.jit import njit

_MULTIPLIER_0, _MULTIPLIER_1 = u64(0xD2511F53), u64(0xCD9E8D57)
_KEYS_0 = tuple(u64(i * 0x9E3779B9 & 0xFFFFFFFF) for i in range(10))   # what each round adds to the key
_KEYS_1 = tuple(u64(i * 0xBB67AE85 & 0xFFFFFFFF) for i in range(10))
_LOW, _HALF = u64(0xFFFFFFFF), u64(32)
_STEP = f32(1 / 8388608.0)   # 2^-23


@njit(inlined=True)
def _round(c0, c1, c2, c3, k0, k1):
    p0, p1 = _MULTIPLIER_0 * c0, _MULTIPLIER_1 * c2
    return (p1 >> _HALF) ^ c1 ^ (k0 & _LOW), p1 & _LOW, (p0 >> _HALF) ^ c3 ^ (k1 & _LOW), p0 & _LOW


@njit(inlined=True)
def philox(c0, c1, c2, c3, k0, k1):
    """Four random 32-bit words for the counter (c0, c1, c2, c3) and the key (k0, k1), all of 32 bits, given and returned as uint64.

    Words of 32 bits in 64: the product of two is then one vector instruction, without a change of width before and after it, which took
    twice as long."""
    # Ten rounds, written out: a loop here keeps the loops over lanes from becoming vector instructions.
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0, k1)
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[1], k1 + _KEYS_1[1])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[2], k1 + _KEYS_1[2])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[3], k1 + _KEYS_1[3])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[4], k1 + _KEYS_1[4])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[5], k1 + _KEYS_1[5])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[6], k1 + _KEYS_1[6])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[7], k1 + _KEYS_1[7])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[8], k1 + _KEYS_1[8])
    c0, c1, c2, c3 = _round(c0, c1, c2, c3, k0 + _KEYS_0[9], k1 + _KEYS_1[9])
    return c0, c1, c2, c3


@njit(inlined=True)
def uniform(word):
    """A float32 strictly between 0 and 1: the middle of one of 2^23 equal cells."""
    return (f32(i32(word >> u64(9))) + f32(0.5)) * _STEP


@njit(inlined=True)
def uniforms(luck, buyer, period, kind, index):
    """Four uniforms: draws 4·index … 4·index + 3 of one kind (`terms.Draw`) for one buyer in one period.

    luck: (key low, key high, run) as uint32; buyer, period: whole numbers below 2^32.
    """
    kind_and_index = u64(u32(u32(kind) * u32(1024) + u32(index)))
    a, b, c, d = philox(u64(u32(buyer)), u64(u32(period)), kind_and_index, u64(luck[2]), u64(luck[0]), u64(luck[1]))
    return uniform(a), uniform(b), uniform(c), uniform(d)


@njit(inlined=True)
def pick(four, which):
    """The uniform number `which` (0..3) of a call's four."""
    return four[0] if which == 0 else four[1] if which == 1 else four[2] if which == 2 else four[3]


@njit
def one_uniform(luck, buyer, period, kind, number):
    """Draw `number` of one kind: the same as `uniforms(…, number // 4)[number % 4]`."""
    return pick(uniforms(luck, buyer, period, kind, number // 4), number % 4)
