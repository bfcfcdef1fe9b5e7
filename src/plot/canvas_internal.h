/* SPDX-License-Identifier: MIT
 *
 * canvas_internal.h - A format of canvases: one constant row, one file canvas_NAME.c.
 */
#ifndef INR_PLOT_CANVAS_INTERNAL_H
#define INR_PLOT_CANVAS_INTERNAL_H

#include "base/file.h"
#include "plot/canvas.h"

struct inr_canvas_format {
    const char *suffix; /* lower case with the dot */
    enum inr_status (*begin)(struct inr_canvas *canvas, const char *title, struct inr_error *err);
    void (*line)(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                 const struct inr_stroke *stroke);
    void (*fill)(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                 enum inr_ink ink, double opacity);
    void (*disc)(struct inr_canvas *canvas, struct inr_point centre, double radius,
                 enum inr_ink ink);
    void (*text)(struct inr_canvas *canvas, double x, double y,
                 const struct inr_lettering *lettering, const char *text);
    /* What is missing goes into the file. A failed fwrite needs no handling: commit sees it. */
    enum inr_status (*end)(struct inr_canvas *canvas, struct inr_error *err);
    void (*release)(struct inr_canvas *canvas); /* may be NULL */
};

struct inr_canvas {
    const struct inr_canvas_format *format;
    struct inr_outfile out; /* path NULL: the stream is the caller's */
    int width, height;
    void *state; /* the format's own */
};

extern const struct inr_canvas_format inr_canvas_svg, inr_canvas_png, inr_canvas_inline;

/* Bytes of the UTF-8 sequence at p, or 0 where there is none that XML may hold. */
int inr_canvas_sequence(const unsigned char *p);

/* Colours as 0xRRGGBB on light and on dark paper. */
struct inr_ink_colour {
    unsigned light, dark;
};
extern const struct inr_ink_colour inr_ink_colours[INR_INK_COUNT];

#endif
