/* SPDX-License-Identifier: MIT
 *
 * compress.c - A picture to a file of a wanted size or quality: how wide the field is to be.
 *
 * What a weight costs once trained is not known before: a pilot of a tenth of the steps tells it
 * well enough for the width, which is a whole number. After three quarters of the training proper
 * the file's size is measured, and the rest is trained with steps of the weights that make it the
 * one asked for. Towards a PSNR, which grows by much the same number of decibels with every
 * doubling of the weights, the width is sought by secants.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "codec/steps.h"
#include "field/layout.h"
#include "inrush/codec.h"

#define WIDTH_MIN 2
#define WIDTH_MAX 1024

/* Bytes around the weights, and how much of a level's bits is left after coding (measured). */
#define AROUND 40.0
#define CODED  0.86

/* Decibels a doubling of the weights is first taken to bring. */
#define DECIBELS 2.5

/* Samples a step, where steps decide. */
#define BATCH_MIN 1024.0
#define BATCH_MAX 65536.0

#define SIZE_TOLERANCE 0.05
#define PSNR_TOLERANCE 0.15
#define FITS_MAX       5
#define FITS_USUAL     3.0 /* towards a PSNR */

/* Part of a training after which steps are chosen; how far off another width is taken rather; how
 * often at most the rest is trained, and when that is near enough. */
#define JOINT     0.75
#define FAR       0.12
#define RESTS_MAX 3
#define NEAR      0.04

struct job {
    const struct inr_image *image;
    const char *name;
    const struct inr_compress_options *options;
    const struct inr_compress_watch *watch;
    struct inr_fit_config config;
    uint64_t steps;
    double bits;                    /* a weight, in the file */
    double cost;                    /* seconds of a step for each weight */
    double besides;                 /* seconds of a training besides its steps */
    struct inr_quantizer quantizer; /* of the setting; of 8 bits where training is of floats */
    struct inr_model *half;         /* a training at the joint */
    struct inr_compress_result last;
};

/* What each is worth is in BENCHMARKS.md. */
void inr_compress_config(struct inr_fit_config *config)
{
    static const char *const settings[][2] = {{"encoding", "octaves"},
                                              {"frequencies", "16"},
                                              {"octave-ratio", "1.4"},
                                              {"include-input", "on"},
                                              {"layers", "4"},
                                              {"width-end", "0.25"},
                                              {"width-power", "2.5"},
                                              {"bias", "off"},
                                              {"optimizer", "muon"},
                                              {"quantize-bits", "7"},
                                              {"quantize-start", "0.5"},
                                              {"quantize-granularity", "tensor"},
                                              {"lr", "3e-4"},
                                              {"absolute-decay", "0.05"},
                                              {"schedule", "cosine"}};
    inr_fit_preset("siren", config, NULL);
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        inr_fit_config_set(config, settings[i][0], settings[i][1], NULL);
    config->batch = 0;
}

/* Twice the time for each effort: where batches grow with the steps, as noisy directions of Muon
 * want it, both by its square root. */
static void choose_steps(struct job *job)
{
    const int effort = job->options->effort;
    const bool grows = job->config.batch == 0;
    job->steps = job->config.steps;
    if (effort > 0)
        job->steps =
            grows ? (uint64_t)lrint(1000.0 * exp2(0.5 * (effort - 1))) : UINT64_C(250) << effort;
    if (grows)
        job->config.batch = (uint32_t)fmin(fmax(2.0 * (double)job->steps, BATCH_MIN), BATCH_MAX);
}

static uint64_t weights_at(const struct job *job, int width)
{
    struct inr_field_config field = job->config.field;
    uint64_t n = 0;
    field.width = width;
    return inr_field_count(&field, &n, NULL) == INR_OK ? n : UINT64_MAX;
}

static double bytes_at(const struct job *job, int width)
{
    return AROUND + (double)weights_at(job, width) * job->bits / 8.0;
}

/* The width whose file comes closest to `bytes`. */
static int width_for(const struct job *job, double bytes)
{
    int low = WIDTH_MIN, high = WIDTH_MAX;
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if (bytes_at(job, middle) <= bytes)
            low = middle;
        else
            high = middle;
    }
    return bytes_at(job, high) - bytes < bytes - bytes_at(job, low) ? high : low;
}

static void drop(struct inr_compress_result *result)
{
    free(result->bytes);
    *result = (struct inr_compress_result){.fits = result->fits};
}

/* What the bytes decode to at a level (0: all of them), against the picture. */
static enum inr_status score(const struct job *job, const struct inr_compress_result *result,
                             int level, struct inr_metric_result *metric, struct inr_error *err)
{
    struct inr_model *model = NULL;
    const struct inr_fit_config *c = &job->config;
    enum inr_status status =
        inr_codec_unpack_level(result->bytes, result->size, level, job->name, &model, err);
    if (status == INR_OK)
        status = inr_model_compare(model, c->device, c->threads, job->image, metric, NULL, err);
    inr_model_free(model);
    return status;
}

/* The bytes of a model with the score of what they decode to. Those of nested networks tell the
 * scores of all levels, so they are made twice. */
static enum inr_status pack(const struct job *job, const struct inr_model *model,
                            const struct inr_quantizer *quantizer,
                            struct inr_compress_result *result, struct inr_error *err)
{
    struct inr_codec_settings settings = {.profile = job->options->profile};
    struct inr_metric_result metric = {0};
    const int nested = job->config.field.nested;
    if (job->config.field.quantizer.bits == 0) /* else as it was trained */
        settings.quantizer = *quantizer;
    enum inr_status status = inr_codec_pack(model, &settings, &result->bytes, &result->size, err);
    for (int k = 1; status == INR_OK && nested > 1 && k < nested; k++) {
        status = score(job, result, k, &metric, err);
        settings.psnr[k - 1] = metric.psnr;
    }
    if (status == INR_OK)
        status = score(job, result, 0, &metric, err);
    result->psnr = metric.psnr;
    result->ssim = metric.ssim;
    if (status == INR_OK && nested > 1) {
        settings.psnr[nested - 1] = metric.psnr;
        free(result->bytes);
        status = inr_codec_pack(model, &settings, &result->bytes, &result->size, err);
    }
    return status == INR_OK ? inr_codec_levels(result->bytes, result->size, job->name,
                                               result->levels, &result->n_levels, err)
                            : status;
}

/* A model as a file with its score, into job->last. */
static enum inr_status make(struct job *job, const struct inr_model *model,
                            const struct inr_quantizer *quantizer, struct inr_error *err)
{
    struct inr_compress_result *last = &job->last;
    const double pixels = (double)job->image->width * (double)job->image->height;
    drop(last);
    last->width = job->config.field.width;
    last->parameters = inr_model_field(model)->n_trainable;
    const enum inr_status status = pack(job, model, quantizer, last, err);
    last->bpp = 8.0 * (double)last->size / pixels;
    job->bits = 8.0 * fmax((double)last->size - AROUND, 1.0) / (double)last->parameters;
    return status;
}

/* Train a field of that width, pack it and score the bytes, all into job->last. Interrupted fits
 * are packed as they are. */
static enum inr_status train(struct job *job, int width, uint64_t steps, struct inr_error *err)
{
    struct inr_model *model = NULL;
    const double begin = inr_now();
    job->config.field.width = width;
    job->config.steps = steps;
    enum inr_status fitted =
        inr_fit_image(job->image, &job->config, NULL, &job->watch->fit, job->name, &model, err);
    if (!model)
        return fitted;
    job->last.fits++;
    const enum inr_status status = make(job, model, &job->quantizer, err);
    const double seconds = inr_model_info(model)->seconds;
    job->cost = seconds / ((double)steps * (double)job->last.parameters);
    job->besides = inr_now() - begin - seconds;
    inr_model_free(model);
    return status != INR_OK ? status : fitted == INR_INTERRUPTED ? INR_INTERRUPTED : INR_OK;
}

/* A watch that stops a training at the joint. */
struct halt {
    const struct inr_fit_watch *watch;
    uint64_t at;
    bool there;
};

static enum inr_fit_action on_progress(void *user, const struct inr_fit_progress *progress)
{
    struct halt *halt = user;
    const struct inr_fit_watch *watch = halt->watch;
    if (watch->progress && watch->progress(watch->user, progress) == INR_FIT_STOP)
        return INR_FIT_STOP;
    halt->there = progress->step >= halt->at;
    return halt->there ? INR_FIT_STOP : INR_FIT_CONTINUE;
}

/* There for its step alone, which then ends a chunk of steps. */
static enum inr_status on_checkpoint(void *user, const struct inr_model *model,
                                     struct inr_error *err)
{
    (void)user;
    (void)model;
    (void)err;
    return INR_OK;
}

/* The first part of a training, into job->half; what of it is asked to end is packed. */
static enum inr_status train_half(struct job *job, int width, struct inr_error *err)
{
    struct inr_fit_config config = job->config;
    struct halt halt = {.watch = &job->watch->fit, .at = (uint64_t)(JOINT * (double)job->steps)};
    const struct inr_fit_watch watch = {.progress = on_progress,
                                        .checkpoint = on_checkpoint,
                                        .measures = halt.watch->measures,
                                        .user = &halt,
                                        .log = halt.watch->log};
    halt.at = halt.at > 0 ? halt.at : 1;
    job->config.field.width = config.field.width = width;
    config.steps = job->steps;
    config.save_every = halt.at;
    config.keep_state = true;
    inr_model_free(job->half);
    job->half = NULL;
    const enum inr_status fitted =
        inr_fit_image(job->image, &config, NULL, &watch, job->name, &job->half, err);
    if (!job->half)
        return fitted;
    job->last.fits++;
    if (fitted != INR_INTERRUPTED || halt.there)
        return INR_OK;
    const enum inr_status status = make(job, job->half, &job->quantizer, err);
    return status == INR_OK ? INR_INTERRUPTED : status;
}

/* The rest of it with other steps of the weights; floats are only packed with them. */
static enum inr_status train_rest(struct job *job, const struct inr_quantizer *quantizer,
                                  struct inr_error *err)
{
    struct inr_fit_config config = job->config;
    struct inr_model *model = NULL;
    config.steps = job->steps;
    if (config.field.quantizer.bits > 0)
        config.field.quantizer = *quantizer;
    const enum inr_status fitted =
        inr_fit_image(job->image, &config, job->half, &job->watch->fit, job->name, &model, err);
    if (!model)
        return fitted;
    const enum inr_status status = make(job, model, quantizer, err);
    inr_model_free(model);
    return status != INR_OK ? status : fitted == INR_INTERRUPTED ? INR_INTERRUPTED : INR_OK;
}

static void announce(const struct job *job, int width, double trainings)
{
    const double seconds =
        job->cost * (double)job->steps * (double)weights_at(job, width) + 2.0 * job->besides;
    const struct inr_compress_plan plan = {
        .width = width, .steps = job->steps, .seconds = trainings * seconds};
    if (job->watch->plan)
        job->watch->plan(job->watch->user, &plan);
}

/* A tenth of the steps at a width near the final one. */
static enum inr_status pilot(struct job *job, int width, struct inr_error *err)
{
    return train(job, width, job->steps / 10 > 100 ? job->steps / 10 : 100, err);
}

static double off(const struct job *job, size_t size)
{
    return fabs(log((double)size / (double)job->options->bytes));
}

static void keep(struct inr_compress_result *best, struct inr_compress_result *last)
{
    const int fits = last->fits > best->fits ? last->fits : best->fits;
    free(best->bytes);
    *best = *last;
    best->fits = fits;
    *last = (struct inr_compress_result){.fits = fits};
}

/* From the joint on, until the file has the size; the one that comes nearest into job->last. */
static enum inr_status train_rests(struct job *job, struct inr_error *err)
{
    struct inr_codec_settings settings = {.profile = job->options->profile,
                                          .quantizer = job->quantizer};
    struct inr_compress_result best = {0};
    double drift = 1.0; /* of the size in the rest of training */
    enum inr_status status = INR_OK;
    if (job->config.field.quantizer.bits > 0) /* with the rule of steps that the fit chose */
        settings.quantizer = inr_model_config(job->half)->field.quantizer;
    for (int i = 0; i < RESTS_MAX && status == INR_OK; i++) {
        struct inr_quantizer quantizer;
        size_t size = 0;
        status = inr_steps_for(job->half, &settings, (double)job->options->bytes / drift,
                               &quantizer, &size, err);
        if (status == INR_OK)
            status = train_rest(job, &quantizer, err);
        if (!job->last.bytes)
            break;
        drift = (double)job->last.size / (double)size;
        if (!best.bytes || (status == INR_OK && off(job, job->last.size) < off(job, best.size)))
            keep(&best, &job->last);
        if (off(job, best.size) < NEAR)
            break;
    }
    if (best.bytes)
        keep(&job->last, &best);
    return status;
}

/* What the file would be at the joint. */
static enum inr_status weigh(struct job *job, size_t *size, struct inr_error *err)
{
    const struct inr_codec_settings settings = {.profile = job->options->profile};
    uint8_t *bytes;
    const enum inr_status status = inr_codec_pack(job->half, &settings, &bytes, size, err);
    const double weights = (double)inr_model_field(job->half)->n_trainable;
    free(bytes);
    if (status == INR_OK)
        job->bits = 8.0 * fmax((double)*size - AROUND, 1.0) / weights;
    return status;
}

static enum inr_status to_bytes(struct job *job, struct inr_error *err)
{
    const double wanted = (double)job->options->bytes;
    int width = width_for(job, wanted);
    if (bytes_at(job, WIDTH_MIN) > 2.0 * wanted)
        return inr_fail(err, INR_ERR_USAGE,
                        "%.0f bytes are too few: the smallest field takes about %.0f", wanted,
                        bytes_at(job, WIDTH_MIN));
    enum inr_status status = pilot(job, width, err);
    for (int i = 0; status == INR_OK && i < 2; i++) {
        size_t size = 0;
        width = width_for(job, wanted);
        announce(job, width, 1.0);
        status = train_half(job, width, err);
        if (status == INR_OK)
            status = weigh(job, &size, err);
        if (status == INR_OK && (off(job, size) < FAR || width_for(job, wanted) == width))
            break;
    }
    if (status == INR_OK)
        status = train_rests(job, err);
    if (status == INR_OK && fabs((double)job->last.size - wanted) > SIZE_TOLERANCE * wanted)
        return inr_fail(err, INR_TARGET_MISSED,
                        "%zu bytes instead of %.0f, as close as fields of these settings come",
                        job->last.size, wanted);
    return status;
}

/* The width that a line through what is known reaches the wanted PSNR at. */
static int next_width(const struct job *job, double slope)
{
    const double missing = job->options->psnr + PSNR_TOLERANCE / 2.0 - job->last.psnr;
    const double weights = (double)job->last.parameters * exp2(missing / slope);
    int low = WIDTH_MIN, high = WIDTH_MAX;
    while (high - low > 1) {
        const int middle = low + (high - low) / 2;
        if ((double)weights_at(job, middle) <= weights)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static enum inr_status to_psnr(struct job *job, struct inr_error *err)
{
    const double wanted = job->options->psnr;
    struct inr_compress_result best = {0};
    double slope = DECIBELS, before = 0.0, weights_before = 0.0;
    int width = 32;
    enum inr_status status = pilot(job, width, err);
    for (int i = 0; status == INR_OK && i < FITS_MAX; i++) {
        announce(job, width, fmax(FITS_USUAL - i, 1.0));
        status = train(job, width, job->steps, err);
        if (status != INR_OK)
            break;
        const double psnr = job->last.psnr, weights = (double)job->last.parameters;
        if (i > 0 && fabs(weights - weights_before) > 0.02 * weights)
            slope = fmax((psnr - before) / log2(weights / weights_before), 0.5);
        before = psnr;
        weights_before = weights;
        const int next = next_width(job, slope);
        const bool reached = psnr >= wanted, close = psnr <= wanted + PSNR_TOLERANCE;
        if (!best.bytes || (reached && (best.psnr < wanted || job->last.size < best.size)) ||
            (!reached && best.psnr < wanted && psnr > best.psnr))
            keep(&best, &job->last);
        if ((reached && close) || next == width || (next >= WIDTH_MAX && width >= WIDTH_MAX))
            break;
        width = next;
    }
    if (!job->last.bytes || best.bytes)
        keep(&job->last, &best);
    if (status == INR_OK && job->last.psnr < wanted)
        return inr_fail(err, INR_TARGET_MISSED, "%.2f dB instead of %.2f after %d trainings",
                        job->last.psnr, wanted, job->last.fits);
    return status;
}

enum inr_status inr_compress_image(const struct inr_image *image, const char *name,
                                   const struct inr_compress_options *options,
                                   const struct inr_compress_watch *watch,
                                   struct inr_compress_result *result, struct inr_error *err)
{
    struct job job = {.image = image,
                      .name = name,
                      .options = options,
                      .watch = watch,
                      .config = options->config};
    const double begin = inr_now();
    choose_steps(&job);
    job.config.field.dims = 2;
    job.config.field.channels = (int)image->channels;
    job.quantizer = job.config.field.quantizer;
    if (job.quantizer.bits == 0)
        job.quantizer = (struct inr_quantizer){.bits = 8};
    job.bits = CODED * job.quantizer.bits;
    *result = (struct inr_compress_result){0};
    enum inr_status status;
    if (options->bytes > 0)
        status = to_bytes(&job, err);
    else if (options->psnr > 0.0)
        status = to_psnr(&job, err);
    else
        status = train(&job, job.config.field.width, job.steps, err);
    inr_model_free(job.half);
    job.last.seconds = inr_now() - begin;
    const bool usable =
        status == INR_OK || status == INR_TARGET_MISSED || status == INR_INTERRUPTED;
    if (!usable)
        drop(&job.last);
    *result = job.last;
    return status;
}
