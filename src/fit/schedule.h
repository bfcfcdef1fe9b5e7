/* SPDX-License-Identifier: MIT
 *
 * schedule.h - The table of learning-rate schedules, and the rows of steps that drive a backend.
 */
#ifndef INR_FIT_SCHEDULE_H
#define INR_FIT_SCHEDULE_H

#include "exec/exec.h"
#include "inrush/fit.h"

enum inr_schedule_id {
    INR_SCHEDULE_CONSTANT = 0,
    INR_SCHEDULE_COSINE = 1,
    INR_SCHEDULE_EXPONENTIAL = 2,
    INR_SCHEDULE_STEP = 3,
    INR_SCHEDULE_DECAY = 4
};

struct inr_schedule {
    int id;
    const char *name;
    const char *summary;
    /* Rate / initial rate in step `index` (from 0), when the fraction `t` in [0,1] of the budget
     * has passed. */
    double (*factor)(const struct inr_fit_config *config, double t, uint64_t index);
};

/* Rows have static storage. Lookups return NULL when there is no such row. */
size_t inr_schedule_count(void);
const struct inr_schedule *inr_schedule_at(size_t index);
const struct inr_schedule *inr_schedule_by_id(int id);

/* The learning rate of step `index` (from 0) of a fit laid out for `total` steps. */
double inr_schedule_rate(const struct inr_fit_config *config, uint64_t index, uint64_t total);

/* The rate will not have fallen when `total` steps are done. */
bool inr_schedule_is_flat(const struct inr_fit_config *config, uint64_t total);

/* The share of a lag in the average after `steps` steps, see inr_lag_average; 0: there is none. */
double inr_schedule_share(const struct inr_fit_config *config, uint64_t steps);

/* Fill rows [n] for the steps first, first + 1 ... */
void inr_schedule_steps(const struct inr_fit_config *config, uint64_t first, uint64_t total,
                        struct inr_step *rows, uint32_t n);

#endif
