/* SPDX-License-Identifier: MIT
 *
 * model.c - The life of a model in memory.
 */
#include "fit/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void inr_model_info_default(struct inr_model_info *info)
{
    const double none = (double)NAN;
    *info = (struct inr_model_info){.dims = 2,
                                    .length = 1,
                                    .psnr = none,
                                    .ssim = none,
                                    .iou = none,
                                    .psnr_unknown = none,
                                    .centre = {none, none, none},
                                    .frame_scale = none,
                                    .iou_near = none,
                                    .distance_error = none};
}

enum inr_status inr_model_create(struct inr_field *field, const struct inr_fit_config *config,
                                 struct inr_model **out, struct inr_error *err)
{
    *out = NULL;
    struct inr_model *model = calloc(1, sizeof *model);
    if (!model) {
        inr_field_free(field);
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a model");
    }
    model->field = field;
    model->config = *config;
    model->config.field = field->config;
    model->scale = 1.0f;
    inr_model_info_default(&model->info);
    memcpy(model->info.version, INR_VERSION, sizeof INR_VERSION);
    *out = model;
    return INR_OK;
}

void inr_model_drop_state(struct inr_model *model)
{
    struct inr_training *t = &model->training;
    free(t->m);
    free(t->v);
    free(t->counts);
    free(t->best);
    free(t->raw);
    free(t->lag);
    t->m = t->v = t->counts = t->best = t->raw = t->lag = NULL;
    t->best_mse = 0.0;
}

void inr_model_free(struct inr_model *model)
{
    if (!model)
        return;
    inr_model_drop_state(model);
    inr_field_free(model->field);
    free(model->source.icc);
    free(model);
}

enum inr_status inr_model_describe(struct inr_model *model, const struct inr_image *image,
                                   struct inr_error *err)
{
    struct inr_image *source = &model->source;
    *source = image ? *image : (struct inr_image){0};
    source->pixels = NULL;
    source->icc = NULL;
    source->icc_size = 0;
    inr_model_describe_size(model);
    if (!image || !image->icc || image->icc_size == 0)
        return INR_OK;
    source->icc = malloc(image->icc_size);
    if (!source->icc)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for the colour profile");
    memcpy(source->icc, image->icc, image->icc_size);
    source->icc_size = image->icc_size;
    return INR_OK;
}

void inr_model_describe_size(struct inr_model *model)
{
    model->source.width = model->info.width;
    model->source.height = model->info.height;
    model->source.channels = model->info.channels;
    model->source.depth = model->info.depth;
}

const struct inr_model_info *inr_model_info(const struct inr_model *model)
{
    return &model->info;
}

const struct inr_fit_config *inr_model_config(const struct inr_model *model)
{
    return &model->config;
}

const struct inr_field *inr_model_field(const struct inr_model *model)
{
    return model->field;
}

const struct inr_image *inr_model_source(const struct inr_model *model)
{
    return &model->source;
}

bool inr_model_can_resume(const struct inr_model *model)
{
    return model->training.m != NULL && model->training.v != NULL;
}
