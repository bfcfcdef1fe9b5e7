/* SPDX-License-Identifier: MIT
 *
 * tile.h - A tile of samples through a program: forward, backward, weight gradients.
 */
#ifndef INR_EXEC_CPU_TILE_H
#define INR_EXEC_CPU_TILE_H

#include "exec/cpu/exec.h"

/* What a worker brings along. A run over columns first .. first + n of a tile is a run with slots
 * moved by `first`. */
struct inr_cpu_tile_run {
    const struct inr_cpu_plan *plan;
    const struct inr_cpu_kernels *kernels;
    const float *effective;              /* [n_effective] */
    const float *params;                 /* [n_params]: tables of grid ops, kernels */
    const struct inr_cpu_worker *worker; /* its table gradient */
    double fixed_scale;
    float *slots;       /* [plan->floats] */
    float *d_effective; /* [n_effective], added to; NULL: evaluation */
    int samples;        /* a multiple of INR_CPU_LANES, at most plan->samples */
    int n;              /* columns: samples (1 + plan->tangents) */
};

/* Values of all slots from the coordinates. */
void inr_cpu_forward(const struct inr_cpu_tile_run *run);

/* From dL/dy in the output slot to dL/dz in every pre-activation slot, and the gradients of biases,
 * constants and narrow layers. */
void inr_cpu_backward(const struct inr_cpu_tile_run *run);

/* What remains: the weight gradients of the layers that sgemm computes. */
void inr_cpu_weight_gradients(const struct inr_cpu_tile_run *run);

#endif
