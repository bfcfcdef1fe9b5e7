/* SPDX-License-Identifier: MIT
 *
 * plan.h - How long a fit goes on: steps and seconds turned into chunks and an estimated total.
 */
#ifndef INR_FIT_PLAN_H
#define INR_FIT_PLAN_H

#include "fit/model.h"

/* Most steps of one call of a backend. */
#define INR_PLAN_CHUNK_MAX 4096u

struct inr_plan {
    uint64_t limit;                /* steps; 0: none, then `seconds` is set */
    double seconds;                /* 0: none */
    double steps_ran, seconds_ran; /* recent history, older chunks weigh less */
    uint32_t last;                 /* size of the last chunk */
    uint32_t chunks;               /* how many have run */
};

/* Lay out the budget of `config`; sets training->total. Budgets count from the first step of the
 * fit, also where it is resumed. */
void inr_plan_begin(struct inr_plan *plan, const struct inr_fit_config *config,
                    struct inr_training *training);

/* Steps to run next, at most `most`; 0: the budget has ended. */
uint32_t inr_plan_chunk(const struct inr_plan *plan, const struct inr_training *training,
                        uint64_t most);

/* Take note of a chunk: counts it in `training` and lays out the total anew. */
void inr_plan_ran(struct inr_plan *plan, struct inr_training *training, uint32_t n, double seconds);

/* Steps a second, 0 before the first chunk. */
double inr_plan_speed(const struct inr_plan *plan);

/* Seconds left, or -1: unknown. */
double inr_plan_left(const struct inr_plan *plan, const struct inr_training *training);

#endif
