/* The kernel's own loops in C (sim/core/using.py and buying.py, stage for stage), left to the compiler to turn into vector instructions:
   what the same way of writing costs without Numba. What the kernel writes as vectors of sixteen is written so here (plain_pressing.h). */
#pragma once
#include "plain_delivery.h"

/* Have the worker's next tile brought near: a large market does not fit into the cache. */
static void fetch_next(const struct market *m, const float *tile)
{
    const float *next = tile + m->flows_n[0] * m->state_n[1], *end = m->state + m->state_n[0] * m->state_n[1];
    if (next < end)
        for (int64_t i = 0; i < m->state_n[1]; i += 16)
            __builtin_prefetch(next + i, 0, 2);
}

static void turn_over(const struct scene *scene, float *restrict tile, int lanes, const struct desk *restrict d)
{
    for (int i = 0; i < lanes; i++)
        put_whole(tile, HAPPENED, i, whole(tile, HAPPENED, i) & INCIDENT);
    for (int i = 0; i < lanes; i++)
        if (d->u_turnover[i] < scene->y.turnover) {
            leave_market(scene, tile, i);
            enter(scene, tile, i, scene->first + (uint32_t)i, scene->t, scene->t + 1);
        }
}

/* One lot of every buyer on the list: review or reorder, choose, change supplier or stay, have delivered and learn. */
static void buy_lot(const struct scene *scene, int buyers, int width, int lot, struct desk *restrict d)
{
    deal_lot(scene, width, lot, d);
    int reviewers = decide(scene, buyers, width, d);
    STAGE(DECIDE_STAGE);
    deal_choice(scene, whole_vectors(reviewers), lot, d);
    choose(scene, buyers, whole_vectors(reviewers), d);
    STAGE(CHOOSE_STAGE);
    int movers = conclude(buyers, width, d);
    count_decisions(scene, width, d);
    end_relationships(scene, movers, d);
    deal_records(scene, whole_vectors(movers), d);
    begin_relationships(scene, movers, d);
    sign_contracts(scene, reviewers, d);
    STAGE(MOVE_STAGE);
    if (scene->y.learning > 0.0f)
        deal_tastes(scene, width, d);
    collect(scene, width, d);
    receive(scene->y, width, scene->t, scene->m->discount_factor[scene->t], d);
    put_back(width, scene->sellers, d);
    STAGE(RECEIVE_STAGE);
    count_lots(scene, width, d);
    if (scene->m->hearing)
        remember(buyers, reviewers, scene->sellers, d);
    STAGE(COUNT_LOTS_STAGE);
}

static void buy(const struct scene *scene, float *restrict tile, int lanes, struct desk *restrict d)
{
    int rows = dyad(DYAD_ROWS, 0, scene->sellers) + (scene->m->hearing ? HEARSAY_ROWS : 0);
    int buyers = list_buyers(tile, rows, lanes, d), width = fill_up(buyers, d);
    lay_offers(scene, d);
    STAGE(LIST_STAGE);
    for (int lot = 0; lot < (buyers > 0 ? scene->m->lots[scene->k] : 0); lot++)
        buy_lot(scene, buyers, width, lot, d);
    unlist_buyers(tile, buyers, rows, scene->sellers, lanes, d);
    STAGE(COUNT_LOTS_STAGE);
}

/* One period of one tile, after sellers have regrouped. */
static void advance_buyers(const struct scene *scene, float *restrict tile, int lanes, struct desk *restrict d)
{
    fetch_next(scene->m, tile);
    draw_luck(scene, lanes, d);
    STAGE(LUCK_STAGE);
    turn_over(scene, tile, lanes, d);
    hear_advertising(scene, tile, lanes);
    STAGE(TURNOVER_STAGE);
    meet(scene, tile, lanes, d);
    use(scene->y, lanes, scene->t, scene->m->discount_factor[scene->t], d);
    part(scene, tile, lanes, d);
    STAGE(USE_STAGE);
    count_use(scene, lanes, d);
    STAGE(COUNT_STAGE);
    buy(scene, tile, lanes, d);
}

static void prepare(const struct market *m, int64_t t, struct desk *d) { (void)m, (void)t, (void)d; }
