/* Sixteen buyers at a time: the working memory of a thread, rows of a tile, tables that are looked up, counts by seller. */
#pragma once
#include "accounts.h"
#include "sixteen.h"

#define KEYS (5 * TABLE_SELLERS)
#define WORD_SELLERS 5                      /* sellers whose counts of a tile, at most 32 in each of sixteen lanes, share 32 bits */

struct desk {
    float by_key[BY_KEY][KEYS];             /* key: 5 · seller + level */
    float by_seller[OF_FIELDS][TABLE_SELLERS];
    float u_occasion[STRIDE], u_problem[STRIDE], u_surface[STRIDE], u_resolve[STRIDE], u_contact[STRIDE], g_now[STRIDE];
    uint16_t comes[LANES / 16];             /* who has a purchase occasion */
    int uniform_level[TABLE_SELLERS];       /* the level of a seller that has one for all, or -1 */
    int reads_records;                      /* whether any seller has levels by its records */
    float fading, listed_g[STRIDE], z[STRIDE], u_contract[STRIDE];
    int32_t lane[STRIDE], served_by[STRIDE], chosen[STRIDE];
    uint16_t reviews[LANES / 16], is_free[LANES / 16];
    float list[LIST_ROWS * STRIDE], reviewers[LIST_ROWS * STRIDE];
    int32_t reviewer_lane[STRIDE], choice[STRIDE];
    int32_t mover[STRIDE], cause[STRIDE], moves_to[STRIDE], mover_number[STRIDE], mover_entered[STRIDE];
    float u_right[STRIDE], u_which[STRIDE], taste[STRIDE];
};

inlined numbers row(float *tile, int of, int lane) { return _mm512_loadu_ps(cell(tile, of, lane)); }
inlined wholes row_whole(float *tile, int of, int lane) { return _mm512_loadu_si512(cell(tile, of, lane)); }
inlined void set_row(float *tile, int of, int lane, numbers x) { _mm512_storeu_ps(cell(tile, of, lane), x); }
inlined void set_row_whole(float *tile, int of, int lane, wholes x) { _mm512_storeu_si512(cell(tile, of, lane), x); }
inlined some living(int lanes, int lane) { return lanes - lane >= 16 ? 0xFFFF : (some)((1u << (lanes - lane)) - 1); }
inlined wholes counted(int from)
{
    return _mm512_add_epi32(EVERY_WHOLE(from), _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));
}

/* The number that stands at each place of a table of up to 32, or of one of any length. */
inlined numbers looked_up(const float *table, wholes place, int length)
{
    if (length <= 16)
        return _mm512_permutexvar_ps(place, _mm512_loadu_ps(table));
    if (length <= 32)
        return _mm512_permutex2var_ps(_mm512_loadu_ps(table), place, _mm512_loadu_ps(table + 16));
    return _mm512_i32gather_ps(place, table, 4);
}

/* One field of the dyad with each lane's own seller. */
inlined numbers with_own(float *tile, int field, wholes seller, int lane, int sellers)
{
    numbers x = EVERY(0.0f);
#pragma GCC unroll 5
    for (int s = 0; s < sellers; s++)
        x = _mm512_mask_loadu_ps(x, EQUAL(seller, EVERY_WHOLE(s)), cell(tile, dyad(field, s, sellers), lane));
    return x;
}

inlined void set_with_own(float *tile, int field, wholes seller, some which, numbers x, int lane, int sellers)
{
#pragma GCC unroll 5
    for (int s = 0; s < sellers; s++)
        _mm512_mask_storeu_ps(cell(tile, dyad(field, s, sellers), lane), _mm512_mask_cmpeq_epi32_mask(which, seller, EVERY_WHOLE(s)), x);
}

static void prepare(const struct market *m, int64_t t, struct desk *d)
{
    d->reads_records = 0;
    for (int s = 0; s < m->standing_n[0]; s++) {
        const float *offer = m->offers + s * OFFER_FIELDS;
        const int32_t *response = m->response + s * RESPONSE_FIELDS;
        const int32_t *level_of = m->level_of + ((int64_t)m->epoch[t] * m->standing_n[0] + response[FOLLOWS]) * m->level_of_n[2];
        d->uniform_level[s] = offer[TARGETING] == UNIFORM ? response[SERVED_AS + level_of[0]] : -1;
        d->reads_records |= d->uniform_level[s] < 0;
        for (int field = 0; field < OF_FIELDS; field++)
            d->by_seller[field][s] = offer[offer_field[field]];
        for (int level = 0; level < 5; level++) {
            for (int field = 0; field < SERVICE_FIELDS; field++)
                d->by_key[field][5 * s + level] = m->service[(5 * s + level) * SERVICE_FIELDS + field];
            d->by_key[BY_CONTACT_COST][5 * s + level] = offer[CONTACT_COST];
            d->by_key[BY_RESOLUTION_COST][5 * s + level] = offer[RESOLUTION_COST];
        }
    }
    d->fading = fading_of(((const struct behaviour *)m->behaviour)->forgetting);
}

/* --- counts by seller  --- */

/* One in the six bits of each lane's seller, for the word of sellers that begins at `first`. */
inlined wholes one_for(wholes seller, int first)
{
    return _mm512_sllv_epi32(EVERY_WHOLE(1), _mm512_mullo_epi32(_mm512_sub_epi32(seller, EVERY_WHOLE(first)), EVERY_WHOLE(6)));
}

inlined some in_word(wholes seller, int first, int sellers)
{
    return sellers <= WORD_SELLERS ? 0xFFFF : _mm512_cmplt_epu32_mask(_mm512_sub_epi32(seller, EVERY_WHOLE(first)), EVERY_WHOLE(WORD_SELLERS));
}

/* Adds up the counts of one word of sellers over the lanes and books them. */
inlined void book_counts(const struct scene *scene, const wholes *counts, const int *columns, int kinds, int first, int sellers)
{
    for (int s = first; s < sellers && s < first + WORD_SELLERS; s++)
        for (int kind = 0; kind < kinds; kind++)
            BOOK(s, columns[kind]) += _mm512_reduce_add_epi32(
                _mm512_and_si512(_mm512_srli_epi32(counts[kind], 6 * (unsigned)(s - first)), EVERY_WHOLE(63)));
}

inlined int32_t one_of(wholes x, int lane)
{
    int32_t all[16];
    _mm512_storeu_si512(all, x);
    return all[lane];
}

/* The sum of sixteen whole numbers that may be too large together for 32 bits. */
inlined int64_t sum_of(wholes x)
{
    return _mm512_reduce_add_epi64(_mm512_cvtepi32_epi64(_mm512_castsi512_si256(x)))
           + _mm512_reduce_add_epi64(_mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(x, 1)));
}

#define WORDS(sellers) (((sellers) + WORD_SELLERS - 1) / WORD_SELLERS)
#define MOST_WORDS WORDS(TABLE_SELLERS)
