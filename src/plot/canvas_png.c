/* SPDX-License-Identifier: MIT
 *
 * canvas_png.c - A canvas as PNG, drawn by cairo in light colours.
 */
#include <cairo.h>

#include "plot/canvas_internal.h"

#define SCALE 2 /* pixels a unit, so that it is sharp on today's screens */

static void set_ink(cairo_t *cr, enum inr_ink ink, double opacity)
{
    const unsigned c = inr_ink_colours[ink].light;
    cairo_set_source_rgba(cr, (c >> 16 & 255) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0,
                          opacity);
}

static enum inr_status begin(struct inr_canvas *canvas, const char *title, struct inr_error *err)
{
    (void)title;
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, canvas->width * SCALE,
                                                          canvas->height * SCALE);
    cairo_t *cr = cairo_create(surface);
    cairo_surface_destroy(surface); /* cr holds it */
    canvas->state = cr;
    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a plot of %d x %d pixels",
                        canvas->width * SCALE, canvas->height * SCALE);
    cairo_scale(cr, SCALE, SCALE);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    return INR_OK;
}

static void path(cairo_t *cr, const struct inr_point *points, size_t n)
{
    cairo_new_path(cr);
    for (size_t i = 0; i < n; i++)
        cairo_line_to(cr, points[i].x, points[i].y);
}

static void line(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                 const struct inr_stroke *stroke)
{
    cairo_t *cr = canvas->state;
    const double dash = 2.5 * stroke->width;
    path(cr, points, n);
    set_ink(cr, stroke->ink, 1.0);
    cairo_set_line_width(cr, stroke->width);
    cairo_set_dash(cr, &dash, stroke->dashed ? 1 : 0, 0.0);
    cairo_stroke(cr);
}

static void fill(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                 enum inr_ink ink, double opacity)
{
    cairo_t *cr = canvas->state;
    path(cr, points, n);
    cairo_close_path(cr);
    set_ink(cr, ink, opacity);
    cairo_fill(cr);
}

static void disc(struct inr_canvas *canvas, struct inr_point centre, double radius,
                 enum inr_ink ink)
{
    cairo_t *cr = canvas->state;
    cairo_new_path(cr);
    cairo_arc(cr, centre.x, centre.y, radius, 0.0, 6.283185307179586);
    set_ink(cr, ink, 1.0);
    cairo_fill(cr);
}

static void text(struct inr_canvas *canvas, double x, double y,
                 const struct inr_lettering *lettering, const char *words)
{
    cairo_t *cr = canvas->state;
    cairo_text_extents_t extents;
    cairo_save(cr);
    cairo_select_font_face(cr, "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                           lettering->bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(cr, lettering->size);
    cairo_text_extents(cr, words, &extents);
    cairo_translate(cr, x, y);
    if (lettering->upwards)
        cairo_rotate(cr, -1.5707963267948966);
    cairo_move_to(cr, -extents.x_advance * 0.5 * (double)lettering->anchor, 0.0);
    set_ink(cr, lettering->ink, 1.0);
    cairo_show_text(cr, words);
    cairo_restore(cr);
}

static cairo_status_t write_bytes(void *user, const unsigned char *data, unsigned n)
{
    return fwrite(data, 1, n, user) == n ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static enum inr_status end(struct inr_canvas *canvas, struct inr_error *err)
{
    cairo_t *cr = canvas->state;
    cairo_status_t status = cairo_status(cr);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_write_to_png_stream(cairo_get_target(cr), write_bytes,
                                                   canvas->out.stream);
    if (status == CAIRO_STATUS_SUCCESS || status == CAIRO_STATUS_WRITE_ERROR)
        return INR_OK; /* commit says what kept the bytes from the disk */
    return inr_fail(err, status == CAIRO_STATUS_NO_MEMORY ? INR_ERR_MEMORY : INR_ERR_FAILED,
                    "the plot could not be drawn: %s; try a name that ends in .svg",
                    cairo_status_to_string(status));
}

static void release(struct inr_canvas *canvas)
{
    if (canvas->state)
        cairo_destroy(canvas->state);
    canvas->state = NULL;
}

const struct inr_canvas_format inr_canvas_png = {
    .suffix = ".png",
    .begin = begin,
    .line = line,
    .fill = fill,
    .disc = disc,
    .text = text,
    .end = end,
    .release = release,
};
