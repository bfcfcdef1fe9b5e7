/* SPDX-License-Identifier: MIT
 *
 * shape_model.c - A model as a scalar field in space, to be meshed, drawn and compared.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/task_kind.h"
#include "task/raster.h"

/* Distances without a sign have no crossing: a shell around the surface stands for it. */
#define SHELL 0.01f

struct inr_model_shape {
    struct inr_program *program;
    struct inr_exec *exec;
    float scale, shift; /* values are (output - shift) / scale */
};

static enum inr_status values(void *data, const float *coords, size_t n, float *out,
                              struct inr_error *err)
{
    const struct inr_model_shape *shape = data;
    enum inr_status status = inr_exec_eval(shape->exec, coords, n, out, err);
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
    source->gradient = shape->exec->backend->evaluate_jet ? gradient : NULL;
    for (int d = 0; framed && d < 3; d++)
        frame->centre[d] = model->info.centre[d];
    if (framed)
        frame->scale = model->info.frame_scale;
    *out = shape;
    return INR_OK;
}
