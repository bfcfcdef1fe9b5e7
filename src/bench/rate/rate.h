/* SPDX-License-Identifier: MIT
 *
 * rate.h - What pictures look like at the same number of bytes: our methods beside other coders.
 *
 * Rows are those of bench/row.h in mode "rate": signal is the picture, model the coder, size the
 * bytes asked for. Every coder is asked for each rate; what it came to is in bytes and bpp.
 */
#ifndef INR_BENCH_RATE_RATE_H
#define INR_BENCH_RATE_RATE_H

#include "bench/rate/coder.h"
#include "bench/runner.h"

#define INR_RATE_MODE      "rate"
#define INR_RATE_RATES_MAX 32

struct inr_rate_options {
    const char *const *paths; /* pictures, and folders of pictures */
    size_t n_paths;
    const char *models;               /* coders by name, separated by commas; NULL: all */
    double rates[INR_RATE_RATES_MAX]; /* bits a pixel */
    size_t n_rates;
    int effort;                     /* of our methods, 1..9 */
    const char *with;               /* settings of ours, "layers=2,..."; or NULL */
    const char *folder;             /* NULL: keep nothing */
    int shard, shards;              /* 1 of 1: everything */
    struct inr_bench_device device; /* of ours: wish and threads */
};

/* Run what is not done yet and add all rows to `results`, in the order of pictures, coders, rates.
 * One notice names the programs that are not installed. Errors: INR_ERR_USAGE, INR_ERR_INPUT (no
 * picture), INR_ERR_OUTPUT (folder), INR_ERR_FAILED (some rows failed; the others are there),
 * INR_INTERRUPTED, INR_ERR_MEMORY. */
enum inr_status inr_rate_run(const struct inr_rate_options *options,
                             const struct inr_bench_watch *watch, struct inr_bench_results *results,
                             struct inr_error *err);

/* True when the rows are of such a run. */
bool inr_rate_is(const struct inr_bench_results *results);

#endif
