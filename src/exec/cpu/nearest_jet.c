/* SPDX-License-Identifier: MIT
 *
 * nearest_jet.c - Radial basis functions with their derivatives by the coordinates, for the kernels
 * that nearest.c has found; compiled per instruction set.
 *
 * With shares s_i, their derivatives s_ik, features w_i and c = sin(s m), c' = m cos(s m), or c =
 * s: y_k = sum_i c'(s_i) s_ik w_i,   dw_i = c(s_i) g + sum_k c'(s_i) s_ik g_k
 */
#include "exec/cpu/isa.h"
#include "field/formula.h"

#define FEATURES 256 /* most of a kernel */

/* Value of kernel i at sample t and derivatives by the coordinates. */
INR_CPU_INLINE inr_kernel_jet kernel_of(const struct inr_cpu_nearest *o, int t, uint32_t i)
{
    const int dims = o->dims;
    float d[INR_MAX_DIMS] = {0}, s[6] = {0}, m[INR_MAX_DIMS] = {0};
    for (int a = 0; a < dims; a++) {
        m[a] = o->metric[a];
        d[a] = (o->x[a][t] - o->centres[(int)i * dims + a]) * m[a];
    }
    inr_kernel_jet j;
    if (o->form == INR_KERNEL_HAT) {
        j = enc_kernel_hat_jet(d[0], d[1], d[2], o->shapes[i]);
    } else {
        const float *shape = o->shapes + (int)i * (dims * (dims + 1) / 2);
        for (int k = 0; k < dims * (dims + 1) / 2; k++)
            s[k] = shape[k];
        j = dims == 2 ? enc_kernel_ivq_jet(d[0], d[1], 0.0f, s[0], s[1], 0.0f, s[2], 0.0f, 0.0f)
                      : enc_kernel_ivq_jet(d[0], d[1], d[2], s[0], s[1], s[2], s[3], s[4], s[5]);
    }
    j.a *= m[0];
    j.b *= m[1];
    j.c *= m[2];
    return j;
}

/* The tangents of the shares, beside them. */
static void weigh(const struct inr_cpu_nearest *o, int t)
{
    inr_kernel_jet found[INR_KERNEL_NEAREST_MAX];
    float sum = 0, slopes[INR_MAX_DIMS] = {0};
    for (int k = 0; k < o->nearest; k++) {
        const size_t at = (size_t)k * (size_t)o->ld + (size_t)t;
        found[k] = kernel_of(o, t, o->index[at]);
        sum += found[k].f;
        slopes[0] += found[k].a;
        slopes[1] += found[k].b;
        slopes[2] += found[k].c;
    }
    for (int k = 0; k < o->nearest; k++) {
        float *share = inr_cpu_row_out(o->share, k, o->ld) + t;
        const float slope[INR_MAX_DIMS] = {found[k].a, found[k].b, found[k].c};
        for (int a = 0; a < o->dims; a++)
            share[(1 + a) * o->n] = enc_kernel_share_slope(share[0], slope[a], sum, slopes[a]);
    }
}

INR_CPU_INLINE float slope_of(float share, const float *m, int f, const bool waves)
{
    return waves ? enc_kernel_compose_slope(share, m[f]) : 1.0f;
}

INR_CPU_INLINE void compose(const struct inr_cpu_nearest *o, int t, const bool waves)
{
    const int F = o->n_features;
    const float *m = o->m;
    float out[INR_MAX_DIMS][FEATURES] = {{0}};
    for (int k = 0; k < o->nearest; k++) {
        const size_t at = (size_t)k * (size_t)o->ld + (size_t)t;
        const float *w = o->features + (size_t)o->index[at] * (size_t)F, *share = o->share + at;
        const float value = share[0], s0 = share[o->n], s1 = o->dims > 1 ? share[2 * o->n] : 0.0f;
        const float s2 = o->dims > 2 ? share[3 * o->n] : 0.0f;
#pragma omp simd
        for (int f = 0; f < F; f++) {
            const float v = slope_of(value, m, f, waves) * w[f];
            out[0][f] += s0 * v;
            out[1][f] += s1 * v;
            out[2][f] += s2 * v;
        }
    }
    for (int f = 0; f < F; f++) {
        float *y = inr_cpu_row_out(o->y, f, o->ld) + t;
        for (int a = 0; a < o->dims; a++)
            y[(1 + a) * o->n] = out[a][f];
    }
}

static void nearest_jet(const struct inr_cpu_nearest *o)
{
    for (int t = 0; t < o->n; t++) {
        weigh(o, t);
        if (o->m)
            compose(o, t, true);
        else
            compose(o, t, false);
    }
}

/* v [F] = what sample t gives the features of its neighbour at `at`. */
INR_CPU_INLINE void adjoint(const struct inr_cpu_nearest *o, size_t at, const float (*g)[FEATURES],
                            float *v, const bool waves)
{
    const int F = o->n_features;
    const float *m = o->m, *share = o->share + at;
    const float value = share[0], s0 = share[o->n], s1 = o->dims > 1 ? share[2 * o->n] : 0.0f;
    const float s2 = o->dims > 2 ? share[3 * o->n] : 0.0f;
#pragma omp simd
    for (int f = 0; f < F; f++) {
        const float c = waves ? enc_kernel_compose(value, m[f]) : value;
        v[f] = c * g[0][f] +
               slope_of(value, m, f, waves) * (s0 * g[1][f] + s1 * g[2][f] + s2 * g[3][f]);
    }
}

static void scatter(const struct inr_cpu_nearest *o, size_t entry, const float *v)
{
    const size_t F = (size_t)o->n_features;
    for (size_t b = entry / INR_CPU_TABLE_BLOCK; b <= (entry + F - 1) / INR_CPU_TABLE_BLOCK; b++)
        o->dirty[b] = 1;
    for (size_t f = 0; f < F; f++)
        if (o->d_fixed)
            o->d_fixed[entry + f] += (int64_t)rint((double)v[f] * o->fixed_scale);
        else
            o->d_table[entry + f] += v[f];
}

static void nearest_jet_back(const struct inr_cpu_nearest *o)
{
    const int F = o->n_features;
    float g[1 + INR_MAX_DIMS][FEATURES] = {{0}}, v[FEATURES];
    for (int t = 0; t < o->n; t++) {
        for (int f = 0; f < F; f++)
            for (int a = 0; a <= o->dims; a++)
                g[a][f] = inr_cpu_row(o->y, f, o->ld)[a * o->n + t];
        for (int k = 0; k < o->nearest; k++) {
            const size_t at = (size_t)k * (size_t)o->ld + (size_t)t;
            if (o->m)
                adjoint(o, at, (const float(*)[FEATURES])g, v, true);
            else
                adjoint(o, at, (const float(*)[FEATURES])g, v, false);
            scatter(o, o->table + (size_t)o->index[at] * (size_t)F, v);
        }
    }
}

void INR_CPU_FILL_NEAREST_JET(struct inr_cpu_kernels *k)
{
    k->nearest_jet = nearest_jet;
    k->nearest_jet_back = nearest_jet_back;
}
