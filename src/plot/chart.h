/* SPDX-License-Identifier: MIT
 *
 * chart.h - A chart on a canvas: two axes with round ticks, lines, points with error bars, a
 * legend.
 */
#ifndef INR_PLOT_CHART_H
#define INR_PLOT_CHART_H

#include <stddef.h>

#include "plot/canvas.h"

/* One axis. Ranges that are empty or, with `log`, not positive are widened to something that can be
 * drawn. */
struct inr_axis {
    const char *label;
    double low, high;
    bool log;
    bool si; /* ticks as 10 k, 1 M */
};

struct inr_chart {
    const char *title;
    double left, top, width, height; /* of everything: title, labels and ticks included */
    struct inr_axis x, y;

    /* Filled in by inr_chart_begin. */
    struct inr_canvas *canvas;
    double x0, y0, x1, y1; /* the plotting area: left, top, right, bottom */
    int legends;
};

/* Draw title, grid, ticks and labels on `canvas`. */
void inr_chart_begin(struct inr_chart *chart, struct inr_canvas *canvas);

/* Where a value lies on the page; outside the area for values outside the range. */
struct inr_point inr_chart_at(const struct inr_chart *chart, double x, double y);

/* A line through (x[i], y[i]), cut where a value is not finite. What is above or below the range
 * (on a log axis: also what is not positive) lies on its edge. shade: also fill down to the axis,
 * lightly. */
void inr_chart_line(const struct inr_chart *chart, const double *x, const double *y, size_t n,
                    const struct inr_stroke *stroke, bool shade);

/* A dot at (x, y) with bars of +-spread (0: none). strong: the one that matters. */
void inr_chart_dot(const struct inr_chart *chart, double x, double y, double spread,
                   enum inr_ink ink, bool strong);

/* Shapes that tell series apart where colours do not. */
enum inr_mark {
    INR_MARK_DISC,
    INR_MARK_SQUARE,
    INR_MARK_UP,
    INR_MARK_DIAMOND,
    INR_MARK_DOWN,
    INR_MARK_COUNT
};

/* A mark of some 8 units on a canvas, with a rim of paper around it. */
void inr_canvas_mark(struct inr_canvas *canvas, struct inr_point at, enum inr_mark mark,
                     enum inr_ink ink);

/* The same at (x, y), where that is in the area. */
void inr_chart_mark(const struct inr_chart *chart, double x, double y, enum inr_mark mark,
                    enum inr_ink ink);

/* A line of the legend, at the top right, below the last one. */
void inr_chart_legend(struct inr_chart *chart, const struct inr_stroke *stroke, const char *text);

/* Words in the middle of the area, where there is nothing to draw. */
void inr_chart_note(const struct inr_chart *chart, const char *text);

#endif
