/* SPDX-License-Identifier: MIT
 *
 * plan_nearest.c - Radial basis functions of a plan: the nearest of each column, their features,
 * and the gradients they add to; sinusoid composition of units.
 */
#include "common/params.h"
#include "exec/vulkan/plan.h"

/* Features that one thread handles. */
#define PART 4u

static uint32_t part_of(const struct inr_op *op)
{
    return (uint32_t)op->n_out < PART ? (uint32_t)op->n_out : PART;
}

static bool waves(const struct inr_op *op)
{
    return op->constants != INR_NONE;
}

/* The features in the parameters, or in an array like them of so many words a scalar. */
static struct inr_vk_access features(const struct inr_op *op, const struct inr_vk_buffer *buffer,
                                     uint32_t words)
{
    const uint64_t n = (uint64_t)op->n_in * (uint64_t)op->n_out;
    return (struct inr_vk_access){
        .buffer = buffer, .begin = op->weight * words, .end = (op->weight + n) * words};
}

static enum inr_status nearest_call(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels, int i,
                                    struct inr_error *err)
{
    const struct inr_program *p = plan->program;
    const struct inr_op *op = &p->ops[i];
    const uint32_t constants[] = {(uint32_t)p->dims, (uint32_t)op->nearest, (uint32_t)op->form,
                                  plan->tangents > 0};
    const struct inr_vk_kernel *kernel;
    enum inr_status status = inr_vk_kernel_get(kernels, INR_VK_NEAREST, constants, 4, &kernel, err);
    /* Centres and shapes are frozen: beyond what the optimiser writes. */
    const struct inr_vk_access buffers[] = {
        {.buffer = &plan->values[op->in]},
        {.buffer = &plan->state->params, .begin = p->n_trainable, .end = p->n_params},
        {.buffer = &plan->state->table.words},
        {.buffer = &plan->ops[i].places}};
    return status == INR_OK ? inr_vk_call_make(&plan->calls, kernels, kernel, buffers,
                                               &plan->ops[i].nearest, err)
                            : status;
}

enum inr_status inr_vk_plan_nearest_forward(struct inr_vk_plan *plan,
                                            struct inr_vk_kernels *kernels, int i,
                                            struct inr_error *err)
{
    const struct inr_op *op = &plan->program->ops[i];
    const uint32_t constants[] = {(uint32_t)op->nearest, waves(op), part_of(op), plan->tangents};
    const struct inr_vk_kernel *kernel;
    enum inr_status status = nearest_call(plan, kernels, i, err);
    if (status == INR_OK)
        status = inr_vk_kernel_get(kernels, INR_VK_COMPOSE, constants, 4, &kernel, err);
    if (status != INR_OK)
        return status;
    const struct inr_vk_access buffers[] = {{.buffer = &plan->ops[i].places},
                                            features(op, &plan->state->params, 1),
                                            {.buffer = &plan->state->effective},
                                            {.buffer = &plan->values[op->out]}};
    return inr_vk_call_make(&plan->calls, kernels, kernel, buffers, &plan->ops[i].forward, err);
}

enum inr_status inr_vk_plan_nearest_backward(struct inr_vk_plan *plan,
                                             struct inr_vk_kernels *kernels, int i,
                                             struct inr_error *err)
{
    const struct inr_op *op = &plan->program->ops[i];
    uint32_t words;
    const struct inr_vk_buffer *target =
        inr_vk_table_target(&plan->state->table, &plan->state->d_params, &words);
    const bool floats = words == 1 && plan->d->float_atomics;
    const uint32_t constants[] = {(uint32_t)op->nearest, waves(op), part_of(op), plan->tangents,
                                  words == 2};
    const struct inr_vk_kernel *kernel;
    enum inr_status status =
        inr_vk_kernel_get(kernels, floats ? INR_VK_COMPOSE_BACKWARD_FLOAT : INR_VK_COMPOSE_BACKWARD,
                          constants, 5, &kernel, err);
    const struct inr_vk_access buffers[] = {{.buffer = &plan->ops[i].places},
                                            {.buffer = &plan->state->effective},
                                            {.buffer = inr_vk_plan_gradient(plan, op->out)},
                                            features(op, target, words)};
    return status == INR_OK ? inr_vk_call_make(&plan->calls, kernels, kernel, buffers,
                                               &plan->ops[i].input[0], err)
                            : status;
}

void inr_vk_plan_record_nearest(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                                uint32_t count, bool backward)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_nearest nearest = {.count = count,
                                      .stride = plan->stride,
                                      .words = (uint32_t)op->cells,
                                      .bits0 = (uint32_t)op->cell_bits[0],
                                      .bits1 = (uint32_t)op->cell_bits[1],
                                      .bits2 = (uint32_t)op->cell_bits[2],
                                      .depth = (uint32_t)op->cell_depth,
                                      .centre = (uint32_t)op->centre,
                                      .shape = (uint32_t)op->kernel_shape,
                                      .metric0 = op->metric[0],
                                      .metric1 = op->metric[1],
                                      .metric2 = op->metric[2]};
    const inr_push_compose compose = {.count = count,
                                      .stride = plan->stride,
                                      .features = (uint32_t)op->n_out,
                                      .weight = (uint32_t)op->weight,
                                      .frequencies = waves(op) ? (uint32_t)op->constants : 0,
                                      .fixed_scale = (float)plan->state->table.scale};
    const uint32_t groups = (count + INR_GROUP - 1) / INR_GROUP;
    const uint32_t parts = (compose.features + part_of(op) - 1) / part_of(op);
    if (!backward)
        inr_vk_stream_run_threads(stream, &plan->ops[i].nearest, count, &nearest);
    inr_vk_stream_run(stream, backward ? &plan->ops[i].input[0] : &plan->ops[i].forward, groups,
                      parts, 1, &compose);
}

enum inr_status inr_vk_plan_msc_backward(struct inr_vk_plan *plan, struct inr_vk_kernels *kernels,
                                         int i, bool accumulate, struct inr_error *err)
{
    const struct inr_op *op = &plan->program->ops[i];
    const uint32_t constants[] = {accumulate, plan->tangents};
    const struct inr_vk_kernel *kernel;
    if (plan->gradient_of[op->in] < 0)
        return INR_OK;
    enum inr_status status =
        inr_vk_kernel_get(kernels, INR_VK_MSC_BACKWARD, constants, 2, &kernel, err);
    const struct inr_vk_access buffers[] = {{.buffer = &plan->values[op->in]},
                                            {.buffer = &plan->state->effective},
                                            {.buffer = inr_vk_plan_gradient(plan, op->out)},
                                            {.buffer = inr_vk_plan_gradient(plan, op->in)}};
    return status == INR_OK ? inr_vk_call_make(&plan->calls, kernels, kernel, buffers,
                                               &plan->ops[i].input[0], err)
                            : status;
}

void inr_vk_plan_record_msc(const struct inr_vk_plan *plan, struct inr_vk_stream *stream, int i,
                            uint32_t count, bool backward)
{
    const struct inr_op *op = &plan->program->ops[i];
    const inr_push_msc push = {
        .count = count, .stride = plan->stride, .frequencies = (uint32_t)op->constants};
    if (backward && plan->gradient_of[op->in] < 0)
        return;
    inr_vk_stream_run(stream, backward ? &plan->ops[i].input[0] : &plan->ops[i].forward,
                      (count + INR_GROUP - 1) / INR_GROUP, (uint32_t)op->n_out, 1, &push);
}
