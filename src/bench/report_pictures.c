/* SPDX-License-Identifier: MIT
 *
 * report_pictures.c - Reconstructions and error maps side by side, inside the page.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report_internal.h"

/* What the page holds at most. */
#define SUBJECTS_MAX 4
#define BYTES_MAX    ((size_t)6 << 20)

static void put_base64(FILE *out, const uint8_t *data, size_t size)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        const uint32_t a = data[i], b = i + 1 < size ? data[i + 1] : 0,
                       c = i + 2 < size ? data[i + 2] : 0;
        const uint32_t v = a << 16 | b << 8 | c;
        fputc(digits[v >> 18], out);
        fputc(digits[v >> 12 & 63], out);
        fputc(i + 1 < size ? digits[v >> 6 & 63] : '=', out);
        fputc(i + 2 < size ? digits[v & 63] : '=', out);
    }
}

/* One picture; false: there is none. */
static bool put_picture(const struct inr_report *r, size_t index, enum inr_bench_view view,
                        const char *what, size_t *used)
{
    struct inr_bench_png png;
    inr_bench_results_picture(r->results, index, view, &png);
    const bool there = png.data && *used + png.size <= BYTES_MAX;
    if (there) {
        fputs("<img alt=\"", r->out);
        inr_canvas_put_text(r->out, what);
        fputs("\" src=\"data:image/png;base64,", r->out);
        put_base64(r->out, png.data, png.size);
        fputs("\"/>", r->out);
        *used += png.size;
    }
    free(png.data);
    return there;
}

static void put_model(const struct inr_report *r, const struct inr_bench_row *row, size_t index,
                      size_t *used)
{
    char what[200];
    fputs("<figure class=\"pair\">", r->out);
    snprintf(what, sizeof what, "%s, reconstruction", row->model);
    put_picture(r, index, INR_BENCH_RESULT, what, used);
    snprintf(what, sizeof what, "%s, error", row->model);
    put_picture(r, index, INR_BENCH_ERROR, what, used);
    fputs("<figcaption><b>", r->out);
    inr_canvas_put_text(r->out, row->model);
    if (isinf(row->psnr))
        fputs("</b> exact", r->out);
    else
        fprintf(r->out, "</b> %.2f dB", row->psnr);
    if (isfinite(row->ssim))
        fprintf(r->out, ", SSIM %.3f", row->ssim);
    fputs("</figcaption></figure>\n", r->out);
}

static bool has_picture(const struct inr_report *r, size_t index)
{
    struct inr_bench_png png;
    inr_bench_results_picture(r->results, index, INR_BENCH_RESULT, &png);
    free(png.data);
    return png.data != NULL;
}

static void put_subject(const struct inr_report *r, size_t subject, const char *mode, uint64_t size,
                        size_t *used)
{
    char name[200];
    size_t index = 0;
    bool begun = false;
    inr_report_subject_name(r->subjects[subject], name, sizeof name);
    for (size_t k = 0; k < r->n_models; k++) {
        const struct inr_bench_row *row =
            inr_report_find(r, r->subjects[subject], r->models[k], mode, size, &index);
        if (!row || !has_picture(r, index))
            continue;
        if (!begun) {
            fputs("<h3>", r->out);
            inr_canvas_put_text(r->out, name);
            fputs("</h3>\n<div class=\"pictures\">\n<figure class=\"pair\">", r->out);
            put_picture(r, index, INR_BENCH_REFERENCE, "the signal", used);
            fputs("<figcaption><b>the signal</b></figcaption></figure>\n", r->out);
            begun = true;
        }
        put_model(r, row, index, used);
    }
    if (begun)
        fputs("</div>\n", r->out);
}

/* The first row that has a picture at all. */
static bool any_picture(const struct inr_report *r)
{
    for (size_t i = 0; i < r->results->n; i++)
        if (inr_bench_row_done(&r->results->rows[i]) && has_picture(r, i))
            return true;
    return false;
}

enum inr_status inr_report_pictures(const struct inr_report *r)
{
    const uint64_t size = r->sizes[r->n_sizes - 1];
    const size_t n = r->n_subjects < SUBJECTS_MAX ? r->n_subjects : SUBJECTS_MAX;
    char condition[100];
    size_t used = 0;
    if (!any_picture(r))
        return INR_OK;
    inr_report_condition(r->modes[0], size, condition, sizeof condition);
    fprintf(
        r->out,
        "<section id=\"pictures\">\n<h2>Side by side</h2>\n<p class=\"note\">Reconstruction and "
        "error at %s. Errors run from black (0) over violet and orange to pale yellow (%.2g and "
        "more); large signals are averaged down, of volumes the middle slice is shown.</p>\n",
        condition, INR_BENCH_ERROR_TOP);
    for (size_t c = 0; c < n; c++)
        put_subject(r, c * r->n_subjects / n, r->modes[0], size, &used);
    fputs("</section>\n", r->out);
    return INR_OK;
}
