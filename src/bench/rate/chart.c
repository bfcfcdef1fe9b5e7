/* SPDX-License-Identifier: MIT
 *
 * chart.c - Distortion over rate, measured and published.
 */
#include <math.h>
#include <string.h>

#include "bench/rate/report.h"

#define WIDTH      760
#define HEIGHT     470
#define LABELS_MAX 40
#define LETTERING  11.0

/* One of the measures that are drawn over the rate. */
struct measure {
    const char *title, *label;
    size_t offset; /* into struct inr_rate_point */
};

static const struct measure measures[] = {
    {"PSNR", "PSNR (dB)", offsetof(struct inr_rate_point, psnr)},
    {"MS-SSIM", "MS-SSIM", offsetof(struct inr_rate_point, ms_ssim)},
};

static double value_of(const struct measure *m, const struct inr_rate_point *point)
{
    return *(const double *)(const void *)((const char *)point + m->offset);
}

/* A line in the making; what lies beyond the range of rates is cut where it crosses. */
struct line {
    double x[INR_RATE_POINTS_MAX], y[INR_RATE_POINTS_MAX];
    size_t n;
};

static void put_point(struct line *line, double x, double y)
{
    if (line->n < INR_RATE_POINTS_MAX) {
        line->x[line->n] = x;
        line->y[line->n++] = y;
    }
}

static void cross(struct line *line, double x0, double y0, double x1, double y1, double at)
{
    if ((x0 < at) != (x1 < at))
        put_point(line, at, y0 + (y1 - y0) * log(at / x0) / log(x1 / x0));
}

static void make_line(const struct inr_rate_curve *curve, const struct measure *m, double low,
                      double high, struct line *line)
{
    double x0 = 0.0, y0 = 0.0;
    line->n = 0;
    for (size_t i = 0; i < curve->n; i++) {
        const double x = curve->points[i].bpp, y = value_of(m, &curve->points[i]);
        if (!isfinite(y) || !(x > 0.0))
            continue;
        if (x0 > 0.0)
            cross(line, x0, y0, x, y, low);
        if (x >= low && x <= high)
            put_point(line, x, y);
        if (x0 > 0.0)
            cross(line, x0, y0, x, y, high);
        x0 = x;
        y0 = y;
    }
}

/* The ranges of what was measured, a little wider. False: nothing to draw. */
static bool find_ranges(const struct inr_rate_curves *curves, const struct measure *m,
                        struct inr_axis *x, struct inr_axis *y)
{
    double x0 = (double)INFINITY, x1 = 0.0, y0 = x0, y1 = -x0;
    for (size_t i = 0; i < curves->measured; i++)
        for (size_t p = 0; p < curves->at[i].n; p++) {
            const struct inr_rate_point *point = &curves->at[i].points[p];
            const double value = value_of(m, point);
            if (!isfinite(value) || !(point->bpp > 0.0))
                continue;
            x0 = fmin(x0, point->bpp);
            x1 = fmax(x1, point->bpp);
            y0 = fmin(y0, value);
            y1 = fmax(y1, value);
        }
    if (!(x0 <= x1))
        return false;
    const double pad = y1 > y0 ? 0.08 * (y1 - y0) : 0.01 * fabs(y1) + 1e-3;
    *x =
        (struct inr_axis){.label = "bits a pixel", .low = x0 / 1.25, .high = x1 * 1.4, .log = true};
    *y = (struct inr_axis){.label = m->label, .low = y0 - pad, .high = y1 + pad};
    return true;
}

/* Names at the ends of lines, moved down while they lie on others. */
struct labels {
    double left[LABELS_MAX], right[LABELS_MAX], y[LABELS_MAX];
    size_t n;
};

static void put_label(const struct inr_chart *chart, struct labels *labels, const struct line *line,
                      const char *name)
{
    const struct inr_point end = inr_chart_at(chart, line->x[line->n - 1], line->y[line->n - 1]);
    const double width = 0.58 * LETTERING * (double)strlen(name);
    const bool inwards = end.x + width + 6.0 > chart->x1;
    const double left = inwards ? end.x - width - 4.0 : end.x + 4.0;
    double y = fmin(fmax(end.y - (inwards ? 5.0 : -3.0), chart->y0 + 9.0), chart->y1 - 4.0);
    if (labels->n == LABELS_MAX)
        return;
    for (size_t i = 0; i < labels->n; i++)
        if (fabs(labels->y[i] - y) < LETTERING && labels->left[i] < left + width &&
            labels->right[i] > left) {
            y = labels->y[i] + LETTERING;
            i = SIZE_MAX; /* from the first again: the new place may be another's */
        }
    if (y > chart->y1 - 2.0)
        return;
    labels->left[labels->n] = left;
    labels->right[labels->n] = left + width;
    labels->y[labels->n++] = y;
    const struct inr_point box[] = {{left - 1.0, y - LETTERING + 1.0},
                                    {left + width, y - LETTERING + 1.0},
                                    {left + width, y + 3.0},
                                    {left - 1.0, y + 3.0}};
    inr_canvas_fill(chart->canvas, box, 4, INR_INK_PAPER, 0.8);
    inr_canvas_text(chart->canvas, left, y,
                    &(struct inr_lettering){.size = LETTERING, .ink = INR_INK_SOFT}, name);
}

static void draw_published(const struct inr_chart *chart, const struct inr_rate_curves *curves,
                           const struct measure *m)
{
    const struct inr_stroke stroke = {.ink = INR_INK_SOFT, .width = 1.2, .dashed = true};
    struct labels labels = {.n = 0};
    struct line line;
    for (size_t i = curves->measured; i < curves->n; i++) {
        if (!curves->at[i].main_line)
            continue;
        make_line(&curves->at[i], m, chart->x.low, chart->x.high, &line);
        while (line.n > 0 && line.y[line.n - 1] > chart->y.high)
            line.n--;
        if (line.n < 2 || line.y[line.n - 1] < chart->y.low)
            continue;
        inr_chart_line(chart, line.x, line.y, line.n, &stroke, false);
        put_label(chart, &labels, &line, curves->at[i].name);
    }
}

static void draw_measured(const struct inr_chart *chart, const struct inr_rate_curves *curves,
                          const struct measure *m)
{
    struct line line;
    for (int marks = 0; marks < 2; marks++)
        for (size_t i = curves->measured; i-- > 0;) { /* ours, the first, lie on top */
            const struct inr_stroke stroke = {.ink = inr_report_ink(i), .width = 2.2};
            make_line(&curves->at[i], m, chart->x.low, chart->x.high, &line);
            if (!marks && line.n > 1)
                inr_chart_line(chart, line.x, line.y, line.n, &stroke, false);
            for (size_t p = 0; marks && p < line.n; p++)
                inr_chart_mark(chart, line.x[p], line.y[p], inr_report_mark(i), inr_report_ink(i));
        }
}

static enum inr_status draw(const struct inr_rate_report *r, const struct measure *m)
{
    const struct inr_rate_curves *curves = &r->tables->curves;
    struct inr_chart chart = {.title = m->title, .width = WIDTH, .height = HEIGHT};
    struct inr_canvas *canvas = NULL;
    if (!find_ranges(curves, m, &chart.x, &chart.y))
        return INR_OK;
    fputs("<figure class=\"card\" style=\"margin-top:14px\">\n", r->page.out);
    enum inr_status status =
        inr_canvas_embed(r->page.out, WIDTH, HEIGHT, m->title, &canvas, r->page.err);
    if (status != INR_OK)
        return status;
    inr_chart_begin(&chart, canvas);
    draw_published(&chart, curves, m);
    draw_measured(&chart, curves, m);
    status = inr_canvas_finish(canvas, r->page.err);
    fputs("</figure>\n", r->page.out);
    return status;
}

enum inr_status inr_rate_charts(const struct inr_rate_report *r)
{
    struct inr_report legend = r->page;
    enum inr_status status = INR_OK;
    for (size_t i = 0; i < r->tables->curves.measured && i < INR_REPORT_LIST_MAX; i++)
        legend.models[legend.n_models++] = r->tables->curves.at[i].name;
    fputs("<section id=\"charts\">\n<h2>Rate and distortion</h2>\n", r->page.out);
    if (r->tables->curves.n > r->tables->curves.measured)
        fputs("<p class=\"note\">Dashed: published, of all 24 Kodak pictures.</p>\n", r->page.out);
    status = inr_report_legend(&legend);
    for (size_t i = 0; status == INR_OK && i < sizeof measures / sizeof measures[0]; i++)
        status = draw(r, &measures[i]);
    fputs("</section>\n", r->page.out);
    return status;
}
