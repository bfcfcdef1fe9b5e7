/* SPDX-License-Identifier: MIT
 *
 * resize.c - Linear resampling of one axis of an array, with or without antialiasing: the filter of
 * torch.nn.functional.interpolate, which FreSh uses.
 */
#include "select/resize.h"

#include <math.h>
#include <stdlib.h>

/* The inputs of one output: weights [n] of in[first ..]. */
struct taps {
    uint32_t first, n;
    float *weights;
};

static void set_taps(struct taps *taps, uint32_t i, uint32_t n_in, uint32_t n_out, bool antialias)
{
    const double scale = (double)n_in / (double)n_out;
    const double width = antialias && scale > 1.0 ? scale : 1.0;
    const double centre = ((double)i + 0.5) * scale - 0.5; /* in input indices */
    const double low = fmax(0.0, ceil(centre - width));
    const double high = fmin((double)n_in - 1.0, floor(centre + width));
    double sum = 0.0;
    taps->first = (uint32_t)low;
    taps->n = (uint32_t)(high - low) + 1u;
    for (uint32_t k = 0; k < taps->n; k++)
        sum += fmax(0.0, 1.0 - fabs(low + (double)k - centre) / width);
    for (uint32_t k = 0; k < taps->n; k++)
        taps->weights[k] = (float)(fmax(0.0, 1.0 - fabs(low + (double)k - centre) / width) / sum);
}

enum inr_status inr_resize_axis(const float *in, float *out, size_t outer, uint32_t n_in,
                                uint32_t n_out, size_t inner, bool antialias, struct inr_error *err)
{
    const size_t most = 2 * ((size_t)n_in / n_out + 1) + 2; /* taps of an output */
    float *weights = malloc(most * sizeof *weights);
    if (!weights)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for resizing a signal");
    for (uint32_t i = 0; i < n_out; i++) {
        struct taps taps = {.weights = weights};
        set_taps(&taps, i, n_in, n_out, antialias);
        for (size_t o = 0; o < outer; o++) {
            const float *from = in + (o * n_in + taps.first) * inner;
            float *to = out + (o * n_out + i) * inner;
            for (size_t j = 0; j < inner; j++)
                to[j] = 0.0f;
            for (uint32_t k = 0; k < taps.n; k++)
                for (size_t j = 0; j < inner; j++)
                    to[j] += taps.weights[k] * from[k * inner + j];
        }
    }
    free(weights);
    return INR_OK;
}
