/* The kernel's loops in C: what was bought is delivered, learnt from and counted (sim/core/buying.py). */
#pragma once
#include "plain_buying.h"

static void deal_tastes(const struct scene *scene, int buyers, struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++) {
        int32_t s = d->chosen[i], which = s & 3;
        uint32_t number = scene->first + (uint32_t)d->lane[i], entered = (uint32_t)whole(d->list, ENTERED, i);
        struct four luck = uniforms(scene->m->luck, number, entered, D_TASTE, (uint32_t)(s >> 2));
        float low = which == 1 ? luck.u[1] : luck.u[0], high = which == 3 ? luck.u[3] : luck.u[2];
        d->taste[i] = quantile_position(which > 1 ? high : low);
    }
}

static void lay_offers(const struct scene *scene, struct desk *restrict d)
{
    for (int s = 0; s < scene->sellers; s++) {
        float *line = d->table + s * (1 + OF_FIELDS);
        line[0] = as_float(s);
        for (int field = 0; field < OF_FIELDS; field++)
            line[1 + field] = OFFERED(s, offer_field[field]);
    }
}

static void collect(const struct scene *scene, int buyers, struct desk *restrict d)
{
    static const int fields[] = {VALUE, BOND, HISTORY};
    pick_dyads(d->list, scene->sellers, fields, 3, d->chosen, buyers, d->with);
    pick_numbers(d->table, scene->sellers, OF_FIELDS, d->chosen, buyers, d->offer);
    if (scene->y.learning > 0.0f)
        for (int i = 0; i < buyers; i++)
            d->taste[i] = between(taste_table(scene, d->chosen[i] > 0 ? d->chosen[i] : 0), d->taste[i]);
    else
        for (int i = 0; i < buyers; i++)
            d->taste[i] = 0.0f;
}

static void receive(struct behaviour y, int buyers, int t, float discount_factor, struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++) {
        int buys = d->chosen[i] >= 0, served = d->served_by[i] == d->chosen[i];
        float quality = d->offer[OF_QUALITY][i];
        float delivered = delivered_value(quality, d->offer[OF_CAPABILITY][i], y.delivery_spread, d->z_delivered[i]);
        int kept = delivered + (served ? d->g_here[i] : 0.0f) >= d->offer[OF_PROMISE][i] * quality - y.tolerance;
        int32_t before = as_int(d->with[HISTORY][i]), bought = purchases_in(before) + (purchases_in(before) < 127);
        int32_t history = (before & 0xFF80) | bought | (t + 1) << 16;
        float weight = y.learning * learning_weight((float)bought, y.slowest_learning);
        float value = d->with[VALUE][i], bond = d->with[BOND][i];
        float learnt = updated_belief(value, delivered + d->taste[i], weight, y.loss_aversion);
        float closer = tended(bond, y.promise_bond, *cell(d->list, RELATIONSHIP_ORIENTATION, i)), damaged = decayed(bond, y.bond_damage);
        int32_t points = account_points((float)(t - whole(d->list, SINCE, i)), d->offer[OF_PER_PERIOD][i], d->offer[OF_MOST][i],
                                        d->offer[OF_PREMIUM][i]);
        int32_t units = (int32_t)rintf(*cell(d->list, VOLUME, i) * (float)UNIT_PARTS);
        float margin = discounted(d->offer[OF_PRICE][i], points) - d->offer[OF_UNIT_COST][i];
        float earned = discount_factor * ((float)units * (float)(1.0 / UNIT_PARTS)) * margin, worth = *cell(d->list, WORTH, i);
        int32_t happened = whole(d->list, HAPPENED, i) + (buys ? 1 << BOUGHT_SHIFT : 0);
        d->with[VALUE][i] = y.learning > 0.0f ? learnt : value;
        d->with[BOND][i] = kept ? closer : damaged;
        d->with[HISTORY][i] = as_float(history);
        *cell(d->list, WORTH, i) = buys ? worth + earned : worth;
        put_whole(d->list, HAPPENED, i, happened | (buys & !kept ? BROKEN | INCIDENT : 0));
        d->units[i] = units, d->points[i] = points, d->handed_over[i] = delivered, d->was_kept[i] = kept;
    }
}

static void lay_back(float *restrict value, float *restrict bond, float *restrict history, int32_t s, int buyers,
                     const int32_t *restrict chosen, float (*restrict with)[STRIDE])
{
    for (int i = 0; i < buyers; i++)
        if (chosen[i] == s) {
            value[i] = with[VALUE][i];
            bond[i] = with[BOND][i];
            history[i] = with[HISTORY][i];
        }
}

static void put_back(int buyers, int sellers, struct desk *restrict d)
{
    for (int s = 0; s < sellers; s++)
        lay_back(cell(d->list, dyad(VALUE, s, sellers), 0), cell(d->list, dyad(BOND, s, sellers), 0),
                 cell(d->list, dyad(HISTORY, s, sellers), 0), s, buyers, d->chosen, d->with);
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

static void remember(int buyers, int reviewers, int sellers, struct desk *restrict d)
{
    for (int i = 0; i < buyers; i++)
        if (d->chosen[i] >= 0)
            *cell(d->list, hearsay(DELIVERED, sellers), i) = d->handed_over[i];
    for (int j = 0; j < reviewers; j++)
        put_whole(d->list, hearsay(RECOMMENDED, sellers), d->of.number[j], -1);
}
