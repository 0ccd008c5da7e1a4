/* What sellers do between the periods, as in sim/core/sellers.py: few numbers, once a period. Nobody here spends in the six markets, so
   their stocks stay at nought and leave everything as it is. */
#pragma once
#include "accounts.h"

static int64_t booked(const struct market *m, int64_t row, int64_t s, int64_t column)
{
    int64_t total = 0;
    for (int64_t book = 0; book < m->flows_n[0]; book++)
        for (int64_t k = 0; k < m->flows_n[2]; k++)
            total += m->flows[(((book * m->flows_n[1] + row) * m->flows_n[2] + k) * m->flows_n[3] + s) * COLUMNS + column];
    return total;
}

static int64_t row_of(const struct market *m, int64_t t) { return t < m->burn_in ? 0 : t - m->burn_in + 1; }

static void make_offer(const struct market *m, int64_t s, int64_t t)
{
    int64_t sellers = m->standing_n[0], e = m->epoch[t];
    float *offer = m->offers + s * OFFER_FIELDS;
    int32_t *response = m->response + s * RESPONSE_FIELDS;
    memcpy(offer, m->stated + (e * sellers + s) * OFFER_FIELDS, OFFER_FIELDS * sizeof(float));
    int began = t > 0 && m->epoch[t - 1] != e;
    if (t == 0 || (began && m->regrouped[e * sellers + s])) {
        response[FOLLOWS] = (int32_t)s;
        for (int level = 0; level < 5; level++)
            response[SERVED_AS + level] = level;
    }
    int64_t plan = e * sellers + response[FOLLOWS];
    m->changed[s] = began && m->regrouped[plan];
    offer[TARGETING] = m->stated[plan * OFFER_FIELDS + TARGETING];
    offer[ALLOWED] = m->stated[plan * OFFER_FIELDS + ALLOWED];
    const struct behaviour *y = (const struct behaviour *)m->behaviour;
    offer[TALK] = good_news(y->talk, offer[REFERRAL_REWARD], y->reward_half);
}

/* What each level amounts to at each seller. */
static void serve(const struct market *m, int64_t t)
{
    const struct behaviour *y = (const struct behaviour *)m->behaviour;
    int64_t sellers = m->standing_n[0], e = m->epoch[t];
    for (int64_t s = 0; s < sellers; s++)
        for (int64_t level = 0; level < 5; level++) {
            const float *mine = m->levels + level * LEVEL_ROW, *basic = m->levels + BASIC * LEVEL_ROW, *offer = m->offers + s * OFFER_FIELDS;
            float capacity = m->capacity[(e * sellers + s) * 5 + level], accounts = (float)m->accounts[s * 5 + level];
            float *out = m->service + (5 * s + level) * SERVICE_FIELDS;
#define THINNED(field) thinned(mine[field], basic[field], capacity, accounts)
            out[SERVICE_PROBLEM] = problem_probability(y->problem_rate, THINNED(LEVEL_PREVENT), m->standing[s * STANDING_FIELDS + LEARNED],
                                                       y->learning_effect);
            out[SERVICE_OPENNESS] = THINNED(LEVEL_OPENNESS);
            out[SERVICE_DETECT] = either(THINNED(LEVEL_DETECT), offer[DETECT]);
            out[SERVICE_RESOLVE] = THINNED(LEVEL_RESOLVE) * offer[CAPABILITY];
            out[SERVICE_USAGE] = THINNED(LEVEL_USAGE) * offer[CAPABILITY];
            out[SERVICE_SOCIAL] = mine[LEVEL_SOCIAL];
            out[SERVICE_TIE] = THINNED(LEVEL_TIE);
            out[SERVICE_CONTACT] = THINNED(LEVEL_CONTACT);
            out[SERVICE_AFTER_SALE] = mine[LEVEL_AFTER_SALE];
            out[SERVICE_COST] = mine[LEVEL_COST] + offer[LISTENING_COST];
#undef THINNED
        }
}

static void open_period(const struct market *m, int64_t t)
{
    for (int64_t s = 0; s < m->standing_n[0]; s++)
        make_offer(m, s, t);
    serve(m, t);
}

/* Accounts by buyer type and the seller's course; t = -1: before all. */
static void take_note(const struct market *m, int64_t s, int64_t t)
{
    int64_t row = row_of(m, t), types = m->held_n[1];
    for (int64_t k = 0; k < types; k++) {
        int64_t change = 0;
        for (int64_t worker = 0; worker < m->flows_n[0]; worker++) {
            const int64_t *book = m->flows + (((worker * m->flows_n[1] + row) * types + k) * m->flows_n[3] + s) * COLUMNS;
            for (int level = 0; level < 5; level++)
                change += book[ENTERED_LEVEL + level] - book[QUITTED_LEVEL + level];
        }
        m->held[s * types + k] = row == 0 ? change : m->held[s * types + k] + change;
    }
    float *course = m->course + (row * m->standing_n[0] + s) * COURSE_FIELDS;
    const float *offer = m->offers + s * OFFER_FIELDS;
    course[0] = offer[PRICE], course[1] = offer[PREMIUM], course[2] = offer[UNIT_COST], course[3] = offer[CAPABILITY];
    memcpy(course + COURSE_STANDING, m->standing + s * STANDING_FIELDS, STANDING_FIELDS * sizeof(float));
    course[COURSE_STANDING + STANDING_FIELDS] = (float)m->response[s * RESPONSE_FIELDS + FOLLOWS];
    course[COURSE_STANDING + STANDING_FIELDS + 1] = (float)m->response[s * RESPONSE_FIELDS + HARVESTING];
}

/* before: [seller][COLUMNS], what row 0 held when the period began. */
static void close_seller(const struct market *m, int64_t s, int64_t t, const int64_t *before)
{
    const struct behaviour *y = (const struct behaviour *)m->behaviour;
    int64_t row = row_of(m, t), served = 0;
    float *standing = m->standing + s * STANDING_FIELDS;
#define SINCE_BEFORE(column) (booked(m, row, s, column) - before[s * COLUMNS + (column)])
    for (int level = 0; level < 5; level++) {
        m->accounts[s * 5 + level] += SINCE_BEFORE(ENTERED_LEVEL + level) - SINCE_BEFORE(QUITTED_LEVEL + level);
        served += SINCE_BEFORE(SERVED + level);
    }
    int64_t kept = SINCE_BEFORE(KEPT), broken = SINCE_BEFORE(BROKEN_PROMISES), lessons = SINCE_BEFORE(LESSONS);
    if (kept + broken > 0)
        standing[REPUTATION] = moved_towards(standing[REPUTATION], (float)kept / (float)(kept + broken), y->reputation_speed);
    float per_account = served > 0 ? (float)lessons / (float)served : 0.0f;
    float speed = y->seller_learning * (1.0f + m->offers[s * OFFER_FIELDS + LEARNING_BOOST]);
    standing[LEARNED] = learned_more(standing[LEARNED], per_account, speed, y->seller_forgetting);
#undef SINCE_BEFORE
    take_note(m, s, t);
}
