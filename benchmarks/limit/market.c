/* The market in C: the rules of sim/core, played in the arrays that sim.runs.new_market makes. Built by build.py, called by play.py.

   No word of mouth, no network, no partners, no shocks, no spending in the six markets, no sellers that answer: play.py refuses those. */
#include <stdlib.h>
#ifdef _OPENMP
#include <omp.h>
#endif
#include "places.h"
#include "sellers.h"
#include "stages.h"

static void hear_advertising(const struct scene *scene, float *tile, int lanes)
{
    int anybody = 0, sellers = scene->sellers;
    for (int s = 0; s < sellers; s++)
        anybody |= OFFERED(s, ADVERTISING) > 0.0f;
    int32_t everybody = sellers == 32 ? -1 : (int32_t)((1u << sellers) - 1u);
    for (int lane = 0; lane < (anybody ? lanes : 0); lane++)
        if (whole(tile, AWARE, lane) != everybody)
            hear(scene, tile, lane, scene->first + (uint32_t)lane);
}

#ifdef LIMIT
#include "wide.h"
#else
#include "plain.h"
#endif

static struct scene scene_of(const struct market *m, int64_t worker, int64_t q, int64_t t)
{
    int64_t k = m->tile_type[q], types = m->flows_n[2], rows = m->flows_n[1];
    int64_t *book = m->flows + ((worker * rows + row_of(m, t)) * types + k) * m->flows_n[3] * COLUMNS;
    return (struct scene){.m = m, .y = *(const struct behaviour *)m->behaviour, .book = book, .worker = (int)worker, .k = (int)k, .t = (int)t,
                          .sellers = (int)m->standing_n[0], .first = m->tile_first[q]};
}

static void assign_levels_anew(const struct scene *scene, float *tile, int lanes)
{
    int anyone = 0;
    for (int s = 0; s < scene->sellers; s++)
        anyone |= scene->m->changed[s];
    for (int lane = 0; lane < (anyone ? lanes : 0); lane++) {
        int s = whole(tile, INCUMBENT, lane);
        if (s >= 0 && scene->m->changed[s])
            regroup(scene, tile, lane, scene->first + (uint32_t)lane);
    }
}

static void step_tiles(const struct market *m, int64_t worker, int64_t t, struct desk *desk)
{
    prepare(m, t, desk);
    for (int64_t q = worker; q < m->state_n[0]; q += m->flows_n[0]) {
        struct scene scene = scene_of(m, worker, q, t);
        float *tile = m->state + q * m->state_n[1];
        STAGE(NO_STAGE);
        assign_levels_anew(&scene, tile, m->tile_lanes[q]);
        advance_buyers(&scene, tile, m->tile_lanes[q], desk);
    }
}

/* --- what play.py calls  --- */

int has_threads(void)
{
#ifdef _OPENMP
    return 1;
#else
    return 0;
#endif
}

/* First buyers in every tile, and the accounts that this makes. */
void market_begin(const int64_t *words)
{
    struct market m = view(words);
    open_period(&m, 0);
#pragma omp parallel for num_threads(m.flows_n[0]) schedule(static, 1)
    for (int64_t worker = 0; worker < m.flows_n[0]; worker++)
        for (int64_t q = worker; q < m.state_n[0]; q += m.flows_n[0]) {
            struct scene scene = scene_of(&m, worker, q, 0);
            scene.book = m.flows + (worker * m.flows_n[1] * m.flows_n[2] + scene.k) * m.flows_n[3] * COLUMNS;
            settle(&scene, m.state + q * m.state_n[1], m.tile_lanes[q]);
        }
    for (int64_t s = 0; s < m.standing_n[0]; s++) {
        for (int level = 0; level < 5; level++)
            m.accounts[s * 5 + level] = booked(&m, 0, s, ENTERED_LEVEL + level) - booked(&m, 0, s, QUITTED_LEVEL + level);
        take_note(&m, s, -1);
    }
}

static void watch(const struct market *m, int64_t t)
{
    int64_t rows = m->panel_n[2];
    for (int64_t i = 0; t >= m->burn_in - 1 && i < m->watched_n[0]; i++)      /* row 0: before the record */
        for (int64_t row = 0; row < rows; row++)
            m->panel[(row_of(m, t) * m->watched_n[0] + i) * rows + row] =
                m->state[m->watched[i] / LANES * m->state_n[1] + row * STRIDE + m->watched[i] % LANES];
}

/* Periods from … until − 1, each worker's tiles on a thread of its own. */
void market_play(const int64_t *words, int64_t from, int64_t until)
{
    struct market m = view(words);
    int64_t sellers = m.standing_n[0], workers = m.flows_n[0];
    size_t desk_bytes = (sizeof(struct desk) + 63) / 64 * 64;
    char *desks = aligned_alloc(64, desk_bytes * workers);
    int64_t *before = calloc(sellers * COLUMNS, sizeof(int64_t));
    memset(desks, 0, desk_bytes * workers);
    for (int64_t t = from; t < until; t++) {
        memset(before, 0, sellers * COLUMNS * sizeof(int64_t));
        for (int64_t s = 0; t < m.burn_in && s < sellers; s++)
            for (int column = 0; column < COLUMNS; column++)
                before[s * COLUMNS + column] = booked(&m, 0, s, column);
        open_period(&m, t);
#pragma omp parallel for num_threads(workers) schedule(static, 1)
        for (int64_t worker = 0; worker < workers; worker++)
            step_tiles(&m, worker, t, (struct desk *)(desks + worker * desk_bytes));
        for (int64_t s = 0; s < sellers; s++)
            close_seller(&m, s, t, before);
        watch(&m, t);
    }
    free(desks);
    free(before);
}

/* At the horizon: relationships that still run are recorded as running. */
void market_close(const int64_t *words)
{
    struct market m = view(words);
    for (int64_t worker = 0; worker < m.flows_n[0]; worker++)
        for (int64_t q = worker; q < m.state_n[0]; q += m.flows_n[0]) {
            struct scene scene = scene_of(&m, worker, q, m.epoch_n[0] - 1);
            float *tile = m.state + q * m.state_n[1];
            for (int lane = 0; lane < m.tile_lanes[q]; lane++)
                if (whole(tile, INCUMBENT, lane) >= 0)
                    record_ending(&scene, tile, lane, (int)m.epoch_n[0], C_RUNNING);
        }
}
