/* SPDX-License-Identifier: MIT
 *
 * report.h - Results as one page of HTML that needs nothing else: no script, no other file.
 */
#ifndef INR_BENCH_REPORT_H
#define INR_BENCH_REPORT_H

#include "bench/results.h"

/* Write the page. A failed write is left to the stream. Errors: INR_ERR_MEMORY. */
enum inr_status inr_bench_write_html(const struct inr_bench_results *results, FILE *out,
                                     struct inr_error *err);

#endif
