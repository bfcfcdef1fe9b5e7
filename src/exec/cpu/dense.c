/* SPDX-License-Identifier: MIT
 *
 * dense.c - Affine ops with few inputs or few outputs, and the row loops between products, compiled
 * per instruction set.
 *
 * A matrix product with an edge of 1 to 4 leaves a tuned sgemm mostly packing, so these run over
 * the samples instead. What touches the same rows is joined: every pass over a tile saved is time
 * that narrow fields feel.
 */
#include "exec/cpu/isa.h"

#define UNROLL 8 /* rows of the input that few_out adds in one pass over the samples */

/* y = w x + bias for n_in inputs. */
INR_CPU_INLINE void few_in_rows(const struct inr_cpu_affine *a, const int n_in)
{
    const int n = inr_cpu_whole(a->n);
    const float *x0 = a->x, *x1 = inr_cpu_row(a->x, n_in > 1, a->ld);
    const float *x2 = inr_cpu_row(a->x, n_in > 2 ? 2 : 0, a->ld),
                *x3 = inr_cpu_row(a->x, n_in > 3 ? 3 : 0, a->ld);
    for (int r = 0; r < a->n_out; r++) {
        const float *w = a->w + (size_t)r * (size_t)n_in;
        const float w0 = w[0], w1 = n_in > 1 ? w[1] : 0.0f;
        const float w2 = n_in > 2 ? w[2] : 0.0f, w3 = n_in > 3 ? w[3] : 0.0f;
        const float b = a->bias ? a->bias[r] : 0.0f;
        float *y = inr_cpu_row_out(a->y, r, a->ld);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            float s = b + w0 * x0[t];
            if (n_in > 1)
                s += w1 * x1[t];
            if (n_in > 2)
                s += w2 * x2[t];
            if (n_in > 3)
                s += w3 * x3[t];
            y[t] = s;
        }
    }
}

static void few_in(const struct inr_cpu_affine *a)
{
    switch (a->n_in) {
    case 1:
        few_in_rows(a, 1);
        break;
    case 2:
        few_in_rows(a, 2);
        break;
    case 3:
        few_in_rows(a, 3);
        break;
    default:
        few_in_rows(a, 4);
    }
}

/* y += columns k .. k + count of w times those rows of x, in one pass: weights stay in registers.
 */
INR_CPU_INLINE void few_out_add(const struct inr_cpu_affine *a, int k, const int count,
                                const int n_out)
{
    const int n = inr_cpu_whole(a->n), ld = a->ld;
    const float *x = inr_cpu_row(a->x, k, ld);
    float w[INR_CPU_NARROW][UNROLL];
    for (int c = 0; c < n_out; c++)
        for (int j = 0; j < count; j++)
            w[c][j] = a->w[(size_t)c * (size_t)a->n_in + (size_t)(k + j)];
    float *y0 = a->y, *y1 = inr_cpu_row_out(a->y, n_out > 1, ld);
    float *y2 = inr_cpu_row_out(a->y, n_out > 2 ? 2 : 0, ld),
          *y3 = inr_cpu_row_out(a->y, n_out > 3 ? 3 : 0, ld);
#pragma omp simd
    for (int t = 0; t < n; t++) {
        float s0 = y0[t], s1 = n_out > 1 ? y1[t] : 0.0f;
        float s2 = n_out > 2 ? y2[t] : 0.0f, s3 = n_out > 3 ? y3[t] : 0.0f;
#pragma GCC unroll 8
        for (int j = 0; j < count; j++) {
            const float v = inr_cpu_row(x, j, ld)[t];
            s0 += w[0][j] * v;
            if (n_out > 1)
                s1 += w[1][j] * v;
            if (n_out > 2)
                s2 += w[2][j] * v;
            if (n_out > 3)
                s3 += w[3][j] * v;
        }
        y0[t] = s0;
        if (n_out > 1)
            y1[t] = s1;
        if (n_out > 2)
            y2[t] = s2;
        if (n_out > 3)
            y3[t] = s3;
    }
}

INR_CPU_INLINE void few_out_rows(const struct inr_cpu_affine *a, const int n_out)
{
    const int n = inr_cpu_whole(a->n);
    for (int c = 0; c < n_out; c++) {
        float *y = inr_cpu_row_out(a->y, c, a->ld);
        const float b = a->bias ? a->bias[c] : 0.0f;
        for (int t = 0; t < n; t++)
            y[t] = b;
    }
    int k = 0;
    for (; k + UNROLL <= a->n_in; k += UNROLL)
        few_out_add(a, k, UNROLL, n_out);
    for (; k < a->n_in; k++)
        few_out_add(a, k, 1, n_out);
}

static void few_out(const struct inr_cpu_affine *a)
{
    switch (a->n_out) {
    case 1:
        few_out_rows(a, 1);
        break;
    case 2:
        few_out_rows(a, 2);
        break;
    case 3:
        few_out_rows(a, 3);
        break;
    default:
        few_out_rows(a, 4);
    }
}

/* dz = g d, d_weight += dz x^T, d_bias += row sums of dz; nobody needs dz itself. */
INR_CPU_INLINE void few_in_back_rows(const struct inr_cpu_affine_back *b, const int n_in,
                                     const bool act)
{
    const int n = inr_cpu_whole(b->n), ld = b->ld;
    const float *x0 = b->x, *x1 = inr_cpu_row(b->x, n_in > 1, ld);
    const float *x2 = inr_cpu_row(b->x, n_in > 2 ? 2 : 0, ld),
                *x3 = inr_cpu_row(b->x, n_in > 3 ? 3 : 0, ld);
    for (int r = 0; r < b->n_out; r++) {
        const float *g = inr_cpu_row(b->g, r, ld), *d = act ? inr_cpu_row(b->d, r, ld) : g;
        float s = 0, s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s, s0, s1, s2, s3)
        for (int t = 0; t < n; t++) {
            const float dz = act ? g[t] * d[t] : g[t];
            s += dz;
            s0 += dz * x0[t];
            if (n_in > 1)
                s1 += dz * x1[t];
            if (n_in > 2)
                s2 += dz * x2[t];
            if (n_in > 3)
                s3 += dz * x3[t];
        }
        const float sums[INR_CPU_NARROW] = {s0, s1, s2, s3};
        for (int k = 0; k < n_in; k++)
            b->d_weight[r * n_in + k] += sums[k];
        if (b->d_bias)
            b->d_bias[r] += s;
    }
}

INR_CPU_INLINE void few_in_back_act(const struct inr_cpu_affine_back *b, const int n_in)
{
    if (b->d)
        few_in_back_rows(b, n_in, true);
    else
        few_in_back_rows(b, n_in, false);
}

static void few_in_back(const struct inr_cpu_affine_back *b)
{
    switch (b->n_in) {
    case 1:
        few_in_back_act(b, 1);
        break;
    case 2:
        few_in_back_act(b, 2);
        break;
    case 3:
        few_in_back_act(b, 3);
        break;
    default:
        few_in_back_act(b, 4);
    }
}

/* For each input row k: d_weight[.][k] += g x[k]^T, dz[k] = (w^T g)[k] d[k], d_bias[k] += sum
 * dz[k]. dz may be x or d: each element is read before it is written. */
INR_CPU_INLINE void few_out_back_rows(const struct inr_cpu_affine_back *b, const int n_out,
                                      const bool act)
{
    const int n = inr_cpu_whole(b->n), ld = b->ld, n_in = b->n_in;
    const float *g0 = b->g, *g1 = inr_cpu_row(b->g, n_out > 1, ld);
    const float *g2 = inr_cpu_row(b->g, n_out > 2 ? 2 : 0, ld),
                *g3 = inr_cpu_row(b->g, n_out > 3 ? 3 : 0, ld);
    for (int k = 0; k < n_in; k++) {
        const float *x = inr_cpu_row(b->x, k, ld), *d = act ? inr_cpu_row(b->d, k, ld) : x;
        float *dz = inr_cpu_row_out(b->dz, k, ld);
        float w[INR_CPU_NARROW] = {0}, s = 0, s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        for (int c = 0; c < n_out; c++)
            w[c] = b->w[c * n_in + k];
#pragma omp simd reduction(+ : s, s0, s1, s2, s3)
        for (int t = 0; t < n; t++) {
            const float v = x[t];
            float q = w[0] * g0[t];
            s0 += g0[t] * v;
            if (n_out > 1) {
                q += w[1] * g1[t];
                s1 += g1[t] * v;
            }
            if (n_out > 2) {
                q += w[2] * g2[t];
                s2 += g2[t] * v;
            }
            if (n_out > 3) {
                q += w[3] * g3[t];
                s3 += g3[t] * v;
            }
            q = act ? q * d[t] : q;
            dz[t] = q;
            s += q;
        }
        const float sums[INR_CPU_NARROW] = {s0, s1, s2, s3};
        for (int c = 0; c < n_out; c++)
            b->d_weight[c * n_in + k] += sums[c];
        if (b->d_bias)
            b->d_bias[k] += s;
    }
}

INR_CPU_INLINE void few_out_back_act(const struct inr_cpu_affine_back *b, const int n_out)
{
    if (b->d)
        few_out_back_rows(b, n_out, true);
    else
        few_out_back_rows(b, n_out, false);
}

static void few_out_back(const struct inr_cpu_affine_back *b)
{
    switch (b->n_out) {
    case 1:
        few_out_back_act(b, 1);
        break;
    case 2:
        few_out_back_act(b, 2);
        break;
    case 3:
        few_out_back_act(b, 3);
        break;
    default:
        few_out_back_act(b, 4);
    }
}

static void chain(const float *g, const float *d, float *dz, float *d_bias, int rows, int n, int ld)
{
    n = inr_cpu_whole(n);
    for (int r = 0; r < rows; r++) {
        const float *gr = inr_cpu_row(g, r, ld), *dr = inr_cpu_row(d, r, ld);
        float *out = inr_cpu_row_out(dz, r, ld);
        float s = 0;
#pragma omp simd reduction(+ : s)
        for (int t = 0; t < n; t++) {
            const float q = gr[t] * dr[t];
            out[t] = q;
            s += q;
        }
        if (d_bias)
            d_bias[r] += s;
    }
}

static void sum_rows(const float *g, float *d_bias, int rows, int n, int ld)
{
    n = inr_cpu_whole(n);
    for (int r = 0; r < rows; r++) {
        const float *gr = inr_cpu_row(g, r, ld);
        float s = 0;
#pragma omp simd reduction(+ : s)
        for (int t = 0; t < n; t++)
            s += gr[t];
        d_bias[r] += s;
    }
}

static void add_bias(const float *x, const float *bias, float *y, int rows, int n, int ld)
{
    n = inr_cpu_whole(n);
    for (int r = 0; r < rows; r++) {
        const float *xr = inr_cpu_row(x, r, ld);
        float *yr = inr_cpu_row_out(y, r, ld);
        const float b = bias ? bias[r] : 0.0f;
#pragma omp simd
        for (int t = 0; t < n; t++)
            yr[t] = xr[t] + b;
    }
}

void INR_CPU_FILL_DENSE(struct inr_cpu_kernels *k)
{
    k->few_in = few_in;
    k->few_out = few_out;
    k->few_in_back = few_in_back;
    k->few_out_back = few_out_back;
    k->chain = chain;
    k->sum_rows = sum_rows;
    k->add_bias = add_bias;
}
