/* SPDX-License-Identifier: MIT
 *
 * plan.h - The layered plan: any program, one kernel an op, forward and backward over the columns
 * of one micro-batch. It owns the slots and their gradients and makes every call once; recording
 * only sets push constants. A fused plan runs the program's chain (chain.h) in one kernel, and only
 * the ops before it like this.
 *
 * Weight gradients are partial sums over slices of the samples, [slices][n_effective], added in a
 * fixed order at the end of each micro-batch. Gradients of learned activation constants come from
 * partial sums of their own and are added after that; those of lookup tables, to each of whose
 * entries only few samples contribute, are summed in place; so are those of grids (table.h).
 */
#ifndef INR_EXEC_VULKAN_PLAN_H
#define INR_EXEC_VULKAN_PLAN_H

#include "exec/vulkan/fused.h"
#include "exec/vulkan/matmul.h"
#include "exec/vulkan/state.h"

/* Columns of a micro-batch at most: enough to fill a large GPU, few enough to stay in its cache. */
#define INR_VK_MAX_COLUMNS 65536u

/* Workgroups that share the sum of weight gradients. */
#define INR_VK_GPU_GROUPS      512u
#define INR_VK_SOFTWARE_GROUPS 4u

struct inr_vk_op_calls {
    struct inr_vk_call forward;     /* all but affine */
    struct inr_vk_product product;  /* affine: forward */
    struct inr_vk_product tangents; /* ... without its bias, of jets */
    struct inr_vk_call jet;         /* encode, chebyshev, rbf, norm: tangents, after `forward` */
    struct inr_vk_product data, weight; /* affine: gradients; data unused without input_gradient */
    struct inr_vk_call nearest;         /* kernels: before `forward` */
    struct inr_vk_call input[2]; /* act, msc, mul, add, norm: gradient of in and in2 that learn;
                                    grid, kernels: of its table */
    struct inr_vk_call sums;     /* affine: bias; rbf, norm: weight and bias */
    struct inr_vk_call lookup[INR_MAX_DIMS]; /* gradient of the table of each axis */
    struct inr_vk_call constants;            /* act: partial sums of learned constants */
    struct inr_vk_call constants_reduce;
    struct inr_vk_buffer constants_partial; /* [groups][INR_MAX_CONSTANTS] */
    struct inr_vk_buffer moments;           /* norm: [2][stride], mean and inverse deviation;
                                               of tangents see norm_jet.comp */
    struct inr_vk_buffer places;            /* kernels: [2 nearest][stride], indices and shares */
    bool has_gradient;                      /* something below the op's output learns */
};

struct inr_vk_plan {
    struct inr_vk_device *d;
    const struct inr_program *program;
    struct inr_vk_state *state;
    struct inr_vk_fused *fused; /* NULL: a layered plan */
    char text[96];              /* what it is, for people */
    int n_ops;                  /* ops with kernels of their own: all, or those before the chain */
    bool train, measured;
    uint32_t tangents; /* jets: the coordinates; tangent k of column j of n is (1 + k) n + j */
    uint32_t stride;   /* columns of a slot */
    uint32_t micro;    /* samples of a training micro-batch, at most stride / (1 + tangents) */
    uint32_t groups;   /* fused: workgroups wanted, 0: as many as the device needs */
    uint32_t slices;   /* of the partial sums; fused: workgroups at most */
    int loss;
    float loss_constant;
    inr_geometry geometry;
    int n_targets;                   /* rows of targets */
    struct inr_vk_buffer *values;    /* [n_slots] */
    struct inr_vk_buffer *gradients; /* [n_gradients], shared by slots that do not live together */
    int n_gradients;
    int *gradient_of;                  /* [n_slots] index into gradients, -1: none */
    struct inr_vk_buffer target;       /* [n_targets][stride] */
    struct inr_vk_buffer partial;      /* [slices][n_effective]; fused: [slices][block] */
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

/* What a plan is for. */
struct inr_vk_plan_use {
    uint32_t batch; /* samples a step; 0: evaluation only */
    bool jet;       /* of values and tangents */
    bool measured;  /* training pulls back a given gradient of the outputs, record_pull */
};

/* Fit a plan into the memory that is left. */
enum inr_status inr_vk_plan_create(struct inr_vk_state *state, struct inr_vk_kernels *kernels,
                                   struct inr_vk_stage *stage, const struct inr_exec_config *config,
                                   const struct inr_vk_plan_use *use, struct inr_vk_plan **out,
                                   struct inr_error *err);
void inr_vk_plan_destroy(struct inr_vk_plan *plan);

/* Make what record_forward needs and training does not. */
enum inr_status inr_vk_plan_need_forward(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                         struct inr_error *err);

/* Coordinates -> outputs, for the first `count` samples. */
void inr_vk_plan_record_forward(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                uint32_t count);

/* Coordinates and targets -> sums of the loss, d_effective and the tables' gradient, overwritten or
 * (accumulate) added to; scale = 1 / (batch channels). */
void inr_vk_plan_record_train(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                              uint32_t count, float scale, bool accumulate);

/* The same from coordinates and the gradient of the output, which is in its buffer. */
void inr_vk_plan_record_pull(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                             uint32_t count, float scale, bool accumulate);

/* Where record_train leaves the sums of the loss and of squared errors: n, slices, pitch and
 * in_offset of `push`. */
void inr_vk_plan_loss_sums(const struct inr_vk_plan *plan, uint32_t count, inr_push_reduce *push);
const struct inr_vk_buffer *inr_vk_plan_loss_buffer(const struct inr_vk_plan *plan);

/* Their parts that run op by op: ops -> slots; output and target -> gradient of the output and
 * partial sums; gradients of slots -> those of the slots below and partial sums, slices of them to
 * d_effective. */
void inr_vk_plan_record_ops(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                            uint32_t count);
void inr_vk_plan_record_loss(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                             uint32_t count, float scale);
void inr_vk_plan_record_ops_backward(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                     uint32_t count, bool accumulate);
void inr_vk_plan_record_sums(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
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
