/* SPDX-License-Identifier: MIT
 *
 * setup.c - From material and settings to a model and an exec that is ready to train it.
 */
#include "task/setup.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "field/activation.h"
#include "field/formula.h"
#include "field/layout.h"
#include "field/loss.h"
#include "field/quantize.h"
#include "fit/config.h"
#include "fit/number.h"
#include "fit/task_kind.h"
#include "inrush/select.h"

/* A resumed fit must mean the same by its outputs and draw the same batches. */
static enum inr_status check_resume(struct inr_setup *f)
{
    const struct inr_model *old = f->resume;
    const char *hash = f->material->hash;
    if (strcmp(hash, old->info.source_hash) != 0)
        return inr_fail(f->err, INR_ERR_INPUT,
                        "the model to resume was made from another %s: its samples have the "
                        "hash %s, those of this one %s",
                        f->material->shaped         ? "shape"
                        : f->material->input->image ? "image"
                                                    : "signal",
                        old->info.source_hash, hash);
    if (!inr_model_can_resume(old))
        return inr_fail(f->err, INR_ERR_INPUT,
                        "the model to resume has no optimiser state: fit with --keep-state, or "
                        "resume from a checkpoint");
    const struct inr_quantizer quantizer = f->config.field.quantizer;
    const struct inr_quantizer *trained = &old->config.field.quantizer;
    const bool learns =
        quantizer.step == INR_QUANTIZE_LEARNED || trained->step == INR_QUANTIZE_LEARNED;
    if (learns && memcmp(&quantizer, trained, sizeof quantizer) != 0)
        return inr_fail(f->err, INR_ERR_USAGE,
                        "steps of the quantizer are learnt with it: leave its settings as they are "
                        "in the model to resume");
    f->config.field = old->config.field;
    f->config.field.quantizer = quantizer; /* says how the parameters are seen, not what they are */
    f->config.field.quantised = old->config.field.quantised && quantizer.bits > 0;
    f->config.target_low = old->config.target_low;
    f->config.target_high = old->config.target_high;
    f->config.lattice = old->config.lattice;
    return INR_OK;
}

/* A loss that reads the gradient by the coordinates needs what only shapes know. */
static enum inr_status check_loss(struct inr_setup *f)
{
    const struct inr_loss_kind *loss = inr_loss_by_id(f->config.loss);
    return !loss->jets || f->material->shaped
               ? INR_OK
               : inr_fail(f->err, INR_ERR_USAGE, "loss %s is for meshes and points with normals",
                          loss->name);
}

/* Four bits with the default settings, SIREN 64 wide, 128 x 128 of two photographs: see
 * BENCHMARKS.md; six gain nothing by learning. */
#define LEARNT_BITS 5

static void choose_step(struct inr_fit_config *config)
{
    struct inr_quantizer *q = &config->field.quantizer;
    const bool learns = q->bits > 0 && q->bits <= LEARNT_BITS && !(q->clip > 0.0f) &&
                        config->field.nested <= 1 && !inr_config_decays(config);
    if (q->step == INR_QUANTIZE_AUTO)
        q->step = learns ? INR_QUANTIZE_LEARNED : INR_QUANTIZE_PEAK;
}

enum inr_status inr_setup_check(struct inr_setup *f)
{
    f->config.field.dims = f->material->dims;
    f->config.field.channels = (int)f->material->channels;
    f->config.task.kind = f->material->task;
    if (f->material->readout.kind == INR_READ_RADON)
        f->config.task.angles = f->material->readout.angles;
    inr_field_take_shape(&f->config.field, f->material->train.shape);
    if (!f->resume)
        choose_step(&f->config);
    enum inr_status status = f->resume ? check_resume(f) : INR_OK;
    if (status == INR_OK)
        status = inr_config_check(&f->config, f->err);
    return status == INR_OK ? check_loss(f) : status;
}

/* A loss of numbers in [0,1] takes no other targets. */
static enum inr_status check_unit(const struct inr_setup *f)
{
    const struct inr_material *m = f->material;
    const double scale = (double)f->model->scale, shift = (double)f->model->shift;
    const double low = scale * (double)m->least + shift, high = scale * (double)m->most + shift;
    const char *name = inr_loss_by_id(f->config.loss)->name;
    if (m->readout.kind == INR_READ_RADON)
        return inr_fail(f->err, INR_ERR_USAGE,
                        "loss %s is of samples in [0,1], and task ct trains on projections: use l2",
                        name);
    if (low >= -1e-6 && high <= 1.0 + 1e-6)
        return INR_OK;
    return inr_fail(f->err, INR_ERR_USAGE,
                    "loss %s is of targets in [0,1], and these run from %g to %g: use --rescale on "
                    "or task occupancy",
                    name, low, high);
}

/* Outputs that pass an activation reach no target outside its values. */
static enum inr_status check_targets(const struct inr_setup *f)
{
    const struct inr_activation *act = inr_activation_by_id(f->config.field.output_activation);
    const double low = (double)f->config.target_low, high = (double)f->config.target_high;
    if (!act->bounded || (low >= (double)act->least && high <= (double)act->most))
        return inr_loss_by_id(f->config.loss)->unit ? check_unit(f) : INR_OK;
    return inr_fail(f->err, INR_ERR_USAGE,
                    "targets run from %g to %g, and output-activation %s gives %g to %g: set "
                    "--target-low and --target-high within that",
                    low, high, act->name, (double)act->least, (double)act->most);
}

/* What the field outputs for a sample: those that are meant to lie in [0,1] are taken as they are,
 * others are brought there by their least and greatest value. */
static enum inr_status set_scale(struct inr_setup *f)
{
    const struct inr_material *m = f->material;
    if (m->frame.scale > 0.0 && m->task == INR_TASK_SDF) { /* distances are what they are */
        f->model->scale = m->shaped ? 1.0f : (float)m->frame.scale;
        f->model->shift = 0.0f;
        return INR_OK;
    }
    const double span = (double)f->config.target_high - (double)f->config.target_low;
    const bool stretch = f->config.task.rescale == INR_RESCALE_ON || !m->unit;
    const double low = stretch ? (double)m->least : 0.0;
    const double high = !stretch ? 1.0 : m->most > m->least ? (double)m->most : low + 1.0;
    f->model->scale = (float)(span / (high - low));
    f->model->shift = (float)((double)f->config.target_low - low * (span / (high - low)));
    if (!isnormal(f->model->scale) || !isfinite(f->model->shift))
        return inr_fail(f->err, INR_ERR_INPUT,
                        "samples from %g to %g cannot be scaled into %g to %g in single precision",
                        low, high, (double)f->config.target_low, (double)f->config.target_high);
    return check_targets(f);
}

static float *copy_floats(const float *from, size_t n)
{
    float *to = from ? malloc(n * sizeof *to) : NULL;
    if (to)
        memcpy(to, from, n * sizeof *to);
    return to;
}

/* Continue from a copy: the model to resume stays as it is. */
static enum inr_status copy_state(struct inr_setup *f)
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
    to->counts = copy_floats(from->counts, old->field->n_table);
    to->best = copy_floats(from->best, old->field->n_params);
    to->raw = copy_floats(from->raw, old->field->n_params);
    to->lag = copy_floats(from->lag, n);
    if (!to->m || !to->v || (from->counts && !to->counts) || (from->best && !to->best) ||
        (from->raw && !to->raw) || (from->lag && !to->lag))
        return inr_fail(f->err, INR_ERR_MEMORY, "out of memory for the optimiser's state");
    return INR_OK;
}

static enum inr_status place_first_layer(struct inr_setup *f, const struct inr_signal *signal,
                                         struct inr_field *field)
{
    struct inr_singular_options options;
    struct inr_singular_result result;
    inr_singular_default(&f->config.field, &options);
    options.lattice = f->material->shaped ? (int)INR_LATTICE_CENTRES : f->config.lattice;
    options.surface = f->material->task == INR_TASK_SDF;
    enum inr_status status =
        inr_singular_init(signal, field, &options, f->config.seed, &result, f->err);
    if (status == INR_OK && result.placed < result.wanted)
        inr_logf(f->log, INR_LOG_INFO,
                 "init: %d of %d first-layer units lie on edges, the others at random",
                 result.placed, result.wanted);
    return status;
}

/* Chen et al. 2023 weigh samples by 1 / (|distance| + 1e-9). */
static enum inr_status place_on_surface(struct inr_setup *f, struct inr_field *field,
                                        const struct inr_kernels_options *options,
                                        struct inr_kernels_result *result)
{
    const struct inr_material *m = f->material;
    const float *values = m->train.values;
    const size_t n = (size_t)m->count;
    float *weights = malloc(n * sizeof *weights);
    if (!weights)
        return inr_fail(f->err, INR_ERR_MEMORY, "out of memory to weigh %zu samples", n);
    for (size_t i = 0; i < n; i++)
        weights[i] = m->shape.inside ? 1.0f : 1.0f / (fabsf(values[i * m->shape.channels]) + 1e-9f);
    enum inr_status status = inr_kernels_place_points(m->coords, weights, n, field, options,
                                                      f->config.seed, result, f->err);
    free(weights);
    return status;
}

static enum inr_status place_kernels(struct inr_setup *f, const struct inr_signal *signal,
                                     struct inr_field *field)
{
    struct inr_kernels_options options;
    struct inr_kernels_result result;
    inr_kernels_default(&options);
    options.lattice = f->config.lattice;
    options.threads = f->config.threads;
    enum inr_status status =
        f->material->shaped
            ? place_on_surface(f, field, &options, &result)
            : inr_kernels_place(signal, field, &options, f->config.seed, &result, f->err);
    if (status == INR_OK && result.placed < f->config.field.kernels)
        inr_logf(f->log, INR_LOG_INFO,
                 "init: %d of %d kernels lie where the signal changes, the others at random",
                 result.placed, f->config.field.kernels);
    return status;
}

/* A new field; its first layer or its kernels are placed on the signal where they can be. */
static enum inr_status new_field(struct inr_setup *f, struct inr_field **field)
{
    struct inr_signal signal = {0};
    const bool layer = inr_singular_wanted(&f->config.field);
    const bool kernels = inr_kernels_wanted(&f->config.field);
    enum inr_status status = inr_field_create(&f->config.field, f->config.seed, field, f->err);
    if (status != INR_OK || (!layer && !kernels))
        return status;
    if (layer || !f->material->shaped)
        status = inr_material_signal(f->material, &signal, f->err);
    if (status == INR_OK && layer)
        status = place_first_layer(f, &signal, *field);
    if (status == INR_OK && kernels)
        status = place_kernels(f, &signal, *field);
    inr_signal_free(&signal);
    if (status != INR_OK) {
        inr_field_free(*field);
        *field = NULL;
    }
    return status;
}

static enum inr_status make_field(struct inr_setup *f, struct inr_field **field)
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

/* What the model remembers of the source and of what its results are. */
static enum inr_status describe(struct inr_setup *f)
{
    const struct inr_material *m = f->material;
    struct inr_model_info *info = &f->model->info;
    const char *name = m->input->name ? m->input->name : f->resume ? f->resume->info.source : "";
    const char *slash = strrchr(name, '/');
    const char *task = inr_registry_id_name(INR_REGISTRY_TASK, m->task);
    memcpy(info->task, task, strlen(task) + 1);
    inr_text_copy_utf8(info->source, sizeof info->source, slash ? slash + 1 : name);
    memcpy(info->source_hash, m->hash, sizeof info->source_hash);
    info->width = m->truth.shape[0];
    info->height = m->truth.shape[1];
    info->length = m->truth.shape[2];
    info->dims = m->dims;
    info->channels = m->channels;
    info->sample = m->sample;
    info->rate = m->rate;
    info->peak = m->peak;
    info->unit = m->unit;
    if (m->frame.scale > 0.0) {
        memcpy(info->centre, m->frame.centre, sizeof info->centre);
        info->frame_scale = m->frame.scale;
    }
    if (m->shaped)
        snprintf(info->sign, sizeof info->sign, "%s",
                 inr_registry_id_name(INR_REGISTRY_SIGN, (int)m->shape.sign));
    info->depth = m->sample == INR_SAMPLE_FLOAT                                ? INR_DEPTH_F32
                  : m->sample == INR_SAMPLE_U8 || m->sample == INR_SAMPLE_BOOL ? INR_DEPTH_U8
                                                                               : INR_DEPTH_U16;
    return inr_model_describe(f->model, m->input->image, f->err);
}

static enum inr_status make_model(struct inr_setup *f)
{
    struct inr_field *field = NULL;
    enum inr_status status = make_field(f, &field);
    if (status == INR_OK)
        status = inr_model_create(field, &f->config, &f->model, f->err);
    if (status == INR_OK)
        status = describe(f);
    if (status == INR_OK)
        status = set_scale(f);
    if (status == INR_OK && f->resume)
        status = copy_state(f);
    return status;
}

/* Everything the program will see lies on one grid only where results have that of the samples. */
static enum inr_status make_program(struct inr_setup *f)
{
    const struct inr_material *m = f->material;
    struct inr_program_grid grid = {.lattice = f->config.lattice, .batch = f->batch};
    memcpy(grid.shape, m->train.shape, sizeof grid.shape);
    const bool same =
        !m->shaped && !m->coords && memcmp(m->truth.shape, m->train.shape, sizeof grid.shape) == 0;
    return inr_program_create(f->model->field, same ? &grid : NULL, &f->program, f->err);
}

static enum inr_status make_exec(struct inr_setup *f)
{
    const struct inr_material *m = f->material;
    const struct inr_fit_config *config = &f->config;
    char why[256];
    enum inr_status status = inr_device_choose(config->device, &f->device, why, sizeof why, f->err);
    if (status != INR_OK)
        return status;
    inr_logf(f->log, INR_LOG_INFO, "%s", why);
    inr_text_copy_utf8(f->model->info.device, sizeof f->model->info.device, f->device.name);
    /* More samples than there are would only take some of them twice. */
    const bool measured = m->readout.kind != INR_READ_POINTS;
    const bool full =
        measured || config->batch_mode == (int)INR_BATCH_FULL || config->batch > m->count;
    f->batch = full ? (uint32_t)m->count : config->batch;
    status = make_program(f);
    if (status != INR_OK)
        return status;
    const struct inr_exec_config exec = {
        .program = f->program,
        .optimizer = {config->optimizer, config->beta1, config->beta2, config->epsilon,
                      config->weight_decay, config->absolute_decay, config->table_rate,
                      config->sparse, config->ema > 0.0f},
        .table_tv = config->table_tv,
        .table_l2 = config->table_l2,
        .half_tables = config->half_tables,
        .fixed_point = config->fixed_point,
        .loss = config->loss,
        .loss_constant = config->loss_constant,
        .geometry = {config->geometry.on, config->geometry.off, config->geometry.sharpness,
                     config->geometry.normal, config->geometry.eikonal, config->geometry.distance},
        .batch_mode = measured ? (int)INR_BATCH_FULL : config->batch_mode,
        .batch = f->batch,
        .seed = config->seed,
        .threads = config->threads,
        .memory_limit = config->memory_limit,
        .train = true,
        .plan = config->plan,
        .precision = config->precision,
        .no_coopmat = config->no_coopmat,
        .no_fp16 = config->no_fp16,
        .loss_scale = config->loss_scale,
    };
    status = inr_exec_create(&f->device, &exec, f->log, &f->exec, f->err);
    if (status != INR_OK)
        return status;
    f->pool = (struct inr_pool){
        .dims = m->dims,
        .channels = (int)(m->shaped ? m->shape.channels : m->channels),
        .lattice = config->lattice,
        .coords = m->coords,
        .values = m->train.values,
        .depth = m->train.depth,
        .count = m->count,
        .scale = f->model->scale,
        .shift = f->model->shift,
        .readout = measured ? &m->readout : NULL,
    };
    memcpy(f->pool.shape, m->train.shape, sizeof f->pool.shape);
    status = inr_exec_set_pool(f->exec, &f->pool, f->err);
    inr_text_copy_utf8(f->model->info.plan, sizeof f->model->info.plan, inr_exec_plan(f->exec));
    return status;
}

enum inr_status inr_setup_begin(struct inr_setup *f)
{
    enum inr_status status = make_model(f);
    return status == INR_OK ? make_exec(f) : status;
}

void inr_setup_end(struct inr_setup *f)
{
    inr_exec_destroy(f->exec);
    inr_program_free(f->program);
    f->exec = NULL;
    f->program = NULL;
}
