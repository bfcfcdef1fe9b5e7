/* SPDX-License-Identifier: MIT
 *
 * shape_model.c - A model as a scalar field in space, to be meshed, drawn and compared.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field/encoding.h"
#include "field/formula.h"
#include "fit/task_kind.h"
#include "task/raster.h"

/* Distances without a sign have no crossing: a shell around the surface stands for it. */
#define SHELL 0.01f

struct inr_model_shape {
    struct inr_program *program;
    struct inr_exec *exec;
    float scale, shift; /* values are (output - shift) / scale */
    float stretch[3];   /* what coordinates of the field are those of the source times */
    bool stretched;
};

/* Coordinates of the field for those of the source; the caller frees them. */
static float *stretch(const struct inr_model_shape *shape, const float *coords, size_t n)
{
    float *own = calloc(3 * n + 1, sizeof *own);
    for (size_t i = 0; own && i < 3 * n; i++)
        own[i] = coords[i] * shape->stretch[i % 3];
    return own;
}

static enum inr_status values(void *data, const float *coords, size_t n, float *out,
                              struct inr_error *err)
{
    const struct inr_model_shape *shape = data;
    float *own = shape->stretched ? stretch(shape, coords, n) : NULL;
    if (shape->stretched && !own)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu points", n);
    enum inr_status status = inr_exec_eval(shape->exec, own ? own : coords, n, out, err);
    free(own);
    for (size_t i = 0; status == INR_OK && i < n; i++)
        out[i] = (out[i] - shape->shift) / shape->scale;
    return status;
}

static enum inr_status gradient(void *data, const float *coords, size_t n, float *out,
                                struct inr_error *err)
{
    const struct inr_model_shape *shape = data;
    float *value = malloc((n + 1) * sizeof *value);
    if (!value)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu values", n);
    enum inr_status status = inr_exec_evaluate_jet(shape->exec, coords, n, value, out, err);
    for (size_t i = 0; status == INR_OK && i < 3 * n; i++)
        out[i] /= shape->scale;
    free(value);
    return status;
}

void inr_model_shape_close(struct inr_model_shape *shape)
{
    if (!shape)
        return;
    inr_exec_destroy(shape->exec);
    inr_program_free(shape->program);
    free(shape);
}

bool inr_model_is_shape(const struct inr_model *model)
{
    const struct inr_model_info *info = &model->info;
    const int task = model->config.task.kind;
    return info->dims == 3 && info->channels == 1 &&
           (task == INR_TASK_SDF || task == INR_TASK_OCCUPANCY);
}

/* The part of space that an array fills, its voxels being cubes. Fields of a distance array have
 * them so already; others fill [-1,1] along each axis, and their own units become voxels. */
static void describe_array(const struct inr_model *model, struct inr_model_shape *shape,
                           struct inr_shape_source *source, struct inr_frame *frame)
{
    const struct inr_model_info *info = &model->info;
    const uint32_t n[3] = {info->width, info->height, info->length};
    const bool framed = !isnan(info->frame_scale);
    const bool ends = !framed && model->config.lattice == INR_LATTICE_CORNERS;
    const double below = ends ? 1.0 : 0.0;
    double longest = 1.0;
    for (int d = 0; d < 3; d++)
        longest = fmax(longest, n[d] - below);
    for (int d = 0; d < 3; d++) {
        const double side = fmax(n[d] - below, 1.0) / longest;
        source->high[d] = (float)side;
        source->low[d] = -source->high[d];
        shape->stretch[d] = framed ? 1.0f : (float)(1.0 / side);
        shape->stretched = shape->stretched || shape->stretch[d] != 1.0f;
        if (!framed)
            frame->centre[d] = 0.5 * (n[d] - 1.0);
    }
    if (!framed)
        frame->scale = 2.0 / longest;
}

static bool tables(const struct inr_model *model)
{
    const struct inr_encoding *row = inr_encoding_by_id(model->config.field.encoding);
    return row && row->tables;
}

static void describe(const struct inr_model *model, struct inr_shape_source *source)
{
    const struct inr_model_info *info = &model->info;
    const bool sdf = model->config.task.kind == INR_TASK_SDF;
    const bool bare = strcmp(info->sign, "none") == 0;
    source->values = values;
    source->level = !sdf ? model->config.task.threshold : bare ? SHELL : 0.0f;
    source->inside_above = !sdf;
    source->distance = sdf;
}

enum inr_status inr_model_shape_open(const struct inr_model *model, const char *device, int threads,
                                     const struct inr_log *log, struct inr_model_shape **out,
                                     struct inr_shape_source *source, struct inr_frame *frame,
                                     struct inr_error *err)
{
    const bool framed = !isnan(model->info.frame_scale);
    *out = NULL;
    *source = (struct inr_shape_source){0};
    *frame = (struct inr_frame){.scale = 1.0};
    if (!inr_model_is_shape(model))
        return inr_fail(err, INR_ERR_USAGE,
                        "the model is of task %s, which has no surface: sdf and occupancy in space "
                        "have one",
                        model->info.task);
    struct inr_model_shape *shape = calloc(1, sizeof *shape);
    if (!shape)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a model");
    /* Outputs of a distance field are in its own units, whatever those of its samples were. */
    const bool sdf = model->config.task.kind == INR_TASK_SDF;
    shape->scale = sdf ? 1.0f : model->scale;
    shape->shift = sdf ? 0.0f : model->shift;
    enum inr_status status =
        inr_model_exec(model, NULL, device, threads, log, &shape->program, &shape->exec, err);
    if (status != INR_OK) {
        inr_model_shape_close(shape);
        return status;
    }
    describe(model, source);
    source->data = shape;
    for (int d = 0; framed && d < 3; d++)
        frame->centre[d] = model->info.centre[d];
    if (framed)
        frame->scale = model->info.frame_scale;
    if (model->info.sign[0] == '\0')
        describe_array(model, shape, source, frame);
    /* Gradients of tables jump from cell to cell; differences over a cell of the mesh or a pixel
     * do not. */
    if (!shape->stretched && !tables(model))
        source->gradient = gradient;
    *out = shape;
    return INR_OK;
}
