/* The limit: one period of one tile, sixteen buyers at a time, written out in AVX-512.

   What the kernel gathers, this selects: the dyad with one seller out of S is S masked loads, a service out of 32 one permutation. This
   period's buyers are pressed together row by row into a list (`compress`), live through all their lots there, and are spread out again. */
#pragma once
#include "wide_delivery.h"

inlined void advance_market_of(const struct scene *scene, float *tile, int lanes, struct desk *d, int sellers)
{
    int rows = ROWS + DYAD_ROWS * sellers + (scene->m->hearing ? HEARSAY_ROWS : 0);
    draw_luck(scene, tile, lanes, d, sellers);
    STAGE(LUCK_STAGE);
    hear_advertising(scene, tile, lanes);
    STAGE(TURNOVER_STAGE);
    live(scene, tile, lanes, d, sellers);
    STAGE(USE_STAGE);
    if (scene->m->lots[scene->k] == 0)
        return;
    int buyers = list_buyers(tile, lanes, d, rows);
    STAGE(LIST_STAGE);
    for (int lot = 0; lot < (buyers ? scene->m->lots[scene->k] : 0); lot++) {
        int reviewers = decide(scene, buyers, lot, d, sellers);
        STAGE(DECIDE_STAGE);
        choose(scene, buyers, reviewers, lot, d, sellers);
        STAGE(CHOOSE_STAGE);
        move(scene, conclude(scene, buyers, d, sellers), d);
        sign_contracts(scene, buyers, d);
        STAGE(MOVE_STAGE);
        if (scene->y.learning > 0.0f)
            deal_tastes(scene, buyers, d);
        receive(scene, buyers, d, sellers);
        STAGE(RECEIVE_STAGE);
    }
    unlist_buyers(tile, lanes, d, rows, sellers);
    STAGE(COUNT_LOTS_STAGE);
}

static __attribute__((noinline)) void advance_buyers(const struct scene *scene, float *tile, int lanes, struct desk *d)
{
    switch (scene->sellers) {               /* loops over few sellers are unrolled */
    case 4: advance_market_of(scene, tile, lanes, d, 4); break;
    case 5: advance_market_of(scene, tile, lanes, d, 5); break;
    default: advance_market_of(scene, tile, lanes, d, scene->sellers);
    }
}
