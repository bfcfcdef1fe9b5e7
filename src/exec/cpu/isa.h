/* SPDX-License-Identifier: MIT
 *
 * isa.h - What the files compiled once per instruction set share: the names of their only external
 * functions, and how their loops are written.
 *
 * The build defines INR_CPU_ISA as base, v3 (AVX2, FMA) or v4 (AVX-512). These files, and no
 * others, may contract a * b + c, which every formula in shaders/ tolerates. Every loop over
 * samples is marked `omp simd`: its arrays may coincide but never overlap with a shift, and its
 * sums may run in lanes, whose order is fixed for one table.
 */
#ifndef INR_EXEC_CPU_ISA_H
#define INR_EXEC_CPU_ISA_H

#include "exec/cpu/kernels.h"

#define INR_CPU_JOIN2(a, b)      a##_##b
#define INR_CPU_JOIN(a, b)       INR_CPU_JOIN2(a, b)
#define INR_CPU_FILL_SCALAR      INR_CPU_JOIN(inr_cpu_fill_scalar, INR_CPU_ISA)
#define INR_CPU_FILL_PLANE       INR_CPU_JOIN(inr_cpu_fill_plane, INR_CPU_ISA)
#define INR_CPU_FILL_DENSE       INR_CPU_JOIN(inr_cpu_fill_dense, INR_CPU_ISA)
#define INR_CPU_FILL_GRAPH       INR_CPU_JOIN(inr_cpu_fill_graph, INR_CPU_ISA)
#define INR_CPU_FILL_GRID        INR_CPU_JOIN(inr_cpu_fill_grid, INR_CPU_ISA)
#define INR_CPU_FILL_NEAREST     INR_CPU_JOIN(inr_cpu_fill_nearest, INR_CPU_ISA)
#define INR_CPU_FILL_SAMPLE      INR_CPU_JOIN(inr_cpu_fill_sample, INR_CPU_ISA)
#define INR_CPU_FILL_ACT_JET     INR_CPU_JOIN(inr_cpu_fill_act_jet, INR_CPU_ISA)
#define INR_CPU_FILL_JET         INR_CPU_JOIN(inr_cpu_fill_jet, INR_CPU_ISA)
#define INR_CPU_FILL_GRID_JET    INR_CPU_JOIN(inr_cpu_fill_grid_jet, INR_CPU_ISA)
#define INR_CPU_FILL_NEAREST_JET INR_CPU_JOIN(inr_cpu_fill_nearest_jet, INR_CPU_ISA)
#define INR_CPU_FILL_RADON       INR_CPU_JOIN(inr_cpu_fill_radon, INR_CPU_ISA)
#define INR_CPU_FILL_SPARSE      INR_CPU_JOIN(inr_cpu_fill_sparse, INR_CPU_ISA)

void INR_CPU_FILL_SCALAR(struct inr_cpu_kernels *k);
void INR_CPU_FILL_PLANE(struct inr_cpu_kernels *k);
void INR_CPU_FILL_DENSE(struct inr_cpu_kernels *k);
void INR_CPU_FILL_GRAPH(struct inr_cpu_kernels *k);
void INR_CPU_FILL_GRID(struct inr_cpu_kernels *k);
void INR_CPU_FILL_NEAREST(struct inr_cpu_kernels *k);
void INR_CPU_FILL_SAMPLE(struct inr_cpu_kernels *k);
void INR_CPU_FILL_RADON(struct inr_cpu_kernels *k);
void INR_CPU_FILL_SPARSE(struct inr_cpu_kernels *k);
void INR_CPU_FILL_ACT_JET(struct inr_cpu_kernels *k);
void INR_CPU_FILL_JET(struct inr_cpu_kernels *k);
void INR_CPU_FILL_GRID_JET(struct inr_cpu_kernels *k);
void INR_CPU_FILL_NEAREST_JET(struct inr_cpu_kernels *k);

/* A function whose parameters become constants: formulas passed as pointers end up in its loops,
 * and tests of sizes leave them. */
#define INR_CPU_INLINE static inline __attribute__((always_inline, unused))

/* Constants of an activation in registers: nothing a loop writes can alias them. */
#define INR_CPU_CONSTANTS(p, from)                                                                 \
    const float p[INR_MAX_CONSTANTS] = {(from)[0], (from)[1], (from)[2],                           \
                                        (from)[3], (from)[4], (from)[5]}

/* Samples to visit: the compiler learns that there is no tail. */
INR_CPU_INLINE int inr_cpu_whole(int n)
{
    return n & -INR_CPU_LANES;
}

/* Row r of a slot. */
INR_CPU_INLINE const float *inr_cpu_row(const float *slot, int r, int ld)
{
    return slot + (size_t)r * (size_t)ld;
}

INR_CPU_INLINE float *inr_cpu_row_out(float *slot, int r, int ld)
{
    return slot + (size_t)r * (size_t)ld;
}

/* d_p[k] += sums[k] of the constants that learn. */
INR_CPU_INLINE void inr_cpu_add_constants(const struct inr_cpu_act_back *b, const double *sums)
{
    for (int k = 0; k < INR_MAX_CONSTANTS; k++)
        if (b->learn >> k & 1u)
            b->d_p[k] += (float)sums[k];
}

#endif
