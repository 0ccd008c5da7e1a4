/* Buyers who come and go, relationships that begin and end, targeting: one buyer at a time, as in sim/core/entering.py, relationships.py
   and targeting.py. Few buyers do any of it in a period. */
#pragma once
#include "rules.h"

/* Where the play is: the market, the worker's ledger, the type of buyer, the period. */
struct scene {
    const struct market *m;
    struct behaviour y;
    int64_t *book;                  /* [seller + 1][COLUMNS]: the worker's ledger of this period and type */
    int worker, k, t, sellers;
    uint32_t first;                 /* the number of the tile's first buyer */
};

#define BOOK(s, column) (scene->book[(int64_t)(s) * COLUMNS + (column)])
#define OFFERED(s, field) (scene->m->offers[(int64_t)(s) * OFFER_FIELDS + (field)])
#define LEVEL_ROW (LEVEL_SETUP + 1)                 /* numbers of one level, the set-up cost the last */
#define SERVED_WITH(s, level) (scene->m->service + (5 * (int64_t)(s) + (level)) * SERVICE_FIELDS)

/* What a buyer's seller and level, and the seller that it has chosen, stand for in this period. */
enum { BY_CONTACT_COST = SERVICE_FIELDS, BY_RESOLUTION_COST, BY_KEY };
enum { OF_QUALITY, OF_CAPABILITY, OF_PROMISE, OF_PRICE, OF_UNIT_COST, OF_PER_PERIOD, OF_MOST, OF_PREMIUM, OF_FIELDS };
static const int offer_field[OF_FIELDS] = {QUALITY, CAPABILITY, PROMISE, PRICE, UNIT_COST, DISCOUNT_PER_PERIOD, DISCOUNT_MOST, PREMIUM};

#define TABLE_SELLERS 32                            /* the most that a market has */
#define LIST_ROWS (ROWS + DYAD_ROWS * TABLE_SELLERS + HEARSAY_ROWS)

/* A row of a tile (or of a list of buyers laid out like one). */
inlined int dyad(int field, int seller, int sellers) { return ROWS + field * sellers + seller; }
inlined int hearsay(int field, int sellers) { return ROWS + DYAD_ROWS * sellers + field; }
inlined float *cell(float *tile, int row, int lane) { return tile + (int64_t)row * STRIDE + lane; }
inlined int32_t whole(float *tile, int row, int lane) { return as_int(*cell(tile, row, lane)); }
inlined void put_whole(float *tile, int row, int lane, int32_t number) { *cell(tile, row, lane) = as_float(number); }

inlined int32_t level_in(int32_t agreement) { return agreement & LEVEL_BITS; }
inlined int32_t contract_end_in(int32_t agreement) { return agreement >> CONTRACT_SHIFT; }
inlined int32_t agreement_on(int32_t level, int32_t contract_end) { return level | contract_end << CONTRACT_SHIFT; }

inlined int32_t purchases_in(int32_t history) { return history & 127; }
inlined int32_t uses_in(int32_t history) { return history >> 8 & 127; }
inlined int has_left(int32_t history) { return (history & 128) != 0; }
inlined int32_t last_purchase(int32_t history) { return history >> 16 & 0xFFFF; }

inlined const float *attribute_table(const struct scene *scene, int k, int a)
{
    return scene->m->attributes + ((int64_t)k * ATTRIBUTE_COUNT + a) * QUANTILE_POINTS;
}

inlined const float *taste_table(const struct scene *scene, int s)
{
    return scene->m->tastes + ((int64_t)scene->k * scene->sellers + s) * QUANTILE_POINTS;
}

/* --- targeting  --- */

static float share_mended(const float *service, float voice)
{
    return either(voice * service[SERVICE_OPENNESS], service[SERVICE_DETECT]) * service[SERVICE_RESOLVE];
}

static float expected_experience(const float *service, float voice, const struct behaviour *y)
{
    float mended = share_mended(service, voice);
    return service[SERVICE_USAGE] + service[SERVICE_PROBLEM] * (mended * y->delight - (1.0f - mended) * y->severity);
}

static float account_value_at(const struct scene *scene, float *tile, int lane, int s, int seen, int level)
{
    const struct behaviour *y = &scene->y;
    const int of[] = {SWITCHING_COST, TIME_HORIZON, RELATIONSHIP_ORIENTATION, PURCHASE_RATE, VOLUME, VOICE};
    float known[6];
    for (int i = 0; i < 6; i++)
        known[i] = seen == scene->k ? *cell(tile, of[i], lane) : attribute_table(scene, seen, of[i])[QUANTILE_POINTS / 2];
    float barrier = known[0], horizon = known[1], orientation = known[2], rate = known[3], volume = known[4], voice = known[5];
    float weight = horizon_weight(horizon, y->horizon_scale);
    const float *service = SERVED_WITH(s, level), *basic = SERVED_WITH(s, BASIC);
    float bond = expected_bond(service[SERVICE_SOCIAL] * service[SERVICE_CONTACT], orientation, y->bond_decay);
    float tie = expected_bond(service[SERVICE_TIE], orientation, y->tie_fade);
    float gain = weight * (expected_experience(service, voice, y) - expected_experience(basic, voice, y) + y->bond_value * bond)
                 + leaving_cost(barrier, y->tie_value, tie);
    float margin = account_margin(OFFERED(s, PRICE), OFFERED(s, UNIT_COST), volume, scene->m->lots[seen], rate);
    float contacts = either(service[SERVICE_CONTACT], service[SERVICE_AFTER_SALE] * rate);
    float cost = service[SERVICE_COST] + contacts * OFFERED(s, CONTACT_COST)
                 + service[SERVICE_PROBLEM] * share_mended(service, voice) * OFFERED(s, RESOLUTION_COST);
    float reviews = rate * review_probability(rate, horizon);
    return expected_account_value(margin, cost, scene->m->levels[level * LEVEL_ROW + LEVEL_SETUP], gain,
                                  (float)(scene->sellers - 1), y->choice_noise, reviews, y->turnover, y->discount);
}

static int level_of_one(const struct scene *scene, float *tile, int lane, int s, int seen)
{
    int best = BASIC, allowed = (int)OFFERED(s, ALLOWED);
    float best_value = -INFINITY;
    for (int level = 0; level < 5; level++)
        if (allowed >> level & 1) {
            float value = account_value_at(scene, tile, lane, s, seen, level);
            if (value > best_value)
                best = level, best_value = value;
        }
    return best;
}

static int level_by_value(const struct scene *scene, float *tile, int lane, int s, const float *from, float u_right, float u_which)
{
    float margin = account_margin(OFFERED(s, PRICE), OFFERED(s, UNIT_COST), *cell(tile, VOLUME, lane), scene->m->lots[scene->k],
                                  *cell(tile, PURCHASE_RATE, lane));
    int tiers = 0, tier = 0;
    for (int level = 0; level < 5; level++)
        if (from[level] < INFINITY) {
            if (margin >= from[level] || tiers == 0)
                tier = tiers;
            tiers++;
        }
    tier = recognised(tier, tiers, OFFERED(s, ACCURACY), u_right, u_which);
    for (int level = 0; level < 5; level++)
        if (from[level] < INFINITY && tier-- == 0)
            return level;
    return BASIC;
}

/* The luck of an account with its seller's records: whether they show the right type, and which one otherwise. */
struct record { float u_right, u_which; };

inlined struct record recognition(const struct scene *scene, float *tile, int lane, uint32_t number, int s)
{
    struct four luck = uniforms(scene->m->luck, number, (uint32_t)whole(tile, ENTERED, lane), D_RECOGNITION, (uint32_t)s);
    return (struct record){luck.u[0], luck.u[1]};
}

static int classify(const struct scene *scene, float *tile, int lane, int s, struct record of)
{
    const struct market *m = scene->m;
    const int32_t *response = m->response + (int64_t)s * RESPONSE_FIELDS;
    int64_t plan = (int64_t)m->epoch[scene->t] * scene->sellers + response[FOLLOWS];
    int types = (int)m->level_of_n[2], targeting = (int)OFFERED(s, TARGETING);
    const int32_t *level_of = m->level_of + plan * types, *served_as = response + SERVED_AS;
    if (targeting == UNIFORM)
        return served_as[level_of[0]];
    if (targeting == BY_VALUE)
        return served_as[level_by_value(scene, tile, lane, s, m->value_from + plan * 5, of.u_right, of.u_which)];
    int rank = 0;
    while (m->present[rank] != scene->k)
        rank++;
    int seen = m->present[recognised(rank, (int)m->present_n[0], OFFERED(s, ACCURACY), of.u_right, of.u_which)];
    return served_as[targeting == SEGMENTS_OF_ONE ? level_of_one(scene, tile, lane, s, seen) : level_of[seen]];
}

/* --- relationships  --- */

inlined void set_up(const struct scene *scene, float *tile, int lane, int s, int level)
{
    float cost = scene->m->levels[level * LEVEL_ROW + LEVEL_SETUP];
    int row = dyad(HISTORY, s, scene->sellers);
    int32_t history = whole(tile, row, lane);
    if (cost > 0.0f && !(history & 0x8000)) {
        put_whole(tile, row, lane, history | 0x8000);
        BOOK(s, SET_UP_LEVEL + level)++;
        *cell(tile, WORTH, lane) -= scene->m->discount_factor[scene->t] * cost;
    }
}

inlined void come_by(const struct scene *scene, float *tile, int lane, int s)
{
    int sellers = scene->sellers, recommended = whole(tile, hearsay(RECOMMENDED, sellers), lane) == s;
    int32_t by = recommended ? whole(tile, hearsay(RECOMMENDED_BY, sellers), lane) : 0, channel = by & 7;
    put_whole(tile, hearsay(CHANNEL, sellers), lane, channel);
    put_whole(tile, hearsay(REFERRER, sellers), lane, (by >> 3) - 1);
    put_whole(tile, hearsay(RECOMMENDED, sellers), lane, -1);
    if (channel != OWN_SEARCH)
        BOOK(s, WON_ADVERTISING - 1 + channel)++;
}

/* The same at a level that is known already. */
inlined void begin_relationship_at(const struct scene *scene, float *tile, int lane, int s, int level)
{
    int row = dyad(HISTORY, s, scene->sellers);
    int32_t history = whole(tile, row, lane);
    int first = last_purchase(history) == 0;
    BOOK(s, WON_BACK - first * (WON_BACK - WON_NEW))++;
    BOOK(s, PROSPECTS) -= first;
    BOOK(s, FORMER) -= has_left(history);
    put_whole(tile, row, lane, history & -129);
    put_whole(tile, INCUMBENT, lane, s);
    put_whole(tile, SINCE, lane, scene->t);
    put_whole(tile, AGREEMENT, lane, agreement_on(level, 0));
    BOOK(s, ENTERED_LEVEL + level)++;
    if (scene->m->hearing)
        come_by(scene, tile, lane, s);
    *cell(tile, WORTH, lane) = -scene->m->discount_factor[scene->t] * OFFERED(s, ACQUISITION_COST);
    set_up(scene, tile, lane, s, level);
}

inlined void begin_relationship(const struct scene *scene, float *tile, int lane, int s, struct record of)
{
    begin_relationship_at(scene, tile, lane, s, classify(scene, tile, lane, s, of));
}

/* An account's worth in money of the period in which it was won, in whole parts. */
inlined int64_t worth_parts(float worth, float discount_factor)
{
    return (int64_t)rint((double)worth / (double)discount_factor * WORTH_PARTS);
}

inlined void record_ending(const struct scene *scene, float *tile, int lane, int t, int cause)
{
    const struct market *m = scene->m;
    if (t < m->burn_in)
        return;
    int s = whole(tile, INCUMBENT, lane), since = whole(tile, SINCE, lane), won = since >= m->burn_in;
    int64_t began = won ? since : m->burn_in, periods = m->worth_n[3];
    int64_t account = ((int64_t)scene->worker * m->worth_n[1] + scene->k) * scene->sellers + s;
    m->endings[((account * 2 + won) * periods + (t - began)) * 4 + cause]++;
    int64_t parts = worth_parts(*cell(tile, WORTH, lane), m->discount_factor[began]);
    m->worth[account * periods + (won ? began - m->burn_in + 1 : 0)] += parts;
    if (m->hearing && won) {
        int64_t way = account * m->channel_worth_n[3] + whole(tile, hearsay(CHANNEL, scene->sellers), lane);
        m->channel_endings[(way * periods + (t - began)) * 4 + cause]++;
        m->channel_worth[way * periods + (began - m->burn_in + 1)] += parts;
    }
}

inlined void end_relationship(const struct scene *scene, float *tile, int lane, int cause)
{
    int s = whole(tile, INCUMBENT, lane), row = dyad(HISTORY, s, scene->sellers);
    BOOK(s, LOST_PRICE + cause)++;
    BOOK(s, QUITTED_LEVEL + level_in(whole(tile, AGREEMENT, lane)))++;
    *cell(tile, WORTH, lane) -= scene->m->discount_factor[scene->t] * OFFERED(s, LOST_COST);
    record_ending(scene, tile, lane, scene->t, cause);
    *cell(tile, TIE, lane) = 0.0f;
    put_whole(tile, INCUMBENT, lane, -1);
    put_whole(tile, AGREEMENT, lane, agreement_on(BASIC, 0));
    if (cause != C_TURNOVER) {
        put_whole(tile, row, lane, whole(tile, row, lane) | 128);
        BOOK(s, FORMER)++;
    }
}

/* A contract of drawn length runs from this period on. */
inlined void sign_contract(const struct scene *scene, float *tile, int lane, const float *lengths, float u)
{
    int32_t level = level_in(whole(tile, AGREEMENT, lane));
    put_whole(tile, AGREEMENT, lane, agreement_on(level, scene->t + (int32_t)rintf(quantile(lengths, u))));
}

static void regroup(const struct scene *scene, float *tile, int lane, uint32_t number)
{
    int s = whole(tile, INCUMBENT, lane), agreement = whole(tile, AGREEMENT, lane), before = level_in(agreement);
    int level = classify(scene, tile, lane, s, recognition(scene, tile, lane, number, s));
    if (level != before) {
        put_whole(tile, AGREEMENT, lane, agreement_on(level, contract_end_in(agreement)));
        BOOK(s, QUITTED_LEVEL + before)++;
        BOOK(s, ENTERED_LEVEL + level)++;
        set_up(scene, tile, lane, s, level);
    }
}

/* --- entering and leaving  --- */

inlined float impression(const struct scene *scene, int s, float taste)
{
    return first_belief(OFFERED(s, QUALITY), OFFERED(s, PROMISE), scene->m->standing[s * STANDING_FIELDS + REPUTATION],
                        scene->y.market_quality, taste);
}

inlined float taste(const struct scene *scene, uint32_t number, uint32_t entered, int s)
{
    return quantile(taste_table(scene, s), one_uniform(scene->m->luck, number, entered, D_TASTE, (uint32_t)s));
}

/* A buyer without supplier, past or channel. */
inlined void begin_life(const struct scene *scene, float *tile, int lane, int t, int32_t entered)
{
    *cell(tile, TIE, lane) = *cell(tile, WORTH, lane) = 0.0f;
    put_whole(tile, INCUMBENT, lane, -1);
    put_whole(tile, AGREEMENT, lane, agreement_on(BASIC, 0));
    put_whole(tile, SINCE, lane, t);
    put_whole(tile, ENTERED, lane, entered);
    put_whole(tile, HAPPENED, lane, NEWCOMER);
    if (scene->m->hearing) {
        const int32_t nothing[HEARSAY_ROWS] = {0, OWN_SEARCH, -1, -1, OWN_SEARCH};
        for (int field = 0; field < HEARSAY_ROWS; field++)
            put_whole(tile, hearsay(field, scene->sellers), lane, nothing[field]);
    }
}

/* What a fresh buyer thinks of a seller; the bit of a seller that it knows. */
inlined uint32_t meet_seller(const struct scene *scene, float *tile, int lane, int s, float taste, float u_reach)
{
    int sellers = scene->sellers, known = u_reach < OFFERED(s, REACH);
    *cell(tile, dyad(VALUE, s, sellers), lane) = impression(scene, s, taste);
    *cell(tile, dyad(RELATIONSHIP, s, sellers), lane) = *cell(tile, dyad(BOND, s, sellers), lane) = 0.0f;
    put_whole(tile, dyad(HISTORY, s, sellers), lane, 0);
    BOOK(s, PROSPECTS) += known;
    BOOK(s, KNOWN) += known ? scene->m->hearing : 0;
    return (uint32_t)known << s;
}

static void enter(const struct scene *scene, float *tile, int lane, uint32_t number, int t, int32_t entered)
{
    const uint32_t *luck = scene->m->luck, since = (uint32_t)entered;
    struct four four = {{0}}, tastes = {{0}}, reaches = {{0}};
    for (int a = 0; a <= LAST_DRAWN; a++) {                 /* four draws come from one call */
        if (a % 4 == 0)
            four = uniforms(luck, number, since, D_ATTRIBUTES, (uint32_t)a / 4);
        *cell(tile, a, lane) = quantile(attribute_table(scene, scene->k, a), four.u[a % 4]);
    }
    begin_life(scene, tile, lane, t, entered);
    uint32_t known = 0;
    for (int s = 0; s < scene->sellers; s++) {
        if (s % 4 == 0) {
            tastes = uniforms(luck, number, since, D_TASTE, (uint32_t)s / 4);
            reaches = uniforms(luck, number, since, D_REACH, (uint32_t)s / 4);
        }
        known |= meet_seller(scene, tile, lane, s, quantile(taste_table(scene, s), tastes.u[s % 4]), reaches.u[s % 4]);
    }
    put_whole(tile, AWARE, lane, (int32_t)known);
}

static void leave_market(const struct scene *scene, float *tile, int lane)
{
    if (whole(tile, INCUMBENT, lane) >= 0)
        end_relationship(scene, tile, lane, C_TURNOVER);
    uint32_t known = (uint32_t)whole(tile, AWARE, lane);
    for (int s = 0; s < scene->sellers; s++) {
        int32_t history = whole(tile, dyad(HISTORY, s, scene->sellers), lane);
        BOOK(s, FORMER) -= has_left(history);
        if (known >> s & 1) {
            BOOK(s, PROSPECTS) -= last_purchase(history) == 0;
            BOOK(s, FORGOTTEN) += scene->m->hearing;
        }
    }
}

static void hear(const struct scene *scene, float *tile, int lane, uint32_t number)
{
    int sellers = scene->sellers;
    for (int s = 0; s < sellers; s++) {
        uint32_t known = (uint32_t)whole(tile, AWARE, lane);
        if (known >> s & 1 || !(one_uniform(scene->m->luck, number, (uint32_t)scene->t, D_HEARING, (uint32_t)s) < OFFERED(s, ADVERTISING)))
            continue;
        put_whole(tile, AWARE, lane, (int32_t)(known | 1u << s));
        *cell(tile, dyad(VALUE, s, sellers), lane) = impression(scene, s, taste(scene, number, (uint32_t)whole(tile, ENTERED, lane), s));
        BOOK(s, HEARD)++;
        BOOK(s, PROSPECTS)++;
        put_whole(tile, hearsay(RECOMMENDED, sellers), lane, s);        /* where anybody advertises, buyers remember what they heard */
        put_whole(tile, hearsay(RECOMMENDED_BY, sellers), lane, BY_ADVERTISING);
    }
}

/* The first buyers of a tile, and in a running market their first suppliers. */
static void settle(const struct scene *scene, float *tile, int lanes)
{
    const struct market *m = scene->m;
    int sellers = scene->sellers;
    for (int lane = 0; lane < lanes; lane++) {
        uint32_t number = scene->first + (uint32_t)lane;
        enter(scene, tile, lane, number, 0, 0);
        float u = one_uniform(m->luck, number, 0, D_START, 0);
        int s = 0;
        while (s < sellers && !(u < m->start[s]))
            s++;
        if (s == sellers)
            continue;
        uint32_t known = (uint32_t)whole(tile, AWARE, lane);
        if (!(known >> s & 1)) {
            put_whole(tile, AWARE, lane, (int32_t)(known | 1u << s));
            BOOK(s, PROSPECTS)++;
            BOOK(s, KNOWN) += m->hearing;
        }
        begin_relationship(scene, tile, lane, s, recognition(scene, tile, lane, number, s));
        int row = dyad(HISTORY, s, sellers);
        put_whole(tile, row, lane, whole(tile, row, lane) | 1 << 16);
        put_whole(tile, SINCE, lane, -1);
        *cell(tile, WORTH, lane) = 0.0f;
        if (m->hearing)
            *cell(tile, hearsay(DELIVERED, sellers), lane) = OFFERED(s, CAPABILITY) * OFFERED(s, QUALITY);
    }
}
