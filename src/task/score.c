/* SPDX-License-Identifier: MIT
 *
 * score.c - What a result differs by from the truth.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fit/task_kind.h"
#include "task/material.h"

/* PSNR over the points that are not known; NaN where all are. */
static double unknown_psnr(const struct inr_material *m, const float *truth, const float *values)
{
    const uint64_t points = inr_samples_points(&m->truth);
    const uint32_t channels = m->channels;
    double sum = 0.0;
    uint64_t n = 0;
    for (uint64_t i = 0; i < points; i++) {
        if (m->known[i])
            continue;
        n++;
        for (uint32_t c = 0; c < channels; c++) {
            const double d = (double)truth[i * channels + c] - (double)values[i * channels + c];
            sum += d * d;
        }
    }
    const double mse = sum / ((double)n * channels);
    return n == 0       ? (double)NAN
           : mse == 0.0 ? (double)INFINITY
                        : 10.0 * log10(m->peak * m->peak / mse);
}

/* PSNR of the measurements that the result would give, where there is nothing else to go by. */
static enum inr_status residual(const struct inr_material *m, const float *values,
                                struct inr_task_score *score, struct inr_error *err)
{
    const size_t n = (size_t)inr_readout_count(&m->readout) * m->channels;
    const float *wanted = m->train.values;
    float *measured = malloc(n * sizeof *measured);
    double sum = 0.0;
    if (!measured)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu measurements", n);
    enum inr_status status = inr_material_project(m, values, measured, err);
    for (size_t i = 0; i < n; i++)
        sum += pow((double)measured[i] - (double)wanted[i], 2.0);
    free(measured);
    const double peak = m->measured_peak;
    *score = inr_task_score_none();
    score->psnr = sum == 0.0 ? (double)INFINITY : 10.0 * log10(peak * peak * (double)n / sum);
    return status;
}

enum inr_status inr_material_score(const struct inr_material *material,
                                   const struct inr_task_config *task, float *values,
                                   struct inr_task_score *score, struct inr_error *err)
{
    const struct inr_material *m = material;
    const size_t n = (size_t)inr_samples_points(&m->truth) * m->channels;
    const struct inr_compare_options options = {.peak = m->peak,
                                                .threshold = (double)task->threshold};
    struct inr_signal truth = {.dims = m->dims, .channels = m->channels};
    struct inr_signal test = {.dims = m->dims, .channels = m->channels, .values = values};
    struct inr_scores scores;
    if (!m->truth.values) {
        inr_finish_values((struct inr_finish){m->sample, m->unit}, values, n);
        return residual(m, values, score, err);
    }
    memcpy(truth.shape, m->truth.shape, sizeof truth.shape);
    memcpy(test.shape, m->truth.shape, sizeof test.shape);
    truth.values = malloc(n * sizeof *truth.values);
    if (!truth.values)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu samples as floats", n);
    inr_samples_floats(&m->truth, 0, n, truth.values);
    inr_finish_values((struct inr_finish){m->sample, m->unit}, values, n);
    enum inr_status status = inr_signal_compare(&truth, &test, &options, &scores, err);
    *score = inr_task_score_none();
    if (status == INR_OK) {
        score->psnr = scores.psnr;
        score->ssim = scores.ssim;
        if (m->task == INR_TASK_OCCUPANCY)
            score->iou = scores.iou;
        if (m->known)
            score->psnr_unknown = unknown_psnr(m, truth.values, values);
    }
    free(truth.values);
    return status;
}
