/* SPDX-License-Identifier: MIT
 *
 * radon.c - Where projections of a picture and their transpose spend their time: the pixels of a
 * row that neither end of the picture is near; compiled per instruction set.
 *
 * Coordinates and weights are vectors; pixels they lead to are copied side by side in between, two
 * at a time, as gathers cost more than that on most machines.
 */
#include "exec/cpu/isa.h"
#include "exec/readout.h"

#define BLOCK 128 /* pixels whose copies stay in L1 */

static inline int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* Turned pixel x sees four of the picture: their upper left one and the weights of the right and
 * the lower ones. Its sources are at 0 or above, so that truncation rounds down. */
static void radon_see(const struct inr_cpu_radon *r)
{
    const float c = r->c, s = r->s, cx = r->cx, cy = r->cy, y = r->y;
    const int pitch = r->pitch;
    int32_t at[BLOCK];
    float right[BLOCK], lower[BLOCK], upper_pair[2 * BLOCK], lower_pair[2 * BLOCK];
    for (int first = r->first; first < r->last; first += BLOCK) {
        const int n = smaller(BLOCK, r->last - first);
        float *m = r->out + first;
#pragma omp simd
        for (int i = 0; i < n; i++) {
            const inr_radon_point p = inr_radon_source((float)(first + i) - cx, y, c, s);
            const float u = p.x + cx, v = p.y + cy;
            const int32_t left = (int32_t)u, upper = (int32_t)v;
            at[i] = upper * pitch + left;
            right[i] = u - (float)left;
            lower[i] = v - (float)upper;
        }
        for (int i = 0; i < n; i++) {
            memcpy(upper_pair + 2 * i, r->in + at[i], 2 * sizeof *upper_pair);
            memcpy(lower_pair + 2 * i, r->in + at[i] + pitch, 2 * sizeof *lower_pair);
        }
#pragma omp simd
        for (int i = 0; i < n; i++) {
            const float a = upper_pair[2 * i], b = lower_pair[2 * i];
            const float above = a + right[i] * (upper_pair[2 * i + 1] - a);
            const float below = b + right[i] * (lower_pair[2 * i + 1] - b);
            m[i] += above + lower[i] * (below - above);
        }
    }
}

/* What one turned pixel of the nine that can see a pixel takes of it. */
INR_CPU_INLINE float weight(float u, float v)
{
    return inr_radon_hat(u) * inr_radon_hat(v);
}

/* Pixel x of the picture is seen by up to nine turned pixels, three in each of three columns. u, v:
 * from the pixel to the first of them, in the picture; a column on they grow by (c, s), a row on by
 * (-s, c). */
static void radon_give(const struct inr_cpu_radon *r)
{
    const float c = r->c, s = r->s, cx = r->cx, cy = r->cy, y = r->y;
    int32_t at[BLOCK];
    float w0[BLOCK], w1[BLOCK], w2[BLOCK], pair[2 * BLOCK], third[BLOCK];
    for (int first = r->first; first < r->last; first += BLOCK) {
        const int n = smaller(BLOCK, r->last - first);
        float *out = r->out + first;
#pragma omp simd
        for (int i = 0; i < n; i++) {
            const float x = (float)(first + i) - cx;
            const inr_radon_point t = inr_radon_turned(x, y, c, s);
            /* Above 0: one more than what truncation gives, or as much, is rounding up. */
            const float a = t.x + cx - INR_RADON_REACH, b = t.y + cy - INR_RADON_REACH;
            const int32_t left = (int32_t)a + ((float)(int32_t)a < a);
            const int32_t upper = (int32_t)b + ((float)(int32_t)b < b);
            const inr_radon_point p = inr_radon_source((float)left - cx, (float)upper - cy, c, s);
            const float u = p.x - x, v = p.y - y;
            at[i] = left;
            w0[i] = weight(u, v) + weight(u - s, v + c) + weight(u - 2.0f * s, v + 2.0f * c);
            w1[i] = weight(u + c, v + s) + weight(u + c - s, v + s + c) +
                    weight(u + c - 2.0f * s, v + s + 2.0f * c);
            w2[i] = weight(u + 2.0f * c, v + 2.0f * s) +
                    weight(u + 2.0f * c - s, v + 2.0f * s + c) +
                    weight(u + 2.0f * c - 2.0f * s, v + 2.0f * s + 2.0f * c);
        }
        for (int i = 0; i < n; i++) {
            memcpy(pair + 2 * i, r->in + at[i], 2 * sizeof *pair);
            third[i] = r->in[at[i] + 2];
        }
#pragma omp simd
        for (int i = 0; i < n; i++)
            out[i] += w0[i] * pair[2 * i] + w1[i] * pair[2 * i + 1] + w2[i] * third[i];
    }
}

void INR_CPU_FILL_RADON(struct inr_cpu_kernels *k)
{
    k->radon_see = radon_see;
    k->radon_give = radon_give;
}
