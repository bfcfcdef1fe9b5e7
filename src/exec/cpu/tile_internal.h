/* SPDX-License-Identifier: MIT
 *
 * tile_internal.h - What the files that run ops over a tile share. In a jet (run->tangents > 0)
 * what is linear takes all columns, run->n; the rest takes run->samples and knows where tangents
 * lie.
 */
#ifndef INR_EXEC_CPU_TILE_INTERNAL_H
#define INR_EXEC_CPU_TILE_INTERNAL_H

#include "exec/cpu/tile.h"

static inline float *inr_cpu_tile_place(const struct inr_cpu_tile_run *run, size_t at)
{
    return at == INR_NONE ? NULL : run->slots + at;
}

static inline const float *inr_cpu_tile_effective(const struct inr_cpu_tile_run *run, size_t at)
{
    return at == INR_NONE ? NULL : run->effective + at;
}

static inline float *inr_cpu_tile_d_effective(const struct inr_cpu_tile_run *run, size_t at)
{
    return at == INR_NONE ? NULL : run->d_effective + at;
}

/* tile_sources.c: features of the coordinates */
void inr_cpu_forward_encode(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_forward_chebyshev(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_forward_lookup(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_backward_lookup(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_forward_grid(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_backward_grid(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_forward_kernels(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_backward_kernels(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_forward_rbf(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);
void inr_cpu_backward_rbf(const struct inr_cpu_tile_run *run, const struct inr_cpu_op *o);

#endif
