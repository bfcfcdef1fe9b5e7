/* SPDX-License-Identifier: MIT
 *
 * jet.c - Tangents of the ops beside layers, activations and tables, the way back of both, and the
 * loss that reads them; compiled per instruction set.
 *
 * Tangent k of a row lies (1 + k) n columns after its values. Where a sum over tangents is wanted,
 * the loops run once a tangent: none of these ops costs what a layer does.
 */
#include "exec/cpu/jet_row.h"
#include "field/formula.h"

/* d cos(w x) = -w_k sin, d sin(w x) = w_k cos; both are there already. */
static void encode_jet(const struct inr_op *op, int dims, const float *table, float *out, int n,
                       int ld)
{
    n = inr_cpu_whole(n);
    for (int i = 0; op->include_input && i < dims; i++)
        for (int k = 0; k < dims; k++) {
            float *y = inr_cpu_row_out(out, i, ld) + (1 + k) * n;
            for (int t = 0; t < n; t++)
                y[t] = i == k ? 1.0f : 0.0f;
        }
    if (op->include_input)
        out = inr_cpu_row_out(out, dims, ld);
    for (int j = 0; j < op->n_frequencies; j++) {
        float *cosine = inr_cpu_row_out(out, j, ld);
        float *sine = inr_cpu_row_out(cosine, op->n_frequencies, ld);
        for (int k = 0; k < dims; k++) {
            const float w = 2.0f * INR_PI * table[j * dims + k];
            float *dc = cosine + (1 + k) * n, *ds = sine + (1 + k) * n;
#pragma omp simd
            for (int t = 0; t < n; t++) {
                dc[t] = -w * sine[t];
                ds[t] = w * cosine[t];
            }
        }
    }
}

/* Features of coordinate i have a tangent along it only. */
static void chebyshev_jet(int dims, int degree, float *out, int n, int ld)
{
    n = inr_cpu_whole(n);
    for (int i = 0; i < dims; i++) {
        const float *first = inr_cpu_row(out, i * (degree + 1), ld);
        const float *argument = inr_cpu_row(first, degree > 0, ld);
        for (int k = 0; k <= degree; k++) {
            float *row = inr_cpu_row_out(out, i * (degree + 1) + k, ld);
            for (int t = 0; t < dims * n; t++)
                row[n + t] = 0.0f;
            if (k == 0)
                continue;
            float *slope = row + (1 + i) * n;
            const float *value = inr_cpu_row(first, k - 1, ld), *last = value + (1 + i) * n;
            const float *before = k > 1 ? last - ld : last; /* of T_0: 0 */
#pragma omp simd
            for (int t = 0; t < n; t++) {
                const float x = argument[t], dx = 1.0f - x * x;
                slope[t] =
                    k == 1 ? dx : enc_chebyshev_next_slope(x, dx, value[t], last[t], before[t]);
            }
        }
    }
}

/* Windows y = exp(-gamma |d|^2 / 2), d = x - mu: the tangent along k is -gamma d_k y. */
static void rbf_jet(const struct inr_cpu_rbf *r)
{
    const int n = inr_cpu_whole(r->n);
    for (int u = 0; u < r->rows; u++)
        for (int k = 0; k < r->dims; k++) {
            const float *x = inr_cpu_row(r->x, k, r->ld);
            const float mu = r->mu[u * r->dims + k], gamma = r->gamma[u];
            float *y = inr_cpu_row_out(r->y, u, r->ld), *dy = y + (1 + k) * n;
#pragma omp simd
            for (int t = 0; t < n; t++)
                dy[t] = enc_window_slope(y[t], x[t] - mu, gamma);
        }
}

/* What the tangents give beside the values, by the formulas of enc/window.glsl; G = sum_k g_k d_k.
 */
static void rbf_jet_back(const struct inr_cpu_rbf *r)
{
    const int n = inr_cpu_whole(r->n), dims = r->dims;
    const float *x0 = r->x, *x1 = inr_cpu_row(r->x, dims > 1, r->ld);
    const float *x2 = inr_cpu_row(r->x, dims > 2 ? 2 : 0, r->ld);
    for (int u = 0; u < r->rows; u++) {
        const float *y = inr_cpu_row(r->y, u, r->ld), *g = inr_cpu_row(r->g, u, r->ld);
        const float *g0 = g + n, *g1 = g + (dims > 1 ? 2 : 1) * n, *g2 = g + dims * n;
        const float *mu = r->mu + (size_t)u * (size_t)dims, gamma = r->gamma[u];
        const float m0 = mu[0], m1 = mu[dims > 1], m2 = mu[dims > 2 ? 2 : 0];
        const float has1 = dims > 1 ? 1.0f : 0.0f, has2 = dims > 2 ? 1.0f : 0.0f;
        float s = 0, s0 = 0, s1 = 0, s2 = 0;
#pragma omp simd reduction(+ : s, s0, s1, s2)
        for (int t = 0; t < n; t++) {
            const float d0 = x0[t] - m0, d1 = has1 * (x1[t] - m1), d2 = has2 * (x2[t] - m2);
            const float G = g0[t] * d0 + g1[t] * d1 + g2[t] * d2;
            s0 += y[t] * enc_window_centre(d0, g0[t], G, gamma);
            s1 += y[t] * enc_window_centre(d1, g1[t], G, gamma);
            s2 += y[t] * enc_window_centre(d2, g2[t], G, gamma);
            s += y[t] * enc_window_width(d0 * d0 + d1 * d1 + d2 * d2, G, gamma);
        }
        const float sums[INR_MAX_DIMS] = {s0, s1, s2};
        for (int k = 0; k < dims; k++)
            r->d_mu[u * dims + k] += gamma * sums[k];
        r->d_gamma[u] += s;
    }
}

/* Layer norm. With v = (x - m) r, r = 1 / deviation, and means over the rows, the tangent is
 *     w_k = r (x_k - mean x_k - v c_k),   c_k = mean(v x_k)
 * Kept are w_k, and c_k in the first row of `side`. */
INR_CPU_INLINE void norm_tangent(const struct inr_cpu_norm *a, const int k, const bool kept)
{
    const int n = inr_cpu_whole(a->n), at = (1 + k) * n;
    const float *mean = a->side, *inverse = inr_cpu_row(a->side, 1, a->ld);
    float *c = a->side + at, *m = inr_cpu_row_out(a->side, 1, a->ld) + at;
    const float share = 1.0f / (float)a->rows;
    for (int t = 0; t < n; t++)
        c[t] = m[t] = 0.0f;
    for (int r = 0; r < a->rows; r++) {
        const float *v = inr_cpu_row(kept ? a->keep : a->x, r, a->ld);
        const float *x = inr_cpu_row(a->x, r, a->ld) + at;
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float value = kept ? v[t] : (v[t] - mean[t]) * inverse[t];
            m[t] += share * x[t];
            c[t] += share * (value * x[t]);
        }
    }
    for (int r = 0; r < a->rows; r++) {
        const float *v = inr_cpu_row(kept ? a->keep : a->x, r, a->ld);
        const float *x = inr_cpu_row(a->x, r, a->ld) + at;
        float *y = inr_cpu_row_out(a->y, r, a->ld) + at;
        float *keep = inr_cpu_row_out(kept ? a->keep : a->y, r, a->ld) + at;
        const float gamma = a->gamma[r];
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float value = kept ? v[t] : (v[t] - mean[t]) * inverse[t];
            const float w = inverse[t] * (x[t] - m[t] - value * c[t]);
            keep[t] = w;
            y[t] = gamma * w;
        }
    }
}

static void norm_jet(const struct inr_cpu_norm *a)
{
    for (int k = 0; k < a->tangents; k++)
        if (a->keep)
            norm_tangent(a, k, true);
        else
            norm_tangent(a, k, false);
}

/* Rows of `side` going back: [G; c_k], [r; mean W_k], [mean G v; A_k], [B], where G = gamma g,
 * W_k = gamma g_k, A_k = mean(W_k v) and B = sum_k mean(W_k w_k). */
struct norm_side {
    struct inr_cpu_jet_row first, second, third, fourth;
};

static struct norm_side norm_side(const struct inr_cpu_norm *a)
{
    const int n = inr_cpu_whole(a->n), T = a->tangents;
    const struct norm_side s = {
        inr_cpu_jet_row(a->side, 0, T, n, a->ld), inr_cpu_jet_row(a->side, 1, T, n, a->ld),
        inr_cpu_jet_row(a->side, 2, T, n, a->ld), inr_cpu_jet_row(a->side, 3, T, n, a->ld)};
    return s;
}

/* One tangent's part of the sums over the rows, or (k < 0) that of the values. */
static void norm_sums(const struct inr_cpu_norm *a, int k)
{
    const int n = inr_cpu_whole(a->n), at = (1 + k) * n;
    const float share = 1.0f / (float)a->rows;
    float *first = inr_cpu_row_out(a->side, k < 0 ? 0 : 1, a->ld) + at;
    float *third = inr_cpu_row_out(a->side, 2, a->ld) + at;
    float *fourth = inr_cpu_row_out(a->side, 3, a->ld);
    for (int t = 0; t < n; t++) {
        first[t] = third[t] = 0.0f;
        fourth[t] = k < 0 ? 0.0f : fourth[t];
    }
    for (int r = 0; r < a->rows; r++) {
        const float *g = inr_cpu_row(a->g, r, a->ld) + at, *v = inr_cpu_row(a->keep, r, a->ld);
        const float *w = v + at, gamma = a->gamma[r] * share;
        const float tangent = k < 0 ? 0.0f : gamma;
        float s = 0, sw = 0;
#pragma omp simd reduction(+ : s, sw)
        for (int t = 0; t < n; t++) {
            const float gw = g[t] * w[t];
            first[t] += gamma * g[t];
            third[t] += gamma * (g[t] * v[t]);
            fourth[t] += tangent * gw;
            s += g[t];
            sw += gw;
        }
        a->d_gamma[r] += sw;
        if (k < 0)
            a->d_delta[r] += s;
    }
}

/* dL/dv in all is V = G - sum_k (r c_k W_k + A_k (w_k + r c_k v)); then
 *     dx = r (V - mean V - v mean(V v) - v B),   dx_k = r (W_k - mean W_k - v A_k) */
INR_CPU_INLINE void norm_input(const struct inr_cpu_norm *a, const bool add)
{
    const int n = inr_cpu_whole(a->n), T = a->tangents;
    const struct norm_side s = norm_side(a);
    const struct inr_cpu_jet_shares share = inr_cpu_jet_shares(T);
    float *mean = s.first.f, *along = s.third.f;
    const float *inverse = s.second.f;
#pragma omp simd
    for (int t = 0; t < n; t++) {
        const float cb = share.b * s.first.b[t], cc = share.c * s.first.c[t];
        mean[t] -=
            inverse[t] * (s.first.a[t] * s.second.a[t] + cb * s.second.b[t] + cc * s.second.c[t]);
        along[t] += s.fourth.f[t] -
                    2.0f * inverse[t] *
                        (s.first.a[t] * s.third.a[t] + cb * s.third.b[t] + cc * s.third.c[t]);
    }
    for (int r = 0; r < a->rows; r++) {
        const struct inr_cpu_jet_row g = inr_cpu_jet_row(a->g, r, T, n, a->ld);
        const struct inr_cpu_jet_row v = inr_cpu_jet_row(a->keep, r, T, n, a->ld);
        const struct inr_cpu_jet_row d = inr_cpu_jet_row(a->dx, r, T, n, a->ld);
        const float gamma = a->gamma[r];
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float x = v.f[t], i = inverse[t];
            const float Wa = gamma * g.a[t], Wb = gamma * g.b[t], Wc = gamma * g.c[t];
            const float Aa = s.third.a[t], Ab = s.third.b[t], Ac = s.third.c[t];
            const float ca = i * s.first.a[t], cb = i * s.first.b[t], cc = i * s.first.c[t];
            const float V = gamma * g.f[t] - (ca * Wa + Aa * (v.a[t] + ca * x)) -
                            share.b * (cb * Wb + Ab * (v.b[t] + cb * x)) -
                            share.c * (cc * Wc + Ac * (v.c[t] + cc * x));
            const float df = i * (V - mean[t] - x * along[t]);
            const float da = i * (Wa - s.second.a[t] - x * Aa);
            const float db = i * (Wb - s.second.b[t] - x * Ab);
            const float dc = i * (Wc - s.second.c[t] - x * Ac);
            const float of = add ? d.f[t] : 0.0f, oa = add ? d.a[t] : 0.0f;
            const float ob = add ? d.b[t] : 0.0f, oc = add ? d.c[t] : 0.0f;
            d.f[t] = of + df;
            d.a[t] = oa + da;
            d.b[t] = ob + db;
            d.c[t] = oc + dc;
        }
    }
}

static void norm_jet_back(const struct inr_cpu_norm *a)
{
    for (int k = -1; k < a->tangents; k++)
        norm_sums(a, k);
    if (a->dx && a->add)
        norm_input(a, true);
    else if (a->dx)
        norm_input(a, false);
}

/* y = a b, y_k = a b_k + a_k b */
static void mul_jet(const float *a, const float *b, float *y, int rows, int tangents, int n, int ld)
{
    n = inr_cpu_whole(n);
    for (int r = 0; r < rows; r++) {
        const struct inr_cpu_jet_row u = inr_cpu_jet_row(a, r, tangents, n, ld);
        const struct inr_cpu_jet_row v = inr_cpu_jet_row(b, r, tangents, n, ld);
        const struct inr_cpu_jet_row w = inr_cpu_jet_row(y, r, tangents, n, ld);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float x = u.f[t], z = v.f[t];
            w.f[t] = x * z;
            w.a[t] = x * v.a[t] + u.a[t] * z;
            w.b[t] = x * v.b[t] + u.b[t] * z;
            w.c[t] = x * v.c[t] + u.c[t] * z;
        }
    }
}

/* da = g b + sum_k g_k b_k, da_k = g_k b. Missing tangents repeat the last, so what is added to
 * must be read before it is written. */
INR_CPU_INLINE void mul_side(struct inr_cpu_jet_row d, int t, struct inr_cpu_jet_shares share,
                             const float *g, const float *other, const bool add)
{
    const float of = add ? d.f[t] : 0.0f, oa = add ? d.a[t] : 0.0f;
    const float ob = add ? d.b[t] : 0.0f, oc = add ? d.c[t] : 0.0f;
    d.f[t] = of + g[0] * other[0] + g[1] * other[1] + share.b * (g[2] * other[2]) +
             share.c * (g[3] * other[3]);
    d.a[t] = oa + g[1] * other[0];
    d.b[t] = ob + g[2] * other[0];
    d.c[t] = oc + g[3] * other[0];
}

INR_CPU_INLINE void mul_back_rows(const struct inr_cpu_mul_back *m, const bool want_a,
                                  const bool add_a, const bool want_b, const bool add_b)
{
    const int n = inr_cpu_whole(m->n), T = m->tangents;
    const struct inr_cpu_jet_shares share = inr_cpu_jet_shares(T);
    for (int r = 0; r < m->rows; r++) {
        const struct inr_cpu_jet_row u = inr_cpu_jet_row(m->a, r, T, n, m->ld);
        const struct inr_cpu_jet_row v = inr_cpu_jet_row(m->b, r, T, n, m->ld);
        const struct inr_cpu_jet_row w = inr_cpu_jet_row(m->g, r, T, n, m->ld);
        const struct inr_cpu_jet_row da = inr_cpu_jet_row(want_a ? m->da : m->db, r, T, n, m->ld);
        const struct inr_cpu_jet_row db = inr_cpu_jet_row(want_b ? m->db : m->da, r, T, n, m->ld);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float x[4] = {u.f[t], u.a[t], u.b[t], u.c[t]};
            const float y[4] = {v.f[t], v.a[t], v.b[t], v.c[t]};
            const float g[4] = {w.f[t], w.a[t], w.b[t], w.c[t]};
            if (want_a)
                mul_side(da, t, share, g, y, add_a);
            if (want_b)
                mul_side(db, t, share, g, x, add_b);
        }
    }
}

static void mul_jet_back(const struct inr_cpu_mul_back *m)
{
    if (m->da && m->db) {
        if (m->add_a && m->add_b)
            mul_back_rows(m, true, true, true, true);
        else if (m->add_a)
            mul_back_rows(m, true, true, true, false);
        else if (m->add_b)
            mul_back_rows(m, true, false, true, true);
        else
            mul_back_rows(m, true, false, true, false);
    } else if (m->da) {
        mul_back_rows(m, true, m->add_a, false, false);
    } else if (m->db) {
        mul_back_rows(m, false, false, true, m->add_b);
    }
}

/* y = x + sin(n x) as an activation; what it keeps is x itself. */
static void msc_jet(const struct inr_cpu_msc *o)
{
    const int n = inr_cpu_whole(o->n), T = o->tangents;
    for (int r = 0; r < o->rows; r++) {
        const struct inr_cpu_jet_row x = inr_cpu_jet_row(o->x, r, T, n, o->ld);
        const struct inr_cpu_jet_row y = inr_cpu_jet_row(o->y, r, T, n, o->ld);
        const struct inr_cpu_jet_row k = inr_cpu_jet_row(o->keep ? o->keep : o->y, r, T, n, o->ld);
        const float frequency = o->frequency[r];
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float xf = x.f[t], xa = x.a[t], xb = x.b[t], xc = x.c[t];
            const inr_slope s = enc_kernel_unit(xf, frequency);
            k.f[t] = xf;
            k.a[t] = xa;
            k.b[t] = xb;
            k.c[t] = xc;
            y.f[t] = s.f;
            y.a[t] = s.d * xa;
            y.b[t] = s.d * xb;
            y.c[t] = s.d * xc;
        }
    }
}

static void msc_jet_back(const struct inr_cpu_msc *o)
{
    const int n = inr_cpu_whole(o->n), T = o->tangents;
    const struct inr_cpu_jet_shares share = inr_cpu_jet_shares(T);
    for (int r = 0; r < o->rows; r++) {
        const struct inr_cpu_jet_row x = inr_cpu_jet_row(o->keep, r, T, n, o->ld);
        const struct inr_cpu_jet_row g = inr_cpu_jet_row(o->g, r, T, n, o->ld);
        const struct inr_cpu_jet_row d = inr_cpu_jet_row(o->dx, r, T, n, o->ld);
        const float frequency = o->frequency[r];
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float slope = enc_kernel_unit(x.f[t], frequency).d;
            const float second = enc_kernel_unit_second(x.f[t], frequency);
            const float ga = g.a[t], gb = g.b[t], gc = g.c[t];
            const float turn = x.a[t] * ga + share.b * (x.b[t] * gb) + share.c * (x.c[t] * gc);
            d.f[t] = slope * g.f[t] + second * turn;
            d.a[t] = slope * ga;
            d.b[t] = slope * gb;
            d.c[t] = slope * gc;
        }
    }
}

/* Sums are of double, as those of other losses. Padding adds nothing. */
static void geometry(struct inr_cpu_geometry *l)
{
    const int n = inr_cpu_whole(l->n), valid = l->valid;
    const inr_geometry w = l->weights;
    const struct inr_cpu_jet_row y = inr_cpu_jet_row(l->y, 0, l->tangents, n, l->ld);
    const struct inr_cpu_jet_shares share = inr_cpu_jet_shares(l->tangents);
    const float *distance = l->target, *na = inr_cpu_row(l->target, 1, l->ld);
    const float *nb = inr_cpu_row(l->target, 2, l->ld), *nc = inr_cpu_row(l->target, 3, l->ld);
    const float *on = inr_cpu_row(l->target, 4, l->ld), scale = l->scale;
    const float everywhere = w.distance > 0.0f ? 1.0f : 0.0f;
    double sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum, squares)
    for (int t = 0; t < n; t++) {
        const inr_geometry_point p = {y.f[t], y.a[t], share.b * y.b[t], share.c * y.c[t]};
        const inr_geometry_point q = {distance[t], na[t], nb[t], nc[t]};
        const inr_geometry_loss r = loss_geometry(p, q, on[t], w);
        const float here = t < valid ? scale : 0.0f;
        const float counts = t < valid ? (on[t] > everywhere ? on[t] : everywhere) : 0.0f;
        const float e = counts * (p.f - q.f);
        sum += (double)(t < valid ? r.loss : 0.0f);
        squares += (double)(e * e);
        y.c[t] = here * r.c;
        y.b[t] = here * r.b; /* where two tangents are one, the first has the last word */
        y.a[t] = here * r.a;
        y.f[t] = here * r.f;
    }
    l->sum += sum;
    l->squares += squares;
}

void INR_CPU_FILL_JET(struct inr_cpu_kernels *k)
{
    k->encode_jet = encode_jet;
    k->chebyshev_jet = chebyshev_jet;
    k->rbf_jet = rbf_jet;
    k->rbf_jet_back = rbf_jet_back;
    k->norm_jet = norm_jet;
    k->norm_jet_back = norm_jet_back;
    k->mul_jet = mul_jet;
    k->mul_jet_back = mul_jet_back;
    k->msc_jet = msc_jet;
    k->msc_jet_back = msc_jet_back;
    k->geometry = geometry;
}
