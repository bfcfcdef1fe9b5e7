/* SPDX-License-Identifier: MIT
 *
 * image_write.c - The frame of every image writer: what a format can hold, conversion, and the
 * file.
 */
#include "signal/image_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const depth_names[] = {"8-bit", "16-bit", "32-bit float"};
static const char *const channel_names[] = {"", "grey", "grey + alpha", "RGB", "RGB + alpha"};

/* "a", "a and b" or "a, b and c": the names whose bit is set. */
static void list_names(const char *const *names, size_t count, unsigned bits, char *out,
                       size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        if (!(bits & (1u << i)))
            continue;
        bool last = bits >> (i + 1) == 0;
        const char *joint = used == 0 ? "" : last ? " and " : ", ";
        used += (size_t)snprintf(out + used, size - used, "%s%s", joint, names[i]);
    }
}

/* Refuse what the format cannot hold, naming what it can. */
static enum inr_status check_fits(const char *path, const struct inr_image_format *format,
                                  const struct inr_image *d, struct inr_error *err)
{
    char list[80];
    if (d->width == 0 || d->height == 0 || d->channels < 1 || d->channels > 4)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: a picture of %u x %u pixels and %u channels cannot be written; it "
                        "needs at least one pixel and 1 to 4 channels",
                        path, d->width, d->height, d->channels);
    if (!(format->depths & INR_HOLDS(d->depth))) {
        list_names(depth_names, 3, format->depths, list, sizeof list);
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: %s holds %s samples, not %s; choose another suffix", path,
                        format->name, list, depth_names[d->depth]);
    }
    bool grey_as_rgb = d->channels == 1 && (format->channels & INR_HOLDS(3));
    if (!(format->channels & INR_HOLDS(d->channels)) && !grey_as_rgb) {
        list_names(channel_names, 5, format->channels, list, sizeof list);
        return inr_fail(err, INR_ERR_USAGE, "%s: %s holds %s, not %s; choose another suffix", path,
                        format->name, list, channel_names[d->channels]);
    }
    if (d->width > format->max_side || d->height > format->max_side)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: %s holds at most %u pixels a side, not %u x %u; write a .png", path,
                        format->name, format->max_side, d->width, d->height);
    /* What would be refused by our own reader is not written. */
    if ((uint64_t)d->width * d->height > INR_IMAGE_MAX_PIXELS)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: %u x %u are more than the %u pixels that are supported; write parts",
                        path, d->width, d->height, INR_IMAGE_MAX_PIXELS);
    return INR_OK;
}

static void release(struct inr_image_writer *w)
{
    w->sink->release(w);
    inr_outfile_abort(&w->out);
    free(w->head.icc);
    free(w->samples);
    free(w->path);
    free(w);
}

/* Copy the description, which need not outlive the call. */
static enum inr_status copy_head(struct inr_image_writer *w, const char *path,
                                 const struct inr_image *d, struct inr_error *err)
{
    w->head = *d;
    w->head.pixels = NULL;
    w->head.icc = NULL;
    w->head.icc_size = 0;
    w->channels = d->channels;
    if (!(w->format->channels & INR_HOLDS(d->channels)))
        w->head.channels = 3;
    w->path = strdup(path);
    w->samples = malloc((size_t)d->width * w->head.channels * inr_depth_size(d->depth));
    if (!w->path || !w->samples)
        return inr_image_no_memory(err, path);
    if (d->icc && d->icc_size > 0) {
        w->head.icc = malloc(d->icc_size);
        if (!w->head.icc)
            return inr_image_no_memory(err, path);
        memcpy(w->head.icc, d->icc, d->icc_size);
        w->head.icc_size = d->icc_size;
    }
    return INR_OK;
}

enum inr_status inr_image_writer_open(const char *path, const struct inr_image *description,
                                      struct inr_image_writer **out, struct inr_error *err)
{
    const struct inr_image_format *format = inr_image_format_of(path);
    *out = NULL;
    if (!format || !format->sink)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: the suffix names no image format; use .png .ppm .pgm .pnm .pam .pfm "
                        ".hdr .jpg .jpeg .bmp or .tga",
                        path);
    enum inr_status status = check_fits(path, format, description, err);
    if (status != INR_OK)
        return status;
    struct inr_image_writer *w = calloc(1, sizeof *w);
    if (!w)
        return inr_image_no_memory(err, path);
    w->format = format;
    w->sink = format->sink;
    status = copy_head(w, path, description, err);
    if (status == INR_OK)
        status = inr_outfile_open(&w->out, path, err);
    if (status == INR_OK)
        status = w->sink->begin(w, err);
    if (status != INR_OK) {
        release(w);
        return status;
    }
    *out = w;
    return INR_OK;
}

/* Integer samples of one row, each nearest to its float; grey three times where RGB is stored. */
static void convert_row(struct inr_image_writer *w, const float *in)
{
    size_t repeat = w->head.channels / w->channels;
    size_t n = (size_t)w->head.width * w->channels;
    repeat = w->channels == 1 ? repeat : 1;
    for (size_t i = 0; i < n; i++) {
        float v = in[i] > 0.0f ? in[i] : 0.0f; /* NaN becomes 0, as in inr_quantise */
        v = v < 1.0f ? v : 1.0f;
        for (size_t k = 0; k < repeat; k++) {
            if (w->head.depth == INR_DEPTH_U8)
                ((uint8_t *)w->samples)[i * repeat + k] = (uint8_t)lrintf(v * 255.0f);
            else if (w->head.depth == INR_DEPTH_U16)
                ((uint16_t *)w->samples)[i * repeat + k] = (uint16_t)lrintf(v * 65535.0f);
            else
                ((float *)w->samples)[i * repeat + k] = in[i];
        }
    }
}

/* A float file with a NaN would be refused by its reader, so it is not written. */
static enum inr_status check_row(const struct inr_image_writer *w, const float *in,
                                 struct inr_error *err)
{
    size_t n = (size_t)w->head.width * w->channels;
    for (size_t i = 0; i < n && w->head.depth == INR_DEPTH_F32; i++)
        if (!isfinite(in[i]))
            return inr_fail(err, INR_ERR_OUTPUT,
                            "%s: the sample at x %zu, y %u, channel %zu is %s; the model has "
                            "diverged, fit it with a lower learning rate",
                            w->path, i / w->channels, w->row, i % w->channels,
                            isnan(in[i]) ? "not a number" : "infinite");
    return INR_OK;
}

enum inr_status inr_image_writer_rows(struct inr_image_writer *w, const float *rows, uint32_t n,
                                      struct inr_error *err)
{
    size_t stride = (size_t)w->head.width * w->channels;
    for (uint32_t i = 0; i < n && w->status == INR_OK; i++) {
        if (w->row == w->head.height) {
            w->status = inr_fail(err, INR_ERR_FAILED,
                                 "%s: more rows than the %u of the picture; give it its height",
                                 w->path, w->head.height);
            break;
        }
        w->status = check_row(w, rows + i * stride, err);
        if (w->status != INR_OK)
            break;
        convert_row(w, rows + i * stride);
        w->status = w->sink->row(w, w->samples, err);
        w->row++;
        /* A full disk ends the work now and not after the last row; commit finds out why. */
        if (w->status == INR_OK && ferror(w->out.stream))
            w->status = inr_outfile_commit(&w->out, err);
    }
    return w->status;
}

enum inr_status inr_image_writer_finish(struct inr_image_writer *w, struct inr_error *err)
{
    enum inr_status status = w->status;
    if (status == INR_OK && w->row < w->head.height)
        status = inr_fail(err, INR_ERR_FAILED, "%s: only %u of %u rows were given; give them all",
                          w->path, w->row, w->head.height);
    if (status == INR_OK && w->sink->end)
        status = w->sink->end(w, err);
    if (status == INR_OK)
        status = inr_outfile_commit(&w->out, err);
    else
        inr_fail(err, status, "%s: writing failed earlier; see the first message", w->path);
    release(w);
    return status;
}

void inr_image_writer_abort(struct inr_image_writer *w)
{
    if (w)
        release(w);
}
