/* The kernel's loops in C: purchase occasions (sim/core/buying.py). */
#pragma once
#include "plain_using.h"

/* --- purchase occasions  --- */

static int list_buyers(float *restrict tile, int lanes, struct desk *restrict d)
{
    int buyers = 0;
    for (int i = 0; i < lanes; i++) {
        int comes = d->u_occasion[i] < *cell(tile, PURCHASE_RATE, i);
        d->lane[buyers] = i, d->served_by[buyers] = whole(tile, INCUMBENT, i), d->entry[buyers] = whole(tile, ENTERED, i);
        put_whole(tile, HAPPENED, i, whole(tile, HAPPENED, i) | (comes ? OCCASION : 0));
        buyers += comes;
    }
    return buyers;
}

static void deal_lot(const struct scene *scene, int buyers, int lot, struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++) {
        struct four luck = uniforms(scene->m->luck, scene->first + (uint32_t)d->lane[i], (uint32_t)scene->t, D_LOT, (uint32_t)lot);
        d->u_review[i] = luck.u[0], d->z_delivered[i] = normal_quantile(luck.u[1]), d->u_contract[i] = luck.u[2];
    }
}

static int decide(const struct scene *scene, float *restrict tile, int buyers, struct desk *restrict d)
{
    int reviewers = 0;
    for (int i = 0; i < buyers; i++) {
        int lane = d->lane[i], incumbent = whole(tile, INCUMBENT, lane), happened = whole(tile, HAPPENED, lane);
        float horizon = *cell(tile, TIME_HORIZON, lane);
        int is_free = scene->t >= whole(tile, CONTRACT_END, lane), grievance = (happened & INCIDENT) != 0;
        float chance = review_probability(*cell(tile, PURCHASE_RATE, lane), horizon);
        int reviews = (incumbent < 0) | (is_free & (grievance | (d->u_review[i] < chance)));
        put_whole(tile, HAPPENED, lane, happened | (reviews ? REVIEWED : 0));
        d->incumbent[i] = d->chosen[i] = incumbent, d->is_free[i] = is_free;
        d->reviewer[reviewers] = i, d->reviewer_lane[reviewers] = lane, d->reviewer_incumbent[reviewers] = incumbent;
        d->barrier[reviewers] = incumbent >= 0
            ? leaving_cost(*cell(tile, SWITCHING_COST, lane), scene->y.tie_value, *cell(tile, TIE, lane)) : 0.0f;
        d->returning[reviewers] = *cell(tile, RETURN_COST, lane);
        d->weight[reviewers] = horizon_weight(horizon, scene->y.horizon_scale);
        d->sensitivity[reviewers] = *cell(tile, PRICE_SENSITIVITY, lane);
        d->known[reviewers] = whole(tile, AWARE, lane);
        d->length[reviewers] = (float)(scene->t - whole(tile, SINCE, lane));
        BOOK(incumbent < 0 ? scene->sellers : incumbent, REVIEWS) += reviews;
        BOOK(incumbent < 0 ? scene->sellers : incumbent, REORDERS) += !reviews;
        reviewers += reviews;
    }
    return reviewers;
}

static void deal_choice(const struct scene *scene, int reviewers, int lot, struct desk *restrict d)
{
    for (int call = 0; call < (scene->sellers + 4) / 4; call++)
        for (int j = 0; j < reviewers; j++) {
            struct four luck = uniforms(scene->m->luck, scene->first + (uint32_t)d->reviewer_lane[j], (uint32_t)scene->t, D_CHOICE,
                                        (uint32_t)(lot * CALLS_PER_LOT + call));
            for (int i = 0; i < 4; i++)
                d->luck[4 * call + i][j] = luck.u[i];
        }
    for (int option = 0; option <= scene->sellers; option++)
        for (int j = 0; j < reviewers; j++)
            d->luck[option][j] = gumbel(d->luck[option][j]);
}

static void weigh(const struct scene *scene, int s, float fading, int reviewers, struct desk *restrict d)
{
    struct behaviour y = scene->y;
    float price = OFFERED(s, PRICE), per_period = OFFERED(s, DISCOUNT_PER_PERIOD), most = OFFERED(s, DISCOUNT_MOST);
    float premium = OFFERED(s, PREMIUM);
    for (int j = 0; j < reviewers; j++) {
        int mine = d->reviewer_incumbent[j] == s;
        float reduced = discounted(price, account_points(d->length[j], per_period, most, premium));
        float u = d->v_of[j] + d->weight[j] * (d->g_of[j] + y.bond_value * d->b_of[j]) - d->sensitivity[j] * (mine ? reduced : price);
        float returning = returning_cost(d->returning[j], fading, (float)(scene->t + 1 - last_purchase(d->with[j])));
        u = u - (mine ? 0.0f : d->barrier[j]);
        u = u - (has_left(d->with[j]) & !mine ? returning : 0.0f);
        u = u + y.choice_noise * d->luck[1 + s][j];
        int better = (d->known[j] >> s & 1) & (u > d->best[j]);
        d->best[j] = better ? u : d->best[j];
        d->choice[j] = better ? s : d->choice[j];
    }
}

static void choose(const struct scene *scene, float *restrict tile, int reviewers, struct desk *restrict d)
{
    int sellers = scene->sellers;
    float fading = fading_of(scene->y.forgetting);
    for (int j = 0; j < reviewers; j++)
        d->best[j] = scene->y.reserve + scene->y.choice_noise * d->luck[0][j], d->choice[j] = -1;
    for (int s = 0; s < sellers; s++) {
        for (int j = 0; j < reviewers; j++) {
            int lane = d->reviewer_lane[j];
            d->v_of[j] = *cell(tile, dyad(VALUE, s, sellers), lane);
            d->g_of[j] = *cell(tile, dyad(RELATIONSHIP, s, sellers), lane);
            d->b_of[j] = *cell(tile, dyad(BOND, s, sellers), lane);
            d->with[j] = whole(tile, dyad(HISTORY, s, sellers), lane);
        }
        weigh(scene, s, fading, reviewers, d);
    }
    for (int j = 0; j < reviewers; j++)
        d->chosen[d->reviewer[j]] = d->choice[j];
}

static int conclude(const struct scene *scene, float *restrict tile, int buyers, struct desk *restrict d)
{
    int movers = 0;
    for (int i = 0; i < buyers; i++) {
        int lane = d->lane[i], s = d->chosen[i], incumbent = d->incumbent[i], happened = whole(tile, HAPPENED, lane);
        int skips = s < 0, moves = !skips & (s != incumbent);
        d->cause[i] = happened & INCIDENT ? C_INCIDENT : C_PRICE;
        d->mover[movers] = i;
        movers += moves;
        BOOK(incumbent < 0 ? scene->sellers : incumbent, SKIPS) += skips;
        happened = !skips & d->is_free[i] ? happened & ~INCIDENT : happened;
        put_whole(tile, HAPPENED, lane, happened | (skips ? SKIPPED : 0) | (moves & (incumbent >= 0) ? SWITCHED : 0));
    }
    return movers;
}

static void move(const struct scene *scene, float *restrict tile, int movers, const struct desk *d)
{
    for (int j = 0; j < movers; j++) {
        int i = d->mover[j], lane = d->lane[i];
        if (d->incumbent[i] >= 0)
            end_relationship(scene, tile, lane, d->cause[i]);
        begin_relationship(scene, tile, lane, scene->first + (uint32_t)lane, d->chosen[i]);
    }
}

static void sign_contracts(const struct scene *scene, float *restrict tile, int reviewers, const struct desk *d)
{
    const float *lengths = attribute_table(scene, scene->k, CONTRACT);
    if (lengths[QUANTILE_POINTS - 1] > 0.0f)
        for (int j = 0; j < reviewers; j++)
            if (d->choice[j] >= 0)
                put_whole(tile, CONTRACT_END, d->reviewer_lane[j],
                          scene->t + (int32_t)rintf(quantile(lengths, d->u_contract[d->reviewer[j]])));
}

static void deal_tastes(const struct scene *scene, int buyers, struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++) {
        int s = d->chosen[i], which = s & 3;
        struct four luck = uniforms(scene->m->luck, scene->first + (uint32_t)d->lane[i], (uint32_t)d->entry[i], D_TASTE, (uint32_t)(s >> 2));
        float low = which == 1 ? luck.u[1] : luck.u[0], high = which == 3 ? luck.u[3] : luck.u[2];
        d->taste[i] = quantile_position(which > 1 ? high : low);
    }
}

static void collect(const struct scene *scene, float *restrict tile, int buyers, struct desk *restrict d)
{
    int sellers = scene->sellers, learns = scene->y.learning > 0.0f;
    for (int i = 0; i < buyers; i++) {
        int lane = d->lane[i], s = d->chosen[i] < 0 ? 0 : d->chosen[i];
        d->value[i] = *cell(tile, dyad(VALUE, s, sellers), lane);
        d->bond[i] = *cell(tile, dyad(BOND, s, sellers), lane);
        d->history[i] = whole(tile, dyad(HISTORY, s, sellers), lane);
        d->oriented[i] = *cell(tile, RELATIONSHIP_ORIENTATION, lane);
        d->volume[i] = *cell(tile, VOLUME, lane);
        d->worth[i] = *cell(tile, WORTH, lane);
        d->tenure[i] = (float)(scene->t - whole(tile, SINCE, lane));
        d->happened[i] = whole(tile, HAPPENED, lane);
        d->g_here[i] = d->g_now[lane];
        d->taste[i] = learns ? between(taste_table(scene, s), d->taste[i]) : 0.0f;
        d->quality[i] = OFFERED(s, QUALITY), d->capability[i] = OFFERED(s, CAPABILITY), d->promise[i] = OFFERED(s, PROMISE);
        d->price[i] = OFFERED(s, PRICE), d->unit_cost[i] = OFFERED(s, UNIT_COST), d->per_period[i] = OFFERED(s, DISCOUNT_PER_PERIOD);
        d->most[i] = OFFERED(s, DISCOUNT_MOST), d->premium[i] = OFFERED(s, PREMIUM);
    }
}

static void receive(const struct scene *scene, int buyers, float discount_factor, struct desk *restrict d)
{
    struct behaviour y = scene->y;
    for (int i = 0; i < buyers; i++) {
        int served = d->served_by[i] == d->chosen[i];
        float delivered = delivered_value(d->quality[i], d->capability[i], y.delivery_spread, d->z_delivered[i]);
        int kept = delivered + (served ? d->g_here[i] : 0.0f) >= d->promise[i] * d->quality[i] - y.tolerance;
        int32_t bought = purchases_in(d->history[i]) + (purchases_in(d->history[i]) < 127);
        int32_t history = (d->history[i] & 0xFF80) | bought | (scene->t + 1) << 16;
        float weight = y.learning * learning_weight((float)bought, y.slowest_learning);
        float learnt = updated_belief(d->value[i], delivered + d->taste[i], weight, y.loss_aversion);
        float closer = tended(d->bond[i], y.promise_bond, d->oriented[i]), damaged = decayed(d->bond[i], y.bond_damage);
        int32_t points = account_points(d->tenure[i], d->per_period[i], d->most[i], d->premium[i]);
        int32_t units = (int32_t)rintf(d->volume[i] * (float)UNIT_PARTS);
        float margin = discounted(d->price[i], points) - d->unit_cost[i];
        float earned = discount_factor * ((float)units * (float)(1.0 / UNIT_PARTS)) * margin;
        d->happened[i] = (d->happened[i] + (1 << BOUGHT_SHIFT)) | (kept ? 0 : BROKEN | INCIDENT);
        d->value[i] = y.learning > 0.0f ? learnt : d->value[i];
        d->bond[i] = kept ? closer : damaged;
        d->history[i] = history;
        d->worth[i] = d->worth[i] + earned;
        d->units[i] = units, d->points[i] = points, d->handed_over[i] = delivered, d->was_kept[i] = kept;
    }
}

static void put_back(float *restrict tile, int buyers, int sellers, const struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++) {
        int lane = d->lane[i], s = d->chosen[i];
        if (s >= 0) {
            *cell(tile, dyad(VALUE, s, sellers), lane) = d->value[i];
            *cell(tile, dyad(BOND, s, sellers), lane) = d->bond[i];
            put_whole(tile, dyad(HISTORY, s, sellers), lane, d->history[i]);
            *cell(tile, WORTH, lane) = d->worth[i];
            put_whole(tile, HAPPENED, lane, d->happened[i]);
        }
    }
}

static void count_lots(const struct scene *scene, int buyers, const struct desk *restrict d)
{
    for (int s = 0; s < scene->sellers; s++) {
        int32_t lots = 0, kept = 0;
        int64_t units = 0, wallet = 0, repeat = 0, discount = 0;
        for (int i = 0; i < buyers; i++) {
            int mine = d->chosen[i] == s, account = (d->served_by[i] == s) & (d->chosen[i] >= 0);
            lots += mine;
            kept += mine ? d->was_kept[i] : 0;
            units += mine ? d->units[i] : 0;
            wallet += account ? d->units[i] : 0;
            repeat += account & mine ? d->units[i] : 0;
            discount += (int64_t)(mine ? d->units[i] : 0) * d->points[i];
        }
        BOOK(s, LOTS) += lots, BOOK(s, KEPT) += kept, BOOK(s, BROKEN_PROMISES) += lots - kept;
        BOOK(s, UNITS) += units, BOOK(s, UNITS_WALLET) += wallet, BOOK(s, UNITS_REPEAT) += repeat, BOOK(s, DISCOUNT) += discount;
    }
}

static void remember(float *restrict tile, int buyers, int reviewers, int sellers, const struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++)
        if (d->chosen[i] >= 0)
            *cell(tile, hearsay(DELIVERED, sellers), d->lane[i]) = d->handed_over[i];
    for (int j = 0; j < reviewers; j++)
        put_whole(tile, hearsay(RECOMMENDED, sellers), d->reviewer_lane[j], -1);
}
