/* SPDX-License-Identifier: MIT
 *
 * source.c - Reads or generates the signal of a row.
 */
#include "bench/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inrush/fit.h"

static void find_range(struct inr_bench_source *source)
{
    const struct inr_signal *s = &source->signal;
    const size_t n = inr_signal_points(s) * s->channels;
    source->low = source->high = s->values[0];
    for (size_t i = 1; i < n; i++) {
        source->low = s->values[i] < source->low ? s->values[i] : source->low;
        source->high = s->values[i] > source->high ? s->values[i] : source->high;
    }
}

enum inr_status inr_bench_source_load(const struct inr_bench_signal *signal, uint64_t seed,
                                      struct inr_bench_source *source, struct inr_error *err)
{
    memset(source, 0, sizeof *source);
    enum inr_status status;
    if (signal->file)
        status = inr_signal_read(signal->file, &source->signal, err);
    else
        status = inr_signal_generate(
            signal->generator, signal->dims,
            isnan(signal->bandwidth) ? 0.5 : signal->bandwidth, /* unused */
            signal->side, (uint32_t)(signal->seeded ? signal->seed : seed), &source->signal, err);
    if (status != INR_OK) {
        inr_bench_source_free(source);
        return status;
    }
    find_range(source);
    source->unit = !signal->file || (source->low >= 0.0f && source->high <= 1.0f) ||
                   source->low == source->high;
    inr_signal_hash(&source->signal, source->hash);
    return INR_OK;
}

enum inr_status inr_bench_source_cut(const struct inr_bench_source *source, uint32_t factor,
                                     struct inr_bench_source *out, struct inr_error *err)
{
    const struct inr_signal *from = &source->signal;
    *out = *source;
    struct inr_signal *to = &out->signal;
    for (int d = 0; d < to->dims; d++)
        if (to->shape[d] >= factor)
            to->shape[d] -= to->shape[d] % factor;
    const size_t line = (size_t)to->shape[0] * to->channels;
    to->values = malloc(inr_signal_points(to) * to->channels * sizeof *to->values);
    if (!to->values)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the signal of a row");
    for (uint32_t z = 0; z < to->shape[2]; z++)
        for (uint32_t y = 0; y < to->shape[1]; y++)
            memcpy(to->values + ((size_t)z * to->shape[1] + y) * line,
                   from->values + ((size_t)z * from->shape[1] + y) * from->shape[0] * to->channels,
                   line * sizeof *to->values);
    return INR_OK;
}

void inr_bench_source_free(struct inr_bench_source *source)
{
    inr_signal_free(&source->signal);
    source->hash[0] = '\0';
}

void inr_bench_source_shape(const struct inr_bench_source *source, char out[48])
{
    const struct inr_signal *s = &source->signal;
    size_t used = 0;
    out[0] = '\0';
    for (int axis = 0; axis < s->dims; axis++)
        used += (size_t)snprintf(out + used, 48 - used, "%s%u", axis ? "x" : "", s->shape[axis]);
    if (s->channels > 1)
        snprintf(out + used, 48 - used, "x%u", s->channels);
}
