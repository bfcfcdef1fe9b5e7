/* SPDX-License-Identifier: MIT
 *
 * signal.c - The life of samples on a grid; reading them from pictures, arrays and sounds.
 */
#include "signal/signal_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

#include "signal/image_internal.h"

/* Files above this are refused before a byte is read: more than the largest array could need. */
#define MAX_FILE_BYTES ((uint64_t)64 << 30)

size_t inr_signal_points(const struct inr_signal *signal)
{
    return (size_t)signal->shape[0] * signal->shape[1] * signal->shape[2];
}

enum inr_status inr_signal_from_image(const struct inr_image *image, struct inr_signal *signal,
                                      struct inr_error *err)
{
    *signal = (struct inr_signal){.dims = 2,
                                  .shape = {image->width, image->height, 1},
                                  .channels = image->channels,
                                  .sample = image->depth == INR_DEPTH_U8    ? INR_SAMPLE_U8
                                            : image->depth == INR_DEPTH_U16 ? INR_SAMPLE_U16
                                                                            : INR_SAMPLE_FLOAT};
    const size_t n = inr_signal_points(signal) * image->channels;
    signal->values = malloc(n * sizeof *signal->values);
    if (!signal->values) {
        *signal = (struct inr_signal){0};
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a picture of %u x %u as floats",
                        image->width, image->height);
    }
    inr_image_rows(image, 0, image->height, signal->values);
    return INR_OK;
}

void inr_signal_free(struct inr_signal *signal)
{
    if (!signal)
        return;
    free(signal->values);
    *signal = (struct inr_signal){0};
}

/* ---- reading ---- */

enum inr_status inr_signal_no_memory(struct inr_error *err, const char *name)
{
    return inr_fail(err, INR_ERR_MEMORY,
                    "%s: not enough memory for the signal; close other programs or give a smaller "
                    "one",
                    name);
}

static enum inr_status decode_image(const uint8_t *data, size_t size, const char *name,
                                    struct inr_signal *signal, struct inr_error *err)
{
    struct inr_image image;
    enum inr_status status = inr_image_decode(data, size, name, &image, err);
    if (status == INR_OK)
        status = inr_signal_from_image(&image, signal, err);
    inr_image_free(&image);
    return status;
}

enum inr_status inr_signal_decode(const uint8_t *data, size_t size, const char *name,
                                  struct inr_signal *signal, struct inr_error *err)
{
    enum inr_status status;
    bool known = true;
    *signal = (struct inr_signal){0};
    if (size == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: the file is empty; export it again", name);
    if (inr_npy_probe(data, size))
        status = inr_npy_decode(data, size, name, signal, err);
    else if (inr_image_probe(data, size))
        status = decode_image(data, size, name, signal, err);
    else
        status = inr_sound_decode(data, size, name, &known, signal, err);
    if (!known)
        status = inr_fail(err, INR_ERR_INPUT,
                          "%s: not in a format that is known; give a picture (PNG, JPEG ...), a "
                          "NumPy array (.npy) or a sound (WAV, FLAC, Ogg ...)",
                          name);
    if (status != INR_OK)
        inr_signal_free(signal);
    return status;
}

static const char *name_of(const char *path)
{
    return strcmp(path, "-") ? path : "standard input";
}

enum inr_status inr_signal_read(const char *path, struct inr_signal *signal, struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    *signal = (struct inr_signal){0};
    enum inr_status status = inr_file_read(path, MAX_FILE_BYTES, &data, &size, err);
    if (status != INR_OK)
        return status;
    status = inr_signal_decode(data, size, name_of(path), signal, err);
    free(data);
    return status;
}

enum inr_status inr_signal_or_image_read(const char *path, struct inr_signal *signal,
                                         struct inr_image *image, struct inr_error *err)
{
    uint8_t *data = NULL;
    size_t size = 0;
    *signal = (struct inr_signal){0};
    *image = (struct inr_image){0};
    enum inr_status status = inr_file_read(path, MAX_FILE_BYTES, &data, &size, err);
    if (status != INR_OK)
        return status;
    if (size > 0 && !inr_npy_probe(data, size) && inr_image_probe(data, size))
        status = inr_image_decode(data, size, name_of(path), image, err);
    else
        status = inr_signal_decode(data, size, name_of(path), signal, err);
    free(data);
    return status;
}
