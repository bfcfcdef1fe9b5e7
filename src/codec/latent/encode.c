/* SPDX-License-Identifier: MIT
 *
 * encode.c - A picture to a latent-coded file of a wanted size or quality.
 *
 * One training: lambda follows what the rate or the error is to be. Then latents are rounded, the
 * networks learn to live with it, their weights are rounded, and the file is written; where it
 * misses, short trainings from there correct what rounding changed.
 */
#include "codec/latent/encode.h"

#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "codec/latent/coarse.h"
#include "codec/latent/start.h"

#define SIZE_TOLERANCE 0.04
#define PSNR_TOLERANCE 0.15
#define CORRECTIONS    5

/* lambda of a file for which neither size nor PSNR is asked */
#define LAMBDA 1e-3

static void drop(struct inr_compress_result *result)
{
    free(result->bytes);
    *result = (struct inr_compress_result){.fits = result->fits};
}

/* What photographs take (C3's points on the Kodak pictures). */
static double first_lambda(const struct inr_latent_job *job)
{
    const double pixels = (double)job->image->width * (double)job->image->height;
    double lambda = LAMBDA;
    if (job->options->bytes > 0)
        lambda = 3e-3 * pow(8.0 * (double)job->options->bytes / pixels / 0.27, -1.75);
    else if (job->options->psnr > 0.0)
        lambda = 3e-3 * exp(-0.38 * (job->options->psnr - 31.3));
    return fmin(fmax(lambda, 1e-6), 0.3);
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
                        "out of memory to compress %u x %u pixels, about 200 bytes for each",
                        image->width, image->height);
    enum inr_status status = inr_latent_content_create(&job->file.content, &net, err);
    if (status != INR_OK)
        return status;
    memcpy(job->file.content.shift, inr_latent_usual_shifts, INR_LATENT_SHIFTS);
    inr_latent_start(&net, job->trainer.state.params);
    inr_latent_start(&net, job->trainer.start);
    job->lambda = job->first = first_lambda(job);
    job->trainer.state.step = inr_latent_step_for(job->lambda);
    job->file.depth = image->depth;
    if (job->options->profile && image->icc && image->icc_size > 0) {
        job->file.icc = image->icc;
        job->file.icc_size = image->icc_size;
    }
    return take_picture(job, err);
}

static void announce(const struct inr_latent_job *job)
{
    const double a_step = (inr_now() - job->begin) / (double)job->done;
    const struct inr_compress_plan plan = {.steps = job->soft + job->hard,
                                           .seconds = a_step * (double)(job->total - job->done)};
    if (job->watch->plan)
        job->watch->plan(job->watch->user, &plan);
}

static bool go_on(struct inr_latent_job *job)
{
    const double seconds = inr_now() - job->begin;
    const double left = (double)job->total - (double)job->done;
    const double squares = inr_latent_job_mse(job);
    const struct inr_fit_progress progress = {
        .step = job->done < job->total ? job->done : job->total,
        .total_steps = job->total,
        .seconds = seconds,
        .eta = left > 0.0 ? seconds / (double)job->done * left : 0.0,
        .loss = squares,
        .psnr = -10.0 * log10(fmax(squares, 1e-12)),
        .samples_per_second = (double)job->done * (double)job->image->width *
                              (double)job->image->height / fmax(seconds, 1e-9),
        .distance = (double)NAN,
        .iou = (double)NAN};
    const struct inr_fit_watch *watch = &job->watch->fit;
    if (watch->progress && watch->progress(watch->user, &progress) == INR_FIT_STOP)
        job->stopped = true;
    return !job->stopped;
}

/* n steps of a phase from `u` of it on; stops early when asked to. */
static void train(struct inr_latent_job *job, bool hard, uint64_t n, double u)
{
    const bool steering = job->options->bytes > 0 || job->options->psnr > 0.0;
    for (uint64_t i = 0; i < n && !job->stopped; i++) {
        inr_latent_job_step(job, hard, u + (1.0 - u) * (double)i / (double)n, steering);
        if (job->done == 4)
            announce(job);
        go_on(job);
    }
}

/* What the bytes decode to, against the picture. */
static enum inr_status score(const struct inr_latent_job *job, struct inr_compress_result *result,
                             struct inr_error *err)
{
    struct inr_image decoded;
    struct inr_metric_result metric = {0};
    enum inr_status status = inr_codec_picture(result->bytes, result->size, job->name,
                                               job->trainer.state.threads, &decoded, NULL, err);
    if (status == INR_OK)
        status = inr_image_compare(job->image, &decoded, &metric, err);
    inr_image_free(&decoded);
    result->psnr = metric.psnr;
    result->ssim = metric.ssim;
    return status;
}

/* The file of what there is, into job->last. The parameters stay as they were. */
static enum inr_status write(struct inr_latent_job *job, struct inr_error *err)
{
    struct inr_latent_state *s = &job->trainer.state;
    struct inr_compress_result *last = &job->last;
    const size_t n = (size_t)s->net.parameters * sizeof *job->kept;
    drop(last);
    memcpy(job->kept, s->params, n);
    enum inr_status status = inr_latent_settle(&job->trainer, &job->file.content, err);
    if (status == INR_OK)
        status = inr_latent_write(&job->file, &last->bytes, &last->size, err);
    memcpy(s->params, job->kept, n);
    if (status == INR_OK)
        status = score(job, last, err);
    last->fits++;
    last->parameters = inr_latent_points(&s->net) + (uint64_t)s->net.parameters;
    last->bpp = 8.0 * (double)last->size / ((double)s->net.width * (double)s->net.height);
    return status;
}

/* How far the last file is from its target, in tolerances. */
static double miss(const struct inr_latent_job *job, const struct inr_compress_result *result)
{
    if (job->options->bytes > 0)
        return fabs((double)result->size / (double)job->options->bytes - 1.0) / SIZE_TOLERANCE;
    if (job->options->psnr > 0.0) {
        const double over = result->psnr - job->options->psnr;
        return over >= 0.0 ? over / PSNR_TOLERANCE : 1.0 - 10.0 * over;
    }
    return 0.0;
}

static void keep_better(struct inr_latent_job *job)
{
    struct inr_compress_result *last = &job->last, *best = &job->best;
    const int fits = last->fits;
    if (!best->bytes || miss(job, last) < miss(job, best)) {
        free(best->bytes);
        *best = *last;
        *last = (struct inr_compress_result){0};
    } else {
        drop(last);
    }
    last->fits = best->fits = fits;
}

/* What rounding did to what is controlled, so that lambda aims beside it. `before`: at the end of
 * soft training. */
static void learn_gap(struct inr_latent_job *job, double bits, double mse)
{
    const struct inr_compress_result *last = &job->last;
    if (job->options->bytes > 0) {
        const struct inr_latent_parts *p = &job->file.parts;
        double latents = 0.0;
        for (int k = 0; k < job->file.content.net.levels; k++)
            latents += 8.0 * p->grid[k];
        job->network_bits = 8.0 * (p->entropy + p->synthesis);
        job->gap = log(fmax(latents, 1.0) / fmax(bits, 1.0));
    } else if (isfinite(last->psnr)) {
        job->gap = log(pow(10.0, -0.1 * last->psnr) / fmax(mse, 1e-12));
    }
}

static enum inr_status run(struct inr_latent_job *job, struct inr_error *err)
{
    enum inr_status status = INR_OK;
    uint64_t soft = job->soft, hard = job->hard;
    double u = 0.0;
    for (int i = 0; i <= CORRECTIONS && status == INR_OK; i++) {
        train(job, false, soft, u);
        const double bits = inr_latent_job_bits(job), mse = inr_latent_job_mse(job);
        train(job, true, hard, 0.0);
        status = write(job, err);
        if (status != INR_OK)
            break;
        learn_gap(job, bits, mse);
        const double off = miss(job, &job->last);
        keep_better(job);
        if (off <= 1.0 || job->stopped)
            break;
        /* far off, the step of the latents has to change as well */
        job->settled = off < 4.0;
        soft = job->settled ? job->soft / 10 + 20 : job->soft / 3 + 20;
        hard = job->hard / 4 + 2;
        u = job->settled ? 0.8 : 0.3;
    }
    return status;
}

static enum inr_status verdict(const struct inr_latent_job *job, struct inr_error *err)
{
    const struct inr_compress_options *o = job->options;
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

enum inr_status inr_compress_latent(const struct inr_image *image, const char *name,
                                    const struct inr_compress_options *options,
                                    const struct inr_compress_watch *watch,
                                    struct inr_compress_result *result, struct inr_error *err)
{
    struct inr_latent_job job = {
        .image = image, .name = name, .options = options, .watch = watch, .begin = inr_now()};
    job.total = options->effort > 0 ? steps_of(image, options->effort) : options->config.steps;
    job.total = job.total < 8 ? 8 : job.total;
    job.hard = job.total / 8;
    job.soft = job.total - job.hard;
    *result = (struct inr_compress_result){0};
    enum inr_status status = begin(&job, err);
    job.trainer.state.weight = (float)(1.0 / (job.lambda * job.trainer.state.net.channels));
    if (status == INR_OK && !inr_latent_coarse(&job.trainer, job.total / 4 + 20))
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
    inr_latent_content_free(&job.file.content);
    free(job.kept);
    return status;
}
