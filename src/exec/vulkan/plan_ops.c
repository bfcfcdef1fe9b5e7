/* SPDX-License-Identifier: MIT
 *
 * plan_ops.c - Backward of the ops that are neither products nor activations: lookup, rbf, mul, add
 * and norm.
 */
#include "exec/vulkan/plan.h"

/* The range of `partial` or d_effective that holds n entries from `at` on. */
static struct inr_vk_access range(const struct inr_vk_buffer *buffer, size_t at, size_t n)
{
    return (struct inr_vk_access){.buffer = buffer, .begin = at, .end = at + n};
}

static enum inr_status lookup_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                    const struct inr_op *op, struct inr_vk_op_calls *calls,
                                    struct inr_error *err)
{
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        inr_vk_kernel_get(kernels, INR_VK_LOOKUP_BACKWARD, NULL, 0, &kernel, err);
    for (int axis = 0; axis < plan->program->dims && status == INR_OK; axis++) {
        const struct inr_vk_access buffers[] = {{.buffer = &plan->values[op->in]},
                                                {.buffer = inr_vk_plan_gradient(plan, op->out)},
                                                range(&plan->state->d_effective, op->lookup[axis],
                                                      (size_t)op->n_out * op->shape[axis])};
        status =
            inr_vk_call_make(&plan->calls, kernels, kernel, buffers, &calls->lookup[axis], err);
    }
    return status;
}

/* Centres and gammas lie side by side or apart; the range of the sums covers both. */
static struct inr_vk_access sums_range(const struct inr_vk_plan *plan, size_t a, size_t n_a,
                                       size_t b, size_t n_b)
{
    const size_t begin = a < b ? a : b, end = a + n_a > b + n_b ? a + n_a : b + n_b;
    return range(&plan->partial, begin, end - begin);
}

static enum inr_status rbf_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                 const struct inr_op *op, struct inr_vk_op_calls *calls,
                                 struct inr_error *err)
{
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        inr_vk_kernel_get(kernels, plan->tangents ? INR_VK_RBF_JET_BACKWARD : INR_VK_RBF_BACKWARD,
                          NULL, 0, &kernel, err);
    if (status != INR_OK)
        return status;
    const size_t n = (size_t)op->n_out;
    const struct inr_vk_access buffers[] = {
        {.buffer = &plan->values[op->in]},
        {.buffer = &plan->state->effective},
        {.buffer = &plan->values[op->out]},
        {.buffer = inr_vk_plan_gradient(plan, op->out)},
        sums_range(plan, op->weight, n * (size_t)plan->program->dims, op->bias, n)};
    return inr_vk_call_make(&plan->calls, kernels, kernel, buffers, &calls->sums, err);
}

/* One call for each input that learns; the input of a square is its own partner. */
static enum inr_status pair_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                  const struct inr_op *op, struct inr_vk_op_calls *calls,
                                  const bool accumulate[2], struct inr_error *err)
{
    const int inputs[2] = {op->in, op->in2};
    enum inr_status status = INR_OK;
    for (int k = 0; k < 2 && status == INR_OK; k++) {
        if (plan->gradient_of[inputs[k]] < 0)
            continue;
        const bool mul = op->kind == INR_OP_MUL;
        const uint32_t constants[] = {mul, accumulate[k], mul ? plan->tangents : 0};
        const struct inr_vk_kernel *kernel;
        status = inr_vk_kernel_get(kernels, INR_VK_PAIR_BACKWARD, constants, 3, &kernel, err);
        const struct inr_vk_access buffers[] = {{.buffer = &plan->values[inputs[1 - k]]},
                                                {.buffer = inr_vk_plan_gradient(plan, op->out)},
                                                {.buffer = inr_vk_plan_gradient(plan, inputs[k])}};
        if (status == INR_OK)
            status =
                inr_vk_call_make(&plan->calls, kernels, kernel, buffers, &calls->input[k], err);
    }
    return status;
}

static enum inr_status norm_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                  const struct inr_op *op, struct inr_vk_op_calls *calls,
                                  bool accumulate, struct inr_error *err)
{
    const bool jet = plan->tangents > 0;
    const uint32_t constants[] = {jet ? plan->tangents : accumulate, accumulate};
    const size_t n = (size_t)op->n_out;
    const struct inr_vk_kernel *input, *sums;
    const struct inr_vk_access in = {.buffer = &plan->values[op->in]};
    const struct inr_vk_access moments = {.buffer = &calls->moments};
    const struct inr_vk_access d_out = {.buffer = inr_vk_plan_gradient(plan, op->out)};
    enum inr_status status =
        inr_vk_kernel_get(kernels, jet ? INR_VK_NORM_JET_BACKWARD : INR_VK_NORM_BACKWARD, constants,
                          jet ? 2 : 1, &input, err);
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, jet ? INR_VK_NORM_JET_SUMS : INR_VK_NORM_SUMS,
                                   constants, jet ? 1 : 0, &sums, err);
    if (status == INR_OK) {
        const struct inr_vk_access buffers[] = {in, moments, d_out,
                                                sums_range(plan, op->weight, n, op->bias, n)};
        status = inr_vk_call_make(&plan->calls, kernels, sums, buffers, &calls->sums, err);
    }
    if (status != INR_OK || plan->gradient_of[op->in] < 0)
        return status;
    const struct inr_vk_access buffers[] = {in,
                                            {.buffer = &plan->state->effective},
                                            moments,
                                            d_out,
                                            {.buffer = inr_vk_plan_gradient(plan, op->in)}};
    return inr_vk_call_make(&plan->calls, kernels, input, buffers, &calls->input[0], err);
}

enum inr_status inr_vk_plan_op_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                     int i, const bool accumulate[2], struct inr_error *err)
{
    const struct inr_op *op = &plan->program->ops[i];
    struct inr_vk_op_calls *calls = &plan->ops[i];
    switch (op->kind) {
    case INR_OP_LOOKUP:
        return lookup_calls(plan, kernels, op, calls, err);
    case INR_OP_GRID:
        return inr_vk_plan_grid_backward(plan, kernels, i, err);
    case INR_OP_KERNELS:
        return inr_vk_plan_nearest_backward(plan, kernels, i, err);
    case INR_OP_MSC:
        return inr_vk_plan_msc_backward(plan, kernels, i, accumulate[0], err);
    case INR_OP_RBF:
        return op->learn ? rbf_calls(plan, kernels, op, calls, err) : INR_OK;
    case INR_OP_MUL:
    case INR_OP_ADD:
        return pair_calls(plan, kernels, op, calls, accumulate, err);
    case INR_OP_NORM:
        return norm_calls(plan, kernels, op, calls, accumulate[0], err);
    default: /* features of the coordinates: nothing below them learns */
        return INR_OK;
    }
}

static void record_lookup(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                          uint32_t count, bool add)
{
    const struct inr_op *op = &plan->program->ops[i];
    for (int axis = 0; axis < plan->program->dims; axis++) {
        const inr_push_lookup_axis push = {.count = count,
                                           .stride = plan->stride,
                                           .axis = (uint32_t)axis,
                                           .lattice = (uint32_t)op->lattice,
                                           .rows = (uint32_t)op->n_out,
                                           .points = op->shape[axis],
                                           .table = (uint32_t)op->lookup[axis],
                                           .accumulate = add};
        uint32_t x, z;
        inr_vk_stream_fold(push.points, &x, &z);
        inr_vk_stream_run(stream, &plan->ops[i].lookup[axis], x,
                          (push.rows + INR_GROUP - 1) / INR_GROUP, z, &push);
    }
}

static void record_rbf(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                       uint32_t count, uint32_t slice)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_rbf push = {.count = count,
                               .stride = plan->stride,
                               .dims = (uint32_t)plan->program->dims,
                               .rows = (uint32_t)op->n_out,
                               .centre = (uint32_t)op->weight,
                               .gamma = (uint32_t)op->bias,
                               .slice = slice,
                               .out_slice = (uint32_t)plan->program->n_effective};
    uint32_t x, z;
    inr_vk_stream_fold(push.rows, &x, &z);
    if (op->learn)
        inr_vk_stream_run(stream, &plan->ops[i].sums, x, plan->slices, z, &push);
}

static void record_pair(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                        uint32_t count)
{
    const struct inr_op *op = &plan->program->ops[i];
    const uint32_t pairs = op->kind == INR_OP_ADD ? inr_vk_plan_columns(plan, count) : count;
    const inr_push_pair push = {.count = pairs, .stride = plan->stride};
    const uint32_t rows = (uint32_t)plan->program->slot_rows[op->out];
    const int inputs[2] = {op->in, op->in2};
    for (int k = 0; k < 2; k++)
        if (plan->gradient_of[inputs[k]] >= 0)
            inr_vk_stream_run(stream, &plan->ops[i].input[k], (pairs + INR_GROUP - 1) / INR_GROUP,
                              rows, 1, &push);
}

static void record_norm(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                        uint32_t count, uint32_t slice)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_norm push = {.count = count,
                                .stride = plan->stride,
                                .rows = (uint32_t)op->n_out,
                                .gamma = (uint32_t)op->weight,
                                .delta = (uint32_t)op->bias,
                                .slice = slice,
                                .out_slice = (uint32_t)plan->program->n_effective};
    if (plan->gradient_of[op->in] >= 0)
        inr_vk_stream_run_threads(stream, &plan->ops[i].input[0], count, &push);
    inr_vk_stream_run(stream, &plan->ops[i].sums, push.rows, plan->slices, 1, &push);
}

void inr_vk_plan_record_op(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                           uint32_t count, uint32_t slice, bool add)
{
    switch (plan->program->ops[i].kind) {
    case INR_OP_LOOKUP:
        record_lookup(plan, stream, i, count, add);
        break;
    case INR_OP_GRID:
        inr_vk_plan_record_grid(plan, stream, i, count, true);
        break;
    case INR_OP_KERNELS:
        inr_vk_plan_record_nearest(plan, stream, i, count, true);
        break;
    case INR_OP_MSC:
        inr_vk_plan_record_msc(plan, stream, i, count, true);
        break;
    case INR_OP_RBF:
        record_rbf(plan, stream, i, count, slice);
        break;
    case INR_OP_MUL:
    case INR_OP_ADD:
        record_pair(plan, stream, i, count);
        break;
    case INR_OP_NORM:
        record_norm(plan, stream, i, count, slice);
        break;
    default:
        break;
    }
}
