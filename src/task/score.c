/* SPDX-License-Identifier: MIT
 *
 * score.c - What a result differs by from the truth.
 */
#include <math.h>
#include <stdlib.h>

#include "fit/task_kind.h"
#include "task/material.h"

/* Squared error over the points where known is `which`; known NULL: over all. */
static double mean_square(const struct inr_material *m, const float *truth, const float *values,
                          const uint8_t *known)
{
    const uint64_t points = inr_samples_points(&m->truth);
    double sum = 0.0;
    uint64_t n = 0;
    for (uint64_t i = 0; i < points; i++) {
        if (known && known[i])
            continue;
        n++;
        for (uint32_t c = 0; c < m->channels; c++) {
            const double d =
                (double)truth[i * m->channels + c] - (double)values[i * m->channels + c];
            sum += d * d;
        }
    }
    return n ? sum / ((double)n * m->channels) : (double)NAN;
}

static double decibel(const struct inr_material *m, double mse)
{
    return mse == 0.0 ? (double)INFINITY : 10.0 * log10(m->peak * m->peak / mse);
}

/* Points inside both over points inside either; 1 where both are empty. */
static double overlap(const float *a, const float *b, uint64_t n, float threshold)
{
    uint64_t both = 0, either = 0;
    for (uint64_t i = 0; i < n; i++) {
        both += a[i] >= threshold && b[i] >= threshold;
        either += a[i] >= threshold || b[i] >= threshold;
    }
    return either ? (double)both / (double)either : 1.0;
}

static enum inr_status similarity(const struct inr_material *m, const float *truth,
                                  const float *values, double *ssim, struct inr_error *err)
{
    struct inr_metric *metric = NULL;
    const uint32_t *shape = m->truth.shape;
    enum inr_status status =
        inr_metric_begin(shape[0], shape[1], m->channels, m->peak, &metric, err);
    if (status != INR_OK)
        return status;
    inr_metric_rows(metric, truth, values, shape[1]);
    *ssim = inr_metric_end(metric).ssim;
    return INR_OK;
}

enum inr_status inr_material_score(const struct inr_material *material,
                                   const struct inr_task_config *task, float *values,
                                   struct inr_task_score *score, struct inr_error *err)
{
    const struct inr_material *m = material;
    const size_t n = (size_t)inr_samples_points(&m->truth) * m->channels;
    float *truth = malloc(n * sizeof *truth);
    enum inr_status status = INR_OK;
    if (!truth)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for %zu samples as floats", n);
    inr_samples_floats(&m->truth, 0, n, truth);
    inr_finish_values((struct inr_finish){m->sample, m->unit}, values, n);
    *score = (struct inr_task_score){.ssim = (double)NAN, .iou = (double)NAN};
    score->psnr = decibel(m, mean_square(m, truth, values, NULL));
    score->psnr_unknown =
        m->known ? decibel(m, mean_square(m, truth, values, m->known)) : (double)NAN;
    if (m->task == INR_TASK_OCCUPANCY)
        score->iou = overlap(truth, values, n, task->threshold);
    if (m->dims == 2)
        status = similarity(m, truth, values, &score->ssim, err);
    free(truth);
    return status;
}
