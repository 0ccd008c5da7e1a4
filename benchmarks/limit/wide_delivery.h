/* Sixteen at a time: what was bought is delivered, learnt from and counted. */
#pragma once
#include "wide_buying.h"

inlined numbers tastes_of(const struct scene *scene, wholes number, wholes entered, wholes seller)
{
    wholes call = _mm512_add_epi32(EVERY_WHOLE(D_TASTE * 1024), _mm512_srai_epi32(seller, 2));
    wholes which = _mm512_and_si512(seller, EVERY_WHOLE(3));
    struct words luck = words_each(scene->m->luck, number, entered, call);
    wholes word = luck.w[0];
    for (int i = 1; i < 4; i++)
        word = IF_WHOLE(EQUAL(which, EVERY_WHOLE(i)), luck.w[i], word);
    return between_wide(taste_table(scene, 0), _mm512_mullo_epi32(seller, EVERY_WHOLE(QUANTILE_POINTS)), position_wide(uniform_wide(word)));
}

/* In a pass of its own, so that the luck keeps all registers to itself. */
inlined void deal_tastes(const struct scene *scene, int buyers, struct desk *d)
{
    for (int i = 0; i < buyers; i += 16) {
        wholes number = _mm512_add_epi32(EVERY_WHOLE((int32_t)scene->first), _mm512_loadu_si512(d->lane + i));
        wholes chosen = _mm512_loadu_si512(d->chosen + i);
        some buys = living(buyers, i) & _mm512_cmpge_epi32_mask(chosen, _mm512_setzero_si512());
        numbers taste = tastes_of(scene, number, row_whole(d->list, ENTERED, i), _mm512_maskz_mov_epi32(buys, chosen));
        _mm512_storeu_ps(d->taste + i, taste);
    }
}

enum { N_LOT, N_KEPT, N_BROKEN, N_RECEIVE };

inlined void receive(const struct scene *scene, int buyers, struct desk *d, int sellers)
{
    static const int columns[N_RECEIVE] = {LOTS, KEPT, BROKEN_PROMISES};
    const struct behaviour y = scene->y;
    const float discount_factor = scene->m->discount_factor[scene->t];
    const numbers one = EVERY(1.0f), nought = EVERY(0.0f);
    wholes counts[MOST_WORDS][N_RECEIVE], units_of[TABLE_SELLERS], wallet_of[TABLE_SELLERS], repeat_of[TABLE_SELLERS];
    for (int word = 0; word < WORDS(sellers); word++)
        counts[word][N_LOT] = counts[word][N_KEPT] = counts[word][N_BROKEN] = _mm512_setzero_si512();
    for (int s = 0; s < sellers; s++)
        units_of[s] = wallet_of[s] = repeat_of[s] = _mm512_setzero_si512();
    for (int i = 0; i < buyers; i += 16) {
        wholes chosen = _mm512_loadu_si512(d->chosen + i), served_by = _mm512_loadu_si512(d->served_by + i);
        some buys = living(buyers, i) & _mm512_cmpge_epi32_mask(chosen, _mm512_setzero_si512());
        some served = EQUAL(chosen, served_by);
        wholes s_of = _mm512_maskz_mov_epi32(buys, chosen);
#define OFFER_OF(field) looked_up(d->by_seller[field], s_of, sellers)
        numbers quality = OFFER_OF(OF_QUALITY), capability = OFFER_OF(OF_CAPABILITY);
        numbers spread_of_it = PRODUCT(EVERY(y.delivery_spread), _mm512_max_ps(DIFFERENCE(EVERY(2.0f), capability), nought));
        numbers delivered = SUM(PRODUCT(capability, quality), PRODUCT(spread_of_it, _mm512_loadu_ps(d->z + i)));
        some kept = buys & NOT_LESS(SUM(delivered, IF(served, _mm512_loadu_ps(d->listed_g + i), nought)),
                                    DIFFERENCE(PRODUCT(OFFER_OF(OF_PROMISE), quality), EVERY(y.tolerance)));
        wholes history = AS_WHOLES(with_own(d->list, HISTORY, chosen, i, sellers));
        wholes bought = _mm512_and_si512(history, EVERY_WHOLE(127));
        bought = _mm512_min_epi32(_mm512_add_epi32(bought, EVERY_WHOLE(1)), EVERY_WHOLE(127));
        history = _mm512_or_si512(_mm512_and_si512(history, EVERY_WHOLE(0xFF80)), bought);
        history = _mm512_or_si512(history, EVERY_WHOLE((int32_t)((uint32_t)(scene->t + 1) << 16)));
        set_with_own(d->list, HISTORY, chosen, buys, AS_NUMBERS(history), i, sellers);
        if (y.learning > 0.0f) {
            numbers weight = _mm512_max_ps(EVERY(y.slowest_learning), _mm512_div_ps(one, SUM(one, TO_NUMBERS(bought))));
            weight = PRODUCT(EVERY(y.learning), weight);
            numbers value = with_own(d->list, VALUE, chosen, i, sellers), experience = SUM(delivered, _mm512_loadu_ps(d->taste + i));
            numbers step = IF(LESS(experience, value), _mm512_min_ps(PRODUCT(weight, EVERY(y.loss_aversion)), one), weight);
            set_with_own(d->list, VALUE, chosen, buys, SUM(value, PRODUCT(step, DIFFERENCE(experience, value))), i, sellers);
        }
        numbers bond = with_own(d->list, BOND, chosen, i, sellers);
        numbers growth = PRODUCT(EVERY(y.promise_bond), row(d->list, RELATIONSHIP_ORIENTATION, i));
        numbers closer = SUM(bond, PRODUCT(growth, DIFFERENCE(one, bond)));
        set_with_own(d->list, BOND, chosen, buys, IF(kept, closer, PRODUCT(bond, EVERY(1.0f - y.bond_damage))), i, sellers);

        numbers tenure = TO_NUMBERS(_mm512_sub_epi32(EVERY_WHOLE(scene->t), row_whole(d->list, SINCE, i)));
        wholes points = account_points_wide(tenure, OFFER_OF(OF_PER_PERIOD), OFFER_OF(OF_MOST), OFFER_OF(OF_PREMIUM));
        wholes units = TO_WHOLES(NEAREST(PRODUCT(row(d->list, VOLUME, i), EVERY((float)UNIT_PARTS))));
        numbers margin = DIFFERENCE(discounted_wide(OFFER_OF(OF_PRICE), points), OFFER_OF(OF_UNIT_COST));
        numbers paid = PRODUCT(EVERY(discount_factor), PRODUCT(TO_NUMBERS(units), EVERY((float)(1.0 / UNIT_PARTS))));
        numbers worth = row(d->list, WORTH, i);
        set_row(d->list, WORTH, i, _mm512_mask_add_ps(worth, buys, worth, PRODUCT(paid, margin)));
        wholes happened = row_whole(d->list, HAPPENED, i);
        happened = _mm512_mask_add_epi32(happened, buys, happened, EVERY_WHOLE(1 << BOUGHT_SHIFT));
        set_row_whole(d->list, HAPPENED, i, _mm512_mask_or_epi32(happened, buys & ~kept, happened, EVERY_WHOLE(BROKEN | INCIDENT)));
        if (scene->m->hearing) {
            _mm512_mask_storeu_ps(cell(d->list, hearsay(DELIVERED, sellers), i), buys, delivered);
            _mm512_mask_storeu_epi32(cell(d->list, hearsay(RECOMMENDED, sellers), i), d->reviews[i / 16], EVERY_WHOLE(-1));
        }

        for (int word = 0; word < WORDS(sellers); word++) {
            some here = in_word(chosen, word * WORD_SELLERS, sellers) & buys;
            wholes ones = one_for(chosen, word * WORD_SELLERS), *count = counts[word];
            count[N_LOT] = _mm512_mask_add_epi32(count[N_LOT], here, count[N_LOT], ones);
            count[N_KEPT] = _mm512_mask_add_epi32(count[N_KEPT], here & kept, count[N_KEPT], ones);
            count[N_BROKEN] = _mm512_mask_add_epi32(count[N_BROKEN], here & ~kept, count[N_BROKEN], ones);
        }
        some large = buys & _mm512_cmpgt_epu32_mask(units, EVERY_WHOLE(1 << 26)), small = buys & ~large;
#pragma GCC unroll 5
        for (int s = 0; s < sellers; s++) {
            some mine = _mm512_mask_cmpeq_epi32_mask(small, chosen, EVERY_WHOLE(s));
            some account = _mm512_mask_cmpeq_epi32_mask(small, served_by, EVERY_WHOLE(s));
            units_of[s] = _mm512_mask_add_epi32(units_of[s], mine, units_of[s], units);
            wallet_of[s] = _mm512_mask_add_epi32(wallet_of[s], account, wallet_of[s], units);
            repeat_of[s] = _mm512_mask_add_epi32(repeat_of[s], mine & account, repeat_of[s], units);
        }
        unsigned alone = large | (buys & _mm512_test_epi32_mask(points, points));       /* large volumes, and discounts */
        for (; alone; alone &= alone - 1) {
            int j = __builtin_ctz(alone), s = d->chosen[i + j], by = d->served_by[i + j];
            int64_t volume = one_of(units, j);
            BOOK(s, DISCOUNT) += volume * one_of(points, j);
            if (large >> j & 1) {
                BOOK(s, UNITS) += volume;
                BOOK(s, UNITS_REPEAT) += s == by ? volume : 0;
                if (by >= 0)
                    BOOK(by, UNITS_WALLET) += volume;
            }
        }
    }
    for (int word = 0; word < WORDS(sellers); word++)
        book_counts(scene, counts[word], columns, N_RECEIVE, word * WORD_SELLERS, sellers);
    for (int s = 0; s < sellers; s++) {
        BOOK(s, UNITS) += sum_of(units_of[s]);
        BOOK(s, UNITS_WALLET) += sum_of(wallet_of[s]);
        BOOK(s, UNITS_REPEAT) += sum_of(repeat_of[s]);
    }
}
