/* SPDX-License-Identifier: MIT
 *
 * image_render.c - Pictures from a model: views, crops, any size.
 */
#include <math.h>

#include "task/raster.h"

/* The other side of a picture of the same shape, at least 1. */
static uint32_t in_proportion(uint32_t side, uint32_t of, uint32_t other)
{
    double exact = round((double)side * (double)other / (double)of);
    return exact < 1.0 ? 1u : exact > (double)UINT32_MAX ? UINT32_MAX : (uint32_t)exact;
}

enum inr_status inr_view_resolve(const struct inr_model *model, struct inr_view *view,
                                 struct inr_error *err)
{
    const struct inr_model_info *info = &model->info;
    struct inr_view v = *view;
    if (info->dims < 2 || info->channels > 4)
        return inr_fail(err, INR_ERR_USAGE,
                        "the model is of a signal of %d axes and %u channels, which is no picture: "
                        "write an array (.npy)",
                        info->dims, info->channels);
    if (!v.length)
        v.length = info->length;
    if (v.slice >= v.length || v.length > INR_SIDE_MAX)
        return inr_fail(err, INR_ERR_USAGE, "there is no slice %u: they are 0 to %u of at most %u",
                        v.slice, v.length - 1, INR_SIDE_MAX);
    if (!v.width && !v.height) {
        v.width = info->width;
        v.height = info->height;
    } else if (!v.height) {
        v.height = in_proportion(v.width, info->width, info->height);
    } else if (!v.width) {
        v.width = in_proportion(v.height, info->height, info->width);
    }
    if (v.width > INR_SIDE_MAX || v.height > INR_SIDE_MAX)
        return inr_fail(err, INR_ERR_USAGE,
                        "a picture of %u x %u is too large: a side may have %u pixels", v.width,
                        v.height, INR_SIDE_MAX);
    if (v.crop_x >= v.width || v.crop_y >= v.height)
        return inr_fail(err, INR_ERR_USAGE, "the crop starts at %u,%u, outside the %u x %u picture",
                        v.crop_x, v.crop_y, v.width, v.height);
    if (!v.crop_width)
        v.crop_width = v.width - v.crop_x;
    if (!v.crop_height)
        v.crop_height = v.height - v.crop_y;
    if (v.crop_width > v.width - v.crop_x || v.crop_height > v.height - v.crop_y)
        return inr_fail(err, INR_ERR_USAGE,
                        "the crop of %u x %u at %u,%u reaches outside the %u x %u picture",
                        v.crop_width, v.crop_height, v.crop_x, v.crop_y, v.width, v.height);
    *view = v;
    return INR_OK;
}

enum inr_status inr_model_render(const struct inr_model *model, const char *device, int threads,
                                 const struct inr_view *view,
                                 enum inr_status (*rows)(void *user, const float *values,
                                                         uint32_t n, struct inr_error *err),
                                 void *user, const struct inr_log *log, struct inr_error *err)
{
    struct inr_view v = *view;
    struct inr_program *program = NULL;
    struct inr_exec *exec = NULL;
    struct inr_raster raster = {0};
    enum inr_status status = inr_view_resolve(model, &v, err);
    const struct inr_box box = inr_view_box(model, &v);
    if (status == INR_OK)
        status = inr_model_exec(model, &box, device, threads, log, &program, &exec, err);
    if (status == INR_OK)
        status = inr_raster_create(&raster, exec, model, &v, err);
    for (uint32_t row = 0; status == INR_OK && row < v.crop_height; row += raster.band) {
        uint32_t rest = v.crop_height - row;
        uint32_t n = rest < raster.band ? rest : raster.band;
        status = inr_raster_rows(&raster, row, n, err);
        if (status == INR_OK)
            status = rows(user, raster.values, n, err);
    }
    inr_raster_free(&raster);
    inr_exec_destroy(exec);
    inr_program_free(program);
    return status;
}
