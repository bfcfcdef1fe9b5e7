/* SPDX-License-Identifier: MIT
 *
 * own.c - Our methods at a rate, and the scores that all coders share.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "bench/rate/trial.h"
#include "task/raster.h"

enum inr_status inr_rate_score(const struct inr_image *image, const float *test,
                               struct inr_bench_row *row, struct inr_error *err)
{
    const size_t line = (size_t)image->width * image->channels;
    struct inr_metric *metric = NULL;
    float *reference = malloc(line * sizeof *reference);
    if (!reference)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a row of %u pixels", image->width);
    enum inr_status status = inr_metric_begin(image->width, image->height, image->channels,
                                              inr_image_peak(image), &metric, err);
    for (uint32_t y = 0; status == INR_OK && y < image->height; y++) {
        inr_image_rows(image, y, 1, reference);
        inr_metric_rows(metric, reference, test + y * line, 1);
    }
    free(reference);
    if (status != INR_OK)
        return status;
    const struct inr_metric_result scores = inr_metric_end(metric);
    row->psnr = scores.psnr;
    row->ssim = scores.ssim;
    row->ms_ssim = scores.ms_ssim;
    row->mae = scores.mae;
    return INR_OK;
}

/* From bytes to rounded samples, timed. */
static enum inr_status decode(const struct inr_rate_trial *trial,
                              const struct inr_compress_result *result, struct inr_bench_row *row,
                              struct inr_error *err)
{
    const struct inr_fit_config *config = &trial->options->config;
    struct inr_model *model = NULL;
    struct inr_signal signal = {0};
    const double begin = inr_now();
    enum inr_status status =
        inr_codec_unpack(result->bytes, result->size, trial->name, &model, err);
    if (status == INR_OK)
        status = inr_model_render_signal(model, config->device, config->threads, NULL, &signal,
                                         NULL, err);
    if (status == INR_OK) {
        inr_model_finish_signal(model, &signal);
        row->decode_seconds = inr_now() - begin;
        status = inr_rate_score(trial->image, signal.values, row, err);
    }
    inr_signal_free(&signal);
    inr_model_free(model);
    return status;
}

/* The same of latents, whose pictures have one size. */
static enum inr_status decode_latent(const struct inr_rate_trial *trial,
                                     const struct inr_compress_result *result,
                                     struct inr_bench_row *row, struct inr_error *err)
{
    const struct inr_image *image = trial->image;
    const size_t n = (size_t)image->width * image->height * image->channels;
    struct inr_image back = {0};
    const double begin = inr_now();
    enum inr_status status =
        inr_codec_picture(result->bytes, result->size, trial->name, trial->options->config.device,
                          trial->options->config.threads, &back, NULL, err);
    row->decode_seconds = inr_now() - begin;
    float *values = status == INR_OK ? malloc(n * sizeof *values) : NULL;
    if (status == INR_OK && !values)
        status = inr_fail(err, INR_ERR_MEMORY, "out of memory for a decoded picture");
    if (status == INR_OK) {
        inr_image_rows(&back, 0, back.height, values);
        status = inr_rate_score(image, values, row, err);
    }
    free(values);
    inr_image_free(&back);
    return status;
}

/* How long it was trained, and what came of that. */
static void describe(const struct inr_compress_options *options,
                     const struct inr_compress_result *result, struct inr_bench_row *row)
{
    char effort[32], width[48] = "";
    if (options->effort > 0)
        snprintf(effort, sizeof effort, "effort %d", options->effort);
    else
        snprintf(effort, sizeof effort, "%llu steps", (unsigned long long)options->config.steps);
    if (result->width > 0)
        snprintf(width, sizeof width, ", %d units a layer, %d trainings", result->width,
                 result->fits);
    int n = snprintf(row->settings, sizeof row->settings, "%s%s", effort, width);
    for (int k = 0; result->n_levels > 1 && k < result->n_levels && n < (int)sizeof row->settings;
         k++)
        n += snprintf(row->settings + n, sizeof row->settings - (size_t)n, "%s%llu bytes %.2f dB",
                      k ? ", " : "; levels ", (unsigned long long)result->levels[k].bytes,
                      result->levels[k].psnr);
}

enum inr_status inr_rate_trial_own(const struct inr_rate_trial *trial, struct inr_bench_row *row,
                                   struct inr_error *err)
{
    struct inr_compress_options options = *trial->options;
    struct inr_compress_result result = {0};
    struct inr_error missed = {0};
    const struct inr_compress_watch watch = {.fit = trial->watch, .user = trial->user};
    options.bytes = row->size;
    enum inr_status status =
        trial->tool->coder->compress(trial->image, trial->name, &options, &watch, &result, &missed);
    /* A rate that no width meets is met as nearly as that of a coder with whole settings. */
    if (status == INR_TARGET_MISSED && result.bytes)
        status = INR_OK;
    if (status != INR_OK)
        inr_fail(err, status, "%s", missed.text);
    if (status == INR_OK) {
        row->bytes = result.size;
        row->bpp = result.bpp;
        row->parameters = result.parameters;
        row->seconds = result.seconds;
        describe(&options, &result, row);
        const bool latent = inr_codec_method_of(result.bytes, result.size) == INR_CODEC_LATENT;
        status = (latent ? decode_latent : decode)(trial, &result, row, err);
    }
    free(result.bytes);
    return status;
}
