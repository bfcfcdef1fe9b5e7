/* SPDX-License-Identifier: MIT
 *
 * signal_render.c - A model at every point of a grid of any shape.
 */
#include <stdlib.h>
#include <string.h>

#include "task/raster.h"

/* Values of one result; more do not fit the readers of arrays either. */
#define MAX_VALUES UINT64_C(2147483647)

enum inr_status inr_model_exec(const struct inr_model *model, const struct inr_box *box,
                               const char *device, int threads, const struct inr_log *log,
                               struct inr_program **program, struct inr_exec **exec,
                               struct inr_error *err)
{
    struct inr_program_grid grid = {0};
    struct inr_device chosen;
    char why[256];
    if (box) {
        grid.lattice = box->lattice;
        grid.batch = inr_box_points(box);
        memcpy(grid.shape, box->shape, sizeof grid.shape);
    }
    *program = NULL;
    *exec = NULL;
    enum inr_status status = inr_device_choose(device, &chosen, why, sizeof why, err);
    if (status != INR_OK)
        return status;
    inr_logf(log, INR_LOG_INFO, "%s", why);
    status = inr_program_create(model->field, box ? &grid : NULL, program, err);
    if (status != INR_OK)
        return status;
    const struct inr_exec_config config = {
        .program = *program, .batch = 1, .threads = threads, .jets = !box, .train = false};
    status = inr_exec_create(&chosen, &config, log, exec, err);
    if (status != INR_OK)
        return status;
    struct inr_state state = {.params = model->field->params};
    return inr_exec_set_state(*exec, &state, err);
}

/* The grid asked for, the source's where nothing is. */
static enum inr_status resolve(const struct inr_model *model, const uint32_t wanted[3],
                               struct inr_box *box, struct inr_error *err)
{
    const struct inr_model_info *info = &model->info;
    uint32_t shape[3] = {info->width, info->height, info->length};
    uint64_t values = info->channels;
    for (int d = 0; d < info->dims; d++) {
        if (wanted && wanted[d])
            shape[d] = wanted[d];
        if (shape[d] > INR_SIDE_MAX || values * shape[d] > MAX_VALUES)
            return inr_fail(err, INR_ERR_USAGE,
                            "a result of %u x %u x %u points is too large: at most %u an axis and "
                            "2^31 - 1 values",
                            shape[0], shape[1], shape[2], INR_SIDE_MAX);
        values *= shape[d];
    }
    *box = inr_box_whole(info->dims, shape, model->config.lattice);
    return INR_OK;
}

enum inr_status inr_model_render_signal(const struct inr_model *model, const char *device,
                                        int threads, const uint32_t shape[3],
                                        struct inr_signal *signal, const struct inr_log *log,
                                        struct inr_error *err)
{
    const struct inr_model_info *info = &model->info;
    struct inr_program *program = NULL;
    struct inr_exec *exec = NULL;
    struct inr_box box;
    *signal = (struct inr_signal){0};
    enum inr_status status = resolve(model, shape, &box, err);
    if (status != INR_OK)
        return status;
    /* A sound of more samples lasts as long. */
    struct inr_signal made = {.dims = info->dims,
                              .channels = info->channels,
                              .rate = info->rate * box.shape[0] / info->width};
    memcpy(made.shape, box.shape, sizeof made.shape);
    const size_t n = (size_t)inr_box_points(&box);
    made.values = malloc(n * made.channels * sizeof *made.values);
    if (!made.values)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a result of %zu points", n);
    status = inr_model_exec(model, &box, device, threads, log, &program, &exec, err);
    if (status == INR_OK)
        status =
            inr_box_eval(&box, exec, (int)made.channels,
                         (struct inr_scale){model->scale, model->shift}, 0, n, made.values, err);
    inr_exec_destroy(exec);
    inr_program_free(program);
    if (status == INR_OK)
        *signal = made;
    else
        inr_signal_free(&made);
    return status;
}

enum inr_status inr_model_compare_signal(const struct inr_model *model, const char *device,
                                         int threads, const struct inr_signal *reference,
                                         const struct inr_compare_options *options,
                                         struct inr_scores *scores, const struct inr_log *log,
                                         struct inr_error *err)
{
    const struct inr_model_info *info = &model->info;
    const struct inr_compare_options own = {.peak = info->peak > 0.0 ? info->peak : 1.0,
                                            .threshold = (double)model->config.task.threshold};
    struct inr_signal test;
    if (reference->dims != info->dims || reference->channels != info->channels)
        return inr_fail(err, INR_ERR_INPUT,
                        "the model is of a signal of %d axes and %u channels, the reference has %d "
                        "and %u",
                        info->dims, info->channels, reference->dims, reference->channels);
    enum inr_status status =
        inr_model_render_signal(model, device, threads, reference->shape, &test, log, err);
    if (status != INR_OK)
        return status;
    inr_finish_values((struct inr_finish){info->sample, info->unit}, test.values,
                      inr_signal_points(&test) * test.channels);
    status = inr_signal_compare(reference, &test, options ? options : &own, scores, err);
    inr_signal_free(&test);
    return status;
}
