/* The kernel's loops in C: the working memory of one thread (sim/core/scratch.py). A row of STRIDE numbers each, as in a tile. */
#pragma once
#include "plain_pressing.h"

/* What the choice weighs for each reviewer: rows that are pressed together out of the list. */
struct reviewers {
    int32_t number[STRIDE], lane[STRIDE], incumbent[STRIDE];
    float barrier[STRIDE], returning[STRIDE], weight[STRIDE], sensitivity[STRIDE];
    int32_t known[STRIDE];
    float tenure[STRIDE];
};
enum { REVIEWER_ROWS = sizeof(struct reviewers) / (STRIDE * sizeof(float)) };

struct desk {
    /* Lane by lane: luck, the dyad with the incumbent, the service it gets, and what comes of it. */
    float u_turnover[STRIDE], u_occasion[STRIDE], u_problem[STRIDE], u_surface[STRIDE], u_resolve[STRIDE], u_contact[STRIDE];
    float own[DYAD_ROWS][STRIDE], service[BY_KEY][STRIDE], tie[STRIDE], voice[STRIDE], orientation[STRIDE], spent[STRIDE], g_now[STRIDE];
    int32_t key[STRIDE], events[STRIDE], counts[STRIDE], more_counts[STRIDE], phases[STRIDE], value_parts[STRIDE], bond_parts[STRIDE];
    int32_t comes[STRIDE], levels[TABLE_SELLERS];           /* of each seller: a bit for a level in use */
    /* Buyer by buyer of the period's list: who it is, its luck, and its encounter with the seller it has chosen. */
    int32_t lane[STRIDE], served_by[STRIDE], incumbent[STRIDE], is_free[STRIDE], reviews[STRIDE], chosen[STRIDE];
    int32_t cause[STRIDE], moves[STRIDE];
    float u_review[STRIDE], z_delivered[STRIDE], u_contract[STRIDE], taste[STRIDE], with[DYAD_ROWS][STRIDE], g_here[STRIDE];
    float offer[OF_FIELDS][STRIDE], handed_over[STRIDE];
    int32_t units[STRIDE], points[STRIDE], was_kept[STRIDE];
    /* Mover by mover: who changes supplier, to whom, and its luck with the new seller's records. */
    int32_t mover[STRIDE], mover_lane[STRIDE], moves_to[STRIDE], mover_entered[STRIDE];
    float u_right[STRIDE], u_which[STRIDE];
    /* Reviewer by reviewer: what the choice weighs; luck with not buying and with each seller. */
    struct reviewers of;
    float shown[DYAD_ROWS][STRIDE], best[STRIDE], luck_here[STRIDE], luck[36][STRIDE];
    int32_t choice[STRIDE];
    /* A table of services or of offers; and a second tile, of the buyers of the period's list alone. */
    float table[5 * TABLE_SELLERS * (1 + BY_KEY)], list[LIST_ROWS * STRIDE];
};

enum { NOBODY = -2 };                       /* serves a lane that only fills up a list; -1 is no supplier */
