/* SPDX-License-Identifier: MIT
 *
 * chart.c - Lays out a chart: ranges, round ticks, and values as places on the page.
 */
#include "plot/chart.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TITLE_SIZE 13.0
#define LABEL_SIZE 11.5
#define TICK_SIZE  10.5

/* Room around the plotting area. */
#define ROOM_TITLE  30.0
#define ROOM_LEFT   62.0
#define ROOM_RIGHT  14.0
#define ROOM_BOTTOM 44.0

/* Most points handed to the canvas at once. */
#define RUN_MAX 1024

/* ---- ranges and ticks ---- */

static void mend(struct inr_axis *axis)
{
    if (axis->log) {
        if (!(axis->high > 0.0) || !isfinite(axis->high))
            axis->high = 1.0;
        if (!(axis->low > 0.0) || !(axis->low < axis->high))
            axis->low = axis->high / 10.0;
    } else {
        if (!isfinite(axis->low) || !isfinite(axis->high)) {
            axis->low = 0.0;
            axis->high = 1.0;
        }
        if (!(axis->low < axis->high)) {
            const double pad = axis->low != 0.0 ? 0.5 * fabs(axis->low) : 1.0;
            axis->high = axis->low + pad;
            axis->low -= pad;
        }
    }
}

/* 0 at the low end, 1 at the high end. */
static double share(const struct inr_axis *axis, double value)
{
    return axis->log ? (log(value) - log(axis->low)) / (log(axis->high) - log(axis->low))
                     : (value - axis->low) / (axis->high - axis->low);
}

struct tick {
    double value;
    char text[32];
};

enum { TICKS_MAX = 24 };

/* 10 to a whole power, in the digits of exponents. */
static void power_text(int power, char out[32])
{
    static const char *const digits[] = {"\u2070", "\u00B9", "\u00B2", "\u00B3", "\u2074",
                                         "\u2075", "\u2076", "\u2077", "\u2078", "\u2079"};
    const int size = power < 0 ? -power : power;
    snprintf(out, 32, "10%s%s%s", power < 0 ? "\u207B" : "", size > 9 ? digits[size / 10 % 10] : "",
             digits[size % 10]);
}

/* 30000 -> "30 k" */
static void si_text(double value, char out[32])
{
    static const char *const units[] = {"", " k", " M", " G"};
    size_t i = 0;
    while (value >= 999.5 && i + 1 < sizeof units / sizeof units[0]) {
        value /= 1000.0;
        i++;
    }
    snprintf(out, 32, "%g%s", value, units[i]);
}

/* Decades; with few of them also 2 and 5 times each; with many of them every other one. */
static size_t log_ticks(const struct inr_axis *axis, int most, struct tick ticks[TICKS_MAX])
{
    const int first = (int)floor(log10(axis->low) + 1e-9);
    const int last = (int)ceil(log10(axis->high) - 1e-9);
    const double decades = log10(axis->high) - log10(axis->low);
    const int step = (int)ceil(decades / most);
    const int parts = decades * 3.0 <= most + 1 ? 3 : 1;
    const bool plain = axis->low >= 1e-3 && axis->high < 1e5;
    static const double factors[] = {1.0, 2.0, 5.0};
    size_t n = 0;
    for (int power = first; power <= last; power++)
        for (int i = 0; i < parts && n < TICKS_MAX; i++) {
            const double value = factors[i] * pow(10.0, power);
            /* Multiples of the step count from 10^0, so that it is there if any is. */
            if (power % (step > 0 ? step : 1) != 0 || value < axis->low * 0.999 ||
                value > axis->high * 1.001)
                continue;
            ticks[n].value = value;
            if (axis->si)
                si_text(value, ticks[n].text);
            else if (plain || parts > 1)
                snprintf(ticks[n].text, sizeof ticks[n].text, "%g", value);
            else
                power_text(power, ticks[n].text);
            n++;
        }
    return n;
}

/* Multiples of 1, 2 or 5 times a power of 10. */
static size_t linear_ticks(const struct inr_axis *axis, int most, struct tick ticks[TICKS_MAX])
{
    const double raw = (axis->high - axis->low) / most;
    const double power = pow(10.0, floor(log10(raw)));
    const double rest = raw / power;
    const double step = power * (rest <= 1.0 ? 1.0 : rest <= 2.0 ? 2.0 : rest <= 5.0 ? 5.0 : 10.0);
    size_t n = 0;
    for (double k = ceil(axis->low / step - 1e-9); n < TICKS_MAX; k += 1.0) {
        const double value = k * step;
        if (value > axis->high + 1e-9 * step)
            break;
        ticks[n].value = value;
        snprintf(ticks[n].text, sizeof ticks[n].text, "%.6g", value == 0.0 ? 0.0 : value);
        n++;
    }
    return n;
}

static size_t find_ticks(const struct inr_axis *axis, int most, struct tick ticks[TICKS_MAX])
{
    return axis->log ? log_ticks(axis, most, ticks) : linear_ticks(axis, most, ticks);
}

/* ---- the frame ---- */

struct inr_point inr_chart_at(const struct inr_chart *chart, double x, double y)
{
    return (struct inr_point){chart->x0 + share(&chart->x, x) * (chart->x1 - chart->x0),
                              chart->y1 - share(&chart->y, y) * (chart->y1 - chart->y0)};
}

static void rule(const struct inr_chart *chart, double xa, double ya, double xb, double yb,
                 enum inr_ink ink)
{
    const struct inr_point ends[] = {{xa, ya}, {xb, yb}};
    inr_canvas_line(chart->canvas, ends, 2, &(struct inr_stroke){.ink = ink, .width = 1.0});
}

static void draw_x_axis(const struct inr_chart *chart)
{
    struct tick ticks[TICKS_MAX];
    const int most = (int)((chart->x1 - chart->x0) / 46.0);
    const size_t n = find_ticks(&chart->x, most > 1 ? most : 1, ticks);
    for (size_t i = 0; i < n; i++) {
        const double x = inr_chart_at(chart, ticks[i].value, chart->y.low).x;
        rule(chart, x, chart->y1, x, chart->y1 + 4.0, INR_INK_SOFT);
        inr_canvas_text(chart->canvas, x, chart->y1 + 16.0,
                        &(struct inr_lettering){
                            .size = TICK_SIZE, .ink = INR_INK_SOFT, .anchor = INR_ANCHOR_MIDDLE},
                        ticks[i].text);
    }
    rule(chart, chart->x0, chart->y1, chart->x1, chart->y1, INR_INK_SOFT);
    inr_canvas_text(chart->canvas, 0.5 * (chart->x0 + chart->x1), chart->y1 + 34.0,
                    &(struct inr_lettering){
                        .size = LABEL_SIZE, .ink = INR_INK_TEXT, .anchor = INR_ANCHOR_MIDDLE},
                    chart->x.label);
}

static void draw_y_axis(const struct inr_chart *chart)
{
    struct tick ticks[TICKS_MAX];
    const int most = (int)((chart->y1 - chart->y0) / 30.0);
    const size_t n = find_ticks(&chart->y, most > 1 ? most : 1, ticks);
    for (size_t i = 0; i < n; i++) {
        const double y = inr_chart_at(chart, chart->x.low, ticks[i].value).y;
        if (y < chart->y1 - 1.0)
            rule(chart, chart->x0, y, chart->x1, y, INR_INK_GRID);
        inr_canvas_text(chart->canvas, chart->x0 - 6.0, y + 3.6,
                        &(struct inr_lettering){
                            .size = TICK_SIZE, .ink = INR_INK_SOFT, .anchor = INR_ANCHOR_END},
                        ticks[i].text);
    }
    inr_canvas_text(
        chart->canvas, chart->left + 14.0, 0.5 * (chart->y0 + chart->y1),
        &(struct inr_lettering){
            .size = LABEL_SIZE, .ink = INR_INK_TEXT, .anchor = INR_ANCHOR_MIDDLE, .upwards = true},
        chart->y.label);
}

void inr_chart_begin(struct inr_chart *chart, struct inr_canvas *canvas)
{
    chart->canvas = canvas;
    chart->legends = 0;
    chart->x0 = chart->left + ROOM_LEFT;
    chart->x1 = chart->left + chart->width - ROOM_RIGHT;
    chart->y0 = chart->top + ROOM_TITLE;
    chart->y1 = chart->top + chart->height - ROOM_BOTTOM;
    mend(&chart->x);
    mend(&chart->y);
    inr_canvas_text(canvas, chart->x0, chart->top + 18.0,
                    &(struct inr_lettering){.size = TITLE_SIZE, .ink = INR_INK_TEXT, .bold = true},
                    chart->title);
    draw_y_axis(chart);
    draw_x_axis(chart);
}

/* ---- what is on it ---- */

/* A stretch of points that hang together. */
static void draw_run(const struct inr_chart *chart, struct inr_point *points, size_t n,
                     const struct inr_stroke *stroke, bool shade)
{
    if (n == 0)
        return;
    if (n == 1) {
        inr_canvas_disc(chart->canvas, points[0], stroke->width, stroke->ink);
        return;
    }
    if (shade) {
        struct inr_point area[RUN_MAX + 2];
        memcpy(area, points, n * sizeof *points);
        area[n] = (struct inr_point){points[n - 1].x, chart->y1};
        area[n + 1] = (struct inr_point){points[0].x, chart->y1};
        inr_canvas_fill(chart->canvas, area, n + 2, stroke->ink, 0.12);
    }
    inr_canvas_line(chart->canvas, points, n, stroke);
}

void inr_chart_line(const struct inr_chart *chart, const double *x, const double *y, size_t n,
                    const struct inr_stroke *stroke, bool shade)
{
    struct inr_point points[RUN_MAX];
    size_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const bool there = isfinite(x[i]) && isfinite(y[i]) && (!chart->x.log || x[i] > 0.0);
        if (there) {
            const bool below = chart->y.log && !(y[i] > 0.0);
            struct inr_point p = inr_chart_at(chart, x[i], below ? chart->y.low : y[i]);
            p.y = p.y > chart->y1 ? chart->y1 : p.y < chart->y0 ? chart->y0 : p.y;
            points[used++] = p;
        }
        if (!there || used == RUN_MAX || i + 1 == n) {
            draw_run(chart, points, used, stroke, shade);
            /* The next stretch starts where a full one ended. */
            if (there && used == RUN_MAX)
                points[0] = points[used - 1];
            used = there && used == RUN_MAX ? 1 : 0;
        }
    }
}

void inr_chart_dot(const struct inr_chart *chart, double x, double y, double spread,
                   enum inr_ink ink, bool strong)
{
    const struct inr_point at = inr_chart_at(chart, x, y);
    if (spread > 0.0) {
        const struct inr_point ends[] = {inr_chart_at(chart, x, y + spread),
                                         inr_chart_at(chart, x, y - spread)};
        const struct inr_stroke stroke = {.ink = ink, .width = strong ? 1.8 : 1.2};
        inr_canvas_line(chart->canvas, ends, 2, &stroke);
        for (int i = 0; i < 2; i++) {
            const struct inr_point cap[] = {{at.x - 3.0, ends[i].y}, {at.x + 3.0, ends[i].y}};
            inr_canvas_line(chart->canvas, cap, 2, &stroke);
        }
    }
    inr_canvas_disc(chart->canvas, at, strong ? 5.5 : 3.0, ink);
    if (strong)
        inr_canvas_disc(chart->canvas, at, 2.5, INR_INK_PAPER);
}

/* The corners of a mark, in units of its size; the disc has none. */
static const struct {
    int n;
    double size;
    struct inr_point at[4];
} marks[INR_MARK_COUNT] = {
    [INR_MARK_DISC] = {0, 4.0, {{0, 0}}},
    [INR_MARK_SQUARE] = {4, 3.5, {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}}},
    [INR_MARK_UP] = {3, 4.5, {{0, -1}, {1, 0.8}, {-1, 0.8}}},
    [INR_MARK_DIAMOND] = {4, 5.0, {{0, -1}, {1, 0}, {0, 1}, {-1, 0}}},
    [INR_MARK_DOWN] = {3, 4.5, {{0, 1}, {1, -0.8}, {-1, -0.8}}},
};

void inr_canvas_mark(struct inr_canvas *canvas, struct inr_point at, enum inr_mark mark,
                     enum inr_ink ink)
{
    for (int rim = 1; rim >= 0; rim--) {
        const double size = marks[mark].size + 1.5 * rim;
        const enum inr_ink use = rim ? INR_INK_PAPER : ink;
        struct inr_point corners[4];
        for (int i = 0; i < marks[mark].n; i++)
            corners[i] = (struct inr_point){at.x + size * marks[mark].at[i].x,
                                            at.y + size * marks[mark].at[i].y};
        if (marks[mark].n == 0)
            inr_canvas_disc(canvas, at, size, use);
        else
            inr_canvas_fill(canvas, corners, (size_t)marks[mark].n, use, 1.0);
    }
}

void inr_chart_mark(const struct inr_chart *chart, double x, double y, enum inr_mark mark,
                    enum inr_ink ink)
{
    const struct inr_point at = inr_chart_at(chart, x, y);
    if (at.x >= chart->x0 - 1.0 && at.x <= chart->x1 + 1.0 && at.y >= chart->y0 - 1.0 &&
        at.y <= chart->y1 + 1.0)
        inr_canvas_mark(chart->canvas, at, mark, ink);
}

void inr_chart_legend(struct inr_chart *chart, const struct inr_stroke *stroke, const char *text)
{
    const double y = chart->y0 + 14.0 + 17.0 * chart->legends++;
    const struct inr_point ends[] = {{chart->x1 - 30.0, y - 4.0}, {chart->x1 - 6.0, y - 4.0}};
    /* Paper behind the words, as wide as most letters are, keeps the grid out of them. */
    const double left = chart->x1 - 41.0 - 0.56 * LABEL_SIZE * (double)strlen(text);
    const struct inr_point box[] = {
        {left, y - 12.0}, {chart->x1, y - 12.0}, {chart->x1, y + 5.0}, {left, y + 5.0}};
    inr_canvas_fill(chart->canvas, box, 4, INR_INK_PAPER, 1.0);
    inr_canvas_line(chart->canvas, ends, 2, stroke);
    inr_canvas_text(
        chart->canvas, chart->x1 - 37.0, y,
        &(struct inr_lettering){.size = LABEL_SIZE, .ink = INR_INK_TEXT, .anchor = INR_ANCHOR_END},
        text);
}

void inr_chart_note(const struct inr_chart *chart, const char *text)
{
    inr_canvas_text(chart->canvas, 0.5 * (chart->x0 + chart->x1), 0.5 * (chart->y0 + chart->y1),
                    &(struct inr_lettering){
                        .size = LABEL_SIZE, .ink = INR_INK_SOFT, .anchor = INR_ANCHOR_MIDDLE},
                    text);
}
