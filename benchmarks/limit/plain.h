/* The kernel's own loops in C (sim/core/using.py and buying.py, stage for stage), left to the compiler to turn into vector instructions:
   what the same way of writing costs without Numba. */
#pragma once
#include "plain_buying.h"

/* --- one period of one tile, after sellers have regrouped  --- */

/* Have the worker's next tile brought near: a large market does not fit into the cache. */
static void fetch_next(const struct market *m, const float *tile)
{
    const float *next = tile + m->flows_n[0] * m->state_n[1], *end = m->state + m->state_n[0] * m->state_n[1];
    if (next < end)
        for (int64_t i = 0; i < m->state_n[1]; i += 16)
            __builtin_prefetch(next + i, 0, 2);
}

static void advance_buyers(const struct scene *scene, float *restrict tile, int lanes, struct desk *restrict d)
{
    float discount_factor = scene->m->discount_factor[scene->t];
    fetch_next(scene->m, tile);
    draw_luck(scene, lanes, d);
    STAGE(LUCK_STAGE);
    for (int i = 0; i < lanes; i++)
        put_whole(tile, HAPPENED, i, whole(tile, HAPPENED, i) & INCIDENT);
    for (int i = 0; i < lanes; i++)
        if (d->u_turnover[i] < scene->y.turnover) {
            leave_market(scene, tile, i);
            enter(scene, tile, i, scene->first + (uint32_t)i, scene->t, scene->t + 1);
        }
    hear_advertising(scene, tile, lanes);
    STAGE(TURNOVER_STAGE);
    meet(scene, tile, lanes, d);
    use(scene->y, lanes, discount_factor, d);
    part(scene, tile, lanes, d);
    STAGE(USE_STAGE);
    count_use(scene, lanes, d);
    STAGE(COUNT_STAGE);
    int buyers = list_buyers(tile, lanes, d), lots = buyers > 0 ? scene->m->lots[scene->k] : 0;
    STAGE(LIST_STAGE);
    for (int lot = 0; lot < lots; lot++) {
        deal_lot(scene, buyers, lot, d);
        int reviewers = decide(scene, tile, buyers, d);
        STAGE(DECIDE_STAGE);
        deal_choice(scene, reviewers, lot, d);
        choose(scene, tile, reviewers, d);
        STAGE(CHOOSE_STAGE);
        move(scene, tile, conclude(scene, tile, buyers, d), d);
        sign_contracts(scene, tile, reviewers, d);
        STAGE(MOVE_STAGE);
        if (scene->y.learning > 0.0f)
            deal_tastes(scene, buyers, d);
        collect(scene, tile, buyers, d);
        receive(scene, buyers, discount_factor, d);
        put_back(tile, buyers, scene->sellers, d);
        STAGE(RECEIVE_STAGE);
        count_lots(scene, buyers, d);
        if (scene->m->hearing)
            remember(tile, buyers, reviewers, scene->sellers, d);
        STAGE(COUNT_LOTS_STAGE);
    }
}

static void prepare(const struct market *m, int64_t t, struct desk *d) { (void)m, (void)t, (void)d; }
