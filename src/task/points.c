/* SPDX-License-Identifier: MIT
 *
 * points.c - Inpainting: only some of the samples are known.
 */
#include "base/random.h"
#include "fit/task_kind.h"
#include "task/task.h"

/* A mask of any number of channels: its first one decides. */
static enum inr_status read_mask(const struct inr_material *m, uint8_t *known,
                                 struct inr_error *err)
{
    const struct inr_signal *mask = m->input->mask;
    const uint32_t *shape = m->source.shape;
    const size_t n = (size_t)inr_samples_points(&m->source);
    if (mask->dims != m->dims || mask->shape[0] != shape[0] || mask->shape[1] != shape[1] ||
        mask->shape[2] != shape[2])
        return inr_fail(err, INR_ERR_INPUT,
                        "the mask is of %u x %u x %u samples, the input of %u x %u x %u: they must "
                        "agree",
                        mask->shape[0], mask->shape[1], mask->shape[2], shape[0], shape[1],
                        shape[2]);
    for (size_t i = 0; i < n; i++)
        known[i] = mask->values[i * mask->channels] >= 0.5f;
    return INR_OK;
}

/* Each sample by itself, so that the share is that of large signals. */
static void draw_mask(uint8_t *known, size_t n, float keep, uint64_t seed)
{
    for (size_t i = 0; i < n; i++) {
        const inr_u4 r =
            inr_random((uint32_t)seed, (uint32_t)(seed >> 32), INR_STREAM_KEEP, 0, (uint32_t)i);
        known[i] = inr_uniform01(r.x) < keep;
    }
}

/* Train on the `count` known samples alone. */
static enum inr_status take_known(struct inr_material *m, const uint8_t *known, uint64_t count,
                                  int lattice, struct inr_error *err)
{
    const struct inr_box box = inr_box_whole(m->dims, m->source.shape, lattice);
    const size_t dims = (size_t)m->dims, channels = m->channels;
    float *coords = inr_material_alloc(m, (size_t)count * dims * sizeof *coords);
    float *values = inr_material_alloc(m, (size_t)count * channels * sizeof *values);
    if (!coords || !values)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %llu known samples",
                        (unsigned long long)count);
    const uint64_t n = inr_samples_points(&m->source);
    uint64_t at = 0;
    for (uint64_t i = 0; i < n; i++) {
        if (!known[i])
            continue;
        inr_box_coords(&box, i, 1, coords + at * dims);
        inr_samples_floats(&m->source, i * channels, channels, values + at * channels);
        at++;
    }
    m->coords = coords;
    m->seen.values = NULL;
    m->train.depth = INR_DEPTH_F32;
    m->train.values = values;
    m->count = count;
    return INR_OK;
}

enum inr_status inr_task_inpaint(struct inr_material *material, const struct inr_fit_config *config,
                                 const struct inr_log *log, struct inr_error *err)
{
    struct inr_material *m = material;
    const size_t n = (size_t)inr_samples_points(&m->source);
    uint8_t *known = inr_material_alloc(m, n);
    enum inr_status status = INR_OK;
    uint64_t count = 0;
    (void)log;
    if (!known)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a mask of %zu samples", n);
    if (m->input->reference)
        status = inr_task_use_reference(m, true, err);
    if (status == INR_OK && m->input->mask)
        status = read_mask(m, known, err);
    else if (status == INR_OK)
        draw_mask(known, n, config->task.keep, config->seed);
    if (status != INR_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        count += known[i];
    if (count == 0)
        return inr_fail(err, INR_ERR_INPUT,
                        m->input->mask ? "the mask shows no sample as known: white is known"
                                       : "no sample is known: give a larger --keep");
    m->known = known;
    m->blind = true;
    return take_known(m, known, count, config->lattice, err);
}
