/* SPDX-License-Identifier: MIT
 *
 * report_chart.c - The charts of the page: PSNR over size, over time and over bandwidth.
 *
 * Each is small enough to be read on a phone at its full width.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/report_internal.h"

#define WIDTH      400
#define HEIGHT     270
#define CHARTS_MAX 12 /* a section; the table holds everything */
#define POINTS_MAX INR_BENCH_CURVE_MAX

/* One line of a chart. */
struct series {
    size_t model;
    double x[POINTS_MAX], y[POINTS_MAX];
    size_t n;
};

struct figure {
    const struct inr_report *r;
    struct inr_axis x;
    char title[240];
    struct series *series; /* [models] */
    size_t n;
    double floor_x[POINTS_MAX], floor_y[POINTS_MAX]; /* of the mean predictor */
    size_t n_floor;
};

static void add_point(struct series *s, double x, double y)
{
    if (s->n < POINTS_MAX && isfinite(x) && isfinite(y)) {
        s->x[s->n] = x;
        s->y[s->n++] = y;
    }
}

static void widen(double *low, double *high, double value)
{
    *low = value < *low ? value : *low;
    *high = value > *high ? value : *high;
}

/* The ranges of all points, a little wider. False: nothing to draw. */
static bool find_ranges(struct figure *f, struct inr_axis *y)
{
    double x0 = (double)INFINITY, x1 = -(double)INFINITY, y0 = x0, y1 = x1;
    for (size_t k = 0; k < f->n; k++)
        for (size_t i = 0; i < f->series[k].n; i++) {
            widen(&x0, &x1, f->series[k].x[i]);
            widen(&y0, &y1, f->series[k].y[i]);
        }
    if (!(x0 <= x1))
        return false;
    for (size_t i = 0; i < f->n_floor; i++)
        if (f->floor_y[i] > y0 - 12.0) /* far below it would only press the rest together */
            widen(&y0, &y1, f->floor_y[i]);
    const double pad = y1 > y0 ? 0.06 * (y1 - y0) : 1.0;
    y->low = y0 - pad;
    y->high = y1 + pad;
    f->x.low = f->x.log ? x0 / 1.15 : x0 - 0.03 * (x1 - x0);
    f->x.high = f->x.log ? x1 * 1.15 : x1 + 0.03 * (x1 - x0);
    return true;
}

static void draw_series(const struct inr_chart *chart, const struct figure *f, bool marks)
{
    for (size_t k = f->n; k-- > 0;) { /* the first model lies on top */
        const struct series *s = &f->series[k];
        const struct inr_stroke stroke = {.ink = inr_report_ink(s->model), .width = 2.0};
        if (s->n > 1)
            inr_chart_line(chart, s->x, s->y, s->n, &stroke, false);
    }
    for (size_t k = f->n; k-- > 0;) {
        const struct series *s = &f->series[k];
        for (size_t i = marks || s->n == 0 ? 0 : s->n - 1; i < s->n; i++)
            inr_chart_mark(chart, s->x[i], s->y[i], inr_report_mark(s->model),
                           inr_report_ink(s->model));
    }
}

/* marks: at every point, else at the last one of each line. */
static enum inr_status draw(struct figure *f, bool marks)
{
    struct inr_chart chart = {.title = f->title, .width = WIDTH, .height = HEIGHT};
    struct inr_canvas *canvas = NULL;
    chart.y.label = "PSNR (dB)";
    if (!find_ranges(f, &chart.y))
        return INR_OK;
    chart.x = f->x;
    fputs("<figure class=\"card\">\n", f->r->out);
    enum inr_status status =
        inr_canvas_embed(f->r->out, WIDTH, HEIGHT, f->title, &canvas, f->r->err);
    if (status != INR_OK)
        return status;
    inr_chart_begin(&chart, canvas);
    inr_chart_line(&chart, f->floor_x, f->floor_y, f->n_floor,
                   &(struct inr_stroke){.ink = INR_INK_SOFT, .width = 1.5, .dashed = true}, false);
    draw_series(&chart, f, marks);
    status = inr_canvas_finish(canvas, f->r->err);
    fputs("</figure>\n", f->r->out);
    return status;
}

static enum inr_status begin(const struct inr_report *r, struct figure *f)
{
    *f = (struct figure){.r = r, .series = calloc(r->n_models, sizeof *f->series)};
    if (!f->series)
        return inr_fail(r->err, INR_ERR_MEMORY, "out of memory for a chart");
    f->n = r->n_models;
    for (size_t k = 0; k < f->n; k++)
        f->series[k].model = k;
    return INR_OK;
}

/* ---- over size ---- */

static enum inr_status size_chart(const struct inr_report *r, const char *mode, size_t subject)
{
    struct figure f;
    char name[180];
    const struct inr_bench_row *of = r->subjects[subject];
    const bool bytes = strcmp(mode, "bytes") == 0;
    enum inr_status status = begin(r, &f);
    if (status != INR_OK)
        return status;
    f.x =
        (struct inr_axis){.label = bytes ? "bytes on disk" : "parameters", .log = true, .si = true};
    double floor = (double)NAN, low = (double)INFINITY, high = 0.0;
    for (size_t k = 0; k < r->n_models; k++)
        for (size_t i = 0; i < r->n_sizes; i++) {
            const struct inr_report_mean mean =
                inr_report_mean(r, of, r->models[k], mode, r->sizes[i]);
            const double x = bytes ? mean.bytes : mean.parameters;
            add_point(&f.series[k], x, mean.psnr);
            floor = isfinite(mean.floor) ? mean.floor : floor;
            if (isfinite(x))
                widen(&low, &high, x);
        }
    if (isfinite(floor)) {
        f.n_floor = 2;
        f.floor_x[0] = low;
        f.floor_x[1] = high;
        f.floor_y[0] = f.floor_y[1] = floor;
    }
    inr_report_subject_name(of, name, sizeof name);
    snprintf(f.title, sizeof f.title, "%s", name);
    status = draw(&f, true);
    free(f.series);
    return status;
}

static bool has_mode(const struct inr_report *r, const char *mode)
{
    for (size_t i = 0; i < r->n_modes; i++)
        if (strcmp(r->modes[i], mode) == 0)
            return true;
    return false;
}

static size_t n_shown(const struct inr_report *r)
{
    return r->n_subjects < CHARTS_MAX ? r->n_subjects : CHARTS_MAX;
}

/* The c-th of the subjects that have charts: spread evenly where there are too many. */
static size_t shown_at(const struct inr_report *r, size_t c)
{
    return c * r->n_subjects / n_shown(r);
}

static void put_heading(const struct inr_report *r, const char *title, const char *note)
{
    fprintf(r->out, "<h3>%s</h3>\n<p class=\"note\">%s", title, note);
    if (r->n_subjects > CHARTS_MAX)
        fprintf(r->out, " %zu of %zu signals are drawn; the table at the end has all.", n_shown(r),
                r->n_subjects);
    fputs("</p>\n<div class=\"grid\">\n", r->out);
}

static enum inr_status size_section(const struct inr_report *r, const char *mode)
{
    char title[80];
    enum inr_status status = INR_OK;
    if (r->n_sizes < 2 || !has_mode(r, mode))
        return INR_OK;
    snprintf(title, sizeof title, "Over %s",
             strcmp(mode, "bytes") == 0  ? "bytes on disk"
             : strcmp(mode, "time") == 0 ? "parameters, in equal time"
                                         : "parameters");
    put_heading(r, title,
                "Marks stand at the true sizes of the fields. The dashed line is what a constant "
                "reaches: the mean of the signal.");
    for (size_t c = 0; status == INR_OK && c < n_shown(r); c++)
        status = size_chart(r, mode, shown_at(r, c));
    fputs("</div>\n", r->out);
    return status;
}

/* ---- over time ---- */

static enum inr_status time_chart(const struct inr_report *r, const char *mode, uint64_t size,
                                  size_t subject)
{
    struct figure f;
    char name[180];
    size_t index = 0;
    enum inr_status status = begin(r, &f);
    if (status != INR_OK)
        return status;
    f.x = (struct inr_axis){.label = "seconds of training", .log = true};
    for (size_t k = 0; k < r->n_models; k++) {
        const struct inr_bench_row *row =
            inr_report_find(r, r->subjects[subject], r->models[k], mode, size, &index);
        for (size_t i = 0; row && i < row->n_curve; i++)
            if (row->curve[i].seconds > 0.0)
                add_point(&f.series[k], row->curve[i].seconds, row->curve[i].psnr);
    }
    inr_report_subject_name(r->subjects[subject], name, sizeof name);
    snprintf(f.title, sizeof f.title, "%s", name);
    status = draw(&f, false);
    free(f.series);
    return status;
}

static enum inr_status time_section(const struct inr_report *r)
{
    const char *mode = has_mode(r, "time") ? "time" : r->modes[0];
    const uint64_t size = r->sizes[r->n_sizes - 1];
    char title[160], condition[100];
    enum inr_status status = INR_OK;
    inr_report_condition(mode, size, condition, sizeof condition);
    snprintf(title, sizeof title, "Over time (%s)", condition);
    put_heading(r, title,
                "Measurements of the whole result on the way; the time they take is not counted.");
    for (size_t c = 0; status == INR_OK && c < n_shown(r); c++)
        status = time_chart(r, mode, size, shown_at(r, c));
    fputs("</div>\n", r->out);
    return status;
}

/* ---- over bandwidth ---- */

/* Whether two rows differ in the bandwidth at most. */
static bool same_family(const struct inr_bench_row *a, const struct inr_bench_row *b)
{
    return strcmp(a->signal, b->signal) == 0 && strcmp(a->task, b->task) == 0 &&
           strcmp(a->shape, b->shape) == 0;
}

/* Bandwidths of the subject's family; 0 when another subject before it stands for it. */
static size_t family_size(const struct inr_report *r, size_t subject)
{
    size_t n = 0;
    if (!isfinite(r->subjects[subject]->bandwidth))
        return 0;
    for (size_t i = 0; i < r->n_subjects; i++) {
        if (!same_family(r->subjects[i], r->subjects[subject]))
            continue;
        if (i < subject)
            return 0;
        n++;
    }
    return n;
}

static enum inr_status bandwidth_chart(const struct inr_report *r, const char *mode, uint64_t size,
                                       size_t subject)
{
    const struct inr_bench_row *of = r->subjects[subject];
    struct figure f;
    char condition[100];
    enum inr_status status = begin(r, &f);
    if (status != INR_OK)
        return status;
    f.x = (struct inr_axis){.label = "bandwidth"};
    for (size_t i = 0; i < r->n_subjects; i++) {
        double floor = (double)NAN;
        if (!same_family(r->subjects[i], of))
            continue;
        for (size_t k = 0; k < r->n_models; k++) {
            const struct inr_report_mean mean =
                inr_report_mean(r, r->subjects[i], r->models[k], mode, size);
            add_point(&f.series[k], r->subjects[i]->bandwidth, mean.psnr);
            floor = isfinite(mean.floor) ? mean.floor : floor;
        }
        if (isfinite(floor) && f.n_floor < POINTS_MAX) {
            f.floor_x[f.n_floor] = r->subjects[i]->bandwidth;
            f.floor_y[f.n_floor++] = floor;
        }
    }
    inr_report_condition(mode, size, condition, sizeof condition);
    snprintf(f.title, sizeof f.title, "%s%s, %s", of->signal, of->dims == 3 ? " 3-D" : "",
             condition);
    status = draw(&f, true);
    free(f.series);
    return status;
}

static enum inr_status bandwidth_section(const struct inr_report *r)
{
    enum inr_status status = INR_OK;
    bool begun = false;
    for (size_t s = 0; s < r->n_subjects; s++) {
        if (family_size(r, s) < 2)
            continue;
        if (!begun)
            fputs("<h3>Over bandwidth</h3>\n<p class=\"note\">The finer the signal, the further to "
                  "the right. The dashed line is what a constant reaches: coarse signals are easy "
                  "before anything is learnt.</p>\n<div class=\"grid\">\n",
                  r->out);
        begun = true;
        for (size_t i = 0; status == INR_OK && i < r->n_sizes; i++)
            if (i == 0 || i == r->n_sizes - 1)
                status = bandwidth_chart(r, r->modes[0], r->sizes[i], s);
    }
    if (begun)
        fputs("</div>\n", r->out);
    return status;
}

enum inr_status inr_report_charts(const struct inr_report *r)
{
    static const char *const modes[] = {"parameters", "bytes", "time"};
    enum inr_status status = INR_OK;
    fputs("<section id=\"charts\">\n<h2>PSNR</h2>\n", r->out);
    status = inr_report_legend(r);
    for (size_t i = 0; status == INR_OK && i < sizeof modes / sizeof modes[0]; i++)
        status = size_section(r, modes[i]);
    if (status == INR_OK)
        status = time_section(r);
    if (status == INR_OK)
        status = bandwidth_section(r);
    fputs("</section>\n", r->out);
    return status;
}

/* The models with their marks, for every chart. */
enum inr_status inr_report_legend(const struct inr_report *r)
{
    enum inr_status status = INR_OK;
    fputs("<ul class=\"legend\">\n", r->out);
    for (size_t k = 0; status == INR_OK && k < r->n_models; k++) {
        struct inr_canvas *canvas = NULL;
        const struct inr_point ends[] = {{1, 7}, {27, 7}};
        const struct inr_stroke stroke = {.ink = inr_report_ink(k), .width = 2.0};
        fputs("<li>", r->out);
        status = inr_canvas_embed(r->out, 28, 14, r->models[k], &canvas, r->err);
        if (status != INR_OK)
            break;
        inr_canvas_line(canvas, ends, 2, &stroke);
        inr_canvas_mark(canvas, (struct inr_point){14, 7}, inr_report_mark(k), inr_report_ink(k));
        status = inr_canvas_finish(canvas, r->err);
        inr_canvas_put_text(r->out, r->models[k]);
        fputs("</li>\n", r->out);
    }
    fputs("</ul>\n", r->out);
    return status;
}
