/* SPDX-License-Identifier: MIT
 *
 * act_plane.c - Plane activations (complex and paired ones) over a tile, one set of loops per row
 * of the registry, compiled per instruction set.
 */
#include "exec/cpu/isa.h"
#include "field/formula.h"

typedef act_h value_fn(act_z z, const real *p);
typedef act_z back_fn(act_z z, act_h h, act_h g, const real *p);
typedef real learn_fn(act_z z, act_h h, act_h g, const real *p, int k);

/* Row r of each plane of a slot. A plane that the slot lacks stands for zeros: its pointer is that
 * of plane 0, and no loop follows it. */
struct rows {
    float *p[4];
};

INR_CPU_INLINE struct rows rows_of(const float *slot, int planes, int units, int r, int ld)
{
    struct rows rows;
    for (int k = 0; k < 4; k++)
        rows.p[k] = (float *)slot + (size_t)((k < planes ? k * units : 0) + r) * (size_t)ld;
    return rows;
}

INR_CPU_INLINE act_z load_z(struct rows x, int t, int planes)
{
    act_z z;
    z.a = x.p[0][t];
    z.b = planes > 1 ? x.p[1][t] : 0.0f;
    z.c = planes > 2 ? x.p[2][t] : 0.0f;
    z.d = planes > 3 ? x.p[3][t] : 0.0f;
    return z;
}

INR_CPU_INLINE void store_z(struct rows x, int t, int planes, act_z z)
{
    x.p[0][t] = z.a;
    if (planes > 1)
        x.p[1][t] = z.b;
    if (planes > 2)
        x.p[2][t] = z.c;
    if (planes > 3)
        x.p[3][t] = z.d;
}

INR_CPU_INLINE act_h load_h(struct rows x, int t, int planes)
{
    act_h h;
    h.u = x.p[0][t];
    h.v = planes > 1 ? x.p[1][t] : 0.0f;
    return h;
}

INR_CPU_INLINE float bias_of(const struct inr_cpu_act *a, int k, int planes, int r)
{
    return a->bias && k < planes ? a->bias[k * a->units + r] : 0.0f;
}

/* pi, po: planes_in and planes_out as constants, so that the loop holds no test. */
INR_CPU_INLINE void value_rows(const struct inr_cpu_act *a, value_fn *f, bool keep, int pi, int po)
{
    INR_CPU_CONSTANTS(p, a->p);
    const int n = inr_cpu_whole(a->n);
    for (int r = 0; r < a->units; r++) {
        const struct rows z = rows_of(a->z, pi, a->units, r, a->ld);
        const struct rows kept = rows_of(keep ? a->keep : a->h, pi, a->units, r, a->ld);
        const struct rows h = rows_of(a->h, po, a->units, r, a->ld);
        const float b0 = bias_of(a, 0, pi, r), b1 = bias_of(a, 1, pi, r);
        const float b2 = bias_of(a, 2, pi, r), b3 = bias_of(a, 3, pi, r);
#pragma omp simd
        for (int t = 0; t < n; t++) {
            act_z x = load_z(z, t, pi);
            x.a += b0;
            x.b += b1;
            x.c += b2;
            x.d += b3;
            act_h y = f(x, p);
            if (keep)
                store_z(kept, t, pi, x);
            h.p[0][t] = y.u;
            if (po > 1)
                h.p[1][t] = y.v;
        }
    }
}

INR_CPU_INLINE void back_rows(const struct inr_cpu_act_back *b, back_fn *f, int pi, int po)
{
    INR_CPU_CONSTANTS(p, b->p);
    const int n = inr_cpu_whole(b->n);
    for (int r = 0; r < b->units; r++) {
        const struct rows z = rows_of(b->z, pi, b->units, r, b->ld);
        const struct rows h = rows_of(b->h, po, b->units, r, b->ld);
        const struct rows g = rows_of(b->g, po, b->units, r, b->ld);
        const struct rows d = rows_of(b->dz, pi, b->units, r, b->ld);
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
        for (int t = 0; t < n; t++) {
            act_z dz = f(load_z(z, t, pi), load_h(h, t, po), load_h(g, t, po), p);
            store_z(d, t, pi, dz);
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

INR_CPU_INLINE void learn_rows(const struct inr_cpu_act_back *b, learn_fn *f, int pi, int po)
{
    INR_CPU_CONSTANTS(p, b->p);
    const int n = inr_cpu_whole(b->n);
    double sums[ACT_CONSTANTS] = {0};
    for (int r = 0; r < b->units; r++) {
        const struct rows zs = rows_of(b->z, pi, b->units, r, b->ld);
        const struct rows hs = rows_of(b->h, po, b->units, r, b->ld);
        const struct rows gs = rows_of(b->g, po, b->units, r, b->ld);
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3, s4, s5)
        for (int t = 0; t < n; t++) {
            const act_z z = load_z(zs, t, pi);
            const act_h h = load_h(hs, t, po), g = load_h(gs, t, po);
            s0 += f(z, h, g, p, 0);
            s1 += f(z, h, g, p, 1);
            s2 += f(z, h, g, p, 2);
            s3 += f(z, h, g, p, 3);
            s4 += f(z, h, g, p, 4);
            s5 += f(z, h, g, p, 5);
        }
        const float row[ACT_CONSTANTS] = {s0, s1, s2, s3, s4, s5};
        for (int k = 0; k < ACT_CONSTANTS; k++)
            sums[k] += (double)row[k];
    }
    inr_cpu_add_constants(b, sums);
}

/* The shapes that fields have get loops of their own; any other works too. */
INR_CPU_INLINE void value(const struct inr_cpu_act *a, value_fn *f, bool keep)
{
    const int pi = a->planes_in, po = a->planes_out;
    if (pi == 1 && po == 2)
        value_rows(a, f, keep, 1, 2);
    else if (pi == 2 && po == 1)
        value_rows(a, f, keep, 2, 1);
    else if (pi == 2 && po == 2)
        value_rows(a, f, keep, 2, 2);
    else if (pi == 4 && po == 2)
        value_rows(a, f, keep, 4, 2);
    else
        value_rows(a, f, keep, pi, po);
}

INR_CPU_INLINE void back(const struct inr_cpu_act_back *b, back_fn *f)
{
    const int pi = b->planes_in, po = b->planes_out;
    if (pi == 1 && po == 2)
        back_rows(b, f, 1, 2);
    else if (pi == 2 && po == 1)
        back_rows(b, f, 2, 1);
    else if (pi == 2 && po == 2)
        back_rows(b, f, 2, 2);
    else if (pi == 4 && po == 2)
        back_rows(b, f, 4, 2);
    else
        back_rows(b, f, pi, po);
}

INR_CPU_INLINE void learn(const struct inr_cpu_act_back *b, learn_fn *f)
{
    const int pi = b->planes_in, po = b->planes_out;
    if (pi == 1 && po == 2)
        learn_rows(b, f, 1, 2);
    else if (pi == 2 && po == 1)
        learn_rows(b, f, 2, 1);
    else if (pi == 2 && po == 2)
        learn_rows(b, f, 2, 2);
    else if (pi == 4 && po == 2)
        learn_rows(b, f, 4, 2);
    else
        learn_rows(b, f, pi, po);
}

#define KERNELS(number, word)                                                                      \
    _Static_assert(number < INR_CPU_ACTIVATIONS, "raise INR_CPU_ACTIVATIONS");                     \
    static void value_##word(const struct inr_cpu_act *a)                                          \
    {                                                                                              \
        value(a, act_##word, false);                                                               \
    }                                                                                              \
    static void train_##word(const struct inr_cpu_act *a)                                          \
    {                                                                                              \
        value(a, act_##word, true);                                                                \
    }                                                                                              \
    static void back_##word(const struct inr_cpu_act_back *b)                                      \
    {                                                                                              \
        back(b, act_##word##_b);                                                                   \
    }                                                                                              \
    static void learn_##word(const struct inr_cpu_act_back *b)                                     \
    {                                                                                              \
        learn(b, act_##word##_bp);                                                                 \
    }

ACT_PLANE_LIST(KERNELS)

#define FILL(number, word)                                                                         \
    k->act_value[number] = value_##word;                                                           \
    k->act_train[number] = train_##word;                                                           \
    k->act_back[number] = back_##word;                                                             \
    k->act_learn[number] = learn_##word;

void INR_CPU_FILL_PLANE(struct inr_cpu_kernels *k)
{
    ACT_PLANE_LIST(FILL)
}
