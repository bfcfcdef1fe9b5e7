/* SPDX-License-Identifier: MIT
 *
 * material.c - From an input to material: the part that all tasks share.
 */
#include "task/material.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fit/task_kind.h"
#include "task/task.h"

/* Samples of a pool, and the least number of an axis that float coordinates tell apart. */
#define MAX_POINTS (UINT64_C(1) << 31)

uint64_t inr_samples_points(const struct inr_samples *samples)
{
    return (uint64_t)samples->shape[0] * samples->shape[1] * samples->shape[2];
}

void inr_samples_floats(const struct inr_samples *samples, uint64_t first, size_t n, float *out)
{
    const uint8_t *bytes = samples->values;
    const uint16_t *words = samples->values;
    const float *floats = samples->values;
    switch (samples->depth) {
    case INR_DEPTH_U8:
        for (size_t i = 0; i < n; i++)
            out[i] = (float)bytes[first + i] / 255.0f;
        break;
    case INR_DEPTH_U16:
        for (size_t i = 0; i < n; i++)
            out[i] = (float)words[first + i] / 65535.0f;
        break;
    case INR_DEPTH_F32:
        memcpy(out, floats + first, n * sizeof *out);
        break;
    }
}

void *inr_material_alloc(struct inr_material *material, size_t size)
{
    for (size_t i = 0; i < sizeof material->owned / sizeof material->owned[0]; i++)
        if (!material->owned[i])
            return material->owned[i] = malloc(size);
    return NULL;
}

float *inr_material_copy(struct inr_material *material, const struct inr_samples *from)
{
    const size_t n = (size_t)inr_samples_points(from) * material->channels;
    float *values = inr_material_alloc(material, n * sizeof *values);
    if (values)
        inr_samples_floats(from, 0, n, values);
    return values;
}

void inr_material_free(struct inr_material *material)
{
    for (size_t i = 0; i < sizeof material->owned / sizeof material->owned[0]; i++)
        free(material->owned[i]);
    inr_shape_pool_destroy(material->pool);
    inr_shape_end(&material->shape);
    *material = (struct inr_material){0};
}

enum inr_status inr_material_signal(const struct inr_material *material, struct inr_signal *signal,
                                    struct inr_error *err)
{
    const size_t n = (size_t)inr_samples_points(&material->seen) * material->channels;
    if (material->shaped)
        return inr_shape_signal(material, signal, err);
    *signal = (struct inr_signal){.dims = material->dims,
                                  .channels = material->channels,
                                  .rate = material->rate,
                                  .sample = material->sample};
    if (!material->seen.values)
        return inr_fail(err, INR_ERR_USAGE,
                        "task %s does not know all samples, and some have no spectrum: leave out "
                        "--auto, --fresh and --init fresh, and give the setting itself",
                        inr_registry_id_name(INR_REGISTRY_TASK, material->task));
    memcpy(signal->shape, material->seen.shape, sizeof signal->shape);
    signal->values = malloc(n * sizeof *signal->values);
    if (!signal->values)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu samples as floats", n);
    inr_samples_floats(&material->seen, 0, n, signal->values);
    return INR_OK;
}

static void take_image(struct inr_material *m, const struct inr_image *image)
{
    m->dims = 2;
    m->channels = image->channels;
    m->sample = image->depth == INR_DEPTH_U8    ? INR_SAMPLE_U8
                : image->depth == INR_DEPTH_U16 ? INR_SAMPLE_U16
                                                : INR_SAMPLE_FLOAT;
    m->source = (struct inr_samples){{image->width, image->height, 1}, image->depth, image->pixels};
}

static void take_signal(struct inr_material *m, const struct inr_signal *signal)
{
    m->dims = signal->dims;
    m->channels = signal->channels;
    m->sample = signal->sample;
    m->rate = signal->rate;
    m->source.depth = INR_DEPTH_F32;
    m->source.values = signal->values;
    memcpy(m->source.shape, signal->shape, sizeof m->source.shape);
}

static int task_of(const struct inr_material *m)
{
    if (m->shaped)
        return INR_TASK_SDF;
    if (m->sample == INR_SAMPLE_BOOL)
        return INR_TASK_OCCUPANCY;
    return m->dims == 1 ? INR_TASK_SERIES : m->dims == 2 ? INR_TASK_IMAGE : INR_TASK_VOLUME;
}

/* Sides within what coordinates can name, and a pool's count within 31 bits. */
static enum inr_status check_size(const struct inr_material *m, struct inr_error *err)
{
    const uint32_t *shape = m->source.shape;
    uint64_t points = 1;
    for (int d = 0; d < m->dims; d++) {
        if (shape[d] > INR_SIDE_MAX)
            return inr_fail(err, INR_ERR_INPUT,
                            "an axis of %u samples is too long to fit: at most %u; cut it",
                            shape[d], INR_SIDE_MAX);
        points *= shape[d]; /* below 2^46 before it can pass the limit below */
        if (points >= MAX_POINTS)
            return inr_fail(err, INR_ERR_INPUT,
                            m->dims == 2
                                ? "an image of %u x %u is too large to fit: at most 2^31 - 1 pixels"
                                : "a signal of %u x %u x ... is too large to fit: at most 2^31 - 1 "
                                  "samples",
                            shape[0], shape[1]);
    }
    if (m->channels > INR_MAX_CHANNELS)
        return inr_fail(err, INR_ERR_INPUT, "%u channels are too many to fit: at most %d",
                        m->channels, INR_MAX_CHANNELS);
    return INR_OK;
}

static enum inr_status check_task(const struct inr_material *m, const struct inr_task_row *row,
                                  double psnr, struct inr_error *err)
{
    const char *name = inr_registry_id_name(INR_REGISTRY_TASK, m->task);
    if (!row)
        return inr_fail(err, INR_ERR_USAGE, "task id %d is not known", m->task);
    if (m->shaped && !row->takes_shape)
        return inr_fail(err, INR_ERR_USAGE,
                        "task %s is for sampled signals, and this is a shape: leave out --task",
                        name);
    if ((m->shaped || m->task == INR_TASK_SDF) && psnr > 0.0)
        return inr_fail(err, INR_ERR_USAGE,
                        "--psnr is for sampled signals: fits of shapes end with --steps or --time");
    if (row->dims != 0 && row->dims != m->dims)
        return inr_fail(err, INR_ERR_USAGE,
                        "task %s is for signals of %d axes, and this one has %d: leave out --task",
                        name, row->dims, m->dims);
    if (m->input->reference && !row->takes_reference)
        return inr_fail(err, INR_ERR_USAGE,
                        "task %s takes no reference: it is scored against its "
                        "input",
                        name);
    if (!m->input->width != !m->input->height || (m->input->width && m->task != INR_TASK_CT))
        return inr_fail(err, INR_ERR_USAGE,
                        "a width and a height are for task ct: those of the picture that a "
                        "sinogram is of");
    if (m->input->mask && !row->takes_mask)
        return inr_fail(err, INR_ERR_USAGE, "task %s takes no mask: use --task inpaint", name);
    return INR_OK;
}

static void range_of(const struct inr_samples *samples, uint64_t n, float *least, float *most)
{
    enum { BLOCK = 1024 };
    float block[BLOCK];
    inr_samples_floats(samples, 0, 1, block);
    *least = *most = block[0];
    for (uint64_t at = 0; at < n; at += BLOCK) {
        const size_t count = n - at < BLOCK ? (size_t)(n - at) : BLOCK;
        inr_samples_floats(samples, at, count, block);
        for (size_t i = 0; i < count; i++) {
            *least = block[i] < *least ? block[i] : *least;
            *most = block[i] > *most ? block[i] : *most;
        }
    }
}

/* Whether samples are meant to lie in [0,1], and the peak of PSNR: 1 for those, the maximum for
 * pictures of floats, otherwise the range. */
static void set_range(struct inr_material *m, const struct inr_fit_config *config)
{
    const uint64_t n = inr_samples_points(&m->truth) * m->channels;
    const bool off = config->task.rescale == INR_RESCALE_OFF;
    float least = 0.0f, most = 1.0f;
    const struct inr_samples *range = m->readout.kind == INR_READ_POINTS ? &m->train : &m->truth;
    if (!m->ranged)
        range_of(range, range == &m->train ? m->count * m->channels : n, &m->least, &m->most);
    if (m->ranged && !m->truth.values) {
        least = m->least;
        most = m->most > 1.0f ? m->most : 2.0f; /* not known to lie in [0,1] */
    } else if (m->sample == INR_SAMPLE_FLOAT) {
        range_of(&m->truth, n, &least, &most);
    }
    m->unit = m->sample != INR_SAMPLE_FLOAT || off;
    if (m->unit) {
        m->peak = 1.0;
    } else if (m->input->image) {
        m->peak = most > 0.0f ? (double)most : 1.0;
    } else {
        m->unit = least >= 0.0f && most <= 1.0f;
        m->peak = m->unit || most <= least ? 1.0 : (double)most - (double)least;
    }
}

/* FNV-1a of two hashes, so that a mask and the size of a picture are part of what a resumed fit
 * must find again. */
static void add_hash(char hash[17], const char *other)
{
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (int i = 0; i < 32; i++) {
        sum ^= (uint8_t)(i < 16 ? hash[i] : other[i - 16]);
        sum *= UINT64_C(0x100000001b3);
    }
    snprintf(hash, 17, "%016llx", (unsigned long long)sum);
}

static void set_hash(struct inr_material *m)
{
    char other[17];
    if (m->input->mesh)
        inr_mesh_hash(m->input->mesh, m->hash);
    else if (m->input->image)
        inr_image_hash(m->input->image, m->hash);
    else
        inr_signal_hash(m->input->signal, m->hash);
    if (m->input->width > 0) {
        snprintf(other, sizeof other, "%08x%08x", m->input->width, m->input->height);
        add_hash(m->hash, other);
    }
    if (!m->input->mask)
        return;
    inr_signal_hash(m->input->mask, other);
    add_hash(m->hash, other);
}

enum inr_status inr_material_create(struct inr_material *material,
                                    const struct inr_fit_input *input,
                                    const struct inr_fit_config *config, uint64_t steps,
                                    const struct inr_log *log, struct inr_error *err)
{
    struct inr_material *m = material;
    *m = (struct inr_material){.input = input};
    if (input->mesh)
        inr_shape_take(m);
    else if (input->image)
        take_image(m, input->image);
    else
        take_signal(m, input->signal);
    m->truth = m->train = m->seen = m->source;
    m->task = config->task.kind == INR_TASK_AUTO ? task_of(m) : config->task.kind;
    const struct inr_task_row *row = inr_task_row(m->task);
    enum inr_status status = check_size(m, err);
    if (status == INR_OK)
        status = check_task(m, row, config->psnr, err);
    if (status != INR_OK)
        return status;
    m->count = inr_samples_points(&m->train);
    set_hash(m);
    if (m->shaped)
        status = inr_shape_prepare(m, config, steps, err);
    else if (row->prepare)
        status = row->prepare(m, config, log, err);
    if (status != INR_OK) {
        inr_material_free(m);
        return status;
    }
    if (m->task != INR_TASK_SDF && !m->shaped)
        set_range(m, config);
    return INR_OK;
}
