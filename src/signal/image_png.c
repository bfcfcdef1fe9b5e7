/* SPDX-License-Identifier: MIT
 *
 * image_png.c - Reading PNG with libpng: every depth and colour type, with what it says of colour.
 */
#include "signal/image_internal.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* Deflate cannot do better than 1032:1, so a header that promises more pixels than that lies, and
 * nothing is allocated for it. */
#define MAX_DEFLATE_RATIO 1032u

/* All state of one decode. It lives in the caller's frame of setjmp and is reached by pointer only,
 * so that no local is undefined after a longjmp. */
struct png_source {
    const uint8_t *data;
    size_t size, at;
    const char *name;
    struct inr_error *err;
    enum inr_status status;
    struct inr_image *image;
    png_structp png;
    png_infop info;
};

static void on_error(png_structp png, png_const_charp why)
{
    struct png_source *s = png_get_error_ptr(png);
    if (strstr(why, "memory"))
        s->status = inr_image_no_memory(s->err, s->name);
    else
        s->status = inr_image_damaged(s->err, s->name, "PNG", why);
    png_longjmp(png, 1);
}

/* Warnings concern chunks that are then ignored; the pixels are whole. */
static void on_warning(png_structp png, png_const_charp why)
{
    (void)png;
    (void)why;
}

static void on_read(png_structp png, png_bytep out, size_t n)
{
    struct png_source *s = png_get_io_ptr(png);
    if (n > s->size - s->at)
        png_error(png, "the file ends too early");
    memcpy(out, s->data + s->at, n);
    s->at += n;
}

/* Our own refusals leave through the same door as libpng's. */
static void leave(struct png_source *s, enum inr_status status)
{
    s->status = status;
    png_longjmp(s->png, 1);
}

static void read_header(struct png_source *s)
{
    png_set_read_fn(s->png, s, on_read);
    png_set_user_limits(s->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    /* A chunk that fails its checksum is damage, also in chunks that only describe colour. */
    png_set_crc_action(s->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
    png_read_info(s->png, s->info);

    uint64_t width = png_get_image_width(s->png, s->info);
    uint64_t height = png_get_image_height(s->png, s->info);
    enum inr_status status = inr_image_check_size(width, height, s->name, s->err);
    if (status != INR_OK)
        leave(s, status);
    uint64_t raw = (png_get_rowbytes(s->png, s->info) + 1) * height;
    if (raw / MAX_DEFLATE_RATIO > s->size)
        leave(s, inr_fail(s->err, INR_ERR_INPUT,
                          "%s: damaged PNG: %zu bytes cannot hold %llu x %llu pixels; export or "
                          "download it again",
                          s->name, s->size, (unsigned long long)width, (unsigned long long)height));
}

/* Ask libpng for whole samples: palette to RGB, small greys to 8 bits, tRNS to alpha. */
static int set_transforms(struct png_source *s)
{
    const uint16_t probe = 1;
    png_set_expand(s->png);
    if (png_get_bit_depth(s->png, s->info) == 16 && *(const uint8_t *)&probe == 1)
        png_set_swap(s->png);
    int passes = png_set_interlace_handling(s->png);
    png_read_update_info(s->png, s->info);
    return passes;
}

static void read_pixels(struct png_source *s, int passes)
{
    struct inr_image *image = s->image;
    enum inr_status status = inr_image_allocate(
        image, png_get_image_width(s->png, s->info), png_get_image_height(s->png, s->info),
        png_get_channels(s->png, s->info),
        png_get_bit_depth(s->png, s->info) == 16 ? INR_DEPTH_U16 : INR_DEPTH_U8, s->name, s->err);
    if (status != INR_OK)
        leave(s, status);
    size_t stride = (size_t)image->width * image->channels * inr_depth_size(image->depth);
    if (png_get_rowbytes(s->png, s->info) != stride)
        png_error(s->png, "the layout of its rows is unknown");
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < image->height; y++)
            png_read_row(s->png, (png_bytep)image->pixels + y * stride, NULL);
    png_read_end(s->png, NULL);
}

static void read_colour(struct png_source *s)
{
    struct inr_image *image = s->image;
    png_fixed_point gamma = 0;
    int intent = 0;
    if (png_get_gAMA_fixed(s->png, s->info, &gamma) && gamma > 0)
        image->png_gamma = gamma;
    if (png_get_sRGB(s->png, s->info, &intent))
        image->png_srgb = intent + 1;

    png_charp name = NULL;
    png_bytep profile = NULL;
    png_uint_32 size = 0;
    int compression = 0;
    if (!png_get_iCCP(s->png, s->info, &name, &compression, &profile, &size) || size == 0)
        return;
    image->icc = malloc(size);
    if (!image->icc)
        leave(s, inr_image_no_memory(s->err, s->name));
    memcpy(image->icc, profile, size);
    image->icc_size = size;
    snprintf(image->icc_name, sizeof image->icc_name, "%s", name);
}

static void decode(struct png_source *s)
{
    if (setjmp(png_jmpbuf(s->png)))
        return;
    read_header(s);
    int passes = set_transforms(s);
    read_colour(s);
    read_pixels(s, passes);
}

static enum inr_status read_png(const uint8_t *data, size_t size, const char *name,
                                struct inr_image *image, struct inr_error *err)
{
    struct png_source s = {
        .data = data, .size = size, .name = name, .err = err, .status = INR_OK, .image = image};
    s.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning);
    if (s.png)
        s.info = png_create_info_struct(s.png);
    if (s.info)
        decode(&s);
    else
        s.status = inr_image_no_memory(err, name);
    png_destroy_read_struct(&s.png, &s.info, NULL);
    return s.status;
}

static bool probe_png(const uint8_t *data, size_t size)
{
    /* The first four bytes: a file damaged in transfer (the other four) gets libpng's sentence. */
    return size >= 4 && memcmp(data, "\x89PNG", 4) == 0;
}

const struct inr_image_format inr_image_png = {
    .name = "PNG",
    .suffixes = {".png"},
    .depths = INR_HOLDS(INR_DEPTH_U8) | INR_HOLDS(INR_DEPTH_U16),
    .channels = INR_HOLDS(1) | INR_HOLDS(2) | INR_HOLDS(3) | INR_HOLDS(4),
    .max_side = PNG_UINT_31_MAX,
    .probe = probe_png,
    .read = read_png,
    .sink = &inr_image_png_sink,
};
