/* SPDX-License-Identifier: MIT
 *
 * table.h - Results as CSV, JSON and Markdown, and the sentence that says who won.
 */
#ifndef INR_BENCH_TABLE_H
#define INR_BENCH_TABLE_H

#include "bench/results.h"

/* One heading line with the names of all columns, then a line a row; texts quoted where they need
 * it. A failed write is left to the stream. */
void inr_bench_write_csv(const struct inr_bench_results *results, FILE *out);

/* {"rows": [...], "verdict": "..."}. NULL: out of memory. */
json_t *inr_bench_to_json(const struct inr_bench_results *results);

/* The columns that people read, without those in which no row has anything. */
void inr_bench_write_markdown(const struct inr_bench_results *results, FILE *out);

/* Which columns of inr_bench_field_at people see in a table of these rows. */
bool inr_bench_shows(const struct inr_bench_results *results, size_t field);

/* A mean over the comparisons in which every model took part. */
struct inr_bench_mean {
    const char *model, *family;
    double psnr;
};

/* Who is best in one mode at one size: means in falling order into `out` (at most `most`), *over
 * the number of comparisons. A model without any finished row does not count. */
size_t inr_bench_rank(const struct inr_bench_results *results, const char *mode, uint64_t size,
                      struct inr_bench_mean *out, size_t most, size_t *over);

/* One sentence a size: the winner of each mode and by how many dB, and how the best INR compares
 * with the best grid. free() it; NULL: out of memory. Empty when nothing can be compared. */
char *inr_bench_verdict(const struct inr_bench_results *results);

#endif
