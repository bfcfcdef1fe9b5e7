/* SPDX-License-Identifier: MIT
 *
 * plan.h - How the CPU backend runs a program over one tile of samples: which ops go together,
 * where slots and gradients lie in a worker's memory, and how many samples a tile holds.
 */
#ifndef INR_EXEC_CPU_PLAN_H
#define INR_EXEC_CPU_PLAN_H

#include "exec/cpu/kernels.h"

/* How an op's backward pass runs. */
enum inr_cpu_back {
    INR_CPU_BACK_SKIP,   /* nothing below it learns, or the op that joins it does it */
    INR_CPU_BACK_OWN,    /* by itself; affine: products by sgemm, the weights' once a tile */
    INR_CPU_BACK_FEW_IN, /* affine: weight gradient by few_in_back */
    INR_CPU_BACK_FEW_OUT /* affine: all by few_out_back */
};

/* One op with what lies around it. Places are in floats into a worker's slots, INR_NONE where there
 * is none; biases are offsets into the effective array. */
struct inr_cpu_op {
    const struct inr_op *op;
    size_t in, in2, out;  /* values */
    size_t g;             /* dL/d out */
    size_t g_in, g_in2;   /* dL/d in is written here ... */
    bool add_in, add_in2; /* ... or added to what other ops have put there */
    enum inr_cpu_back back;
    bool live; /* dL/d out exists */

    /* What the forward pass keeps for the backward pass. act: the derivative (scalar) or the
     * pre-activation with its bias (planes, jets); msc: the derivative, in jets the input; norm:
     * normalised values. Is `in` where no other op reads that slot. */
    size_t keep;
    size_t z;    /* scalar act with learned constants: pre-activations */
    size_t side; /* lookup: [dims] indices; kernels: [nearest] indices, [nearest] shares; norm:
                    [INR_CPU_NORM_ROWS] */

    bool scalar;                  /* act of one plane in and out, not of a jet */
    bool forgets;                 /* its backward pass does not read the values it wrote */
    bool bias_later;              /* affine: the act above adds the bias */
    size_t bias;                  /* act: the bias to add first, of the product below */
    size_t d_bias;                /* affine, act: the bias whose gradient is summed here */
    const struct inr_cpu_op *act; /* affine: the act whose backward pass joins this one: that below
                                     (few out) or above (few in) */
};

/* Memory of a training tile. Values stay until the end of the tile; evaluation reuses a slot's
 * place after its last reader. A gradient lies over the values of its slot where only one op reads
 * those, one that is done with them (so dL/dz of a layer overwrites z); otherwise it has a place of
 * its own, shared with other gradients unless a weight gradient will read it. Of the readers of a
 * slot, the first to run backwards sets the gradient and the others add.
 *
 * A tile goes forward and back in blocks of columns that stay in L1 and L2; only the weight
 * gradients take it whole, because their products gain from a long sum. */
struct inr_cpu_plan {
    const struct inr_program *program;
    struct inr_cpu_op *ops; /* [program->n_ops] */
    int tangents;           /* of each sample: 0, or of a jet (kernels.h) the coordinates */
    int samples;            /* of a tile, a multiple of INR_CPU_LANES */
    int tile;               /* its columns, samples (1 + tangents); the row stride of slots */
    int block;              /* samples a block, as `samples`; divides a tile nearly evenly */
    size_t coords;          /* slot 0 */
    size_t output;          /* [channels][tile]; the loss writes its gradient over it */
    size_t targets;         /* [channels, or those of the geometry loss][tile] */
    size_t floats;          /* in all */
};

/* How a program is laid out. */
struct inr_cpu_shape {
    bool train;
    bool jet;
    int targets;   /* rows of them */
    uint64_t most; /* samples there ever are */
};

/* Lay out a program; the kernels tell scalar activations from planes. Errors: INR_ERR_MEMORY,
 * INR_ERR_FAILED (a program whose output other ops read, or that does not end with a layer, a
 * product or a sum). */
enum inr_status inr_cpu_plan_init(struct inr_cpu_plan *plan, const struct inr_program *program,
                                  const struct inr_cpu_kernels *kernels,
                                  const struct inr_cpu_shape *shape, struct inr_error *err);
void inr_cpu_plan_finish(struct inr_cpu_plan *plan);

#endif
