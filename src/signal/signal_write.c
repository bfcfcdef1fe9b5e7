/* SPDX-License-Identifier: MIT
 *
 * signal_write.c - Writing a signal in the format that its file's name asks for.
 */
#include "signal/signal_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_npy(const char *path)
{
    const char *dot = strrchr(path, '.');
    return dot && strcasecmp(dot, ".npy") == 0;
}

bool inr_signal_can_write(const char *path)
{
    return is_npy(path) || inr_image_can_write(path) || inr_sound_can_write(path);
}

bool inr_signal_fits(const char *path, const struct inr_signal *signal)
{
    if (is_npy(path) || inr_image_depth_for(path, INR_DEPTH_U16) == INR_DEPTH_F32)
        return true;
    for (size_t i = 0; i < inr_signal_points(signal) * signal->channels; i++)
        if (!(signal->values[i] >= 0.0f && signal->values[i] <= 1.0f))
            return false;
    return true;
}

static enum inr_status write_rows(struct inr_image_writer *writer, const struct inr_signal *s,
                                  struct inr_error *err)
{
    const size_t line = (size_t)s->shape[0] * s->channels;
    enum inr_status status = INR_OK;
    float *row = malloc(line * sizeof *row);
    if (!row)
        return inr_signal_no_memory(err, "picture");
    for (uint32_t y = 0; status == INR_OK && y < s->shape[1]; y++) {
        for (size_t i = 0; i < line; i++) {
            const float value = s->values[y * line + i];
            row[i] = s->sample == INR_SAMPLE_BOOL ? (value >= 0.5f ? 1.0f : 0.0f) : value;
        }
        status = inr_image_writer_rows(writer, row, 1, err);
    }
    free(row);
    return status;
}

static enum inr_status write_picture(const char *path, const struct inr_signal *s,
                                     struct inr_error *err)
{
    if (s->dims != 2 || s->channels > 4)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: a signal with %d axes and %u channels is no picture; write a .npy",
                        path, s->dims, s->channels);
    const bool eight = s->sample == INR_SAMPLE_U8 || s->sample == INR_SAMPLE_BOOL;
    const struct inr_image head = {
        .width = s->shape[0],
        .height = s->shape[1],
        .channels = s->channels,
        .depth = inr_image_depth_for(path, eight ? INR_DEPTH_U8 : INR_DEPTH_U16)};
    struct inr_image_writer *writer;
    enum inr_status status = inr_image_writer_open(path, &head, &writer, err);
    if (status != INR_OK)
        return status;
    status = write_rows(writer, s, err);
    if (status == INR_OK)
        return inr_image_writer_finish(writer, err);
    inr_image_writer_abort(writer);
    return status;
}

enum inr_status inr_signal_write(const char *path, const struct inr_signal *signal,
                                 struct inr_error *err)
{
    if (is_npy(path))
        return inr_npy_write(path, signal, err);
    if (inr_image_can_write(path))
        return write_picture(path, signal, err);
    if (inr_sound_can_write(path))
        return inr_sound_write(path, signal, err);
    return inr_fail(err, INR_ERR_USAGE,
                    "%s: the suffix names no format that can be written; use .npy, for a sound "
                    ".wav or .flac, for a picture .png .ppm .pgm .pam .pfm .hdr .jpg .bmp .tga",
                    path);
}
