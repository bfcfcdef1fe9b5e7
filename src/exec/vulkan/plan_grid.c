/* SPDX-License-Identifier: MIT
 *
 * plan_grid.c - Grid ops of a plan: interpolated tables, and the gradients they add to.
 */
#include "common/params.h"
#include "exec/vulkan/plan.h"

/* Features that one thread handles: a row of the table is read in one piece where it is short. */
#define MAX_PART 4u

static uint32_t part_of(const struct inr_op *op)
{
    return (uint32_t)op->features < MAX_PART ? (uint32_t)op->features : MAX_PART;
}

/* Levels of an op follow one another, in the program and in the parameters. */
static struct inr_vk_access table_range(const struct inr_program *p, const struct inr_op *op,
                                        const struct inr_vk_buffer *buffer, uint32_t words)
{
    const inr_grid_level *first = &p->levels[op->level], *last = first + op->levels - 1;
    const uint64_t end = last->offset + (uint64_t)last->entries * (uint64_t)op->features;
    return (struct inr_vk_access){
        .buffer = buffer, .begin = (uint64_t)first->offset * words, .end = end * words};
}

enum inr_status inr_vk_plan_grid_forward(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                         int i, struct inr_error *err)
{
    const struct inr_op *op = &plan->program->ops[i];
    const struct inr_vk_buffer *halves = &plan->state->table.halves;
    const bool packed = halves->handle != VK_NULL_HANDLE;
    const uint32_t constants[] = {
        (uint32_t)op->n_axes, (uint32_t)op->interpolation, part_of(op), op->sum, packed,
        plan->tangents};
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_GRID, constants, 6, &kernel, err);
    const struct inr_vk_access buffers[] = {{.buffer = &plan->values[op->in]},
                                            table_range(plan->program, op, &plan->state->params, 1),
                                            {.buffer = &plan->state->table.levels},
                                            {.buffer = packed ? halves : &plan->state->params},
                                            {.buffer = &plan->values[op->out]}};
    return status == INR_OK ? inr_vk_call_make(&plan->calls, kernels, kernel, buffers,
                                               &plan->ops[i].forward, err)
                            : status;
}

enum inr_status inr_vk_plan_grid_backward(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                          int i, struct inr_error *err)
{
    const struct inr_op *op = &plan->program->ops[i];
    uint32_t words;
    const struct inr_vk_buffer *target =
        inr_vk_table_target(&plan->state->table, &plan->state->d_params, &words);
    const bool floats = words == 1 && plan->d->float_atomics;
    const uint32_t constants[] = {(uint32_t)op->n_axes, (uint32_t)op->interpolation,
                                  part_of(op),          op->sum,
                                  words == 2,           plan->tangents};
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        inr_vk_kernel_get(kernels, floats ? INR_VK_GRID_BACKWARD_FLOAT : INR_VK_GRID_BACKWARD,
                          constants, 6, &kernel, err);
    const struct inr_vk_access buffers[] = {{.buffer = &plan->values[op->in]},
                                            {.buffer = inr_vk_plan_gradient(plan, op->out)},
                                            {.buffer = &plan->state->table.levels},
                                            table_range(plan->program, op, target, words)};
    return status == INR_OK ? inr_vk_call_make(&plan->calls, kernels, kernel, buffers,
                                               &plan->ops[i].input[0], err)
                            : status;
}

void inr_vk_plan_record_grid(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                             uint32_t count, bool backward)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_grid push = {.count = count,
                                .stride = plan->stride,
                                .axis0 = (uint32_t)op->axes[0],
                                .axis1 = (uint32_t)op->axes[1],
                                .axis2 = (uint32_t)op->axes[2],
                                .level = (uint32_t)op->level,
                                .levels = (uint32_t)op->levels,
                                .features = (uint32_t)op->features,
                                .fixed_scale = (float)plan->state->table.scale};
    const uint32_t groups = (count + INR_GROUP - 1) / INR_GROUP;
    const uint32_t parts = (push.features + part_of(op) - 1) / part_of(op);
    inr_vk_stream_run(stream, backward ? &plan->ops[i].input[0] : &plan->ops[i].forward, groups,
                      op->sum && !backward ? 1 : push.levels, parts, &push);
}
