/* SPDX-License-Identifier: MIT
 *
 * image_png_write.c - Writing PNG with libpng, row by row, with the colour notes of the source.
 */
#include "signal/image_internal.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* Reached by pointer only, so that setjmp leaves nothing undefined. `err` and `status` belong to
 * the call under way. */
struct png_target {
    png_structp png;
    png_infop info;
    struct inr_image_writer *writer;
    struct inr_error *err;
    enum inr_status status;
};

static void on_error(png_structp png, png_const_charp why)
{
    struct png_target *t = png_get_error_ptr(png);
    if (strstr(why, "memory"))
        t->status = inr_image_no_memory(t->err, t->writer->path);
    else
        t->status = inr_fail(t->err, INR_ERR_OUTPUT,
                             "%s: could not be written as PNG: %s; try another format",
                             t->writer->path, why);
    png_longjmp(png, 1);
}

/* libpng warns of a profile that does not fit the picture and leaves it out. */
static void on_warning(png_structp png, png_const_charp why)
{
    (void)png;
    (void)why;
}

/* A failed write is kept in the stream, where the frame looks after each row. */
static void on_write(png_structp png, png_bytep data, size_t n)
{
    struct png_target *t = png_get_io_ptr(png);
    (void)!fwrite(data, 1, n, t->writer->out.stream);
}

static void on_flush(png_structp png)
{
    (void)png;
}

static void put_colour(struct png_target *t)
{
    const struct inr_image *head = &t->writer->head;
    if (head->png_gamma > 0)
        png_set_gAMA_fixed(t->png, t->info, head->png_gamma);
    if (head->png_srgb > 0)
        png_set_sRGB(t->png, t->info, head->png_srgb - 1);
    if (head->icc && head->icc_size <= PNG_UINT_31_MAX)
        png_set_iCCP(t->png, t->info, head->icc_name[0] ? head->icc_name : "ICC profile",
                     PNG_COMPRESSION_TYPE_BASE, head->icc, (png_uint_32)head->icc_size);
}

static enum inr_status put_header(struct png_target *t)
{
    static const int types[] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA,
                                PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
    const struct inr_image *head = &t->writer->head;
    const uint16_t probe = 1;
    if (setjmp(png_jmpbuf(t->png)))
        return t->status;
    png_set_write_fn(t->png, t, on_write, on_flush);
    png_set_user_limits(t->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    png_set_benign_errors(t->png, 1);
    png_set_IHDR(t->png, t->info, head->width, head->height, head->depth == INR_DEPTH_U16 ? 16 : 8,
                 types[head->channels], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_BASE,
                 PNG_FILTER_TYPE_BASE);
    put_colour(t);
    png_write_info(t->png, t->info);
    if (head->depth == INR_DEPTH_U16 && *(const uint8_t *)&probe == 1)
        png_set_swap(t->png);
    return INR_OK;
}

static enum inr_status begin(struct inr_image_writer *w, struct inr_error *err)
{
    struct png_target *t = calloc(1, sizeof *t);
    if (!t)
        return inr_image_no_memory(err, w->path);
    w->state = t;
    t->writer = w;
    t->err = err;
    t->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, t, on_error, on_warning);
    if (t->png)
        t->info = png_create_info_struct(t->png);
    if (!t->info)
        return inr_image_no_memory(err, w->path);
    return put_header(t);
}

static enum inr_status put_row(struct inr_image_writer *w, void *samples, struct inr_error *err)
{
    struct png_target *t = w->state;
    t->err = err;
    if (setjmp(png_jmpbuf(t->png)))
        return t->status;
    png_write_row(t->png, samples);
    return INR_OK;
}

static enum inr_status end(struct inr_image_writer *w, struct inr_error *err)
{
    struct png_target *t = w->state;
    t->err = err;
    if (setjmp(png_jmpbuf(t->png)))
        return t->status;
    png_write_end(t->png, t->info);
    return INR_OK;
}

static void release(struct inr_image_writer *w)
{
    struct png_target *t = w->state;
    if (t)
        png_destroy_write_struct(&t->png, &t->info);
    free(t);
    w->state = NULL;
}

const struct inr_image_sink inr_image_png_sink = {begin, put_row, end, release};
