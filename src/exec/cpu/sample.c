/* SPDX-License-Identifier: MIT
 *
 * sample.c - Batches, targets, encodings, losses and the optimiser as loops, compiled per
 * instruction set.
 */
#include "exec/cpu/isa.h"
#include "field/formula.h"
#include "common/optimizer.glsl"

INR_CPU_INLINE void draw_mode(const struct inr_cpu_batch *b, uint32_t mode, uint32_t first, int n,
                              uint32_t *index)
{
    const uint32_t size = b->size, count = (uint32_t)b->pool->count, step = b->step;
    const uint32_t low = (uint32_t)b->seed, high = (uint32_t)(b->seed >> 32);
#pragma omp simd
    for (int t = 0; t < n; t++)
        index[t] = inr_batch_index(mode, first + (uint32_t)t, size, count, low, high, step);
}

/* The mode outside the loop, so that the generator vectorises. */
static void draw(const struct inr_cpu_batch *batch, uint32_t first, int n, uint32_t *index)
{
    if (batch->mode == INR_BATCH_RANDOM)
        draw_mode(batch, INR_BATCH_RANDOM, first, n, index);
    else if (batch->mode == INR_BATCH_STRATIFIED)
        draw_mode(batch, INR_BATCH_STRATIFIED, first, n, index);
    else
        draw_mode(batch, INR_BATCH_FULL, first, n, index);
}

/* Coordinates of grid points. Integers below 2^31 have no vector division; a product with the
 * reciprocal in double, half a step inside, truncates to the same quotient. */
INR_CPU_INLINE void grid_coords(const struct inr_pool *pool, const uint32_t *index, int n, int ld,
                                float *coords, int dims, int lattice)
{
    const uint32_t s0 = pool->shape[0], s1 = dims > 1 ? pool->shape[1] : 1;
    const uint32_t s2 = dims > 2 ? pool->shape[2] : 1;
    const double by0 = 1.0 / (double)s0, by1 = 1.0 / (double)s1;
    float *x0 = coords, *x1 = coords + (dims > 1 ? ld : 0), *x2 = coords + (dims > 2 ? 2 * ld : 0);
#pragma omp simd
    for (int t = 0; t < n; t++) {
        const uint32_t i = index[t];
        const uint32_t j = (uint32_t)(int32_t)(((double)(int32_t)i + 0.5) * by0);
        const uint32_t k = (uint32_t)(int32_t)(((double)(int32_t)j + 0.5) * by1);
        x0[t] = inr_grid_coord(i - j * s0, s0, lattice);
        if (dims > 1)
            x1[t] = inr_grid_coord(j - k * s1, s1, lattice);
        if (dims > 2)
            x2[t] = inr_grid_coord(k, s2, lattice);
    }
}

/* A choice by a value that the whole loop shares keeps gcc from vectorising it. */
INR_CPU_INLINE void grid_coords_dims(const struct inr_pool *pool, const uint32_t *index, int n,
                                     int ld, float *coords, int dims)
{
    if (pool->lattice == INR_LATTICE_CORNERS)
        grid_coords(pool, index, n, ld, coords, dims, INR_LATTICE_CORNERS);
    else if (pool->lattice == INR_LATTICE_LEFT)
        grid_coords(pool, index, n, ld, coords, dims, INR_LATTICE_LEFT);
    else
        grid_coords(pool, index, n, ld, coords, dims, INR_LATTICE_CENTRES);
}

static void gather_coords(const struct inr_pool *pool, const uint32_t *index, int n, int ld,
                          float *coords)
{
    const int dims = pool->dims;
    if (!pool->coords) {
        if (dims == 1)
            grid_coords_dims(pool, index, n, ld, coords, 1);
        else if (dims == 2)
            grid_coords_dims(pool, index, n, ld, coords, 2);
        else
            grid_coords_dims(pool, index, n, ld, coords, 3);
        return;
    }
    for (int i = 0; i < dims; i++)
        for (int t = 0; t < n; t++)
            coords[i * ld + t] = pool->coords[(size_t)index[t] * (size_t)dims + (size_t)i];
}

#define GATHER(type)                                                                               \
    for (int t = 0; t < n; t++) {                                                                  \
        const type *values = (const type *)pool->values + (size_t)index[t] * (size_t)channels;     \
        for (int c = 0; c < channels; c++)                                                         \
            targets[c * ld + t] = scale * (float)values[c] + shift;                                \
    }

INR_CPU_INLINE void targets_of(const struct inr_pool *pool, const uint32_t *index, int n, int ld,
                               float *targets, int channels)
{
    const float shift = pool->shift;
    float scale = pool->scale;
    switch (pool->depth) {
    case INR_DEPTH_U8:
        scale /= 255.0f;
        GATHER(uint8_t)
        break;
    case INR_DEPTH_U16:
        scale /= 65535.0f;
        GATHER(uint16_t)
        break;
    case INR_DEPTH_F32:
        GATHER(float)
        break;
    }
}

static void gather_targets(const struct inr_pool *pool, const uint32_t *index, int n, int ld,
                           float *targets)
{
    if (pool->channels == 3)
        targets_of(pool, index, n, ld, targets, 3);
    else if (pool->channels == 1)
        targets_of(pool, index, n, ld, targets, 1);
    else
        targets_of(pool, index, n, ld, targets, pool->channels);
}

/* Random samples are a cache miss each, so they are asked for a tile ahead. */
static void prefetch(const struct inr_pool *pool, const uint32_t *index, int n)
{
    const size_t size = (size_t)pool->channels * inr_depth_size(pool->depth);
    const size_t point = (size_t)pool->dims * sizeof *pool->coords;
    for (int t = 0; t < n && pool->values; t++) {
        __builtin_prefetch((const char *)pool->values + (size_t)index[t] * size);
        if (pool->coords)
            __builtin_prefetch((const char *)pool->coords + (size_t)index[t] * point);
    }
}

static void gather(const struct inr_pool *pool, const uint32_t *index, int n, int n_padded, int ld,
                   float *coords, float *targets)
{
    gather_coords(pool, index, n, ld, coords);
    if (pool->values)
        gather_targets(pool, index, n, ld, targets);
    for (int t = n; t < n_padded; t++) {
        for (int i = 0; i < pool->dims; i++)
            coords[i * ld + t] = 0.0f;
        for (int c = 0; c < pool->channels; c++)
            targets[c * ld + t] = 0.0f;
    }
}

/* Row j of the table gives rows j (cosine) and n_frequencies + j (sine) after the coordinates. */
static void encode(const struct inr_op *op, int dims, const float *table, const float *x,
                   float *out, int n, int ld)
{
    n = inr_cpu_whole(n);
    if (op->include_input) {
        for (int i = 0; i < dims; i++)
            memcpy(out + (size_t)i * (size_t)ld, x + (size_t)i * (size_t)ld, (size_t)n * sizeof *x);
        out += (size_t)dims * (size_t)ld;
    }
    const float *x1 = x + (dims > 1 ? ld : 0), *x2 = x + (dims > 2 ? 2 * ld : 0);
    for (int j = 0; j < op->n_frequencies; j++) {
        const float *f = table + (size_t)j * (size_t)dims;
        const float f0 = f[0], f1 = dims > 1 ? f[1] : 0.0f, f2 = dims > 2 ? f[2] : 0.0f;
        float *cosine = out + (size_t)j * (size_t)ld;
        float *sine = cosine + (size_t)op->n_frequencies * (size_t)ld;
#pragma omp simd
        for (int t = 0; t < n; t++) {
            inr_sc sc = enc_frequency(f0 * x[t] + f1 * x1[t] + f2 * x2[t]);
            cosine[t] = sc.c;
            sine[t] = sc.s;
        }
    }
}

typedef inr_loss loss_fn(real y, real t, real k);

/* Sums are of double: a mean over 10^6 samples keeps its digits. Padding adds nothing. */
INR_CPU_INLINE void loss_rows(struct inr_cpu_loss *l, loss_fn *f)
{
    const int n = inr_cpu_whole(l->n), valid = l->valid;
    const float constant = l->constant, scale = l->scale;
    for (int c = 0; c < l->channels; c++) {
        float *y = l->y + (size_t)c * (size_t)l->ld;
        const float *target = l->target + (size_t)c * (size_t)l->ld;
        double sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum, squares)
        for (int t = 0; t < n; t++) {
            const inr_loss q = f(y[t], target[t], constant);
            const float e = t < valid ? y[t] - target[t] : 0.0f;
            sum += (double)(t < valid ? q.f : 0.0f);
            squares += (double)(e * e);
            y[t] = t < valid ? scale * q.d : 0.0f;
        }
        l->sum += sum;
        l->squares += squares;
    }
}

#define LOSS_KERNEL(number, word)                                                                  \
    _Static_assert(number < INR_CPU_LOSSES, "raise INR_CPU_LOSSES");                               \
    static void loss_rows_##word(struct inr_cpu_loss *l)                                           \
    {                                                                                              \
        loss_rows(l, loss_##word);                                                                 \
    }

LOSS_LIST(LOSS_KERNEL)

INR_CPU_INLINE void update_kind(const struct inr_cpu_update *u, const int kind, const bool average)
{
    const struct inr_optimizer_config o = *u->optimizer;
    const struct inr_step s = *u->step;
    float *w = u->w, *m = u->m, *v = u->v, *lag = u->lag;
    const float *g = u->g;
#pragma omp simd
    for (size_t i = 0; i < u->n; i++) {
        inr_moments state = {w[i], m[i], v[i]};
        state = inr_optimizer_step(kind, state, g[i], s.rate, s.correct1, s.correct2, o.beta1,
                                   o.beta2, o.epsilon, o.weight_decay, o.absolute_decay);
        if (average)
            lag[i] = inr_lag_step(lag[i], s.fade, s.gain, w[i], state.w);
        w[i] = state.w;
        m[i] = state.m;
        v[i] = state.v;
    }
}

INR_CPU_INLINE void update_any(const struct inr_cpu_update *u, const bool average)
{
    if (u->optimizer->kind == INR_OPTIMIZER_SGD)
        update_kind(u, INR_OPTIMIZER_SGD, average);
    else if (u->optimizer->kind == INR_OPTIMIZER_ADAMW)
        update_kind(u, INR_OPTIMIZER_ADAMW, average);
    else if (u->optimizer->kind == INR_OPTIMIZER_MUON)
        update_kind(u, INR_OPTIMIZER_MUON, average);
    else
        update_kind(u, INR_OPTIMIZER_ADAM, average);
}

static void update(const struct inr_cpu_update *u)
{
    if (u->lag)
        update_any(u, true);
    else
        update_any(u, false);
}

static bool finite(const float *x, size_t n)
{
    uint32_t bad = 0;
#pragma omp simd reduction(| : bad)
    for (size_t i = 0; i < n; i++)
        bad |= (inr_real_to_bits(x[i]) & 0x7f800000u) == 0x7f800000u;
    return bad == 0;
}

static void accumulate(float *sum, const float *part, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sum[i] += part[i];
}

#define FILL(number, word) k->loss[number] = loss_rows_##word;

void INR_CPU_FILL_SAMPLE(struct inr_cpu_kernels *k)
{
    k->draw = draw;
    k->prefetch = prefetch;
    k->gather = gather;
    k->encode = encode;
    k->update = update;
    k->finite = finite;
    k->accumulate = accumulate;
    LOSS_LIST(FILL)
}
