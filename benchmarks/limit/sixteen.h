/* Sixteen numbers at a time: the arithmetic of arithmetic.h and the luck of sim/core/draws.py in AVX-512, to the same last bit. */
#pragma once
#include <immintrin.h>
#include "arithmetic.h"

typedef __m512 numbers;                     /* sixteen float32 */
typedef __m512i wholes;                     /* sixteen int32 */
typedef __mmask16 some;                     /* which of the sixteen */

#define EVERY(x) _mm512_set1_ps(x)
#define EVERY_WHOLE(i) _mm512_set1_epi32(i)
#define LESS(a, b) _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ)
#define MORE(a, b) _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ)
#define NOT_LESS(a, b) _mm512_cmp_ps_mask(a, b, _CMP_GE_OQ)
#define IF(which, yes, no) _mm512_mask_mov_ps(no, which, yes)
#define IF_WHOLE(which, yes, no) _mm512_mask_mov_epi32(no, which, yes)
#define EQUAL(a, b) _mm512_cmpeq_epi32_mask(a, b)
#define SUM(a, b) _mm512_add_ps(a, b)
#define DIFFERENCE(a, b) _mm512_sub_ps(a, b)
#define PRODUCT(a, b) _mm512_mul_ps(a, b)
#define FUSED(a, b, c) _mm512_fmadd_ps(a, b, c)
#define AS_WHOLES(x) _mm512_castps_si512(x)
#define AS_NUMBERS(i) _mm512_castsi512_ps(i)
#define NEAREST(x) _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)
#define TO_WHOLES(x) _mm512_cvttps_epi32(x)
#define TO_NUMBERS(i) _mm512_cvtepi32_ps(i)
#define COUNT(which) __builtin_popcount(which)

inlined numbers negated(numbers x) { return AS_NUMBERS(_mm512_xor_si512(AS_WHOLES(x), EVERY_WHOLE((int32_t)0x80000000))); }

inlined numbers exp2_wide(numbers x)
{
    x = _mm512_min_ps(_mm512_max_ps(x, EVERY(-126.0f)), EVERY(127.0f));
    numbers whole = NEAREST(x), rest = DIFFERENCE(x, whole), p = EVERY(1.5403530e-4f);
    p = FUSED(p, rest, EVERY(1.3333558e-3f));
    p = FUSED(p, rest, EVERY(9.6181291e-3f));
    p = FUSED(p, rest, EVERY(5.5504109e-2f));
    p = FUSED(p, rest, EVERY(2.4022651e-1f));
    p = FUSED(p, rest, EVERY(6.9314718e-1f));
    p = FUSED(p, rest, EVERY(1.0f));
    return AS_NUMBERS(_mm512_add_epi32(AS_WHOLES(p), _mm512_slli_epi32(TO_WHOLES(whole), 23)));
}

inlined numbers log_wide(numbers x)
{
    wholes bits = AS_WHOLES(x), exponent = _mm512_srai_epi32(_mm512_sub_epi32(bits, EVERY_WHOLE(0x3F3504F3)), 23);
    numbers m = DIFFERENCE(AS_NUMBERS(_mm512_sub_epi32(bits, _mm512_slli_epi32(exponent, 23))), EVERY(1.0f)), square = PRODUCT(m, m);
    numbers y = EVERY(7.0376836292e-2f);
    y = FUSED(y, m, EVERY(-1.1514610310e-1f));
    y = FUSED(y, m, EVERY(1.1676998740e-1f));
    y = FUSED(y, m, EVERY(-1.2420140846e-1f));
    y = FUSED(y, m, EVERY(1.4249322787e-1f));
    y = FUSED(y, m, EVERY(-1.6668057665e-1f));
    y = FUSED(y, m, EVERY(2.0000714765e-1f));
    y = FUSED(y, m, EVERY(-2.4999993993e-1f));
    y = FUSED(y, m, EVERY(3.3333331174e-1f));
    y = FUSED(PRODUCT(y, m), square, FUSED(EVERY(-0.5f), square, m));
    return SUM(y, PRODUCT(TO_NUMBERS(exponent), EVERY(0.693147180f)));
}

inlined numbers gumbel_wide(numbers u) { return negated(log_wide(negated(log_wide(u)))); }

inlined numbers normal_quantile_wide(numbers u)
{
    numbers one = EVERY(1.0f), x = DIFFERENCE(PRODUCT(EVERY(2.0f), u), one);
    numbers w = negated(log_wide(PRODUCT(DIFFERENCE(one, x), SUM(one, x)))), near = DIFFERENCE(w, EVERY(2.5f)), p = EVERY(2.81022636e-08f);
    p = FUSED(p, near, EVERY(3.43273939e-07f));
    p = FUSED(p, near, EVERY(-3.5233877e-06f));
    p = FUSED(p, near, EVERY(-4.39150654e-06f));
    p = FUSED(p, near, EVERY(0.00021858087f));
    p = FUSED(p, near, EVERY(-0.00125372503f));
    p = FUSED(p, near, EVERY(-0.00417768164f));
    p = FUSED(p, near, EVERY(0.246640727f));
    p = FUSED(p, near, EVERY(1.50140941f));
    some close = LESS(w, EVERY(5.0f));
    if (close != 0xFFFF) {                  /* one number in 150 */
        numbers far = DIFFERENCE(_mm512_sqrt_ps(_mm512_max_ps(w, EVERY(0.0f))), EVERY(3.0f)), q = EVERY(-0.000200214257f);
        q = FUSED(q, far, EVERY(0.000100950558f));
        q = FUSED(q, far, EVERY(0.00134934322f));
        q = FUSED(q, far, EVERY(-0.00367342844f));
        q = FUSED(q, far, EVERY(0.00573950773f));
        q = FUSED(q, far, EVERY(-0.0076224613f));
        q = FUSED(q, far, EVERY(0.00943887047f));
        q = FUSED(q, far, EVERY(1.00167406f));
        q = FUSED(q, far, EVERY(2.83297682f));
        p = IF(close, p, q);
    }
    return PRODUCT(PRODUCT(EVERY(1.41421356f), x), p);
}

/* --- luck: Philox4x32-10 for sixteen buyers, the even ones in one register of 64-bit lanes and the odd ones in another ------------------ */

struct words { wholes w[4]; };              /* of each buyer */

#define TIMES(x, m) _mm512_mul_epu32(x, _mm512_set1_epi64(m))
#define HIGH(p) _mm512_srli_epi64(p, 32)
#define EXCLUSIVE(a, b, c) _mm512_ternarylogic_epi64(a, b, c, 0x96)

/* Rounds `from` … 9 from a counter whose words may vary by buyer; only the low half of a 64-bit lane counts. */
inlined void rounds(wholes c[4], uint32_t k0, uint32_t k1, int from)
{
#pragma GCC unroll 10
    for (int i = from; i < 10; i++) {
        wholes p0 = TIMES(c[0], MULTIPLIER_0), p1 = TIMES(c[2], MULTIPLIER_1);
        c[0] = EXCLUSIVE(HIGH(p1), c[1], _mm512_set1_epi64((uint32_t)(k0 + (uint32_t)i * KEY_STEP_0)));
        c[1] = p1;
        c[2] = EXCLUSIVE(HIGH(p0), c[3], _mm512_set1_epi64((uint32_t)(k1 + (uint32_t)i * KEY_STEP_1)));
        c[3] = p0;
    }
}

inlined struct words paired(const wholes even[4], const wholes odd[4])
{
    struct words out;
    for (int i = 0; i < 4; i++)
        out.w[i] = _mm512_mask_shuffle_epi32(even[i], 0xAAAA, odd[i], _MM_PERM_CCAA);
    return out;
}

/* A call that differs from buyer to buyer in the buyer's number alone: the first two rounds are half done with plain numbers. */
inlined struct words words_of(const uint32_t *luck, wholes buyer, uint32_t period, uint32_t kind, uint32_t index)
{
    uint64_t p1 = (uint64_t)MULTIPLIER_1 * (kind * 1024u + index);
    uint32_t c0 = (uint32_t)(p1 >> 32) ^ period ^ luck[0], c1 = (uint32_t)p1;
    uint64_t p0 = (uint64_t)MULTIPLIER_0 * c0;
    wholes halves[2][4];
    for (int odd = 0; odd < 2; odd++) {
        wholes first = TIMES(odd ? HIGH(buyer) : buyer, MULTIPLIER_0);
        wholes c2 = _mm512_xor_si512(HIGH(first), _mm512_set1_epi64(luck[2] ^ luck[1]));
        wholes second = TIMES(c2, MULTIPLIER_1);
        halves[odd][0] = _mm512_xor_si512(HIGH(second), _mm512_set1_epi64((uint32_t)(c1 ^ (luck[0] + KEY_STEP_0))));
        halves[odd][1] = second;
        halves[odd][2] = _mm512_xor_si512(first, _mm512_set1_epi64((uint32_t)((uint32_t)(p0 >> 32) ^ (luck[1] + KEY_STEP_1))));
        halves[odd][3] = _mm512_set1_epi64((uint32_t)p0);
    }
    rounds(halves[0], luck[0], luck[1], 2);
    rounds(halves[1], luck[0], luck[1], 2);
    return paired(halves[0], halves[1]);
}

/* A call that differs from buyer to buyer in everything. */
inlined struct words words_each(const uint32_t *luck, wholes buyer, wholes period, wholes call)
{
    wholes even[4] = {buyer, period, call, EVERY_WHOLE((int32_t)luck[2])};
    wholes odd[4] = {HIGH(buyer), HIGH(period), HIGH(call), EVERY_WHOLE((int32_t)luck[2])};
    rounds(even, luck[0], luck[1], 0);
    rounds(odd, luck[0], luck[1], 0);
    return paired(even, odd);
}

inlined numbers uniform_wide(wholes words)
{
    return PRODUCT(SUM(TO_NUMBERS(_mm512_srli_epi32(words, 9)), EVERY(0.5f)), EVERY(1.0f / 8388608.0f));
}
