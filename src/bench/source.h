/* SPDX-License-Identifier: MIT
 *
 * source.h - The signal of a row, read or generated.
 */
#ifndef INR_BENCH_SOURCE_H
#define INR_BENCH_SOURCE_H

#include "bench/suite.h"

struct inr_bench_source {
    struct inr_signal signal;
    float low, high; /* its least and greatest value */
    bool unit;       /* meant to lie in [0,1]: generated, or from a file and within */
    char hash[17];   /* of the samples */
};

/* Read or generate. `seed` is the row's; it matters to generated signals that have no seed of their
 * own. Errors: INR_ERR_INPUT, INR_ERR_USAGE (no such generated signal), INR_ERR_MEMORY. On failure
 * *source is zeroed. */
enum inr_status inr_bench_source_load(const struct inr_bench_signal *signal, uint64_t seed,
                                      struct inr_bench_source *source, struct inr_error *err);

void inr_bench_source_free(struct inr_bench_source *source);

/* The same cut at the far ends to a multiple of `factor` points an axis (super-resolution trains on
 * blocks of that many). Errors: INR_ERR_MEMORY. */
enum inr_status inr_bench_source_cut(const struct inr_bench_source *source, uint32_t factor,
                                     struct inr_bench_source *out, struct inr_error *err);

/* "1000x1000", with the channels at the end where there is more than one. */
void inr_bench_source_shape(const struct inr_bench_source *source, char out[48]);

#endif
