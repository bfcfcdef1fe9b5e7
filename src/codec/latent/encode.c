/* SPDX-License-Identifier: MIT
 *
 * encode.c - A picture to a latent-coded file of a wanted size or quality.
 *
 * One training: for half of it lambda follows what the rate or the error of the file will be. Then
 * latents are rounded, the networks learn to live with it, their weights are rounded, and the file
 * is written; where it misses, the second half is done again with another lambda.
 */
#include "codec/latent/encode.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "codec/latent/coarse.h"
#include "codec/latent/start.h"

/* Trainings that follow a file which misses. */
#define CORRECTIONS 5
#define PATIENCE    2

/* One of so many steps is hard. */
#define HARD 16

/* lambda of a file for which neither size nor PSNR is asked */
#define LAMBDA 1e-3

/* What photographs take (C3's points on the Kodak pictures). */
static double first_lambda(const struct inr_latent_job *job)
{
    const double pixels = (double)job->image->width * (double)job->image->height;
    double lambda = LAMBDA;
    if (job->options->bytes > 0)
        lambda = 3e-3 * pow(8.0 * (double)job->options->bytes / pixels / 0.27, -1.75);
    else if (job->options->psnr > 0.0)
        lambda = 3e-3 * exp(-0.38 * (job->options->psnr - 31.3));
    return lambda;
}

static enum inr_status take_picture(struct inr_latent_job *job, struct inr_error *err)
{
    const struct inr_image *image = job->image;
    struct inr_latent_state *s = &job->trainer.state;
    const uint32_t channels = image->channels;
    float *row = malloc((size_t)image->width * channels * sizeof *row);
    if (!row)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a row of %s", job->name);
    for (uint32_t r = 0; r < image->height; r++) {
        inr_image_rows(image, r, 1, row);
        for (uint32_t c = 0; c < channels; c++) {
            float *to = s->target[c].at + (ptrdiff_t)r * s->target[c].stride;
            for (uint32_t x = 0; x < image->width; x++)
                to[x] = row[(size_t)x * channels + c];
        }
    }
    free(row);
    return INR_OK;
}

/* The trainer's steps to the device that is wanted; one that nobody named and that has not the
 * memory leaves them to the CPU. */
static enum inr_status choose_device(struct inr_latent_job *job, struct inr_error *err)
{
    const struct inr_fit_config *config = &job->options->config;
    const struct inr_log *log = &job->watch->fit.log;
    struct inr_device device;
    struct inr_error small = {0};
    char why[256];
    const enum inr_status found = inr_device_choose(config->device, &device, why, sizeof why, err);
    if (found != INR_OK)
        return found;
    inr_logf(log, INR_LOG_INFO, "%s", why);
    if (device.kind == INR_DEVICE_CPU)
        return INR_OK;
    const enum inr_status status =
        inr_latent_trainer_attach(&job->trainer, &device, config->memory_limit, log, &small);
    const bool named = config->device[0] && strcmp(config->device, "auto") != 0;
    if (status == INR_ERR_MEMORY && !named) {
        inr_logf(log, INR_LOG_WARNING, "training latents on the CPU: %s", small.text);
        return INR_OK;
    }
    return status == INR_OK ? INR_OK : inr_fail(err, status, "%s", small.text);
}

static enum inr_status begin(struct inr_latent_job *job, struct inr_error *err)
{
    const struct inr_image *image = job->image;
    const struct inr_fit_config *config = &job->options->config;
    struct inr_latent_net net;
    const int threads = config->threads > 0 ? config->threads : omp_get_max_threads();
    if (image->depth == INR_DEPTH_F32)
        return inr_fail(err, INR_ERR_USAGE,
                        "%s has float samples, which latents do not hold; take --method weights",
                        job->name);
    if ((uint64_t)image->width * image->height > INR_LATENT_PIXELS_MAX)
        return inr_fail(err, INR_ERR_USAGE, "%s has more than %llu pixels; take --method weights",
                        job->name, (unsigned long long)INR_LATENT_PIXELS_MAX);
    inr_latent_net_init(&net, image->width, image->height, (int)image->channels, 0);
    job->kept = malloc((size_t)net.parameters * sizeof *job->kept);
    if (!job->kept || !inr_latent_trainer_create(&job->trainer, &net, threads, config->seed))
        return inr_fail(err, INR_ERR_MEMORY,
                        "out of memory to compress %u x %u pixels, about 220 bytes for each",
                        image->width, image->height);
    enum inr_status status = inr_latent_content_create(&job->file.content, &net, err);
    if (status != INR_OK)
        return status;
    inr_latent_start(&net, job->trainer.state.params);
    inr_latent_start(&net, job->trainer.start);
    inr_latent_job_begin(job, first_lambda(job));
    job->file.depth = image->depth;
    if (job->options->profile && image->icc && image->icc_size > 0) {
        job->file.icc = image->icc;
        job->file.icc_size = image->icc_size;
    }
    job->around = 8.0 * (INR_LATENT_AROUND + (double)job->file.icc_size);
    status = take_picture(job, err);
    return status == INR_OK ? choose_device(job, err) : status;
}

/* n steps of a phase from `u` of it on, with lambda steered to the target or left; stops early when
 * asked to. False: out of memory. */
static bool train(struct inr_latent_job *job, bool hard, uint64_t n, double u, bool steering)
{
    const uint64_t half = inr_latent_job_half(job);
    for (uint64_t i = 0; i < n && !job->stopped; i++) {
        if (steering && i == half && !inr_latent_trainer_save(&job->trainer, &job->half))
            return false;
        inr_latent_job_step(job, hard, u + (1.0 - u) * (double)i / (double)n, steering);
        inr_latent_job_went(job, 1.0, inr_latent_job_mse(job));
    }
    return true;
}

/* What the bytes decode to, against the picture. */
static enum inr_status score(const struct inr_latent_job *job, struct inr_compress_result *result,
                             struct inr_error *err)
{
    struct inr_image decoded;
    struct inr_metric_result metric = {0};
    enum inr_status status = inr_codec_picture(result->bytes, result->size, job->name, NULL,
                                               job->trainer.state.threads, &decoded, NULL, err);
    if (status == INR_OK)
        status = inr_image_compare(job->image, &decoded, &metric, err);
    inr_image_free(&decoded);
    result->psnr = metric.psnr;
    result->ssim = metric.ssim;
    return status;
}

/* What of a file is whose, for the aim of the next one. */
static void take_parts(struct inr_latent_job *job)
{
    const struct inr_latent_parts *p = &job->file.parts;
    job->latent_bits = 0.0;
    for (int k = 0; k < job->file.content.net.levels; k++)
        job->latent_bits += 8.0 * p->grid[k];
    job->network_bits = 8.0 * (p->entropy + p->synthesis);
    job->around = 8.0 * (double)job->last.size - job->latent_bits - job->network_bits;
    job->mse = pow(10.0, -0.1 * fmin(job->last.psnr, inr_latent_job_most(job)));
}

/* What became of the device. */
static enum inr_status failed(const struct inr_latent_job *job, struct inr_error *err)
{
    const struct inr_error *failure = &job->trainer.failure;
    return inr_fail(err, failure->status, "%s", failure->text);
}

/* The file of what there is, into job->last. The parameters stay as they were. */
static enum inr_status write(struct inr_latent_job *job, struct inr_error *err)
{
    struct inr_latent_state *s = &job->trainer.state;
    struct inr_compress_result *last = &job->last;
    const size_t n = (size_t)s->net.parameters * sizeof *job->kept;
    if (!job->settled)
        inr_latent_job_settle(job);
    inr_latent_trainer_fetch(&job->trainer);
    if (job->trainer.failure.status != INR_OK)
        return failed(job, err);
    memcpy(job->kept, s->params, n);
    enum inr_status status =
        inr_latent_settle(&job->trainer, job->stopped, &job->file.content, err);
    if (status == INR_OK)
        status = inr_latent_write(&job->file, &last->bytes, &last->size, err);
    memcpy(s->params, job->kept, n);
    if (status == INR_OK)
        status = score(job, last, err);
    last->fits++;
    last->parameters = inr_latent_points(&s->net) + (uint64_t)s->net.parameters;
    last->bpp = 8.0 * (double)last->size / ((double)s->net.width * (double)s->net.height);
    if (status == INR_OK)
        take_parts(job);
    inr_latent_job_went(job, INR_LATENT_FILE_WORK, inr_latent_job_mse(job));
    return status;
}

/* After soft training: hard steps and a file. For a further one nobody waits. */
static enum inr_status finish(struct inr_latent_job *job, double *off, struct inr_error *err)
{
    train(job, true, job->hard, 0.0, false);
    if (job->stopped && job->best.bytes)
        return INR_OK; /* also where the device has failed: verdict says so */
    const enum inr_status status = write(job, err);
    if (status != INR_OK)
        return status;
    *off = inr_latent_job_miss(job);
    inr_latent_job_keep(job);
    return INR_OK;
}

/* The second half of soft training once more, with another lambda. */
static void correct(struct inr_latent_job *job)
{
    inr_latent_job_correct(job);
    inr_latent_trainer_restore(&job->trainer, &job->half);
    job->settled = false;
    const uint64_t again = inr_latent_job_again(job);
    job->whole = job->spent + (double)(again + job->hard) + INR_LATENT_FILE_WORK;
    train(job, false, again, INR_LATENT_HALF, false);
}

/* `off` after `n` corrections. A PSNR that is reached by a little more is good enough then. */
static bool is_enough(const struct inr_latent_job *job, int n, double off)
{
    const double over = job->best.psnr - job->options->psnr;
    return off <= 1.0 || (n >= PATIENCE && job->options->psnr > 0.0 && over >= 0.0 && over <= 0.3);
}

static enum inr_status run(struct inr_latent_job *job, struct inr_error *err)
{
    double off = 0.0;
    if (!train(job, false, job->soft, 0.0, job->options->bytes > 0 || job->options->psnr > 0.0))
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a second training of %s",
                        job->name);
    enum inr_status status = finish(job, &off, err);
    for (int n = 0; n < CORRECTIONS && status == INR_OK && !job->stopped; n++) {
        if (is_enough(job, n, off))
            break;
        correct(job);
        status = finish(job, &off, err);
    }
    return status;
}

static enum inr_status verdict(const struct inr_latent_job *job, struct inr_error *err)
{
    const struct inr_compress_options *o = job->options;
    if (job->trainer.failure.status != INR_OK)
        return failed(job, err);
    if (job->stopped)
        return inr_fail(err, INR_INTERRUPTED, "interrupted: the file is of what there was");
    if (o->bytes > 0 && fabs((double)job->best.size / (double)o->bytes - 1.0) > 0.05)
        return inr_fail(err, INR_TARGET_MISSED, "%zu bytes instead of %llu after %d files",
                        job->best.size, (unsigned long long)o->bytes, job->best.fits);
    if (o->psnr > 0.0 && job->best.psnr < o->psnr)
        return inr_fail(err, INR_TARGET_MISSED, "%.2f dB instead of %.2f after %d files",
                        job->best.psnr, o->psnr, job->best.fits);
    return INR_OK;
}

/* Steps of an effort: 1000 of a photograph at 5, more of small pictures, where they cost less. */
static uint64_t steps_of(const struct inr_image *image, int effort)
{
    const double pixels = (double)image->width * (double)image->height;
    const double more = fmin(fmax(sqrt(4e5 / pixels), 1.0), 6.0);
    return (uint64_t)(more * (double)(UINT64_C(1000) << effort >> 5));
}

static void set_steps(struct inr_latent_job *job)
{
    const struct inr_compress_options *o = job->options;
    uint64_t steps = o->effort > 0 ? steps_of(job->image, o->effort) : o->config.steps;
    steps = steps < 8 ? 8 : steps;
    job->hard = steps / HARD;
    job->soft = steps - job->hard;
}

enum inr_status inr_compress_latent(const struct inr_image *image, const char *name,
                                    const struct inr_compress_options *options,
                                    const struct inr_compress_watch *watch,
                                    struct inr_compress_result *result, struct inr_error *err)
{
    struct inr_latent_job job = {
        .image = image, .name = name, .options = options, .watch = watch, .begin = inr_now()};
    job.begun = job.begin;
    set_steps(&job);
    *result = (struct inr_compress_result){0};
    enum inr_status status = begin(&job, err);
    if (status == INR_OK)
        inr_latent_job_plan(&job);
    const struct inr_latent_pace pace = inr_latent_pace_at(false, 0.0, job.soft);
    if (status == INR_OK && !job.stopped && !inr_latent_coarse(&job.trainer, pace.shared))
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for smaller copies of %s", name);
    if (status == INR_OK)
        status = run(&job, err);
    free(job.last.bytes);
    if (status == INR_OK) {
        *result = job.best;
        result->seconds = inr_now() - job.begin;
        status = verdict(&job, err);
    } else {
        free(job.best.bytes);
    }
    inr_latent_trainer_free(&job.trainer);
    free(job.half.memory);
    inr_latent_content_free(&job.file.content);
    free(job.kept);
    return status;
}
