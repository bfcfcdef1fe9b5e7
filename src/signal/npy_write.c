/* SPDX-License-Identifier: MIT
 *
 * npy_write.c - Writing NumPy's .npy files (version 1.0, C order), whole or not at all.
 */
#include "signal/signal_internal.h"

#include <math.h>
#include <string.h>

#include "base/file.h"

/* Values converted at a time. */
enum { CHUNK = 4096, HEADER = 128 };

/* '<' or '>': how this machine stores numbers, so that none needs turning. */
static char byte_order(void)
{
    const uint16_t one = 1;
    uint8_t first;
    memcpy(&first, &one, 1);
    return first ? '<' : '>';
}

/* The header, padded so that the values start at a multiple of 64 bytes as the format wants.
 * Reversed since NumPy's first axis is the slowest. A channel axis of 1 is written where the reader
 * would take the last axis for channels. Returns its length. */
static size_t make_header(const struct inr_signal *s, const char *type, char header[HEADER])
{
    const uint32_t last = s->shape[0];
    const bool ambiguous = s->dims == 3 && last <= 4 && s->shape[1] > last && s->shape[2] > last;
    char shape[64] = "";
    size_t n = 0;
    for (int d = s->dims - 1; d >= 0; d--)
        n += (size_t)snprintf(shape + n, sizeof shape - n, "%u%s", s->shape[d], d ? ", " : "");
    if (s->channels > 1 || ambiguous)
        snprintf(shape + n, sizeof shape - n, ", %u", s->channels);
    else if (s->dims == 1)
        snprintf(shape + n, sizeof shape - n, ",");
    memset(header, ' ', HEADER);
    const int written =
        snprintf(header + 10, HEADER - 10,
                 "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", type, shape);
    header[10 + written] = ' '; /* where the text's end was */
    const size_t total = ((size_t)written + 10 + 1 + 63) / 64 * 64;
    memcpy(header, "\x93NUMPY\x01\0", 8);
    header[8] = (char)((total - 10) & 255);
    header[9] = (char)((total - 10) >> 8);
    header[total - 1] = '\n';
    return total;
}

/* Convert and write n values. A failed write shows at commit. */
static void write_values(FILE *stream, const float *values, size_t n, enum inr_sample sample)
{
    float scaled[CHUNK];
    uint8_t bytes[CHUNK];
    uint16_t words[CHUNK];
    memcpy(scaled, values, n * sizeof *values);
    switch (sample) {
    case INR_SAMPLE_BOOL:
        for (size_t i = 0; i < n; i++)
            bytes[i] = values[i] >= 0.5f;
        fwrite(bytes, 1, n, stream);
        break;
    case INR_SAMPLE_U8:
        inr_quantise(scaled, n, INR_DEPTH_U8);
        for (size_t i = 0; i < n; i++)
            bytes[i] = (uint8_t)lrintf(scaled[i] * 255.0f);
        fwrite(bytes, 1, n, stream);
        break;
    case INR_SAMPLE_U16:
        inr_quantise(scaled, n, INR_DEPTH_U16);
        for (size_t i = 0; i < n; i++)
            words[i] = (uint16_t)lrintf(scaled[i] * 65535.0f);
        fwrite(words, sizeof *words, n, stream);
        break;
    case INR_SAMPLE_FLOAT:
    case INR_SAMPLE_INTEGER:
        fwrite(values, sizeof *values, n, stream);
        break;
    }
}

enum inr_status inr_npy_write(const char *path, const struct inr_signal *signal,
                              struct inr_error *err)
{
    const char f4[] = {byte_order(), 'f', '4', '\0'}, u2[] = {byte_order(), 'u', '2', '\0'};
    const char *type = signal->sample == INR_SAMPLE_BOOL  ? "|b1"
                       : signal->sample == INR_SAMPLE_U8  ? "|u1"
                       : signal->sample == INR_SAMPLE_U16 ? u2
                                                          : f4;
    const size_t n = inr_signal_points(signal) * signal->channels;
    struct inr_outfile out;
    char header[HEADER];
    enum inr_status status = inr_outfile_open(&out, path, err);
    if (status != INR_OK)
        return status;
    fwrite(header, 1, make_header(signal, type, header), out.stream);
    for (size_t i = 0; i < n && !ferror(out.stream); i += CHUNK)
        write_values(out.stream, signal->values + i, n - i < CHUNK ? n - i : CHUNK, signal->sample);
    return inr_outfile_commit(&out, err);
}
