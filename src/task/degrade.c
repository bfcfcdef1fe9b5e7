/* SPDX-License-Identifier: MIT
 *
 * degrade.c - Tasks whose samples are a worse version of the signal: noisy, or small.
 */
#include <stdlib.h>

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

/* Add points [n][channels] of a line to the sums of its blocks. */
static void add_line(float *sums, const float *line, uint32_t n, uint32_t channels, uint32_t factor)
{
    for (uint32_t x = 0; x < n; x++)
        for (uint32_t c = 0; c < channels; c++)
            sums[(x / factor) * channels + c] += line[x * channels + c];
}

/* Means over blocks of `factor` points on every axis; `shape` is a multiple of it. */
static float *box_means(struct inr_material *m, const float *full, const uint32_t shape[3],
                        uint32_t factor, const uint32_t small[3])
{
    const size_t n = (size_t)small[0] * small[1] * small[2] * m->channels;
    float *out = inr_material_alloc(m, n * sizeof *out);
    float divisor = 1.0f;
    for (int d = 0; d < m->dims; d++)
        divisor *= (float)factor;
    for (size_t i = 0; out && i < n; i++)
        out[i] = 0.0f;
    for (uint32_t z = 0; out && z < shape[2]; z++)
        for (uint32_t y = 0; y < shape[1]; y++) {
            const size_t row =
                (size_t)(m->dims > 2 ? z / factor : 0) * small[1] + (m->dims > 1 ? y / factor : 0);
            add_line(out + row * small[0] * m->channels,
                     full + ((size_t)z * shape[1] + y) * shape[0] * m->channels, shape[0],
                     m->channels, factor);
        }
    for (size_t i = 0; out && i < n; i++)
        out[i] /= divisor;
    return out;
}

enum inr_status inr_task_super_resolution(struct inr_material *material,
                                          const struct inr_fit_config *config,
                                          const struct inr_log *log, struct inr_error *err)
{
    struct inr_material *m = material;
    const uint32_t factor = config->task.factor;
    uint32_t full[3] = {1, 1, 1}, small[3] = {1, 1, 1};
    bool cut = false;
    if (m->input->reference)
        return inr_task_use_reference(m, false, err);
    for (int d = 0; d < m->dims; d++) {
        const uint32_t n = m->source.shape[d];
        small[d] = n / factor;
        full[d] = small[d] * factor;
        cut = cut || full[d] != n;
        if (small[d] == 0)
            return inr_fail(err, INR_ERR_USAGE,
                            "factor is %u, and an axis of the signal has %u samples: give a "
                            "smaller --factor",
                            factor, n);
    }
    if (cut)
        inr_logf(log, INR_LOG_INFO, "cut to %u x %u x %u samples, a multiple of the factor %u",
                 full[0], full[1], full[2], factor);
    const float *truth = crop(m, full);
    const float *means = truth ? box_means(m, truth, full, factor, small) : NULL;
    if (!means)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a signal of %u x %u x %u samples",
                        full[0], full[1], full[2]);
    m->truth = (struct inr_samples){{full[0], full[1], full[2]}, INR_DEPTH_F32, truth};
    m->train = (struct inr_samples){{small[0], small[1], small[2]}, INR_DEPTH_F32, means};
    m->count = inr_samples_points(&m->train);
    m->blind = true;
    return INR_OK;
}
