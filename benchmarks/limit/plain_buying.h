/* The kernel's loops in C: purchase occasions, from the list of buyers to the choice and its consequences (sim/core/buying.py). */
#pragma once
#include "plain_using.h"

static int list_buyers(float *restrict tile, int rows, int lanes, struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++) {
        int comes = d->u_occasion[i] < *cell(tile, PURCHASE_RATE, i);
        put_whole(tile, HAPPENED, i, whole(tile, HAPPENED, i) | (comes ? OCCASION : 0));
        d->comes[i] = comes;
        d->lane[i] = i;
    }
    press(d->lane, 1, d->lane, d->comes, lanes);
    press(d->g_now, 1, d->g_here, d->comes, lanes);
    press(cell(tile, INCUMBENT, 0), 1, d->served_by, d->comes, lanes);
    return press(tile, rows, d->list, d->comes, lanes);
}

/* The list's lanes in whole vectors; what fills it up is nobody's account. */
static int fill_up(int buyers, struct desk *restrict d)
{
    int width = whole_vectors(buyers);
    for (int i = buyers; i < width; i++) {
        put_whole(d->list, INCUMBENT, i, NOBODY);
        d->served_by[i] = NOBODY;
    }
    return width;
}

/* What a purchase may have changed goes back: all but what the buyer is and believes of relationships. */
static void unlist_buyers(float *restrict tile, int buyers, int rows, int sellers, int lanes, struct desk *restrict d)
{
    int bonds = dyad(BOND, 0, sellers);
    if (buyers > 0) {
        spread(cell(d->list, TIE, 0), dyad(RELATIONSHIP, 0, sellers) - TIE, cell(tile, TIE, 0), d->comes, lanes);
        spread(cell(d->list, bonds, 0), rows - bonds, cell(tile, bonds, 0), d->comes, lanes);
    }
}

static void deal_lot(const struct scene *scene, int buyers, int lot, struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++) {
        struct four luck = uniforms(scene->m->luck, scene->first + (uint32_t)d->lane[i], (uint32_t)scene->t, D_LOT, (uint32_t)lot);
        d->u_review[i] = luck.u[0], d->z_delivered[i] = normal_quantile(luck.u[1]), d->u_contract[i] = luck.u[2];
    }
}

/* --- 4a: review or reorder  --- */

static void lay_weights(int buyers, int t, float horizon_scale, float tie_value, struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++) {
        int32_t incumbent = d->incumbent[i];
        float barrier = leaving_cost(*cell(d->list, SWITCHING_COST, i), tie_value, *cell(d->list, TIE, i));
        d->of.number[i] = i, d->of.lane[i] = d->lane[i], d->of.incumbent[i] = incumbent;
        d->of.barrier[i] = incumbent >= 0 ? barrier : 0.0f;
        d->of.returning[i] = *cell(d->list, RETURN_COST, i);
        d->of.weight[i] = horizon_weight(*cell(d->list, TIME_HORIZON, i), horizon_scale);
        d->of.sensitivity[i] = *cell(d->list, PRICE_SENSITIVITY, i);
        d->of.known[i] = whole(d->list, AWARE, i);
        d->of.tenure[i] = (float)(t - whole(d->list, SINCE, i));
    }
}

static int decide(const struct scene *scene, int buyers, int width, struct desk *restrict d)
{
    int t = scene->t;
    for (int i = 0; i < width; i++) {
        int32_t incumbent = whole(d->list, INCUMBENT, i), happened = whole(d->list, HAPPENED, i);
        int is_free = t >= contract_end_in(whole(d->list, AGREEMENT, i)), grievance = (happened & INCIDENT) != 0;
        float chance = review_probability(*cell(d->list, PURCHASE_RATE, i), *cell(d->list, TIME_HORIZON, i));
        int reviews = (incumbent < 0) | (is_free & (grievance | (d->u_review[i] < chance)));
        put_whole(d->list, HAPPENED, i, happened | (reviews ? REVIEWED : 0));
        d->incumbent[i] = d->chosen[i] = incumbent, d->is_free[i] = is_free, d->reviews[i] = reviews;
    }
    lay_weights(width, t, scene->y.horizon_scale, scene->y.tie_value, d);
    return press(&d->of, REVIEWER_ROWS, &d->of, d->reviews, buyers);
}

/* --- 4b: choice  --- */

static void deal_four_options(const struct scene *scene, int reviewers, uint32_t call, float (*rows)[STRIDE], const int32_t *restrict lane)
{
    for (int j = 0; j < reviewers; j++) {
        struct four luck = uniforms(scene->m->luck, scene->first + (uint32_t)lane[j], (uint32_t)scene->t, D_CHOICE, call);
        rows[0][j] = luck.u[0], rows[1][j] = luck.u[1], rows[2][j] = luck.u[2], rows[3][j] = luck.u[3];
    }
}

static void deal_choice(const struct scene *scene, int reviewers, int lot, struct desk *restrict d)
{
    for (int call = 0; call < (scene->sellers + 4) / 4; call++)
        deal_four_options(scene, reviewers, (uint32_t)(lot * CALLS_PER_LOT + call), d->luck + 4 * call, d->of.lane);
    for (int option = 0; option <= scene->sellers; option++)
        for (int j = 0; j < reviewers; j++)
            d->luck[option][j] = gumbel(d->luck[option][j]);
}

/* What each reviewer knows of one seller, and its luck with it: `weigh` then reads rows that the compiler knows the place of. */
static void show(int s, int sellers, int buyers, int reviewers, struct desk *restrict d)
{
    for (int field = 0; field < DYAD_ROWS; field++)
        press(cell(d->list, dyad(field, s, sellers), 0), 1, d->shown[field], d->reviews, buyers);
    for (int j = 0; j < reviewers; j++)
        d->luck_here[j] = d->luck[1 + s][j];
}

static void weigh(const struct scene *scene, int s, float fading, int reviewers, struct desk *restrict d)
{
    struct behaviour y = scene->y;
    float price = OFFERED(s, PRICE), per_period = OFFERED(s, DISCOUNT_PER_PERIOD), most = OFFERED(s, DISCOUNT_MOST);
    float premium = OFFERED(s, PREMIUM);
    int now = scene->t + 1;
    for (int j = 0; j < reviewers; j++) {
        int mine = d->of.incumbent[j] == s;
        int32_t history = as_int(d->shown[HISTORY][j]);
        float reduced = discounted(price, account_points(d->of.tenure[j], per_period, most, premium));
        float gained = d->of.weight[j] * (d->shown[RELATIONSHIP][j] + y.bond_value * d->shown[BOND][j]);
        float u = d->shown[VALUE][j] + gained - d->of.sensitivity[j] * (mine ? reduced : price);
        float returning = returning_cost(d->of.returning[j], fading, (float)(now - last_purchase(history)));
        u = u - (mine ? 0.0f : d->of.barrier[j]);
        u = u - (has_left(history) & !mine ? returning : 0.0f);
        u = u + y.choice_noise * d->luck_here[j];
        int better = (d->of.known[j] >> s & 1) & (u > d->best[j]);
        d->best[j] = better ? u : d->best[j];
        d->choice[j] = better ? s : d->choice[j];
    }
}

static void choose(const struct scene *scene, int buyers, int reviewers, struct desk *restrict d)
{
    int sellers = scene->sellers;
    float fading = fading_of(scene->y.forgetting);
    for (int j = 0; j < reviewers; j++)
        d->best[j] = scene->y.reserve + scene->y.choice_noise * d->luck[0][j], d->choice[j] = -1;
    for (int s = 0; s < sellers; s++) {
        show(s, sellers, buyers, reviewers, d);
        weigh(scene, s, fading, reviewers, d);
    }
    spread(d->choice, 1, d->chosen, d->reviews, buyers);
}

/* --- what follows from the choices  --- */

static int conclude(int buyers, int width, struct desk *restrict d)
{
    for (int i = 0; i < width; i++) {
        int32_t s = d->chosen[i], incumbent = d->incumbent[i], happened = whole(d->list, HAPPENED, i);
        int skips = s < 0, moves = !skips & (s != incumbent), answered = !skips & (d->is_free[i] != 0);
        d->cause[i] = happened & INCIDENT ? C_INCIDENT : C_PRICE;
        d->moves[i] = moves;
        d->mover[i] = i;
        happened &= answered ? ~INCIDENT : -1;
        put_whole(d->list, HAPPENED, i, happened | (skips ? SKIPPED : 0) | (moves & (incumbent >= 0) ? SWITCHED : 0));
    }
    press(d->lane, 1, d->mover_lane, d->moves, buyers);
    press(d->chosen, 1, d->moves_to, d->moves, buyers);
    press(cell(d->list, ENTERED, 0), 1, d->mover_entered, d->moves, buyers);
    return press(d->mover, 1, d->mover, d->moves, buyers);
}

static void count_decisions(const struct scene *scene, int buyers, const struct desk *restrict d)
{
    for (int s = -1; s < scene->sellers; s++) {
        int32_t counts = 0, account = s < 0 ? scene->sellers : s;
        for (int i = 0; i < buyers; i++) {
            int32_t one = (d->reviews[i] ? 1 : 1 << 10) | (d->chosen[i] < 0 ? 1 << 20 : 0);
            counts += d->incumbent[i] == s ? one : 0;
        }
        BOOK(account, REVIEWS) += counts & 1023;
        BOOK(account, REORDERS) += counts >> 10 & 1023;
        BOOK(account, SKIPS) += counts >> 20;
    }
}

static void end_relationships(const struct scene *scene, int movers, struct desk *restrict d)
{
    for (int j = 0; j < movers; j++) {
        int i = d->mover[j];
        if (d->incumbent[i] >= 0)
            end_relationship(scene, d->list, i, d->cause[i]);
    }
}

static void deal_records(const struct scene *scene, int movers, struct desk *restrict d)
{
    for (int j = 0; j < movers; j++) {
        struct four luck = uniforms(scene->m->luck, scene->first + (uint32_t)d->mover_lane[j], (uint32_t)d->mover_entered[j], D_RECOGNITION,
                                    (uint32_t)d->moves_to[j]);
        d->u_right[j] = luck.u[0], d->u_which[j] = luck.u[1];
    }
}

static void begin_relationships(const struct scene *scene, int movers, struct desk *restrict d)
{
    for (int j = 0; j < movers; j++)
        begin_relationship(scene, d->list, d->mover[j], d->moves_to[j], (struct record){d->u_right[j], d->u_which[j]});
}

static void sign_contracts(const struct scene *scene, int reviewers, struct desk *restrict d)
{
    const float *lengths = attribute_table(scene, scene->k, CONTRACT);
    if (lengths[QUANTILE_POINTS - 1] > 0.0f)
        for (int j = 0; j < reviewers; j++)
            if (d->choice[j] >= 0)
                sign_contract(scene, d->list, d->of.number[j], lengths, d->u_contract[d->of.number[j]]);
}
