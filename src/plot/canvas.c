/* SPDX-License-Identifier: MIT
 *
 * canvas.c - The table of formats, the inks, and the life of a canvas.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "plot/canvas_internal.h"

static const struct inr_canvas_format *const formats[] = {&inr_canvas_svg, &inr_canvas_png};

/* The series keep a contrast of at least 3 to their paper, and differ for colour-blind readers. */
const struct inr_ink_colour inr_ink_colours[INR_INK_COUNT] = {
    [INR_INK_TEXT] = {0x1F2328, 0xE6EDF3}, [INR_INK_SOFT] = {0x59636E, 0x9DA7B1},
    [INR_INK_GRID] = {0xDFE3E8, 0x30363D}, [INR_INK_1] = {0x2166C4, 0x58A6FF},
    [INR_INK_2] = {0xC4501B, 0xF0883E},    [INR_INK_3] = {0x1A7F5A, 0x3FB98C},
    [INR_INK_4] = {0x8250DF, 0xB392F0},    [INR_INK_5] = {0xBF3989, 0xF778BA},
    [INR_INK_6] = {0x0E7C86, 0x39C5CF},    [INR_INK_7] = {0x7A6A00, 0xD4B83A},
    [INR_INK_8] = {0x8C4A2F, 0xD08A6A},    [INR_INK_9] = {0x57606A, 0x9AA4AE},
    [INR_INK_10] = {0xCF222E, 0xFF7B72},   [INR_INK_PAPER] = {0xFFFFFF, 0x0D1117},
};

/* More text than fits a page. */
#define TEXT_MAX 512

static const struct inr_canvas_format *format_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    for (size_t i = 0; dot && i < sizeof formats / sizeof formats[0]; i++)
        if (strcasecmp(dot, formats[i]->suffix) == 0)
            return formats[i];
    return NULL;
}

bool inr_canvas_can_write(const char *path)
{
    return format_of(path) != NULL;
}

int inr_canvas_sequence(const unsigned char *p)
{
    const int n = *p < 0x80 ? 1 : *p >= 0xC2 && *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    if ((*p >= 0x80 && *p < 0xC2) || *p > 0xF4 || *p < 0x20 || *p == 0x7F)
        return 0;
    uint32_t code = n == 1 ? *p : *p & (0x7Fu >> n);
    for (int i = 1; i < n; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3Fu);
    }
    const bool excluded = (code >= 0xD800 && code < 0xE000) || code == 0xFFFE || code == 0xFFFF ||
                          code > 0x10FFFF || (n == 3 && code < 0x800) || (n == 4 && code < 0x10000);
    return excluded ? 0 : n;
}

/* File names may hold any bytes; what is no UTF-8 becomes '?'. */
static void clean(const char *text, char out[TEXT_MAX])
{
    const unsigned char *p = (const unsigned char *)text;
    size_t used = 0;
    while (*p && used + 5 < TEXT_MAX) {
        const size_t n = (size_t)inr_canvas_sequence(p);
        if (n == 0)
            out[used++] = '?';
        else
            memcpy(out + used, p, n);
        used += n;
        p += n ? n : 1;
    }
    out[used] = '\0';
}

enum inr_status inr_canvas_open(const char *path, int width, int height, const char *title,
                                struct inr_canvas **out, struct inr_error *err)
{
    const struct inr_canvas_format *format = format_of(path);
    *out = NULL;
    if (!format)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: a plot is an SVG or a PNG; give it a name that ends in .svg or .png",
                        path);
    struct inr_canvas *canvas = calloc(1, sizeof *canvas);
    if (!canvas)
        return inr_fail(err, INR_ERR_MEMORY, "%s: out of memory for the plot", path);
    canvas->format = format;
    canvas->width = width;
    canvas->height = height;
    char words[TEXT_MAX];
    clean(title, words);
    enum inr_status status = inr_outfile_open(&canvas->out, path, err);
    if (status == INR_OK)
        status = format->begin(canvas, words, err);
    if (status != INR_OK) {
        inr_canvas_abort(canvas);
        return status;
    }
    const struct inr_point corners[] = {{0, 0}, {width, 0}, {width, height}, {0, height}};
    inr_canvas_fill(canvas, corners, 4, INR_INK_PAPER, 1.0);
    *out = canvas;
    return INR_OK;
}

enum inr_status inr_canvas_embed(FILE *stream, int width, int height, const char *title,
                                 struct inr_canvas **out, struct inr_error *err)
{
    struct inr_canvas *canvas = calloc(1, sizeof *canvas);
    char words[TEXT_MAX];
    *out = canvas;
    if (!canvas)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a drawing");
    canvas->format = &inr_canvas_inline;
    canvas->width = width;
    canvas->height = height;
    canvas->out.stream = stream;
    clean(title, words);
    return canvas->format->begin(canvas, words, err);
}

void inr_canvas_line(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                     const struct inr_stroke *stroke)
{
    if (n > 1)
        canvas->format->line(canvas, points, n, stroke);
}

void inr_canvas_fill(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                     enum inr_ink ink, double opacity)
{
    if (n > 2)
        canvas->format->fill(canvas, points, n, ink, opacity);
}

void inr_canvas_disc(struct inr_canvas *canvas, struct inr_point centre, double radius,
                     enum inr_ink ink)
{
    canvas->format->disc(canvas, centre, radius, ink);
}

void inr_canvas_text(struct inr_canvas *canvas, double x, double y,
                     const struct inr_lettering *lettering, const char *text)
{
    char words[TEXT_MAX];
    clean(text, words);
    canvas->format->text(canvas, x, y, lettering, words);
}

enum inr_status inr_canvas_finish(struct inr_canvas *canvas, struct inr_error *err)
{
    enum inr_status status = canvas->format->end(canvas, err);
    if (status == INR_OK && canvas->out.path)
        status = inr_outfile_commit(&canvas->out, err);
    inr_canvas_abort(canvas);
    return status;
}

void inr_canvas_abort(struct inr_canvas *canvas)
{
    if (!canvas)
        return;
    if (canvas->format->release)
        canvas->format->release(canvas);
    if (canvas->out.path)
        inr_outfile_abort(&canvas->out);
    free(canvas);
}
