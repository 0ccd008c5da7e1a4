/* Sixteen at a time: luck, who enters and leaves, tending and use. */
#pragma once
#include "wide_desk.h"

/* --- who enters: all of a buyer's draws side by side  --- */

/* Where uniforms fall in a tabulated quantile function. */
inlined numbers position_wide(numbers u)
{
    numbers logit = DIFFERENCE(log_wide(u), log_wide(DIFFERENCE(EVERY(1.0f), u)));
    numbers at = PRODUCT(SUM(logit, EVERY(QUANTILE_REACH)), EVERY((QUANTILE_POINTS - 1.0f) / (2.0f * QUANTILE_REACH)));
    return _mm512_min_ps(_mm512_max_ps(at, EVERY(0.0f)), EVERY(QUANTILE_POINTS - 1.001f));
}

/* Between two neighbouring points of the tables that begin at `begins`: both points are fetched as one number of 64 bits. */
inlined numbers between_wide(const float *tables, wholes begins, numbers at)
{
    wholes left = TO_WHOLES(at), place = _mm512_add_epi32(begins, left);
    wholes one = _mm512_i32gather_epi64(_mm512_castsi512_si256(place), tables, 4);
    wholes other = _mm512_i32gather_epi64(_mm512_extracti64x4_epi64(place, 1), tables, 4);
    wholes evens = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    numbers low = AS_NUMBERS(_mm512_permutex2var_epi32(one, evens, other));
    numbers high = AS_NUMBERS(_mm512_permutex2var_epi32(one, _mm512_add_epi32(evens, EVERY_WHOLE(1)), other));
    return IF(MORE(high, low), SUM(low, PRODUCT(DIFFERENCE(at, TO_NUMBERS(left)), DIFFERENCE(high, low))), low);
}

/* The calls of entering lie side by side: two of attributes, up to five each of tastes and of reach. */
enum { MOST_ENTERED = 20, TASTE_CALLS = 2, REACH_CALLS = 7 };

inlined void fresh_luck(const struct scene *scene, uint32_t number, uint32_t entered, float u[4][16])
{
    const wholes call = _mm512_set_epi32(0, 0, 0, 0, 4, 3, 2, 1, 0, 4, 3, 2, 1, 0, 1, 0);
    const wholes kind = _mm512_set_epi32(0, 0, 0, 0, D_REACH, D_REACH, D_REACH, D_REACH, D_REACH, D_TASTE, D_TASTE, D_TASTE, D_TASTE, D_TASTE,
                                         D_ATTRIBUTES, D_ATTRIBUTES);
    struct words luck = words_each(scene->m->luck, EVERY_WHOLE((int32_t)number), EVERY_WHOLE((int32_t)entered),
                                   _mm512_add_epi32(_mm512_slli_epi32(kind, 10), call));
    for (int i = 0; i < 4; i++)
        _mm512_storeu_ps(u[i], uniform_wide(luck.w[i]));
}

/* As `enter`, for a market of at most MOST_ENTERED sellers. */
inlined void enter_wide(const struct scene *scene, float *tile, int lane, uint32_t number, int t, int32_t entered, int sellers)
{
    float u[4][16], attributes[16], tastes[MOST_ENTERED + 16];
    fresh_luck(scene, number, (uint32_t)entered, u);
    float drawn[16];
    for (int a = 0; a < 16; a++)
        drawn[a] = u[a % 4][a / 4 % 2];
    wholes begins = _mm512_mullo_epi32(counted(0), EVERY_WHOLE(QUANTILE_POINTS));
    wholes of_attributes = _mm512_maskz_mov_epi32((1 << (LAST_DRAWN + 1)) - 1, begins);
    _mm512_storeu_ps(attributes, between_wide(attribute_table(scene, scene->k, 0), of_attributes, position_wide(_mm512_loadu_ps(drawn))));
    for (int from = 0; from < sellers; from += 16) {
        for (int s = from; s < from + 16; s++)
            drawn[s - from] = u[s % 4][s / 4 < 5 ? TASTE_CALLS + s / 4 : 0];
        wholes of_sellers = _mm512_maskz_mov_epi32(living(sellers, from), _mm512_add_epi32(begins, EVERY_WHOLE(from * QUANTILE_POINTS)));
        _mm512_storeu_ps(tastes + from, between_wide(taste_table(scene, 0), of_sellers, position_wide(_mm512_loadu_ps(drawn))));
    }
    for (int a = 0; a <= LAST_DRAWN; a++)
        *cell(tile, a, lane) = attributes[a];
    begin_life(scene, tile, lane, t, entered);
    uint32_t known = 0;
    for (int s = 0; s < sellers; s++)
        known |= meet_seller(scene, tile, lane, s, tastes[s], u[s % 4][REACH_CALLS + s / 4]);
    put_whole(tile, AWARE, lane, (int32_t)known);
}

inlined void come_and_go(const struct scene *scene, float *tile, int lane, int sellers)
{
    leave_market(scene, tile, lane);
    uint32_t number = scene->first + (uint32_t)lane;
    if (sellers <= MOST_ENTERED)
        enter_wide(scene, tile, lane, number, scene->t, scene->t + 1, sellers);
    else
        enter(scene, tile, lane, number, scene->t, scene->t + 1);
}

/* --- 0 to 2: luck, turnover, advertising  --- */

inlined void draw_luck(const struct scene *scene, float *tile, int lanes, struct desk *d, int sellers)
{
    const uint32_t *luck = scene->m->luck;
    const float *next = tile + scene->m->flows_n[0] * scene->m->state_n[1];
    uint32_t t = (uint32_t)scene->t;
    for (int i = 0; i < lanes; i += 16) {
        wholes buyer = counted((int32_t)scene->first + i);
        for (int64_t of = 0; of < scene->m->state_n[1] / STRIDE; of++)      /* arithmetic alone here: time to fetch what the next tile needs */
            __builtin_prefetch(next + of * STRIDE + i, 0, 2);
        struct words period = words_of(luck, buyer, t, D_PERIOD, 0), use = words_of(luck, buyer, t, D_USE, 0);
        some leaves = LESS(uniform_wide(period.w[0]), EVERY(scene->y.turnover)) & living(lanes, i);
        _mm512_storeu_ps(d->u_occasion + i, uniform_wide(period.w[1]));
        _mm512_storeu_ps(d->u_problem + i, uniform_wide(use.w[0]));
        _mm512_storeu_ps(d->u_surface + i, uniform_wide(use.w[1]));
        _mm512_storeu_ps(d->u_resolve + i, uniform_wide(use.w[2]));
        _mm512_storeu_ps(d->u_contact + i, uniform_wide(use.w[3]));
        set_row_whole(tile, HAPPENED, i, _mm512_and_si512(row_whole(tile, HAPPENED, i), EVERY_WHOLE(INCIDENT)));
        for (unsigned left = leaves; left; left &= left - 1)
            come_and_go(scene, tile, i + __builtin_ctz(left), sellers);
    }
}

/* --- 3: tending and use  --- */

enum { N_PROBLEM, N_COMPLAINED, N_DETECTED, N_RESOLVED, N_UNRESOLVED, N_CONTACT, N_LESSON, N_EXPANSION, N_COMMITMENT, N_LEVEL, N_USE = N_LEVEL + 5 };

inlined void live(const struct scene *scene, float *tile, int lanes, struct desk *d, int sellers)
{
    const struct behaviour y = scene->y;
    const numbers one = EVERY(1.0f), nought = EVERY(0.0f);
    const float discount_factor = scene->m->discount_factor[scene->t];
    int learns = 0;
    for (int level = 0; level < 5; level++)
        learns |= (scene->m->levels[level * LEVEL_ROW + LEVEL_LEARNS] > 0.0f) << level;
    wholes counts[MOST_WORDS][N_USE], bonds[TABLE_SELLERS], values[TABLE_SELLERS];
    for (int word = 0; word < WORDS(sellers); word++)
        for (int kind = 0; kind < N_USE; kind++)
            counts[word][kind] = _mm512_setzero_si512();
    for (int s = 0; s < sellers; s++)
        bonds[s] = values[s] = _mm512_setzero_si512();
    for (int i = 0; i < lanes; i += 16) {
        some alive = living(lanes, i);
        wholes incumbent = row_whole(tile, INCUMBENT, i), level = _mm512_and_si512(row_whole(tile, AGREEMENT, i), EVERY_WHOLE(LEVEL_BITS));
        some served = _mm512_mask_cmpge_epi32_mask(alive, incumbent, _mm512_setzero_si512());
        wholes key = _mm512_add_epi32(_mm512_mullo_epi32(_mm512_max_epi32(incumbent, _mm512_setzero_si512()), EVERY_WHOLE(5)), level);
#define SERVICE(field) looked_up(d->by_key[field], key, 5 * sellers)
        wholes history = AS_WHOLES(with_own(tile, HISTORY, incumbent, i, sellers));
        wholes uses = _mm512_and_si512(_mm512_srli_epi32(history, 8), EVERY_WHOLE(127));
        some just_bought = EQUAL(_mm512_srli_epi32(history, 16), EVERY_WHOLE(scene->t & 0xFFFF)) & (scene->t > 0xFFFF ? 0 : 0xFFFF);
        numbers orientation = row(tile, RELATIONSHIP_ORIENTATION, i), surface = _mm512_loadu_ps(d->u_surface + i);
        numbers complains = PRODUCT(row(tile, VOICE, i), SERVICE(SERVICE_OPENNESS));
        numbers surfacing = DIFFERENCE(one, PRODUCT(DIFFERENCE(one, complains), DIFFERENCE(one, SERVICE(SERVICE_DETECT))));
        some problem = LESS(_mm512_loadu_ps(d->u_problem + i), SERVICE(SERVICE_PROBLEM)) & served;
        some complained = problem & LESS(surface, complains), surfaced = problem & LESS(surface, surfacing);
        some resolved = surfaced & LESS(_mm512_loadu_ps(d->u_resolve + i), SERVICE(SERVICE_RESOLVE)), unresolved = problem & ~resolved;
        some after_sale = just_bought & MORE(SERVICE(SERVICE_AFTER_SALE), nought);
        some contact = served & (LESS(_mm512_loadu_ps(d->u_contact + i), SERVICE(SERVICE_CONTACT)) | after_sale);

        numbers hurt = IF(complained, EVERY(y.severity * (1.0f - y.complaint_relief)), EVERY(y.severity * 1.0f));
        numbers g = SUM(DIFFERENCE(SERVICE(SERVICE_USAGE), IF(unresolved, hurt, nought)), IF(resolved, EVERY(y.delight), nought));
        g = DIFFERENCE(g, IF(just_bought & ~contact, EVERY(y.doubt), nought));
        numbers weight = _mm512_max_ps(EVERY(y.slowest_learning), _mm512_div_ps(one, SUM(one, SUM(TO_NUMBERS(uses), one))));
        weight = PRODUCT(EVERY(y.learning), weight);
        numbers before = with_own(tile, RELATIONSHIP, incumbent, i, sellers);
        numbers step = IF(LESS(g, before), _mm512_min_ps(PRODUCT(weight, EVERY(y.loss_aversion)), one), weight);
        numbers believed = SUM(before, PRODUCT(step, DIFFERENCE(g, before)));
        set_with_own(tile, RELATIONSHIP, incumbent, served, believed, i, sellers);
        _mm512_storeu_ps(d->g_now + i, IF(served, g, nought));

        numbers bond = PRODUCT(with_own(tile, BOND, incumbent, i, sellers), EVERY(1.0f - y.bond_decay));
        numbers grown = SUM(bond, PRODUCT(PRODUCT(SERVICE(SERVICE_SOCIAL), orientation), DIFFERENCE(one, bond)));
        bond = IF(contact, grown, bond);
        bond = IF(unresolved, PRODUCT(bond, EVERY(1.0f - y.bond_damage)), bond);
        numbers tie = PRODUCT(row(tile, TIE, i), EVERY(1.0f - y.tie_fade));
        tie = SUM(tie, PRODUCT(PRODUCT(SERVICE(SERVICE_TIE), orientation), DIFFERENCE(one, tie)));
        set_row(tile, TIE, i, IF(served, tie, row(tile, TIE, i)));
        numbers cost = SUM(SUM(SERVICE(SERVICE_COST), IF(contact, SERVICE(BY_CONTACT_COST), nought)),
                           IF(resolved, SERVICE(BY_RESOLUTION_COST), nought));
        numbers worth = row(tile, WORTH, i);
        set_row(tile, WORTH, i, _mm512_mask_sub_ps(worth, served, worth, PRODUCT(EVERY(discount_factor), cost)));

        wholes value_now = TO_WHOLES(NEAREST(PRODUCT(SUM(with_own(tile, VALUE, incumbent, i, sellers), believed), EVERY(VALUE_PARTS))));
        wholes bond_now = TO_WHOLES(NEAREST(PRODUCT(bond, EVERY(BOND_PARTS))));
        some large = _mm512_mask_cmpgt_epi32_mask(served, _mm512_abs_epi32(value_now), EVERY_WHOLE(1 << 25));
        wholes older = _mm512_mask_add_epi32(history, _mm512_cmplt_epi32_mask(uses, EVERY_WHOLE(127)), history, EVERY_WHOLE(256));
#pragma GCC unroll 5
        for (int s = 0; s < sellers; s++) {
            some own = _mm512_mask_cmpeq_epi32_mask(served, incumbent, EVERY_WHOLE(s));
            int bond_row = dyad(BOND, s, sellers);
            set_row(tile, bond_row, i, IF(own, bond, PRODUCT(row(tile, bond_row, i), EVERY(1.0f - y.bond_decay))));
            _mm512_mask_storeu_epi32(cell(tile, dyad(HISTORY, s, sellers), i), own, older);
            bonds[s] = _mm512_mask_add_epi32(bonds[s], own, bonds[s], bond_now);
            values[s] = _mm512_mask_add_epi32(values[s], own & ~large, values[s], value_now);
        }
        for (unsigned left = large; left; left &= left - 1) {       /* too large to add up in 32 bits */
            int lane = __builtin_ctz(left);
            BOOK(whole(tile, INCUMBENT, i + lane), VALUE_SUM) += one_of(value_now, lane);
        }

        some comes = LESS(_mm512_loadu_ps(d->u_occasion + i), row(tile, PURCHASE_RATE, i)) & alive;
        d->comes[i / 16] = comes;
        some lesson = surfaced & _mm512_test_epi32_mask(_mm512_srlv_epi32(EVERY_WHOLE(learns), level), EVERY_WHOLE(1));
        some expands = served & NOT_LESS(bond, EVERY(EXPANSION_BOND)) & LESS(bond, EVERY(COMMITMENT_BOND));
        some commits = served & NOT_LESS(bond, EVERY(COMMITMENT_BOND)) & LESS(bond, EVERY(2.0f));
        some detected = surfaced & ~complained;
        wholes happened = row_whole(tile, HAPPENED, i);
#define ADD_BIT(which, bits) happened = _mm512_mask_or_epi32(happened, which, happened, EVERY_WHOLE(bits))
        ADD_BIT(problem, PROBLEM);
        ADD_BIT(complained, COMPLAINED);
        ADD_BIT(detected, DETECTED);
        ADD_BIT(resolved, RESOLVED);
        ADD_BIT(unresolved, UNRESOLVED | INCIDENT);
        ADD_BIT(contact, CONTACT);
        ADD_BIT(comes, OCCASION);
        set_row_whole(tile, HAPPENED, i, happened);
        for (int word = 0; word < WORDS(sellers); word++) {
            some here = in_word(incumbent, word * WORD_SELLERS, sellers) & served;
            wholes ones = one_for(incumbent, word * WORD_SELLERS);
            const some of[N_LEVEL] = {problem, complained, detected, resolved, unresolved, contact, lesson, expands, commits};
            wholes *count = counts[word];
#pragma GCC unroll 9
            for (int kind = 0; kind < N_LEVEL; kind++)
                count[kind] = _mm512_mask_add_epi32(count[kind], of[kind] & here, count[kind], ones);
#pragma GCC unroll 5
            for (int one_level = 0; one_level < 5; one_level++)
                count[N_LEVEL + one_level] = _mm512_mask_add_epi32(
                    count[N_LEVEL + one_level], _mm512_mask_cmpeq_epi32_mask(here, level, EVERY_WHOLE(one_level)),
                    count[N_LEVEL + one_level], ones);
        }
    }
    static const int columns[N_USE] = {PROBLEMS, COMPLAINTS, DETECTIONS, RESOLUTIONS, UNRESOLVED_PROBLEMS, CONTACTS, LESSONS, EXPANSION,
                                       COMMITMENT, SERVED, SERVED + 1, SERVED + 2, SERVED + 3, SERVED + 4};
    for (int word = 0; word < WORDS(sellers); word++)
        book_counts(scene, counts[word], columns, N_USE, word * WORD_SELLERS, sellers);
    for (int s = 0; s < sellers; s++) {
        BOOK(s, BOND_SUM) += _mm512_reduce_add_epi32(bonds[s]);
        BOOK(s, VALUE_SUM) += sum_of(values[s]);
    }
}
