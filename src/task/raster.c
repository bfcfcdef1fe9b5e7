/* SPDX-License-Identifier: MIT
 *
 * raster.c - Rows of a picture from a field. Memory stays bounded whatever the size of the picture.
 */
#include "task/raster.h"

#include <stdlib.h>

/* Points of one band of rows: enough to keep every thread busy, a few megabytes in all. */
#define BAND 65536u

struct inr_box inr_view_box(const struct inr_model *model, const struct inr_view *view)
{
    return (struct inr_box){.dims = model->info.dims,
                            .shape = {view->width, view->height, view->length},
                            .from = {view->crop_x, view->crop_y, view->slice},
                            .size = {view->crop_width, view->crop_height, 1},
                            .lattice = model->config.lattice};
}

enum inr_status inr_raster_create(struct inr_raster *raster, struct inr_exec *exec,
                                  const struct inr_model *model, const struct inr_view *view,
                                  struct inr_error *err)
{
    uint32_t width = view->crop_width;
    uint32_t band = width < BAND ? BAND / width : 1;
    *raster = (struct inr_raster){
        .exec = exec,
        .channels = model->field->config.channels,
        .scale = {model->scale, model->shift},
        .finish = {model->info.sample, model->info.unit},
        .peak = model->info.peak,
        .box = inr_view_box(model, view),
        .band = band < view->crop_height ? band : view->crop_height,
    };
    size_t points = (size_t)raster->band * width;
    raster->values = malloc(points * (size_t)raster->channels * sizeof *raster->values);
    if (raster->values)
        return INR_OK;
    inr_raster_free(raster);
    return inr_fail(err, INR_ERR_MEMORY, "out of memory for rows of %u pixels", width);
}

void inr_raster_free(struct inr_raster *raster)
{
    free(raster->values);
    *raster = (struct inr_raster){0};
}

enum inr_status inr_raster_rows(struct inr_raster *raster, uint32_t row, uint32_t n,
                                struct inr_error *err)
{
    const uint64_t width = raster->box.size[0];
    return inr_box_eval(&raster->box, raster->exec, raster->channels, raster->scale, row * width,
                        (size_t)(n * width), raster->values, err);
}

double inr_image_peak(const struct inr_image *image)
{
    if (image->depth != INR_DEPTH_F32)
        return 1.0;
    const float *samples = image->pixels;
    size_t n = (size_t)image->width * image->height * image->channels;
    float top = 0.0f;
    for (size_t i = 0; i < n; i++)
        top = samples[i] > top ? samples[i] : top;
    return top > 0.0f ? (double)top : 1.0;
}

enum inr_status inr_raster_compare(struct inr_raster *raster, const struct inr_image *image,
                                   struct inr_metric_result *result, struct inr_error *err)
{
    const double peak = raster->peak > 0.0 ? raster->peak : inr_image_peak(image);
    const size_t line = (size_t)image->width * image->channels;
    struct inr_metric *metric = NULL;
    float *reference = malloc(raster->band * line * sizeof *reference);
    enum inr_status status = INR_OK;
    if (!reference)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for rows of %u pixels", image->width);
    status = inr_metric_begin(image->width, image->height, image->channels, peak, &metric, err);
    for (uint32_t row = 0; status == INR_OK && row < image->height; row += raster->band) {
        uint32_t rest = image->height - row;
        uint32_t n = rest < raster->band ? rest : raster->band;
        status = inr_raster_rows(raster, row, n, err);
        if (status != INR_OK)
            break;
        inr_finish_values(raster->finish, raster->values, n * line);
        inr_image_rows(image, row, n, reference);
        inr_metric_rows(metric, reference, raster->values, n);
    }
    if (metric) {
        struct inr_metric_result measured = inr_metric_end(metric);
        if (status == INR_OK)
            *result = measured;
    }
    free(reference);
    return status;
}
