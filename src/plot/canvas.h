/* SPDX-License-Identifier: MIT
 *
 * canvas.h - A page to draw lines and text on, written as SVG or PNG; the suffix decides.
 *
 *     struct inr_canvas *canvas = NULL;
 *     if (inr_canvas_open("plot.svg", 640, 400, "Spectrum of photo.png", &canvas, &err) == INR_OK)
 * { inr_canvas_text(canvas, 320, 200, &(struct inr_lettering){.size = 14}, "hello");
 *         inr_canvas_finish(canvas, &err);
 *     }
 *
 * Units: CSS pixels, origin at the top left, y down; a PNG has two of its pixels for each.
 */
#ifndef INR_PLOT_CANVAS_H
#define INR_PLOT_CANVAS_H

#include <stdbool.h>
#include <stdio.h>

#include "inrush/inrush.h"

/* Roles rather than colours: an SVG gives them others where the reader's page is dark. */
enum inr_ink {
    INR_INK_TEXT, /* words that matter */
    INR_INK_SOFT, /* words on axes */
    INR_INK_GRID, /* axes and their lines */
    INR_INK_1,    /* series, the first three of them unlike for everyone */
    INR_INK_2,
    INR_INK_3,
    INR_INK_4,
    INR_INK_5,
    INR_INK_6,
    INR_INK_7,
    INR_INK_8,
    INR_INK_9,
    INR_INK_10,
    INR_INK_PAPER, /* the page itself */
    INR_INK_COUNT
};

enum inr_anchor { INR_ANCHOR_START, INR_ANCHOR_MIDDLE, INR_ANCHOR_END };

struct inr_point {
    double x, y;
};

struct inr_stroke {
    enum inr_ink ink;
    double width;
    bool dashed;
};

struct inr_lettering {
    double size; /* of the em */
    enum inr_ink ink;
    enum inr_anchor anchor;
    bool bold;
    bool upwards; /* turned left by a quarter */
};

struct inr_canvas;

/* True when the suffix of `path` names a format that can be drawn: .svg, .png. */
bool inr_canvas_can_write(const char *path);

/* Start a page; the file appears at finish. `title` is for readers who cannot see it (SVG). Errors:
 * INR_ERR_USAGE (suffix), INR_ERR_OUTPUT, INR_ERR_MEMORY. */
enum inr_status inr_canvas_open(const char *path, int width, int height, const char *title,
                                struct inr_canvas **out, struct inr_error *err);

/* Start a drawing inside a page of HTML: an <svg> that takes the width it is given. The page has
 * the colours, by inr_canvas_put_style. `stream` stays the caller's; a failed write is left to it.
 */
enum inr_status inr_canvas_embed(FILE *stream, int width, int height, const char *title,
                                 struct inr_canvas **out, struct inr_error *err);

/* The style rules that embedded drawings need: classes f0, f1 ... fill, and s0, s1 ... stroke with
 * the ink of that number, in light and in dark colours. */
void inr_canvas_put_style(FILE *stream);

/* Text as the inside of an element of XML or HTML; bytes that are no UTF-8 become '?'. */
void inr_canvas_put_text(FILE *stream, const char *text);

/* A line through n points. */
void inr_canvas_line(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                     const struct inr_stroke *stroke);

/* The inside of a polygon. opacity in [0,1]. */
void inr_canvas_fill(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                     enum inr_ink ink, double opacity);

/* A filled circle. */
void inr_canvas_disc(struct inr_canvas *canvas, struct inr_point centre, double radius,
                     enum inr_ink ink);

/* UTF-8 text whose baseline starts, is centred or ends at (x, y). */
void inr_canvas_text(struct inr_canvas *canvas, double x, double y,
                     const struct inr_lettering *lettering, const char *text);

/* Write the file and release the canvas, in every case. Errors: INR_ERR_OUTPUT, INR_ERR_MEMORY. */
enum inr_status inr_canvas_finish(struct inr_canvas *canvas, struct inr_error *err);

/* Give up: no file. NULL is accepted. */
void inr_canvas_abort(struct inr_canvas *canvas);

#endif
