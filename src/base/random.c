/* SPDX-License-Identifier: MIT
 *
 * random.c - Arrays of reproducible random numbers.
 */
#include "base/random.h"

#include <math.h>

/* inr_random() whose index may pass 2^32: the upper half takes the counter's unused word. */
static inr_u4 draw(size_t i, uint64_t seed, uint32_t stream, uint32_t tensor)
{
    return inr_philox((uint32_t)i, tensor, stream, (uint32_t)((uint64_t)i >> 32), (uint32_t)seed,
                      (uint32_t)(seed >> 32));
}

void inr_fill_uniform(float *out, size_t n, float low, float high, uint64_t seed, uint32_t stream,
                      uint32_t tensor)
{
    double range = (double)high - (double)low;
    for (size_t i = 0; i < n; i++) {
        double u = (double)inr_uniform01(draw(i, seed, stream, tensor).x);
        out[i] = (float)((double)low + range * u);
    }
}

void inr_fill_normal(float *out, size_t n, float mean, float std, uint64_t seed, uint32_t stream,
                     uint32_t tensor)
{
    for (size_t i = 0; i < n; i++) {
        inr_u4 r = draw(i, seed, stream, tensor);
        double u = ((double)r.x + 0.5) * 0x1p-32; /* inside (0, 1): the logarithm is finite */
        double turn = (double)r.y * 0x1p-32;
        double normal = sqrt(-2.0 * log(u)) * cos(6.283185307179586 * turn);
        out[i] = (float)((double)mean + (double)std * normal);
    }
}
