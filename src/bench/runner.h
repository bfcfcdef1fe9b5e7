/* SPDX-License-Identifier: MIT
 *
 * runner.h - Runs the rows of a suite, one after another, and keeps what is done.
 */
#ifndef INR_BENCH_RUNNER_H
#define INR_BENCH_RUNNER_H

#include "bench/results.h"
#include "bench/trial.h"

/* The rows of a suite in the order in which they run: modes, signals, seeds, tasks, sizes, models.
 * Models that are not for a signal's dimensions have no row with it. */
struct inr_bench_plan {
    struct inr_bench_job *jobs;
    size_t n;
};

/* List them. Files are read once, for what decides the keys. Errors: those of
 * inr_bench_source_load and inr_bench_suite_config. */
enum inr_status inr_bench_plan_make(const struct inr_bench_suite *suite,
                                    struct inr_bench_plan *plan, struct inr_error *err);

void inr_bench_plan_free(struct inr_bench_plan *plan);

/* Whether row i is one of shard `shard` of `shards` (from 1): the shards are disjoint, hold
 * everything together, and every one gets its share of each model. */
bool inr_bench_in_shard(const struct inr_bench_plan *plan, size_t i, int shard, int shards);

struct inr_bench_options {
    const char *folder; /* where rows are kept and found again; NULL: in memory only */
    int shard, shards;  /* 1 of 1: everything */
    struct inr_bench_device device;
};

struct inr_bench_progress {
    size_t row, rows; /* the one that runs, from 1, of how many of this shard */
    size_t failed;
    const struct inr_bench_row *what;
    const struct inr_fit_progress *fit; /* NULL: between fits */
    double eta;                         /* seconds left for all; < 0: unknown */
};

struct inr_bench_watch {
    enum inr_fit_action (*progress)(void *user, const struct inr_bench_progress *progress);
    void (*row)(void *user, const struct inr_bench_row *row); /* one has ended */
    void *user;
    struct inr_log log;
};

/* Run what is not done yet and add it to `results`, in the order of the plan. A row that fails is
 * recorded with its sentence. Returns INR_OK when all are done, INR_ERR_FAILED when some failed,
 * INR_INTERRUPTED when the watcher stopped (rows that ended are kept), INR_ERR_OUTPUT when they
 * cannot be kept, INR_ERR_NO_DEVICE. */
enum inr_status inr_bench_run(const struct inr_bench_suite *suite,
                              const struct inr_bench_options *options,
                              const struct inr_bench_watch *watch,
                              struct inr_bench_results *results, struct inr_error *err);

#endif
