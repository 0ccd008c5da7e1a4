/* Lanes pressed together and spread out again, and each lane's own of what all sellers have (sim/core/pressing.py, picking.py): what the
   kernel writes as vectors of sixteen because a loop over lanes stays scalar, this does too. */
#pragma once
#include "accounts.h"
#ifdef __AVX512F__
#include "sixteen.h"
#endif

/* So many lanes, filled up to whole vectors: what is left over of a straight loop is done lane by lane. */
inlined int whole_vectors(int lanes) { return lanes > 4 ? (lanes + 31) & ~31 : lanes; }

/* Of each of `rows` rows from `source` on, the lanes that are marked, side by side in the rows from `target` on; how many lanes they are.
   A row may be pressed in its own place. */
static inline int press(const void *source, int rows, void *target, const int32_t *marks, int lanes)
{
    int listed = 0;
#ifdef __AVX512F__
    for (int lane = 0; lane < lanes; lane += 16) {
        some alive = lanes - lane >= 16 ? 0xFFFF : (some)((1u << (lanes - lane)) - 1), those = 0;
        those = _mm512_mask_test_epi32_mask(alive, _mm512_loadu_si512(marks + lane), _mm512_loadu_si512(marks + lane));
        for (int64_t row = 0; row < rows; row++)
            _mm512_storeu_ps((float *)target + row * STRIDE + listed,
                             _mm512_maskz_compress_ps(those, _mm512_loadu_ps((const float *)source + row * STRIDE + lane)));
        listed += COUNT(those);
    }
#else
    for (int lane = 0; lane < lanes; listed += marks[lane++] != 0)
        for (int64_t row = 0; row < (marks[lane] ? rows : 0); row++)
            memcpy((char *)target + (row * STRIDE + listed) * 4, (const char *)source + (row * STRIDE + lane) * 4, 4);
#endif
    return listed;
}

/* What `press` has laid side by side, back in the lanes it came from; lanes that are not marked stay as they are. */
static inline void spread(const void *source, int rows, void *target, const int32_t *marks, int lanes)
{
    int listed = 0;
#ifdef __AVX512F__
    for (int lane = 0; lane < lanes; lane += 16) {
        some alive = lanes - lane >= 16 ? 0xFFFF : (some)((1u << (lanes - lane)) - 1), those = 0;
        those = _mm512_mask_test_epi32_mask(alive, _mm512_loadu_si512(marks + lane), _mm512_loadu_si512(marks + lane));
        for (int64_t row = 0; row < rows; row++) {
            float *place = (float *)target + row * STRIDE + lane;
            numbers pressed = _mm512_maskz_expandloadu_ps(those, (const float *)source + row * STRIDE + listed);
            _mm512_storeu_ps(place, IF(those, pressed, _mm512_loadu_ps(place)));
        }
        listed += COUNT(those);
    }
#else
    for (int lane = 0; lane < lanes; listed += marks[lane++] != 0)
        for (int64_t row = 0; row < (marks[lane] ? rows : 0); row++)
            memcpy((char *)target + (row * STRIDE + lane) * 4, (const char *)source + (row * STRIDE + listed) * 4, 4);
#endif
}

/* Sixteen lanes keep what they have found in registers while the sellers pass by. */
typedef int32_t sixteen __attribute__((vector_size(64), aligned(4), may_alias));
#define MOST_PICKED 16
#define EVERY_FIELD(f, many) _Pragma("GCC unroll 16") for (int f = 0; f < (many); f++)

/* Fields of each lane's dyad with the seller that `whose` names, into to[field]; 0 where it names none. Lanes filled up to sixteen. */
inlined void pick_dyads(const float *tile, int sellers, const int *fields, int many, const void *whose, int lanes, float (*to)[STRIDE])
{
    for (int lane = 0; lane < lanes; lane += 16) {
        sixteen keys = *(const sixteen *)((const int32_t *)whose + lane), kept[MOST_PICKED];
        EVERY_FIELD(f, many)
            kept[f] = (sixteen){0};
        for (int s = 0; s < sellers; s++) {
            sixteen mine = keys == s;
            EVERY_FIELD(f, many)
                kept[f] = (*(const sixteen *)(tile + (int64_t)dyad(fields[f], s, sellers) * STRIDE + lane) & mine) | (kept[f] & ~mine);
        }
        EVERY_FIELD(f, many)
            *(sixteen *)(to[fields[f]] + lane) = kept[f];
    }
}

/* The numbers that a table has for the whole number in `whose`, into to[0 … many − 1]; 0 where it has none. A line of the table: that
   whole number, then what it stands for. Lanes filled up to sixteen. */
inlined void pick_numbers(const float *table, int lines, int many, const void *whose, int lanes, float (*to)[STRIDE])
{
    for (int lane = 0; lane < lanes; lane += 16) {
        sixteen keys = *(const sixteen *)((const int32_t *)whose + lane), kept[MOST_PICKED];
        EVERY_FIELD(f, many)
            kept[f] = (sixteen){0};
        for (const float *line = table; line < table + lines * (1 + many); line += 1 + many) {
            sixteen mine = keys == as_int(line[0]);
            EVERY_FIELD(f, many)
                kept[f] = ((sixteen){0} + as_int(line[1 + f]) & mine) | (kept[f] & ~mine);
        }
        EVERY_FIELD(f, many)
            *(sixteen *)(to[f] + lane) = kept[f];
    }
}
