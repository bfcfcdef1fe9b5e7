/* SPDX-License-Identifier: MIT
 *
 * plan.h - The layered plan: any program, one kernel an op, forward and backward over the columns
 * of one micro-batch. It owns the slots and their gradients and makes every call once; recording
 * only sets push constants.
 *
 * Weight gradients are partial sums over slices of the samples, [slices][n_effective], added in a
 * fixed order at the end of each micro-batch. Gradients of learned activation constants come from
 * partial sums of their own and are added after that; those of lookup tables, to each of whose
 * entries only few samples contribute, are summed in place; so are those of grids (table.h).
 */
#ifndef INR_EXEC_VULKAN_PLAN_H
#define INR_EXEC_VULKAN_PLAN_H

#include "exec/vulkan/matmul.h"
#include "exec/vulkan/state.h"

/* Columns of a micro-batch at most: enough to fill a large GPU, few enough to stay in its cache. */
#define INR_VK_MAX_COLUMNS 65536u

struct inr_vk_op_calls {
    struct inr_vk_call forward;         /* all but affine */
    struct inr_vk_product product;      /* affine: forward */
    struct inr_vk_product tangents;     /* ... without its bias, of jets */
    struct inr_vk_call jet;             /* encode: tangents, after `forward` */
    struct inr_vk_product data, weight; /* affine: gradients; data unused without input_gradient */
    struct inr_vk_call nearest;         /* kernels: before `forward` */
    struct inr_vk_call input[2]; /* act, msc, mul, add, norm: gradient of in and in2 that learn;
                                    grid, kernels: of its table */
    struct inr_vk_call sums;     /* affine: bias; rbf, norm: weight and bias */
    struct inr_vk_call lookup[INR_MAX_DIMS]; /* gradient of the table of each axis */
    struct inr_vk_call constants;            /* act: partial sums of learned constants */
    struct inr_vk_call constants_reduce;
    struct inr_vk_buffer constants_partial; /* [groups][INR_MAX_CONSTANTS] */
    struct inr_vk_buffer moments;           /* norm: [2][stride], mean and inverse deviation */
    struct inr_vk_buffer places;            /* kernels: [2 nearest][stride], indices and shares */
    bool has_gradient;                      /* something below the op's output learns */
};

struct inr_vk_plan {
    struct inr_vk_device *d;
    const struct inr_program *program;
    struct inr_vk_state *state;
    bool train;
    uint32_t tangents; /* jets: the coordinates; tangent k of column j of n is (1 + k) n + j */
    uint32_t stride;   /* columns of a slot */
    uint32_t micro;    /* samples of a training micro-batch, at most stride / (1 + tangents) */
    uint32_t slices;
    int loss;
    float loss_constant;
    inr_geometry geometry;
    int n_targets;                   /* rows of targets */
    struct inr_vk_buffer *values;    /* [n_slots] */
    struct inr_vk_buffer *gradients; /* [n_gradients], shared by slots that do not live together */
    int n_gradients;
    int *gradient_of;                  /* [n_slots] index into gradients, -1: none */
    struct inr_vk_buffer target;       /* [n_targets][stride] */
    struct inr_vk_buffer partial;      /* [slices][n_effective] */
    struct inr_vk_buffer loss_partial; /* [groups][2] */
    struct inr_vk_op_calls *ops;       /* [n_ops] */
    struct inr_vk_calls calls;
    struct inr_vk_call loss_call, reduce_call;
    struct inr_vk_call seed;                 /* jets: tangents of the coordinates */
    const struct inr_vk_kernel *reduce_wide; /* one workgroup a sum */
};

/* Columns that `count` samples take. */
static inline uint32_t inr_vk_plan_columns(const struct inr_vk_plan *plan, uint32_t count)
{
    return count * (1 + plan->tangents);
}

/* Fit a plan for batches of `batch` samples (0: evaluation only) into the memory that is left; jet:
 * of values and tangents. */
enum inr_status inr_vk_plan_create(struct inr_vk_state *state, struct inr_vk_kernels *kernels,
                                   struct inr_vk_stage *stage, const struct inr_exec_config *config,
                                   uint32_t batch, bool jet, struct inr_vk_plan **out,
                                   struct inr_error *err);
void inr_vk_plan_destroy(struct inr_vk_plan *plan);

/* Whether every op of a program has kernels for jets. Errors: INR_ERR_USAGE. */
enum inr_status inr_vk_plan_check_jet(const struct inr_program *program, struct inr_error *err);

/* Slots -> output, for the first `count` samples. */
void inr_vk_plan_record_forward(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                uint32_t count);

/* Output and target -> gradient of the output and partial sums; scale = 1 / (batch channels). */
void inr_vk_plan_record_loss(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                             uint32_t count, float scale);

/* Gradient of the output -> d_effective and the tables' gradient, overwritten or (accumulate) added
 * to. */
void inr_vk_plan_record_backward(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                 uint32_t count, bool accumulate);

/* The buffer of a slot's gradient, which the slot has. */
const struct inr_vk_buffer *inr_vk_plan_gradient(const struct inr_vk_plan *plan, int slot);

/* The forward and backward halves of inr_vk_plan_create. */
enum inr_status inr_vk_plan_forward_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                          struct inr_error *err);
enum inr_status inr_vk_plan_backward_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                           struct inr_error *err);

/* Backward of op i where it is a lookup, rbf, msc, mul, add or norm. accumulate: whether the
 * gradients of in and in2 have been written already. A slice holds `slice` columns; add: lookups
 * add to d_effective, else they overwrite. */
enum inr_status inr_vk_plan_op_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                     int i, const bool accumulate[2], struct inr_error *err);
void inr_vk_plan_record_op(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                           uint32_t count, uint32_t slice, bool add);

/* Grid ops: their calls, and one way or the other of them recorded. */
enum inr_status inr_vk_plan_grid_forward(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                         int i, struct inr_error *err);
enum inr_status inr_vk_plan_grid_backward(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                          int i, struct inr_error *err);
void inr_vk_plan_record_grid(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                             uint32_t count, bool backward);

/* The same of kernels and msc ops. */
enum inr_status inr_vk_plan_nearest_forward(struct inr_vk_plan *plan,
                                            struct inr_vk_kernels *kernels, int i,
                                            struct inr_error *err);
enum inr_status inr_vk_plan_nearest_backward(struct inr_vk_plan *plan,
                                             struct inr_vk_kernels *kernels, int i,
                                             struct inr_error *err);
void inr_vk_plan_record_nearest(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                                uint32_t count, bool backward);
enum inr_status inr_vk_plan_msc_backward(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                         int i, bool accumulate, struct inr_error *err);
void inr_vk_plan_record_msc(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                            uint32_t count, bool backward);

#endif
