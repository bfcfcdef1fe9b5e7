/* SPDX-License-Identifier: MIT
 *
 * nearest.c - Radial basis functions: the K nearest of each sample, the features they compose, and
 * the scatter of gradients; compiled per instruction set.
 *
 * Samples are taken in groups of one vector. The search runs in lanes, each over the candidates of
 * its own cell; features are composed sample by sample, because those of a kernel lie side by side.
 */
#include <float.h>

#include "exec/cpu/isa.h"
#include "field/formula.h"

#define GROUP    INR_CPU_LANES
#define NEAREST  INR_KERNEL_NEAREST_MAX
#define FEATURES 256 /* most of a kernel */

/* Candidates of every lane. */
struct lists {
    int begin[GROUP], last[GROUP]; /* words of the first and the last */
    int longest;
};

struct found {
    float squares[NEAREST][GROUP]; /* ascending */
    int index[NEAREST][GROUP];
};

INR_CPU_INLINE void find_lists(struct lists *l, const struct inr_cpu_nearest *o, int at,
                               const int dims)
{
    uint32_t cell[INR_MAX_DIMS][GROUP];
    for (int a = 0; a < dims; a++) {
        const float *x = o->x[a] + at;
        const uint32_t cells = 1u << (o->bits[a] + o->depth);
#pragma omp simd
        for (int t = 0; t < GROUP; t++)
            cell[a][t] = enc_kernel_cell(x[t], cells);
    }
    l->longest = 0;
    for (int t = 0; t < GROUP; t++) {
        const uint32_t i = cell[0][t], j = dims > 1 ? cell[1][t] : 0, k = dims > 2 ? cell[2][t] : 0;
        uint32_t top = i >> o->depth;
        if (dims > 1)
            top |= j >> o->depth << o->bits[0];
        if (dims > 2)
            top |= k >> o->depth << (o->bits[0] + o->bits[1]);
        uint32_t word = o->words[top];
        for (uint32_t level = (uint32_t)o->depth; !enc_kernel_is_leaf(word);)
            word = o->words[enc_kernel_target(word) + enc_kernel_child(i, j, k, --level)];
        const int begin = (int)enc_kernel_target(word), n = (int)o->words[begin];
        l->begin[t] = begin + 1;
        l->last[t] = begin + n;
        l->longest = n > l->longest ? n : l->longest;
    }
}

/* What the loops over lanes read, where no store can change it. */
struct view {
    const uint32_t *words;
    const float *centres, *shapes;
    const float *x0, *x1, *x2;
    float m0, m1, m2;
};

INR_CPU_INLINE struct view view_of(const struct inr_cpu_nearest *o, int at, const int dims)
{
    const struct view v = {o->words,     o->centres,          o->shapes,
                           o->x[0] + at, o->x[dims > 1] + at, o->x[dims > 2 ? 2 : 0] + at,
                           o->metric[0], o->metric[dims > 1], o->metric[dims > 2 ? 2 : 0]};
    return v;
}

/* One more candidate of every lane: its squared distance and index; lists that have ended give what
 * is never nearer. */
INR_CPU_INLINE void measure(const struct view *v, const struct lists *l, int c, float *squares,
                            int *index, const int dims)
{
    const uint32_t *words = v->words;
    const float *centres = v->centres, *x0 = v->x0, *x1 = v->x1, *x2 = v->x2;
    const float m0 = v->m0, m1 = v->m1, m2 = v->m2;
    int word[GROUP];
#pragma omp simd
    for (int t = 0; t < GROUP; t++)
        word[t] = l->begin[t] + c < l->last[t] ? l->begin[t] + c : l->last[t];
#pragma omp simd
    for (int t = 0; t < GROUP; t++)
        index[t] = (int)words[word[t]];
#pragma omp simd
    for (int t = 0; t < GROUP; t++) {
        const int i = index[t];
        const float d0 = (x0[t] - centres[i * dims]) * m0;
        float sum = d0 * d0;
        if (dims > 1) {
            const float d1 = (x1[t] - centres[i * dims + 1]) * m1;
            sum += d1 * d1;
        }
        if (dims > 2) {
            const float d2 = (x2[t] - centres[i * dims + 2]) * m2;
            sum += d2 * d2;
        }
        squares[t] = l->begin[t] + c > l->last[t] ? FLT_MAX : sum;
    }
}

/* Every lane keeps its K nearest in order; of equals the one with the lesser index. */
INR_CPU_INLINE void search(struct found *f, const struct inr_cpu_nearest *o, int at, const int K,
                           const int dims)
{
    struct lists l;
    const struct view v = view_of(o, at, dims);
    float squares[GROUP];
    int index[GROUP];
    find_lists(&l, o, at, dims);
    for (int k = 0; k < K; k++)
        for (int t = 0; t < GROUP; t++) {
            f->squares[k][t] = FLT_MAX;
            f->index[k][t] = 0;
        }
    for (int c = 0; c < l.longest; c++) {
        measure(&v, &l, c, squares, index, dims);
        for (int k = 0; k < K; k++) {
            float *held = f->squares[k];
            int *other = f->index[k];
#pragma omp simd
            for (int t = 0; t < GROUP; t++) {
                const float a = squares[t], b = held[t];
                const int i = index[t], j = other[t];
                held[t] = a < b ? a : b;
                other[t] = a < b ? i : j;
                squares[t] = a < b ? b : a;
                index[t] = a < b ? j : i;
            }
        }
    }
}

INR_CPU_INLINE float form_of(const float *s, float d0, float d1, float d2, const int dims)
{
    return dims == 1   ? enc_kernel_form1(d0, s[0])
           : dims == 2 ? enc_kernel_form2(d0, d1, s[0], s[1], s[2])
                       : enc_kernel_form3(d0, d1, d2, s[0], s[1], s[2], s[3], s[4], s[5]);
}

/* Value in every lane of the kernel whose index is given, and the sum so far. */
INR_CPU_INLINE void value_of(const struct view *v, const int *index, float *phi, float *sum,
                             const int dims, const int form)
{
    const int n_shape = form == INR_KERNEL_HAT ? 1 : dims * (dims + 1) / 2;
    const float *centres = v->centres, *shapes = v->shapes;
    const float *x0 = v->x0, *x1 = v->x1, *x2 = v->x2;
    const float m0 = v->m0, m1 = v->m1, m2 = v->m2;
#pragma omp simd
    for (int t = 0; t < GROUP; t++) {
        const int i = index[t];
        const float *s = shapes + i * n_shape;
        const float d0 = (x0[t] - centres[i * dims]) * m0;
        const float d1 = dims > 1 ? (x1[t] - centres[i * dims + (dims > 1)]) * m1 : 0.0f;
        const float d2 = dims > 2 ? (x2[t] - centres[i * dims + (dims > 2 ? 2 : 0)]) * m2 : 0.0f;
        float y;
        if (form == INR_KERNEL_HAT) {
            y = enc_kernel_hat(d0, s[0]);
            if (dims > 1)
                y *= enc_kernel_hat(d1, s[0]);
            if (dims > 2)
                y *= enc_kernel_hat(d2, s[0]);
        } else {
            y = enc_kernel_ivq(form_of(s, d0, d1, d2, dims));
        }
        phi[t] = y;
        sum[t] += y;
    }
}

/* Shares of the kernels found, and their indices, into the op's memory. */
INR_CPU_INLINE void weigh(const struct found *f, const struct inr_cpu_nearest *o, int at,
                          const int K, const int dims, const int form)
{
    const struct view v = view_of(o, at, dims);
    float phi[NEAREST][GROUP], sum[GROUP] = {0};
    for (int k = 0; k < K; k++)
        value_of(&v, f->index[k], phi[k], sum, dims, form);
    for (int k = 0; k < K; k++) {
        float *share = inr_cpu_row_out(o->share, k, o->ld) + at;
        uint32_t *index = o->index + (size_t)k * (size_t)o->ld + at;
#pragma omp simd
        for (int t = 0; t < GROUP; t++) {
            share[t] = enc_kernel_share(phi[k][t], sum[t]);
            index[t] = (uint32_t)f->index[k][t];
        }
    }
}

INR_CPU_INLINE void locate(const struct inr_cpu_nearest *o, int at, const int K, const int dims)
{
    struct found f;
    search(&f, o, at, K, dims);
    if (o->form == INR_KERNEL_HAT)
        weigh(&f, o, at, K, dims, INR_KERNEL_HAT);
    else
        weigh(&f, o, at, K, dims, INR_KERNEL_IVQ);
}

static void locate_group(const struct inr_cpu_nearest *o, int at)
{
    if (o->dims == 2 && o->nearest == 4)
        locate(o, at, 4, 2);
    else if (o->dims == 3 && o->nearest == 8)
        locate(o, at, 8, 3);
    else if (o->dims == 1)
        locate(o, at, o->nearest, 1);
    else if (o->dims == 2)
        locate(o, at, o->nearest, 2);
    else
        locate(o, at, o->nearest, 3);
}

/* Factor of feature f of a kernel with that share; without sinusoids the share itself. */
INR_CPU_INLINE float factor(float share, const float *m, int f, const bool waves)
{
    return waves ? enc_kernel_compose(share, m[f]) : share;
}

/* y [F][ld] of a group whose shares are known. */
INR_CPU_INLINE void compose(const struct inr_cpu_nearest *o, int at, const int F, const bool waves)
{
    float out[GROUP][FEATURES];
    const float *m = o->m;
    for (int t = 0; t < GROUP; t++) {
        float *sum = out[t];
        for (int f = 0; f < F; f++)
            sum[f] = 0.0f;
        for (int k = 0; k < o->nearest; k++) {
            const size_t cell = (size_t)k * (size_t)o->ld + (size_t)(at + t);
            const float *w = o->features + (size_t)o->index[cell] * (size_t)F;
            const float share = o->share[cell];
#pragma omp simd
            for (int f = 0; f < F; f++)
                sum[f] += factor(share, m, f, waves) * w[f];
        }
    }
    for (int f = 0; f < F; f++) {
        float *row = inr_cpu_row_out(o->y, f, o->ld) + at;
        for (int t = 0; t < GROUP; t++)
            row[t] = out[t][f];
    }
}

INR_CPU_INLINE void mark(uint8_t *dirty, size_t at, size_t n)
{
    for (size_t b = at / INR_CPU_TABLE_BLOCK; b <= (at + n - 1) / INR_CPU_TABLE_BLOCK; b++)
        dirty[b] = 1;
}

/* Samples one after another: two of them may meet at one kernel. */
INR_CPU_INLINE void scatter(const struct inr_cpu_nearest *o, int at, const int F, const bool waves)
{
    float g[GROUP][FEATURES];
    for (int f = 0; f < F; f++) {
        const float *row = inr_cpu_row(o->y, f, o->ld) + at;
        for (int t = 0; t < GROUP; t++)
            g[t][f] = row[t];
    }
    for (int t = 0; t < GROUP; t++)
        for (int k = 0; k < o->nearest; k++) {
            const size_t cell = (size_t)k * (size_t)o->ld + (size_t)(at + t);
            const size_t entry = o->table + (size_t)o->index[cell] * (size_t)F;
            const float share = o->share[cell];
            mark(o->dirty, entry, (size_t)F);
            if (o->d_fixed) {
                for (int f = 0; f < F; f++)
                    o->d_fixed[entry + (size_t)f] += (int64_t)rint(
                        (double)(factor(share, o->m, f, waves) * g[t][f]) * o->fixed_scale);
                continue;
            }
            float *d = o->d_table + entry;
#pragma omp simd
            for (int f = 0; f < F; f++)
                d[f] += factor(share, o->m, f, waves) * g[t][f];
        }
}

static void nearest(const struct inr_cpu_nearest *o)
{
    for (int at = 0; at < o->n; at += GROUP) {
        locate_group(o, at);
        if (!o->m)
            compose(o, at, o->n_features, false);
        else if (o->n_features == 32)
            compose(o, at, 32, true);
        else
            compose(o, at, o->n_features, true);
    }
}

static void nearest_back(const struct inr_cpu_nearest *o)
{
    for (int at = 0; at < o->n; at += GROUP) {
        if (!o->m)
            scatter(o, at, o->n_features, false);
        else if (o->n_features == 32)
            scatter(o, at, 32, true);
        else
            scatter(o, at, o->n_features, true);
    }
}

INR_CPU_INLINE void msc_rows(const struct inr_cpu_msc *o, const bool keep)
{
    const int n = inr_cpu_whole(o->n);
    for (int r = 0; r < o->rows; r++) {
        const float *x = inr_cpu_row(o->x, r, o->ld), frequency = o->frequency[r];
        float *y = inr_cpu_row_out(o->y, r, o->ld);
        float *slope = inr_cpu_row_out(keep ? o->keep : o->y, r, o->ld);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const inr_slope s = enc_kernel_unit(x[t], frequency);
            if (keep)
                slope[t] = s.d;
            y[t] = s.f;
        }
    }
}

static void msc(const struct inr_cpu_msc *o)
{
    if (o->keep)
        msc_rows(o, true);
    else
        msc_rows(o, false);
}

void INR_CPU_FILL_NEAREST(struct inr_cpu_kernels *k)
{
    k->nearest = nearest;
    k->nearest_back = nearest_back;
    k->msc = msc;
}
