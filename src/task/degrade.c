/* SPDX-License-Identifier: MIT
 *
 * degrade.c - Tasks whose samples are a worse version of the signal: noisy, or small.
 */
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "fit/task_kind.h"
#include "task/task.h"

/* Noise is a stream of the seed, [points][channels], not clipped. */
enum inr_status inr_task_denoise(struct inr_material *material, const struct inr_fit_config *config,
                                 const struct inr_log *log, struct inr_error *err)
{
    struct inr_material *m = material;
    const float noise = config->task.noise;
    const size_t n = (size_t)m->count * m->channels;
    (void)log;
    if (m->input->reference)
        return inr_task_use_reference(m, true, err);
    if (m->sample == INR_SAMPLE_BOOL)
        return inr_fail(err, INR_ERR_USAGE,
                        "samples that are true or false take no noise: use --task occupancy, or "
                        "give an array of numbers");
    if (noise == 0.0f)
        return INR_OK;
    float *values = inr_material_copy(m, &m->source);
    float *added = malloc(n * sizeof *added);
    if (values && added) {
        inr_fill_normal(added, n, 0.0f, noise, config->seed, INR_STREAM_NOISE, 0);
        for (size_t i = 0; i < n; i++)
            values[i] += added[i];
    }
    free(added);
    if (!values || !added)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu noisy samples", n);
    m->train.depth = INR_DEPTH_F32;
    m->train.values = values;
    m->seen = m->train;
    m->blind = true;
    return INR_OK;
}

/* Copy the part of a grid that starts at its first point. */
static float *crop(struct inr_material *m, const uint32_t shape[3])
{
    const uint32_t *from = m->source.shape;
    const uint32_t c = m->channels;
    float *out = inr_material_alloc(m, (size_t)shape[0] * shape[1] * shape[2] * c * sizeof *out);
    float *at = out;
    for (uint32_t z = 0; out && z < shape[2]; z++)
        for (uint32_t y = 0; y < shape[1]; y++, at += (size_t)shape[0] * c)
            inr_samples_floats(&m->source, ((uint64_t)z * from[1] + y) * from[0] * c,
                               (size_t)shape[0] * c, at);
    return out;
}

/* The whole number of times that a grid is larger than another on every axis, 0: there is none. */
static uint32_t times_larger(int dims, const uint32_t *large, const uint32_t *small)
{
    const uint32_t factor = large[0] / small[0];
    for (int d = 0; d < dims; d++)
        if (large[d] != small[d] * factor)
            return 0;
    return factor;
}

static struct inr_readout block_means(const struct inr_material *m, const uint32_t shape[3],
                                      uint32_t factor)
{
    return (struct inr_readout){.kind = INR_READ_MEAN,
                                .dims = m->dims,
                                .shape = {shape[0], shape[1], shape[2]},
                                .factor = factor};
}

/* Train on samples that are means of the field over the points of the large grid they cover. */
static enum inr_status read_means(struct inr_material *m, struct inr_error *err)
{
    const uint32_t *large = m->truth.shape, *small = m->train.shape;
    const uint32_t factor = times_larger(m->dims, large, small);
    if (factor < 2)
        return inr_fail(err, INR_ERR_INPUT,
                        "readout mean needs a reference that is the same whole number of times as "
                        "large on every axis: %u x %u x %u samples against %u x %u x %u",
                        large[0], large[1], large[2], small[0], small[1], small[2]);
    m->readout = block_means(m, large, factor);
    if (m->train.depth != INR_DEPTH_F32) {
        m->train.values = inr_material_copy(m, &m->train);
        m->train.depth = INR_DEPTH_F32;
        if (!m->train.values)
            return inr_fail(err, INR_ERR_MEMORY, "out of memory for the samples as floats");
    }
    memcpy(m->train.shape, large, sizeof m->train.shape);
    m->count = inr_samples_points(&m->train);
    return INR_OK;
}

/* The signal as truth, cut to a multiple of the factor, and its block means to train on. */
static enum inr_status shrink(struct inr_material *m, uint32_t factor, const struct inr_log *log,
                              struct inr_error *err)
{
    uint32_t full[3] = {1, 1, 1}, small[3] = {1, 1, 1};
    for (int d = 0; d < m->dims; d++) {
        small[d] = m->source.shape[d] / factor;
        full[d] = small[d] * factor;
        if (small[d] == 0)
            return inr_fail(err, INR_ERR_USAGE,
                            "factor is %u, and an axis of the signal has %u samples: give a "
                            "smaller --factor",
                            factor, m->source.shape[d]);
    }
    if (memcmp(full, m->source.shape, sizeof full) != 0)
        inr_logf(log, INR_LOG_INFO, "cut to %u x %u x %u samples, a multiple of the factor %u",
                 full[0], full[1], full[2], factor);
    m->readout = block_means(m, full, factor);
    const size_t n = (size_t)inr_readout_count(&m->readout) * m->channels;
    const float *truth = crop(m, full);
    float *blocks = truth ? inr_material_alloc(m, n * sizeof *blocks) : NULL;
    if (!blocks)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a signal of %u x %u x %u samples",
                        full[0], full[1], full[2]);
    m->truth = (struct inr_samples){{full[0], full[1], full[2]}, INR_DEPTH_F32, truth};
    m->train = (struct inr_samples){{small[0], small[1], small[2]}, INR_DEPTH_F32, blocks};
    m->seen = m->train;
    m->count = inr_samples_points(&m->train);
    m->blind = true;
    enum inr_status status = inr_material_project(m, truth, blocks, err);
    m->readout.kind = INR_READ_POINTS;
    return status;
}

enum inr_status inr_task_super_resolution(struct inr_material *material,
                                          const struct inr_fit_config *config,
                                          const struct inr_log *log, struct inr_error *err)
{
    enum inr_status status = material->input->reference
                                 ? inr_task_use_reference(material, false, err)
                                 : shrink(material, config->task.factor, log, err);
    if (status != INR_OK || config->task.readout != INR_READOUT_MEAN)
        return status;
    return read_means(material, err);
}
