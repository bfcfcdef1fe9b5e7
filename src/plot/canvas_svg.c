/* SPDX-License-Identifier: MIT
 *
 * canvas_svg.c - A canvas as SVG: self-contained, text stays text, dark where the reader's page is.
 */
#include "plot/canvas_internal.h"

void inr_canvas_put_style(FILE *out)
{
    fputs("svg text{font-family:system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}\n"
          ".l{fill:none;stroke-linejoin:round;stroke-linecap:round}\n",
          out);
    for (int dark = 0; dark < 2; dark++) {
        fputs(dark ? "@media (prefers-color-scheme:dark){\n" : "", out);
        for (int i = 0; i < INR_INK_COUNT; i++) {
            const unsigned colour = dark ? inr_ink_colours[i].dark : inr_ink_colours[i].light;
            fprintf(out, ".f%d{fill:#%06x}.s%d{stroke:#%06x}\n", i, colour, i, colour);
        }
        fputs(dark ? "}\n" : "", out);
    }
}

void inr_canvas_put_text(FILE *out, const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        const int n = inr_canvas_sequence(p);
        if (*p == '&')
            fputs("&amp;", out);
        else if (*p == '<')
            fputs("&lt;", out);
        else if (*p == '>')
            fputs("&gt;", out);
        else if (*p == '"')
            fputs("&quot;", out);
        else if (n == 0)
            fputc(*p == '\n' ? ' ' : '?', out);
        else
            fwrite(p, 1, (size_t)n, out);
        p += n ? n : 1;
    }
}

static enum inr_status begin(struct inr_canvas *canvas, const char *title, struct inr_error *err)
{
    FILE *out = canvas->out.stream;
    (void)err;
    fprintf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d "
            "%d\" role=\"img\">\n<title>",
            canvas->width, canvas->height, canvas->width, canvas->height);
    inr_canvas_put_text(out, title);
    fputs("</title>\n<style>\n", out);
    inr_canvas_put_style(out);
    fputs("</style>\n", out);
    return INR_OK;
}

static enum inr_status begin_inline(struct inr_canvas *canvas, const char *title,
                                    struct inr_error *err)
{
    FILE *out = canvas->out.stream;
    (void)err;
    fprintf(out,
            "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"",
            canvas->width, canvas->height);
    inr_canvas_put_text(out, title);
    fputs("\">\n", out);
    return INR_OK;
}

static void put_points(FILE *out, const struct inr_point *points, size_t n)
{
    fputs(" points=\"", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%s%.2f,%.2f", i ? " " : "", points[i].x, points[i].y);
    fputs("\"/>\n", out);
}

static void line(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                 const struct inr_stroke *stroke)
{
    FILE *out = canvas->out.stream;
    fprintf(out, "<polyline class=\"l s%d\" stroke-width=\"%.4g\"", (int)stroke->ink,
            stroke->width);
    if (stroke->dashed)
        fprintf(out, " stroke-dasharray=\"%.4g %.4g\"", 2.5 * stroke->width, 2.5 * stroke->width);
    put_points(out, points, n);
}

static void fill(struct inr_canvas *canvas, const struct inr_point *points, size_t n,
                 enum inr_ink ink, double opacity)
{
    fprintf(canvas->out.stream, "<polygon class=\"f%d\"", (int)ink);
    if (opacity < 1.0)
        fprintf(canvas->out.stream, " fill-opacity=\"%.4g\"", opacity);
    put_points(canvas->out.stream, points, n);
}

static void disc(struct inr_canvas *canvas, struct inr_point centre, double radius,
                 enum inr_ink ink)
{
    fprintf(canvas->out.stream, "<circle class=\"f%d\" cx=\"%.2f\" cy=\"%.2f\" r=\"%.4g\"/>\n",
            (int)ink, centre.x, centre.y, radius);
}

static void text(struct inr_canvas *canvas, double x, double y,
                 const struct inr_lettering *lettering, const char *words)
{
    static const char *const anchors[] = {"start", "middle", "end"};
    FILE *out = canvas->out.stream;
    fprintf(out, "<text class=\"f%d\" x=\"%.2f\" y=\"%.2f\" font-size=\"%.4g\" text-anchor=\"%s\"",
            (int)lettering->ink, x, y, lettering->size, anchors[lettering->anchor]);
    if (lettering->bold)
        fputs(" font-weight=\"600\"", out);
    if (lettering->upwards)
        fprintf(out, " transform=\"rotate(-90 %.2f %.2f)\"", x, y);
    fputc('>', out);
    inr_canvas_put_text(out, words);
    fputs("</text>\n", out);
}

static enum inr_status end(struct inr_canvas *canvas, struct inr_error *err)
{
    (void)err;
    fputs("</svg>\n", canvas->out.stream);
    return INR_OK;
}

const struct inr_canvas_format inr_canvas_svg = {
    .suffix = ".svg",
    .begin = begin,
    .line = line,
    .fill = fill,
    .disc = disc,
    .text = text,
    .end = end,
};

const struct inr_canvas_format inr_canvas_inline = {
    .begin = begin_inline,
    .line = line,
    .fill = fill,
    .disc = disc,
    .text = text,
    .end = end,
};
