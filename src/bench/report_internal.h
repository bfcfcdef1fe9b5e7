/* SPDX-License-Identifier: MIT
 *
 * report_internal.h - What the parts of the page share: the results sorted by what was compared.
 */
#ifndef INR_BENCH_REPORT_INTERNAL_H
#define INR_BENCH_REPORT_INTERNAL_H

#include <stdio.h>

#include "bench/results.h"
#include "plot/chart.h"

#define INR_REPORT_LIST_MAX    64
#define INR_REPORT_SUBJECT_MAX 256

/* Distinct values in the order in which they first appear; what is beyond the limits is only in
 * the table of rows. A subject is what was fitted: signal, bandwidth, shape and task of its row. */
struct inr_report {
    const struct inr_bench_results *results;
    FILE *out;
    struct inr_error *err;
    const struct inr_bench_row *subjects[INR_REPORT_SUBJECT_MAX];
    const char *models[INR_REPORT_LIST_MAX], *modes[INR_REPORT_LIST_MAX];
    uint64_t sizes[INR_REPORT_LIST_MAX], seeds[INR_REPORT_LIST_MAX]; /* sizes rise */
    size_t n_subjects, n_models, n_modes, n_sizes, n_seeds;
    size_t failed;
};

/* Means over the seeds of one model on one subject. psnr NaN: no such row. Exact results count as
 * 150 dB. */
struct inr_report_mean {
    double psnr, floor, parameters, bytes;
};
struct inr_report_mean inr_report_mean(const struct inr_report *r,
                                       const struct inr_bench_row *subject, const char *model,
                                       const char *mode, uint64_t size);

/* The first finished row of that description, or NULL; *index: its place in the results. */
const struct inr_bench_row *inr_report_find(const struct inr_report *r,
                                            const struct inr_bench_row *subject, const char *model,
                                            const char *mode, uint64_t size, size_t *index);

bool inr_report_same_subject(const struct inr_bench_row *a, const struct inr_bench_row *b);

/* "bandlimited 0.5", with the task where it is not a plain fit. */
void inr_report_subject_name(const struct inr_bench_row *row, char *out, size_t size);

/* "equal parameters: 10,000" */
void inr_report_condition(const char *mode, uint64_t size, char *out, size_t size_of_out);

/* How model i looks in every chart. */
enum inr_ink inr_report_ink(size_t model);
enum inr_mark inr_report_mark(size_t model);

/* report.css, embedded. */
extern const char inr_report_css[];

/* The page from its first byte to the name in its heading, which is left open. */
void inr_report_begin(FILE *out, const char *name);

/* The table of all rows, and what failed. */
void inr_report_rows(const struct inr_report *r);

/* The parts of the page, in order. */
enum inr_status inr_report_legend(const struct inr_report *r);
enum inr_status inr_report_charts(const struct inr_report *r);
enum inr_status inr_report_pictures(const struct inr_report *r);

#endif
