/* SPDX-License-Identifier: MIT
 *
 * image_compare.c - What two pictures differ by, where one of them may be a model.
 */
#include <stdlib.h>

#include "task/raster.h"

enum inr_status inr_model_compare(const struct inr_model *model, const char *device, int threads,
                                  const struct inr_image *image, struct inr_metric_result *result,
                                  const struct inr_log *log, struct inr_error *err)
{
    const struct inr_model_info *info = &model->info;
    struct inr_view view = {0};
    struct inr_program *program = NULL;
    struct inr_exec *exec = NULL;
    struct inr_raster raster = {0};
    if (info->dims != 2)
        return inr_fail(err, INR_ERR_INPUT, "the model is of a signal of %d axes, not of a picture",
                        info->dims);
    if (image->width != info->width || image->height != info->height ||
        image->channels != info->channels)
        return inr_fail(err, INR_ERR_INPUT,
                        "the model is of a %u x %u picture with %u channels, the image is %u x %u "
                        "with %u",
                        info->width, info->height, info->channels, image->width, image->height,
                        image->channels);
    enum inr_status status = inr_view_resolve(model, &view, err);
    const struct inr_box box = inr_view_box(model, &view);
    if (status == INR_OK)
        status = inr_model_exec(model, &box, device, threads, log, &program, &exec, err);
    if (status == INR_OK)
        status = inr_raster_create(&raster, exec, model, &view, err);
    if (status == INR_OK)
        status = inr_raster_compare(&raster, image, result, err);
    inr_raster_free(&raster);
    inr_exec_destroy(exec);
    inr_program_free(program);
    return status;
}

enum inr_status inr_image_compare(const struct inr_image *reference, const struct inr_image *test,
                                  struct inr_metric_result *result, struct inr_error *err)
{
    if (reference->width != test->width || reference->height != test->height ||
        reference->channels != test->channels)
        return inr_fail(err, INR_ERR_INPUT,
                        "the pictures differ in shape: %u x %u with %u channels, %u x %u with %u",
                        reference->width, reference->height, reference->channels, test->width,
                        test->height, test->channels);
    const size_t line = (size_t)reference->width * reference->channels;
    struct inr_metric *metric = NULL;
    float *rows = malloc(2 * line * sizeof *rows);
    if (!rows)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for rows of %u pixels",
                        reference->width);
    enum inr_status status =
        inr_metric_begin(reference->width, reference->height, reference->channels,
                         inr_image_peak(reference), &metric, err);
    for (uint32_t y = 0; status == INR_OK && y < reference->height; y++) {
        inr_image_rows(reference, y, 1, rows);
        inr_image_rows(test, y, 1, rows + line);
        inr_metric_rows(metric, rows, rows + line, 1);
    }
    if (status == INR_OK)
        *result = inr_metric_end(metric);
    free(rows);
    return status;
}
