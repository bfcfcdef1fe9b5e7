/* SPDX-License-Identifier: MIT
 *
 * act_jet.c - Activations of jets: values with their tangents, and the way back, which needs second
 * derivatives; one set of loops per row of the registry, compiled per instruction set.
 *
 *     forward   h = f(z),  h_k = f'(z) z_k
 *     backward  dz = f'(z) g + f''(z) sum_k z_k g_k,  dz_k = f'(z) g_k
 *
 * The backward pass evaluates f again: values are a quarter of the columns at most, and the
 * products take all of them.
 */
#include "exec/cpu/jet_row.h"
#include "field/formula.h"

typedef act_jet scalar_fn(real z, const real *p);
typedef real scalar_dp_fn(real z, const real *p, int k);
typedef act_h value_fn(act_z z, const real *p);
typedef act_z back_fn(act_z z, act_h h, act_h g, const real *p);
typedef act_h tangent_fn(act_z z, act_h h, act_z t, const real *p);
typedef act_z second_fn(act_z z, act_h h, act_z t, act_h g, const real *p);
typedef real learn_fn(act_z z, act_h h, act_h g, const real *p, int k);
typedef real second_learn_fn(act_z z, act_h h, act_z t, act_h g, const real *p, int k);

INR_CPU_INLINE void scalar_forward(const struct inr_cpu_act *a, scalar_fn *f, const bool keep)
{
    INR_CPU_CONSTANTS(p, a->p);
    const int n = inr_cpu_whole(a->n);
    for (int r = 0; r < a->units; r++) {
        const struct inr_cpu_jet_row z = inr_cpu_jet_row(a->z, r, a->tangents, n, a->ld);
        const struct inr_cpu_jet_row h = inr_cpu_jet_row(a->h, r, a->tangents, n, a->ld);
        const struct inr_cpu_jet_row k =
            inr_cpu_jet_row(keep ? a->keep : a->h, r, a->tangents, n, a->ld);
        const float bias = a->bias ? a->bias[r] : 0.0f;
#pragma omp simd
        for (int t = 0; t < n; t++) {
            const float x = z.f[t] + bias, xa = z.a[t], xb = z.b[t], xc = z.c[t];
            const act_jet j = f(x, p);
            if (keep) {
                k.f[t] = x;
                k.a[t] = xa;
                k.b[t] = xb;
                k.c[t] = xc;
            }
            h.f[t] = j.f;
            h.a[t] = j.d * xa;
            h.b[t] = j.d * xb;
            h.c[t] = j.d * xc;
        }
    }
}

INR_CPU_INLINE void scalar_backward(const struct inr_cpu_act_back *b, scalar_fn *f)
{
    INR_CPU_CONSTANTS(p, b->p);
    const int n = inr_cpu_whole(b->n);
    const struct inr_cpu_jet_shares share = inr_cpu_jet_shares(b->tangents);
    for (int r = 0; r < b->units; r++) {
        const struct inr_cpu_jet_row z = inr_cpu_jet_row(b->z, r, b->tangents, n, b->ld);
        const struct inr_cpu_jet_row g = inr_cpu_jet_row(b->g, r, b->tangents, n, b->ld);
        const struct inr_cpu_jet_row d = inr_cpu_jet_row(b->dz, r, b->tangents, n, b->ld);
        float sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int t = 0; t < n; t++) {
            const act_jet j = f(z.f[t], p);
            const float ga = g.a[t], gb = g.b[t], gc = g.c[t];
            const float turn = z.a[t] * ga + share.b * (z.b[t] * gb) + share.c * (z.c[t] * gc);
            const float dz = j.d * g.f[t] + j.d2 * turn;
            d.f[t] = dz;
            d.a[t] = j.d * ga;
            d.b[t] = j.d * gb;
            d.c[t] = j.d * gc;
            sum += dz;
        }
        if (b->d_bias)
            b->d_bias[r] += sum;
    }
}

/* dL/dp_k = g df/dp_k + sum over tangents of z g times df'/dp_k. */
INR_CPU_INLINE void scalar_learn(const struct inr_cpu_act_back *b, scalar_dp_fn *dp,
                                 scalar_dp_fn *dpz)
{
    INR_CPU_CONSTANTS(p, b->p);
    const int n = inr_cpu_whole(b->n);
    const struct inr_cpu_jet_shares share = inr_cpu_jet_shares(b->tangents);
    double sums[ACT_CONSTANTS] = {0};
    for (int r = 0; r < b->units; r++) {
        const struct inr_cpu_jet_row z = inr_cpu_jet_row(b->z, r, b->tangents, n, b->ld);
        const struct inr_cpu_jet_row g = inr_cpu_jet_row(b->g, r, b->tangents, n, b->ld);
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3, s4, s5)
        for (int t = 0; t < n; t++) {
            const float x = z.f[t], y = g.f[t];
            const float turn =
                z.a[t] * g.a[t] + share.b * (z.b[t] * g.b[t]) + share.c * (z.c[t] * g.c[t]);
            s0 += y * dp(x, p, 0) + turn * dpz(x, p, 0);
            s1 += y * dp(x, p, 1) + turn * dpz(x, p, 1);
            s2 += y * dp(x, p, 2) + turn * dpz(x, p, 2);
            s3 += y * dp(x, p, 3) + turn * dpz(x, p, 3);
            s4 += y * dp(x, p, 4) + turn * dpz(x, p, 4);
            s5 += y * dp(x, p, 5) + turn * dpz(x, p, 5);
        }
        const float row[ACT_CONSTANTS] = {s0, s1, s2, s3, s4, s5};
        for (int k = 0; k < ACT_CONSTANTS; k++)
            sums[k] += (double)row[k];
    }
    inr_cpu_add_constants(b, sums);
}

/* Planes of a unit: the rows of each. A plane that a slot lacks stands for zeros: its pointers are
 * those of plane 0, and no loop follows them. */
struct rows {
    struct inr_cpu_jet_row p[4];
};

INR_CPU_INLINE struct rows rows_of(const float *slot, int planes, int units, int r, int tangents,
                                   int n, int ld)
{
    struct rows rows;
    for (int k = 0; k < 4; k++)
        rows.p[k] = inr_cpu_jet_row(slot, (k < planes ? k * units : 0) + r, tangents, n, ld);
    return rows;
}

#define LOAD_Z(rows, part, t, planes)                                                              \
    {                                                                                              \
        (rows).p[0].part[t], (planes) > 1 ? (rows).p[1].part[t] : 0.0f,                            \
            (planes) > 2 ? (rows).p[2].part[t] : 0.0f, (planes) > 3 ? (rows).p[3].part[t] : 0.0f   \
    }
#define LOAD_H(rows, part, t, planes)                                                              \
    {                                                                                              \
        (rows).p[0].part[t], (planes) > 1 ? (rows).p[1].part[t] : 0.0f                             \
    }
#define STORE_Z(rows, part, t, planes, z)                                                          \
    do {                                                                                           \
        (rows).p[0].part[t] = (z).a;                                                               \
        if ((planes) > 1)                                                                          \
            (rows).p[1].part[t] = (z).b;                                                           \
        if ((planes) > 2)                                                                          \
            (rows).p[2].part[t] = (z).c;                                                           \
        if ((planes) > 3)                                                                          \
            (rows).p[3].part[t] = (z).d;                                                           \
    } while (0)
#define STORE_H(rows, part, t, planes, h)                                                          \
    do {                                                                                           \
        (rows).p[0].part[t] = (h).u;                                                               \
        if ((planes) > 1)                                                                          \
            (rows).p[1].part[t] = (h).v;                                                           \
    } while (0)

INR_CPU_INLINE float bias_of(const struct inr_cpu_act *a, int k, int planes, int r)
{
    return a->bias && k < planes ? a->bias[k * a->units + r] : 0.0f;
}

INR_CPU_INLINE void forward_rows(const struct inr_cpu_act *a, value_fn *f, tangent_fn *tangent,
                                 const bool keep, const int pi, const int po)
{
    INR_CPU_CONSTANTS(p, a->p);
    const int n = inr_cpu_whole(a->n), T = a->tangents;
    for (int r = 0; r < a->units; r++) {
        const struct rows z = rows_of(a->z, pi, a->units, r, T, n, a->ld);
        const struct rows k = rows_of(keep ? a->keep : a->h, pi, a->units, r, T, n, a->ld);
        const struct rows h = rows_of(a->h, po, a->units, r, T, n, a->ld);
        const float b0 = bias_of(a, 0, pi, r), b1 = bias_of(a, 1, pi, r);
        const float b2 = bias_of(a, 2, pi, r), b3 = bias_of(a, 3, pi, r);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            act_z x = LOAD_Z(z, f, t, pi);
            const act_z xa = LOAD_Z(z, a, t, pi), xb = LOAD_Z(z, b, t, pi),
                        xc = LOAD_Z(z, c, t, pi);
            x.a += b0;
            x.b += b1;
            x.c += b2;
            x.d += b3;
            const act_h y = f(x, p);
            if (keep) {
                STORE_Z(k, f, t, pi, x);
                STORE_Z(k, a, t, pi, xa);
                STORE_Z(k, b, t, pi, xb);
                STORE_Z(k, c, t, pi, xc);
            }
            STORE_H(h, f, t, po, y);
            const act_h ya = tangent(x, y, xa, p), yb = tangent(x, y, xb, p),
                        yc = tangent(x, y, xc, p);
            STORE_H(h, a, t, po, ya);
            STORE_H(h, b, t, po, yb);
            STORE_H(h, c, t, po, yc);
        }
    }
}

INR_CPU_INLINE act_z add_z(act_z x, float share, act_z y)
{
    const act_z sum = {x.a + share * y.a, x.b + share * y.b, x.c + share * y.c, x.d + share * y.d};
    return sum;
}

/* The adjoint of the tangent is that of the value, since both are products with the Jacobian. */
INR_CPU_INLINE void backward_rows(const struct inr_cpu_act_back *b, back_fn *f, second_fn *second,
                                  const int pi, const int po)
{
    INR_CPU_CONSTANTS(p, b->p);
    const int n = inr_cpu_whole(b->n), T = b->tangents;
    const struct inr_cpu_jet_shares share = inr_cpu_jet_shares(T);
    for (int r = 0; r < b->units; r++) {
        const struct rows zs = rows_of(b->z, pi, b->units, r, T, n, b->ld);
        const struct rows hs = rows_of(b->h, po, b->units, r, T, n, b->ld);
        const struct rows gs = rows_of(b->g, po, b->units, r, T, n, b->ld);
        const struct rows d = rows_of(b->dz, pi, b->units, r, T, n, b->ld);
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
        for (int t = 0; t < n; t++) {
            const act_z z = LOAD_Z(zs, f, t, pi), za = LOAD_Z(zs, a, t, pi);
            const act_z zb = LOAD_Z(zs, b, t, pi), zc = LOAD_Z(zs, c, t, pi);
            const act_h h = LOAD_H(hs, f, t, po), g = LOAD_H(gs, f, t, po);
            const act_h ga = LOAD_H(gs, a, t, po), gb = LOAD_H(gs, b, t, po),
                        gc = LOAD_H(gs, c, t, po);
            act_z dz = add_z(f(z, h, g, p), 1.0f, second(z, h, za, ga, p));
            dz = add_z(dz, share.b, second(z, h, zb, gb, p));
            dz = add_z(dz, share.c, second(z, h, zc, gc, p));
            const act_z da = f(z, h, ga, p), db = f(z, h, gb, p), dc = f(z, h, gc, p);
            STORE_Z(d, f, t, pi, dz);
            STORE_Z(d, a, t, pi, da);
            STORE_Z(d, b, t, pi, db);
            STORE_Z(d, c, t, pi, dc);
            s0 += dz.a;
            s1 += pi > 1 ? dz.b : 0.0f;
            s2 += pi > 2 ? dz.c : 0.0f;
            s3 += pi > 3 ? dz.d : 0.0f;
        }
        const float sums[4] = {s0, s1, s2, s3};
        for (int k = 0; b->d_bias && k < pi; k++)
            b->d_bias[k * b->units + r] += sums[k];
    }
}

INR_CPU_INLINE void learn_rows(const struct inr_cpu_act_back *b, learn_fn *f,
                               second_learn_fn *second, const int pi, const int po)
{
    INR_CPU_CONSTANTS(p, b->p);
    const int n = inr_cpu_whole(b->n), T = b->tangents;
    const struct inr_cpu_jet_shares share = inr_cpu_jet_shares(T);
    double sums[ACT_CONSTANTS] = {0};
    for (int r = 0; r < b->units; r++) {
        const struct rows zs = rows_of(b->z, pi, b->units, r, T, n, b->ld);
        const struct rows hs = rows_of(b->h, po, b->units, r, T, n, b->ld);
        const struct rows gs = rows_of(b->g, po, b->units, r, T, n, b->ld);
#pragma GCC unroll 6
        for (int k = 0; k < ACT_CONSTANTS; k++) {
            float sum = 0;
            if (!(b->learn >> k & 1u))
                continue;
#pragma omp simd reduction(+ : sum)
            for (int t = 0; t < n; t++) {
                const act_z z = LOAD_Z(zs, f, t, pi), za = LOAD_Z(zs, a, t, pi);
                const act_z zb = LOAD_Z(zs, b, t, pi), zc = LOAD_Z(zs, c, t, pi);
                const act_h h = LOAD_H(hs, f, t, po), g = LOAD_H(gs, f, t, po);
                const act_h ga = LOAD_H(gs, a, t, po), gb = LOAD_H(gs, b, t, po),
                            gc = LOAD_H(gs, c, t, po);
                sum += f(z, h, g, p, k) + second(z, h, za, ga, p, k) +
                       share.b * second(z, h, zb, gb, p, k) + share.c * second(z, h, zc, gc, p, k);
            }
            sums[k] += (double)sum;
        }
    }
    inr_cpu_add_constants(b, sums);
}

/* The shapes that fields have get loops of their own; any other works too. */
#define BY_SHAPE(x, rows, ...)                                                                     \
    do {                                                                                           \
        if ((x)->planes_in == 2 && (x)->planes_out == 2)                                           \
            rows(x, __VA_ARGS__, 2, 2);                                                            \
        else                                                                                       \
            rows(x, __VA_ARGS__, (x)->planes_in, (x)->planes_out);                                 \
    } while (0)

#define SCALAR_KERNELS(number, word)                                                               \
    static void forward_##word(const struct inr_cpu_act *a)                                        \
    {                                                                                              \
        if (a->keep)                                                                               \
            scalar_forward(a, act_##word, true);                                                   \
        else                                                                                       \
            scalar_forward(a, act_##word, false);                                                  \
    }                                                                                              \
    static void backward_##word(const struct inr_cpu_act_back *b)                                  \
    {                                                                                              \
        scalar_backward(b, act_##word);                                                            \
    }                                                                                              \
    static void learn_##word(const struct inr_cpu_act_back *b)                                     \
    {                                                                                              \
        scalar_learn(b, act_##word##_dp, act_##word##_dpz);                                        \
    }

#define PLANE_KERNELS(number, word)                                                                \
    static void forward_##word(const struct inr_cpu_act *a)                                        \
    {                                                                                              \
        if (a->keep)                                                                               \
            BY_SHAPE(a, forward_rows, act_##word, act_##word##_t, true);                           \
        else                                                                                       \
            BY_SHAPE(a, forward_rows, act_##word, act_##word##_t, false);                          \
    }                                                                                              \
    static void backward_##word(const struct inr_cpu_act_back *b)                                  \
    {                                                                                              \
        BY_SHAPE(b, backward_rows, act_##word##_b, act_##word##_tb);                               \
    }                                                                                              \
    static void learn_##word(const struct inr_cpu_act_back *b)                                     \
    {                                                                                              \
        BY_SHAPE(b, learn_rows, act_##word##_bp, act_##word##_tbp);                                \
    }

ACT_SCALAR_LIST(SCALAR_KERNELS)
ACT_PLANE_LIST(PLANE_KERNELS)

#define FILL(number, word)                                                                         \
    k->act_jet[number] = forward_##word;                                                           \
    k->act_jet_back[number] = backward_##word;                                                     \
    k->act_jet_learn[number] = learn_##word;

void INR_CPU_FILL_ACT_JET(struct inr_cpu_kernels *k)
{
    ACT_SCALAR_LIST(FILL)
    ACT_PLANE_LIST(FILL)
}
