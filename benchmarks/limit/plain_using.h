/* The kernel's loops in C: working memory, luck, tending and use (sim/core/using.py). */
#pragma once
#include "accounts.h"

/* Working memory of one thread: a number for each lane, for each buyer of the period's list, for each reviewer. */
struct desk {
    float u_turnover[STRIDE], u_occasion[STRIDE], u_problem[STRIDE], u_surface[STRIDE], u_resolve[STRIDE], u_contact[STRIDE];
    float g[STRIDE], b[STRIDE], tie[STRIDE], uses[STRIDE], bought_last[STRIDE], voice[STRIDE], orientation[STRIDE], spent[STRIDE];
    float service[SERVICE_FIELDS][STRIDE], contact_cost[STRIDE], resolution_cost[STRIDE], value_now[STRIDE], g_now[STRIDE];
    int32_t key[STRIDE], events[STRIDE], counts[STRIDE], more_counts[STRIDE], levels[32];     /* of each seller: a bit for a level in use */
    int32_t lane[STRIDE], served_by[STRIDE], entry[STRIDE], incumbent[STRIDE], is_free[STRIDE], chosen[STRIDE], cause[STRIDE], mover[STRIDE];
    float u_review[STRIDE], z_delivered[STRIDE], u_contract[STRIDE], taste[STRIDE], value[STRIDE], bond[STRIDE], tenure[STRIDE];
    float oriented[STRIDE], volume[STRIDE], worth[STRIDE], g_here[STRIDE], quality[STRIDE], capability[STRIDE], promise[STRIDE];
    float price[STRIDE], unit_cost[STRIDE], per_period[STRIDE], most[STRIDE], premium[STRIDE], handed_over[STRIDE];
    int32_t history[STRIDE], happened[STRIDE], units[STRIDE], points[STRIDE], was_kept[STRIDE];
    int32_t reviewer[STRIDE], reviewer_lane[STRIDE], reviewer_incumbent[STRIDE], known[STRIDE], choice[STRIDE], with[STRIDE];
    float barrier[STRIDE], returning[STRIDE], weight[STRIDE], sensitivity[STRIDE], length[STRIDE], best[STRIDE];
    float v_of[STRIDE], g_of[STRIDE], b_of[STRIDE], luck[36][STRIDE];
};

static void draw_luck(const struct scene *scene, int lanes, struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++) {
        struct four luck = uniforms(scene->m->luck, scene->first + (uint32_t)i, (uint32_t)scene->t, D_PERIOD, 0);
        d->u_turnover[i] = luck.u[0], d->u_occasion[i] = luck.u[1];
    }
    for (int i = 0; i < lanes; i++) {
        struct four luck = uniforms(scene->m->luck, scene->first + (uint32_t)i, (uint32_t)scene->t, D_USE, 0);
        d->u_problem[i] = luck.u[0], d->u_surface[i] = luck.u[1], d->u_resolve[i] = luck.u[2], d->u_contact[i] = luck.u[3];
    }
}

static void greet(float *restrict tile, int lanes, struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++) {
        int incumbent = whole(tile, INCUMBENT, i);
        d->key[i] = incumbent >= 0 ? 8 * incumbent + whole(tile, LEVEL, i) : -1;
        d->tie[i] = *cell(tile, TIE, i);
        d->voice[i] = *cell(tile, VOICE, i);
        d->orientation[i] = *cell(tile, RELATIONSHIP_ORIENTATION, i);
        d->spent[i] = *cell(tile, WORTH, i);
        d->events[i] = whole(tile, HAPPENED, i);
    }
}

static int32_t lay_dyad(const struct scene *scene, float *restrict tile, int s, int lanes, struct desk *restrict d)
{
    const float *relationship = cell(tile, dyad(RELATIONSHIP, s, scene->sellers), 0), *bond = cell(tile, dyad(BOND, s, scene->sellers), 0);
    const float *value = cell(tile, dyad(VALUE, s, scene->sellers), 0), *histories = cell(tile, dyad(HISTORY, s, scene->sellers), 0);
    float contact_cost = OFFERED(s, CONTACT_COST), resolution_cost = OFFERED(s, RESOLUTION_COST);
    int32_t levels = 0, t = scene->t;
    for (int i = 0; i < lanes; i++) {
        int32_t key = d->key[i];
        levels |= key >> 3 == s ? 1 << (key & 7) : 0;
        if (key >> 3 == s) {
            int32_t history = as_int(histories[i]);
            d->g[i] = relationship[i];
            d->b[i] = bond[i];
            d->value_now[i] = value[i];
            d->uses[i] = (float)uses_in(history);
            d->bought_last[i] = last_purchase(history) == t ? 1.0f : 0.0f;
            d->contact_cost[i] = contact_cost;
            d->resolution_cost[i] = resolution_cost;
        }
    }
    return levels;
}

static void lay_service(int32_t key, const float *restrict service, int lanes, struct desk *restrict d)
{
    float of[SERVICE_FIELDS];
    memcpy(of, service, sizeof of);
    for (int i = 0; i < lanes; i++)
        if (d->key[i] == key)
            for (int field = 0; field < SERVICE_FIELDS; field++)
                d->service[field][i] = of[field];
}

static void meet(const struct scene *scene, float *restrict tile, int lanes, struct desk *restrict d)
{
    greet(tile, lanes, d);
    for (int s = 0; s < scene->sellers; s++) {
        d->levels[s] = lay_dyad(scene, tile, s, lanes, d);
        for (int level = 0; level < 5; level++)
            if (d->levels[s] >> level & 1)
                lay_service(8 * s + level, SERVED_WITH(s, level), lanes, d);
    }
}

static void use(struct behaviour y, int lanes, float discount_factor, struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++) {
        int served = d->key[i] >= 0;
        float complains = d->voice[i] * d->service[SERVICE_OPENNESS][i];
        float surfacing = either(complains, d->service[SERVICE_DETECT][i]);
        int problem = served & (d->u_problem[i] < d->service[SERVICE_PROBLEM][i]);
        int complained = problem & (d->u_surface[i] < complains), surfaced = problem & (d->u_surface[i] < surfacing);
        int resolved = surfaced & (d->u_resolve[i] < d->service[SERVICE_RESOLVE][i]), unresolved = problem & !resolved;
        int after_sale = (d->service[SERVICE_AFTER_SALE][i] > 0.0f) & (d->bought_last[i] > 0.0f);
        int contact = served & ((d->u_contact[i] < d->service[SERVICE_CONTACT][i]) | after_sale);
        float hurt = y.severity * (complained ? 1.0f - y.complaint_relief : 1.0f);
        float g = d->service[SERVICE_USAGE][i] - (unresolved ? hurt : 0.0f) + (resolved ? y.delight : 0.0f);
        g = g - ((d->bought_last[i] > 0.0f) & !contact ? y.doubt : 0.0f);
        float weight = y.learning * learning_weight(d->uses[i] + 1.0f, y.slowest_learning);
        float believed = updated_belief(d->g[i], g, weight, y.loss_aversion);
        float bond = decayed(d->b[i], y.bond_decay), grown = tended(bond, d->service[SERVICE_SOCIAL][i], d->orientation[i]);
        bond = contact ? grown : bond;
        float damaged = decayed(bond, y.bond_damage);
        bond = unresolved ? damaged : bond;
        float tie = tended(decayed(d->tie[i], y.tie_fade), d->service[SERVICE_TIE][i], d->orientation[i]);
        float cost = d->service[SERVICE_COST][i] + (contact ? d->contact_cost[i] : 0.0f) + (resolved ? d->resolution_cost[i] : 0.0f);
        d->g_now[i] = served ? g : 0.0f;
        d->g[i] = served ? believed : d->g[i];
        d->b[i] = bond;
        d->tie[i] = served ? tie : 0.0f;
        d->spent[i] = d->spent[i] - (served ? discount_factor * cost : 0.0f);
        d->events[i] |= (problem ? PROBLEM : 0) | (complained ? COMPLAINED : 0) | (surfaced & !complained ? DETECTED : 0)
                        | (resolved ? RESOLVED : 0) | (unresolved ? UNRESOLVED | INCIDENT : 0) | (contact ? CONTACT : 0);
        d->counts[i] = problem | (complained ? 1 << 10 : 0) | (surfaced & !complained ? 1 << 20 : 0);        /* ten bits to a count */
        d->more_counts[i] = resolved | (unresolved ? 1 << 10 : 0) | (contact ? 1 << 20 : 0);
    }
}

static void part(const struct scene *scene, float *restrict tile, int lanes, struct desk *restrict d)
{
    int sellers = scene->sellers;
    float keep = 1.0f - scene->y.bond_decay;
    for (int s = 0; s < sellers; s++) {
        float *bonds = cell(tile, dyad(BOND, s, sellers), 0);
        for (int i = 0; i < lanes; i++)
            bonds[i] = bonds[i] * keep;
    }
    for (int i = 0; i < lanes; i++) {
        put_whole(tile, HAPPENED, i, d->events[i]);
        if (d->key[i] >= 0) {
            int s = d->key[i] >> 3, row = dyad(HISTORY, s, sellers);
            *cell(tile, WORTH, i) = d->spent[i];
            *cell(tile, TIE, i) = d->tie[i];
            *cell(tile, dyad(RELATIONSHIP, s, sellers), i) = d->g[i];
            *cell(tile, dyad(BOND, s, sellers), i) = d->b[i];
            int32_t history = whole(tile, row, i);
            put_whole(tile, row, i, uses_in(history) < 127 ? history + 256 : history);
        }
    }
}

struct tallied { int32_t served, counts, more; };

static struct tallied tally(const struct desk *restrict d, int lanes, int32_t key)
{
    struct tallied of = {0, 0, 0};
    for (int i = 0; i < lanes; i++) {
        int same = d->key[i] == key;
        of.served += same;
        of.counts += same ? d->counts[i] : 0;
        of.more += same ? d->more_counts[i] : 0;
    }
    return of;
}

static int64_t sum_over(const struct desk *restrict d, const float *restrict x, int lanes, int32_t seller, float scale)
{
    int64_t total = 0;
    for (int i = 0; i < lanes; i++)
        total += d->key[i] >> 3 == seller ? (int32_t)rintf(x[i] * scale) : 0;
    return total;
}

static int32_t count_above(const struct desk *restrict d, int lanes, int32_t seller, float low, float high)
{
    int32_t count = 0;
    for (int i = 0; i < lanes; i++)
        count += (d->key[i] >> 3 == seller) & (d->b[i] >= low) & (d->b[i] < high);
    return count;
}

static void count_use(const struct scene *scene, int lanes, struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++)
        d->value_now[i] = d->value_now[i] + d->g[i];
    for (int s = 0; s < scene->sellers; s++) {
        int32_t accounts = 0;
        for (int level = 0; level < 5; level++) {
            if (!(d->levels[s] >> level & 1))
                continue;
            struct tallied of = tally(d, lanes, 8 * s + level);
            accounts += of.served;
            int32_t complaints = of.counts >> 10 & 1023, detections = of.counts >> 20;
            BOOK(s, SERVED + level) += of.served;
            BOOK(s, PROBLEMS) += of.counts & 1023;
            BOOK(s, COMPLAINTS) += complaints;
            BOOK(s, DETECTIONS) += detections;
            BOOK(s, RESOLUTIONS) += of.more & 1023;
            BOOK(s, UNRESOLVED_PROBLEMS) += of.more >> 10 & 1023;
            BOOK(s, CONTACTS) += of.more >> 20;
            if (scene->m->levels[level * LEVEL_ROW + LEVEL_LEARNS] > 0.0f)
                BOOK(s, LESSONS) += complaints + detections;
        }
        if (accounts > 0) {
            BOOK(s, VALUE_SUM) += sum_over(d, d->value_now, lanes, s, 100.0f);
            BOOK(s, BOND_SUM) += sum_over(d, d->b, lanes, s, 10000.0f);
            BOOK(s, EXPANSION) += count_above(d, lanes, s, EXPANSION_BOND, COMMITMENT_BOND);
            BOOK(s, COMMITMENT) += count_above(d, lanes, s, COMMITMENT_BOND, 2.0f);
        }
    }
}
