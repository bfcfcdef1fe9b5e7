/* SPDX-License-Identifier: MIT
 *
 * sdf.c - What a shape or an array of distances becomes: samples to train on.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field/formula.h"
#include "fit/task_kind.h"
#include "task/task.h"

/* Points an axis of results when nothing else is asked for. */
#define RESULT_SIDE 256u
/* Points of one call of the backend. */
#define BLOCK 65536u
/* Points an axis by which settings are chosen. */
#define SEEN_SIDE 65u

void inr_shape_take(struct inr_material *material)
{
    struct inr_material *m = material;
    m->shaped = true;
    m->dims = 3;
    m->channels = 1;
    m->sample = INR_SAMPLE_FLOAT;
    m->source = (struct inr_samples){{RESULT_SIDE, RESULT_SIDE, RESULT_SIDE}, INR_DEPTH_F32, NULL};
}

enum inr_status inr_shape_prepare(struct inr_material *material,
                                  const struct inr_fit_config *config, uint64_t steps,
                                  struct inr_error *err)
{
    struct inr_material *m = material;
    struct inr_fit_config own = *config;
    own.task.kind = m->task;
    enum inr_status status = inr_shape_begin(&m->shape, m->input->mesh, &own, err);
    if (status != INR_OK)
        return status;
    m->count = (uint64_t)m->shape.part * INR_SHAPE_PARTS;
    const uint64_t batch = config->batch_mode == (int)INR_BATCH_FULL || config->batch > m->count
                               ? m->count
                               : config->batch;
    const uint64_t uses = (uint64_t)m->shape.part * config->task.reuse;
    m->renew_every = uses > batch ? uses / batch : 1;
    /* The step that comes next may be one that renews: training sees to it. */
    const uint64_t done = steps > 0 ? (steps - 1) / m->renew_every : 0;
    status = inr_shape_pool_create(&m->shape, done, &m->pool, err);
    if (status != INR_OK)
        return status;
    m->coords = inr_shape_pool_coords(m->pool);
    m->train.values = inr_shape_pool_values(m->pool);
    m->frame = m->shape.frame;
    m->blind = true;
    m->ranged = true;
    m->least = 0.0f;
    m->most = 1.0f;
    m->unit = m->task == INR_TASK_OCCUPANCY;
    m->peak = 1.0;
    if (m->unit)
        m->sample = INR_SAMPLE_BOOL;
    return INR_OK;
}

static enum inr_status sample_cube(const struct inr_shape *shape, struct inr_signal *signal,
                                   struct inr_error *err)
{
    const uint32_t side = SEEN_SIDE;
    const size_t n = (size_t)side * side * side;
    float *coords = malloc(n * 3 * sizeof *coords), *values = malloc(n * sizeof *values);
    *signal = (struct inr_signal){.dims = 3,
                                  .shape = {side, side, side},
                                  .channels = 1,
                                  .sample = shape->inside ? INR_SAMPLE_BOOL : INR_SAMPLE_FLOAT};
    if (!coords || !values) {
        free(coords);
        free(values);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu distances", n);
    }
    const struct inr_box box = inr_box_whole(3, signal->shape, INR_LATTICE_CENTRES);
    inr_box_coords(&box, 0, n, coords);
    if (shape->inside)
        inr_shape_occupancy(shape, coords, n, values);
    else
        inr_shape_distance(shape, coords, n, values);
    free(coords);
    signal->values = values;
    return INR_OK;
}

enum inr_status inr_shape_signal(const struct inr_material *material, struct inr_signal *signal,
                                 struct inr_error *err)
{
    return sample_cube(&material->shape, signal, err);
}

enum inr_status inr_fit_mesh_signal(const struct inr_mesh *mesh, int threads,
                                    struct inr_signal *signal, struct inr_error *err)
{
    struct inr_fit_config config;
    struct inr_shape shape;
    *signal = (struct inr_signal){0};
    enum inr_status status = inr_fit_preset_shape("siren", INR_TASK_SDF, false, &config, err);
    if (status != INR_OK)
        return status;
    config.threads = threads;
    status = inr_shape_begin(&shape, mesh, &config, err);
    if (status != INR_OK)
        return status;
    status = sample_cube(&shape, signal, err);
    inr_shape_end(&shape);
    return status;
}

/* The field of an array is that of a box whose longest side is [-1,1], so that its distances are
 * those of its coordinates; the other axes are cut short. */
static enum inr_status place_samples(struct inr_material *m, double pitch, struct inr_error *err)
{
    const uint32_t *shape = m->source.shape;
    const size_t n = (size_t)inr_samples_points(&m->source);
    float *coords = inr_material_alloc(m, n * 3 * sizeof *coords);
    if (!coords)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the places of %zu distances", n);
    size_t i = 0;
    for (uint32_t z = 0; z < shape[2]; z++)
        for (uint32_t y = 0; y < shape[1]; y++)
            for (uint32_t x = 0; x < shape[0]; x++, i += 3) {
                coords[i] = (float)(((double)x - 0.5 * (shape[0] - 1.0)) * pitch);
                coords[i + 1] = (float)(((double)y - 0.5 * (shape[1] - 1.0)) * pitch);
                coords[i + 2] = (float)(((double)z - 0.5 * (shape[2] - 1.0)) * pitch);
            }
    m->coords = coords;
    return INR_OK;
}

enum inr_status inr_task_sdf(struct inr_material *material, const struct inr_fit_config *config,
                             const struct inr_log *log, struct inr_error *err)
{
    struct inr_material *m = material;
    const uint32_t *shape = m->source.shape;
    uint32_t longest = 1;
    bool cube = true;
    (void)log;
    if (m->sample == INR_SAMPLE_BOOL || m->channels != 1)
        return inr_fail(err, INR_ERR_USAGE,
                        "task sdf is for distances, one a sample: of bools use --task occupancy");
    for (int d = 0; d < 3; d++) {
        longest = shape[d] > longest ? shape[d] : longest;
        cube = cube && shape[d] == shape[0];
    }
    const double spacing = (double)config->task.spacing, pitch = 2.0 / longest;
    m->sample = INR_SAMPLE_FLOAT;
    m->peak = 1.0;
    m->frame.scale = pitch / spacing;
    for (int d = 0; d < 3; d++)
        m->frame.centre[d] = 0.5 * (shape[d] - 1.0) * spacing;
    if (cube)
        return INR_OK;
    m->truth = (struct inr_samples){{longest, longest, longest}, INR_DEPTH_F32, NULL};
    return place_samples(m, pitch, err);
}

/* Coordinates and values of the field at samples first .. first + n of an array. */
static enum inr_status evaluate(const struct inr_material *m, const struct inr_box *box,
                                struct inr_exec *exec, size_t first, size_t n, float *coords,
                                float *values, struct inr_error *err)
{
    if (m->coords)
        memcpy(coords, m->coords + first * 3, n * 3 * sizeof *coords);
    else
        inr_box_coords(box, first, n, coords);
    return inr_exec_eval(exec, coords, n, values, err);
}

enum inr_status inr_sdf_score(const struct inr_material *material, struct inr_exec *exec,
                              int lattice, struct inr_task_score *score, struct inr_error *err)
{
    const struct inr_material *m = material;
    const size_t n = (size_t)inr_samples_points(&m->source);
    const struct inr_box box = inr_box_whole(3, m->source.shape, lattice);
    const float scale = (float)m->frame.scale;
    float *distance = malloc(n * sizeof *distance), *values = malloc(n * sizeof *values);
    float *coords = malloc(BLOCK * 3 * sizeof *coords);
    enum inr_status status = INR_OK;
    if (!distance || !values || !coords)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu distances", n);
    for (size_t at = 0; status == INR_OK && at < n; at += BLOCK)
        status =
            evaluate(m, &box, exec, at, n - at < BLOCK ? n - at : BLOCK, coords, values + at, err);
    if (status == INR_OK) {
        double sum = 0.0;
        inr_samples_floats(&m->source, 0, n, distance);
        for (size_t i = 0; i < n; i++)
            sum += fabs((double)values[i] - (double)(scale * distance[i]));
        *score = inr_task_score_none();
        score->distance = sum / (double)n;
        score->iou = inr_shape_iou(distance, values, n, 0.0f, false);
    }
    free(distance);
    free(values);
    free(coords);
    return status;
}
