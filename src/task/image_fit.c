/* SPDX-License-Identifier: MIT
 *
 * image_fit.c - From an image and settings to a model and an exec that is ready to train it.
 */
#include "task/image_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "field/formula.h"
#include "field/layout.h"
#include "fit/config.h"
#include "fit/number.h"
#include "inrush/select.h"

/* A resumed fit must mean the same by its outputs and draw the same batches. */
static enum inr_status check_resume(struct inr_image_fit *f)
{
    char hash[17];
    const struct inr_model *old = f->resume;
    inr_image_hash(f->image, hash);
    if (strcmp(hash, old->info.source_hash) != 0)
        return inr_fail(f->err, INR_ERR_INPUT,
                        "the model to resume was made from another image: its samples have the "
                        "hash %s, those of this image %s",
                        old->info.source_hash, hash);
    if (!inr_model_can_resume(old))
        return inr_fail(f->err, INR_ERR_INPUT,
                        "the model to resume has no optimiser state: fit with --keep-state, or "
                        "resume from a checkpoint");
    f->config.field = old->config.field;
    f->config.seed = old->config.seed;
    f->config.target_low = old->config.target_low;
    f->config.target_high = old->config.target_high;
    f->config.lattice = old->config.lattice;
    return INR_OK;
}

enum inr_status inr_image_fit_check(struct inr_image_fit *f)
{
    const struct inr_image *image = f->image;
    uint64_t count = (uint64_t)image->width * image->height;
    if (image->width > INR_SIDE_MAX || image->height > INR_SIDE_MAX || count >= 1u << 31)
        return inr_fail(f->err, INR_ERR_INPUT,
                        "an image of %u x %u is too large to fit: at most 2^31 - 1 pixels",
                        image->width, image->height);
    f->config.field.dims = 2;
    f->config.field.channels = (int)image->channels;
    enum inr_status status = f->resume ? check_resume(f) : INR_OK;
    return status == INR_OK ? inr_config_check(&f->config, f->err) : status;
}

/* Integer samples are [0,1]; floats are brought there by their least and greatest value. */
static enum inr_status set_scale(struct inr_image_fit *f)
{
    double low = 0.0, high = 1.0;
    const double span = (double)f->config.target_high - (double)f->config.target_low;
    if (f->image->depth == INR_DEPTH_F32) {
        const float *samples = f->image->pixels;
        size_t n = (size_t)f->image->width * f->image->height * f->image->channels;
        float least = samples[0], most = samples[0];
        for (size_t i = 1; i < n; i++) {
            least = samples[i] < least ? samples[i] : least;
            most = samples[i] > most ? samples[i] : most;
        }
        low = (double)least;
        high = most > least ? (double)most : low + 1.0;
    }
    double scale = span / (high - low);
    double shift = (double)f->config.target_low - low * scale;
    f->model->scale = (float)scale;
    f->model->shift = (float)shift;
    if (!isnormal(f->model->scale) || !isfinite(f->model->shift))
        return inr_fail(f->err, INR_ERR_INPUT,
                        "samples from %g to %g cannot be scaled into %g to %g in single precision",
                        low, high, (double)f->config.target_low, (double)f->config.target_high);
    return INR_OK;
}

static float *copy_floats(const float *from, size_t n)
{
    float *to = from ? malloc(n * sizeof *to) : NULL;
    if (to)
        memcpy(to, from, n * sizeof *to);
    return to;
}

/* Continue from a copy: the model to resume stays as it is. */
static enum inr_status copy_state(struct inr_image_fit *f)
{
    const struct inr_model *old = f->resume;
    const struct inr_training *from = &old->training;
    struct inr_training *to = &f->model->training;
    const size_t n = old->field->n_trainable;
    memcpy(f->model->field->params, old->field->params,
           old->field->n_params * sizeof *old->field->params);
    *to = *from;
    to->m = copy_floats(from->m, n);
    to->v = copy_floats(from->v, n);
    to->best = copy_floats(from->best, old->field->n_params);
    if (!to->m || !to->v || (from->best && !to->best))
        return inr_fail(f->err, INR_ERR_MEMORY, "out of memory for the optimiser's state");
    return INR_OK;
}

/* A new field, its first layer placed on the image where the initialiser says so. */
static enum inr_status new_field(struct inr_image_fit *f, struct inr_field **field)
{
    struct inr_singular_options options;
    struct inr_singular_result result;
    struct inr_signal signal = {0};
    enum inr_status status = inr_field_create(&f->config.field, f->config.seed, field, f->err);
    if (status != INR_OK || !inr_singular_wanted(&f->config.field))
        return status;
    inr_singular_default(&f->config.field, &options);
    options.lattice = f->config.lattice;
    status = inr_signal_from_image(f->image, &signal, f->err);
    if (status == INR_OK)
        status = inr_singular_init(&signal, *field, &options, f->config.seed, &result, f->err);
    inr_signal_free(&signal);
    if (status == INR_OK && result.placed < result.wanted)
        inr_logf(f->log, INR_LOG_INFO,
                 "init: %d of %d first-layer units lie on edges, the others at random",
                 result.placed, result.wanted);
    if (status != INR_OK) {
        inr_field_free(*field);
        *field = NULL;
    }
    return status;
}

static enum inr_status make_field(struct inr_image_fit *f, struct inr_field **field)
{
    if (!f->resume)
        return new_field(f, field);
    enum inr_status status = inr_field_layout(&f->config.field, field, f->err);
    if (status != INR_OK)
        return status;
    (*field)->params = malloc((*field)->n_params * sizeof *(*field)->params);
    if ((*field)->params)
        return INR_OK;
    inr_field_free(*field);
    return inr_fail(f->err, INR_ERR_MEMORY, "out of memory for the parameters");
}

static enum inr_status make_model(struct inr_image_fit *f, const char *source_name)
{
    struct inr_field *field = NULL;
    enum inr_status status = make_field(f, &field);
    if (status == INR_OK)
        status = inr_model_create(field, &f->config, &f->model, f->err);
    if (status == INR_OK)
        status = inr_model_describe(f->model, f->image, f->err);
    if (status == INR_OK)
        status = set_scale(f);
    if (status == INR_OK && f->resume)
        status = copy_state(f);
    if (status != INR_OK)
        return status;
    struct inr_model_info *info = &f->model->info;
    const char *name = source_name ? source_name : f->resume ? f->resume->info.source : "";
    const char *slash = strrchr(name, '/');
    memcpy(info->task, "image", sizeof "image");
    inr_text_copy_utf8(info->source, sizeof info->source, slash ? slash + 1 : name);
    inr_image_hash(f->image, info->source_hash);
    return INR_OK;
}

static enum inr_status make_exec(struct inr_image_fit *f)
{
    const struct inr_image *image = f->image;
    const struct inr_fit_config *config = &f->config;
    const uint32_t count = image->width * image->height;
    char why[256];
    enum inr_status status = inr_device_choose(config->device, &f->device, why, sizeof why, f->err);
    if (status != INR_OK)
        return status;
    inr_logf(f->log, INR_LOG_INFO, "%s", why);
    inr_text_copy_utf8(f->model->info.device, sizeof f->model->info.device, f->device.name);
    /* More samples than pixels would only take some of them twice. */
    bool full = config->batch_mode == (int)INR_BATCH_FULL || config->batch > count;
    f->batch = full ? count : config->batch;
    const struct inr_program_grid grid = {
        .shape = {image->width, image->height, 1}, .lattice = config->lattice, .batch = f->batch};
    status = inr_program_create(f->model->field, &grid, &f->program, f->err);
    if (status != INR_OK)
        return status;
    const struct inr_exec_config exec = {
        .program = f->program,
        .optimizer = {config->optimizer, config->beta1, config->beta2, config->epsilon,
                      config->weight_decay},
        .loss = config->loss,
        .loss_constant = config->loss_constant,
        .batch_mode = config->batch_mode,
        .batch = f->batch,
        .seed = config->seed,
        .threads = config->threads,
        .memory_limit = config->memory_limit,
        .train = true,
    };
    status = inr_exec_create(&f->device, &exec, f->log, &f->exec, f->err);
    if (status != INR_OK)
        return status;
    f->pool = (struct inr_pool){
        .dims = 2,
        .channels = (int)image->channels,
        .shape = {image->width, image->height, 1},
        .lattice = config->lattice,
        .values = image->pixels,
        .depth = image->depth,
        .count = count,
        .scale = f->model->scale,
        .shift = f->model->shift,
    };
    return inr_exec_set_pool(f->exec, &f->pool, f->err);
}

enum inr_status inr_image_fit_begin(struct inr_image_fit *f, const char *source_name)
{
    enum inr_status status = make_model(f, source_name);
    return status == INR_OK ? make_exec(f) : status;
}

void inr_image_fit_end(struct inr_image_fit *f)
{
    inr_exec_destroy(f->exec);
    inr_program_free(f->program);
    f->exec = NULL;
    f->program = NULL;
}
