/* SPDX-License-Identifier: MIT
 *
 * sound_write.c - Writing sounds through libsndfile, whole or not at all: .wav as single floats,
 * .flac with 24 bits.
 */
#include "signal/signal_internal.h"

#include <math.h>
#include <sndfile.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/file.h"

static const struct {
    const char *suffix;
    int format;
} rows[] = {
    {".wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
    {".flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
};

/* The format of a path's suffix, 0: none of a sound. */
static int format_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof rows / sizeof rows[0]; i++)
        if (strcasecmp(dot, rows[i].suffix) == 0)
            return rows[i].format;
    return 0;
}

bool inr_sound_can_write(const char *path)
{
    return format_of(path) != 0;
}

/* Into an open file. A failed write shows here or at commit. */
static enum inr_status write_frames(FILE *stream, SF_INFO *info, const char *path,
                                    const struct inr_signal *s, struct inr_error *err)
{
    SNDFILE *file = sf_open_fd(fileno(stream), SFM_WRITE, info, SF_FALSE);
    if (!file)
        return inr_fail(err, INR_ERR_OUTPUT, "%s: the sound cannot be written: %s", path,
                        sf_strerror(NULL));
    /* Without it, integer formats wrap around where the field leaves [-1,1]. */
    sf_command(file, SFC_SET_CLIPPING, NULL, SF_TRUE);
    /* It holds the time of writing: the same sound would not be the same bytes. */
    sf_command(file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE);
    const sf_count_t frames = sf_writef_float(file, s->values, (sf_count_t)s->shape[0]);
    const bool closed = sf_close(file) == 0;
    if (frames == (sf_count_t)s->shape[0] && closed)
        return INR_OK;
    return inr_fail(err, INR_ERR_OUTPUT,
                    "%s: only %lld of %u samples could be written; is the disk full?", path,
                    (long long)frames, s->shape[0]);
}

enum inr_status inr_sound_write(const char *path, const struct inr_signal *s, struct inr_error *err)
{
    SF_INFO info = {.samplerate = (int)lround(s->rate),
                    .channels = (int)s->channels,
                    .format = format_of(path)};
    struct inr_outfile out = {0};
    if (s->dims != 1 || !(s->rate >= 1.0 && s->rate <= 1e9))
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: a sound has one axis and a number of samples a second, which this "
                        "signal has not; write a .npy",
                        path);
    if (!sf_format_check(&info))
        return inr_fail(err, INR_ERR_USAGE,
                        "%s: the format does not take %d channels at %d Hz; write a .wav or a .npy",
                        path, info.channels, info.samplerate);
    enum inr_status status = inr_outfile_open(&out, path, err);
    if (status == INR_OK)
        status = write_frames(out.stream, &info, path, s, err);
    if (status == INR_OK)
        status = inr_outfile_commit(&out, err);
    inr_outfile_abort(&out);
    return status;
}
