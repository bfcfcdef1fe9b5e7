/* SPDX-License-Identifier: MIT
 *
 * fit.c - A fit of any input by any task: material becomes a pool of samples, a fit becomes a
 * model.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "field/reparam.h"
#include "fit/config.h"
#include "fit/task_kind.h"
#include "task/choose.h"
#include "task/raster.h"
#include "task/setup.h"
#include "task/task.h"

struct fit {
    struct inr_setup set;
    struct inr_material material;
    const struct inr_fit_watch *watch;
    struct inr_raster raster; /* pictures as they are: measured a few rows at a time */
};

static enum inr_status measure_rows(struct fit *f, struct inr_task_score *score,
                                    struct inr_error *err)
{
    struct inr_metric_result result;
    enum inr_status status = inr_raster_compare(&f->raster, f->material.input->image, &result, err);
    if (status == INR_OK) {
        *score = inr_task_score_none();
        score->psnr = result.psnr;
        score->ssim = result.ssim;
    }
    return status;
}

static enum inr_status measure(void *user, struct inr_exec *exec, struct inr_task_score *score,
                               struct inr_error *err)
{
    struct fit *f = user;
    const struct inr_material *m = &f->material;
    const struct inr_model *model = f->set.model;
    if (f->raster.exec)
        return measure_rows(f, score, err);
    if (m->shaped)
        return inr_shape_score(&f->material.shape, exec, model->scale, model->shift,
                               f->set.config.task.threshold, score, err);
    if (m->task == INR_TASK_SDF)
        return inr_sdf_score(m, exec, f->set.config.lattice, score, err);
    const struct inr_box box = inr_box_whole(m->dims, m->truth.shape, f->set.config.lattice);
    const size_t n = (size_t)inr_box_points(&box);
    float *values = malloc(n * m->channels * sizeof *values);
    if (!values)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a result of %zu points", n);
    enum inr_status status =
        inr_box_eval(&box, exec, (int)m->channels, (struct inr_scale){model->scale, model->shift},
                     0, n, values, err);
    if (status == INR_OK)
        status = inr_material_score(m, &f->set.config.task, values, score, err);
    free(values);
    return status;
}

static enum inr_status renew(void *user, struct inr_exec *exec, uint64_t k, struct inr_error *err)
{
    struct fit *f = user;
    uint64_t first;
    inr_shape_pool_renew(f->material.pool, k, &first);
    return inr_exec_update_pool(exec, first, f->material.shape.part, err);
}

static void update_info(struct inr_model *model)
{
    model->info.steps = model->training.steps;
    model->info.total_steps = model->training.total;
    model->info.seconds = model->training.seconds;
    model->config.field.quantised = model->field->config.quantised;
}

static enum inr_status checkpoint(void *user, struct inr_error *err)
{
    struct fit *f = user;
    update_info(f->set.model);
    return f->watch->checkpoint(f->watch->user, f->set.model, err);
}

/* A picture that is fitted as it is may be larger than memory holds as floats. */
static enum inr_status make_raster(struct fit *f)
{
    struct inr_view view = {0};
    if (f->material.task != INR_TASK_IMAGE || !f->material.input->image)
        return INR_OK;
    enum inr_status status = inr_view_resolve(f->set.model, &view, f->set.err);
    return status == INR_OK
               ? inr_raster_create(&f->raster, f->set.exec, f->set.model, &view, f->set.err)
               : status;
}

static enum inr_status train(struct fit *f)
{
    struct inr_model *model = f->set.model;
    struct inr_task_score score;
    const bool saves = f->watch && f->watch->checkpoint;
    const struct inr_task task = {
        .pool = &f->set.pool,
        .batch = f->set.batch,
        .peak = (f->material.measured_peak > 0.0 ? f->material.measured_peak : f->material.peak) *
                fabs((double)model->scale),
        .measure = measure,
        .distances = f->material.task == INR_TASK_SDF,
        .blind = f->material.blind,
        .renew_every = f->material.renew_every,
        .renew = renew,
        .checkpoint = saves ? checkpoint : NULL,
        .user = f,
    };
    enum inr_status status = make_raster(f);
    if (status == INR_OK && f->material.renew_every)
        status = inr_shape_pool_start(f->material.pool, f->set.err);
    if (status == INR_OK)
        status = inr_train(&f->set.config, f->set.exec, &task, model->field, &model->training,
                           f->watch, &score, f->set.err);
    if (status != INR_OK && status != INR_TARGET_MISSED && status != INR_INTERRUPTED)
        return status;
    update_info(model);
    model->info.psnr = score.psnr;
    model->info.ssim = score.ssim;
    model->info.iou = score.iou;
    model->info.psnr_unknown = score.psnr_unknown;
    model->info.iou_near = score.iou_near;
    model->info.distance_error = score.distance;
    model->info.complete = status != INR_INTERRUPTED;
    if (!model->info.complete || f->set.config.keep_state)
        return status;
    inr_model_drop_state(model);
    /* What a reparameterisation trained is an ordinary field once training has ended. */
    enum inr_status collapsed = inr_reparam_collapse(model->field, f->set.err);
    model->config.field = model->field->config;
    return collapsed == INR_OK ? status : collapsed;
}

/* Settings that decide what the samples are; those of a model to resume hold. */
static enum inr_status make_material(struct fit *f, const struct inr_fit_input *input)
{
    struct inr_setup *set = &f->set;
    if (!!input->image + !!input->signal + !!input->mesh != 1)
        return inr_fail(set->err, INR_ERR_USAGE,
                        "a fit needs an image or a signal or a mesh, and "
                        "not two of them");
    if (set->resume) {
        set->config.task = set->resume->config.task;
        set->config.seed = set->resume->config.seed;
        set->config.lattice = set->resume->config.lattice;
    }
    enum inr_status status = inr_config_check_rows(&set->config, set->err);
    if (status != INR_OK)
        return status;
    return inr_material_create(&f->material, input, &set->config,
                               set->resume ? set->resume->training.steps : 0, set->log, set->err);
}

enum inr_status inr_fit(const struct inr_fit_input *input, const struct inr_fit_config *config,
                        const struct inr_model *resume, const struct inr_fit_watch *watch,
                        struct inr_model **out, struct inr_error *err)
{
    struct fit f = {.watch = watch,
                    .set = {.material = &f.material,
                            .resume = resume,
                            .log = watch ? &watch->log : NULL,
                            .config = *config,
                            .err = err}};
    char chosen[256] = "", doubt[256];
    *out = NULL;
    /* The settings of a collapsed or quantised model ask for its training again. */
    f.set.config.field.collapsed = f.set.config.field.collapsed && resume;
    f.set.config.field.quantised = f.set.config.field.quantised && resume;
    const double begin = inr_now();
    enum inr_status status = make_material(&f, input);
    const double made = input->mesh && !resume ? inr_now() - begin : 0.0;
    if (status == INR_OK)
        status = inr_setup_check(&f.set);
    if (status == INR_OK && !resume)
        status = inr_choose_settings(&f.material, &f.set.config, chosen, f.set.log, err);
    if (status == INR_OK && inr_field_warning(&f.set.config.field, doubt, sizeof doubt))
        inr_logf(f.set.log, INR_LOG_WARNING, "%s", doubt);
    if (status == INR_OK)
        status = inr_setup_begin(&f.set);
    if (status == INR_OK) {
        f.set.model->training.seconds += made; /* drawing the first samples is part of the work */
        memcpy(f.set.model->info.chosen, resume ? resume->info.chosen : chosen, sizeof chosen);
        status = train(&f);
    }
    inr_raster_free(&f.raster);
    inr_setup_end(&f.set);
    inr_material_free(&f.material);
    if (status == INR_OK || status == INR_TARGET_MISSED || status == INR_INTERRUPTED)
        *out = f.set.model;
    else
        inr_model_free(f.set.model);
    return status;
}

enum inr_status inr_fit_image(const struct inr_image *image, const struct inr_fit_config *config,
                              const struct inr_model *resume, const struct inr_fit_watch *watch,
                              const char *source_name, struct inr_model **out,
                              struct inr_error *err)
{
    const struct inr_fit_input input = {.image = image, .name = source_name};
    return inr_fit(&input, config, resume, watch, out, err);
}
