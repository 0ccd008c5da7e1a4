/* Where the time goes: the processor's cycles (time stamp counter) by stage, counted only where STAGES is defined. */
#pragma once
enum stage { NO_STAGE, LUCK_STAGE, TURNOVER_STAGE, USE_STAGE, COUNT_STAGE, LIST_STAGE, DECIDE_STAGE, CHOOSE_STAGE, MOVE_STAGE,
             RECEIVE_STAGE, COUNT_LOTS_STAGE, STAGE_COUNT };
int64_t stage_cycles[STAGE_COUNT];          /* of one thread; several would write over one another */
#ifdef STAGES
#include <x86intrin.h>
static uint64_t stage_began;
enum { INTERRUPTED = 200000 };              /* a stage of a tile takes some 20,000 cycles; more, and somebody else was at work meanwhile */
#define STAGE(just_done) do { \
        uint64_t now = __rdtsc(); \
        stage_cycles[just_done] += now - stage_began < INTERRUPTED ? (int64_t)(now - stage_began) : 0; \
        stage_began = now; \
    } while (0)
#else
#define STAGE(just_done) (void)0
#endif
