/* SPDX-License-Identifier: MIT
 *
 * scores.c - What a signal is like, and what two signals of one shape differ by.
 */
#include "signal/signal_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Mean square distance of a channel from its mean. Sums are of distances from the first value, so
 * that a constant has exactly none. */
static double variance(const float *values, size_t points, uint32_t channels, double *mean)
{
    const double first = (double)values[0];
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < points; i++)
        sum += (double)values[i * channels] - first;
    *mean = first + sum / (double)points;
    for (size_t i = 0; i < points; i++) {
        const double d = (double)values[i * channels] - *mean;
        squares += d * d;
    }
    return squares / (double)points;
}

static double psnr(double mse, double peak)
{
    return mse == 0.0 ? (double)INFINITY : 10.0 * log10(peak * peak / mse);
}

struct inr_signal_stats inr_signal_stats(const struct inr_signal *signal)
{
    const size_t points = inr_signal_points(signal);
    struct inr_signal_stats s = {.min = (double)signal->values[0],
                                 .max = (double)signal->values[0]};
    for (size_t i = 0; i < points * signal->channels; i++) {
        s.min = fmin(s.min, (double)signal->values[i]);
        s.max = fmax(s.max, (double)signal->values[i]);
    }
    const double all = variance(signal->values, points * signal->channels, 1, &s.mean);
    double within = signal->channels > 1 ? 0.0 : all, mean;
    for (uint32_t c = 0; signal->channels > 1 && c < signal->channels; c++)
        within += variance(signal->values + c, points, signal->channels, &mean) / signal->channels;
    s.std = sqrt(all);
    s.psnr_mean = psnr(within, 1.0);
    return s;
}

/* ---- comparison ---- */

static enum inr_status check(const struct inr_signal *a, const struct inr_signal *b,
                             const struct inr_compare_options *o, struct inr_error *err)
{
    if (a->dims != b->dims || memcmp(a->shape, b->shape, sizeof a->shape) != 0 ||
        a->channels != b->channels)
        return inr_fail(err, INR_ERR_INPUT,
                        "the signals differ in shape: %u x %u x %u with %u channels, %u x %u x %u "
                        "with %u",
                        a->shape[0], a->shape[1], a->shape[2], a->channels, b->shape[0],
                        b->shape[1], b->shape[2], b->channels);
    if (!(o->peak > 0.0) || !isfinite(o->peak) || !isfinite(o->threshold))
        return inr_fail(err, INR_ERR_USAGE,
                        "a peak of %g and a threshold of %g cannot be compared with; the peak must "
                        "be above zero",
                        o->peak, o->threshold);
    return INR_OK;
}

/* One picture of both signals: slice z. `row` has room for one of its rows. */
static enum inr_status compare_slice(const struct inr_signal *reference,
                                     const struct inr_signal *test, uint32_t z,
                                     const struct inr_compare_options *o, float *row,
                                     struct inr_metric_result *result, struct inr_error *err)
{
    const size_t line = (size_t)reference->shape[0] * reference->channels;
    struct inr_metric *metric;
    enum inr_status status = inr_metric_begin(reference->shape[0], reference->shape[1],
                                              reference->channels, o->peak, &metric, err);
    if (status != INR_OK)
        return status;
    for (uint32_t y = 0; y < reference->shape[1]; y++) {
        const size_t at = ((size_t)z * reference->shape[1] + y) * line;
        memcpy(row, test->values + at, line * sizeof *row);
        for (size_t i = 0; o->clamp && i < line; i++) {
            row[i] = row[i] < 0.0f ? 0.0f : row[i];
            row[i] = row[i] > 1.0f ? 1.0f : row[i];
        }
        inr_metric_rows(metric, reference->values + at, row, 1);
    }
    *result = inr_metric_end(metric);
    return INR_OK;
}

static double intersection_over_union(const struct inr_signal *a, const struct inr_signal *b,
                                      float threshold)
{
    const size_t n = inr_signal_points(a) * a->channels;
    uint64_t both = 0, either = 0;
    for (size_t i = 0; i < n; i++) {
        const bool in_a = a->values[i] > threshold, in_b = b->values[i] > threshold;
        both += in_a && in_b;
        either += in_a || in_b;
    }
    return either ? (double)both / (double)either : 1.0;
}

enum inr_status inr_signal_compare(const struct inr_signal *reference,
                                   const struct inr_signal *test,
                                   const struct inr_compare_options *options,
                                   struct inr_scores *scores, struct inr_error *err)
{
    const struct inr_compare_options o = options ? *options : INR_COMPARE_DEFAULT;
    struct inr_metric_result slice = {0};
    *scores = (struct inr_scores){0};
    enum inr_status status = check(reference, test, &o, err);
    if (status != INR_OK)
        return status;
    float *row = malloc((size_t)reference->shape[0] * reference->channels * sizeof *row);
    if (!row)
        return inr_signal_no_memory(err, "comparison");
    const double slices = (double)reference->shape[2];
    for (uint32_t z = 0; status == INR_OK && z < reference->shape[2]; z++) {
        status = compare_slice(reference, test, z, &o, row, &slice, err);
        scores->mse += slice.mse / slices;
        scores->mae += slice.mae / slices;
        scores->max_error = fmax(scores->max_error, slice.max_error);
        scores->ssim += slice.ssim / slices;
        scores->ms_ssim += slice.ms_ssim / slices;
    }
    free(row);
    if (status != INR_OK)
        return status;
    if (reference->dims == 1)
        scores->ssim = scores->ms_ssim = (double)NAN;
    scores->psnr = psnr(scores->mse, o.peak);
    scores->iou = intersection_over_union(reference, test, (float)o.threshold);
    scores->psnr_mean = inr_signal_stats(reference).psnr_mean + 20.0 * log10(o.peak);
    return INR_OK;
}
