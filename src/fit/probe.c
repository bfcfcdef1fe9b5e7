/* SPDX-License-Identifier: MIT
 *
 * probe.c - Drawing and evaluating a fixed part of a pool.
 */
#include "fit/probe.h"

#include <stdlib.h>

#include "field/formula.h"

/* Enough that two fields 0.02 dB apart are told apart, and cheap against the steps in between. */
#define PROBE_MAX 65536u

static float sample_of(const struct inr_pool *pool, size_t i)
{
    switch (pool->depth) {
    case INR_DEPTH_U8:
        return (float)((const uint8_t *)pool->values)[i] / 255.0f;
    case INR_DEPTH_U16:
        return (float)((const uint16_t *)pool->values)[i] / 65535.0f;
    case INR_DEPTH_F32:
        break;
    }
    return ((const float *)pool->values)[i];
}

static void coords_of(const struct inr_pool *pool, uint64_t i, float *out)
{
    uint64_t rest = i;
    for (int d = 0; d < pool->dims; d++) {
        if (pool->coords) {
            out[d] = pool->coords[i * (uint64_t)pool->dims + (uint64_t)d];
            continue;
        }
        out[d] = inr_grid_coord((uint32_t)(rest % pool->shape[d]), pool->shape[d], pool->lattice);
        rest /= pool->shape[d];
    }
}

/* Where samples are measurements of the whole grid, all of them are the probe. */
static enum inr_status create_measured(struct inr_probe *probe, size_t n_trainable,
                                       struct inr_error *err)
{
    *probe = (struct inr_probe){.gradient = malloc(n_trainable * sizeof *probe->gradient)};
    return probe->gradient ? INR_OK : inr_fail(err, INR_ERR_MEMORY, "out of memory for a probe");
}

enum inr_status inr_probe_create(struct inr_probe *probe, const struct inr_pool *pool,
                                 uint64_t seed, size_t n_trainable, struct inr_error *err)
{
    uint32_t n = pool->count < PROBE_MAX ? (uint32_t)pool->count : PROBE_MAX;
    size_t channels = (size_t)pool->channels, dims = (size_t)pool->dims;
    if (pool->readout)
        return create_measured(probe, n_trainable, err);
    *probe = (struct inr_probe){.n = n, .dims = pool->dims, .channels = pool->channels};
    probe->coords = malloc(n * dims * sizeof *probe->coords);
    probe->targets = malloc(n * channels * sizeof *probe->targets);
    probe->outputs = malloc(n * channels * sizeof *probe->outputs);
    if (!probe->coords || !probe->targets || !probe->outputs) {
        inr_probe_free(probe);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a probe of %u samples", n);
    }
    /* One draw from each of n equal runs, from a stream of its own. */
    for (uint32_t i = 0; i < n; i++) {
        uint64_t begin = pool->count * i / n, end = pool->count * (i + 1) / n;
        uint32_t r = inr_random((uint32_t)seed, (uint32_t)(seed >> 32), INR_STREAM_PROBE, 0, i).x;
        uint64_t at = begin + inr_bounded(r, (uint32_t)(end - begin));
        coords_of(pool, at, probe->coords + i * dims);
        for (size_t c = 0; c < channels; c++)
            probe->targets[i * channels + c] =
                pool->scale * sample_of(pool, at * channels + c) + pool->shift;
    }
    return INR_OK;
}

void inr_probe_free(struct inr_probe *probe)
{
    free(probe->gradient);
    free(probe->coords);
    free(probe->targets);
    free(probe->outputs);
    *probe = (struct inr_probe){0};
}

enum inr_status inr_probe_mse(struct inr_probe *probe, struct inr_exec *exec, double *mse,
                              struct inr_error *err)
{
    if (probe->gradient) {
        struct inr_step_result result;
        enum inr_status measured = inr_exec_gradient(exec, 0, probe->gradient, &result, err);
        *mse = measured == INR_OK ? (double)result.mse : 0.0;
        return measured;
    }
    enum inr_status status = inr_exec_eval(exec, probe->coords, probe->n, probe->outputs, err);
    if (status != INR_OK)
        return status;
    double sum = 0.0;
    size_t count = probe->n * (size_t)probe->channels;
    for (size_t i = 0; i < count; i++) {
        double d = (double)probe->outputs[i] - (double)probe->targets[i];
        sum += d * d;
    }
    *mse = sum / (double)count;
    return INR_OK;
}
