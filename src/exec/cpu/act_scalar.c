/* SPDX-License-Identifier: MIT
 *
 * act_scalar.c - Scalar activations over a tile, one set of loops per row of the registry, compiled
 * per instruction set.
 */
#include "exec/cpu/isa.h"
#include "field/formula.h"

_Static_assert(INR_MAX_CONSTANTS == ACT_CONSTANTS, "one count of constants");

typedef act_jet scalar_fn(real z, const real *p);
typedef real scalar_dp_fn(real z, const real *p, int k);

INR_CPU_INLINE void scalar_value(const struct inr_cpu_act *a, scalar_fn *f)
{
    INR_CPU_CONSTANTS(p, a->p);
    const int n = inr_cpu_whole(a->n);
    for (int r = 0; r < a->units; r++) {
        const float *z = a->z + (size_t)r * (size_t)a->ld;
        float *h = a->h + (size_t)r * (size_t)a->ld;
        const float b = a->bias ? a->bias[r] : 0.0f;
#pragma omp simd
        for (int t = 0; t < n; t++)
            h[t] = f(z[t] + b, p).f;
    }
}

/* Value and derivative from one evaluation, so that the backward pass is a product. */
INR_CPU_INLINE void scalar_train(const struct inr_cpu_act *a, scalar_fn *f)
{
    INR_CPU_CONSTANTS(p, a->p);
    const int n = inr_cpu_whole(a->n);
    for (int r = 0; r < a->units; r++) {
        const float *z = a->z + (size_t)r * (size_t)a->ld;
        float *h = a->h + (size_t)r * (size_t)a->ld;
        float *d = a->keep + (size_t)r * (size_t)a->ld;
        const float b = a->bias ? a->bias[r] : 0.0f;
#pragma omp simd
        for (int t = 0; t < n; t++) {
            act_jet j = f(z[t] + b, p);
            h[t] = j.f;
            d[t] = j.d;
        }
    }
}

/* All constants in one pass: their derivatives share most of the work, and the rows that return 0
 * vanish. */
INR_CPU_INLINE void scalar_learn(const struct inr_cpu_act_back *b, scalar_dp_fn *dp)
{
    INR_CPU_CONSTANTS(p, b->p);
    const int n = inr_cpu_whole(b->n);
    double sums[ACT_CONSTANTS] = {0};
    for (int r = 0; r < b->units; r++) {
        const float *z = b->z + (size_t)r * (size_t)b->ld;
        const float *g = b->g + (size_t)r * (size_t)b->ld;
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3, s4, s5)
        for (int t = 0; t < n; t++) {
            s0 += g[t] * dp(z[t], p, 0);
            s1 += g[t] * dp(z[t], p, 1);
            s2 += g[t] * dp(z[t], p, 2);
            s3 += g[t] * dp(z[t], p, 3);
            s4 += g[t] * dp(z[t], p, 4);
            s5 += g[t] * dp(z[t], p, 5);
        }
        const float row[ACT_CONSTANTS] = {s0, s1, s2, s3, s4, s5};
        for (int k = 0; k < ACT_CONSTANTS; k++)
            sums[k] += (double)row[k];
    }
    inr_cpu_add_constants(b, sums);
}

#define KERNELS(number, word)                                                                      \
    _Static_assert(number < INR_CPU_ACTIVATIONS, "raise INR_CPU_ACTIVATIONS");                     \
    static void value_##word(const struct inr_cpu_act *a)                                          \
    {                                                                                              \
        scalar_value(a, act_##word);                                                               \
    }                                                                                              \
    static void train_##word(const struct inr_cpu_act *a)                                          \
    {                                                                                              \
        scalar_train(a, act_##word);                                                               \
    }                                                                                              \
    static void learn_##word(const struct inr_cpu_act_back *b)                                     \
    {                                                                                              \
        scalar_learn(b, act_##word##_dp);                                                          \
    }

ACT_SCALAR_LIST(KERNELS)

#define FILL(number, word)                                                                         \
    k->act_value[number] = value_##word;                                                           \
    k->act_train[number] = train_##word;                                                           \
    k->act_learn[number] = learn_##word;

void INR_CPU_FILL_SCALAR(struct inr_cpu_kernels *k)
{
    ACT_SCALAR_LIST(FILL)
}
