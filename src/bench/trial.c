/* SPDX-License-Identifier: MIT
 *
 * trial.c - One row: settings, size, fit, scores.
 */
#include "bench/trial.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/solve.h"
#include "exec/device.h"
#include "field/architecture.h"
#include "field/grid.h"
#include "field/layout.h"
#include "fit/task_kind.h"

enum inr_status inr_bench_device_find(struct inr_bench_device *device, const struct inr_log *log,
                                      struct inr_error *err)
{
    struct inr_device chosen;
    char why[256];
    enum inr_status status = inr_device_choose(device->wish, &chosen, why, sizeof why, err);
    if (status != INR_OK)
        return status;
    inr_logf(log, INR_LOG_INFO, "%s", why);
    memcpy(device->name, chosen.name, sizeof device->name);
    memcpy(device->driver, chosen.driver, sizeof device->driver);
    return INR_OK;
}

void inr_bench_row_begin(const struct inr_bench_job *job, const struct inr_bench_device *device,
                         struct inr_bench_row *row)
{
    inr_bench_row_init(row);
    memcpy(row->key, job->key, sizeof row->key);
    snprintf(row->suite, sizeof row->suite, "%s", job->suite->name);
    snprintf(row->signal, sizeof row->signal, "%s", job->signal->name);
    snprintf(row->task, sizeof row->task, "%s", job->task->label);
    snprintf(row->model, sizeof row->model, "%s", job->model->name);
    snprintf(row->mode, sizeof row->mode, "%s", inr_bench_mode_name((int)job->mode));
    snprintf(row->version, sizeof row->version, "%s", INR_VERSION);
    memcpy(row->device, device->name, sizeof row->device);
    memcpy(row->driver, device->driver, sizeof row->driver);
    row->bandwidth = job->signal->bandwidth;
    row->size = job->size;
    row->seed = job->seed;
    row->threads = (uint64_t)device->threads;
}

/* ---- the curve ---- */

struct curve {
    const struct inr_fit_watch *outer;
    struct inr_bench_row *row;
    double samples, seconds; /* summed from the progress */
};

static void reach(double *mark, double target, double psnr, double seconds)
{
    if (isnan(*mark) && psnr >= target)
        *mark = seconds;
}

static void measured(struct inr_bench_row *row, double psnr, double seconds)
{
    inr_bench_curve_add(row, seconds, psnr);
    reach(&row->time_30, 30.0, psnr, seconds);
    reach(&row->time_35, 35.0, psnr, seconds);
    reach(&row->time_40, 40.0, psnr, seconds);
}

static enum inr_fit_action on_progress(void *user, const struct inr_fit_progress *progress)
{
    struct curve *c = user;
    const double spent = progress->seconds - c->seconds;
    if (spent > 0.0 && isfinite(progress->samples_per_second))
        c->samples += spent * progress->samples_per_second;
    c->seconds = progress->seconds;
    if (progress->measured)
        measured(c->row, progress->psnr, progress->seconds);
    return c->outer && c->outer->progress ? c->outer->progress(c->outer->user, progress)
                                          : INR_FIT_CONTINUE;
}

/* ---- fit and scores ---- */

/* Tables with nothing behind them are a grid, with a network behind them a hybrid, and all else is
 * an INR. */
static const char *family_of(const struct inr_field_config *field)
{
    struct inr_grid_table tables[INR_GRID_TABLES_MAX];
    struct inr_field_config shaped = *field;
    inr_field_take_shape(&shaped, (const uint32_t[]){2, 2, 2});
    if (inr_grid_tables(&shaped, tables) == 0)
        return "inr";
    return field->architecture == INR_ARCHITECTURE_NONE ? "grid" : "hybrid";
}

/* The result within what the signal can be: in mode UNIT [0,1], else that widened to where the
 * signal goes, so that a signal that leaves [0,1] can be met. */
static void clamp(struct inr_signal *result, const struct inr_bench_source *source, bool unit)
{
    const size_t n = inr_signal_points(result) * result->channels;
    float low = source->low, high = source->high;
    if (unit || source->unit) {
        low = unit || low > 0.0f ? 0.0f : low;
        high = unit || high < 1.0f ? 1.0f : high;
    }
    for (size_t i = 0; i < n; i++) {
        const float v = result->values[i];
        result->values[i] = v < low ? low : v > high ? high : v;
    }
}

static enum inr_status draw(const struct inr_signal *signal, const struct inr_signal *result,
                            struct inr_bench_pictures *pictures, struct inr_error *err)
{
    struct inr_bench_png *of = pictures->of;
    enum inr_status status = inr_bench_picture(result, NULL, &of[INR_BENCH_RESULT], err);
    if (status == INR_OK)
        status = inr_bench_picture(result, signal, &of[INR_BENCH_ERROR], err);
    if (status == INR_OK)
        status = inr_bench_picture(signal, NULL, &of[INR_BENCH_REFERENCE], err);
    return status;
}

static enum inr_status score(const struct inr_bench_job *job, const struct inr_bench_device *device,
                             const struct inr_bench_source *source, const struct inr_model *model,
                             struct inr_bench_row *row, struct inr_bench_pictures *pictures,
                             struct inr_error *err)
{
    struct inr_signal result = {0};
    struct inr_scores scores;
    const struct inr_compare_options options = {
        .peak = source->unit ? 1.0 : (double)source->high - (double)source->low,
        .threshold = (double)inr_model_config(model)->task.threshold};
    enum inr_status status = inr_model_render_signal(model, device->wish, device->threads,
                                                     source->signal.shape, &result, NULL, err);
    if (status == INR_OK) {
        clamp(&result, source, job->suite->clamp_unit);
        status = inr_signal_compare(&source->signal, &result, &options, &scores, err);
    }
    if (status == INR_OK) {
        row->psnr = scores.psnr;
        row->psnr_mean = scores.psnr_mean;
        row->ssim = scores.ssim;
        row->ms_ssim = scores.ms_ssim;
        row->mae = scores.mae;
        /* Inside and outside mean something for signals that are nothing else. */
        row->iou = source->signal.sample == INR_SAMPLE_BOOL ? scores.iou : (double)NAN;
    }
    if (status == INR_OK && pictures)
        status = draw(&source->signal, &result, pictures, err);
    inr_signal_free(&result);
    return status;
}

/* The signal as floats, so that nothing is rounded, and the plain task for its axes: a binary
 * signal would else be taken for an occupancy. */
static struct inr_signal plain_signal(const struct inr_bench_source *source,
                                      struct inr_fit_config *config)
{
    static const int kinds[] = {INR_TASK_SERIES, INR_TASK_IMAGE, INR_TASK_VOLUME};
    struct inr_signal signal = source->signal;
    if (config->task.kind == INR_TASK_AUTO)
        config->task.kind = kinds[signal.dims - 1];
    if (config->task.kind != INR_TASK_OCCUPANCY)
        signal.sample = INR_SAMPLE_FLOAT;
    config->task.rescale = source->unit ? INR_RESCALE_OFF : INR_RESCALE_ON;
    return signal;
}

static enum inr_status fit(const struct inr_bench_source *source, struct inr_fit_config *config,
                           const struct inr_fit_watch *watch, struct inr_bench_row *row,
                           struct inr_model **model, struct inr_error *err)
{
    struct curve curve = {.outer = watch, .row = row};
    const struct inr_fit_watch inner = {.progress = on_progress,
                                        .measures = true,
                                        .user = &curve,
                                        .log = watch ? watch->log : (struct inr_log){0}};
    const struct inr_signal signal = plain_signal(source, config);
    const struct inr_fit_input input = {.signal = &signal, .name = row->signal};
    enum inr_status status = inr_fit(&input, config, NULL, &inner, model, err);
    if (status != INR_OK)
        return status;
    const struct inr_model_info *info = inr_model_info(*model);
    row->steps = info->steps;
    row->seconds = info->seconds;
    if (curve.seconds > 0.0)
        row->samples_per_second = curve.samples / curve.seconds;
    if (row->n_curve == 0 || row->curve[row->n_curve - 1].seconds < info->seconds)
        measured(row, info->psnr, info->seconds);
    return inr_model_bytes(*model, &row->bytes, err);
}

/* Everything after the settings, on the signal as the task takes it. */
static enum inr_status run(const struct inr_bench_job *job, const struct inr_bench_device *device,
                           const struct inr_bench_source *source, struct inr_fit_config *config,
                           const struct inr_fit_watch *watch, struct inr_bench_row *row,
                           struct inr_bench_pictures *pictures, struct inr_error *err)
{
    const uint32_t factor =
        config->task.kind == INR_TASK_SUPER_RESOLUTION ? config->task.factor : 1;
    struct inr_model *model = NULL;
    uint32_t trained[3];
    for (int d = 0; d < 3; d++)
        trained[d] = source->signal.shape[d] >= factor ? source->signal.shape[d] / factor : 1;
    inr_bench_source_shape(source, row->shape);
    memcpy(row->source, source->hash, sizeof row->source);
    enum inr_status status =
        inr_bench_solve(config, job->model->knob, trained, job->mode, job->size, err);
    if (status == INR_OK)
        status = inr_field_count(&config->field, &row->parameters, err);
    if (status == INR_OK)
        status = fit(source, config, watch, row, &model, err);
    if (status == INR_OK)
        status = score(job, device, source, model, row, pictures, err);
    inr_model_free(model);
    return status;
}

enum inr_status inr_bench_trial(const struct inr_bench_job *job,
                                const struct inr_bench_device *device,
                                const struct inr_bench_source *source,
                                const struct inr_fit_watch *watch, struct inr_bench_row *row,
                                struct inr_bench_pictures *pictures, struct inr_error *err)
{
    struct inr_fit_config config;
    enum inr_status status = inr_bench_suite_config(job->suite, job->model, job->task, job->mode,
                                                    job->size, job->seed, &config, err);
    if (status != INR_OK)
        return status;
    snprintf(config.device, sizeof config.device, "%s", device->wish ? device->wish : "auto");
    config.threads = device->threads;
    config.field.dims = source->signal.dims;
    config.field.channels = (int)source->signal.channels;
    row->dims = (uint64_t)source->signal.dims;
    snprintf(row->lattice, sizeof row->lattice, "%s",
             inr_registry_id_name(INR_REGISTRY_LATTICE, config.lattice));
    snprintf(row->clamp, sizeof row->clamp, "%s", job->suite->clamp_unit ? "unit" : "range");
    snprintf(row->family, sizeof row->family, "%s", family_of(&config.field));
    if (config.task.kind != INR_TASK_SUPER_RESOLUTION)
        return run(job, device, source, &config, watch, row, pictures, err);
    struct inr_bench_source cut = {0};
    status = inr_bench_source_cut(source, config.task.factor, &cut, err);
    if (status == INR_OK)
        status = run(job, device, &cut, &config, watch, row, pictures, err);
    inr_bench_source_free(&cut);
    return status;
}
