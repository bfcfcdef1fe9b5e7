/* SPDX-License-Identifier: MIT
 *
 * select.h - Changes a suite as a command line asks: a part of it, other sizes, other signals.
 */
#ifndef INR_BENCH_SELECT_H
#define INR_BENCH_SELECT_H

#include "bench/suite.h"

/* What can be selected: the name is that of the option. */
struct inr_bench_selector {
    const char *name, *help;
    enum inr_status (*apply)(struct inr_bench_suite *suite, const char *text,
                             struct inr_error *err);
};

/* sizes and seeds (replaced), signals, bandwidths, models and tasks (a part is kept), mode, steps,
 * time, clamp, with. NULL past the end. Values are separated by commas. Errors of apply:
 * INR_ERR_USAGE with what there is to choose from. */
const struct inr_bench_selector *inr_bench_selector_at(size_t index);

/* Fit these files instead of the suite's signals. Errors: INR_ERR_MEMORY. */
enum inr_status inr_bench_suite_set_files(struct inr_bench_suite *suite, const char *const *paths,
                                          size_t n, struct inr_error *err);

#endif
