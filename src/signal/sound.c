/* SPDX-License-Identifier: MIT
 *
 * sound.c - Reading sounds (WAV, AIFF, FLAC, Ogg, MP3, CAF ...) from memory through libsndfile.
 */
#include "signal/signal_internal.h"

#include <math.h>
#include <sndfile.h>
#include <stdlib.h>
#include <string.h>

/* Lengths from here on mean "unknown" in WAV and AIFF: programs that write to a pipe leave them. */
#define UNKNOWN_LENGTH 0x7FFF0000u

/* Samples there is room for at first; headers may promise more than a file holds. */
#define FIRST_SAMPLES 65536

/* ---- a file in memory, for libsndfile ---- */

struct memory {
    const uint8_t *data;
    sf_count_t size, at;
};

static sf_count_t memory_length(void *user)
{
    return ((struct memory *)user)->size;
}

static sf_count_t memory_seek(sf_count_t offset, int whence, void *user)
{
    struct memory *m = user;
    const sf_count_t base = whence == SEEK_SET ? 0 : whence == SEEK_CUR ? m->at : m->size;
    if (offset < -base || offset > m->size - base)
        return -1;
    m->at = base + offset;
    return m->at;
}

static sf_count_t memory_read(void *out, sf_count_t count, void *user)
{
    struct memory *m = user;
    const sf_count_t left = m->size - m->at;
    const sf_count_t n = count < left ? count : left;
    if (n <= 0)
        return 0;
    memcpy(out, m->data + m->at, (size_t)n);
    m->at += n;
    return n;
}

static sf_count_t memory_write(const void *data, sf_count_t count, void *user)
{
    (void)data;
    (void)count;
    (void)user;
    return 0;
}

static sf_count_t memory_tell(void *user)
{
    return ((struct memory *)user)->at;
}

/* ---- reading ---- */

static uint64_t four_bytes(const uint8_t *p, bool big)
{
    return big ? (uint64_t)p[0] << 24 | (uint64_t)p[1] << 16 | (uint64_t)p[2] << 8 | p[3]
               : (uint64_t)p[3] << 24 | (uint64_t)p[2] << 16 | (uint64_t)p[1] << 8 | p[0];
}

/* libsndfile reads what is left of a truncated WAV or AIFF and says nothing. */
static enum inr_status check_length(const uint8_t *data, size_t size, const char *name,
                                    struct inr_error *err)
{
    if (size < 12)
        return INR_OK;
    const bool big = memcmp(data, "FORM", 4) == 0 || memcmp(data, "RIFX", 4) == 0;
    if (!big && memcmp(data, "RIFF", 4) != 0)
        return INR_OK;
    const uint64_t promised = four_bytes(data + 4, big);
    /* One byte less: the padding of the last chunk is often left out. */
    if (promised >= UNKNOWN_LENGTH || promised + 8 <= (uint64_t)size + 1)
        return INR_OK;
    return inr_fail(err, INR_ERR_INPUT,
                    "%s: damaged sound: the header promises %llu bytes and the file ends after "
                    "%zu; export or download it again",
                    name, (unsigned long long)promised + 8, size);
}

/* The library's own words, without the full stop that some have. */
static enum inr_status damaged(struct inr_error *err, const char *name, SNDFILE *file)
{
    const char *why = sf_strerror(file);
    size_t n = strlen(why);
    while (n > 0 && (why[n - 1] == '.' || why[n - 1] == '\n'))
        n--;
    return inr_fail(err, INR_ERR_INPUT, "%s: damaged sound: %.*s; export or download it again",
                    name, (int)n, why);
}

/* Read to the end into a buffer that grows with what is really there; *frames: how many came. */
static enum inr_status read_frames(SNDFILE *file, uint64_t channels, const char *name,
                                   float **values, uint64_t *frames, struct inr_error *err)
{
    uint64_t room = 0;
    *frames = 0;
    for (;;) {
        if (*frames == room) {
            room = room ? room * 2 : 1 + FIRST_SAMPLES / channels;
            float *grown = realloc(*values, (size_t)(room * channels) * sizeof **values);
            if (!grown)
                return inr_signal_no_memory(err, name);
            *values = grown;
        }
        const sf_count_t got =
            sf_readf_float(file, *values + *frames * channels, (sf_count_t)(room - *frames));
        if (got <= 0)
            return INR_OK;
        *frames += (uint64_t)got;
        if (*frames * channels > INR_SIGNAL_MAX_VALUES)
            return inr_fail(err, INR_ERR_INPUT,
                            "%s: the sound has more than the %u samples that are supported; cut "
                            "it or resample it",
                            name, INR_SIGNAL_MAX_VALUES);
    }
}

static enum inr_status check_finite(const struct inr_signal *signal, const char *name,
                                    struct inr_error *err)
{
    const size_t n = (size_t)signal->shape[0] * signal->channels;
    for (size_t i = 0; i < n; i++)
        if (!isfinite(signal->values[i]))
            return inr_fail(err, INR_ERR_INPUT,
                            "%s: the sample of frame %zu (%.4f s), channel %zu is %s; replace it "
                            "by a number",
                            name, i / signal->channels,
                            (double)(i / signal->channels) / signal->rate, i % signal->channels,
                            isnan(signal->values[i]) ? "not a number" : "infinite");
    return INR_OK;
}

static enum inr_status read_sound(SNDFILE *file, const SF_INFO *info, const char *name,
                                  struct inr_signal *signal, struct inr_error *err)
{
    uint64_t frames = 0;
    enum inr_status status =
        read_frames(file, (uint64_t)info->channels, name, &signal->values, &frames, err);
    if (status != INR_OK)
        return status;
    if (sf_error(file) != SF_ERR_NO_ERROR)
        return damaged(err, name, file);
    if (frames == 0)
        return inr_fail(err, INR_ERR_INPUT, "%s: the sound has no samples; export it again", name);
    /* Where the format has no length, libsndfile says the greatest number. */
    if (info->frames < SF_COUNT_MAX && frames < (uint64_t)info->frames)
        return inr_fail(err, INR_ERR_INPUT,
                        "%s: damaged sound: the file ends after %llu of %lld frames; export or "
                        "download it again",
                        name, (unsigned long long)frames, (long long)info->frames);
    signal->dims = 1;
    signal->shape[0] = (uint32_t)frames;
    signal->shape[1] = signal->shape[2] = 1;
    signal->channels = (uint32_t)info->channels;
    signal->rate = info->samplerate;
    return check_finite(signal, name, err);
}

enum inr_status inr_sound_decode(const uint8_t *data, size_t size, const char *name, bool *known,
                                 struct inr_signal *signal, struct inr_error *err)
{
    struct memory memory = {data, (sf_count_t)size, 0};
    SF_VIRTUAL_IO io = {memory_length, memory_seek, memory_read, memory_write, memory_tell};
    SF_INFO info = {0};
    SNDFILE *file = sf_open_virtual(&io, SFM_READ, &info, &memory);
    *known = file || sf_error(NULL) != SF_ERR_UNRECOGNISED_FORMAT;
    if (!*known)
        return INR_ERR_INPUT;
    enum inr_status status = check_length(data, size, name, err);
    if (status == INR_OK && !file)
        status = damaged(err, name, NULL);
    if (status == INR_OK && (info.channels < 1 || info.samplerate < 1))
        status = inr_fail(err, INR_ERR_INPUT,
                          "%s: damaged sound: %d channels at %d Hz; export or download it again",
                          name, info.channels, info.samplerate);
    if (status == INR_OK)
        status = read_sound(file, &info, name, signal, err);
    if (file)
        sf_close(file);
    return status;
}
