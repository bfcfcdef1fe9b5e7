/* SPDX-License-Identifier: MIT
 *
 * plan.h - How the CPU backend runs a program over one tile of samples: where each slot lies in a
 * worker's memory, and how many samples a tile holds.
 */
#ifndef INR_EXEC_CPU_PLAN_H
#define INR_EXEC_CPU_PLAN_H

#include "exec/cpu/kernels.h"

/* One op with what lies around it; offsets are in floats into a worker's slots. */
struct inr_cpu_op {
    const struct inr_op *op;
    const struct inr_cpu_op *below, *above; /* neighbours in the chain, NULL at its ends */
    size_t in, out;                         /* slots */
    size_t keep; /* act with learned constants: pre-activations beside the derivative */
    bool scalar; /* act of one plane in and out whose derivative is kept */
};

/* Memory of a training tile. The forward pass leaves in each pre-activation slot what the backward
 * pass needs: the derivative (scalar activations) or the pre-activation with its bias (planes).
 * Going back, dL/dz overwrites that slot; dL/dh lives only from one op to the next, in one buffer
 * for all. A tile goes forward and back in blocks of columns that stay in L1 and L2; only the
 * weight gradients take it whole, because their products gain from a long sum. Evaluation keeps no
 * history: slots alternate between two buffers. */
struct inr_cpu_plan {
    const struct inr_program *program;
    struct inr_cpu_op *ops; /* [program->n_ops] */
    int tile;      /* samples a tile, a multiple of INR_CPU_LANES; the row stride of slots */
    int block;     /* samples a block, likewise; divides a tile nearly evenly */
    size_t coords; /* slot 0 */
    size_t output;
    size_t gradient; /* [most rows of an activation][tile] */
    size_t targets;  /* [channels][tile] */
    size_t floats;   /* in all */
};

/* Lay out a program for tiles of at most `most` samples; the kernels tell scalar activations from
 * planes. Errors: INR_ERR_MEMORY, INR_ERR_FAILED (a program that is not a chain of affine and act
 * ops). */
enum inr_status inr_cpu_plan_init(struct inr_cpu_plan *plan, const struct inr_program *program,
                                  const struct inr_cpu_kernels *kernels, bool train, uint64_t most,
                                  struct inr_error *err);
void inr_cpu_plan_finish(struct inr_cpu_plan *plan);

#endif
