/* The kernel's loops in C: luck, tending and use (sim/core/using.py). */
#pragma once
#include "plain_desk.h"

static void draw_luck(const struct scene *scene, int lanes, struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++) {
        uint32_t number = scene->first + (uint32_t)i;
        struct four period = uniforms(scene->m->luck, number, (uint32_t)scene->t, D_PERIOD, 0);
        struct four use = uniforms(scene->m->luck, number, (uint32_t)scene->t, D_USE, 0);
        d->u_turnover[i] = period.u[0], d->u_occasion[i] = period.u[1];
        d->u_problem[i] = use.u[0], d->u_surface[i] = use.u[1], d->u_resolve[i] = use.u[2], d->u_contact[i] = use.u[3];
    }
}

static void greet(float *restrict tile, int lanes, struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++) {
        int32_t incumbent = whole(tile, INCUMBENT, i), key = 8 * incumbent + level_in(whole(tile, AGREEMENT, i));
        d->key[i] = incumbent >= 0 ? key : -1;
        d->tie[i] = *cell(tile, TIE, i);
        d->voice[i] = *cell(tile, VOICE, i);
        d->orientation[i] = *cell(tile, RELATIONSHIP_ORIENTATION, i);
        d->spent[i] = *cell(tile, WORTH, i);
        d->events[i] = whole(tile, HAPPENED, i);
    }
}

static int32_t levels_served(int32_t s, int lanes, const struct desk *restrict d)
{
    int32_t levels = 0;
    for (int i = 0; i < lanes; i++)
        levels |= d->key[i] >> 3 == s ? 1 << (d->key[i] & 7) : 0;
    return levels;
}

static void lay_service(const struct scene *scene, int s, int level, float *line)
{
    line[0] = as_float(8 * s + level);
    memcpy(line + 1, SERVED_WITH(s, level), SERVICE_FIELDS * sizeof(float));
    line[1 + BY_CONTACT_COST] = OFFERED(s, CONTACT_COST);
    line[1 + BY_RESOLUTION_COST] = OFFERED(s, RESOLUTION_COST);
}

static void meet(const struct scene *scene, float *restrict tile, int lanes, struct desk *restrict d)
{
    static const int fields[] = {RELATIONSHIP, BOND, VALUE, HISTORY};
    int lines = 0;
    greet(tile, lanes, d);
    pick_dyads(tile, scene->sellers, fields, 4, cell(tile, INCUMBENT, 0), lanes, d->own);
    for (int s = 0; s < scene->sellers; s++) {
        d->levels[s] = levels_served(s, lanes, d);
        for (int level = 0; level < 5; level++)
            if (d->levels[s] >> level & 1)
                lay_service(scene, s, level, d->table + lines++ * (1 + BY_KEY));
    }
    pick_numbers(d->table, lines, BY_KEY, d->key, lanes, d->service);
}

static void use(struct behaviour y, int lanes, int t, float discount_factor, struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++) {
        int32_t history = as_int(d->own[HISTORY][i]);
        int served = d->key[i] >= 0, bought_last = last_purchase(history) == t;
        float complains = d->voice[i] * d->service[SERVICE_OPENNESS][i];
        float surfacing = either(complains, d->service[SERVICE_DETECT][i]);
        int problem = served & (d->u_problem[i] < d->service[SERVICE_PROBLEM][i]);
        int complained = problem & (d->u_surface[i] < complains), surfaced = problem & (d->u_surface[i] < surfacing);
        int resolved = surfaced & (d->u_resolve[i] < d->service[SERVICE_RESOLVE][i]), unresolved = problem & !resolved;
        int after_sale = (d->service[SERVICE_AFTER_SALE][i] > 0.0f) & bought_last;
        int contact = served & ((d->u_contact[i] < d->service[SERVICE_CONTACT][i]) | after_sale);
        float hurt = y.severity * (complained ? 1.0f - y.complaint_relief : 1.0f);
        float g = d->service[SERVICE_USAGE][i] - (unresolved ? hurt : 0.0f) + (resolved ? y.delight : 0.0f);
        g = g - (bought_last & !contact ? y.doubt : 0.0f);
        float weight = y.learning * learning_weight((float)uses_in(history) + 1.0f, y.slowest_learning);
        float before = d->own[RELATIONSHIP][i], believed = updated_belief(before, g, weight, y.loss_aversion);
        believed = served ? believed : before;
        float bond = decayed(d->own[BOND][i], y.bond_decay), grown = tended(bond, d->service[SERVICE_SOCIAL][i], d->orientation[i]);
        bond = contact ? grown : bond;
        float damaged = decayed(bond, y.bond_damage);
        bond = unresolved ? damaged : bond;
        float tie = tended(decayed(d->tie[i], y.tie_fade), d->service[SERVICE_TIE][i], d->orientation[i]);
        float cost = d->service[SERVICE_COST][i] + (contact ? d->service[BY_CONTACT_COST][i] : 0.0f)
                     + (resolved ? d->service[BY_RESOLUTION_COST][i] : 0.0f);
        d->g_now[i] = served ? g : 0.0f;
        d->own[RELATIONSHIP][i] = believed;
        d->own[BOND][i] = bond;
        d->tie[i] = served ? tie : 0.0f;
        d->spent[i] = d->spent[i] - (served ? discount_factor * cost : 0.0f);
        d->events[i] |= (problem ? PROBLEM : 0) | (complained ? COMPLAINED : 0) | (surfaced & !complained ? DETECTED : 0)
                        | (resolved ? RESOLVED : 0) | (unresolved ? UNRESOLVED | INCIDENT : 0) | (contact ? CONTACT : 0);
        d->value_parts[i] = (int32_t)rintf((d->own[VALUE][i] + believed) * VALUE_PARTS);
        d->bond_parts[i] = (int32_t)rintf(bond * BOND_PARTS);
        int expands = (bond >= EXPANSION_BOND) & (bond < COMMITMENT_BOND);
        d->phases[i] = expands | (bond >= COMMITMENT_BOND ? 1 << 10 : 0);                                   /* ten bits to a count */
        d->counts[i] = problem | (complained ? 1 << 10 : 0) | (surfaced & !complained ? 1 << 20 : 0);
        d->more_counts[i] = resolved | (unresolved ? 1 << 10 : 0) | (contact ? 1 << 20 : 0);
    }
}

/* --- what use has changed goes back to the dyads  --- */

static void leave_bond(float *restrict bonds, int32_t s, int lanes, float keep, const struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++)
        bonds[i] = d->key[i] >> 3 == s ? d->own[BOND][i] : bonds[i] * keep;
}

static void leave_experience(float *restrict relationships, int32_t s, int lanes, const struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++)
        if (d->key[i] >> 3 == s)
            relationships[i] = d->own[RELATIONSHIP][i];
}

static void add_use(float *restrict histories, int32_t s, int lanes, const struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++) {
        int32_t history = as_int(histories[i]);
        int more = (d->key[i] >> 3 == s) & (uses_in(history) < 127);
        histories[i] = as_float(history + (more ? 256 : 0));
    }
}

static void part(const struct scene *scene, float *restrict tile, int lanes, struct desk *restrict d)
{
    int sellers = scene->sellers;
    for (int i = 0; i < lanes; i++) {
        put_whole(tile, HAPPENED, i, d->events[i]);
        if (d->key[i] >= 0) {
            *cell(tile, WORTH, i) = d->spent[i];
            *cell(tile, TIE, i) = d->tie[i];
        }
    }
    for (int s = 0; s < sellers; s++) {
        leave_bond(cell(tile, dyad(BOND, s, sellers), 0), s, lanes, 1.0f - scene->y.bond_decay, d);
        leave_experience(cell(tile, dyad(RELATIONSHIP, s, sellers), 0), s, lanes, d);
        add_use(cell(tile, dyad(HISTORY, s, sellers), 0), s, lanes, d);
    }
}

/* --- the ledger  --- */

struct tallied { int32_t served, counts, more, phases, bonds; };

static struct tallied tally(const struct desk *restrict d, int lanes, int32_t key)
{
    int32_t served = 0, counts = 0, more = 0, phases = 0, bonds = 0;
    for (int i = 0; i < lanes; i++) {
        int same = d->key[i] == key;
        served += same;
        counts += same ? d->counts[i] : 0;
        more += same ? d->more_counts[i] : 0;
        phases += same ? d->phases[i] : 0;
        bonds += same ? d->bond_parts[i] : 0;
    }
    return (struct tallied){served, counts, more, phases, bonds};
}

static int64_t sum_of_values(const struct desk *restrict d, int lanes, int32_t seller)
{
    int64_t total = 0;
    for (int i = 0; i < lanes; i++)
        total += d->key[i] >> 3 == seller ? d->value_parts[i] : 0;
    return total;
}

static void count_use(const struct scene *scene, int lanes, const struct desk *restrict d)
{
    for (int s = 0; s < scene->sellers; s++) {
        for (int level = 0; level < 5; level++) {
            if (!(d->levels[s] >> level & 1))
                continue;
            struct tallied of = tally(d, lanes, 8 * s + level);
            int32_t complaints = of.counts >> 10 & 1023, detections = of.counts >> 20;
            BOOK(s, SERVED + level) += of.served;
            BOOK(s, PROBLEMS) += of.counts & 1023;
            BOOK(s, COMPLAINTS) += complaints;
            BOOK(s, DETECTIONS) += detections;
            BOOK(s, RESOLUTIONS) += of.more & 1023;
            BOOK(s, UNRESOLVED_PROBLEMS) += of.more >> 10 & 1023;
            BOOK(s, CONTACTS) += of.more >> 20;
            BOOK(s, EXPANSION) += of.phases & 1023;
            BOOK(s, COMMITMENT) += of.phases >> 10;
            BOOK(s, BOND_SUM) += of.bonds;
            if (scene->m->levels[level * LEVEL_ROW + LEVEL_LEARNS] > 0.0f)
                BOOK(s, LESSONS) += complaints + detections;
        }
        if (d->levels[s])
            BOOK(s, VALUE_SUM) += sum_of_values(d, lanes, s);
    }
}
