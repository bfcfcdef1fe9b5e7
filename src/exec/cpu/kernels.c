/* SPDX-License-Identifier: MIT
 *
 * kernels.c - The tables of elementwise loops this build has, and the choice among them.
 */
#include "exec/cpu/kernels.h"

#include <string.h>

typedef void fill_fn(struct inr_cpu_kernels *k);

#define FILLS 13

struct table {
    const char *name;
    int lanes;
    fill_fn *fill[FILLS];
};

#define DECLARE(isa)                                                                               \
    fill_fn inr_cpu_fill_scalar_##isa, inr_cpu_fill_plane_##isa, inr_cpu_fill_dense_##isa,         \
        inr_cpu_fill_graph_##isa, inr_cpu_fill_grid_##isa, inr_cpu_fill_nearest_##isa,             \
        inr_cpu_fill_sample_##isa, inr_cpu_fill_sparse_##isa, inr_cpu_fill_act_jet_##isa,          \
        inr_cpu_fill_jet_##isa, inr_cpu_fill_grid_jet_##isa, inr_cpu_fill_nearest_jet_##isa,       \
        inr_cpu_fill_radon_##isa;
#define FILLS_OF(isa)                                                                              \
    {                                                                                              \
        inr_cpu_fill_scalar_##isa, inr_cpu_fill_plane_##isa, inr_cpu_fill_dense_##isa,             \
            inr_cpu_fill_graph_##isa, inr_cpu_fill_grid_##isa, inr_cpu_fill_nearest_##isa,         \
            inr_cpu_fill_sample_##isa, inr_cpu_fill_sparse_##isa, inr_cpu_fill_act_jet_##isa,      \
            inr_cpu_fill_jet_##isa, inr_cpu_fill_grid_jet_##isa, inr_cpu_fill_nearest_jet_##isa,   \
            inr_cpu_fill_radon_##isa                                                               \
    }

DECLARE(base)
#ifdef INR_CPU_X86
DECLARE(v3)
DECLARE(v4)
#endif

static const struct table tables[] = {
    {"baseline", 4, FILLS_OF(base)},
#ifdef INR_CPU_X86
    {"AVX2", 8, FILLS_OF(v3)},
    {"AVX-512", 16, FILLS_OF(v4)},
#endif
};

#define TABLES ((int)(sizeof tables / sizeof tables[0]))

static bool runs_here(int index)
{
#ifdef INR_CPU_X86
    __builtin_cpu_init();
    if (index == 1)
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
               __builtin_cpu_supports("bmi2");
    if (index == 2)
        return __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") &&
               __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl");
#endif
    return index == 0;
}

bool inr_cpu_kernels_at(int index, struct inr_cpu_kernels *out)
{
    if (index < 0 || index >= TABLES || !runs_here(index))
        return false;
    memset(out, 0, sizeof *out);
    out->name = tables[index].name;
    out->lanes = tables[index].lanes;
    for (int i = 0; i < FILLS; i++)
        tables[index].fill[i](out);
    return true;
}

struct inr_cpu_kernels inr_cpu_kernels_pick(void)
{
    struct inr_cpu_kernels kernels;
    int best = TABLES - 1;
    while (!inr_cpu_kernels_at(best, &kernels))
        best--;
    return kernels;
}
