/* SPDX-License-Identifier: MIT
 *
 * plan_backward.c - From the loss to the gradient of the effective weights.
 */
#include <stdlib.h>

#include "exec/vulkan/plan.h"

/* Workgroups that share the sums of one activation's constants: their terms are then added by a
 * single workgroup. */
#define CONSTANT_GROUPS (INR_GROUP * 8u)

const struct inr_vk_buffer *inr_vk_plan_gradient(const struct inr_vk_plan *plan, int slot)
{
    return &plan->gradients[plan->gradient_of[slot]];
}

static enum inr_status affine_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                    const struct inr_op *op, struct inr_vk_op_calls *calls,
                                    bool accumulate, struct inr_error *err)
{
    const struct inr_vk_affine affine = {
        .op = op,
        .stride = plan->stride,
        .in = &plan->values[op->in],
        .d_out = inr_vk_plan_gradient(plan, op->out),
        .d_in = op->input_gradient ? inr_vk_plan_gradient(plan, op->in) : NULL,
        .effective = &plan->state->effective,
        .partial = &plan->partial,
        .accumulate = accumulate,
        .slice_pitch = (uint32_t)plan->program->n_effective,
    };
    enum inr_status status =
        inr_vk_product_weight(&affine, &plan->calls, kernels, &calls->weight, err);
    if (status == INR_OK && op->input_gradient)
        status = inr_vk_product_data(&affine, &plan->calls, kernels, &calls->data, err);
    const struct inr_vk_kernel *kernel;
    if (op->bias == INR_NONE)
        return status;
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_ROW_SUMS, NULL, 0, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access buffers[] = {
        {.buffer = affine.d_out},
        {.buffer = &plan->partial, .begin = op->bias, .end = op->bias + (size_t)op->n_out}};
    return inr_vk_call_make(&plan->calls, kernels, kernel, buffers, &calls->sums, err);
}

/* Sums of learned constants: partial sums by act_constants, then added to d_effective. */
static enum inr_status constants_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                       const struct inr_op *op, struct inr_vk_op_calls *calls,
                                       const struct inr_vk_access act[4], struct inr_error *err)
{
    const uint32_t constants[] = {(uint32_t)op->activation, (uint32_t)op->planes_in,
                                  (uint32_t)op->planes_out, op->learn, plan->tangents};
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        inr_vk_buffer_create(plan->d, "partial constant gradients",
                             (uint64_t)CONSTANT_GROUPS * INR_MAX_CONSTANTS * sizeof(float),
                             INR_VK_LOCAL, &calls->constants_partial, err);
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_ACT_CONSTANTS, constants, 5, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access sums[] = {
        act[0], act[1], act[2], act[3], {.buffer = &calls->constants_partial}};
    status = inr_vk_call_make(&plan->calls, kernels, kernel, sums, &calls->constants, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access total[] = {{.buffer = &calls->constants_partial},
                                          {.buffer = &plan->state->d_effective,
                                           .begin = op->constants,
                                           .end = op->constants + INR_MAX_CONSTANTS}};
    return inr_vk_call_make(&plan->calls, kernels, plan->reduce_wide, total,
                            &calls->constants_reduce, err);
}

static enum inr_status act_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                 const struct inr_op *op, struct inr_vk_op_calls *calls,
                                 bool accumulate, struct inr_error *err)
{
    const uint32_t constants[] = {(uint32_t)op->activation, (uint32_t)op->planes_in,
                                  (uint32_t)op->planes_out, accumulate, plan->tangents};
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        plan->tangents
            ? inr_vk_kernel_get(kernels, INR_VK_ACT_JET_BACKWARD, constants, 5, &kernel, err)
            : inr_vk_kernel_get(kernels, INR_VK_ACT_BACKWARD, constants, 4, &kernel, err);
    if (status != INR_OK)
        return status;
    const bool below = plan->gradient_of[op->in] >= 0;
    const struct inr_vk_access buffers[] = {
        {.buffer = &plan->values[op->in]},
        {.buffer = &plan->values[op->out]},
        {.buffer = inr_vk_plan_gradient(plan, op->out)},
        {.buffer = &plan->state->effective},
        {.buffer = below ? inr_vk_plan_gradient(plan, op->in) : NULL}};
    if (below)
        status = inr_vk_call_make(&plan->calls, kernels, kernel, buffers, &calls->input[0], err);
    if (status == INR_OK && op->learn)
        status = constants_calls(plan, kernels, op, calls, buffers, err);
    return status;
}

static enum inr_status loss_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                  struct inr_error *err)
{
    const uint32_t loss = (uint32_t)plan->loss, narrow = 0;
    const struct inr_vk_kernel *kernel, *reduce;
    enum inr_status status =
        plan->tangents
            ? inr_vk_kernel_get(kernels, INR_VK_GEOMETRY, &plan->tangents, 1, &kernel, err)
            : inr_vk_kernel_get(kernels, INR_VK_LOSS, &loss, 1, &kernel, err);
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_REDUCE, &narrow, 1, &reduce, err);
    if (status != INR_OK)
        return status;
    const int output = plan->program->output;
    const struct inr_vk_access buffers[] = {{.buffer = &plan->values[output]},
                                            {.buffer = &plan->target},
                                            {.buffer = inr_vk_plan_gradient(plan, output)},
                                            {.buffer = &plan->loss_partial}};
    status = inr_vk_call_make(&plan->calls, kernels, kernel, buffers, &plan->loss_call, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access total[] = {{.buffer = &plan->partial},
                                          {.buffer = &plan->state->d_effective}};
    return inr_vk_call_make(&plan->calls, kernels, reduce, total, &plan->reduce_call, err);
}

enum inr_status inr_vk_plan_backward_calls(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                           struct inr_error *err)
{
    const struct inr_program *p = plan->program;
    /* The last reader of a slot writes its gradient, earlier ones add to it. */
    bool *written = calloc((size_t)p->n_slots, sizeof *written);
    if (!written)
        return inr_fail(err, INR_ERR_MEMORY, "out of memory for a plan");
    written[p->output] = true; /* by the loss */
    const uint32_t wide = 1;
    enum inr_status status =
        inr_vk_kernel_get(kernels, INR_VK_REDUCE, &wide, 1, &plan->reduce_wide, err);
    if (status == INR_OK && !plan->fused)
        status = loss_calls(plan, kernels, err);
    for (int i = plan->n_ops - 1; i >= 0 && status == INR_OK; i--) {
        const struct inr_op *op = &p->ops[i];
        struct inr_vk_op_calls *calls = &plan->ops[i];
        if (!calls->has_gradient)
            continue;
        const bool again = op->in2 == op->in;
        const bool accumulate[2] = {written[op->in], op->in2 >= 0 && (again || written[op->in2])};
        if (op->kind == INR_OP_AFFINE)
            status = affine_calls(plan, kernels, op, calls, accumulate[0], err);
        else if (op->kind == INR_OP_ACT)
            status = act_calls(plan, kernels, op, calls, accumulate[0], err);
        else
            status = inr_vk_plan_op_calls(plan, kernels, i, accumulate, err);
        written[op->in] = true;
        if (op->in2 >= 0)
            written[op->in2] = true;
    }
    free(written);
    return status;
}

void inr_vk_plan_record_loss(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                             uint32_t count, float scale)
{
    const inr_push_loss push = {.count = count,
                                .stride = plan->stride,
                                .channels = (uint32_t)plan->program->channels,
                                .constant = plan->loss_constant,
                                .scale = scale};
    const inr_push_geometry geometry = {.count = count,
                                        .stride = plan->stride,
                                        .scale = scale,
                                        .on = plan->geometry.on,
                                        .off = plan->geometry.off,
                                        .sharpness = plan->geometry.sharpness,
                                        .normal = plan->geometry.normal,
                                        .eikonal = plan->geometry.eikonal,
                                        .distance = plan->geometry.distance};
    if (plan->tangents)
        inr_vk_stream_run_threads(stream, &plan->loss_call, count, &geometry);
    else
        inr_vk_stream_run_threads(stream, &plan->loss_call, count, &push);
}

static void record_affine(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                          uint32_t count, uint32_t slice)
{
    const struct inr_op *op = &plan->program->ops[i];
    const struct inr_vk_op_calls *calls = &plan->ops[i];
    const uint32_t columns = inr_vk_plan_columns(plan, count);
    if (op->input_gradient)
        inr_vk_product_record(&calls->data, stream, columns, 1, 0);
    inr_vk_product_record(&calls->weight, stream, columns, plan->slices, slice);
    if (op->bias == INR_NONE)
        return;
    const inr_push_row_sums bias = {.count = count,
                                    .stride = plan->stride,
                                    .slice = slice,
                                    .out_offset = (uint32_t)op->bias,
                                    .out_slice = (uint32_t)plan->program->n_effective};
    inr_vk_stream_run(stream, &calls->sums, (uint32_t)op->n_out, plan->slices, 1, &bias);
}

static uint32_t constant_groups(uint32_t count)
{
    const uint32_t groups = (count + INR_GROUP - 1) / INR_GROUP;
    return groups < CONSTANT_GROUPS ? groups : CONSTANT_GROUPS;
}

static void record_act(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                       uint32_t count)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_act act = {.count = count,
                              .stride = plan->stride,
                              .units = (uint32_t)op->units,
                              .constants = (uint32_t)op->constants};
    const uint32_t groups = (count + INR_GROUP - 1) / INR_GROUP;
    if (plan->gradient_of[op->in] >= 0)
        inr_vk_stream_run(stream, &plan->ops[i].input[0], groups, act.units, 1, &act);
    if (op->learn)
        inr_vk_stream_run(stream, &plan->ops[i].constants, constant_groups(count), 1, 1, &act);
}

/* Tables of lookups that lie at `from` or beyond: the first of them, [begin, end). None: begin ==
 * end == n_effective. */
static void next_lookup(const struct inr_program *p, size_t from, size_t *begin, size_t *end)
{
    *begin = *end = p->n_effective;
    for (int i = 0; i < p->n_ops; i++)
        for (int axis = 0; p->ops[i].kind == INR_OP_LOOKUP && axis < p->dims; axis++) {
            const struct inr_op *op = &p->ops[i];
            const size_t at = op->lookup[axis];
            if (at < from || at >= *begin)
                continue;
            *begin = at;
            *end = at + (size_t)op->n_out * op->shape[axis];
        }
}

/* Slices to d_effective, except where lookups have written their own. */
static void record_slices(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                          bool accumulate)
{
    const size_t n = plan->program->n_effective;
    size_t begin = 0, end = 0;
    for (size_t at = 0; at < n; at = end) {
        next_lookup(plan->program, at, &begin, &end);
        const inr_push_reduce push = {.n = (uint32_t)(begin - at),
                                      .slices = plan->slices,
                                      .pitch = (uint32_t)n,
                                      .in_offset = (uint32_t)at,
                                      .out_offset = (uint32_t)at,
                                      .accumulate = accumulate,
                                      .scale = 1.0f};
        if (push.n)
            inr_vk_stream_run_threads(stream, &plan->reduce_call, push.n, &push);
    }
}

void inr_vk_plan_record_sums(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                             uint32_t count, bool accumulate)
{
    const struct inr_program *p = plan->program;
    record_slices(plan, stream, accumulate);
    for (int i = 0; i < p->n_ops; i++) {
        const struct inr_op *op = &p->ops[i];
        if (op->kind != INR_OP_ACT || !op->learn || !plan->ops[i].has_gradient)
            continue;
        const inr_push_reduce own = {.n = INR_MAX_CONSTANTS,
                                     .slices = constant_groups(count),
                                     .pitch = INR_MAX_CONSTANTS,
                                     .out_offset = (uint32_t)op->constants,
                                     .accumulate = 1,
                                     .scale = 1.0f};
        inr_vk_stream_run(stream, &plan->ops[i].constants_reduce, own.n, 1, 1, &own);
    }
}

void inr_vk_plan_record_ops_backward(const struct inr_vk_plan *plan, struct inr_vk_stream *stream,
                                     uint32_t count, bool accumulate)
{
    const uint32_t columns = inr_vk_plan_columns(plan, count);
    uint32_t slice = (columns + plan->slices - 1) / plan->slices;
    slice = (slice + INR_VK_TILE_DEPTH - 1) / INR_VK_TILE_DEPTH * INR_VK_TILE_DEPTH;
    for (int i = plan->n_ops - 1; i >= 0; i--) {
        if (!plan->ops[i].has_gradient)
            continue;
        if (plan->program->ops[i].kind == INR_OP_AFFINE)
            record_affine(plan, stream, i, count, slice);
        else if (plan->program->ops[i].kind == INR_OP_ACT)
            record_act(plan, stream, i, count);
        else
            inr_vk_plan_record_op(plan, stream, i, count, slice, accumulate);
    }
}
