/* SPDX-License-Identifier: MIT
 *
 * scores.c - What a signal is like, and what two signals of one shape differ by.
 */
#include "signal/signal_internal.h"

#include <math.h>
#include <stdlib.h>

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
