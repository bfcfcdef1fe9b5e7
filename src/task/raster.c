/* SPDX-License-Identifier: MIT
 *
 * raster.c - Rows of a picture from a field. Memory stays bounded whatever the size of the picture.
 */
#include "task/raster.h"

#include <stdlib.h>

#include "field/formula.h"

/* Points of one call of the backend: enough to keep every thread busy, a few megabytes in all. */
#define TILE 65536u

enum inr_status inr_raster_create(struct inr_raster *raster, struct inr_exec *exec,
                                  const struct inr_model *model, const struct inr_view *view,
                                  struct inr_error *err)
{
    uint32_t width = view->crop_width;
    uint32_t band = width < TILE ? TILE / width : 1;
    *raster = (struct inr_raster){
        .exec = exec,
        .channels = model->field->config.channels,
        .lattice = model->config.lattice,
        .scale = model->scale,
        .shift = model->shift,
        .view = *view,
        .band = band < view->crop_height ? band : view->crop_height,
    };
    size_t points = (size_t)raster->band * width;
    size_t tile = points < TILE ? points : TILE;
    raster->coords = malloc(tile * 2 * sizeof *raster->coords);
    raster->values = malloc(points * (size_t)raster->channels * sizeof *raster->values);
    if (raster->coords && raster->values)
        return INR_OK;
    inr_raster_free(raster);
    return inr_fail(err, INR_ERR_MEMORY, "out of memory for rows of %u pixels", width);
}

void inr_raster_free(struct inr_raster *raster)
{
    free(raster->coords);
    free(raster->values);
    *raster = (struct inr_raster){0};
}

enum inr_status inr_raster_rows(struct inr_raster *raster, uint32_t row, uint32_t n,
                                struct inr_error *err)
{
    const struct inr_view *view = &raster->view;
    const size_t channels = (size_t)raster->channels;
    const uint64_t points = (uint64_t)n * view->crop_width;
    for (uint64_t first = 0; first < points; first += TILE) {
        size_t count = points - first < TILE ? (size_t)(points - first) : TILE;
        for (size_t i = 0; i < count; i++) {
            uint32_t x = view->crop_x + (uint32_t)((first + i) % view->crop_width);
            uint32_t y = view->crop_y + row + (uint32_t)((first + i) / view->crop_width);
            raster->coords[2 * i] = inr_grid_coord(x, view->width, raster->lattice);
            raster->coords[2 * i + 1] = inr_grid_coord(y, view->height, raster->lattice);
        }
        enum inr_status status = inr_exec_eval(raster->exec, raster->coords, count,
                                               raster->values + first * channels, err);
        if (status != INR_OK)
            return status;
    }
    for (size_t i = 0; i < (size_t)points * channels; i++)
        raster->values[i] = (raster->values[i] - raster->shift) / raster->scale;
    return INR_OK;
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
                                   enum inr_depth depth, struct inr_metric_result *result,
                                   struct inr_error *err)
{
    const size_t line = (size_t)image->width * image->channels;
    struct inr_metric *metric = NULL;
    float *reference = malloc(raster->band * line * sizeof *reference);
    enum inr_status status = INR_OK;
    if (!reference)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for rows of %u pixels", image->width);
    status = inr_metric_begin(image->width, image->height, image->channels, inr_image_peak(image),
                              &metric, err);
    for (uint32_t row = 0; status == INR_OK && row < image->height; row += raster->band) {
        uint32_t rest = image->height - row;
        uint32_t n = rest < raster->band ? rest : raster->band;
        status = inr_raster_rows(raster, row, n, err);
        if (status != INR_OK)
            break;
        inr_quantise(raster->values, n * line, depth);
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
