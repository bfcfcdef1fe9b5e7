/* SPDX-License-Identifier: MIT
 *
 * image.c - The image task: a picture becomes a pool of samples, a fit becomes a model of it.
 */
#include <math.h>
#include <string.h>

#include "field/reparam.h"
#include "task/choose.h"
#include "task/image_fit.h"

struct fit {
    struct inr_image_fit set;
    const struct inr_fit_watch *watch;
    struct inr_raster raster;
};

static enum inr_status measure(void *user, struct inr_exec *exec, struct inr_metric_result *result,
                               struct inr_error *err)
{
    struct fit *f = user;
    (void)exec;
    return inr_raster_compare(&f->raster, f->set.image, f->set.image->depth, result, err);
}

static void update_info(struct inr_model *model)
{
    model->info.steps = model->training.steps;
    model->info.total_steps = model->training.total;
    model->info.seconds = model->training.seconds;
}

static enum inr_status checkpoint(void *user, struct inr_error *err)
{
    struct fit *f = user;
    update_info(f->set.model);
    return f->watch->checkpoint(f->watch->user, f->set.model, err);
}

static enum inr_status train(struct fit *f)
{
    struct inr_model *model = f->set.model;
    struct inr_view view = {0};
    struct inr_metric_result result;
    const bool saves = f->watch && f->watch->checkpoint;
    const struct inr_task task = {
        .pool = &f->set.pool,
        .batch = f->set.batch,
        .peak = inr_image_peak(f->set.image) * fabs((double)model->scale),
        .measure = measure,
        .checkpoint = saves ? checkpoint : NULL,
        .user = f,
    };
    enum inr_status status = inr_view_resolve(model, &view, f->set.err);
    if (status == INR_OK)
        status = inr_raster_create(&f->raster, f->set.exec, model, &view, f->set.err);
    if (status == INR_OK)
        status = inr_train(&f->set.config, f->set.exec, &task, model->field, &model->training,
                           f->watch, &result, f->set.err);
    if (status != INR_OK && status != INR_TARGET_MISSED && status != INR_INTERRUPTED)
        return status;
    update_info(model);
    model->info.psnr = result.psnr;
    model->info.ssim = result.ssim;
    model->info.complete = status != INR_INTERRUPTED;
    if (!model->info.complete || f->set.config.keep_state)
        return status;
    inr_model_drop_state(model);
    /* What a reparameterisation trained is an ordinary field once training has ended. */
    enum inr_status collapsed = inr_reparam_collapse(model->field, f->set.err);
    model->config.field = model->field->config;
    return collapsed == INR_OK ? status : collapsed;
}

enum inr_status inr_fit_image(const struct inr_image *image, const struct inr_fit_config *config,
                              const struct inr_model *resume, const struct inr_fit_watch *watch,
                              const char *source_name, struct inr_model **out,
                              struct inr_error *err)
{
    struct fit f = {.watch = watch,
                    .set = {.image = image,
                            .resume = resume,
                            .log = watch ? &watch->log : NULL,
                            .config = *config,
                            .err = err}};
    char chosen[256] = "", doubt[256];
    *out = NULL;
    /* The settings of a collapsed model ask for its training again. */
    f.set.config.field.collapsed = f.set.config.field.collapsed && resume;
    enum inr_status status = inr_image_fit_check(&f.set);
    if (status == INR_OK && !resume)
        status = inr_choose_settings(image, &f.set.config, chosen, f.set.log, err);
    if (status == INR_OK && inr_field_warning(&f.set.config.field, doubt, sizeof doubt))
        inr_logf(f.set.log, INR_LOG_WARNING, "%s", doubt);
    if (status == INR_OK)
        status = inr_image_fit_begin(&f.set, source_name);
    if (status == INR_OK) {
        memcpy(f.set.model->info.chosen, resume ? resume->info.chosen : chosen, sizeof chosen);
        status = train(&f);
    }
    inr_raster_free(&f.raster);
    inr_image_fit_end(&f.set);
    if (status == INR_OK || status == INR_TARGET_MISSED || status == INR_INTERRUPTED)
        *out = f.set.model;
    else
        inr_model_free(f.set.model);
    return status;
}
