/* SPDX-License-Identifier: MIT
 *
 * image_stb.c - JPEG, BMP and TGA through stb_image and stb_image_write, with the checks they lack.
 *
 * stb fills what is missing from a truncated file with zeros or leaves it unset, and says nothing.
 * So each file is measured against its own header before it is decoded.
 */
#include "signal/image_internal.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define STB_IMAGE_IMPLEMENTATION
#define STB_IMAGE_STATIC
#define STBI_NO_STDIO
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_ONLY_TGA
#define STBI_NO_LINEAR
/* Tables that a damaged file uses and never defines are then zero, not whatever was there. */
#define STBI_MALLOC(size)     calloc(1, size)
#define STBI_REALLOC(p, size) realloc(p, size)
#define STBI_FREE(p)          free(p)
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wdouble-promotion"
#pragma GCC diagnostic ignored "-Wunused-variable"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#endif
#include <stb_image.h>
#include <stb_image_write.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
/* gcc judges at the end of the file what stb declares and, with formats left out, does not define.
 */
#pragma GCC diagnostic ignored "-Wunused-function"
#endif

/* Of 100; from 91 on, colour is stored at full resolution. */
#define JPEG_QUALITY 95

static uint32_t little16(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

static uint32_t little32(const uint8_t *p)
{
    return little16(p) | little16(p + 2) << 16;
}

/* ---- reading ---- */

/* stb decides the format again by itself, in the order of our table. */
static enum inr_status decode(const uint8_t *data, size_t size, const char *format,
                              const char *name, struct inr_image *image, struct inr_error *err)
{
    int width = 0, height = 0, channels = 0;
    if (size > INT_MAX)
        return inr_fail(err, INR_ERR_INPUT, "%s: a %s above 2 GiB is not supported; give a PNG",
                        name, format);
    uint8_t *pixels =
        stbi_load_from_memory(data, (int)size, &width, &height, &channels, STBI_default);
    if (!pixels) {
        const char *why = stbi_failure_reason();
        if (why && strcmp(why, "outofmem") == 0)
            return inr_image_no_memory(err, name);
        return inr_image_damaged(err, name, format, why ? why : "it cannot be decoded");
    }
    enum inr_status status = inr_image_check_size((uint64_t)width, (uint64_t)height, name, err);
    if (status != INR_OK) {
        stbi_image_free(pixels);
        return status;
    }
    image->width = (uint32_t)width;
    image->height = (uint32_t)height;
    image->channels = (uint32_t)channels;
    image->depth = INR_DEPTH_U8;
    image->pixels = pixels; /* stb allocates with malloc, as inr_image_free expects */
    return INR_OK;
}

static bool probe_jpeg(const uint8_t *data, size_t size)
{
    return size >= 3 && data[0] == 0xFF && data[1] == 0xD8 && data[2] == 0xFF;
}

static enum inr_status read_jpeg(const uint8_t *data, size_t size, const char *name,
                                 struct inr_image *image, struct inr_error *err)
{
    uint8_t *icc = NULL;
    size_t icc_size = 0;
    int width = 0, height = 0, channels = 0;
    enum inr_status status = inr_jpeg_walk(data, size, name, &icc, &icc_size, err);
    /* Every block of 64 samples takes one bit at least, so fewer bytes than that cannot hold it. */
    if (status == INR_OK && size <= INT_MAX &&
        stbi_info_from_memory(data, (int)size, &width, &height, &channels) &&
        (uint64_t)width * (uint64_t)height / 512 > size)
        status =
            inr_image_damaged(err, name, "JPEG", "the file is too small for its size in pixels");
    if (status == INR_OK)
        status = decode(data, size, "JPEG", name, image, err);
    if (status != INR_OK) {
        free(icc);
        return status;
    }
    image->icc = icc;
    image->icc_size = icc_size;
    if (icc)
        snprintf(image->icc_name, sizeof image->icc_name, "ICC profile");
    return INR_OK;
}

static bool probe_bmp(const uint8_t *data, size_t size)
{
    return size >= 2 && data[0] == 'B' && data[1] == 'M';
}

/* Bytes a BMP needs by its header; the padding after the last row may be missing. */
static uint64_t bmp_bytes(const uint8_t *data, size_t size)
{
    if (size < 30)
        return 30;
    bool core = little32(data + 14) == 12; /* the header of OS/2 */
    uint64_t width = core ? little16(data + 18) : little32(data + 18);
    uint64_t height = core ? little16(data + 20) : little32(data + 22);
    uint64_t bits = core ? little16(data + 24) : little16(data + 28);
    if (!core && height > INT32_MAX)
        height = (uint64_t)UINT32_MAX + 1 - height; /* negative: rows from the top */
    if (height == 0)
        return 30;
    uint64_t stride = (width * bits + 31) / 32 * 4;
    return little32(data + 10) + stride * (height - 1) + (width * bits + 7) / 8;
}

static enum inr_status read_bmp(const uint8_t *data, size_t size, const char *name,
                                struct inr_image *image, struct inr_error *err)
{
    if (bmp_bytes(data, size) > size)
        return inr_image_damaged(err, name, "BMP", "the file ends too early");
    return decode(data, size, "BMP", name, image, err);
}

enum { TGA_HEADER = 18, TGA_RUNS = 8 };

/* A TGA has no signature, so every field of the header that we use must make sense. */
static bool probe_tga(const uint8_t *data, size_t size)
{
    if (size < TGA_HEADER || data[1] > 1)
        return false;
    int type = data[2] & ~TGA_RUNS, bits = data[16];
    bool indexed = type == 1;
    if (indexed != (data[1] == 1) || (type != 1 && type != 2 && type != 3))
        return false;
    if (little16(data + 12) == 0 || little16(data + 14) == 0)
        return false;
    return bits == 8 || bits == 16 || (!indexed && (bits == 15 || bits == 24 || bits == 32));
}

/* Walk the packets of a run-length encoded TGA; true when they cover all pixels. */
static bool tga_packets(const uint8_t *data, size_t size, uint64_t at, uint64_t pixels,
                        uint32_t bytes)
{
    for (uint64_t n = 0; n < pixels;) {
        if (at >= size)
            return false;
        uint32_t count = (data[at] & 0x7Fu) + 1;
        at += 1 + (uint64_t)(data[at] & 0x80 ? 1 : count) * bytes;
        n += count;
    }
    return at <= size;
}

static enum inr_status read_tga(const uint8_t *data, size_t size, const char *name,
                                struct inr_image *image, struct inr_error *err)
{
    uint64_t pixels = (uint64_t)little16(data + 12) * little16(data + 14);
    uint32_t bytes = (data[16] + 7u) / 8;
    uint64_t at = TGA_HEADER + (uint64_t)data[0];
    if (data[1] == 1) /* stb skips the number of the first colour in bytes */
        at += little16(data + 3) + (uint64_t)little16(data + 5) * ((data[7] + 7u) / 8);
    bool whole = data[2] & TGA_RUNS ? tga_packets(data, size, at, pixels, bytes)
                                    : at + pixels * bytes <= size;
    if (!whole)
        return inr_image_damaged(err, name, "TGA", "the file ends too early");
    return decode(data, size, "TGA", name, image, err);
}

/* ---- writing: the picture waits in memory, stb encodes it at the end ---- */

struct stb_target {
    uint8_t *pixels; /* [height][width][channels] */
    struct inr_image_writer *writer;
    size_t written; /* bytes of the file so far */
};

static enum inr_status begin(struct inr_image_writer *w, struct inr_error *err)
{
    const struct inr_image *head = &w->head;
    uint64_t bytes = (uint64_t)head->width * head->height * head->channels;
    /* stb computes offsets and file sizes in int, for up to 4 bytes a pixel and a header. */
    if ((uint64_t)head->width * head->height > (INT_MAX - 1024) / 4)
        return inr_fail(err, INR_ERR_USAGE, "%s: the picture is too large for %s; write a .png",
                        w->path, w->format->name);
    struct stb_target *t = calloc(1, sizeof *t);
    if (!t)
        return inr_image_no_memory(err, w->path);
    w->state = t;
    t->writer = w;
    t->pixels = malloc((size_t)bytes);
    return t->pixels ? INR_OK : inr_image_no_memory(err, w->path);
}

static enum inr_status put_row(struct inr_image_writer *w, void *samples, struct inr_error *err)
{
    struct stb_target *t = w->state;
    size_t n = (size_t)w->head.width * w->head.channels;
    (void)err;
    memcpy(t->pixels + w->row * n, samples, n);
    return INR_OK;
}

static void release(struct inr_image_writer *w)
{
    struct stb_target *t = w->state;
    if (t)
        free(t->pixels);
    free(t);
    w->state = NULL;
}

static void put_bytes(void *context, void *data, int size)
{
    struct stb_target *t = context;
    if (size > 0)
        (void)!fwrite(data, 1, (size_t)size, t->writer->out.stream);
}

/* As put_bytes, with the profile after the first 20 bytes: SOI and the JFIF segment, which stb
 * hands over in its first piece. */
static void put_jpeg_bytes(void *context, void *data, int size)
{
    enum { JFIF_END = 20 };
    struct stb_target *t = context;
    const struct inr_image *head = &t->writer->head;
    uint8_t *bytes = data;
    if (t->written == 0 && size >= JFIF_END && head->icc) {
        put_bytes(t, bytes, JFIF_END);
        inr_jpeg_put_icc(t->writer->out.stream, head->icc, head->icc_size);
        bytes += JFIF_END;
        size -= JFIF_END;
        t->written = JFIF_END;
    }
    put_bytes(t, bytes, size);
    t->written += (size_t)size;
}

static enum inr_status finish(struct inr_image_writer *w, int encoded, struct inr_error *err)
{
    return encoded
               ? INR_OK
               : inr_fail(err, INR_ERR_OUTPUT, "%s: could not be encoded as %s; try another format",
                          w->path, w->format->name);
}

static enum inr_status end_jpeg(struct inr_image_writer *w, struct inr_error *err)
{
    struct stb_target *t = w->state;
    return finish(w,
                  stbi_write_jpg_to_func(put_jpeg_bytes, t, (int)w->head.width, (int)w->head.height,
                                         (int)w->head.channels, t->pixels, JPEG_QUALITY),
                  err);
}

static enum inr_status end_bmp(struct inr_image_writer *w, struct inr_error *err)
{
    struct stb_target *t = w->state;
    return finish(w,
                  stbi_write_bmp_to_func(put_bytes, t, (int)w->head.width, (int)w->head.height,
                                         (int)w->head.channels, t->pixels),
                  err);
}

static enum inr_status end_tga(struct inr_image_writer *w, struct inr_error *err)
{
    struct stb_target *t = w->state;
    return finish(w,
                  stbi_write_tga_to_func(put_bytes, t, (int)w->head.width, (int)w->head.height,
                                         (int)w->head.channels, t->pixels),
                  err);
}

static const struct inr_image_sink jpeg_sink = {begin, put_row, end_jpeg, release};
static const struct inr_image_sink bmp_sink = {begin, put_row, end_bmp, release};
static const struct inr_image_sink tga_sink = {begin, put_row, end_tga, release};

const struct inr_image_format inr_image_jpeg = {
    .name = "JPEG",
    .suffixes = {".jpg", ".jpeg"},
    .depths = INR_HOLDS(INR_DEPTH_U8),
    .channels = INR_HOLDS(3),
    .max_side = 65535,
    .probe = probe_jpeg,
    .read = read_jpeg,
    .sink = &jpeg_sink,
};

const struct inr_image_format inr_image_bmp = {
    .name = "BMP",
    .suffixes = {".bmp"},
    .depths = INR_HOLDS(INR_DEPTH_U8),
    .channels = INR_HOLDS(3) | INR_HOLDS(4),
    .max_side = 1u << 24, /* what stb reads back */
    .probe = probe_bmp,
    .read = read_bmp,
    .sink = &bmp_sink,
};

const struct inr_image_format inr_image_tga = {
    .name = "TGA",
    .suffixes = {".tga"},
    .depths = INR_HOLDS(INR_DEPTH_U8),
    .channels = INR_HOLDS(1) | INR_HOLDS(2) | INR_HOLDS(3) | INR_HOLDS(4),
    .max_side = 65535,
    .probe = probe_tga,
    .read = read_tga,
    .sink = &tga_sink,
};
