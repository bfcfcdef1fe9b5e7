/* SPDX-License-Identifier: MIT
 *
 * image_hdr.c - Radiance RGBE pictures (.hdr), in and out, with both run-length schemes.
 *
 * Samples stay as stored: EXPOSURE lines are not applied. stb_image loops for ever on a truncated
 * scanline, hence a reader of our own.
 */
#include "signal/image_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Widths that the newer run-length scheme can name. */
enum { RUN_MIN_WIDTH = 8, RUN_MAX_WIDTH = 32767 };

/* ---- reading ---- */

struct reader {
    const uint8_t *data;
    size_t size, at;
};

/* The next line without its end, cut to the buffer; false at the end of the file. */
static bool line(struct reader *r, char *out, size_t size)
{
    size_t n = 0;
    while (r->at < r->size && r->data[r->at] != '\n') {
        uint8_t c = r->data[r->at++];
        if (n + 1 < size && c != '\r')
            out[n++] = (char)c;
    }
    out[n] = '\0';
    return r->at++ < r->size;
}

/* Header lines up to a blank one, then the size. Only the common orientation and RGB are read. */
static const char *header(struct reader *r, uint64_t *width, uint64_t *height)
{
    char text[256];
    while (line(r, text, sizeof text) && text[0])
        if (strncmp(text, "FORMAT=", 7) == 0 && strcmp(text + 7, "32-bit_rle_rgbe") != 0)
            return "its FORMAT is not 32-bit_rle_rgbe";
    if (r->at >= r->size || !line(r, text, sizeof text))
        return "the file ends in the header";

    unsigned long h = 0, w = 0;
    char *end = text;
    if (strncmp(text, "-Y ", 3) == 0)
        h = strtoul(text + 3, &end, 10);
    if (end == text || strncmp(end, " +X ", 4) != 0)
        return "its rows are not stored from the top left (-Y H +X W)";
    w = strtoul(end + 4, NULL, 10);
    *width = w;
    *height = h;
    return NULL;
}

/* Runs within one component of a scanline. */
static bool unpack_component(struct reader *r, uint8_t *out, uint32_t width)
{
    for (uint32_t x = 0; x < width;) {
        if (r->size - r->at < 2)
            return false;
        uint32_t n = r->data[r->at++];
        bool run = n > 128;
        n = run ? n - 128 : n;
        if (n == 0 || n > width - x || (!run && n > r->size - r->at))
            return false;
        for (uint32_t i = 0; i < n; i++)
            out[4 * (x + i)] = r->data[run ? r->at : r->at + i];
        r->at += run ? 1 : n;
        x += n;
    }
    return true;
}

/* Flat pixels, in which 1,1,1,n repeats the one before; repeats in a row count in higher bytes. */
static bool unpack_flat(struct reader *r, uint8_t *out, uint32_t width)
{
    unsigned shift = 0;
    for (uint32_t x = 0; x < width;) {
        if (r->size - r->at < 4)
            return false;
        const uint8_t *p = r->data + r->at;
        r->at += 4;
        if (p[0] != 1 || p[1] != 1 || p[2] != 1) {
            memcpy(out + 4 * (size_t)x++, p, 4);
            shift = 0;
            continue;
        }
        if (x == 0 || shift > 16)
            return false;
        uint32_t n = (uint32_t)p[3] << shift;
        if (n > width - x)
            return false;
        for (; n > 0; n--, x++)
            memcpy(out + 4 * (size_t)x, out + 4 * (size_t)(x - 1), 4);
        shift += 8;
    }
    return true;
}

static bool unpack_scanline(struct reader *r, uint8_t *out, uint32_t width)
{
    const uint8_t *p = r->data + r->at;
    if (width < RUN_MIN_WIDTH || width > RUN_MAX_WIDTH || r->size - r->at < 4 || p[0] != 2 ||
        p[1] != 2 || (p[2] & 0x80))
        return unpack_flat(r, out, width);
    if (((uint32_t)p[2] << 8 | p[3]) != width)
        return false;
    r->at += 4;
    for (int c = 0; c < 4; c++)
        if (!unpack_component(r, out + c, width))
            return false;
    return true;
}

static void to_rgb(const uint8_t *rgbe, float *out, uint32_t width)
{
    for (size_t x = 0; x < width; x++, rgbe += 4, out += 3) {
        float unit = rgbe[3] ? ldexpf(1.0f, rgbe[3] - (128 + 8)) : 0.0f;
        for (int c = 0; c < 3; c++)
            out[c] = (float)rgbe[c] * unit;
    }
}

static enum inr_status read_hdr(const uint8_t *data, size_t size, const char *name,
                                struct inr_image *image, struct inr_error *err)
{
    struct reader r = {data, size, 0};
    uint64_t width = 0, height = 0;
    const char *why = header(&r, &width, &height);
    if (why)
        return inr_fail(err, INR_ERR_INPUT, "%s: this HDR cannot be read: %s; convert it", name,
                        why);
    enum inr_status status = inr_image_check_size(width, height, name, err);
    if (status != INR_OK)
        return status;
    /* A run of 127 takes two bytes, in each of four components; older runs reach further, but every
     * row has a pixel of its own. */
    if (height > (size - r.at) / 4 + 1 || width * height / 65536 > size - r.at)
        return inr_image_damaged(err, name, "HDR", "the file is too small for its size in pixels");
    uint8_t *scanline = malloc((size_t)width * 4);
    if (!scanline)
        return inr_image_no_memory(err, name);
    status =
        inr_image_allocate(image, (uint32_t)width, (uint32_t)height, 3, INR_DEPTH_F32, name, err);
    for (uint32_t y = 0; y < height && status == INR_OK; y++) {
        if (!unpack_scanline(&r, scanline, image->width))
            status =
                inr_image_damaged(err, name, "HDR", "the file ends too early or a run is wrong");
        else
            to_rgb(scanline, (float *)image->pixels + (size_t)y * image->width * 3, image->width);
    }
    free(scanline);
    return status;
}

static bool probe_hdr(const uint8_t *data, size_t size)
{
    return (size >= 10 && memcmp(data, "#?RADIANCE", 10) == 0) ||
           (size >= 6 && memcmp(data, "#?RGBE", 6) == 0);
}

/* ---- writing ---- */

struct hdr_target {
    uint8_t *planes; /* [4][width]: the components apart */
    uint8_t *packed; /* one scanline as stored */
};

/* The shared exponent is that of the largest component after rounding, so its byte is at least 128
 * and no pixel looks like a mark of either run-length scheme. Negative light has no place
 * in RGBE and becomes 0; light beyond its range becomes its largest value. */
static void to_rgbe(const float *rgb, uint8_t *out)
{
    float v[3], top = 0.0f;
    int exponent = 0;
    for (int c = 0; c < 3; c++) {
        v[c] = rgb[c] > 0.0f ? rgb[c] : 0.0f;
        top = v[c] > top ? v[c] : top;
    }
    memset(out, 0, 4);
    frexpf(top, &exponent);
    if (lrintf(ldexpf(top, 8 - exponent)) > 255)
        exponent++;
    if (exponent < -127)
        return;
    exponent = exponent > 127 ? 127 : exponent;
    for (int c = 0; c < 3; c++) {
        long level = lrintf(ldexpf(v[c], 8 - exponent));
        out[c] = (uint8_t)(level > 255 ? 255 : level);
    }
    out[3] = (uint8_t)(top > 0.0f ? exponent + 128 : 0);
}

/* Bytes equal from `at` on, at most 127. */
static size_t run_length(const uint8_t *in, size_t at, size_t n)
{
    size_t run = 1;
    while (at + run < n && run < 127 && in[at + run] == in[at])
        run++;
    return run;
}

/* Runs of three and more pay; the rest is copied in pieces of up to 128. */
static size_t pack_component(const uint8_t *in, size_t n, uint8_t *out)
{
    uint8_t *start = out;
    for (size_t x = 0; x < n;) {
        size_t run = run_length(in, x, n);
        if (run >= 3) {
            *out++ = (uint8_t)(128 + run);
            *out++ = in[x];
            x += run;
            continue;
        }
        size_t piece = 0;
        while (x + piece < n && piece < 128 && run_length(in, x + piece, n) < 3)
            piece++;
        *out++ = (uint8_t)piece;
        memcpy(out, in + x, piece);
        out += piece;
        x += piece;
    }
    return (size_t)(out - start);
}

static enum inr_status begin(struct inr_image_writer *w, struct inr_error *err)
{
    size_t width = w->head.width;
    struct hdr_target *t = calloc(1, sizeof *t);
    if (!t)
        return inr_image_no_memory(err, w->path);
    w->state = t;
    t->planes = malloc(4 * width);
    t->packed = malloc(8 * width + 4); /* at worst a length byte before every byte */
    if (!t->planes || !t->packed)
        return inr_image_no_memory(err, w->path);
    fprintf(w->out.stream, "#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %u +X %u\n", w->head.height,
            w->head.width);
    return INR_OK;
}

static enum inr_status put_row(struct inr_image_writer *w, void *samples, struct inr_error *err)
{
    struct hdr_target *t = w->state;
    size_t width = w->head.width;
    bool runs = width >= RUN_MIN_WIDTH && width <= RUN_MAX_WIDTH;
    (void)err;
    /* Flat pixels lie component by component, components of runs plane by plane. */
    uint8_t *out = runs ? t->planes : t->packed;
    size_t pixel = runs ? 1 : 4, component = runs ? width : 1;
    for (size_t x = 0; x < width; x++) {
        uint8_t rgbe[4];
        to_rgbe((const float *)samples + 3 * x, rgbe);
        for (size_t c = 0; c < 4; c++)
            out[x * pixel + c * component] = rgbe[c];
    }
    size_t n = 4 * width;
    if (runs) {
        const uint8_t mark[4] = {2, 2, (uint8_t)(width >> 8), (uint8_t)width};
        memcpy(t->packed, mark, sizeof mark);
        n = sizeof mark;
        for (size_t c = 0; c < 4; c++)
            n += pack_component(t->planes + c * width, width, t->packed + n);
    }
    (void)!fwrite(t->packed, 1, n, w->out.stream);
    return INR_OK;
}

static void release(struct inr_image_writer *w)
{
    struct hdr_target *t = w->state;
    if (t) {
        free(t->planes);
        free(t->packed);
    }
    free(t);
    w->state = NULL;
}

static const struct inr_image_sink sink = {begin, put_row, NULL, release};

const struct inr_image_format inr_image_hdr = {
    .name = "HDR",
    .suffixes = {".hdr"},
    .depths = INR_HOLDS(INR_DEPTH_F32),
    .channels = INR_HOLDS(3),
    .max_side = INR_IMAGE_MAX_PIXELS,
    .probe = probe_hdr,
    .read = read_hdr,
    .sink = &sink,
};
