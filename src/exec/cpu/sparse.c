/* SPDX-License-Identifier: MIT
 *
 * sparse.c - The update of table blocks under a sparse optimiser, compiled per instruction set.
 *
 * A pass over tables meets the blocks that samples have touched in an order no cache can foresee,
 * and does little with each; so gradients are summed, cleared and used in one visit.
 */
#include "exec/cpu/isa.h"
#include "field/formula.h"
#include "common/optimizer.glsl"

#define BLOCK INR_CPU_TABLE_BLOCK
#define MARKS INR_CPU_TABLE_MARKS

/* The block of w, m, v, counts and lag that begins at scalar `at`. A scalar without a gradient
 * stays as it is. */
INR_CPU_INLINE uint32_t update_block(const struct inr_cpu_sparse *u, size_t at,
                                     const float *gradient, const int kind, const bool average)
{
    const struct inr_optimizer_config o = *u->optimizer;
    const float rate = u->rate, gain = u->gain, fade1 = u->fade1, fade2 = u->fade2;
    float *w = u->w + at, *m = u->m + at, *v = u->v + at, *counts = u->counts + at;
    float *lag = average ? u->lag + at : NULL;
    uint32_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (int i = 0; i < BLOCK; i++) {
        const float g = gradient[i], count = counts[i] + 1.0f;
        const inr_moments old = {w[i], m[i], v[i]};
        const inr_moments state = inr_optimizer_step(
            kind, old, g, rate, inr_optimizer_correction(fade1, count),
            inr_optimizer_correction(fade2, count), o.beta1, o.beta2, o.epsilon, 0.0f, 0.0f);
        bad |= (inr_real_to_bits(state.w) & 0x7f800000u) == 0x7f800000u;
        w[i] = g != 0.0f ? state.w : old.w;
        if (average)
            lag[i] = inr_lag_step(lag[i], 1.0f, g != 0.0f ? gain : 0.0f, old.w, state.w);
        m[i] = g != 0.0f ? state.m : old.m;
        v[i] = g != 0.0f ? state.v : old.v;
        counts[i] = g != 0.0f ? count : count - 1.0f;
    }
    return bad;
}

/* Add the gradients that workers have for block b to g, and clear them. */
INR_CPU_INLINE bool take_block(const struct inr_cpu_sparse *u, size_t b, float *g)
{
    bool any = false;
    for (int p = 0; p < u->parts; p++) {
        if (!u->dirty[p][b])
            continue;
        float *d = u->d_table[p] + b * BLOCK;
        u->dirty[p][b] = 0;
        any = true;
#pragma omp simd
        for (int i = 0; i < BLOCK; i++) {
            g[i] += d[i];
            d[i] = 0.0f;
        }
    }
    return any;
}

INR_CPU_INLINE bool untouched(const struct inr_cpu_sparse *u, size_t b)
{
    uint64_t any = 0;
    for (int p = 0; p < u->parts; p++) {
        uint64_t marks;
        memcpy(&marks, u->dirty[p] + b, sizeof marks);
        any |= marks;
    }
    return any == 0;
}

INR_CPU_INLINE bool sweep_kind(const struct inr_cpu_sparse *u, size_t first, size_t end,
                               const int kind, const bool average)
{
    uint32_t bad = 0;
    for (size_t group = first; group < end; group += MARKS) {
        if (untouched(u, group))
            continue;
        for (size_t b = group; b < group + MARKS && b < end; b++) {
            float g[BLOCK] = {0};
            if (take_block(u, b, g))
                bad |= update_block(u, b * BLOCK, g, kind, average);
        }
    }
    return bad == 0;
}

static bool sweep_sparse(const struct inr_cpu_sparse *u, size_t first, size_t end)
{
    const bool sgd = u->optimizer->kind == INR_OPTIMIZER_SGD;
    if (u->lag)
        return sgd ? sweep_kind(u, first, end, INR_OPTIMIZER_SGD, true)
                   : sweep_kind(u, first, end, INR_OPTIMIZER_ADAM, true);
    return sgd ? sweep_kind(u, first, end, INR_OPTIMIZER_SGD, false)
               : sweep_kind(u, first, end, INR_OPTIMIZER_ADAM, false);
}

static bool update_sparse(const struct inr_cpu_sparse *u, size_t at, const float *g)
{
    const bool sgd = u->optimizer->kind == INR_OPTIMIZER_SGD;
    if (u->lag)
        return (sgd ? update_block(u, at, g, INR_OPTIMIZER_SGD, true)
                    : update_block(u, at, g, INR_OPTIMIZER_ADAM, true)) == 0;
    return (sgd ? update_block(u, at, g, INR_OPTIMIZER_SGD, false)
                : update_block(u, at, g, INR_OPTIMIZER_ADAM, false)) == 0;
}

void INR_CPU_FILL_SPARSE(struct inr_cpu_kernels *k)
{
    k->update_sparse = update_sparse;
    k->sweep_sparse = sweep_sparse;
}
