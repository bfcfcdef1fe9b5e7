/* SPDX-License-Identifier: MIT
 *
 * table.h - Rates and distortions as tables, JSON and a page.
 */
#ifndef INR_BENCH_RATE_TABLE_H
#define INR_BENCH_RATE_TABLE_H

#include <stdio.h>

#include "bench/rate/curve.h"

/* What is written, all from the same curves. */
struct inr_rate_tables {
    const struct inr_bench_results *results;
    struct inr_rate_curves curves;
    const struct inr_rate_curve *anchor; /* in curves; NULL: there are no rows */
};

/* `anchor` NULL: "jpeg", or else the first coder. Errors: INR_ERR_USAGE (no such curve),
 * INR_ERR_MEMORY. */
enum inr_status inr_rate_tables_make(const struct inr_bench_results *results, const char *anchor,
                                     struct inr_rate_tables *tables, struct inr_error *err);

void inr_rate_tables_free(struct inr_rate_tables *tables);

/* Means by coder and rate, differences of rates, and with `all` the published points. A failed
 * write is left to the stream. */
void inr_rate_write_markdown(const struct inr_rate_tables *tables, bool all, FILE *out);

/* Rows, means, bd_rate and published; the caller releases it. NULL: out of memory. */
json_t *inr_rate_to_json(const struct inr_rate_tables *tables);

/* A page that needs nothing else. A failed write is left to the stream. Errors: INR_ERR_MEMORY. */
enum inr_status inr_rate_write_html(const struct inr_rate_tables *tables, FILE *out,
                                    struct inr_error *err);

/* One sentence on the first of our methods; "" where there is nothing to say. */
void inr_rate_verdict(const struct inr_rate_tables *tables, char *out, size_t size);

#endif
