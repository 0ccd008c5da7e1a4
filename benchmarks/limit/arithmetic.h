/* Float32 arithmetic to the last bit as in sim/core/arithmetic.py: one number at a time. */
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#define inlined static inline __attribute__((always_inline))

inlined int32_t as_int(float x) { int32_t i; memcpy(&i, &x, 4); return i; }
inlined float as_float(int32_t i) { float x; memcpy(&x, &i, 4); return x; }
inlined float smaller(float a, float b) { return a < b ? a : b; }
inlined float larger(float a, float b) { return a > b ? a : b; }

inlined float exp2_of(float x)
{
    x = smaller(larger(x, -126.0f), 127.0f);
    float whole = rintf(x), rest = x - whole, p = 1.5403530e-4f;
    p = fmaf(p, rest, 1.3333558e-3f);
    p = fmaf(p, rest, 9.6181291e-3f);
    p = fmaf(p, rest, 5.5504109e-2f);
    p = fmaf(p, rest, 2.4022651e-1f);
    p = fmaf(p, rest, 6.9314718e-1f);
    p = fmaf(p, rest, 1.0f);
    return as_float((int32_t)((uint32_t)as_int(p) + ((uint32_t)(int32_t)whole << 23)));
}

inlined float exp_of(float x) { return exp2_of(x * 1.44269504f); }

inlined float log_of(float x)
{
    int32_t bits = as_int(x), exponent = (int32_t)((uint32_t)bits - 0x3F3504F3u) >> 23;
    float m = as_float((int32_t)((uint32_t)bits - ((uint32_t)exponent << 23))) - 1.0f, square = m * m, y = 7.0376836292e-2f;
    y = fmaf(y, m, -1.1514610310e-1f);
    y = fmaf(y, m, 1.1676998740e-1f);
    y = fmaf(y, m, -1.2420140846e-1f);
    y = fmaf(y, m, 1.4249322787e-1f);
    y = fmaf(y, m, -1.6668057665e-1f);
    y = fmaf(y, m, 2.0000714765e-1f);
    y = fmaf(y, m, -2.4999993993e-1f);
    y = fmaf(y, m, 3.3333331174e-1f);
    y = fmaf(y * m, square, fmaf(-0.5f, square, m));
    return y + (float)exponent * 0.693147180f;
}

inlined float normal_quantile(float u)
{
    float x = 2.0f * u - 1.0f, w = -log_of((1.0f - x) * (1.0f + x)), near = w - 2.5f, p = 2.81022636e-08f;
    p = fmaf(p, near, 3.43273939e-07f);
    p = fmaf(p, near, -3.5233877e-06f);
    p = fmaf(p, near, -4.39150654e-06f);
    p = fmaf(p, near, 0.00021858087f);
    p = fmaf(p, near, -0.00125372503f);
    p = fmaf(p, near, -0.00417768164f);
    p = fmaf(p, near, 0.246640727f);
    p = fmaf(p, near, 1.50140941f);
    float far = sqrtf(larger(w, 0.0f)) - 3.0f, q = -0.000200214257f;
    q = fmaf(q, far, 0.000100950558f);
    q = fmaf(q, far, 0.00134934322f);
    q = fmaf(q, far, -0.00367342844f);
    q = fmaf(q, far, 0.00573950773f);
    q = fmaf(q, far, -0.0076224613f);
    q = fmaf(q, far, 0.00943887047f);
    q = fmaf(q, far, 1.00167406f);
    q = fmaf(q, far, 2.83297682f);
    return 1.41421356f * x * (w < 5.0f ? p : q);
}

/* --- luck: Philox4x32-10, as sim/core/draws.py deals it  --- */

#define MULTIPLIER_0 0xD2511F53u
#define MULTIPLIER_1 0xCD9E8D57u
#define KEY_STEP_0 0x9E3779B9u
#define KEY_STEP_1 0xBB67AE85u

struct four { float u[4]; };

inlined float uniform(uint64_t word) { return ((float)(int32_t)(word >> 9) + 0.5f) * (1.0f / 8388608.0f); }

inlined struct four uniforms(const uint32_t *luck, uint32_t buyer, uint32_t period, uint32_t kind, uint32_t index)
{
    uint64_t c0 = buyer, c1 = period, c2 = (uint32_t)(kind * 1024u + index), c3 = luck[2];      /* words of 32 bits in 64, as the kernel's */
#pragma GCC unroll 10
    for (uint32_t i = 0; i < 10; i++) {
        uint64_t p0 = MULTIPLIER_0 * c0, p1 = MULTIPLIER_1 * c2;
        c0 = (p1 >> 32) ^ c1 ^ (uint32_t)(luck[0] + i * KEY_STEP_0);
        c1 = (uint32_t)p1;
        c2 = (p0 >> 32) ^ c3 ^ (uint32_t)(luck[1] + i * KEY_STEP_1);
        c3 = (uint32_t)p0;
    }
    return (struct four){{uniform(c0), uniform(c1), uniform(c2), uniform(c3)}};
}

inlined float one_uniform(const uint32_t *luck, uint32_t buyer, uint32_t period, uint32_t kind, uint32_t number)
{
    return uniforms(luck, buyer, period, kind, number / 4).u[number % 4];
}
