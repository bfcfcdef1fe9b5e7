/* SPDX-License-Identifier: MIT
 *
 * image.c - The table of image formats, reading by content, and access to samples.
 */
#include "signal/image_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Files above this are refused before a byte is read: more than the largest picture could need. */
#define MAX_FILE_BYTES ((uint64_t)64 << 30)

/* Probed in this order. TGA has no signature, so it comes last. */
static const struct inr_image_format *const formats[] = {
    &inr_image_png, &inr_image_jpeg, &inr_image_bmp, &inr_image_ppm, &inr_image_pgm,
    &inr_image_pnm, &inr_image_pam,  &inr_image_pfm, &inr_image_hdr, &inr_image_tga,
};

#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

const struct inr_image_format *inr_image_format_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *dot = strrchr(slash ? slash : path, '.');
    if (!dot)
        return NULL;
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        for (size_t j = 0; formats[i]->suffixes[j]; j++)
            if (strcasecmp(dot, formats[i]->suffixes[j]) == 0)
                return formats[i];
    return NULL;
}

bool inr_image_can_write(const char *path)
{
    const struct inr_image_format *format = inr_image_format_of(path);
    return format && format->sink;
}

enum inr_depth inr_image_depth_for(const char *path, enum inr_depth wanted)
{
    const struct inr_image_format *format = inr_image_format_of(path);
    if (!format || (format->depths & INR_HOLDS(wanted)))
        return wanted;
    /* Else the finest the format has. */
    for (int depth = INR_DEPTH_F32; depth > INR_DEPTH_U8; depth--)
        if (format->depths & INR_HOLDS(depth))
            return (enum inr_depth)depth;
    return INR_DEPTH_U8;
}

/* ---- sentences and sizes shared by the readers ---- */

enum inr_status inr_image_damaged(struct inr_error *err, const char *name, const char *format,
                                  const char *why)
{
    return inr_fail(err, INR_ERR_INPUT, "%s: damaged %s: %s; export or download it again", name,
                    format, why);
}

enum inr_status inr_image_no_memory(struct inr_error *err, const char *name)
{
    return inr_fail(err, INR_ERR_MEMORY,
                    "%s: not enough memory for the picture; close other programs or give a smaller "
                    "picture",
                    name);
}

enum inr_status inr_image_check_size(uint64_t width, uint64_t height, const char *name,
                                     struct inr_error *err)
{
    if (width == 0 || height == 0)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: the picture has no pixels (%llu x %llu); export it again", name,
                        (unsigned long long)width, (unsigned long long)height);
    if (width > INR_IMAGE_MAX_PIXELS || height > INR_IMAGE_MAX_PIXELS ||
        width * height > INR_IMAGE_MAX_PIXELS)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: %llu x %llu are more than the %u pixels that are supported; crop or "
                        "scale it down",
                        name, (unsigned long long)width, (unsigned long long)height,
                        INR_IMAGE_MAX_PIXELS);
    return INR_OK;
}

enum inr_status inr_image_allocate(struct inr_image *image, uint32_t width, uint32_t height,
                                   uint32_t channels, enum inr_depth depth, const char *name,
                                   struct inr_error *err)
{
    enum inr_status status = inr_image_check_size(width, height, name, err);
    if (status != INR_OK)
        return status;
    uint64_t bytes = (uint64_t)width * height * channels * inr_depth_size(depth);
    void *pixels = bytes <= SIZE_MAX ? malloc((size_t)bytes) : NULL;
    if (!pixels)
        return inr_image_no_memory(err, name);
    image->width = width;
    image->height = height;
    image->channels = channels;
    image->depth = depth;
    image->pixels = pixels;
    return INR_OK;
}

/* ---- reading ---- */

/* One NaN makes every loss and metric NaN, so it is refused at the door, with its place. */
static enum inr_status check_finite(const struct inr_image *image, const char *name,
                                    struct inr_error *err)
{
    const float *values = image->pixels;
    size_t n = (size_t)image->width * image->height * image->channels;
    if (image->depth != INR_DEPTH_F32)
        return INR_OK;
    for (size_t i = 0; i < n; i++) {
        if (isfinite(values[i]))
            continue;
        size_t pixel = i / image->channels;
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: the sample at x %zu, y %zu, channel %zu is %s; replace it by a number",
                        name, pixel % image->width, pixel / image->width, i % image->channels,
                        isnan(values[i]) ? "not a number" : "infinite");
    }
    return INR_OK;
}

/* The format whose signature the bytes carry, or NULL. */
static const struct inr_image_format *find_format(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++)
        if (formats[i]->probe && formats[i]->probe(data, size))
            return formats[i];
    return NULL;
}

bool inr_image_probe(const uint8_t *data, size_t size)
{
    return find_format(data, size) != NULL;
}

enum inr_status inr_image_decode(const uint8_t *data, size_t size, const char *name,
                                 struct inr_image *image, struct inr_error *err)
{
    memset(image, 0, sizeof *image);
    if (size == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: the file is empty; export it again", name);
    const struct inr_image_format *format = find_format(data, size);
    if (!format)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: not an image in a format that is known; give PNG, JPEG, BMP, TGA, "
                        "PNM, PAM, PFM or HDR",
                        name);
    enum inr_status status = format->read(data, size, name, image, err);
    if (status == INR_OK)
        status = check_finite(image, name, err);
    if (status != INR_OK)
        inr_image_free(image);
    return status;
}

enum inr_status inr_image_read(const char *path, struct inr_image *image, struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    memset(image, 0, sizeof *image);
    enum inr_status status = inr_file_read(path, MAX_FILE_BYTES, &data, &size, err);
    if (status != INR_OK)
        return status;
    status = inr_image_decode(data, size, strcmp(path, "-") ? path : "standard input", image, err);
    free(data);
    return status;
}

void inr_image_free(struct inr_image *image)
{
    if (!image)
        return;
    free(image->pixels);
    free(image->icc);
    memset(image, 0, sizeof *image);
}

/* ---- samples ---- */

size_t inr_depth_size(enum inr_depth depth)
{
    switch (depth) {
    case INR_DEPTH_U8:
        return 1;
    case INR_DEPTH_U16:
        return 2;
    case INR_DEPTH_F32:
        break;
    }
    return 4;
}

/* Integer samples are divided, here and in inr_quantise alike, so that a level has one float. */
static void to_floats(const struct inr_image *image, size_t first, size_t n, float *out)
{
    switch (image->depth) {
    case INR_DEPTH_U8: {
        const uint8_t *in = (const uint8_t *)image->pixels + first;
        for (size_t i = 0; i < n; i++)
            out[i] = (float)in[i] / 255.0f;
        break;
    }
    case INR_DEPTH_U16: {
        const uint16_t *in = (const uint16_t *)image->pixels + first;
        for (size_t i = 0; i < n; i++)
            out[i] = (float)in[i] / 65535.0f;
        break;
    }
    case INR_DEPTH_F32:
        memcpy(out, (const float *)image->pixels + first, n * sizeof *out);
        break;
    }
}

float inr_image_sample(const struct inr_image *image, uint32_t x, uint32_t y, uint32_t c)
{
    float value;
    to_floats(image, ((size_t)y * image->width + x) * image->channels + c, 1, &value);
    return value;
}

void inr_image_rows(const struct inr_image *image, uint32_t row, uint32_t n, float *out)
{
    size_t samples = (size_t)image->width * image->channels;
    to_floats(image, row * samples, n * samples, out);
}

void inr_quantise(float *values, size_t n, enum inr_depth depth)
{
    if (depth == INR_DEPTH_F32)
        return;
    float top = depth == INR_DEPTH_U8 ? 255.0f : 65535.0f;
    for (size_t i = 0; i < n; i++) {
        /* Written so that NaN becomes 0. */
        float v = values[i] > 0.0f ? values[i] : 0.0f;
        v = v < 1.0f ? v : 1.0f;
        values[i] = (float)lrintf(v * top) / top;
    }
}
