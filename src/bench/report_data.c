/* SPDX-License-Identifier: MIT
 *
 * report_data.c - What the charts and tables of the page show, from rows.
 */
#include <math.h>
#include <string.h>

#include "bench/report_internal.h"

#define EXACT_DB 150.0

bool inr_report_same_subject(const struct inr_bench_row *a, const struct inr_bench_row *b)
{
    const bool same_band = isnan(a->bandwidth) ? isnan(b->bandwidth) : a->bandwidth == b->bandwidth;
    return same_band && strcmp(a->signal, b->signal) == 0 && strcmp(a->task, b->task) == 0 &&
           strcmp(a->shape, b->shape) == 0;
}

static bool matches(const struct inr_bench_row *row, const struct inr_bench_row *subject,
                    const char *model, const char *mode, uint64_t size)
{
    return inr_bench_row_done(row) && row->size == size && strcmp(row->model, model) == 0 &&
           strcmp(row->mode, mode) == 0 && inr_report_same_subject(row, subject);
}

struct inr_report_mean inr_report_mean(const struct inr_report *r,
                                       const struct inr_bench_row *subject, const char *model,
                                       const char *mode, uint64_t size)
{
    struct inr_report_mean sum = {0};
    double n = 0.0;
    for (size_t i = 0; i < r->results->n; i++) {
        const struct inr_bench_row *row = &r->results->rows[i];
        if (!matches(row, subject, model, mode, size) || isnan(row->psnr))
            continue;
        sum.psnr += fmin(row->psnr, EXACT_DB);
        sum.floor += row->psnr_mean;
        sum.parameters += (double)row->parameters;
        sum.bytes += (double)row->bytes;
        n += 1.0;
    }
    if (n == 0.0)
        return (struct inr_report_mean){(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    return (struct inr_report_mean){sum.psnr / n, sum.floor / n, sum.parameters / n, sum.bytes / n};
}

const struct inr_bench_row *inr_report_find(const struct inr_report *r,
                                            const struct inr_bench_row *subject, const char *model,
                                            const char *mode, uint64_t size, size_t *index)
{
    for (size_t i = 0; i < r->results->n; i++)
        if (matches(&r->results->rows[i], subject, model, mode, size)) {
            *index = i;
            return &r->results->rows[i];
        }
    return NULL;
}

void inr_report_subject_name(const struct inr_bench_row *row, char *out, size_t size)
{
    char band[24] = "", task[100] = "", dims[8] = "";
    if (isfinite(row->bandwidth))
        snprintf(band, sizeof band, " %.3g", row->bandwidth);
    if (strcmp(row->task, "fit") != 0)
        snprintf(task, sizeof task, ", %s", row->task);
    if (row->dims == 3)
        snprintf(dims, sizeof dims, " 3-D");
    snprintf(out, size, "%s%s%s%s", row->signal, dims, band, task);
}

void inr_report_condition(const char *mode, uint64_t size, char *out, size_t size_of_out)
{
    char digits[32];
    inr_bench_digits(size, digits, sizeof digits);
    if (strcmp(mode, "time") == 0)
        snprintf(out, size_of_out, "equal time, %s parameters", digits);
    else
        snprintf(out, size_of_out, "equal %s: %s", mode, digits);
}

enum inr_ink inr_report_ink(size_t model)
{
    return (enum inr_ink)(INR_INK_1 + model % (INR_INK_10 - INR_INK_1 + 1));
}

enum inr_mark inr_report_mark(size_t model)
{
    /* Another one each time the inks begin again. */
    return (enum inr_mark)((model + model / (INR_INK_10 - INR_INK_1 + 1)) % INR_MARK_COUNT);
}
