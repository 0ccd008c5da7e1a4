/* Sixteen at a time: purchase occasions, from the list of buyers to the choice and its consequences. */
#pragma once
#include "wide_entering.h"

/* --- 4: purchase occasions  --- */

/* Rows `begin` … `end` − 1, those lanes only for which a bit is set, pressed together. Seldom more than eight of sixteen. */
inlined void press(const float *from, float *to, int begin, int end, const uint16_t *which, int lanes)
{
    for (int i = 0; i < lanes; i += 16) {
        some those = which[i / 16];
        const float *source = from + (int64_t)begin * STRIDE + i;
        float *target = to + (int64_t)begin * STRIDE;
        if (COUNT(those) <= 8)
            for (int64_t of = 0; of < end - begin; of++)
                _mm256_storeu_ps(target + of * STRIDE,
                                 _mm512_castps512_ps256(_mm512_maskz_compress_ps(those, _mm512_loadu_ps(source + of * STRIDE))));
        else
            for (int64_t of = 0; of < end - begin; of++)
                _mm512_storeu_ps(target + of * STRIDE, _mm512_maskz_compress_ps(those, _mm512_loadu_ps(source + of * STRIDE)));
        to += COUNT(those);
    }
}

/* And spread out again, the other lanes left as they are. */
inlined void spread(const float *from, float *to, int begin, int end, const uint16_t *which, int lanes)
{
    for (; begin < end; begin += 4) {
        int64_t first = (int64_t)begin * STRIDE, rows = end - begin < 4 ? end - begin : 4, listed = 0;
        for (int i = 0; i < lanes; i += 16) {
            some those = which[i / 16];
            for (int64_t of = 0; of < rows; of++) {
                float *place = to + first + of * STRIDE + i;
                numbers pressed = _mm512_loadu_ps(from + first + of * STRIDE + listed);
                _mm512_storeu_ps(place, _mm512_mask_expand_ps(_mm512_loadu_ps(place), those, pressed));
            }
            listed += COUNT(those);
        }
    }
}

inlined int list_buyers(float *tile, int lanes, struct desk *d, int rows)
{
    int buyers = 0;
    for (int i = 0; i < lanes; i += 16) {
        _mm512_storeu_si512(d->lane + buyers, _mm512_maskz_compress_epi32(d->comes[i / 16], counted(i)));
        buyers += COUNT(d->comes[i / 16]);
    }
    press(tile, d->list, 0, rows, d->comes, lanes);
    press(d->g_now, d->listed_g, 0, 1, d->comes, lanes);
    for (int i = 0; i < buyers; i += 16)
        _mm512_storeu_si512(d->served_by + i, row_whole(d->list, INCUMBENT, i));
    return buyers;
}

/* What a purchase may have changed: everything but what the buyer is and what it believes of relationships. */
inlined void unlist_buyers(float *tile, int lanes, struct desk *d, int rows, int sellers)
{
    spread(d->list, tile, TIE, dyad(RELATIONSHIP, 0, sellers), d->comes, lanes);
    spread(d->list, tile, dyad(BOND, 0, sellers), rows, d->comes, lanes);
}

enum { N_REVIEW, N_REORDER, N_DECIDE };

inlined int decide(const struct scene *scene, int buyers, int lot, struct desk *d, int sellers)
{
    static const int columns[N_DECIDE] = {REVIEWS, REORDERS};
    wholes counts[MOST_WORDS][N_DECIDE];
    for (int word = 0; word < WORDS(sellers); word++)
        counts[word][N_REVIEW] = counts[word][N_REORDER] = _mm512_setzero_si512();
    int reviewers = 0, of_nobody = 0;
    for (int i = 0; i < buyers; i += 16) {
        some alive = living(buyers, i);
        wholes number = _mm512_add_epi32(EVERY_WHOLE((int32_t)scene->first), _mm512_loadu_si512(d->lane + i));
        struct words luck = words_of(scene->m->luck, number, (uint32_t)scene->t, D_LOT, (uint32_t)lot);
        _mm512_storeu_ps(d->z + i, normal_quantile_wide(uniform_wide(luck.w[1])));
        _mm512_storeu_ps(d->u_contract + i, uniform_wide(luck.w[2]));
        wholes incumbent = row_whole(d->list, INCUMBENT, i), happened = row_whole(d->list, HAPPENED, i);
        some nobody = alive & _mm512_cmplt_epi32_mask(incumbent, _mm512_setzero_si512());
        wholes bound_until = _mm512_srai_epi32(row_whole(d->list, AGREEMENT, i), CONTRACT_SHIFT);
        some is_free = _mm512_cmple_epi32_mask(bound_until, EVERY_WHOLE(scene->t));
        some grievance = _mm512_test_epi32_mask(happened, EVERY_WHOLE(INCIDENT));
        numbers between_reviews = PRODUCT(row(d->list, PURCHASE_RATE, i), row(d->list, TIME_HORIZON, i));
        numbers chance = IF(MORE(between_reviews, EVERY(1.0f)), _mm512_div_ps(EVERY(1.0f), between_reviews), EVERY(1.0f));
        some reviews = alive & (nobody | (is_free & (grievance | LESS(uniform_wide(luck.w[0]), chance))));
        set_row_whole(d->list, HAPPENED, i, _mm512_mask_or_epi32(happened, reviews, happened, EVERY_WHOLE(REVIEWED)));
        d->reviews[i / 16] = reviews, d->is_free[i / 16] = is_free;
        _mm512_storeu_si512(d->chosen + i, incumbent);
        _mm512_storeu_si512(d->reviewer_lane + reviewers, _mm512_maskz_compress_epi32(reviews, number));
        reviewers += COUNT(reviews), of_nobody += COUNT(nobody);
        for (int word = 0; word < WORDS(sellers); word++) {
            some here = in_word(incumbent, word * WORD_SELLERS, sellers) & alive & ~nobody;
            wholes ones = one_for(incumbent, word * WORD_SELLERS), *count = counts[word];
            count[N_REVIEW] = _mm512_mask_add_epi32(count[N_REVIEW], here & reviews, count[N_REVIEW], ones);
            count[N_REORDER] = _mm512_mask_add_epi32(count[N_REORDER], here & ~reviews, count[N_REORDER], ones);
        }
    }
    for (int word = 0; word < WORDS(sellers); word++)
        book_counts(scene, counts[word], columns, N_DECIDE, word * WORD_SELLERS, sellers);
    BOOK(sellers, REVIEWS) += of_nobody;
    return reviewers;
}

/* The reviewers' rows: the list itself where everybody reviews, else pressed together once more. */
inlined float *rows_of_reviewers(int buyers, int reviewers, struct desk *d, int sellers)
{
    if (reviewers == buyers)
        return d->list;
    press(d->list, d->reviewers, 0, ROWS + DYAD_ROWS * sellers, d->reviews, buyers);
    return d->reviewers;
}

inlined wholes account_points_wide(numbers tenure, numbers per_period, numbers most, numbers premium)
{
    wholes points = TO_WHOLES(NEAREST(PRODUCT(_mm512_min_ps(most, PRODUCT(per_period, tenure)), EVERY(10000.0f))));
    wholes extra = TO_WHOLES(NEAREST(PRODUCT(premium, EVERY(10000.0f))));
    points = _mm512_mask_sub_epi32(points, MORE(tenure, EVERY(0.0f)), points, extra);
    return _mm512_min_epi32(points, EVERY_WHOLE(10000));
}

inlined numbers discounted_wide(numbers price, wholes points)
{
    return PRODUCT(price, DIFFERENCE(EVERY(1.0f), PRODUCT(TO_NUMBERS(points), EVERY(0.0001f))));
}

inlined void choose(const struct scene *scene, int buyers, int reviewers, int lot, struct desk *d, int sellers)
{
    const struct behaviour y = scene->y;
    float *list = rows_of_reviewers(buyers, reviewers, d, sellers);
    for (int j = 0; j < reviewers; j += 16) {
        wholes number = _mm512_loadu_si512(d->reviewer_lane + j), incumbent = row_whole(list, INCUMBENT, j);
        numbers horizon = row(list, TIME_HORIZON, j), both = SUM(horizon, EVERY(y.horizon_scale));
        numbers weight = IF(MORE(both, EVERY(0.0f)), _mm512_div_ps(horizon, both), EVERY(0.0f));
        numbers barrier = SUM(row(list, SWITCHING_COST, j), PRODUCT(EVERY(y.tie_value), row(list, TIE, j)));
        barrier = IF(_mm512_cmpge_epi32_mask(incumbent, _mm512_setzero_si512()), barrier, EVERY(0.0f));
        numbers sensitivity = row(list, PRICE_SENSITIVITY, j);
        numbers tenure = TO_NUMBERS(_mm512_sub_epi32(EVERY_WHOLE(scene->t), row_whole(list, SINCE, j)));
        wholes known = row_whole(list, AWARE, j), choice = EVERY_WHOLE(-1);
        numbers best = EVERY(0.0f);
#pragma GCC unroll 9
        for (int option = 0; option <= sellers; option += 4) {
            struct words luck = words_of(scene->m->luck, number, (uint32_t)scene->t, D_CHOICE, (uint32_t)(lot * CALLS_PER_LOT + option / 4));
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++) {
                int s = option + i - 1;
                if (s >= sellers)
                    break;
                numbers noise = PRODUCT(EVERY(y.choice_noise), gumbel_wide(uniform_wide(luck.w[i])));
                if (s < 0) {
                    best = SUM(EVERY(y.reserve), noise);
                    continue;
                }
                some mine = EQUAL(incumbent, EVERY_WHOLE(s));
                wholes history = row_whole(list, dyad(HISTORY, s, sellers), j);
                numbers price = EVERY(d->by_seller[OF_PRICE][s]);
                if (d->by_seller[OF_MOST][s] != 0.0f || d->by_seller[OF_PER_PERIOD][s] != 0.0f || d->by_seller[OF_PREMIUM][s] != 0.0f)
                    price = _mm512_mask_mov_ps(price, mine, discounted_wide(price, account_points_wide(
                        tenure, EVERY(d->by_seller[OF_PER_PERIOD][s]), EVERY(d->by_seller[OF_MOST][s]), EVERY(d->by_seller[OF_PREMIUM][s]))));
                numbers gained = SUM(row(list, dyad(RELATIONSHIP, s, sellers), j),
                                     PRODUCT(EVERY(y.bond_value), row(list, dyad(BOND, s, sellers), j)));
                numbers u = SUM(row(list, dyad(VALUE, s, sellers), j), PRODUCT(weight, gained));
                u = DIFFERENCE(u, PRODUCT(sensitivity, price));
                u = _mm512_mask_sub_ps(u, ~mine, u, barrier);
                some returns = _mm512_test_epi32_mask(history, EVERY_WHOLE(128)) & ~mine;
                if (returns) {
                    numbers absence = TO_NUMBERS(_mm512_sub_epi32(EVERY_WHOLE(scene->t + 1), _mm512_srli_epi32(history, 16)));
                    numbers left = exp2_wide(_mm512_max_ps(PRODUCT(absence, EVERY(d->fading)), EVERY(-100.0f)));
                    u = _mm512_mask_sub_ps(u, returns, u, PRODUCT(row(list, RETURN_COST, j), left));
                }
                u = SUM(u, noise);
                some better = _mm512_test_epi32_mask(known, EVERY_WHOLE((int32_t)(1u << s))) & MORE(u, best);
                best = IF(better, u, best);
                choice = IF_WHOLE(better, EVERY_WHOLE(s), choice);
            }
        }
        _mm512_storeu_si512(d->choice + j, choice);
    }
    spread((float *)d->choice, (float *)d->chosen, 0, 1, d->reviews, buyers);
}

/* Who changes supplier, listed; and what follows from the choices for those who do not. */
inlined int conclude(const struct scene *scene, int buyers, struct desk *d, int sellers)
{
    int movers = 0;
    for (int i = 0; i < buyers; i += 16) {
        some alive = living(buyers, i);
        wholes incumbent = row_whole(d->list, INCUMBENT, i), chosen = _mm512_loadu_si512(d->chosen + i);
        wholes happened = row_whole(d->list, HAPPENED, i);
        some skips = alive & _mm512_cmplt_epi32_mask(chosen, _mm512_setzero_si512());
        some moves = alive & ~skips & _mm512_cmpneq_epi32_mask(chosen, incumbent);
        wholes cause = _mm512_maskz_mov_epi32(_mm512_test_epi32_mask(happened, EVERY_WHOLE(INCIDENT)), EVERY_WHOLE(C_INCIDENT - C_PRICE));
        happened = _mm512_mask_and_epi32(happened, ~skips & d->is_free[i / 16], happened, EVERY_WHOLE(~INCIDENT));
        happened = _mm512_mask_or_epi32(happened, skips, happened, EVERY_WHOLE(SKIPPED));
        some leaves = _mm512_mask_cmpge_epi32_mask(moves, incumbent, _mm512_setzero_si512());
        set_row_whole(d->list, HAPPENED, i, _mm512_mask_or_epi32(happened, leaves, happened, EVERY_WHOLE(SWITCHED)));
        _mm512_storeu_si512(d->mover + movers, _mm512_maskz_compress_epi32(moves, counted(i)));
        _mm512_storeu_si512(d->cause + movers, _mm512_maskz_compress_epi32(moves, cause));
        wholes number = _mm512_add_epi32(EVERY_WHOLE((int32_t)scene->first), _mm512_loadu_si512(d->lane + i));
        _mm512_storeu_si512(d->moves_to + movers, _mm512_maskz_compress_epi32(moves, chosen));
        _mm512_storeu_si512(d->mover_number + movers, _mm512_maskz_compress_epi32(moves, number));
        _mm512_storeu_si512(d->mover_entered + movers, _mm512_maskz_compress_epi32(moves, row_whole(d->list, ENTERED, i)));
        movers += COUNT(moves);
        for (unsigned left = skips; left; left &= left - 1) {
            int s = whole(d->list, INCUMBENT, i + __builtin_ctz(left));
            BOOK(s < 0 ? sellers : s, SKIPS)++;
        }
    }
    return movers;
}

/* The luck of each new account with its seller's records, where any seller asks them. */
inlined void deal_records(const struct scene *scene, int movers, struct desk *d)
{
    for (int m = 0; m < (d->reads_records ? movers : 0); m += 16) {
        wholes call = _mm512_add_epi32(EVERY_WHOLE(D_RECOGNITION * 1024), _mm512_loadu_si512(d->moves_to + m));
        wholes number = _mm512_loadu_si512(d->mover_number + m), entered = _mm512_loadu_si512(d->mover_entered + m);
        struct words luck = words_each(scene->m->luck, number, entered, call);
        _mm512_storeu_ps(d->u_right + m, uniform_wide(luck.w[0]));
        _mm512_storeu_ps(d->u_which + m, uniform_wide(luck.w[1]));
    }
}

/* Who changes supplier does so alone. */
inlined void move(const struct scene *scene, int movers, struct desk *d)
{
    for (int m = 0; m < movers; m++)
        if (whole(d->list, INCUMBENT, d->mover[m]) >= 0)
            end_relationship(scene, d->list, d->mover[m], C_PRICE + d->cause[m]);
    deal_records(scene, movers, d);
    for (int m = 0; m < movers; m++) {
        int i = d->mover[m], s = d->moves_to[m], level = d->uniform_level[s];
        if (level < 0)
            level = classify(scene, d->list, i, s, (struct record){d->u_right[m], d->u_which[m]});
        begin_relationship_at(scene, d->list, i, s, level);
    }
}

inlined void sign_contracts(const struct scene *scene, int buyers, struct desk *d)
{
    const float *lengths = attribute_table(scene, scene->k, CONTRACT);
    for (int i = 0; i < (lengths[QUANTILE_POINTS - 1] > 0.0f ? buyers : 0); i++)
        if (d->reviews[i / 16] >> i % 16 & 1 && d->chosen[i] >= 0)
            sign_contract(scene, d->list, i, lengths, d->u_contract[i]);
}
