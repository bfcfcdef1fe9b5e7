/* SPDX-License-Identifier: MIT
 *
 * trial.h - One row of a benchmark, run: settings, size, fit, scores.
 */
#ifndef INR_BENCH_TRIAL_H
#define INR_BENCH_TRIAL_H

#include "bench/picture.h"
#include "bench/row.h"
#include "bench/source.h"
#include "bench/suite.h"

/* What to run; everything is borrowed. */
struct inr_bench_job {
    const struct inr_bench_suite *suite;
    const struct inr_bench_signal *signal;
    const struct inr_bench_model *model;
    const struct inr_bench_task *task;
    enum inr_bench_mode mode;
    uint64_t size, seed;
    char key[17];
    double cost; /* of the row, in units of its own: seconds where those are the budget */
};

/* Where to run it. */
struct inr_bench_device {
    const char *wish; /* as in inr_fit_config.device */
    int threads;
    char name[256], driver[256]; /* what the wish led to */
};

/* Find out name and driver. Errors: INR_ERR_NO_DEVICE. */
enum inr_status inr_bench_device_find(struct inr_bench_device *device, const struct inr_log *log,
                                      struct inr_error *err);

/* Fill in what a row says before it runs. */
void inr_bench_row_begin(const struct inr_bench_job *job, const struct inr_bench_device *device,
                         struct inr_bench_row *row);

/* Run. `row` was begun; it receives sizes, scores, times and the curve, not the status. `pictures`
 * (may be NULL) gets the result's and its error's. Errors: those of the settings and of a fit;
 * INR_INTERRUPTED when the watcher stopped it. */
enum inr_status inr_bench_trial(const struct inr_bench_job *job,
                                const struct inr_bench_device *device,
                                const struct inr_bench_source *source,
                                const struct inr_fit_watch *watch, struct inr_bench_row *row,
                                struct inr_bench_pictures *pictures, struct inr_error *err);

#endif
