/* SPDX-License-Identifier: MIT
 *
 * graph.c - Ops beside layers and activations: Chebyshev features, tables over a grid, Gaussian
 * windows, layer norm, products and sums; compiled per instruction set.
 */
#include "exec/cpu/isa.h"
#include "field/formula.h"

/* Each row from the two before it, which are still in L1. */
static void chebyshev(const float *x, int dims, int degree, float *out, int n, int ld)
{
    n = inr_cpu_whole(n);
    for (int i = 0; i < dims; i++) {
        const float *xi = inr_cpu_row(x, i, ld);
        float *t0 = inr_cpu_row_out(out, i * (degree + 1), ld);
        float *t1 = inr_cpu_row_out(t0, degree > 0, ld);
        for (int t = 0; t < n; t++)
            t0[t] = 1.0f;
        if (degree < 1)
            continue;
#pragma omp simd
        for (int t = 0; t < n; t++)
            t1[t] = enc_chebyshev_argument(xi[t]);
        for (int k = 2; k <= degree; k++) {
            const float *before = inr_cpu_row(t0, k - 2, ld), *value = inr_cpu_row(t0, k - 1, ld);
            float *next = inr_cpu_row_out(t0, k, ld);
#pragma omp simd
            for (int t = 0; t < n; t++)
                next[t] = enc_chebyshev_next(t1[t], value[t], before[t]);
        }
    }
}

INR_CPU_INLINE void index_lattice(const float *x, uint32_t points, int lattice, uint32_t *index,
                                  int n)
{
    n = inr_cpu_whole(n);
#pragma omp simd
    for (int t = 0; t < n; t++)
        index[t] = inr_grid_index(x[t], points, lattice);
}

static void grid_index(const float *x, uint32_t points, int lattice, uint32_t *index, int n)
{
    if (lattice == INR_LATTICE_CORNERS)
        index_lattice(x, points, INR_LATTICE_CORNERS, index, n);
    else if (lattice == INR_LATTICE_LEFT)
        index_lattice(x, points, INR_LATTICE_LEFT, index, n);
    else
        index_lattice(x, points, INR_LATTICE_CENTRES, index, n);
}

/* A row of a table is as long as an axis of the grid and stays in L1 while a tile gathers from it.
 */
INR_CPU_INLINE void lookup_dims(const struct inr_cpu_lookup *l, const int dims)
{
    const int n = inr_cpu_whole(l->n);
    const uint32_t *i0 = l->index, *i1 = i0 + (dims > 1 ? l->ld : 0);
    const uint32_t *i2 = i0 + (dims > 2 ? 2 * l->ld : 0);
    for (int r = 0; r < l->rows; r++) {
        const float *c0 = l->table[0] + (size_t)r * l->points[0];
        const float *c1 = dims > 1 ? l->table[1] + (size_t)r * l->points[1] : c0;
        const float *c2 = dims > 2 ? l->table[2] + (size_t)r * l->points[2] : c0;
        float *y = inr_cpu_row_out(l->y, r, l->ld);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            float s = c0[(int)i0[t]];
            if (dims > 1)
                s += c1[(int)i1[t]];
            if (dims > 2)
                s += c2[(int)i2[t]];
            y[t] = s;
        }
    }
}

static void lookup(const struct inr_cpu_lookup *l)
{
    if (l->dims == 1)
        lookup_dims(l, 1);
    else if (l->dims == 2)
        lookup_dims(l, 2);
    else
        lookup_dims(l, 3);
}

/* Samples one after another: two of them may meet at one entry. */
INR_CPU_INLINE void lookup_back_dims(const struct inr_cpu_lookup *l, const int dims)
{
    const int n = inr_cpu_whole(l->n);
    const uint32_t *i0 = l->index, *i1 = i0 + (dims > 1 ? l->ld : 0);
    const uint32_t *i2 = i0 + (dims > 2 ? 2 * l->ld : 0);
    for (int r = 0; r < l->rows; r++) {
        float *d0 = l->d_table[0] + (size_t)r * l->points[0];
        float *d1 = dims > 1 ? l->d_table[1] + (size_t)r * l->points[1] : d0;
        float *d2 = dims > 2 ? l->d_table[2] + (size_t)r * l->points[2] : d0;
        const float *g = inr_cpu_row(l->y, r, l->ld);
        for (int t = 0; t < n; t++) {
            d0[i0[t]] += g[t];
            if (dims > 1)
                d1[i1[t]] += g[t];
            if (dims > 2)
                d2[i2[t]] += g[t];
        }
    }
}

static void lookup_back(const struct inr_cpu_lookup *l)
{
    if (l->dims == 1)
        lookup_back_dims(l, 1);
    else if (l->dims == 2)
        lookup_back_dims(l, 2);
    else
        lookup_back_dims(l, 3);
}

/* Coordinates of a window's centre and of the samples; axes that are missing repeat the first with
 * difference 0. */
struct window {
    const float *x0, *x1, *x2;
    float m0, m1, m2;
};

INR_CPU_INLINE struct window window_of(const struct inr_cpu_rbf *r, int u, const int dims)
{
    const float *mu = r->mu + (size_t)u * (size_t)dims;
    struct window w = {r->x,
                       inr_cpu_row(r->x, dims > 1, r->ld),
                       inr_cpu_row(r->x, dims > 2 ? 2 : 0, r->ld),
                       mu[0],
                       mu[dims > 1],
                       mu[dims > 2 ? 2 : 0]};
    return w;
}

INR_CPU_INLINE void rbf_dims(const struct inr_cpu_rbf *r, const int dims)
{
    const int n = inr_cpu_whole(r->n);
    for (int u = 0; u < r->rows; u++) {
        const struct window w = window_of(r, u, dims);
        const float gamma = r->gamma[u];
        float *y = inr_cpu_row_out(r->y, u, r->ld);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float d0 = w.x0[t] - w.m0;
            const float d1 = dims > 1 ? w.x1[t] - w.m1 : 0.0f;
            const float d2 = dims > 2 ? w.x2[t] - w.m2 : 0.0f;
            y[t] = enc_window(d0 * d0 + d1 * d1 + d2 * d2, gamma);
        }
    }
}

static void rbf(const struct inr_cpu_rbf *r)
{
    if (r->dims == 1)
        rbf_dims(r, 1);
    else if (r->dims == 2)
        rbf_dims(r, 2);
    else
        rbf_dims(r, 3);
}

/* With q = dL/dy y: d mu = gamma sum q (x - mu), d gamma = -1/2 sum q |x - mu|^2. */
INR_CPU_INLINE void rbf_back_dims(const struct inr_cpu_rbf *r, const int dims)
{
    const int n = inr_cpu_whole(r->n);
    for (int u = 0; u < r->rows; u++) {
        const struct window w = window_of(r, u, dims);
        const float *y = inr_cpu_row(r->y, u, r->ld), *g = inr_cpu_row(r->g, u, r->ld);
        float s = 0, s0 = 0, s1 = 0, s2 = 0;
#pragma omp simd reduction(+ : s, s0, s1, s2)
        for (int t = 0; t < n; t++) {
            const float q = g[t] * y[t];
            const float d0 = w.x0[t] - w.m0;
            const float d1 = dims > 1 ? w.x1[t] - w.m1 : 0.0f;
            const float d2 = dims > 2 ? w.x2[t] - w.m2 : 0.0f;
            s += q * (d0 * d0 + d1 * d1 + d2 * d2);
            s0 += q * d0;
            s1 += q * d1;
            s2 += q * d2;
        }
        const float sums[INR_MAX_DIMS] = {s0, s1, s2};
        for (int k = 0; k < dims; k++)
            r->d_mu[u * dims + k] += r->gamma[u] * sums[k];
        r->d_gamma[u] -= 0.5f * s;
    }
}

static void rbf_back(const struct inr_cpu_rbf *r)
{
    if (r->dims == 1)
        rbf_back_dims(r, 1);
    else if (r->dims == 2)
        rbf_back_dims(r, 2);
    else
        rbf_back_dims(r, 3);
}

/* Mean and 1 / deviation of every sample; two passes, because E x^2 - (E x)^2 cancels. */
INR_CPU_INLINE void moments(const struct inr_cpu_norm *a, float *mean, float *inverse, int n)
{
    const float share = 1.0f / (float)a->rows;
    for (int t = 0; t < n; t++)
        mean[t] = inverse[t] = 0.0f;
    for (int r = 0; r < a->rows; r++) {
        const float *x = inr_cpu_row(a->x, r, a->ld);
#pragma omp simd
        for (int t = 0; t < n; t++)
            mean[t] += x[t];
    }
#pragma omp simd
    for (int t = 0; t < n; t++)
        mean[t] *= share;
    for (int r = 0; r < a->rows; r++) {
        const float *x = inr_cpu_row(a->x, r, a->ld);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float d = x[t] - mean[t];
            inverse[t] += d * d;
        }
    }
#pragma omp simd
    for (int t = 0; t < n; t++)
        inverse[t] = 1.0f / inr_sqrt(inverse[t] * share + INR_NORM_EPSILON);
}

static void norm(const struct inr_cpu_norm *a)
{
    const int n = inr_cpu_whole(a->n);
    float *mean = a->side, *inverse = inr_cpu_row_out(a->side, 1, a->ld);
    moments(a, mean, inverse, n);
    for (int r = 0; r < a->rows; r++) {
        const float *x = inr_cpu_row(a->x, r, a->ld);
        float *y = inr_cpu_row_out(a->y, r, a->ld);
        float *keep = inr_cpu_row_out(a->keep ? a->keep : a->y, r, a->ld);
        const float gamma = a->gamma[r], delta = a->delta[r];
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float v = (x[t] - mean[t]) * inverse[t];
            keep[t] = v;
            y[t] = gamma * v + delta;
        }
    }
}

/* With G = gamma dL/dy: dx = (G - mean G - v mean(G v)) / deviation, v the normalised values. */
static void norm_back(const struct inr_cpu_norm *a)
{
    const int n = inr_cpu_whole(a->n);
    const float share = 1.0f / (float)a->rows;
    float *first = a->side, *second = inr_cpu_row_out(a->side, 2, a->ld);
    const float *inverse = inr_cpu_row(a->side, 1, a->ld);
    for (int t = 0; t < n; t++)
        first[t] = second[t] = 0.0f;
    for (int r = 0; r < a->rows; r++) {
        const float *g = inr_cpu_row(a->g, r, a->ld), *v = inr_cpu_row(a->keep, r, a->ld);
        const float gamma = a->gamma[r] * share;
        float s = 0, sv = 0;
#pragma omp simd reduction(+ : s, sv)
        for (int t = 0; t < n; t++) {
            const float gv = g[t] * v[t];
            s += g[t];
            sv += gv;
            first[t] += gamma * g[t];
            second[t] += gamma * gv;
        }
        a->d_delta[r] += s;
        a->d_gamma[r] += sv;
    }
    for (int r = 0; a->dx && r < a->rows; r++) {
        const float *g = inr_cpu_row(a->g, r, a->ld), *v = inr_cpu_row(a->keep, r, a->ld);
        float *dx = inr_cpu_row_out(a->dx, r, a->ld);
        const float gamma = a->gamma[r];
        const bool add = a->add;
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float d = inverse[t] * (gamma * g[t] - first[t] - v[t] * second[t]);
            dx[t] = add ? dx[t] + d : d;
        }
    }
}

static void mul(const float *a, const float *b, float *y, int rows, int n, int ld)
{
    n = inr_cpu_whole(n);
    for (int r = 0; r < rows; r++) {
        const float *ar = inr_cpu_row(a, r, ld), *br = inr_cpu_row(b, r, ld);
        float *yr = inr_cpu_row_out(y, r, ld);
#pragma omp simd
        for (int t = 0; t < n; t++)
            yr[t] = ar[t] * br[t];
    }
}

static void add(const float *a, const float *b, float *y, int rows, int n, int ld)
{
    n = inr_cpu_whole(n);
    for (int r = 0; r < rows; r++) {
        const float *ar = inr_cpu_row(a, r, ld), *br = inr_cpu_row(b, r, ld);
        float *yr = inr_cpu_row_out(y, r, ld);
#pragma omp simd
        for (int t = 0; t < n; t++)
            yr[t] = ar[t] + br[t];
    }
}

/* want_x, add_x: as constants, so that the loop holds no test. */
INR_CPU_INLINE void mul_back_rows(const struct inr_cpu_mul_back *m, const bool want_a,
                                  const bool add_a, const bool want_b, const bool add_b)
{
    const int n = inr_cpu_whole(m->n);
    for (int r = 0; r < m->rows; r++) {
        const float *a = inr_cpu_row(m->a, r, m->ld), *b = inr_cpu_row(m->b, r, m->ld);
        const float *g = inr_cpu_row(m->g, r, m->ld);
        float *da = inr_cpu_row_out(want_a ? m->da : m->db, r, m->ld);
        float *db = inr_cpu_row_out(want_b ? m->db : m->da, r, m->ld);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float u = a[t], v = b[t], w = g[t];
            if (want_a)
                da[t] = add_a ? da[t] + w * v : w * v;
            if (want_b)
                db[t] = add_b ? db[t] + w * u : w * u;
        }
    }
}

INR_CPU_INLINE void mul_back_b(const struct inr_cpu_mul_back *m, const bool want_a,
                               const bool add_a)
{
    if (!m->db)
        mul_back_rows(m, want_a, add_a, false, false);
    else if (m->add_b)
        mul_back_rows(m, want_a, add_a, true, true);
    else
        mul_back_rows(m, want_a, add_a, true, false);
}

static void mul_back(const struct inr_cpu_mul_back *m)
{
    if (!m->da && !m->db)
        return;
    if (!m->da)
        mul_back_b(m, false, false);
    else if (m->add_a)
        mul_back_b(m, true, true);
    else
        mul_back_b(m, true, false);
}

void INR_CPU_FILL_GRAPH(struct inr_cpu_kernels *k)
{
    k->chebyshev = chebyshev;
    k->grid_index = grid_index;
    k->lookup = lookup;
    k->lookup_back = lookup_back;
    k->rbf = rbf;
    k->rbf_back = rbf_back;
    k->norm = norm;
    k->norm_back = norm_back;
    k->mul = mul;
    k->mul_back = mul_back;
    k->add = add;
}
